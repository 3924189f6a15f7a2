"""What one build has sent or asked for, and who is at which call: none of it is sent again without a word.

Several actions may come to the same call, be it on a rung of a ladder: it is seen to by one of them at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager

from manjuc.digest import Digest
from manjuc.errors import ManjucError


class Asked:
    """The calls of one build by their keys."""

    def __init__(self) -> None:
        self._keys: set[Digest] = set()
        self._busy: dict[Digest, asyncio.Event] = {}
        self._failed: dict[Digest, ManjucError] = {}

    def __contains__(self, key: Digest) -> bool:
        return key in self._keys

    def add(self, key: Digest) -> None:
        """Note a call that was sent, or a job that was asked for."""
        self._keys.add(key)

    def refuse(self, key: Digest) -> None:
        """Raise the error by which a call came to its end: nobody else has to try it, or to wait for it, again."""
        if key in self._failed:
            raise self._failed[key]

    @contextmanager
    def noted(self, key: Digest) -> Iterator[None]:
        """Keep the error by which a call comes to its end."""
        try:
            yield
        except ManjucError as error:
            self._failed[key] = error
            raise

    @asynccontextmanager
    async def alone(self, key: Digest, aside: Callable[[], AbstractAsyncContextManager[None]]) -> AsyncIterator[bool]:
        """True where nobody else is at a call, who has to wait from now on. False after a wait: all is to be seen anew.

        It stands `aside` for the wait: whoever is at the call may need its slot to come to an end.
        """
        if key in self._busy:
            async with aside():
                await self._busy[key].wait()
            yield False
            return
        ended = self._busy[key] = asyncio.Event()
        try:
            yield True
        finally:
            del self._busy[key]
            ended.set()
