"""Diagnostics as text: for a terminal, a line each, as data, and as annotations of a code host. Prints nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from manjuc.diagnostic import Diagnostic, Label, Severity, Span
from manjuc.digest import JsonValue
from manjuc.text import width
from manjuc.words import ENGLISH, Language, Words, say

MOST = 50  # problems that are shown; the rest is counted
_WINDOW = 100  # columns of a source line that are shown
_NEAR = 8 * _WINDOW  # characters beside a mark that are looked at: a line may be as long as a file
_COLOURS = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "hint": "\x1b[1;36m",
    "frame": "\x1b[1;34m",
    "bold": "\x1b[1m",
}
_PLAIN = "\x1b[0m"
_SEVERITIES: Mapping[Severity, Words] = {"error": say("error"), "warning": say("warning"), "hint": say("hint")}
# What a terminal would not show as one column, or would act upon.
_BLANKED = {code: " " for code in (*range(32), 127, *range(0x80, 0xA0), 0x2028, 0x2029)}
_BLANKED |= {code: "" for code in (0xFEFF, 0x200B, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def diagnostics(found: Sequence[Diagnostic], *, colour: bool, language: Language = ENGLISH) -> str:
    """Problems with their lines of source, each a block, and their count; an empty text where there are none."""
    if not found:
        return ""
    pen = _Pen(colour, language)
    blocks = ["\n".join(_block(diagnostic, pen)) for diagnostic in found[:MOST]]
    return "\n\n".join([*blocks, *_rest(found, language), summary(found).put(language)]) + "\n"


def _rest(found: Sequence[Diagnostic], language: Language) -> tuple[str, ...]:
    """How many problems there are beyond those that are shown; nothing where all are."""
    return (say("… and {} more", len(found) - MOST).put(language),) if len(found) > MOST else ()


def summary(found: Iterable[Diagnostic]) -> Words:
    """How many errors, warnings and hints there are."""
    severities = [diagnostic.severity for diagnostic in found]
    errors, warnings, hints = (severities.count(severity) for severity in _SEVERITIES)
    counts = (
        (errors, say("1 error") if errors == 1 else say("{} errors", errors)),
        (warnings, say("1 warning") if warnings == 1 else say("{} warnings", warnings)),
        (hints, say("1 hint") if hints == 1 else say("{} hints", hints)),
    )
    return say("{}", tuple(words for count, words in counts if count))


def short(found: Sequence[Diagnostic], *, language: Language = ENGLISH) -> str:
    """A line for each problem, which makes sense alone."""
    pen = _Pen(False, language)
    lines = (f"{_where(each.primary.span)}: {_headline(each, pen)}" for each in found[:MOST])
    return "".join(f"{line}\n" for line in (*lines, *_rest(found, language)))


def as_json(found: Sequence[Diagnostic], *, language: Language = ENGLISH) -> JsonValue:
    """Problems as data, for other programs. Where there are more than are shown, the last says in `more` how many."""
    return [
        {
            "code": each.code,
            "severity": each.severity,
            "message": each.message.put(language),
            **_range(each.primary.span),
            "labels": [
                {"text": label.text.put(language), **_range(label.span)} for label in (each.primary, *each.secondary)
            ],
            "notes": [note.put(language) for note in each.notes],
            "help": each.help.put(language) if each.help else None,
            **({"more": len(found) - MOST} if number == MOST < len(found) else {}),
        }
        for number, each in enumerate(found[:MOST], 1)
    ]


def github(found: Sequence[Diagnostic], *, language: Language = ENGLISH) -> str:
    """Problems as workflow commands, which GitHub shows beside the lines of a change."""
    rest = (f"::notice::{_escaped(text)}\n" for text in _rest(found, language))
    return "".join((*(_annotation(each, language) for each in found[:MOST]), *rest))


def _annotation(diagnostic: Diagnostic, language: Language) -> str:
    place = _range(diagnostic.primary.span)
    names = {"file": "path", "line": "line", "endLine": "end_line", "col": "column", "endColumn": "end_column"}
    properties = {name: str(place[key]) for name, key in names.items()}
    if place["line"] != place["end_line"]:
        del properties["col"], properties["endColumn"]  # columns are for one line only
    properties["title"] = diagnostic.code
    given = ",".join(f"{name}={_escaped(value, ':,')}" for name, value in properties.items())
    said = (diagnostic.message, *diagnostic.notes, *([diagnostic.help] if diagnostic.help else []))
    text = "\n".join(words.put(language) for words in said)
    level = "notice" if diagnostic.severity == "hint" else diagnostic.severity
    return f"::{level} {given}::{_escaped(text)}\n"


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


class _Pen:
    """Colours for a terminal, or none, and words in a language."""

    def __init__(self, colour: bool, language: Language) -> None:
        self._colour, self._language = colour, language

    def paint(self, text: str, colour: str) -> str:
        return f"{_COLOURS[colour]}{text}{_PLAIN}" if self._colour and text else text

    def put(self, words: Words) -> str:
        """Words as they may stand on a terminal."""
        return words.put(self._language).translate(_BLANKED)

    def joined(self, head: str, text: str) -> str:
        """Both as `head: text`; either may hold colours."""
        return say("{}: {}", head, text).put(self._language)


def _headline(diagnostic: Diagnostic, pen: _Pen) -> str:
    head = f"{pen.put(_SEVERITIES[diagnostic.severity])}[{diagnostic.code}]"
    return pen.joined(pen.paint(head, diagnostic.severity), pen.paint(pen.put(diagnostic.message), "bold"))


def _block(diagnostic: Diagnostic, pen: _Pen) -> Iterator[str]:
    labels = sorted((diagnostic.primary, *diagnostic.secondary), key=lambda label: label.span.place)
    gutter = len(str(max(label.span.place[1] for label in labels)))
    bar = pen.paint(" " * gutter + " |", "frame")
    yield _headline(diagnostic, pen)
    others = groupby(labels, key=lambda label: label.span.place[0])
    by_path = {path: list(group) for path, group in others}
    first = diagnostic.primary.span.place[0]
    for path in (first, *(path for path in by_path if path != first)):
        place = diagnostic.primary.span if path == first else by_path[path][0].span
        yield f"{' ' * gutter}{pen.paint('-->', 'frame')} {_where(place)}"
        yield bar
        for label in by_path[path]:
            mark = "^" if label is diagnostic.primary else "-"
            number, text, pointer = _pointed(label, mark, pen)
            yield f"{pen.paint(f'{number:>{gutter}} |', 'frame')} {text}".rstrip()
            yield f"{bar} {pen.paint(pointer, diagnostic.severity if mark == '^' else 'frame')}"
    for kind, words in ((say("note"), diagnostic.notes), (say("help"), (diagnostic.help,) if diagnostic.help else ())):
        for each in words:
            yield f"{' ' * gutter} {pen.paint('=', 'frame')} {pen.joined(pen.put(kind), pen.put(each))}"


def _pointed(label: Label, mark: str, pen: _Pen) -> tuple[int, str, str]:
    """The number and the text of the line that a label is in, and the marks that go under it."""
    _, number, column = label.span.place
    line = label.span.source.line(number)
    start = min(column - 1, len(line))
    end = min(start + max(0, label.span.end - label.span.start), len(line))
    near = (line[max(0, start - _NEAR) : start], line[start : min(end, start + _NEAR)], line[end : end + _NEAR])
    before, marked, after = (part.translate(_BLANKED) for part in near)
    before, marked, after = _windowed(before, marked, after)
    pointer = " " * width(before) + mark * max(1, width(marked))
    return number, before + marked + after, f"{pointer} {pen.put(label.text)}".rstrip()


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
