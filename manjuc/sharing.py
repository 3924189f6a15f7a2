"""Actions of a plan that come to the same call: it is sent once, and paid once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from manjuc.calls import Call, FilmCall, Pending, Reference, TextCall
from manjuc.graph import ActionId
from manjuc.steps import Cost, Frozen, Hit, Resume, Step, Wait


def shared(steps: Iterable[Step]) -> Iterator[Step]:
    """The steps of a plan, where each that comes to the call of one before it says so, and costs nothing of its own."""
    first: dict[tuple[str, Call], ActionId] = {}
    same: dict[ActionId, ActionId] = {}
    for step in steps:
        if step.price is None or isinstance(step.verdict, Hit | Frozen):
            yield step
            continue
        stage, id = step.action.stage, step.action.id
        by = first.setdefault((stage, _told_alike(step.call, same)), id)
        if by == id:
            yield step
            continue
        same[id] = by
        cost, real = (_paid_there(each, step) for each in (step.cost, step.real_cost))
        yield replace(step, same_as=by, cost=cost, real_cost=real)


def _told_alike(call: Call, same: dict[ActionId, ActionId]) -> Call:
    """A call whose inputs that are still to come are named by the first action that makes each of them."""
    if isinstance(call, TextCall | FilmCall) or not any(isinstance(each, Pending) for each in call.references):
        return call
    return replace(call, references=tuple(_first_of(each, same) for each in call.references))


def _first_of(reference: Reference, same: dict[ActionId, ActionId]) -> Reference:
    if isinstance(reference, Pending):
        return Pending(same.get(ActionId(reference.action), ActionId(reference.action)))
    return reference


def _paid_there(cost: Cost | None, step: Step) -> Cost | None:
    """What is left of a step's cost when the call itself is paid for elsewhere. Of one that was taken it is so anyhow.

    Rungs that its inputs may take, each for itself, can still make two calls of one that waits.
    """
    if cost is None or step.price is None or not cost.most or isinstance(step.verdict, Resume):
        return cost
    may_part = isinstance(step.verdict, Wait) and cost.most > step.price.most
    return replace(cost, least=Decimal(0), most=cost.most - (0 if may_part else step.price.most))
