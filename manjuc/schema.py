"""What a schema finds wrong with a document, in an author's words at the exact text. The only importer of jsonschema.

A wrong type silences what is inside it, and a misspelt key the missing one that it was meant to be. Where a pattern or
several types would have to be read out, a schema says with `x-expected` what a value must be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from jsonschema import Draft202012Validator

from manjuc.diagnostic import Diagnostic, Label, Severity, Span, in_order
from manjuc.document import Document, Path
from manjuc.text import elide, listed, nearest

Schema = Mapping[str, Any]

_TYPES = {
    "string": "a text",
    "object": "a mapping",
    "array": "a list",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "`true` or `false`",
    "null": "empty",
}
# What is said of a value when several things are wrong with it: the first of these.
_RANK = ("type", "const", "enum", "pattern", "maxLength", "minLength")
_SHOWN = 60
_SWITCHES = {"yes": "true", "on": "true", "no": "false", "off": "false", "是": "true", "否": "false"}

# A schema stands beside its validator, so that its id cannot come to name another one.
_compiled: dict[int, tuple[Schema, Draft202012Validator]] = {}


@dataclass(frozen=True, slots=True)
class _Error:
    """One rule of a schema that a value does not keep to."""

    path: Path
    keyword: str
    wanted: Any  # what the keyword asks for
    value: Any
    schema: Schema  # the part of the schema that holds the keyword
    of_key: bool  # the value is a key of the mapping at the path


def check(document: Document, schema: Schema, *, extras: Severity = "error") -> tuple[Diagnostic, ...]:
    """Everything in which a document differs from a schema.

    With `extras="warning"`, keys that the schema does not know do not spoil the document: they were paid for.
    """
    return in_order(_said(document, schema, list(_errors(document, schema)), extras))


def _errors(document: Document, schema: Schema) -> Iterator[_Error]:
    if id(schema) not in _compiled:
        _compiled[id(schema)] = (schema, Draft202012Validator(schema))
    for error in _compiled[id(schema)][1].iter_errors(document.data):
        part = error.schema if isinstance(error.schema, Mapping) else {}
        of_key = "propertyNames" in error.absolute_schema_path
        path = tuple(error.absolute_path)
        yield _Error(path, str(error.validator), error.validator_value, error.instance, part, of_key)


def _said(document: Document, schema: Schema, errors: list[_Error], extras: Severity) -> Iterator[Diagnostic]:
    slips: dict[Path, set[str]] = {}  # missing keys that an unknown key of the same mapping was meant to be
    values: dict[Path, list[_Error]] = {}
    missing: dict[Path, _Error] = {}
    broken = {(*error.path, str(error.value)) for error in errors if error.of_key}
    for error in errors:
        if any(error.path[: len(path)] == path for path in broken):
            continue  # where a key is none, its value is none either
        if error.of_key:
            yield _key_form(document, error)
        elif error.keyword == "additionalProperties":
            for key in _extras(error):
                diagnostic, near = _unknown(document, schema, error, key)
                if extras == "error" and near:
                    slips.setdefault(error.path, set()).add(near)
                yield replace(diagnostic, severity=extras)
        elif error.keyword != "required":
            values.setdefault(error.path, []).append(error)
        else:
            missing[error.path] = error
    for path, lacking in missing.items():
        yield from _missing(document, lacking, slips.get(path, set()))
    for found in values.values():
        yield _value(document, min(found, key=_rank))


def _rank(error: _Error) -> int:
    return _RANK.index(error.keyword) if error.keyword in _RANK else len(_RANK)


def _name(path: Path) -> str:
    """What a value is called in a message."""
    if not path:
        return "the file"
    if isinstance(path[-1], int):
        return f"item {path[-1] + 1}" + (f" of `{elide(str(path[-2]), 40)}`" if len(path) > 1 else "")
    return f"`{elide(path[-1], 40)}`"


def _extras(error: _Error) -> list[str]:
    return [key for key in error.value if key not in error.schema.get("properties", {})]


def _unknown(document: Document, root: Schema, error: _Error, key: str) -> tuple[Diagnostic, str | None]:
    """The diagnostic of an unknown key, and the key that it was probably meant to be."""
    known = list(error.schema["properties"])
    near = nearest(key, (name for name in known if name not in error.value))
    help_ = f"did you mean `{near}`?" if near else None
    if fixed := document.meant_by_key((*error.path, key)):
        help_, near = f"write `{elide(fixed, _SHOWN)}`", fixed.split(":")[0]
    elif not near and (place := next((name for name, inner in _blocks(root) if key in inner), None)):
        help_ = f"`{key}` belongs under `{place}`"
    label = Label(document.key_span((*error.path, key)), "not a key of this block")
    notes = (f"known keys: {listed(known)}",)
    message = f"unknown key `{elide(key, 40)}`"
    return Diagnostic("MJ0203", "error", message, label, notes=notes, help=help_), near


def _blocks(root: Schema) -> Iterator[tuple[str, Schema]]:
    """The mappings right below the root of a schema, each with its keys."""
    for name, inner in root.get("properties", {}).items():
        if "properties" in inner:
            yield name, inner["properties"]


def _missing(document: Document, error: _Error, slips: set[str]) -> Iterator[Diagnostic]:
    where = "this block" if error.path else "this file"
    span = document.key_span(error.path)
    for key in error.wanted:
        if key in error.value or key in slips:
            continue
        inner = error.schema.get("properties", {}).get(key, {})
        example = next(iter(inner.get("examples", ())), "…")
        label = Label(span, f"{where} has no `{key}`")
        help_ = f"add `{key}: {elide(str(example), _SHOWN)}`"
        yield Diagnostic("MJ0202", "error", f"`{key}` is missing", label, help=help_)


def _key_form(document: Document, error: _Error) -> Diagnostic:
    key = str(error.value)
    span = document.key_span((*error.path, key))
    expected = error.schema.get("x-expected", "written otherwise")
    message = f"the key `{elide(key, 40)}` cannot be used" if key else "an empty key cannot be used"
    fixed = document.meant_by_key((*error.path, key))
    help_ = f"write `{elide(fixed, _SHOWN)}`" if fixed else None
    return Diagnostic("MJ0207", "error", message, Label(span), notes=(f"it must be {expected}",), help=help_)


def _value(document: Document, error: _Error) -> Diagnostic:
    match error.keyword:
        case "type":
            return _type(document, error)
        case "const" | "enum":
            return _choice(document, error)
        case "pattern":
            return _form(document, error)
        case "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum":
            return _bound(document, error)
    return _size(document, error)


def _type(document: Document, error: _Error) -> Diagnostic:
    types = [error.wanted] if isinstance(error.wanted, str) else error.wanted
    expected = error.schema.get("x-expected") if len(types) > 1 else _TYPES[types[0]]
    value = error.value
    label = Label(_place(document, error), "nothing is given" if value is None else f"this is {_kind(value)}")
    help_ = _retyped(document, error.path, value, types)
    return Diagnostic("MJ0201", "error", f"{_name(error.path)} must be {expected}", label, help=help_)


def _place(document: Document, error: _Error) -> Span:
    """The text of a value, or its key where nothing is written behind it."""
    return document.key_span(error.path) if error.value is None else document.span(error.path)


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    names = {str: "string", dict: "object", list: "array", int: "number", float: "number"}
    return _TYPES[names[type(value)]]


def _retyped(document: Document, path: Path, value: object, types: list[str]) -> str | None:
    """How a value of a wrong type is written as one of the right type, where that is plain."""
    text = elide(document.source.text[document.span(path).start : document.span(path).end], _SHOWN)
    if isinstance(value, str):
        fixed = document.meant(path) if "object" in types else None
        if fixed or "array" in types:
            return f"write `{elide(fixed, _SHOWN)}`" if fixed else f"write `[{text}]`"
        if {"number", "integer"} & set(types) and (digits := _digits(value)):
            return f"write `{digits}`"
        if "boolean" in types and value.lower() in _SWITCHES:
            return f"write `{_SWITCHES[value.lower()]}`"
    if isinstance(value, bool | int | float) and "string" in types:
        return f'write `"{text}"`'
    return None


def _digits(value: str) -> str | None:
    """The number that a text such as `10秒` begins with."""
    number = value.strip().rstrip("sS秒岁个 ")
    return number if number.replace(".", "", 1).isdecimal() and number.isascii() else None


def _choice(document: Document, error: _Error) -> Diagnostic:
    choices = [error.wanted] if error.keyword == "const" else error.wanted
    span = _place(document, error)
    if len(choices) == 1:
        return Diagnostic("MJ0204", "error", f"{_name(error.path)} must be `{choices[0]}`", Label(span))
    near = nearest(str(error.value), map(str, choices))
    help_ = f"did you mean `{near}`?" if near else None
    message = f"{_name(error.path)} cannot be `{elide(str(error.value), 40)}`"
    return Diagnostic("MJ0204", "error", message, Label(span), notes=(f"it can be {listed(choices)}",), help=help_)


def _form(document: Document, error: _Error) -> Diagnostic:
    expected, text = error.schema.get("x-expected", "written otherwise"), str(error.value)
    span, help_ = document.span(error.path), None
    if not text.strip():
        return Diagnostic(
            "MJ0207", "error", f"{_name(error.path)} is empty", Label(span), help="write a text, or delete the key"
        )
    if expected == "one line of text":
        block = document.source.text[span.start : span.start + 2] in (">\n", "|\n", "|-", "|+", ">+", ">\r", "|\r")
        help_ = "write it on one line" + (", or begin it with `>-`" if block else "")
    return Diagnostic("MJ0207", "error", f"{_name(error.path)} must be {expected}", Label(span), help=help_)


def _bound(document: Document, error: _Error) -> Diagnostic:
    words = {
        "minimum": "at least",
        "maximum": "at most",
        "exclusiveMinimum": "more than",
        "exclusiveMaximum": "less than",
    }
    message = f"{_name(error.path)} must be {words[error.keyword]} {error.wanted}"
    return Diagnostic("MJ0205", "error", message, Label(document.span(error.path)))


def _size(document: Document, error: _Error) -> Diagnostic:
    """Too many or too few: characters of a text, items of a list, keys of a mapping."""
    keyword = error.keyword
    units = {"Length": "characters", "Items": "items", "Properties": "keys"}
    unit = next((unit for ending, unit in units.items() if keyword.endswith(ending)), None)
    assert unit, f"no words for the schema keyword {keyword}"
    most = keyword.startswith("max")
    limit = error.wanted if most or error.wanted > 1 else "one"
    unit = unit.rstrip("s") if limit in ("one", 1) else unit
    message = f"{_name(error.path)} must have at {'most' if most else 'least'} {limit} {unit}"
    span: Span = document.span(error.path)
    return Diagnostic("MJ0206", "error", message, Label(span, f"these are {len(error.value)}"))
