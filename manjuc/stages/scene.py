"""scene: an empty plate of each place: its light, its tone, its props, nobody in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from manjuc.calls import Call, ImageCall
from manjuc.contracts import Output, Render, picture_call, picture_problems
from manjuc.graph import Action, ActionId, Results, Unknown
from manjuc.once import by_id
from manjuc.pictures import Picture, needs, of_style, plate_of, wanted_scenes
from manjuc.spec import Scene, Spec
from manjuc.steps import Failure
from manjuc.text import distinct, file_name

NAME, VERSION, SLOT = "scene", 1, "image"


def actions(spec: Spec, results: Results) -> Iterator[Action]:
    """One for each scene; those that a script invented wait for it, the others do not.

    Those that a published script invented stay as they were.
    """
    names = _names(spec, results)
    for scene in wanted_scenes(spec, results):
        yield _action(scene, spec, (), names)
    for episode in spec.episodes:
        script = None if episode.frozen else results.scripts.get(episode.id)
        for scene in script.scenes if script else ():
            yield _action(scene, spec, () if episode.script else (ActionId(f"{episode.id}/script"),), names)


def _action(scene: Scene, spec: Spec, waits: tuple[ActionId, ...], names: Mapping[str, str]) -> Action:
    needed = needs(_references(scene, spec))
    return Action(plate_of(scene).action, NAME, (*waits, *needed), place=f"scenes/{names[scene.id]}", about=scene)


def _names(spec: Spec, results: Results) -> Mapping[str, str]:
    """The file of every place that may have a plate, by id: the same whichever script of a series is known first."""
    declared = sorted((each for each in spec.scenes if not each.image), key=lambda each: each.name != each.id)
    wanted = [(each.id, _file(each)) for each in declared]
    for episode in spec.episodes:
        script = results.scripts.get(episode.id)
        invented = script.scenes if script else ()
        wanted += [(each.id, _file(each) + (f"_{episode.id}" if spec.series else "")) for each in invented]
    return distinct(wanted)


def _file(scene: Scene) -> str:
    return "_".join(file_name(part) for part in (scene.name, scene.time) if part)


def _references(scene: Scene, spec: Spec) -> tuple[Picture, ...]:
    """A time of a place is drawn after its base plate: the same room, another light."""
    base = by_id(spec.scenes).get(scene.base)
    return (*map(plate_of, (base,) if base else ()), *of_style(spec.style))[: spec.models.image.references]


def unknown(spec: Spec, results: Results) -> Iterator[Unknown]:
    """The scenes that a script may still invent."""
    declared, wanted = len(spec.scenes), spec.limits.scenes
    for episode in spec.episodes:
        if episode.id not in results.scripts and not episode.frozen and wanted.max > declared:
            after = ActionId(f"{episode.id}/script")
            yield Unknown(NAME, max(0, wanted.min - declared), wanted.max - declared, after)


def call(action: Action, spec: Spec, results: Results, render: Render) -> Call:
    """The place in the film's own shape."""
    scene = action.about
    assert isinstance(scene, Scene)
    references, shape = _references(scene, spec), spec.format.aspect_ratio
    names = [picture.name for picture in references]
    prompt = render(NAME, scene=scene, style=spec.style, aspect_ratio=shape, references=names)
    return picture_call(spec.models.image, prompt, shape, tuple(picture.reference(results) for picture in references))


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
