"""What is said to people, before it is in a language: an English sentence with gaps, and what stands in them.

English is the language of the source; a table from English sentences to another language's is all a translation is.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Language = Mapping[str, str]
"""English sentences with gaps, each with the same sentence in another language; empty for English itself."""

ENGLISH: Language = {}
"""No sentence is put otherwise."""

_GAP = re.compile(r"\{(\d*)\}")  # other braces are text: `{burn: false}` is what an author writes
_BETWEEN = re.compile(r"(; |（|）；?|(?<=[.?]) )")  # sentences that are told together
_HEARD = "((?:(?!; |（).)+)"  # what stands in a gap: less than two of them
_LONGEST = 2000  # characters in which sentences are looked for: what is longer is somebody's text
_TELLING = 4  # letters of its own by which a sentence with gaps is known again


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
        whole = _known(self.template, table)
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
        return table.get(", ", ", ").join(_put(each, table) for each in value)
    return value.put(table) if isinstance(value, Words) else str(value)


def _known(text: str, table: Language) -> Words | None:
    """A sentence of the table that a text is, with what stands in its gaps."""
    if text in table:
        return Words(text)
    for template, pattern in _patterns(tuple(table)):
        if found := pattern.fullmatch(text):
            return Words(template, tuple(heard(value) if " " in value else value for value in found.groups()))
    return None


@functools.lru_cache(maxsize=2)
def _patterns(templates: tuple[str, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """How to know sentences with gaps, those that say most by themselves first."""
    own = {template: _GAP.sub("", template) for template in templates if "{}" in template}
    telling = [template for template, words in own.items() if sum(map(str.isalpha, words)) >= _TELLING]
    telling.sort(key=lambda template: -len(own[template]))
    return tuple((each, re.compile(re.escape(each).replace(r"\{\}", _HEARD), re.DOTALL)) for each in telling)
