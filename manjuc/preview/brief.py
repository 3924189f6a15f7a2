"""The JSON brief inside a script prompt, as limits in tenths of a second. What is not said has a plain default."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_BEGIN = "设定："  # the line of the prompt behind which the brief stands
_MOST_SHOTS = 2000


@dataclass(frozen=True, slots=True)
class Named:
    """A character or scene that the author has fixed."""

    id: str
    name: str
    role: str = ""
    seen: bool = True
    crowd: bool = False


@dataclass(frozen=True, slots=True)
class Bounds:
    """From `least` to `most`, both included."""

    least: int
    most: int

    def nearest(self, value: int) -> int:
        """The value inside that is nearest to a wish; `least` wins where the bounds cross."""
        return max(self.least, min(self.most, value))


@dataclass(frozen=True, slots=True)
class Brief:
    """What a story has to keep to. Times are tenths of a second."""

    theme: str
    tenths: int
    shots: Bounds
    shot_tenths: Bounds
    characters: Bounds
    scenes: Bounds
    given_characters: tuple[Named, ...] = ()
    given_scenes: tuple[Named, ...] = ()
    require: tuple[str, ...] = ()


def read_brief(prompt: str) -> Brief:
    """The brief of a script prompt; a small neutral one where there is none to read."""
    text = prompt.partition(f"{_BEGIN}\n")[2] if f"{_BEGIN}\n" in prompt else prompt.partition(_BEGIN)[2]
    try:
        data, _ = json.JSONDecoder().raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        data = {}
    data = data if isinstance(data, dict) else {}
    shots, seconds = _mapping(data, "shots"), _mapping(data, "shot_seconds")
    characters, scenes = _mapping(data, "characters"), _mapping(data, "scenes")
    # A tiny allowance, because 0.3 * 10 is a little more than 3 in binary.
    shortest, longest = _number(seconds, "min", 0.5) * 10 - 1e-6, _number(seconds, "max", 3) * 10 + 1e-6
    return Brief(
        theme=_text(data, "theme"),
        tenths=max(1, round(_number(data, "seconds", 10) * 10)),
        shots=Bounds(_whole(shots, "min", 6), _whole(shots, "max", 12)),
        shot_tenths=Bounds(max(1, math.ceil(shortest)), math.floor(longest)),
        characters=_wanted(characters, 2),
        scenes=_wanted(scenes, 2),
        given_characters=_given(characters),
        given_scenes=_given(scenes),
        require=tuple(item for item in _list(data, "require") if isinstance(item, str)),
    )


def _wanted(data: Mapping[str, Any], most: int) -> Bounds:
    wanted = _mapping(data, "wanted")
    return Bounds(_whole(wanted, "min", 1), _whole(wanted, "max", most))


def _given(data: Mapping[str, Any]) -> tuple[Named, ...]:
    entries = (entry for entry in _list(data, "given") if isinstance(entry, dict) and _text(entry, "id"))
    return tuple(
        Named(
            _text(entry, "id"),
            _text(entry, "name") or _text(entry, "id"),
            _text(entry, "role"),
            seen=entry.get("seen") is not False,
            crowd=entry.get("crowd") is True,
        )
        for entry in entries
    )


def _mapping(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def _list(data: Mapping[str, Any], name: str) -> list[Any]:
    value = data.get(name)
    return value if isinstance(value, list) else []


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return " ".join(value.split()) if isinstance(value, str) else ""


def _number(data: Mapping[str, Any], name: str, otherwise: float) -> float:
    try:
        number = float(data[name])
    except (KeyError, TypeError, ValueError):
        return otherwise
    return number if 0 <= number <= 100_000 else otherwise


def _whole(data: Mapping[str, Any], name: str, otherwise: int) -> int:
    return min(_MOST_SHOTS, int(_number(data, name, otherwise)))
