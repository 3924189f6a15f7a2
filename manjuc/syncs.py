"""Syncs in threads, while the event loop goes on: no action waits for the disk of another one."""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import threading
from dataclasses import dataclass, field
from types import TracebackType

_THREADS = 2  # a disk makes two syncs in little more than the time of one; each further thread costs more than it wins


@dataclass(eq=False, slots=True)
class _Order:
    handle: int
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[None]
    outcome: queue.SimpleQueue[BaseException | None] = field(default_factory=queue.SimpleQueue)


class Syncs:
    """Makes durable what was written to a handle. Its threads begin with the first sync, and end when it is left."""

    def __init__(self) -> None:
        self._orders: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Syncs:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for _ in self._threads:
            self._orders.put(None)
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    async def __call__(self, handle: int) -> None:
        """Sync it; OSError where the disk refuses.

        No step is left half done: an end that is asked for meanwhile comes at the next wait for something else.
        """
        loop = asyncio.get_running_loop()
        order = _Order(handle, loop, loop.create_future())
        self._started().put(order)
        try:
            await order.done
        except asyncio.CancelledError:
            task = asyncio.current_task()
            assert task is not None, "only a task is ended"
            task.uncancel()
            task.cancel()
        refused = order.outcome.get()  # where an end came first it blocks: a disk that is at it cannot be called back
        if refused is not None:
            raise refused

    def _started(self) -> queue.SimpleQueue[_Order | None]:
        while len(self._threads) < _THREADS:
            thread = threading.Thread(target=self._serve, name="manjuc-sync", daemon=True)
            thread.start()  # which may fail, or be interrupted: only who serves is counted
            self._threads.append(thread)
        return self._orders

    def _serve(self) -> None:
        while (order := self._orders.get()) is not None:
            try:
                os.fsync(order.handle)
                order.outcome.put(None)
            except BaseException as refused:  # whatever it is: somebody waits to be told
                order.outcome.put(refused)
            with contextlib.suppress(RuntimeError):  # its loop is closed: somebody did not wait for this
                order.loop.call_soon_threadsafe(_tell, order.done)


def _tell(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)
