"""newapi: relays on new-api whose video models are asked by /v1/videos in JSON: Seedance, Kling, Hailuo, Vidu, Veo.

Text by /v1/chat/completions, pictures by /v1/image/generations (singular), which answers with a job or with the
picture. What is not common to all models stands below `metadata`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from manjuc.calls import Call, FilmCall, ImageCall, TextCall, VideoCall
from manjuc.digest import JsonValue
from manjuc.models import Model, Route
from manjuc.routes import CHAT, as_openai, elsewhere
from manjuc.shapes import Path
from manjuc.spelling import chat, escaped, field, linked, picture, put, seconds, shown
from manjuc.spelling import polled as as_job
from manjuc.spelling import submitted as as_answer
from manjuc.wire import Body, HttpRequest, HttpResponse, Link, Polled, Submitted, Ticket

NAME = "newapi"
ROUTES: tuple[Route, ...] = ("json", "edits", "chat")
JOBS: tuple[Route, ...] = ("json",)
_PICTURES_AT = "/v1/image/generations"

_CLIPS: tuple[Path, ...] = (
    ("metadata", "url"),
    ("url",),
    ("video_url",),
    ("result_url",),
    ("data", "result_url"),
    ("data", "url"),
    ("data", "metadata", "url"),
    ("data",),
    ("metadata",),
    ("data", "fail_reason"),  # where an old new-api puts it on success
)
# What the relay itself names as the result comes before what stands in the raw answer that it passes on.
_PICTURES: tuple[Path, ...] = (
    ("result_url",),
    ("data", "result_url"),
    ("data", "data", "content", "image_url"),
    ("data", "data", "content", "image_urls"),
)


def submit(call: Call, model: Model) -> HttpRequest:
    """The request that starts the work."""
    match call:
        case TextCall():
            return HttpRequest("POST", CHAT, chat(call))
        case ImageCall():
            return elsewhere(call, as_openai) or HttpRequest("POST", _PICTURES_AT, _picture(call))
        case VideoCall():
            return HttpRequest("POST", "/v1/videos", _clip(call, model))
        case FilmCall():
            raise AssertionError("films are made on this machine")
        case _:
            assert_never(call)


def _picture(call: ImageCall) -> Body:
    body: dict[str, Body] = {"model": call.model}
    put(body, field(call, "prompt", "prompt"), call.prompt)
    put(body, "n", 1)
    put(body, field(call, "aspect_ratio", "size"), call.aspect_ratio)
    if call.references:
        place = field(call, "references", "images")
        put(body, place, shown(call.references, place))
    if call.size:
        put(body, field(call, "size", "metadata.resolution"), call.size.lower())
    return body


def _clip(call: VideoCall, model: Model) -> Body:
    """`seconds` are digits in a text; under other names, lengths are as the model takes them."""
    body: dict[str, Body] = {"model": call.model}
    put(body, field(call, "prompt", "prompt"), call.prompt)
    if length := seconds(call):
        place = field(call, "duration", "seconds")
        put(body, place, int(length) if place != "seconds" and model.spells_duration == "number" else length)
    if call.references:
        place = field(call, "references", "images")
        put(body, place, shown(call.references, place))
    put(body, field(call, "aspect_ratio", "metadata.ratio"), call.aspect_ratio)
    if call.size:
        put(body, field(call, "size", "metadata.resolution"), call.size)
    elif call.hd:
        put(body, "metadata.hd", True)
    if call.sound:
        put(body, "metadata.generate_audio", True)
    return body


def makes_job(call: Call, model: Model) -> bool:
    """Whether a relay may take the call as a job. Some pictures come at once, and nothing tells which.

    By edits and in a talk, where the relay speaks as OpenAI does, all of them do.
    """
    return isinstance(call, VideoCall) or (isinstance(call, ImageCall) and submit(call, model).path == _PICTURES_AT)


def submitted(call: Call, response: HttpResponse) -> Submitted:
    """What an answer with a status of success means."""
    return as_answer(call, response, picture_jobs=True)


def poll(ticket: Ticket) -> HttpRequest:
    """The request that asks for a running job."""
    place = _PICTURES_AT if ticket.kind == "image" else "/v1/videos"
    return HttpRequest("GET", f"{place}/{escaped(ticket.task)}")


def polled(ticket: Ticket, response: HttpResponse) -> Polled:
    """What the answer means. A clip may lie behind the key, at the relay that made it."""

    def clip(data: JsonValue) -> Link | None:
        found = linked(data, _CLIPS)
        proxied = f"/v1/videos/{escaped(ticket.task)}/content"
        return replace(found, ours=found.url.partition("?")[0].endswith(proxied)) if found else None

    return as_job(response, _pictured if ticket.kind == "image" else clip)


def _pictured(data: JsonValue) -> bytes | Link | None:
    return linked(data, _PICTURES) or picture(data)
