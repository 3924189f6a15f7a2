"""openai: relays that speak as OpenAI's own API does, or did: clips by /v1/videos as a form, fetched behind the key.

Text by /v1/chat/completions, pictures by /v1/images/generations, and by /v1/images/edits where references go along.
"""

from __future__ import annotations

from typing import assert_never

from manjuc.calls import Call, FilmCall, ImageCall, TextCall, VideoCall
from manjuc.digest import JsonValue
from manjuc.models import Model, Route
from manjuc.routes import CHAT, as_openai, edits, elsewhere, put_shape
from manjuc.shapes import Path
from manjuc.spelling import chat, escaped, field, form, inlined, linked, put, seconds
from manjuc.spelling import polled as as_job
from manjuc.spelling import submitted as as_answer
from manjuc.wire import Body, Form, HttpRequest, HttpResponse, Link, Polled, Submitted, Ticket

NAME = "openai"
ROUTES: tuple[Route, ...] = ("edits", "chat")  # its JSON has no place for references
JOBS: tuple[Route, ...] = ()

_LINKS: tuple[Path, ...] = (("video_url",), ("url",))  # of relays that give one; OpenAI itself gives none


def submit(call: Call, model: Model) -> HttpRequest:
    """The request that starts the work."""
    match call:
        case TextCall():
            return HttpRequest("POST", CHAT, chat(call))
        case ImageCall():
            return _picture(call)
        case VideoCall():
            return HttpRequest("POST", "/v1/videos", _clip(call))
        case FilmCall():
            raise AssertionError("films are made on this machine")
        case _:
            assert_never(call)


def _picture(call: ImageCall) -> HttpRequest:
    if not call.references:
        return HttpRequest("POST", "/v1/images/generations", as_openai(call))
    return elsewhere(call, as_openai) or edits(call, as_openai)


def _clip(call: VideoCall) -> Form:
    body: dict[str, Body] = {"model": call.model}
    put(body, field(call, "prompt", "prompt"), call.prompt)
    if length := seconds(call):
        put(body, field(call, "duration", "seconds"), length)
    put_shape(body, call, call.pixels or call.aspect_ratio.replace(":", "x"))
    if call.hd and not call.pixels:
        put(body, "hd", "true")
    return form(body, field(call, "references", "input_reference"), inlined(call.references))


def makes_job(call: Call, model: Model) -> bool:
    """Whether a relay may take the call as a job. Pictures are never jobs here."""
    return isinstance(call, VideoCall)


def submitted(call: Call, response: HttpResponse) -> Submitted:
    """What an answer with a status of success means."""
    return as_answer(call, response, picture_jobs=False)


def poll(ticket: Ticket) -> HttpRequest:
    """The request that asks for a running job."""
    return HttpRequest("GET", f"/v1/videos/{escaped(ticket.task)}")


def polled(ticket: Ticket, response: HttpResponse) -> Polled:
    """What the answer means. A clip without a link lies behind the key."""

    def clip(data: JsonValue) -> Link:
        return linked(data, _LINKS) or Link(f"v1/videos/{escaped(ticket.task)}/content", ours=True)

    return as_job(response, clip)
