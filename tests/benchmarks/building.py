"""One build of the benchmark's drama, in a process of its own; prints what it took as JSON.

Called with a spec and the address of a relay; without one, results are there at once, and neither network nor decoders
are asked: what is left is manjuc's own.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any
from unittest import mock

import bare
import canned
import httpx
from relay import KEY

from manjuc import compiler, frontend, keep, project
from manjuc.budget import Budget
from manjuc.compiler import Outcome
from manjuc.errors import Waiting
from manjuc.frontend import Program
from manjuc.media import MediaInfo
from manjuc.relay import Relay
from manjuc.selection import Selection

CLIPS = Selection(until="clip")  # all that is paid for, and not the film


def built(program: Program, relay: Relay) -> Outcome:
    """Build all that is paid for, with consent."""
    return compiler.build(program, CLIPS, lambda _: Budget(None), lambda _: relay, lambda _: None)


class _Instant(httpx.AsyncBaseTransport):
    """A relay's answers without a relay, and without the time that one takes."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.took = 0.0  # seconds for making up answers, which are nobody's overhead

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """What the relay would say to a request."""
        began = time.monotonic()
        try:
            return self._answer(request)
        finally:
            self.took += time.monotonic() - began

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path, number = request.url.path, next(self._numbers)
        if path.startswith("/files/"):
            return httpx.Response(200, content=(canned.picture if path.endswith("png") else canned.clip)(number))
        if path == "/v1/chat/completions":
            choice = {"message": {"content": canned.talk(json.loads(request.read()))}, "finish_reason": "stop"}
            return httpx.Response(200, json={"choices": [choice]})
        if path == "/v1/images/generations":
            return _json(b'{"data": [{"url": "http://relay.test/files/%d.png?sign=1"}]}' % number)
        if request.method == "POST":
            return _json(b'{"task_id": "job-%d"}' % number)
        return _json(b'{"status": "SUCCESS", "data": {"output": "http://relay.test/files/%d.mp4?sign=1"}}' % number)


def _json(content: bytes) -> httpx.Response:
    return httpx.Response(200, headers={"content-type": "application/json"}, content=content)


def own(program: Program, root: Path) -> tuple[Outcome, list[bare.Operation], float]:
    """A build for which everybody else takes no time; with the file operations that it made, and its seconds."""

    async def at_once(_: float) -> None:
        await asyncio.sleep(0)

    async def clip(_: Path) -> MediaInfo:
        return MediaInfo(160, 90, 2000, "h264")

    instant = _Instant()
    relay = Relay("http://relay.test", KEY, transport=instant, sleep=at_once)
    looks: dict[str, Any] = {
        "probe_clip": clip,
        "probe_picture": lambda _: MediaInfo(1024, 576),
        "is_blank": lambda _: False,
    }
    with mock.patch.multiple(keep, **looks), bare.recorded(root) as operations:
        began = time.monotonic()
        outcome = built(program, relay)
        return outcome, operations, time.monotonic() - began - instant.took


def main() -> None:
    """Build, and tell."""
    os.environ["MANJUC_API_KEY"] = KEY
    spec, address = Path(sys.argv[1]), sys.argv[2]
    canned.picture(0), canned.clip(0)
    program = frontend.load(project.find(str(spec)), preview=False)
    root = program.project.root
    told: dict[str, object] = {}
    began = time.monotonic()
    if address:
        outcome = built(program, Relay(address, KEY))
        told["seconds"] = time.monotonic() - began
    else:
        outcome, operations, told["seconds"] = own(program, root)
        began = time.monotonic()
        bare.replay(operations, root / "bare")
        told["bare"] = time.monotonic() - began
        told["operations"] = len(operations)
    failures = outcome.failures.items()
    told |= {
        "made": outcome.made,
        "failed": {action.id: str(error) for action, error in failures if not isinstance(error, Waiting)},
        "uncertain": {action.id: str(error) for action, error in failures if isinstance(error, Waiting)},
        "blocked": [action.id for action in outcome.blocked],
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "cpu": time.process_time(),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
