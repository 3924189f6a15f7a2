"""The command line from outside: what every slip of an author gets, what each command prints, and with which code."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from serving import KEY, PICTURES, SCENE, SPEC, Served, answer, build, manjuc

from manjuc.cli import cli

Drama = Callable[[str], Path]
README = Path(__file__).parent.parent / "README.md"
GOOD = "manju: 1\ntheme: 雨夜\n"


def spec(folder: Path, text: str) -> Path:
    (folder / "d.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("manju: 1\nthem: 雨夜\n", "MJ0201", 2, 1),
        ("manju: 1\ntheme 雨夜\nlanguage: zh-CN\n", "MJ0102", 2, 1),
        ("manju: 1\ntheme：雨夜\n", "MJ0102", 2, 6),
        ("manju: 1\ntheme: 雨夜\ncharacters:\n  a:\n    traits:\n      发色: [银灰, 蓝]\n", "MJ0203", 6, 11),
        ("manju: 1\ntheme: " + "雨" * 40_000 + "\n", "MJ0205", 2, 8),
        ("manju: 1\ntheme: " + "[" * 100_000 + "\n", "MJ0114", 2, 71),
    ],
)
def test_every_slip_is_a_diagnostic_at_its_place(tmp_path: Path, text: str, code: str, line: int, column: int) -> None:
    ran = manjuc("check", "--format", "json", "d.yaml", cwd=spec(tmp_path, text))
    assert ran.code == 1
    (found,) = json.loads(ran.out)
    assert found["code"][:4] == code[:4]
    assert (found["line"], found["column"]) == (line, column), found
    built = manjuc("build", "--yes", "d.yaml", cwd=tmp_path, key=KEY, url="http://127.0.0.1:9")
    assert built.code == 1
    assert "Traceback" not in built.err
    assert not (tmp_path / ".manjuc").exists(), "nothing was sent, nothing was begun"


def test_a_shot_that_is_longer_than_the_film_is_found_at_its_seconds(tmp_path: Path) -> None:
    spec(tmp_path, GOOD + "format: {seconds: 10}\nscenes: {a: {}}\nscript: s.yaml\n")
    shots = "manju_script: 1\nshots:\n  - {id: s01, seconds: 12, scene: a, action: 走}\n"
    (tmp_path / "s.yaml").write_text(shots, encoding="utf-8")
    ran = manjuc("check", "--format", "short", "d.yaml", cwd=tmp_path)
    assert ran.code == 1
    assert ran.out.splitlines() == ["s.yaml:3:24: error[MJ0401]: the shot `s01` is longer than the film"]


def test_a_caret_stands_right_under_chinese_text(tmp_path: Path) -> None:
    ran = manjuc("check", "d.yaml", cwd=spec(tmp_path, "manju: 1\ntheme: 雨夜\nstyle: {look: 二次元, 颜色: 蓝}\n"))
    lines = ran.err.splitlines()
    shown = next(i for i, line in enumerate(lines) if "颜色: 蓝" in line)
    from manjuc.text import width

    assert width(lines[shown].partition("颜色")[0]) == lines[shown + 1].index("^")


def test_github_annotations_name_file_and_line(tmp_path: Path) -> None:
    ran = manjuc("check", "--format", "github", "d.yaml", cwd=spec(tmp_path, "manju: 1\nthem: 雨\n"))
    assert ran.out.startswith("::error file=d.yaml,line=2,")


def test_a_sound_spec_is_said_to_be_sound(drama: Drama) -> None:
    path = drama("handwritten")
    ran = manjuc("check", str(path), str(path.with_name("handwritten.script.yaml")), cwd=path.parent)
    assert ran.code == 0
    assert "2 checked, with the files that belong to them: no errors" in ran.err
    ran = manjuc("check", str(path), cwd=path.parent)
    assert "1 checked, with the files that belong to it: no errors" in ran.err


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    for command in ("check", "plan", "build"):
        ran = manjuc(command, "nowhere.yaml", cwd=tmp_path)
        assert ran.code == 2
        assert "there is no spec nowhere.yaml" in ran.err


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("dramas/detectve.yaml", "there is no spec dramas/detectve.yaml; did you mean `dramas/detective.yaml`?"),
        ("dramas/detective", "there is no spec dramas/detective; did you mean `dramas/detective.yaml`?"),
        ("dramas", "dramas is a folder; did you mean `dramas/detective.yaml`?"),
        (".", ". is not a file"),
    ],
)
def test_a_slip_in_the_name_of_a_spec_is_told_with_the_spec_that_was_meant(
    tmp_path: Path, written: str, told: str
) -> None:
    (tmp_path / "dramas").mkdir()
    (tmp_path / "dramas" / "detective.yaml").touch()
    ran = manjuc("check", written, cwd=tmp_path)
    assert (ran.code, ran.err.strip()) == (2, f"manjuc: {told}")


def test_a_file_that_is_not_utf_8_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_bytes("manju: 1\ntheme: 雨夜\n".encode("gbk"))
    ran = manjuc("check", "d.yaml", cwd=tmp_path)
    assert ran.code == 1
    assert "is not UTF-8" in ran.err


def test_the_plans_of_several_specs_are_read_line_by_line(tmp_path: Path) -> None:
    one = spec(tmp_path, "manju: 1\ntheme: 雨夜\n")
    (one / "e.yaml").write_text("manju: 1\ntheme: 雪夜\n", encoding="utf-8")
    ran = manjuc("plan", "--preview", "--format", "json", "d.yaml", "e.yaml", cwd=one)
    assert [json.loads(line)["spec"] for line in ran.out.splitlines()] == ["d.yaml", "e.yaml"]
    (line,) = manjuc("plan", "--preview", "--format", "json", "e.yaml", cwd=one).out.splitlines()
    assert json.loads(line) == json.loads(ran.out.splitlines()[1])


def test_the_same_spec_has_the_same_project_from_every_folder(drama: Drama) -> None:
    path = drama("handwritten")
    here = manjuc("plan", "--format", "json", str(path), cwd=path.parent)
    there = manjuc("plan", "--format", "json", "specs/handwritten.yaml", cwd=path.parent.parent)
    assert json.loads(here.out) == json.loads(there.out)


def test_explain_prints_the_page_of_a_code(tmp_path: Path) -> None:
    assert "MJ0201" in manjuc("explain", "mj0201", cwd=tmp_path).out
    assert manjuc("explain", "MJ9999", cwd=tmp_path).code == 2


@pytest.mark.parametrize("name", ["drama", "script", "project"])
def test_schema_prints_a_json_schema(tmp_path: Path, name: str) -> None:
    assert json.loads(manjuc("schema", name, cwd=tmp_path).out)["$schema"].endswith("2020-12/schema")


def test_show_tells_a_step_with_its_prompt(drama: Drama) -> None:
    path = drama("handwritten")
    ran = manjuc("show", str(path), "characters/azhou/three_views", cwd=path.parent)
    assert ran.code == 0
    assert "verdict  miss: never made" in ran.out
    assert "- 瞳色：灰蓝色" in ran.out
    unknown = manjuc("show", str(path), "characters/azhu/three_views", cwd=path.parent)
    assert unknown.code == 2
    assert "did you mean" in unknown.err


@pytest.mark.parametrize(
    "words",
    [("show", SPEC, "foo"), ("plan", SPEC, "--only", "foo"), ("build", SPEC, "--only", "foo"),
     ("resolve", SPEC, "foo", "--lost")],
)  # fmt: skip
def test_a_name_that_nothing_is_near_to_is_told_with_where_the_names_are(root: Path, words: tuple[str, ...]) -> None:
    ran = manjuc(*words, cwd=root)
    assert ran.code == 2
    assert "there is no action `foo`; `manjuc plan SPEC` shows those that there are" in ran.err


def test_show_gives_the_cost_of_a_preview_as_the_plan_does(root: Path) -> None:
    def cost(key: str) -> str:
        shown = manjuc("show", SPEC, "scenes/corridor/scene", cwd=root, key=key).out
        return next(line.split(maxsplit=1)[1] for line in shown.splitlines() if line.startswith("  cost"))

    assert (cost(""), cost(KEY)) == ("¥0 (¥0.2)", "¥0.2")
    assert re.search(r"scenes/corridor/scene +miss +¥0 \(¥0.2\) ", manjuc("plan", SPEC, cwd=root).out)
    assert manjuc("build", SPEC, "--until", "scene", cwd=root).code == 0
    assert cost("") == "¥0 (¥0.2)", "what the call takes, made already or not"


def test_a_build_names_on_stdout_only_what_is_there(root: Path, relay: Served) -> None:
    relay.once("POST", PICTURES, answer(401, b"{}"))
    nothing = build(root, relay, *SCENE)
    assert (nothing.code, nothing.out) == (4, "")
    assert not (root / "build/mini").exists()
    part = build(root, relay, *SCENE)
    assert (part.code, part.out) == (0, f"{root / 'build/mini'}\n")


def test_an_action_that_is_not_known_yet_is_told_so(drama: Drama) -> None:
    path = drama("detective")
    ran = manjuc("show", str(path), "detective/s01/clip", cwd=path.parent)
    assert ran.code == 2
    assert "detective/script has to be there first" in ran.err


def test_a_project_of_its_own_changes_prices_templates_and_paces(drama: Drama) -> None:
    path = drama("handwritten")
    root = path.parent.parent
    (root / "manjuc.yaml").write_text("models: {nano-banana-pro: {price: {call: 0.5}}}\n", encoding="utf-8")
    (root / "templates").mkdir()
    (root / "templates" / "scene.j2").write_text("生成一张图片：{{ scene.name }}", encoding="utf-8")
    plan = json.loads(manjuc("plan", "--format", "json", str(path), cwd=root, key=KEY).out)
    step = next(step for step in plan["steps"] if step["id"] == "scenes/tram/scene")
    assert step["prompt"] == "生成一张图片：末班电车车厢"
    assert step["cost"] == {"min": "0.5", "max": "0.5", "currency": "CNY"}


def test_a_template_that_leaves_a_fixed_trait_out_is_refused(drama: Drama) -> None:
    path = drama("handwritten")
    (path.parent.parent / "manjuc.yaml").write_text("", encoding="utf-8")
    (path.parent.parent / "templates").mkdir()
    (path.parent.parent / "templates" / "three_views.j2").write_text("{{ character.name }}", encoding="utf-8")
    ran = manjuc("plan", str(path), cwd=path.parent)
    assert ran.code == 1
    assert "MJ0502" in ran.err
    assert "黑色短发" in ran.err


def test_an_unknown_dialect_is_a_usage_error(drama: Drama) -> None:
    path = drama("handwritten")
    (path.parent.parent / "manjuc.yaml").write_text("relay: {dialect: whatsit}\n", encoding="utf-8")
    ran = manjuc("build", "--yes", str(path), cwd=path.parent, key=KEY, url="http://127.0.0.1:9")
    assert ran.code in (1, 2)
    assert "whatsit" in ran.err


def test_every_command_has_help_and_stands_in_the_readme() -> None:
    readme = README.read_text(encoding="utf-8")
    for name, command in cli.commands.items():
        assert command.help, name
        assert f"manjuc {name}" in readme, name
        for parameter in command.params:
            if parameter.param_type_name == "option" and not getattr(parameter, "help", None):
                raise AssertionError(f"{name} {parameter.name} has no help")


def test_the_version_is_printed(tmp_path: Path) -> None:
    assert manjuc("--version", cwd=tmp_path).out.startswith("manjuc, version 0.1")


def test_a_letter_that_the_font_has_not_is_found_before_anything_is_paid_for(drama: Drama) -> None:
    path = drama("handwritten")
    script = path.with_name("handwritten.script.yaml")
    script.write_text(script.read_text(encoding="utf-8").replace("末班，快上", "末班😀快上"), encoding="utf-8")
    ran = manjuc("check", "--format", "short", str(path), cwd=path.parent.parent)
    assert ran.code == 1
    assert "error[MJ0416]: the subtitles' font has no `😀` (U+1F600)" in ran.out
    spec = path.read_text(encoding="utf-8").replace("burn: true", "burn: false")
    path.write_text(spec, encoding="utf-8")
    assert manjuc("check", str(path), cwd=path.parent.parent).code == 0


def test_a_lock_with_a_merge_conflict_says_what_to_do(drama: Drama) -> None:
    path = drama("handwritten")
    path.with_suffix(".lock").write_text("manju_lock: 1\n<<<<<<< HEAD\nactions: {}\n=======\n", encoding="utf-8")
    ran = manjuc("plan", str(path), cwd=path.parent.parent, key=KEY)
    assert ran.code == 1
    assert "error[MJ0311]: the lock holds a merge conflict" in ran.err
    assert "keep the lines of one side" in ran.err


def test_only_and_until_that_exclude_each_other_are_a_usage_error(drama: Drama) -> None:
    path = drama("detective")
    ran = manjuc("build", "--only", "detective/film", "--until", "scene", str(path), cwd=path.parent.parent)
    assert ran.code == 2
    assert "ends before" in ran.err


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("build", "d.yaml", "--until", "script", "--until=clip"), "--until"),
        (("build", "--profile", "a", "--profile", "a", "d.yaml"), "--profile"),
        (("build", "--events", "a", "d.yaml", "--events", "b"), "--events"),
        (("build", "--max-cost", "5", "--max-cost", "50", "d.yaml"), "--max-cost"),
        (("build", "--max-cost", "¥5", "--max-cost", "50CNY", "d.yaml"), "--max-cost"),
        (("build", "--lang", "en", "d.yaml", "--lang", "zh"), "--lang"),
        (("plan", "d.yaml", "--format", "text", "--format", "json"), "--format"),
        (("resolve", "d.yaml", "d/script", "--task-id", "1", "--task-id", "2"), "--task-id"),
        (("costs", "--by", "day", "--by", "stage"), "--by"),
        (("relay", "--port", "1", "--port", "2"), "--port"),
        (("schema", "--all", "a", "--all", "b"), "--all"),
    ],
)
def test_an_option_that_is_given_twice_is_no_use(tmp_path: Path, words: tuple[str, ...], option: str) -> None:
    ran = manjuc(*words, cwd=spec(tmp_path, GOOD), key=KEY, url="http://127.0.0.1:9")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"manjuc: {option} is given twice: give it once\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["d.yaml"]


def test_a_limit_without_a_currency_and_one_for_the_plans_are_the_same_given_twice(tmp_path: Path) -> None:
    words = ("build", "d.yaml", "--until", "script", "--yes", "--max-cost", "5", "--max-cost", "9CNY")
    ran = manjuc(*words, cwd=spec(tmp_path, GOOD), key=KEY, url="http://127.0.0.1:9")
    assert ran.code == 2
    assert "--max-cost is given twice: give it once" in ran.err


def test_flags_and_options_of_which_there_may_be_several_can_be_given_again(tmp_path: Path) -> None:
    words = ("--preview", "--preview", "--only", "d/script", "--only", "d/film")
    assert manjuc("plan", "d.yaml", *words, cwd=spec(tmp_path, GOOD)).code == 0
    limits = ("--max-cost", "5CNY", "--max-cost", "1USD")
    assert manjuc("build", "d.yaml", *limits, "--until", "script", "--preview", cwd=tmp_path).code == 0


def test_two_specs_of_one_name_do_not_overwrite_each_others_results(tmp_path: Path) -> None:
    """`build/d` and the lock of a preview are named after the spec."""
    (tmp_path / "manjuc.yaml").write_text("", encoding="utf-8")
    for folder in ("a", "b"):
        spec_file(tmp_path / folder)
    until = ("--preview", "--until", "script")
    assert manjuc("build", "a/d.yaml", *until, cwd=tmp_path).code == 0
    assert manjuc("check", "b/d.yaml", cwd=tmp_path).code == 0
    for command in ("plan", "build"):
        ran = manjuc(command, "b/d.yaml", *until, cwd=tmp_path)
        assert ran.code == 2, ran.err
        assert (
            "a/d.yaml and b/d.yaml have the same name, and build/d.preview holds what was built of the first" in ran.err
        )
    both = manjuc("build", "a/d.yaml", "b/d.yaml", *until, cwd=tmp_path)
    assert both.code == 2
    assert manjuc("plan", "b/d.yaml", cwd=tmp_path, key=KEY).code == 0, "a paid build has a folder of its own"
    (tmp_path / "a/d.yaml").rename(tmp_path / "a/e.yaml")
    assert manjuc("build", "b/d.yaml", *until, cwd=tmp_path).code == 0, "the name is free again"
    assert manjuc("build", "a/e.yaml", *until, cwd=tmp_path).code == 0
    assert (tmp_path / "build/d.preview").is_dir()
    assert (tmp_path / "build/e.preview").is_dir()


def spec_file(folder: Path) -> None:
    folder.mkdir()
    spec(folder, GOOD)
