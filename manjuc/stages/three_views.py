"""three_views: front, side and back of each character that is seen, on white, with every fixed trait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from manjuc.calls import Call, ImageCall
from manjuc.contracts import Output, Render, keeping, picture_call, picture_problems
from manjuc.graph import Action, ActionId, Results, Unknown
from manjuc.once import by_id
from manjuc.pictures import Picture, needs, of_style, sheet_of, wanted_characters
from manjuc.spec import Character, Spec
from manjuc.steps import Failure
from manjuc.text import distinct, file_name

NAME, VERSION, SLOT = "three_views", 1, "image"
ASPECT_RATIO = "16:9"  # three standing figures side by side


def actions(spec: Spec, results: Results) -> Iterator[Action]:
    """One for each seen character; those that a script invented wait for it, the others do not.

    Those whom a published script invented stay as they were.
    """
    names = _names(spec, results)
    for character in wanted_characters(spec, results):
        yield _action(character, spec, (), names)
    for episode in spec.episodes:
        script = None if episode.frozen else results.scripts.get(episode.id)
        for character in script.characters if script else ():
            if character.sheet:
                yield _action(character, spec, () if episode.script else (ActionId(f"{episode.id}/script"),), names)


def _action(character: Character, spec: Spec, waits: tuple[ActionId, ...], names: Mapping[str, str]) -> Action:
    needed = needs(_references(character, spec))
    return Action(
        sheet_of(character).action, NAME, (*waits, *needed), place=f"characters/{names[character.id]}", about=character
    )


def _names(spec: Spec, results: Results) -> Mapping[str, str]:
    """The file of whoever may have a sheet, by id: the same whichever script of a series is known first."""
    declared = sorted(
        (each for each in spec.characters if each.sheet and not each.image), key=lambda each: each.name != each.id
    )
    wanted = [(each.id, _file(each)) for each in declared]
    for episode in spec.episodes:
        script = results.scripts.get(episode.id)
        invented = script.characters if script else ()
        wanted += [(each.id, _file(each) + (f"_{episode.id}" if spec.series else "")) for each in invented]
    return distinct(wanted)


def _file(character: Character) -> str:
    return "_".join(file_name(part) for part in (character.name, character.look) if part)


def _references(character: Character, spec: Spec) -> tuple[Picture, ...]:
    """A look is drawn after the base sheet: the same face, another dress."""
    base = by_id(spec.characters).get(character.base)
    bases = (base,) if base and base.sheet else ()
    return (*map(sheet_of, bases), *of_style(spec.style))[: spec.models.image.references]


def unknown(spec: Spec, results: Results) -> Iterator[Unknown]:
    """The characters that a script may still invent."""
    declared, wanted = len(spec.characters), spec.limits.characters
    for episode in spec.episodes:
        if episode.id not in results.scripts and not episode.frozen and wanted.max > declared:
            after = ActionId(f"{episode.id}/script")
            yield Unknown(NAME, max(0, wanted.min - declared), wanted.max - declared, after)


def call(action: Action, spec: Spec, results: Results, render: Render) -> Call:
    """The character alone: no place, no story."""
    character = action.about
    assert isinstance(character, Character)
    references = _references(character, spec)
    names = [picture.name for picture in references]
    prompt = keeping(
        render(NAME, character=character, style=spec.style, references=names), NAME, [(character, character.traits)]
    )
    pictures = tuple(picture.reference(results) for picture in references)
    return picture_call(spec.models.image, prompt, ASPECT_RATIO, pictures)


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
