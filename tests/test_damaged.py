"""A journal of which a line is damaged: no money vanishes from the account, no call is bought twice, and it is said."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from serving import CLIP, CLIPS, KEY, PICTURES, QUICK, SCENE, SPEC, Served, answer, build, held_build, manjuc, run

from manjuc import journal
from manjuc.accounts import account
from manjuc.calls import Artifact
from manjuc.digest import digest_of
from manjuc.disk import now
from manjuc.graph import ActionId
from manjuc.models import Money
from manjuc.steps import Accepted, Cost, Dropped, Underway
from manjuc.store import Store, cost_entry
from manjuc.wire import Ticket

PREIMAGE = b'{"call":"one"}'
KEY_OF_IT = digest_of(PREIMAGE)
PLATE = ActionId("scenes/corridor/scene")
PRICE = Cost(Decimal("0.2"), Decimal("0.2"), "CNY")
FACTS = {
    "drama": "mini",
    "action": PLATE,
    "stage": "scene",
    "take": 1,
    "model": "nano-banana-2",
    "dialect": "newapi",
    "base_url": "https://relay.example",
    "cost": cost_entry(PRICE),
}
CHARGED = {"amount": "0.2", "currency": "CNY"}
GIVEN_UP = ("resolve", SPEC, SCENE[1], "--lost")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".manjuc"


def sent(store: Store) -> int:
    return now(store.intend(KEY_OF_IT, PREIMAGE, **FACTS))


def kept(store: Store, attempt: int) -> None:
    found = (Artifact("result", now(store.put(b"picture")), "image/png", 7),)
    now(store.commit(KEY_OF_IT, attempt, found, (), action=PLATE, first_key=KEY_OF_IT, charged=CHARGED))


def lines_of(folder: Path) -> list[bytes]:
    return (folder / "journal.jsonl").read_bytes().splitlines()


def spoil(folder: Path, number: int, word: str, other: str) -> None:
    """Change a word in a line of the journal."""
    lines = lines_of(folder)
    assert word.encode() in lines[number]
    lines[number] = lines[number].replace(word.encode(), other.encode(), 1)
    (folder / "journal.jsonl").write_bytes(b"\n".join(lines) + b"\n")


def spoilt(folder: Path) -> Iterator[tuple[int, int]]:
    """The journal with each byte changed in turn: which line, and where in it; before and after it is set right."""
    lines = lines_of(folder)
    for number, line in enumerate(lines):
        for at in range(len(line)):
            other = line[:at] + bytes([line[at] ^ 1]) + line[at + 1 :]
            (folder / "journal.jsonl").write_bytes(b"\n".join([*lines[:number], other, *lines[number + 1 :]]) + b"\n")
            yield number, at
            if at % 50 == 0:
                with Store(folder).writing():
                    pass
                (folder / "journal.jsonl.damaged-1").unlink()
                yield number, at


def test_whatever_letter_is_changed_a_call_that_was_kept_is_in_the_account_with_its_charge(folder: Path) -> None:
    store = Store(folder)
    with store.writing():
        now(store.answered(KEY_OF_IT, sent(store), b"{}", Ticket("7")))
        kept(store, 1)
    for place in spoilt(folder):
        assert Store(folder).account().spent()["CNY"] >= Decimal("0.2"), place


def test_whatever_letter_is_changed_a_call_of_which_nothing_else_tells_counts_where_it_is_still_named(
    folder: Path,
) -> None:
    store = Store(folder)
    with store.writing():
        now(store.resolved(KEY_OF_IT, sent(store), None))
        sent(store)
    *_, line = lines_of(folder)
    vital = [range(*found.span()) for found in re.finditer(rb'"key":"\w+"|"cost":{.*?}', line)]
    for number, at in spoilt(folder):
        if number == 2 and not any(at in part for part in vital):
            assert Store(folder).account().spent() == {"CNY": Decimal("0.2")}, at
            history = Store(folder).history(KEY_OF_IT)
            assert isinstance(history, Underway), at
            assert not history.answered


def test_a_bound_of_a_price_that_cannot_be_read_is_the_other_one(folder: Path) -> None:
    store = Store(folder)
    with store.writing():
        sent(store)
    whole = (folder / "journal.jsonl").read_bytes()
    for bound in ("least", "most"):
        (folder / "journal.jsonl").write_bytes(whole)
        spoil(folder, 0, f'"{bound}":"0.2"', f'"{bound}":"0,2"')
        assert Store(folder).account().spent() == {"CNY": Decimal("0.2")}


def test_of_a_call_of_which_a_damaged_outcome_is_all_that_is_left_the_charge_counts(folder: Path) -> None:
    store = Store(folder)
    with store.writing():
        sent(store)
        kept(store, 1)
    (folder / "journal.jsonl").write_bytes(lines_of(folder)[1] + b"\n")
    spoil(folder, 0, '"media":"image/png"', '"media":"image/pnh"')
    assert Store(folder).account().spent() == {"CNY": Decimal("0.2")}


def test_what_a_damaged_line_does_not_tell_is_known_by_another_attempt_at_the_same_call(folder: Path) -> None:
    store = Store(folder)
    with store.writing():
        now(store.unclear(KEY_OF_IT, sent(store), "no answer"))
        now(store.resolved(KEY_OF_IT, 1, None))
        sent(store)
    spoil(folder, 3, '"currency":"CNY"', '"currency":"C?Y"')
    assert Store(folder).account().spent() == {"CNY": Decimal("0.2")}
    with Store(folder).writing() as notice:
        assert str(notice).startswith("the journal held 1 damaged lines; they are kept in ")
    store = Store(folder)
    with store.writing():
        now(store.resolved(KEY_OF_IT, 2, None, charged=True))
    assert [line.charged for line in Store(folder).account().totals()] == [Decimal("0.2")]


def test_a_call_of_which_only_the_outcome_is_left_counts_and_local_work_does_not() -> None:
    commit = {"t": "commit", "key": "a", "attempt": 1, "at": "2026-11-20T10:00:00", "action": "mini/s01/clip"}
    found = account([{**commit, "problems": [], "charged": CHARGED}])
    assert found.spent() == {"CNY": Decimal("0.2")}
    assert [line.name for line in found.lines("drama")] == ["mini"]
    assert account([{**commit, "action": "mini/film", "problems": [], "charged": None}]).purchases == ()


@pytest.mark.parametrize("spoil_key", [False, True])
def test_a_job_whose_beginning_is_damaged_is_still_a_job_that_is_paid(folder: Path, spoil_key: bool) -> None:
    store = Store(folder)
    with store.writing():
        now(store.answered(KEY_OF_IT, sent(store), b"{}", Ticket("7")))
    spoil(folder, 0, *(('"key":"', '"kex":"') if spoil_key else ('"stage"', '"stagf"')))
    for _ in range(2):
        history = Store(folder).history(KEY_OF_IT)
        assert isinstance(history, Underway)
        assert (history.answered, history.ticket) == (True, Ticket("7"))
        assert history.base_url == ("" if spoil_key else FACTS["base_url"])
        with Store(folder).writing():
            pass


@pytest.mark.parametrize("letter", ["", "}", " "])
def test_two_lines_that_a_damaged_end_has_made_one_tell_of_both_calls(folder: Path, letter: str) -> None:
    store, other = Store(folder), b"{}"
    with store.writing():
        now(store.answered(KEY_OF_IT, sent(store), b"{}", Ticket("7")))
        now(store.intend(digest_of(other), other, **FACTS))
    first, second, third = lines_of(folder)
    (folder / "journal.jsonl").write_bytes(first + b"\n" + second + letter.encode() + third + b"\n")
    for _ in range(2):
        history = Store(folder).history(KEY_OF_IT)
        assert isinstance(history, Underway)
        assert history.attempt == 1, "nobody has sent it twice"
        assert isinstance(Store(folder).history(digest_of(other)), Underway), "it may be paid for"
        assert Store(folder).account().spent() == {"CNY": Decimal("0.4")}
        with Store(folder).writing():
            pass


@pytest.mark.parametrize("cut", [1, 6])
def test_a_damaged_line_about_a_film_asks_nobody_and_counts_nothing(root: Path, relay: Served, cut: int) -> None:
    assert build(root, relay, "--yes").code == 0
    path = root / ".manjuc/journal.jsonl"
    before, film = path.read_bytes().rstrip(b"\n").rsplit(b"\n", 1)
    assert b'"role":"film"' in film
    path.write_bytes(before + b"\n" + film[:-cut])
    spent = json.loads(manjuc("costs", "--format", "json", cwd=root).out)
    assert "unknown" not in json.dumps(spent)
    again = build(root, relay, "--yes")
    assert again.code == 0, again.err
    assert (root / "build/mini/mini.mp4").is_file()


def test_a_word_that_came_behind_the_result_drops_nothing_of_it(folder: Path) -> None:
    store = Store(folder)
    with store.writing():
        now(store.answered(KEY_OF_IT, sent(store), b"{}", Ticket("7")))
        kept(store, 1)
        now(store.resolved(KEY_OF_IT, 1, None))
        assert isinstance(store.history(KEY_OF_IT), Accepted)
        now(store.resolved(KEY_OF_IT, 1, None, charged=True))
    assert isinstance(Store(folder).history(KEY_OF_IT), Accepted)
    assert [bought.state for bought in Store(folder).account().purchases] == ["kept"]


def test_a_charge_of_which_the_journal_has_lost_the_price_counts_with_the_price_of_today(folder: Path) -> None:
    store = Store(folder)
    with store.writing():
        sent(store)
    spoil(folder, 0, '"currency":"CNY"', '"currency":"C?Y"')
    store = Store(folder)
    with store.writing():
        assert store.account().spent() == {}
        now(store.resolved(KEY_OF_IT, 1, None, charged=True, price=Money(Decimal("0.3"), "CNY")))
    assert isinstance(Store(folder).history(KEY_OF_IT), Dropped)
    assert Store(folder).account().spent() == {"CNY": Decimal("0.3")}


def test_a_damaged_line_of_what_was_bought_is_told_and_neither_costs_nor_budget_forget_it(
    root: Path, relay: Served
) -> None:
    assert build(root, relay, *SCENE).code == 0
    spoil(root / ".manjuc", 0, "nano-banana-2", "nano-banana-3")
    shown = manjuc("costs", "--format", "json", cwd=root)
    assert shown.err == "warning: the journal holds 1 damaged lines: more may have been spent than is shown\n"
    assert json.loads(shown.out)["totals"][0]["charged"] == "0.2"
    (root / "manjuc.yaml").write_text(QUICK + "budget: {CNY: 0.3}\n", encoding="utf-8")
    (root / SPEC).write_text((root / SPEC).read_text(encoding="utf-8").replace("蓝紫", "墨绿"), encoding="utf-8")
    for _ in range(2):
        ran = build(root, relay, *SCENE)
        assert ran.code == 5
        assert "is ¥0.3, of which ¥0.2 is spent or under way" in ran.err
    assert relay.posts(PICTURES) == 1


def test_of_a_doubt_is_told_when_and_where_it_was_sent_and_it_counts_until_it_is_given_up(
    root: Path, relay: Served
) -> None:
    relay.once("POST", PICTURES, answer(500, b"{}"))
    assert build(root, relay, *SCENE).code == 6
    begun = lines_of(root / ".manjuc")[0]
    (root / ".manjuc/journal.jsonl").write_bytes(begun + b"\n")
    spoil(root / ".manjuc", 0, "nano-banana-2", "nano-banana-3")
    (root / "manjuc.yaml").write_text(QUICK + "budget: {CNY: 0.3}\n", encoding="utf-8")
    at = json.loads(begun.partition(b" ")[2])["at"]
    ran = build(root, relay, *SCENE)
    assert f"it was sent at {at} to {relay.url}, and the journal's line about it is damaged" in ran.err
    spec = (root / SPEC).read_text(encoding="utf-8")
    (root / SPEC).write_text(spec.replace("蓝紫", "墨绿"), encoding="utf-8")
    assert "is ¥0.3, of which ¥0.2 is spent or under way" in build(root, relay, *SCENE).err
    (root / SPEC).write_text(spec, encoding="utf-8")
    assert run(root, relay, *GIVEN_UP, "--charged").code == 0
    (total,) = json.loads(manjuc("costs", "--format", "json", cwd=root).out)["totals"]
    assert (total["failed"], total["charged"]) == (1, "0.2")
    assert relay.posts(PICTURES) == 0


WHAT_TO_DO = (
    "a paid call of which they leave open what became of it is not sent again: `manjuc plan` calls it uncertain, "
    "and `manjuc resolve` says what became of it. Where `manjuc plan` calls nothing uncertain, there is nothing to do"
)


def doubtful(root: Path, relay: Served) -> None:
    """A project whose journal has lost what became of a call."""
    relay.once("POST", PICTURES, answer(500, b"{}"))
    assert build(root, relay, *SCENE).code == 6
    begun = lines_of(root / ".manjuc")[0]
    (root / ".manjuc/journal.jsonl").write_bytes(begun + b"\n")
    spoil(root / ".manjuc", 0, "nano-banana-2", "nano-banana-3")


def test_a_build_that_sets_a_damaged_journal_right_says_what_it_means_and_what_to_do_and_that_is_true(
    root: Path, relay: Served
) -> None:
    doubtful(root, relay)
    ran = build(root, relay, *SCENE)
    aside = root / ".manjuc" / "journal.jsonl.damaged-1"
    assert f"the journal held 1 damaged lines; they are kept in {aside}. What they still show counts" in ran.err
    assert WHAT_TO_DO in ran.err
    assert (ran.code, relay.posts(PICTURES)) == (6, 0), "it is not sent again"
    assert f"{SCENE[1]}  uncertain" in run(root, relay, "plan", SPEC, *SCENE[:4]).out
    told = run(root, relay, *GIVEN_UP)
    assert told.err.splitlines()[-1] == f"the next build may submit {SCENE[1]} once more"
    assert "uncertain" not in run(root, relay, "plan", SPEC, *SCENE[:4]).out
    again = build(root, relay, *SCENE)
    assert (again.code, relay.posts(PICTURES)) == (0, 1)
    assert "damaged" not in told.err + again.err, "it was set right already"


@pytest.mark.parametrize("line", [GIVEN_UP, ("accept", SPEC, SCENE[1])], ids=lambda line: line[0])
def test_whatever_command_sets_a_damaged_journal_right_says_so(
    root: Path, relay: Served, line: tuple[str, ...]
) -> None:
    if line is GIVEN_UP:
        doubtful(root, relay)
    else:
        assert build(root, relay, *SCENE).code == 0
        spoil(root / ".manjuc", 0, "nano-banana-2", "nano-banana-3")
    ran = run(root, relay, *line, "--lang", "zh")
    assert ran.code == 0
    assert "账本里有 1 行坏了" in ran.err
    assert "`manjuc plan` 里没有“不明”的，就什么都不用做" in ran.err
    assert "damaged" not in ran.err.replace("journal.jsonl.damaged-1", "")


def test_of_a_doubt_of_which_nothing_else_is_left_that_is_said_in_both_languages(root: Path, relay: Served) -> None:
    relay.once("POST", PICTURES, answer(500, b"{}"))
    assert build(root, relay, *SCENE).code == 6
    (entry, *_) = journal.read(root / ".manjuc/journal.jsonl").entries
    bare = f'?"key":"{entry["key"]}"'.encode()
    (root / ".manjuc/journal.jsonl").write_bytes(bare + b"\n")
    assert "sent at an unknown time to an unknown relay" in run(root, relay, "show", SPEC, SCENE[1]).out
    assert "不明的时间发往不明的中转站" in run(root, relay, "show", SPEC, SCENE[1], "--lang", "zh").out.replace(" ", "")
    assert "it was sent at an unknown time to an unknown relay, and" in build(root, relay, *SCENE).err
    assert run(root, relay, *GIVEN_UP, "--charged").code == 0
    assert json.loads(manjuc("costs", "--format", "json", cwd=root).out)["totals"][0]["charged"] == "0.2"


@pytest.mark.long
def test_a_job_whose_beginning_is_lost_is_fetched_from_the_relay_that_there_is_and_not_bought_again(
    root: Path, relay: Served
) -> None:
    gate = relay.hold("GET", f"{CLIPS}/")
    with held_build(root, relay, gate, *CLIP, key=KEY) as process:
        process.kill()
    lines = lines_of(root / ".manjuc")
    begun = next(n for n, line in enumerate(lines) if b'"t":"intent"' in line and b"mini/s01/clip" in line)
    spoil(root / ".manjuc", begun, '"key":"', '"kex":"')
    ran = build(root, relay, *CLIP)
    assert ran.code == 0, ran.err
    assert relay.posts(CLIPS) == 1
