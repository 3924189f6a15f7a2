"""What every dialect spells and reads alike: talks with text models, where answers name a job, how a job stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import gcd
from typing import assert_never
from urllib.parse import quote

from manjuc.calls import Call, FilmCall, ImageCall, Ref, Reference, TextCall, VideoCall
from manjuc.digest import JsonValue
from manjuc.errors import UsageError
from manjuc.sayings import declined, everything, reason
from manjuc.shapes import Path, at, link, outline, parsed, pictures, values, word
from manjuc.wire import (
    Body,
    Finished,
    Form,
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
from manjuc.words import say

_DONE = {"success", "succeeded", "successful", "completed", "complete", "done", "finished"}
_FAILED = {"failure", "failed", "error", "cancelled", "canceled", "expired", "rejected"}
_TASKS: tuple[Path, ...] = (
    ("task_id",),
    ("id",),
    ("data", "task_id"),
    ("data", "id"),
    ("output", "task_id"),
    ("data",),
)
_STATUS: tuple[Path, ...] = (("status",), ("data", "status"), ("output", "task_status"))
_PROGRESS: tuple[Path, ...] = (("progress",), ("data", "progress"))
_CLIPS: tuple[Path, ...] = tuple(
    (*where, key) for where in ((), ("data",), ("output",), ("video",)) for key in ("video_url", "url", "output")
)
_LONGEST_SIDE = 3840  # pixels
LONGEST_ID = 512
"""Letters of a job's id: what is longer is something else."""


def chat(call: TextCall) -> Body:
    """The body of a chat completion."""
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


def inlined(references: Iterable[Reference]) -> list[Inline]:
    """References in their order, each in the place where its bytes go."""
    return [Inline(ref) for ref in references if isinstance(ref, Ref)]


def field(call: ImageCall | VideoCall, what: str, usual: str) -> str:
    """What a request calls something: as the call says, else as the dialect does."""
    return dict(call.fields).get(what, usual)


def put(body: dict[str, Body], place: str, value: Body) -> None:
    """Enter a value at a place in a body, such as `metadata.ratio`."""
    *above, name = place.split(".")
    for step in above:
        inner = body.setdefault(step, {})
        if not isinstance(inner, dict):
            raise _taken(place)
        body = inner
    if name in body:
        raise _taken(place)
    body[name] = value


def _taken(place: str) -> UsageError:
    return UsageError(say("two parts of a request go to `{}`: correct the `fields` of its model in manjuc.yaml", place))


def shown(references: Iterable[Reference], place: str) -> Body:
    """Pictures as the field of that name holds them: parts of a content, one alone, or a list."""
    images = inlined(references)
    name = place.rpartition(".")[2]
    if name == "content":
        return [{"type": "image_url", "image_url": {"url": image}, "role": "reference_image"} for image in images]
    return images[0] if name.endswith("_url") and len(images) == 1 else [*images]


def form(body: dict[str, Body], place: str, images: Iterable[Inline]) -> Form:
    """A body as a form, whose fields stand side by side, with its pictures as files of one name."""
    fields = ((name, str(value)) for name, value in _flat(body, ""))
    return Form((*fields, *((place, image) for image in images)))


def _flat(body: dict[str, Body], above: str) -> Iterator[tuple[str, Body]]:
    for name, value in body.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def seconds(call: VideoCall) -> str:
    """The length of a clip as digits; nothing for a model that is never told."""
    return str(call.milliseconds // 1000) if call.says_length else ""


def pixels(aspect_ratio: str, size: str) -> str:
    """A picture's shape and size in pixels: `16:9` and `1K` are 1024x576. Both sides are multiples of 16."""
    wide, high = (int(part) for part in aspect_ratio.split(":"))
    wide, high = wide // gcd(wide, high), high // gcd(wide, high)
    longest = min(1024 * int(size.removesuffix("K")) if size.endswith("K") else 1024, _LONGEST_SIDE)
    return "x".join(str(longest * side // max(wide, high) // 16 * 16) for side in (wide, high))


def escaped(task: str) -> str:
    """A job's id as one step of a path. Ids may hold `:` and `/`."""
    return quote(task, safe="")


def submitted(call: Call, response: HttpResponse, *, picture_jobs: bool) -> Submitted:
    """What an answer with a status of success means; `picture_jobs` tells whether a picture may come as a job."""
    data = parsed(response.body)
    if data is None and response.body.lstrip()[:1] == b"<":
        return Unclear(
            str(say("the answer is not JSON but a page (`manjuc doctor` says whether the address is that of the API)"))
        )
    if data is None:
        return Unclear(str(say("the answer is not JSON ({})", response.media or say("no content type"))))
    match call:
        case TextCall():
            return _chat_answer(data)
        case ImageCall():
            if found := picture(data):
                return Finished(found)
            task = _picture_job(data) if picture_jobs else ""
            none = say("the answer holds no picture: {}", outline(data))
            return Ticket(task, "image") if task else Unclear(str(none))
        case VideoCall():
            task = first(data, _TASKS)
            if task and len(task) <= LONGEST_ID and not link(task):
                return Ticket(task)
            done = linked(data, _CLIPS)  # some relays answer once the clip is made
            return Finished(done) if done else Unclear(str(say("the answer names no task: {}", outline(data))))
        case FilmCall():
            raise AssertionError("films are made on this machine")
        case _:
            assert_never(call)


def _chat_answer(data: JsonValue) -> Submitted:
    choice = at(data, ("choices", 0))
    parts = [part if isinstance(part, str) else at(part, ("text",)) for part in values(choice, ("message", "content"))]
    content, ending = "".join(part for part in parts if isinstance(part, str)), word(at(choice, ("finish_reason",)))
    silent = not parts or parts == [None]
    # Without a text, other words of an answer come first; of one that has none and ended, the text is empty.
    if (declined(data) and not content.strip()) or (silent and (reason(data) or not ending)):
        return Unclear(str(say("the answer holds no text: {}", outline(data))))
    usage = at(data, ("usage",))
    return Finished(content, ending, usage if isinstance(usage, dict) else {})


def _picture_job(data: JsonValue) -> str:
    """The id of a picture's job. Words instead of a picture, in a talk or beside other fields, are none."""
    if not isinstance(data, dict) or "choices" in data or isinstance(data.get("data"), list):
        return ""
    task = first(data, _TASKS)
    return "" if any(char.isspace() for char in task) else task


def named(data: JsonValue) -> str:
    """The id by which an answer may mean a job, be it of an error; empty where there is none."""
    task = first(data, _TASKS)
    return "" if len(task) > LONGEST_ID or link(task) or any(char.isspace() for char in task) else task


def picture(data: JsonValue) -> bytes | Link | None:
    """The picture in an answer, wherever it lies."""
    return next(pictures(data), None)


def linked(data: JsonValue, paths: Iterable[Path]) -> Link | None:
    """The first link that stands at any of some paths."""
    found = (link(value) for path in paths for value in values(data, path))
    return next((url for url in found if url), None)


def polled(response: HttpResponse, result: Callable[[JsonValue], bytes | Link | None]) -> Polled:
    """How a job stands: unknown words mean that it goes on, and so does success without a result."""
    data = parsed(response.body)
    # A page instead of the relay's own words comes from a gateway before it, which knows nothing of jobs.
    if data is None:
        return Running(f"HTTP {response.status}", seen="nothing")
    if response.status == 404 or first(data, [("code",)]).casefold() in ("task_not_exist", "task_not_found"):
        return Lost(first(data, [("message",)]) or f"HTTP {response.status}")
    if response.status >= 300:
        return Running(f"HTTP {response.status}", seen="nothing")
    status, progress = first(data, _STATUS), first(data, _PROGRESS)
    if status.casefold() == "error" and not (progress or first(data, _TASKS) or at(data, ("data",))):
        # It names no job: what failed is the question.
        return Running(reason(data) or status, seen="nothing")
    if status.casefold() in _FAILED:
        return Refused("failed", reason(data) or str(say("no reason given")), everything(data))
    if status.casefold() in _DONE:
        found = result(data)
        return Finished(found) if found else Running(str(say("{} without a link", status)), progress, "no link")
    return Running(status or "unknown", progress, "status" if status else "nothing")


def first(data: JsonValue, paths: Iterable[Path]) -> str:
    """The first word that stands at any of some paths."""
    return next((text for path in paths if (text := word(at(data, path)))), "")
