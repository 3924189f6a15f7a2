"""A thing of the story as something that can be drawn: its shape, its colours, the words that stand on it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from manjuc.preview.palette import colours_in, dark
from manjuc.preview.reading import Prop
from manjuc.preview.setting import icon_of

_DATA: dict[str, Any] = json.loads(Path(__file__).with_name("props.json").read_text(encoding="utf-8"))
_KIND_OF = {word: (kind, colour) for kind, colour, words in _DATA["kinds"] for word in words}
_KIND = re.compile("|".join(sorted(_KIND_OF, key=lambda word: (-len(word), word))))
_IN_HAND = frozenset(_DATA["in_hand"])
_MARKS = "《》「」“”，。、；：！？ "


@dataclass(frozen=True, slots=True)
class Thing:
    """How a thing of the story is drawn. `text` is what is written on it, `half` says that it is broken in two."""

    name: str
    kind: str
    colour: str
    accent: str
    text: str = ""
    half: bool = False


def thing_of(prop: Prop) -> Thing:
    """How a prop is drawn; a labelled parcel where no shape is known."""
    said = "，".join((prop.name, *(text for _, text in prop.traits)))
    found = _KIND.findall(prop.name) or _KIND.findall(said)
    kind, usual = _KIND_OF[found[-1]] if found else (_plain_kind(prop.name), "#9aa3b5")
    gilt = any(word in said for word in _DATA["gold_words"])
    colours = tuple(colour for colour in colours_in(_without_gilt(said)))
    colour = colours[0] if colours else usual
    accent = "#e3b552" if gilt or kind == "tablet" else colours[1] if len(colours) > 1 else dark(colour, 0.45)
    half = any(word in said for word in _DATA["half"])
    return Thing(prop.name, kind, colour, accent, prop.text, half)


def thing_named(text: str) -> tuple[str, str]:
    """The shape and the colour of the first thing in a text that a hand can hold; empty where none is named."""
    for found in _KIND.finditer(text):
        kind, usual = _KIND_OF[found[0]]
        if kind in _IN_HAND and len(found[0]) + (found[0] in "剑刀伞碗扇笛箫弓信玉簪钗") > 1:
            before = colours_in(text[max(0, found.start() - 4) : found.end()])
            return kind, before[-1] if before else usual
    return "", ""


def is_held(thing: Thing, action: str) -> bool:
    """True where an action speaks of hands, or names the thing with nothing that it lies on."""
    if thing.kind not in _IN_HAND or any(word in action for word in _DATA["lying"]):
        return False
    return any(word in action for word in _DATA["hand_words"])


def is_open(action: str) -> bool:
    """True where an umbrella is up."""
    return any(word in action for word in _DATA["open_words"])


def lettering(thing: Thing, most: int = 12) -> str:
    """The words as they are painted one below the other: no marks, no gaps."""
    return "".join(char for char in thing.text if char not in _MARKS)[:most]


def _plain_kind(name: str) -> str:
    icon = icon_of(name)
    return icon if icon != "block" else "parcel"


def _without_gilt(text: str) -> str:
    for word in _DATA["gold_words"]:
        text = text.replace(word, "")
    return text
