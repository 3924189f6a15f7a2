"""The catalogue of models to text and to JSON, with what a relay offers of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal

from manjuc.digest import JsonValue
from manjuc.models import Model, Money, Price
from manjuc.text import table
from manjuc.words import ENGLISH, NOTHING, Language, Words, say

FORMAT = 1  # of the JSON: fields are added, never renamed
_ORDER = ("text", "image", "video")


def text(
    models: Mapping[str, Model],
    offered: Collection[str] | None,
    others: Mapping[str, list[str]],
    language: Language = ENGLISH,
) -> str:
    """A line for each model; with what a relay offers, whether it does, and how many others."""
    heads = (say("name"), say("kind"), say("price"), say("lengths"), say("size"), say("references"), say("dialects"))
    rows: list[tuple[Words, ...]] = [(*heads, *([] if offered is None else [say("offered")]), say("retired"))]
    for model in _sorted(models):
        cells = [
            Words(model.name),
            Words(model.kind),
            price_text(model.price),
            _lengths(model),
            Words(model.size or "-"),
        ]
        cells += [Words(str(model.references or "-")), say("{}", model.dialects) if model.dialects else say("any")]
        if offered is not None:
            cells.append(say("yes") if model.name in offered else say("no"))
        rows.append((*cells, _retired(model)))
    listed = table([[cell.put(language) for cell in row] for row in rows])
    more = tuple(say("{} {}", len(names), Words(kind)) for kind, names in others.items() if names)
    if more:
        listed += say("the relay offers others too, by a guess at their names: {}", more).put(language) + "\n"
    return listed


def _sorted(models: Mapping[str, Model]) -> list[Model]:
    return sorted(models.values(), key=lambda model: (_ORDER.index(model.kind), model.retired is not None))


def price_text(price: Price) -> Words:
    """A price for people; its parts add up."""

    def money(amount: Decimal) -> str:
        return str(Money(amount, price.currency))

    parts = [Words(money(price.call))] if price.call else []
    parts += [say("{}/s", money(price.second))] if price.second else []
    parts += [say("{} for {} s", money(amount), f"{length / 1000:g}") for length, amount in price.durations]
    if price.million_in or price.million_out:
        both = (money(price.million_in), money(price.million_out))
        parts.append(say("{} in, {} out a million tokens", *both))
    if not parts:
        return say("not known")
    said, *more = parts
    for part in more:
        said = say("{}; {}", said, part)
    return said


def _lengths(model: Model) -> Words:
    if not model.durations:
        return Words("-")
    seconds = [f"{length / 1000:g}" for length in model.durations]
    run = list(range(model.durations[0], model.durations[-1] + 1, 1000))
    whole = len(seconds) > 3 and run == list(model.durations)
    return say("{} s", f"{seconds[0]}–{seconds[-1]}" if whole else tuple(seconds))


def _retired(model: Model) -> Words:
    if not model.retired:
        return NOTHING
    if model.retired.successors:
        return say("since {}; now {}", model.retired.date, model.retired.successors)
    return say("since {}", model.retired.date)


def json_of(
    models: Mapping[str, Model], offered: Collection[str] | None, others: Mapping[str, list[str]]
) -> dict[str, JsonValue]:
    """The catalogue as a public format; money as decimal strings. `offered` is null where nobody was asked."""
    listed: dict[str, JsonValue] = {kind: list[JsonValue](names) for kind, names in others.items()}
    return {
        "format": FORMAT,
        "models": [_object(model, offered) for model in _sorted(models)],
        "others": None if offered is None else listed,
    }


def _object(model: Model, offered: Collection[str] | None) -> JsonValue:
    price = model.price
    return {
        "name": model.name,
        "kind": model.kind,
        "price": {
            "currency": price.currency,
            "call": str(price.call),
            "second": str(price.second),
            "durations": {f"{length / 1000:g}": str(amount) for length, amount in price.durations},
            "million_in": str(price.million_in),
            "million_out": str(price.million_out),
            "date": price.date,
            "source": price.source,
        },
        "seconds": [f"{length / 1000:g}" for length in model.durations],
        "size": model.size,
        "aspect_ratios": list(model.aspect_ratios),
        "references": model.references,
        "dialects": list(model.dialects),
        "retired": {
            "date": model.retired.date,
            "note": model.retired.note,
            "successors": list(model.retired.successors),
        }
        if model.retired
        else None,
        "offered": None if offered is None else model.name in offered,
    }
