"""Words by which checks tell what a text shows, as values: colours, opposites, words of absence and of change."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Noun:
    """A thing that has a colour: how a text names it, which traits are about its colour alone."""

    pattern: re.Pattern[str]
    traits: tuple[str, ...] = ()
    never: tuple[str, ...] = ()  # families that mean something else beside it


@dataclass(frozen=True, slots=True)
class School:
    """Words for what pupils wear, for uniforms of any kind, and for schools."""

    clothes: tuple[str, ...] = ()
    uniform: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All of these words; without any, checks that need them find nothing."""

    close: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    things: tuple[str, ...] = ()
    absent_before: tuple[str, ...] = ()
    absent_after: tuple[str, ...] = ()
    change: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    families: Mapping[str, frozenset[str]] = field(default_factory=dict)  # the families of each sign of a colour
    signs: re.Pattern[str] = re.compile(r"(?!)")  # any sign of a colour
    between: tuple[str, ...] = ()
    nouns: tuple[Noun, ...] = ()
    opposites: tuple[tuple[re.Pattern[str], ...], ...] = ()
    marks: tuple[str, ...] = ()
    school: School = School()

    def families_in(self, text: str) -> frozenset[str]:
        """The families of every colour that a text names."""
        return frozenset().union(*(self.families[sign.lower()] for sign in self.signs.findall(text)))


def lexicon(data: Mapping[str, Any]) -> Lexicon:
    """The words of a data file of ours."""
    families: dict[str, frozenset[str]] = {}
    for family, signs in data["colours"].items():
        for sign in signs:
            families[sign] = families.get(sign, frozenset()) | {family}
    return Lexicon(
        **{key: tuple(_flat(data[key])) for key in ("close", "body", "things", "absent_before", "absent_after")},
        **{key: tuple(_flat(data[key])) for key in ("change", "denied", "measures", "others", "between", "marks")},
        families=families,
        signs=re.compile(any_of(families), re.IGNORECASE),
        nouns=tuple(
            Noun(re.compile(each["noun"], re.IGNORECASE), tuple(each.get("trait", ())), tuple(each.get("never", ())))
            for each in data["nouns"]
        ),
        opposites=tuple(tuple(re.compile(one, re.IGNORECASE) for one in line) for line in data["opposites"]),
        school=School(**{key: tuple(words) for key, words in data["school"].items()}),
    )


def any_of(words: Iterable[str]) -> str:
    """A pattern for one of some words, the longest first; Latin words stand for themselves alone."""
    return _any_of(tuple(words))


@functools.lru_cache(maxsize=64)
def _any_of(words: tuple[str, ...]) -> str:
    """Put together once: the checks of each film ask for the same."""
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return (
        "|".join(
            rf"(?<![A-Za-z0-9_]){re.escape(w)}(?![A-Za-z0-9_])"
            if w[-1:].isascii() and w[-1:].isalnum()
            else re.escape(w)
            for w in ordered
        )
        or r"(?!)"
    )


def _flat(words: Iterable[str | list[str]]) -> Iterable[str]:
    for each in words:
        yield from [each] if isinstance(each, str) else each
