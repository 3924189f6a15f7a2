"""The catalogue: data files to models and to the words of failures. A project's own file may add and override."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

from manjuc.failures import Phrases
from manjuc.models import Model, Pace, Price, Retirement

Data = Mapping[str, Any]


def models(files: Iterable[Data]) -> Mapping[str, Model]:
    """Models by name; later files override single facts of earlier ones. The data has passed its schema."""
    merged: dict[str, dict[str, Any]] = {}
    for file in files:
        for name, facts in (file.get("models") or {}).items():
            merged[name] = _merge(merged.get(name, {}), facts)
    return {name: _model(name, facts) for name, facts in merged.items()}


def _merge(below: Data, above: Data) -> dict[str, Any]:
    result = dict(below)
    for key, value in above.items():
        old = result.get(key)
        result[key] = _merge(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return result


def _model(name: str, facts: Data) -> Model:
    special = {
        "price": _price(facts.get("price", {})),
        "pace": Pace(**{key: _milliseconds(value) for key, value in facts.get("pace", {}).items()}),
        "durations": tuple(sorted(_milliseconds(value) for value in facts.get("durations", ()))),
        "sizes": tuple(sorted(facts.get("sizes", {}).items())),
        "retired": _retirement(facts["retired"]) if facts.get("retired") else None,
    }
    if "timeout" in facts:
        special["timeout"] = _milliseconds(facts["timeout"])
    plain = {
        field.name: facts[field.name] for field in fields(Model) if field.name in facts and field.name not in special
    }
    plain = {key: tuple(value) if isinstance(value, list) else value for key, value in plain.items()}
    return Model(name=name, **{"kind": "text", **plain, **special})


def _price(facts: Data) -> Price:
    amounts: dict[str, Any] = {
        key: Decimal(str(facts[key])) for key in ("call", "second", "million_in", "million_out") if key in facts
    }
    by_length = facts.get("durations", {})
    durations = tuple(sorted((_milliseconds(seconds), Decimal(str(price))) for seconds, price in by_length.items()))
    words: dict[str, Any] = {key: str(facts[key]) for key in ("currency", "date", "source") if key in facts}
    return Price(durations=durations, **amounts, **words)


def _retirement(facts: Data) -> Retirement:
    return Retirement(str(facts["date"]), str(facts.get("note", "")), tuple(facts.get("successors", ())))


def _milliseconds(seconds: object) -> int:
    return int(Decimal(str(seconds)) * 1000)


def defaults(files: Iterable[Data]) -> Mapping[str, str]:
    """The model that is taken for each kind where a spec names none."""
    return {kind: name for file in files for kind, name in (file.get("defaults") or {}).items()}


def milder(files: Iterable[Data]) -> Mapping[str, str]:
    """Sensitive words and what the rung `soften` writes instead."""
    return {word: other for file in files for word, other in (file.get("milder") or {}).items()}


def names(files: Iterable[Data]) -> Mapping[str, tuple[str, ...]]:
    """Parts of names and hosts by what they tell."""
    return {key: tuple(parts) for file in files for key, parts in (file.get("names") or {}).items()}


def phrases(files: Iterable[Data]) -> Phrases:
    """The words by which relays refuse."""
    found: dict[str, tuple[str, ...]] = {}
    for file in files:
        for kind, words in (file.get("phrases") or {}).items():
            found[kind] = (*found.get(kind, ()), *words)
    return Phrases(**found)
