"""whatai: the gpt-best family (whatai, comfly, t8star and others), the tutorial's relay.

Text by /v1/chat/completions, pictures by /v1/images/generations, clips by /v2/videos/generations. Shapes of answers
as clients of this family have met them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never
from urllib.parse import quote

from manjuc.calls import Call, FilmCall, ImageCall, Ref, TextCall, VideoCall
from manjuc.digest import JsonValue
from manjuc.models import Model
from manjuc.shapes import at, link, outline, parsed, pictures, values, word
from manjuc.wire import (
    Body,
    Finished,
    HttpRequest,
    HttpResponse,
    Inline,
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
# Where relays put the link of a finished clip, most usual first; the last is where an old new-api puts it on success.
_LINKS = (
    ("data", "output"),
    ("data", "outputs"),
    ("data", "video_url"),
    ("data", "url"),
    ("data", "data", "output"),
    ("data", "data", "video_url"),
    ("data", "data", "url"),
    ("data", "task_result", "videos", "url"),
    ("output", "video_url"),
    ("output",),
    ("outputs",),
    ("video_url",),
    ("url",),
    ("result", "url"),
    ("results", "url"),
    ("result_url",),
    ("metadata", "url"),
    ("content", "video_url"),
    ("fail_reason",),
)
_TASKS = (("task_id",), ("id",), ("data", "task_id"), ("data", "id"), ("output", "task_id"), ("data",))
_STATUS = (("status",), ("data", "status"), ("output", "task_status"))
_PROGRESS = (("progress",), ("data", "progress"))
_REASONS = (
    ("fail_reason",),
    ("data", "fail_reason"),
    ("error", "message"),
    ("output", "message"),
    ("message",),
    ("error",),
)


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
    data = parsed(response.body)
    if data is None:
        return Unclear(f"the answer is not JSON ({response.media or 'no content type'})")
    match call:
        case TextCall():
            return _chat_answer(data)
        case ImageCall():
            found = next(pictures(data), None)
            return Finished(found) if found else Unclear(f"the answer holds no picture: {outline(data)}")
        case VideoCall():
            task = _first(data, _TASKS)
            return Ticket(task) if task else Unclear(f"the answer names no task: {outline(data)}")
        case FilmCall():
            raise AssertionError("films are made on this machine")
        case _:
            assert_never(call)


def _chat_answer(data: JsonValue) -> Submitted:
    choice = at(data, ("choices", 0))
    parts = [part if isinstance(part, str) else at(part, ("text",)) for part in values(choice, ("message", "content"))]
    content = "".join(part for part in parts if isinstance(part, str))
    if not parts or parts == [None]:
        return Unclear(f"the answer holds no text: {outline(data)}")
    usage = at(data, ("usage",))
    return Finished(content, word(at(choice, ("finish_reason",))), usage if isinstance(usage, dict) else {})


def poll(ticket: Ticket) -> HttpRequest:
    """The request that asks for a running job. Ids may hold `:` and `/`."""
    return HttpRequest("GET", f"/v2/videos/generations/{quote(ticket.task, safe='')}")


def polled(response: HttpResponse) -> Polled:
    """What the answer means: unknown words mean that the job goes on, and so does success without a link."""
    data = parsed(response.body)
    if response.status == 404 or _first(data, [("code",)]).casefold() in ("task_not_exist", "task_not_found"):
        return Lost(_first(data, [("message",)]) or f"HTTP {response.status}")
    if response.status >= 300 or data is None:
        return Running(f"HTTP {response.status}")
    status, progress = _first(data, _STATUS), _first(data, _PROGRESS)
    if status.casefold() in _FAILED:
        return Refused("failed", _first(data, _REASONS) or "no reason given")
    if status.casefold() in _DONE:
        found = (link(value) for path in _LINKS for value in values(data, path))
        done = next((url for url in found if url), None)
        return Finished(done) if done else Running(f"{status} without a link", progress)
    return Running(status or "unknown", progress)


def _first(data: JsonValue, paths: Iterable[tuple[str, ...]]) -> str:
    """The first word that stands at any of some paths."""
    return next((text for path in paths if (text := word(at(data, path)))), "")
