"""scene: an empty plate of each place: its light, its tone, its props, nobody in it."""

from __future__ import annotations

from collections.abc import Iterator

from manjuc.calls import Call, ImageCall
from manjuc.contracts import Output, Render, picture_problems
from manjuc.graph import Action, ActionId, Results, Unknown
from manjuc.spec import Scene, Spec
from manjuc.steps import Failure
from manjuc.text import file_name

NAME, VERSION, SLOT = "scene", 1, "image"


def actions(spec: Spec, results: Results) -> Iterator[Action]:
    """One for each scene; those that a script invented wait for it, the others do not."""
    for scene in spec.scenes:
        yield _action(scene)
    for episode in spec.episodes:
        script = results.scripts.get(episode.id)
        for scene in script.scenes if script else ():
            yield _action(scene, *([] if episode.script else [ActionId(f"{episode.id}/script")]))


def _action(scene: Scene, *needs: ActionId) -> Action:
    id = ActionId(f"scenes/{scene.id}/{NAME}")
    return Action(id, NAME, needs, place=f"scenes/{file_name(scene.name)}", about=scene)


def unknown(spec: Spec, results: Results) -> Iterator[Unknown]:
    """The scenes that a script may still invent."""
    declared, wanted = len(spec.scenes), spec.limits.scenes
    for episode in spec.episodes:
        if episode.id not in results.scripts and wanted.max > declared:
            after = ActionId(f"{episode.id}/script")
            yield Unknown(NAME, max(0, wanted.min - declared), wanted.max - declared, after)


def call(action: Action, spec: Spec, results: Results, render: Render) -> Call:
    """The place in the film's own shape."""
    scene = action.about
    assert isinstance(scene, Scene)
    return ImageCall(
        model=spec.models.image.name,
        prompt=render(NAME, scene=scene, style=spec.style, aspect_ratio=spec.format.aspect_ratio),
        aspect_ratio=spec.format.aspect_ratio,
        size=spec.models.image.size,
    )


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
