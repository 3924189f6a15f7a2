"""Places of old times as something that can be drawn: their kind, what stands there, snow and the lamp that lights."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from manjuc.preview.palette import colours_in, light, lightness_of, mix, moods_in, saturated, with_lightness
from manjuc.preview.reading import Place
from manjuc.preview.setting import Setting, Thing, light_side, setting_of

_DATA: dict[str, Any] = json.loads(Path(__file__).with_name("places.json").read_text(encoding="utf-8"))
STOCK: dict[str, dict[str, tuple[float, float]]] = _DATA["stock"]
WALL_THINGS: frozenset[str] = frozenset(_DATA["walls"])
_ICON_OF = {word: icon for icon, words in reversed(_DATA["things"]) for word in words}
_THING = re.compile("|".join(sorted(_ICON_OF, key=lambda word: (-len(word), word))))
# Words that hold the sign of a thing and mean none, and the single signs that mean one in any sentence.
_NO_THING = re.compile("几乎|镜头|门外|门缝|掌门|石榴|竹叶青|灯笼光|烛光|出门|窗外|面前|推门|灵位|一块|墙外")
_SURE = ("树", "井", "琴", "鼓", "旗", "棺", "床", "榻", "船")
_NIGHT = ("夜", "月", "烛", "墨黑", "深蓝", "幽", "暗")
_DIFFUSE = ("漫射", "散射", "阴天", "柔光", "雾")
_LAMPS = (("lantern", ("灯笼", "宫灯")), ("candle", ("烛", "长明灯", "油灯", "灯")))
_COLD, _WARM = re.compile("冷|灰白|深蓝|冰|月|寒"), re.compile("暖|阳|夕|春|夏|绿|橙|花|竹")
_OUTSIDE = re.compile("(?:外|门前|门口)$")
_SNOW_WHITE = "#eef2f6"


def old_setting(place: Place) -> Setting:
    """How a place of old times is drawn; where its name tells no kind, it is a room or open land with its props."""
    plain = setting_of(place)
    words = " ".join((place.name, place.time, place.tone, place.light, *place.props))
    kind = _kind(place) or ("chamber" if plain.indoors else "land")
    indoors = kind in _DATA["indoors"]
    night = any(word in words for word in _NIGHT)
    # A palette with snow in it tells the season of a place that is cold.
    cold = _COLD.search(words) and not _WARM.search(words)
    season = f"{words} {place.palette}" if cold else words
    snow = not indoors and any(word in season for word in _DATA["snow"])
    base, accent = _colours(place)
    base = _at_most(base, 0.3 if night else 0.74)
    floor = mix(base, "#3a3036", 0.42)
    return replace(
        plain,
        old=kind,
        kind="room" if indoors else "open",
        indoors=indoors,
        skyline="hills" if plain.skyline == "city" else plain.skyline,
        wall=base,
        far=mix(base, "#12182a", 0.45) if night else light(base, 0.42),
        floor=mix(_SNOW_WHITE, base, 0.5 if night else 0.2) if snow else floor,
        accent=accent,
        side="back" if "门口" in place.light else light_side(place.light),
        diffuse=any(word in place.light for word in _DIFFUSE),
        lamp=next((name for name, marks in _LAMPS if any(mark in place.light for mark in marks)), ""),
        moon="月" in words,
        snow=snow,
        night=night,
        things=tuple(Thing(name, old_icon_of(name)) for name in place.props[:8]),
    )


def old_icon_of(name: str) -> str:
    """The shape of a thing of old times; a plain chest where none is known."""
    found = _THING.findall(name)
    return _ICON_OF[found[-1]] if found else "chest"


def old_added(setting: Setting, text: str) -> Setting:
    """The place with the large things that a text names there, and with the snow and the rain that fall in it."""
    known = {thing.icon for thing in setting.things} | set(STOCK.get(setting.old, ()))
    known |= {"lantern", "candle"} if setting.lamp else set()
    words = (word for word in _THING.findall(_NO_THING.sub("", text)) if len(word) > 1 or word in _SURE)
    found = dict.fromkeys(_ICON_OF[word] for word in words)
    things = [
        Thing("", icon) for icon in found if icon not in known and icon not in ("snow", "wall", "door", "tablets")
    ]
    snow = not setting.indoors and (setting.snow or "雪" in text)
    floor = mix(_SNOW_WHITE, setting.wall, 0.5 if setting.night else 0.2) if snow else setting.floor
    return replace(
        setting, things=(*setting.things, *things)[:6], snow=snow, floor=floor, rain=setting.rain or "雨" in text
    )


def _kind(place: Place) -> str:
    # The word that ends last decides: 后山竹林 is a wood, 山门 a gate.
    found = [
        (place.name.rfind(word) + len(word), len(word), -index, kind)
        for index, (kind, words) in enumerate(_DATA["kinds"])
        for word in words
        if word in place.name
    ]
    kind = str(max(found)[3]) if found else ""
    return ("gate" if "门" in place.name else "land") if _OUTSIDE.search(place.name) else kind


def _colours(place: Place) -> tuple[str, str]:
    said = (*colours_in(place.tone), *moods_in(place.tone)) or moods_in(f"{place.name} {place.light}")
    style = colours_in(place.palette)
    base = said[0] if said else mix("#8a7a66", style[0], 0.25) if style else "#8a7a66"
    accent = said[1] if len(said) > 1 else style[0] if style else "#b3452f"
    factor = 0.55 if "低饱和" in place.tone else 0.78
    return saturated(mix(base, said[1], 0.22) if len(said) > 1 else base, factor), accent


def _at_most(colour: str, most: float) -> str:
    """The colour, no lighter than told, and never so dark that nothing is seen."""
    return with_lightness(colour, min(most, max(0.17, lightness_of(colour))))
