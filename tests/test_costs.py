"""What `costs` reads in the journal: what a relay took, what it charged, and that the plan had said so."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from rehearsing import ACTION, Theatre, models_of, paid_relay, staged, theatre
from serving import (
    CLIP,
    CLIPS,
    KEY,
    MINI,
    PICTURES,
    QUICK,
    SCENE,
    SPEC,
    Ran,
    Served,
    answer,
    build,
    hang_up,
    held_build,
    manjuc,
    steps,
)

from manjuc import bills
from manjuc.accounts import Account, account
from manjuc.calls import ImageCall, Message, TextCall, VideoCall
from manjuc.models import Kind, Model, Price
from manjuc.preview.faults import Fault, Misbehaving
from manjuc.prices import charge_of

CHARGED = {"amount": "0.2", "currency": "CNY"}


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
        ([("unclear", {"detail": "?"}), ("resolved", {"task": None, "charged": CHARGED})], "failed", True),
        ([("unclear", {"detail": "?"}), ("resolved", {"task": None, "charged": None})], "failed", True),
        ([("resolved", {"task": None}), ("resolved", {"task": None, "charged": CHARGED})], "failed", True),
        ([("unclear", {"detail": "?"}), ("resolved", {"task": "t"})], "taken", True),
        ([("answer", {"task": "t"}), ("resolved", {"task": None})], "failed", True),
        ([("answer", {"task": "t"}), ("resolved", {"task": None, "charged": CHARGED})], "failed", True),
        (
            [("declined", {"why": "moderation", "message": "no"}), ("resolved", {"task": None, "charged": CHARGED})],
            "failed",
            True,
        ),
        (
            [("commit", {"problems": ["no picture"]}), ("resolved", {"task": None, "charged": CHARGED})],
            "rejected",
            True,
        ),
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


def test_what_the_relay_told_of_an_amount_comes_before_what_a_person_says_of_the_charge() -> None:
    book = Book().sent().then("answer", task=None).kept(charged="0.013", problems=("bad",))
    assert spent(book.then("resolved", task=None, charged=CHARGED)) == {"CNY": "0.013"}


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


@pytest.mark.parametrize(
    "talk",
    [
        {"message": {"content": "抱歉，此内容可能违反了我们的内容政策。"}, "finish_reason": "stop"},
        {"message": {"content": None, "refusal": "抱歉，此内容可能违反了我们的内容政策。"}, "finish_reason": "stop"},
        {"message": {"content": None, "refusal": "I'm sorry, I can't help with that."}, "finish_reason": "stop"},
        {"message": {"content": ""}, "finish_reason": "content_filter"},
        {"message": {"content": None}, "finish_reason": "PROHIBITED_CONTENT"},
    ],
)
def test_a_text_that_is_refused_in_any_place_is_bought_once_and_counts_by_its_tokens(
    root: Path, relay: Served, talk: dict[str, object]
) -> None:
    usage = {"prompt_tokens": 1300, "completion_tokens": 3100}
    relay.once("POST", "/v1/chat", answer(200, json.dumps({"choices": [talk], "usage": usage}).encode()))
    ran = build(root, relay, "--until", "script", "--yes")
    assert ran.code == 4
    assert "the content was refused" in ran.err
    assert "(the relay says: )" not in ran.err
    assert relay.posts() == 0, "no other round is bought"
    (line,) = costs(root, SPEC)["lines"]
    assert (line["calls"], line["taken"], line["kept"], line["charged"]) == (1, 1, 0, "0.0398")


def test_where_there_is_no_project_nothing_is_said_of_its_money(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    for form in ("text", "json", "csv"):
        ran = manjuc("costs", "--format", form, cwd=folder)
        assert (ran.code, ran.out) == (2, "")
        assert f"there is no project here: neither {folder} nor a folder above it has a `manjuc.yaml`" in ran.err
    assert f"这里没有项目：{folder} " in manjuc("costs", "--lang", "zh", cwd=folder).err
    (folder / ".manjuc").mkdir()
    assert manjuc("costs", cwd=folder).out == "nothing was spent\n"


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


# What is given up, and was charged

ONLY: dict[Kind, tuple[str, ...]] = {"text": ("--until", "script"), "image": SCENE[:-1], "video": CLIP[:-1]}


@pytest.fixture
def stage(root: Path) -> Iterator[Theatre]:
    """A relay with books of its own, that takes the project's calls."""
    with theatre() as it:
        it.models = models_of(root / SPEC)
        yield it


def told(root: Path, it: Theatre | Served, *words: str) -> Ran:
    return manjuc(*words, cwd=root, key=KEY, url=it.url)


def cut_off(root: Path, it: Theatre, kind: Kind, folder: Path) -> Misbehaving:
    """A relay that has taken a call and said nothing of it; its books."""
    relay = it.opened(paid_relay(folder))
    relay.play(Fault("hang_up_after", "submit", kind))
    ran = told(root, it, "build", SPEC, *ONLY[kind], "--yes")
    assert ran.code == 6, ran.err
    assert "add `--charged`" in ran.err
    return relay


def test_a_call_of_several_actions_is_planned_and_paid_once(tmp_path: Path, root: Path, stage: Theatre) -> None:
    """Two rooms alike, and behind them two clips that wait for their pictures: a call each."""
    relay = stage.opened(paid_relay(tmp_path / "relay"))
    one = "{name: 走廊, tone: 蓝紫}"
    rooms = MINI.replace(f"corridor: {one}", f"a: {one}\n  b: {one}").replace("shots: {min: 2, max: 3}, ", "")
    (root / "specs/mini.yaml").unlink()
    (root / "specs/twice.yaml").write_text(f"{rooms}episodes: twice/*.yaml\n", encoding="utf-8")
    (root / "specs/twice").mkdir()
    for scene in "ab":
        shot = f"{{id: s01, scene: {scene}, seconds: 1, action: 雨点打在窗上}}"
        text = f"manju: 1\nepisode: e{scene}\nshots: [{shot}, {shot.replace('s01', 's02')}]\n"
        (root / f"specs/twice/{scene}.yaml").write_text(text, encoding="utf-8")
    shown = told(root, stage, "plan", "--format", "json", "specs/twice.yaml")
    assert shown.code == 0, shown.err
    plan = json.loads(shown.out)
    assert {step["id"]: step["same_as"] for step in plan["steps"] if step["same_as"]} == {
        "scenes/b/scene": "scenes/a/scene",
        "eb/s01/contact_sheet": "ea/s01/contact_sheet",
        "eb/s01/clip": "ea/s01/clip",
    }
    alone = json.loads(told(root, stage, "plan", "--format", "json", "specs/twice.yaml", "--only", "scenes/b").out)
    assert alone["totals"]["CNY"] == {"min": "0.2", "max": "0.2"}, "where the first is not asked for"
    most = plan["totals"]["CNY"]["max"]
    ran = told(root, stage, "build", "specs/twice.yaml", "--yes", "--max-cost", most)
    assert ran.code == 0, ran.err
    (theirs,) = relay.account.totals()
    (ours,) = costs(root)["totals"]
    assert plan["totals"]["CNY"]["min"] == most == str(theirs.amount) == ours["charged"]


@pytest.mark.parametrize("kind", ["text", "image", "video"])
def test_a_call_given_up_as_charged_is_in_the_costs_as_in_the_relays_own_account(tmp_path: Path, kind: Kind) -> None:
    spec, _ = staged(tmp_path / kind, kind, QUICK)
    root, id = spec.parent.parent, ACTION[kind]
    with theatre() as it:
        it.models = models_of(spec)
        relay = cut_off(root, it, kind, tmp_path / "relay")
        (theirs,) = relay.account.totals()
        ran = told(root, it, "resolve", SPEC, id, "--lost", "--charged")
        assert ran.code == 0, ran.err
        assert f"{id} counts as charged; the next build may submit it once more" in ran.err
        assert "declared lost, and charged" in told(root, it, "show", SPEC, id).out
        for by in ("drama", "stage", "model", "day"):
            (line,) = costs(root, "--by", by)["lines"]
            counts = ("calls", "taken", "kept", "failed", "charged_calls")
            assert [line[each] for each in counts] == [1, 1, 0, 1, 1], by
            assert line["charged"] == line["estimated"]["max"]
            assert Decimal(line["charged"]) == theirs.amount or (kind == "text" and line["charged"] > "0.19")
        assert told(root, it, "build", SPEC, *ONLY[kind]).code == 5, "what was charged is no consent to pay again"
        assert told(root, it, "build", SPEC, *ONLY[kind], "--yes").code == 0
        (total,), (theirs,) = costs(root)["totals"], relay.account.totals()
        assert relay.account.taken().total() == 2
        assert (total["calls"], total["taken"], total["kept"], total["failed"]) == (2, 2, 1, 1)
        assert total["bought_per_kept"] == "2"
        if kind == "text":
            assert theirs.amount < Decimal(total["charged"]) < Decimal("0.25"), "of a text it is an upper estimate"
        else:
            assert Decimal(total["charged"]) == theirs.amount
        assert "*" not in manjuc("costs", cwd=root).out
        (row,) = csv.DictReader(io.StringIO(manjuc("costs", "--format", "csv", cwd=root).out))
        assert (row["taken"], row["failed"], row["charged"]) == ("2", "1", total["charged"])


@pytest.mark.parametrize(("more", "enough", "spent"), [((), "0.2", "0"), (("--charged",), "0.4", "0.2")])
def test_a_call_given_up_as_charged_is_gone_of_the_budget(
    root: Path, stage: Theatre, tmp_path: Path, more: tuple[str, ...], enough: str, spent: str
) -> None:
    relay = cut_off(root, stage, "image", tmp_path / "books")
    assert told(root, stage, "resolve", SPEC, SCENE[1], "--lost", *more).code == 0
    facts = (root / "manjuc.yaml").read_text(encoding="utf-8")
    short = Decimal(enough) - Decimal("0.01")
    (root / "manjuc.yaml").write_text(f"{facts}budget: {{CNY: {short}}}\n", encoding="utf-8")
    ran = told(root, stage, "build", SPEC, *SCENE)
    assert ran.code == 5
    assert f"is ¥{short}, of which ¥{spent} is spent" in ran.err
    (root / "manjuc.yaml").write_text(f"{facts}budget: {{CNY: {enough}}}\n", encoding="utf-8")
    assert told(root, stage, "build", SPEC, *SCENE).code == 0
    assert relay.account.taken().total() == 2


def test_a_charge_counts_with_the_price_it_was_sent_at_and_may_be_found_after_the_call_was_given_up(
    root: Path, stage: Theatre, tmp_path: Path
) -> None:
    cut_off(root, stage, "image", tmp_path / "books")
    dear = QUICK + "  nano-banana-2: {price: {call: 7}}\n"
    (root / "manjuc.yaml").write_text(dear, encoding="utf-8")
    word = ("resolve", SPEC, SCENE[1], "--lost")
    assert told(root, stage, *word).code == 0
    assert costs(root)["totals"][0]["taken"] == 0
    assert told(root, stage, *word).code == 2
    for _ in range(2):
        assert told(root, stage, *word, "--charged").code == 0
        (total,) = costs(root)["totals"]
        assert (total["taken"], total["charged"]) == (1, "0.2")
    (root / "manjuc.yaml").write_text(QUICK, encoding="utf-8")
    assert told(root, stage, "build", SPEC, *SCENE).code == 0
    assert told(root, stage, *word, "--charged").code == 2, "the call that was sent anew is neither uncertain nor lost"
    assert costs(root)["totals"][0]["charged"] == "0.4"


def test_an_earlier_call_is_given_up_as_charged_by_its_key_even_where_nothing_would_be_paid(
    root: Path, stage: Theatre, tmp_path: Path
) -> None:
    cut_off(root, stage, "image", tmp_path / "books")
    (root / SPEC).write_text(MINI.replace("蓝紫", "墨绿"), encoding="utf-8")
    named = told(root, stage, "resolve", SPEC, SCENE[1], "--lost").err.partition("--key ")[2].split()[0]
    word = ("resolve", SPEC, SCENE[1], "--lost", "--charged", "--key", named)
    assert manjuc(*word, cwd=root).code == 0
    assert costs(root)["totals"][0]["charged"] == "0.2"


def test_a_job_that_runs_counts_whether_it_is_given_up_as_charged_or_not(root: Path, relay: Served) -> None:
    for more, known in (((), None), (("--charged",), "0.33")):
        gate = relay.hold("GET", f"{CLIPS}/")
        with held_build(root, relay, gate, *CLIP) as process:
            process.kill()
        before = next(line for line in costs(root)["lines"] if line["name"] == "clip")
        ran = told(root, relay, "resolve", SPEC, CLIP[1], "--lost", *more)
        assert "was taken by" in ran.err
        (after,) = (line for line in costs(root)["lines"] if line["name"] == "clip")
        assert after["estimated"] == before["estimated"]
        assert (after["failed"], after["charged"]) == (before["failed"] + 1, known)


def test_a_refused_call_of_which_the_log_shows_a_charge_can_be_given_up_as_charged(root: Path, relay: Served) -> None:
    relay.once("POST", PICTURES, answer(400, '{"error": {"message": "内容违规 content_policy_violation"}}'.encode()))
    assert build(root, relay, *SCENE).code == 4
    assert costs(root)["totals"][0]["taken"] == 0
    ran = told(root, relay, "resolve", SPEC, SCENE[1], "--lost", "--charged", "--lang", "zh")
    assert ran.err.splitlines()[-1] == f"{SCENE[1]} 算作已收费；下次构建可以再提交一次"
    (total,) = costs(root)["totals"]
    assert (total["taken"], total["failed"], total["charged"]) == (1, 1, "0.2")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--charged",), "give --charged beside --lost"),
        (("--task-id", "x", "--charged"), "give --charged beside --lost"),
        (("--task-id", "x", "--lost", "--charged"), "give either --task-id ID or --lost"),
        (("--lost", "--charged", "--preview"), "the call of a preview is never charged"),
        (("--lost", "--charged"), "is neither uncertain nor failed"),
    ],
)
def test_what_cannot_have_been_charged_is_no_use(root: Path, words: tuple[str, ...], said: str) -> None:
    ran = manjuc("resolve", SPEC, SCENE[1], *words, cwd=root, key=KEY)
    assert ran.code == 2
    assert said in ran.err
    assert manjuc("costs", cwd=root).out == "nothing was spent\n"
