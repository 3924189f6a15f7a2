"""What a schema finds wrong with a document, in an author's words at the exact text.

A wrong type silences what is inside it, and a misspelt key the missing one that it was meant to be. Where a pattern or
several types would have to be read out, a schema says with `x-expected` what a value must be, and with
`x-severity: warning` of a list that what it names twice does no harm.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice

from manjuc import advice, causes, glosses, ids, keystrokes, numerals, remnants, rules
from manjuc.diagnostic import ENOUGH, Diagnostic, Label, Severity, Source, Span, in_order
from manjuc.document import Document, Path
from manjuc.keystrokes import write
from manjuc.mending import hashed, refitted, retyped
from manjuc.rules import Broken, Schema
from manjuc.text import elide
from manjuc.words import Words, named, say

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
_BELOW = {"characters": "looks", "scenes": "at"}  # what has a slash in its name where it is referred to


def check(document: Document, schema: Schema, *, extras: Severity = "error") -> tuple[Diagnostic, ...]:
    """Everything in which a document differs from a schema.

    With `extras="warning"`, keys that the schema does not know do not spoil the document: they were paid for.
    """
    harmless = {"x-names"} if extras == "error" else {"x-names", "additionalProperties"}
    errors = rules.broken(document.data, schema)
    if not errors:
        return ()
    harmful = (number for number, error in enumerate(errors, 1) if error.keyword not in harmless)
    errors = errors[: next(islice(harmful, ENOUGH - 1, None), None)]
    return in_order(_said(document, schema, errors, extras))


def _said(document: Document, schema: Schema, errors: list[Broken], extras: Severity) -> Iterator[Diagnostic]:
    slips: dict[Path, set[str]] = {}  # missing keys that an unknown key of the same mapping was meant to be
    values: dict[Path, list[Broken]] = {}
    missing: dict[Path, Broken] = {}
    wanted = {error.path: error.wanted for error in errors if error.keyword == "required"}
    told = causes.explained(document, schema, errors if extras == "error" else ())
    yield from told.found
    for error in told.left(errors):
        if error.of_key:
            yield _key_form(document, error)
        elif error.keyword == "additionalProperties":
            for key in told.unknown(error)[:ENOUGH]:
                diagnostic, near = _unknown(document, schema, error, key, wanted.get(error.path, ()))
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
        yield _value(document, schema, min(found, key=_rank))


def _rank(error: Broken) -> int:
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


def _unknown(
    document: Document, root: Schema, error: Broken, key: str, wanted: Iterable[str]
) -> tuple[Diagnostic, str | None]:
    """The diagnostic of an unknown key, and the key that it was probably meant to be."""
    known: Schema = error.schema["properties"]
    help_, near = advice.for_key(document, root, known, (*error.path, key), error.value)
    span = document.key_span((*error.path, key))
    if glosses.secret(key):
        span = _hidden(span, document.span((*error.path, key)))
    if help_ is None and (near := advice.for_lacking(known, wanted, error.value)):
        help_ = say("did you mean `{}`?", near)
    label = Label(span, say("not a key of this block"))
    notes = () if help_ else (say("known keys: {}", named(known)),)
    message = say("unknown key `{}`", elide(key, 40))
    return Diagnostic("MJ0203", "error", message, label, notes=notes, help=help_), near


def _hidden(span: Span, secret: Span) -> Span:
    """A span of a text in which a secret cannot be read: what is shown around the span is the line it stands on."""
    text, size = span.source.text, secret.end - secret.start
    hidden = f"{text[: secret.start]}{'*' * size}{text[secret.end :]}"
    return Span(Source(span.source.path, hidden), span.start, span.end)


def _missing(document: Document, error: Broken, slips: set[str]) -> Iterator[Diagnostic]:
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


def _key_form(document: Document, error: Broken) -> Diagnostic:
    key = str(error.value)
    span = document.key_span((*error.path, key))
    message = say("the key `{}` cannot be used", elide(key, 40)) if key else say("an empty key cannot be used")
    fixed = document.meant_by_key((*error.path, key)) or ((id_ := ids.fitting(key)) and f"{id_}:")
    choices = error.schema.get("enum")
    notes = (_one_of(choices, error.schema) if choices else say("it must be {}", _expected(error.schema)),)
    if choices:
        near = glosses.key(key, {each: {} for each in choices})
        help_ = say("did you mean `{}`?", near) if near else advice.for_value(key, choices)
        return Diagnostic("MJ0207", "error", message, Label(span), notes=notes, help=help_)
    base, below = key.partition("/")[0], _BELOW.get(str(error.path[-1])) if len(error.path) == 1 else None
    help_ = say("declare it under `{}` of `{}`", below, base) if "/" in key and below else None
    help_ = help_ or (write(fixed) if fixed else None)
    return Diagnostic("MJ0207", "error", message, Label(span), notes=notes, help=help_)


def _value(document: Document, root: Schema, error: Broken) -> Diagnostic:
    match error.keyword:
        case "x-names":
            return keystrokes.joined(document.span(error.path), "warning")
        case "uniqueItems":
            return _twice(document, error)
        case "type":
            return _type(document, root, error)
        case "const" | "enum":
            return _choice(document, error)
        case "pattern":
            return _form(document, error)
        case "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum":
            return _bound(document, error)
    return _size(document, error)


def _type(document: Document, root: Schema, error: Broken) -> Diagnostic:
    types = [error.wanted] if isinstance(error.wanted, str) else error.wanted
    expected = _expected(error.schema) if len(types) > 1 else _TYPES[types[0]]
    value = error.value
    given = say("nothing is given") if value is None else say("this is {}", _kind(value))
    span = document.span(error.path)
    if isinstance(value, str) and {"array", "object"} & set(types):
        slip = keystrokes.undashed(span.source, span.start) if "array" in types else None
        slip = slip or remnants.row(span.source, span.place[1])
        if slip:
            return slip
    label = Label(_place(document, error), given)
    help_ = retyped(document, error.path, value, types, error.schema, root)
    return Diagnostic("MJ0201", "error", say("{} must be {}", _name(error.path), expected), label, help=help_)


def _place(document: Document, error: Broken) -> Span:
    """The text of a value, or its key where nothing is written behind it."""
    if error.value is None and error.path and isinstance(error.path[-1], int) and (cut := hashed(document, error.path)):
        source, end = document.span(error.path).source, document.span(error.path).end
        start = source.text.index(cut, end)
        return Span(source, start, start + len(cut))
    return document.key_span(error.path) if error.value is None else document.span(error.path)


def _kind(value: object) -> Words:
    if isinstance(value, bool):
        return say("`{}`", str(value).lower())
    names = {str: "string", dict: "object", list: "array", int: "number", float: "number"}
    return _TYPES[names[type(value)]]


def _choice(document: Document, error: Broken) -> Diagnostic:
    choices = [error.wanted] if error.keyword == "const" else error.wanted
    span = _place(document, error)
    if len(choices) == 1:
        message, key = say("{} must be `{}`", _name(error.path), choices[0]), str(error.path[-1])
        version = say("write `{}`: this manjuc reads version {} of the language", f"{key}: {choices[0]}", choices[0])
        return Diagnostic("MJ0204", "error", message, Label(span), help=version)
    help_ = advice.for_value(error.value, choices)
    if help_ is None and isinstance(error.path[-1], int):
        help_ = say("write one of these, or delete it")
    message = say("{} cannot be `{}`", _name(error.path), elide(str(error.value), 40))
    notes = (_one_of(choices, error.schema),)
    return Diagnostic("MJ0204", "error", message, Label(span), notes=notes, help=help_)


def _one_of(choices: list[object], schema: Schema) -> Words:
    """The choices, or where there are too many to be read out, in a word."""
    return say("it must be {}", _expected(schema)) if "x-expected" in schema else say("it can be {}", named(choices))


def _form(document: Document, error: Broken) -> Diagnostic:
    expected, span, help_ = _expected(error.schema), document.span(error.path), None
    if not str(error.value).strip():
        message = say("{} is empty", _name(error.path))
        return Diagnostic("MJ0207", "error", message, Label(span), help=say("write a text, or delete the key"))
    if expected == say("one line of text"):
        block = document.source.text[span.start : span.start + 2] in (">\n", "|\n", "|-", "|+", ">+", ">\r", "|\r")
        help_ = say("write it on one line, or begin it with `>-`" if block else "write it on one line")
    elif fixed := refitted(error.value, error.schema):
        help_ = write(fixed)
    return Diagnostic("MJ0207", "error", say("{} must be {}", _name(error.path), expected), Label(span), help=help_)


def _bound(document: Document, error: Broken) -> Diagnostic:
    name, wanted = _name(error.path), error.wanted
    bounds = {
        "minimum": say("{} must be at least {}", name, wanted),
        "maximum": say("{} must be at most {}", name, wanted),
        "exclusiveMinimum": say("{} must be more than {}", name, wanted),
        "exclusiveMaximum": say("{} must be less than {}", name, wanted),
    }
    help_ = write(numeral) if (numeral := numerals.within(error.path[-1], error.value, error.keyword, wanted)) else None
    return Diagnostic("MJ0205", "error", bounds[error.keyword], Label(document.span(error.path)), help=help_)


def _twice(document: Document, error: Broken) -> Diagnostic:
    seen: dict[str, int] = {}
    pairs = ((number, seen.setdefault(repr(item), number)) for number, item in enumerate(error.value))
    again, first = next((number, earlier) for number, earlier in pairs if earlier < number)
    message = say("{} is given twice", _name((*error.path, again)))
    earlier = (Label(document.span((*error.path, first)), say("first here")),)
    label = Label(document.span((*error.path, again)), say("again here"))
    severity: Severity = error.schema.get("x-severity", "error")
    return Diagnostic("MJ0208", severity, message, label, earlier, help=say("delete it"))


def _size(document: Document, error: Broken) -> Diagnostic:
    """Too many or too few: characters of a text, items of a list, keys of a mapping."""
    keyword = error.keyword
    units = {
        "Length": (say("one character"), say("{} characters of text", error.wanted)),
        "Items": (say("one item"), say("{} items", error.wanted)),
        "Properties": (say("one key"), say("{} keys", error.wanted)),
    }
    unit = next((unit for ending, unit in units.items() if keyword.endswith(ending)), None)
    assert unit, f"no words for the schema keyword {keyword}"
    limit, name = unit[error.wanted != 1], _name(error.path)
    most = keyword.startswith("max")
    message = say("{} must have at most {}", name, limit) if most else say("{} must have at least {}", name, limit)
    label = Label(document.span(error.path), say("these are {}", len(error.value)))
    example = next(iter(error.schema.get("examples", ())), "")
    help_ = say("write it as in `{}`", keystrokes.flow(example)) if example else say("write at least one")
    return Diagnostic("MJ0206", "error", message, label, help=None if most else help_)
