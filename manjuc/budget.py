"""What a build may spend, counted before each submit: what is in flight is already spent."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from manjuc.errors import SpendingRefused
from manjuc.models import Money
from manjuc.steps import Cost


class Budget:
    """The most that may be spent in each currency; None where everything was agreed to."""

    def __init__(self, allowed: Mapping[str, Decimal] | None) -> None:
        self._allowed = allowed
        self._spent: dict[str, Decimal] = {}

    def take(self, cost: Cost | None) -> None:
        """Count a call in before it is sent; SpendingRefused where it would go beyond."""
        if cost is None or not cost.most:
            return
        spent = self._spent.get(cost.currency, Decimal(0)) + cost.most
        allowed = None if self._allowed is None else self._allowed.get(cost.currency, Decimal(0))
        if allowed is not None and spent > allowed:
            raise SpendingRefused(
                f"this call may cost {Money(cost.most, cost.currency)}, in all {Money(spent, cost.currency)}; "
                f"no more than {Money(allowed, cost.currency)} was allowed"
            )
        self._spent[cost.currency] = spent

    def give_back(self, cost: Cost | None) -> None:
        """A call that was surely not charged."""
        if cost is not None and cost.most:
            self._spent[cost.currency] -= cost.most
