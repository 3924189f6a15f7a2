"""The preview relay's own account: what it was asked for, and the money that a paid relay would have charged.

It is kept apart from every client, so that a client's books can be compared with it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from manjuc.digest import digest_of
from manjuc.models import PREVIEW, Kind, Model, Money
from manjuc.preview.misdeeds import On
from manjuc.preview.spoil import data_of
from manjuc.preview.web import Answer
from manjuc.shapes import parsed
from manjuc.words import Words, say

_FIELD = re.compile(rb'name="(model|duration|seconds)"\r\n(?:[^\r\n]+\r\n)*\r\n([^\r\n]*)')


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as far as faults and money are concerned."""

    on: On | Literal["question"]  # about money and models: no job's, and no fault is played on it
    kind: Kind | None
    method: str
    path: str
    model: str = ""
    milliseconds: int = 0
    body: str = ""  # the digest of a submit's bytes: the same call has the same
    with_key: bool = False
    fields: frozenset[str] = frozenset()  # of a submit's body, where it is JSON


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the account."""

    asked: Asked
    status: int  # what was answered; 0 where no whole answer was
    fault: str
    taken: bool  # a job of it was made, whatever its sender was told
    charged: Money
    task: str = ""  # the id of the job, whatever its sender was told


def read_asked(
    method: str, path: str, body: bytes, models: Mapping[str, Model], *, made: Kind | None = None, with_key: bool
) -> Asked:
    """What a request is about, in any dialect: POSTs submit, and of what is polled or `made`, files are downloaded."""
    if method != "POST":
        fetched = path.startswith("/files/") or path.endswith("/content")
        on: On | Literal["question"] = "question" if made is None else "download" if fetched else "poll"
        return Asked(on, made, method, path, with_key=with_key)
    fields = _fields(body)
    model = str(fields.get("model") or "")
    known = models.get(model.removeprefix(PREVIEW))
    kind = known.kind if known else _kind_of(path)
    length = _milliseconds(fields.get("duration") or fields.get("seconds"))
    return Asked("submit", kind, method, path, model, length, digest_of(body), with_key, frozenset(fields))


def _fields(body: bytes) -> Mapping[str, Any]:
    data = parsed(body)
    if isinstance(data, dict):
        return data
    return {name.decode(): value.decode("utf-8", "replace") for name, value in _FIELD.findall(body)}


def _kind_of(path: str) -> Kind:
    if "chat" in path:
        return "text"
    return "image" if "image" in path else "video"


def _milliseconds(seconds: object) -> int:
    try:
        return int(Decimal(str(seconds)) * 1000) if seconds else 0
    except (InvalidOperation, ValueError, OverflowError):
        return 0


def price_of(asked: Asked, answer: Answer, models: Mapping[str, Model]) -> Money:
    """What a paid relay would charge for a call that it took: by the call, by its length, by the tokens it tells."""
    model = models.get(asked.model.removeprefix(PREVIEW))
    if model is None:
        return Money(Decimal(0), "CNY")
    price = model.price
    if asked.kind == "video":
        amount = price.of_clip(asked.milliseconds or (model.durations or (0,))[0])
    else:
        data = data_of(answer)
        usage = data.get("usage") if isinstance(data, dict) else None
        told = usage if isinstance(usage, dict) else {}
        sent, written = (Decimal(told.get(name) or 0) for name in ("prompt_tokens", "completion_tokens"))
        amount = price.call + (price.million_in * sent + price.million_out * written) / 1_000_000
    return Money(amount, price.currency)


class Account:
    """Every request in the order of the answers, with what it would have cost."""

    def __init__(self) -> None:
        self.lines: list[Line] = []

    def taken(self) -> Counter[str]:
        """How many jobs were made for each body that was submitted."""
        return Counter(line.asked.body for line in self.lines if line.taken)

    def totals(self) -> tuple[Money, ...]:
        """What would have been charged, by currency."""
        sums: dict[str, Decimal] = {}
        for charged in (line.charged for line in self.lines if line.charged.amount):
            sums[charged.currency] = sums.get(charged.currency, Decimal(0)) + charged.amount
        return tuple(Money(sums[currency], currency) for currency in sorted(sums))

    def as_json(self) -> dict[str, Any]:
        """All of it, money as decimal strings."""
        return {
            "format": 1,
            "totals": {money.currency: str(money.amount) for money in self.totals()},
            "jobs": sum(line.taken for line in self.lines),
            "requests": [
                {
                    "on": line.asked.on,
                    "kind": line.asked.kind,
                    "path": line.asked.path,
                    "model": line.asked.model,
                    "body": line.asked.body,
                    "status": line.status,
                    "fault": line.fault,
                    "taken": line.taken,
                    "task": line.task,
                    "charged": str(line.charged.amount),
                    "currency": line.charged.currency,
                    "with_key": line.asked.with_key,
                }
                for line in self.lines
            ],
        }

    def summary(self) -> Words:
        """All of it in one line."""
        jobs, played = sum(line.taken for line in self.lines), Counter(line.fault for line in self.lines if line.fault)
        money = " + ".join(map(str, self.totals())) or "¥0"
        faults = tuple(f"{name} ×{count}" for name, count in sorted(played.items())) or say("none")
        counts = (len(self.lines), jobs)
        return say("{} requests, {} jobs taken, {} would have been charged; faults played: {}", *counts, money, faults)
