"""whatai: the gpt-best family (whatai, comfly, t8star and others), the tutorial's relay.

Text by /v1/chat/completions, pictures by /v1/images/generations, clips by /v2/videos/generations. Shapes of answers
as clients of this family have met them.
"""

from __future__ import annotations

from typing import assert_never

from manjuc.calls import Call, FilmCall, ImageCall, TextCall, VideoCall
from manjuc.digest import JsonValue
from manjuc.models import Model, Route
from manjuc.routes import CHAT, elsewhere
from manjuc.shapes import Path
from manjuc.spelling import chat, escaped, field, linked, picture, put, seconds, shown
from manjuc.spelling import polled as as_job
from manjuc.spelling import submitted as as_answer
from manjuc.wire import Body, HttpRequest, HttpResponse, Link, Polled, Submitted, Ticket

NAME = "whatai"
ROUTES: tuple[Route, ...] = ("json", "edits", "chat")
JOBS: tuple[Route, ...] = ("json", "edits")
_LATER = "?async=true"

# Where relays put the link of a finished clip, most usual first; the last is where an old new-api puts it on success.
_LINKS: tuple[Path, ...] = (
    ("data", "output"),
    ("data", "outputs"),
    ("data", "video_url"),
    ("data", "url"),
    ("data",),
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


def submit(call: Call, model: Model) -> HttpRequest:
    """The request that starts the work."""
    match call:
        case TextCall():
            return HttpRequest("POST", CHAT, chat(call))
        case ImageCall():
            return _picture(call, model)
        case VideoCall():
            return HttpRequest("POST", "/v2/videos/generations", _clip(call, model))
        case FilmCall():
            raise AssertionError("films are made on this machine")
        case _:
            assert_never(call)


def _picture(call: ImageCall, model: Model) -> HttpRequest:
    """Talks are answered at once; all else may be asked for as a job."""
    later = _LATER if model.asynchronous else ""
    if request := elsewhere(call, _said, later):
        return request
    body = _said(call)
    if call.references:
        place = field(call, "references", "image")
        put(body, place, shown(call.references, place))
    return HttpRequest("POST", f"/v1/images/generations{later}", body)


def _said(call: ImageCall) -> dict[str, Body]:
    body: dict[str, Body] = {"model": call.model}
    put(body, field(call, "prompt", "prompt"), call.prompt)
    put(body, field(call, "aspect_ratio", "aspect_ratio"), call.aspect_ratio)
    if call.pixels:
        put(body, field(call, "size", "size"), call.pixels)
    elif call.size:
        put(body, field(call, "size", "image_size"), call.size)
    return body


def _clip(call: VideoCall, model: Model) -> Body:
    """There is no common name for a size: it goes to the models that have one."""
    body: dict[str, Body] = {}
    put(body, field(call, "prompt", "prompt"), call.prompt)
    put(body, "model", call.model)
    put(body, field(call, "aspect_ratio", "aspect_ratio"), call.aspect_ratio)
    if call.size and (place := field(call, "size", "")):
        put(body, place, call.size)
    if length := seconds(call):
        value = int(length) if model.spells_duration == "number" else length
        put(body, field(call, "duration", "duration"), value)
    if call.says_hd or call.hd:
        put(body, "hd", call.hd)
    if call.references:
        place = field(call, "references", "images")
        put(body, place, shown(call.references, place))
    return body


def makes_job(call: Call, model: Model) -> bool:
    """Whether a relay may take the call as a job."""
    if isinstance(call, ImageCall):
        return submit(call, model).path.endswith(_LATER)
    return isinstance(call, VideoCall)


def submitted(call: Call, response: HttpResponse) -> Submitted:
    """What an answer with a status of success means."""
    return as_answer(call, response, picture_jobs=True)


def poll(ticket: Ticket) -> HttpRequest:
    """The request that asks for a running job."""
    place = "/v1/images/tasks" if ticket.kind == "image" else "/v2/videos/generations"
    return HttpRequest("GET", f"{place}/{escaped(ticket.task)}")


def polled(ticket: Ticket, response: HttpResponse) -> Polled:
    """What the answer means."""
    return as_job(response, picture if ticket.kind == "image" else _link)


def _link(data: JsonValue) -> Link | None:
    return linked(data, _LINKS)
