"""What an author meant where YAML cannot be read: the slip behind a parser's complaint, with the corrected line.

A YAML parser complains where it gives up, often a line after the slip; here its complaint is traced back by looking
at the lines around it. Knows text only; the parser belongs to `source`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from manjuc.diagnostic import Diagnostic, Label, Source, Span
from manjuc.text import elide

_KEYED = re.compile(
    r"""^[\s-]*(?:"[^"]*"|'[^']*'|[^\s"'#\[{][^#]*?)\s*:(?:\s|$)"""
)  # a line with a key, as YAML sees it
_SLIPPED = re.compile(
    r"^(?P<key>[^\s:：,，。、\"'\[\]{}#&*!|>@`-][^\s:：,，。、\"'\[\]{}#]{0,59})(?P<gap>\s*[:：]\s*|\s+)(?P<rest>.*)$"
)
_SHOWN = 60  # columns of a corrected line


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
    for rule in _RULES:
        if diagnostic := rule(failure):
            return diagnostic
    at = _here(failure)
    note = (f"the YAML parser says: {failure.problem}",)
    return Diagnostic("MJ0101", "error", "this cannot be read as YAML", Label(at, "does not fit here"), notes=note)


def meant(line: str, *, spaced: bool = True) -> str | None:
    """`key: value` where a line was meant to read so: its colon is full-width, has no space behind it, or is missing.

    Without `spaced`, a space between two words is not taken for a place where a colon is missing.
    """
    found = _SLIPPED.match(line.strip())
    if not found or (not spaced and not found["gap"].strip()):
        return None
    return f"{found['key']}: {found['rest']}".strip()


def write(line: str) -> str:
    """The help that shows a corrected line."""
    words = line.lstrip()
    return f"write `{line[: len(line) - len(words)]}{elide(words, _SHOWN)}`"


def no_colon(span: Span, line: str) -> Diagnostic:
    """A line that was meant as `key: value`."""
    fixed = meant(line)
    message, label = "a key is not followed by a colon", "no `:` here"
    if fixed and (found := _SLIPPED.match(line)) and (mark := found["gap"].strip()):
        start = span.start + found.start("gap") + found["gap"].index(mark)
        span = Span(span.source, start, start + 1)
        wide = mark == "："
        message = "a full-width colon does not end a key" if wide else "a colon is not followed by a space"
        label = "`：` is part of the text" if wide else "no space behind it"
    elif fixed and found:
        span = Span(span.source, span.start, span.start + len(found["key"]))
    elif re.match(rf"[^\n]*\n {{{span.source.position(span.start)[1]},}}\S", span.source.text[span.start :]):
        fixed = f"{line}:"  # what follows is indented further, as what belongs to a key is
    help_ = write(fixed) if fixed else "write `key: value`, or indent the line further if it continues the text above"
    return Diagnostic("MJ0102", "error", message, Label(span, label), help=help_)


def _tab(failure: Failure) -> Diagnostic | None:
    number = failure.line(failure.at)
    line = failure.source.line(number)
    indent = line[: failure.indent(number)]
    if "\t" not in indent:
        return None
    start = failure.source.offset(number, 1)
    first = start + indent.index("\t")
    label = Label(Span(failure.source, first, first + indent.count("\t")), "a tab")
    help_ = write(indent.replace("\t", "  ") + line.strip())
    return Diagnostic("MJ0105", "error", "a tab is used as indentation", label, help=help_)


def _special(failure: Failure) -> Diagnostic | None:
    number = failure.line(failure.at)
    for word, name in (("alias", "an alias"), ("anchor", "an anchor"), ("tag", "a tag")):
        if word in failure.context:
            help_ = _quoted(failure, number) if word == "alias" else "delete it, or put the text in quotes if it is one"
            return feature(Span(failure.source, failure.since, failure.since + 1), name, help_)
    if "cannot start any token" not in failure.problem:
        return None
    char = failure.source.text[failure.at]
    return _quote(failure, number, f"a text cannot begin with `{char}`", _here(failure))


def feature(span: Span, name: str, help_: str | None = None) -> Diagnostic:
    """A feature of YAML that the language leaves out."""
    message = f"{name} of YAML is not part of the language"
    return Diagnostic("MJ0107", "error", message, Label(span, name), help=help_)


def _quote(failure: Failure, number: int, message: str, span: Span) -> Diagnostic:
    return Diagnostic("MJ0108", "error", message, Label(span), help=_quoted(failure, number))


def _quoted(failure: Failure, number: int) -> str:
    """The help that puts the value of a line in quotes."""
    found = re.match(r"^([\s-]*[^\s:][^:]*:\s+)?(.*)$", failure.words(number))
    assert found, "the pattern takes every line"
    value = found[2]
    quote = "'" if '"' in value else '"'
    return write(f"{found[1] or ''}{quote}{value}{quote}")


def _open_quote(failure: Failure) -> Diagnostic | None:
    opened = failure.since if "quoted scalar" in failure.context else _swallowed(failure)
    if opened is None:
        return None
    mark = failure.source.text[opened]
    line = failure.source.line(failure.source.position(opened)[0]).strip()
    help_ = write(line + mark) if failure.bracket is None else f"add the closing `{mark}`"
    label = Label(Span(failure.source, opened, opened + 1), "opened here")
    return Diagnostic("MJ0103", "error", f"a quote `{mark}` is not closed", label, help=help_)


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
    ended = failure.at >= len(failure.source.text.rstrip())
    outside = last > first and failure.indent(last) <= failure.indent(first)
    if ended or (outside and not failure.words(last).startswith(close)):
        line = failure.words(first).rstrip(",，") + close if ended or last == first + 1 else ""
        help_ = write(line) if line else f"add the closing `{close}`"
        return Diagnostic(
            "MJ0103", "error", f"a bracket `{mark}` is not closed", Label(opened, "opened here"), help=help_
        )
    label = Label(_here(failure), f"expected `,` or `{close}` before this")
    message = f"a `,` or `{close}` is missing"
    return Diagnostic("MJ0101", "error", message, label, (Label(opened, "the bracket opened here"),))


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
        return _quote(failure, number, "a text with `: ` in it is not in quotes", _here(failure))
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
    help_ = f"indent it by {fits} spaces" if fits else "do not indent it"
    start = failure.source.offset(number, indent + 1)
    label = Label(Span(failure.source, start, start + len(failure.words(number))), f"indented by {indent}")
    message = "a line does not line up with the lines above it"
    return Diagnostic("MJ0104", "error", message, label, help=help_ if fits != indent else None)


def _tail(failure: Failure) -> Diagnostic | None:
    """Text behind a closing quote or bracket."""
    number = failure.line(failure.at)
    before = failure.source.text[failure.source.offset(number, 1) : failure.at]
    if not re.search(r"""["'\]}]\s*$""", before):
        return None
    return _quote(failure, number, "a text goes on behind its closing quote or bracket", _here(failure))


def _dash(failure: Failure) -> Diagnostic | None:
    if "block sequence entries are not allowed" not in failure.problem:
        return None
    return Diagnostic(
        "MJ0101",
        "error",
        "a list item stands on the line of its key",
        Label(_here(failure)),
        help="put the item on a line of its own, or write the list as `[…]`",
    )


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
