"""whatai: the gpt-best family (whatai, comfly, t8star and others), the tutorial's relay.

Text by /v1/chat/completions, pictures by /v1/images/generations, clips by /v2/videos/generations. Shapes of answers
as clients of this family have met them.
"""

from __future__ import annotations

from typing import assert_never

from manjuc.calls import Call, FilmCall, ImageCall, TextCall, VideoCall
from manjuc.digest import JsonValue
from manjuc.models import Model
from manjuc.shapes import Path
from manjuc.spelling import chat, escaped, inlined, linked, picture, pixels
from manjuc.spelling import polled as as_job
from manjuc.spelling import submitted as as_answer
from manjuc.wire import Body, Form, HttpRequest, HttpResponse, Link, Polled, Submitted, Ticket

NAME = "whatai"

# Where relays put the link of a finished clip, most usual first; the last is where an old new-api puts it on success.
_LINKS: tuple[Path, ...] = (
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


def submit(call: Call, model: Model) -> HttpRequest:
    """The request that starts the work."""
    match call:
        case TextCall():
            return HttpRequest("POST", "/v1/chat/completions", chat(call))
        case ImageCall():
            return _picture(call, model)
        case VideoCall():
            return HttpRequest("POST", "/v2/videos/generations", _clip(call, model))
        case FilmCall():
            raise AssertionError("films are made on this machine")
        case _:
            assert_never(call)


def _picture(call: ImageCall, model: Model) -> HttpRequest:
    """References go by the way that the model takes them; without any, there is but one."""
    fields = {"model": call.model, "prompt": call.prompt, "aspect_ratio": call.aspect_ratio}
    if model.spells_size == "pixels":
        fields["size"] = pixels(call.aspect_ratio, call.size)
    elif call.size:
        fields["image_size"] = call.size
    images = inlined(call.references)
    later = "?async=true" if model.asynchronous else ""
    if images and model.references_by == "chat":
        return HttpRequest("POST", "/v1/chat/completions", _talk(call))
    if images and model.references_by == "edits":
        form = Form((*fields.items(), *(("image", image) for image in images)))
        return HttpRequest("POST", f"/v1/images/edits{later}", form)
    body: dict[str, Body] = {**fields, "image": [*images]} if images else {**fields}
    return HttpRequest("POST", f"/v1/images/generations{later}", body)


def _talk(call: ImageCall) -> Body:
    parts: list[Body] = [{"type": "text", "text": call.prompt}]
    parts += [{"type": "image_url", "image_url": {"url": image}} for image in inlined(call.references)]
    config: dict[str, Body] = {"aspect_ratio": call.aspect_ratio}
    if call.size:
        config["image_size"] = call.size
    return {
        "model": call.model,
        "messages": [{"role": "user", "content": parts}],
        "extra_body": {"google": {"image_config": config}},
    }


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
    if model.spells_hd or call.hd:
        body["hd"] = call.hd
    if call.references:
        body["images"] = [*inlined(call.references)]
    return body


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
