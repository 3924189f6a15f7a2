"""Words by which checks tell what a text shows, as values: framings, colours, opposites, absence and change."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

_NEAR = 0.85  # of two Latin words, how much is the same where one is a slip of the other


@dataclass(frozen=True, slots=True)
class Noun:
    """A thing that has a colour: how a text names it, which traits are about its colour alone."""

    pattern: re.Pattern[str]
    traits: tuple[str, ...] = ()
    never: tuple[str, ...] = ()  # families that mean something else beside it


@dataclass(frozen=True, slots=True)
class Garments:
    """Kinds of clothes of which one is worn at a time, how a text says that, and which traits tell all of them."""

    worn: str = r"(?!)"
    kinds: tuple[re.Pattern[str], ...] = ()
    traits: tuple[str, ...] = ()

    def of(self, text: str) -> frozenset[int]:
        """The kinds that a text names, each by its number."""
        return frozenset(number for number, kind in enumerate(self.kinds) if kind.search(text))


@dataclass(frozen=True, slots=True)
class School:
    """Words for what pupils wear, for uniforms of any kind, and for schools."""

    clothes: tuple[str, ...] = ()
    uniform: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Framings:
    """Which words say which size of a picture, and which are slips of them."""

    sizes: Mapping[str, frozenset[str]] = field(default_factory=dict)  # by each word, under the first of their words
    between: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # the size that is closer, and the other
    held: re.Pattern[str] = re.compile(r"(?!)")  # a word of a size within a longer framing
    others: re.Pattern[str] = re.compile(r"(?!)")  # a word for what is no size
    alike: Mapping[str, frozenset[str]] = field(default_factory=dict)  # the letters that are typed for each other
    _known: dict[str, frozenset[str]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def of(self, framing: str) -> frozenset[str]:
        """The sizes that a framing says, each by its usual name: those of `双人中景` are `中景`."""
        if framing not in self._known:
            plain = _plain(framing)
            held = () if self._typed(plain, self.sizes) else self.held.findall(plain)
            found = self.sizes.get(plain) or frozenset().union(*(self.sizes[word] for word in held))
            self._known[framing] = found
        return self._known[framing]

    def same(self, framing: str, scope: str) -> bool:
        """True for two words that say the same size; a Latin word and a Chinese one are less exact."""
        one, other = self.of(framing), self.of(scope)
        return bool(one & other) and (one == other or not (framing.isascii() and scope.isascii()))

    def beyond(self, framing: str, scope: str) -> bool:
        """True for a framing between two, of which a scope says the closer one."""
        return any(self.between[size][0] in self.of(scope) for size in self.of(framing) if size in self.between)

    def slip(self, framing: str, wanted: Iterable[str] = ()) -> str | None:
        """The word that was meant by a framing which nobody knows; what is `wanted` may be less near to it."""
        plain, wanted = _plain(framing), tuple(wanted)
        if plain in self.sizes or framing in wanted:
            return None
        words = {**{each: each for each in self.sizes}, **{_plain(each): each for each in wanted}}
        near = self._typed(plain, words)
        if not near and not self.of(framing) and not self.others.search(plain):
            less = (each for each in map(_plain, wanted) if len(each) == len(plain) > 1 and _apart(each, plain) == 1)
            alike = difflib.get_close_matches(plain, words, n=1, cutoff=_NEAR) if plain.isascii() else []
            near = next(iter(alike), None) or next(less, None)
        return words[near] if near else None

    def _typed(self, plain: str, words: Iterable[str]) -> str | None:
        return next((each for each in words if each != plain and self._typed_for(plain, each)), None)

    def _typed_for(self, word: str, meant: str) -> bool:
        """True for a word whose letters are those that are meant, or one turned round, or typed for another."""
        if len(word) != len(meant) or len(word) < 2 or word in self.sizes or word.isascii():
            return False
        wrong = [(one, other) for one, other in zip(word, meant, strict=True) if one != other]
        return sorted(word) == sorted(meant) or all(one in self.alike.get(other, ()) for one, other in wrong)


def _plain(framing: str) -> str:
    """A framing as it is compared: `Close-Up` is `close up`."""
    words = re.split(r"[\s_-]+", framing.strip().casefold())
    return (" " if framing.isascii() else "").join(words)


def _apart(one: str, other: str) -> int:
    return sum(mine != yours for mine, yours in zip(one, other, strict=True))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All of these words; without any, checks that need them find nothing."""

    close: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    body_worn: tuple[str, ...] = ()
    no_body: tuple[str, ...] = ()
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
    framings: Framings = Framings()
    garments: Garments = Garments()

    def fills(self, framing: str) -> bool:
        """True for a framing in which one face fills the picture, where it says a size and nothing else."""
        return not self.framings.sizes.get(_plain(framing), frozenset()).isdisjoint(self.close)

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
        **{key: tuple(_flat(data[key])) for key in ("close", "body", "body_worn", "no_body", "things")},
        **{key: tuple(_flat(data[key])) for key in ("absent_before", "absent_after")},
        **{key: tuple(_flat(data[key])) for key in ("change", "denied", "measures", "others", "between", "marks")},
        families=families,
        signs=re.compile(any_of(families), re.IGNORECASE),
        nouns=tuple(
            Noun(re.compile(each["noun"], re.IGNORECASE), tuple(each.get("trait", ())), tuple(each.get("never", ())))
            for each in data["nouns"]
        ),
        opposites=tuple(tuple(re.compile(one, re.IGNORECASE) for one in line) for line in data["opposites"]),
        school=School(**{key: tuple(words) for key, words in data["school"].items()}),
        framings=_framings(data),
        garments=Garments(
            data["garments"]["worn"],
            tuple(re.compile(kind, re.IGNORECASE) for kind in data["garments"]["kinds"]),
            tuple(data["garments"]["traits"]),
        ),
    )


def _framings(data: Mapping[str, Any]) -> Framings:
    sizes: dict[str, frozenset[str]] = {}
    for line in data["framings"]:
        for word in line:
            sizes[word] = sizes.get(word, frozenset()) | {line[0]}
    alike: dict[str, frozenset[str]] = {}
    for letters in data["mistyped"]:
        for letter in letters:
            alike[letter] = alike.get(letter, frozenset()) | set(letters)
    return Framings(
        sizes,
        {framing: (closer, wider) for framing, (closer, wider) in data["framings_between"].items()},
        re.compile(any_of(word for word in sizes if len(word) > 1)),
        re.compile(any_of(_flat(data["framings_else"]))),
        alike,
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
