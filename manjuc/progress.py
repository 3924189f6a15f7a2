"""A build as it goes on, in plain lines: stage, done of total, seconds, money."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from typing import assert_never

from manjuc.calls import FilmCall
from manjuc.events import (
    Awaiting,
    Charged,
    Done,
    Event,
    Failing,
    Grown,
    Left,
    Notice,
    Planned,
    Started,
    Stopping,
    Submitting,
)
from manjuc.models import PREVIEW
from manjuc.overview import money
from manjuc.steps import Cost, Step
from manjuc.text import pad


class Progress:
    """Writes a line where something begins that takes time, and where it ends. What is reused is counted, not told.

    Where a display shows what begins and ends, `quiet` leaves only what has to stay on the screen.
    """

    def __init__(
        self, write: Callable[[str], None], clock: Callable[[], float] = time.monotonic, *, quiet: bool = False
    ) -> None:
        self._clock, self._quiet = clock, quiet
        self._write: Callable[[str], None] = lambda text: write(_harmless(text))
        self._began = clock()
        self._total = self._done = 0
        self._spent: dict[str, Decimal] = {}

    @property
    def seconds(self) -> float:
        """How long the build has taken since it was agreed to."""
        return self._clock() - self._began

    @property
    def spent(self) -> str:
        """The estimated price of what was submitted."""
        return money(Cost(amount, amount, currency) for currency, amount in sorted(self._spent.items()))

    def show(self, event: Event) -> None:
        """Tell one event."""
        match event:
            case Planned():
                self._began = self._clock()  # waiting for another build and for consent is over
            case Started():
                pass
            case Grown(total):
                self._total = total
            case Charged(step):
                self._charge(step)
            case Submitting(step):
                doing = "ffmpeg at work" if isinstance(step.call, FilmCall) else f"asking {step.call.model}"
                self._passing(step, doing)
            case Done(step, made, seconds):
                self._done += 1
                if made:
                    self._passing(step, f"done in {seconds:.1f} s, {self.spent} so far")
            case Failing(action, error):
                self._line(action.stage, action.id, f"FAILED: {error}")
            case Notice() | Stopping() | Awaiting() | Left():
                self._write(_words(event))
            case _:
                assert_never(event)

    def _charge(self, step: Step) -> None:
        if charge := step.charge:
            self._spent[charge.currency] = self._spent.get(charge.currency, Decimal(0)) + charge.most

    def _passing(self, step: Step, what: str) -> None:
        if not self._quiet:
            self._line(step.action.stage, step.action.id, what)

    def _line(self, stage: str, id: str, what: str) -> None:
        self._write(f"[{self._done}/{self._total}] {pad(stage, 13)} {id}: {what}")


def _harmless(text: str) -> str:
    """Text without the control characters with which a relay's words could redraw a terminal."""
    return "".join(char if char.isprintable() or char == "\n" else " " for char in text)


def _words(event: Notice | Stopping | Awaiting | Left) -> str:
    match event:
        case Notice(text):
            return text
        case Stopping():
            return "stopping: nothing more is submitted, and jobs that are paid for stay where they are"
        case Awaiting(step):
            free = getattr(step.call, "model", "").startswith(PREVIEW)
            risk = "" if free else ", and then nobody knows whether it was taken"
            return f"waiting for the answer to {step.action.id}, which is on its way; Ctrl-C again leaves at once{risk}"
        case Left(step):
            return f"left before {step.action.id} was answered: the next build says what to look up about it"
        case _:
            assert_never(event)
