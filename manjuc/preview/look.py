"""A character's traits as something that can be drawn: colours, hair, clothes, what is worn and carried."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from manjuc.preview.palette import colour_in, colour_words_in, colours_in, dark, light
from manjuc.preview.reading import Person
from manjuc.preview.wardrobe import DETAILS, clothes_of, has, phrases, style_of, without_aprons

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
_HATS = (
    ("helmet", ("头盔", "安全帽")),
    ("straw", ("斗笠", "草帽", "笠")),
    ("crown", ("发冠", "王冠", "皇冠", "冠")),
    ("phones", ("耳机",)),
    ("clip", ("发卡", "发夹", "头花")),
    ("pin", ("簪", "步摇", "发钗")),
    ("peaked", ("大檐帽", "警帽", "军帽", "船长帽")),
    ("cap", ("帽",)),
)
_HAT_WORDS = tuple(word for _, words in _HATS for word in words)
_BADGES = ("徽", "臂章", "勋章")
_BAGS = ("包", "挎", "邮袋", "书袋")
_STREAKS = ("挑染", "缕", "渐变", "发尾")
_SAME = re.compile("同色系?|同一颜色")


@dataclass(frozen=True, slots=True)
class Costume:
    """The robe and the hair of old times: `sleeve` is how deep one hangs, a mark has the own side (1 is left)."""

    hem: int
    flare: int
    sleeve: int
    collar: str
    hair: str
    pattern: str
    pattern_colour: str
    under: str
    sash: str
    legs: bool = False
    torn: bool = False
    bare: bool = False
    feminine: bool = False
    veil: str = ""
    band: str = ""
    crown: str = ""
    dangle: str = ""
    pin: str = ""
    hat: str = ""
    marks: tuple[tuple[str, int], ...] = ()
    marked_at: int = -1


@dataclass(frozen=True, slots=True)
class Look:
    """How a figure is drawn. A part whose colour is empty is not worn.

    What ends in `_at` is the side that a part is on: 1 is the figure's own left, which a front view has on the right.
    """

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
    hem: int = 392
    bib: str = ""
    apron: str = ""
    tie: bool = False
    hat_colour: str = ""
    hat_at: int = 1
    streak: str = ""
    streak_at: int = 1
    badge: str = ""
    badge_at: int = 1
    belt: str = ""
    scarf: str = ""
    cloak: str = ""
    bag: str = ""
    bag_at: int = 1
    watch: str = ""
    watch_at: int = 1
    glasses: bool = False
    beard: bool = False
    costume: Costume | None = None

    @property
    def shown_at(self) -> int:
        """The side that a view from the side had better show: that of the first part which only one side has."""
        sides = (
            (self.badge, self.badge_at),
            (self.streak, self.streak_at),
            (self.hat == "clip", self.hat_at),
            (self.bag, self.bag_at),
            (self.watch, self.watch_at),
        )
        return next((side for worn, side in sides if worn), self.costume.marked_at if self.costume else -1)


# Someone whom the story does not show yet.
SHADOW = Look(
    hair="#191623", eyes="#3a3350", skin="#221e30", cloth="#191623", trim="#2a2539", inner="#221e30", lower="#151220",
    shoes="#120f1a", accent="#2a2539", hair_style="short", garment="coat", collar="stand", hat="", shoulder=66,
)  # fmt: skip


def look_of(person: Person) -> Look:
    """How a person is drawn; traits that say nothing about a part leave it in quiet greys."""
    traits = spelt_out(person)
    hair, clothes = _said(traits, _HAIR), _said(traits, _CLOTHES)
    everything = "，".join(text for _, text in traits)
    worn = f"{_said(traits, _WORN)}，{clothes}，{hair}"
    hairs = colours_in("，".join(phrase for phrase in phrases(hair) if not has(phrase, _HAT_WORDS)))
    dress = clothes_of(clothes, _HAT_WORDS)
    cloth = colour_in(dress.upper or dress.lower, "#7d8798")
    trim = colour_in(dress.trim, next(iter(colours_in(dress.upper)[1:]), light(cloth, 0.55)))
    lower = colour_in(dress.lower, cloth if dress.garment == "pyjamas" else dark(cloth, 0.35))
    accent = colour_in(_said(traits, _WORN), trim)
    look = Look(
        hair=hairs[0] if hairs else "#4c4652",
        streak=hairs[1] if len(hairs) > 1 and has(hair, _STREAKS) else "",
        streak_at=_side(hair, _STREAKS),
        eyes=colour_in(_said(traits, _EYES), "#6b5a4c"),
        skin=_skin(_said(traits, ("肤", "肌"))),
        cloth=cloth,
        trim=trim,
        inner=colour_in(dress.inner, "#f0eee9"),
        lower=lower,
        shoes=colour_in(_said(traits, _SHOES), "#33323a"),
        accent=accent,
        hair_style=style_of(hair, _HAIR_STYLES, "short"),
        garment=dress.garment,
        hem=dress.hem,
        bib=lower if "背带" in dress.lower else "",
        collar=dress.collar,
        apron=dress.apron,
        tie=dress.tie,
        hat=style_of(worn, _HATS, ""),
        hat_colour=_part(worn, _HAT_WORDS, accent),
        hat_at=_side(worn, _HAT_WORDS),
        shoulder=58 if has(without_aprons(everything), ("裙", "婚纱", "少女", "女", "娇小", "马尾", "髻")) else 66,
    )
    return _with_parts(look, worn, everything)


def _with_parts(look: Look, worn: str, everything: str) -> Look:
    """The look with what is worn and carried, each in its colour and on its side."""
    return replace(
        look,
        badge=_part(worn, _BADGES, "#57d8ff" if "发光" in worn else look.accent),
        badge_at=_side(worn, _BADGES),
        belt=_part(worn, ("腰", "带扣", "数据卡扣"), "#b9c0cc"),
        scarf=_part(worn, ("围巾", "围脖", "领巾"), look.accent),
        cloak=_part(everything, ("斗篷", "披风", "大氅"), dark(look.cloth, 0.15)),
        bag=_part(worn, _BAGS, "#8a6543"),
        bag_at=_side(worn, _BAGS),
        watch=_part(worn, ("怀表",), "#b58d43") if re.search("手[^，]*怀表", worn) else "",
        watch_at=_side(worn, ("怀表",)),
        glasses=has(everything, ("眼镜", "镜框", "墨镜", "单片镜")),
        beard=has(everything, ("胡须", "胡子", "络腮", "白须", "长须")),
    )


def spelt_out(person: Person) -> tuple[tuple[str, str], ...]:
    """The traits, with the colour for every "of the same colour": that of the garment or part named before it."""
    last = ""
    traits = []
    for name, text in person.traits:
        said_so = []
        for phrase in phrases(text):
            said = _SAME.sub(last, phrase)
            words = colour_words_in(said)
            last = words[0] if words and not (last and has(said, DETAILS)) else last
            said_so.append(said)
        traits.append((name, "，".join(said_so)))
    return tuple(traits)


def _said(traits: Iterable[tuple[str, str]], names: Iterable[str]) -> str:
    """What the traits of these names say."""
    return "，".join(text for name, text in traits if has(name, names))


def _part(text: str, words: tuple[str, ...], otherwise: str) -> str:
    """The colour of a part that is worn: said before its word, in the same phrase. Empty where no word stands there."""
    for phrase in phrases(text):
        if ends := [phrase.find(word) + len(word) for word in words if word in phrase]:
            before = colours_in(phrase[: max(ends)])
            return before[-1] if before else colour_in(phrase, otherwise)
    return ""


def _side(text: str, words: tuple[str, ...]) -> int:
    """The figure's own side that a part is said to be on: 1 is left, -1 is right. Left where nothing is said."""
    phrase = next((phrase for phrase in phrases(text) if has(phrase, words)), "")
    left, right = phrase.find("左"), phrase.find("右")
    return -1 if right >= 0 and (left < 0 or right < left) else 1


def _skin(text: str) -> str:
    if has(text, ("古铜", "小麦", "麦", "蜜")):
        return "#dcb08a"
    return "#a5765a" if has(text, ("深", "褐", "黑", "棕")) else "#fbe3d3"
