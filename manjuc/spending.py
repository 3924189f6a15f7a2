"""A plan against the money that there is: the project's budget, its own rate of takes, the relay's balance."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from manjuc.accounts import Account
from manjuc.budget import Purse
from manjuc.digest import JsonValue
from manjuc.errors import SpendingRefused
from manjuc.facts import quota
from manjuc.frontend import Program
from manjuc.models import Money
from manjuc.overview import money
from manjuc.plan import Plan
from manjuc.prices import sum_costs
from manjuc.relay import NotSent, Relay, Unanswered
from manjuc.shapes import at, parsed
from manjuc.steps import Cost, Step
from manjuc.store import Store
from manjuc.words import NOTHING, Words, say

_ABSURD = 10**18  # no balance, in any unit
_PATIENCE = 3.0  # seconds for all questions about the balance together
_TOKENS = ("/api/usage/token", "/api/usage/token/")  # some relays answer to the second alone
_STATUS = "/api/status"
_LIMIT, _USED = "/v1/dashboard/billing/subscription", "/v1/dashboard/billing/usage"
_CENT = Decimal("0.01")


def purse(program: Program, store: Store) -> Purse:
    """The project's budget, and what is gone of it."""
    budget = program.settings.budget
    return Purse(budget, store.account().spent() if budget else {})


def refuse(plan: Plan, purse: Purse) -> None:
    """SpendingRefused where a plan cannot fit the project's budget, whatever it comes to."""
    for over in purse.beyond(plan.totals()):
        if over.least > 0:
            least = next(total.least for total in plan.totals() if total.currency == over.currency)
            takes = Money(least, over.currency)
            told = purse.told(over.currency)
            raise SpendingRefused(say("the plan takes {} at least; {}; nothing was sent", takes, told))


def advice(program: Program, plan: Plan) -> Iterator[Words]:
    """What else there is to say of a plan that costs something, a line each."""
    if not any(total.most for total in plan.totals()):
        return
    account = Store(program.project.store).account()
    if rates := _dear(account, plan):
        said = tuple(say("{}: {}", Words(stage), f"{rate.normalize():f}") for stage, rate in rates.items())
        takes = money(_at(rates, plan))
        yield say("at this project's own rate of takes bought for each take kept ({}): {}", said, takes)
    bounds = Purse(program.settings.budget, account.spent())
    for over in bounds.beyond(plan.totals()):
        yield say("over budget: {}; this plan goes beyond it by {}", bounds.told(over.currency), _by(over))


def _by(over: Cost) -> Words:
    return Words(money([over])) if over.least > 0 else say("up to {}", Money(over.most, over.currency))


def facts(program: Program, plan: Plan) -> dict[str, JsonValue]:
    """The same for programs: keys for the plan's JSON."""
    if program.settings.preview:
        return {}
    account = Store(program.project.store).account()
    bounds = Purse(program.settings.budget, account.spent())
    over = {cost.currency: cost for cost in bounds.beyond(plan.totals())}
    found: dict[str, JsonValue] = {}
    if bounds.most:
        found["budget"] = {
            currency: {
                "most": _plain(most),
                "spent": _plain(bounds.spent.get(currency, Decimal(0))),
                "beyond": _plain(over[currency].most if currency in over else Decimal(0)),
            }
            for currency, most in sorted(bounds.most.items())
        }
    if rates := _dear(account, plan):
        found["at_own_rate"] = {
            cost.currency: {"min": _plain(cost.least), "max": _plain(cost.most)} for cost in _at(rates, plan)
        }
    return found


def _dear(account: Account, plan: Plan) -> dict[str, Decimal]:
    """The stages of a plan of which more was bought than kept so far."""
    paid = {step.action.stage for step in plan.steps if step.cost and step.cost.most}
    paid |= {item.stage for item, cost in plan.unknown if cost and cost.most}
    return {stage: rate for stage, rate in account.rates().items() if rate > 1 and stage in paid}


def _at(rates: dict[str, Decimal], plan: Plan) -> tuple[Cost, ...]:
    """What a plan takes where each stage is bought as often as it was so far."""
    priced = [(step.action.stage, _once(step, rates)) for step in plan.steps]
    priced += [(item.stage, cost) for item, cost in plan.unknown]
    dear = (_times(cost, rates.get(stage, Decimal(1))) for stage, cost in priced if cost)
    return tuple(
        Cost(total.least.quantize(_CENT), total.most.quantize(_CENT), total.currency) for total in sum_costs(dear)
    )


def _once(step: Step, rates: dict[str, Decimal]) -> Cost | None:
    """The cost of a step without what it may have to ask again: the rate holds that already."""
    if step.cost and step.cost.most and step.price and step.action.stage in rates:
        return replace(step.cost, most=step.price.most)
    return step.cost


def _times(cost: Cost, rate: Decimal) -> Cost:
    return Cost(cost.least * rate, cost.most * rate, cost.currency)


async def balance(relay: Relay, per_unit: int = 0) -> Decimal | None:
    """What is left at the relay, in its own unit; None where it does not tell, or not at once.

    How much of a quota makes such a unit, the project may say, else the relay, else the catalogue.
    """
    until = time.monotonic() + _PATIENCE
    token = await _token(relay, until)
    left = _number(at(token, ("total_available",)))
    if left is not None and at(token, ("unlimited_quota",)) is not True:
        return (left / (per_unit or await _unit(relay, until))).quantize(_CENT)
    limit = _number(at(await _told(relay, _LIMIT, until), ("hard_limit_usd",)))
    if limit is None or limit >= quota()["unlimited"]:
        return None
    used = _number(at(await _told(relay, _USED, until), ("total_usage",)))  # in cents
    return None if used is None else (limit - used / 100).quantize(_CENT)


async def _token(relay: Relay, until: float) -> JsonValue:
    """What the relay tells of the key."""
    for path in _TOKENS:
        if told := at(await _told(relay, path, until), ("data",)):
            return told
    return None


async def _unit(relay: Relay, until: float) -> Decimal:
    """How much of a quota makes one unit of the relay's money: as it says itself, else as relays mostly have it."""
    told = _number(at(await _told(relay, _STATUS, until), ("data", "quota_per_unit")))
    return told if told is not None and told >= 1 else Decimal(quota()["per_unit"])


async def _told(relay: Relay, path: str, until: float) -> JsonValue:
    if (patience := until - time.monotonic()) <= 0:
        return None
    try:
        response = await relay.ask(path, patience)
    except (NotSent, Unanswered):
        return None
    return parsed(response.body) if response.status == 200 else None


def _number(value: object) -> Decimal | None:
    """A count of the relay's as a number, whatever JSON calls it."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < _ABSURD:
        return None
    return Decimal(str(value))


def shortage(left: Decimal | None, totals: Iterable[Cost]) -> Words:
    """A warning where a balance does not suffice for a plan, or may not; nothing where it does or is not known.

    Prices are the relay's own, in its own unit, so the balance is compared with them as a number.
    """
    short = [] if left is None else [total for total in totals if total.most > left]
    if left is None or not short:
        return NOTHING
    both = f"{left:f}", money(short)
    if any(total.least > left for total in short):
        return say("warning: the relay tells a balance of {}, which will not suffice: this build may take {}", *both)
    return say("warning: the relay tells a balance of {}, which may not suffice: this build may take {}", *both)


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}" if amount else "0"
