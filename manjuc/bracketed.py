"""Slips between brackets: where a parser of YAML only says that a comma or a bracket is missing.

Between brackets, commas and colons mean something, so a text that holds one needs quotes: more often than not, that is
the slip.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from manjuc.colons import no_key
from manjuc.complaint import Failure, needs_quotes
from manjuc.diagnostic import Diagnostic, Label, Span
from manjuc.keystrokes import closing, comma_in_mapping, cut_between, requoted, write, write_part
from manjuc.words import Words, say

_CLOSES = {"[": "]", "{": "}"}
_WIDE = {"[": "】］〕」", "{": "｝"}
_OPENS = {"]": "[", "}": "{"}
_NEAR = 1024  # characters of a line that is looked through
_COMMA = re.compile(r"""(?P<comma>[，、；;])\s*(?P<key>[^\s,，、；;{}\[\]:：\"']{1,20})\s*(?::\s+|：\s*)""")
_VOICE = re.compile(r"\[([^\[\]:,]{1,8})\]\s*[:：]")
_LATIN_KEY = re.compile(r"(.*\S)\s+([A-Za-z_]+)\s*$")


def open_bracket(failure: Failure) -> Diagnostic | None:
    """What is wrong where a bracket is open, and the parser wants a comma or the end of it."""
    if failure.bracket is None:
        return None
    for rule in _RULES:
        if diagnostic := rule(failure, failure.bracket):
            return diagnostic
    close = _CLOSES[failure.source.text[failure.bracket]]
    opened = Span(failure.source, failure.bracket, failure.bracket + 1)
    label = Label(failure.here(), say("expected `,` or `{}` before this", close))
    message = say("a `,` or `{}` is missing", close)
    return Diagnostic("MJ0101", "error", message, label, (Label(opened, say("the bracket opened here")),))


def _wide_close(failure: Failure, bracket: int) -> Diagnostic | None:
    """A full-width bracket where the small one closes."""
    number, column = failure.source.position(bracket)
    line = failure.source.line(number)
    mark = line[column - 1]
    at = next((n for n in range(column, min(len(line), column + _NEAR)) if line[n] in _WIDE[mark]), None)
    if at is None or _CLOSES[mark] in line[column:at]:
        return None
    start = failure.source.offset(number, at + 1)
    label = Label(Span(failure.source, start, start + 1), say("it is part of the text"))
    message = say("`{}` does not close the bracket `{}`", line[at], mark)
    help_ = write_part(line[: column - 1], line[column - 1 : at] + _CLOSES[mark], line[at + 1 :])
    return Diagnostic("MJ0120", "error", message, label, help=help_)


def _wide_comma(failure: Failure, bracket: int) -> Diagnostic | None:
    return comma_in_mapping(failure.source, bracket, failure.at)


def _comment(failure: Failure, bracket: int) -> Diagnostic | None:
    close = _CLOSES[failure.source.text[bracket]]
    return cut_between(failure.source, failure.line(bracket), close)


def _never_closed(failure: Failure, bracket: int) -> Diagnostic | None:
    """A bracket that is open where the text ends, or where a line is indented less."""
    mark = failure.source.text[bracket]
    first, last = failure.line(bracket), failure.line(failure.at)
    ended = failure.at >= len(failure.source.text.rstrip())
    outside = last > first and failure.indent(last) <= failure.indent(first)
    if not ended and not (outside and not failure.words(last).startswith(_CLOSES[mark])):
        return None
    words = failure.words(first).rstrip(",，")
    line = words + (closing(words) or _CLOSES[mark]) if ended or last == first + 1 else ""
    help_ = write(line) if line else say("add the closing `{}`", _CLOSES[mark])
    label = Label(Span(failure.source, bracket, bracket + 1), say("opened here"))
    return Diagnostic("MJ0103", "error", say("a bracket `{}` is not closed", mark), label, help=help_)


def _goes_on(failure: Failure, bracket: int) -> Diagnostic | None:
    """`{action: "贱人！"她冷笑}` and `[[特写] 推门]`: a text goes on behind its closing quote or bracket."""
    number, column = failure.source.position(failure.at)
    line = failure.source.line(number)
    before = line[: column - 1].rstrip()
    if before[-1:] not in ("'", '"', "]", "}") or len(line) > _NEAR:
        return None
    start = _begin(before)
    if start is None:
        return None
    found = _COMMA.match(line, column - 1) if failure.source.text[bracket] == "{" else None
    if found and (before[-1] in "]}" or found["key"].isascii()):
        return _comma_behind(failure, line, start, found)
    if line[column - 1] in "\"'":
        close = _CLOSES[failure.source.text[bracket]]
        message = say("a `,` or `{}` is missing", close)
        label = Label(failure.here(), say("expected `,` or `{}` before this", close))
        help_ = write_part(line[:start], f"{before[start:]}, ", line[column - 1 :])
        return Diagnostic("MJ0101", "error", message, label, help=help_)
    message = say("a text goes on behind its closing quote or bracket")
    return needs_quotes(message, failure.here(), value_quoted(line, start, column - 1))


def _comma_behind(failure: Failure, line: str, start: int, found: re.Match[str]) -> Diagnostic:
    """`[沈昭]，action: 推门`: a full-width comma and the next key behind a closing quote or bracket."""
    end = _end(line, found.end())
    rest = _COMMA.sub(
        lambda each: f", {each['key']}: " if each.start() == 0 or each["key"].isascii() else each[0],
        line[found.start() : end],
    )
    help_ = write_part(line[:start], line[start : found.start()].rstrip() + rest, line[end:])
    message = say("`{}` does not separate the keys of a mapping", found["comma"])
    code = "MJ0101" if found["comma"] == ";" else "MJ0116"
    return Diagnostic(code, "error", message, Label(failure.here(), say("it is part of the text")), help=help_)


def _colon(failure: Failure, bracket: int) -> Diagnostic | None:
    """`{action: 屏幕上写着: 离婚}`: a colon in a text, or a comma that is missing before a key."""
    number, column = failure.source.position(failure.at)
    line = failure.source.line(number)
    if line[column - 1 : column] != ":" or len(line) > _NEAR:
        return None
    since = max(line.rfind(mark, 0, column - 1) for mark in ",{[")
    if not line[since + 1 : column - 1].strip():
        return no_key(failure.here(), line[column - 1 : _end(line, column)])
    pair = re.match(r"\s*[^:]+?:\s+", line[since + 1 : column - 1])
    if pair is None:
        return None
    start = since + 1 + pair.end()
    if found := _LATIN_KEY.match(line[start : column - 1]):
        close = _CLOSES[failure.source.text[bracket]]
        label = Label(failure.here(), say("expected `,` or `{}` before this", close))
        help_ = write_part(line[:start], f"{found[1]}, {found[2]}:", line[column:])
        return Diagnostic("MJ0101", "error", say("a `,` or `{}` is missing", close), label, help=help_)
    message = say("a text with `: ` in it is not in quotes")
    return needs_quotes(message, failure.here(), value_quoted(line, start, column))


def _voice(failure: Failure, bracket: int) -> Diagnostic | None:
    """`{沈昭[心声]: 我回来了}`: the way in which a line is said stands in round brackets."""
    number, column = failure.source.position(failure.at)
    line = failure.source.line(number)
    found = _VOICE.match(line, column - 1) if len(line) <= _NEAR else None
    if found is None or failure.source.text[bracket] != "{":
        return None
    message, label = say("a text cannot hold `{}` between brackets", "["), Label(failure.here())
    begun = max(line.rfind(mark, 0, column - 1) for mark in "{,") + 1
    fixed = f"{line[begun : column - 1].strip()}({found[1]}):"
    help_ = write_part(line[:begun], fixed, line[found.end() :])
    return Diagnostic("MJ0108", "error", message, label, help=help_)


def _comma_at_a_line_end(failure: Failure, bracket: int) -> Diagnostic | None:
    """JSON on several lines, of which one lacks its comma."""
    number = failure.line(failure.at)
    above = failure.above(number)
    words = failure.words(above)
    if failure.at != failure.source.offset(number, failure.indent(number) + 1) or words[-1:] in ("", ",", "{", "["):
        return None
    span = failure.span(above)
    close = _CLOSES[failure.source.text[bracket]]
    label = Label(Span(failure.source, span.end - 1, span.end), say("expected `,` or `{}` behind this", close))
    message = say("a `,` or `{}` is missing", close)
    return Diagnostic("MJ0101", "error", message, label, help=write(f"{words},"))


def value_quoted(line: str, start: int, known: int = 0) -> Words:
    """The help that puts a value between brackets in quotes, to its end; it goes on behind what is `known` of it."""
    end = _end(line, max(start, known))
    return write_part(line[:start], requoted(line[start:end].rstrip()), line[end:])


def _begin(before: str) -> int | None:
    """Where the text in quotes or brackets begins that ends a line."""
    close = before[-1]
    if close in "\"'":
        opened = [found.end() - 1 for found in re.finditer(rf"(?:^|[,:\[{{]\s*|-\s+){close}", before[:-1])]
        return opened[-1] if opened else None
    depth = 0
    for at in range(len(before) - 1, -1, -1):
        depth += (before[at] == close) - (before[at] == _OPENS[close])
        if depth == 0:
            return at
    return None


def _end(line: str, start: int) -> int:
    """Where a value ends that goes on from somewhere between brackets: at a comma, or at a bracket that closes."""
    depth = 0
    for at in range(start, len(line)):
        if line[at] in "[{":
            depth += 1
        elif line[at] in "]}":
            if depth == 0:
                return at
            depth -= 1
        elif line[at] == "," and depth == 0:
            return at
    return len(line)


_RULES: tuple[Callable[[Failure, int], Diagnostic | None], ...] = (
    _wide_close,
    _wide_comma,
    _comment,
    _never_closed,
    _goes_on,
    _voice,
    _colon,
    _comma_at_a_line_end,
)
