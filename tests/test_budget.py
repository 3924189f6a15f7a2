"""What a project may spend over all time: before a build, before each call, and what the plan says of it."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from front import codes, load
from serving import (
    CLIP,
    CLIPS,
    KEY,
    MINI,
    PICTURES,
    QUICK,
    SPEC,
    App,
    Gate,
    Ran,
    Served,
    answer,
    held_build,
    manjuc,
    read_until,
    run,
)

from manjuc import settings, spending
from manjuc.budget import Budget, Purse
from manjuc.consent import Allowance, agree
from manjuc.digest import Digest
from manjuc.errors import SpendingRefused
from manjuc.graph import ActionId, Results, Unknown
from manjuc.models import Money
from manjuc.plan import Plan
from manjuc.relay import Relay, Unanswered
from manjuc.spending import balance, shortage
from manjuc.steps import Cost

SCENE = ("--only", "scenes/corridor/scene", "--until", "scene")
SHEET = ("--only", "characters/linche/three_views", "--until", "three_views")
TOKEN, STATUS = "/api/usage/token", "/api/status"
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


def test_what_goes_beyond_what_was_foreseen_is_counted_and_told_once_for_each_model() -> None:
    budget, keys = Budget({"CNY": Decimal(10)}), [Digest(letter * 64) for letter in "abc"]
    for key, model in zip(keys, ("one", "one", "other"), strict=True):
        budget.take(cost("0.5"), key)
        budget.settle(key, Money(Decimal(3), "CNY"))
        told = str(budget.surprise(key, model))
        assert ("a call of" in told) == (key != keys[1])
        assert not budget.surprise(key, model)
    with pytest.raises(SpendingRefused, match=r"in all ¥10\.5"):
        budget.take(cost("1.5"))


def test_of_a_call_of_an_earlier_build_only_what_goes_beyond_is_counted() -> None:
    for charged, more in (("0.1", "0"), ("0.5", "0"), ("0.8", "0.3")):
        budget, key = Budget({"CNY": Decimal("0.5")}).within(purse("1", spent="0.5")), Digest("a" * 64)
        budget.resume(cost("0.5"), key)
        budget.settle(key, Money(Decimal(charged), "CNY"))
        assert bool(budget.surprise(key, "one")) == (more != "0")
        budget.take(cost(str(Decimal("0.5") - Decimal(more))))
        with pytest.raises(SpendingRefused):
            budget.take(cost("0.01"))


def foreseen(least: str, most: str) -> Plan:
    """A plan of which nothing is known but what it may cost."""
    return Plan((), ((Unknown("clip", 1, 2, ActionId("a/script")), cost(most, least=least)),), Results())


@pytest.mark.parametrize(
    ("given", "yes", "most", "said"),
    [
        ((), True, "8", "the plan that was agreed to said ¥8 at most"),
        (("5",), True, "5", "no more than ¥5 was allowed"),
        (("9CNY",), True, "9", "no more than ¥9 was allowed"),
        (("9",), False, "9", "no more than ¥9 was allowed"),
        (("1USD", "5"), True, "5", "no more than ¥5 was allowed"),
    ],
)
def test_a_build_spends_no_more_than_its_limit_or_else_than_its_plan_said(
    given: tuple[str, ...], yes: bool, most: str, said: str
) -> None:
    budget = agree(foreseen("3", "8"), Allowance.parse(given, yes=yes), Decimal(0))
    assert isinstance(budget, Budget)
    budget = budget.within(Purse({}, {}))
    budget.take(cost(most))
    with pytest.raises(SpendingRefused, match=said):
        budget.take(cost("0.01"))


def test_a_limit_holds_for_a_plan_that_is_too_small_to_ask_about() -> None:
    budget = agree(foreseen("3", "8"), Allowance.parse(("5",), yes=False), Decimal(100))
    assert isinstance(budget, Budget)
    with pytest.raises(SpendingRefused, match="no more than ¥5 was allowed"):
        budget.take(cost("8"))


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


def test_what_is_told_as_spent_is_what_the_account_says(root: Path, relay: Served) -> None:
    ran = build(root, relay, "--until", "scene", "--events", "events.jsonl")
    assert ran.code == 0, ran.err
    (total,) = costs(root)["totals"]
    charged = Decimal(total["charged"])
    assert charged < Decimal(total["estimated"]["max"]), "the most that a text may cost is not what it does"
    shown = f"¥{charged.quantize(Decimal('0.0001')).normalize():f}"
    assert f"0 failed; {shown}, " in ran.err
    assert f", {shown} so far\n" in ran.err
    events = [json.loads(line) for line in (root / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    assert sum(Decimal(event["charged"]["amount"]) for event in events if event["event"] == "settled") == charged


def test_a_text_whose_cost_nobody_tells_keeps_what_it_may_have_cost(root: Path, relay: Served) -> None:
    bounded(root, "budget: {CNY: 0.25}\n")
    relay.once("POST", "/v1/chat", without_json(relay.app, usage=False))
    ran = build(root, relay, "--until", "script")
    assert ran.code == 5, ran.err
    assert "this build has begun ¥0.19" in ran.err
    assert relay.posts("/v1/chat") == 1


def altered(relay: Any, change: Callable[[dict[str, Any]], None]) -> App:
    """The relay's own answer, changed."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        told = bytearray()

        async def kept(message: Any) -> None:
            told.extend(message.get("body", b""))

        await relay(scope, receive, kept)
        said = json.loads(told)
        change(said)
        await answer(200, json.dumps(said).encode())(scope, nothing, send)

    return app


def without_json(relay: Any, *, usage: bool = True) -> App:
    """The relay's own answer with talk in the place of its script, and with or without the tokens that it took."""

    def change(said: dict[str, Any]) -> None:
        said["choices"][0]["message"]["content"] = "我先说说这个故事的思路。"
        if not usage:
            del said["usage"]

    return altered(relay, change)


def using(relay: Any, tokens: int) -> App:
    """The relay's own answer with another count of tokens."""
    return altered(relay, lambda said: said.update(usage={"prompt_tokens": tokens, "completion_tokens": tokens}))


async def nothing() -> dict[str, Any]:
    """No more of a request."""
    return {}


def test_a_text_that_costs_more_than_was_foreseen_is_told_and_takes_the_room_of_what_follows(
    root: Path, relay: Served
) -> None:
    relay.once("POST", "/v1/chat", using(relay.app, 10**6))
    ran = build(root, relay)
    assert ran.code == 5, ran.err
    assert ran.err.count("by what the relay reports, a call of gemini-3-flash-preview-nothinking did cost ¥14") == 1
    assert "the plan that was agreed to said ¥" in ran.err
    assert "build again to agree to what is left" in ran.err
    assert relay.posts(CLIPS) == 0, "what the plan said at most is gone"
    (text,) = (each for each in costs(root)["lines"] if each["name"] == "script")
    assert Decimal(text["charged"]) == 14
    assert build(root, relay).code == 0, "the next build says anew what is left"


def test_a_text_of_an_earlier_build_that_costs_more_is_told_as_well(root: Path, relay: Served) -> None:
    bounded(root, "budget: {CNY: 14.1}\n")
    gate = Gate(using(relay.app, 10**6))
    relay.once("POST", "/v1/chat", gate)
    with held_build(root, relay, gate, "--yes", "--until", "script") as process:
        process.send_signal(signal.SIGINT)
        read_until(process, "waiting for the answer to mini/script")
        gate.open()
        process.communicate(timeout=30)
    ran = build(root, relay)
    assert ran.code == 5, ran.err
    assert "did cost ¥14" in ran.err
    assert "is ¥14.1, of which ¥14 is spent" in ran.err
    assert relay.posts(PICTURES) == relay.posts(CLIPS) == 0


def test_words_that_refuse_are_charged_where_their_tokens_are_told(root: Path, relay: Served) -> None:
    bounded(root, "budget: {CNY: 0.3}\n")
    said = {"choices": [{"message": {"content": "此内容可能违反了我们的内容政策"}}]}
    used = {"usage": {"prompt_tokens": 9_000, "completion_tokens": 1_000}}
    for more, charged in (({}, 0), (used, 1)):
        relay.once("POST", "/v1/chat", answer(200, json.dumps(said | more).encode()))
        ran = build(root, relay, "--until", "script")
        assert ran.code == 4, ran.err
        (total,) = costs(root)["totals"]
        assert (total["taken"], total["failed"], total["charged_calls"]) == (charged, charged, charged)
        assert ("1 failed; ¥0," in ran.err) == (not charged), ran.err
        assert run(root, relay, "resolve", SPEC, "mini/script", "--lost").code == 0
    (total,) = costs(root)["totals"]
    assert (total["taken"], Decimal(total["charged"]) > 0) == (1, True), "the word of a person unsays no charge"


@pytest.mark.parametrize(("tokens", "code", "asked"), [(0, 0, 2), (31, 5, 1)])
def test_words_that_refuse_in_the_place_of_a_picture_are_a_call_that_was_paid(
    root: Path, relay: Served, tokens: int, code: int, asked: int
) -> None:
    with (root / SPEC).open("a", encoding="utf-8") as file:
        file.write("on_failure: {moderation: [shorten]}\n")
    said = {
        "choices": [{"message": {"content": "此内容可能违反了我们的内容政策"}}],
        "usage": {"completion_tokens": tokens},
    }
    relay.once("POST", PICTURES, answer(200, json.dumps(said).encode()))
    ran = build(root, relay, *SCENE, "--max-cost", "0.2")
    assert ran.code == code, ran.err
    (total,) = costs(root)["totals"]
    assert (total["calls"], total["taken"], Decimal(total["charged"])) == (asked, 1, Decimal("0.2"))


def costs(root: Path) -> Any:
    return json.loads(manjuc("costs", "--format", "json", cwd=root).out)


@pytest.mark.parametrize("more", ["", "on_failure: {moderation: [soften, shorten]}\n"])
def test_a_build_with_yes_alone_has_room_for_all_that_its_plan_could_not_count(
    root: Path, relay: Served, more: str
) -> None:
    """A script that is asked for twice, more people and places than are declared, and a rung where there are some."""
    free = MINI.replace("limits: {", "limits: {characters: {min: 1, max: 3}, scenes: {min: 1, max: 3}, ")
    free = free.replace("tone: 蓝紫", "tone: 蓝紫, light: 血泊反光, props: [旗, 灯, 刀]")
    (root / SPEC).write_text(free + more, encoding="utf-8")
    most = Decimal(plan(root)["totals"]["CNY"]["max"])
    relay.once("POST", "/v1/chat", without_json(relay.app))
    if more:
        for _ in range(2):
            relay.once("POST", CLIPS, answer(400, '{"error": {"message": "图片中包含名人"}}'.encode()))
    ran = build(root, relay)
    assert ran.code == 0, ran.err
    (total,) = costs(root)["totals"]
    assert Decimal(total["charged"]) <= Decimal(total["estimated"]["max"]) <= most


def test_what_is_not_known_yet_is_priced_with_its_rungs(root: Path) -> None:
    def most(unknown: Any) -> dict[str, Decimal]:
        return {each["stage"]: Decimal(each["cost"]["max"]) for each in unknown if each["cost"]}

    plain = most(plan(root)["unknown"])
    (root / SPEC).write_text(MINI + "on_failure: [shorten, soften]\n", encoding="utf-8")
    assert most(plan(root)["unknown"]) == {stage: 3 * amount for stage, amount in plain.items()}


def test_a_budget_that_does_not_name_the_currency_of_the_prices_is_told_by_check_plan_and_build(
    root: Path, relay: Served
) -> None:
    bounded(root, "budget: {USD: 50}\n")
    for command in (("check", SPEC), ("plan", SPEC), ("build", SPEC, "--yes")):
        ran = run(root, relay, *command)
        assert "warning[MJ0505]: the budget names no CNY: the prices of" in ran.err, command
    assert ran.code == 5
    assert relay.posts() == 0
    bounded(root, "budget: {USD: 50, CNY: 1}\n")
    assert "MJ0505" not in manjuc("check", SPEC, cwd=root).err
    bounded(root, "budget: {USD: 50}\nchecks: {MJ0505: 'off'}\n")
    assert "MJ0505" not in manjuc("check", SPEC, cwd=root).err


OURS = "models: {our-video: {kind: video, durations: [2], %s}}\n"


def test_a_model_without_a_price_is_told_and_never_asked_without_consent(root: Path, relay: Served) -> None:
    (root / "manjuc.yaml").write_text(OURS % "hd: false", encoding="utf-8")
    (root / SPEC).write_text(MINI.replace("video: sora-2", "video: our-video"), encoding="utf-8")
    for words in ((), ("--max-cost", "9")):
        ran = run(root, relay, "build", SPEC, *words)
        assert ran.code == 5
        assert "warning[MJ0482]: what the video model `our-video` costs is not known" in ran.err
        assert "this build may cost ¥" in ran.err
        assert ", and what `our-video` costs is not known; give --yes" in ran.err
    assert relay.requests() == 0
    assert run(root, relay, "build", SPEC, "--max-cost", "9", "--until", "contact_sheet").code == 0, "no clip is asked"


@pytest.mark.parametrize("price", ["price: {call: 0}", "price: {second: 0.1}", 'price: {durations: {"2": 0.4}}'])
def test_a_price_of_nothing_is_a_price(root: Path, price: str) -> None:
    (root / "manjuc.yaml").write_text(OURS % price, encoding="utf-8")
    (root / SPEC).write_text(MINI.replace("video: sora-2", "video: our-video"), encoding="utf-8")
    assert "MJ0482" not in manjuc("check", SPEC, cwd=root).err
    other = OURS % price.replace("2", "4").replace("call: 0", "date: today").replace("second: 0.1", "currency: USD")
    (root / "manjuc.yaml").write_text(other, encoding="utf-8")
    assert "MJ0482" in manjuc("check", SPEC, cwd=root).err, "a length without a price, or a price without an amount"


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


async def for_ever(_scope: Any, receive: Any, _send: Any) -> None:
    """Answer nothing until the line is cut."""
    while (await receive())["type"] != "http.disconnect":
        pass


def left_at(relay: Served) -> Decimal | None:
    async def main() -> Decimal | None:
        it = Relay(relay.url, KEY)
        try:
            return await balance(it)
        finally:
            await it.close()

    return asyncio.run(main())


@pytest.mark.parametrize(
    ("answers", "left"),
    [
        ({}, None),
        ({TOKEN: tells(total_available=250_000)}, "0.50"),
        ({TOKEN: tells(total_available=-5)}, "0.00"),
        ({TOKEN: tells(total_available="much")}, None),
        ({TOKEN: b"<html>"}, None),
        ({TOKEN: b"<html>", f"{TOKEN}/": tells(total_available=250_000)}, "0.50"),
        ({TOKEN: tells(total_available=0, unlimited_quota=True)}, None),
        (
            {
                "/v1/dashboard/billing/subscription": b'{"hard_limit_usd": 10}',
                "/v1/dashboard/billing/usage": b'{"total_usage": 250.5}',
            },
            "7.50",
        ),
        (
            {
                "/v1/dashboard/billing/subscription": b'{"hard_limit_usd": 100000000}',
                "/v1/dashboard/billing/usage": b'{"total_usage": 250.5}',
            },
            None,
        ),
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
    assert left_at(relay) == (None if left is None else Decimal(left))


@pytest.mark.parametrize(
    ("status", "told", "left"),
    [
        (200, {"data": {"quota_per_unit": 100_000, "quota_display_type": "CNY"}}, "2.50"),
        (200, {"data": {"quota_per_unit": 100_000.0}}, "2.50"),
        (200, {"data": {}}, "0.50"),
        (200, {"data": {"quota_per_unit": 0}}, "0.50"),
        (200, {"data": {"quota_per_unit": -1}}, "0.50"),
        (200, {"data": {"quota_per_unit": 1e-300}}, "0.50"),
        (200, {"data": {"quota_per_unit": 10**30}}, "0.50"),
        (200, {"data": {"quota_per_unit": "many"}}, "0.50"),
        (200, "maintenance", "0.50"),
        (404, {"data": {"quota_per_unit": 100_000}}, "0.50"),
        (503, {}, "0.50"),
    ],
)
def test_what_a_relay_says_of_its_own_unit_is_believed_over_the_catalogue(
    relay: Served, status: int, told: object, left: str
) -> None:
    relay.once("GET", TOKEN, answer(200, tells(total_available=250_000)))
    relay.once("GET", STATUS, answer(status, json.dumps(told).encode()))
    assert left_at(relay) == Decimal(left)


def test_what_the_project_says_of_the_unit_is_believed_over_the_relay(root: Path, relay: Served) -> None:
    relay.once("GET", TOKEN, answer(200, tells(total_available=50_000)))
    relay.once("GET", STATUS, answer(200, json.dumps({"data": {"quota_per_unit": 100}}).encode()))
    (root / "manjuc.yaml").write_text(QUICK + "relay: {quota_per_unit: 1000000}\n", encoding="utf-8")
    ran = build(root, relay, *SCENE)
    assert ran.code == 0
    assert "the relay tells a balance of 0.05, which will not suffice" in ran.err


def test_a_relay_that_never_tells_its_unit_keeps_nobody_waiting(relay: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spending, "_PATIENCE", 0.3)
    relay.once("GET", TOKEN, answer(200, tells(total_available=250_000)))
    relay.once("GET", STATUS, for_ever)
    assert left_at(relay) == Decimal("0.50")


def test_a_question_has_a_limit_in_time(relay: Served) -> None:
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


def test_the_balance_is_asked_for_and_warned_of_before_anything_is_sent(root: Path, relay: Served) -> None:
    sent: list[int] = []

    async def told(scope: Any, receive: Any, send: Any) -> None:
        sent.append(relay.posts())
        await answer(200, tells(total_available=50_000))(scope, receive, send)

    relay.once("GET", TOKEN, told)
    ran = build(root, relay, *SCENE, "--events", "events.jsonl")
    assert ran.code == 0, ran.err
    assert sent == [0]
    events = [json.loads(line) for line in (root / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    (warned,) = (n for n, event in enumerate(events) if "a balance of 0.10" in event.get("text", ""))
    (submitted,) = (n for n, event in enumerate(events) if event["event"] == "submitting")
    assert warned < submitted


def test_a_rung_below_a_job_of_an_earlier_build_is_not_asked_of_a_model_without_a_price_unless_that_was_agreed_to(
    root: Path, relay: Served
) -> None:
    """A plan with nothing to do but to ask for a running job is agreed to without a question."""
    (root / "manjuc.yaml").write_text(OURS % "pace: {first: 0.05, then: 0.05}", encoding="utf-8")
    spec = MINI.replace("video: sora-2", "video: our-video") + "on_failure: {moderation: [soften, shorten]}\n"
    (root / SPEC).write_text(spec.replace("tone: 蓝紫", "tone: 蓝紫, props: [旗, 灯, 刀]"), encoding="utf-8")
    task = json.dumps({"task_id": "a-job"}).encode()
    failed = {"status": "FAILURE", "fail_reason": "sora_content_violation"}
    relay.once("POST", CLIPS, answer(200, task))
    gate = relay.hold("GET", CLIPS)
    with held_build(root, relay, gate, *CLIP) as process:
        process.kill()
    relay.once("GET", CLIPS, answer(200, json.dumps(failed).encode()))
    ran = run(root, relay, "build", SPEC, *CLIP[:2])
    assert ran.code == 5
    assert "what a call of our-video costs is not known, and the plan that was agreed to held none" in ran.err
    assert relay.posts(CLIPS) == 0
    assert "and what `our-video` costs is not known; give --yes" in run(root, relay, "build", SPEC, *CLIP[:2]).err


def test_a_rung_below_a_job_of_an_earlier_build_is_in_the_plan_that_is_agreed_to(root: Path, relay: Served) -> None:
    spec = MINI.replace("tone: 蓝紫", "tone: 蓝紫, light: 血泊反光") + "on_failure: {moderation: [soften]}\n"
    (root / SPEC).write_text(spec, encoding="utf-8")
    failed = {"status": "FAILURE", "fail_reason": "sora_content_violation"}
    relay.once("POST", CLIPS, answer(200, json.dumps({"task_id": "a-job"}).encode()))
    gate = relay.hold("GET", CLIPS)
    with held_build(root, relay, gate, *CLIP) as process:
        process.kill()
    (clip,) = (step for step in plan(root)["steps"] if step["id"] == CLIP[1])
    assert clip["verdict"] == "resume"
    assert Decimal(clip["cost"]["min"]) == 0
    assert Decimal(clip["cost"]["max"]) > 0
    relay.once("GET", CLIPS, answer(200, json.dumps(failed).encode()))
    ran = run(root, relay, "build", SPEC, *CLIP)
    assert ran.code == 0, ran.err
    assert relay.posts(CLIPS) == 1, "the milder call"


def test_a_limit_holds_for_all_dramas_of_a_command_together(root: Path, relay: Served) -> None:
    others = ["specs/second.yaml", "specs/third.yaml"]
    for number, other in enumerate(others):
        (root / other).write_text(MINI.replace("tone: 蓝紫", f"tone: 灰 {number}"), encoding="utf-8")
    ran = run(root, relay, "build", SPEC, *others, *SCENE, "--max-cost", "0.5")
    assert ran.code == 5
    assert "the plan takes ¥0.2 at least, more than is left of --max-cost; nothing was sent" in ran.err
    assert relay.posts() == relay.posts(PICTURES) == 2
    assert Decimal(costs(root)["totals"][0]["charged"]) == Decimal("0.4")
    assert run(root, relay, "build", SPEC, *others, *SCENE, "--max-cost", "0.2").code == 0, (
        "what is there costs nothing"
    )


def test_a_limit_in_another_currency_than_the_plan_is_told_so(root: Path, relay: Served) -> None:
    ran = run(root, relay, "build", SPEC, *SCENE, "--max-cost", "5USD")
    assert ran.code == 5
    assert "--max-cost is in USD, and the plan takes ¥0.2 at least; nothing was sent" in ran.err
    assert relay.posts() == 0
    told = run(root, relay, "build", SPEC, *SCENE, "--max-cost", "5USD", "--max-cost", "3EUR", "--lang", "zh").err
    assert "--max-cost 用的是 EUR、USD，计划至少要 ¥0.2" in told
    small = run(root, relay, "build", SPEC, *SCENE, "--max-cost", "0.1CNY", "--max-cost", "5USD").err
    assert "the plan takes ¥0.2 at least, more than --max-cost" in small


def test_what_needs_no_question_is_little_for_all_dramas_of_a_command_together(root: Path, relay: Served) -> None:
    bounded(root, "confirm_over: 0.3\n")
    (root / "specs/second.yaml").write_text(MINI.replace("tone: 蓝紫", "tone: 灰"), encoding="utf-8")
    assert run(root, relay, "build", SPEC, "specs/second.yaml", *SCENE).code == 5
    assert relay.posts() == 1


def test_a_limit_without_a_currency_is_in_the_one_in_which_something_was_begun() -> None:
    left = Allowance.parse(("5",), yes=False).after({}).after({"CNY": Decimal(3)}).after({"CNY": Decimal(1)})
    assert left.by_currency(("CNY",)) == {"CNY": Decimal(1)}
    assert left.by_currency(("USD",)) == {"CNY": Decimal(1)}, "in another currency nothing was allowed"
    assert left.after({"CNY": Decimal(9)}).by_currency(("CNY",)) == {"CNY": Decimal(0)}
    both = Allowance.parse(("5", "1USD"), yes=False).after({"USD": Decimal("0.5")})
    assert both.by_currency(("CNY",)) == {"CNY": Decimal(5), "USD": Decimal("0.5")}
