"""prop: a thing that matters, drawn once on white, so that it is the same wherever it is shown."""

from __future__ import annotations

from collections.abc import Iterator

from manjuc.calls import Call, ImageCall
from manjuc.contracts import Output, Render, keeping, picture_call, picture_problems
from manjuc.graph import Action, Results, Unknown
from manjuc.pictures import of_style, picture_of, wanted_props
from manjuc.spec import Prop, Spec
from manjuc.steps import Failure
from manjuc.text import distinct, file_name

NAME, VERSION, SLOT = "prop", 1, "image"
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


def check(call: Call, output: Output) -> Iterator[str]:
    """Size and shape."""
    assert isinstance(call, ImageCall)
    yield from picture_problems(call, output)


def rounds(call: Call) -> int:
    """One: what comes is kept as it is."""
    return 1


def revise(call: Call, failure: Failure) -> Call | None:
    """Nothing: another picture is the author's decision."""
    return None
