"""The preview relay as an ASGI application: the HTTP calls of every dialect, answered from drawings.

It holds no client, no server and no key of its own; whoever builds it hands it to one of them and closes it.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from manjuc.digest import digest_of
from manjuc.models import Kind
from manjuc.preview.cells import own_cells
from manjuc.preview.draw import draw_picture
from manjuc.preview.files import MEDIA_TYPES, Folder
from manjuc.preview.jobs import Workshop, file_url
from manjuc.preview.painters import Painters
from manjuc.preview.speech import (
    State,
    milliseconds_of,
    picture_in_talk,
    picture_task,
    prompt_of,
    ratio_of,
    size_of,
    task_dto,
    text_of,
    video_object,
)
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
_VIDEO_OBJECTS = "/v1/videos"
_PICTURE_TASKS = "/v1/images/tasks"
_TASK_DTOS = "/v1/image/generations"
_TOLD: Mapping[str, Callable[[State], dict[str, Any]]] = {  # where jobs are asked for, and in which words
    _VIDEOS: dict,
    _VIDEO_OBJECTS: video_object,
    _PICTURE_TASKS: picture_task,
    _TASK_DTOS: task_dto,
}


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
            "/v1/images/edits": self._image,
            _TASK_DTOS: self._image_job,
            _VIDEOS: self._video,
            _VIDEO_OBJECTS: self._video,
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
        self._log.append(Received(request.method, request.path, text_of(body, "model"), answer.status))
        await send_answer(answer, send)

    def kind_of(self, path: str) -> Kind | None:
        """What kind of thing a path polls or downloads, as the job itself tells it; None where it does neither."""
        if path.startswith("/files/"):
            return "image" if path.endswith(".png") else "video"
        place = next((place for place in _TOLD if path.startswith(f"{place}/")), None)
        if place is None:
            return None
        job = self._folder.job(path.removeprefix(f"{place}/").removesuffix("/content"))
        return job.kind if job else _wanted(place)

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
        if request.method == "GET" and (answer := self._poll(request)):
            return answer
        raise Refusal(404, f"Invalid URL ({request.method} {request.path})", "not_found")

    def _check_key(self, request: Request) -> None:
        wanted = f"Bearer {self._key}".encode()
        if self._key is not None and not secrets.compare_digest(request.authorization.encode(), wanted):
            raise Refusal(401, "无效的令牌 (invalid token)", "invalid_api_key", "new_api_error")

    def _served_model(self, body: dict[str, Any]) -> str:
        model = text_of(body, "model")
        if not model:
            raise Refusal(400, "model is required", "missing_parameter")
        served = model.startswith("preview/") if self._models is None else model in self._models
        if not served:
            message = f"当前分组下对于模型 {model} 无可用渠道 (no available channel for model {model})"
            raise Refusal(503, message, "model_not_found", "new_api_error")
        return model

    async def _chat(self, request: Request, model: str, body: dict[str, Any]) -> Answer:
        if wanted := picture_in_talk(body):
            drawn = await self._draw(wanted, own_cells(prompt_of(wanted), body))
            url = file_url(request.origin, self._folder.keep(drawn, "png"))
            return json_answer(_completion(model, prompt_of(wanted), f"![image]({url})"))
        prompt = _first_user_message(body)
        return json_answer(_completion(model, prompt, write_script(prompt)))

    async def _draw(self, body: dict[str, Any], own: Mapping[int, str]) -> bytes:
        drawing = draw_picture(prompt_of(body), ratio_of(body), size_of(body), own)
        return await self._painters.paint(drawing.svg, drawing.zoom)

    async def _image(self, request: Request, model: str, body: dict[str, Any]) -> Answer:
        if "async=true" in request.query.split("&"):
            return json_answer({"task_id": (await self._drawn(request, body))["task_id"]})
        picture = await self._draw(body, own_cells(prompt_of(body), body))
        if body.get("response_format") == "b64_json":
            return json_answer({"created": 0, "data": [{"b64_json": base64.b64encode(picture).decode()}]})
        url = file_url(request.origin, self._folder.keep(picture, "png"))
        return json_answer({"created": 0, "data": [{"url": url}]})

    async def _image_job(self, request: Request, model: str, body: dict[str, Any]) -> Answer:
        state = await self._drawn(request, body)
        return json_answer(task_dto({**state, "status": "NOT_START", "progress": "0%", "data": None}))

    async def _drawn(self, request: Request, body: dict[str, Any]) -> State:
        """A job for a picture; drawing is quick, so it is done before it is asked for."""
        picture = self._folder.keep(await self._draw(body, own_cells(prompt_of(body), body)), "png")
        job = self._folder.add_job(body, prompt_of(body), ratio_of(body), 0, {}).done(picture)
        self._folder.put_job(job)
        state = self._workshop.state(job.task_id, request.origin)
        assert state is not None, "it was kept a moment ago"
        return state

    async def _video(self, request: Request, model: str, body: dict[str, Any]) -> Answer:
        prompt, length = prompt_of(body), milliseconds_of(body)
        job = self._folder.add_job(body, prompt, ratio_of(body), length, own_cells(prompt, body))
        self._workshop.start(job)
        if request.path == _VIDEOS:
            return json_answer({"task_id": job.task_id})
        state = self._workshop.state(job.task_id, request.origin)
        assert state is not None, "it was kept a moment ago"
        return json_answer(video_object(state, model))

    def _poll(self, request: Request) -> Answer | None:
        """How a job stands, in the words of the path by which it is asked for; None for every other path."""
        if request.path.startswith(f"{_VIDEO_OBJECTS}/") and request.path.endswith("/content"):
            return self._content(request.path.removeprefix(f"{_VIDEO_OBJECTS}/").removesuffix("/content"))
        place = next((place for place in _TOLD if request.path.startswith(f"{place}/")), None)
        if place is None:
            return None
        known = self.kind_of(request.path) == _wanted(place)
        state = self._workshop.state(request.path.removeprefix(f"{place}/"), request.origin) if known else None
        if state is None:
            return json_answer({"code": "task_not_exist", "message": "task does not exist", "data": None}, 404)
        return json_answer(_TOLD[place](state))

    def _content(self, task_id: str) -> Answer:
        job = self._folder.job(task_id)
        if job is None or job.kind != "video":
            raise Refusal(404, "video not found", "not_found")
        if (content := self._folder.content(job.output)) is None:
            raise Refusal(400, "the video is not ready", "video_not_ready")
        return Answer(200, MEDIA_TYPES[job.output.rpartition(".")[2]], content)

    def _file(self, request: Request) -> Answer:
        name = request.path.removeprefix("/files/")
        content = self._folder.content(name) if request.method == "GET" else None
        if content is None:
            raise Refusal(404, "no such file", "not_found")
        return Answer(200, MEDIA_TYPES[name.rpartition(".")[2]], content)


def _wanted(place: str) -> Kind:
    """What is asked for at a place."""
    return "image" if place in (_PICTURE_TASKS, _TASK_DTOS) else "video"


def _completion(model: str, prompt: str, content: str) -> dict[str, Any]:
    usage = {"prompt_tokens": len(prompt), "completion_tokens": len(content)}
    message = {"role": "assistant", "content": content}
    return {
        "id": f"chatcmpl-preview-{digest_of(prompt.encode('utf-8', 'replace'))[:24]}",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {**usage, "total_tokens": sum(usage.values())},
    }


def _first_user_message(body: dict[str, Any]) -> str:
    """The brief. In a repair round the later messages hold an answer and what is wrong with it."""
    messages = body.get("messages")
    for message in messages if isinstance(messages, list) else ():
        if isinstance(message, dict) and message.get("role") == "user":
            content = message.get("content")
            return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    raise Refusal(400, "messages holds no message of the user", "missing_parameter")
