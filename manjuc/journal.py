"""The journal: what was sent, answered and kept. A checksummed line each, appended and synced, never rewritten."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from manjuc import disk
from manjuc.digest import digest_of, plain, spelt
from manjuc.errors import StoreBroken, system_says
from manjuc.words import say

Entry = dict[str, Any]
_SUM = 16  # letters of each line's digest
_JOINT = re.compile(rb"(?s)(?<=\}).?(?=[0-9a-f]{16} \{)")  # between two lines of which the first lost its end
_AMOUNT = r"\d{1,12}(?:\.\d{1,18})?(?:E[+-]\d)?"
_TEXT = r'[^"\\]{1,300}'
_SHAPES = {  # of what is taken from a damaged line
    "at": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00",
    "base_url": r'https?://[^"\\\s]{1,300}',
    **dict.fromkeys(("action", "dialect", "drama", "model", "stage"), _TEXT),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """The sound entries of a journal in order, and the lines that are damaged.

    In the place of a damaged line that may be all that is left of a call stands a doubt with what it still shows.
    """

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
    attempts: dict[str, int] = {}  # the last one at each call, so far
    for line in data.split(b"\n"):
        entry = _entry(line)
        if entry is None and line:
            damaged.append(line)
        for each in [entry] if entry is not None else _doubts(line, attempts):
            entries.append(each)
            match each:
                case {"key": str(key), "attempt": int(attempt)}:
                    attempts[key] = max(attempts.get(key, 0), attempt)
    return Reading(tuple(entries), tuple(damaged), torn=bool(data) and not data.endswith(b"\n"))


def _entry(line: bytes) -> Entry | None:
    checksum, _, data = line.partition(b" ")
    if len(checksum) != _SUM or digest_of(data)[:_SUM].encode() != checksum:
        return None
    entry = json.loads(data)
    return entry if isinstance(entry, dict) else None


def repair(path: Path, reading: Reading) -> Path:
    """Keep damaged lines in a file of their own and what was read in the journal; only by the holder of the lock."""
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


def _doubts(line: bytes, attempts: Mapping[str, int]) -> Iterator[Entry]:
    """The doubts of a damaged line, in which another one may stand whose beginning is no line's any more."""
    return filter(None, (_doubt(each, attempts) for each in _JOINT.split(line)))


def _doubt(line: bytes, attempts: Mapping[str, int]) -> Entry | None:
    """An attempt that a damaged line still names, where no line before it does: it may be paid for."""
    if b'"role":"film"' in line or not (found := re.search(rb'"key":"([0-9a-f]{64})"', line)):
        return None
    key = found[1].decode()
    before = attempts.get(key, 0)
    number = re.search(rb'"attempt":(\d{1,6})[,}]', line)
    attempt = max(int(number[1]) if number else 1, 1)
    if b'"t":"intent"' in line:
        attempt = max(attempt, before + 1)  # whatever became of its number, it was another one
    if attempt <= before:
        return None
    detail = str(say("the journal's line about it is damaged"))
    return {"t": "doubt", "key": key, "attempt": attempt, "at": "", "detail": detail, **_salvaged(line)}


def _salvaged(line: bytes) -> Entry:
    """What a damaged line still shows of whom a call was for, where and when it was sent, and for how much."""
    texts = {name: re.search(rf'"{name}":"({shape})"'.encode(), line) for name, shape in _SHAPES.items()}
    facts: Entry = {name: text[1].decode() for name, text in texts.items() if text and _is_text(text[1])}
    if take := re.search(rb'"take":(\d{1,6})[,}]', line):
        facts["take"] = int(take[1])
    if cost := _cost(line):
        facts["cost"] = cost
    return facts


def _is_text(data: bytes) -> bool:
    try:
        return data.decode().isprintable()
    except UnicodeDecodeError:
        return False


def _cost(line: bytes) -> Entry | None:
    """The cost in a damaged line, or the charge. Of two bounds one suffices: what is known never counts for less."""
    bounds = re.findall(rf'"(?:least|most|amount)":"({_AMOUNT})"'.encode(), line)
    currency = re.search(rb'"currency":"([A-Z]{3})"', line)
    if not bounds or not currency:
        return None
    least, *_, most = sorted(map(bytes.decode, bounds * 2), key=Decimal)
    return {"least": least, "most": most, "currency": currency[1].decode()}
