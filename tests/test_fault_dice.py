"""Faults that strike by dice: so many of the requests, and the same ones in whatever order they come."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from manjuc import facts
from manjuc.errors import SpecRefused
from manjuc.models import Kind
from manjuc.preview.faults import Fault, Misbehaving, scripted
from manjuc.preview.web import Message, Receive, Send, json_answer, send_answer

ORDERS = [f'{{"model": "m", "n": {number}}}' for number in range(400)]


class Well:
    """A relay that answers everything."""

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        await send_answer(json_answer({"choices": []}), send)

    async def close(self) -> None:
        """Nothing is open."""

    def kind_of(self, path: str) -> Kind | None:
        return None


def answered(orders: Sequence[str], **facts: Any) -> tuple[dict[str, int], list[float]]:
    """The status for each body, all asked for at once, and by how much answers were late."""
    delays: list[float] = []

    async def late(seconds: float) -> None:
        delays.append(seconds)

    async def ask() -> dict[str, int]:
        relay = Misbehaving(Well(), [scripted({"on": "submit", "times": "always", **facts})], sleep=late)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=relay), base_url="http://relay") as client:
            answers = await asyncio.gather(*(client.post("/v1/chat/completions", content=body) for body in orders))
        return {body: answer.status_code for body, answer in zip(orders, answers, strict=True)}

    return asyncio.run(ask()), delays


def test_as_many_requests_are_struck_as_the_chance_says() -> None:
    statuses, _ = answered(ORDERS, fault="busy_429", chance=0.05)
    assert 10 <= list(statuses.values()).count(429) <= 30
    assert set(statuses.values()) == {200, 429}


def test_the_same_requests_are_struck_in_whatever_order_they_come() -> None:
    shuffled = random.Random(1).sample(ORDERS, len(ORDERS))
    assert answered(ORDERS, fault="busy_429", chance=0.1) == answered(shuffled, fault="busy_429", chance=0.1)


def test_another_seed_throws_other_dice() -> None:
    first, second = (answered(ORDERS, fault="busy_429", chance=0.1, seed=seed)[0] for seed in (1, 2))
    assert first != second


def test_a_request_that_is_made_again_has_dice_of_its_own() -> None:
    fault = Fault("busy_429", "submit", chance=0.5)
    assert {fault.strikes(f"POST /v1 x {count}") for count in range(20)} == {True, False}


def test_answers_come_anywhere_within_a_range_of_seconds() -> None:
    statuses, delays = answered(ORDERS, fault="slow_answer", seconds={"min": 0.2, "max": 2})
    assert set(statuses.values()) == {200}
    assert len(delays) == len(ORDERS)
    assert 0.2 <= min(delays) < 0.3
    assert 1.9 < max(delays) <= 2


def test_a_chance_and_a_range_are_said_in_a_file_of_faults(tmp_path: Path) -> None:
    file = tmp_path / "faults.yaml"
    file.write_text(
        "faults:\n"
        "  - {fault: busy_429, chance: 0.05, seed: 7, times: always}\n"
        "  - {fault: slow_answer, seconds: {min: 0.2, max: 2}, times: always}\n"
        "  - {fault: slow_answer, seconds: 3}\n",
        encoding="utf-8",
    )
    busy, between, late = (scripted(fault) for fault in facts.faults(file))
    assert (busy.chance, busy.seed, busy.times) == (0.05, 7, None)
    assert (between.seconds, between.most_seconds) == (0.2, 2)
    assert late.delay("any") == 3


@pytest.mark.parametrize("wrong", ["chance: 0", "chance: 1.1", "seconds: {min: 1}", "seconds: soon", "seed: -1"])
def test_dice_that_cannot_be_thrown_are_refused(tmp_path: Path, wrong: str) -> None:
    file = tmp_path / "faults.yaml"
    file.write_text(f"faults:\n  - {{fault: slow_answer, {wrong}}}\n", encoding="utf-8")
    with pytest.raises(SpecRefused):
        facts.faults(file)
