"""whatai: the gpt-best family (whatai, comfly, t8star and others), the tutorial's relay.

Text by /v1/chat/completions, pictures by /v1/images/generations, clips by /v2/videos/generations. Shapes of answers
as clients of this family have met them.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from typing import assert_never
from urllib.parse import quote

from manjuc.calls import Call, FilmCall, ImageCall, Ref, TextCall, VideoCall
from manjuc.digest import JsonValue
from manjuc.models import Model
from manjuc.wire import (
    Body,
    Finished,
    HttpRequest,
    HttpResponse,
    Inline,
    Link,
    Lost,
    Polled,
    Refused,
    Running,
    Submitted,
    Ticket,
    Unclear,
)

NAME = "whatai"

_DONE = {"success", "succeeded", "successful", "completed", "complete", "done", "finished"}
_FAILED = {"failure", "failed", "error", "cancelled", "canceled", "expired", "rejected"}
# Where relays put the link of a finished clip, most usual first.
_LINKS = (
    ("data", "output"),
    ("data", "outputs"),
    ("data", "video_url"),
    ("data", "url"),
    ("data", "data", "output"),
    ("output", "video_url"),
    ("output",),
    ("outputs",),
    ("video_url",),
    ("url",),
    ("result", "url"),
    ("result_url",),
    ("metadata", "url"),
    ("content", "video_url"),
)
_TASKS = (("task_id",), ("id",), ("data", "task_id"), ("data", "id"), ("output", "task_id"), ("data",))


def submit(call: Call, model: Model) -> HttpRequest:
    """The request that starts the work."""
    match call:
        case TextCall():
            return HttpRequest("POST", "/v1/chat/completions", _chat(call))
        case ImageCall():
            return HttpRequest("POST", "/v1/images/generations", _picture(call))
        case VideoCall():
            return HttpRequest("POST", "/v2/videos/generations", _clip(call, model))
        case FilmCall():
            raise AssertionError("films are made on this machine")
        case _:
            assert_never(call)


def _chat(call: TextCall) -> Body:
    talk: list[Body] = [{"role": "system", "content": call.system}]
    talk += [{"role": message.role, "content": message.text} for message in call.messages]
    body: dict[str, Body] = {
        "model": call.model,
        "messages": talk,
        "temperature": float(call.temperature),
        "top_p": float(call.top_p),
    }
    if call.answer_tokens:
        body["max_tokens"] = call.answer_tokens
    if call.json_mode:
        body["response_format"] = {"type": "json_object"}
    return body


def _picture(call: ImageCall) -> Body:
    body: dict[str, Body] = {"model": call.model, "prompt": call.prompt, "aspect_ratio": call.aspect_ratio}
    if call.size:
        body["image_size"] = call.size
    if call.references:
        body["image"] = [Inline(ref) for ref in call.references if isinstance(ref, Ref)]
    return body


def _clip(call: VideoCall, model: Model) -> Body:
    body: dict[str, Body] = {"prompt": call.prompt, "model": call.model, "aspect_ratio": call.aspect_ratio}
    seconds = call.milliseconds // 1000
    match model.spells_duration:
        case "text":
            body["duration"] = str(seconds)
        case "number":
            body["duration"] = seconds
        case "never":
            pass
    if model.hd:
        body["hd"] = call.hd
    if call.references:
        body["images"] = [Inline(ref) for ref in call.references if isinstance(ref, Ref)]
    return body


def submitted(call: Call, response: HttpResponse) -> Submitted:
    """What an answer with a status of success means."""
    data = _json(response)
    if data is None:
        return Unclear(f"the answer is not JSON ({response.media or 'no content type'})")
    match call:
        case TextCall():
            return _chat_answer(data)
        case ImageCall():
            return _picture_answer(data)
        case VideoCall():
            task = next((task for path in _TASKS if (task := _text(_at(data, path)))), "")
            return Ticket(task) if task else Unclear(f"the answer names no task: {_outline(data)}")
        case FilmCall():
            raise AssertionError("films are made on this machine")
        case _:
            assert_never(call)


def _chat_answer(data: JsonValue) -> Submitted:
    choice = _at(data, ("choices", 0))
    content = _at(choice, ("message", "content"))
    if isinstance(content, list):
        content = "".join(str(_at(part, ("text",)) or "") for part in content)
    if not isinstance(content, str):
        return Unclear(f"the answer holds no text: {_outline(data)}")
    usage = _at(data, ("usage",))
    return Finished(content, str(_at(choice, ("finish_reason",)) or ""), usage if isinstance(usage, dict) else {})


def _picture_answer(data: JsonValue) -> Submitted:
    found = next(_pictures(data), None)
    return Finished(found) if found else Unclear(f"the answer holds no picture: {_outline(data)}")


def _pictures(data: JsonValue) -> Iterator[bytes | Link]:
    """Every picture in an answer: as bytes or as a link, in any of the shapes that are known."""
    lists = [_at(data, path) for path in (("data",), ("images",), ("data", "data"), ("artifacts",))]
    items = [item for found in lists for item in (found if isinstance(found, list) else [found])]
    texts = [_at(data, ("choices", 0, "message", "content"))]
    for item in items:
        texts += [_at(item, (name,)) for name in ("b64_json", "url", "image_url", "result_url")] + [item]
    for text in texts:
        if isinstance(text, str) and (picture := _picture_in(text)):
            yield picture


def _picture_in(text: str) -> bytes | Link | None:
    text = text.strip()
    if markdown := re.search(r"!?\[[^\]]*\]\(\s*((?:https?://|data:image/)[^)\s]+)\s*\)", text):
        text = markdown[1]
    if re.match(r"https?://", text, re.IGNORECASE):
        return Link(text.split()[0])
    encoded = text.partition(",")[2] if text.startswith("data:image/") else text
    try:
        decoded = base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded if len(decoded) > 16 else None


def poll(ticket: Ticket) -> HttpRequest:
    """The request that asks for a running job. Ids may hold `:` and `/`."""
    return HttpRequest("GET", f"/v2/videos/generations/{quote(ticket.task, safe='')}")


def polled(response: HttpResponse) -> Polled:
    """What the answer means: unknown words mean that the job goes on, and so does success without a link."""
    data = _json(response)
    if response.status == 404 or _text(_at(data, ("code",))).casefold() in ("task_not_exist", "task_not_found"):
        return Lost(_text(_at(data, ("message",))) or f"HTTP {response.status}")
    status = _text(_at(data, ("status",))) or _text(_at(data, ("data", "status")))
    progress = _text(_at(data, ("progress",)))
    if response.status >= 300 or data is None:
        return Running(f"HTTP {response.status}")
    if status.casefold() in _FAILED:
        reasons = (("fail_reason",), ("data", "fail_reason"), ("error", "message"), ("message",), ("error",))
        reason = next((text for path in reasons if (text := _text(_at(data, path)))), "no reason given")
        return Refused("failed", reason)
    if status.casefold() in _DONE:
        for path in _LINKS:
            found = _at(data, path)
            for url in found if isinstance(found, list) else [found]:
                if isinstance(url, str) and re.match(r"https?://", url, re.IGNORECASE):
                    return Finished(Link(url))
        return Running(f"{status} without a link", progress)
    return Running(status or "unknown", progress)


def _json(response: HttpResponse) -> JsonValue:
    try:
        data: JsonValue = json.loads(response.body)
    except ValueError:
        return None
    return data if isinstance(data, dict | list) else None


def _at(data: JsonValue, path: tuple[str | int, ...]) -> JsonValue:
    """The value at a path, or None where the path leads nowhere."""
    for step in path:
        if isinstance(data, dict) and isinstance(step, str):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return None
    return data


def _text(value: JsonValue) -> str:
    """Ids and words as text; a number may be a bare id longer than a float can hold."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()


def _outline(data: JsonValue, depth: int = 0) -> str:
    """The shape of an answer without its content: what a bug report needs and may hold."""
    if isinstance(data, dict) and depth < 3:
        return "{" + ", ".join(f"{key}: {_outline(value, depth + 1)}" for key, value in list(data.items())[:12]) + "}"
    if isinstance(data, list):
        return f"[{_outline(data[0], depth + 1)}, … {len(data)}]" if data and depth < 3 else f"[{len(data)}]"
    return f"{type(data).__name__}({len(data)})" if isinstance(data, str) else type(data).__name__
