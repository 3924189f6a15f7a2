"""The lock: the same bytes for the same decisions, merged by git where people changed different things."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manjuc import frontend, lockfile, project, show, source
from manjuc.calls import Artifact
from manjuc.diagnostic import Source
from manjuc.digest import digest_of
from manjuc.errors import SpecRefused
from manjuc.graph import ActionId
from manjuc.spec import EpisodeId, ShotId
from manjuc.steps import Lock, Locked

Drama = Callable[[str], Path]


def locked(seed: str, take: int = 1) -> Locked:
    """An entry with digests of its own."""
    blob = Artifact("result", digest_of(f"blob {seed}".encode()), "video/mp4", 1_234)
    return Locked(digest_of(f"key {seed}".encode()), take, (blob,))


def lock_of(*ids: str, **clips: list[list[str]]) -> Lock:
    episodes = {
        EpisodeId(episode): tuple(tuple(ShotId(shot) for shot in shots) for shots in found)
        for episode, found in clips.items()
    }
    return Lock({ActionId(id): locked(id) for id in ids}, episodes)


def read(text: str) -> Lock:
    """A lock read as the front end reads it."""
    document, found = source.load(Source("x.lock", text))
    assert document is not None, found
    assert not found
    data: dict[str, Any] = document.data
    return lockfile.parse(data)


IDS = ("e/s01/clip", "e/s01/contact_sheet", "e/s05/clip", "characters/林澈/three_views", "scenes/a-b/scene")
LOCK = lock_of(*IDS, e=[["s01", "s02"], ["s05"]])


def test_what_is_written_is_read_back() -> None:
    assert read(lockfile.text_of(LOCK)) == LOCK
    assert read(lockfile.text_of(Lock({}, {}))) == Lock({}, {})


def test_what_a_script_was_told_of_is_a_line_each_and_sorted() -> None:
    ids = ("scenes/走廊/夜", "characters/007", "props/null", "characters/林澈/雨衣", "characters/林澈")
    found = Lock({ActionId("e/script"): replace(locked("e/script"), told=ids)}, {})
    text = lockfile.text_of(found)
    lines = [f'      - "{id}"\n' for id in sorted(ids)]
    assert text.endswith("    told:\n" + "".join(lines) + "clips: {}\n")
    assert read(text).actions[ActionId("e/script")].told == tuple(sorted(ids))
    assert lockfile.text_of(read(text)) == text


def test_a_script_that_was_told_of_nobody_is_not_one_of_which_nothing_is_known() -> None:
    for told in ((), None):
        found = Lock({ActionId("e/script"): replace(locked("e/script"), told=told)}, {})
        assert read(lockfile.text_of(found)) == found
    assert "told" not in lockfile.text_of(found)


def test_the_lock_of_a_profile_does_not_repeat_what_an_older_one_above_it_says() -> None:
    above = lock_of("e/script", "f/script", "g/script")
    told = {ActionId(id): replace(locked(id), told=("characters/a",)) for id in ("e/script", "f/script")}
    own = Lock({**told, ActionId("f/script"): replace(told[ActionId("f/script")], take=2)}, {})
    assert set(own.beyond(above).actions) == {"f/script"}


def test_a_lock_is_sorted_with_a_line_for_each_value() -> None:
    key, blob = digest_of(b"key scenes/x/scene"), digest_of(b"blob scenes/x/scene")
    text = lockfile.text_of(lock_of("scenes/x/scene", "characters/y/three_views", e=[["s01", "s02"]]))
    assert text.startswith("# Written by manjuc")
    headers = [line for line in text.splitlines() if line.startswith('  "')]
    assert headers == ['  "characters/y/three_views":', '  "scenes/x/scene":', '  "e/s01":']
    entry = (
        f'    key: "{key}"\n    take: 1\n    role: result\n    blob: "{blob}"\n    media: video/mp4\n    size: 1234\n'
    )
    assert f'  "scenes/x/scene":\n{entry}' in text
    assert text.endswith('clips:\n  "e/s01":\n    episode: "e"\n    shots:\n      - "s01"\n      - "s02"\n')


@settings(derandomize=True, max_examples=30)
@given(st.randoms(use_true_random=False))
def test_the_bytes_do_not_depend_on_the_order_in_which_things_were_made(shuffle: random.Random) -> None:
    ids = list(IDS)
    shuffle.shuffle(ids)
    assert lockfile.text_of(lock_of(*ids, e=[["s01", "s02"], ["s05"]])) == lockfile.text_of(LOCK)


def test_clips_stay_in_the_order_of_the_film() -> None:
    found = lock_of(e=[["s09"], ["s01", "s02"], ["s05"]])
    assert read(lockfile.text_of(found)).clips[EpisodeId("e")] == (("s09",), ("s01", "s02"), ("s05",))


@pytest.mark.parametrize("odd", ["007", "true", "null", "1e5", "~", "yes", "林澈", "a" * 60, "0x1F", "_"])
def test_ids_that_yaml_would_take_for_something_else_stay_ids(odd: str) -> None:
    found = lock_of(f"{odd}/{odd}/clip", **{odd: [[odd, f"{odd}b"]]})
    assert read(lockfile.text_of(found)) == found


@pytest.mark.parametrize("digest", ["0" * 64, "1" * 64, "1e" + "5" * 62, "0" * 63 + "e"])
def test_a_digest_that_looks_like_a_number_stays_a_digest(digest: str) -> None:
    blob = Artifact("result", digest, "image/png", 1)  # type: ignore[arg-type]
    found = Lock({ActionId("e/s01/clip"): Locked(digest, 2, (blob,))}, {})  # type: ignore[arg-type]
    assert read(lockfile.text_of(found)) == found


def test_a_lock_is_written_only_where_it_changed(tmp_path: Path) -> None:
    path = tmp_path / "e.lock"
    assert lockfile.write(path, LOCK)
    before = path.stat().st_mtime_ns, path.stat().st_ino
    assert not lockfile.write(path, LOCK)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before
    assert lockfile.write(path, lock_of(*IDS[:3]))
    assert path.read_bytes() == lockfile.text_of(lock_of(*IDS[:3])).encode()


def test_line_ends_are_the_same_on_every_system(tmp_path: Path) -> None:
    lockfile.write(tmp_path / "e.lock", LOCK)
    assert b"\r" not in (tmp_path / "e.lock").read_bytes()


# Git


class Repository:
    """A git repository of its own, out of reach of the machine's settings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str, fails: bool = False) -> str:
        identity = [
            *("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"),
            *("-c", "core.autocrlf=false"),
        ]
        environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "LC_ALL": "C"}
        command = ["git", *identity, *arguments]
        ran = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        assert (ran.returncode != 0) == fails, ran.stdout + ran.stderr
        return ran.stdout

    def commit(self, path: Path, lock: Lock) -> None:
        lockfile.write(path, lock)
        self.git("add", str(path))
        self.git("commit", "-q", "-m", "a build")


def branches(folder: Path, path: Path, base: Lock, ours: Lock, theirs: Lock) -> Repository:
    """A repository in which two people have built on what they had in common."""
    repository = Repository(folder)
    repository.commit(path, base)
    repository.git("checkout", "-q", "-b", "theirs")
    repository.commit(path, theirs)
    repository.git("checkout", "-q", "main")
    repository.commit(path, ours)
    return repository


def changed(lock: Lock, id: str, seed: str) -> Lock:
    """The lock after one action was made anew."""
    return Lock({**lock.actions, ActionId(id): locked(seed)}, lock.clips)


def test_two_people_who_changed_neighbouring_actions_merge_without_a_conflict(tmp_path: Path) -> None:
    neighbours = sorted(IDS)[1:3]
    ours, theirs = (changed(LOCK, id, f"new {id}") for id in neighbours)
    repository = branches(tmp_path, tmp_path / "e.lock", LOCK, ours, theirs)
    repository.git("merge", "-q", "theirs", "-m", "merged")
    both = changed(ours, neighbours[1], f"new {neighbours[1]}")
    assert (tmp_path / "e.lock").read_text(encoding="utf-8") == lockfile.text_of(both)


def test_two_people_who_added_actions_in_different_places_merge_without_a_conflict(tmp_path: Path) -> None:
    ours, theirs = changed(LOCK, "e/s02/clip", "ours"), changed(LOCK, "scenes/z/scene", "theirs")
    repository = branches(tmp_path, tmp_path / "e.lock", LOCK, ours, theirs)
    repository.git("merge", "-q", "theirs", "-m", "merged")
    assert read((tmp_path / "e.lock").read_text(encoding="utf-8")).actions == {**ours.actions, **theirs.actions}


def test_two_people_who_made_the_same_merge_without_a_conflict(tmp_path: Path) -> None:
    same = changed(LOCK, "e/s01/clip", "same")
    repository = branches(tmp_path, tmp_path / "e.lock", LOCK, same, same)
    repository.git("merge", "-q", "theirs", "-m", "merged")
    assert read((tmp_path / "e.lock").read_text(encoding="utf-8")) == same


def test_the_same_action_made_twice_is_a_conflict_and_a_conflict_is_a_diagnostic(
    drama: Drama, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MANJUC_API_KEY", "sk-test")
    spec = drama("handwritten")
    path = spec.with_suffix(".lock")
    base = lock_of("handwritten/s01/clip", "scenes/tram/scene", handwritten=[["s01"]])
    ours, theirs = (changed(base, "handwritten/s01/clip", who) for who in ("ours", "theirs"))
    repository = branches(spec.parent, path, base, ours, theirs)
    repository.git("merge", "-q", "theirs", "-m", "merged", fails=True)
    assert "<<<<<<<" in path.read_text(encoding="utf-8")
    with pytest.raises(SpecRefused) as refused:
        frontend.load(project.find(str(spec)), preview=False)
    text = show.short(refused.value.diagnostics)
    assert "handwritten.lock:" in text
    assert "error[MJ0311]: the lock holds a merge conflict" in text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "MJ01"),
        ("manju_lock: 2\n", "MJ02"),
        ("actions: {}\n", "MJ02"),
        ("manju_lock: 1\nactions: {e/s01/clip: {key: x}}\n", "MJ02"),
        ("manju_lock: 1\nclips: {e/s01: {episode: e, shots: []}}\n", "MJ02"),
        ("\x00\x01", "MJ01"),
    ],
)
def test_a_spoiled_lock_is_a_diagnostic_and_never_an_empty_lock(
    drama: Drama, monkeypatch: pytest.MonkeyPatch, text: str, code: str
) -> None:
    """An empty lock would be a reason to pay for everything anew."""
    monkeypatch.setenv("MANJUC_API_KEY", "sk-test")
    spec = drama("handwritten")
    spec.with_suffix(".lock").write_text(text, encoding="utf-8")
    with pytest.raises(SpecRefused) as refused:
        frontend.load(project.find(str(spec)), preview=False)
    assert "handwritten.lock:" in show.short(refused.value.diagnostics)
    assert any(found.code.startswith(code) for found in refused.value.diagnostics if found.severity == "error")
