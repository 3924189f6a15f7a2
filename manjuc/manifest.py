"""What is wrong with manjuc.yaml beyond its schema: what it names has to be there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from manjuc import catalogue, severities
from manjuc.contracts import Dialect
from manjuc.diagnostic import Diagnostic, Label
from manjuc.dialects import DIALECTS
from manjuc.document import Document, Path
from manjuc.errors import UsageError
from manjuc.models import PREVIEW, resolve
from manjuc.spec import Spec
from manjuc.text import nearest
from manjuc.words import named, say


def faults(project: Document, files: Iterable[Mapping[str, Any]], templates: Iterable[str]) -> Iterator[Diagnostic]:
    """Checks, a dialect, prompts and models that there are not.

    `files` are those of the catalogue, which the project overrides; `templates` the names of those that it has.
    """
    yield from severities.faults(project)
    yield from _choice(project, ("relay", "dialect"), DIALECTS)
    if "models" in project.data:
        prompts = sorted({name.split(".")[1] for name in templates if name.startswith("clip.")})
        for name in project.data["models"]:
            yield from _choice(project, ("models", name, "prompt"), prompts)
        yield from _likenesses(project, (*files, project.data))


def unpayable(budget: Collection[str], spec: Spec) -> Mapping[str, tuple[str, ...]]:
    """The currencies that a budget does not name, with the models of a drama that have their prices in them."""
    written = all(episode.script or episode.frozen for episode in spec.episodes)
    asked = (
        (spec.models.image, spec.models.video) if written else (spec.models.text, spec.models.image, spec.models.video)
    )
    priced = [model for model in asked if not model.price.free and model.price.currency not in budget]
    currencies = sorted({model.price.currency for model in priced}) if budget else ()
    return {
        currency: tuple(model.name.removeprefix(PREVIEW) for model in priced if model.price.currency == currency)
        for currency in currencies
    }


def of_budget(project: Document, missing: Mapping[str, tuple[str, ...]]) -> Iterator[Diagnostic]:
    """What a budget does not let be bought at all."""
    label = Label(project.key_span(("budget",)))
    for currency, models in missing.items():
        message = say("the budget names no {}: the prices of {} are in it", currency, named(models))
        help_ = say("add an amount in {}: a currency that the budget does not name is never spent", currency)
        yield Diagnostic("MJ0505", "warning", message, label, help=help_)


def dialect(name: str) -> Dialect:
    """A dialect by its name; UsageError where there is none such."""
    if name not in DIALECTS:
        raise UsageError(say("there is no dialect `{}`; there is {}", name, tuple(DIALECTS)))
    return DIALECTS[name]


def spoken(name: str, *, sound: bool) -> Dialect | None:
    """Likewise, or nothing where there is none such and manjuc.yaml, which is not `sound`, was told of it."""
    return dialect(name) if sound else DIALECTS.get(name)


def _choice(project: Document, path: Path, known: Collection[str]) -> Iterator[Diagnostic]:
    """A name of something that manjuc has, which its schema cannot list."""
    given = project.at(path)
    if given is not None and given not in known:
        near = nearest(given, known)
        message = say("{} cannot be `{}`", say("`{}`", path[-1]), given)
        help_ = say("did you mean `{}`?", near) if near else None
        note = say("it can be {}", named(known))
        yield Diagnostic("MJ0204", "error", message, Label(project.span(path)), notes=(note,), help=help_)


def _likenesses(project: Document, files: tuple[Mapping[str, Any], ...]) -> Iterator[Diagnostic]:
    """Models whose `like` leads nowhere: each told where the way ends, or once where it begins again."""
    models = catalogue.models(files)
    strays = dict(catalogue.strays(files))
    told: set[str] = set()
    for name, other in strays.items():
        path = ("models", name, "like")
        if project.at(path) is None:
            continue  # said of the entry that makes a stray of it
        if other not in models:
            known = resolve(other, models)
            near = known.alias_of if known else nearest(other, (each for each in models if each not in strays))
            help_ = say("did you mean `{}`?", near) if near else None
            yield Diagnostic("MJ0303", "error", say("unknown model `{}`", other), Label(project.span(path)), help=help_)
        elif (way := _circle(name, strays)) and not told & {*way}:
            told |= {*way}
            message = say("the model `{}` is said to be like itself", name)
            note = say("it is like {}, which leads back to it", named(way[1:] or way))
            help_ = say("take `like` out of one of them, and write its facts instead")
            yield Diagnostic("MJ0320", "error", message, Label(project.span(path)), notes=(note,), help=help_)


def _circle(name: str, strays: Mapping[str, str]) -> tuple[str, ...]:
    """The models of a circle, from one of them on; nothing for one that only leads into it."""
    way = [name]
    while (other := strays.get(way[-1], "")) and other not in way:
        way.append(other)
    return tuple(way) if other == name else ()
