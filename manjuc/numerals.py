"""Numbers as people write them in a text: `１０`, `六十秒`, `1分30秒`, `1:30`, `60~90秒`."""

from __future__ import annotations

import re
import unicodedata

_THOUSAND = 1000
_LONGEST = 40  # characters of a text that may be a number
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_STEPS = {"十": 10, "百": 100, "千": 1000}
_WRITTEN = re.compile("[零〇一二三四五六七八九两十百千]+(?:点[零〇一二三四五六七八九]+)?")
_AROUND = "\"'“”‘’＂＇「」 \t,，、;；。"
_ABOUT = re.compile("^(?:大约|大概|约|共|总共|时长|[≈~])|(?:左右|以内|上下)$")
_UNIT = r"(?:个?镜头|秒钟?|s(?:ec(?:ond)?s?)?|周?岁|个|次|集|张|字|场|元|天)"
_PLAIN = re.compile(rf"(-?\d+(?:\.\d+)?|-?\.\d+)\s*{_UNIT}?")
_MINUTES = re.compile(
    r"(\d+(?:\.\d+)?)\s*(?:分钟?|m(?:in(?:ute)?s?)?|')\s*(?:(\d+(?:\.\d+)?|半)\s*(?:秒钟?|s|sec|\"|'')?)?"
)
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):([0-5]\d)")
_THOUSANDTHS = re.compile(r"(\d+)\s*(?:ms|毫秒)")
_BOUNDS = re.compile(r"(.+?)\s*(?:-+|~|—+|到|至)\s*(.+)")


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


def bounds(text: str) -> str | None:
    """`{min: 60, max: 90}` where a text gives two numbers as the ends of a range; else None."""
    found = _BOUNDS.fullmatch(_bare(text)) if len(text) <= _LONGEST else None
    if found is None:
        return None
    unit = re.search("(?:分钟?|min)$", found[2])
    ends = number(found[1] + (unit[0] if unit and found[1][-1:].isdecimal() else "")), number(found[2])
    return f"{{min: {ends[0]}, max: {ends[1]}}}" if ends[0] and ends[1] and float(ends[0]) <= float(ends[1]) else None


def within(key: object, value: float, keyword: str, bound: float) -> str | None:
    """The number within a bound of a schema that another was meant for: seconds in thousandths, a sign too many."""
    if keyword == "maximum":
        thousandths = key == "seconds" and value >= _THOUSAND and value % (_THOUSAND // 2) == 0
        return _shown(value / _THOUSAND) if thousandths and value / _THOUSAND <= bound else None
    return _shown(-value) if keyword.endswith("inimum") and bound == 0 and value < 0 else None


def _bare(text: str) -> str:
    """A text as a keyboard for Latin letters would have typed it, without what stands around its number."""
    text = text.strip(_AROUND + "”″").replace("’", "'").replace("′", "'").replace("”", '"').replace("″", '"')
    text = unicodedata.normalize("NFKC", text).casefold().strip(_AROUND)
    return _ABOUT.sub("", text).strip()


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
