"""What an author meant where YAML cannot be read: the slip behind a parser's complaint, with the corrected line.

A YAML parser complains where it gives up, often a line after the slip; here its complaint is traced back by looking
at the lines around it. Knows text only; the parser belongs to `source`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from manjuc.diagnostic import Diagnostic, Label, Source, Span
from manjuc.keystrokes import closing, comma_in_mapping, cut_between, in_line, quoted, unquoted, write
from manjuc.words import Words, say

_KEYED = re.compile(
    r"""^[\s-]*(?:"[^"]*"|'[^']*'|[^\s"'#\[{][^#]*?)\s*:(?:\s|$)"""
)  # a line with a key, as YAML sees it
_SLIPPED = re.compile(
    r"^(?P<key>[^\s:：,，。、\"'\[\]{}#&*!|>@`-][^\s:：,，。、\"'\[\]{}#]{0,59})(?P<gap>\s*[:：]\s*|\s+)(?P<rest>.*)$"
)


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


def found_in(failure: Failure) -> Diagnostic:
    """The slip behind a complaint; where none is recognised, the complaint itself."""
    for number in dict.fromkeys((failure.line(failure.since), failure.line(failure.at))):
        if diagnostic := in_line(failure.source, number):
            return diagnostic
    for rule in _RULES:
        if diagnostic := rule(failure):
            return diagnostic
    at = _here(failure)
    note = (say("the YAML parser says: {}", failure.problem),)
    message, label = say("this cannot be read as YAML"), Label(at, say("does not fit here"))
    return Diagnostic("MJ0101", "error", message, label, notes=note)


def meant(line: str, *, spaced: bool = True) -> str | None:
    """`key: value` where a line was meant to read so: its colon is full-width, has no space behind it, or is missing.

    Without `spaced`, a space between two words is not taken for a place where a colon is missing.
    """
    found = _SLIPPED.match(line.strip())
    if not found or (not spaced and not found["gap"].strip()):
        return None
    return f"{found['key']}: {found['rest']}".strip()


def no_colon(span: Span, line: str) -> Diagnostic:
    """A line that was meant as `key: value`."""
    fixed = meant(line)
    message, label = say("a key is not followed by a colon"), say("no `:` here")
    if fixed and (found := _SLIPPED.match(line)) and (mark := found["gap"].strip()):
        start = span.start + found.start("gap") + found["gap"].index(mark)
        span = Span(span.source, start, start + 1)
        wide = mark == "："
        message = say("a full-width colon does not end a key" if wide else "a colon is not followed by a space")
        label = say("`：` is part of the text" if wide else "no space behind it")
    elif fixed and found:
        span = Span(span.source, span.start, span.start + len(found["key"]))
    elif re.match(rf"[^\n]*\n {{{span.source.position(span.start)[1]},}}\S", span.source.text[span.start :]):
        fixed = f"{line}:"  # what follows is indented further, as what belongs to a key is
    help_ = say("write `key: value`, or indent the line further if it continues the text above")
    if fixed:
        help_ = write(fixed)
    return Diagnostic("MJ0102", "error", message, Label(span, label), help=help_)


def _tab(failure: Failure) -> Diagnostic | None:
    number = failure.line(failure.at)
    line = failure.source.line(number)
    indent = line[: failure.indent(number)]
    if "\t" not in indent:
        return None
    start = failure.source.offset(number, 1)
    first = start + indent.index("\t")
    label = Label(Span(failure.source, first, first + indent.count("\t")), say("a tab"))
    above = failure.above(number)
    opens = failure.words(above).endswith(":") or not failure.columns
    fits = " " * (failure.indent(above) + 2 if opens else failure.columns[-1])
    return Diagnostic("MJ0105", "error", say("a tab is used as indentation"), label, help=write(fits + line.strip()))


def _special(failure: Failure) -> Diagnostic | None:
    number = failure.line(failure.at)
    for word, name in (("alias", say("an alias")), ("anchor", say("an anchor")), ("tag", say("a tag"))):
        if word in failure.context:
            help_ = say("delete it, or put the text in quotes if it is one")
            if word == "alias" or (word == "tag" and not failure.words(number).isascii()):
                help_ = _quoted(failure, number)
            return feature(Span(failure.source, failure.since, failure.since + 1), name, help_)
    text, at = failure.source.text, failure.at
    if "unknown escape character" in failure.problem:
        at -= text[at] != "\\"
        fixed = re.sub(r'"(.*)"$', lambda found: quoted(found[1]), failure.words(number))
        label = Label(Span(failure.source, at, at + 2))
        message = say("`{}` means nothing in double quotes", text[at : at + 2])
        return Diagnostic("MJ0108", "error", message, label, help=write(fixed) if "'" in fixed else None)
    if "scanning a block scalar" in failure.context:
        at = max(text.rfind(mark, failure.since, at) for mark in "|>")
    elif "cannot start any token" not in failure.problem:
        return None
    return _quote(failure, number, say("a text cannot begin with `{}`", text[at]), Span(failure.source, at, at + 1))


def feature(span: Span, name: Words, help_: Words | None = None) -> Diagnostic:
    """A feature of YAML that the language leaves out."""
    message = say("{} of YAML is not part of the language", name)
    return Diagnostic("MJ0107", "error", message, Label(span, name), help=help_)


def _quote(failure: Failure, number: int, message: Words, span: Span) -> Diagnostic:
    return Diagnostic("MJ0108", "error", message, Label(span), help=_quoted(failure, number))


def _quoted(failure: Failure, number: int) -> Words:
    """The help that puts the value of a line in quotes."""
    found = re.match(r"""^((?:-\s+)*(?:[^\s:"'\[{*&!][^:]*:\s+)?)(.*)$""", failure.words(number))
    assert found, "the pattern takes every line"
    value = unquoted(found[2])
    return write(found[1] + (quoted(found[2]) if value is None else quoted(value)))


def _open_quote(failure: Failure) -> Diagnostic | None:
    opened = failure.since if "quoted scalar" in failure.context else _swallowed(failure)
    if opened is None:
        return None
    mark = failure.source.text[opened]
    line = re.sub("[”’＂＇]$", "", failure.source.line(failure.source.position(opened)[0]).strip())
    help_ = write(line + mark) if failure.bracket is None else say("add the closing `{}`", mark)
    label = Label(Span(failure.source, opened, opened + 1), say("opened here"))
    return Diagnostic("MJ0103", "error", say("a quote `{}` is not closed", mark), label, help=help_)


def _swallowed(failure: Failure) -> int | None:
    """The opening quote of a text that took in whole lines, up to the quote before which the parser gave up."""
    last = failure.line(failure.at)
    text = failure.source.text
    for found in re.finditer(r"""(?m)^[ ]*(?:-[ ]+)*(?:[^\s"'#:][^:"'\n]*:[ ]+)?(["'])""", text[: failure.at]):
        opened = found.start(1)
        closed = text.find(found[1], opened + 1)
        line = failure.line(opened)
        if line < last and failure.line(max(closed, 0)) == last and "\n" in text[opened:closed]:
            return opened
    return None


def _open_bracket(failure: Failure) -> Diagnostic | None:
    if failure.bracket is None:
        return None
    opened = Span(failure.source, failure.bracket, failure.bracket + 1)
    mark = failure.source.text[failure.bracket]
    close = {"[": "]", "{": "}"}[mark]
    first, last = failure.line(failure.bracket), failure.line(failure.at)
    if typed := comma_in_mapping(failure.source, failure.bracket, failure.at) or cut_between(
        failure.source, first, close
    ):
        return typed
    ended = failure.at >= len(failure.source.text.rstrip())
    outside = last > first and failure.indent(last) <= failure.indent(first)
    if ended or (outside and not failure.words(last).startswith(close)):
        words = failure.words(first).rstrip(",，")
        line = words + (closing(words) or close) if ended or last == first + 1 else ""
        help_ = write(line) if line else say("add the closing `{}`", close)
        message, label = say("a bracket `{}` is not closed", mark), Label(opened, say("opened here"))
        return Diagnostic("MJ0103", "error", message, label, help=help_)
    label = Label(_here(failure), say("expected `,` or `{}` before this", close))
    message = say("a `,` or `{}` is missing", close)
    return Diagnostic("MJ0101", "error", message, label, (Label(opened, say("the bracket opened here")),))


def _colon(failure: Failure) -> Diagnostic | None:
    if "could not find expected ':'" not in failure.problem:
        return None
    span = failure.span(failure.line(failure.since))
    return no_colon(span, span.source.text[span.start : span.end])


def _nested(failure: Failure) -> Diagnostic | None:
    """`key: value` where no key can stand: in the text of another key, or below a line that lacks its colon."""
    if "mapping values are not allowed" not in failure.problem:
        return None
    number = failure.line(failure.at)
    before = failure.source.text[failure.source.offset(number, 1) : failure.at]
    if len(before) > 1024:
        return None  # the parser gives up on keys that are so long
    if _KEYED.match(before):
        return _quote(failure, number, say("a text with `: ` in it is not in quotes"), _here(failure))
    top = above = number
    while above > 1 and not _KEYED.match(failure.words(above := above - 1)):
        if failure.words(above):
            top = above
    parent = _KEYED.match(failure.words(above)) if above < number else None
    if top < number and not (parent and failure.words(above)[parent.end() :].strip()):
        span = failure.span(top)
        return no_colon(span, span.source.text[span.start : span.end])
    return _crooked(failure, number)


def _indentation(failure: Failure) -> Diagnostic | None:
    number = failure.line(failure.at)
    _, column = failure.source.position(failure.at)
    if column - 1 != failure.indent(number) or not re.search(r"expected (key|'-'|<)", failure.problem):
        return None
    above = failure.above(number)
    if failure.indent(above) < failure.indent(number) and not _KEYED.match(failure.words(above)):
        span = failure.span(above)  # a comment behind it kept the line from going on in this one
        return no_colon(span, span.source.text[span.start : span.end])
    return _crooked(failure, number)


def _crooked(failure: Failure, number: int) -> Diagnostic:
    indent = failure.indent(number)
    fits = min((failure.indent(failure.above(number)), *failure.columns), key=lambda column: abs(column - indent))
    help_ = say("indent it by {} spaces", fits) if fits else say("do not indent it")
    start = failure.source.offset(number, indent + 1)
    label = Label(Span(failure.source, start, start + len(failure.words(number))), say("indented by {}", indent))
    message = say("a line does not line up with the lines above it")
    return Diagnostic("MJ0104", "error", message, label, help=help_ if fits != indent else None)


def _tail(failure: Failure) -> Diagnostic | None:
    """Text behind a closing quote or bracket."""
    number = failure.line(failure.at)
    before = failure.source.text[failure.source.offset(number, 1) : failure.at]
    if not re.search(r"""["'\]}]\s*$""", before):
        return None
    return _quote(failure, number, say("a text goes on behind its closing quote or bracket"), _here(failure))


def _dash(failure: Failure) -> Diagnostic | None:
    if "sequence entries are not allowed" not in failure.problem:
        return None
    message = say("a list item stands on the line of its key")
    words = failure.words(failure.line(failure.at))
    help_ = write(re.sub(r":\s+-\s+(.*)$", r": [\1]", words))
    return Diagnostic("MJ0101", "error", message, Label(_here(failure)), help=help_)


def _here(failure: Failure) -> Span:
    end = len(failure.source.text.rstrip())
    start = min(failure.at, end)
    return Span(failure.source, start, min(start + 1, len(failure.source.text)))


_RULES: tuple[Callable[[Failure], Diagnostic | None], ...] = (
    _tab,
    _special,
    _open_quote,
    _open_bracket,
    _colon,
    _nested,
    _indentation,
    _tail,
    _dash,
)
