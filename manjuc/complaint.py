"""What a YAML parser complains of, in the text around it: where it gave up, and what was open there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from manjuc.diagnostic import Diagnostic, Label, Source, Span
from manjuc.words import Words

_PIECE = 256  # characters


@dataclass(frozen=True, slots=True)
class Failure:
    """A parser's complaint: in its words, where it stood, and where what it was reading had begun."""

    source: Source
    context: str
    problem: str
    at: int
    since: int
    bracket: int | None  # the innermost bracket that was open
    columns: tuple[int, ...]  # where the open mappings and lists begin

    def line(self, offset: int) -> int:
        """The number of the line that an offset is in, which for the end of the text is the last line with text."""
        return self.source.position(min(offset, max(0, len(self.source.text.rstrip()) - 1)))[0]

    def words(self, number: int) -> str:
        """A line without its indentation and comment."""
        return re.sub(r"(^|\s)#.*$", "", self.source.line(number)).strip()

    def above(self, number: int) -> int:
        """The next line above that is more than a comment; the line itself where there is none."""
        text, end = self.source.text, self.source.offset(number, 1)
        while end := _filled(text, end):
            begin = text.rfind("\n", 0, end) + 1
            if not text[begin:end].lstrip().startswith("#"):
                return self.source.position(begin)[0]
            end = begin
        return number

    def indent(self, number: int) -> int:
        """How far a line is indented."""
        line = self.source.line(number)
        return len(line) - len(line.lstrip())

    def span(self, number: int) -> Span:
        """The text of a line without indentation, comment and the dash of a list item."""
        words = re.sub(r"^(?:-\s+)+", "", self.words(number))
        start = self.source.offset(number, self.source.line(number).index(words) + 1)
        return Span(self.source, start, start + len(words))

    def here(self) -> Span:
        """The character at which the parser gave up."""
        start = min(self.at, len(self.source.text.rstrip()))
        return Span(self.source, start, min(start + 1, len(self.source.text)))


def _filled(text: str, end: int) -> int:
    """Where a text ends before some offset, space aside; looked for piece by piece, for it may be a million lines."""
    while end > 0:
        begin = max(0, end - _PIECE)
        if filled := text[begin:end].rstrip():
            return begin + len(filled)
        end = begin
    return 0


def needs_quotes(message: Words, span: Span, help_: Words) -> Diagnostic:
    """A text that goes into quotes, for it begins or goes on like something else."""
    return Diagnostic("MJ0108", "error", message, Label(span), help=help_)
