"""Files that survive a power cut: written beside their place, synced, then renamed into it."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from manjuc.errors import StoreBroken, system_says
from manjuc.words import say

BINARY = getattr(os, "O_BINARY", 0)
"""Windows opens files as text without it, and changes the ends of lines."""

Sync = Callable[[int], Awaitable[None]]
"""Makes what was written to a handle safe from a power cut; OSError where the disk refuses."""

_Made = TypeVar("_Made")


async def at_once(handle: int) -> None:
    """The sync that everybody waits for."""
    os.fsync(handle)


def now(work: Coroutine[Any, Any, _Made]) -> _Made:
    """The result of work that waits for nothing but syncs `at_once`; it needs no event loop."""
    try:
        work.send(None)
    except StopIteration as end:
        result: _Made = end.value
        return result
    raise AssertionError("it waits for something else")


def write(path: Path | str, data: bytes, mode: int = 0o644) -> None:
    """Put `data` at `path`, whole or not at all; StoreBroken where the disk refuses."""
    now(put(path, data, mode))


async def put(path: Path | str, data: bytes, mode: int = 0o644, sync: Sync = at_once) -> os.stat_result:
    """The same with another way to sync; what the system knows of the file before anybody else can have touched it."""
    try:
        folder = _above(path)
        temporary = f"{folder}/.tmp-{secrets.token_hex(8)}"
        handle = in_folder(folder, lambda: os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, mode))
        try:
            try:
                _write(handle, data)
                await sync(handle)
                written = os.fstat(handle)
            finally:
                os.close(handle)
            await move(temporary, path, sync)
            return written
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
    except OSError as error:
        raise StoreBroken(say("cannot write {}: {}", path, system_says(error))) from error


def lay(path: Path | str, data: bytes) -> None:
    """Put `data` at `path`, whole or not at all, safe from the end of this process and not yet from a power cut."""

    async def not_yet(_: int) -> None:
        return None

    now(put(path, data, sync=not_yet))


async def secure(path: Path | str, sync: Sync) -> None:
    """Make what was laid somewhere safe from a power cut as well; StoreBroken where the disk refuses."""
    try:
        handle = os.open(path, os.O_RDWR | BINARY)
        try:
            await sync(handle)
        finally:
            os.close(handle)
        await _sync_folder(_above(path), sync)
    except OSError as error:
        raise StoreBroken(say("cannot write {}: {}", path, system_says(error))) from error


def _write(handle: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]


def create(path: Path, data: bytes) -> bool:
    """Put `data` at `path` unless something is there; whether it was put. StoreBroken where the disk refuses."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(data)
    except OSError as error:
        if isinstance(error, FileExistsError) and (path.exists() or path.is_symlink()):
            return False
        raise StoreBroken(say("cannot write {}: {}", path, system_says(error))) from error
    return True


async def move(source: Path | str, target: Path | str, sync: Sync = at_once) -> None:
    """Rename a file that is synced already, and sync the folder: after this it is there for good."""
    folder = _above(target)
    in_folder(folder, lambda: os.replace(source, target))
    await _sync_folder(folder, sync)


def in_folder(folder: Path | str, act: Callable[[], _Made]) -> _Made:
    """Do something that needs a folder, which is made where it is not there: nearly always it is."""
    try:
        return act()
    except FileNotFoundError:
        make_folder(folder)
        return act()


def make_folder(folder: Path | str) -> None:
    """A folder that is there for good, with all above it: a file is no safer than the names that lead to it."""
    if not os.path.isdir(folder):
        above = _above(folder)
        make_folder(above)
        with contextlib.suppress(FileExistsError):
            os.mkdir(folder)
        sync_folder(above)


def _above(path: Path | str) -> str:
    return os.path.dirname(path) or os.curdir


def sync_folder(folder: Path | str) -> None:
    """Make renames in a folder durable."""
    now(_sync_folder(folder, at_once))


async def _sync_folder(folder: Path | str, sync: Sync) -> None:
    """Windows cannot sync folders, and needs none of it."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        await sync(handle)
    finally:
        os.close(handle)
