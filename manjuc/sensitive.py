"""Words that relays refuse, as a list by classes, and how they are found in a text: as whole words, denied or not."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
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
            found = (each.span() for each in listed.pattern.finditer(text) if each[0].casefold() not in listed.harmless)
            for start, end in _joined(found):
                yield Hit(kind, text[start:end], self._denied(text[max(0, start - _FAR) : start]))

    def _denied(self, before: str) -> bool:
        clause = _CLAUSE.split(before)[-1]
        return bool(self.near.search(clause) or self.before.search(clause))


def _joined(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The same stretches of a text, in their order; those that touch are one: `割腕自杀`."""
    last: tuple[int, int] | None = None
    for start, end in spans:
        if last and start > last[1]:
            yield last
            last = None
        last = (last[0] if last else start, end)
    if last:
        yield last


def sensitive(data: Mapping[str, Any]) -> Sensitive:
    """The words of a data file of ours."""
    denials, listed = data.get("negations", {}), data.get("classes", {})
    named = {f"{{{name}}}": f"(?:{_any_of(_flat(entry['words']))})" for name, entry in listed.items()}
    forms = {name: [_form(each, named) for each in entry.get("forms", ())] for name, entry in listed.items()}
    words = _any_of([word for entry in listed.values() for word in _flat(entry["words"])])
    return Sensitive(
        {name: _class(entry, forms[name]) for name, entry in listed.items()},
        re.compile(rf"(?:{_any_of(denials.get('near', ()))})\s?$", re.IGNORECASE),
        re.compile(_any_of(denials.get("before", ())), re.IGNORECASE),
        re.compile("|".join([words, *(form for each in forms.values() for form in each)]), re.IGNORECASE),
    )


def _class(entry: Mapping[str, Any], forms: list[str]) -> Class:
    words, harmless = _flat(entry["words"]), _flat(entry.get("harmless", ()))
    return Class(
        entry.get("why", ""),
        entry.get("lines", False),
        tuple(entry.get("beside", ())),
        re.compile("|".join([_any_of([*words, *harmless]), *forms]), re.IGNORECASE),
        frozenset(map(str.casefold, harmless)),
    )


def _form(pattern: str, classes: Mapping[str, str]) -> str:
    """A regular expression of the data, with the words of classes where their names stand in braces."""
    for name, words in classes.items():
        pattern = pattern.replace(name, words)
    return pattern


def _flat(words: Any) -> list[str]:
    return [word for each in words for word in ([each] if isinstance(each, str) else each)]


def _any_of(words: Collection[str]) -> str:
    """A pattern for one of some words, the longest first; Latin words stand for themselves alone."""
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    begun: dict[str, list[str]] = {}  # most letters begin none of the words, and any letter only a few
    for word in ordered:
        begun.setdefault(word[0].lower(), []).append(word)
    listed = "|".join(f"{re.escape(first)}(?:{'|'.join(map(_rest, words))})" for first, words in begun.items())
    firsts = re.escape("".join(sorted(begun)))
    return f"(?=[{firsts}])(?:{listed})" if ordered else "(?!)"


def _rest(word: str) -> str:
    """A word behind its first letter; Latin ones have no letter beside them."""
    rest = re.escape(word[1:])
    return rf"(?<![A-Za-z]{re.escape(word[0])}){rest}(?![A-Za-z])" if word[-1].isascii() else rest
