"""Which models do the work of a drama: names of a spec to what the catalogue knows of them."""

from __future__ import annotations

from collections.abc import Mapping

from manjuc.diagnostic import Diagnostic, Label
from manjuc.document import Document
from manjuc.models import Kind, Meaning, Model, resolve
from manjuc.spec import Models
from manjuc.text import nearest
from manjuc.words import NOTHING, Words, named, say

_KINDS: Mapping[Kind, Words] = {"text": say("text"), "image": say("image"), "video": say("video")}


def chosen(
    document: Document,
    models: Mapping[str, Model],
    defaults: Mapping[str, str],
    found: list[Diagnostic],
    *,
    preview: bool,
) -> Models | None:
    """The models of a drama, what is wrong with its choice added to `found`; None where one cannot be used."""
    kinds: tuple[Kind, ...] = ("text", "image", "video")
    named_ = [_model(document, kind, models, defaults, found) for kind in kinds]
    text, image, video = (model.for_preview() if model and preview else model for model in named_)
    return Models(text, image, video) if text and image and video else None


def _model(
    document: Document, kind: Kind, models: Mapping[str, Model], defaults: Mapping[str, str], found: list[Diagnostic]
) -> Model | None:
    """The model that does one kind of work; None where it is not known or makes something else."""
    name = document.data.get("models", {}).get(kind, defaults[kind])
    given = kind in document.data.get("models", {})
    label = Label(
        document.span(("models", kind)) if given else document.key_span(("models",)),
        NOTHING if given else say("by default"),
    )
    fitting = sorted(model.name for model in models.values() if model.kind == kind)
    all_fitting = say("{} models: {}", _KINDS[kind], named(fitting))
    resolved = resolve(name, models)
    if resolved is None:
        near = nearest(name, fitting)
        help_ = say("did you mean `{}`?", near) if near else all_fitting
        found.append(Diagnostic("MJ0303", "error", say("unknown model `{}`", name), label, help=help_))
        return None
    model = resolved.model
    if model.kind != kind:
        message = say("`{}` is a model for {}, not for {}", name, _KINDS[model.kind], _KINDS[kind])
        found.append(Diagnostic("MJ0310", "error", message, label, help=all_fitting))
        return None
    if model.retired:
        found.append(_retired(model, models, label))
    elif len(resolved.meanings) > 1:
        found.append(_ambiguous(name, resolved.meanings, label))
    elif resolved.alias_of and model.name != name:
        message = say("`{}` is taken as `{}`", name, model.name)
        note = say("relays do not know it by this name")
        help_ = say("write `{}`", model.name)
        found.append(Diagnostic("MJ0457", "hint", message, label, notes=(note,), help=help_))
    return model


def _ambiguous(name: str, meanings: tuple[Meaning, ...], label: Label) -> Diagnostic:
    """One name for several models: what a relay makes of it is not what another one does."""
    message = say("the model `{}` is not the same everywhere", name)
    notes = tuple(say("{}: {}", Words(meaning.where), meaning.model) for meaning in meanings)
    help_ = say("write {}", tuple(say("`{}` for {}", each.write, each.model) for each in meanings))
    return Diagnostic("MJ0456", "warning", message, label, notes=notes, help=help_)


def _retired(model: Model, models: Mapping[str, Model], label: Label) -> Diagnostic:
    assert model.retired, "asked only of models that are"
    living = [name for name in model.retired.successors if name in models and not models[name].retired]
    message = say("the model `{}` was retired on {}", model.name, model.retired.date)
    notes = (Words(model.retired.note),) if model.retired.note else ()
    help_ = say("models that do its work today: {}", named(living)) if living else None
    return Diagnostic("MJ0409", "warning", message, label, notes=notes, help=help_)
