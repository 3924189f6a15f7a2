"""What a project may spend over all time: before a build, before each call, and what the plan says of it."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from front import codes, load
from serving import KEY, MINI, PICTURES, QUICK, SPEC, App, Ran, Served, answer, manjuc, run

from manjuc import settings
from manjuc.budget import Budget, Purse
from manjuc.digest import Digest
from manjuc.errors import SpendingRefused
from manjuc.models import Money
from manjuc.relay import Relay, Unanswered
from manjuc.spending import balance, shortage
from manjuc.steps import Cost

SCENE = ("--only", "scenes/corridor/scene", "--until", "scene")
SHEET = ("--only", "characters/linche/three_views", "--until", "three_views")
TOKEN = "/api/usage/token"
PAGE = b'{"data": [{"b64_json": "PGh0bWw+PGJvZHk+NTAyIEJhZCBHYXRld2F5PC9ib2R5PjwvaHRtbD4="}]}'


def cost(most: str, least: str = "", currency: str = "CNY") -> Cost:
    return Cost(Decimal(least or most), Decimal(most), currency)


def purse(most: str, spent: str = "0") -> Purse:
    return Purse({"CNY": Decimal(most)}, {"CNY": Decimal(spent)})


def test_without_a_budget_there_are_no_bounds() -> None:
    budget = Budget(None, Purse({}, {"CNY": Decimal(1000)}))
    budget.take(cost("1000"))
    assert Purse({}, {}).beyond([cost("5")]) == ()


def test_what_was_spent_before_and_what_is_in_flight_count_together() -> None:
    budget = Budget(None).within(purse("1", spent="0.5"))
    budget.take(cost("0.3"))
    budget.take(cost("0.2"))
    with pytest.raises(SpendingRefused) as refused:
        budget.take(cost("0.1"))
    assert "may cost ¥0.1" in str(refused.value)
    assert "is ¥1, of which ¥0.5 is spent or under way, and this build has begun ¥0.5" in str(refused.value)
    assert "nothing was sent" in str(refused.value)
    budget.give_back(cost("0.2"))
    budget.take(cost("0.1"))


def test_what_a_call_did_cost_takes_the_place_of_the_most_that_it_might_have() -> None:
    budget, first, second = Budget({"CNY": Decimal(1)}), Digest("a" * 64), Digest("b" * 64)
    budget.take(cost("0.8"), first)
    with pytest.raises(SpendingRefused):
        budget.take(cost("0.5"), second)
    budget.settle(first, None)
    with pytest.raises(SpendingRefused):
        budget.take(cost("0.5"), second)
    budget = Budget({"CNY": Decimal(1)})
    budget.take(cost("0.8"), first)
    budget.settle(first, Money(Decimal("0.1"), "CNY"))
    budget.settle(first, Money(Decimal("0.1"), "CNY"))
    budget.take(cost("0.9"), second)
    budget.settle(second, Money(Decimal("0.95"), "CNY"))
    with pytest.raises(SpendingRefused, match=r"in all ¥1\.06"):
        budget.take(cost("0.01"))


def test_what_an_earlier_build_has_counted_is_not_given_to_this_one() -> None:
    budget = Budget({"CNY": Decimal("0.1")})
    budget.settle(Digest("a" * 64), Money(Decimal(0), "CNY"))
    with pytest.raises(SpendingRefused):
        budget.take(cost("0.2"))


def test_the_tighter_of_a_builds_limit_and_the_projects_budget_holds() -> None:
    for budget in (Budget({"CNY": Decimal("0.1")}).within(purse("9")), Budget({"CNY": Decimal(9)}, purse("0.1"))):
        with pytest.raises(SpendingRefused, match="nothing was sent"):
            budget.take(cost("0.2"))


def test_a_currency_that_the_budget_does_not_name_is_not_spent_and_free_work_always_goes_on() -> None:
    budget = Budget(None).within(purse("0"))
    budget.take(cost("0"))
    budget.take(None)
    with pytest.raises(SpendingRefused, match=r"is in CNY alone: in USD it is \$0"):
        Budget(None).within(purse("100")).take(cost("0.1", currency="USD"))


def test_a_plan_goes_beyond_by_its_least_and_by_its_most() -> None:
    assert purse("1", "0.5").beyond([cost("0.5")]) == ()
    (over,) = purse("1", "0.5").beyond([cost("0.9", least="0.2")])
    assert (over.least, over.most) == (Decimal(0), Decimal("0.4"))


def test_the_budget_stands_in_manjuc_yaml_by_currency() -> None:
    assert load("budget: {CNY: 50, USD: '7.5'}\n", schema_name="project")[1] == ()
    assert codes(load("budget: 50\n", schema_name="project")[1]) == ["MJ0201"]
    assert codes(load("budget: {cny: 50}\n", schema_name="project")[1]) == ["MJ0207"]
    assert settings.read({"budget": {"CNY": 0.1}}, "", preview=True).budget == {"CNY": Decimal("0.1")}


# The paid path, over a socket


def bounded(root: Path, budget: str) -> None:
    (root / "manjuc.yaml").write_text(QUICK + budget, encoding="utf-8")


def build(root: Path, relay: Served, *more: str) -> Ran:
    return run(root, relay, "build", SPEC, *more, "--yes")


def plan(root: Path, *more: str) -> Any:
    return json.loads(manjuc("plan", SPEC, "--format", "json", *more, cwd=root, key=KEY).out)


def test_a_build_beyond_the_budget_is_refused_with_what_is_spent_and_nothing_is_sent(root: Path, relay: Served) -> None:
    bounded(root, "budget: {CNY: 0.3}\n")
    assert build(root, relay, *SCENE).code == 0
    before = relay.requests()
    refused = build(root, relay, *SHEET)
    assert refused.code == 5
    assert "the plan takes ¥0.2 at least" in refused.err
    assert "is ¥0.3, of which ¥0.2 is spent" in refused.err
    assert "nothing was sent" in refused.err
    assert relay.requests() == before
    assert build(root, relay, *SCENE).code == 0, "what is there costs nothing"
    bounded(root, "budget: {CNY: 0.4}\n")
    assert build(root, relay, *SHEET).code == 0


def test_a_plan_that_may_fit_begins_and_ends_at_the_budget(root: Path, relay: Served) -> None:
    bounded(root, "budget: {CNY: 0.1}\n")
    ran = build(root, relay, "--until", "script")
    assert ran.code == 5
    assert "this call may cost ¥0.19" in ran.err
    assert relay.posts() == 0


def test_what_a_text_did_cost_leaves_room_for_its_repair(root: Path, relay: Served) -> None:
    """Either call may cost ¥0.2 and does cost a tenth of that: the second fits only beside what the first did cost."""
    bounded(root, "budget: {CNY: 0.25}\n")
    relay.once("POST", "/v1/chat", without_json(relay.app))
    ran = build(root, relay, "--until", "script")
    assert ran.code == 0, ran.err
    (total,) = json.loads(manjuc("costs", "--format", "json", cwd=root).out)["totals"]
    assert (total["calls"], total["taken"]) == (2, 2)
    assert Decimal(total["charged"]) < Decimal("0.1")


def test_a_text_whose_cost_nobody_tells_keeps_what_it_may_have_cost(root: Path, relay: Served) -> None:
    bounded(root, "budget: {CNY: 0.25}\n")
    relay.once("POST", "/v1/chat", without_json(relay.app, usage=False))
    ran = build(root, relay, "--until", "script")
    assert ran.code == 5, ran.err
    assert "this build has begun ¥0.19" in ran.err
    assert relay.posts("/v1/chat") == 1


def without_json(relay: Any, *, usage: bool = True) -> App:
    """The relay's own answer with talk in the place of its script, and with or without the tokens that it took."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        told = bytearray()

        async def kept(message: Any) -> None:
            told.extend(message.get("body", b""))

        await relay(scope, receive, kept)
        said = json.loads(told)
        said["choices"][0]["message"]["content"] = "我先说说这个故事的思路。"
        if not usage:
            del said["usage"]
        await answer(200, json.dumps(said).encode())(scope, nothing, send)

    async def nothing() -> dict[str, Any]:
        return {}

    return app


def test_the_plan_says_that_it_goes_beyond_the_budget(root: Path) -> None:
    bounded(root, "budget: {CNY: 0.15}\n")
    shown = manjuc("plan", SPEC, *SCENE, cwd=root, key=KEY)
    assert shown.code == 0
    assert "over budget: the budget of the project" in shown.out
    assert "goes beyond it by ¥0.05" in shown.out
    assert plan(root, *SCENE)["budget"] == {"CNY": {"most": "0.15", "spent": "0", "beyond": "0.05"}}
    bounded(root, "budget: {CNY: 0.2}\n")
    assert "over budget" not in manjuc("plan", SPEC, *SCENE, cwd=root, key=KEY).out
    preview = manjuc("plan", SPEC, cwd=root)
    assert "over budget" not in preview.out, "a preview costs nothing"


def test_the_plan_gives_its_price_at_the_rate_of_takes_bought_for_each_kept(root: Path, relay: Served) -> None:
    assert "own rate" not in manjuc("plan", SPEC, *SCENE, cwd=root, key=KEY).out
    relay.once("POST", PICTURES, answer(200, PAGE))
    assert build(root, relay, *SCENE).code == 4
    assert manjuc("resolve", SPEC, SCENE[1], "--lost", cwd=root, key=KEY).code == 0
    assert build(root, relay, *SCENE).code == 0
    (root / SPEC).write_text(MINI.replace("蓝紫", "暖黄"), encoding="utf-8")
    shown = manjuc("plan", SPEC, *SCENE, cwd=root, key=KEY).out.splitlines()
    assert "total: ¥0.2" in shown
    assert "at this project's own rate of takes bought for each take kept (scene: 2): ¥0.4" in shown
    assert plan(root, *SCENE)["at_own_rate"] == {"CNY": {"min": "0.4", "max": "0.4"}}


# The relay's balance


def tells(**data: object) -> bytes:
    return json.dumps({"code": True, "data": data}).encode()


@pytest.mark.parametrize(
    ("answers", "left"),
    [
        ({}, None),
        ({TOKEN: tells(total_available=250_000)}, "0.50"),
        ({TOKEN: tells(total_available=-5)}, "0.00"),
        ({TOKEN: tells(total_available="much")}, None),
        ({TOKEN: b"<html>"}, None),
        ({TOKEN: tells(total_available=0, unlimited_quota=True)}, None),
        (
            {
                "/v1/dashboard/billing/subscription": b'{"hard_limit_usd": 10}',
                "/v1/dashboard/billing/usage": b'{"total_usage": 250.5}',
            },
            "7.50",
        ),
        ({"/v1/dashboard/billing/subscription": b'{"hard_limit_usd": 100000000}'}, None),
        (
            {
                "/v1/dashboard/billing/subscription": b'{"hard_limit_usd": 10}',
                "/v1/dashboard/billing/usage": b'{"total_usage": NaN}',
            },
            None,
        ),
    ],
)
def test_a_balance_is_known_where_it_is_told(relay: Served, answers: dict[str, bytes], left: str | None) -> None:
    for path, body in answers.items():
        relay.once("GET", path, answer(200, body))

    async def main() -> Decimal | None:
        it = Relay(relay.url, KEY)
        try:
            return await balance(it)
        finally:
            await it.close()

    assert asyncio.run(main()) == (None if left is None else Decimal(left))


def test_a_question_has_a_limit_in_time(relay: Served) -> None:
    async def for_ever(_scope: Any, receive: Any, _send: Any) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    relay.once("GET", TOKEN, for_ever)

    async def main() -> None:
        it = Relay(relay.url, KEY)
        try:
            with pytest.raises(Unanswered, match="no answer within"):
                await it.ask(TOKEN, 0.05)
        finally:
            await it.close()

    asyncio.run(main())


def test_a_shortage_is_certain_or_possible() -> None:
    assert not shortage(None, [cost("5")])
    assert not shortage(Decimal(5), [cost("5")])
    assert "will not suffice: this build may take ¥5" in str(shortage(Decimal(1), [cost("5")]))
    assert "may not suffice: this build may take ¥0.1–5" in str(shortage(Decimal(1), [cost("5", least="0.1")]))


def test_a_paid_build_warns_of_a_balance_that_does_not_suffice_and_goes_on(root: Path, relay: Served) -> None:
    relay.once("GET", TOKEN, answer(200, tells(total_available=50_000)))
    ran = build(root, relay, *SCENE)
    assert ran.code == 0
    assert "warning: the relay tells a balance of 0.10, which will not suffice: this build may take ¥0.2" in ran.err
    before = relay.requests()
    assert build(root, relay, *SCENE).code == 0
    assert relay.requests() == before, "a build with nothing to pay asks for no balance"
