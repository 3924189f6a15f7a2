"""What stands in the way of an action that was planned, and what a person can do about it."""

from __future__ import annotations

from typing import assert_never

from manjuc.calls import Call
from manjuc.contracts import Dialect
from manjuc.dialects import DIALECTS
from manjuc.errors import ManjucError, OutputRejected, Waiting
from manjuc.models import Money
from manjuc.page import REJECTED
from manjuc.spec import Models
from manjuc.steps import Failed, Frozen, Held, History, Step, Uncertain, Underway, Wait
from manjuc.tools import Tools, model_of
from manjuc.words import Words, say


def obstacle(step: Step, verdict: Failed | Held | Uncertain | Wait | Frozen, tools: Tools) -> ManjucError:
    """The error that says it."""
    match verdict:
        case Failed(detail, kept=kept):
            rejected = say("{}; what came lies in the folder `{}` of the results", detail, REJECTED)
            why = rejected if any(artifact.visible for artifact in kept) else detail
            return OutputRejected(say("{}. `manjuc resolve SPEC {} --lost` allows one more try", why, step.action.id))
        case Held(by):
            ids = " ".join(by)
            return Waiting(say("it waits for a review: look at what is there, then `manjuc accept SPEC {}`", ids))
        case Uncertain():
            return Waiting(_question(step, verdict, tools))
        case Wait():
            raise AssertionError(f"{step.action.id} was started before what it needs was there")
        case Frozen():
            raise AssertionError(f"{step.action.id} is published, and was started")
        case _:
            assert_never(verdict)


def may_be_job(call: Call, history: History | None, models: Models, today: Dialect) -> bool:
    """Whether a relay may have made a job of a call, which a person can name: as whoever took it makes them.

    Where a job was known once, another may be named in its place, whatever that dialect makes of such calls.
    """
    if not isinstance(history, Underway):
        return False
    taker = DIALECTS.get(history.dialect, today)
    return history.ticket is not None or taker.makes_job(call, model_of(call, models))


def _question(step: Step, uncertain: Uncertain, tools: Tools) -> Words:
    """What a person needs to know to find out what became of a call."""
    assert step.price is not None, "only local work has no price"
    id, cost = step.action.id, Money(step.price.most, step.price.currency)
    history, model = tools.store.history(step.ready_key), tools.model(step.call)
    assert isinstance(history, Underway), "only a call that was sent is uncertain"
    became = uncertain.detail or say("the process ended before an answer came")
    known = (*uncertain.sent, became, cost, model.name)
    if may_be_job(step.call, history, tools.models, tools.dialect):
        return say(
            "nobody knows whether this call was taken: it was sent at {} to {}, and {}. It may have cost {}. "
            "Look in the relay's log for a job of {} at that time. If it is there: "
            "`manjuc resolve SPEC {} --task-id ID`. If it is not: `manjuc resolve SPEC {} --lost`, "
            "and the next build sends it once more. If the log shows a charge without a job, add `--charged`.",
            *known,
            id,
            id,
        )
    return say(
        "nobody knows whether this call was taken: it was sent at {} to {}, and {}. It may have cost {}. "
        "Look in the relay's log for {} at that time: it tells what was charged. There is no job to fetch the result "
        "from: `manjuc resolve SPEC {} --lost`, and the next build sends it once more. "
        "If it was charged, add `--charged`.",
        *known,
        id,
    )
