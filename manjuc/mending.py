"""How a value of a wrong type is written as one of the right type, where it is plain what was meant."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from manjuc import glosses, keystrokes, numerals
from manjuc.advice import Schema, resolved
from manjuc.colons import meant
from manjuc.document import Document, Path
from manjuc.keystrokes import quoted, write
from manjuc.text import elide, width
from manjuc.words import Words, named, say

_SHOWN = 60  # columns of a corrected value
_NEAR = 200  # characters behind a key that are looked at
# Where a text stands for a mapping: the key of the mapping that the text was meant for.
_MAIN = {"style": "look", "cover": "shot", "hook": "shot", "label": "text", "*characters": "role"}
_PLAIN = re.compile(r"[^\s\d\[\]{},#&*!|>'\"%@`:?-][^\[\]{},#\"]*")


def retyped(
    document: Document, path: Path, value: object, types: list[str], schema: Schema, root: Schema
) -> Words | None:
    """The help for a value that is of none of the types of JSON Schema that are named; `schema` asks for them."""
    span = document.span(path)
    text = elide(span.source.text[span.start : span.end], _SHOWN)
    if isinstance(value, str):
        found = _of_text(document, path, value, types, schema)
    elif value is None:
        found = _of_nothing(document, path, types)
    elif "string" in types and not isinstance(value, list | dict):
        choice = glosses.value(value, schema.get("enum", ()))
        found = write(choice or quoted(text))
    elif "string" in types and _one_line(value, text):
        found = write(quoted(text))
    elif isinstance(value, list):
        found = _of_list(value, types, schema)
    elif isinstance(value, dict) and "array" in types:
        found = _of_mapping(value, text, schema, root)
    elif isinstance(value, float) and "integer" in types:
        found = write(str(math.ceil(value)))
    else:
        switch = glosses.switch(str(value)) if "boolean" in types and not isinstance(value, dict) else None
        found = write(switch) if switch else None
    return found or _by_example(path, types, schema, root)


def _of_text(document: Document, path: Path, value: str, types: list[str], schema: Schema) -> Words | None:
    """A text that stands for something else."""
    if {"number", "integer"} & set(types):
        digits = numerals.number(value)
        if digits and ("number" in types or digits.lstrip("-").isdecimal()):
            return write(digits)
        if "object" in types and (ends := numerals.bounds(value)):
            return write(ends)
    if "boolean" in types and (switch := glosses.switch(value)):
        return write(switch)
    if "object" in types:
        if chosen := _chosen(value, schema):
            return write(chosen)
        fixed = keystrokes.as_mapping(value) or _rest_of(document, path, value) or document.meant(path)
        fixed = fixed or (meant(value.strip("\"'“”"), spaced=False) if ":" in value or "：" in value else None)
        return write(fixed) if fixed else _inside(path, value, schema)
    return _as_list(value, schema.get("items", {})) if "array" in types else None


def _as_list(value: str, items: Schema) -> Words | None:
    """A text as a list of texts, or of the pair that it was meant for."""
    if _named(items) not in ("text", "id", ""):
        pair = meant(value.strip("\"'“”"), spaced=False)
        return write(f"[{{{pair}}}]") if pair else None
    spaced = value.split() if items.get("x-names") and not re.search("[,，、；]", value) else []
    return write(keystrokes.as_list(value) or f"[{', '.join(spaced) or elide(value, _SHOWN)}]")


def _named(items: Schema) -> str:
    """The name of the definition that a part of a schema refers to."""
    return str(items.get("$ref", "")).rpartition("/")[2]


def _chosen(value: str, schema: Schema) -> str | None:
    """`9:16` where `{aspect_ratio: 9:16}` was wanted: one key can hold this choice."""
    for name, part in schema.get("properties", {}).items():
        choice = glosses.value(value, part["enum"]) if "enum" in part else None
        switch = glosses.switch(value) if part.get("type") == "boolean" else None
        if choice or switch:
            return f"{{{name}: {choice or switch}}}"
    return None


def _inside(path: Path, value: str, schema: Schema) -> Words | None:
    """A text as the value of the key that it was meant for, or as the names that are keys themselves."""
    above, key = f"*{path[-2]}" if len(path) > 1 else "", str(path[-1]) if path else ""
    if main := _MAIN.get(above) or (_MAIN.get(key) if "properties" in schema else None):
        return write(f"{{{main}: {flow(value)}}}")
    names = keystrokes.split(value)
    return _under_names(names, schema) if len(names) > 1 else None


def _under_names(names: tuple[str, ...], schema: Schema) -> Words | None:
    """Names as the keys of mappings that may be empty."""
    empty = _named(schema.get("additionalProperties") or {}) in ("character", "scene", "prop")
    return write("{" + ", ".join(f"{name}: {{}}" for name in names) + "}") if empty and names else None


def _rest_of(document: Document, path: Path, value: str) -> str | None:
    """`沈昭: "爹, 我回来了"`, where a comma between brackets made two items of one line."""
    if not path or not isinstance(path[-1], int) or path[-1] == 0:
        return None
    before = document.at((*path[:-1], path[-1] - 1))
    span, earlier = document.span(path), document.span((*path[:-1], path[-1] - 1))
    between = span.source.text[earlier.end : span.start]
    if not isinstance(before, dict) or len(before) != 1 or between.strip() != "," or "\n" in between:
        return None
    ((key, text),) = before.items()
    return f"{key}: {quoted(f'{text}, {value}')}" if isinstance(text, str) else None


def _of_nothing(document: Document, path: Path, types: list[str]) -> Words | None:
    """A key or a dash behind which nothing stands, but perhaps a text that begins with `#`."""
    if cut := hashed(document, path):
        before = "- " if isinstance(path[-1], int) else f"{path[-1]}: "
        return write(before + quoted(cut)) if "string" in types else None
    if {"object", "array"} & set(types):
        return say("write what belongs to it below it, indented, or delete it")
    return say("write a value behind it, or delete it")


def hashed(document: Document, path: Path) -> str:
    """The text behind a key or a dash that became a comment: a `#` with a letter right behind it."""
    span = document.span(path) if path and isinstance(path[-1], int) else document.key_span(path)
    behind = span.source.text[span.end : span.end + _NEAR].split("\n", 1)[0]
    found = re.match(r":?[ \t]+(#\w.*)", behind)
    return found[1].strip() if found else ""


def _of_list(value: list[Any], types: list[str], schema: Schema) -> Words | None:
    """A list where a mapping or a text was wanted."""
    texts = [each for each in value if isinstance(each, str)]
    if len(texts) == len(value) and texts:
        joined = write(flow("，".join(texts))) if "string" in types else None
        return joined or _under_names(tuple(texts), schema)
    first = value[0] if value and isinstance(value[0], dict) else None
    if first is None or "object" not in types:
        return None
    for key in ("id", "name"):
        if isinstance(first.get(key), str) and "properties" not in schema:
            return say("write each under its id, without a dash: `{}`", f"{first[key]}:")
    pair = next(iter(first.items())) if len(first) == 1 else None
    return say("leave the dashes out: `{}`", f"{pair[0]}: {flow(pair[1])}") if pair else None


def _of_mapping(value: Mapping[str, Any], text: str, schema: Schema, root: Schema) -> Words | None:
    """A mapping where a list was wanted: of one item, or of items under their ids."""
    items = resolved(schema.get("items", {}), root)
    known = items.get("properties", {})
    key, first = next(iter(value.items()), ("", None))
    if text[:1] == "{" and text[-1:] == "}":
        return write(f"[{text}]")
    if key in known:
        return say("begin it with a dash: `{}`", f"- {key}: {flow(first)}")
    if isinstance(first, dict) and "id" in known:
        return say("write each as an item of a list: `{}`", f"- id: {key}")
    return say("begin it with a dash: `{}`", f"- {key}: {flow(first)}") if isinstance(first, str) and key else None


def _by_example(path: Path, types: list[str], schema: Schema, root: Schema) -> Words | None:
    """What is written in such a place."""
    if not path and {"manju", "theme"} <= schema.get("properties", {}).keys():
        return say("begin with `manju: 1` and a `theme`")
    if key := _of_the_file(path, types, root):
        return say("`{}` belongs to the file as a whole: do not indent it", key)
    given = schema.get("examples") or resolved(schema.get("items") or {}, root).get("examples")
    if len(path) == 2 and isinstance(path[1], int):
        given = given or root.get("properties", {}).get(path[0], {}).get("examples")
    example = flow(given[0]) if given else ""
    if "array" in types and "examples" not in schema and example:
        example = f"[{example}]"
    if example and width(example) <= _SHOWN:
        return say("write it as in `{}`", example)
    known = schema.get("properties", {}) if "object" in types else {}
    return say("write one or more of its keys: {}", named(known)) if known else None


def _of_the_file(path: Path, types: list[str], root: Schema) -> str | None:
    """`shots` that stands among scenes, because it is indented."""
    known = root.get("properties", {})
    if len(path) != 2 or path[1] not in known or "object" not in types:
        return None
    return str(path[1]) if "additionalProperties" in resolved(known.get(path[0], {}), root) else None


def flow(value: object) -> str:
    """A value on one line, as YAML takes it between brackets."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    text = str(value)
    return text if not isinstance(value, str) or (_PLAIN.fullmatch(text) and ": " not in text) else quoted(text)


def _one_line(value: object, text: str) -> bool:
    """True for `侯爷: 你敢`, which was meant as a text and read as a mapping."""
    return (
        isinstance(value, dict) and len(value) == 1 and text[:1] != "{" and isinstance(next(iter(value.values())), str)
    )
