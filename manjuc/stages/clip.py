"""clip: the storyboard video of a few shots. Which text it is asked with, the catalogue says for each model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import accumulate

from manjuc.calls import Call, VideoCall
from manjuc.contracts import Output, Render, field_names, keeping, no_revision, one_round
from manjuc.graph import Action, ActionId, Results, Unknown
from manjuc.models import PREVIEW, Size
from manjuc.pictures import Picture, needs, of_panels
from manjuc.resolution import falls_short, of_clip
from manjuc.spec import Spec
from manjuc.storyboard import Panel, Reel, awaited_reels, placed, reels
from manjuc.timeline import duration, length
from manjuc.words import say

NAME, VERSION, SLOT = "clip", 1, "video"
rounds, revise = one_round, no_revision
SLACK = 300  # milliseconds that a clip may come out shorter than it was asked for


def actions(spec: Spec, results: Results) -> Iterator[Action]:
    """One for each clip. Where its model is asked by text alone, it waits for no picture."""
    for reel in reels(spec, results):
        needed = needs(_references(reel, spec))
        yield Action(ActionId(f"{reel.id}/{NAME}"), NAME, needed, place=placed(spec, reel, "clips"), about=reel)


def _references(reel: Reel, spec: Spec) -> tuple[Picture, ...]:
    return of_panels(reel.panels, spec, "镜头")[: spec.models.video.references]


def unknown(spec: Spec, results: Results) -> Iterator[Unknown]:
    """As many as the film's length takes."""
    return awaited_reels(NAME, spec, results)


def call(action: Action, spec: Spec, results: Results, render: Render) -> Call:
    """The shots as text, and the shortest length that holds them."""
    reel = action.about
    assert isinstance(reel, Reel)
    model = spec.models.video
    milliseconds = duration(reel.shots, model)
    if milliseconds is None:
        assert reel.episode.frozen, "shots are packed into clips that hold them"
        milliseconds = length(reel.shots)  # never asked for: it only tells that today's call is another one
    references = _references(reel, spec)
    pictures = tuple(picture.reference(results) for picture in references)
    template = render.first(f"{NAME}.{model.prompt}.{_tongue(spec.language)}", f"{NAME}.{model.prompt}")
    prompt = render(
        template,
        shots=reel.panels,
        starts=_starts(reel.panels),
        style=spec.style,
        references=[picture.name for picture in references],
        aspect_ratio=spec.format.aspect_ratio,
    )
    hd, shape, sizes = spec.format.hd and model.hd, spec.format.aspect_ratio, dict(model.sizes)
    size, says_length = sizes.get("hd", "") if hd else model.size, model.spells_duration != "never"
    return VideoCall(
        model=model.name,
        prompt=keeping(prompt, template, reel.traits),
        aspect_ratio=shape,
        milliseconds=milliseconds,
        hd=hd,
        references=pictures,
        size=size,
        pixels=sizes.get(f"{shape} hd" if hd else shape, ""),
        sound=model.sound,
        says_length=says_length,
        says_hd=model.spells_hd,
        fields=field_names(model, size=size, references=pictures, says_length=says_length),
    )


def _tongue(language: str) -> str:
    """The first part of a language's tag: `en` of `en-GB`."""
    return language.partition("-")[0].casefold()


def _starts(panels: Iterable[Panel]) -> tuple[str, ...]:
    """The second of the clip at which each shot starts, with one decimal."""
    lengths = (Decimal(panel.seconds) for panel in panels)
    return tuple(f"{start:.1f}" for start in accumulate(lengths, initial=Decimal(0)))[:-1]


def check(call: Call, output: Output) -> Iterator[str]:
    """Length, size and shape."""
    assert isinstance(call, VideoCall)
    if output.milliseconds < call.milliseconds - SLACK:
        lasts, asked = (f"{each / 1000:.1f}" for each in (output.milliseconds, call.milliseconds))
        yield str(say("the clip lasts {} s, {} s were asked for", lasts, asked))
    size, came = f"{output.width}×{output.height}", Size(output.width, output.height)
    asked_for = [(word, frame) for word in _sizes(call, output) if (frame := of_clip(word))]
    if asked_for and all(falls_short(came, frame) for _, frame in asked_for):
        yield str(say("the clip is {}, {} was asked for", size, asked_for[0][0]))
    wide, high = (int(part) for part in call.aspect_ratio.split(":"))
    if (wide > high) != (output.width > output.height) and wide != high:
        yield str(say("the clip is {}, the shape {} was asked for", size, call.aspect_ratio))


def _sizes(call: VideoCall, output: Output) -> tuple[str, ...]:
    """The words by which a call asks for a size. Of a preview it asks for none: that is drawn as large as is quick.

    The usual pixels of a shape are a spelling that not every dialect sends: they ask for nothing. Nor does a size for
    which the dialect has no place.
    """
    if call.model.startswith(PREVIEW) or (call.hd and not output.hd):
        return ()
    said = (call.size,) if output.sized else ()
    return (call.pixels, *said) if call.hd else said
