"""Published episodes under a drama that changes: built once in preview, frozen, and then everything else is edited."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from serving import manjuc
from support import MEDIA, edit

from manjuc import frontend, lockfile, media, project
from manjuc.calls import Artifact
from manjuc.compiler import context_of
from manjuc.digest import Digest
from manjuc.disk import now
from manjuc.frontend import Program
from manjuc.graph import ActionId
from manjuc.plan import survey
from manjuc.spec import EpisodeId, ShotId
from manjuc.stages import BY_NAME
from manjuc.steps import Lock, Locked, Miss
from manjuc.store import Store
from manjuc.storyboard import reels

SPEC = "specs/xue.yaml"
DRAMA = """\
manju: 1
title: 雪
theme: 雪夜归人
style: {look: 水墨, image: refs/style.png}
format: {seconds: {min: 4, max: 6}}
models: {text: gemini-3.5-flash, image: nano-banana-pro, video: grok-video-3}
limits: {shots: {min: 2, max: 2}, shot_seconds: {min: 1, max: 3}, characters: {min: 6, max: 6}}
characters:
  甲: {age: 30, traits: {发: 黑发}, looks: {红衣: {服装: 红衣}}}
  乙: {age: 30, traits: {发: 白发}, image: refs/yi.png}
  丙: {age: 30, traits: {发: 灰发}}
  旁白: {seen: false}
props: {玉佩: {traits: {形: 半枚}}}
scenes:
  xuedi: {name: 雪地, light: 冷光, at: {夜: {light: 月光}}}
  屋内: {light: 烛光}
include: more.yaml
episodes: [ep/e1.yaml, ep/e2.yaml, ep/e3.yaml]
"""
MORE = "manju_include: 1\ncharacters: {丁: {age: 50, traits: {发: 秃}}}\n"
E1 = """\
manju: 1
episode: e1
source: ../chapter.txt
fix:
  s01: {characters: [甲/红衣, 丁], scene: xuedi/夜, props: [玉佩], say: [{旁白: 雪停了。}]}
"""
E2 = """\
manju: 1
episode: e2
trim: {s01: {from: 0.2}}
shots:
  - {id: s01, seconds: 2, scene: 雪地, characters: [甲], action: 甲抬头, place: {甲: 左}, image: ../refs/cell.png}
  - {id: s02, seconds: 2, scene: xuedi/夜, characters: [甲/红衣, 乙], action: 甲转身, props: [玉佩]}
  - {id: s03, seconds: 1, scene: 屋内, video: ../refs/own.mp4, say: [{旁白: 三年后。}]}
  - {id: s04, seconds: 0.5, scene: 屋内, action: 灯灭}
  - {id: s05, seconds: 0.5, use: e1/s01}
"""
E3 = """\
manju: 1
episode: e3
shots:
  - {id: s01, seconds: 0.5, use: e2/s04}
  - {id: s02, seconds: 3.5, scene: 屋内, characters: [丙], action: 丙开门}
"""
STORY = {  # what the text model answered
    "title": "雪夜",
    "characters": [{"id": "阿福", "name": "阿福", "role": "更夫", "traits": {"发": "白发"}}],
    "shots": [
        {"id": "s01", "seconds": 2, "action": "雪停", "scene": "xuedi", "characters": ["甲"]},
        {"id": "s02", "seconds": 2, "action": "敲更", "scene": "屋内", "characters": ["阿福", "丁"]},
    ],
}


def laid_out(folder: Path) -> Path:
    """The series in its files."""
    specs = folder / "specs"
    (specs / "ep").mkdir(parents=True)
    (specs / "refs").mkdir()
    for name in ("style", "yi", "cell"):
        Image.new("RGB", (960, 540), "navy").save(specs / f"refs/{name}.png")
    texts = {"xue": DRAMA, "more": MORE, "ep/e1": E1, "ep/e2": E2, "ep/e3": E3}
    for name, text in texts.items():
        (specs / f"{name}.yaml").write_text(text, encoding="utf-8")
    (specs / "chapter.txt").write_text("雪下了一夜。", encoding="utf-8")
    clip = ["-f", "lavfi", "-i", "color=c=navy:s=640x360:r=10:d=1", "-pix_fmt", "yuv420p", "own.mp4"]
    asyncio.run(media.ffmpeg(clip, specs / "refs"))
    (folder / "manjuc.yaml").write_text("", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The series as in a clone, with its lock and its blobs; two of its episodes are out."""
    root = laid_out(tmp_path_factory.mktemp("published"))
    program = frontend.load(project.find(str(root / SPEC)), preview=True)
    store = Store(program.project.store)
    with store.writing():
        while made := dict(_made(program, store)):
            lock = Lock({**program.lock.actions, **made}, program.lock.clips)
            program = replace(program, lock=lock)
        results = survey(context_of(program, store)).results
        clips: dict[EpisodeId, tuple[tuple[ShotId, ...], ...]] = {}
        for reel in reels(program.spec, results):
            clips[reel.episode.id] = (*clips.get(reel.episode.id, ()), tuple(shot.id for shot in reel.shots))
    lockfile.write(program.project.lock(preview=True), Lock(program.lock.actions, clips))
    edit(root / SPEC, "episodes:", "frozen: [e1, e2]\nepisodes:")
    return root


def _made(program: Program, store: Store) -> Iterator[tuple[ActionId, Locked]]:
    """A result for each call that can be made by now."""
    for step in survey(context_of(program, store)).steps:
        if isinstance(step.verdict, Miss) and step.price is not None:
            data = json.dumps(STORY) if step.action.stage == "script" else step.action.id
            media = MEDIA[BY_NAME[step.action.stage].SLOT]
            artifact = Artifact("result", now(store.put(data.encode())), media, len(data.encode()))
            yield step.action.id, Locked(step.first_key or Digest(""), 1, (artifact,))


@pytest.fixture
def root(published: Path, tmp_path: Path) -> Path:
    """A copy of it, to be edited."""
    return Path(shutil.copytree(published, tmp_path / "drama", symlinks=True))


def planned(root: Path, *more: str) -> dict[str, Any]:
    """The steps of the plan, by action."""
    ran = manjuc("plan", SPEC, "--preview", "--format", "json", *more, cwd=root)
    assert ran.code == 0, ran.err
    return {step["id"]: step for step in json.loads(ran.out)["steps"]}


def checked(root: Path) -> list[str]:
    """The errors of a drama, and whatever is said of what is published."""
    found = json.loads(manjuc("check", SPEC, "--format", "json", cwd=root).out)
    published = ("specs/ep/e1.yaml", "specs/ep/e2.yaml")
    return [each["code"] for each in found if each["severity"] == "error" or each["path"] in published]


def stands(root: Path, *made: str) -> dict[str, Any]:
    """Holds that the published episodes are as they were, and that nothing but some actions is left to be made."""
    assert checked(root) == []
    steps = planned(root)
    kept = {id: step for id, step in steps.items() if id.startswith(("e1/", "e2/"))}
    assert set(kept) == PUBLISHED
    reasons = {
        (id.endswith("/film"), step["reason"]["detail"]) for id, step in kept.items() if step["verdict"] != "hit"
    }
    assert reasons <= {(False, "older than its inputs"), (True, "not in the lock")}
    missed = {id for id, step in steps.items() if step["verdict"] not in ("hit", "frozen")}
    assert missed - {"e3/film"} == set(made)
    return kept


PUBLISHED = {
    *("e1/script", "e1/s01/clip", "e1/s01/contact_sheet", "e1/film", "e2/film"),
    *(f"e2/{shot}/{stage}" for shot in ("s01", "s02", "s04") for stage in ("clip", "contact_sheet")),
}
LOOK = ", looks: {红衣: {服装: 红衣}}"
JIA = "  甲: {age: 30, traits: {发: 黑发}, looks: {红衣: {服装: 红衣}}}\n"
PLACE = "  xuedi: {name: 雪地, light: 冷光, at: {夜: {light: 月光}}}\n"
ABOVE: dict[str, list[tuple[str, str]]] = {
    "a character": [(JIA, "")],
    "a character with another id": [(JIA, JIA.replace("甲", "阿甲"))],
    "a look": [(LOOK, "")],
    "a look with another name": [("红衣: {服", "朱衣: {服")],
    "a scene": [(PLACE, "")],
    "a scene with another name": [("name: 雪地", "name: 雪原")],
    "a time": [(", at: {夜: {light: 月光}}", "")],
    "a prop": [("props: {玉佩: {traits: {形: 半枚}}}\n", "")],
    "a narrator": [("  旁白: {seen: false}\n", "")],
    "all of them": [
        (JIA, ""), (PLACE, ""), ("props: {玉佩: {traits: {形: 半枚}}}\n", ""), ("  旁白: {seen: false}\n", ""),
        ("  乙: {age: 30, traits: {发: 白发}, image: refs/yi.png}\n", ""), ("include: more.yaml\n", ""),
    ],
    "a file with characters": [("include: more.yaml\n", "")],
    "a trait": [("发: 黑发", "发: 棕发")],
    "who is seen": [("  甲: {age", "  甲: {seen: false, age")],
    "whose name is someone else's": [("  屋内: {", "  院子: {name: 雪地}\n  屋内: {")],
    "the theme": [("theme: 雪夜归人\n", "")],
    "the length of the film": [("{min: 4, max: 6}", "{min: 3.9, max: 4}")],
    "no length at all": [("format: {seconds: {min: 4, max: 6}}\n", "")],
    "limits": [("shots: {min: 2, max: 2}", "shots: {min: 3, max: 3}"), ("max: 6}}", "max: 9}}")],
}  # fmt: skip


@pytest.mark.parametrize("change", ABOVE)
def test_what_is_published_stays_so_whatever_is_taken_out_above_it(root: Path, change: str) -> None:
    for old, new in ABOVE[change]:
        edit(root / SPEC, old, new)
    stands(root)


def test_what_is_published_can_be_looked_at_after_all_of_it_was_taken_out(root: Path) -> None:
    for old, new in ABOVE["all of them"]:
        edit(root / SPEC, old, new)
    for id in sorted(PUBLISHED):
        ran = manjuc("show", SPEC, id, "--preview", cwd=root)
        assert ran.code == 0, (id, ran.err)
        assert "published" in ran.out or "hit" in ran.out


def warned(root: Path) -> str:
    ran = manjuc("check", SPEC, cwd=root)
    assert ran.code == 0, ran.err
    return ran.out + ran.err


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[甲/红衣, 乙]", "[甲/红依, 乙]", "warning[MJ0313]: `甲` has no look `红依`"),
        ("屋内, action", "屋里, action", "warning[MJ0302]: unknown scene `屋里`"),
        ("props: [玉佩]", "props: [玉佩。]", "warning[MJ0315]: unknown prop `玉佩。`"),
        ("旁白: 三年后", "旁白OS: 三年后", "warning[MJ0301]: unknown character `旁白OS`"),
    ],
)
def test_a_slip_in_a_published_script_is_told_and_changes_nothing_of_it(
    root: Path, old: str, new: str, told: str
) -> None:
    edit(root / "specs/ep/e2.yaml", old, new)
    said = warned(root)
    assert told in said
    assert "the episode is published and stays as it is" in said
    steps = planned(root)
    assert {steps[id]["verdict"] for id in PUBLISHED} <= {"hit", "frozen"}
    assert {id for id, step in steps.items() if step["verdict"] not in ("hit", "frozen")} <= {"e3/film"}


def test_who_was_taken_out_is_no_slip_however_alike_another_is_called(root: Path) -> None:
    edit(root / SPEC, "looks: {红衣: ", "looks: {红衫: ")
    assert "stays as it is" not in warned(root)


def test_where_every_shot_was_in_the_one_place_there_may_be_two(root: Path) -> None:
    for shot in ("雪地, characters", "xuedi/夜, characters", "屋内, video", "屋内, action"):
        edit(root / "specs/ep/e2.yaml", f"scene: {shot}", shot.partition(", ")[2])
    stands(root)


OTHERS: dict[str, tuple[list[tuple[str, str]], tuple[str, ...]]] = {
    "another model of pictures": (
        [("image: nano-banana-pro", "image: nano-banana-2")],
        ("characters/丙/three_views", "scenes/屋内/scene", "e3/s02/contact_sheet", "e3/s02/clip"),
    ),
    "another shape": (
        [("format: {", 'format: {aspect_ratio: "9:16", ')],
        ("scenes/屋内/scene", "e3/s02/contact_sheet", "e3/s02/clip"),
    ),
    "no picture of the style": (
        [(", image: refs/style.png", "")],
        ("characters/丙/three_views", "scenes/屋内/scene", "e3/s02/contact_sheet", "e3/s02/clip"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", OTHERS)
def test_what_is_published_stays_so_whatever_changes_for_the_rest(root: Path, change: str) -> None:
    edits, made = OTHERS[change]
    for old, new in edits:
        edit(root / SPEC, old, new)
    stands(root, *made)


def test_what_is_published_stays_so_with_a_model_of_shorter_clips(root: Path) -> None:
    (root / "manjuc.yaml").write_text("models: {grok-video-3: {durations: [1]}}\n", encoding="utf-8")
    edit(root / SPEC, "format: {seconds: {min: 4, max: 6}}\n", "")
    edit(root / "specs/ep/e3.yaml", "seconds: 3.5", "seconds: 1")
    stands(root, "e3/s02/clip")


FILES = ("refs/yi.png", "refs/cell.png", "refs/own.mp4", "chapter.txt")


@pytest.mark.parametrize("file", FILES)
def test_a_file_that_only_published_episodes_show_may_be_gone(root: Path, file: str) -> None:
    (root / "specs" / file).unlink()
    stands(root)


def test_a_file_that_something_else_shows_is_missed(root: Path) -> None:
    for file in ("style.png", "yi.png", "own.mp4", "cell.png"):
        (root / "specs/refs" / file).unlink()
    edit(root / "specs/ep/e3.yaml", "use: e2/s04", "use: e2/s03")
    edit(root / "specs/ep/e3.yaml", "[丙]", "[丙, 乙]")
    ran = manjuc("check", SPEC, "--format", "short", cwd=root)
    said = [line.partition(": ")[2] for line in ran.out.splitlines() if "MJ0304" in line]
    assert ran.code == 1
    assert [line.partition("`")[2].partition("`")[0] for line in said] == [
        "../refs/own.mp4", "refs/style.png", "refs/yi.png",
    ]  # fmt: skip


def test_a_profile_changes_nothing_of_what_is_published(root: Path) -> None:
    edit(
        root / SPEC,
        "episodes:",
        "profiles: {big: {format: {hd: false, resolution: 1080p}, models: {video: veo3.1-fast}}}\nepisodes:",
    )
    steps = planned(root, "--profile", "big")
    assert {steps[id]["verdict"] for id in PUBLISHED} <= {"hit", "frozen"}


def test_a_template_that_fails_for_what_is_published_fails_for_the_rest_alone(root: Path) -> None:
    (root / "templates").mkdir()
    shipped = Path(__file__).parent.parent / "templates" / "contact_sheet.j2"
    text = "{% if shots[0].action == '甲抬头' %}{{ gone }}{% endif %}" + shipped.read_text(encoding="utf-8")
    (root / "templates/contact_sheet.j2").write_text(text, encoding="utf-8")
    stands(root)
    edit(root / "specs/ep/e3.yaml", "丙开门", "甲抬头")
    assert "MJ0501" in checked(root)


@pytest.mark.parametrize("key", ["trim: {s77: {from: 0.2}}", "cover: {shot: s44}", "hook: {shot: s55}"])
def test_a_shot_that_a_published_script_does_not_have_is_told_by_check_as_by_plan(root: Path, key: str) -> None:
    with (root / "specs/ep/e1.yaml").open("a", encoding="utf-8") as file:
        file.write(f"{key}\n")
    check, plan = (manjuc(*words, cwd=root) for words in (("check", SPEC), ("plan", SPEC, "--preview")))
    assert (check.code, plan.code) == (1, 1)
    for said in (check.out + check.err, plan.err):
        assert "MJ0316" in said
        assert "specs/ep/e1.yaml:6:" in said


def test_an_episode_that_is_listed_no_more_cannot_be_frozen(root: Path) -> None:
    edit(root / SPEC, "ep/e2.yaml, ", "")
    assert "MJ0317" in checked(root)


def test_what_a_written_episode_shows_too_is_drawn_anew(root: Path) -> None:
    edit(root / SPEC, "frozen: [e1, e2]", "frozen: [e2]")
    edit(root / SPEC, "服装: 红衣", "服装: 朱衣")
    steps = planned(root)
    verdicts = {id: steps[id]["verdict"] for id in ("characters/甲/红衣/three_views", "e1/s01/clip", "e2/s02/clip")}
    assert list(verdicts.values()) == ["miss", "wait", "frozen"]


def test_a_shot_of_an_episode_that_is_gone_was_shown_in_what_is_published(root: Path) -> None:
    edit(root / SPEC, "frozen: [e1, e2]", "frozen: [e2]")
    edit(root / SPEC, "[ep/e1.yaml, ", "[")
    assert checked(root) == []
    assert planned(root)["e2/film"]["verdict"] == "frozen"


def test_a_shot_that_is_written_into_what_is_published_is_not_made(root: Path) -> None:
    with (root / "specs/ep/e2.yaml").open("a", encoding="utf-8") as file:
        file.write("  - {id: s06, seconds: 1, scene: 屋内, action: 天亮}\n")
    stands(root)


def test_a_film_of_its_own_may_be_frozen_too(root: Path) -> None:
    texts = DRAMA.replace("episodes: [ep/e1.yaml, ep/e2.yaml, ep/e3.yaml]\n", "frozen: [xue]\n")
    shots = E2.partition("shots:")[2].replace("../", "").rpartition("  - ")[0].replace("雪地, ", "天边, ")
    (root / SPEC).write_text(f"{texts}shots:{shots}", encoding="utf-8")
    (root / "specs/refs/style.png").unlink()
    assert [code for code in checked(root) if code != "MJ0413"] == []
    assert {step["verdict"] for step in planned(root).values()} == {"frozen"}


def test_a_shot_that_a_published_script_does_not_have_cannot_be_shown_again(root: Path) -> None:
    edit(root / "specs/ep/e3.yaml", "use: e2/s04", "use: e1/s09")
    check, plan = (manjuc(*words, cwd=root) for words in (("check", SPEC), ("plan", SPEC, "--preview")))
    assert (check.code, plan.code) == (1, 1)
    for said in (check.out + check.err, plan.err):
        assert "unknown shot `e1/s09`" in said
        assert "specs/ep/e3.yaml:4:" in said
