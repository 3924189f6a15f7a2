"""A build as it goes on, in plain lines: stage, done of total, seconds, money."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from typing import assert_never

from manjuc.calls import FilmCall
from manjuc.events import Charged, Done, Event, Failing, Grown, Notice, Started, Submitting
from manjuc.overview import money
from manjuc.steps import Cost
from manjuc.text import pad


class Progress:
    """Writes a line where something begins that takes time, and where it ends. What is reused is counted, not told."""

    def __init__(self, write: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._write, self._clock = write, clock
        self._began = clock()
        self._total = self._done = 0
        self._spent: dict[str, Decimal] = {}

    @property
    def seconds(self) -> float:
        """How long the build has taken."""
        return self._clock() - self._began

    @property
    def spent(self) -> str:
        """The estimated price of what was submitted."""
        return money(Cost(amount, amount, currency) for currency, amount in sorted(self._spent.items()))

    def show(self, event: Event) -> None:
        """Tell one event."""
        match event:
            case Grown(total):
                self._total = total
            case Started():
                pass
            case Charged(step):
                if step.cost:
                    self._spent[step.cost.currency] = self._spent.get(step.cost.currency, Decimal(0)) + step.cost.most
            case Submitting(step):
                doing = "ffmpeg at work" if isinstance(step.call, FilmCall) else f"asking {step.call.model}"
                self._line(step.action.stage, step.action.id, doing)
            case Done(step, made, seconds):
                self._done += 1
                if made:
                    self._line(step.action.stage, step.action.id, f"done in {seconds:.1f} s, {self.spent} so far")
            case Failing(action, error):
                self._line(action.stage, action.id, f"FAILED: {error}")
            case Notice(text):
                self._write(text)
            case _:
                assert_never(event)

    def _line(self, stage: str, id: str, what: str) -> None:
        self._write(f"[{self._done}/{self._total}] {pad(stage, 13)} {id}: {what}")
