"""Runs a growing graph to its end: starts what is ready while slots are free, and goes on past failures.

It knows nothing of calls, keys, relays or money. What seems to need the engine belongs in `perform` or in `plan`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum, auto

from manjuc.errors import ManjucError
from manjuc.graph import Action, Frontier


class _Place(Enum):
    HELD = auto()
    BESIDE = auto()  # at work without a slot
    ASIDE = auto()  # not at work: it waits for another action


_Turns = deque[asyncio.Future[None]]


@dataclass(eq=False, slots=True)
class _Line:
    """The actions of one kind: how many hold a slot or work without one, and who waits for that, in which order."""

    slots: int
    held: int = 0
    beside: int = 0
    ready: deque[Action] = field(default_factory=deque)
    back: _Turns = field(default_factory=deque)  # what left its slot and wants one again
    returning: _Turns = field(default_factory=deque)  # what stood aside and has work again

    def call_up(self) -> Iterator[Action]:
        """The actions that may start now. What has begun goes before them; no more than twice the slots are at work."""
        while self.back and self.held < self.slots:
            self.held, self.beside = self.held + 1, self.beside - 1
            self.back.popleft().set_result(None)
        while self.returning and self._has_room():
            self.beside += 1
            self.returning.popleft().set_result(None)
        while self.ready and self.held < self.slots and self._has_room():
            self.held += 1
            yield self.ready.popleft()

    def _has_room(self) -> bool:
        return self.held + self.beside < 2 * self.slots


class Slot:
    """What an action holds from its start. It may leave it early, so that another one starts, and take one again."""

    def __init__(self, line: _Line, changed: Callable[[], None]) -> None:
        self._line, self._changed, self._at = line, changed, _Place.HELD

    def leave(self) -> None:
        """Go on without it: what is left to do needs none."""
        if self._at is _Place.HELD:
            self._at = _Place.BESIDE
            self._line.held -= 1
            self._line.beside += 1
            self._changed()

    async def take(self) -> None:
        """Hold one, after a wait where it was left."""
        if self._at is not _Place.HELD:
            await self._turn(self._line.back)
            self._at = _Place.HELD

    @asynccontextmanager
    async def aside(self) -> AsyncIterator[None]:
        """Without one while there is nothing to do but to wait for another action; then at work beside the slots again.

        However many stand there, they are in nobody's way.
        """
        self.leave()
        self._at = _Place.ASIDE
        self._line.beside -= 1
        self._changed()
        yield
        await self._turn(self._line.returning)
        self._at = _Place.BESIDE

    async def _turn(self, queue: _Turns) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(turn)
        self._changed()
        await turn

    def end(self) -> None:
        """The action is at its end."""
        if self._at is _Place.HELD:
            self._line.held -= 1
        elif self._at is _Place.BESIDE:
            self._line.beside -= 1


Work = Callable[[Action, Slot], Awaitable[None]]
Grow = Callable[[], Iterable[Action]]


async def run(
    frontier: Frontier, work: Work, grow: Grow, *, slot: Callable[[Action], str], slots: Mapping[str, int]
) -> dict[Action, ManjucError]:
    """Perform every action of the frontier, and those that it grows by; what failed, with its error.

    A failure blocks what needs it and nothing else. Whatever ends the run early, no task outlives it.
    """
    failures: dict[Action, ManjucError] = {}
    tasks: dict[asyncio.Task[None], tuple[Action, Slot]] = {}
    lines = {kind: _Line(count) for kind, count in slots.items()}
    turns: asyncio.Queue[asyncio.Task[None] | None] = asyncio.Queue()  # what has ended; None where a slot was left

    def start(action: Action, line: _Line) -> None:
        frontier.start(action.id)
        place = Slot(line, lambda: turns.put_nowait(None))
        task = asyncio.ensure_future(work(action, place))
        tasks[task] = action, place
        task.add_done_callback(turns.put_nowait)

    try:
        while True:
            for action in frontier.newly_ready():
                lines[slot(action)].ready.append(action)
            for line in lines.values():
                for action in line.call_up():
                    start(action, line)
            if not tasks:
                return failures
            task = await turns.get()
            if task is None:
                continue
            action, place = tasks.pop(task)
            place.end()
            if (error := _settled(task, action, frontier)) is not None:
                failures[action] = error
            frontier.add(grow())  # cheap where nothing new is known
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _settled(task: asyncio.Task[None], action: Action, frontier: Frontier) -> ManjucError | None:
    """Note in the graph how an action has ended; its error where it failed. A bug is raised."""
    error = task.exception()
    if error is None:
        frontier.finish(action.id)
        return None
    if not isinstance(error, ManjucError):
        raise error
    frontier.fail(action.id)
    return error
