"""What a power cut leaves: the bytes that were synced, under the names that were synced, and nothing else.

Nothing is mocked: every sync happens, and what it made safe is noted beside it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from manjuc import disk, journal, lockfile
from manjuc.calls import Artifact
from manjuc.digest import digest_of
from manjuc.disk import now
from manjuc.graph import ActionId
from manjuc.steps import Accepted, Declined, Dropped, History, Lock, Underway
from manjuc.store import Store
from manjuc.wire import Ticket

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="synced files are found through /proc")

PREIMAGE = b'{"call":"one"}'
KEY = digest_of(PREIMAGE)
CLIP = ActionId("detective/s01/clip")
FACTS = {"action": CLIP, "stage": "clip", "model": "sora-2", "base_url": "https://relay.example"}


class Power:
    """Notes what each sync makes safe, and copies what a cut would leave to another folder."""

    def __init__(self, root: Path) -> None:
        self.root, self._cuts = root, 0
        self._bytes: dict[int, bytes] = {}
        self._names: dict[int, dict[str, int]] = {root.stat().st_ino: {}}
        self._kept: list[int] = []  # handles, so that no number of a file is given to another
        self._fsync = os.fsync

    def sync(self, handle: int) -> None:
        """The system's own sync, with a note."""
        self._fsync(handle)
        self._kept.append(os.dup(handle))
        number, path = os.fstat(handle).st_ino, Path(f"/proc/self/fd/{handle}")
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            self._names[number] = {entry.name: entry.inode() for entry in os.scandir(path)}
        else:
            self._bytes[number] = path.read_bytes()

    def cut(self) -> Path:
        """A folder as the next process finds it."""
        self._cuts += 1
        left = self.root.with_name(f"{self.root.name}-after-cut-{self._cuts}")
        self._leave(self.root.stat().st_ino, left)
        return left

    def _leave(self, folder: int, to: Path) -> None:
        to.mkdir()
        for name, number in self._names.get(folder, {}).items():
            if number in self._names:
                self._leave(number, to / name)
            elif number in self._bytes:
                (to / name).write_bytes(self._bytes[number])
            else:
                (to / name).write_bytes(b"")  # the name is safe, and the bytes are not

    def close(self) -> None:
        """Let go of all handles."""
        for handle in self._kept:
            os.close(handle)


@pytest.fixture
def power(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Power]:
    root = tmp_path / "project"
    root.mkdir()
    it = Power(root)
    monkeypatch.setattr(os, "fsync", it.sync)
    yield it
    it.close()


def found(power: Power) -> History | None:
    """What the next process knows of the call."""
    return Store(power.cut() / ".manjuc").history(KEY)


def picture(store: Store) -> tuple[Artifact, ...]:
    with store.scratch() as folder:
        (folder / "result").write_bytes(b"picture")
        return (Artifact("result", now(store.adopt(folder / "result")), "image/png", 7),)


def test_without_a_sync_nothing_is_left(power: Power) -> None:
    (power.root / "unsafe").write_bytes(b"gone")
    assert list(power.cut().iterdir()) == []


def test_each_step_of_a_call_survives_the_power_cut_that_follows_it(power: Power) -> None:
    store = Store(power.root / ".manjuc")
    with store.writing():
        attempt = now(store.intend(KEY, PREIMAGE, **FACTS))
        assert isinstance(found(power), Underway), "before a byte is sent"
        store.lay_answer(KEY, attempt, b'{"task_id":"7"}')
        assert store.answer(KEY, attempt) == b'{"task_id":"7"}', "before anything is read in it"
        assert Store(power.cut() / ".manjuc").uncertain(CLIP), "it may be gone as yet, and then a person is asked"
        now(store.keep_answer(KEY, attempt, b'{"task_id":"7"}'))
        left = Store(power.cut() / ".manjuc")
        assert left.answer(KEY, attempt) == b'{"task_id":"7"}', "before anything is made of it"
        assert left.uncertain(CLIP) == ()
        now(store.answered(KEY, attempt, b'{"task_id":"7"}', Ticket("7")))
        history = found(power)
        assert isinstance(history, Underway)
        assert history.ticket == Ticket("7")
        now(store.commit(KEY, attempt, picture(store), (), action=CLIP, first_key=KEY, charged=None))
        left = Store(power.cut() / ".manjuc")
        history = left.history(KEY)
        assert isinstance(history, Accepted)
        assert left.read(history.artifacts[0].blob) == b"picture"
        assert left.preimage(KEY) == PREIMAGE
        assert left.damaged == 0


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (lambda store: now(store.unsent(KEY, 1, "busy")), None),
        (lambda store: now(store.unclear(KEY, 1, "HTTP 502")), Underway),
        (lambda store: now(store.declined(KEY, 1, Declined("request", "no"))), Declined),
        (lambda store: now(store.resolved(KEY, 1, None)), Dropped),
    ],
    ids=["unsent", "unclear", "declined", "resolved"],
)
def test_what_becomes_of_a_call_is_known_after_a_power_cut(
    power: Power, step: Callable[[Store], None], expected: type[History] | None
) -> None:
    store = Store(power.root / ".manjuc")
    with store.writing():
        now(store.intend(KEY, PREIMAGE, **FACTS))
        before = found(power)
        assert isinstance(before, Underway)
        step(store)
        after = found(power)
        assert after is None if expected is None else isinstance(after, expected)
        assert after != before


def test_a_file_that_is_replaced_is_the_old_one_or_the_new_one(power: Power) -> None:
    file = power.root / "a/b/c"
    disk.write(file, b"old")
    assert (power.cut() / "a/b/c").read_bytes() == b"old"
    disk.write(file, b"new and longer")
    assert (power.cut() / "a/b/c").read_bytes() == b"new and longer"


def test_a_damaged_journal_that_was_set_right_is_whole_after_a_power_cut(power: Power) -> None:
    path = power.root / "journal.jsonl"
    now(journal.append(path, {"t": "intent"}))
    with path.open("ab") as file:
        file.write(b"junk")
    journal.repair(path, journal.read(path))
    left = power.cut()
    assert journal.read(left / "journal.jsonl") == journal.Reading(({"t": "intent"},), ())
    assert (left / "journal.jsonl.damaged-1").read_bytes() == b"junk\n"


def test_the_lock_of_a_drama_survives_a_power_cut(power: Power) -> None:
    path = power.root / "mini.lock"
    lockfile.write(path, Lock({}, {}))
    assert (power.cut() / "mini.lock").read_bytes() == path.read_bytes()
