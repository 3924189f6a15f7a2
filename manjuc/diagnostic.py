"""What the compiler says about a source, as values: no text layout, no printing."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning"]

# What each code means, for ever: a code is never used for something else. Its page is data/explain/<code>.md.
# The first two digits are the pass: 01 YAML, 02 schema, 03 references, 04 meaning, 05 templates, 06 answers of models.
CODES: Mapping[str, str] = {
    "MJ0101": "the text cannot be read as YAML",
    "MJ0102": "a key is not followed by a colon and a space",
    "MJ0103": "a quote or bracket is not closed",
    "MJ0104": "a line does not line up with the lines above it",
    "MJ0105": "a tab is used as indentation",
    "MJ0106": "a file cannot be read as text",
    "MJ0107": "a feature of YAML is not part of the language",
    "MJ0108": "a text needs quotes",
    "MJ0109": "a second document begins in a file",
    "MJ0110": "a key is not a text",
    "MJ0111": "the file is empty",
    "MJ0112": "a control character is in the text",
    "MJ0113": "a number cannot be used",
    "MJ0114": "values are nested too deep",
    "MJ0115": "a key is given twice",
    "MJ0201": "a value is of the wrong type",
    "MJ0202": "a key is missing",
    "MJ0203": "a key is unknown",
    "MJ0204": "a value is not one of those that are possible",
    "MJ0205": "a number is too large or too small",
    "MJ0206": "a text or a list is too long or too short",
    "MJ0207": "a text does not have the form that it needs",
    "MJ0301": "a character is unknown",
    "MJ0302": "a scene is unknown",
    "MJ0303": "a model is unknown",
    "MJ0304": "a file that is referred to does not exist",
    "MJ0305": "an id is used twice",
    "MJ0306": "an id is a word of the language",
    "MJ0307": "a name belongs to several",
    "MJ0308": "a spec has the name of a folder",
    "MJ0309": "a shot does not say where it is",
    "MJ0310": "a model makes something else",
    "MJ0401": "a shot is longer than the film",
    "MJ0402": "the shots are longer than the film",
    "MJ0403": "the shots do not fill the film",
    "MJ0404": "seconds are not a multiple of 0.1",
    "MJ0405": "a shot is longer than any clip of the model",
    "MJ0406": "there are too many or too few shots",
    "MJ0407": "a shot is too long or too short",
    "MJ0408": "limits contradict each other",
    "MJ0409": "a model was retired",
    "MJ0410": "a model does not make this aspect ratio",
    "MJ0411": "a model does not make `hd`",
    "MJ0412": "someone speaks in a picture without being in it",
    "MJ0413": "limits have no effect",
    "MJ0414": "there are too many or too few characters or scenes",
    "MJ0415": "someone who is never seen is in a shot",
    "MJ0311": "the lock holds a merge conflict",
    "MJ0416": "a line holds a letter that the subtitles' font has not",
    "MJ0501": "a template cannot be used",
    "MJ0502": "a template leaves a fixed trait out",
    "MJ0601": "an answer holds no JSON object",
    "MJ0602": "an answer is cut off",
    "MJ0603": "a number in an answer is not finite",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A text that can be pointed into: an author's file, or the answer of a text model."""

    path: str
    text: str
    _starts: list[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        starts = [0, *(i + 1 for i, char in enumerate(self.text) if char == "\n")]
        object.__setattr__(self, "_starts", starts)

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1; the column counts characters, whatever their width."""
        line = bisect.bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line (from 1) without its end."""
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column, both from 1."""
        return self._starts[line - 1] + column - 1


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a source: offsets of characters, the end not included."""

    source: Source
    start: int
    end: int

    @property
    def place(self) -> tuple[str, int, int]:
        """Path, line and column of the start."""
        return (self.source.path, *self.source.position(self.start))


@dataclass(frozen=True, slots=True)
class Label:
    """A pointer into a source, with a few words that say less than the headline."""

    span: Span
    text: str = ""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem with one cause.

    `message` stands alone and says what is wrong, in lower case and without a full stop; only `help` says what to do.
    """

    code: str
    severity: Severity
    message: str
    primary: Label
    secondary: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str | None = None

    @property
    def order(self) -> tuple[str, int, str]:
        """Sorts problems by file, place and code."""
        return (self.primary.span.source.path, self.primary.span.start, self.code)


def in_order(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Problems by place, each said once."""
    seen: dict[tuple[str, int, str], Diagnostic] = {}
    for diagnostic in found:
        seen.setdefault(diagnostic.order, diagnostic)
    return tuple(seen[key] for key in sorted(seen))


def failed(found: Iterable[Diagnostic]) -> bool:
    """True where at least one problem is an error."""
    return any(diagnostic.severity == "error" for diagnostic in found)
