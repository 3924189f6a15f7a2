"""Rules of schemas: whatever stands in a file, they are broken just where jsonschema says so."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from front import ROOT, schema_of
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError, validators

from manjuc import keystrokes, rules

NAMES = sorted(path.name.partition(".")[0] for path in (ROOT / "schemas").iterdir())
NOTHING: tuple[Any, ...] = (None, [], {}, [[]], {"雨": 0})
JUNK = (*NOTHING, True, False, 0, 1, -3, 2.5, 4.0, 10**400, "", " ", "雨", "雨\n夜", "甲，乙", "x" * 700)
KEYS = ("", "x", "雨夜", "a b", "-", "card", "who", "text")


def made(part: Mapping[str, Any], root: Mapping[str, Any], dice: random.Random) -> Any:
    """Data that fits a part of a schema more or less."""
    part = {**root.get("$defs", {}).get(part.get("$ref", "").rpartition("/")[2], {}), **part}
    for branch in ("then", "else"):
        if branch in part and dice.random() < 0.6:
            known = {**part.get("properties", {}), **part[branch].get("properties", {})}
            part = {**part, **part[branch], "properties": known}
    if dice.random() < 0.07:
        return dice.choice(JUNK)
    if "const" in part or "enum" in part:
        return dice.choice([*part.get("enum", ()), part.get("const", 1)])
    types = [part["type"]] if isinstance(part.get("type"), str) else part.get("type", ["object"])
    match dice.choice(types):
        case "object":
            return mapping(part, root, dice)
        case "array":
            count = dice.choice((0, 1, 2, 3, part.get("maxItems", 3) + 1))
            return [made(part.get("items", {}), root, dice) for _ in range(min(count, 25))]
        case "string":
            long = "x" * (part.get("maxLength", 3) + dice.choice((0, 1)))
            return dice.choice([*part.get("examples", ("雨夜",)), long])
        case "boolean":
            return dice.random() < 0.5
        case "number" | "integer":
            bounds = [part[key] for key in part if key.lower().endswith(("minimum", "maximum"))]
            return dice.choice([*bounds, *(bound + 1 for bound in bounds), 7, 7.5, 8.0])
    return None


def mapping(part: Mapping[str, Any], root: Mapping[str, Any], dice: random.Random) -> dict[str, Any]:
    """Some of the keys that a part of a schema knows, most of those that it requires, and others."""
    known = part.get("properties", {})
    wanted = [key for key in known if dice.random() < (0.9 if key in part.get("required", ()) else 0.4)]
    found = {key: made(known[key], root, dice) for key in wanted}
    others = part.get("additionalProperties")
    for _ in range(dice.randrange(3) if isinstance(others, Mapping) else dice.random() < 0.1):
        found[dice.choice(KEYS)] = made(others, root, dice) if isinstance(others, Mapping) else dice.choice(JUNK)
    return found


def expected(data: Any, schema: Mapping[str, Any]) -> set[tuple[Any, ...]]:
    """What jsonschema says of it."""
    return {
        (
            *(*error.absolute_path, error.validator, repr(error.instance), repr(error.validator_value)),
            "propertyNames" in error.absolute_schema_path,
        )
        for error in _Validator(schema).iter_errors(data)
    }


def _names(_: object, __: object, value: object, ___: object) -> Iterator[ValidationError]:
    if isinstance(value, str) and len(keystrokes.split(value)) > 1:
        yield ValidationError("several names")


def _within(keyword: str, most: str) -> Callable[..., Iterator[ValidationError]]:
    """A keyword for what is in a list or mapping, not asked where that is too long."""
    inner = Draft202012Validator.VALIDATORS[keyword]

    def rule(validator: Any, wanted: Any, value: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
        if not isinstance(value, list | dict) or len(value) <= schema.get(most, len(value)):
            yield from inner(validator, wanted, value, schema) or ()

    return rule


_LISTS = {key: _within(key, "maxItems") for key in ("items", "uniqueItems")}
_MAPPINGS = {key: _within(key, "maxProperties") for key in ("additionalProperties", "propertyNames")}
_Validator: Any = validators.extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {"x-names": _names, **_LISTS, **_MAPPINGS}
)


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
@settings(derandomize=True, max_examples=150)
@given(seed=st.integers(0, 2**32))
def test_rules_are_broken_where_jsonschema_says_so(name: str, seed: int) -> None:
    schema = schema_of(name)
    data = made(schema, schema, random.Random(seed))
    found = {
        (*each.path, each.keyword, repr(each.value), repr(each.wanted), each.of_key)
        for each in rules.broken(data, schema)
    }
    assert found == expected(data, schema)
