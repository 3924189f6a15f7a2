"""The ways on which reference pictures go along with a picture's call, which every dialect spells alike.

In the JSON of a dialect's own place, as files to /v1/images/edits, or as parts of a talk. Which of them is taken, the
call says; which there are, each dialect says.
"""

from __future__ import annotations

from collections.abc import Callable

from manjuc.calls import ImageCall, VideoCall
from manjuc.spelling import field, form, inlined, pixels, put
from manjuc.wire import Body, HttpRequest

CHAT = "/v1/chat/completions"
"""Where talks are held, with text models and with others."""

EDITS = "/v1/images/edits"
"""Where pictures go along as files of a form."""


Said = Callable[[ImageCall], dict[str, Body]]


def elsewhere(call: ImageCall, said: Said, query: str = "") -> HttpRequest | None:
    """The request whose pictures go another way than the dialect's own; beside them, a form holds what is `said`."""
    if call.references and call.references_by == "chat":
        return HttpRequest("POST", CHAT, _talk(call))
    if call.references and call.references_by == "edits":
        return edits(call, said, query)
    return None


def edits(call: ImageCall, said: Said, query: str = "") -> HttpRequest:
    """A form with its pictures as files."""
    place = field(call, "references", "image")
    return HttpRequest("POST", f"{EDITS}{query}", form(said(call), place, inlined(call.references)))


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


def as_openai(call: ImageCall) -> dict[str, Body]:
    """What OpenAI's own API takes beside pictures."""
    body: dict[str, Body] = {"model": call.model}
    put(body, field(call, "prompt", "prompt"), call.prompt)
    put_shape(body, call, pixels(call.aspect_ratio, call.size))
    put(body, "n", 1)
    return body


def put_shape(body: dict[str, Body], call: ImageCall | VideoCall, both: str) -> None:
    """Shape and size in one word, and each by itself where the model has a name for it."""
    shape, size = field(call, "aspect_ratio", ""), field(call, "size", "")
    put(body, shape or "size", call.aspect_ratio if shape else both)
    if call.size and size not in ("", "size" if not shape else ""):
        put(body, size, call.size)
