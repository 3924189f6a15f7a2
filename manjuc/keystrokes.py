"""What a Chinese keyboard types where YAML wants another mark, and YAML reads on in silence or complains elsewhere.

Each slip is told at the character that was typed, with the corrected line. Knows text only.
"""

from __future__ import annotations

import re

from manjuc.diagnostic import Diagnostic, Label, Severity, Source, Span
from manjuc.text import elide, width
from manjuc.words import Words, named, say

SHOWN = 60
"""Columns of a corrected line that are shown."""

_NEAR = 200  # characters beside a slip that are looked at: a line may be as long as a file
_LONG = 1024  # characters of a line that is no longer looked through from many points
_SPACES = {"\u3000": say("a full-width space"), "\xa0": say("a no-break space")}
_WIDE = "".join(_SPACES)
ODD = re.compile(f"[{_WIDE}－–−＃｛]")
"""What `in_line` looks for: it need not be asked of a text without."""

_LEAD = rf"[ ]*(?:-[ ]+)*(?P<wide>[{_WIDE}][{_WIDE} ]*)(?=[^\s{_WIDE}])"  # before the first word of a line
_BEHIND = rf"""[ ]*(?:-[ ]+)*[^\s:"'#\[\]{{}},]+[ ]*(?P<wide>[{_WIDE}]+)[ ]*:(?:\s|$)"""  # between a key and its colon
_AFTER = rf"""[ ]*(?:-[ ]+)*[A-Za-z_]+:(?P<wide>[{_WIDE}]+)"""  # between a key's colon and its value
_MISPLACED = tuple(map(re.compile, (_LEAD, _BEHIND, _AFTER)))
_DASH = re.compile("[ ]*(?P<dash>[－–−])(?P<gap>[ \u3000]*)(?=[^\\s－–−])")
_HASH = re.compile("[ ]*＃[ ]*")
_BRACED = re.compile(r"""(?P<before>[ ]*(?:-[ ]+)*(?:[^\s:"'#]+:[ ]+)?)｛(?P<inside>.*[:：].*)｝\s*$""")
_CUT = re.compile(r"[ \t]+(#\w[^\n\r]*)")
_CUT_BETWEEN = re.compile(
    r"(?P<before>.*?[\[{,:]\s*)"
    r"(?P<text>(?:[^\s,:\[\]{}#][^,:\[\]{}]*\s)?(?<=[ \t])(?P<cut>#[^,\[\]{}]*))(?P<after>.*)"
)
_CUT_BEGINNING = re.compile(r"(?P<before>.*?[\[{])(?P<text>(?P<cut>#[^,\[\]{}]*))(?P<after>.*)")
_COMMAS = re.compile("[，、；]")
_BEFORE_KEY = re.compile(r"\s*[，、；;]\s*(?=[^\s,，、；;{}\[\]:：]{1,20}\s*[:：](?:\s|$))")
BULLETS = frozenset("-•●▪◦‣·*0123456789")
"""What `undashed` looks for at the beginning of a line."""

_UNDASHED = re.compile(
    r"(?P<lead>[ ]*)(?P<mark>-(?=[^\s\d.>-])|[•●▪◦‣·][ \t]*|\*[ \t]+|\d{1,3}[.)、）][ \t]*(?=\D))(?P<rest>\S.*)"
)
_NO_APOSTROPHE = re.compile(r"(?<![A-Za-z])'|'(?![A-Za-z])")
_PLAIN = re.compile(r"[^\s\d\[\]{},#&*!|>'\"%@`:?-][^\[\]{},#\"]*")  # a text that YAML takes as it is between brackets
_BRACKETS = {"【": "】", "［": "］", "〔": "〕", "「": "」"}
_QUOTES = {"“": "”", "‘": "’", "＂": "＂", "「": "」"}


def write(line: str) -> Words:
    """The help that shows a corrected line."""
    words = line.lstrip()
    return say("write `{}`", line[: len(line) - len(words)] + elide(words, SHOWN))


def write_part(before: str, changed: str, after: str) -> Words:
    """The help that shows a corrected line; where the whole is too long, its key and what was changed."""
    whole = before + changed + after
    if width(whole.strip()) <= SHOWN:
        return write(whole.strip())
    key = re.search(r"[^,{\[]*(?:\[[^,{\[\]]*)?$", before)
    return write((key[0] if key else "").lstrip() + changed)


def quoted(text: str) -> str:
    """A text in quotes of YAML: in single ones, in which nothing else has a meaning, where it holds `"` or `\\\\`."""
    return "'" + text.replace("'", "''") + "'" if '"' in text or "\\" in text else f'"{text}"'


def requoted(text: str) -> str:
    """A text in quotes of YAML, without those that were put around its apostrophes: `'It's raining'`."""
    inner = text[1:-1]
    around = text[:1] == text[-1:] == "'" and "'" in inner and not _NO_APOSTROPHE.search(inner)
    return quoted(inner if around else text)


def flow(value: object) -> str:
    """A value on one line, as YAML takes it between brackets."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    text = str(value)
    return text if not isinstance(value, str) or (_PLAIN.fullmatch(text) and ": " not in text) else quoted(text)


def in_line(source: Source, number: int) -> Diagnostic | None:
    """A mark that is none to YAML: where a line or its value begins, or around the colon of its key."""
    line = source.line(number)
    if (dash := _DASH.match(line)) and dash["gap"]:
        return _wide_dash(source, number, dash)
    if wide_hash := _HASH.match(line):
        fixed = line.replace("＃", "#", 1) if wide_hash[0][-1] == " " else line.replace("＃", "# ", 1)
        message = say("`{}` does not begin a comment", "＃")
        return _wide_mark(source, source.offset(number, line.index("＃") + 1), message, write(fixed.rstrip()))
    if len(line) < _LONG and (braced := _BRACED.match(line)):
        message = say("`{}` does not begin a mapping", "｛")
        help_ = write(braced["before"] + _braced(braced["inside"]))
        return _wide_mark(source, source.offset(number, braced.end("before") + 1), message, help_)
    found = next((match for match in (each.match(line) for each in _MISPLACED) if match), None)
    if found is None:
        return None
    start = source.offset(number, found.start("wide") + 1)
    kind = _MISPLACED.index(found.re)
    fixed = (found["wide"].replace("\u3000", "  ").replace("\xa0", " "), "", " ")[kind]
    where = (say("it does not indent the line"), say("it is part of the key"), say("it does not end the key"))[kind]
    message = say("{} is not a space to YAML", _SPACES[found["wide"][0]])
    label = Label(Span(source, start, start + len(found["wide"])), where)
    help_ = write(line[: found.start("wide")] + fixed + line[found.end("wide") :].rstrip())
    return Diagnostic("MJ0118", "error", message, label, help=help_)


def _wide_mark(source: Source, start: int, message: Words, help_: Words) -> Diagnostic:
    label = Label(Span(source, start, start + 1), say("it is part of the text"))
    return Diagnostic("MJ0120", "error", message, label, help=help_)


def _braced(text: str) -> str:
    """What full-width braces were typed around, as a mapping."""
    marks = {"：": ": ", "，": ", ", "、": ", "}
    return "{" + re.sub("\\s*([：，、])\\s*", lambda mark: marks[mark[1]], text.strip()) + "}"


def _wide_dash(source: Source, number: int, dash: re.Match[str]) -> Diagnostic:
    start = source.offset(number, dash.start("dash") + 1)
    message = say("`{}` does not begin a list item", dash["dash"])
    label = Label(Span(source, start, start + 1), say("it is part of the text"))
    help_ = write(dash.string[: dash.start("dash")] + "- " + dash.string[dash.end() :].rstrip())
    return Diagnostic("MJ0119", "error", message, label, help=help_)


def undashed(source: Source, start: int, *, listed: bool = True) -> Diagnostic | None:
    """A list item that begins with something else than a dash and a space: asked where a list was meant.

    Unless it is `listed`, it stands behind plain keys, and is one with a mark before it.
    """
    number, column = source.position(start)
    found = _UNDASHED.match(source.line(number))
    if found is None or not 0 < column <= found.start("mark") + 1:
        return None
    mark = found["mark"].rstrip()
    message, label = say("`{}` does not begin a list item", mark), say("it is part of the text")
    if mark == "-":
        message, label = say("a dash is not followed by a space"), say("no space behind it")
    start = source.offset(number, found.start("mark") + 1)
    help_ = write(found["lead"] + "- " * listed + found["rest"].rstrip())
    return Diagnostic("MJ0123", "error", message, Label(Span(source, start, start + len(mark)), label), help=help_)


def cut(source: Source, start: int, end: int, *, flow: bool) -> Diagnostic | None:
    """A text without quotes that a `#` cuts off: with a letter right behind it, it is hardly a comment.

    Between brackets, a comma or a bracket behind the `#` is lost as well, of which the parser complains.
    """
    comment = _CUT.match(source.text, end)
    if comment is None or "\n" in source.text[start:end] or (flow and re.search(r"[,\]}]", comment[0])):
        return None
    number, column = source.position(start)
    fixed = source.line(number)[: column - 1] + quoted(source.text[start : comment.end()].rstrip())
    return cut_at(Span(source, *comment.span(1)), write(fixed.strip()), "warning")


def cut_between(source: Source, number: int, close: str) -> Diagnostic | None:
    """A ` #` between brackets on one line, which takes the closing one away."""
    line = source.line(number)
    found = _CUT_BETWEEN.match(line) or _CUT_BEGINNING.match(line) if len(line) < _LONG else None
    if not found or close not in found["after"]:
        return None
    at = source.offset(number, found.start("cut") + 1)
    fixed = (found["before"] + quoted(found["text"].strip()) + found["after"]).strip()
    help_ = write(re.sub(r"(?<=[\[,])(\s*)(#[^\s,\[\]{}\"]+)", lambda each: each[1] + quoted(each[2]), fixed))
    return cut_at(Span(source, at, at + len(found["cut"].rstrip())), help_, "error")


def cut_at(span: Span, help_: Words, severity: Severity) -> Diagnostic:
    """The diagnostic of a text of which a span became a comment."""
    message, label = say("a text is cut off at ` #`"), Label(span, say("from here on it is a comment"))
    notes = (say("for a comment, put a space behind the `#`"),)
    return Diagnostic("MJ0117", severity, message, label, notes=notes, help=help_)


def split(text: str) -> tuple[str, ...]:
    """What full-width commas stand between, which join everything to one text."""
    return tuple(piece for piece in map(str.strip, _COMMAS.split(_bare(text))) if piece)


def as_list(text: str) -> str | None:
    """The list that a text was meant to be: its commas or its brackets are full-width. None where nothing says so."""
    bare, pieces = _bare(text), split(text)
    return f"[{', '.join(pieces)}]" if pieces and (len(pieces) > 1 or bare != text.strip()) else None


def as_mapping(text: str) -> str | None:
    """The mapping that a text was meant to be: its braces are full-width. None where they are not."""
    return _braced(text.strip()[1:-1]) if text.strip()[:1] == "｛" and text.strip()[-1:] == "｝" else None


def _bare(text: str) -> str:
    """A text without the full-width brackets around it."""
    text = text.strip()
    return text[1:-1].strip() if len(text) > 1 and _BRACKETS.get(text[0]) == text[-1] else text


def joined(span: Span, severity: Severity = "error", pieces: tuple[str, ...] = ()) -> Diagnostic:
    """The diagnostic of a list item that is several names with full-width commas between them, or with other marks."""
    text = span.source.text
    comma = _COMMAS.search(text, span.start, span.end)
    if pieces and not comma:
        comma = re.compile(rf"(?<={re.escape(pieces[0])})[^\n]+?(?={re.escape(pieces[1])})").search(
            text, span.start, span.end
        )
    at = Span(span.source, comma.start(), comma.end()) if comma else span
    pieces = pieces or split(text[span.start : span.end].strip("\"'"))
    before = text[max(0, span.start - _NEAR) : span.start].rpartition("\n")[2]
    after = text[span.end : span.end + _NEAR].partition("\n")[0]
    help_ = say("make an item of each: {}", named(pieces))
    if (opened := re.search(r"\[[^\[\]]*$", before)) and (closed := re.match(r"[^\[\]]*\]", after)):
        help_ = write(opened[0] + ", ".join(pieces) + closed[0])
    message = say(
        "`{}` does not separate the items of a list", text[at.start : at.end].strip() or " " if comma else "，"
    )
    return Diagnostic("MJ0116", severity, message, Label(at, say("it is part of the text")), help=help_)


def comma_in_mapping(source: Source, start: int, end: int) -> Diagnostic | None:
    """A full-width comma between the keys of `{a: x， b: y}`, from its bracket to where the parser gave up."""
    found = re.search(r"[，、；;]\s*[^\s,，、；;{}\[\]]+[ ]*$", source.text[max(start, end - _NEAR) : end])
    if found is None:
        return None
    at = end - len(found[0])
    number, column = source.position(at)
    line = source.line(number)
    fixed = line[: column - 1].rstrip() + ", " + line[column:].lstrip()
    label = Label(Span(source, at, at + 1), say("it is part of the text"))
    message = say("`{}` does not separate the keys of a mapping", source.text[at])
    help_ = write((_BEFORE_KEY.sub(", ", fixed) if len(line) < _LONG else fixed).strip())
    return Diagnostic("MJ0101" if source.text[at] == ";" else "MJ0116", "error", message, label, help=help_)


def closing(line: str) -> str:
    """What closes the brackets that are open at the end of a line."""
    open_: list[str] = []
    for char in line:
        if char in "[{":
            open_.append("]" if char == "[" else "}")
        elif open_ and char == open_[-1]:
            open_.pop()
    return "".join(reversed(open_))


def unquoted(text: str) -> str | None:
    """What full-width quotes were typed around; None where there are none."""
    text = text.strip()
    return text[1:-1] if len(text) > 2 and _QUOTES.get(text[0]) == text[-1] else None
