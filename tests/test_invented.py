"""What a text model answered: kept whole, read again, with ids and files of its own for what it invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import Workbench

from manjuc import frontend, longhand, project, screenplay, shots
from manjuc.calls import Artifact
from manjuc.disk import now
from manjuc.frontend import Program
from manjuc.graph import ActionId, Results
from manjuc.spec import EpisodeId, Say, Script
from manjuc.store import Store

DRAMA = "manju: 1\ntheme: 雨夜\nscenes: {走廊: {}}\ncharacters: {林澈: {}}\nprops: {校徽: {}}\n"
LIMITS = "format: {seconds: 4}\nlimits: {shots: {min: 1, max: 4}, shot_seconds: {min: 1, max: 4}}\n"


def loaded(folder: Path, text: str) -> Program:
    (folder / "manjuc.yaml").touch()
    (folder / "d.yaml").write_text(text, encoding="utf-8")
    return frontend.load(project.find(str(folder / "d.yaml")), preview=True)


def kept(program: Program, answer: dict[str, Any]) -> tuple[Script, Script]:
    """A script as it was accepted, and as every later command reads it."""
    store, text = Store(program.project.store), json.dumps(answer, ensure_ascii=False)
    script, data, findings = program.read_answer(store, ActionId("d/script"), text)
    assert script is not None
    assert findings == ()
    with store.writing():
        blob = now(store.put(data))
    return script, program.read_script(store, EpisodeId("d"), (Artifact("script", blob, "application/json", 1),))


def shot(**fields: Any) -> dict[str, Any]:
    return {"id": "s01", "seconds": 1, "action": "林澈推门", **fields}


def test_a_card_of_a_model_is_kept_with_its_text(tmp_path: Path) -> None:
    answer = {"shots": [shot(seconds=3), {"id": "s02", "seconds": 1, "card": "三年后"}]}
    accepted, read = kept(loaded(tmp_path, DRAMA + LIMITS), answer)
    assert read == accepted
    assert (read.shots[1].card, read.shots[1].scene) == ("三年后", "")


def test_parts_and_all_that_a_shot_says_are_kept(tmp_path: Path) -> None:
    said = {"characters": ["林澈"], "props": ["校徽"], "place": {"林澈": "左"}, "note": "近", "caption": "林澈"}
    parts = [{"at": "走廊", "shots": [shot(seconds=2, **said)]}, {"at": "走廊", "shots": [shot(id="s02", seconds=2)]}]
    accepted, read = kept(loaded(tmp_path, DRAMA + LIMITS), {"parts": parts})
    assert read == accepted
    first, second = read.shots
    assert (first.part, second.part) == (1, 2)
    assert (first.standing, first.note, first.caption) == ((("林澈", "左"),), "近", "林澈")
    assert first.props == ("校徽",)


def test_people_in_the_crowd_stay_in_it(tmp_path: Path) -> None:
    people = [{"id": "宾客", "crowd": True, "also": ["众人"]}]
    drama = DRAMA.replace("characters: {林澈: {}}\n", "") + LIMITS
    answer = {"characters": people, "shots": [shot(seconds=4, action="宾客散去", characters=["宾客"])]}
    accepted, read = kept(loaded(tmp_path, drama), answer)
    assert read == accepted
    assert (read.characters[0].crowd, read.characters[0].also) == (True, ("众人",))


def test_a_model_cannot_name_files_or_other_films(tmp_path: Path) -> None:
    answer = {"shots": [shot(seconds=4, video="refs/x.mp4", image="/etc/passwd", use="ep01/s01")]}
    accepted, read = kept(loaded(tmp_path, DRAMA + LIMITS), answer)
    assert read == accepted
    assert read.shots[0].bought
    program = loaded(tmp_path, DRAMA + LIMITS)
    text = json.dumps({"shots": [{"id": "s01", "seconds": 4, "use": "ep01/s01"}]})
    _, _, findings = program.read_answer(Store(program.project.store), ActionId("d/script"), text)
    assert any("`action`" in finding for finding in findings)


FIELDS: dict[str, list[Any]] = {
    "card": ["三年后", "", " "],
    "scene": ["走廊", "", "走廊/夜"],
    "characters": [["林澈"], [], ["旁白"]],
    "say": [[{"林澈(心声)": "走\n吧"}], [{"who": "林澈", "line": "走"}], [{"who": "林澈", "line": "走", "as": "x"}]],
    "place": [{"林澈": "左"}, {}, ["左"]],
    "note": ["近\n些", "\u2028", 3],
    "caption": ["林澈", None],
    "part": [2, "二"],
    "use": ["ep01/s01", 1],
    "seconds": [4, 3.96, 0.04, "4"],
    "framing": ["", "全景", 1],
    "action": ["雨\x7f\x85停", "\ufeff\ufffe", "半\ud800字", "- a: [b, {c]", "\\u0000\"'#"],
    "props": [["校徽"], "校徽"],
}
odd = st.fixed_dictionaries({}, optional={key: st.sampled_from(values) for key, values in FIELDS.items()})


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return loaded(tmp_path_factory.mktemp("drama"), DRAMA + LIMITS)


@given(more=odd)
def test_whatever_is_accepted_can_be_read_again(program: Program, more: dict[str, Any]) -> None:
    store, text = (
        Store(program.project.store),
        json.dumps({"shots": [shot(**{"seconds": 4, **more})]}, ensure_ascii=False),
    )
    script, data, findings = program.read_answer(store, ActionId("d/script"), text)
    assert script is not None or findings
    if script is not None and not findings:
        again, _, found = program.read_answer(store, ActionId("d/script"), data.decode())
        assert found == ()
        assert again == script
        known = {EpisodeId("d"): script}
        for each in (*program.warnings, *program.appraised(Results({}, known))):
            assert each.primary.span.place[1] >= 1
        placed = longhand.script(screenplay.document(script, "script.yaml"))
        assert shots.script(placed, program.spec, mend=True)[0] == script


def test_what_a_fix_brought_stands_in_the_placed_script(tmp_path: Path) -> None:
    fix = (
        "fix:\n  s01: {note: 近一点, caption: 林澈, say: [{林澈(心声): 走。}], characters: [林澈], place: {林澈: 右}}\n"
    )
    _, read = kept(loaded(tmp_path, DRAMA + LIMITS + fix), {"shots": [shot(seconds=4)]})
    (tmp_path / "s.yaml").write_text(screenplay.to_yaml(read), encoding="utf-8")
    adopted = loaded(tmp_path, DRAMA + "script: s.yaml\n").spec.episodes[0].script
    assert adopted is not None
    assert adopted.shots == read.shots
    (fixed,) = adopted.shots
    assert (fixed.note, fixed.caption, fixed.standing) == ("近一点", "林澈", (("林澈", "右"),))
    assert fixed.say == (Say("林澈", "走。", "inner"),)


@pytest.fixture
def series(tmp_path: Path) -> Workbench:
    """A series of two episodes that a text model writes; it numbers what it invents alike in both."""
    (tmp_path / "manjuc.yaml").touch()
    (tmp_path / "drama.yaml").write_text(
        "manju: 1\ntheme: 雨夜\nepisodes: [ep01.yaml, ep02.yaml]\nformat: {seconds: 4}\n", encoding="utf-8"
    )
    for number in (1, 2):
        (tmp_path / f"ep0{number}.yaml").write_text(f"manju: 1\nepisode: ep0{number}\ntheme: 雨夜 {number}\n", "utf-8")
    answer = {
        "characters": [{"id": "juese1", "name": "周岚", "traits": {"发": "短"}}],
        "scenes": [{"id": "changjing1", "name": "码头"}],
        "shots": [shot(characters=["juese1"], scene="changjing1", say=[{"who": "周岚", "line": "走"}])],
    }
    return Workbench(tmp_path / "drama.yaml", preview=True, answer=answer)


def test_episodes_share_nothing_that_they_invented(series: Workbench) -> None:
    made = series.build()
    sheets = {f"characters/juese1-{episode}/three_views" for episode in ("ep01", "ep02")}
    plates = {f"scenes/changjing1-{episode}/scene" for episode in ("ep01", "ep02")}
    assert {id for id in made if id.endswith(("/three_views", "/scene"))} == sheets | plates
    steps = {step.action.id: step for step in series.plan().steps}
    assert {steps[ActionId(id)].action.place for id in sheets} == {"characters/周岚_ep01", "characters/周岚_ep02"}
    assert "characters/juese1-ep02/three_views" in steps[ActionId("ep02/s01/contact_sheet")].action.needs
    assert "characters/juese1-ep02/three_views" not in steps[ActionId("ep01/s01/contact_sheet")].action.needs
    assert all("juese1" not in getattr(step.call, "prompt", "") for step in steps.values())
    assert series.build() == set()


def test_a_single_drama_calls_what_was_invented_as_its_script_does(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_text("manju: 1\ntheme: 雨夜\n", encoding="utf-8")
    answer = {"characters": [{"id": "juese1"}], "scenes": [{"id": "码头"}], "shots": [shot(characters=["juese1"])]}
    bench = Workbench(tmp_path / "d.yaml", preview=True, answer=answer)
    assert {"characters/juese1/three_views", "scenes/码头/scene"} <= bench.build()


def test_results_of_one_name_have_a_file_each(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_text(
        "manju: 1\ntheme: 雨夜\ncharacters:\n  丙: {name: 乙}\n  乙: {}\n  Lin: {name: LIN}\n  林: {name: lin}\n"
        "  甲_红衣: {}\n  甲: {looks: {红衣: {服装: 红}}}\n"
        "scenes:\n  a: {name: 桥}\n  b: {name: 桥}\n  正厅: {at: {夜: {light: 月光}}}\n  正厅_夜: {}\n"
        "props: {伞: {}, 黑伞: {name: 伞}}\n"
        "shots:\n"
        "  - {id: s01, seconds: 4, scene: a, characters: [丙, 乙], props: [伞, 黑伞], action: 走}\n"
        "  - {id: s02, seconds: 4, scene: b, characters: [Lin, 林], action: 走}\n"
        "  - {id: s03, seconds: 4, scene: 正厅/夜, characters: [甲_红衣, 甲/红衣], action: 走}\n"
        "  - {id: s04, seconds: 4, scene: 正厅_夜, action: 雨}\n",
        encoding="utf-8",
    )
    steps = Workbench(tmp_path / "d.yaml", preview=True).plan().steps
    places = {step.action.id: step.action.place for step in steps}
    assert len({place.casefold() for place in places.values()}) == len(places)
    assert places[ActionId("characters/乙/three_views")] == "characters/乙"
    assert places[ActionId("characters/丙/three_views")] == "characters/乙_丙"
    assert places[ActionId("characters/甲_红衣/three_views")] == "characters/甲_红衣"
    assert places[ActionId("scenes/a/scene")] == "scenes/桥"
    assert places[ActionId("scenes/b/scene")] == "scenes/桥_b"
    assert places[ActionId("props/黑伞/prop")] == "props/伞_黑伞"
