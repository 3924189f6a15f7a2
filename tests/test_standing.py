"""A series whose scripts a text model wrote, built by the command line; then somebody is declared."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from serving import QUICK, SPEC, Ran, Served, build, laid_out, manjuc, verdicts
from support import edit

DRAMA = """\
manju: 1
theme: 雨夜，一枚校徽失窃
format: {seconds: 2}
models: {text: gemini-3-flash-preview-nothinking, image: nano-banana-2, video: sora-2}
characters:
  林澈: {role: 转学生侦探, age: 18, traits: {发色: 银灰短发}, looks: {雨衣: {服装: 黄色雨衣}}}
scenes:
  走廊: {light: 冷色侧光, at: {夜: {light: 一盏壁灯}}}
props:
  校徽: {traits: {形: 六边形}}
limits: {shots: {min: 2, max: 3}, shot_seconds: {min: 0.5, max: 1.5}}
episodes: ep*.yaml
"""
NEWS = [
    ("characters:\n", "characters:\n  新人: {role: 校工, age: 50}\n", "characters/新人"),
    ("looks: {", "looks: {便装: {服装: 白衬衫}, ", "characters/林澈/便装"),
    ("scenes:\n", "scenes:\n  天台: {light: 月光}\n", "scenes/天台"),
    ("夜: {", "晨: {light: 晨光}, 夜: {", "scenes/走廊/晨"),
    ("props:\n", "props:\n  铜钥匙: {traits: {形: 长柄}}\n", "props/铜钥匙"),
]
LOCK = ".manjuc/preview/mini.lock"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The series, wholly built in preview."""
    root = laid_out(tmp_path_factory.mktemp("series") / "project", DRAMA, QUICK)
    for number in (1, 2):
        (root / f"specs/ep0{number}.yaml").write_text(f"manju: 1\nepisode: ep0{number}\ntheme: 第{number}夜\n", "utf-8")
    made = manjuc("build", SPEC, cwd=root)
    assert made.code == 0, made.err
    return root


@pytest.fixture
def root(built: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(built, tmp_path / "project")


def planned(root: Path) -> dict[str, Any]:
    return {step["id"]: step for step in json.loads(manjuc("plan", SPEC, "--format", "json", cwd=root).out)["steps"]}


def checked(root: Path, *more: str) -> Ran:
    return manjuc(*more, "check", SPEC, cwd=root)


@pytest.mark.parametrize(("old", "new", "name"), NEWS)
def test_after_a_declaration_the_plan_is_all_hits_and_says_what_a_script_does_not_know(
    root: Path, old: str, new: str, name: str
) -> None:
    before = planned(root)
    edit(root / SPEC, old, new)
    after = planned(root)
    assert {step["verdict"] for step in after.values()} == {"hit"}
    assert {id: step["key"] for id, step in after.items()} == {id: step["key"] for id, step in before.items()}
    assert after["ep01/script"]["reason"] == {"code": "reused", "detail": f"not told of {name}, declared since"}
    assert after["ep01/film"]["reason"] == {"code": "reused", "detail": ""}


def test_a_build_after_it_makes_nothing_and_leaves_the_lock_as_it_was(root: Path) -> None:
    before = (root / LOCK).read_bytes()
    assert b'    told:\n      - "characters/\xe6' in before
    for old, new, _ in NEWS:
        edit(root / SPEC, old, new)
    made = manjuc("build", SPEC, cwd=root)
    assert made.code == 0, made.err
    assert "no request was sent" in made.err
    assert (root / LOCK).read_bytes() == before


def test_a_clone_with_lock_and_blobs_pays_nothing_after_it_either(root: Path) -> None:
    (root / ".manjuc/journal.jsonl").unlink()
    for old, new, _ in NEWS:
        edit(root / SPEC, old, new)
    steps = planned(root)
    assert {step["verdict"] for step in steps.values() if step["stage"] != "film"} == {"hit"}
    named = "characters/新人, characters/林澈/便装, props/铜钥匙, 2 more"
    assert steps["ep02/script"]["reason"]["detail"] == f"not told of {named}, declared since"


def test_the_author_learns_that_nothing_uses_it_and_which_script_does_not_know_of_it(root: Path) -> None:
    edit(root / SPEC, *NEWS[0][:2])
    said = checked(root).err + checked(root).out
    assert "nothing uses the character `新人`" in said
    assert "written before it was declared: ep01/script, ep02/script" in said
    assert "raise by one in the lock is written anew, and told of it" in said
    assert "写在声明它之前的剧本：ep01/script" in (told := checked(root, "--lang", "zh")).err + told.out
    assert manjuc("plan", SPEC, cwd=root).err.count("written before it was declared") == 1
    assert "；还不知道后来声明的 characters/新人" in manjuc("--lang", "zh", "plan", SPEC, cwd=root).out


def test_a_take_that_is_raised_in_the_lock_is_told_of_it(root: Path) -> None:
    edit(root / SPEC, *NEWS[0][:2])
    shown = manjuc("show", SPEC, "ep01/script", cwd=root).out
    assert "not told of characters/新人, declared since" in shown
    assert "校工" not in shown
    head, entry = (root / LOCK).read_text(encoding="utf-8").split('  "ep01/script":\n')
    (root / LOCK).write_text(f'{head}  "ep01/script":\n{entry.replace("take: 1", "take: 2", 1)}', encoding="utf-8")
    steps = planned(root)
    assert {id for id, step in steps.items() if step["verdict"] == "miss"} >= {"ep01/script"}
    assert steps["ep02/script"]["verdict"] == "hit"
    assert "校工" in steps["ep01/script"]["prompt"]["user"]
    made = manjuc("build", SPEC, "--until", "script", cwd=root)
    assert made.code == 0, made.err
    assert {step["verdict"] for id, step in planned(root).items() if id.endswith("/script")} == {"hit"}
    told = (root / LOCK).read_text(encoding="utf-8").split('  "ep01/script":\n')[1].split('  "ep')[0]
    assert '      - "characters/新人"\n' in told


def limit(root: Path, model: str, most: int) -> None:
    """A model that refuses prompts of more letters."""
    entry = f"  {model}: {{prompt_limit: {{most: {most}, unit: characters, refuses: true}}}}\n"
    (root / "manjuc.yaml").write_text(QUICK + entry, "utf-8")


def test_what_only_a_new_script_would_be_told_is_no_reason_to_refuse_those_that_stand(root: Path) -> None:
    """The brief that names everybody is too long for the model; the briefs of the scripts that stand were not."""
    limit(root, "gemini-3-flash-preview-nothinking", 2500)
    assert checked(root).code == 0
    people = "".join(f"  新人{n}: {{role: {'校工' * 50}}}\n" for n in range(20))
    edit(root / SPEC, "characters:\n", f"characters:\n{people}")
    assert checked(root).code == 0, checked(root).err
    assert {step["verdict"] for step in planned(root).values()} == {"hit"}
    (root / "specs/ep03.yaml").write_text("manju: 1\nepisode: ep03\ntheme: 第3夜\n", "utf-8")
    assert "error[MJ0452]: the prompt of `ep03/script`" in (ran := checked(root)).err + ran.out
    assert "ep01/script` has" not in ran.err + ran.out


def test_nobody_is_drawn_of_whom_no_script_that_stands_was_told(root: Path) -> None:
    limit(root, "nano-banana-2", 1500)
    traits = ", ".join(f"{name}: {'雨' * 290}" for name in "脸发眼衣鞋手")
    edit(root / SPEC, "characters:\n", f"characters:\n  新人: {{traits: {{{traits}}}}}\n")
    assert checked(root).code == 0, checked(root).err
    edit(root / "specs/ep01.yaml", "第1夜", "第一夜")
    assert "error[MJ0452]: the prompt of `characters/新人/three_views`" in (ran := checked(root)).err + ran.out


def test_a_script_that_was_paid_for_stands_for_check_too_which_looks_as_a_preview_does(
    tmp_path: Path, relay: Served
) -> None:
    root = laid_out(tmp_path / "paid", DRAMA, QUICK)
    (root / "specs/ep01.yaml").write_text("manju: 1\nepisode: ep01\ntheme: 第1夜\n", "utf-8")
    made = build(root, relay, "--yes", "--until", "script")
    assert made.code == 0, made.err
    limit(root, "gemini-3-flash-preview-nothinking", 2500)
    people = "".join(f"  新人{n}: {{role: {'校工' * 50}}}\n" for n in range(20))
    edit(root / SPEC, "characters:\n", f"characters:\n{people}")
    assert checked(root).code == 0, checked(root).err
    assert verdicts(root, relay)["ep01/script"] == "hit"
    (root / "specs/mini.lock").unlink()
    assert "error[MJ0452]: the prompt of `ep01/script`" in checked(root).err
