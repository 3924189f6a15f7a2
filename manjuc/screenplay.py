"""A script as plain data and as YAML: the one shape that models answer, people write and the store keeps."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from manjuc.diagnostic import Source
from manjuc.digest import JsonValue
from manjuc.document import Document, Path
from manjuc.once import once
from manjuc.spec import Character, Say, Scene, Script, Shot, ShotId, Trait
from manjuc.text import as_json

_PLAIN = re.compile(r"(?!(?:on|off|yes|no|y|n|true|false|null)\Z)[a-z_]+")  # keys that YAML takes for texts as they are
# What JSON writes as it is, and YAML takes for a line's end or not at all; and what nobody would see.
_ODD = re.compile("[\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff]")
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
            items = (f"{inner}{as_json(k)}: {_written(v, depth + 1)}" for k, v in value.items())
            return "{\n" + ",\n".join(items) + f"\n{outer}}}"
        case list() if value:
            return "[\n" + ",\n".join(f"{inner}{_written(item, depth + 1)}" for item in value) + f"\n{outer}]"
        case _:
            return as_json(value)


def to_yaml(script: Script) -> str:
    """The script as its author would write it, ready to be adopted as a hand-written one."""
    return "".join(_page(script)[1].parts)


def document(script: Script, path: str) -> Document:
    """The same as a file that can be pointed into."""
    data, page = _page(script)
    return Document(Source(path, "".join(page.parts)), json.loads(_written(data, 0)), page.values, page.keys)


@once(2)
def _page(script: Script) -> tuple[dict[str, JsonValue], _Page]:
    data: dict[str, JsonValue] = {"manju_script": 1, **to_data(script)}
    place = next((shot.scene for shot in script.shots if shot.scene), "")
    if place and any(shot.part for shot in script.shots):
        del data["shots"]
        data["parts"] = list(_parts(script.shots, place))
    else:
        data["shots"] = [_shot(shot) for shot in script.shots]
    page = _Page()
    page.block(data, "", ())
    return data, page


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


class _Page:
    """Lays data out as YAML, and notes where every key and value stands."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.values: dict[Path, tuple[int, int]] = {}
        self.keys: dict[Path, tuple[int, int]] = {}
        self._at = 0

    def block(self, data: dict[str, JsonValue], indent: str, path: Path, before: str = "") -> None:
        """Write a mapping, a key a line; `before` is what its first line begins with in place of the indent."""
        begins = self._at + len(before or indent)
        for number, (key, value) in enumerate(data.items()):
            self._put(before if before and not number else indent)
            here = (*path, key)
            self.keys[here] = self._put(key if _PLAIN.fullmatch(key) else _quoted(key))
            if isinstance(value, list) and value and isinstance(value[0], dict):
                self._put(":\n")
                self._items(value, indent, here)
            elif isinstance(value, dict) and value and not ("is" in value and "in" in value):
                self._put(":\n")
                self.block(value, f"{indent}  ", here)
            else:
                self._put(": ")
                self._flow(value, here)
                self._put("\n")
        self.values[path] = (begins, self._at - 1)

    def _items(self, items: list[JsonValue], indent: str, path: Path) -> None:
        begins = self._at + len(indent) + 2
        for number, item in enumerate(items):
            assert isinstance(item, dict)
            self.block(item, f"{indent}    ", (*path, number), f"{indent}  - ")
        self.values[path] = (begins, self._at - 1)

    def _flow(self, value: JsonValue, path: Path) -> None:
        """Write a value on its line."""
        begins = self._at
        if isinstance(value, dict | list):
            self._put("{" if isinstance(value, dict) else "[")
            for number, (step, item) in enumerate(_steps(value)):
                self._put(", " if number else "")
                if isinstance(step, str):
                    self.keys[(*path, step)] = self._put(step)
                    self._put(": ")
                self._flow(item, (*path, step))
            self._put("}" if isinstance(value, dict) else "]")
        else:
            self._put(repr(value) if isinstance(value, Seconds) else _quoted(value))
        self.values[path] = (begins, self._at)

    def _put(self, text: str) -> tuple[int, int]:
        self.parts.append(text)
        begins, self._at = self._at, self._at + len(text)
        return begins, self._at


def _steps(value: dict[str, JsonValue] | list[JsonValue]) -> Iterator[tuple[str | int, JsonValue]]:
    return iter(value.items()) if isinstance(value, dict) else enumerate(value)


def _quoted(value: JsonValue) -> str:
    """A text as YAML takes it from JSON, or another value that is the same in both."""
    return _ODD.sub(lambda found: f"\\u{ord(found[0]):04x}", as_json(value))
