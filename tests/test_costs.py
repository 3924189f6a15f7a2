"""What `costs` reads in the journal: what a relay took, what it charged, and that the plan had said so."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from serving import MINI, PICTURES, SCENE, SPEC, Served, answer, build, hang_up, manjuc, steps

from manjuc import bills
from manjuc.accounts import Account, account
from manjuc.calls import ImageCall, Message, TextCall, VideoCall
from manjuc.models import Model, Price
from manjuc.prices import charge_of


class Book:
    """A journal as `store` would write it."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self._attempts: dict[str, int] = {}

    def sent(self, key: str = "a", amount: str = "0.2", **facts: Any) -> Book:
        self._attempts[key] = self._attempts.get(key, 0) + 1
        cost = {"least": amount, "most": amount, "currency": facts.pop("currency", "CNY")}
        given = {"action": f"scenes/{key}/scene", "stage": "scene", "model": "m", "drama": "d", "cost": cost, **facts}
        return self.then("intent", key, **{"at": "2026-11-20T10:00:00+00:00", **given})

    def then(self, kind: str, key: str = "a", **facts: Any) -> Book:
        self.entries.append({"t": kind, "key": key, "attempt": self._attempts[key], "at": "x", **facts})
        return self

    def kept(self, key: str = "a", charged: str | None = None, problems: tuple[str, ...] = ()) -> Book:
        money = {"amount": charged, "currency": "CNY"} if charged else None
        return self.then("commit", key, problems=list(problems), charged=money)

    @property
    def account(self) -> Account:
        return account(self.entries)


def spent(book: Book) -> dict[str, str]:
    return {currency: str(amount) for currency, amount in book.account.spent().items()}


@pytest.mark.parametrize(
    ("after", "state", "taken"),
    [
        ([], "sent", True),
        ([("unsent", {"why": "no connection"})], "unsent", False),
        ([("declined", {"why": "auth", "message": "no"})], "refused", False),
        ([("answer", {"task": "t"})], "taken", True),
        ([("answer", {"task": "t"}), ("declined", {"why": "failed", "message": "no"})], "failed", True),
        ([("unclear", {"detail": "?"})], "uncertain", True),
        ([("unclear", {"detail": "?"}), ("resolved", {"task": None})], "lost", False),
        ([("unclear", {"detail": "?"}), ("resolved", {"task": "t"})], "taken", True),
        ([("answer", {"task": "t"}), ("resolved", {"task": None})], "failed", True),
        ([("answer", {"task": "t"}), ("commit", {"problems": []})], "kept", True),
        ([("answer", {"task": None}), ("commit", {"problems": ["no picture"]})], "rejected", True),
        ([("answer", {"task": None}), ("of a newer manjuc", {})], "taken", True),
    ],
)
def test_money_counts_where_a_call_was_taken_or_may_have_been(
    after: list[tuple[str, dict[str, Any]]], state: str, taken: bool
) -> None:
    book = Book().sent()
    for kind, facts in after:
        book.then(kind, **facts)
    (bought,) = book.account.purchases
    assert (bought.state, bought.taken) == (state, taken)
    assert spent(book) == ({"CNY": "0.2"} if taken else {})


def test_each_attempt_stands_for_itself() -> None:
    book = Book().sent().then("unsent", why="busy").sent().then("unclear", detail="?")
    book.then("resolved", task=None).sent().then("answer", task=None).kept(charged="0.2")
    (line,) = book.account.totals()
    assert (line.calls, line.taken, line.kept) == (3, 1, 1)


def test_what_was_charged_comes_before_what_was_estimated() -> None:
    book = Book().sent("a", "0.5").kept("a", charged="0.013").sent("b", "0.25")
    assert spent(book) == {"CNY": "0.263"}
    (line,) = book.account.totals()
    assert (line.estimated.most, line.charged, line.told) == (Decimal("0.75"), Decimal("0.013"), 1)


def test_currencies_are_never_added_up() -> None:
    book = Book().sent("a").sent("b", currency="USD")
    assert [(line.currency, line.calls) for line in book.account.lines("stage")] == [("CNY", 1), ("USD", 1)]
    assert spent(book) == {"CNY": "0.2", "USD": "0.2"}


def test_a_preview_costs_nothing_and_is_counted_apart() -> None:
    found = Book().sent("a", model="preview/m").kept("a").sent("b").account
    assert [bought.model for bought in found.purchases] == ["m"]
    assert found.previews == 1
    assert bills.text(found, "stage").splitlines()[-1] == "and 1 calls of previews, which cost nothing"


def test_where_only_previews_were_made_it_is_first_said_that_nothing_was_spent() -> None:
    found = Book().sent("a", model="preview/m").kept("a").account
    assert bills.text(found, "stage") == "nothing was spent; calls of previews, which cost nothing: 1\n"


def test_a_higher_take_replaces_the_one_before_and_an_edit_does_not() -> None:
    same = {"action": "scenes/x/scene"}
    retaken = Book().sent("a", **same).kept("a").sent("b", take=2, **same).kept("b")
    assert [bought.state for bought in retaken.account.purchases] == ["replaced", "kept"]
    assert retaken.account.rates() == {"scene": Decimal(2)}
    edited = Book().sent("a", **same).kept("a").sent("b", **same).kept("b")
    assert edited.account.rates() == {"scene": Decimal(1)}


def test_the_rate_leaves_out_what_still_runs_and_is_unknown_where_nothing_was_kept() -> None:
    book = Book().sent("a").kept("a", problems=("bad",)).sent("b").sent("d").then("answer", "d", task="t")
    assert book.account.rates() == {}
    book.sent("c").kept("c")
    assert book.account.rates() == {"scene": Decimal(2)}


def test_an_old_journal_names_the_drama_in_its_episodes_alone() -> None:
    book = Book().sent("a", drama=None, action="mini/s01/clip").sent("b", drama=None).sent("c", drama="other")
    assert [line.name for line in book.account.lines("drama")] == ["mini", "other", "unknown"]


def test_a_call_whose_line_was_damaged_is_shown_as_paid_perhaps_at_an_unknown_price() -> None:
    found = account([{"t": "doubt", "key": "a", "attempt": 1, "at": "2026-11-20T10:00:00", "detail": "damaged"}])
    (line,) = found.lines("stage")
    assert (line.name, line.currency, line.taken, line.told) == ("unknown", "", 1, 0)
    assert "?" in bills.text(found, "stage")


def test_damaged_facts_are_unknown_and_never_an_error() -> None:
    book = Book().sent("a", cost={"least": "x", "most": "y", "currency": "CNY"}).sent("b", cost=None, at="")
    assert [line.name for line in book.account.lines("day")] == ["2026-11-20", "unknown"]
    assert book.account.spent() == {}


def test_a_text_call_is_charged_by_the_tokens_that_the_relay_reports() -> None:
    model = Model("t", "text", Price(million_in=Decimal(2), million_out=Decimal(12)))
    call = TextCall("t", "", (Message("user", "x"),), 100)
    found = charge_of(call, model, {"prompt_tokens": 1000, "completion_tokens": 500})
    assert found is not None
    assert found.amount == Decimal("0.008")
    for unusable in ({}, {"prompt_tokens": 5}, {"prompt_tokens": 0, "completion_tokens": 0}):
        assert charge_of(call, model, unusable) is None
    assert charge_of(call, model, {"prompt_tokens": "5", "completion_tokens": True}) is None
    assert charge_of(call, model.for_preview(), {"prompt_tokens": 5, "completion_tokens": 5}) is None


def test_pictures_and_clips_are_charged_their_price() -> None:
    picture = charge_of(ImageCall("i", "", "1:1", "1K"), Model("i", "image", Price(call=Decimal("0.2"))), {})
    price = Price(second=Decimal("0.1"), durations=((5000, Decimal("1.2")),))
    clip = charge_of(VideoCall("v", "", "16:9", 5000), Model("v", "video", price), {})
    assert picture
    assert clip
    assert (picture.amount, clip.amount) == (Decimal("0.2"), Decimal("1.7"))


# The paid path, over a socket


def costs(root: Path, *more: str) -> Any:
    ran = manjuc("costs", "--format", "json", *more, cwd=root)
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_the_plan_and_the_costs_and_the_relays_own_account_agree(root: Path, relay: Served) -> None:
    assert build(root, relay, "--until", "script", "--yes").code == 0
    estimate = [step["cost"] for step in steps(root, relay).values() if step["stage"] != "script"]
    assert build(root, relay, "--until", "clip", "--yes").code == 0
    prices = {PICTURES: Decimal("0.2"), "/v2/videos/generations": Decimal("0.33")}
    taken = [got for got in relay.app.log if got.method == "POST" and got.status < 300]
    theirs = sum((prices.get(got.path, Decimal(0)) for got in taken), Decimal(0))
    found = costs(root, "--by", "stage")
    lines = {line["name"]: line for line in found["lines"]}
    script = lines.pop("script")
    ours = sum(Decimal(line["charged"]) for line in lines.values())
    assert ours == theirs == sum(Decimal(cost["max"]) for cost in estimate if cost)
    for stage, line in lines.items():
        assert line["charged"] == line["estimated"]["min"] == line["estimated"]["max"], stage
    low, high = (Decimal(script["estimated"][end]) for end in ("min", "max"))
    assert low <= Decimal(script["charged"]) <= high
    assert all(line["kept"] == line["taken"] == line["charged_calls"] for line in found["totals"])
    assert build(root, relay, "--until", "clip").code == 0
    assert costs(root) == found, "a build with nothing to do costs nothing"


def test_a_refused_call_costs_nothing_and_an_uncertain_one_may(root: Path, relay: Served) -> None:
    relay.once("POST", PICTURES, answer(400, b'{"error": {"message": "bad"}}'))
    assert build(root, relay, *SCENE).code == 4
    (line,) = costs(root, SPEC)["lines"]
    assert (line["calls"], line["taken"], line["estimated"]["max"]) == (1, 0, "0")
    relay.once("POST", PICTURES, hang_up())
    assert build(root, relay, *SCENE).code == 6
    (line,) = costs(root, SPEC)["lines"]
    assert (line["calls"], line["taken"], line["kept"], line["charged"]) == (2, 1, 0, None)
    assert line["estimated"]["max"] == "0.2"


def test_costs_are_shown_by_drama_stage_model_and_day_in_three_forms(root: Path, relay: Served) -> None:
    assert manjuc("costs", cwd=root).out == "nothing was spent\n"
    assert build(root, relay, *SCENE).code == 0
    assert [line["name"] for line in costs(root / "specs", "--by", "drama")["lines"]] == ["mini"]
    assert [line["name"] for line in costs(root, "--by", "model")["lines"]] == ["nano-banana-2"]
    (day,) = (line["name"] for line in costs(root, "--by", "day")["lines"])
    assert len(day) == 10
    shown = manjuc("costs", cwd=root).out.splitlines()
    assert shown[1].split() == ["scene", "1", "1", "1", "0", "¥0.2", "¥0.2", "1"]
    assert shown[-1].startswith("total")
    (row,) = csv.DictReader(io.StringIO(manjuc("costs", "--format", "csv", cwd=root).out))
    assert (row["stage"], row["currency"], row["charged"], row["bought_per_kept"]) == ("scene", "CNY", "0.2", "1.00")
    (root / "specs/other.yaml").write_text(MINI, encoding="utf-8")
    assert costs(root, "specs/other.yaml")["lines"] == []


def test_specs_of_two_projects_are_not_mixed(root: Path) -> None:
    (root / "far").mkdir()
    (root / "far/manjuc.yaml").write_text("", encoding="utf-8")
    (root / "far/d.yaml").write_text(MINI, encoding="utf-8")
    assert manjuc("costs", SPEC, "far/d.yaml", cwd=root).code == 2
