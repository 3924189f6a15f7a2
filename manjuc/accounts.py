"""The journal's entries folded into what was spent: calls that a relay took, what they were to cost and what they did.

Money counts once a call was taken, or may have been; not where it was refused, was never sent, or is a preview's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from manjuc.models import PREVIEW
from manjuc.steps import Cost

State = Literal["sent", "taken", "uncertain", "kept", "replaced", "rejected", "failed", "refused", "unsent", "lost"]
By = Literal["drama", "stage", "model", "day"]

UNKNOWN, TOTAL = "unknown", "total"
_NOT_TAKEN: frozenset[State] = frozenset({"refused", "unsent", "lost"})
_NO_USE: frozenset[State] = frozenset({"rejected", "failed"})


@dataclass(frozen=True, slots=True)
class Purchase:
    """One attempt of a call: whom it was for, what it was to cost, what became of it."""

    drama: str
    action: str
    stage: str
    model: str
    day: str
    cost: Cost | None  # None where the journal does not tell
    take: int = 1
    state: State = "sent"
    charged: Cost | None = None  # what it did cost, where the relay or a person told or the price is fixed

    @property
    def taken(self) -> bool:
        """True where it was paid, or may have been. A call without any outcome counts: nobody knows better."""
        return self.state not in _NOT_TAKEN

    @property
    def amount(self) -> Cost | None:
        """What it takes off a budget: what was charged, else what it may have cost."""
        return (self.charged or self.cost) if self.taken else None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the account: the calls of one name in one currency."""

    name: str
    currency: str
    calls: int
    taken: int
    kept: int
    failed: int  # taken, and of no use: rejected by a check, a job that failed, or given up though it was charged
    estimated: Cost  # of what was taken
    charged: Decimal
    told: int  # calls whose charge is known
    rate: Decimal | None  # takes bought for each take kept


@dataclass(frozen=True, slots=True)
class Account:
    """All paid calls of a project, in the order in which they were sent, and how many were previews."""

    purchases: tuple[Purchase, ...]
    previews: int = 0

    def of(self, dramas: Iterable[str]) -> Account:
        """The part of some dramas."""
        wanted = set(dramas)
        return replace(self, purchases=tuple(bought for bought in self.purchases if bought.drama in wanted))

    def lines(self, by: By) -> tuple[Line, ...]:
        """A line for each name and currency, by name."""
        groups: dict[tuple[str, str], list[Purchase]] = {}
        for bought in self.purchases:
            groups.setdefault((getattr(bought, by), _currency(bought)), []).append(bought)
        return tuple(_line(name, currency, groups[name, currency]) for name, currency in sorted(groups))

    def totals(self) -> tuple[Line, ...]:
        """A line for each currency."""
        currencies = sorted({_currency(bought) for bought in self.purchases})
        return tuple(
            _line(TOTAL, currency, [bought for bought in self.purchases if _currency(bought) == currency])
            for currency in currencies
        )

    def spent(self) -> dict[str, Decimal]:
        """What is gone of a budget, by currency: in doubt the most that a call may have cost."""
        sums: dict[str, Decimal] = {}
        for bought in self.purchases:
            if (cost := bought.amount) is not None and cost.most:
                sums[cost.currency] = sums.get(cost.currency, Decimal(0)) + cost.most
        return sums

    def rates(self) -> dict[str, Decimal]:
        """Takes bought for each take kept, by stage, where something was kept."""
        stages = dict.fromkeys(bought.stage for bought in self.purchases)
        found = {stage: _rate([bought for bought in self.purchases if bought.stage == stage]) for stage in stages}
        return {stage: rate for stage, rate in found.items() if rate is not None}


def account(entries: Iterable[Mapping[str, Any]]) -> Account:
    """Fold a journal. What a newer manjuc wrote is passed over."""
    purchases: list[Purchase] = []
    keys: list[Any] = []  # of the purchases
    place: dict[tuple[Any, Any], int] = {}  # of each attempt's purchase
    for entry in entries:
        at = entry.get("key"), entry.get("attempt")
        if entry.get("t") == "intent" or (at not in place and _is_of_money(entry)):
            place[at] = len(purchases)
            purchases.append(_begun(entry))
            keys.append(at[0])
        if at in place:
            purchases[place[at]] = _after(purchases[place[at]], entry)
    known = {key: bought for key, bought in zip(keys, purchases, strict=True) if bought.cost}
    purchases = [_as_told(bought, known.get(key)) for key, bought in zip(keys, purchases, strict=True)]
    paid = [bought for bought in purchases if not bought.model.startswith(PREVIEW)]
    return Account(tuple(_superseded(paid)), len(purchases) - len(paid))


def _is_of_money(entry: Mapping[str, Any]) -> bool:
    """True for what tells of a paid call, even where the line about its beginning is lost.

    Local work is committed as well; it has no answer and no charge.
    """
    kind, charged = entry.get("t"), _charged(entry.get("charged"))
    return kind in ("doubt", "answer", "unclear", "declined", "resolved") or (kind == "commit" and bool(charged))


def _as_told(bought: Purchase, other: Purchase | None) -> Purchase:
    """An attempt whose own facts are lost, with those of another attempt at the same call."""
    if bought.cost or other is None:
        return bought
    return replace(
        bought,
        cost=other.cost,
        action=bought.action or other.action,
        drama=other.drama if bought.drama == UNKNOWN else bought.drama,
        stage=other.stage if bought.stage == UNKNOWN else bought.stage,
        model=other.model if bought.model == UNKNOWN else bought.model,
    )


def _begun(entry: Mapping[str, Any]) -> Purchase:
    action = str(entry.get("action", ""))
    return Purchase(
        str(entry.get("drama") or _drama(action)),
        action,
        str(entry.get("stage") or UNKNOWN),
        str(entry.get("model") or UNKNOWN),
        str(entry.get("at", ""))[:10] or UNKNOWN,
        _cost(entry.get("cost")),
        entry["take"] if isinstance(entry.get("take"), int) else 1,
        "uncertain" if entry["t"] == "doubt" else "sent",  # in doubt: the line that told more was damaged
    )


def _drama(action: str) -> str:
    """The drama of an action in a journal that does not name it: an episode stands first in its id."""
    first, slash, _ = action.partition("/")
    return UNKNOWN if not slash or first in ("characters", "scenes", "props") else first


def _after(bought: Purchase, entry: Mapping[str, Any]) -> Purchase:
    charged = _charged(entry.get("charged")) if entry["t"] in ("commit", "declined", "resolved") else None
    answered = bought.state in ("taken", "kept", "rejected") or charged is not None
    state: State | None = None
    match entry["t"]:
        case "unsent":
            state = "unsent"
        case "answer":
            state = "taken"
        case "unclear":
            state = "uncertain"
        case "declined":
            state = "failed" if answered else "refused"  # taken and of no use, or a plain no
        case "resolved" if entry.get("task"):
            state = "taken"
        case "resolved" if "charged" in entry:
            # The relay's own log tells more than its answer did; what the relay told of the amount stays.
            state = bought.state if bought.state in (*_NO_USE, "kept") else "failed"
            charged = bought.charged or charged
        case "resolved":
            # The word of a person. What was answered had been taken; what was uncertain is not there.
            state = {"taken": "failed", "uncertain": "lost", "sent": "lost"}.get(bought.state)  # type: ignore[assignment]
        case "commit":
            state = "rejected" if entry.get("problems") else "kept"
    return replace(bought, state=state or bought.state, charged=charged or bought.charged)


def _superseded(purchases: list[Purchase]) -> list[Purchase]:
    """Of the accepted takes of an action, the one that a higher take has followed is not kept any more."""
    found, last = list(purchases), dict[tuple[str, str], int]()
    for index, bought in enumerate(purchases):
        if bought.state == "kept":
            before = last.get((bought.drama, bought.action))
            if before is not None and bought.take > purchases[before].take:
                found[before] = replace(found[before], state="replaced")
            last[bought.drama, bought.action] = index
    return found


def _line(name: str, currency: str, group: list[Purchase]) -> Line:
    taken = [bought for bought in group if bought.taken]
    costs = [bought.cost for bought in taken if bought.cost]
    charges = [bought.charged.most for bought in taken if bought.charged]
    return Line(
        name,
        currency,
        calls=len(group),
        taken=len(taken),
        kept=sum(bought.state == "kept" for bought in taken),
        failed=sum(bought.state in _NO_USE for bought in taken),
        estimated=Cost(_sum(cost.least for cost in costs), _sum(cost.most for cost in costs), currency),
        charged=_sum(charges),
        told=len(charges),
        rate=_rate(taken),
    )


def _rate(group: list[Purchase]) -> Decimal | None:
    """Takes bought for each take kept; what still runs is left out, for nobody knows yet."""
    over = [bought for bought in group if bought.taken and bought.state not in ("sent", "taken")]
    kept = sum(bought.state == "kept" for bought in over)
    return (Decimal(len(over)) / kept).quantize(Decimal("0.01")) if kept else None


def _currency(bought: Purchase) -> str:
    return bought.cost.currency if bought.cost else bought.charged.currency if bought.charged else ""


def _cost(entry: object) -> Cost | None:
    match entry:
        case {"least": str(least), "most": str(most), "currency": str(currency)}:
            return _exactly(least, most, currency)
    return None


def _charged(entry: object) -> Cost | None:
    match entry:
        case {"amount": str(amount), "currency": str(currency)}:
            return _exactly(amount, amount, currency)
    return None


def _exactly(least: str, most: str, currency: str) -> Cost | None:
    try:
        return Cost(Decimal(least), Decimal(most), currency)
    except InvalidOperation:
        return None


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
