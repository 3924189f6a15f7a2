"""The first ten minutes: what `init` gives builds at once, and never touches what is there already."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dotenv
import pytest
import yaml
from front import ROOT, schema_of
from jsonschema import Draft202012Validator
from serving import KEY, Ran, manjuc, served

from manjuc import catalogue, frontend, project, settings, source
from manjuc.diagnostic import Source

SPEC = "specs/noodles.yaml"
SERIES = "manju: 1\ntheme: 她回来了\nformat: {seconds: 4}\nepisodes: ep*.yaml\nscenes: {正厅: {light: 烛光}}\n"
PART = "manju: 1\nepisode: ep01\nshots:\n  - {id: s01, seconds: 4, scene: 正厅, action: 门开了}\n"
MADE = {
    *(SPEC, "manjuc.yaml", ".gitignore", ".env.example", ".github/workflows/manjuc.yml"),
    *(f"schemas/{name}.schema.json" for name in ("drama", "episode", "include", "script", "project", "faults")),
}


def files(folder: Path) -> dict[str, bytes]:
    """All the files below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """A project as `init` leaves it."""
    ran = manjuc("init", "mine", cwd=tmp_path)
    assert ran.code == 0, ran.err
    return tmp_path / "mine"


class TestInit:
    def test_it_says_what_it_made_and_what_to_do_next(self, tmp_path: Path) -> None:
        ran = manjuc("init", "我的 漫剧", cwd=tmp_path)
        assert ran.code == 0
        assert {Path(line).as_posix() for line in ran.out.splitlines()} == {f"我的 漫剧/{name}" for name in MADE}
        assert set(files(tmp_path / "我的 漫剧")) == MADE
        commands = [line.partition("#")[0].strip() for line in ran.err.splitlines()]
        assert commands == [
            *("next:", "cd '我的 漫剧'"),
            *(f"manjuc check {SPEC}", f"manjuc build --preview {SPEC}"),
        ]

    def test_without_a_folder_it_begins_where_it_is_called(self, tmp_path: Path) -> None:
        ran = manjuc("init", cwd=tmp_path)
        assert (ran.code, set(files(tmp_path))) == (0, MADE)
        assert "cd " not in ran.err

    def test_it_speaks_chinese_to_whom_the_environment_asks_for_it(self, tmp_path: Path) -> None:
        assert "接下来：" in manjuc("--lang", "zh", "init", cwd=tmp_path).err
        assert f"{SPEC} 已经在了，保持原样" in manjuc("init", "--lang", "zh", cwd=tmp_path).err

    def test_a_file_that_is_there_is_named_and_left(self, tmp_path: Path) -> None:
        (tmp_path / "specs").mkdir()
        (tmp_path / SPEC).write_text("mine", encoding="utf-8")
        (tmp_path / "novel.txt").write_text("第一章", encoding="utf-8")
        (tmp_path / ".gitignore").write_text("/build\n", encoding="utf-8")
        ran = manjuc("init", ".", cwd=tmp_path)
        assert ran.code == 0
        assert f"{SPEC} is there already; it stays as it is" in ran.err
        assert "let .gitignore name .manjuc/, .env as well" in ran.err
        assert SPEC not in ran.out
        assert (tmp_path / SPEC).read_text(encoding="utf-8") == "mine"
        assert set(files(tmp_path)) == MADE | {"novel.txt"}

    def test_a_second_time_it_changes_nothing(self, begun: Path) -> None:
        before = files(begun)
        ran = manjuc("init", cwd=begun)
        assert (ran.code, ran.out, files(begun)) == (0, "", before)
        assert ran.err.count("is there already") == len(MADE)
        assert "as well" not in ran.err

    def test_a_link_that_leads_nowhere_is_left_too(self, tmp_path: Path) -> None:
        (tmp_path / "manjuc.yaml").symlink_to(tmp_path / "elsewhere.yaml")
        assert manjuc("init", cwd=tmp_path).code == 0
        assert not (tmp_path / "elsewhere.yaml").exists()

    def test_a_file_is_no_place_for_a_project(self, tmp_path: Path) -> None:
        (tmp_path / "mine").write_text("", encoding="utf-8")
        ran = manjuc("init", "mine", cwd=tmp_path)
        assert (ran.code, ran.err) == (2, "manjuc: mine is not a folder\n")

    @pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nobody is refused a folder here")
    def test_a_folder_that_cannot_be_written_to_is_an_error_in_words(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o500)
        ran = manjuc("init", cwd=tmp_path)
        assert (ran.code, ran.err.startswith("manjuc: cannot write ")) == (4, True)


class TestItsSpec:
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_nothing_is_wrong_with_it(self, begun: Path, language: str) -> None:
        ran = manjuc("--lang", language, "check", "--format", "json", SPEC, "manjuc.yaml", cwd=begun)
        assert (ran.code, json.loads(ran.out)) == (0, [])

    def test_its_plan_is_one_clip_and_sends_nothing(self, begun: Path) -> None:
        before = files(begun)
        ran = manjuc("plan", "--format", "json", SPEC, cwd=begun, key=KEY)
        assert (ran.code, ran.err) == (0, "")
        plan = json.loads(ran.out)
        assert [step["id"] for step in plan["steps"] if step["stage"] == "clip"] == ["noodles/s01/clip"]
        assert plan["unknown"] == []
        assert files(begun) == before

    def test_every_model_of_it_lives(self, begun: Path) -> None:
        spec = yaml.safe_load((begun / SPEC).read_text(encoding="utf-8"))
        assert set(spec["models"]) == {"image", "video"}
        assert set(spec["models"].values()) <= living()

    @pytest.mark.long
    def test_with_a_key_the_first_real_build_meets_no_model_that_is_gone(self, begun: Path, tmp_path: Path) -> None:
        quick = "models: {grok-video-3: {pace: {first: 0.05, then: 0.05}}}\n"
        (begun / "manjuc.yaml").write_text(quick, encoding="utf-8")
        with served(tmp_path / "relay", paid=True, models=living()) as relay:
            ran = manjuc("build", "--max-cost", "2", SPEC, cwd=begun, key=KEY, url=relay.url)
            assert ran.code == 0, ran.err
            assert relay.posts() == 7
        assert (begun / "build" / "noodles" / "noodles.mp4").stat().st_size > 10_000
        assert "preview" not in ran.err

    def test_it_shows_what_the_language_has_to_offer(self, begun: Path) -> None:
        spec = yaml.safe_load((begun / SPEC).read_text(encoding="utf-8"))
        traits = [trait for character in spec["characters"].values() for trait in character.get("traits", {}).values()]
        assert any(isinstance(trait, dict) for trait in traits), "a trait that only some framings show"
        assert any("looks" in character for character in spec["characters"].values())
        shots = [shot for part in spec["parts"] for shot in part["shots"]]
        speakers = {who for shot in shots for line in shot.get("say", ()) for who in line}
        assert {re.sub(r".*\((.*)\)", r"\1", who) for who in speakers} >= {"阿满", "心声", "旁白"}
        assert sum(shot["seconds"] for shot in shots) == spec["format"]["seconds"] == 10
        assert len(re.findall(r"#.*[\u4e00-\u9fff]", (begun / SPEC).read_text(encoding="utf-8"))) > 10

    @pytest.mark.long
    def test_it_builds_at_once_and_the_second_time_there_is_nothing_to_do(self, begun: Path) -> None:
        ran = manjuc("build", "--preview", SPEC, cwd=begun)
        assert ran.code == 0, ran.err
        assert (begun / "build" / "noodles.preview" / "noodles.mp4").stat().st_size > 10_000
        again = manjuc("build", "--preview", SPEC, cwd=begun)
        assert "nothing to do" in again.err


def living() -> frozenset[str]:
    """The models of the catalogue that have not been shut down."""
    known = catalogue.models([source.load(text)[0].data for text in project.catalogue_sources()])  # type: ignore[union-attr]
    return frozenset(name for name, model in known.items() if not model.retired)


def options() -> list[str]:
    """The lines of the manjuc.yaml of `init` that are options: behind a `#` without a space, or with two and more."""
    text = project.beginnings()["manjuc.yaml"]
    return [line[1:] for line in text.splitlines() if re.match(r"#(?! \S|$)", line)]


def blocks() -> list[str]:
    """Its options, each with what belongs to it."""
    found: list[str] = []
    for line in options():
        found = [*found, line] if not line.startswith(" ") else [*found[:-1], f"{found[-1]}\n{line}"]
    return found


def keys(schema: Any, root: Any, way: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every key that a schema knows, `*` for names of an author's own."""
    schema = {**root["$defs"].get(schema.get("$ref", "").rpartition("/")[2], {}), **schema}
    for name, inner in schema.get("properties", {}).items():
        yield (*way, name)
        yield from keys(inner, root, (*way, name))
    for keyword, name in (("additionalProperties", "*"), ("items", "[]")):
        if isinstance(schema.get(keyword), dict):
            yield from keys(schema[keyword], root, (*way, name))


def written(data: Any, schema: Any, root: Any, way: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every key that a file writes, in the same words."""
    schema = {**root["$defs"].get(schema.get("$ref", "").rpartition("/")[2], {}), **schema}
    if isinstance(data, dict):
        for name, value in data.items():
            known = schema.get("properties", {})
            step = (*way, name if name in known else "*")
            yield step
            yield from written(value, known.get(name) or schema.get("additionalProperties", {}), root, step)
    elif isinstance(data, list):
        for value in data:
            yield from written(value, schema.get("items", {}), root, (*way, "[]"))


class TestItsSettings:
    def test_all_of_it_is_comments(self) -> None:
        assert all(not line or line.startswith("#") for line in project.beginnings()["manjuc.yaml"].splitlines())

    def test_every_option_stands_in_it(self) -> None:
        schema = schema_of("project")
        text = "\n".join(options())
        has = set(written(yaml.safe_load(text), schema, schema))
        lacks = set(keys(schema, schema)) - has
        assert not lacks, f"manjuc/data/beginning/manjuc.yaml lacks {sorted(lacks)}"

    @pytest.mark.parametrize("block", [*blocks(), "\n".join(options())], ids=lambda block: block.partition(":")[0])
    def test_every_option_works_when_its_mark_is_taken_away(self, begun: Path, block: str) -> None:
        (begun / "manjuc.yaml").write_text(block + "\n", encoding="utf-8")
        ran = manjuc("check", "--format", "short", "manjuc.yaml", SPEC, cwd=begun)
        assert (ran.code, ran.out, ran.err) == (0, "", "")
        place = project.find(str(begun / SPEC))
        assert frontend.load(place, preview=True).settings

    def test_what_it_sets_is_what_is_read(self, begun: Path) -> None:
        (begun / "manjuc.yaml").write_text("\n".join(options()) + "\n", encoding="utf-8")
        facts = yaml.safe_load((begun / "manjuc.yaml").read_text(encoding="utf-8"))
        read = settings.read(facts, f"MANJUC_API_KEY={KEY}", preview=False)
        assert (read.base_url, read.dialect) == (facts["relay"]["base_url"], facts["relay"]["dialect"])
        assert read.slots["video"] == facts["limits"]["video"]
        assert read.deadlines["clip"] == facts["limits"]["minutes"]["clip"] * 60_000


class TestItsOtherFiles:
    def test_the_example_of_a_dot_env_names_every_variable_and_no_key(self) -> None:
        text = project.beginnings()[".env.example"]
        assert settings.read({}, text, preview=False).preview
        bare = re.sub(r"^#(?=\w)", "", text, flags=re.MULTILINE)
        assert set(dotenv.dotenv_values(stream=io.StringIO(bare))) == {
            *("MANJUC_API_KEY", "MANJUC_BASE_URL", "MANJUC_DIALECT")
        }

    def test_git_is_given_neither_the_key_nor_results(self, begun: Path) -> None:
        for name in (".env", ".manjuc/journal.jsonl", "build/noodles/noodles.mp4", "specs/noodles.lock"):
            (begun / name).parent.mkdir(parents=True, exist_ok=True)
            (begun / name).write_text("", encoding="utf-8")
        subprocess.run(["git", "init", "--quiet"], cwd=begun, check=True)
        listed = ["git", "-c", "core.quotePath=false", "ls-files", "--others", "--exclude-standard"]
        told = subprocess.run(listed, cwd=begun, check=True, capture_output=True, encoding="utf-8").stdout
        assert set(told.splitlines()) == MADE | {"specs/noodles.lock"}

    @pytest.mark.parametrize("name", [SPEC, "specs/zhumen/zhumen.yaml"])
    @pytest.mark.parametrize("slip", ["", "them: 面馆\n"])
    def test_the_workflow_checks_and_marks_what_is_wrong(self, begun: Path, name: str, slip: str) -> None:
        (job,) = yaml.safe_load((begun / ".github/workflows/manjuc.yml").read_text(encoding="utf-8"))["jobs"].values()
        *_, install, check = (step["run"] for step in job["steps"] if "run" in step)
        assert install.endswith("pip install manjuc")
        recursive, command = check.splitlines()
        assert recursive == "shopt -s globstar", "without it bash takes ** for *"
        program, *arguments = command.split()
        assert program == "manjuc"
        if name != SPEC:
            (begun / name).parent.mkdir()
            (begun / name).write_text(SERIES, encoding="utf-8")
            (begun / "specs/zhumen/ep01.yaml").write_text(PART, encoding="utf-8")
        with (begun / name).open("a", encoding="utf-8") as spec:
            spec.write(slip)
        named = [
            each for given in arguments for each in (sorted(map(str, begun.glob(given))) if "*" in given else [given])
        ]
        ran = manjuc(*named, cwd=begun)
        assert (ran.code, f"::error file={name}" in ran.out) == ((1, True) if slip else (0, False))


class TestSchemas:
    @pytest.mark.parametrize("name", project.SCHEMAS)
    def test_each_is_printed_as_it_ships(self, tmp_path: Path, name: str) -> None:
        text = manjuc("schema", name, cwd=tmp_path).out
        assert text == (ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
        Draft202012Validator.check_schema(json.loads(text))

    def test_without_a_name_it_is_that_of_a_drama(self, tmp_path: Path) -> None:
        assert manjuc("schema", cwd=tmp_path).out == manjuc("schema", "drama", cwd=tmp_path).out

    def test_an_unknown_one_is_a_usage_error_that_names_the_known(self, tmp_path: Path) -> None:
        ran = manjuc("schema", "dramas", cwd=tmp_path)
        assert ran.code == 2
        assert "'drama', 'episode', 'include', 'script', 'project', 'faults'" in ran.err

    def test_all_are_written_over_older_ones_into_a_folder(self, begun: Path) -> None:
        before = files(begun)
        (begun / "schemas" / "drama.schema.json").write_text("{}", encoding="utf-8")
        ran = manjuc("schema", "--all", "schemas", cwd=begun)
        assert {Path(line).name for line in ran.out.splitlines()} == {f"{name}.schema.json" for name in project.SCHEMAS}
        assert files(begun) == before
        assert manjuc("schema", "drama", "--all", "schemas", cwd=begun).code == 2

    def test_what_people_write_has_one_and_what_manjuc_writes_is_not_among_them(self) -> None:
        shipped = {path.name.removesuffix(".schema.json") for path in (ROOT / "schemas").glob("*.json")}
        assert shipped - set(project.SCHEMAS) == {"catalogue", "lock"}


def hook() -> dict[str, Any]:
    (found,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    return dict(found)


def commit(*names: str, cwd: Path) -> Ran:
    """What the hook says of changed files, called as it declares."""
    program, *arguments = hook()["entry"].split()
    assert program == "manjuc"
    return manjuc(*arguments, *(name for name in names if re.search(hook()["files"], name)), cwd=cwd)


class TestTheHook:
    def test_it_is_declared_as_others_name_it(self) -> None:
        assert (hook()["id"], hook()["language"]) == ("manjuc-check", "python")
        assert hook().get("pass_filenames", True)

    def test_every_shipped_file_passes_alone_and_with_the_others(self) -> None:
        names = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "specs").rglob("*.yaml"))
        assert len(names) > 6
        assert commit(*names, cwd=ROOT).code == 0
        for name in names:
            assert commit(name, cwd=ROOT).code == 0, name

    def test_settings_are_checked_too(self, begun: Path) -> None:
        assert commit("manjuc.yaml", cwd=begun).code == 0
        (begun / "manjuc.yaml").write_text("buget: {CNY: 5}\n", encoding="utf-8")
        ran = commit("manjuc.yaml", cwd=begun)
        assert (ran.code, "did you mean `budget`?" in ran.err) == (1, True)

    @pytest.mark.parametrize(
        ("name", "text", "slip"),
        [
            ("episodes/ep01.yaml", "manju: 1\nepisode: ep01\nshots:\n  - {seconds: 2, action: 走}\n", "tittle: x\n"),
            ("cast.yaml", "manju_include: 1\ncharacters: {沈昭: {traits: {发: 黑发}}}\n", "charaters: {}\n"),
            ("s.script.yaml", "manju_script: 1\nshots:\n  - {seconds: 2, action: 走}\n", "tittle: x\n"),
        ],
    )
    def test_a_part_of_a_drama_is_held_to_its_own_schema(self, tmp_path: Path, name: str, text: str, slip: str) -> None:
        path = tmp_path / "specs" / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
        assert commit(f"specs/{name}", cwd=tmp_path).code == 0
        path.write_text(text + slip, encoding="utf-8")
        ran = commit(f"specs/{name}", cwd=tmp_path)
        assert (ran.code, "unknown key" in ran.err) == (1, True)
        assert manjuc("build", "--preview", f"specs/{name}", cwd=tmp_path).err.startswith(f"specs/{name} is ")

    def test_what_is_no_spec_is_not_its_business(self) -> None:
        names = ("README.md", "templates/clip.veo.j2", ".github/workflows/ci.yml", "data/specs.yaml", "specs/a.txt")
        assert [name for name in names if re.search(hook()["files"], name)] == []


def test_a_file_of_comments_alone_is_no_setting(tmp_path: Path) -> None:
    text = "# nothing yet\n\n  # nor here\n"
    (tmp_path / "manjuc.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "d.yaml").write_text("manju: 1\ntheme: 雨夜\n", encoding="utf-8")
    assert manjuc("check", "d.yaml", cwd=tmp_path).code == 0
    assert source.load(Source("manjuc.yaml", text))[0] is None
