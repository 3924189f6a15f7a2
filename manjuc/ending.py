"""Work on an event loop, and how a person ends it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Coroutine
from itertools import count
from typing import Any


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run it to its end. KeyboardInterrupt once Ctrl-C has ended it: pressed once, it may wait for what is on its way;
    pressed twice, it leaves.

    Both come as cancellations. An exception that is raised wherever the loop happens to be may lose what was to wake a
    step up, and then nothing ends; so only a third Ctrl-C is one.
    """
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler

    async def main() -> None:
        loop, presses = asyncio.get_running_loop(), count(1)
        task = asyncio.current_task()
        assert task is not None, "asyncio.run makes one"

        def pressed() -> None:
            if next(presses) == 2:
                loop.remove_signal_handler(signal.SIGINT)
            task.cancel()

        if ours:
            with contextlib.suppress(NotImplementedError, RuntimeError):  # on Windows, or in another thread
                loop.add_signal_handler(signal.SIGINT, pressed)
        await work

    try:
        asyncio.run(main())
    except asyncio.CancelledError as error:
        raise KeyboardInterrupt from error
