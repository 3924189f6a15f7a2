"""The text model: a small story that fits any theme and keeps every limit of its brief."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from manjuc.digest import digest_of
from manjuc.preview.brief import Bounds, Brief, Named, read_brief
from manjuc.preview.theme import STORIES, Words, is_case, title_of, words_of_theme

Beat = dict[str, Any]
_LETTERS_A_SECOND = 4
_NEW_CHARACTERS = 2
_NEW_SCENES = 2


@dataclass(frozen=True, slots=True)
class _Scene:
    named: Named
    props: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Cast:
    """Who and where: the first who is seen is the hero, the second, if there is one, the other side."""

    people: tuple[Named, ...]
    scenes: tuple[_Scene, ...]
    narrator: Named | None


def write_script(prompt: str) -> str:
    """The script that a prompt asks for, as compact strict JSON. The same prompt has the same script."""
    brief = read_brief(prompt)
    words = words_of_theme(brief.theme, brief.require)
    seed = int(digest_of(brief.theme.encode("utf-8", "replace"))[:8], 16)
    characters = _new_characters(brief, words, seed)
    scenes = _new_scenes(brief, words)
    everyone = (*brief.given_characters, *(Named(one["id"], one["name"], one["role"]) for one in characters))
    people = sorted((one for one in everyone if one.seen), key=lambda one: one.crowd)
    narrator = next((one for one in everyone if not one.seen), None)
    places = (*brief.given_scenes, *(Named(one["id"], one["name"]) for one in scenes))
    cast = _Cast(tuple(people), tuple(_Scene(place, _props(place.name, brief.theme)) for place in places), narrator)
    script = {
        "title": title_of(words, is_case(brief.theme)),
        "logline": brief.theme[:80] or "有人在最后一刻，找回了一束光。",
        "characters": characters,
        "scenes": scenes,
        "shots": _shots(brief, words, cast),
    }
    return json.dumps(script, ensure_ascii=False, separators=(",", ":"))


def _new_characters(brief: Brief, words: Words, seed: int) -> list[dict[str, Any]]:
    given = brief.given_characters
    count = max(len(given), brief.characters.nearest(_NEW_CHARACTERS)) - len(given)
    leads = sum(one.seen and not one.crowd for one in given)
    rows = (STORIES["leads"], STORIES["others"])
    taken = {one.name for one in given}
    made: list[dict[str, Any]] = []
    for index in range(count):
        place = leads + index
        bank = rows[min(place, 1)]
        name, hair, eyes, clothes, worn = bank[(seed + place // 2) % len(bank)]
        name = name if name not in taken else f"{name}{place + 1}"
        taken.add(name)
        role = (words.hero, words.other)[place] if place < 2 else "路人"
        traits = {"发色": hair, "瞳色": eyes, "服装": clothes, "配饰": worn}
        made.append(
            {"id": _free_id("juese", index, given), "name": name, "role": role, "age": 22 + 9 * place, "traits": traits}
        )
    return made


def _new_scenes(brief: Brief, words: Words) -> list[dict[str, Any]]:
    given = brief.given_scenes
    count = max(len(given), brief.scenes.nearest(_NEW_SCENES)) - len(given)
    _, tone, light = next(row for row in STORIES["tones"] if row[0] in brief.theme)
    names = [name for name in (words.place, words.second_place) if name not in {one.name for one in given}]
    made = []
    for index in range(count):
        name = names[index] if index < len(names) else f"{words.place}之{index + 1}"
        props = list(_props(name, brief.theme))
        made.append(
            {"id": _free_id("changjing", index, given), "name": name, "light": light, "tone": tone, "props": props}
        )
    return made


def _free_id(stem: str, index: int, given: Sequence[Named]) -> str:
    taken = {one.id for one in given}
    while f"{stem}{index + 1}" in taken:
        stem += "x"
    return f"{stem}{index + 1}"


def _props(name: str, theme: str) -> tuple[str, ...]:
    rows = STORIES["props"]
    found = next((row for row in rows if row[0] and row[0] in name), None)
    return tuple((found or next(row for row in rows if row[0] in theme))[1])


def _shots(brief: Brief, words: Words, cast: _Cast) -> list[dict[str, Any]]:
    beats = _beats(brief, STORIES["case" if is_case(brief.theme) else "quest"])
    lengths = _lengths(brief.tenths, [beat["weight"] for beat in beats], brief.shot_tenths)
    digits = max(2, len(str(len(beats))))
    return [
        {"id": f"s{index + 1:0{digits}}", **_shot(beat, length, (index, len(beats)), words, cast)}
        for index, (beat, length) in enumerate(zip(beats, lengths, strict=True))
    ]


def _beats(brief: Brief, story: Sequence[Beat]) -> list[Beat]:
    count = _count(brief)
    wanted = {beat["name"] for beat in sorted(story, key=lambda beat: int(beat["rank"]))[:count]}
    beats = [beat for beat in story if beat["name"] in wanted]
    # A long film walks through more of the middle; its beginning and its end stay what they are.
    between = STORIES["between"]
    for extra in range(count - len(beats)):
        at = 4 + (extra * 7) % max(1, len(beats) - 7)
        beats.insert(at, between[extra % len(between)])
    return beats


def _count(brief: Brief) -> int:
    """A number of shots that the film can be cut into; where the limits contradict each other, the lengths win."""
    ideal = brief.shot_tenths.least + (brief.shot_tenths.most - brief.shot_tenths.least) / 3
    most_length = max(1, brief.shot_tenths.most)
    possible = Bounds(-(-brief.tenths // most_length), brief.tenths // brief.shot_tenths.least)
    both = Bounds(max(brief.shots.least, possible.least, 1), min(brief.shots.most, possible.most))
    return min(both.nearest(round(brief.tenths / ideal)), brief.tenths)


def _lengths(total: int, weights: Sequence[int], bounds: Bounds) -> list[int]:
    """`total` split by weight, every part inside its bounds as far as they allow it at all."""
    least = min(bounds.least, total // len(weights))
    most = max(bounds.most, -(-total // len(weights)))
    parts = [max(least, min(most, total * weight // sum(weights))) for weight in weights]
    order = sorted(range(len(weights)), key=lambda index: -weights[index])
    while (rest := total - sum(parts)) != 0:
        step = 1 if rest > 0 else -1
        for index in order if rest > 0 else reversed(order):
            if rest and least <= parts[index] + step <= most:
                parts[index] += step
                rest -= step
    return parts


def _shot(beat: Beat, tenths: int, at: tuple[int, int], words: Words, cast: _Cast) -> dict[str, Any]:
    scene = _scene_at(*at, cast.scenes)
    people = _people(beat["who"], cast.people)
    slots = _slots(at[0], words, cast, scene)
    return {
        "seconds": tenths / 10,
        "framing": beat["framing"],
        "camera": beat["camera"],
        "action": beat["action"].format(**slots),
        "visuals": beat["visuals"].format(**slots),
        "scene": scene.named.id if scene else "",
        "characters": [one.id for one in people],
        "say": _say(beat, tenths, people, cast.narrator, words),
    }


def _scene_at(index: int, count: int, scenes: Sequence[_Scene]) -> _Scene | None:
    """The story moves on from scene to scene, at a steady pace."""
    return scenes[min(len(scenes) - 1, index * len(scenes) // count)] if scenes else None


def _people(who: str, people: Sequence[Named]) -> Sequence[Named]:
    return {"hero": people[:1], "other": people[1:2], "both": people[:2]}.get(who, ())


def _slots(index: int, words: Words, cast: _Cast, scene: _Scene | None) -> dict[str, str]:
    hero, other = cast.people[:1], cast.people[1:2]
    props = scene.props if scene else ("那扇门",)
    return {
        "place": words.place,
        "object": words.thing,
        "hero": hero[0].name if hero else words.hero,
        "other": other[0].name if other else words.other,
        "job": hero[0].role.partition("，")[0] or words.hero if hero else words.hero,
        "scene": scene.named.name if scene else words.place,
        "prop": props[index % len(props)],
        "goal": words.goal,
        "deadline": words.deadline,
        "limit": words.limit,
        "answer": words.culprit,
    }


def _say(
    beat: Beat, tenths: int, people: Sequence[Named], narrator: Named | None, words: Words
) -> list[dict[str, str]]:
    """The longest of the beat's lines that can be spoken in its time; a narrator tells where nobody is seen."""
    speaker, voice = (people[0], beat.get("as", "on")) if people else (narrator, "off")
    for line in beat.get("lines" if people else "told", ()) if speaker else ():
        if "{limit}" in line and not words.limit:
            continue
        spoken = line.format(limit=words.limit, answer=words.culprit)
        if speaker and len(spoken) * 10 <= tenths * _LETTERS_A_SECOND:
            return [{"who": speaker.id, "line": spoken, "as": voice}]
    return []
