"""The preview relay as an ASGI application: the HTTP calls of the `whatai` dialect, answered from drawings.

It holds no client, no server and no key of its own; whoever builds it hands it to one of them and closes it.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from manjuc.digest import digest_of
from manjuc.preview.draw import draw_picture
from manjuc.preview.files import MEDIA_TYPES, Folder
from manjuc.preview.jobs import Workshop, file_url
from manjuc.preview.painters import Painters
from manjuc.preview.story import write_script
from manjuc.preview.web import (
    Answer,
    Message,
    Receive,
    Refusal,
    Request,
    Send,
    answer_lifespan,
    json_answer,
    read_object,
    read_request,
    send_answer,
)

_VIDEOS = "/v2/videos/generations"
_MOST_MILLISECONDS = 120_000


@dataclass(frozen=True, slots=True)
class Received:
    """One request that was answered; `model` is empty where it named none."""

    method: str
    path: str
    model: str
    status: int


class PreviewRelay:
    """The relay that draws instead of calling models.

    `models` None means every name that starts with `preview/` and no other, so that a preview never stands under a
    name that is paid for. With a `key`, everything but the files asks for it. Whoever builds one has to `close` it, in
    the event loop in which it worked.
    """

    def __init__(self, folder: Path, *, models: frozenset[str] | None = None, key: str | None = None) -> None:
        self._folder = Folder(folder)
        self._models = models
        self._key = key
        self._painters = Painters()
        self._workshop = Workshop(self._folder, self._painters)
        self._log: list[Received] = []
        self._posts: dict[str, Callable[[Request, str, dict[str, Any]], Awaitable[Answer]]] = {
            "/v1/chat/completions": self._chat,
            "/v1/images/generations": self._image,
            _VIDEOS: self._video,
        }

    @property
    def log(self) -> tuple[Received, ...]:
        """Every request so far, in the order of the answers."""
        return tuple(self._log)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one ASGI connection."""
        if scope["type"] == "lifespan":
            return await answer_lifespan(receive, send, self.close)
        assert scope["type"] == "http", scope["type"]
        request = read_request(scope)
        body: dict[str, Any] = {}
        try:
            answer = await self._answer(request, body, receive)
        except Refusal as refusal:
            answer = json_answer(refusal.body, refusal.status)
        except Exception as error:  # whatever it was, a relay answers in its own words and never with a traceback
            answer = json_answer(Refusal(500, str(error), "preview_failed", "server_error").body, 500)
        self._log.append(Received(request.method, request.path, _text(body, "model"), answer.status))
        await send_answer(answer, send)

    async def close(self) -> None:
        """Stop all work. Jobs stay: a relay on the same folder takes them up again."""
        await self._workshop.close()
        await self._painters.close()

    async def _answer(self, request: Request, body: dict[str, Any], receive: Receive) -> Answer:
        if request.path.startswith("/files/"):
            return self._file(request)
        self._check_key(request)
        if request.method == "POST" and request.path in self._posts:
            body.update(await read_object(request, receive))
            return await self._posts[request.path](request, self._served_model(body), body)
        if request.method == "GET" and request.path == "/v1/models":
            listed = [{"id": name, "object": "model"} for name in sorted(self._models or ())]
            return json_answer({"object": "list", "data": listed})
        if request.method == "GET" and request.path.startswith(f"{_VIDEOS}/"):
            return self._poll(request)
        raise Refusal(404, f"Invalid URL ({request.method} {request.path})", "not_found")

    def _check_key(self, request: Request) -> None:
        wanted = f"Bearer {self._key}".encode()
        if self._key is not None and not secrets.compare_digest(request.authorization.encode(), wanted):
            raise Refusal(401, "无效的令牌 (invalid token)", "invalid_api_key", "new_api_error")

    def _served_model(self, body: dict[str, Any]) -> str:
        model = _text(body, "model")
        if not model:
            raise Refusal(400, "model is required", "missing_parameter")
        served = model.startswith("preview/") if self._models is None else model in self._models
        if not served:
            message = f"当前分组下对于模型 {model} 无可用渠道 (no available channel for model {model})"
            raise Refusal(503, message, "model_not_found", "new_api_error")
        return model

    async def _chat(self, request: Request, model: str, body: dict[str, Any]) -> Answer:
        prompt = _first_user_message(body)
        content = write_script(prompt)
        usage = {"prompt_tokens": len(prompt), "completion_tokens": len(content)}
        message = {"role": "assistant", "content": content}
        return json_answer(
            {
                "id": f"chatcmpl-preview-{digest_of(prompt.encode('utf-8', 'replace'))[:24]}",
                "object": "chat.completion",
                "created": 0,
                "model": model,
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                "usage": {**usage, "total_tokens": sum(usage.values())},
            }
        )

    async def _image(self, request: Request, model: str, body: dict[str, Any]) -> Answer:
        drawing = draw_picture(_prompt(body), _text(body, "aspect_ratio"), _text(body, "image_size"))
        picture = await self._painters.paint(drawing.svg, drawing.zoom)
        if body.get("response_format") == "b64_json":
            return json_answer({"created": 0, "data": [{"b64_json": base64.b64encode(picture).decode()}]})
        url = file_url(request.origin, self._folder.keep(picture, "png"))
        return json_answer({"created": 0, "data": [{"url": url}]})

    async def _video(self, request: Request, model: str, body: dict[str, Any]) -> Answer:
        job = self._folder.add_job(body, _prompt(body), _text(body, "aspect_ratio"), _milliseconds(body))
        self._workshop.start(job)
        return json_answer({"task_id": job.task_id})

    def _poll(self, request: Request) -> Answer:
        state = self._workshop.state(request.path.removeprefix(f"{_VIDEOS}/"), request.origin)
        if state is None:
            return json_answer({"code": "task_not_exist", "message": "task does not exist", "data": None}, 404)
        return json_answer(state)

    def _file(self, request: Request) -> Answer:
        name = request.path.removeprefix("/files/")
        content = self._folder.content(name) if request.method == "GET" else None
        if content is None:
            raise Refusal(404, "no such file", "not_found")
        return Answer(200, MEDIA_TYPES[name.rpartition(".")[2]], content)


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _prompt(body: dict[str, Any]) -> str:
    if not (prompt := _text(body, "prompt").strip()):
        raise Refusal(400, "prompt is required", "missing_parameter")
    return prompt


def _first_user_message(body: dict[str, Any]) -> str:
    """The brief. In a repair round the later messages hold an answer and what is wrong with it."""
    messages = body.get("messages")
    for message in messages if isinstance(messages, list) else ():
        if isinstance(message, dict) and message.get("role") == "user":
            content = message.get("content")
            return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    raise Refusal(400, "messages holds no message of the user", "missing_parameter")


def _milliseconds(body: dict[str, Any]) -> int:
    duration = body.get("duration", "10")
    try:
        milliseconds = round(float(duration) * 1000) if isinstance(duration, str | int) else 0
    except (ValueError, OverflowError):
        milliseconds = 0
    if not 0 < milliseconds <= _MOST_MILLISECONDS:
        raise Refusal(400, "duration has to be a number of seconds", "invalid_duration")
    return milliseconds
