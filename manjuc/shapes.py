"""Answers of relays, whose shapes vary: values along paths, pictures wherever they are, outlines without content."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator

from manjuc.digest import JsonValue
from manjuc.wire import Link

Path = tuple[str | int, ...]

# The keys under which a link is one to a picture, in any of the shapes that clients have met.
_PICTURES = {"url", "urls", "image_url", "image_urls", "result_url", "output_url", "images", "image", "data"}
_PICTURES |= {"artifacts", "content", "text"}
_MARKDOWN = re.compile(r"!?\[[^\]]*\]\(\s*((?:https?://|data:image/)[^)\s]+)\s*\)")
_MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"GIF8", b"<svg")
_DEEPEST = 12
_HALVES = re.compile(rb"\\u[dD][89a-fA-F]")


def parsed(body: bytes | str) -> JsonValue:
    """JSON as data; None for whatever is none, nested beyond measure included."""
    try:
        data: JsonValue = json.loads(body)
        if _HALVES.search(body if isinstance(body, bytes) else body.encode("utf-8", "replace")):
            # Half an emoji, where a relay has cut a text: no file and no address could hold it.
            data = json.loads(json.dumps(data, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict | list) else None


def at(data: JsonValue, path: Path) -> JsonValue:
    """The first value at a path, or None where it leads nowhere; a list on the way stands for its items."""
    return next(values(data, path), None)


def values(data: JsonValue, path: Path) -> Iterator[JsonValue]:
    """Every value at a path, which may lead on in JSON that stands in a text."""
    if not path:
        yield from data if isinstance(data, list) else [data]
    elif isinstance(data, str):
        yield from values(parsed(data), path) if data.lstrip()[:1] in ("{", "[") else ()
    elif isinstance(data, list) and isinstance(path[0], int):
        if path[0] < len(data):
            yield from values(data[path[0]], path[1:])
    elif isinstance(data, list):
        for item in data:
            yield from values(item, path)
    elif isinstance(data, dict) and isinstance(path[0], str) and path[0] in data:
        yield from values(data[path[0]], path[1:])


def word(value: JsonValue) -> str:
    """Ids and words as text; a number may be a bare id, longer than a float can hold."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()


def link(value: JsonValue) -> Link | None:
    """A link, where a text is one."""
    return Link(value.strip()) if isinstance(value, str) and re.match(r"\s*https?://\S+\s*$", value, re.I) else None


def pictures(data: JsonValue, key: str = "", depth: int = 0) -> Iterator[bytes | Link]:
    """Every picture in an answer, as bytes or as a link, however deep it lies."""
    if depth > _DEEPEST:
        return
    match data:
        case dict():
            for name, value in data.items():
                yield from pictures(value, name, depth + 1)
        case list():
            for item in data:
                yield from pictures(item, key, depth + 1)
        case str():
            inside = parsed(data) if data.lstrip()[:1] in ("{", "[") else None
            if inside is not None:
                yield from pictures(inside, key, depth + 1)
            elif found := _picture(data, key):
                yield found


def _picture(text: str, key: str) -> bytes | Link | None:
    if marked := _MARKDOWN.search(text):
        text, key = marked[1], "url"
    if found := link(text):
        return found if key in _PICTURES else None
    encoded = text.partition(",")[2] if text.startswith("data:image/") else text
    try:
        decoded = base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    # Ids and words are often valid base64 as well. What is called a picture is one, whatever it holds.
    called = text.startswith("data:image/") or key == "b64_json"
    return decoded if decoded and (called or decoded.startswith(_MAGIC)) else None


def outline(data: JsonValue, depth: int = 0) -> str:
    """The shape of an answer without its content: what a bug report needs, and may hold."""
    if isinstance(data, dict) and depth < 3:
        return "{" + ", ".join(f"{key}: {outline(value, depth + 1)}" for key, value in list(data.items())[:12]) + "}"
    if isinstance(data, list):
        return f"[{outline(data[0], depth + 1)}, … {len(data)}]" if data and depth < 3 else f"[{len(data)}]"
    return f"{type(data).__name__}({len(data)})" if isinstance(data, str) else type(data).__name__
