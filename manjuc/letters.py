"""Letters that the subtitles' font has not: found in a script, before anything is paid for."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator

from manjuc.diagnostic import Diagnostic, Label
from manjuc.document import Document
from manjuc.spec import Script, Spec


class Letters:
    """What a font can draw, as ranges of code points."""

    def __init__(self, table: str) -> None:
        """From lines of hexadecimal code points and ranges, as in data/letters.txt."""
        lines = (line for line in table.splitlines() if not line.startswith("#"))
        found = re.findall(r"([0-9A-F]+)(?:-([0-9A-F]+))?", " ".join(lines))
        ranges = sorted((int(first, 16), int(last or first, 16)) for first, last in found)
        self._firsts, self._lasts = [first for first, _ in ranges], [last for _, last in ranges]

    def missing(self, text: str) -> str:
        """The letters of a text that the font has not, each once."""
        return "".join(dict.fromkeys(letter for letter in text if not letter.isspace() and not self._has(ord(letter))))

    def _has(self, code: int) -> bool:
        at = bisect.bisect_right(self._firsts, code) - 1
        return at >= 0 and code <= self._lasts[at]


def letters_without_a_glyph(script: Script, spec: Spec, document: Document, letters: Letters) -> Iterator[Diagnostic]:
    """Lines that cannot be burnt into the film: libass would draw boxes."""
    if not spec.burn_subtitles:
        return
    for number, shot in enumerate(script.shots):
        for turn, say in enumerate(shot.say):
            missing = letters.missing(say.line)
            if missing:
                yield _diagnostic(document, ("shots", number, "say", turn, "line"), missing)


def _diagnostic(document: Document, path: tuple[str | int, ...], missing: str) -> Diagnostic:
    named = " ".join(f"`{letter}` (U+{ord(letter):04X})" for letter in missing[:5])
    message = f"the subtitles' font has no {named}"
    label = Label(document.span(path), "said here")
    help_ = "write the line without, or set `subtitles: {burn: false}` for subtitles beside the film"
    return Diagnostic("MJ0416", "error", message, label, help=help_)
