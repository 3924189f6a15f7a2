"""script: the story in shots, by the text model. Skipped where a person wrote it.

The call holds what shapes the story and nothing of how it looks, so a changed colour never rewrites it. It tells of all
that the drama declares, but a script that was accepted is not bought again for what was declared since: the lock keeps
what it was told of, and `standing` makes today's call from that. Another take, or any other change, is told everything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from manjuc.calls import Call, Message, TextCall
from manjuc.contracts import Output, Render
from manjuc.graph import Action, ActionId, Results, Unknown
from manjuc.spec import Character, Episode, Range, Scene, Spec
from manjuc.steps import Declined, Failure, Rejected

NAME, VERSION, SLOT = "script", 1, "text"
REPAIR_ROUNDS = 2
# As refusals name it; relays pass on the words of whoever is asked behind them.
_JSON_MODE = ("response_format", "json_object", "json mode", "response mime type", "responsemimetype")


def actions(spec: Spec, results: Results) -> Iterator[Action]:
    """One for each episode that no person has written."""
    for episode in spec.episodes:
        if episode.script is None:
            yield Action(ActionId(f"{episode.id}/{NAME}"), NAME, place=NAME, about=episode)


def unknown(spec: Spec, results: Results) -> Iterator[Unknown]:
    """Nothing: scripts are known from the start."""
    return iter(())


def call(action: Action, spec: Spec, results: Results, render: Render) -> Call:
    """Theme, language, length, limits, what came before, and who and where by name."""
    episode = action.about
    assert isinstance(episode, Episode)
    assert spec.format.milliseconds is not None or episode.frozen, "a film without a script has a length"
    seconds = _seconds(spec.format.milliseconds or 0)  # a published one may have lost it, and is not asked for
    prompt = render(
        NAME,
        brief=json.dumps(_brief(spec, episode, seconds), ensure_ascii=False, indent=2),
        seconds=seconds,
        least=_seconds(spec.format.least) if spec.format.least else "",
        shots=_span(spec.limits.shots),
        shot_seconds=_span(spec.limits.shot_milliseconds, _seconds),
        characters=_span(spec.limits.characters),
        scenes=_span(spec.limits.scenes),
        invent_characters=spec.limits.characters.max > len(_bases(spec.characters)),
        invent_scenes=spec.limits.scenes.max > len(_bases(spec.scenes)),
        variants=any(each.look for each in spec.characters) or any(each.time for each in spec.scenes),
        narrators=any(not each.seen for each in spec.characters),
        crowds=any(each.crowd for each in spec.characters),
        props=bool(spec.props),
        source=episode.source,
        language=spec.language,
    )
    return TextCall(
        model=spec.models.text.name,
        system=render(f"{NAME}.system"),
        messages=(Message("user", prompt),),
        answer_tokens=spec.models.text.answer_tokens,
    )


def _brief(spec: Spec, episode: Episode, seconds: str) -> dict[str, object]:
    limits = spec.limits
    brief: dict[str, object] = {
        "theme": episode.theme or spec.theme,
        "language": spec.language,
        "seconds": seconds,
        "shots": {"min": limits.shots.min, "max": limits.shots.max},
        "shot_seconds": {
            "min": _seconds(limits.shot_milliseconds.min),
            "max": _seconds(limits.shot_milliseconds.max),
        },
        "require": limits.require,
        "avoid": limits.avoid,
        "characters": {
            "wanted": {"min": limits.characters.min, "max": limits.characters.max},
            "given": [_person(character, spec) for character in _bases(spec.characters)],
        },
        "scenes": {
            "wanted": {"min": limits.scenes.min, "max": limits.scenes.max},
            "given": [_place(scene, spec) for scene in _bases(spec.scenes)],
        },
    }
    if spec.props:
        brief["props"] = [{"id": prop.id, "name": prop.name} for prop in spec.props]
    if episode.so_far:
        brief["so_far"] = list(episode.so_far)
    return brief


def _person(character: Character, spec: Spec) -> dict[str, object]:
    looks = [each.look for each in spec.characters if each.base == character.id]
    person: dict[str, object] = {"id": character.id, "name": character.name, "role": character.role}
    heard, nobody = ({"seen": False} if not character.seen else {}), ({"crowd": True} if character.crowd else {})
    return person | heard | nobody | ({"looks": looks} if looks else {})


def _place(scene: Scene, spec: Spec) -> dict[str, object]:
    times = [each.time for each in spec.scenes if each.base == scene.id]
    place: dict[str, object] = {"id": scene.id, "name": scene.name}
    return place | ({"times": times} if times else {})


_Declared = TypeVar("_Declared", Character, Scene)


def _bases(declared: tuple[_Declared, ...]) -> tuple[_Declared, ...]:
    """Those that are neither a look nor a time of another one."""
    return tuple(each for each in declared if not each.base)


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.1f}".removesuffix(".0")


def _span(range: Range, spell: Callable[[int], str] = str) -> str:
    low, high = spell(range.min), spell(range.max)
    return f"{low}" if low == high else f"{low} 到 {high}"


def check(call: Call, output: Output) -> Iterator[str]:
    """Whatever the front end found in the answer."""
    yield from output.findings


def rounds(call: Call) -> int:
    """This one and the repair rounds that are left."""
    assert isinstance(call, TextCall)
    return 1 + REPAIR_ROUNDS - len(call.messages) // 2


def revise(call: Call, failure: Failure) -> Call | None:
    """Plain mode where a relay knows no JSON mode; else the findings, word for word, handed back to the model."""
    assert isinstance(call, TextCall)
    match failure:
        case Declined(message=message):
            named = any(name in message.casefold() for name in _JSON_MODE)
            return replace(call, json_mode=False) if call.json_mode and named else None
        case Rejected(problems=problems, text=text):
            if len(call.messages) > 2 * REPAIR_ROUNDS:
                return None
            findings = "上一个回答有下面的问题。请逐条改正，重新输出完整的 JSON 对象：\n" + "\n".join(
                f"- {problem}" for problem in problems
            )
            return replace(call, messages=(*call.messages, Message("assistant", text), Message("user", findings)))
