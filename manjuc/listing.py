"""The catalogue of models to text and to JSON, with what a relay offers of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal

from manjuc.digest import JsonValue
from manjuc.models import Model, Money, Price
from manjuc.text import table

FORMAT = 1  # of the JSON: fields are added, never renamed
_ORDER = ("text", "image", "video")


def text(models: Mapping[str, Model], offered: Collection[str] | None, others: Mapping[str, list[str]]) -> str:
    """A line for each model; with what a relay offers, whether it does, and how many others."""
    live = offered is not None
    heads = [
        "name",
        "kind",
        "price",
        "lengths",
        "size",
        "references",
        "dialects",
        *(["offered"] if live else []),
        "retired",
    ]
    rows = [heads]
    for model in _sorted(models):
        cells = [model.name, model.kind, price_text(model.price), _lengths(model), model.size or "-"]
        cells += [str(model.references or "-"), ", ".join(model.dialects) or "any"]
        if offered is not None:
            cells.append("yes" if model.name in offered else "no")
        rows.append([*cells, _retired(model)])
    more = ", ".join(f"{len(names)} {kind}" for kind, names in others.items() if names)
    return table(rows) + (f"the relay offers others too, by a guess at their names: {more}\n" if more else "")


def _sorted(models: Mapping[str, Model]) -> list[Model]:
    return sorted(models.values(), key=lambda model: (_ORDER.index(model.kind), model.retired is not None))


def price_text(price: Price) -> str:
    """A price for people; its parts add up."""

    def money(amount: Decimal) -> str:
        return str(Money(amount, price.currency))

    parts = [money(price.call)] if price.call else []
    parts += [f"{money(price.second)}/s"] if price.second else []
    parts += [f"{money(amount)} for {length / 1000:g} s" for length, amount in price.durations]
    if price.million_in or price.million_out:
        parts.append(f"{money(price.million_in)} in, {money(price.million_out)} out a million tokens")
    return "; ".join(parts) or "not known"


def _lengths(model: Model) -> str:
    if not model.durations:
        return "-"
    seconds = [f"{length / 1000:g}" for length in model.durations]
    run = list(range(model.durations[0], model.durations[-1] + 1, 1000))
    return (f"{seconds[0]}–{seconds[-1]} s" if len(seconds) > 3 and run == list(model.durations)
            else f"{', '.join(seconds)} s")  # fmt: skip


def _retired(model: Model) -> str:
    if not model.retired:
        return ""
    instead = f"; now {', '.join(model.retired.successors)}" if model.retired.successors else ""
    return f"since {model.retired.date}{instead}"


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
