"""three_views: front, side and back of each character that is seen, on white, with every fixed trait."""

from __future__ import annotations

from collections.abc import Iterator

from manjuc.calls import Call, ImageCall
from manjuc.contracts import Output, Render, keeping, picture_problems
from manjuc.graph import Action, ActionId, Results, Unknown
from manjuc.spec import Character, Spec
from manjuc.steps import Failure
from manjuc.text import file_name

NAME, VERSION, SLOT = "three_views", 1, "image"
ASPECT_RATIO = "16:9"  # three standing figures side by side


def actions(spec: Spec, results: Results) -> Iterator[Action]:
    """One for each seen character; those that a script invented wait for it, the others do not."""
    for character in spec.characters:
        if character.seen:
            yield _action(character)
    for episode in spec.episodes:
        script = results.scripts.get(episode.id)
        for character in script.characters if script else ():
            if character.seen:
                yield _action(character, *([] if episode.script else [ActionId(f"{episode.id}/script")]))


def _action(character: Character, *needs: ActionId) -> Action:
    id = ActionId(f"characters/{character.id}/{NAME}")
    return Action(id, NAME, needs, place=f"characters/{file_name(character.name)}", about=character)


def unknown(spec: Spec, results: Results) -> Iterator[Unknown]:
    """The characters that a script may still invent."""
    declared, wanted = len(spec.characters), spec.limits.characters
    for episode in spec.episodes:
        if episode.id not in results.scripts and wanted.max > declared:
            after = ActionId(f"{episode.id}/script")
            yield Unknown(NAME, max(0, wanted.min - declared), wanted.max - declared, after)


def call(action: Action, spec: Spec, results: Results, render: Render) -> Call:
    """The character alone: no place, no story."""
    character = action.about
    assert isinstance(character, Character)
    prompt = render(NAME, character=character, style=spec.style)
    return ImageCall(
        model=spec.models.image.name,
        prompt=keeping(prompt, NAME, [(character, character.traits)]),
        aspect_ratio=ASPECT_RATIO,
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
