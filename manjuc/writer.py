"""The one writer of a project: a lock of the system's, and beside it a note that says who holds it.

The lock ends with its process, however that ends. The note is a courtesy: it may be stale, and nothing rests on it.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import re
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import filelock

from manjuc import disk
from manjuc.errors import StoreBroken, StoreHeld
from manjuc.text import elide
from manjuc.words import NOTHING, Words, say

_LOOK = 0.2  # seconds between two looks at a lock that is held
_AGAIN = 2.0  # seconds after which the note is read again: another one may have had its turn first
_SECRET = re.compile(r"\bsk-[\w-]+|(?<=://)[^/@\s]+(?=@)")


@contextlib.contextmanager
def turn(folder: Path, waiting: Callable[[Words], None] | None = None) -> Iterator[None]:
    """Hold the lock of a store. `waiting` is told who holds it, and again whenever that changes; without it, StoreHeld.

    Refused or waited for, the one at work is not disturbed.
    """
    lock, note = filelock.FileLock(folder / "writer.lock"), folder / "writer.json"
    _acquire(lock, note, waiting)
    try:
        with contextlib.suppress(StoreBroken):
            disk.write(note, _me())
        yield
    finally:
        with contextlib.suppress(OSError):
            note.unlink(missing_ok=True)
        lock.release()


def _acquire(lock: filelock.BaseFileLock, note: Path, waiting: Callable[[Words], None] | None) -> None:
    said = NOTHING
    while True:
        try:
            lock.acquire(timeout=_AGAIN if said else 0, poll_interval=_LOOK)
            return
        except filelock.Timeout as error:
            held = _holder(note)
            if waiting is None:
                raise StoreHeld(say("{}; try again when it is done", held)) from error
            if held != said:
                said = held
                waiting(say("{}; waiting for it to end", held))


def _me() -> bytes:
    """This process, for the note. No option takes a secret, and what looks like one is left out all the same."""
    command = " ".join([Path(sys.argv[0]).name if sys.argv else "", *sys.argv[1:]])
    return json.dumps(
        {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "command": elide(_SECRET.sub("***", command.replace("__main__.py", "manjuc")), 200),
            "since": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        },
        ensure_ascii=False,
    ).encode("utf-8", "replace")


def _holder(note: Path) -> Words:
    """Who holds the lock, as far as the note tells."""
    project = note.parent.parent
    try:
        facts = json.loads(note.read_bytes())
        since = datetime.datetime.fromisoformat(facts["since"]).astimezone()
        who = (facts["command"], facts["pid"], facts["host"], f"{since:%Y-%m-%d %H:%M:%S}")
        return say("another manjuc is at work in {}: `{}` (process {} on {}, since {})", project, *who)
    except (OSError, ValueError, TypeError, KeyError):
        return say("another manjuc is at work in {}", project)
