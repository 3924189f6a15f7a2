"""Scripts that a text model wrote: the same checks as for those that people write, shown before money is spent."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from serving import CLIPS, KEY, PICTURES, QUICK, SPEC, Ran, Served, answer, laid_out, manjuc, run, served, started

QUIET = "{MJ0409: off, MJ0456: off}"
FACTS = f"{QUICK}checks: {QUIET}\n"
DRAMA = """
manju: 1
theme: 雨夜里，林澈捡到一枚发光的校徽
format: {seconds: 2}
models: {text: gemini-3-flash-preview-nothinking, image: nano-banana-2, video: sora-2}
characters:
  linche: {name: 林澈, traits: {发色: 银灰短发, 服装: 深蓝风衣}}
scenes:
  corridor: {name: 走廊, tone: 蓝紫}
limits: {shots: {min: 2, max: 3}, shot_seconds: {min: 0.5, max: 1.5}, characters: {min: 1, max: 3}}
"""
PLACED = "build/mini/script.yaml"
BRAND = "林澈捡起一枚印着耐克的校徽"
LONG = "雨夜霓虹倒映在积水里，校徽的光映亮他的脸，远处有雷声滚过走廊尽头的铁门"


def shot(id: str = "s01", **fields: Any) -> dict[str, Any]:
    plain = {"id": id, "seconds": 1, "framing": "中景", "camera": "固定", "scene": "corridor", "characters": ["linche"]}
    return {**plain, "action": "林澈推门而入", **fields}


def story(*shots: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"title": "校徽", "shots": [*shots, *(shot(f"s0{n}") for n in range(len(shots) + 1, 3))], **more}


@dataclass
class Studio:
    """A project with a relay whose text model answers as it is told, and counts how often it is asked."""

    root: Path
    relay: Served
    asked: int = 0

    def answers(self, *stories: Any) -> None:
        for each in stories:
            said = {"message": {"content": each if isinstance(each, str) else json.dumps(each, ensure_ascii=False)}}
            body = json.dumps({"choices": [{**said, "finish_reason": "stop"}]}, ensure_ascii=False).encode()
            self.relay.once("POST", "/v1/chat/completions", self._counted(answer(200, body)))

    def _counted(self, app: Any) -> Any:
        async def counted(*given: Any) -> None:
            self.asked += 1
            await app(*given)

        return counted

    def run(self, *words: str) -> Ran:
        return run(self.root, self.relay, *words)

    def build(self, *more: str) -> Ran:
        return self.run("build", SPEC, "--yes", *more)

    def written(self, *stories: Any) -> Ran:
        """A build of the script alone."""
        self.answers(*stories)
        return self.build("--until", "script")

    def told(self, command: str = "check") -> list[tuple[str, str, str]]:
        """Code, severity and marked text of what a command says."""
        ran = self.run(command, SPEC, "--format", "json")
        said = json.loads(ran.out) if ran.out else []
        found = said["diagnostics"] if isinstance(said, dict) else said
        assert ran.code == any(each["severity"] == "error" for each in found)
        return [(each["code"], each["severity"], self.marked(each)) for each in found]

    def marked(self, found: dict[str, Any]) -> str:
        """What a diagnostic points at in its file on the disk."""
        line = (self.root / found["path"]).read_text(encoding="utf-8").splitlines()[found["line"] - 1]
        return str(line[found["column"] - 1 : found["end_column"] - 1])

    def edit(self, old: str, new: str, file: str = SPEC) -> None:
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def add(self, text: str, file: str = SPEC) -> None:
        path = self.root / file
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    root = laid_out(tmp_path / "project", DRAMA, FACTS)
    with served(tmp_path / "relay", paid=True) as relay:
        yield Studio(root, relay)


def test_a_name_that_relays_refuse_is_told_wherever_a_script_is_looked_at(studio: Studio) -> None:
    made = studio.written(story(shot(action=BRAND)))
    assert (made.code, studio.asked) == (0, 1), "a warning is no reason for another round"
    assert f"--> {PLACED}:" in made.err
    assert "warning[MJ0462]: `耐克`" in made.err
    assert "change it by `fix: {s01: {action: …}}` in specs/mini.yaml" in made.err
    for command in ("check", "plan"):
        assert studio.told(command) == [("MJ0462", "warning", "耐克")]
    assert "warning[MJ0462]: `耐克`" in studio.run("plan", SPEC).err
    again = studio.build("--until", "script")
    assert again.err.count("MJ0462") == 1


def test_what_a_script_invents_is_looked_at_too(studio: Studio) -> None:
    people = [{"id": "a", "name": "周岚", "traits": {"服装": "印着迪士尼的围裙"}}]
    made = studio.written(story(shot(characters=["linche", "a"]), characters=people))
    assert "name the copy under `script` in specs/mini.yaml" in made.err
    assert studio.told() == [("MJ0462", "warning", "迪士尼")]


def test_a_child_that_a_script_invents_counts_as_one(studio: Studio) -> None:
    people = [{"id": "a", "name": "周岚", "age": 9}]
    studio.written(story(shot(characters=["linche", "a"], action="周岚流血倒地"), characters=people))
    assert "MJ0461" in [code for code, _, _ in studio.told()]


def test_the_place_is_that_of_the_file_that_is_placed_or_will_be(studio: Studio) -> None:
    studio.written(story(shot(action=BRAND)))
    before = studio.run("check", SPEC, "--format", "json").out
    shutil.rmtree(studio.root / "build")
    assert studio.run("check", SPEC, "--format", "json").out == before
    assert json.loads(before)[0]["path"] == PLACED


def test_a_fix_is_judged_where_its_author_wrote_it(studio: Studio) -> None:
    studio.written(story(shot(action=BRAND)))
    studio.add("fix: {s01: {action: 林澈捡起一枚印着星巴克的校徽}}\n")
    assert studio.told() == [("MJ0462", "warning", "星巴克")]
    assert json.loads(studio.run("check", SPEC, "--format", "json").out)[0]["path"] == SPEC
    studio.edit("星巴克", "三颗星")
    assert studio.told() == studio.told("plan") == []


def test_an_answer_that_contradicts_a_trait_is_asked_for_again(studio: Studio) -> None:
    studio.written(story(shot(action="林澈一头黑发被雨打湿")), story())
    assert studio.asked == 2
    assert studio.told() == []


def test_a_fault_of_an_answer_on_a_single_line_is_told_with_the_way_to_it(studio: Studio) -> None:
    story_ = story(shot(), shot("s02", seconds=1.9), characters=[{"id": "lin", "name": "林澈"}])
    ran = studio.written(*[story_] * 3)
    assert ran.code == 4
    shown = studio.run("show", SPEC, "mini/script").err
    assert "in the answer it is `shots › s02 › seconds`" in shown
    laid_out_ = json.dumps(story_, ensure_ascii=False, indent=2)
    studio.edit("雨夜里", "雪夜里")
    studio.written(*[laid_out_] * 3)
    shown = studio.run("show", SPEC, "mini/script").err
    assert "seconds" in shown
    assert "in the answer it is" not in shown, "a line and a column say it"


@pytest.mark.long
def test_a_trait_that_changes_later_is_held_against_the_script_and_blocks_nothing(studio: Studio) -> None:
    studio.edit("银灰短发", "黑色长发")
    studio.written(story(shot(action="林澈一头黑发被雨打湿")))
    studio.edit("黑色长发", "银灰短发")
    assert studio.told() == studio.told("plan") == [("MJ0425", "warning", "黑发")]
    built = studio.build("--until", "scene")
    assert (built.code, studio.asked) == (0, 1)
    assert "MJ0425" in built.err


def limited(studio: Studio, most: int = 210) -> None:
    studio.edit(
        "checks:", f"    prompt_limit: {{most: {most}, unit: characters, refuses: true}}\nchecks:", "manjuc.yaml"
    )


@pytest.mark.long
def test_a_prompt_that_would_be_refused_stops_a_build_before_what_follows_is_bought(studio: Studio) -> None:
    limited(studio)
    studio.answers(story(shot(visuals=LONG), shot("s02", visuals=LONG)))
    built = studio.build("--events", "events.jsonl")
    assert (built.code, studio.asked, studio.relay.posts(CLIPS)) == (1, 1, 0)
    assert "error[MJ0452]: the prompt of `mini/s01/clip`" in built.err
    assert "the script is kept" in built.err
    events = [json.loads(line) for line in (studio.root / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    (judged,) = (event for event in events if event["event"] == "judged")
    assert [each["code"] for each in judged["diagnostics"]] == ["MJ0452"]
    bought = studio.relay.posts(PICTURES)
    assert studio.told() == [("MJ0452", "error", f'"{LONG}"')]
    for command in (("plan", SPEC), ("build", SPEC, "--yes")):
        ran = studio.run(*command)
        assert (ran.code, ran.err.count("error[MJ0452]")) == (1, 1)
    assert (studio.asked, studio.relay.posts(PICTURES), studio.relay.posts(CLIPS)) == (1, bought, 0)
    assert studio.run("show", SPEC, "mini/script").code == 0, "other commands go on"
    studio.add("fix: {s01: {visuals: 雨}, s02: {visuals: 雨}}\n")
    assert studio.told() == studio.told("plan") == []
    assert studio.build("--until", "clip").code == 0
    assert (studio.asked, studio.relay.posts(CLIPS)) == (1, 1)


@pytest.mark.long
def test_a_film_that_is_finished_is_refused_by_nothing_that_is_found_later(studio: Studio) -> None:
    studio.answers(story(shot(visuals=LONG)))
    assert studio.build().code == 0
    limited(studio, 100)
    assert studio.told("plan") == [], "what is bought is sent no more"
    again = studio.build()
    assert (again.code, "nothing to do" in again.err) == (0, True)


def test_a_shot_that_is_too_long_for_another_model_is_told_at_its_place(studio: Studio) -> None:
    studio.written(story(shot(seconds=1.5), shot("s02", seconds=0.5)))
    studio.edit("durations: [2]", "durations: [1]", "manjuc.yaml")
    studio.edit('{"2": 0.33}', '{"1": 0.33}', "manjuc.yaml")
    assert studio.told() == [("MJ0405", "error", "1.5")]
    ran = studio.run("plan", SPEC)
    assert (ran.code, f"{PLACED}:" in ran.err) == (1, True)
    studio.add("fix: {s01: {seconds: 1}, s02: {seconds: 1}}\n")
    assert studio.told() == studio.told("plan") == []


def test_a_fix_beyond_film_and_clip_is_told_where_it_stands(studio: Studio) -> None:
    studio.written(story())
    studio.add("fix: {s01: {seconds: 9}}\n")
    assert studio.told() == [("MJ0405", "error", "9")]
    ran = studio.run("plan", SPEC)
    assert (ran.code, f"{SPEC}:" in ran.err) == (1, True)
    assert studio.build().code == 1


def test_a_letter_that_the_font_has_not_is_found_in_a_fix(studio: Studio) -> None:
    studio.written(story())
    studio.add("fix: {s02: {say: [{林澈: 走吧🐉}]}}\n")
    assert [(code, severity) for code, severity, _ in studio.told()] == [("MJ0416", "error")]


def test_a_trim_beyond_a_generated_shot_is_told(studio: Studio) -> None:
    studio.written(story())
    studio.add("trim: {s01: {to: 1.4}}\n")
    longer = ("MJ0402", "warning", "shots")
    assert studio.told() == studio.told("plan") == [longer, ("MJ0434", "warning", "1.4")]
    studio.edit(QUIET, "{MJ0409: off, MJ0456: off, MJ0434: off}", "manjuc.yaml")
    assert studio.told() == studio.told("plan") == [longer]


def test_what_no_shot_of_a_finished_story_shows_is_told(studio: Studio) -> None:
    studio.edit("characters:\n", "characters:\n  周岚: {}\n")
    assert studio.told() == []
    studio.written(story())
    assert studio.told() == [("MJ0427", "warning", "周岚")]


# What a project says of the severity of checks


@pytest.mark.parametrize(
    ("chosen", "asked", "expected"),
    [
        ("MJ0462: off", 1, []),
        ("MJ0462: hint", 1, [("MJ0462", "hint", "耐克")]),
        ("MJ0462: error", 2, []),
    ],
)
def test_a_project_says_how_severe_a_word_is(studio: Studio, chosen: str, asked: int, expected: list[Any]) -> None:
    studio.edit(QUIET, f"{{MJ0409: off, MJ0456: off, {chosen}}}", "manjuc.yaml")
    studio.written(story(shot(action=BRAND)), story())
    assert studio.asked == asked
    assert studio.told() == expected


@pytest.mark.parametrize(("chosen", "expected"), [("off", []), ("warning", [("MJ0425", "warning", "黑发")])])
def test_a_project_may_take_a_contradiction_of_a_text_model_lightly(
    studio: Studio, chosen: str, expected: list[Any]
) -> None:
    studio.edit(QUIET, f"{{MJ0409: off, MJ0456: off, MJ0425: {chosen}}}", "manjuc.yaml")
    studio.written(story(shot(action="林澈一头黑发被雨打湿")))
    assert studio.asked == 1
    assert studio.told() == expected


def test_what_is_off_is_off_beside_an_error_too(studio: Studio) -> None:
    studio.edit("theme:", "themes:")
    ran = studio.run("check", SPEC, "--format", "short")
    studio.edit("themes:", "theme:")
    studio.edit("image: nano-banana-2, video: sora-2", "image: nano-banana-2, video: sora-9000")
    more = studio.run("check", SPEC, "--format", "short")
    for each in (ran, more):
        assert each.code == 1
        assert "MJ0456" not in each.out


# Which scripts are looked at


def test_a_script_that_will_be_written_anew_is_not_judged(studio: Studio) -> None:
    studio.written(story(shot(action=BRAND)))
    studio.edit("雨夜里", "雪夜里")
    assert studio.told() == studio.told("plan") == []


def test_check_looks_at_the_script_of_a_preview_where_there_is_no_other(studio: Studio) -> None:
    assert manjuc("build", SPEC, "--preview", "--until", "script", cwd=studio.root).code == 0
    studio.add("fix: {s01: {note: 耐克}}\n")
    assert [code for code, _, _ in studio.told()] == ["MJ0462"]
    studio.edit("note: 耐克", "visuals: 雨")
    studio.written(story(shot("s02", seconds=0.9), shot(action=BRAND, seconds=1.1)))
    assert studio.told() == [("MJ0462", "warning", "耐克")]
    assert json.loads(studio.run("check", SPEC, "--format", "json").out)[0]["path"] == PLACED


def test_check_takes_no_lock_and_needs_no_store(studio: Studio) -> None:
    studio.written(story(shot(action=BRAND)))
    (studio.root / ".manjuc/journal.jsonl").unlink()
    assert [code for code, _, _ in studio.told()] == ["MJ0462"]
    before = {path: path.stat().st_mtime_ns for path in studio.root.rglob("*")}
    assert studio.run("check", SPEC).code == 0
    assert {path: path.stat().st_mtime_ns for path in studio.root.rglob("*")} == before
    shutil.rmtree(studio.root / ".manjuc")
    assert studio.told() == []


def test_the_conflict_in_a_lock_is_found_by_check(studio: Studio) -> None:
    studio.written(story())
    lock = studio.root / "specs/mini.lock"
    lock.write_text(f"<<<<<<< HEAD\n{lock.read_text(encoding='utf-8')}", encoding="utf-8")
    assert [code for code, _, _ in studio.told()] == ["MJ0311"]


SERIES = DRAMA.replace("theme:", "episodes: ['ep01.yaml', 'ep02.yaml']\ntheme:", 1)


@pytest.mark.long
def test_every_episode_of_a_series_is_judged_in_its_own_file(studio: Studio) -> None:
    (studio.root / SPEC).write_text(SERIES, encoding="utf-8")
    for number in (1, 2):
        text = f"manju: 1\nepisode: ep0{number}\ntheme: 雨夜 {number}\n"
        (studio.root / f"specs/ep0{number}.yaml").write_text(text, encoding="utf-8")
    limited(studio)
    studio.answers(story(shot(visuals=LONG), shot("s02", visuals=LONG)), story(shot(action=BRAND)))
    built = studio.build()
    assert (built.code, studio.asked) == (1, 2)
    assert studio.relay.posts(CLIPS) == 1, "the other episode is built"
    (bad,) = {each["path"] for each in errors(studio)}
    assert bad in ("build/mini/ep01/script.yaml", "build/mini/ep02/script.yaml")
    studio.add(f"frozen: [{bad.split('/')[2]}]\n")
    assert "MJ0452" not in [code for code, _, _ in studio.told()], "nothing new is demanded of what is published"


def errors(studio: Studio) -> list[dict[str, Any]]:
    said = json.loads(studio.run("check", SPEC, "--format", "json").out)
    return [each for each in said if each["severity"] == "error"]


def test_a_bad_answer_is_shown_in_the_file_that_keeps_it(studio: Studio) -> None:
    bad = json.dumps(story(shot(scene="天台")), ensure_ascii=False, indent=1)
    built = studio.written(*[f"好的：\n{bad}"] * 3)
    assert (built.code, studio.asked) == (4, 3)
    place = built.err.split("--> ", 1)[1].split()[0]
    path, line, column = place.rsplit(":", 2)
    kept = (studio.root / path).read_text(encoding="utf-8").splitlines()
    assert kept[int(line) - 1][int(column) - 1 :].startswith('"天台"')


def test_a_long_prompt_for_somebody_invented_is_told_where_they_are_invented(studio: Studio) -> None:
    limit = "  nano-banana-2: {prompt_limit: {most: 300, unit: characters}}\nchecks:"
    studio.edit("checks:", limit, "manjuc.yaml")
    people = [{"id": "a", "name": "周岚", "traits": {"服装": LONG * 6}}]
    studio.written(story(shot(characters=["linche", "a"]), characters=people))
    assert ("MJ0452", "warning", '"a"') in studio.told()


def test_a_story_in_parts_is_told_of_at_its_parts_too(studio: Studio) -> None:
    studio.edit("tone: 蓝紫}", "tone: 蓝紫, at: {夜: {light: 月光}}}")
    plain = {key: value for key, value in shot().items() if key != "scene"}
    parts = [{"at": "corridor", "shots": [plain]}, {"at": "corridor/夜", "shots": [{**plain, "id": "s02"}]}]
    made = studio.written({"title": "校徽", "parts": parts})
    assert studio.told() == [("MJ0428", "warning", '"corridor/夜"')]
    assert "name the copy under `script`" in made.err
    studio.add("fix: {s02: {action: 耐克}}\n")
    assert [code for code, _, _ in studio.told()] == ["MJ0428", "MJ0462"]


def test_what_only_the_whole_drama_tells_is_told_where_its_scripts_come_together(tmp_path: Path) -> None:
    spec = DRAMA.replace("theme:", "episodes: [ep01.yaml, ep02.yaml]\ntheme:", 1) + "props: {lamp: {name: 灯笼}}\n"
    root = laid_out(tmp_path / "project", spec, f"{QUICK}checks: {{MJ0409: off, MJ0456: off, MJ0427: error}}\n")
    for n in (1, 2):
        (root / f"specs/ep0{n}.yaml").write_text(f"manju: 1\nepisode: ep0{n}\ntheme: 雨夜 {n}\n", encoding="utf-8")
    with served(tmp_path / "relay", paid=True) as relay:
        gates = [relay.hold("POST", "/v1/chat") for _ in range(2)]
        with started("build", SPEC, "--until", "scene", "--yes", cwd=root, key=KEY, url=relay.url) as process:
            for gate in gates:
                assert gate.reached.wait(60)
            for gate in gates:
                gate.open()
            _, err = process.communicate(timeout=60)
    assert process.returncode == 1, err
    assert "MJ0427" in err
