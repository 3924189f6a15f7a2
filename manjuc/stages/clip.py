"""clip: the storyboard video of a few shots. Which text it is asked with, the catalogue says for each model."""

from __future__ import annotations

from collections.abc import Iterator

from manjuc.calls import Call, VideoCall
from manjuc.contracts import Output, Render, keeping
from manjuc.graph import Action, ActionId, Results, Unknown
from manjuc.spec import Spec
from manjuc.steps import Failure
from manjuc.storyboard import Reel, reels
from manjuc.timeline import duration, fewest_and_most

NAME, VERSION, SLOT = "clip", 1, "video"
SLACK = 300  # milliseconds that a clip may come out shorter than it was asked for


def actions(spec: Spec, results: Results) -> Iterator[Action]:
    """One for each clip. The models of today's catalogue are asked by text alone, so it waits for no picture."""
    for reel in reels(spec, results):
        yield Action(ActionId(f"{reel.id}/{NAME}"), NAME, place=f"clips/{reel.file}", about=reel)


def unknown(spec: Spec, results: Results) -> Iterator[Unknown]:
    """As many as the film's length takes."""
    for episode in spec.episodes:
        if episode.id not in results.scripts and spec.format.milliseconds is not None:
            bounds = fewest_and_most(spec.format.milliseconds, spec.limits.shots.max, spec.models.video)
            yield Unknown(NAME, *bounds, after=ActionId(f"{episode.id}/script"))


def call(action: Action, spec: Spec, results: Results, render: Render) -> Call:
    """The shots as text, and the shortest length that holds them."""
    reel = action.about
    assert isinstance(reel, Reel)
    model = spec.models.video
    milliseconds = duration(reel.shots, model)
    assert milliseconds is not None, "shots are packed into clips that hold them"
    template = f"{NAME}.{model.prompt}"
    prompt = render(template, shots=reel.panels, style=spec.style)
    return VideoCall(
        model=model.name,
        prompt=keeping(prompt, template, reel.traits),
        aspect_ratio=spec.format.aspect_ratio,
        milliseconds=milliseconds,
        hd=spec.format.hd and model.hd,
    )


def check(call: Call, output: Output) -> Iterator[str]:
    """Length and shape."""
    assert isinstance(call, VideoCall)
    if output.milliseconds < call.milliseconds - SLACK:
        yield f"the clip lasts {output.milliseconds / 1000:.1f} s, {call.milliseconds / 1000:.1f} s were asked for"
    wide, high = (int(part) for part in call.aspect_ratio.split(":"))
    if (wide > high) != (output.width > output.height) and wide != high:
        yield f"the clip is {output.width}×{output.height}, the shape {call.aspect_ratio} was asked for"


def rounds(call: Call) -> int:
    """One: what comes is kept as it is."""
    return 1


def revise(call: Call, failure: Failure) -> Call | None:
    """Nothing: another clip is the author's decision."""
    return None
