"""A relay on a real socket, in a thread of the test's process, that can be told to misbehave, and builds against it."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

import uvicorn

from manjuc import cli, compiler, frontend, project
from manjuc.budget import Budget
from manjuc.compiler import Outcome
from manjuc.frontend import Program
from manjuc.preview.app import PreviewRelay
from manjuc.preview.server import bind
from manjuc.relay import Relay
from manjuc.selection import Selection

KEY = "sk-test-0123456789abcdef-secret"
MODELS = frozenset({"gemini-3-flash-preview-nothinking", "nano-banana-2", "sora-2"})  # the tutorial's
QUICK = """
models:
  sora-2:
    durations: [2]
    price: {durations: {"2": 0.33}}
    pace: {first: 0.05, then: 0.05, most: 0.2, deadline: 60}
"""

MINI = """
manju: 1
theme: 雨夜里，林澈捡到一枚发光的校徽
format: {seconds: 2}
models: {text: gemini-3-flash-preview-nothinking, image: nano-banana-2, video: sora-2}
characters:
  linche: {name: 林澈, traits: {发色: 银灰短发, 服装: 深蓝校服}}
scenes:
  corridor: {name: 走廊, tone: 蓝紫}
limits: {shots: {min: 2, max: 3}, shot_seconds: {min: 0.5, max: 1.5}}
"""
SPEC = "specs/mini.yaml"
CLIP = ("--only", "mini/s01/clip", "--yes")  # with the script, and nothing else
SCENE = ("--only", "scenes/corridor/scene", "--until", "scene", "--yes")
CLIPS = "/v2/videos/generations"
PICTURES = "/v1/images/generations"

App = Callable[[Any, Any, Any], Any]


def laid_out(folder: Path, spec: str = MINI, facts: str = QUICK) -> Path:
    """A project in a folder, by default of a film of two seconds whose model makes such clips and is polled quickly."""
    (folder / SPEC).parent.mkdir(parents=True)
    (folder / SPEC).write_text(spec, encoding="utf-8")
    (folder / "manjuc.yaml").write_text(facts, encoding="utf-8")
    return folder


@contextlib.contextmanager
def listening(app: App, lifespan: Literal["on", "off"] = "off") -> Iterator[str]:
    """An application on loopback, in a thread of its own: its address."""
    bound = bind("127.0.0.1", 0)
    config = uvicorn.Config(
        app, log_level="error", access_log=False, lifespan=lifespan, ws="none", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: server.run(sockets=[bound]), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        bound.close()


class Fault(NamedTuple):
    """What one request meets instead of the relay."""

    method: str
    path: str  # its start
    instead: App
    about: bytes = b""  # what its body has to tell

    def fits(self, scope: Any) -> bool:
        """True for such a request, whatever its body."""
        return bool(scope["method"] == self.method) and str(scope["path"]).startswith(self.path)


@dataclass
class Served:
    """A relay that is listening: its address, and what it was asked."""

    app: PreviewRelay
    url: str = ""
    faults: list[Fault] = field(default_factory=list)

    def posts(self, path: str = "") -> int:
        """How many POSTs the relay itself took."""
        return sum(1 for got in self.app.log if got.method == "POST" and got.path.startswith(path) and got.status < 300)

    def requests(self) -> int:
        """How many requests it answered."""
        return len(self.app.log)

    def once(self, method: str, path: str, instead: App, about: str = "") -> None:
        """Answer the next such request in another way, and where several may come, the next that is `about` it."""
        self.faults.append(Fault(method, path, instead, about.encode()))

    def hold(self, method: str, path: str, about: str = "") -> Gate:
        """Keep the next such request waiting at a gate."""
        gate = Gate(self.app)
        self.once(method, path, gate, about)
        return gate

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and any(fault.fits(scope) for fault in self.faults):
            body, receive = await _heard(receive)
            for fault in self.faults:
                if fault.fits(scope) and fault.about in body:
                    self.faults.remove(fault)
                    await fault.instead(scope, receive, send)
                    return
        await self.app(scope, receive, send)


async def _heard(receive: Any) -> tuple[bytes, Any]:
    """The body of a request, and where the application receives it once more."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    messages = iter([{"type": "http.request", "body": body}])

    async def again() -> Any:
        return next(messages, None) or await receive()

    return body, again


@contextlib.contextmanager
def served(folder: Path, *, paid: bool, models: frozenset[str] = MODELS) -> Iterator[Served]:
    """The preview application on loopback: as itself, or with a key under model names, by default the tutorial's."""
    it = Served(PreviewRelay(folder, models=models, key=KEY) if paid else PreviewRelay(folder))
    with listening(it, lifespan="on") as it.url:
        yield it


@dataclass(frozen=True)
class Ran:
    """A finished command."""

    code: int
    out: str
    err: str


def manjuc(*arguments: str, cwd: Path, key: str = "", url: str = "") -> Ran:
    """Run the command line as a process would: its own arguments, folder, environment and exit code."""
    out, err = io.StringIO(), io.StringIO()
    before, folder, arguments_before = dict(os.environ), Path.cwd(), sys.argv
    os.environ.update({name: value for name, value in _environment(key, url).items() if value})
    sys.argv = ["manjuc", *arguments]
    code = 0
    os.chdir(cwd)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            cli.main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        os.chdir(folder)
        sys.argv = arguments_before
        os.environ.clear()
        os.environ.update(before)
    return Ran(code, out.getvalue(), err.getvalue())


def _environment(key: str, url: str) -> dict[str, str]:
    return {"MANJUC_API_KEY": key, "MANJUC_BASE_URL": url}


def run(root: Path, relay: Served, *words: str) -> Ran:
    """The command line in a project, with the key and the address of a relay."""
    return manjuc(*words, cwd=root, key=KEY, url=relay.url)


def build(root: Path, relay: Served, *more: str) -> Ran:
    """Build the project's drama."""
    return run(root, relay, "build", SPEC, *more)


def steps(root: Path, relay: Served, *more: str) -> dict[str, Any]:
    """The plan of the project's drama, by action."""
    shown = run(root, relay, "plan", "--format", "json", SPEC, *more)
    assert shown.code == 0, shown.err
    return {step["id"]: step for step in json.loads(shown.out)["steps"]}


def verdicts(root: Path, relay: Served, *more: str) -> dict[str, str]:
    """What the plan says of each action."""
    return {id: step["verdict"] for id, step in steps(root, relay, *more).items()}


def hurried(spec: Path, relay_url: str) -> Outcome:
    """Build everything with consent, by a clock on which waiting takes no time."""
    program = frontend.load(project.find(str(spec)), preview=False)
    return performed(program, relay_url, Selection(("scenes/corridor/scene",), "scene"))


async def no_time(_: float) -> None:
    """Wait, by a clock on which waiting takes no time."""
    await asyncio.sleep(0)


def performed(program: Program, relay_url: str, selection: Selection) -> Outcome:
    """Build what is selected of a program, with consent, by a clock on which waiting takes no time."""
    return compiler.build(
        program,
        selection,
        lambda _: Budget(None),
        lambda _: Relay(relay_url, KEY, sleep=no_time),
        lambda _: None,
    )


@contextlib.contextmanager
def started(*arguments: str, cwd: Path, key: str = "", url: str = "") -> Iterator[subprocess.Popen[str]]:
    """The command line in a process of its own, killed in the end if it still runs."""
    environment = {**os.environ, "PYTHONUTF8": "1", **_environment(key, url)}
    process = subprocess.Popen(
        [sys.executable, "-m", "manjuc", *arguments],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """What a process says on stderr, up to the line with these words."""
    assert process.stderr
    said = ""
    while words not in said and (line := process.stderr.readline()):
        said += line
    assert words in said
    return said


@contextlib.contextmanager
def held_build(root: Path, relay: Served, gate: Gate, *more: str, key: str = KEY) -> Iterator[subprocess.Popen[str]]:
    """A build in a process of its own, from the moment when its request has come to the gate."""
    try:
        with started("build", SPEC, *more, cwd=root, key=key, url=relay.url) as process:
            assert gate.reached.wait(60)
            yield process
    finally:
        gate.open()


def answer(status: int, body: bytes, media: str = "application/json", **headers: str) -> App:
    """An application that gives one answer."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        more = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        await send(
            {"type": "http.response.start", "status": status, "headers": [(b"content-type", media.encode()), *more]}
        )
        await send({"type": "http.response.body", "body": body})

    return app


def cut_off(start: bytes) -> App:
    """An application that closes the connection amid an answer, which starts so."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        length = (b"content-length", str(len(start) + 100).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        await send({"type": "http.response.body", "body": start, "more_body": True})
        raise ConnectionResetError("the relay hung up")

    return app


class Gate:
    """Holds a request until it is opened; tells when the request has come."""

    def __init__(self, then: App) -> None:
        self._then, self._open, self.reached = then, threading.Event(), threading.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.reached.set()
        await asyncio.to_thread(self._open.wait, 60)
        await self._then(scope, receive, send)

    def open(self) -> None:
        self._open.set()


def hang_up(after: App | None = None) -> App:
    """An application that lets `after` take the request, and then closes the connection without an answer."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if after is not None:

            async def nowhere(message: Any) -> None:
                return None

            await after(scope, receive, nowhere)
        raise ConnectionResetError("the relay hung up")

    return app
