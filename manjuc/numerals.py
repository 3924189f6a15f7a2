"""Numbers as people write them in a text: `１０`, `六十秒`, `1分30秒`, `1:30`, `60~90秒`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_THOUSAND = 1000
_LONGEST = 40  # characters of a text that may be a number
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_STEPS = {"十": 10, "百": 100, "千": 1000}
_WRITTEN = re.compile("[零〇一二三四五六七八九两十百千]+(?:点[零〇一二三四五六七八九]+)?")
_AROUND = "\"'“”‘’＂＇「」 \t,，、;；。"
_ABOUT = re.compile(r"^(?:大约|大概|约|共|总共|时长|[≈~])|(?:左右|以内|上下|\+)$")
_MOST = re.compile(r"(?:[<≤]=?|不超过|最多|至多|少于|小于|不到)\s*(?P<bound>.+)|(?P<before>.+?)\s*(?:以内|以下|之内)")
_LEAST = re.compile(r"(?:[>≥]=?|不少于|最少|至少|超过|大于|多于)\s*(?P<bound>.+)|(?P<before>.+?)\s*(?:\+|以上|起)")
_POINT = re.compile(r"(?<=\d)[，。·](?=\d)")  # typed for the point of a number
_UNIT = r"(?:个?镜头|秒钟?|s(?:ec(?:ond)?s?)?|周?岁|个|次|集|张|字|场|天|元|块钱?|人民币|美元|yuan|rmb|cny|usd)"
_PLAIN = re.compile(rf"(?:(?:[¥$€]|cny|rmb|usd|人民币)\s*)?(-?\d+(?:\.\d+)?|-?\.\d+)\s*{_UNIT}?")
_MINUTES = re.compile(
    r"(\d+(?:\.\d+)?)\s*(?:分钟?|m(?:in(?:ute)?s?)?|')\s*(?:(\d+(?:\.\d+)?|半)\s*(?:秒钟?|s|sec|\"|'')?)?"
)
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):([0-5]\d)")
_THOUSANDTHS = re.compile(r"(\d+)\s*(?:ms|毫秒)")
_THROUGH = re.compile(
    r"(?P<name>[^\W\d]+[_-]?)(?P<first>\d{1,4})\s*(?:-+|~|～|—+|到|至)\s*(?:(?P=name))?(?P<last>\d{1,4})"
)
_MANY = 200  # names that are counted through at most
_BOUNDS = re.compile(r"(.+?)\s*(?:-+|~|—+|到|至|to)\s*(.+)")


def number(text: str) -> str | None:
    """The number that a text was meant to be, lengths in seconds; None where it is none."""
    text = _bare(text)
    if not text or len(text) > _LONGEST:
        return None
    if text in ("半分", "半分钟"):
        return "30"
    text = _WRITTEN.sub(lambda found: _counted(found[0]), text)
    if found := _PLAIN.fullmatch(text):
        return found[1].lstrip("0") or "0" if found[1].isdecimal() else found[1]
    if found := _MINUTES.fullmatch(text):
        return _shown(float(found[1]) * 60 + (30 if found[2] == "半" else float(found[2] or 0)))
    if found := _CLOCK.fullmatch(text):
        return _shown(int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3]))
    found = _THOUSANDTHS.fullmatch(text)
    return _shown(int(found[1]) / 1000) if found else None


def bounds(text: str, ends: tuple[str, str] = ("min", "max"), *, both: bool = True) -> str | None:
    """`{min: 60, max: 90}` where a text gives two numbers as the ends of a range, or one of them; else None."""
    for pattern, shown in (
        (_MOST, f"{{{ends[0]}: …, {ends[1]}: {{}}}}"),
        (_LEAST, f"{{{ends[0]}: {{}}, {ends[1]}: …}}"),
    ):
        found = pattern.fullmatch(_bare(text, about=False)) if len(text) <= _LONGEST else None
        if found and (end := number(found["bound"] or found["before"])):
            return (shown if both else re.sub(r"\w+: …, |, \w+: …", "", shown)).replace("{}", end)
    found = _BOUNDS.fullmatch(_bare(text)) if len(text) <= _LONGEST else None
    if found is None:
        return None
    unit = re.search("(?:分钟?|min)$", found[2])
    least, most = number(found[1] + (unit[0] if unit and found[1][-1:].isdecimal() else "")), number(found[2])
    return _range(ends, least, most)


def between(values: Sequence[object], ends: tuple[str, str]) -> str | None:
    """`{min: 60, max: 90}` where a list of the two ends was given."""
    if len(values) != len(ends) or not all(type(each) in (int, float) for each in values):
        return None
    return _range(ends, *map(str, values))


def _range(ends: tuple[str, str], least: str | None, most: str | None) -> str | None:
    fits = least and most and float(least) <= float(most)
    return f"{{{ends[0]}: {least}, {ends[1]}: {most}}}" if fits else None


def counted_through(text: str) -> tuple[str, ...]:
    """`ep01-ep06` as the names that it begins and ends, with those between them; empty where it is no such thing."""
    found = _THROUGH.fullmatch(text.strip())
    first, last = (int(found["first"]), int(found["last"])) if found else (1, 0)
    if found is None or not first <= last < first + _MANY:
        return ()
    return tuple(f"{found['name']}{count:0{len(found['first'])}}" for count in range(first, last + 1))


def within(key: object, value: float, keyword: str, bound: float) -> str | None:
    """The number within a bound of a schema that another was meant for: seconds in thousandths, a sign too many."""
    if keyword == "maximum":
        thousandths = key == "seconds" and value >= _THOUSAND and value % (_THOUSAND // 2) == 0
        return _shown(value / _THOUSAND) if thousandths and value / _THOUSAND <= bound else None
    return _shown(-value) if keyword.endswith("inimum") and bound == 0 and value < 0 else None


def _bare(text: str, *, about: bool = True) -> str:
    """A text as a keyboard for Latin letters would have typed it, without what stands around its number."""
    text = text.strip(_AROUND + "”″").replace("’", "'").replace("′", "'").replace("”", '"').replace("″", '"')
    text = unicodedata.normalize("NFKC", _POINT.sub(".", text)).casefold().strip(_AROUND)
    return _ABOUT.sub("", text).strip() if about else text.strip()


def _counted(written: str) -> str:
    """Chinese numerals as digits: `六十`, `一百二十`, `三点五`, `二〇`."""
    whole, point, rest = written.partition("点")
    if not any(step in whole for step in _STEPS):
        total = "".join(str(_DIGITS[char]) for char in whole)
    else:
        sum_ = count = 0
        for char in whole:
            if char in _STEPS:
                sum_, count = sum_ + (count or 1) * _STEPS[char], 0
            else:
                count = _DIGITS[char]
        total = str(sum_ + count)
    return total + (point and "." + "".join(str(_DIGITS[char]) for char in rest))


def _shown(seconds: float) -> str:
    return f"{seconds:.3f}".rstrip("0").rstrip(".")
