"""How answers are spoiled: each function takes the relay's own answer and returns what a bad one would have sent.

None means that the answer offers nothing to spoil in that way: a fault waits for one that does. JSON is changed
wherever its values lie, so that the answers of every dialect are spoiled alike.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PIL import Image

from manjuc.digest import digest_of
from manjuc.preview.web import Answer, json_answer
from manjuc.shapes import word

Change = Callable[[Answer], Answer | None]
_STATUS = ("status", "task_status")
_IDS = ("task_id", "id")
KEY = "{the key of this request}"
"""In an answer: the key of the request that it answers."""


def said(status: int, value: object, **headers: str) -> Change:
    """Always the same answer, whatever the relay's own was."""
    more = tuple((name.replace("_", "-").encode(), text.encode()) for name, text in headers.items())
    return lambda _: replace(json_answer(value, status), headers=more)


def page(status: int, html: str) -> Change:
    """Always the same page."""
    return lambda _: Answer(status, "text/html; charset=utf-8", html.encode())


def plain(status: int, text: str, media_type: str = "text/plain; charset=utf-8") -> Change:
    """Always the same text, or nothing at all."""
    return lambda _: Answer(status, media_type, text.encode())


def error(status: int, message: str, code: str = "", kind: str = "new_api_error", **headers: str) -> Change:
    """Always the same error, in the shape of OpenAI and new-api."""
    return said(status, {"error": {"message": message, "type": kind, "param": None, "code": code or None}}, **headers)


def same(answer: Answer) -> Answer:
    """The relay's own answer; what is wrong is how it is sent."""
    return answer


def _every(value: Any, change: Callable[[str, Any], Any], key: str = "") -> Any:
    """A JSON value with `change(key, leaf)` in the place of each leaf."""
    if isinstance(value, dict):
        return {name: _every(item, change, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_every(item, change, key) for item in value]
    return change(key, value)


def data_of(answer: Answer) -> Any:
    """What an answer holds as JSON, or None."""
    if not answer.media_type.startswith("application/json"):
        return None
    try:
        return json.loads(answer.content)
    except ValueError:
        return None


def _changed(answer: Answer, change: Callable[[str, Any], Any]) -> Answer | None:
    data = data_of(answer)
    spoiled = _every(data, change)
    return None if spoiled == data else replace(json_answer(spoiled, answer.status), headers=answer.headers)


def status(spell: Callable[[str], str]) -> Change:
    """Another word for how a job stands."""
    return lambda answer: _changed(
        answer, lambda key, leaf: spell(leaf) if key in _STATUS and isinstance(leaf, str) else leaf
    )


def ended(words: tuple[str, str]) -> Callable[[str], str]:
    """The first of two words where statuses are shouted, the second where they are not."""
    return lambda now: words[0] if now.isupper() else words[1]


def odd_case(now: str) -> str:
    """A word as nobody writes it."""
    return "".join(letter.upper() if number % 2 else letter.lower() for number, letter in enumerate(now))


def links(instead: str | None, *, done: bool) -> Change:
    """Something else in the place of every link; with `done` the job is declared finished as well."""

    def change(answer: Answer) -> Answer | None:
        declared = status(ended(("SUCCESS", "completed")))(answer) or answer if done else answer
        spoiled = _changed(declared, lambda _, leaf: instead if _is_link(leaf) else leaf)
        return spoiled or (declared if declared is not answer else None)

    return change


def _is_link(leaf: object) -> bool:
    return isinstance(leaf, str) and leaf.startswith(("http://", "https://"))


def boxed(wrap: Callable[[Any], object]) -> Change:
    """Success, with something else in the place of whatever holds the link, and no link beside it."""

    def inner(value: Any) -> Any:
        linked = isinstance(value, dict | list) and _holds(value, lambda _, leaf: _is_link(leaf))
        if linked and not _holds(value, lambda key, leaf: key in _STATUS and isinstance(leaf, str)):
            return wrap(value)
        if isinstance(value, dict):
            return {name: inner(item) for name, item in value.items()}
        return None if _is_link(value) else value

    def change(answer: Answer) -> Answer | None:
        data = data_of(answer)
        spoiled = inner(data) if isinstance(data, dict) else data
        return None if spoiled == data else json_answer(spoiled, answer.status)

    return change


def _holds(value: Any, test: Callable[[str, Any], bool]) -> bool:
    found: list[bool] = []
    _every(value, lambda key, leaf: found.append(test(key, leaf)))
    return any(found)


def link_in(value: Any) -> Any:
    """The link that a value holds."""
    found: list[Any] = []
    _every(value, lambda _, leaf: found.append(leaf) if _is_link(leaf) else None)
    return found[0]


def failed(reason: str) -> Change:
    """The job has failed, and says why where this kind of answer says so."""

    def change(answer: Answer) -> Answer | None:
        declared = status(ended(("FAILURE", "failed")))(answer)
        data = data_of(declared) if declared else None
        if not isinstance(data, dict):
            return None
        data = _every(data, lambda key, leaf: None if _is_link(leaf) else leaf)
        more = {"fail_reason": reason} if "fail_reason" in data else {"error": {"message": reason, "code": "failed"}}
        return json_answer({**data, **more, "progress": "100%"})

    return change


def without_result(answer: Answer) -> Answer:
    """Success, with neither the id nor the result that it is about."""
    return json_answer({"created": 0, "message": "ok"})


def task_of(answer: Answer) -> str:
    """The id of the job that an answer names, or nothing."""
    data = data_of(answer)
    within = data.get("data") if isinstance(data, dict) else None
    named = (told.get(key) for told in (data, within) if isinstance(told, dict) for key in _IDS)
    return next((name for name in map(word, named) if name), "")


def numbered(answer: Answer) -> Answer | None:
    """A bare number, larger than a float can hold, in the place of the job's id; None where there is no job."""
    if not task_of(answer):
        return None
    number = 2**60 + int(digest_of(task_of(answer).encode())[:12], 16)
    return _changed(answer, lambda key, leaf: number if key in _IDS else leaf)


def words(change: Callable[[str], object], finish_reason: str = "stop") -> Change:
    """Other words in the place of a text model's."""

    def spoil(key: str, leaf: Any) -> Any:
        if key == "content" and isinstance(leaf, str):
            return change(leaf)
        return finish_reason if key == "finish_reason" else leaf

    return lambda answer: _changed(answer, spoil)


def thought(text: str) -> Change:
    """Thoughts in a place of their own beside a text model's words."""

    def change(answer: Answer) -> Answer | None:
        data = data_of(answer)
        choices = data.get("choices", []) if isinstance(data, dict) else []
        told = [{**each, "message": {**each["message"], "reasoning_content": text}} for each in choices]
        return json_answer({**data, "choices": told}) if told else None

    return change


def streamed(answer: Answer) -> Answer | None:
    """A text model's words in the pieces of a stream, as they are sent to whoever asks for one."""
    data = data_of(answer)
    if not isinstance(data, dict) or "choices" not in data:
        return None
    (choice,) = data["choices"]
    words = choice["message"]["content"]
    deltas = [
        {"role": "assistant", "content": ""},
        *({"content": words[at : at + 40]} for at in range(0, len(words), 40)),
    ]
    pieces: list[dict[str, Any]] = [
        {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas
    ]
    pieces += [{"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}, {**data, "choices": []}]
    events = [*(json.dumps({**piece, "object": "chat.completion.chunk"}) for piece in pieces), "[DONE]"]
    return Answer(answer.status, "text/event-stream", "".join(f"data: {event}\n\n" for event in events).encode())


def curled(words: str) -> str:
    """Words whose quotes are all Chinese ones, by turns the opening and the closing one."""
    first, *rest = words.split('"')
    return first + "".join(("”" if number % 2 else "“") + part for number, part in enumerate(rest))


def first_half(answer: Answer) -> Answer:
    """A file that ends in its middle, and says nothing of it."""
    return replace(answer, content=answer.content[: len(answer.content) // 2])


def file(content: bytes, media_type: str = "") -> Change:
    """Other bytes in the place of a file's."""
    return lambda answer: replace(answer, content=content, media_type=media_type or answer.media_type)


def named(media_type: str) -> Change:
    """The right bytes under a wrong type."""
    return lambda answer: replace(answer, media_type=media_type)


def small(answer: Answer) -> Answer | None:
    """The picture at a quarter of its width."""
    picture = _picture(answer)
    if picture is None:
        return None
    return _png(answer, picture.resize((max(1, picture.width // 4), max(1, picture.height // 4))))


def filled(colour: str) -> Change:
    """A picture of the right size with nothing on it."""

    def change(answer: Answer) -> Answer | None:
        picture = _picture(answer)
        return None if picture is None else _png(answer, Image.new("RGB", picture.size, colour))

    return change


def _picture(answer: Answer) -> Image.Image | None:
    return Image.open(io.BytesIO(answer.content)) if answer.media_type == "image/png" else None


def _png(answer: Answer, picture: Image.Image) -> Answer:
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return replace(answer, content=stream.getvalue())
