"""Everything that is kept between runs, below `.manjuc/`: blobs by their digest, the journal, answers not yet decoded.

Blob first, then journal: an entry never names bytes that are not on the disk. Blobs are never changed or deleted.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from manjuc import blobs, disk, journal, writer
from manjuc.accounts import Account, account
from manjuc.calls import Artifact
from manjuc.digest import Digest, Hashing, digest_of
from manjuc.errors import StoreBroken, system_says
from manjuc.graph import ActionId
from manjuc.inbox import Inbox
from manjuc.ledger import Book, Told
from manjuc.models import Money
from manjuc.steps import Cost, Declined, History, Rejected, Underway
from manjuc.wire import Ticket
from manjuc.words import NOTHING, Words, heard, say


class Store:
    """The store of one project. Reading needs no lock; every write needs `writing()` around it."""

    def __init__(self, folder: Path, sync: disk.Sync = disk.at_once) -> None:
        self.folder, self._root = folder, str(folder)
        self._journal = folder / "journal.jsonl"
        self.sync = sync
        self._inbox = Inbox(folder / "open", sync)
        self._making: set[Digest] = set()  # blobs whose names are not safe yet
        self._sent: dict[tuple[Digest, int], float] = {}  # when, by this process
        self._reread()

    @contextlib.contextmanager
    def writing(self, waiting: Callable[[Words], None] | None = None) -> Iterator[Words]:
        """Be the one writer of the project; yields a notice where a damaged journal had to be set right.

        Where another one is at work, `waiting` is told who, and it is waited for; without `waiting`, StoreHeld.
        """
        try:
            disk.make_folder(self.folder)
            with writer.turn(self.folder, waiting):
                self._reread()
                shutil.rmtree(self.folder / "tmp", ignore_errors=True)  # what an earlier process was working on
                if not self._reading.damaged:
                    self._inbox.find_settled(self.book)
                self._inbox.clear()
                try:
                    yield self._repair()
                finally:
                    self._inbox.clear()
        except OSError as error:
            raise StoreBroken(say("cannot use {}: {}", self.folder, system_says(error))) from error

    def _reread(self) -> None:
        """Read the journal; another writer may have added to it since."""
        self._reading = journal.read(self._journal)
        self.book = Book()
        for entry in self._reading.entries:
            self.book.enter(entry)

    def _repair(self) -> Words:
        if not self._reading.damaged and not self._reading.torn:
            return NOTHING
        aside = journal.repair(self._journal, self._reading)
        if not self._reading.damaged:
            return NOTHING
        return say(
            "the journal held {} damaged lines; they are kept in {}. What they still show counts as before, and a paid "
            "call of which they leave open what became of it is not sent again: `manjuc plan` calls it uncertain, "
            "and `manjuc resolve` says what became of it. "
            "Where `manjuc plan` calls nothing uncertain, there is nothing to do",
            len(self._reading.damaged),
            aside,
        )

    @property
    def damaged(self) -> int:
        """Lines of the journal that could not be read."""
        return len(self._reading.damaged)

    def account(self) -> Account:
        """What was spent, as the journal tells; within `writing()`, up to its beginning."""
        return account(self._reading.entries)

    # Blobs

    def path(self, blob: Digest) -> Path:
        """Where the bytes of a blob lie, or would lie."""
        return Path(blobs.name(self._root, blob))

    def holds(self, blob: Digest) -> bool:
        """True where the bytes are here."""
        return os.path.isfile(blobs.name(self._root, blob))

    def read(self, blob: Digest) -> bytes:
        """The bytes of a blob, proved to be what its name says; StoreBroken where they are not."""
        try:
            with open(blobs.name(self._root, blob), "rb", buffering=0) as file:
                data = file.read()
        except OSError as error:
            raise StoreBroken(say("cannot read the blob {}…: {}", blob[:12], system_says(error))) from error
        if digest_of(data) != blob:
            damaged = say("{} is damaged; without the file, the next build asks what to do", self.path(blob))
            raise StoreBroken(damaged)
        return data

    def proved(self, blob: Digest) -> Path:
        """The file of a blob for programs that read it themselves; StoreBroken where it is not what its name says."""
        self.read(blob)
        return self.path(blob)

    async def put(self, data: bytes) -> Digest:
        """Keep some bytes for ever."""
        blob = digest_of(data)
        if blob in self._making or not self.holds(blob):
            self._making.add(blob)
            await disk.put(blobs.name(self._root, blob), data, 0o444, self.sync)
            self._making.discard(blob)
        return blob

    @contextlib.contextmanager
    def scratch_file(self) -> Iterator[Path]:
        """A name for one file in the making, on the store's own disk so that it can be renamed into place."""
        folder = f"{self._root}/tmp"
        disk.make_folder(folder)
        file = f"{folder}/{secrets.token_hex(8)}"
        try:
            yield Path(file)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(file)

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder for work in progress, on the store's own disk so that results can be renamed into place."""
        folder = self.folder / "tmp" / secrets.token_hex(8)
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    async def adopt(self, file: Path) -> Digest:
        """Keep a finished file for ever; it is moved away from where it was."""
        hashing = Hashing()
        try:
            with open(file, "rb", buffering=0) as stream:
                while chunk := stream.read(1 << 20):
                    hashing.update(chunk)
                await self.sync(stream.fileno())
            # Moved even onto a blob of that name: should its bytes have gone bad, this heals it.
            target = blobs.name(self._root, hashing.digest())
            os.chmod(file, 0o444)
            await disk.move(file, target, self.sync)
        except OSError as error:
            raise StoreBroken(say("cannot keep {}: {}", file.name, system_says(error))) from error
        return hashing.digest()

    # What a plan looks up

    def history(self, key: Digest) -> History | None:
        """What became of a call. An answer that is on disk counts, even if the journal does not know of it yet."""
        found = self.book.history(key)
        if found is None:
            return None
        if isinstance(found, Rejected) and found.artifacts and found.artifacts[0].media.startswith("text/"):
            return self.book.with_text(found, self.read(found.artifacts[0].blob).decode("utf-8", "replace"))
        return self.book.noticing(found, answered=partial(self._inbox.holds, key))

    def preimage(self, key: Digest) -> bytes | None:
        """The canonical bytes of an earlier call: a blob whose name is the key."""
        return self.read(key) if self.holds(key) else None

    def last_key(self, action: ActionId) -> Digest | None:
        """The first key of the call with which an action last had a result on this machine."""
        return self.book.last_key(action)

    def told(self, action: ActionId, *keys: Digest) -> tuple[Told, ...]:
        """Everything that happened to the calls of an action and to those of some keys, in order."""
        return self.book.told(action, *keys)

    def uncertain(self, action: ActionId) -> tuple[tuple[Digest, int], ...]:
        """The calls of an action, with their attempts, of which nobody knows whether they were taken."""
        open_calls = ((key, self.history(key)) for key, _ in self.book.underway(action))
        return tuple((key, h.attempt) for key, h in open_calls if isinstance(h, Underway) and not h.answered)

    # What a build writes: each returns once it is durable

    async def _enter(self, kind: str, key: Digest, attempt: int, **facts: object) -> None:
        entry = {"t": kind, "key": key, "attempt": attempt, "at": _now(), **facts}
        try:
            self.book.enter(await journal.append(self._journal, entry, self.sync))
        except StoreBroken as error:
            raise self._inbox.with_place(error, key, attempt) from error

    async def intend(self, key: Digest, preimage: bytes, **facts: object) -> int:
        """Say that a call is about to be sent, before any byte of it is; returns the number of the attempt."""
        kept = await self.put(preimage)
        assert kept == key, "a key is the digest of its preimage"
        attempt = self.book.attempts(key) + 1
        while self._inbox.lies(key, attempt):
            attempt += 1  # an answer without an entry is somebody's evidence, and never this attempt's
        await self._enter("intent", key, attempt, **facts)
        self._sent[key, attempt] = time.monotonic()
        return attempt

    async def unsent(self, key: Digest, attempt: int, why: str) -> None:
        """It surely was not taken: no connection, or a relay too busy."""
        await self._enter("unsent", key, attempt, why=why)

    def lay_answer(self, key: Digest, attempt: int, answer: bytes) -> None:
        """Put a relay's answer into the store as it came, before anything is read in it."""
        self._inbox.lay(key, attempt, answer)

    async def keep_answer(self, key: Digest, attempt: int, answer: bytes) -> None:
        """Make it durable, before anything is made of it."""
        await self._inbox.keep(key, attempt, answer)

    def answer(self, key: Digest, attempt: int) -> bytes | None:
        """The kept answer of an attempt that has no outcome yet."""
        return self._inbox.read(key, attempt)

    async def answered(self, key: Digest, attempt: int, redacted: bytes, ticket: Ticket | None) -> None:
        """The answer was read: its redacted text is kept for ever, and the job's id."""
        before = self.book.history(key)
        if isinstance(before, Underway) and before.answered:
            return  # noted already, by this build or an earlier one
        try:
            blob = await self.put(redacted)
        except StoreBroken as error:
            raise self._inbox.with_place(error, key, attempt) from error
        await self._enter("answer", key, attempt, blob=blob, task=ticket.task if ticket else None)

    async def unclear(self, key: Digest, attempt: int, detail: str, redacted: bytes = b"") -> None:
        """Nobody can tell whether the call was taken; an answer that does not tell it is kept for who looks it up.

        The journal matters more: where the disk has no room for the answer, its words may name the job all the same.
        """
        facts = {}
        if redacted:
            with contextlib.suppress(StoreBroken):
                facts["blob"] = await self.put(redacted)
        try:
            await self._enter("unclear", key, attempt, detail=detail, **facts)
        except StoreBroken as error:
            raise StoreBroken(say("{}; {}", error.words, heard(detail))) from error

    async def declined(self, key: Digest, attempt: int, declined: Declined, charged: Money | None = None) -> None:
        """The relay refused, or the job failed."""
        facts = {"charged": charged_entry(charged)} if charged else {}
        await self._enter("declined", key, attempt, why=declined.why, message=declined.message, **facts)
        self._inbox.settle(key, attempt)

    async def resolved(
        self, key: Digest, attempt: int, task: str | None, *, charged: bool = False, price: Money | None = None
    ) -> None:
        """What a person decided about a call: its job's id, or None where it may be sent once more.

        Where the relay has `charged` it all the same, it counts with the price it was sent at, or, where the journal
        does not tell that, with today's `price`.
        """
        facts = {"charged": self.book.most(key, attempt) or charged_entry(price)} if charged else {}
        await self._enter("resolved", key, attempt, task=task, **facts)
        self._inbox.settle(key, attempt)

    async def commit(
        self, key: Digest, attempt: int, artifacts: tuple[Artifact, ...], problems: tuple[str, ...], **facts: object
    ) -> None:
        """The outcome."""
        sent = self._sent.pop((key, attempt), None)
        if sent is not None:
            facts["took"] = round((time.monotonic() - sent) * 1000)
        found = [{"role": a.role, "blob": a.blob, "media": a.media, "size": a.size} for a in artifacts]
        await self._enter("commit", key, attempt, artifacts=found, problems=problems, **facts)
        self._inbox.settle(key, attempt)


def cost_entry(cost: Cost | None) -> dict[str, str] | None:
    """A cost as the journal holds it."""
    return {"least": str(cost.least), "most": str(cost.most), "currency": cost.currency} if cost else None


def charged_entry(charged: Money | None) -> dict[str, str] | None:
    """What a call did cost, as the journal holds it."""
    return {"amount": f"{charged.amount:f}", "currency": charged.currency} if charged else None


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
