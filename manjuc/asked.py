"""What one build has sent or asked for, and who is at which call: none of it is sent again without a word.

Several actions may come to the same call, be it on a rung of a ladder: it is seen to by one of them at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from manjuc.digest import Digest


class Asked:
    """The calls of one build by their keys."""

    def __init__(self) -> None:
        self._keys: set[Digest] = set()
        self._busy: dict[Digest, asyncio.Event] = {}

    def __contains__(self, key: Digest) -> bool:
        return key in self._keys

    def add(self, key: Digest) -> None:
        """Note a call that was sent, or a job that was asked for."""
        self._keys.add(key)

    @asynccontextmanager
    async def alone(self, key: Digest, leave: Callable[[], None]) -> AsyncIterator[bool]:
        """True where nobody else is at a call, who has to wait from now on. False after a wait: all is to be seen anew.

        Before the wait it will `leave` its slot: whoever is at the call may need one to come to an end.
        """
        if key in self._busy:
            leave()
            await self._busy[key].wait()
            yield False
            return
        ended = self._busy[key] = asyncio.Event()
        try:
            yield True
        finally:
            del self._busy[key]
            ended.set()
