"""What other programs leave in a file: git its marks of a merge, a chat its fences, a browser letters that nobody sees.

None of it is meant for YAML, which complains of it somewhere else, or takes it for a text.
"""

from __future__ import annotations

import re

from manjuc.diagnostic import Diagnostic, Label, Severity, Source, Span
from manjuc.words import NOTHING, say

_MERGE = re.compile(r"^(?:<{7}|>{7}|\|{7}) [^\r\n]*|^={7}(?=\r?$)", re.MULTILINE)
_FENCE = re.compile(r"^[ ]{0,3}(?P<fence>```+[\w-]*)[ \t]*\r?$", re.MULTILINE)
_ROW = re.compile(
    r"(?:-\s+)?\|?\s*\"?(?P<id>[\w-]+)\"?\s*(?P<mark>[\t|,，;；])\s*\"?(?P<seconds>\d+(?:\.\d+)?)(?:秒|s)?\"?\s*(?P=mark)\s*\S"
)
_MARKDOWN_ROW = re.compile(r"\|.*\|.*\|$")
_LONGEST_ROW = 1024
_DIRECTIVE = re.compile(r"(?:[ \t]*(?:#[^\r\n]*)?\r?\n)*(?P<line>%[^\r\n]*)")
_BREAKS = "\x85\u2028\u2029"
_UNSEEN = "\xad\u200b\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_ODD = re.compile(f"[{_UNSEEN}{_BREAKS}]")
_NAME = re.compile(rf"[\w{_UNSEEN}/:.+-]*\Z")
_LONGEST_NAME = 60
_MARKS = r"\[\]{}\"'“”,，:："


def left_in(source: Source) -> Diagnostic | None:
    """The first thing in a text that another program has left there, and that ends every reading of it."""
    text = source.text
    if "<<<<<<<" in text or ">>>>>>>" in text:
        marks = list(_MERGE.finditer(text))
        if any(mark[0][0] != "=" for mark in marks):
            return _merge(Span(source, *marks[0].span()), whole=marks[0][0][0] == "<")
    if "```" in text and (fences := [each for each in _FENCE.finditer(text) if text[each.start()] == "`"]):
        return _fence(source, fences)
    if "%" in text and (directive := _DIRECTIVE.match(text)):
        return _directive(Span(source, *directive.span("line")))
    at = min((place for char in _BREAKS if (place := text.find(char)) >= 0), default=-1)
    return unseen(source, at, at + 1) if at >= 0 else None


def _merge(span: Span, *, whole: bool) -> Diagnostic:
    label = Label(span, say("two versions from here to `>>>>>>>`") if whole else NOTHING)
    help_ = say("of each pair keep the lines of one side, and delete the lines with `<<<<<<<`, `=======`, `>>>>>>>`")
    return Diagnostic("MJ0121", "error", say("a git merge conflict is left in the file"), label, help=help_)


def fenced(source: Source, number: int) -> Diagnostic | None:
    """An indented fence, as in a list of Markdown: asked of a line that YAML cannot read, for a text may hold one."""
    line = source.line(number)
    if not _FENCE.match(line):
        return None
    indent = line.index("`")
    return _fence(
        source, [each for each in _FENCE.finditer(source.text) if each.start("fence") - each.start() == indent]
    )


def row(source: Source, number: int) -> Diagnostic | None:
    """A row of a table, of a spreadsheet or of Markdown: asked of a line that YAML cannot read."""
    line = source.line(number).strip()
    if len(line) > _LONGEST_ROW or not ((found := _ROW.match(line)) or _MARKDOWN_ROW.match(line)):
        return None
    id_, seconds = (found["id"], found["seconds"]) if found else ("s01", "3")
    id_ = f"s{id_.zfill(2)}" if id_.isdecimal() else id_
    start = source.offset(number, source.line(number).index(line) + 1)
    help_ = say("write each shot as `{}`", f"- {{id: {id_}, seconds: {seconds}, …}}")
    label = Label(Span(source, start, start + len(line)), say("copied along with the text"))
    return Diagnostic("MJ0101", "error", say("a row of a table is left in the file"), label, help=help_)


def _fence(source: Source, fences: list[re.Match[str]]) -> Diagnostic:
    first, last = fences[0], fences[-1]
    before, after = source.text[: first.start()].strip(), source.text[last.end() :].strip()
    number = source.position(last.start("fence"))[0]
    if len(fences) > 1:
        help_ = say("delete this line and line {}", number)
        if before or after:
            help_ = say("keep only what stands between this line and line {}", number)
    elif re.search(r"^\w+:", before, re.MULTILINE):
        help_ = say("delete this line and what follows it") if after else say("delete this line")
    else:
        help_ = say("delete this line and what stands before it") if before else say("delete this line")
    label = Label(Span(source, *first.span("fence")), say("copied along with the text"))
    return Diagnostic("MJ0122", "error", say("the fence of a code block is left in the file"), label, help=help_)


def _directive(span: Span) -> Diagnostic:
    name = say("a directive")
    message, help_ = say("{} of YAML is not part of the language", name), say("delete this line")
    return Diagnostic("MJ0107", "error", message, Label(span, name), help=help_)


def any_unseen(text: str) -> bool:
    """True for a text in which a letter stands that nobody sees."""
    return any(char in text for char in _UNSEEN)


def unseen(source: Source, start: int, end: int, *, of_key: bool = True) -> Diagnostic | None:
    """The first letter between two places that nobody sees. In a name it is a mistake; in prose it does little harm."""
    text = source.text
    first = _ODD.search(text, start, end)
    if first is None:
        return None
    at = first.start()
    name = end - start <= _LONGEST_NAME and _NAME.match(text[start:end].strip("\"'"))
    severity: Severity = "error" if of_key or name else "warning"
    before = re.search(rf"[^\s{_UNSEEN}{_BREAKS}{_MARKS}]{{1,8}}\Z", text[max(0, at - 8) : at].rpartition("\n")[2])
    after = re.match(rf"[{_UNSEEN}{_BREAKS}\s]*([^\s{_UNSEEN}{_MARKS}]{{1,8}})", text[at : at + 40])
    help_ = say("delete it")
    if before:
        help_ = say("delete it: it stands right behind `{}`", before[0])
    elif after:
        help_ = say("delete it: it stands right before `{}`", after[1])
    more = sum(text.count(char) for char in _UNSEEN) - (text[at] in _UNSEEN)
    notes = (say("{} more of this kind are in the file", more),) if more else ()
    message = say("an invisible character U+{} is in the text", f"{ord(text[at]):04X}")
    return Diagnostic("MJ0112", severity, message, Label(Span(source, at, at + 1)), notes=notes, help=help_)


def first_of(found: list[Diagnostic]) -> list[Diagnostic]:
    """The same problems, of letters that nobody sees the gravest alone: one note counts the others."""
    unseen_ = [each for each in found if each.code == "MJ0112"]
    if not unseen_:
        return found
    errors = [each for each in unseen_ if each.severity == "error"]
    return errors[:1] or [*(each for each in found if each.code != "MJ0112"), unseen_[0]]
