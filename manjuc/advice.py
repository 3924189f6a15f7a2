"""What to do about a key or a value that a schema does not know: what it was meant for, or where it belongs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from itertools import islice
from typing import Any

from manjuc import glosses, manner
from manjuc.document import Document, Path
from manjuc.keystrokes import write
from manjuc.text import nearest
from manjuc.words import Words, named, say

Schema = Mapping[str, Any]
_KINDS = {dict: "object", list: "array", int: "number", float: "number"}
_SETTINGS = ("style", "format", "models", "subtitles")  # blocks of which a file has one, with keys of their own
_OF_A_SERIES = (
    "style",
    "format",
    "models",
    "characters",
    "props",
    "scenes",
    "subtitles",
    "label",
    "language",
    "include",
)
_COMMON = ("look", "image", "text", "video", "avoid", "max", "seconds")  # what has other meanings in an entry
_A_NUMBER = {"type": "number"}
_TIME = ("time", "时间", "时刻", "时段")
_DESCRIBED = ("description", "desc", "look", "描述", "外观", "特征", "样子", "appearance", "prompt", "提示词")
_LAST = {"contact_sheet": ("clip", "film")}  # stages that come after all of those that can be named beside this one
_LIKE = 0.7  # how much a key has to have in common with the one that it may be a slip of


def for_key(
    document: Document, root: Schema, properties: Mapping[str, Any], path: Path, given: Mapping[str, Any]
) -> tuple[Words | None, str | None]:
    """What to do about an unknown key, and the key of the same block that it was meant for."""
    key = str(path[-1])
    value = given[key]
    known = {name: part for name, part in properties.items() if not _absurd(part, value)}
    free = {name: part for name, part in known.items() if name not in given}
    fitting = {name: part for name, part in free.items() if _takes(part, value, root)}
    if fixed := document.meant_by_key(path):
        return write(fixed), fixed.split(":")[0]
    if help_ := _one_end(key, value, free) or _instead(path, key, value, given):
        return help_, None
    beginning = (name for name in fitting if name.startswith(f"{key}_") or name == f"{key}s")
    if near := next(beginning, None) or glosses.key(key, fitting) or glosses.key(key, free):
        return say("did you mean `{}`?", near), near
    if near := glosses.key(key, {name: known[name] for name in known if name in given}):
        return say("`{}` is given already: add it there", near), None
    if help_ := _in_another_block(root, properties, path, value):
        return help_, None
    if near := _near(key, free):
        return say("did you mean `{}`?", near), near
    if thing := glosses.absent(key):
        return say("delete it: the language has no words for {} yet", thing), None
    return _elsewhere(key, root, properties, value), None


def _in_another_block(root: Schema, properties: Mapping[str, Any], path: Path, value: object) -> Words | None:
    """Where a key belongs that another block knows by just this name."""
    key = str(path[-1])
    whole = root.get("properties", {})
    if key in _OF_A_SERIES and "manju_include" in whole and len(path) == 1:
        return say("write it in the file that includes this one")
    if key in _OF_A_SERIES and "episode" in whole and len(path) == 1:
        return say("write it in the file of the series, which names this one under `episodes`")
    if len(path) > 1 and _takes(whole.get(key), value, root):
        return say("`{}` belongs to the file as a whole: do not indent it", key)
    reach = _within_reach(root, properties, path)
    place = next((name for name, inner in reach if _takes(inner.get(key), value, root)), None)
    return say("`{}` belongs under `{}`", key, place) if place else None


def _one_end(key: str, value: object, free: Mapping[str, Any]) -> Words | None:
    """`max_shots: 12` for `shots: {max: 12}`."""
    found = re.fullmatch(r"(max|min)_?(\w+)|(\w+?)_?(max|min)", key)
    end, name = (found[1] or found[4], found[2] or found[3]) if found else ("", "")
    ends = free.get(name, {}).get("properties", {})
    return write(f"{name}: {{{end}: {value}}}") if end in ends and isinstance(value, int | float) else None


def _instead(path: Path, key: str, value: object, given: Mapping[str, Any]) -> Words | None:
    """How that is said for which an author has another key: a place has no time, it has times."""
    if glosses.secret(key):
        return say("write it into `.env`, which no git keeps, as `{}`", "MANJUC_API_KEY=…")
    kind = path[0] if len(path) == len(("scenes", "id", "key")) else ""
    if path[-3:-2] in (("shots",), ("parts",)) and glosses.plain(key) in _TIME and _absurd(_A_NUMBER, value):
        name = "at" if path[-3] == "parts" else "scene"
        return write(f"{name}: {given.get(name, '…')}/{value}")
    if kind == "scenes" and isinstance(value, str) and glosses.plain(key) in _TIME:
        return write(f"at: {{{value}: …}}") if "at" not in given else say("`{}` is given already: add it there", "at")
    if kind == "scenes" and glosses.plain(key) in (*_DESCRIBED, "traits"):
        return say("write what is seen there as {}", named(("light", "tone", "props")))
    if kind == "props" and isinstance(value, str) and glosses.plain(key) in _DESCRIBED and "traits" not in given:
        return write(f"traits: {{形: {value}}}")
    return None


def _within_reach(root: Schema, properties: Mapping[str, Any], path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The blocks that a key may have been meant for: those of the same block, and the settings of the file."""
    yield from blocks({**root, "properties": properties})
    alike = path[-1] in _COMMON and path[0] in ("characters", "props", "scenes", "shots", "parts")
    for name in _SETTINGS if len(path) > 1 and not alike else ():
        if part := root.get("properties", {}).get(name):
            yield name, part.get("properties", {})


def _elsewhere(key: str, root: Schema, properties: Mapping[str, Any], value: object) -> Words | None:
    """A key by another name, of a block of settings below the same one: what entries hold has too many names."""
    for place in (name for name in properties if name in _SETTINGS):
        inner = resolved(properties[place], root).get("properties", {})
        meant = glosses.key(key, inner)
        if meant and _takes(inner[meant], value, root):
            return say("write it as `{}` under `{}`", meant, place)
    return None


def for_lacking(known: Mapping[str, Any], wanted: Iterable[str], given: Mapping[str, Any]) -> str | None:
    """The one key that a block lacks, where its one unknown key has such a value: a number, a list, a mapping."""
    unknown = list(islice((key for key in given if key not in known), 2))
    lacking = [key for key in wanted if key not in given]
    if len(lacking) != 1 or len(unknown) != 1 or isinstance(given[unknown[0]], str | bool | None):
        return None
    kind = next(name for kind, name in _KINDS.items() if isinstance(given[unknown[0]], kind))
    return lacking[0] if known.get(lacking[0], {}).get("type") == kind else None


def for_value(given: object, choices: Iterable[object]) -> Words | None:
    """What to write for a value that is not one of those that are possible."""
    known = [str(choice) for choice in choices]
    if meant := glosses.value(given, known):
        return write(meant)
    if known == list(glosses.SHORT_FORMS):
        return manner.in_full(str(given))
    if any(glosses.value(given, later) for name, later in _LAST.items() if name in known):
        return say("delete it: nothing is paid for after it")
    near = _near(str(given), known)
    return say("did you mean `{}`?", near) if near else None


def _takes(part: Schema | None, value: object, root: Schema) -> bool:
    """True for a part of a schema that a value can belong to, by its type."""
    if part is None:
        return False
    types = resolved(part, root).get("type", "")
    if isinstance(value, dict | list):
        return _KINDS[type(value)] in types
    return value is None or not types or not set([types] if isinstance(types, str) else types) <= {"object", "array"}


def _absurd(part: Schema, value: object) -> bool:
    """True for a text without any number where only a number can stand."""
    counted = part.get("type") in ("number", "integer")
    return counted and isinstance(value, str) and not re.search("[\\d零一二两三四五六七八九十半]", value)


def _near(key: str, known: Iterable[str]) -> str | None:
    near = nearest(key, known)
    alike = near and SequenceMatcher(None, key.lower(), near).ratio() >= _LIKE
    return near if alike else None


def blocks(root: Schema) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The mappings below the root of a schema, or below its lists and names, each with its keys."""
    for name, part in root.get("properties", {}).items():
        if name == "profiles":
            continue  # what it holds stands elsewhere too
        inner = resolved(part, root)
        for each in (inner, inner.get("items"), inner.get("additionalProperties")):
            if isinstance(each, Mapping) and (properties := resolved(each, root).get("properties")):
                yield name, properties


def resolved(part: Schema, root: Schema) -> Schema:
    """A part of a schema with what it refers to."""
    named = str(part.get("$ref", "")).rpartition("/")[2]
    return {**root["$defs"][named], **part} if named else part
