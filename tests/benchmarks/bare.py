"""The file operations of a build, written down while it runs, and done again with nothing around them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from unittest import mock

from manjuc import disk, journal

Operation = tuple[str, str, int]  # what, the path below the project, bytes


@contextlib.contextmanager
def recorded(root: Path) -> Iterator[list[Operation]]:
    """The operations that keep something for ever, in their order; written down with as little ado as can be."""
    found: list[Operation] = []
    put, move, append = disk.put, disk.move, journal.append
    above = len(str(root)) + 1
    sizes: dict[str, int] = {}  # of files that are being written

    async def putting(
        path: Path | str, data: bytes, mode: int = 0o644, sync: disk.Sync = disk.at_once
    ) -> os.stat_result:
        sizes[str(path)] = len(data)
        return await put(path, data, mode, sync)

    async def moving(source: Path | str, target: Path | str, sync: disk.Sync = disk.at_once) -> None:
        size = sizes.pop(str(target), None)
        found.append(("move" if size is None else "write", str(target)[above:], size or 0))
        await move(source, target, sync)

    async def appending(path: Path, entry: Mapping[str, object], sync: disk.Sync = disk.at_once) -> journal.Entry:
        found.append(("append", str(path)[above:], 0))  # how much it was, is seen in the end
        return await append(path, entry, sync)

    with (
        mock.patch.object(disk, "put", putting),
        mock.patch.object(disk, "move", moving),
        mock.patch.object(journal, "append", appending),
    ):
        yield found
    _weigh(found, root)


def _weigh(operations: list[Operation], root: Path) -> None:
    """Put in what nobody was asked for while it was measured: sizes of moved files, and of the lines of a journal."""
    lines: dict[str, Iterator[bytes]] = {}
    for number, (what, path, size) in enumerate(operations):
        if what == "move":
            size = os.path.getsize(root / path)
        elif what == "append":
            if path not in lines:
                lines[path] = iter((root / path).read_bytes().splitlines(keepends=True))
            size = len(next(lines[path]))
        operations[number] = what, path, size


def replay(operations: list[Operation], root: Path) -> None:
    """Do them again: written, synced, renamed, the folder synced; or appended and synced."""
    folders: set[str] = set()
    data = b"x" * max(size for _, _, size in operations)
    for what, path, size in operations:
        target = f"{root}/{path}"
        folder = os.path.dirname(target)
        _make(folder, folders)
        if what == "append":
            _put(target, data[:size], os.O_APPEND | os.O_CREAT)
        else:
            _put(f"{folder}/.tmp", data[:size], os.O_CREAT | os.O_EXCL)
            os.replace(f"{folder}/.tmp", target)
            _sync(folder)


def _make(folder: str, known: set[str]) -> None:
    if folder in known or os.path.isdir(folder):
        return
    _make(os.path.dirname(folder), known)
    os.mkdir(folder)
    _sync(os.path.dirname(folder))
    known.add(folder)


def _put(path: str, data: bytes, how: int) -> None:
    handle = os.open(path, os.O_WRONLY | how, 0o644)
    os.write(handle, data)
    os.fsync(handle)
    os.close(handle)


def _sync(folder: str) -> None:
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
