"""What an author meant where YAML cannot be read: the slip behind a parser's complaint, with the corrected line.

A YAML parser complains where it gives up, often a line after the slip; here its complaint is traced back by looking
at the lines around it. Knows text only; the parser belongs to `source`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from manjuc import keystrokes, remnants
from manjuc.bracketed import open_bracket, value_quoted
from manjuc.colons import no_colon, no_key
from manjuc.complaint import Failure, needs_quotes
from manjuc.diagnostic import Diagnostic, Label, Span
from manjuc.keystrokes import closing, cut_between, in_line, quoted, requoted, unquoted, write, write_part
from manjuc.lining import crooked
from manjuc.words import Words, say

_KEYED = re.compile(
    r"""^[\s-]*(?:"[^"]*"|'[^']*'|[^\s"'#\[{][^#]*?)\s*:(?:\s|$)"""
)  # a line with a key, as YAML sees it
_JOINED = re.compile(r"""[^\s:：=→>\[{"'#]+\s*(?:：\s*|:|=>?\s*|[-—]>\s*|→\s*)[\[{].*[\]}]$""")
_BOLD = re.compile(r"^[*_]{2}(?P<key>[^*_:：]+?)\s*[:：]?\s*[*_]{2}\s*[:：]?\s*(?P<rest>.*)$")
_FOREIGN = re.compile(r"(?P<mark>//+|/\*|<!--)\s*(?P<text>.*?)\s*(?:\*/|-->)?$")
_RULED = re.compile(r"(?P<mark>[-=*~_—─═＝])(?P=mark){3,}")


_MENTIONED = re.compile(r"(?:\s|-)*(?:characters|props|at|scene)\s*:\s*\[?[^\]]*@")  # a name as chats mention it
_BEHIND = 3  # lines that may go on between brackets which a comment has opened for good
_FAR = 100  # lines between an open bracket and a complaint that are looked at


def found_in(failure: Failure) -> Diagnostic:
    """The slip behind a complaint; where none is recognised, the complaint itself."""
    source, near = failure.source, dict.fromkeys((failure.line(failure.since), failure.line(failure.at)))
    if diagnostic := _unseen(failure) or remnants.fenced(source, failure.line(failure.at)):
        return diagnostic
    above = failure.above(failure.line(failure.at))
    for each, numbers in ((remnants.row, (*near, above)), (in_line, tuple(near))):
        if diagnostic := next(filter(None, (each(source, number) for number in numbers)), None):
            return diagnostic
    first = failure.line(failure.at if failure.bracket is None else failure.bracket)
    for number in (*near, *range(first, min(first + _FAR, failure.line(failure.at)))):
        if diagnostic := _no_comment(failure, number):
            return diagnostic
    for number in (*near, above):
        if diagnostic := keystrokes.undashed(source, source.offset(number, 1)):
            return diagnostic
    if diagnostic := next(filter(None, (rule(failure) for rule in _RULES)), None):
        return diagnostic
    note = (say("the YAML parser says: {}", failure.problem),)
    message, label = say("this cannot be read as YAML"), Label(failure.here(), say("does not fit here"))
    return Diagnostic("MJ0101", "error", message, label, notes=note)


def _unseen(failure: Failure) -> Diagnostic | None:
    """A letter that nobody sees, on the lines that could not be read."""
    last = failure.line(failure.at)
    start = failure.source.offset(min(failure.line(failure.since), failure.above(last)), 1)
    return remnants.unseen(failure.source, start, failure.source.offset(last, 1) + len(failure.source.line(last)))


def _no_comment(failure: Failure, number: int) -> Diagnostic | None:
    """A comment, or a line that separates, as it is written elsewhere."""
    text, words = failure.source.line(number).strip(), ""
    if found := _FOREIGN.match(text):
        words = found["text"]
    elif found := _RULED.match(text):
        words = text
    if found is None:
        return None
    start = failure.source.offset(number, failure.indent(number) + 1)
    label = Label(Span(failure.source, start, start + len(found[0] if words == text else found["mark"])))
    message = say("`{}` does not begin a comment", found["mark"] if words != text else found[0][:4])
    return Diagnostic("MJ0101", "error", message, label, help=write(f"# {words}".rstrip()))


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
            if bold := _BOLD.match(failure.words(number)):
                help_ = write(f"{bold['key']}: {bold['rest']}".strip())
            elif word == "alias" or (word == "tag" and not failure.words(number).isascii()):
                help_ = _quoted(failure, number, failure.since)
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
    message = say("a text cannot begin with `{}`", text[at])
    return needs_quotes(message, Span(failure.source, at, at + 1), _quoted(failure, number, at))


def feature(span: Span, name: Words, help_: Words | None = None) -> Diagnostic:
    """A feature of YAML that the language leaves out."""
    message = say("{} of YAML is not part of the language", name)
    return Diagnostic("MJ0107", "error", message, Label(span, name), help=help_)


def _quoted(failure: Failure, number: int, at: int) -> Words:
    """The help that puts the value of a line in quotes; between brackets, the one that begins at a place."""
    start, line = failure.source.offset(number, 1), failure.source.line(number)
    if _MENTIONED.match(line):
        return write(re.sub(r"(?<=[\[,\s])@(?=\w)", "", failure.words(number)))
    if start <= at and closing(line[: at - start]):
        return value_quoted(line, at - start)
    found = re.match(r"""^((?:-\s+)*(?:[^\s:"'\[{*&!][^:]*:\s+)?)(.*)$""", failure.words(number))
    assert found, "the pattern takes every line"
    value = unquoted(found[2])
    return write(found[1] + (requoted(found[2]) if value is None else quoted(value)))


def _open_quote(failure: Failure) -> Diagnostic | None:
    opened = failure.since if "quoted scalar" in failure.context else _swallowed(failure)
    if opened is None:
        return None
    mark = failure.source.text[opened]
    number, column = failure.source.position(opened)
    line = failure.source.line(number)
    brackets = len(closing(line[: column - 1]))
    behind = re.search(rf"[\]}}]{{{brackets}}}\s*$", line) if brackets else None
    help_ = write(re.sub("[”’＂＇]$", "", line.strip()) + mark)
    if behind:
        help_ = write_part(line[: column - 1], line[column - 1 : behind.start()] + mark, behind[0])
    elif brackets or failure.bracket is not None:
        help_ = say("add the closing `{}`", mark)
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


def _colon(failure: Failure) -> Diagnostic | None:
    if "could not find expected ':'" not in failure.problem:
        return None
    span = failure.span(failure.line(failure.since))
    return no_colon(span, span.source.text[span.start : span.end])


def _joined(failure: Failure) -> Diagnostic | None:
    """`format：{hd: true}`: the parser complains of what stands between the brackets, which it has not seen."""
    number = failure.line(failure.at)
    span = failure.span(number)
    line = span.source.text[span.start : span.end]
    return no_colon(span, line) if failure.bracket is None and _JOINED.match(line) else None


def _nested(failure: Failure) -> Diagnostic | None:
    """`key: value` where no key can stand: in the text of another key, or below a line that lacks its colon."""
    if "mapping values are not allowed" not in failure.problem:
        return None
    number = failure.line(failure.at)
    before = failure.source.text[failure.source.offset(number, 1) : failure.at]
    if len(before) > 1024:
        return None  # the parser gives up on keys that are so long
    if _KEYED.match(before):
        message = say("a text with `: ` in it is not in quotes")
        return needs_quotes(message, failure.here(), _quoted(failure, number, failure.at))
    top = above = number
    while above > 1 and not _KEYED.match(failure.words(above := above - 1)):
        if failure.words(above):
            top = above
    parent = _KEYED.match(failure.words(above)) if above < number else None
    if top < number and not (parent and failure.words(above)[parent.end() :].strip()):
        span = failure.span(top)
        return no_colon(span, span.source.text[span.start : span.end])
    return crooked(failure, number)


def _indentation(failure: Failure) -> Diagnostic | None:
    number = failure.line(failure.at)
    if failure.words(number)[:1] == ":":
        return no_key(failure.span(number), failure.words(number))
    _, column = failure.source.position(failure.at)
    if column - 1 != failure.indent(number) or not re.search(r"expected (key|'-'|<)", failure.problem):
        return None
    above = failure.above(number)
    if failure.indent(above) < failure.indent(number) and not _KEYED.match(failure.words(above)):
        span = failure.span(above)  # a comment behind it kept the line from going on in this one
        return no_colon(span, span.source.text[span.start : span.end])
    return crooked(failure, number)


def _tail(failure: Failure) -> Diagnostic | None:
    """Text behind a closing quote or bracket."""
    number = failure.line(failure.at)
    before = failure.source.text[failure.source.offset(number, 1) : failure.at]
    if not re.search(r"""["'\]}]\s*$""", before):
        return None
    rest = failure.source.line(number)[len(before) :]
    if before.rstrip()[-1:] in "]}" and re.fullmatch(r"[\]})］｝】]+\s*(#.*)?", rest):
        message = say("a bracket `{}` closes nothing", rest[0])
        return Diagnostic("MJ0101", "error", message, Label(failure.here()), help=write(before.strip()))
    if (comment := _FOREIGN.match(rest)) and comment["mark"][0] == "/":
        label = Label(Span(failure.source, failure.at, failure.at + len(comment["mark"])))
        message = say("`{}` does not begin a comment", comment["mark"])
        help_ = write(f"{before.strip()}  # {comment['text']}".rstrip(" #"))
        return Diagnostic("MJ0101", "error", message, label, help=help_)
    message = say("a text goes on behind its closing quote or bracket")
    return needs_quotes(message, failure.here(), _quoted(failure, number, failure.at))


def _dash(failure: Failure) -> Diagnostic | None:
    if "sequence entries are not allowed" not in failure.problem:
        return None
    message = say("a list item stands on the line of its key")
    words = failure.words(failure.line(failure.at))
    help_ = write(re.sub(r":\s+-\s+(.*)$", r": [\1]", words))
    return Diagnostic("MJ0101", "error", message, Label(failure.here()), help=help_)


def _hash(failure: Failure) -> Diagnostic | None:
    """`[沈昭, #柳氏]`, where the next lines go on between the brackets, and the parser gives up in one of them."""
    last = failure.line(failure.at)
    for number in range(max(1, last - _BEHIND), last + 1):
        line = failure.source.line(number)
        for close in "]}" if "#" in line else "":
            if close in closing(line.partition("#")[0]) and (found := cut_between(failure.source, number, close)):
                return found
    return None


_RULES: tuple[Callable[[Failure], Diagnostic | None], ...] = (
    _hash,
    _tab,
    _special,
    _open_quote,
    open_bracket,
    _colon,
    _joined,
    _nested,
    _indentation,
    _tail,
    _dash,
)
