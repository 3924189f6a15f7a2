"""Colours from Chinese words, and what can be done with a colour. Colours are written `#rrggbb`."""

from __future__ import annotations

import colorsys
import json
import re
from collections.abc import Mapping
from pathlib import Path

_DATA = json.loads(Path(__file__).with_name("colours.json").read_text(encoding="utf-8"))
_WORDS: Mapping[str, str] = _DATA["words"]
_MOODS: Mapping[str, str] = _DATA["moods"]
# Words that hold the sign of a colour and mean none. They are tried together with the colours: the longest wins.
_NONE: frozenset[str] = frozenset(_DATA["no_colour"])


def _longest_first(words: frozenset[str]) -> re.Pattern[str]:
    return re.compile("|".join(sorted(words, key=lambda word: (-len(word), word))))


_COLOUR = _longest_first(frozenset(_WORDS) | _NONE)
_MOOD = _longest_first(frozenset(_MOODS))


def colour_words_in(text: str) -> tuple[str, ...]:
    """The words for colours in a text, in its order."""
    return tuple(word for word in _COLOUR.findall(text) if word not in _NONE)


def colours_in(text: str) -> tuple[str, ...]:
    """The colours that a text names, in its order."""
    return tuple(_WORDS[word] for word in colour_words_in(text))


def colour_in(text: str, otherwise: str) -> str:
    """The first colour that a text names."""
    return next(iter(colours_in(text)), otherwise)


def moods_in(text: str) -> tuple[str, ...]:
    """The colours of the times, weathers and kinds of light that a text names."""
    return tuple(_MOODS[word] for word in _MOOD.findall(text))


def mix(first: str, second: str, share: float) -> str:
    """`first` with a share of `second` in it."""
    pairs = zip(_channels(first), _channels(second), strict=True)
    return _written(tuple(a + (b - a) * share for a, b in pairs))


def dark(colour: str, share: float = 0.2) -> str:
    """The colour in shade. Shade is a little blue, which keeps flat drawings alive."""
    return mix(colour, "#120f24", share)


def light(colour: str, share: float = 0.2) -> str:
    """The colour in light."""
    return mix(colour, "#ffffff", share)


def saturated(colour: str, factor: float) -> str:
    """The colour with its saturation multiplied."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(value / 255 for value in _channels(colour)))
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, min(1.0, saturation * factor))
    return _written((red * 255, green * 255, blue * 255))


def lightness_of(colour: str) -> float:
    """How light the colour is, from 0 to 1."""
    return colorsys.rgb_to_hls(*(value / 255 for value in _channels(colour)))[1]


def with_lightness(colour: str, lightness: float) -> str:
    """The colour, as light as told from 0 to 1."""
    hue, _, saturation = colorsys.rgb_to_hls(*(value / 255 for value in _channels(colour)))
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, saturation)
    return _written((red * 255, green * 255, blue * 255))


def _channels(colour: str) -> tuple[float, ...]:
    return tuple(float(int(colour[start : start + 2], 16)) for start in (1, 3, 5))


def _written(channels: tuple[float, ...]) -> str:
    return "#" + "".join(f"{min(255, max(0, round(value))):02x}" for value in channels)
