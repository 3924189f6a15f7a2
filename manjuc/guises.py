"""A block in the guise of another: a file in an envelope, a shot among parts, a line in two forms, keys by other names.

A schema finds several things wrong with it; each rule here tells one problem, and how the block is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from manjuc import glosses, manner
from manjuc.diagnostic import Diagnostic, Label, Span
from manjuc.document import Document, Path
from manjuc.keystrokes import flow, write
from manjuc.rules import Broken
from manjuc.words import Words, named, say

_FEW = 3  # keys of a mapping that is written out in full


@dataclass(frozen=True, slots=True)
class Cause:
    """A problem, with the errors that it explains: those of some values and keys, and all in a mapping or a list."""

    found: Diagnostic
    paths: frozenset[Path]
    whole: Path | None = None

    def explains(self, path: Path) -> bool:
        """True for a value or a key of which nothing else is to be said."""
        within = self.whole is not None and path[: len(self.whole)] == self.whole
        return within or any(path[:end] in self.paths for end in range(len(path) + 1))


Rule = Callable[[Document, Mapping[str, Any], tuple[Broken, ...]], Iterator[Cause]]
"""Finds the causes of one kind behind all errors of a file."""


def unknown(error: Broken) -> list[str]:
    """The keys of a mapping that a schema does not know."""
    known = error.schema.get("properties", {})
    return [key for key in error.value if key not in known]


def _wrapped(document: Document, root: Mapping[str, Any], errors: tuple[Broken, ...]) -> Iterator[Cause]:
    """`drama:` above the whole file."""
    needed = set(root.get("required", ()))
    for error in errors:
        if error.path or error.keyword != "additionalProperties" or len(error.value) != 1:
            continue
        ((key, inner),) = error.value.items()
        if needed and isinstance(inner, dict) and needed <= inner.keys():
            help_ = say("delete this line, and indent nothing below it")
            yield _cause(document, (key,), say("the whole file stands under `{}`", key), help_, whole=())


def _cause(document: Document, path: Path, message: Words, help_: Words, *, whole: Path) -> Cause:
    label = Label(document.key_span(path), say("not a key of this block"))
    return Cause(Diagnostic("MJ0203", "error", message, label, help=help_), frozenset(), whole)


def _among_parts(document: Document, root: Mapping[str, Any], errors: tuple[Broken, ...]) -> Iterator[Cause]:
    """A shot that stands beside the parts, instead of in one."""
    keys = root.get("$defs", {}).get("shot", {}).get("properties", {}).keys() | {"at"}
    items = dict.fromkeys(
        error.path for error in errors if error.path[:1] == ("parts",) and len(error.path) == len("pn")
    )
    shots = [path for path in items if _like_a_shot(document.at(path), keys)]
    if shots:
        label = Label(document.key_span(shots[0]), say("not a part"))
        help_ = say("write it under the `shots` of a part")
        found = Diagnostic("MJ0203", "error", say("a shot stands among the parts"), label, help=help_)
        yield Cause(found, frozenset(shots))


def _like_a_shot(value: object, keys: set[str]) -> bool:
    if not isinstance(value, dict) or not value.keys() <= keys:
        return False
    return not value.keys() & {"card", "shots"} and bool(value.keys() & {"action", "say", "visuals"})


def _torn(document: Document, _: Mapping[str, Any], errors: tuple[Broken, ...]) -> Iterator[Cause]:
    """`- at: 正厅` and `- shots:` below it: a dash makes two items of one."""
    lacking = {error.path: error for error in errors if error.keyword == "required" and error.path}
    for path, error in lacking.items():
        number = path[-1]
        after = (*path[:-1], number + 1) if isinstance(number, int) else ()
        if after in lacking and set(error.wanted) <= error.value.keys() ^ lacking[after].value.keys():
            span = document.span(after)
            dash = span.source.text.rfind("-", 0, span.start)
            message, label = say("each dash begins another item"), Label(Span(span.source, dash, dash + 1))
            help_ = say("write a dash before the first key alone, and indent the others as far as that key")
            yield Cause(Diagnostic("MJ0202", "error", message, label, help=help_), frozenset({path, after}))


def _nested_traits(document: Document, _: Mapping[str, Any], errors: tuple[Broken, ...]) -> Iterator[Cause]:
    """`服装: {上衣: 灰, 下装: 黑}`: a trait is a text."""
    for error in errors:
        of_trait = error.path[-2:-1] == ("traits",) or error.path[-3:-2] == ("looks",)
        if error.keyword != "additionalProperties" or not of_trait or not _texts(error.value):
            continue
        if not any(glosses.key(key, error.schema.get("properties", {})) for key in error.value):
            message = say("the trait `{}` holds traits of its own", error.path[-1])
            help_ = say("write each beside the others: `{}`", flow(error.value)[1:-1])
            yield _cause(document, error.path, message, help_, whole=error.path)


def _texts(value: Mapping[str, object]) -> bool:
    return all(isinstance(each, str) for each in value.values())


def _renamed(document: Document, _: Mapping[str, Any], errors: tuple[Broken, ...]) -> Iterator[Cause]:
    """`{from: 12, to: 20}` for `{min: 12, max: 20}`: none of a few keys is right, and all are known by other names."""
    for error in errors:
        strange = error.keyword == "additionalProperties" and len(unknown(error)) == len(error.value)
        known = error.schema.get("properties", {}) if strange else {}
        if cause := _by_other_names(document, error.path, error.value, known) if known else None:
            yield cause


def _by_other_names(document: Document, path: Path, given: Mapping[str, Any], known: Mapping[str, Any]) -> Cause | None:
    if not 1 < len(given) <= _FEW:
        return None
    meant = {glosses.key(key, known): value for key, value in given.items()}
    if None in meant or len(meant) < len(given):
        return None
    first = (*path, next(iter(given)))
    return _cause(document, first, say("unknown keys {}", named(given)), write(flow(meant)), whole=path)


def _lines(document: Document, root: Mapping[str, Any], errors: tuple[Broken, ...]) -> Iterator[Cause]:
    """A line in its short form with a second key: its voice, its long form by other words, another line."""
    form = root.get("$defs", {}).get("say", {})
    for path in dict.fromkeys(error.path for error in errors if error.path[-2:-1] == ("say",)):
        line = document.at(path)
        if not isinstance(line, dict) or len(line) < len(("who", "line")) or not _texts(line):
            continue
        speakers = [key for key in line if key not in ("who", "line", "as")]
        long = form.get("then", {}).get("properties", {}) if len(speakers) == len(line) else {}
        if cause := _by_other_names(document, path, line, long):
            yield cause
        elif len(speakers) == 1 and line.keys() == {speakers[0], "as"}:
            message = say("`{}` stands beside a speaker", "as")
            help_ = manner.instead(line["as"], speakers[0], line[speakers[0]])
            yield _cause(document, (*path, "as"), message, help_, whole=path)
        elif len(speakers) == len(line):
            yield _two_lines(document, path, line)


def _two_lines(document: Document, path: Path, line: Mapping[str, str]) -> Cause:
    """`{沈昭: …, 柳氏: …}`: each line is an item of its own."""
    span, second = document.span(path), list(line)[1]
    help_ = say("begin it with a dash: `{}`", f"- {second}: {flow(line[second])}")
    if span.source.text[span.start] == "{":
        help_ = write(", ".join(flow({key: text}) for key, text in line.items()))
    message, label = say("an item of `{}` holds {} lines", "say", len(line)), Label(span)
    return Cause(Diagnostic("MJ0206", "error", message, label, help=help_), frozenset(), path)


def _swallowed(document: Document, _: Mapping[str, Any], errors: tuple[Broken, ...]) -> Iterator[Cause]:
    """`{id: s01，seconds：4}`: a full-width comma ends no value, so that the keys behind it are a part of the text."""
    for error in errors:
        span = document.span(error.path)
        text = span.source.text[span.start : span.end] if error.keyword == "required" else ""
        keys = "|".join(map(re.escape, error.schema.get("properties", {}) or error.wanted)) if text[:1] == "{" else ""
        comma = (
            re.search(rf"\s*(?P<mark>[，、；])\s*(?=(?:{keys})\s*[:：])", text) if keys and "\n" not in text else None
        )
        if comma is not None:
            fixed = re.sub(rf"\s*[，、；]\s*(?=(?:{keys})\s*[:：])", ", ", text)
            fixed = re.sub(rf"(?<=[{{ ])({keys})\s*[:：]\s*", r"\1: ", fixed)
            start = span.start + comma.start("mark")
            label = Label(Span(span.source, start, start + 1), say("it is part of the text"))
            message = say("`{}` does not separate the keys of a mapping", comma["mark"])
            yield Cause(Diagnostic("MJ0116", "error", message, label, help=write(fixed)), frozenset(), error.path)


RULES: tuple[Rule, ...] = (_swallowed, _wrapped, _among_parts, _torn, _nested_traits, _lines, _renamed)
"""All of them, in the order in which they are asked."""
