"""The journal: what was sent, answered and kept. A checksummed line each, appended and synced, never rewritten."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from manjuc import disk
from manjuc.digest import Digest, digest_of, plain, spelt
from manjuc.errors import StoreBroken, system_says
from manjuc.words import say

Entry = dict[str, Any]
_SUM = 16  # letters of each line's digest


@dataclass(frozen=True, slots=True)
class Reading:
    """The sound entries of a journal in order, and the lines that are damaged."""

    entries: tuple[Entry, ...]
    damaged: tuple[bytes, ...]
    torn: bool = False  # the last line has no end: whatever were appended would be lost with it


def line_of(entry: Mapping[str, object]) -> bytes:
    """An entry as its line."""
    return _line(spelt(plain(entry)))


def _line(data: bytes) -> bytes:
    return f"{digest_of(data)[:_SUM]} ".encode() + data + b"\n"


def read(path: Path) -> Reading:
    """All that can be read. Each line proves itself, so damage in one never loses another."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Reading((), ())
    except OSError as error:
        # Reading nothing as "nothing there" would turn one fault into paying for everything again.
        raise StoreBroken(say("cannot read {}: {}", path, system_says(error))) from error
    entries: list[Entry] = []
    damaged: list[bytes] = []
    for line in data.split(b"\n"):
        entry = _entry(line)
        if entry is not None:
            entries.append(entry)
        elif line:
            damaged.append(line)
    return Reading(tuple(entries), tuple(damaged), torn=bool(data) and not data.endswith(b"\n"))


def _entry(line: bytes) -> Entry | None:
    checksum, _, data = line.partition(b" ")
    if len(checksum) != _SUM or digest_of(data)[:_SUM].encode() != checksum:
        return None
    entry = json.loads(data)
    return entry if isinstance(entry, dict) else None


def repair(path: Path, reading: Reading) -> Path:
    """Keep damaged lines in a file of their own and the sound ones in the journal; only by the holder of the lock."""
    if not reading.damaged:
        disk.write(path, b"".join(line_of(entry) for entry in reading.entries))
        return path
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    disk.write(aside, b"\n".join(reading.damaged) + b"\n")
    disk.write(path, b"".join(line_of(entry) for entry in reading.entries))
    return aside


async def append(path: Path, entry: Mapping[str, object], sync: disk.Sync = disk.at_once) -> Entry:
    """Add a line and sync it: when this returns, the entry survives a power cut. Returns it as it will be read.

    Other lines may be added while it is synced; it stands before them.
    """
    entered = {name: plain(value) for name, value in entry.items()}
    line = _line(spelt(entered))
    try:
        handle = _opened(path)
        try:
            await _put(handle, line, sync)
        finally:
            os.close(handle)
    except OSError as error:
        raise StoreBroken(say("cannot write {}: {}", path, system_says(error))) from error
    return entered


def _opened(path: Path) -> int:
    """The journal, open at its end, and there for good."""
    try:
        return os.open(path, os.O_WRONLY | os.O_APPEND | disk.BINARY)
    except FileNotFoundError:
        disk.make_folder(path.parent)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o644))
        disk.sync_folder(path.parent)
        return os.open(path, os.O_WRONLY | os.O_APPEND | disk.BINARY)


async def _put(handle: int, line: bytes, sync: disk.Sync) -> None:
    size = os.fstat(handle).st_size
    end = size + len(line)
    try:
        if os.write(handle, line) != len(line):
            raise OSError(str(say("the disk took only a part of a line")))
        await sync(handle)
    except OSError:
        # Half a line would take the next one with it. A whole one that others stand behind has to stay: at worst it
        # tells of a call that was never sent, and a person is asked.
        if os.fstat(handle).st_size <= end:
            os.ftruncate(handle, size)
        raise


def calls_in(damaged: Iterable[bytes]) -> Iterator[tuple[Digest, int]]:
    """The calls that damaged lines still name, with the number of the attempt, or 1 where that is gone."""
    for line in damaged:
        if key := re.search(rb'"key":"([0-9a-f]{64})"', line):
            attempt = re.search(rb'"attempt":(\d{1,6})', line)
            yield Digest(key[1].decode()), int(attempt[1]) if attempt else 1
