"""What people of old times wear: robes, hair, ornaments and the marks of a face, read from the same traits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from manjuc.preview.look import SHADOW, Costume, Look, look_of, spelt_out
from manjuc.preview.palette import colour_in, colours_in, dark, light
from manjuc.preview.reading import Person
from manjuc.preview.wardrobe import without_aprons

_DATA: dict[str, Any] = json.loads(Path(__file__).with_name("costume.json").read_text(encoding="utf-8"))
_CLOTHES = ("服", "衣", "裙", "装", "袍", "衫", "穿")
_CROWD = re.compile("宾客|众人|百姓|群众|路人|人群|围观|村民|士兵|官兵|侍卫|宫女|随从|禁军|crowd|guests", re.IGNORECASE)
_FACELESS = ("虚化", "模糊", "看不清", "无脸")
_BARE = ("赤足", "赤脚", "光脚", "跣足")
_UNSAID, _NIGHT_BLACK = "#8f97a0", "#2b2a33"


def is_old(style: str) -> bool:
    """True where a style, with what it avoids, belongs to old times."""
    return _has(style, _DATA["styles"])


def dressed(person: Person, old: bool = False) -> Look:
    """How a person is drawn: in a robe where the traits speak of one, or where all of the story is of `old` times."""
    look = look_of(person)
    traits = spelt_out(person)
    text = "，".join(said for _, said in traits)
    if not old and not _has(text, _DATA["worn"]):
        return look
    clothes = without_aprons("，".join(said for name, said in traits if _has(name, _CLOTHES)))
    hair = "，".join(said for name, said in traits if "发" in name)
    cut = _first(_DATA["cuts"], clothes)
    feminine = _has(text, _DATA["feminine"]) and not _has(text, _DATA["masculine"])
    shape = {**_DATA["shapes"][cut or ("gown" if feminine else "robe")]}
    if _has(clothes, _DATA["narrow"]):
        shape["sleeve"] = 0
    pattern = _first(_DATA["patterns"], clothes) or ("prison" if cut == "prison" else shape.get("pattern", ""))
    look = _coloured(look, clothes, cut)
    bare = _has(text, _BARE)
    return replace(
        look,
        shoulder=58 if feminine else 66,
        hair=_hair_colour(hair) or look.hair,
        costume=Costume(
            **{**shape, "pattern": pattern},
            pattern_colour=_pattern_colour(pattern, clothes, look.cloth),
            hair=_first(_DATA["hair"], clothes) or _first(_DATA["hair"], hair) or ("long" if feminine else "tied"),
            feminine=feminine,
            bare=bare,
            under=look.inner if look.inner != look.cloth else light(look.cloth, 0.7),
            sash=_part(text, ("腰带", "束带", "腰封", "革带"), "") or dark(look.trim, 0.25),
            veil=_part(text, ("面纱", "蒙面", "面巾"), light(look.cloth, 0.4)),
            band=_part(text, ("抹额", "额带"), "#2a8fa8"),
            crown=_part(text, ("玉冠", "发冠", "凤冠", "冠"), "#cfe6d8"),
            dangle=_part(text, ("步摇", "珠翠", "流苏"), "#d99a2b"),
            pin=_part(text, ("簪", "钗"), "#dfe4ec"),
            hat=_part(text, ("乌纱", "官帽", "幞头"), "#1d1c22"),
            marks=_marks(text),
            marked_at=next((side for name, side in _marks(text) if name in ("mole", "scar", "broken")), -1),
        ),
    )


def shadow(old: bool) -> Look:
    """Someone whom the story does not show yet, in the clothes of the time."""
    cloak = {**_DATA["shapes"]["fitted"], "pattern": "", "pattern_colour": SHADOW.cloth, "hair": "tied"}
    costume = Costume(**cloak, under=SHADOW.cloth, sash=SHADOW.trim, veil=SHADOW.cloth)
    return replace(SHADOW, costume=costume) if old else SHADOW


def is_crowd(person: Person) -> bool:
    """True for a group of people who have no face of their own."""
    return bool(_CROWD.search(person.name)) or _has("".join(text for _, text in person.traits), _FACELESS)


def _coloured(look: Look, clothes: str, cut: str) -> Look:
    """The look with a robe's colours: a trim that is seen on it, and quiet ones where none are said."""
    if not colours_in(clothes):
        cloth = _NIGHT_BLACK if "夜行" in clothes else _UNSAID
        look = replace(look, cloth=cloth, trim=light(cloth, 0.5), lower=dark(cloth, 0.3))
    if cut == "prison":
        look = replace(look, trim=dark(look.cloth, 0.3), lower=dark(look.cloth, 0.12))
    elif look.lower == look.cloth:
        look = replace(look, lower=dark(look.cloth, 0.3))
    if cut == "wide":
        look = replace(look, inner=light(look.cloth, 0.82))
    return look


def _pattern_colour(pattern: str, clothes: str, cloth: str) -> str:
    if pattern == "prison":
        return dark(cloth, 0.65)
    return colour_in("金" if "金" in clothes or pattern == "dragon" else "", light(cloth, 0.35))


def _hair_colour(text: str) -> str:
    """The colour that is said next to the word for hair, not that of an ornament."""
    found = re.search("([^，、；]{0,4})(?:长|短|头)?发(?!冠|簪|钗|带|饰)", text)
    before = colours_in(f"{found[1]}发") if found else ()
    # Hair of which nothing is said is black in all such stories.
    return before[-1] if before else colour_in("乌发", "#1e1c22")


def _marks(text: str) -> tuple[tuple[str, int], ...]:
    """The marks of a face, each with the figure's own side: 1 is left, -1 is right."""
    marks = []
    for phrase in re.split("[，、；。]", text):
        side = -1 if "右" in phrase else 1
        marks += [(name, side) for name, words in _DATA["marks"] if _has(phrase, words)]
    return tuple(dict.fromkeys(marks))


def _part(text: str, words: Sequence[str], otherwise: str) -> str:
    """The colour said before a part's word in the same phrase; empty where no word stands there."""
    for phrase in re.split("[，、；。]", text):
        if word := next((word for word in words if word in phrase), ""):
            before = colours_in(phrase[: phrase.find(word) + len(word)])
            return before[-1] if before else otherwise
    return ""


def _first(table: Sequence[Sequence[Any]], text: str) -> str:
    return next((str(name) for name, words in table if _has(text, words)), "")


def _has(text: str, words: Iterable[str]) -> bool:
    return any(word in text for word in words)
