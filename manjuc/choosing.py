"""Which models do the work of a drama: names of a spec to what the catalogue knows of them."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher

from manjuc import glosses
from manjuc.diagnostic import Diagnostic, Label
from manjuc.document import Document
from manjuc.models import Kind, Meaning, Model, resolve
from manjuc.spec import Models
from manjuc.text import nearest
from manjuc.words import NOTHING, Words, named, say

_OFFERED = 8  # models that are named where one is to be chosen
_KINDS: Mapping[Kind, Words] = {"text": say("text"), "image": say("image"), "video": say("video")}


def chosen(
    document: Document,
    models: Mapping[str, Model],
    defaults: Mapping[str, str],
    found: list[Diagnostic],
    *,
    preview: bool,
    dialect: str = "",
) -> Models | None:
    """The models of a drama, what is wrong with its choice added to `found`; None where one cannot be used.

    Others are offered as far as relays that speak `dialect` are known to take them.
    """
    kinds: tuple[Kind, ...] = ("text", "image", "video")
    named_ = [_model(document, kind, models, defaults, found, dialect) for kind in kinds]
    text, image, video = (model.for_preview() if model and preview else model for model in named_)
    return Models(text, image, video) if text and image and video else None


def _model(
    document: Document,
    kind: Kind,
    models: Mapping[str, Model],
    defaults: Mapping[str, str],
    found: list[Diagnostic],
    dialect: str,
) -> Model | None:
    """The model that does one kind of work; None where it is not known or makes something else."""
    name = document.data.get("models", {}).get(kind, defaults[kind])
    given = kind in document.data.get("models", {})
    label = Label(
        document.span(("models", kind)) if given else document.key_span(("models",)),
        NOTHING if given else say("by default"),
    )
    resolved = resolve(name, models)
    if resolved is None:
        help_ = _instead(name, kind, models, dialect)
        found.append(Diagnostic("MJ0303", "error", say("unknown model `{}`", name), label, help=help_))
        return None
    model = resolved.model
    if model.kind != kind:
        message = say("`{}` is a model for {}, not for {}", name, _KINDS[model.kind], _KINDS[kind])
        found.append(Diagnostic("MJ0310", "error", message, label, help=_offer(name, kind, models, dialect)))
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


def _instead(name: str, kind: Kind, models: Mapping[str, Model], dialect: str) -> Words:
    """What to write for a name that no model has: the one that is near, else some that could be meant."""
    of_kind = [model.name for model in models.values() if model.kind == kind]
    near = nearest(name, _living(kind, models, dialect)) or nearest(name, of_kind)
    return say("did you mean `{}`?", near) if near else _offer(name, kind, models, dialect)


def _offer(name: str, kind: Kind, models: Mapping[str, Model], dialect: str) -> Words:
    """Some models of a kind, those first whose names are like the one that was written."""
    begun = glosses.makers(name) or (name.casefold(),)

    def order(each: str) -> tuple[bool, float, str]:
        akin = any(part and part in each.casefold() for part in begun)
        return not akin, -SequenceMatcher(None, name.casefold(), each.casefold()).ratio(), each

    every = [each for each in _living(kind, models, "") if not order(each)[0]]
    offered = sorted({*_living(kind, models, dialect), *every}, key=order)[:_OFFERED]
    return say("{} models: {}; `manjuc models` shows them all", _KINDS[kind], named(offered))


def _living(kind: Kind, models: Mapping[str, Model], dialect: str) -> list[str]:
    """The models of a kind that are still there; with a dialect, those that its relays are known to take."""
    living = [model for model in models.values() if model.kind == kind and not model.retired]
    taken = [model for model in living if not dialect or not model.dialects or dialect in model.dialects]
    return [model.name for model in taken or living]


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
