"""Placing: copies for people, and never over what a person has made of them."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest

from manjuc.digest import digest_of
from manjuc.disk import now
from manjuc.errors import StoreBroken
from manjuc.placing import Shelf, file_name
from manjuc.store import Store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "build" / "detective"


@pytest.fixture
def note(tmp_path: Path) -> Path:
    return tmp_path / ".manjuc" / "placed" / "detective.json"


def build(folder: Path, note: Path, name: str, data: Path | bytes) -> bool:
    """What one build does with one result, and whether it was placed."""
    shelf = Shelf(folder, note)
    content = data if isinstance(data, bytes) else data.read_bytes()
    placed = now(shelf.place(name, lambda: content, digest_of(content)))
    shelf.save()
    return placed


def edit(path: Path, data: bytes) -> None:
    """What an editor does: the file's time moves on."""
    path.write_bytes(data)
    stat = path.stat()
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1_000_000_000))


def test_a_result_is_placed_under_its_name_in_folders_that_are_made_for_it(folder: Path, note: Path) -> None:
    assert build(folder, note, "clips/01_s01-s03_正厅.mp4", b"clip")
    assert (folder / "clips/01_s01-s03_正厅.mp4").read_bytes() == b"clip"


def test_what_is_placed_is_a_copy_that_may_be_changed_without_hurting_the_store(
    folder: Path, note: Path, tmp_path: Path
) -> None:
    store = Store(tmp_path / ".manjuc")
    blob = now(store.put(b"clip"))
    shelf = Shelf(folder, note)
    assert now(shelf.place("a.mp4", lambda: store.read(blob), blob))
    placed = folder / "a.mp4"
    assert not placed.is_symlink()
    assert placed.stat().st_ino != store.path(blob).stat().st_ino
    placed.write_bytes(b"cut by hand")
    assert store.read(blob) == b"clip"


def test_the_same_result_is_not_written_again(folder: Path, note: Path) -> None:
    build(folder, note, "a.mp4", b"clip")
    before = (folder / "a.mp4").stat()
    assert build(folder, note, "a.mp4", b"clip")
    after = (folder / "a.mp4").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_what_lies_there_already_is_not_even_read(folder: Path, note: Path) -> None:
    def read() -> bytes:
        raise AssertionError("a gigabyte, for nothing")

    build(folder, note, "a.mp4", b"clip")
    assert now(Shelf(folder, note).place("a.mp4", read, digest_of(b"clip")))


def test_a_damaged_blob_is_never_placed(folder: Path, note: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / ".manjuc")
    blob = now(store.put(b"clip"))
    store.path(blob).chmod(0o644)
    store.path(blob).write_bytes(b"cli")
    with pytest.raises(StoreBroken, match="damaged"):
        now(Shelf(folder, note).place("a.mp4", lambda: store.read(blob), blob))
    assert not (folder / "a.mp4").exists()


def test_an_untouched_file_is_replaced(folder: Path, note: Path) -> None:
    build(folder, note, "a.mp4", b"first")
    assert build(folder, note, "a.mp4", b"second")
    assert (folder / "a.mp4").read_bytes() == b"second"
    assert build(folder, note, "a.mp4", b"third")


def test_an_untouched_file_whose_time_alone_has_changed_is_replaced(folder: Path, note: Path) -> None:
    """A checkout, a copy or a backup: its bytes are still ours."""
    build(folder, note, "a.mp4", b"first")
    edit(folder / "a.mp4", b"first")
    assert build(folder, note, "a.mp4", b"second")
    assert (folder / "a.mp4").read_bytes() == b"second"


@pytest.mark.parametrize("edited", [b"cut by hand", b"FIRST", b""])
def test_an_edited_file_stays_whatever_is_built(folder: Path, note: Path, edited: bytes) -> None:
    build(folder, note, "a.mp4", b"first")
    edit(folder / "a.mp4", edited)
    for result in (b"first", b"second", b"third"):
        assert not build(folder, note, "a.mp4", result)
        assert (folder / "a.mp4").read_bytes() == edited


def test_an_edited_file_that_was_put_back_is_ours_again(folder: Path, note: Path) -> None:
    build(folder, note, "a.mp4", b"first")
    edit(folder / "a.mp4", b"cut by hand")
    assert not build(folder, note, "a.mp4", b"second")
    edit(folder / "a.mp4", b"first")
    assert build(folder, note, "a.mp4", b"second")


def test_a_removed_file_is_placed_again(folder: Path, note: Path) -> None:
    build(folder, note, "a.mp4", b"first")
    (folder / "a.mp4").unlink()
    assert build(folder, note, "a.mp4", b"first")
    assert (folder / "a.mp4").read_bytes() == b"first"


def test_a_file_that_was_there_before_the_first_build_stays(folder: Path, note: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "a.mp4").write_bytes(b"somebody's own")
    assert not build(folder, note, "a.mp4", b"first")
    assert (folder / "a.mp4").read_bytes() == b"somebody's own"


@pytest.mark.parametrize("junk", [None, b"", b"{", b"\xff\xfe\x00", b"[]", b"3", b'{"a.mp4": 3}', b'{"a.mp4": null}'])
def test_without_a_sound_note_everything_is_kept_unless_it_is_equal(
    folder: Path, note: Path, junk: bytes | None
) -> None:
    build(folder, note, "a.mp4", b"first")
    build(folder, note, "b.mp4", b"same")
    if junk is None:
        note.unlink()
    else:
        note.write_bytes(junk)
    assert not build(folder, note, "a.mp4", b"second")
    assert (folder / "a.mp4").read_bytes() == b"first"
    assert build(folder, note, "b.mp4", b"same")
    assert build(folder, note, "b.mp4", b"new")


def test_a_folder_in_the_place_of_a_file_is_left_alone(folder: Path, note: Path) -> None:
    (folder / "a.mp4").mkdir(parents=True)
    (folder / "a.mp4" / "inside").write_bytes(b"x")
    with contextlib.suppress(StoreBroken):
        assert not build(folder, note, "a.mp4", b"first")
    assert [path.relative_to(folder).as_posix() for path in folder.rglob("*")] == ["a.mp4", "a.mp4/inside"]


@pytest.mark.skipif(os.name == "nt", reason="links want rights there")
def test_a_link_that_a_person_made_is_not_written_through(folder: Path, note: Path, tmp_path: Path) -> None:
    build(folder, note, "a.mp4", b"first")
    (tmp_path / "theirs").write_bytes(b"theirs")
    (folder / "a.mp4").unlink()
    (folder / "a.mp4").symlink_to(tmp_path / "theirs")
    assert not build(folder, note, "a.mp4", b"second")
    assert (tmp_path / "theirs").read_bytes() == b"theirs"


def test_the_note_holds_names_and_digests_and_no_place_on_this_machine(
    folder: Path, note: Path, tmp_path: Path
) -> None:
    build(folder, note, "林澈.png", b"picture")
    text = note.read_text(encoding="utf-8")
    assert digest_of(b"picture") in text
    assert "林澈.png" in text
    assert str(tmp_path) not in text


@pytest.mark.parametrize(
    ("media", "name"),
    [
        ("image/png", "characters/林澈.png"),
        ("image/jpeg", "characters/林澈.jpg"),
        ("image/webp", "characters/林澈.webp"),
        ("video/mp4", "characters/林澈.mp4"),
        ("application/x-subrip", "characters/林澈.srt"),
        ("application/x-unheard-of", "characters/林澈.bin"),
    ],
)
def test_a_placed_file_has_the_ending_of_what_it_is(media: str, name: str) -> None:
    assert file_name("characters/林澈", media) == name


def test_what_an_older_storyboard_left_is_taken_away_unless_it_was_edited(folder: Path, note: Path) -> None:
    for name in ("old.mp4", "edited.mp4", "new.mp4"):
        build(folder, note, name, name.encode())
    edit(folder / "edited.mp4", b"cut by hand")
    shelf = Shelf(folder, note)
    shelf.clear(["new.mp4"])
    shelf.save()
    assert {path.name for path in folder.iterdir()} == {"edited.mp4", "new.mp4"}
