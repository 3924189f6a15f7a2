"""prop: a thing that matters, drawn once on white, so that it is the same wherever it is shown."""

from __future__ import annotations

from collections.abc import Iterator

from manjuc.calls import Call
from manjuc.contracts import Render, keeping, no_revision, one_round, picture_call, picture_check
from manjuc.graph import Action, Results, Unknown
from manjuc.pictures import of_style, picture_of, wanted_props
from manjuc.spec import Prop, Spec
from manjuc.text import distinct, file_name

NAME, VERSION, SLOT = "prop", 1, "image"
check, rounds, revise = picture_check, one_round, no_revision
ASPECT_RATIO = "1:1"


def actions(spec: Spec, results: Results) -> Iterator[Action]:
    """One for each prop that a known shot shows and of which the author has no picture."""
    drawn = sorted((each for each in spec.props if not each.image), key=lambda each: each.name != each.id)
    names = distinct((each.id, file_name(each.name)) for each in drawn)
    for prop in wanted_props(spec, results):
        yield Action(picture_of(prop).action, NAME, place=f"props/{names[prop.id]}", about=prop)


def unknown(spec: Spec, results: Results) -> Iterator[Unknown]:
    """Nothing: a text model is not told of props."""
    return iter(())


def call(action: Action, spec: Spec, results: Results, render: Render) -> Call:
    """The thing alone, with the text that stands on it."""
    prop = action.about
    assert isinstance(prop, Prop)
    references = of_style(spec.style)[: spec.models.image.references]
    names = [picture.name for picture in references]
    prompt = render(NAME, prop=prop, style=spec.style, references=names)
    pictures = tuple(picture.reference(results) for picture in references)
    return picture_call(spec.models.image, keeping(prompt, NAME, [(prop, prop.traits)]), ASPECT_RATIO, pictures)
