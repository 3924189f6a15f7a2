"""Lines that were meant as `key: value`: their colon is full-width, has no space behind it, is another mark or missing.

Knows text only; whether a line was meant so is for others to tell.
"""

from __future__ import annotations

import re

from manjuc.diagnostic import Diagnostic, Label, Span
from manjuc.keystrokes import unquoted, write
from manjuc.text import elide
from manjuc.words import say

_SLIPPED = re.compile(
    r"^\s*(?P<key>[^\s:：=,，。、\"'\[\]{}#&*!|>@`-][^\s:：=,，。、\"'\[\]{}#]{0,59})"
    r"(?P<gap>\s*[:：]\s*|\s*(?:=>?|[-—]>|→)\s*|\s+)(?P<rest>.*)$"
)
_QUOTED_KEY = re.compile(r"""^\s*(?P<open>[“‘"'「])(?P<key>[^“”‘’"'「」:：]{1,60})(?P<close>[”’"'」])(?=\s*[:：])""")


def meant(line: str, *, spaced: bool = True) -> str | None:
    """`key: value` where a line was meant to read so: its colon is full-width, has no space behind it, or is missing.

    Without `spaced`, a space between two words is not taken for a place where a colon is missing.
    """
    line = _whole(line.strip())
    found = _slipped(line)
    if not found or found["rest"].startswith("//") or (not spaced and not found["gap"].strip()):
        return None
    rest = found["rest"]
    if (typed := _QUOTED_KEY.match(line)) and typed["open"] not in "\"'":
        rest = unquoted(rest) or rest
    return f"{found['key']}: {rest}".strip()


def _whole(line: str) -> str:
    """A line without the full-width quotes around all of it."""
    inner = unquoted(line)
    return line if inner is None or any(mark in inner for mark in "“”‘’＂「」") else inner


def _slipped(line: str) -> re.Match[str] | None:
    """A line as a key, what stands in the place of its colon, and the rest; the quotes of the key left out."""
    if typed := _QUOTED_KEY.match(line):
        line = f"{line[: typed.start('open')]} {typed['key']} {line[typed.end() :]}"
    return _SLIPPED.match(line)


def no_colon(span: Span, line: str) -> Diagnostic:
    """A line that was meant as `key: value`."""
    fixed = meant(line)
    message, label = say("a key is not followed by a colon"), say("no `:` here")
    if fixed and (found := _slipped(line)) and (mark := found["gap"].strip()):
        start = span.start + found.start("gap") + found["gap"].index(mark)
        span = Span(span.source, start, start + len(mark))
        if mark == "：":
            message, label = say("a full-width colon does not end a key"), say("`：` is part of the text")
        elif mark == ":":
            message, label = say("a colon is not followed by a space"), say("no space behind it")
    elif fixed and found:
        span = Span(span.source, span.start, span.start + len(found["key"]))
    elif line[:1] in ":：":
        return no_key(span, line)
    elif re.match(rf"[^\n]*\n {{{span.source.position(span.start)[1]},}}\S", span.source.text[span.start :]):
        fixed = f"{line}:"  # what follows is indented further, as what belongs to a key is
    help_ = say("write `key: value`, or indent the line further if it continues the text above")
    if fixed:
        help_ = write(fixed)
    elif re.search("[，。！？!?]", line):
        help_ = say("delete the line, or indent it further if it continues the text above")
    return Diagnostic("MJ0102", "error", message, Label(span, label), help=help_)


def no_text(span: Span, key: str) -> Diagnostic:
    """A key that YAML reads as a number or the like, or that is missing before its colon."""
    line = span.source.text[span.start : span.start + 200].split("\n")[0]
    if not key and line[:1] == ":":
        return no_key(span, line)
    if not key:
        return Diagnostic(
            "MJ0110", "error", say("a key is empty"), Label(span), help=say("write the key as a plain text")
        )
    name = elide(key, 40)
    message, help_ = say("the key `{}` is not a text", name), say("write `{}`", f'"{name}":')
    return Diagnostic("MJ0110", "error", message, Label(span), help=help_)


def no_key(span: Span, line: str) -> Diagnostic:
    """A line that begins with its colon."""
    label = Label(Span(span.source, span.start, span.start + 1), say("no key before it"))
    help_ = say("write the key before its colon: `{}`", f"…: {line[1:].strip()}".strip())
    return Diagnostic("MJ0110", "error", say("a key is empty"), label, help=help_)
