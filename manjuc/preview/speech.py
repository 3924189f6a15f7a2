"""How the dialects of relays say the same: what is wanted of a picture or a clip, and how a job stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import gcd
from typing import Any

from manjuc.preview.web import Refusal

_MOST_MILLISECONDS = 120_000
_PIXELS = re.compile(r"(\d{1,5})[x:*](\d{1,5})")
_STATES = {"NOT_START": "queued", "IN_PROGRESS": "in_progress", "SUCCESS": "completed", "FAILURE": "failed"}

# Where relays have what is not common to all models.
_BELOW = ("metadata", "parameters", "input")

State = Mapping[str, Any]


def text_of(body: Mapping[str, Any], *path: str) -> str:
    """The text at a path; empty where there is none."""
    value: Any = body
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""


def _values(body: Mapping[str, Any], *names: str) -> Iterator[Any]:
    """What stands under some names, at the top of a body before what stands below."""
    for name in names:
        for place in (body, *(body.get(part) for part in _BELOW)):
            if isinstance(place, Mapping) and name in place:
                yield place[name]


def _said(body: Mapping[str, Any], *names: str) -> str:
    """The first text under some names."""
    return next((value for value in _values(body, *names) if value and isinstance(value, str)), "")


def prompt_of(body: Mapping[str, Any]) -> str:
    """The prompt, without which nothing is drawn."""
    if not (prompt := _said(body, "prompt", "text").strip()):
        raise Refusal(400, "prompt is required", "missing_parameter")
    return prompt


def ratio_of(body: Mapping[str, Any]) -> str:
    """The shape as `16:9`, whether it is called so or given in pixels."""
    said = _said(body, "aspect_ratio", "ratio")
    found = _PIXELS.fullmatch(text_of(body, "size"))
    if said or not found:
        return said
    wide, high = int(found[1]), int(found[2])
    common = gcd(wide, high) or 1
    return f"{wide // common}:{high // common}"


def size_of(body: Mapping[str, Any]) -> str:
    """The size of a picture as `1K`, `2K` or `4K`, whether it is called so or given in pixels."""
    said = _said(body, "image_size", "resolution")
    found = _PIXELS.fullmatch(text_of(body, "size"))
    if said or not found:
        return said.upper()
    longest = max(int(found[1]), int(found[2]))
    return "4K" if longest > 3000 else "2K" if longest > 1600 else "1K"


def milliseconds_of(body: Mapping[str, Any]) -> int:
    """The length of a clip, from `duration` or `seconds`; ten seconds where neither is said."""
    said = next(_values(body, "duration", "seconds"), "10")
    try:
        milliseconds = round(float(said) * 1000) if isinstance(said, str | int) else 0
    except (ValueError, OverflowError):
        milliseconds = 0
    if not 0 < milliseconds <= _MOST_MILLISECONDS:
        raise Refusal(400, "duration has to be a number of seconds", "invalid_duration")
    return milliseconds


def picture_in_talk(body: Mapping[str, Any]) -> dict[str, Any] | None:
    """The picture that a talk with pictures in it asks for, as a body of its own; None for a talk in words."""
    messages = body.get("messages")
    said = messages if isinstance(messages, list) else ()
    contents = [message.get("content") for message in said if isinstance(message, dict)]
    parts = [part for content in contents if isinstance(content, list) for part in content if isinstance(part, dict)]
    if not any(part.get("type") == "image_url" for part in parts):
        return None
    config = {
        name: text_of(body, "extra_body", "google", "image_config", name) for name in ("aspect_ratio", "image_size")
    }
    return {"prompt": "\n".join(text_of(part, "text") for part in parts).strip(), **config}


def video_object(state: State, model: str = "") -> dict[str, Any]:
    """A clip's job as `/v1/videos` tells it. The link stands below `metadata`, where only new-api puts it."""
    status = _STATES[state["status"]]
    failure = {"code": "preview_failed", "message": state["fail_reason"]} if status == "failed" else None
    told: dict[str, Any] = {
        "id": state["task_id"],
        "object": "video",
        "model": model,
        "status": status,
        "progress": int(state["progress"].rstrip("%")),
        "created_at": 0,
        "error": failure,
    }
    if state["data"]:
        told["metadata"] = {"url": state["data"]["output"]}
    return told


def picture_task(state: State) -> dict[str, Any]:
    """A picture's job as `/v1/images/tasks` tells it: what was made is wrapped twice."""
    made = {"created": 0, "data": [{"url": state["data"]["output"]}]} if state["data"] else None
    return {"code": "success", "message": "", "data": {**state, "data": made}}


def task_dto(state: State) -> dict[str, Any]:
    """A picture's job as new-api tells it: its link, and the raw answer of whoever drew it."""
    url = state["data"]["output"] if state["data"] else ""
    raw = {"status": "succeeded", "content": {"image_url": url}} if url else None
    told = {**state, "result_url": url, "data": raw}
    return {"code": "success", "message": "", "data": told}
