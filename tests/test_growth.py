"""Large dramas cost in step with what is in them: what is counted here depends on no clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from manjuc import documents, findings, frontend, project, prompts
from manjuc.checks import clips, edits
from manjuc.contracts import Render
from manjuc.diagnostic import Diagnostic
from manjuc.once import once

SERIES = "manju: 1\nscenes: {a: {}}\ncharacters: {林: {traits: {发: 黑发}}}\nepisodes: e/*.yaml\n"


def check(folder: Path, files: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """What is wrong with a project of such files."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return frontend.check(project.find(str(folder / "drama.yaml")))


def codes(found: tuple[Diagnostic, ...]) -> set[str]:
    return {each.code for each in found}


def shots(count: int, more: str = "characters: [林], action: 林推门") -> str:
    return "shots:\n" + "".join(f"- {{id: s{number}, seconds: 6, {more}{number}}}\n" for number in range(count))


def episodes(*texts: str, drama: str = SERIES) -> dict[str, str]:
    return {"drama.yaml": drama} | {
        f"e/{number}.yaml": f"manju: 1\nepisode: e{number}\n{text}" for number, text in enumerate(texts, 1)
    }


def rendered(folder: Path, files: Mapping[str, str], patch: pytest.MonkeyPatch) -> int:
    """How many prompts are rendered to check a project."""
    asked = Counter[str]()
    made = prompts.renderer

    def counting(templates: Mapping[str, str]) -> Render:
        render = made(templates)

        class Counting:
            def __call__(self, template: str, /, **variables: object) -> str:
                asked[template] += 1
                return render(template, **variables)

            def first(self, *templates: str) -> str:
                return render.first(*templates)

        return Counting()

    with patch.context() as patched:
        patched.setattr(prompts, "renderer", counting)
        check(folder, files)
    return asked.total()


@pytest.mark.parametrize("letters", [1, 110], ids=["short", "near to the limit"])
def test_prompts_that_fit_are_not_rendered_however_many_there_are(
    tmp_path: Path, letters: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    drama = SERIES.replace("黑发", "雨" * 300).replace("scenes", "models: {video: seedance-1.0-pro}\nscenes")
    drama = drama.replace("发: ", f"衣: {'雨' * letters}, 发: ")
    few = rendered(tmp_path / "few", episodes(shots(10), drama=drama), monkeypatch)
    many = rendered(tmp_path / "many", episodes(shots(60), shots(60), drama=drama), monkeypatch)
    assert few == many > 0


def test_prompts_that_are_too_long_are_rendered_until_there_are_enough_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drama = SERIES.replace("黑发", f"{'雨' * 300}, 衣: {'雨' * 300}").replace(
        "scenes", "models: {video: seedance-1.0-pro}\nscenes"
    )
    assert 200 <= rendered(tmp_path, episodes(shots(400), drama=drama), monkeypatch) < 240


def test_every_file_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Counter[Path]()
    made = project.source
    monkeypatch.setattr(project, "source", lambda path, root: read.update([path]) or made(path, root))
    check(tmp_path, episodes(*[shots(1)] * 20))
    assert {path.name: count for path, count in read.items() if path.parent.name == "e"} == {
        f"{number}.yaml": 1 for number in range(1, 21)
    }


def test_what_a_drama_declares_is_gone_through_once_for_all_episodes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = Counter[str]()
    made = clips._varied.__wrapped__  # type: ignore[attr-defined]
    monkeypatch.setattr(clips, "_varied", once(16)(lambda declared: looked.update(["it"]) or made(declared)))
    check(tmp_path, episodes(*[shots(2)] * 30))
    assert looked.total() == 2  # the people, and the places


def test_files_may_include_each_other_in_a_long_row(tmp_path: Path) -> None:
    row = {f"{n}.yaml": f"manju_include: 1\ninclude: {n + 1}.yaml\nprops: {{p{n}: {{}}}}\n" for n in range(1, 1200)}
    last = {"1200.yaml": "manju_include: 1\nscenes: {a: {}}\n"}
    drama = "manju: 1\ninclude: 1.yaml\nshots: [{id: s1, seconds: 2, props: [p1199], action: x}]\n"
    assert "error" not in {each.severity for each in check(tmp_path, {"drama.yaml": drama, **row, **last})}


def test_what_many_files_declare_points_into_each_of_them(tmp_path: Path) -> None:
    files = {f"i/{n}.yaml": f"manju_include: 1\nscenes: {{p{n}: {{light: 血泊{n}}}}}\n" for n in range(1, 1500)}
    again = {"i/1500.yaml": "manju_include: 1\nscenes: {P7: {}}\n"}
    found = check(tmp_path, {"drama.yaml": "manju: 1\ntheme: x\ninclude: i/*.yaml\n", **files, **again})
    twice = next(each for each in found if each.code == "MJ0305")
    assert (twice.primary.span.place[0], twice.secondary[0].span.place[0]) == ("i/1500.yaml", "i/7.yaml")


@pytest.mark.parametrize(("key", "text"), [("episodes", "manju: 1\nepisode: e#\n"), ("include", "manju_include: 1\n")])
def test_more_files_than_a_drama_can_have_are_told_and_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, text: str
) -> None:
    monkeypatch.setattr(documents, "_MOST_FILES", 30)
    files = {f"e/{n}.yaml": text.replace("#", str(n)) for n in range(31)}
    (told,) = check(tmp_path, {"drama.yaml": f"manju: 1\ntheme: x\n{key}: e/*.yaml\n", **files})
    assert (told.code, str(told.message)) == ("MJ0206", f"`{key}` must have at most 30 items")
    assert str(told.primary.text) == "these are 31"


def test_shots_that_show_each_other_again_are_followed_in_one_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Counter[str]()
    made = findings.place_of
    for checks in (edits, clips):
        monkeypatch.setattr(checks, "place_of", lambda use: asked.update([use]) or made(use))
    row = "shots:\n- {id: s0, seconds: 6, action: x}\n"
    row += "".join(f"- {{id: s{n}, seconds: 6, use: e1/s{n - 1}}}\n" for n in range(1, 500))
    assert "MJ0439" not in codes(check(tmp_path, episodes(row)))
    assert asked.total() < 10 * 500


def test_a_circle_of_shots_is_told_of_each_shot_in_it_and_of_no_other(tmp_path: Path) -> None:
    circle = "- {id: a, seconds: 2, use: e1/c}\n- {id: b, seconds: 2, use: e1/a}\n- {id: c, seconds: 2, use: e1/b}\n"
    found = check(tmp_path, episodes(f"shots:\n{circle}- {{id: d, seconds: 2, use: e1/a}}\n"))
    assert [each.primary.span.place[1] for each in found if each.code == "MJ0439"] == [4, 5, 6]


def test_earlier_loglines_are_held_once_for_all_episodes(tmp_path: Path) -> None:
    drama = "manju: 1\nformat: {seconds: 60}\nepisodes: e/*.yaml\n"
    texts = [f"theme: x\nlogline: 雨{number}\nso_far: true\n" for number in range(1, 21)]
    check(tmp_path, episodes(*texts, drama=drama))
    told = [
        each.so_far for each in frontend.load(project.find(str(tmp_path / "drama.yaml")), preview=True).spec.episodes
    ]
    assert [tuple(each) for each in told[:3]] == [(), ("雨1",), ("雨1", "雨2")]
    assert len({id(getattr(each, "lines", None)) for each in told}) == 1
