"""A series that is shipped while it grows: built for real in preview, frozen, taken apart and put together again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from serving import SPEC, Served, build, laid_out, run, verdicts
from support import edit

from manjuc import facts
from manjuc.spec import EpisodeId

pytestmark = pytest.mark.long

DRAMA = """\
manju: 1
title: 雪
models: {text: gemini-3-flash-preview-nothinking, image: nano-banana-2, video: sora-2}
characters:
  甲: {age: 30, traits: {发: 黑发}, looks: {红衣: {服装: 红衣}}}
  乙: {age: 30, traits: {发: 白发}}
scenes: {雪地: {light: 冷光}, 屋内: {light: 烛光}}
episodes: ep/*.yaml
"""
E1 = """\
manju: 1
episode: e1
shots:
  - {id: s01, seconds: 1, scene: 雪地, characters: [甲], action: 甲抬头}
  - {id: s02, seconds: 1, scene: 雪地, characters: [甲/红衣], action: 甲转身}
"""
E2 = """\
manju: 1
episode: e2
shots:
  - {id: s01, seconds: 1, use: e1/s02}
  - {id: s02, seconds: 1, scene: 屋内, characters: [乙], action: 乙开门}
"""
FACTS = """\
models:
  sora-2:
    durations: [2, 4]
    pace: {first: 0.05, then: 0.05, most: 0.2, deadline: 60}
    price: {call: 0}
"""
EPISODE = "specs/ep/e2.yaml"


@pytest.fixture
def root(tmp_path: Path, relay: Served) -> Path:
    """The series, built and paid for."""
    place = laid_out(tmp_path, DRAMA, FACTS)
    (place / "specs/ep").mkdir()
    for name, text in (("e1", E1), ("e2", E2)):
        (place / f"specs/ep/{name}.yaml").write_text(text, encoding="utf-8")
    ran = build(place, relay, "--yes")
    assert ran.code == 0, ran.err
    return place


def freeze(root: Path) -> None:
    edit(root / SPEC, "episodes:", "frozen: [e1]\nepisodes:")


def forgotten(root: Path) -> None:
    """As in a clone: the lock and the blobs are there, the journal is not."""
    (root / ".manjuc/journal.jsonl").unlink()


def paid(verdicts: dict[str, str]) -> set[str]:
    return {id for id, verdict in verdicts.items() if verdict not in ("hit", "frozen") and not id.endswith("/film")}


def test_freezing_an_episode_changes_nothing_of_it(root: Path, relay: Served) -> None:
    freeze(root)
    assert set(verdicts(root, relay).values()) == {"hit"}
    lock = (root / "specs/mini.lock").read_text(encoding="utf-8")
    assert build(root, relay).code == 0
    assert (root / "specs/mini.lock").read_text(encoding="utf-8") == lock
    for name in ("characters/甲.png", "characters/甲_红衣.png", "scenes/雪地.png", "e1.mp4"):
        assert (root / "build/mini" / name).is_file(), name


def test_a_film_that_shows_a_frozen_shot_again_can_be_made_anew(root: Path, relay: Served) -> None:
    freeze(root)
    edit(root / EPISODE, "shots:", "trim: {s02: {from: 0.3}}\nshots:")
    ran = build(root, relay)
    assert ran.code == 0, ran.err
    assert "1 made" in ran.err


def test_what_is_frozen_is_handed_over_again_where_it_is_missing(root: Path, relay: Served) -> None:
    freeze(root)
    shutil.rmtree(root / "build")
    shutil.rmtree(root / ".manjuc/placed")
    assert build(root, relay).code == 0
    assert (root / "build/mini/e1.mp4").is_file()
    assert len(list((root / "build/mini/e1/clips").iterdir())) == 1


def published_in(lock: Path) -> tuple[object, ...]:
    """What a lock says of all but the episode that goes on."""
    said, _ = facts.lock(lock, lock.parent.parent)
    return {id: locked for id, locked in said.actions.items() if not id.startswith("e2/")}, said.clips[EpisodeId("e1")]


def placed(root: Path) -> dict[str, bytes]:
    """What lies in the folder of the frozen episode, and its film."""
    files = [root / "build/mini/e1.mp4", *(root / "build/mini/e1").rglob("*.*")]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  甲: {age: 30, traits: {发: 黑发}, looks: {红衣: {服装: 红衣}}}\n", ""),
        (", looks: {红衣: {服装: 红衣}}", ""),
        ("雪地: {light: 冷光}, ", ""),
        ("雪地: {light: 冷光}", "雪地: {name: 雪原, light: 冷光}"),
    ],
)
def test_the_series_goes_on_without_what_its_frozen_episode_names(
    root: Path, relay: Served, old: str, new: str
) -> None:
    freeze(root)
    before, files, posts = published_in(root / "specs/mini.lock"), placed(root), relay.posts()
    edit(root / SPEC, old, new)
    edit(root / EPISODE, "乙开门", "乙关门")
    assert run(root, relay, "check", SPEC).code == 0
    assert paid(verdicts(root, relay)) == {"e2/s02/contact_sheet", "e2/s02/clip"}
    ran = build(root, relay, "--yes")
    assert ran.code == 0, ran.err
    assert relay.posts() == posts + 2
    assert placed(root) == files
    assert published_in(root / "specs/mini.lock") == before
    assert "e1.mp4" in (root / "build/mini/index.html").read_text(encoding="utf-8")


def test_a_label_makes_a_frozen_film_older_and_keeps_it_on_the_page(root: Path, relay: Served) -> None:
    freeze(root)
    edit(root / SPEC, "title: 雪", "title: 雪\nlabel: {text: AI生成}")
    assert verdicts(root, relay)["e1/film"] == "frozen"
    assert build(root, relay).code == 0
    assert "e1.mp4" in (root / "build/mini/index.html").read_text(encoding="utf-8")


def test_an_episode_that_is_away_for_a_while_is_not_paid_for_again(root: Path, relay: Served) -> None:
    edit(root / EPISODE, "use: e1/s02", "scene: 屋内, characters: [乙], action: 乙坐下")
    assert build(root, relay, "--yes").code == 0
    away = root / "specs/ep/e1.yaml"
    text = away.read_text(encoding="utf-8")
    away.unlink()
    assert build(root, relay).code == 0
    assert (root / "build/mini/e1.mp4").is_file(), "what was placed of it stays"
    away.write_text(text, encoding="utf-8")
    forgotten(root)
    assert paid(verdicts(root, relay)) == set()


def test_a_profile_begins_with_what_the_drama_has(root: Path, relay: Served) -> None:
    edit(root / SPEC, "episodes:", "profiles: {big: {format: {resolution: 1080p}}}\nepisodes:")
    forgotten(root)
    assert paid(verdicts(root, relay, "--profile", "big")) == set()
    assert build(root, relay, "--profile", "big").code == 0
    assert "three_views" not in (root / "specs/mini.big.lock").read_text(encoding="utf-8"), "it holds what differs"


def test_a_gate_that_nothing_else_waits_for_opens_when_it_is_accepted(root: Path, relay: Served) -> None:
    edit(root / SPEC, "episodes:", "review: [contact_sheet]\nepisodes:")
    edit(root / EPISODE, "乙开门", "乙关门")
    assert build(root, relay, "--yes").code == 6
    assert run(root, relay, "accept", SPEC, "e2").code == 0
    ran = build(root, relay)
    assert ran.code == 0, ran.err
    assert paid(verdicts(root, relay)) == set()
