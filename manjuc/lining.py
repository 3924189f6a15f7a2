"""Lines that do not line up with those above them: indented by too much or too little, keys and dashes mixed."""

from __future__ import annotations

import re

from manjuc.complaint import Failure
from manjuc.diagnostic import Diagnostic, Label, Span
from manjuc.keystrokes import write
from manjuc.words import Words, say

_DASHES = re.compile(r"(?:-\s+)+(?=\S)")
_KEY = re.compile(r"""(?:-\s+)*["']?([^\s"':]+)["']?\s*:(?:\s|$)""")


def crooked(failure: Failure, number: int) -> Diagnostic:
    """What is wrong with a line that begins where none of its kind can stand."""
    indent, words = failure.indent(number), failure.words(number)
    above = _alike(failure, number)
    listed = bool(above) and bool(_DASHES.match(failure.words(above)))
    if above and listed and not _DASHES.match(words) and _begins_anew(failure, above, number):
        help_ = write(" " * indent + f"- {words}")
        return _misfit(failure, number, "MJ0101", say("a key stands among the items of a list"), help_)
    if above and not listed and (dash := _DASHES.match(words)) and failure.columns[-1:] == (indent,):
        help_ = write(" " * indent + words[dash.end() :])
        return _misfit(failure, number, "MJ0101", say("a list item stands among keys"), help_)
    columns = {failure.indent(failure.above(number)), *failure.columns}
    if item := _DASHES.match(failure.words(failure.above(number))):
        columns.add(failure.indent(failure.above(number)) + item.end())
    if listed:
        columns = {indent + _dash_width(failure, above)}
    fits = min(columns, key=lambda column: (abs(column - indent), -column))
    help_ = say("indent it by {} spaces", fits) if fits else say("do not indent it")
    message, label = say("a line does not line up with the lines above it"), say("indented by {}", indent)
    return _misfit(failure, number, "MJ0104", message, help_ if fits != indent else None, label)


def _misfit(
    failure: Failure, number: int, code: str, message: Words, help_: Words | None, label: Words | None = None
) -> Diagnostic:
    start = failure.source.offset(number, failure.indent(number) + 1)
    span = Span(failure.source, start, start + len(failure.words(number)))
    return Diagnostic(code, "error", message, Label(span, label or say("does not fit here")), help=help_)


def _alike(failure: Failure, number: int) -> int:
    """The next line above that is indented alike, where none between is indented less; else 0."""
    indent = failure.indent(number)
    for line in range(number - 1, 0, -1):
        if failure.words(line) and failure.indent(line) <= indent:
            return line if failure.indent(line) == indent else 0
    return 0


def _begins_anew(failure: Failure, item: int, number: int) -> bool:
    """True for a line behind a list item that cannot go on with it: the item is closed, or has this key already."""
    key = _KEY.match(failure.words(number))
    within = _DASHES.sub("", failure.words(item))
    if within[:1] in ("{", "[", '"', "'") or not _KEY.match(within):
        return True
    given = (_KEY.match(failure.words(line)) for line in range(item, number))
    return key is not None and key[1] in [each[1] for each in given if each]


def _dash_width(failure: Failure, number: int) -> int:
    found = _DASHES.match(failure.words(number))
    return found.end() if found else 0
