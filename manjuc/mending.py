"""How a value of a wrong type is written as one of the right type, where it is plain what was meant."""

from __future__ import annotations

import re

from manjuc import keystrokes
from manjuc.document import Document, Path
from manjuc.keystrokes import write
from manjuc.text import elide
from manjuc.words import Words

_SHOWN = 60  # columns of a corrected value
_NEAR = 200  # characters behind a key that are looked at
_SWITCHES = {"yes": "true", "on": "true", "no": "false", "off": "false"}
_SWITCHES |= {"是": "true", "真": "true", "开": "true", "否": "false", "假": "false", "关": "false"}


def retyped(document: Document, path: Path, value: object, types: list[str]) -> Words | None:
    """The help for a value that is of none of the types of JSON Schema that are named."""
    span = document.span(path)
    text = elide(span.source.text[span.start : span.end], _SHOWN)
    if isinstance(value, str):
        fixed = (keystrokes.as_mapping(text) or document.meant(path)) if "object" in types else None
        if fixed or "array" in types:
            return write(fixed or keystrokes.as_list(text) or f"[{text}]")
        if {"number", "integer"} & set(types) and (digits := keystrokes.number(value)):
            return write(digits)
        if "boolean" in types and value.lower() in _SWITCHES:
            return write(_SWITCHES[value.lower()])
    if "string" in types and (isinstance(value, bool | int | float) or _one_line(value, text)):
        return write(keystrokes.quoted(text))
    if "string" in types and value is None and (cut := re.match(r":[ \t]+(#\w.*)", _behind(document, path))):
        return write(f"{path[-1]}: {keystrokes.quoted(cut[1].strip())}")
    return None


def _one_line(value: object, text: str) -> bool:
    """True for `侯爷: 你敢`, which was meant as a text and read as a mapping."""
    return (
        isinstance(value, dict) and len(value) == 1 and text[:1] != "{" and isinstance(next(iter(value.values())), str)
    )


def _behind(document: Document, path: Path) -> str:
    """What stands behind a key on its line."""
    span = document.key_span(path)
    return span.source.text[span.end : span.end + _NEAR].split("\n", 1)[0]
