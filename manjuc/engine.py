"""Runs a growing graph to its end: starts what is ready while slots are free, and goes on past failures.

It knows nothing of calls, keys, relays or money. What seems to need the engine belongs in `perform` or in `plan`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping

from manjuc.errors import ManjucError
from manjuc.graph import Action, Frontier

Work = Callable[[Action], Awaitable[None]]
Grow = Callable[[], Iterable[Action]]


def startable(frontier: Frontier, free: dict[str, int], slot: Callable[[Action], str]) -> list[Action]:
    """The ready actions for which there are slots; their slots are taken."""
    found: list[Action] = []
    for action in frontier.ready():
        if not any(free.values()):
            break
        if free[slot(action)] > 0:
            free[slot(action)] -= 1
            found.append(action)
    return found


async def run(
    frontier: Frontier, work: Work, grow: Grow, *, slot: Callable[[Action], str], slots: Mapping[str, int]
) -> dict[Action, ManjucError]:
    """Perform every action of the frontier, and those that it grows by; what failed, with its error.

    A failure blocks what needs it and nothing else. Whatever ends the run early, no task outlives it.
    """
    failures: dict[Action, ManjucError] = {}
    tasks: dict[asyncio.Task[None], Action] = {}
    free = dict(slots)
    try:
        while True:
            for action in startable(frontier, free, slot):
                frontier.start(action.id)
                tasks[asyncio.ensure_future(work(action))] = action
            if not tasks:
                return failures
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                action = tasks.pop(task)
                free[slot(action)] += 1
                error = task.exception()
                if error is None:
                    frontier.finish(action.id)
                elif isinstance(error, ManjucError):
                    failures[action] = error
                    frontier.fail(action.id)
                else:
                    raise error
            frontier.add(grow())  # cheap where nothing new is known
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
