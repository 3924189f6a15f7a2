"""What a YAML parser complains of, in the text around it: where it gave up, and what was open there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from manjuc.diagnostic import Diagnostic, Label, Source, Span
from manjuc.words import Words


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
        return next((line for line in range(number - 1, 0, -1) if self.words(line)), number)

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


def needs_quotes(message: Words, span: Span, help_: Words) -> Diagnostic:
    """A text that goes into quotes, for it begins or goes on like something else."""
    return Diagnostic("MJ0108", "error", message, Label(span), help=help_)
