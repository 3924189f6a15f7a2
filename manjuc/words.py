"""What is said to people, before it is in a language: an English sentence with gaps, and what stands in them.

English is the language of the source; a table from English sentences to another language's is all a translation is.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Language = Mapping[str, str]
"""English sentences with gaps, each with the same sentence in another language; empty for English itself."""

ENGLISH: Language = {}
"""No sentence is put otherwise."""

_GAP = re.compile(r"\{(\d*)\}")  # other braces are text: `{burn: false}` is what an author writes
_BETWEEN = re.compile(r"(; |（|）；?|(?<=[.?]) )")  # sentences that are told together
_HEARD = "((?:(?!; |（).)+)"  # what stands in a gap: less than two of them
_CODE = "`((?:(?!; |（)[^`])+)`"
_LONGEST = 2000  # characters in which sentences are looked for: what is longer is somebody's text
_LISTED = 3  # names that stand for many
_TELLING = 4  # letters of its own, or marks of code, by which a sentence with gaps is known again
_BRIEF = 40  # characters of so many of something
_NUMBER = re.compile(r"\d[\d.,]*")
_ERROR = re.compile("[A-Z][a-z]+[A-Z][A-Za-z]+")  # a name of two words, such as ReadTimeout
_ITEMS = re.compile(r", (?=`)")  # between names that are listed


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence with `{}` gaps and what stands in them: texts, numbers, other words, or a tuple of names.

    A translation may take the values in another order, with `{1}` and `{0}`.
    """

    template: str
    values: tuple[object, ...] = ()

    def __str__(self) -> str:
        return self.put(ENGLISH)

    def __bool__(self) -> bool:
        return bool(self.template)

    def put(self, table: Language) -> str:
        """The sentence in a language; in English where the table has none for it."""
        template = table.get(self.template, self.template)
        if not self.values:
            return template  # it may be another's text, whose braces are no gaps
        values = [_put(value, table) for value in self.values]
        following = iter(values)
        return _GAP.sub(lambda gap: _fitted(values[int(gap[1])] if gap[1] else next(following), gap), template)


NOTHING = Words("")
"""No words at all."""


def say(template: str, *values: object) -> Words:
    """A sentence of ours; the template is written out where this is called, for translators find it there."""
    return Words(template, values)


@dataclass(frozen=True, slots=True)
class Heard(Words):
    """English text that may be sentences of ours: they are known again by the table, when they are put."""

    def put(self, table: Language) -> str:
        """The sentences in a language; as they were heard where the table knows none of them."""
        if len(self.template) > _LONGEST:
            return self.template
        whole = _of_library(self.template, table) or _known(self.template, table)
        if whole:
            return whole.put(table)
        parts = [(part, _known(part, table)) for part in _BETWEEN.split(self.template)]
        if not any(known for _, known in parts[::2]):
            return self.template
        told = ""
        for part, known in parts:
            # A space stands behind a Latin full stop, and behind no other.
            told += known.put(table) if known else "" if part == " " and not told[-1:].isascii() else part
        return told


def heard(text: str) -> Words:
    """What was written down in English, in the journal, or is said by a library."""
    return Heard(text)


def named(names: Iterable[object]) -> tuple[str, ...]:
    """Names as a value that is listed: each in backticks, with commas between them."""
    return tuple(f"`{name}`" for name in names)


def shortened(names: Sequence[object]) -> tuple[object, ...]:
    """Names as a value that is listed, of many the first few and how many more there are."""
    more = len(names) - _LISTED
    return (*names[:_LISTED], say("{} more", more)) if more > 1 else tuple(names)


def _fitted(text: str, gap: re.Match[str]) -> str:
    """What stands in a gap, with the space that belongs between Chinese and Latin letters, digits and code."""
    before, after = gap.string[: gap.start()][-1:], gap.string[gap.end() :][:1]
    left = " " if _latin(text[:1]) and _chinese(before) else ""
    return left + text + (" " if _latin(text[-1:]) and _chinese(after) else "")


def _latin(char: str) -> bool:
    return char == "`" or (char.isascii() and char.isalnum())


def _chinese(char: str) -> bool:
    return char.isalpha() and char >= "\u2e80"


def _put(value: object, table: Language) -> str:
    if isinstance(value, tuple):
        put = {id(each): _put(each, table) for each in {id(each): each for each in value}.values()}
        return table.get(", ", ", ").join([put[id(each)] for each in value])  # of thousands, most are one and the same
    return value.put(table) if isinstance(value, Words) else str(value)


def _known(text: str, table: Language) -> Words | None:
    """A sentence of the table that a text is, with what stands in its gaps."""
    if text in table:
        return Words(text)
    for template, pattern in _patterns(tuple(table))[0]:
        if found := pattern.fullmatch(text):
            coded = (template[: gap.start()].endswith("`") for gap in _GAP.finditer(template))
            given = zip(found.groups(), coded, strict=True)
            return Words(template, tuple(value if code else _part(value, table) for value, code in given))
    return None


def _of_library(text: str, table: Language) -> Words | None:
    """`ReadError: timed out`: an error by the name that a library gives it, with what it says, if it says anything."""
    name, _, said = text.partition(":")
    if name not in table or not _ERROR.fullmatch(name):
        return None
    return Words("{}: {}", (Words(name), heard(said.strip()))) if said.strip() else Words(name)


def _part(value: str, table: Language) -> object:
    """What stands in a gap, known again: a word, names that are listed, so many of something, or a sentence."""
    items = _ITEMS.split(value)
    if len(items) > 1:
        return tuple(_part(item, table) for item in items)
    return _known(value, table) if value in table else _quantity(value, table) or heard(value)


def _quantity(text: str, table: Language) -> Words | None:
    """`3 scenes`, `0.5 s to 2 s`: sentences that are known by the numbers and the words in their gaps alone."""
    brief = len(text) <= _BRIEF and any(map(str.isdigit, text))
    for template, pattern in _patterns(tuple(table))[1] if brief else ():
        if found := pattern.fullmatch(text):
            values = tuple(_measure(value, table) for value in found.groups())
            if all(values):
                return Words(template, values)
    return None


def _measure(value: str, table: Language) -> object:
    if _NUMBER.fullmatch(value):
        return value
    return Words(value) if value in table else _quantity(value, table)


_Patterns = tuple[tuple[str, re.Pattern[str]], ...]


@functools.lru_cache(maxsize=2)
def _patterns(templates: tuple[str, ...]) -> tuple[_Patterns, _Patterns]:
    """How to know sentences with gaps, those that say most by themselves first; apart, those that say too little."""
    own = {template: _GAP.sub("", template) for template in templates if "{}" in template and template != "{}"}
    ordered = sorted(own, key=lambda template: -len(own[template]))
    known = [(each, re.compile(_gapped(re.escape(each)), re.DOTALL)) for each in ordered]
    telling = {each for each in own if sum(char.isalpha() or char == "`" for char in own[each]) >= _TELLING}
    return tuple(pair for pair in known if pair[0] in telling), tuple(pair for pair in known if pair[0] not in telling)


def _gapped(escaped: str) -> str:
    return escaped.replace(r"`\{\}`", _CODE).replace(r"\{\}", _HEARD)
