"""One thing where several are wanted, and several where one is: a name for a list, a list for a name or a mapping."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from manjuc import glosses, keystrokes, numerals
from manjuc.advice import Schema, resolved
from manjuc.colons import meant
from manjuc.document import Document, Path
from manjuc.keystrokes import flow, write
from manjuc.text import elide
from manjuc.words import Words, named, say

_SHOWN = 60  # columns of a corrected value
_PAIRS = (("min", "max"), ("from", "to"))
# What has one value, a name: several of them are no text with commas in it.
_NAMES = ("at", "scene", "use", "id", "who", "image", "video", "text", "script", "cliffhanger", "shot", "language")
_PLACE_AND_TIME = 2
_ALL = ("全员", "全体", "所有人", "所有", "全部", "大家", "all", "everyone", "ALL")
_APART = re.compile(r"[-~～—到至,，、;；/|\s]+")


def as_list(document: Document, path: Path, value: str, items: Schema) -> Words | None:
    """A text as a list of texts or numbers, or of the pair that it was meant for."""
    if not re.search(r"\w", value) or (
        glosses.switch(value) == "false" and not glosses.value(value, items.get("enum", ()))
    ):
        return write("[]")
    if value in _ALL:
        everyone = _everyone(document, path)
        return write(everyone) if everyone else None
    if through := numerals.counted_through(value) if not counts(items) else ():
        return write(f"[{', '.join(through)}]")
    numbers = [numerals.number(each) for each in _APART.split(value) if each] if counts(items) else []
    if numbers and all(numbers):
        return write(f"[{', '.join(filter(None, numbers))}]")
    if _named(items) not in ("text", "id", ""):
        pair = meant(value.strip("\"'“”"), spaced=False)
        return write(f"[{{{pair}}}]") if pair else None
    spaced = value.split() if items.get("x-names") and not re.search("[,，、；]", value) else []
    return write(keystrokes.as_list(value) or f"[{', '.join(spaced) or elide(value, _SHOWN)}]")


def _everyone(document: Document, path: Path) -> str | None:
    """All whom a file declares and shows, where it declares some."""
    known = document.data.get("characters") if path and path[-1] == "characters" else None
    entries = known.items() if isinstance(known, dict) else ()
    seen = [id_ for id_, each in entries if not isinstance(each, dict) or each.get("seen", True)]
    return f"[{', '.join(seen)}]" if seen else None


def of_list(document: Document, path: Path, value: list[Any], types: list[str], schema: Schema) -> Words | None:
    """A list where a mapping or a text was wanted."""
    if "object" in types and (ends := ends_of(schema)) and (stretch := numerals.between(value, ends)):
        return write(stretch)
    texts = [each for each in value if isinstance(each, str)]
    if len(texts) == len(value) and texts:
        if "string" in types and path[-1] in _NAMES and path[-2:-1] != ("props",):
            return _one_name(document, path, texts)
        joined = write(flow("，".join(texts))) if "string" in types else None
        return joined or under_names(tuple(texts), schema)
    first = value[0] if value and isinstance(value[0], dict) else None
    if first is None or "object" not in types:
        return None
    for key in ("id", "name"):
        if isinstance(first.get(key), str) and "properties" not in schema:
            return say("write each under its id, without a dash: `{}`", f"{first[key]}:")
    pair = next(iter(first.items())) if len(first) == 1 else None
    return say("leave the dashes out: `{}`", f"{pair[0]}: {flow(pair[1])}") if pair else None


def _one_name(document: Document, path: Path, names: list[str]) -> Words:
    """Several names where one is wanted: a place and its time, or something that there is only one of."""
    declared = document.data.get("scenes")
    places = declared if isinstance(declared, dict) else {}
    if path[-1] in ("at", "scene") and len(names) == _PLACE_AND_TIME and names[1] not in places:
        return write("/".join(names))
    return write(names[0]) if len(names) == 1 else say("write one of {}", named(names))


def unwrapped(document: Document, path: Path, value: Mapping[str, Any]) -> Words | None:
    """`{name: grok-video-3}` and `{邮局: 夜}` where the name alone is wanted."""
    key, inner = next(iter(value.items()), ("", None))
    if len(value) != 1 or not isinstance(inner, str) or path[-1] not in _NAMES:
        return None
    return _one_name(document, path, [key, inner]) if path[-1] in ("at", "scene") else write(flow(inner))


def of_mapping(path: Path, value: Mapping[str, Any], text: str, schema: Schema, root: Schema) -> Words | None:
    """A mapping where a list was wanted: of one item, or of items under their ids."""
    items = resolved(schema.get("items", {}), root)
    if items.get("type") == "string" and value:
        return _names(path, value) if "x-names" not in items else None
    known = items.get("properties", {})
    key, first = next(iter(value.items()), ("", None))
    if text[:1] == "{" and text[-1:] == "}":
        return write(f"[{text}]")
    if key in known:
        return say("begin it with a dash: `{}`", f"- {key}: {flow(first)}")
    if isinstance(first, dict) and "id" in known:
        return say("write each as an item of a list: `{}`", f"- id: {key}")
    return say("begin it with a dash: `{}`", f"- {key}: {flow(first)}") if isinstance(first, str) and key else None


def _names(path: Path, value: Mapping[str, Any]) -> Words:
    """`{沈昭: , 柳氏: 素衣}` as a list of names, a look behind its wearer."""
    worn = {key: f"{key}/{each}" if isinstance(each, str) else key for key, each in value.items() if each is not False}
    return write(f"[{', '.join(worn.values() if path[-1] == 'characters' else worn)}]")


def under_names(names: tuple[str, ...], schema: Schema) -> Words | None:
    """Names as the keys of mappings that may be empty."""
    empty = _named(schema.get("additionalProperties") or {}) in ("character", "scene", "prop")
    return write("{" + ", ".join(f"{name}: {{}}" for name in names) + "}") if empty and names else None


def _named(items: Schema) -> str:
    """The name of the definition that a part of a schema refers to."""
    return str(items.get("$ref", "")).rpartition("/")[2]


def counts(items: Schema) -> bool:
    """True for items that are numbers."""
    return items.get("type") in ("number", "integer")


def inner_of(schema: Schema) -> Schema:
    """What a schema asks of a mapping, where it takes something else as well."""
    inner: Schema = schema.get("then", schema)
    return inner


def ends_of(schema: Schema) -> tuple[str, str] | None:
    """The keys of a mapping that gives the two ends of something."""
    return next((ends for ends in _PAIRS if set(ends) <= inner_of(schema).get("properties", {}).keys()), None)
