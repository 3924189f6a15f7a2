"""Answers of relays, whose shapes vary: values along paths, pictures wherever they are, outlines without content."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator

from manjuc.digest import JsonValue
from manjuc.wire import Link

Path = tuple[str | int, ...]

# The keys under which a link is one to a picture, in any of the shapes that clients have met.
_PICTURES = {"url", "urls", "image_url", "image_urls", "result_url", "output_url", "images", "image", "data"}
_PICTURES |= {"artifacts", "content", "text"}
_MARKDOWN = re.compile(r"!?\[[^\]]*\]\(\s*((?:https?://|data:image/)[^)\s]+)\s*\)")
_MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"GIF8", b"<svg")
_DEEPEST = 12
# Lines of a stream end as server-sent events say; within a text there may be other ends of lines.
_LINE_END = re.compile("\r\n|\r|\n")
_OF_STREAMS = re.compile("data:|event:|id:|retry:|:|$")
_SAID = ("content", "refusal")
_DONE = "[DONE]"
_HALVES = re.compile(rb"\\u[dD][89a-fA-F]")


def parsed(body: bytes | str) -> JsonValue:
    """JSON as data; None for whatever is none, nested beyond measure included.

    A talk that came in pieces, though nobody asked for a stream, is what all of them make together.
    """
    try:
        data: JsonValue = json.loads(body)
        if _HALVES.search(body if isinstance(body, bytes) else body.encode("utf-8", "replace")):
            # Half an emoji, where a relay has cut a text: no file and no address could hold it.
            data = json.loads(json.dumps(data, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        whole = _joined(body if isinstance(body, str) else body.decode("utf-8", "replace"))
        return parsed(json.dumps(whole)) if whole else None
    return data if isinstance(data, dict | list) else None


def _joined(stream: str) -> JsonValue:
    """The whole talk of a stream of server-sent events; None where it is none, or did not come to its end."""
    lines = _LINE_END.split(stream.strip("\ufeff\r\n"))
    if not all(map(_OF_STREAMS.match, lines)):
        return None
    told = [line.removeprefix("data:").strip() for line in lines if line.startswith("data:")]
    try:
        pieces: list[JsonValue] = [json.loads(piece) for piece in told if piece not in ("", _DONE)]
    except (ValueError, RecursionError):
        return None
    if not all(isinstance(piece, dict) and isinstance(piece.get("choices"), list) for piece in pieces):
        return None
    every = (choice for piece in pieces for choice in values(piece, ("choices",)))
    choices = [choice for choice in every if at(choice, ("index",)) in (None, 0)]
    said = {key: [*filter(None, _each(choices, ("delta", key)))] for key in _SAID}
    ending = ([""] + [end for value in _each(choices, ("finish_reason",)) if (end := word(value))])[-1]
    broken = any(_each(pieces, ("error",))) or any(_each(choices, ("message",)))
    if broken or not (ending or _DONE in told) or not all(isinstance(text, str) for key in said for text in said[key]):
        return None
    message: JsonValue = {key: "".join(map(str, texts)) or None for key, texts in said.items()}
    used = [used for used in _each(pieces, ("usage",)) if isinstance(used, dict)][-1:]
    usage: JsonValue = {name: count for each in used for name, count in each.items() if isinstance(count, int)}
    return {"choices": [{"message": message, "finish_reason": ending}], "usage": usage, "stream": pieces}


def _each(items: Iterable[JsonValue], path: Path) -> Iterator[JsonValue]:
    return (value for item in items for value in values(item, path))


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
