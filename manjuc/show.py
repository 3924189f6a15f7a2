"""Diagnostics as text: for a terminal, a line each, as data, and as annotations of a code host. Prints nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from manjuc.diagnostic import Diagnostic, Label, Span
from manjuc.digest import JsonValue
from manjuc.text import width

MOST = 50  # problems that are shown; the rest is counted
_WINDOW = 100  # columns of a source line that are shown
_COLOURS = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "frame": "\x1b[1;34m", "bold": "\x1b[1m"}
_PLAIN = "\x1b[0m"
# What a terminal would not show as one column, or would act upon.
_BLANKED = {code: " " for code in (*range(32), 127, *range(0x80, 0xA0), 0x2028, 0x2029)}
_BLANKED |= {code: "" for code in (0xFEFF, 0x200B, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def diagnostics(found: Sequence[Diagnostic], *, colour: bool) -> str:
    """Problems with their lines of source, each a block, and their count; an empty text where there are none."""
    if not found:
        return ""
    paint = _Paint(colour)
    blocks = ["\n".join(_block(diagnostic, paint)) for diagnostic in found[:MOST]]
    if len(found) > MOST:
        blocks.append(f"… and {len(found) - MOST} more")
    return "\n\n".join([*blocks, summary(found)]) + "\n"


def summary(found: Iterable[Diagnostic]) -> str:
    """How many errors and warnings there are."""
    severities = [diagnostic.severity for diagnostic in found]
    counts = ((severities.count("error"), "error"), (severities.count("warning"), "warning"))
    return ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count)


def short(found: Iterable[Diagnostic]) -> str:
    """A line for each problem, which makes sense alone."""
    return "".join(f"{_where(each.primary.span)}: {_headline(each)}\n" for each in found)


def as_json(found: Iterable[Diagnostic]) -> JsonValue:
    """Problems as data, for other programs."""
    return [
        {
            "code": each.code,
            "severity": each.severity,
            "message": each.message,
            **_range(each.primary.span),
            "labels": [{"text": label.text, **_range(label.span)} for label in (each.primary, *each.secondary)],
            "notes": list(each.notes),
            "help": each.help,
        }
        for each in found
    ]


def github(found: Iterable[Diagnostic]) -> str:
    """Problems as workflow commands, which GitHub shows beside the lines of a change."""
    return "".join(_annotation(each) for each in found)


def _annotation(diagnostic: Diagnostic) -> str:
    place = _range(diagnostic.primary.span)
    names = {"file": "path", "line": "line", "endLine": "end_line", "col": "column", "endColumn": "end_column"}
    properties = {name: str(place[key]) for name, key in names.items()}
    if place["line"] != place["end_line"]:
        del properties["col"], properties["endColumn"]  # columns are for one line only
    properties["title"] = diagnostic.code
    given = ",".join(f"{name}={_escaped(value, ':,')}" for name, value in properties.items())
    text = "\n".join([diagnostic.message, *diagnostic.notes, *([diagnostic.help] if diagnostic.help else [])])
    return f"::{diagnostic.severity} {given}::{_escaped(text)}\n"


def _escaped(text: str, more: str = "") -> str:
    for char in "%\r\n" + more:
        text = text.replace(char, f"%{ord(char):02X}")
    return text


def _range(span: Span) -> dict[str, JsonValue]:
    path, line, column = span.place
    end_line, end_column = span.source.position(span.end)
    return {"path": path, "line": line, "column": column, "end_line": end_line, "end_column": end_column}


def _where(span: Span) -> str:
    path, line, column = span.place
    return f"{path}:{line}:{column}"


def _headline(diagnostic: Diagnostic) -> str:
    return f"{diagnostic.severity}[{diagnostic.code}]: {diagnostic.message.translate(_BLANKED)}"


class _Paint:
    """Colours for a terminal, or none."""

    def __init__(self, colour: bool) -> None:
        self._on = colour

    def __call__(self, text: str, colour: str) -> str:
        return f"{_COLOURS[colour]}{text}{_PLAIN}" if self._on and text else text


def _block(diagnostic: Diagnostic, paint: _Paint) -> Iterator[str]:
    labels = sorted((diagnostic.primary, *diagnostic.secondary), key=lambda label: label.span.place)
    gutter = len(str(max(label.span.place[1] for label in labels)))
    bar = paint(" " * gutter + " |", "frame")
    head, _, message = _headline(diagnostic).partition(": ")
    yield f"{paint(head, diagnostic.severity)}: {paint(message, 'bold')}"
    others = groupby(labels, key=lambda label: label.span.place[0])
    by_path = {path: list(group) for path, group in others}
    first = diagnostic.primary.span.place[0]
    for path in (first, *(path for path in by_path if path != first)):
        place = diagnostic.primary.span if path == first else by_path[path][0].span
        yield f"{' ' * gutter}{paint('-->', 'frame')} {_where(place)}"
        yield bar
        for label in by_path[path]:
            mark = "^" if label is diagnostic.primary else "-"
            number, text, pointer = _pointed(label, mark)
            yield f"{paint(f'{number:>{gutter}} |', 'frame')} {text}".rstrip()
            yield f"{bar} {paint(pointer, diagnostic.severity if mark == '^' else 'frame')}"
    for kind, lines in (("note", diagnostic.notes), ("help", (diagnostic.help,) if diagnostic.help else ())):
        for line in lines:
            yield f"{' ' * gutter} {paint('=', 'frame')} {kind}: {line.translate(_BLANKED)}"


def _pointed(label: Label, mark: str) -> tuple[int, str, str]:
    """The number and the text of the line that a label is in, and the marks that go under it."""
    _, number, column = label.span.place
    line = label.span.source.line(number)
    start = min(column - 1, len(line))
    end = min(start + max(0, label.span.end - label.span.start), len(line))
    before, marked, after = (part.translate(_BLANKED) for part in (line[:start], line[start:end], line[end:]))
    before, marked, after = _windowed(before, marked, after)
    pointer = " " * width(before) + mark * max(1, width(marked))
    return number, before + marked + after, f"{pointer} {label.text.translate(_BLANKED)}".rstrip()


def _windowed(before: str, marked: str, after: str) -> tuple[str, str, str]:
    """The three parts of a long line cut to what fits around the middle one."""
    if width(before + marked + after) <= _WINDOW:
        return before, marked, after
    marked = _cut(marked, _WINDOW * 2 // 3)
    left = max(_WINDOW // 3, _WINDOW - width(marked) - width(after)) - 2
    if width(before) > left:
        before = "…" + _cut(before[::-1], left, "")[::-1]
    return before, marked, _cut(after, max(1, _WINDOW - width(before + marked)))


def _cut(text: str, columns: int, sign: str = "…") -> str:
    """`text` in at most so many columns, with a sign where something is left out."""
    used = 0
    for position, char in enumerate(text):
        used += width(char)
        if used > columns:
            return text[:position].rstrip() + sign if sign else text[:position]
    return text
