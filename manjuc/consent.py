"""Whether a plan may be paid for: what was allowed beforehand, and the question that is left."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from manjuc.budget import Budget
from manjuc.errors import SpendingRefused, UsageError
from manjuc.models import PREVIEW
from manjuc.overview import money
from manjuc.plan import Plan
from manjuc.spec import Models
from manjuc.stages import BY_NAME
from manjuc.steps import Held, Miss, Step, Wait
from manjuc.words import Words, named, say

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a command brought along: `--yes`, and `--max-cost` by currency (empty: the plan's one).

    It holds for all dramas of the command together.
    """

    yes: bool
    most: Mapping[str, Decimal]
    begun: Mapping[str, Decimal] = field(default_factory=dict)  # of it, for the dramas before this one

    @classmethod
    def parse(cls, texts: Iterable[str], *, yes: bool) -> Allowance:
        """From the words of the command line: `5`, `5CNY` or `CNY5`."""
        most: dict[str, Decimal] = {}
        for text in texts:
            found = re.fullmatch(r"([A-Za-z¥$]*)\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)", text.strip())
            if not found or (found[1] and found[3]):
                raise UsageError(say("--max-cost {} is not an amount; write it as 5 or 5CNY", text))
            currency = {"¥": "CNY", "$": "USD"}.get(found[1], found[1] or found[3]).upper()
            if currency in most:
                raise _twice()
            most[currency] = Decimal(found[2])
        return cls(yes, most)

    def after(self, begun: Mapping[str, Decimal]) -> Allowance:
        """The same for the next drama of the command, once some money is begun for this one."""
        most = dict(self.most)
        if "" in most and (unnamed := begun.keys() - most.keys()):
            most[min(unnamed)] = most.pop("")
        in_all = {currency: self.spent(currency) + begun.get(currency, _NOTHING) for currency in {*self.begun, *begun}}
        return replace(self, most=most, begun=in_all)

    def spent(self, currency: str) -> Decimal:
        """What the dramas before this one have begun in a currency."""
        return self.begun.get(currency, _NOTHING)

    def by_currency(self, currencies: tuple[str, ...]) -> dict[str, Decimal] | None:
        """What is left of the limits for a plan; None without any."""
        if "" in self.most and len(currencies) > 1:
            which = say("the plan has prices in {}: say which --max-cost is meant, as 5CNY", currencies)
            raise UsageError(which)
        if "" in self.most and "".join(currencies) in self.most.keys() - {""}:
            raise _twice()
        most = {currency or "".join(currencies): amount for currency, amount in self.most.items()}
        return {each: max(amount - self.spent(each), _NOTHING) for each, amount in most.items()} or None


def _twice() -> UsageError:
    return UsageError(say("{} is given twice: give it once", "--max-cost"))


@dataclass(frozen=True, slots=True)
class Question:
    """What has to be asked, and the budget if the answer is yes."""

    text: Words
    budget: Budget


def agree(plan: Plan, allowance: Allowance, confirm_over: Decimal, unpriced: tuple[str, ...] = ()) -> Budget | Question:
    """The budget where everything is agreed, else the question; SpendingRefused where no answer could help.

    Of `unpriced` models nobody knows what they cost: no sum covers them.
    """
    totals = plan.totals()
    limits = allowance.by_currency(tuple(total.currency for total in totals))
    for total in totals:
        if limits is not None and total.least > limits.get(total.currency, _NOTHING):
            takes = money([total])
            if total.currency not in limits:
                other = tuple(sorted(limits))
                raise SpendingRefused(
                    say("--max-cost is in {}, and the plan takes {} at least; nothing was sent", other, takes)
                )
            if allowance.begun:
                raise SpendingRefused(
                    say("the plan takes {} at least, more than is left of --max-cost; nothing was sent", takes)
                )
            raise SpendingRefused(say("the plan takes {} at least, more than --max-cost; nothing was sent", takes))
    gone = tuple(step.action.id for step in plan.steps if _is_gone(step))
    covered = limits is not None and all(total.most <= limits.get(total.currency, _NOTHING) for total in totals)
    small = all(total.most + allowance.spent(total.currency) <= confirm_over or not total.most for total in totals)
    # Without a limit of its own a build has the plan's: that is what is agreed to.
    bounds = {total.currency: total.most for total in totals} if limits is None else limits
    budget = Budget(bounds, planned=limits is None, unpriced=unpriced)
    if allowance.yes or ((covered or small) and not gone and not unpriced):
        return budget
    text = say("this build may cost {}", money(totals))
    if unpriced:
        text = say("{}, and what {} costs is not known", text, named(unpriced))
    if gone:
        text = say("{}: paid for, but not on this machine, and would be bought again; {}", gone, text)
    return Question(text, budget)


def unpriced(plan: Plan, models: Models) -> tuple[str, ...]:
    """The models of a drama that a plan asks, and of which nobody said what they cost."""
    open_steps = [step.action.stage for step in plan.steps if isinstance(step.verdict, Miss | Held | Wait)]
    slots = {BY_NAME[stage].SLOT for stage in (*open_steps, *(item.stage for item, _ in plan.unknown))}
    found = (model for model in (models.text, models.image, models.video) if model.kind in slots)
    return tuple(model.name for model in found if model.unpriced and not model.preview)


def _is_gone(step: Step) -> bool:
    """True for what was paid for and is not here: a reason to ask at any price, but not for a preview."""
    real = not getattr(step.call, "model", PREVIEW).startswith(PREVIEW)
    return real and isinstance(step.verdict, Miss) and step.verdict.reason.code == "blob-missing"
