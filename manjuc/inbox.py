"""Answers as a relay gave them, on the disk before anything is read in them, until what they brought is committed.

They may hold signed links, so they leave the disk when a build ends; should it be killed, when the next one begins.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from manjuc import disk
from manjuc.digest import Digest
from manjuc.errors import StoreBroken
from manjuc.ledger import Book
from manjuc.redaction import bare_links
from manjuc.steps import Underway
from manjuc.words import Words, say


class Inbox:
    """The answers of one store, by the call and the number of the attempt."""

    def __init__(self, folder: Path, sync: disk.Sync) -> None:
        self._folder, self._sync = folder, sync
        self._settled: set[str] = set()

    def path(self, key: Digest, attempt: int) -> Path:
        """Where an answer lies, or would lie."""
        return Path(self._name(key, attempt))

    def lies(self, key: Digest, attempt: int) -> bool:
        """True where there is one, whether it is still needed or not."""
        return os.path.lexists(self._name(key, attempt))

    def holds(self, key: Digest, attempt: int) -> bool:
        """True where there is one that is still needed."""
        name = self._name(key, attempt)
        return name not in self._settled and os.path.isfile(name)

    def read(self, key: Digest, attempt: int) -> bytes | None:
        """An answer as it came; None where there is none."""
        return self.path(key, attempt).read_bytes() if self.holds(key, attempt) else None

    def lay(self, key: Digest, attempt: int, answer: bytes) -> None:
        """Put an answer here before anything is read in it: whatever ends this process then, the next one finds it.

        StoreBroken says where else it is, for it is paid for.
        """
        path = self.path(key, attempt)
        with _or_elsewhere(answer, path):
            disk.lay(path, answer)

    async def keep(self, key: Digest, attempt: int, answer: bytes) -> None:
        """Make an answer that was laid here safe from a power cut, before anything is made of it."""
        path = self.path(key, attempt)
        with _or_elsewhere(answer, path):
            await disk.secure(path, self._sync)

    def with_place(self, error: StoreBroken, key: Digest, attempt: int) -> StoreBroken:
        """That something about an answer cannot be written, with where the answer itself is."""
        if not self.holds(key, attempt):
            return error
        kept = self.path(key, attempt)
        where = say("the relay's answer, which is paid for, is kept in {}: make room, and build again", kept)
        return StoreBroken(say("{}; {}", error.words, where))

    def settle(self, key: Digest, attempt: int) -> None:
        """Say that an answer is not needed any more."""
        self._settled.add(self._name(key, attempt))

    def find_settled(self, book: Book) -> None:
        """Find what an earlier process had no more need of, and did not come to delete.

        What the journal does not tell of is somebody's evidence.
        """
        for file in self._folder.glob("*.*"):
            key, attempt = Digest(file.stem), file.suffix[1:]
            ended = not isinstance(book.history(key), Underway | None)
            if ended and attempt.isdecimal() and int(attempt) <= book.attempts(key):
                self.settle(key, int(attempt))

    def clear(self) -> None:
        """Delete what is settled; all of it together, for a disk that syncs in between takes far longer."""
        while self._settled:
            with contextlib.suppress(OSError):
                os.unlink(self._settled.pop())

    def _name(self, key: Digest, attempt: int) -> str:
        return f"{self._folder}/{key}.{attempt}"


@contextlib.contextmanager
def _or_elsewhere(answer: bytes, path: Path) -> Iterator[None]:
    try:
        yield
    except StoreBroken as error:
        raise StoreBroken(say("{}; {}", error.words, _elsewhere(answer, path))) from error


def _elsewhere(answer: bytes, path: Path) -> Words:
    """Save an answer that is paid for where there still is room, if only before a person's eyes; says where it is."""
    try:
        with tempfile.NamedTemporaryFile(prefix="manjuc-answer-", delete=False) as file:
            file.write(answer)
    except OSError:
        words = bare_links(answer[:2000].decode("utf-8", "replace"))
        return say("the relay's answer, which is paid for, begins so: {}", words)
    where = (file.name, path)
    return say("the relay's answer, which is paid for, is in {}: move it to {}, and build again", *where)
