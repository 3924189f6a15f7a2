"""The relay of the benchmark, a process of its own: the preview's, late and faulty by seeded dice, that draws nothing.

It keeps a log of how long it was at work for each call, which `GET /bench/log` tells. Called with its folder and a file
of settings; it prints its address.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import canned

from manjuc import facts
from manjuc.digest import digest_of
from manjuc.preview import jobs
from manjuc.preview.app import PreviewRelay
from manjuc.preview.faults import Misbehaving, scripted
from manjuc.preview.server import bind, serve
from manjuc.preview.web import Answer, Message, Receive, Send, json_answer, send_answer

KEY = "sk-bench-0123456789abcdef"
MODELS = frozenset({"gemini-3-flash-preview-nothinking", "nano-banana-2", "sora-2"})


class _Canned(PreviewRelay):
    """The preview relay, with pictures and scripts from the drawer."""

    numbers = itertools.count(1)

    async def _draw(self, body: dict[str, Any], own: Mapping[int, str]) -> bytes:
        return canned.picture(next(self.numbers))

    async def _answer(self, request: Any, body: dict[str, Any], receive: Receive) -> Answer:
        answer = await super()._answer(request, body, receive)
        if request.path != "/v1/chat/completions":
            return answer
        data = json.loads(answer.content)
        data["choices"][0]["message"]["content"] = canned.talk(body)
        return json_answer(data)


class _Timed:
    """Writes down from when to when the relay was at work for a call, by its prompt."""

    def __init__(self, app: Misbehaving, late: tuple[float, float]) -> None:
        self._app, self._late = app, late
        self.busy: defaultdict[str, float] = defaultdict(float)  # seconds by the digest of a body
        self._bodies: dict[str, str] = {}  # of clips, by their prompt
        self.statuses: Counter[str] = Counter()
        setattr(jobs, "make_animatic", self._make)  # noqa: B010 - the module does not offer the name

    async def _make(self, prompt: str, *_: object) -> bytes:
        """A clip that takes its time."""
        least, most = self._late
        began = time.monotonic()
        await asyncio.sleep(least + (most - least) * int(digest_of(prompt.encode())[:8], 16) / 16**8)
        self.busy[self._bodies[prompt]] += time.monotonic() - began
        return canned.clip(next(_Canned.numbers))

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        if scope["path"] == "/bench/log":
            return await send_answer(json_answer({"busy": self.busy, "statuses": self.statuses}), send)
        if scope["method"] != "POST":
            return await self._app(scope, receive, self._counting(scope, send))
        began = time.monotonic()
        messages = [await receive()]
        while messages[-1].get("more_body"):
            messages.append(await receive())
        content = b"".join(message.get("body", b"") for message in messages)
        body = digest_of(content)
        if "videos" in scope["path"]:
            self._bodies[json.loads(content)["prompt"]] = body
        told = 0.0  # seconds for which the client was asked to wait

        async def sending(message: Message) -> None:
            nonlocal told
            headers = dict(message.get("headers", ()))
            told = float(headers.get(b"retry-after", told))
            await self._counting(scope, send)(message)

        inner = _Replayed(messages, receive)
        try:
            await self._app(scope, inner, sending)
        finally:
            self.busy[body] += time.monotonic() - began + told

    def _counting(self, scope: Mapping[str, Any], send: Send) -> Send:
        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.statuses[f"{scope['method']} {message['status']}"] += 1
            await send(message)

        return counted

    async def close(self) -> None:
        await self._app.close()


class _Replayed:
    """A request that was read, as it came. The connection stays within reach of faults that close it."""

    def __init__(self, messages: list[Message], receive: Receive) -> None:
        self._messages, self._receive = messages, receive
        self.__self__ = getattr(receive, "__self__", None)

    async def __call__(self) -> Message:
        return self._messages.pop(0) if self._messages else await self._receive()


def main() -> None:
    """Serve until the process is ended."""
    folder, settings = Path(sys.argv[1]), json.loads(sys.argv[2])
    known = facts.models(Path(settings["root"]))
    faults = tuple(scripted(fault) for fault in settings["faults"])
    relay = Misbehaving(_Canned(folder, models=MODELS, key=KEY), faults, known)
    listening = bind()
    print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    canned.picture(0), canned.clip(0)
    serve(_Timed(relay, tuple(settings["late"])), listening)


if __name__ == "__main__":
    main()
