"""The catalogue: data files to models and to the words of failures. A project's own file may add and override."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

from manjuc.failures import Phrases
from manjuc.models import Meaning, Model, Pace, Price, PromptLimit, Retirement
from manjuc.sensitive import Sensitive, sensitive

Data = Mapping[str, Any]
_OF_A_NAME = ("aliases", "nicknames", "meanings", "retired")  # facts that another model does not take over by `like`


def models(files: Iterable[Data]) -> Mapping[str, Model]:
    """Models by name; later files override single facts of earlier ones. The data has passed its schema."""
    merged = _merged(files)
    return {name: _model(name, _whole(name, merged), stray=_leads_nowhere(name, merged)) for name in merged}


def strays(files: Iterable[Data]) -> tuple[tuple[str, str], ...]:
    """Models that are said to be `like` one that there is not, or by a circle like themselves: each with that name."""
    merged = _merged(files)
    return tuple((name, merged[name]["like"]) for name in merged if _leads_nowhere(name, merged))


def _leads_nowhere(name: str, models: Mapping[str, Data]) -> bool:
    seen = {name}
    while other := models[name].get("like"):
        if other not in models or other in seen:
            return True
        seen.add(other)
        name = other
    return False


def _merged(files: Iterable[Data]) -> dict[str, dict[str, Any]]:
    merged: dict[str, dict[str, Any]] = {}
    for file in files:
        for name, facts in (file.get("models") or {}).items():
            merged[name] = _merge(merged.get(name, {}), facts)
    return merged


def _whole(name: str, models: Mapping[str, Data]) -> Data:
    """The facts of a model with those of the one that it is like below them. Prices are taken over whole or not."""
    facts = models[name]
    if "like" not in facts or _leads_nowhere(name, models):
        return facts
    left = (*_OF_A_NAME, *(["price"] if "price" in facts else []))
    taken = {key: value for key, value in _whole(facts["like"], models).items() if key not in left}
    return _merge(taken, facts)


def _merge(below: Data, above: Data) -> dict[str, Any]:
    result = dict(below)
    for key, value in above.items():
        old = result.get(key)
        result[key] = _merge(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return result


def _model(name: str, facts: Data, *, stray: bool) -> Model:
    special = {
        "price": _price(facts.get("price", {})),
        "pace": Pace(**{key: _milliseconds(value) for key, value in facts.get("pace", {}).items()}),
        "durations": tuple(sorted(_milliseconds(value) for value in facts.get("durations", ()))),
        "hd_durations": tuple(sorted(_milliseconds(value) for value in facts.get("hd_durations", ()))),
        "sizes": tuple(sorted(facts.get("sizes", {}).items())),
        "fields": tuple(sorted(facts.get("fields", {}).items())),
        "prompt_limit": PromptLimit(**facts["prompt_limit"]) if "prompt_limit" in facts else None,
        "meanings": tuple(Meaning(**meaning) for meaning in facts.get("meanings", ())),
        "retired": _retirement(facts["retired"]) if facts.get("retired") else None,
    }
    if "timeout" in facts:
        special["timeout"] = _milliseconds(facts["timeout"])
    plain = {
        field.name: facts[field.name] for field in fields(Model) if field.name in facts and field.name not in special
    }
    plain = {key: tuple(value) if isinstance(value, list) else value for key, value in plain.items()}
    return Model(name=name, stray=stray, unpriced=_unpriced(facts), **{"kind": "text", **plain, **special})


def _price(facts: Data) -> Price:
    amounts: dict[str, Any] = {
        key: Decimal(str(facts[key])) for key in ("call", "second", "million_in", "million_out") if key in facts
    }
    by_length = facts.get("durations", {})
    durations = tuple(sorted((_milliseconds(seconds), Decimal(str(price))) for seconds, price in by_length.items()))
    words: dict[str, Any] = {key: str(facts[key]) for key in ("currency", "date", "source") if key in facts}
    return Price(durations=durations, **amounts, **words)


def _unpriced(facts: Data) -> bool:
    """True where what is said of a model leaves open what some of its calls cost; an amount of 0 says it too."""
    price = facts.get("price", {})
    told = {_milliseconds(seconds) for seconds in price.get("durations", ())}
    asked = {_milliseconds(seconds) for seconds in facts.get("durations", ())}
    return not price.keys() & {"call", "second", "million_in", "million_out"} and (not told or not asked <= told)


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


def sensitive_words(files: Iterable[Data]) -> Sensitive:
    """Words that relays refuse, by classes."""
    return sensitive(next((file["sensitive"] for file in files if "sensitive" in file), {}))


def names(files: Iterable[Data]) -> Mapping[str, tuple[str, ...]]:
    """Parts of names and hosts by what they tell."""
    return {key: tuple(parts) for file in files for key, parts in (file.get("names") or {}).items()}


def quota(files: Iterable[Data]) -> Mapping[str, int]:
    """What the numbers of a relay's balance mean, where it does not say so itself: `per_unit`, `unlimited`."""
    return {key: number for file in files for key, number in (file.get("quota") or {}).items()}


def phrases(files: Iterable[Data]) -> Phrases:
    """The words by which relays refuse."""
    found: dict[str, tuple[str, ...]] = {}
    for file in files:
        for kind, words in (file.get("phrases") or {}).items():
            found[kind] = (*found.get(kind, ()), *words)
    return Phrases(**found)
