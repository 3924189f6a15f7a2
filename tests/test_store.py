"""The store: bytes that stay as they are, one writer, and what the journal's entries come to for each call."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from manjuc.calls import Artifact
from manjuc.digest import Digest, digest_of
from manjuc.disk import now
from manjuc.errors import StoreBroken
from manjuc.graph import ActionId
from manjuc.steps import Accepted, Cost, Declined, Dropped, History, Rejected, Underway
from manjuc.store import Store, cost_entry
from manjuc.wire import Ticket

PREIMAGE = b'{"call":"one"}'
KEY = digest_of(PREIMAGE)
CLIP = ActionId("detective/s01/clip")
URL = "https://relay.example"
SIGNED = b'{"url":"https://cdn.example/x?sig=secret"}'
FACTS = {"action": CLIP, "stage": "clip", "model": "sora-2", "base_url": URL}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / ".manjuc")
    with made.writing():
        yield made


def reopened(store: Store) -> Store:
    """The same store as another process would find it."""
    return Store(store.folder)


def sent(store: Store) -> int:
    return now(store.intend(KEY, PREIMAGE, **FACTS))


def picture(store: Store, data: bytes = b"picture") -> tuple[Artifact, ...]:
    return (Artifact("result", now(store.put(data)), "video/mp4", len(data)),)


def committed(store: Store, problems: tuple[str, ...]) -> int:
    """An attempt whose answer held a signed link, brought to its end."""
    attempt = sent(store)
    store.lay_answer(KEY, attempt, SIGNED)
    now(store.answered(KEY, attempt, b'{"url":"https://cdn.example/x?***"}', None))
    now(store.commit(KEY, attempt, picture(store), problems, action=CLIP, first_key=KEY, cost=None))
    return attempt


def signed(store: Store) -> list[Path]:
    """The files that hold a signed link."""
    return [path for path in store.folder.rglob("*") if path.is_file() and b"secret" in path.read_bytes()]


# Blobs


def test_what_is_put_can_be_read_under_its_digest(store: Store) -> None:
    blob = now(store.put("雨夜".encode()))
    assert blob == digest_of("雨夜".encode())
    assert store.holds(blob)
    assert reopened(store).read(blob) == "雨夜".encode()
    assert now(store.put("雨夜".encode())) == blob


def test_a_finished_file_moves_in_with_all_its_bytes(store: Store) -> None:
    with store.scratch() as folder:
        file = folder / "clip"
        file.write_bytes(b"x" * (3 << 20))
        blob = now(store.adopt(file))
        assert not file.exists()
    assert blob == digest_of(b"x" * (3 << 20))
    assert len(store.read(blob)) == 3 << 20


def test_a_file_that_is_known_already_is_adopted_without_harm(store: Store) -> None:
    blob = now(store.put(b"the same"))
    with store.scratch() as folder:
        (folder / "again").write_bytes(b"the same")
        assert now(store.adopt(folder / "again")) == blob
    assert store.read(blob) == b"the same"


def test_the_scratch_folder_is_on_the_stores_own_disk_and_goes_away(store: Store) -> None:
    with store.scratch() as folder:
        assert folder.is_relative_to(store.folder)
        (folder / "left behind").write_bytes(b"x")
    assert not folder.exists()


@pytest.mark.skipif(os.name == "nt", reason="modes mean less there")
def test_blobs_are_read_only(store: Store) -> None:
    with store.scratch() as folder:
        (folder / "clip").write_bytes(b"adopted")
        blobs = [now(store.put(b"put")), now(store.adopt(folder / "clip"))]
    for blob in blobs:
        assert stat.S_IMODE(store.path(blob).stat().st_mode) == 0o444


def test_nothing_unfinished_lies_among_the_blobs(store: Store) -> None:
    blob = now(store.put(b"whole"))
    assert [path.name for path in (store.folder / "blobs").rglob("*") if path.is_file()] == [blob]


def test_a_blob_that_is_not_here_is_an_error_and_not_empty(store: Store) -> None:
    missing = digest_of(b"missing")
    assert not store.holds(missing)
    assert store.preimage(missing) is None
    with pytest.raises(StoreBroken, match=missing[:12]):
        store.read(missing)


@pytest.mark.parametrize("spoil", [lambda data: data[:-1], lambda data: b"", lambda data: b"X" + data[1:]])
def test_a_damaged_blob_is_refused(store: Store, spoil: Callable[[bytes], bytes]) -> None:
    blob = now(store.put(b"some bytes"))
    store.path(blob).chmod(0o644)
    store.path(blob).write_bytes(spoil(b"some bytes"))
    with pytest.raises(StoreBroken, match="damaged"):
        store.read(blob)


def test_a_damaged_blob_is_healed_by_the_same_bytes(store: Store) -> None:
    """The bytes were fetched anew, and are right: it would be a pity to keep the wrong ones."""
    blob = now(store.put(b"some bytes"))
    store.path(blob).chmod(0o644)
    store.path(blob).write_bytes(b"")
    with store.scratch() as folder:
        (folder / "again").write_bytes(b"some bytes")
        now(store.adopt(folder / "again"))
    assert store.read(blob) == b"some bytes"


def test_a_full_or_forbidden_disk_is_an_error_with_the_place(store: Store) -> None:
    (store.folder / "blobs").write_text("a file where a folder has to be")
    with pytest.raises(StoreBroken, match="cannot write"):
        now(store.put(b"x"))


# One writer

HOLDER = """
import sys
from pathlib import Path
from manjuc.store import Store
with Store(Path(sys.argv[1])).writing():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that is at work in the project."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path / ".manjuc")]
    root = Path(__file__).parent.parent
    process = subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_writer_is_refused_while_the_first_is_at_work(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    with pytest.raises(StoreBroken, match="another manjuc is at work"), Store(tmp_path / ".manjuc").writing():
        pass
    assert Store(tmp_path / ".manjuc").history(KEY) is None, "reading waits for nobody"


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL there")
def test_the_lock_is_free_once_its_holder_was_killed(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with Store(tmp_path / ".manjuc").writing() as notice:
        assert str(notice) == ""


def test_the_lock_is_free_once_the_work_is_done_or_has_failed(tmp_path: Path) -> None:
    store = Store(tmp_path / ".manjuc")
    with pytest.raises(ZeroDivisionError), store.writing():
        raise ZeroDivisionError
    with store.writing(), pytest.raises(StoreBroken), Store(tmp_path / ".manjuc").writing():
        pass
    with store.writing():
        pass


def test_a_writer_sees_what_another_wrote_since_it_was_opened(tmp_path: Path) -> None:
    early, other = Store(tmp_path / ".manjuc"), Store(tmp_path / ".manjuc")
    with other.writing():
        sent(other)
    assert early.history(KEY) is None
    with early.writing():
        assert isinstance(early.history(KEY), Underway)


# What the entries come to


def outcome(store: Store) -> History | None:
    """What became of the call: the same for the one who wrote it and for the next process."""
    here, there = store.history(KEY), reopened(store).history(KEY)
    assert here == there
    return here


def test_a_call_that_was_never_sent_has_no_history(store: Store) -> None:
    assert outcome(store) is None
    assert store.uncertain(CLIP) == ()
    assert store.last_key(CLIP) is None
    assert store.told(CLIP) == ()


def test_an_intent_alone_is_uncertain(store: Store) -> None:
    assert sent(store) == 1
    found = outcome(store)
    assert isinstance(found, Underway)
    assert (found.attempt, found.base_url, found.answered, found.ticket, found.detail) == (1, URL, False, None, "")
    assert reopened(store).uncertain(CLIP) == ((KEY, 1),)
    assert store.preimage(KEY) == PREIMAGE


def test_an_answer_with_a_job_is_resumed_by_its_ticket(store: Store) -> None:
    attempt = sent(store)
    store.lay_answer(KEY, attempt, b'{"task_id":"sora-2:task/1"}')
    now(store.answered(KEY, attempt, b'{"task_id":"sora-2:task/1"}', Ticket("sora-2:task/1")))
    found = outcome(store)
    assert isinstance(found, Underway)
    assert found.answered
    assert found.ticket == Ticket("sora-2:task/1")
    assert store.uncertain(CLIP) == ()


def test_an_answer_without_a_job_is_resumed_from_the_kept_answer(store: Store) -> None:
    attempt = sent(store)
    store.lay_answer(KEY, attempt, b"{}")
    now(store.answered(KEY, attempt, b"{}", None))
    found = outcome(store)
    assert isinstance(found, Underway)
    assert (found.answered, found.ticket) == (True, None)
    assert reopened(store).answer(KEY, attempt) == b"{}"


def test_an_answer_on_the_disk_counts_though_the_journal_does_not_know_of_it(store: Store) -> None:
    attempt = sent(store)
    store.lay_answer(KEY, attempt, b'{"task_id":"1"}')
    found = outcome(store)
    assert isinstance(found, Underway)
    assert (found.answered, found.ticket) == (True, None)
    assert reopened(store).uncertain(CLIP) == ()


def test_an_answer_of_an_earlier_attempt_says_nothing_of_this_one(store: Store) -> None:
    store.lay_answer(KEY, sent(store), b"{}")
    now(store.unsent(KEY, 1, "busy"))
    assert sent(store) == 2
    found = outcome(store)
    assert isinstance(found, Underway)
    assert (found.attempt, found.answered) == (2, False)


def test_a_call_that_was_surely_not_taken_may_be_sent_again(store: Store) -> None:
    now(store.unsent(KEY, sent(store), "no connection"))
    assert outcome(store) is None
    assert sent(store) == 2


def test_an_unclear_call_is_uncertain_with_the_reason(store: Store) -> None:
    now(store.unclear(KEY, sent(store), "HTTP 502"))
    found = outcome(store)
    assert isinstance(found, Underway)
    assert (found.answered, found.detail) == (False, "HTTP 502")
    assert store.uncertain(CLIP) == ((KEY, 1),)


def test_an_unclear_answer_stays_uncertain_though_it_lies_on_the_disk(store: Store) -> None:
    attempt = sent(store)
    store.lay_answer(KEY, attempt, b"<html>")
    now(store.unclear(KEY, attempt, "the answer is not JSON"))
    assert reopened(store).uncertain(CLIP) == ((KEY, 1),)


def test_a_job_that_the_relay_does_not_know_any_more_is_uncertain(store: Store) -> None:
    attempt = sent(store)
    now(store.answered(KEY, attempt, b"{}", Ticket("1")))
    now(store.unclear(KEY, attempt, "lost"))
    found = outcome(store)
    assert isinstance(found, Underway)
    assert (found.answered, found.ticket, found.detail) == (False, Ticket("1"), "lost"), "there was a job"


@pytest.mark.parametrize("answered", [False, True])
def test_a_refused_call_and_a_failed_job_are_declined(store: Store, answered: bool) -> None:
    attempt = sent(store)
    store.lay_answer(KEY, attempt, b"{}")
    if answered:
        now(store.answered(KEY, attempt, b"{}", Ticket("1")))
    now(store.declined(KEY, attempt, Declined("moderation", "违反了政策")))
    assert outcome(store) == Declined("moderation", "违反了政策", paid=answered)
    assert store.answer(KEY, attempt) is None


def test_an_uncertain_call_can_be_given_its_job(store: Store) -> None:
    attempt = sent(store)
    now(store.unclear(KEY, attempt, "HTTP 502"))
    now(store.resolved(KEY, attempt, "task-7"))
    found = outcome(store)
    assert isinstance(found, Underway)
    assert (found.answered, found.ticket, found.detail) == (True, Ticket("task-7"), "")
    assert store.uncertain(CLIP) == ()


def test_an_uncertain_call_can_be_declared_lost_which_allows_one_more(store: Store) -> None:
    attempt = sent(store)
    now(store.unclear(KEY, attempt, "HTTP 502"))
    now(store.resolved(KEY, attempt, None))
    assert outcome(store) == Dropped()
    assert sent(store) == 2
    found = outcome(store)
    assert isinstance(found, Underway)
    assert (found.attempt, found.answered, found.detail) == (2, False, "")


def test_a_good_result_is_accepted_and_its_key_is_the_actions_last(store: Store) -> None:
    attempt = sent(store)
    now(store.answered(KEY, attempt, b"{}", Ticket("1")))
    found = picture(store)
    cost = cost_entry(Cost(Decimal("0.10"), Decimal("0.33"), "CNY"))
    now(store.commit(KEY, attempt, found, (), action=CLIP, first_key=KEY, cost=cost))
    assert outcome(store) == Accepted(found)
    assert reopened(store).last_key(CLIP) == KEY
    assert b'"least":"0.10"' in (store.folder / "journal.jsonl").read_bytes()


def test_a_bad_result_is_kept_as_a_rejected_take(store: Store) -> None:
    attempt = sent(store)
    found = picture(store)
    now(store.commit(KEY, attempt, found, ("too short", "upside down"), action=CLIP, first_key=KEY, cost=None))
    assert outcome(store) == Rejected(found, ("too short", "upside down"))
    assert store.holds(found[0].blob)
    assert store.last_key(CLIP) is None


def test_a_rejected_answer_of_a_text_model_comes_with_its_words(store: Store) -> None:
    attempt = sent(store)
    found = (Artifact("result", now(store.put("不是 JSON".encode())), "text/plain", 11),)
    now(store.commit(KEY, attempt, found, ("not JSON",), action=CLIP, first_key=KEY, cost=None))
    assert outcome(store) == Rejected(found, ("not JSON",), "不是 JSON")


def test_a_revised_call_counts_for_the_first_call_of_its_action(store: Store) -> None:
    first = digest_of(b"the call before it was revised")
    now(store.commit(KEY, sent(store), picture(store), (), action=CLIP, first_key=first, cost=None))
    assert reopened(store).last_key(CLIP) == first


def test_local_work_is_committed_without_an_intent(store: Store) -> None:
    now(store.commit(KEY, 1, picture(store), (), action=ActionId("detective/film"), first_key=KEY, cost=None))
    assert isinstance(outcome(store), Accepted)


@pytest.mark.parametrize("problems", [(), ("too short",)])
def test_the_kept_answer_of_what_is_committed_leaves_the_disk_when_the_build_ends(
    tmp_path: Path, problems: tuple[str, ...]
) -> None:
    store = Store(tmp_path / ".manjuc")
    with store.writing():
        attempt = committed(store, problems)
        assert store.answer(KEY, attempt) is None
    assert not signed(store)


def test_what_a_killed_build_had_committed_leaves_the_disk_when_the_next_one_begins(tmp_path: Path) -> None:
    store = Store(tmp_path / ".manjuc")
    committed(store, ())
    assert signed(store)
    with reopened(store).writing():
        assert not signed(store)


def test_an_answer_of_which_the_journal_does_not_tell_is_kept_from_build_to_build(tmp_path: Path) -> None:
    store = Store(tmp_path / ".manjuc")
    with store.writing():
        store.lay_answer(KEY, 1, SIGNED)
    with store.writing():
        now(store.unclear(KEY, sent(store), "HTTP 502"))
        store.lay_answer(KEY, 2, SIGNED)
    with store.writing():
        pass
    assert len(signed(store)) == 2


def test_two_calls_of_one_action_do_not_mix(store: Store) -> None:
    other = digest_of(b'{"call":"two"}')
    now(store.unclear(KEY, sent(store), "HTTP 502"))
    now(store.intend(other, b'{"call":"two"}', **FACTS))
    now(store.declined(other, 1, Declined("request", "no")))
    assert isinstance(outcome(store), Underway)
    assert store.history(other) == Declined("request", "no")
    assert store.uncertain(CLIP) == ((KEY, 1),)


def test_what_happened_is_told_in_order_in_words(store: Store) -> None:
    now(store.unsent(KEY, sent(store), "no connection"))
    attempt = sent(store)
    now(store.answered(KEY, attempt, b"{}", Ticket("task-7")))
    now(store.commit(KEY, attempt, picture(store), (), action=CLIP, first_key=KEY, cost=None))
    assert [str(told.what).partition(": ")[2] for told in reopened(store).told(CLIP)] == [
        f"sent to {URL} as sora-2",
        "not taken: no connection",
        f"sent to {URL} as sora-2",
        "taken as job task-7",
        "accepted",
    ]


def test_a_key_that_is_not_the_digest_of_its_preimage_is_a_bug(store: Store) -> None:
    with pytest.raises(AssertionError, match="digest of its preimage"):
        now(store.intend(Digest("0" * 64), PREIMAGE, **FACTS))
    assert not (store.folder / "journal.jsonl").exists()


def test_no_attempt_takes_over_the_answer_of_an_earlier_one(store: Store) -> None:
    for _ in range(2):
        attempt = sent(store)
        store.lay_answer(KEY, attempt, b"an answer with an expired link")
        now(store.answered(KEY, attempt, b"{}", None))
        now(store.resolved(KEY, store.book.attempts(KEY), None))
    store.lay_answer(KEY, 3, b"left behind")
    assert sent(store) == 4
    assert isinstance(reopened(store).history(KEY), Underway)
    assert reopened(store).uncertain(CLIP) == ((KEY, 4),)


def test_a_damaged_line_of_a_later_attempt_is_a_doubt_for_plan_and_build(tmp_path: Path) -> None:
    store = Store(tmp_path / ".manjuc")
    with store.writing():
        sent(store)
        now(store.unclear(KEY, 1, "no answer"))
        now(store.resolved(KEY, 1, None))
        sent(store)
    journal = tmp_path / ".manjuc" / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-1]) + lines[-1].replace(b'"stage":"clip"', b'"stage":"klip"'))
    assert Store(tmp_path / ".manjuc").uncertain(CLIP) == ((KEY, 2),)
    with Store(tmp_path / ".manjuc").writing():
        pass
    assert Store(tmp_path / ".manjuc").uncertain(CLIP) == ((KEY, 2),)


def test_a_damaged_line_that_sound_ones_make_up_for_is_no_doubt(tmp_path: Path) -> None:
    store = Store(tmp_path / ".manjuc")
    with store.writing():
        now(store.declined(KEY, sent(store), Declined("request", "no")))
    journal = tmp_path / ".manjuc" / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(lines[0].replace(b'"stage":"clip"', b'"stage":"klip"') + b"".join(lines[1:]))
    assert Store(tmp_path / ".manjuc").history(KEY) == Declined("request", "no")
