"""Clothes of today, read from what a trait says of them. The longest word at a place decides: 围裙 is no 裙."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from manjuc.preview.palette import colour_in, colours_in

# What someone wears, by the word for it; of several the kind that stands first here is what is drawn.
_KINDS = (
    ("robe", ("袍", "汉服", "长衫", "襦", "道服", "僧衣", "直裾", "曲裾", "圆领衫", "和服", "齐胸", "褙子")),
    ("coat", ("风衣", "大衣", "斗篷外套", "长外套", "大褂", "雨衣", "制服大衣", "军大衣", "白大褂")),
    ("gown", ("婚纱", "嫁纱", "晚礼服", "礼服裙", "拖尾裙", "鱼尾裙", "拖地长裙")),
    ("dress", ("连衣裙", "长裙", "礼服", "旗袍", "睡裙", "吊带裙", "公主裙", "毛衣裙", "衬衫裙")),
    ("skirt", ("裙", "水手服", "背带裙", "西装裙", "短裙", "百褶裙", "半身裙")),
    ("pyjamas", ("睡衣", "家居服", "居家服", "病号服", "住院服")),
    ("suit", ("西装", "西服", "正装", "燕尾服", "校服", "学生装", "学生服", "职业装", "套装", "制服", "领带", "领结")),
    (
        "jacket",
        (
            *("夹克", "冲锋衣", "羽绒服", "棉服", "棉衣", "棉袄", "皮衣", "外套", "运动服", "运动装", "工装", "工作服"),
            *("骑手服", "外卖服", "队服", "防晒衣", "飞行服", "连体服", "卫衣"),
        ),
    ),
    ("apron", ("围裙", "围兜", "围腰", "罩裙")),
    ("trousers", ("裤", "裙裤", "西装裤", "西裤", "运动裤", "工装裤", "校服裤", "背带裤", "睡裤")),
    ("", ("裙摆", "裙边")),
)
_KIND_OF = {word: kind for kind, words in _KINDS for word in words}
_ORDER = tuple(kind for kind, _ in _KINDS if kind not in ("apron", "trousers", ""))
_WORD = re.compile("|".join(sorted(_KIND_OF, key=lambda word: (-len(word), word))))
_COLLARS = (
    ("stand", ("立领", "中山", "高领", "军装", "制服")),
    ("hood", ("卫衣", "连帽", "兜帽")),
    ("round", ("针织", "毛衣", "毛衫", "T恤", "圆领", "背心")),
)
# The collar of whatever is worn where nothing is said of it: lapels, buttons, a zip, or a neck that is left free.
_COLLAR_OF = {
    "suit": "open",
    "coat": "open",
    "robe": "open",
    "jacket": "zip",
    "dress": "scoop",
    "gown": "scoop",
}
_TIED = frozenset(("领带", "领结", "校服", "学生装", "学生服", "水手服", "西装", "西服", "正装", "燕尾服"))
_UPPERS = ("衫", "衣", "服", "外套", "恤", "夹克", "袄", "马甲", "襦")
# What belongs to a garment and is none: its colour is the trim.
DETAILS = (
    *("扣", "边", "花纹", "云纹", "暗纹", "绣", "领带", "领结", "内衬", "衣缘", "衣领", "领口", "袖口", "腰带", "链"),
)
_PHRASES = re.compile("[，、；。,;\\s]+|搭配|内搭|外搭|外穿|外罩|外?系着?(?=.{0,4}围[裙兜腰])")


@dataclass(frozen=True, slots=True)
class Clothes:
    """What is worn: the phrases for it above the waist, under that and below, and how it is cut."""

    upper: str
    inner: str
    lower: str
    trim: str
    garment: str
    collar: str
    hem: int
    apron: str  # its colour, where one is worn
    tie: bool


def kinds_in(text: str) -> tuple[str, ...]:
    """The kinds of clothes that a text names, in its order."""
    return tuple(_KIND_OF[word] for word in _WORD.findall(text))


def without_aprons(text: str) -> str:
    """The text without what is only worn over clothes."""
    return _WORD.sub(lambda found: "" if _KIND_OF[found[0]] == "apron" else found[0], text)


def phrases(text: str) -> list[str]:
    """The pieces of a text, each about one thing."""
    return [phrase for phrase in _PHRASES.split(text) if phrase]


def has(text: str, words: Iterable[str]) -> bool:
    """True where one of the words stands in the text."""
    return any(word in text for word in words)


def style_of(text: str, styles: Sequence[tuple[str, tuple[str, ...]]], otherwise: str) -> str:
    """The first style of which a word stands in the text."""
    return next((style for style, words in styles if has(text, words)), otherwise)


def clothes_of(text: str, worn: Sequence[str]) -> Clothes:
    """The clothes that a text tells of; `worn` are words for what is worn besides and is none."""
    pieces = phrases(text)
    aprons = [phrase for phrase in pieces if "apron" in kinds_in(phrase)]
    alone = [
        phrase for phrase in aprons if not (kinds_in(without_aprons(phrase)) or has(without_aprons(phrase), _UPPERS))
    ]
    garments = [phrase for phrase in pieces if phrase not in alone and not has(phrase, (*DETAILS, *worn))]
    lowers = [phrase for phrase in garments if not {"dress", "gown", "skirt", "trousers"}.isdisjoint(kinds_in(phrase))]
    uppers = [phrase for phrase in garments if phrase not in lowers and (colours_in(phrase) or has(phrase, _UPPERS))]
    kinds = kinds_in(without_aprons(text))
    garment = next((kind for kind in _ORDER if kind in kinds), "shirt")
    if garment == "dress" and uppers and lowers:
        garment = "skirt"  # two garments, each of its colour
    details = (phrase for phrase in pieces if has(phrase, DETAILS) and colours_in(phrase))
    upper, inner = (*uppers, "", "")[:2]
    lower = next(iter(lowers), "")
    tied = not _TIED.isdisjoint(_WORD.findall(text))
    usual = "open" if tied else _COLLAR_OF.get(garment, "shirt")
    return Clothes(
        *(upper, inner, lower, next(details, ""), garment),
        collar=style_of(text, _COLLARS, usual),
        hem=_hem(lower, garment),
        apron=colour_in("".join(aprons), "#f0eee9") if aprons else "",
        tie=tied and (has(text, ("领带", "领结")) or "女" not in text),
    )


def _hem(lower: str, garment: str) -> int:
    if garment == "gown":
        return 640
    if has(lower, ("长裙", "及踝", "拖地")):
        return 530
    return 346 if has(lower, ("短裙", "超短")) else 392
