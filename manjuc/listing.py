"""The catalogue of models to text and to JSON, with what a relay offers of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import get_args

from manjuc.digest import JsonValue
from manjuc.models import Kind, Model, Money, Price, PromptLimit, Retirement
from manjuc.text import pad, table, width
from manjuc.words import ENGLISH, Language, Words, say

FORMAT = 1  # of the JSON: fields are added, never renamed
_ROUTES = {
    "": say("in the way of the dialect"),
    "json": say("inside the request"),
    "edits": say("as files beside the request"),
    "chat": say("as parts of a chat"),
    "links": say("as links, which manjuc cannot give"),
}
_UNITS = {
    "characters": say("{} characters"),
    "tokens": say("{} tokens"),
    "words": say("{} words"),
    "bytes": say("{} bytes"),
}


def text(
    models: Mapping[str, Model],
    offered: Collection[str] | None,
    others: Mapping[str, list[str]],
    language: Language = ENGLISH,
) -> str:
    """A line for each model, by kinds; with what a relay offers, whether it does, and how many others."""
    by_kind = ([model for model in _sorted(models) if model.kind == kind] for kind in get_args(Kind))
    listed = "\n".join(_table(each, offered, language) for each in by_kind if each)
    more = tuple(say("{} {}", len(names), Words(kind)) for kind, names in others.items() if names)
    below = [
        say("`manjuc models NAME` shows all that is known of one: source of the price, shapes, limits, successors")
    ]
    below += [say("the relay offers others too, by a guess at their names: {}", more)] if more else []
    return listed + "\n" + "".join(words.put(language) + "\n" for words in below)


def _table(models: list[Model], offered: Collection[str] | None, language: Language) -> str:
    """The models of one kind, in those columns of which there is something to say."""
    columns = (
        (Words(models[0].kind), [Words(model.name) for model in models]),
        (say("price"), [_price(model, brief=True) for model in models]),
        (say("lengths"), [_lengths(model) for model in models]),
        (say("size"), [Words(model.size or "-") for model in models]),
        (say("references"), [Words(str(model.references or "-")) for model in models]),
        (say("dialects"), [_dialects(model) for model in models]),
        (say("offered"), [_yes(model.name in offered) for model in models] if offered is not None else []),
        (say("retired"), [Words(model.retired.date if model.retired else "") for model in models]),
    )
    told = [(head, *cells) for head, cells in columns if {str(cell) for cell in cells} - {"", "-"}]
    return table([[cell.put(language) for cell in row] for row in zip(*told, strict=True)])


def _sorted(models: Mapping[str, Model]) -> list[Model]:
    order = get_args(Kind)
    return sorted(models.values(), key=lambda model: (order.index(model.kind), model.retired is not None))


def particulars(models: Iterable[Model], offered: Collection[str] | None, language: Language = ENGLISH) -> str:
    """All that is known of some models, a line for each fact."""
    return "\n".join(_particulars(model, offered, language) for model in models)


def _particulars(model: Model, offered: Collection[str] | None, language: Language) -> str:
    facts = [(name.put(language), fact.put(language)) for name, fact in _facts(model)]
    if offered is not None:
        facts.append((say("offered").put(language), _yes(model.name in offered).put(language)))
    columns = max(width(name) for name, _ in facts)
    return "".join(f"{line}\n" for line in (model.name, *(f"  {pad(name, columns)}  {fact}" for name, fact in facts)))


def _facts(model: Model) -> Iterator[tuple[Words, Words]]:
    """What there is to know of a model, with the name of each fact."""
    yield say("kind"), Words(model.kind)
    yield from _of_name(model)
    yield say("price"), _price(model)
    if model.price.date:
        yield say("priced on"), Words(model.price.date)
    if model.price.source:
        yield say("source"), Words(model.price.source)
    if model.kind == "video":
        yield from _of_clips(model)
    if model.kind != "text":
        yield from _of_pictures(model)
    yield from _of_requests(model)


def _of_name(model: Model) -> Iterator[tuple[Words, Words]]:
    if model.aliases:
        yield say("relays also say"), say("{}", model.aliases)
    if model.nicknames:
        yield say("people also say"), say("{}", model.nicknames)
    for meaning in model.meanings:
        yield say("means"), say("{}: {}; write `{}`", Words(meaning.where), meaning.model, meaning.write)
    if model.stray:
        yield say("like"), say("a model that there is not: what is known of this one is not all")
    if model.retired:
        yield say("retired"), _retired(model.retired)
    if model.retired and model.retired.note:
        yield say("note"), Words(model.retired.note)


def _of_clips(model: Model) -> Iterator[tuple[Words, Words]]:
    yield say("lengths"), _lengths(model) if model.durations else say("not known")
    yield say("shots"), say("{} at most in one clip", model.most_shots) if model.most_shots else say("no limit known")
    yield say("hd"), _hd(model)
    yield say("sound"), _sound(model)
    frames = {0: say("none"), 1: say("the first can be given"), 2: say("the first and the last can be given")}
    yield say("frames"), frames[model.frames]


def _hd(model: Model) -> Words:
    if model.hd and model.hd_durations:
        return say("of clips of {} s", tuple(_seconds(length) for length in model.hd_durations))
    return _yes(model.hd)


def _sound(model: Model) -> Words:
    if model.native_sound:
        return say("voices and sounds of its own")
    return say("where a request says so") if model.sound else say("none that is known")


def _of_pictures(model: Model) -> Iterator[tuple[Words, Words]]:
    """What holds for pictures and for clips."""
    if model.size or model.sizes:
        shaped = tuple(say("{} for {}", size, shape) for shape, size in model.sizes)
        yield say("size"), say("{}", shaped) if shaped else Words(model.size)
    yield say("resolutions"), say("{}", model.resolutions) if model.resolutions else say("not known")
    yield say("shapes"), say("{}", model.aspect_ratios) if model.aspect_ratios else say("any")
    yield say("references"), _references(model)
    if model.least_pictures:
        yield say("pictures needed"), say("at least {}", model.least_pictures)


def _references(model: Model) -> Words:
    route = _ROUTES[model.references_by]
    if model.references > 1:
        return say("{} pictures at most, {}", model.references, route)
    return say("1 picture at most, {}", route) if model.references else say("none")


def _of_requests(model: Model) -> Iterator[tuple[Words, Words]]:
    """How it is asked, and how it answers."""
    yield say("prompt"), _limit(model.prompt_limit) if model.prompt_limit else say("no limit known")
    if model.kind == "text":
        yield say("answer"), say("{} at most", say("{} tokens", f"{model.answer_tokens:,}"))
    if model.kind == "video":
        yield say("template"), Words(f"clip.{model.prompt}.j2")
    yield say("dialects"), _dialects(model)
    if spelled := tuple(_spelled(model)):
        yield say("a request says"), say("{}", spelled)
    yield say("timeout"), say("{} s for the answer to a call", _seconds(model.timeout))
    if model.kind == "video" or model.asynchronous:
        pace = model.pace
        times = *(_seconds(each) for each in (pace.first, pace.then, pace.most)), f"{pace.deadline / 60_000:g}"
        yield say("pace"), say("a job is asked for after {} s, then every {} to {} s, for {} min", *times)


def _limit(limit: PromptLimit) -> Words:
    most = Words(_UNITS[limit.unit].template, (f"{limit.most:,}",))
    return say("{} at most; a longer one is refused", most) if limit.refuses else say("{} at most", most)


def _spelled(model: Model) -> Iterator[Words]:
    """How requests differ from what others expect."""
    if model.kind == "video":
        lengths = {"text": say("the length as a text"), "number": say("the length as a number")}
        yield lengths.get(model.spells_duration, say("no length"))
    if model.kind == "image" and model.spells_size == "pixels":
        yield say("the size in pixels")
    if model.spells_hd:
        yield say("whether hd is wanted")
    for ours, theirs in model.fields:
        yield say("`{}` instead of `{}`", theirs, ours)


def _price(model: Model, *, brief: bool = False) -> Words:
    """A price for people; its parts add up. In brief it is one for a narrow column."""
    price = model.price

    def money(amount: Decimal) -> str:
        return str(Money(amount, price.currency))

    parts = [Words(money(price.call)) if brief else say("{} a call", money(price.call))] if price.call else []
    parts += [say("{}/s", money(price.second))] if price.second else []
    amounts = sorted(amount for _, amount in price.durations)
    if brief and len(set(amounts)) > 1:
        parts.append(say("{}–{} by length", money(amounts[0]), money(amounts[-1]).lstrip("¥$")))
    else:
        parts += [say("{} for {} s", money(amount), _seconds(length)) for length, amount in price.durations]
    if price.million_in or price.million_out:
        parts.append(say("{} in, {} out a million tokens", money(price.million_in), money(price.million_out)))
    if model.unpriced:
        parts.append(say("else not known") if parts else say("not known"))
    said, *more = parts or [say("free")]
    for part in more:
        said = say("{}; {}", said, part)
    return said


def _lengths(model: Model) -> Words:
    if not model.durations:
        return Words("-")
    seconds = tuple(map(_seconds, model.durations))
    run = list(range(model.durations[0], model.durations[-1] + 1, 1000))
    whole = len(seconds) > 3 and run == list(model.durations)
    return say("{} s", f"{seconds[0]}–{seconds[-1]}" if whole else seconds)


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:g}"


def _dialects(model: Model) -> Words:
    return say("{}", model.dialects) if model.dialects else say("any")


def _retired(end: Retirement) -> Words:
    return say("since {}; now {}", end.date, end.successors) if end.successors else say("since {}", end.date)


def _yes(fact: bool) -> Words:
    return say("yes") if fact else say("no")


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
    return {
        "name": model.name,
        "kind": model.kind,
        "price": _price_object(model.price),
        "price_known": not model.unpriced,
        "seconds": list(map(_seconds, model.durations)),
        "size": model.size,
        "sizes": dict(model.sizes),
        "resolutions": list(model.resolutions),
        "hd": model.hd,
        "hd_seconds": list(map(_seconds, model.hd_durations)),
        "aspect_ratios": list(model.aspect_ratios),
        "references": model.references,
        "references_by": (model.references_by or None) if model.references else None,
        "least_pictures": model.least_pictures,
        "frames": model.frames,
        "most_shots": model.most_shots or None,
        "sound": model.sound,
        "native_sound": model.native_sound,
        "asynchronous": model.asynchronous,
        "answer_tokens": model.answer_tokens or None,
        "prompt_limit": asdict(model.prompt_limit) if model.prompt_limit else None,
        "template": model.prompt if model.kind == "video" else None,
        "timeout": _seconds(model.timeout),
        "pace": {name: _seconds(wait) for name, wait in asdict(model.pace).items()},
        "dialects": list(model.dialects),
        "spells_size": model.spells_size,
        "spells_duration": model.spells_duration,
        "spells_hd": model.spells_hd,
        "fields": dict(model.fields),
        "aliases": list(model.aliases),
        "nicknames": list(model.nicknames),
        "meanings": [asdict(meaning) for meaning in model.meanings],
        "retired": asdict(model.retired) | {"successors": list(model.retired.successors)} if model.retired else None,
        "offered": None if offered is None else model.name in offered,
    }


def _price_object(price: Price) -> JsonValue:
    return {
        "currency": price.currency,
        "call": str(price.call),
        "second": str(price.second),
        "durations": {_seconds(length): str(amount) for length, amount in price.durations},
        "million_in": str(price.million_in),
        "million_out": str(price.million_out),
        "date": price.date,
        "source": price.source,
    }
