"""scene: an empty plate of each place: its light, its tone, its props, nobody in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from manjuc.calls import Call
from manjuc.contracts import Render, no_revision, one_round, picture_call, picture_check
from manjuc.graph import Action, ActionId, Results, Unknown
from manjuc.inventions import awaited, files, invented
from manjuc.once import by_id
from manjuc.pictures import Picture, needs, of_style, plate_of, wanted_scenes
from manjuc.spec import Scene, Script, Spec
from manjuc.text import file_name

NAME, VERSION, SLOT = "scene", 1, "image"
check, rounds, revise = picture_check, one_round, no_revision


def actions(spec: Spec, results: Results) -> Iterator[Action]:
    """One for each scene; those that a script invented wait for it, the others do not."""
    declared = (scene for scene in spec.scenes if not scene.image)
    names = files(declared, spec, results, _of_script, _file)
    for scene in wanted_scenes(spec, results):
        yield _action(scene, spec, (), names)
    for scene, waits in invented(spec, results, _of_script):
        yield _action(scene, spec, waits, names)


def _of_script(script: Script) -> Iterable[Scene]:
    return script.scenes


def _action(scene: Scene, spec: Spec, waits: tuple[ActionId, ...], names: Mapping[str, str]) -> Action:
    needed = needs(_references(scene, spec))
    return Action(plate_of(scene).action, NAME, (*waits, *needed), place=f"scenes/{names[scene.id]}", about=scene)


def _file(scene: Scene) -> str:
    return "_".join(file_name(part) for part in (scene.name, scene.time) if part)


def _references(scene: Scene, spec: Spec) -> tuple[Picture, ...]:
    """A time of a place is drawn after its base plate: the same room, another light."""
    base = by_id(spec.scenes).get(scene.base)
    return (*map(plate_of, (base,) if base else ()), *of_style(spec.style))[: spec.models.image.references]


def unknown(spec: Spec, results: Results) -> Iterator[Unknown]:
    """The scenes that a script may still invent."""
    return awaited(NAME, len(spec.scenes), spec.limits.scenes, spec, results)


def call(action: Action, spec: Spec, results: Results, render: Render) -> Call:
    """The place in the film's own shape."""
    scene = action.about
    assert isinstance(scene, Scene)
    references, shape = _references(scene, spec), spec.format.aspect_ratio
    names = [picture.name for picture in references]
    prompt = render(NAME, scene=scene, style=spec.style, aspect_ratio=shape, references=names)
    return picture_call(spec.models.image, prompt, shape, tuple(picture.reference(results) for picture in references))
