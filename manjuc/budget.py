"""What may be spent, counted before each submit: by this build, and by the project over all time.

What is in flight is already spent: a call counts with the most that it may cost from the moment before it is sent,
and with what it did cost from the moment at which that is known and on the disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from manjuc.digest import Digest
from manjuc.errors import SpendingRefused
from manjuc.models import Money
from manjuc.steps import Cost
from manjuc.words import NOTHING, Words, say

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Purse:
    """The project's own budget: the most in each currency over all time, and what the journal says is gone of it.

    Without any amount it has no bounds. A currency that it does not name is not to be spent.
    """

    most: Mapping[str, Decimal]
    spent: Mapping[str, Decimal]

    def left(self, currency: str) -> Decimal:
        """What may still be spent; less than nothing where the budget was cut afterwards."""
        return self.most.get(currency, _NOTHING) - self.spent.get(currency, _NOTHING)

    def beyond(self, totals: Iterable[Cost]) -> tuple[Cost, ...]:
        """By how much each sum of a plan would go beyond what is left."""
        if not self.most:
            return ()
        over = [Cost(total.least - self.left(total.currency), total.most - self.left(total.currency), total.currency)
                for total in totals if total.most]  # fmt: skip
        return tuple(Cost(max(cost.least, _NOTHING), cost.most, cost.currency) for cost in over if cost.most > 0)

    def told(self, currency: str) -> Words:
        """The budget of a currency in words."""
        most, spent = self.most.get(currency, _NOTHING), self.spent.get(currency, _NOTHING)
        if currency not in self.most:
            named, nothing = tuple(sorted(self.most)), Money(most, currency)
            return say(
                "the budget of the project (`budget` in manjuc.yaml) is in {} alone: in {} it is {}",
                named,
                currency,
                nothing,
            )
        return say(
            "the budget of the project (`budget` in manjuc.yaml) is {}, of which {} is spent or under way",
            Money(most, currency),
            Money(spent, currency),
        )


class Budget:
    """The most that this build may spend in each currency, None where everything was agreed to; within a purse.

    Where it is `planned`, the most is what the plan said when it was agreed to, and nobody named another limit.
    """

    def __init__(
        self, allowed: Mapping[str, Decimal] | None, purse: Purse | None = None, *, planned: bool = False,
        unpriced: tuple[str, ...] | None = None,
    ) -> None:  # fmt: skip
        self._allowed, self._planned = allowed, planned
        self._unpriced = unpriced  # the models without a price that were agreed to; None: all of them
        self._purse = purse or Purse({}, {})
        self._spent: dict[str, Decimal] = {}
        self._held: dict[Digest, Cost] = {}  # what each call of this build was counted with
        self._begun: dict[Digest, Cost] = {}  # likewise calls of earlier builds, which the purse counts
        self._dearer: dict[Digest, tuple[Money, Money]] = {}  # what did cost more: what it did, and what it was to
        self._told: set[str] = set()  # the models of which that was said

    def within(self, purse: Purse) -> Budget:
        """The same allowance, bounded by a project's budget too."""
        return Budget(self._allowed, purse, planned=self._planned, unpriced=self._unpriced)

    @property
    def begun(self) -> Mapping[str, Decimal]:
        """What this build has begun or spent so far, by currency."""
        return {currency: amount for currency, amount in self._spent.items() if amount}

    def take(self, cost: Cost | None, key: Digest | None = None, unpriced: str = "") -> None:
        """Count a call in before it is sent; SpendingRefused beyond what was agreed to, in money or in `unpriced`."""
        if unpriced and self._unpriced is not None and unpriced not in self._unpriced:
            raise SpendingRefused(
                say(
                    "what a call of {} costs is not known, and the plan that was agreed to held none; "
                    "nothing was sent: build again to agree to it",
                    unpriced,
                )
            )
        if cost is None or not cost.most:
            return
        spent = self._spent.get(cost.currency, _NOTHING) + cost.most
        allowed = None if self._allowed is None else self._allowed.get(cost.currency, _NOTHING)
        takes, in_all = Money(cost.most, cost.currency), Money(spent, cost.currency)
        if allowed is not None and spent > allowed:
            raise SpendingRefused(self._too_much(takes, in_all, Money(allowed, cost.currency)))
        if self._purse.beyond([Cost(spent, spent, cost.currency)]):
            told, begun = self._purse.told(cost.currency), Money(spent - cost.most, cost.currency)
            raise SpendingRefused(
                say("this call may cost {}; {}, and this build has begun {}; nothing was sent", takes, told, begun)
                if spent > cost.most
                else say("this call may cost {}; {}; nothing was sent", takes, told)
            )
        self._spent[cost.currency] = spent
        if key is not None:
            self._held[key] = cost

    def _too_much(self, takes: Money, in_all: Money, most: Money) -> Words:
        if self._planned:
            return say(
                "this call may cost {}, in all {}; the plan that was agreed to said {} at most; nothing was sent: "
                "build again to agree to what is left",
                takes,
                in_all,
                most,
            )
        return say(
            "this call may cost {}, in all {}; no more than {} was allowed; nothing was sent", takes, in_all, most
        )

    def give_back(self, cost: Cost | None, key: Digest | None = None) -> None:
        """A call that was surely not charged; nothing where what it did cost is known already."""
        if key is not None and self._held.pop(key, None) is None:
            return
        if cost is not None and cost.most:
            self._spent[cost.currency] -= cost.most

    def resume(self, cost: Cost | None, key: Digest) -> None:
        """A call that may be of an earlier build, which has counted it with the most that it may have cost."""
        if cost is not None and key not in self._held:
            self._begun[key] = cost

    def settle(self, key: Digest, charged: Money | None) -> None:
        """Count a call with what it did cost; where nobody tells, nothing changes.

        A call of an earlier build was that one's to spend, and is in the purse: what it left over is given to nobody.
        """
        held, begun = self._held.pop(key, None), self._begun.pop(key, None)
        counted = held or begun
        if counted is None or charged is None or charged.currency != counted.currency:
            return
        currency, more = counted.currency, charged.amount - counted.most
        if held:
            self._spent[currency] += more
        elif more > 0:
            gone = self._purse.spent.get(currency, _NOTHING) + more
            self._purse = replace(self._purse, spent={**self._purse.spent, currency: gone})
        if more > 0:
            self._dearer[key] = charged, Money(counted.most, currency)

    def surprise(self, key: Digest, model: str) -> Words:
        """What is to be said of a call that did cost more than was foreseen: once for each model."""
        found = self._dearer.pop(key, None)
        if found is None or model in self._told:
            return NOTHING
        self._told.add(model)
        return say(
            "warning: by what the relay reports, a call of {} did cost {}, and {} at most was foreseen; such calls are "
            "counted with what they did cost: compare it with the relay's own bill",
            model,
            *found,
        )
