"""Syncs beside the event loop: what goes on meanwhile, and what an end of the build finds."""

from __future__ import annotations

import asyncio
import errno
import os
import threading
from pathlib import Path

import pytest

from manjuc import disk, journal
from manjuc.digest import digest_of
from manjuc.errors import StoreBroken
from manjuc.placing import Shelf
from manjuc.syncs import Syncs


class Door:
    """A disk that syncs nothing until it is let."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._open, self.reached = threading.Event(), threading.Event()
        self._fsync = os.fsync
        monkeypatch.setattr(os, "fsync", self._wait)

    def _wait(self, handle: int) -> None:
        self.reached.set()
        assert self._open.wait(60), "nobody let the disk go on"
        self._fsync(handle)

    def open(self) -> None:
        """Let everything through."""
        self._open.set()


def lines(path: Path) -> list[object]:
    return [entry["n"] for entry in journal.read(path).entries]


def test_others_go_on_while_a_disk_takes_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    door = Door(monkeypatch)

    async def main() -> None:
        with Syncs() as sync:
            slow = asyncio.ensure_future(disk.put(tmp_path / "one", b"1", sync=sync))
            await asyncio.to_thread(door.reached.wait)
            assert not slow.done(), "it is there once it is synced, and not before"
            assert not (tmp_path / "one").exists()
            door.open()
            await slow

    asyncio.run(main())
    assert (tmp_path / "one").read_bytes() == b"1"


def test_lines_that_come_together_stand_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"

    async def main() -> None:
        with Syncs() as sync:
            await asyncio.gather(*(journal.append(path, {"n": n}, sync) for n in range(50)))

    asyncio.run(main())
    assert lines(path) == list(range(50))


def test_an_end_that_is_asked_for_while_a_step_is_synced_comes_after_the_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal.jsonl"
    disk.now(journal.append(path, {"n": 0}))
    door = Door(monkeypatch)
    came: list[str] = []

    async def step(sync: disk.Sync) -> None:
        await journal.append(path, {"n": 1}, sync)
        await disk.put(tmp_path / "one", b"1", sync=sync)
        came.append("the step")
        await asyncio.Event().wait()
        came.append("what follows")

    async def main() -> None:
        with Syncs() as sync:
            task = asyncio.ensure_future(step(sync))
            await asyncio.to_thread(door.reached.wait)
            task.cancel()
            door.open()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())
    assert came == ["the step"]
    assert lines(path) == [0, 1]
    assert (tmp_path / "one").read_bytes() == b"1"


def test_a_disk_that_refuses_a_sync_is_told_to_whom_it_concerns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, real = tmp_path / "journal.jsonl", os.fsync
    refused: list[int] = []

    def fsync(handle: int) -> None:
        if os.fstat(handle).st_size and not refused:
            refused.append(handle)
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(handle)

    async def main() -> list[object]:
        with Syncs() as sync:
            monkeypatch.setattr(os, "fsync", fsync)
            together = (journal.append(path, {"n": n}, sync) for n in range(3))
            return list(await asyncio.gather(*together, return_exceptions=True))

    disk.now(journal.append(path, {"n": -1}))
    told = asyncio.run(main())
    assert [isinstance(each, StoreBroken) for each in told].count(True) == 1
    kept = lines(path)
    assert all(n in kept for n, each in enumerate(told) if not isinstance(each, StoreBroken)), "no line of another"
    assert journal.read(path).damaged == ()


def test_a_line_that_could_not_be_synced_is_gone_where_it_is_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal.jsonl"
    disk.now(journal.append(path, {"n": 1}))

    def fsync(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fsync)

    async def main() -> None:
        with Syncs() as sync:
            await journal.append(path, {"n": 2}, sync)

    with pytest.raises(StoreBroken):
        asyncio.run(main())
    assert lines(path) == [1]


@pytest.mark.parametrize("error", [MemoryError(), ValueError("a handle of nothing")])
def test_whatever_goes_wrong_in_a_sync_nobody_waits_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fsync(_: int) -> None:
        raise error

    async def main() -> None:
        with Syncs() as sync:
            monkeypatch.setattr(os, "fsync", fsync)
            for _ in range(3):
                with pytest.raises(type(error)):
                    await disk.put(tmp_path / "one", b"1", sync=sync)

    asyncio.run(main())
    assert list(tmp_path.iterdir()) == []


def test_a_system_without_room_for_a_thread_is_told_and_may_have_it_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    async def main() -> None:
        with Syncs() as sync:
            with monkeypatch.context() as patched:
                patched.setattr(threading.Thread, "start", start)
                for _ in range(3):
                    with pytest.raises(RuntimeError, match="thread"):
                        await disk.put(tmp_path / "one", b"1", sync=sync)
            await disk.put(tmp_path / "one", b"1", sync=sync)

    asyncio.run(main())
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_what_a_person_saves_while_a_placed_file_is_synced_counts_as_edited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "build").mkdir()
    file, real = tmp_path / "build/script.yaml", os.fsync

    def fsync(handle: int) -> None:
        if file.exists():  # it has its place, and the folder is synced
            file.write_bytes(b"edited by a person")
        real(handle)

    async def place(data: bytes) -> bool:
        with Syncs() as sync:
            shelf = Shelf(tmp_path / "build", tmp_path / "note", sync)
            placed = await shelf.place("script.yaml", lambda: data, digest_of(data))
            shelf.save()
            return placed

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fsync)
        assert asyncio.run(place(b"one"))
    assert not asyncio.run(place(b"two"))
    assert file.read_bytes() == b"edited by a person"


def test_its_threads_end_with_it(tmp_path: Path) -> None:
    async def main(sync: Syncs) -> None:
        await disk.put(tmp_path / "one", b"1", sync=sync)

    def threads() -> list[str]:
        return [thread.name for thread in threading.enumerate() if thread.name == "manjuc-sync"]

    with Syncs() as sync:
        assert not threads(), "none before there is something to do"
        asyncio.run(main(sync))
        assert threads()
    assert not threads()
