"""What actions are performed with, as one value: a store and a relay suffice to perform one anywhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol, assert_never

from manjuc.asked import Asked
from manjuc.budget import Budget
from manjuc.calls import Call, FilmCall, ImageCall, TextCall, VideoCall
from manjuc.contracts import Dialect
from manjuc.events import Event, Settled
from manjuc.failures import Phrases
from manjuc.graph import ActionId
from manjuc.models import Model, Money, Pace
from manjuc.relay import Relay
from manjuc.spec import Models, Script
from manjuc.steps import Step
from manjuc.store import Store


class ReadAnswer(Protocol):
    """Reads a script out of the words of a text model."""

    def __call__(self, action: ActionId, text: str) -> tuple[Script | None, bytes, tuple[str, ...]]:
        """The script, its bytes as they are kept, and what is wrong with it, a line each."""


class Slot(Protocol):
    """The right to have the relay at work: held from the start of an action, and left once the relay is done."""

    def leave(self) -> None:
        """Let another action have it: what is left to do is done here."""

    async def take(self) -> None:
        """Wait for one, where it was left."""

    def aside(self) -> AbstractAsyncContextManager[None]:
        """Without one while there is nothing to do but to wait for another action."""


class Unbounded:
    """The slot where nobody counts."""

    def leave(self) -> None:
        """Nobody waits for it."""

    async def take(self) -> None:
        """There is always one."""

    @asynccontextmanager
    async def aside(self) -> AsyncIterator[None]:
        """Nobody is in the way."""
        yield


@dataclass(frozen=True, slots=True)
class Tools:
    """What an action is performed with."""

    store: Store
    relay: Relay
    dialect: Dialect
    models: Models
    phrases: Phrases
    budget: Budget
    read_answer: ReadAnswer
    report: Callable[[Event], None]
    drama: str = ""  # the spec that the money is for: the store is shared by all specs of a project
    deadlines: Mapping[str, int] = field(default_factory=dict)  # milliseconds for a result, by stage
    slot: Slot = field(default_factory=Unbounded)
    asked: Asked = field(default_factory=Asked)

    def model(self, call: Call) -> Model:
        """The facts of the model that a call names."""
        return model_of(call, self.models)

    def settle(self, step: Step, charged: Money | None) -> None:
        """Count the call of a step with what it did cost, and tell that, where it is known."""
        self.budget.settle(step.ready_key, charged)
        if charged is not None:
            self.report(Settled(step, charged))

    def patience(self, step: Step) -> float:
        """Seconds in which a call is to be answered: by its model, or as the project sets for answers that are all.

        A job's answer is but a receipt, and has no reason to take as long as the job. What may be a picture at once or
        its job has the longer of both times: cut off, a picture would be paid for and lost.
        """
        usual = self.model(step.call)
        limit = self.deadlines.get(step.action.stage, usual.timeout)
        if self.dialect.makes_job(step.call, usual):
            limit = max(limit, usual.timeout) if isinstance(step.call, ImageCall) else usual.timeout
        return limit / 1000

    def pace(self, step: Step) -> Pace:
        """How often the job of a step is asked for, and how long: by its model, or as the project sets it."""
        usual = self.model(step.call).pace
        return replace(usual, deadline=self.deadlines.get(step.action.stage, usual.deadline))


def model_of(call: Call, models: Models) -> Model:
    """The facts of the model that a call names, among those of its drama."""
    match call:
        case TextCall():
            return models.text
        case ImageCall():
            return models.image
        case VideoCall():
            return models.video
        case FilmCall():
            raise AssertionError("films are made on this machine")
        case _:
            assert_never(call)
