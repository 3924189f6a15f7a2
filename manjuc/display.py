"""A build on a terminal: its dashboard, redrawn in place. What has to stay on the screen scrolls above it."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping

from rich.console import Console
from rich.live import Live
from rich.text import Text

from manjuc.dashboard import Clock, Dashboard, frame
from manjuc.events import Event, Planned
from manjuc.language import Chosen
from manjuc.progress import Progress
from manjuc.words import ENGLISH, Language, Words, say

_TICK = 0.25  # seconds between two frames

_STYLES = (("━+", "green"), ("─+", "dim"), (r"(?m)^  \S+", "cyan"))
_BAD = "bold red"

Report = Callable[[Event], None]


class Display:
    """Draws the dashboard a few times a second, from the moment on when there is something to wait for."""

    def __init__(
        self, console: Console, slots: Mapping[str, int], clock: Clock = time.monotonic, language: Language = ENGLISH
    ) -> None:
        self._console, self._dashboard = console, Dashboard(slots, clock, language)
        self._failed = say("{} failed", "0").put(language).replace("0", r"\d+")
        self.progress = Progress(self._scroll, clock, quiet=True, language=language)
        self._guard, self._ended = threading.RLock(), threading.Event()
        self._live = Live(console=console, auto_refresh=False, redirect_stdout=False, get_renderable=self._frame)
        self._ticking: threading.Thread | None = None

    def show(self, event: Event) -> None:
        """Tell one event."""
        with self._guard:
            self.progress.show(event)
            self._dashboard.learn(event)
        if isinstance(event, Planned) and not self._ticking:
            self._ticking = threading.Thread(target=self._tick, daemon=True)
            self._ticking.start()

    def _scroll(self, text: str, failed: bool) -> None:
        with contextlib.suppress(OSError):  # a terminal that is gone stops no work that is paid for
            self._console.print(Text(text, style=_BAD if failed else ""), soft_wrap=True)

    def _tick(self) -> None:
        with contextlib.suppress(OSError):
            while not self._ended.wait(_TICK):
                with self._guard:
                    self._live.start()
                    self._live.refresh()

    def _frame(self) -> Text:
        with self._guard:
            size, progress = self._console.size, self.progress
            lines = frame(self._dashboard, progress.spent, progress.seconds, size.width, size.height - 1)
        text = Text("\n".join(lines), no_wrap=True, overflow="crop")
        for words, style in (*_STYLES, (self._failed, _BAD)):
            text.highlight_regex(words, style)
        return text

    def close(self) -> None:
        """Leave the last picture on the screen, if there was one, without what runs."""
        self._ended.set()
        try:
            if self._ticking:
                self._ticking.join()
        finally:
            self._dashboard.running.clear()
            with contextlib.suppress(OSError):
                self._live.stop()


@contextlib.contextmanager
def watching(chosen: Chosen, slots: Mapping[str, int], further: Report) -> Iterator[tuple[Progress, Report]]:
    """Who tells of a build: a display on a terminal, plain lines in a pipe; and what takes its events.

    `further` is given every event as well.
    """
    console = Console(stderr=True, highlight=False)
    if not sys.stderr.isatty() or console.is_dumb_terminal:
        progress = Progress(lambda text, _: chosen.tell(Words(text)), language=chosen.table)
        yield progress, _both(progress.show, further)
        return
    display = Display(console, slots, language=chosen.table)
    try:
        yield display.progress, _both(display.show, further)
    finally:
        display.close()


def _both(first: Report, second: Report) -> Report:
    def report(event: Event) -> None:
        first(event)
        second(event)

    return report
