"""A build as it goes on, in plain lines: stage, done of total, seconds, money."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from manjuc.calls import FilmCall
from manjuc.diagnostic import failed
from manjuc.digest import Digest
from manjuc.errors import Waiting
from manjuc.events import (
    Awaiting,
    Charged,
    Done,
    Event,
    Failing,
    Grown,
    Judged,
    Left,
    Notice,
    Planned,
    Settled,
    Started,
    Stopping,
    Submitting,
)
from manjuc.graph import Action
from manjuc.models import PREVIEW
from manjuc.overview import money
from manjuc.prices import SMALLEST, sum_costs
from manjuc.show import diagnostics
from manjuc.steps import Cost, Miss, Step
from manjuc.text import pad
from manjuc.words import ENGLISH, Language, Words, say

Write = Callable[[str, bool], None]
"""Takes a line, and whether it tells of a failure."""


class Progress:
    """Writes a line where something begins that takes time, and where it ends. What is reused is counted, not told.

    Where a display shows what begins and ends, `quiet` leaves only what has to stay on the screen.
    """

    def __init__(
        self,
        write: Write,
        clock: Callable[[], float] = time.monotonic,
        *,
        quiet: bool = False,
        language: Language = ENGLISH,
    ) -> None:
        self._write, self._clock, self._quiet, self._language = write, clock, quiet, language
        self._began = clock()
        self._total = self._done = 0
        self._taken: dict[Digest, Cost] = {}  # the calls of this build, with the most that they may cost
        self._settled: dict[Digest, Cost] = {}  # what calls did cost

    @property
    def seconds(self) -> float:
        """How long the build has taken since it was agreed to."""
        return self._clock() - self._began

    @property
    def spent(self) -> str:
        """What this build has spent: what its calls did cost, and the most that they may where nobody knows yet."""
        totals = sum_costs(self._settled.get(key, most) for key, most in self._taken.items())
        amounts = ((total.most.quantize(SMALLEST), total.currency) for total in totals)
        return money(Cost(amount, amount, currency) for amount, currency in amounts)

    def show(self, event: Event) -> None:
        """Tell one event."""
        self._count(event)
        match event:
            case Planned():
                self._began = self._clock()  # waiting for another build and for consent is over
            case Started() | Charged() | Settled():
                pass
            case Grown(total):
                self._total = total
            case Submitting(step):
                self._passing(step, _doing(step))
            case Done():
                self._end(event)
            case Failing():
                self._fail(event)
            case Judged(found):
                self._write(diagnostics(found, colour=False, language=self._language).rstrip("\n"), failed(found))
            case Notice() | Stopping() | Awaiting() | Left():
                self._tell(_words(event))
            case _:
                assert_never(event)

    def _end(self, done: Done) -> None:
        self._done += 1
        if done.made:
            took = say("{} s", f"{done.seconds:.1f}")
            self._passing(done.step, say("done in {}, {} so far", took, self.spent))

    def _count(self, event: Event) -> None:
        match event:
            case Charged(step) | Left(step) if step.charge:
                self._taken[step.ready_key] = replace(step.charge, least=step.charge.most)
            case Settled(step, charged):
                self._settled[step.ready_key] = Cost(charged.amount, charged.amount, charged.currency)

    def _fail(self, failing: Failing) -> None:
        """Tell why there is no result. What waits, for a person or for a job, has not failed."""
        waits, words = isinstance(failing.error, Waiting), failing.error.words
        self._line(failing.action, say("on hold: {}", words) if waits else say("FAILED: {}", words), failed=not waits)

    def _passing(self, step: Step, what: Words) -> None:
        if not self._quiet:
            self._line(step.action, what)

    def _line(self, action: Action, what: Words, *, failed: bool = False) -> None:
        stage = pad(Words(action.stage).put(self._language), 13)
        self._tell(say("[{}/{}] {} {}: {}", self._done, self._total, stage, action.id, what), failed=failed)

    def _tell(self, words: Words, *, failed: bool = False) -> None:
        self._write(_harmless(words.put(self._language)), failed)


def _harmless(text: str) -> str:
    """Text without the control characters with which a relay's words could redraw a terminal."""
    return "".join(char if char.isprintable() or char == "\n" else " " for char in text)


def _doing(step: Step) -> Words:
    if isinstance(step.call, FilmCall):
        return say("ffmpeg at work")
    asking = say("asking {}", step.call.model)
    if isinstance(step.verdict, Miss) and step.verdict.reason.code == "revised":
        return say("{}: {}", asking, step.verdict.reason.detail)  # a rung is never taken in silence
    return asking


def _words(event: Notice | Stopping | Awaiting | Left) -> Words:
    match event:
        case Notice(words):
            return words
        case Stopping():
            return say("stopping: nothing more is submitted, and jobs that are paid for stay where they are")
        case Awaiting(step) if getattr(step.call, "model", "").startswith(PREVIEW):
            return say("waiting for the answer to {}, which is on its way; Ctrl-C again leaves at once", step.action.id)
        case Awaiting(step):
            return say(
                "waiting for the answer to {}, which is on its way; "
                "Ctrl-C again leaves at once, and then nobody knows whether it was taken",
                step.action.id,
            )
        case Left(step):
            return say("left before {} was answered: the next build says what to look up about it", step.action.id)
        case _:
            assert_never(event)
