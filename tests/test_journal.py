"""The journal: whatever happens to its file, no sound entry is lost, and what is damaged is kept aside."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manjuc import journal
from manjuc.digest import digest_of
from manjuc.disk import now
from manjuc.errors import StoreBroken
from manjuc.journal import Entry
from manjuc.store import Store

ENTRIES: list[Entry] = [
    {"t": "intent", "at": "雨夜"},
    {"t": "answer", "task": "a/b", "n": 2**60},
    {"t": "x", "y": ["\n"]},
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store" / "journal.jsonl"


def written(path: Path, entries: list[Entry]) -> bytes:
    """A journal with these entries; its bytes."""
    for entry in entries:
        now(journal.append(path, entry))
    return path.read_bytes()


def test_what_was_appended_is_read_in_its_order(path: Path) -> None:
    written(path, ENTRIES)
    assert journal.read(path) == journal.Reading(tuple(ENTRIES), ())


def test_a_journal_that_is_not_there_is_empty(path: Path) -> None:
    assert journal.read(path) == journal.Reading((), ())
    path.parent.mkdir()
    path.write_bytes(b"")
    assert journal.read(path) == journal.Reading((), ())


def test_a_line_is_one_line_whatever_the_entry_holds(path: Path) -> None:
    entry: Entry = {"t": "unclear", "detail": 'a\nb\r\u2028"\\\x00'}
    assert journal.line_of(entry).count(b"\n") == 1
    assert written(path, [entry]).count(b"\n") == 1
    assert journal.read(path).entries == (entry,)


@settings(derandomize=True, max_examples=60)
@given(
    st.dictionaries(st.text(max_size=5), st.text(max_size=9) | st.integers() | st.none() | st.booleans(), max_size=4)
)
def test_every_entry_survives_the_way_to_a_line_and_back(entry: Entry) -> None:
    line = journal.line_of(entry)
    checksum, _, data = line.partition(b" ")
    assert len(checksum) == 16
    assert json.loads(data) == entry


def test_it_is_appended_to_and_never_rewritten(path: Path) -> None:
    first = written(path, ENTRIES[:1])
    inode = path.stat().st_ino
    now(journal.append(path, ENTRIES[1]))
    assert path.read_bytes().startswith(first)
    assert path.stat().st_ino == inode


def set_right(path: Path) -> Path | None:
    """What the holder of the lock does before it writes; where damaged lines went."""
    reading = journal.read(path)
    if not reading.damaged and not reading.torn:
        return None
    aside = journal.repair(path, reading)
    return aside if reading.damaged else None


def test_cut_at_any_byte_it_loses_the_last_entry_at_most_and_can_be_appended_to(path: Path) -> None:
    whole = written(path, ENTRIES)
    lines = whole.splitlines()
    for size in range(len(whole)):
        left = whole[:size]
        path.write_bytes(left)
        # A last line that lacks nothing but its end is whole.
        sound = sum(left.startswith(b"\n".join(lines[: n + 1])) for n in range(len(lines)))
        assert journal.read(path).entries == tuple(ENTRIES[:sound])
        assert sound >= left.count(b"\n")
        kept = set_right(path)
        assert kept is None or kept.read_bytes() == left.rpartition(b"\n")[2] + b"\n"
        now(journal.append(path, {"t": "new"}))
        assert journal.read(path) == journal.Reading((*ENTRIES[:sound], {"t": "new"}), ())
        if kept:
            kept.unlink()


def test_with_any_byte_flipped_the_other_entries_stand_and_no_false_one_appears(path: Path) -> None:
    whole = written(path, ENTRIES)
    for at in range(len(whole)):
        for bit in (0x01, 0x20, 0x80):
            spoiled = bytearray(whole)
            spoiled[at] ^= bit
            path.write_bytes(spoiled)
            reading = journal.read(path)
            line = whole[:at].count(b"\n")
            # A spoiled line end spoils the two lines that it parted.
            hurt = {line, line + 1} if whole[at : at + 1] == b"\n" else {line}
            assert reading.entries == tuple(entry for n, entry in enumerate(ENTRIES) if n not in hurt), (at, bit)


def test_damaged_lines_are_kept_aside_word_for_word_and_the_sound_ones_stay(path: Path) -> None:
    lines = written(path, ENTRIES).splitlines(keepends=True)
    path.write_bytes(lines[0] + b"junk \xff\n" + lines[1][:20] + b"\n" + lines[2])
    aside = set_right(path)
    assert aside is not None
    assert aside.read_bytes() == b"junk \xff\n" + lines[1][:20] + b"\n"
    assert path.read_bytes() == lines[0] + lines[2]
    assert set_right(path) is None


def test_what_was_kept_aside_once_is_not_overwritten_by_the_next_damage(path: Path) -> None:
    written(path, ENTRIES[:1])
    found = []
    for junk in (b"one", b"two"):
        path.write_bytes(path.read_bytes() + junk)
        found.append(set_right(path))
    assert [aside.read_bytes() for aside in found if aside] == [b"one\n", b"two\n"]


def test_an_end_that_is_missing_from_a_sound_line_is_put_back(path: Path) -> None:
    whole = written(path, ENTRIES)
    path.write_bytes(whole[:-1])
    assert journal.read(path) == journal.Reading(tuple(ENTRIES), (), torn=True)
    assert set_right(path) is None
    assert path.read_bytes() == whole


def test_the_store_sets_a_damaged_journal_right_only_as_its_writer_and_says_so(path: Path) -> None:
    whole = written(path, [{"t": "intent", "key": "a" * 64, "attempt": 1, "at": "then"}])
    path.write_bytes(whole + b"junk")
    store = Store(path.parent)
    assert store.damaged == 1
    assert path.read_bytes() == whole + b"junk"
    with store.writing() as notice:
        assert "1 damaged line" in str(notice)
        assert str(path.with_name("journal.jsonl.damaged-1")) in str(notice)
    assert path.read_bytes() == whole
    with Store(path.parent).writing() as notice:
        assert str(notice) == ""


def test_entries_of_a_newer_manjuc_are_passed_over(path: Path) -> None:
    key = "a" * 64
    known: Entry = {"t": "intent", "key": key, "attempt": 1, "at": "then", "base_url": "u", "action": "x/film"}
    written(path, [known, {**known, "t": "blessed", "by": {"whom": ["nobody"]}}])
    before = Store(path.parent)
    assert before.uncertain(known["action"]) == ((key, 1),)
    assert "blessed" in str(before.told(known["action"])[-1].what)


@pytest.mark.parametrize(
    "entry",
    [
        {"t": "review", "at": "then", "action": "x/film", "by": "somebody"},
        {"t": "review", "key": "b" * 64, "at": "then", "action": "x/film"},
        {"t": "note"},
        {},
    ],
)
def test_a_newer_kind_of_entry_need_not_have_the_fields_of_the_old_ones(path: Path, entry: Entry) -> None:
    known: Entry = {"t": "intent", "key": "a" * 64, "attempt": 1, "at": "then", "base_url": "u", "action": "x/film"}
    written(path, [entry, known])
    assert Store(path.parent).uncertain(known["action"]) == (("a" * 64, 1),)


def test_a_line_that_proves_itself_but_is_no_entry_is_damaged(path: Path) -> None:
    path.parent.mkdir()
    line = journal.line_of({"t": "x"})
    path.write_bytes(b"".join(digest_of(data)[:16].encode() + b" " + data + b"\n" for data in (b"[1]", b"3")) + line)
    assert journal.read(path) == journal.Reading(({"t": "x"},), tuple(path.read_bytes().splitlines()[:2]))


def test_a_folder_in_its_place_is_an_error_and_not_an_empty_journal(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(StoreBroken, match=r"cannot read .*journal\.jsonl"):
        journal.read(path)
    with pytest.raises(StoreBroken):
        Store(path.parent)
    with pytest.raises(StoreBroken, match="cannot write"):
        now(journal.append(path, {"t": "x"}))


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_journal_that_may_not_be_read_is_an_error_and_not_empty(path: Path) -> None:
    written(path, ENTRIES)
    path.chmod(0)
    with pytest.raises(StoreBroken, match="cannot read"):
        journal.read(path)


@pytest.mark.skipif(os.name == "nt", reason="links want rights there")
def test_a_journal_that_cannot_be_reached_is_an_error_and_not_empty(path: Path) -> None:
    """A circle of links, whoever asks."""
    path.parent.mkdir()
    path.symlink_to(path)
    with pytest.raises(StoreBroken, match="cannot read"):
        journal.read(path)


def test_a_file_in_the_place_of_its_folder_is_an_error(path: Path) -> None:
    path.parent.write_text("not a folder")
    with pytest.raises(StoreBroken):
        Store(path.parent)
    with pytest.raises(StoreBroken, match="cannot write"):
        now(journal.append(path, {"t": "x"}))
