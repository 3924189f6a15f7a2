"""three_views: front, side and back of each character that is seen, on white, with every fixed trait."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from manjuc.calls import Call
from manjuc.contracts import Render, keeping, no_revision, one_round, picture_call, picture_check
from manjuc.graph import Action, ActionId, Results, Unknown
from manjuc.inventions import awaited, files, invented
from manjuc.once import by_id
from manjuc.pictures import Picture, needs, of_style, sheet_of, wanted_characters
from manjuc.spec import Character, Script, Spec
from manjuc.text import file_name

NAME, VERSION, SLOT = "three_views", 1, "image"
check, rounds, revise = picture_check, one_round, no_revision
ASPECT_RATIO = "16:9"  # three standing figures side by side


def actions(spec: Spec, results: Results) -> Iterator[Action]:
    """One for each seen character; those that a script invented wait for it, the others do not."""
    declared = (character for character in spec.characters if character.sheet and not character.image)
    names = files(declared, spec, results, lambda script: script.characters, _file)
    for character in wanted_characters(spec, results):
        yield _action(character, spec, (), names)
    for character, waits in invented(spec, results, _of_script):
        yield _action(character, spec, waits, names)


def _of_script(script: Script) -> Iterable[Character]:
    return (character for character in script.characters if character.sheet)


def _action(character: Character, spec: Spec, waits: tuple[ActionId, ...], names: Mapping[str, str]) -> Action:
    needed = needs(_references(character, spec))
    return Action(
        sheet_of(character).action, NAME, (*waits, *needed), place=f"characters/{names[character.id]}", about=character
    )


def _file(character: Character) -> str:
    return "_".join(file_name(part) for part in (character.name, character.look) if part)


def _references(character: Character, spec: Spec) -> tuple[Picture, ...]:
    """A look is drawn after the base sheet: the same face, another dress."""
    base = by_id(spec.characters).get(character.base)
    bases = (base,) if base and base.sheet else ()
    return (*map(sheet_of, bases), *of_style(spec.style))[: spec.models.image.references]


def unknown(spec: Spec, results: Results) -> Iterator[Unknown]:
    """The characters that a script may still invent."""
    return awaited(NAME, len(spec.characters), spec.limits.characters, spec, results)


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
