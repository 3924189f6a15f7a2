"""What to do about a key or a value that a schema does not know: what it was meant for, or where it belongs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

from manjuc import glosses
from manjuc.document import Document, Path
from manjuc.keystrokes import write
from manjuc.text import nearest
from manjuc.words import Words, say

Schema = Mapping[str, Any]
_KINDS = {dict: "object", list: "array"}
_LIKE = 0.7  # how much a key has to have in common with the one that it may be a slip of


def for_key(
    document: Document, root: Schema, properties: Mapping[str, Any], path: Path, given: Mapping[str, Any]
) -> tuple[Words | None, str | None]:
    """What to do about an unknown key, and the key of the same block that it was meant for."""
    key = str(path[-1])
    free = {name: part for name, part in properties.items() if name not in given}
    if fixed := document.meant_by_key(path):
        return write(fixed), fixed.split(":")[0]
    if near := glosses.key(key, free) or next((name for name in free if name.startswith(f"{key}_")), None):
        return say("did you mean `{}`?", near), near
    if near := glosses.key(key, {name: properties[name] for name in properties if name in given}):
        return say("`{}` is given already: add it there", near), None
    if len(path) > 1 and _takes(root.get("properties", {}).get(key), given[key], root):
        return say("`{}` belongs to the file as a whole: do not indent it", key), None
    if place := next((name for name, inner in blocks(root) if _takes(inner.get(key), given[key], root)), None):
        return say("`{}` belongs under `{}`", key, place), None
    if near := _near(key, free):
        return say("did you mean `{}`?", near), near
    for place, inner in blocks(root):
        meant = glosses.key(key, inner) if place != "limits" else None
        if meant and _takes(inner[meant], given[key], root):
            return say("write it as `{}` under `{}`", meant, place), None
    return None, None


def for_value(given: object, choices: Iterable[object]) -> Words | None:
    """What to write for a value that is not one of those that are possible."""
    known = [str(choice) for choice in choices]
    if meant := glosses.value(given, known):
        return write(meant)
    near = nearest(str(given), known)
    return say("did you mean `{}`?", near) if near else None


def _takes(part: Schema | None, value: object, root: Schema) -> bool:
    """True for a part of a schema that a value can belong to, by its type."""
    types = resolved(part, root).get("type", "") if part is not None else None
    return types is not None and not (isinstance(value, dict | list) and _KINDS[type(value)] not in types)


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
