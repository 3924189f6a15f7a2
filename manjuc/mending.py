"""How a value of a wrong type is written as one of the right type, where it is plain what was meant."""

from __future__ import annotations

import math
import re

from manjuc import glosses, keystrokes, numerals, plural
from manjuc.advice import Schema, resolved
from manjuc.colons import meant
from manjuc.document import Document, Path
from manjuc.keystrokes import flow, quoted, write
from manjuc.plural import ends_of, inner_of
from manjuc.text import elide, width
from manjuc.words import Words, named, say

_SHOWN = 60  # columns of a corrected value
_NEAR = 200  # characters behind a key that are looked at
# Where a text stands for a mapping: the key of the mapping that the text was meant for.
_MAIN = {"style": "look", "cover": "shot", "hook": "shot", "label": "text", "*characters": "role"}
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*(?:[.:][a-z0-9]{2,})(?:/\S*)?$")
_HERE = re.compile(r"(?:localhost|127\.|192\.168\.|10\.)")


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
    elif isinstance(value, bool):
        found = _of_switch(path, value, types, schema)
    elif isinstance(value, int | float):
        found = _of_number(value, text, types, schema)
    elif "string" in types and _one_line(value, text):
        found = write(quoted(text))
    elif isinstance(value, list):
        found = plural.of_list(document, path, value, types, schema)
    elif isinstance(value, dict) and "string" in types:
        found = plural.unwrapped(document, path, value)
    elif isinstance(value, dict) and "array" in types:
        found = plural.of_mapping(path, value, text, schema, root)
    else:
        found = None
    return found or _by_example(path, types, schema, root)


def _of_number(value: float, text: str, types: list[str], schema: Schema) -> Words | None:
    """A number where something else is wanted."""
    if "string" in types and "array" not in types:
        choice = glosses.value(value, schema.get("enum", ()))
        return write(choice or quoted(text)) if choice or fits(text, schema) else None
    if isinstance(value, float) and "integer" in types:
        return _whole(value, schema)
    if "object" in types and ends_of(schema) == ("min", "max"):
        return write(f"{{min: {text}, max: {text}}}")
    if "array" in types and plural.counts(schema.get("items", {})):
        return write(f"[{text}]")
    switch = glosses.switch(str(value)) if "boolean" in types else None
    return write(switch) if switch else None


def _whole(value: float, schema: Schema) -> Words:
    """A number that is not whole: which of its neighbours is meant, its author knows."""
    least, most = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    near = [str(each) for each in (math.floor(value), math.ceil(value)) if least <= each <= most]
    return say("write `{}` or `{}`", *near) if len(near) > 1 else write(near[0] if near else str(round(value)))


def _of_text(document: Document, path: Path, value: str, types: list[str], schema: Schema) -> Words | None:
    """A text that stands for something else."""
    ends = ends_of(schema) if "object" in types else None
    if ends and (stretch := numerals.bounds(value, ends, both="required" in inner_of(schema))):
        return write(stretch)
    if {"number", "integer"} & set(types):
        digits = numerals.number(value)
        if digits and ("number" in types or digits.lstrip("-").isdecimal()):
            return write(digits)
        if digits:
            return _whole(float(digits), schema)
    if "boolean" in types and (switch := glosses.switch(value, str(path[-1]))):
        return write(switch)
    if "object" in types:
        if chosen := _chosen(value, schema) or _formed(value, schema):
            return write(chosen)
        fixed = keystrokes.as_mapping(value) or _rest_of(document, path, value) or document.meant(path)
        fixed = fixed or (meant(value.strip("\"'“”"), spaced=False) if ":" in value or "：" in value else None)
        return write(fixed) if fixed else _inside(document, path, value, schema)
    return plural.as_list(document, path, value, schema.get("items", {})) if "array" in types else None


def _of_switch(path: Path, value: bool, types: list[str], schema: Schema) -> Words | None:
    """`true` or `false` where more than that is wanted."""
    if choice := glosses.value(str(value), schema.get("enum", ())):
        return write(choice)
    inner = inner_of(schema).get("properties", {})
    switches = [name for name, part in inner.items() if part.get("type") == "boolean"]
    if "object" in types and len(switches) == 1:
        return write(f"{{{switches[0]}: {flow(value)}}}")
    if "is" in inner:
        seen = "泛黄信封" if path[0] == "props" else "黑框眼镜"
        return say("write a text such as `{}`", seen) if value else say("delete it")
    if types == ["string"]:
        return say("write a text, or delete the key")
    return say("delete it") if "object" in types and not value and len(path) == 1 else None


def _chosen(value: str, schema: Schema) -> str | None:
    """`9:16` where `{aspect_ratio: 9:16}` was wanted: one key can hold this choice."""
    for name, part in schema.get("properties", {}).items():
        choice = glosses.value(value, part["enum"]) if "enum" in part else None
        switch = glosses.switch(value, name) if part.get("type") == "boolean" else None
        if choice or switch:
            return f"{{{name}: {choice or switch}}}"
    return None


def _formed(value: str, schema: Schema) -> str | None:
    """`{base_url: "https://…"}` where an address stands for a mapping: one key takes a text of this form."""
    for name, part in schema.get("properties", {}).items():
        if "pattern" in part and (fixed := value if fits(value, part) else refitted(value, part)):
            return f"{{{name}: {flow(fixed)}}}"
    return None


def fits(value: str, schema: Schema) -> bool:
    """True for a text that has the form that a schema asks for, where it asks for one."""
    return "enum" not in schema and re.search(schema.get("pattern", ""), value) is not None


def refitted(value: str, schema: Schema) -> str | None:
    """A text in the form that a schema asks for: an amount without its currency, an address with its beginning."""
    number = numerals.number(value) if "number" in schema.get("type", "") else None
    host = re.sub(r"^(?:https?[:/]+|/+)?", "", glosses.plain(value))
    address = f"{'http' if _HERE.match(host) else 'https'}://{host}" if _HOST.match(host) else ""
    return next((each for each in (number, address) if each and fits(each, schema)), None)


def _inside(document: Document, path: Path, value: str, schema: Schema) -> Words | None:
    """A text as the value of the key that it was meant for, or as the names that are keys themselves."""
    above, key = f"*{path[-2]}" if len(path) > 1 else "", str(path[-1]) if path else ""
    main = _MAIN.get(above) or (_MAIN.get(key) if "properties" in schema else None)
    shots = _shots(document) if main == "shot" else set()
    if main == "shot" and (value not in shots if shots else not re.fullmatch(r"[\w-]+", value)):
        return None
    if main:
        return write(f"{{{main}: {flow(value)}}}")
    names = keystrokes.split(value)
    return plural.under_names(names, schema) if len(names) > 1 else None


def _shots(document: Document) -> set[object]:
    """The ids of the shots of a file, as far as they can be read."""
    parts = document.at(("parts",))
    count = len(parts) if isinstance(parts, list) else 0
    places: list[Path] = [("shots",), *(("parts", number, "shots") for number in range(count))]
    listed = [shots for path in places if isinstance(shots := document.at(path), list)]
    return {str(shot["id"]) for shots in listed for shot in shots if isinstance(shot, dict) and "id" in shot}


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
    if choices := schema.get("enum"):
        return say("it can be {}", named(choices))
    known = schema.get("properties", {}) if "object" in types else {}
    return say("write one or more of its keys: {}", named(known)) if known else None


def _of_the_file(path: Path, types: list[str], root: Schema) -> str | None:
    """`shots` that stands among scenes, because it is indented."""
    known = root.get("properties", {})
    if len(path) != 2 or path[1] not in known or "object" not in types:
        return None
    return str(path[1]) if resolved(known.get(path[0], {}), root).get("additionalProperties") else None


def _one_line(value: object, text: str) -> bool:
    """True for `侯爷: 你敢`, which was meant as a text and read as a mapping."""
    return (
        isinstance(value, dict) and len(value) == 1 and text[:1] != "{" and isinstance(next(iter(value.values())), str)
    )
