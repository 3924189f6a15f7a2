"""openai: relays that speak as OpenAI's own API does, or did: clips by /v1/videos as a form, fetched behind the key.

Text by /v1/chat/completions, pictures by /v1/images/generations, and by /v1/images/edits where references go along.
"""

from __future__ import annotations

from typing import assert_never

from manjuc.calls import Call, FilmCall, ImageCall, TextCall, VideoCall
from manjuc.digest import JsonValue
from manjuc.models import Model
from manjuc.shapes import Path
from manjuc.spelling import chat, escaped, inlined, linked, pixels, seconds
from manjuc.spelling import polled as as_job
from manjuc.spelling import submitted as as_answer
from manjuc.wire import Form, HttpRequest, HttpResponse, Inline, Link, Polled, Submitted, Ticket

NAME = "openai"

_LINKS: tuple[Path, ...] = (("video_url",), ("url",))  # of relays that give one; OpenAI itself gives none


def submit(call: Call, model: Model) -> HttpRequest:
    """The request that starts the work."""
    match call:
        case TextCall():
            return HttpRequest("POST", "/v1/chat/completions", chat(call))
        case ImageCall():
            return _picture(call)
        case VideoCall():
            return HttpRequest("POST", "/v1/videos", Form(_clip(call, model)))
        case FilmCall():
            raise AssertionError("films are made on this machine")
        case _:
            assert_never(call)


def _picture(call: ImageCall) -> HttpRequest:
    fields = {"model": call.model, "prompt": call.prompt, "size": pixels(call.aspect_ratio, call.size)}
    if not call.references:
        return HttpRequest("POST", "/v1/images/generations", {**fields, "n": 1})
    images = (("image", image) for image in inlined(call.references))
    return HttpRequest("POST", "/v1/images/edits", Form((*fields.items(), ("n", "1"), *images)))


def _clip(call: VideoCall, model: Model) -> tuple[tuple[str, str | Inline], ...]:
    fields = {"model": call.model, "prompt": call.prompt}
    if length := seconds(call, model):
        fields["seconds"] = length
    sizes = dict(model.sizes)
    named = sizes.get(f"{call.aspect_ratio} hd", "") if call.hd else ""
    fields["size"] = named or sizes.get(call.aspect_ratio) or call.aspect_ratio.replace(":", "x")
    if call.hd and not named:
        fields["hd"] = "true"
    return (*fields.items(), *(("input_reference", image) for image in inlined(call.references)))


def submitted(call: Call, response: HttpResponse) -> Submitted:
    """What an answer with a status of success means. Pictures are never jobs here."""
    return as_answer(call, response, picture_jobs=False)


def poll(ticket: Ticket) -> HttpRequest:
    """The request that asks for a running job."""
    return HttpRequest("GET", f"/v1/videos/{escaped(ticket.task)}")


def polled(ticket: Ticket, response: HttpResponse) -> Polled:
    """What the answer means. A clip without a link lies behind the key."""

    def clip(data: JsonValue) -> Link:
        return linked(data, _LINKS) or Link(f"v1/videos/{escaped(ticket.task)}/content", ours=True)

    return as_job(response, clip)
