"""What a schema finds wrong with a document, in an author's words at the exact text. The only importer of jsonschema.

A wrong type silences what is inside it, and a misspelt key the missing one that it was meant to be. Where a pattern or
several types would have to be read out, a schema says with `x-expected` what a value must be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from jsonschema import Draft202012Validator, ValidationError, validators

from manjuc import keystrokes
from manjuc.diagnostic import ENOUGH, Diagnostic, Label, Severity, Span, in_order
from manjuc.document import Document, Path
from manjuc.keystrokes import write
from manjuc.mending import retyped
from manjuc.text import elide, nearest
from manjuc.words import Words, named, say

Schema = Mapping[str, Any]

_TYPES: Mapping[str, Words] = {
    "string": say("a text"),
    "object": say("a mapping"),
    "array": say("a list"),
    "number": say("a number"),
    "integer": say("a whole number"),
    "boolean": say("`true` or `false`"),
    "null": say("empty"),
}
# What is said of a value when several things are wrong with it: the first of these.
_RANK = ("type", "const", "enum", "pattern", "maxLength", "minLength")
_SHOWN = 60


def _names(_: object, wanted: object, value: object, _schema: object) -> Iterator[ValidationError]:
    """The rule of `x-names`: a short name, not several with full-width commas between them."""
    if wanted and isinstance(value, str) and len(keystrokes.split(value)) > 1:
        yield ValidationError("several names")


def _within(keyword: str, most: str) -> Callable[..., Iterator[ValidationError]]:
    """The rule of a keyword for what is in a list or mapping, not asked where that is too long anyway."""
    inner = Draft202012Validator.VALIDATORS[keyword]

    def rule(validator: Any, wanted: Any, value: Any, schema: Schema) -> Iterator[ValidationError]:
        if not isinstance(value, list | dict) or len(value) <= schema.get(most, len(value)):
            yield from inner(validator, wanted, value, schema) or ()

    return rule


_RULES = {"x-names": _names, "items": _within("items", "maxItems"), "uniqueItems": _within("uniqueItems", "maxItems")}
_RULES |= {key: _within(key, "maxProperties") for key in ("additionalProperties", "propertyNames")}
_Validator: Any = validators.extend(Draft202012Validator, _RULES)  # type: ignore[no-untyped-call]

# A schema stands beside its validator, so that its id cannot come to name another one.
_compiled: dict[int, tuple[Schema, Any]] = {}


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
    harmless = {"x-names"} if extras == "error" else {"x-names", "additionalProperties"}
    errors: list[_Error] = []
    for error in _errors(document, schema):
        errors.append(error)
        if len(errors) >= ENOUGH and sum(each.keyword not in harmless for each in errors) >= ENOUGH:
            break
    return in_order(_said(document, schema, errors, extras))


def _errors(document: Document, schema: Schema) -> Iterator[_Error]:
    if id(schema) not in _compiled:
        _compiled[id(schema)] = (schema, _Validator(schema))
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
            for key in _extras(error)[:ENOUGH]:
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


def _name(path: Path) -> Words:
    """What a value is called in a message."""
    if not path:
        return say("the file")
    if isinstance(path[-1], int):
        number = path[-1] + 1
        return say("item {} of `{}`", number, elide(str(path[-2]), 40)) if len(path) > 1 else say("item {}", number)
    return say("`{}`", elide(path[-1], 40))


def _expected(schema: Schema) -> Words:
    return Words(schema["x-expected"]) if "x-expected" in schema else say("written otherwise")


def _extras(error: _Error) -> list[str]:
    return [key for key in error.value if key not in error.schema.get("properties", {})]


def _unknown(document: Document, root: Schema, error: _Error, key: str) -> tuple[Diagnostic, str | None]:
    """The diagnostic of an unknown key, and the key that it was probably meant to be."""
    known = list(error.schema["properties"])
    free = [name for name in known if name not in error.value]
    near = nearest(key, free) or next((name for name in free if name.startswith(f"{key}_")), None)
    help_ = say("did you mean `{}`?", near) if near else None
    if fixed := document.meant_by_key((*error.path, key)):
        help_, near = write(fixed), fixed.split(":")[0]
    elif not near and (place := next((name for name, inner in _blocks(root) if key in inner), None)):
        help_ = say("`{}` belongs under `{}`", key, place)
    label = Label(document.key_span((*error.path, key)), say("not a key of this block"))
    notes = () if help_ else (say("known keys: {}", named(known)),)
    message = say("unknown key `{}`", elide(key, 40))
    return Diagnostic("MJ0203", "error", message, label, notes=notes, help=help_), near


def _blocks(root: Schema) -> Iterator[tuple[str, Schema]]:
    """The mappings right below the root of a schema, each with its keys."""
    for name, inner in root.get("properties", {}).items():
        if "properties" in inner:
            yield name, inner["properties"]


def _missing(document: Document, error: _Error, slips: set[str]) -> Iterator[Diagnostic]:
    """All that a block lacks, in one problem: it has one place."""
    keys = [key for key in error.wanted if key not in error.value and key not in slips]
    if not keys:
        return
    where = say("this block") if error.path else say("this file")
    lines = [_example(error.schema, key) for key in keys]
    label, message, help_ = (
        (say("{} has no {}", where, named(keys)), say("{} are missing", named(keys)), say("add {}", named(lines)))
        if len(keys) > 1
        else (say("{} has no `{}`", where, keys[0]), say("`{}` is missing", keys[0]), say("add `{}`", lines[0]))
    )
    yield Diagnostic("MJ0202", "error", message, Label(document.key_span(error.path), label), help=help_)


def _example(schema: Schema, key: str) -> str:
    """A line that gives a key."""
    inner = schema.get("properties", {}).get(key, {})
    return f"{key}: {elide(str(next(iter(inner.get('examples', ())), '…')), _SHOWN)}"


def _key_form(document: Document, error: _Error) -> Diagnostic:
    key = str(error.value)
    span = document.key_span((*error.path, key))
    message = say("the key `{}` cannot be used", elide(key, 40)) if key else say("an empty key cannot be used")
    fixed = document.meant_by_key((*error.path, key))
    notes = (say("it must be {}", _expected(error.schema)),)
    return Diagnostic("MJ0207", "error", message, Label(span), notes=notes, help=write(fixed) if fixed else None)


def _value(document: Document, error: _Error) -> Diagnostic:
    match error.keyword:
        case "x-names":
            return keystrokes.joined(document.span(error.path), "warning")
        case "uniqueItems":
            return _twice(document, error)
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
    expected = _expected(error.schema) if len(types) > 1 else _TYPES[types[0]]
    value = error.value
    given = say("nothing is given") if value is None else say("this is {}", _kind(value))
    label = Label(_place(document, error), given)
    help_ = retyped(document, error.path, value, types)
    return Diagnostic("MJ0201", "error", say("{} must be {}", _name(error.path), expected), label, help=help_)


def _place(document: Document, error: _Error) -> Span:
    """The text of a value, or its key where nothing is written behind it."""
    return document.key_span(error.path) if error.value is None else document.span(error.path)


def _kind(value: object) -> Words:
    if isinstance(value, bool):
        return say("`{}`", str(value).lower())
    names = {str: "string", dict: "object", list: "array", int: "number", float: "number"}
    return _TYPES[names[type(value)]]


def _choice(document: Document, error: _Error) -> Diagnostic:
    choices = [error.wanted] if error.keyword == "const" else error.wanted
    span = _place(document, error)
    if len(choices) == 1:
        return Diagnostic("MJ0204", "error", say("{} must be `{}`", _name(error.path), choices[0]), Label(span))
    near = nearest(str(error.value), map(str, choices))
    help_ = say("did you mean `{}`?", near) if near else None
    message = say("{} cannot be `{}`", _name(error.path), elide(str(error.value), 40))
    notes = (say("it can be {}", named(choices)),)
    return Diagnostic("MJ0204", "error", message, Label(span), notes=notes, help=help_)


def _form(document: Document, error: _Error) -> Diagnostic:
    expected, span, help_ = _expected(error.schema), document.span(error.path), None
    if not str(error.value).strip():
        message = say("{} is empty", _name(error.path))
        return Diagnostic("MJ0207", "error", message, Label(span), help=say("write a text, or delete the key"))
    if expected == say("one line of text"):
        block = document.source.text[span.start : span.start + 2] in (">\n", "|\n", "|-", "|+", ">+", ">\r", "|\r")
        help_ = say("write it on one line, or begin it with `>-`" if block else "write it on one line")
    return Diagnostic("MJ0207", "error", say("{} must be {}", _name(error.path), expected), Label(span), help=help_)


def _bound(document: Document, error: _Error) -> Diagnostic:
    name, wanted = _name(error.path), error.wanted
    bounds = {
        "minimum": say("{} must be at least {}", name, wanted),
        "maximum": say("{} must be at most {}", name, wanted),
        "exclusiveMinimum": say("{} must be more than {}", name, wanted),
        "exclusiveMaximum": say("{} must be less than {}", name, wanted),
    }
    return Diagnostic("MJ0205", "error", bounds[error.keyword], Label(document.span(error.path)))


def _twice(document: Document, error: _Error) -> Diagnostic:
    seen: dict[str, int] = {}
    pairs = ((number, seen.setdefault(repr(item), number)) for number, item in enumerate(error.value))
    again, first = next((number, earlier) for number, earlier in pairs if earlier < number)
    message = say("{} is given twice", _name((*error.path, again)))
    earlier = (Label(document.span((*error.path, first)), say("first here")),)
    label = Label(document.span((*error.path, again)), say("again here"))
    return Diagnostic("MJ0208", "error", message, label, earlier, help=say("delete it"))


def _size(document: Document, error: _Error) -> Diagnostic:
    """Too many or too few: characters of a text, items of a list, keys of a mapping."""
    keyword = error.keyword
    units = {
        "Length": (say("one character"), say("{} characters", error.wanted)),
        "Items": (say("one item"), say("{} items", error.wanted)),
        "Properties": (say("one key"), say("{} keys", error.wanted)),
    }
    unit = next((unit for ending, unit in units.items() if keyword.endswith(ending)), None)
    assert unit, f"no words for the schema keyword {keyword}"
    limit, name = unit[error.wanted != 1], _name(error.path)
    most = keyword.startswith("max")
    message = say("{} must have at most {}", name, limit) if most else say("{} must have at least {}", name, limit)
    return Diagnostic(
        "MJ0206", "error", message, Label(document.span(error.path), say("these are {}", len(error.value)))
    )
