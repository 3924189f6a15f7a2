"""Letters that the film's font has not: found in what it shows, before anything is paid for."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator

from manjuc.diagnostic import Diagnostic, Label
from manjuc.document import Document, Path
from manjuc.spec import Script, Spec
from manjuc.words import Words, say


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
    """Lines, cards and captions that cannot be drawn onto the film: libass would draw boxes."""
    for number, shot in enumerate(script.shots):
        for key, text in (("card", shot.card), ("caption", shot.caption)):
            yield from undrawable(text, ("shots", number, key), document, letters) if text else ()
        if not spec.subtitles.burn:
            continue
        for turn, said in enumerate(shot.say):
            missing = letters.missing(said.line)
            if missing:
                label = Label(document.span(("shots", number, "say", turn, "line")), say("said here"))
                help_ = say("write the line without, or set `subtitles: {burn: false}` for subtitles beside the film")
                yield _diagnostic(missing, label, help_)


def undrawable(text: str, path: Path, document: Document, letters: Letters) -> Iterator[Diagnostic]:
    """A text that is drawn onto the picture whatever becomes of the subtitles: a card, a caption, a label."""
    missing = letters.missing(text)
    if missing:
        yield _diagnostic(missing, Label(document.span(path), say("written here")), say("write it without"))


def _diagnostic(missing: str, label: Label, help_: Words) -> Diagnostic:
    shown = " ".join(f"`{letter}` (U+{ord(letter):04X})" for letter in missing[:5])
    return Diagnostic("MJ0416", "error", say("the subtitles' font has no {}", shown), label, help=help_)
