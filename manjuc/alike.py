"""What words have in common with names, whatever marks stand between their letters; there may be thousands of names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from manjuc.ids import Names, normal
from manjuc.once import once
from manjuc.simplified import simplified

_MARKS = re.compile(r"[\W_的之]+")


def letters(text: str) -> str:
    """What two ways to write the same have in common."""
    return _MARKS.sub("", simplified(normal(text))).casefold()


@once(8)
def spelled(names: Names) -> Mapping[str, list[tuple[int, str, str]]]:
    """Words by what they have in common with others, each with its place among all words, and its id."""
    found: dict[str, list[tuple[int, str, str]]] = {}
    for place, (called, id_) in enumerate(names.words()):
        found.setdefault(letters(called), []).append((place, called, id_))
    return found


@once(8)
def alone(names: Names) -> Mapping[str, set[str]]:
    """The looks or times that are written so by themselves."""
    found: dict[str, set[str]] = {}
    for id_ in names.names:
        for variant in names.variants.get(id_, ()):
            found.setdefault(letters(variant), set()).add(f"{id_}/{variant}")
    return found


def begun_or_ended(names: Names, given: str) -> Iterator[tuple[int, bool, str, str, str]]:
    """The words with which some letters begin or end (True): their places, they, their ids, the rest of the letters."""
    known = spelled(names)
    for at in range(1, len(given) + 1):
        for ended, name, rest in ((False, given[:at], given[at:]), (True, given[-at:], given[:-at])):
            yield from ((place, ended, called, id_, rest) for place, called, id_ in known.get(name, ()))
