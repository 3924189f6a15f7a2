"""Models against the relay in use: whether it is known to take them, and the pictures that go along."""

from __future__ import annotations

from collections.abc import Iterator

from manjuc.contracts import Dialect
from manjuc.diagnostic import Diagnostic, Label
from manjuc.document import Document
from manjuc.findings import finding, name, written
from manjuc.models import Model
from manjuc.spec import Spec
from manjuc.words import Words, named, say


def unspoken_models(spec: Spec, document: Document, dialect: Dialect | None) -> Iterator[Diagnostic]:
    """Models that relays of this dialect are not known to take: they would refuse them, after others were paid."""
    strange = [
        (model, label)
        for _, model, label in _models(spec, document)
        if dialect and model.dialects and dialect.NAME not in model.dialects
    ]
    if not strange or not dialect:
        return
    (first, label), *others = strange
    message = say(
        "relays that speak `{}` are not known to take {}", dialect.NAME, named(name(model) for model, _ in strange)
    )
    notes = tuple(say("`{}` is taken by those that speak {}", name(it), named(it.dialects)) for it, _ in strange)
    help_ = say("choose other models, or a relay of another kind with `MANJUC_DIALECT={}`", first.dialects[0])
    beside = tuple(other for _, other in others if other.span != label.span)
    yield Diagnostic("MJ0480", "warning", message, label, secondary=beside, notes=notes, help=help_)


def unsendable_pictures(spec: Spec, document: Document, dialect: Dialect | None) -> Iterator[Diagnostic]:
    """Pictures that would be refused: no link to them can be made. A preview takes them all the same."""
    for kind, model, label in _models(spec, document):
        if model.references and model.references_by == "links":
            message = say("the {} model `{}` takes pictures as links alone", kind, name(model))
            note = say("reference pictures are sent within the request, and its relay refuses those")
            help_ = say(
                "choose a model that takes them so or none; where your relay does, write `{}` for it in manjuc.yaml",
                f"references_by: {dialect.ROUTES[0] if dialect else 'json'}",
            )
            yield finding("warning" if model.preview else "error", "MJ0481", message, label, note, help_)


def missing_routes(spec: Spec, document: Document, dialect: Dialect | None) -> Iterator[Diagnostic]:
    """A way for reference pictures that a dialect has not: they would go another one, and be charged all the same."""
    model, label = spec.models.image, written(document, "models", "image")
    by = model.references_by
    if dialect and model.references and by not in ("", "links", *dialect.ROUTES):
        message = say("`{}` has no way to send reference pictures by `{}`", dialect.NAME, by)
        note = say("`{}` is said to take them so; here they go by {}", name(model), named(dialect.ROUTES))
        help_ = say("write one of these as `references_by` of the model in manjuc.yaml, or leave it out")
        yield finding("warning" if model.preview else "error", "MJ0483", message, label, note, help_)


def missing_jobs(spec: Spec, document: Document, dialect: Dialect | None) -> Iterator[Diagnostic]:
    """A picture that is to be asked for as a job, where a dialect knows no such jobs: its answer is waited for."""
    model, label = spec.models.image, written(document, "models", "image")
    by = model.references_by if model.references and model.references_by != "links" else ""
    if dialect and model.asynchronous and (by or dialect.ROUTES[0]) not in dialect.JOBS:
        message = say("`{}` has no jobs for pictures", dialect.NAME)
        if dialect.JOBS:
            message = say("`{}` has no jobs for pictures whose references go by `{}`", dialect.NAME, by)
        note = say("they are waited for, for the `timeout` of the model: one that comes later is lost")
        help_ = say("give `{}` a `timeout` that is long enough, and no `asynchronous: true`", name(model))
        yield finding("warning", "MJ0484", message, label, note, help_)


def unpriced_models(spec: Spec, document: Document, dialect: Dialect | None) -> Iterator[Diagnostic]:
    """Models of which nobody said what they cost: no plan, limit or budget could count their calls."""
    for kind, model, label in _models(spec, document):
        askable = not model.stray and (model.durations or model.kind != "video")
        if model.unpriced and askable:
            message = say("what the {} model `{}` costs is not known", kind, name(model))
            note = say("its calls count as free: neither `--max-cost` nor `budget` bounds them")
            help_ = say("write its price in manjuc.yaml: `{}`", f"models: {{{name(model)}: {{price: {{call: 0.5}}}}}}")
            yield finding("warning", "MJ0482", message, label, note, help_)


def _models(spec: Spec, document: Document) -> Iterator[tuple[Words, Model, Label]]:
    models = spec.models
    yield say("text"), models.text, written(document, "models", "text")
    yield say("image"), models.image, written(document, "models", "image")
    yield say("video"), models.video, written(document, "models", "video")
