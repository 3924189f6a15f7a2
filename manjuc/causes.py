"""Several things that a schema finds wrong and that have one cause: one problem is told instead of all of them.

A block that is not indented, a dash before every key, colons without their spaces, a comma that ends a text between
brackets, traits beside `traits`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from manjuc import advice, guises
from manjuc.colons import meant
from manjuc.diagnostic import ENOUGH, Diagnostic, Label, Span
from manjuc.document import Document, Path
from manjuc.guises import Cause, unknown
from manjuc.keystrokes import flow, quoted, write
from manjuc.rules import Broken
from manjuc.words import say

_SHOWN = 40  # characters of a mapping whose marks are looked at many times over
_LONGEST = 1024
_TYPED = re.compile(r"(?<=[{,，])\s*([^\s{}\[\],，:：\"']{1,20})\s*[:：]\s*(?=\S)")
_COUNTED = re.compile(r"(\w+)\W+[\d.]+\Z")
_COMMA = re.compile(r"\s*，\s*(?=[^\s{}\[\],，:：\"']{1,20}\s*[:：])")


@dataclass(frozen=True, slots=True)
class Causes:
    """The causes behind some errors."""

    causes: tuple[Cause, ...]

    @property
    def found(self) -> tuple[Diagnostic, ...]:
        """One problem for each."""
        return tuple(cause.found for cause in self.causes)

    def left(self, errors: Iterable[Broken]) -> Iterator[Broken]:
        """The errors that nothing explains; where a key is none, its value is none either."""
        errors = tuple(errors)
        keys = {(*error.path, str(error.value)) for error in errors if error.of_key}
        for error in errors:
            path = (*error.path, str(error.value)) if error.of_key else error.path
            if not self._explain(path) and not any(error.path[: len(key)] == key for key in keys):
                yield error

    def unknown(self, error: Broken) -> list[str]:
        """The unknown keys of a mapping of which nothing is said yet."""
        return [key for key in unknown(error) if not self._explain((*error.path, key))]

    def _explain(self, path: Path) -> bool:
        return any(cause.explains(path) for cause in self.causes)


def explained(document: Document, root: Mapping[str, Any], errors: Iterable[Broken]) -> Causes:
    """The causes behind errors of a file that a person wrote."""
    errors = tuple(errors)
    found: list[Cause] = []
    for rule in (*_RULES, *guises.RULES) if errors else ():
        for cause in rule(document, root, errors):
            if not any(earlier.explains(path) for earlier in found for path in (*cause.paths, cause.whole or ())):
                found.append(cause)
    return Causes(tuple(found))


def _faulty(errors: tuple[Broken, ...]) -> frozenset[Path]:
    """The paths of values and keys of which something is wrong."""
    found: set[Path] = set()
    for error in errors:
        if error.of_key:
            found.add((*error.path, str(error.value)))
        elif error.keyword == "additionalProperties":
            found |= {(*error.path, key) for key in unknown(error)}
        elif error.keyword != "required":
            found.add(error.path)
    return frozenset(found)


def _hanging(document: Document, _: Mapping[str, Any], errors: tuple[Broken, ...]) -> Iterator[Cause]:
    """`characters:` with nothing below it, and what belongs there not indented."""
    empty = [each for each in errors if each.keyword == "type" and each.value is None and _wants_keys(each)]
    faulty = _faulty(errors) if empty else frozenset()
    for error in empty:
        above, key = error.path[:-1], error.path[-1]
        siblings = list(document.at(above)) if isinstance(document.at(above), dict) else []
        following: list[Path] = []
        for each in siblings[siblings.index(key) + 1 :] if key in siblings else ():
            if (*above, each) not in faulty or not _fits(error, each):
                break
            following.append((*above, each))
        spans = [document.key_span(path) for path in (error.path, *following)]
        columns = {span.place[2] for span in spans}
        if not following or len(columns) > 1:
            continue
        column = columns.pop()
        message = say("what belongs to `{}` is not indented", key)
        label, there = Label(spans[1], say("indented by {}", column - 1)), Label(spans[0], say("nothing is given"))
        help_ = say("indent it by {} spaces", column + 1)
        found = Diagnostic("MJ0104", "error", message, label, (there,), help=help_)
        yield Cause(found, frozenset({error.path, *following}))


def _wants_keys(error: Broken) -> bool:
    inner = error.schema.get("properties") or error.schema.get("additionalProperties")
    return bool(error.path) and isinstance(error.path[-1], str) and "object" in error.wanted and bool(inner)


def _fits(error: Broken, key: str) -> bool:
    """True for a key that can stand in the block that is empty."""
    return key in error.schema.get("properties", {}) or bool(error.schema.get("additionalProperties"))


def _dashed(document: Document, _: Mapping[str, Any], errors: tuple[Broken, ...]) -> Iterator[Cause]:
    """A dash before every key of an item makes an item of each."""
    lists: dict[Path, list[Broken]] = {}
    for error in errors:
        if error.keyword == "required" and error.path and isinstance(error.path[-1], int):
            lists.setdefault(error.path[:-1], []).append(error)
    for path, lacking in lists.items():
        items = document.at(path)
        keys = [key for item in items if isinstance(item, dict) for key in item]
        alone = sum(isinstance(item, dict) and len(item) == 1 for item in items)
        if alone < 2 or len(set(keys)) < len(keys) or not set(lacking[0].wanted) <= set(keys):
            continue
        start = document.span((*path, 1)).start
        source = document.span((*path, 1)).source
        dash = source.text.rfind("-", 0, start)
        message, label = say("each dash begins another item"), Label(Span(source, dash, dash + 1))
        help_ = say("write a dash before the first key alone, and indent the others as far as that key")
        yield Cause(Diagnostic("MJ0202", "error", message, label, help=help_), frozenset(), path)


def _typed(document: Document, _: Mapping[str, Any], errors: tuple[Broken, ...]) -> Iterator[Cause]:
    """`{id：s1，seconds：4}` and `{id:s1, seconds:4}`, where a colon is missing its space more than once."""
    for path in dict.fromkeys(
        error.path for error in errors if error.of_key or error.keyword == "additionalProperties"
    ):
        span = document.span(path)
        text = span.source.text[span.start : span.end]
        if text[:1] != "{" or len(text) > _LONGEST or "\n" in text:
            continue
        marks = [found for found in _TYPED.finditer(text) if ": " not in found[0]]
        if len(marks) < 2:
            continue
        at = span.start + marks[0].start() + re.search("[:：]", marks[0][0]).start()  # type: ignore[union-attr]
        wide = span.source.text[at] == "："
        message = say("a full-width colon does not end a key" if wide else "a colon is not followed by a space")
        label = Label(Span(span.source, at, at + 1), say("`：` is part of the text" if wide else "no space behind it"))
        help_ = write(
            _COMMA.sub(", ", _TYPED.sub(r"\1: ", _COMMA.sub(",", text)).replace(",", ", ").replace(",  ", ", "))
        )
        yield Cause(Diagnostic("MJ0102", "error", message, label, help=help_), frozenset(), path)


def _comma(document: Document, _: Mapping[str, Any], errors: tuple[Broken, ...]) -> Iterator[Cause]:
    """`{action: 推门, 冷笑}`: between brackets, a comma ends a text."""
    for error in errors:
        if error.keyword != "additionalProperties" or error.of_key:
            continue
        extras = frozenset(key for key in unknown(error) if error.value[key] is None and not _is_key(error, key))
        for bare, run in groupby(error.value if extras else (), key=lambda key: key in extras):
            keys = list(run)
            if not bare:
                before = keys[-1]
            elif keys[0] != next(iter(error.value)) and isinstance(error.value[before], str):
                yield from _cut_off(document, error, before, keys)


def _is_key(error: Broken, key: str) -> bool:
    """True for `line：走` and `seconds 4`: a key and its value, of which only the colon is wrong or missing."""
    known = error.schema["properties"]
    if fixed := meant(key, spaced=False):
        return fixed.split(":")[0] in known
    counted = _COUNTED.match(key)
    return counted is not None and counted[1] in known and counted[1] not in error.value


def _cut_off(document: Document, error: Broken, before: str, keys: list[str]) -> Iterator[Cause]:
    """A text of which the rest became keys without a value."""
    value, span = document.span((*error.path, before)), document.key_span((*error.path, keys[0]))
    between = span.source.text[value.end : span.start]
    if between.strip() != "," or "\n" in between:
        return
    comma = value.end + between.index(",")
    fixed = quoted(", ".join((error.value[before], *keys)))
    message = say("a text with `, ` in it is not in quotes")
    label = Label(Span(span.source, comma, comma + 1), say("it ends the text before it"))
    found = Diagnostic("MJ0108", "error", message, label, help=write(f"{before}: {fixed}"))
    yield Cause(found, frozenset((*error.path, key) for key in keys))


def _beside(document: Document, root: Mapping[str, Any], errors: tuple[Broken, ...]) -> Iterator[Cause]:
    """`发色: 黑` right below a character, instead of below `traits`."""
    for error in errors:
        if error.keyword != "additionalProperties" or "traits" not in error.schema.get("properties", {}):
            continue
        known = error.schema["properties"]
        traits = [
            key
            for key in unknown(error)[:ENOUGH]
            if _is_trait(error.value[key])
            and advice.for_key(document, root, known, (*error.path, key), error.value) == (None, None)
        ]
        if not traits:
            continue
        paths = [(*error.path, key) for key in traits]
        line = ", ".join(f"{key}: {flow(error.value[key])}" for key in traits)
        help_ = say("write it under `traits`: `{}`", line[:_SHOWN] + ("…" if len(line) > _SHOWN else ""))
        if "traits" not in error.value:
            help_ = write(f"traits: {{{line}}}")
        label, *more = (Label(document.key_span(path), say("not a key of this block")) for path in paths)
        message = say("the trait `{}` does not stand under `traits`", traits[0])
        yield Cause(Diagnostic("MJ0203", "error", message, label, tuple(more), help=help_), frozenset(paths))


def _between(document: Document, _: Mapping[str, Any], errors: tuple[Broken, ...]) -> Iterator[Cause]:
    """`looks: {雨衣: {traits: {服装: 黄雨衣}}}`: the traits of a look stand right below it."""
    for error in errors:
        of_look = error.keyword == "additionalProperties" and error.path[-3::2] == ("looks", "traits")
        if not of_look or "is" in error.value or not all(map(_is_trait, error.value.values())):
            continue
        beside = {key: value for key, value in document.at(error.path[:-1]).items() if key != "traits"}
        help_ = write(f"{error.path[-2]}: {flow({**error.value, **beside})}")
        label = Label(document.key_span(error.path), say("not a key of this block"))
        found = Diagnostic("MJ0203", "error", say("unknown key `{}`", "traits"), label, help=help_)
        yield Cause(found, frozenset(), error.path)


def _is_trait(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, dict) and "is" in value)


_RULES: tuple[guises.Rule, ...] = (_hanging, _dashed, _typed, _comma, _beside, _between)
