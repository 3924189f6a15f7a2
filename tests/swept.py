"""A process that builds until it is killed: `python -m swept`, told what to do by lines of JSON.

It loads manjuc once and forks for each build. A build counts its effects (files that are opened for writing, writes,
syncs, renames, deletions, and whatever is sent to the relay or received from it) and kills itself by a real SIGKILL
before one of them, or finds the disk full from one of them on, or may let no file grow beyond a real limit.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import ssl
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

from serving import KEY, no_time

from manjuc import compiler, frontend, project
from manjuc.budget import Budget
from manjuc.errors import ManjucError
from manjuc.events import Event, Failing
from manjuc.relay import Relay
from manjuc.selection import Selection

STEPS = Selection(("scenes/corridor/scene", "mini/film"))
_RENAMES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate", "shutil.rmtree", "socket.connect"}


class Effects:
    """Counts effects below a folder and on the network; at one of them comes the end."""

    def __init__(self, root: Path, kill: int, full: int) -> None:
        self._root, self._kill, self._full = str(root), kill, full
        self.count, self._counting = 0, threading.Lock()  # syncs happen in threads
        sys.addaudithook(self._heard)
        for name in ("write", "fsync"):
            setattr(os, name, self._wrapped(getattr(os, name)))
        from httpcore._backends.anyio import AnyIOStream

        for name in ("read", "write"):
            setattr(AnyIOStream, name, self._awaited(getattr(AnyIOStream, name)))

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, str) and path.startswith(self._root) and flags & (os.O_WRONLY | os.O_RDWR):
                self._happens(takes_room=True)
        elif event in _RENAMES:
            self._happens()

    def _wrapped(self, work: Any) -> Any:
        def counted(handle: int, *more: Any) -> Any:
            if os.readlink(f"/proc/self/fd/{handle}").startswith(self._root):
                self._happens(takes_room=bool(more))
            return work(handle, *more)

        return counted

    def _awaited(self, work: Any) -> Any:
        async def counted(*given: Any, **named: Any) -> Any:
            self._happens()
            return await work(*given, **named)

        return counted

    def _happens(self, *, takes_room: bool = False) -> None:
        with self._counting:
            self.count += 1
            if self.count == self._kill:
                os.kill(os.getpid(), signal.SIGKILL)
            full = 0 < self._full <= self.count
        if takes_room and full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def build(root: Path, url: str, dialect: str, effects: Effects) -> dict[str, Any]:
    """One build with consent, on a clock that takes no time; how it ended."""
    os.environ.update({"MANJUC_API_KEY": KEY, "MANJUC_BASE_URL": url, "MANJUC_DIALECT": dialect})

    said: list[str] = []  # every failure is told where it happens

    def report(event: Event) -> None:
        if isinstance(event, Failing):
            said.append(str(event.error))

    code = 0
    try:
        program = frontend.load(project.find(str(root / "specs/mini.yaml")), preview=False)
        relay = Relay(url, KEY, sleep=no_time)
        outcome = compiler.build(program, STEPS, lambda _: Budget(None), lambda _: relay, report)
        code = max((error.exit_code for error in outcome.failures.values()), default=0)
    except ManjucError as error:
        code = error.exit_code
        said.append(str(error))
    except Exception:
        code = 3
        said.append(traceback.format_exc())
    return {"code": code, "said": said, "effects": effects.count}


def main() -> None:
    """Answer each line of the input with one line: how the build ended, or that it was killed."""
    trusted = ssl.create_default_context()
    ssl.create_default_context = lambda *_, **__: trusted
    for line in sys.stdin:
        order = json.loads(line)
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.close(reading)
            root = Path(order["root"])
            if order["room"]:  # the signal that comes with this limit is ignored by Python: a write fails with EFBIG
                resource.setrlimit(resource.RLIMIT_FSIZE, (order["room"], order["room"]))
            ended = build(root, order["url"], order["dialect"], Effects(root, order["kill"], order["full"]))
            with open(writing, "w", encoding="utf-8") as pipe:
                pipe.write(json.dumps(ended))
            os._exit(0)
        os.close(writing)
        with open(reading, encoding="utf-8") as pipe:
            said = pipe.read()
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print(json.dumps({"killed": True, "code": -9, "said": []} if killed else json.loads(said)), flush=True)


if __name__ == "__main__":
    main()
