"""A character's traits as something that can be drawn: colours, hair, clothes, what is worn and carried."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from manjuc.preview.palette import colour_in, colours_in, dark, light
from manjuc.preview.reading import Person

_HAIR = ("发",)
_EYES = ("瞳", "眼")
_CLOTHES = ("服", "衣", "裙", "装", "袍", "衫", "穿")
_SHOES = ("鞋", "靴", "履")
_WORN = ("饰", "标志", "配", "帽", "道具", "随身", "包", "徽")
# The first entry whose words stand in the text decides; the last one stands for everything else.
_HAIR_STYLES = (
    ("bald", ("光头", "秃")),
    ("twin", ("双马尾", "双辫")),
    ("buns", ("双丸子", "双髻", "双环髻", "双螺髻", "总角")),
    ("ponytail", ("马尾", "高束", "束发", "长辫", "辫")),
    ("bun", ("丸子", "髻", "盘发", "挽", "发冠", "簪")),
    ("long", ("长发", "披肩", "及腰", "长直", "披发", "大波浪", "卷长")),
    ("bob", ("齐肩", "波波", "及肩", "齐耳", "中发", "学生头")),
)
_GARMENTS = (
    ("robe", ("袍", "汉服", "长衫", "襦", "道服", "僧衣", "直裾", "曲裾", "圆领衫", "和服", "齐胸", "褙子")),
    ("coat", ("风衣", "大衣", "斗篷外套", "长外套", "大褂", "雨衣", "制服大衣")),
    ("dress", ("连衣裙", "长裙", "礼服", "旗袍")),
    ("skirt", ("裙", "水手服")),
)
_COLLARS = (("stand", ("立领", "中山", "高领", "军装", "制服")), ("hood", ("卫衣", "连帽", "兜帽")))
_HATS = (
    ("straw", ("斗笠", "草帽", "笠")),
    ("crown", ("发冠", "王冠", "皇冠", "冠")),
    ("phones", ("耳机",)),
    ("pin", ("簪", "发卡", "发夹", "步摇", "发钗", "头花")),
    ("cap", ("帽",)),
)


@dataclass(frozen=True, slots=True)
class Look:
    """How a figure is drawn. A part whose colour is empty is not worn."""

    hair: str
    eyes: str
    skin: str
    cloth: str
    trim: str
    inner: str
    lower: str
    shoes: str
    accent: str
    hair_style: str
    garment: str
    collar: str
    hat: str
    shoulder: int
    streak: str = ""
    badge: str = ""
    belt: str = ""
    scarf: str = ""
    cloak: str = ""
    bag: str = ""
    glasses: bool = False
    beard: bool = False


# Someone whom the story does not show yet.
SHADOW = Look(
    hair="#191623", eyes="#3a3350", skin="#221e30", cloth="#191623", trim="#2a2539", inner="#221e30", lower="#151220",
    shoes="#120f1a", accent="#2a2539", hair_style="short", garment="coat", collar="stand", hat="", shoulder=66,
)  # fmt: skip


def look_of(person: Person) -> Look:
    """How a person is drawn; traits that say nothing about a part leave it in quiet greys."""
    hair, clothes = _said(person, _HAIR), _said(person, _CLOTHES)
    worn = " ".join((_said(person, _WORN), clothes))
    everything = " ".join(text for _, text in person.traits)
    hairs, cloths = colours_in(hair), colours_in(clothes)
    cloth = cloths[0] if cloths else "#7d8798"
    trim = cloths[1] if len(cloths) > 1 else light(cloth, 0.55)
    accent = colour_in(_said(person, _WORN), trim)
    return Look(
        hair=hairs[0] if hairs else "#4c4652",
        streak=hairs[1] if len(hairs) > 1 and any(word in hair for word in ("挑染", "缕", "渐变", "发尾")) else "",
        eyes=colour_in(_said(person, _EYES), "#6b5a4c"),
        skin=_skin(_said(person, ("肤", "肌"))),
        cloth=cloth,
        trim=trim,
        inner="#f0eee9",
        lower=_lower(clothes, cloth),
        shoes=colour_in(_said(person, _SHOES), "#33323a"),
        accent=accent,
        hair_style=_style(hair, _HAIR_STYLES, "short"),
        garment=_style(clothes, _GARMENTS, "suit"),
        collar=_style(clothes, _COLLARS, "open"),
        hat=_style(f"{worn} {hair}", _HATS, ""),
        shoulder=58 if any(word in everything for word in ("裙", "少女", "女", "娇小", "马尾", "髻")) else 66,
        badge=_part(worn, ("徽", "臂章", "勋章"), "#57d8ff" if "发光" in worn else accent),
        belt=_part(worn, ("腰", "带扣", "数据卡扣"), "#b9c0cc"),
        scarf=_part(worn, ("围巾", "围脖", "领巾"), accent),
        cloak=_part(everything, ("斗篷", "披风", "大氅"), dark(cloth, 0.15)),
        bag=_part(worn, ("包", "挎", "邮袋", "书袋"), "#8a6543"),
        glasses=any(word in everything for word in ("眼镜", "镜框", "墨镜", "单片镜")),
        beard=any(word in everything for word in ("胡须", "胡子", "络腮", "白须", "长须")),
    )


def _said(person: Person, names: Iterable[str]) -> str:
    """What the traits of these names say."""
    return " ".join(text for name, text in person.traits if any(part in name for part in names))


def _style(text: str, styles: tuple[tuple[str, tuple[str, ...]], ...], otherwise: str) -> str:
    return next((style for style, words in styles if any(word in text for word in words)), otherwise)


def _part(text: str, words: tuple[str, ...], otherwise: str) -> str:
    """The colour of a part that is worn: said before its word, in the same phrase. Empty where no word stands there."""
    for phrase in text.replace("，", " ").replace("、", " ").replace("；", " ").split():
        if any(word in phrase for word in words):
            return colour_in(phrase, otherwise)
    return ""


def _lower(clothes: str, cloth: str) -> str:
    for phrase in clothes.replace("，", " ").replace("、", " ").split():
        if any(word in phrase for word in ("裤", "裙")):
            return colour_in(phrase, dark(cloth, 0.3))
    return dark(cloth, 0.35)


def _skin(text: str) -> str:
    if any(word in text for word in ("古铜", "小麦", "麦", "蜜")):
        return "#dcb08a"
    return "#a5765a" if any(word in text for word in ("深", "褐", "黑", "棕")) else "#fbe3d3"
