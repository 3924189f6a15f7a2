"""Words that relays refuse, as a list by classes, and how they are found in a text: as whole words, denied or not."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_CLAUSE = re.compile(r"[，。；：！？,.;:!?\n（）()]")
_FAR = 24  # characters before a word in which a negation still means it


@dataclass(frozen=True, slots=True)
class Hit:
    """A word of a class in a text."""

    kind: str
    word: str
    denied: bool  # the text says that it is not there


@dataclass(frozen=True, slots=True)
class Class:
    """Words that are refused for one reason."""

    why: str = ""
    lines: bool = False  # spoken lines count as well
    beside: tuple[str, ...] = ()  # the classes of which a word has to stand in the same shot; empty: it is enough alone
    pattern: re.Pattern[str] = field(default=re.compile("(?!)"), repr=False)
    harmless: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sensitive:
    """All classes by name; without any, nothing is found."""

    classes: Mapping[str, Class] = field(default_factory=dict)
    near: re.Pattern[str] = re.compile("(?!)")
    before: re.Pattern[str] = re.compile("(?!)")
    any: re.Pattern[str] = re.compile("(?!)")  # a word of any class: most texts have none, and are looked through once

    def found_in(self, text: str, kinds: Collection[str]) -> Iterator[Hit]:
        """The words of some classes in a text."""
        for kind in kinds if self.any.search(text) else ():
            listed = self.classes.get(kind, Class())
            for match in listed.pattern.finditer(text):
                if match[0].casefold() not in listed.harmless:
                    yield Hit(kind, match[0], self._denied(text[max(0, match.start() - _FAR) : match.start()]))

    def _denied(self, before: str) -> bool:
        clause = _CLAUSE.split(before)[-1]
        return bool(self.near.search(clause) or self.before.search(clause))


def sensitive(data: Mapping[str, Any]) -> Sensitive:
    """The words of a data file of ours."""
    denials = data.get("negations", {})
    return Sensitive(
        {name: _class(entry) for name, entry in data.get("classes", {}).items()},
        re.compile(rf"(?:{_any_of(denials.get('near', ()))})\s?$", re.IGNORECASE),
        re.compile(_any_of(denials.get("before", ())), re.IGNORECASE),
        re.compile(_any_of([w for c in data.get("classes", {}).values() for w in _flat(c["words"])]), re.IGNORECASE),
    )


def _class(entry: Mapping[str, Any]) -> Class:
    words, harmless = _flat(entry["words"]), _flat(entry.get("harmless", ()))
    return Class(
        entry.get("why", ""),
        entry.get("lines", False),
        tuple(entry.get("beside", ())),
        re.compile(_any_of([*words, *harmless]), re.IGNORECASE),
        frozenset(map(str.casefold, harmless)),
    )


def _flat(words: Any) -> list[str]:
    return [word for each in words for word in ([each] if isinstance(each, str) else each)]


def _any_of(words: Collection[str]) -> str:
    """A pattern for one of some words, the longest first; Latin words stand for themselves alone."""
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    latin = r"(?<![A-Za-z]){}(?![A-Za-z])"
    listed = "|".join(latin.format(re.escape(word)) if word[-1].isascii() else re.escape(word) for word in ordered)
    firsts = re.escape("".join(sorted({word[0] for word in ordered})))  # most letters begin none of the words
    return f"(?=[{firsts}])(?:{listed})" if ordered else "(?!)"
