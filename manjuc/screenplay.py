"""A script as plain data and as YAML: the one shape that models answer, people write and the store keeps."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from manjuc.digest import JsonValue
from manjuc.spec import Character, Say, Scene, Script, Shot, ShotId, Trait

_PLAIN = re.compile(r"(?!(?:on|off|yes|no|y|n|true|false|null)\Z)[a-z_]+")  # keys that YAML takes for texts as they are
_ALWAYS = frozenset({"id", "seconds"})
_SHOWN = _ALWAYS | {"framing", "camera", "visuals", "characters", "say"}  # of a picture, for whoever goes on writing
_BLANK = Shot(ShotId(""), 0, "", "")
_UNSAID = {"framing": _BLANK.framing, "camera": _BLANK.camera}  # of a card


def to_data(script: Script) -> dict[str, JsonValue]:
    """A script as the store keeps it: reading it back gives the same script.

    It has the shape of schemas/script.schema.json, save that a shot says the number of its part.
    """
    return {
        "title": script.title,
        "logline": script.logline,
        "characters": [_character(character) for character in script.characters],
        "scenes": [_scene(scene) for scene in script.scenes],
        "shots": [_shot(shot) | ({"part": shot.part} if shot.part else {}) for shot in script.shots],
    }


def _character(character: Character) -> dict[str, JsonValue]:
    data: dict[str, JsonValue] = {"id": character.id, "name": character.name, "role": character.role}
    if character.age is not None:
        data["age"] = character.age
    if not character.seen:
        data["seen"] = False
    if character.crowd:
        data["crowd"] = True
    if character.also:
        data["also"] = list(character.also)
    data["traits"] = {trait.name: _trait(trait) for trait in character.traits}
    return data


def _trait(trait: Trait) -> JsonValue:
    return {"is": trait.text, "in": list(trait.framings)} if trait.framings else trait.text


def _scene(scene: Scene) -> dict[str, JsonValue]:
    return {
        "id": scene.id,
        "name": scene.name,
        "light": scene.light,
        "tone": scene.tone,
        "props": list(scene.props),
    }


def _shot(shot: Shot) -> dict[str, JsonValue]:
    data: dict[str, JsonValue] = {
        "id": shot.id,
        "seconds": Seconds(shot.milliseconds),
        "card": shot.card,
        "framing": shot.framing,
        "camera": shot.camera,
        "action": shot.action,
        "visuals": shot.visuals,
        "scene": shot.scene,
        "characters": list(shot.characters),
        "say": [_say(say) for say in shot.say],
        "props": list(shot.props),
        "place": dict(shot.standing),
        "note": shot.note,
        "caption": shot.caption,
        "image": shot.image.path if shot.image else "",
        "video": shot.video.path if shot.video else "",
        "use": shot.use,
    }
    kept = _ALWAYS if shot.card else _SHOWN
    unsaid = _UNSAID if shot.card else {}
    return {key: value for key, value in data.items() if key in kept or (value and value != unsaid.get(key))}


def _say(say: Say) -> dict[str, JsonValue]:
    return {"who": say.who, "line": say.line, "as": say.voice}


class Seconds(int):
    """Milliseconds that are written as seconds, without a float on the way."""

    def __repr__(self) -> str:
        return f"{int(self) // 1000}.{int(self) % 1000:03}".rstrip("0").rstrip(".")


def to_json(script: Script) -> bytes:
    """The bytes that the store keeps."""
    data = to_data(script)
    if script.renamed:
        data["renamed"] = dict(script.renamed)
    return (_written(data, 0) + "\n").encode()


def _written(value: JsonValue, depth: int) -> str:
    """JSON with an entry a line; the standard writer would print our seconds as milliseconds."""
    inner, outer = "  " * (depth + 1), "  " * depth
    match value:
        case Seconds():
            return repr(value)
        case dict() if value:
            items = (f"{inner}{json.dumps(k, ensure_ascii=False)}: {_written(v, depth + 1)}" for k, v in value.items())
            return "{\n" + ",\n".join(items) + f"\n{outer}}}"
        case list() if value:
            return "[\n" + ",\n".join(f"{inner}{_written(item, depth + 1)}" for item in value) + f"\n{outer}]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def to_yaml(script: Script) -> str:
    """The script as its author would write it, ready to be adopted as a hand-written one."""
    data = to_data(script)
    place = next((shot.scene for shot in script.shots if shot.scene), "")
    if place and any(shot.part for shot in script.shots):
        del data["shots"]
        data["parts"] = list(_parts(script.shots, place))
    else:
        data["shots"] = [_shot(shot) for shot in script.shots]
    return "manju_script: 1\n" + "".join(_lines(data, ""))


def _parts(shots: Sequence[Shot], place: str) -> Iterator[JsonValue]:
    """Shots in their parts; one in which all are cards has to be somewhere, so at `place`."""
    for (part, scene), run in groupby(shots, key=lambda shot: (shot.part, "" if shot.part else shot.scene)):
        members = list(run)
        plain = [_shot(shot) for shot in members]
        if not part and not scene and all(shot.keys() <= {"id", "seconds", "card"} for shot in plain):
            yield from ({"card": shot["card"], **shot} for shot in plain)
            continue
        at = next((shot.scene for shot in members if shot.scene), place)
        within: list[JsonValue] = [
            {key: value for key, value in shot.items() if (key, value) != ("scene", at)} for shot in plain
        ]
        yield {"at": at, "shots": within}


def _lines(data: dict[str, JsonValue], indent: str) -> list[str]:
    lines = []
    for key, value in data.items():
        name = key if _PLAIN.fullmatch(key) else json.dumps(key, ensure_ascii=False)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines.append(f"{indent}{name}:\n")
            for item in value:
                assert isinstance(item, dict)
                first, *rest = _lines(item, f"{indent}    ")
                lines += [f"{indent}  - {first.lstrip()}", *rest]
        elif isinstance(value, dict) and value and not ("is" in value and "in" in value):
            lines += [f"{indent}{name}:\n", *_lines(value, f"{indent}  ")]
        else:
            lines.append(f"{indent}{name}: {_flow(value)}\n")
    return lines


def _flow(value: JsonValue) -> str:
    match value:
        case Seconds():
            return repr(value)
        case dict():
            return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(_flow(item) for item in value) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)
