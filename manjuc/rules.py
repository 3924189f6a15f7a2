"""A JSON Schema as rules that plain data is held to: the keywords that our schemas use, each made ready once.

A general validator looks every keyword up anew at every value, and a drama has tens of thousands of values. Here a part
of a schema is, for each type of value, only what a value of this type can break. Tests hold it to jsonschema's word.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from manjuc import keystrokes
from manjuc.document import Path

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Broken:
    """One rule of a schema that a value does not keep to."""

    path: Path
    keyword: str
    wanted: Any  # what the keyword asks for
    value: Any
    schema: Schema  # the part of the schema that holds the keyword
    of_key: bool = False  # the value is a key of the mapping at the path


_Rule = Callable[[Any, Path, list[Broken]], None]  # holds the value at a path to something, and adds what it breaks
_Test = Callable[[Any], bool]  # True for a value that breaks what a keyword asks for

# A schema stands beside its rule, so that its id cannot come to name another one.
_ready: dict[int, tuple[Schema, _Rule]] = {}


def broken(data: Any, schema: Schema) -> list[Broken]:
    """Everything in which plain data does not keep to a schema, in the order of the schema.

    A mapping that lacks keys breaks one rule. What is in a list or mapping is not asked about where that is too long.
    """
    if id(schema) not in _ready:
        _ready[id(schema)] = (schema, _part(schema, schema))
    found: list[Broken] = []
    _ready[id(schema)][1](data, (), found)
    return found


def _part(schema: Schema, root: Schema) -> _Rule:
    """A part of a schema; what it asks of values of one type is made ready when the first of them comes."""
    known: dict[type, tuple[_Rule, ...]] = {}

    def rule(value: Any, path: Path, found: list[Broken]) -> None:
        kind = type(value)
        if kind not in known:
            known[kind] = tuple(_rules(schema, root, kind))
        for each in known[kind]:
            each(value, path, found)

    return rule


def _rules(schema: Schema, root: Schema, kind: type) -> Iterator[_Rule]:
    """All that a part of a schema asks of values of one type."""
    for keyword, wanted in schema.items():
        if keyword == "$ref":
            yield from _rules(root["$defs"][wanted.removeprefix("#/$defs/")], root, kind)
        elif keyword == "if":
            yield _conditional(schema, root, kind)
        elif keyword in _INNER:
            if kind is _INNER[keyword][0]:
                yield _INNER[keyword][1](schema, root)
        elif test := _test(keyword, wanted, kind):
            yield _blaming(test, keyword, schema)


def _blaming(test: _Test, keyword: str, schema: Schema) -> _Rule:
    def rule(value: Any, path: Path, found: list[Broken]) -> None:
        if test(value):
            found.append(Broken(path, keyword, schema[keyword], value, schema))

    return rule


def _conditional(schema: Schema, root: Schema, kind: type) -> _Rule:
    """`if`, `then` and `else`."""
    holds = _condition(schema["if"], kind)
    then, otherwise = (tuple(_rules(schema.get(key, {}), root, kind)) for key in ("then", "else"))

    def rule(value: Any, path: Path, found: list[Broken]) -> None:
        for each in then if holds(value) else otherwise:
            each(value, path, found)

    return rule


def _condition(schema: Schema, kind: type) -> Callable[[Any], bool]:
    """True for a value that keeps to what keywords ask of it alone, or to one of several of such conditions.

    There are one to three of them, for which a list is quicker than a generator.
    """
    if "anyOf" in schema:
        ways = tuple(_condition(way, kind) for way in schema["anyOf"])
        return lambda value: any([way(value) for way in ways])
    tests = tuple(test for keyword, wanted in schema.items() if (test := _test(keyword, wanted, kind)))
    return lambda value: not any([test(value) for test in tests])


# What is asked of what stands in a value


def _properties(schema: Schema, root: Schema) -> _Rule:
    parts = {key: _part(part, root) for key, part in schema["properties"].items()}

    def rule(value: Any, path: Path, found: list[Broken]) -> None:
        for key, part in parts.items():
            if key in value:
                part(value[key], (*path, key), found)

    return rule


def _other_properties(schema: Schema, root: Schema) -> _Rule:
    known, most = schema.get("properties", {}).keys(), schema.get("maxProperties", math.inf)
    if schema["additionalProperties"] is False:
        return _blaming(lambda value: len(value) <= most and not value.keys() <= known, "additionalProperties", schema)
    part = _part(schema["additionalProperties"], root)

    def rule(value: Any, path: Path, found: list[Broken]) -> None:
        for key in value if len(value) <= most else ():
            if key not in known:
                part(value[key], (*path, key), found)

    return rule


def _names(schema: Schema, root: Schema) -> _Rule:
    part, most = _part(schema["propertyNames"], root), schema.get("maxProperties", math.inf)

    def rule(value: Any, path: Path, found: list[Broken]) -> None:
        of_keys: list[Broken] = []
        for key in value if len(value) <= most else ():
            part(key, path, of_keys)
        found += (replace(each, of_key=True) for each in of_keys)

    return rule


def _items(schema: Schema, root: Schema) -> _Rule:
    part, most = _part(schema["items"], root), schema.get("maxItems", math.inf)

    def rule(value: Any, path: Path, found: list[Broken]) -> None:
        for number, item in enumerate(value if len(value) <= most else ()):
            part(item, (*path, number), found)

    return rule


def _distinct(schema: Schema, _root: Schema) -> _Rule:
    most = schema.get("maxItems", math.inf)
    return _blaming(lambda value: len(value) <= most and len(set(map(repr, value))) < len(value), "uniqueItems", schema)


_INNER: Mapping[str, tuple[type, Callable[[Schema, Schema], _Rule]]] = {
    "properties": (dict, _properties),
    "additionalProperties": (dict, _other_properties),
    "propertyNames": (dict, _names),
    "items": (list, _items),
    "uniqueItems": (list, _distinct),
}


# What is asked of a value alone

_TYPES: Mapping[type, tuple[str, ...]] = {
    str: ("string",),
    dict: ("object",),
    list: ("array",),
    int: ("integer", "number"),
    float: ("number",),
    bool: ("boolean",),
    type(None): ("null",),
}


def _test(keyword: str, wanted: Any, kind: type) -> _Test | None:
    """The test of a keyword for values of one type; None where they keep to it whatever they are."""
    if keyword == "type":
        return _another_type([wanted] if isinstance(wanted, str) else wanted, kind)
    kinds, made = _TESTS.get(keyword, ((), _longer))
    return made(wanted) if kind in kinds else None


def _another_type(types: list[str], kind: type) -> _Test | None:
    if any(name in types for name in _TYPES[kind]):
        return None
    whole = kind is float and "integer" in types
    return lambda value: not (whole and value.is_integer())


def _longer(most: int) -> _Test:
    return lambda value: len(value) > most


def _shorter(least: int) -> _Test:
    return lambda value: len(value) < least


def _unlike(pattern: str) -> _Test:
    search = re.compile(pattern).search
    return lambda value: search(value) is None


def _lacking(keys: list[str]) -> _Test:
    wanted = frozenset(keys)
    return lambda value: not wanted <= value.keys()


def _none_of(choices: list[Any]) -> _Test:
    alike = [(each, isinstance(each, bool)) for each in choices]  # `true` is not 1, though Python says so
    return lambda value: (value, isinstance(value, bool)) not in alike


_TEXT, _NUMBER, _ANY = (str,), (int, float), tuple(_TYPES)
_TESTS: Mapping[str, tuple[tuple[type, ...], Callable[[Any], _Test]]] = {
    "const": (_ANY, lambda wanted: _none_of([wanted])),
    "enum": (_ANY, _none_of),
    "pattern": (_TEXT, _unlike),
    "minLength": (_TEXT, _shorter),
    "maxLength": (_TEXT, _longer),
    "x-names": (_TEXT, lambda _: lambda value: len(keystrokes.split(value)) > 1),
    "minimum": (_NUMBER, lambda least: lambda value: value < least),
    "maximum": (_NUMBER, lambda most: lambda value: value > most),
    "exclusiveMinimum": (_NUMBER, lambda bound: lambda value: value <= bound),
    "exclusiveMaximum": (_NUMBER, lambda bound: lambda value: value >= bound),
    "minItems": ((list,), _shorter),
    "maxItems": ((list,), _longer),
    "minProperties": ((dict,), _shorter),
    "maxProperties": ((dict,), _longer),
    "required": ((dict,), _lacking),
}
