"""Checks of meaning: what cannot work is said before anything is paid for, once, at its place."""

from typing import Any

import front
import pytest
from front import at, codes

THEME = "manju: 1\ntheme: 雨夜\n"
CAST = THEME + "characters:\n  lin: {}\n  旁白: {seen: false}\nscenes:\n  hall: {}\nscript: s.yaml\n"
FILM = CAST + "format: {seconds: 10}\n"
ASKED = (
    THEME
    + "characters: {lin: {}}\nscenes: {hall: {}}\nlimits: {shots: {min: 2, max: 3}, shot_seconds: {min: 1, max: 6}}\n"
)


def script(*shots: str) -> str:
    return "manju_script: 1\nshots:\n" + "".join(
        f"  - {{id: s{n}, action: x, {shot}}}\n" for n, shot in enumerate(shots)
    )


@pytest.mark.parametrize("name", ["detective", "theme-only"])
def test_shipped_specs_have_no_errors(name: str) -> None:
    drama, found = front.spec((front.ROOT / "specs" / f"{name}.yaml").read_text(encoding="utf-8"))
    assert drama is not None
    assert set(codes(found)) <= {"MJ0409"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("format: {seconds: 9.75}\n", ("MJ0404", 3, 19)),
        ("format: {seconds: 0.01}\n", ("MJ0404", 3, 19)),
        ("limits: {shot_seconds: {min: 0.55}}\n", ("MJ0404", 3, 30)),
        ("limits: {shots: {min: 5, max: 3}}\n", ("MJ0408", 3, 17)),
        ("limits: {shots: {min: 12}, shot_seconds: {min: 1}}\n", ("MJ0408", 3, 10)),
        ("limits: {shots: {max: 4}, shot_seconds: {max: 2}}\n", ("MJ0408", 3, 10)),
        ("limits: {characters: {max: 1}}\ncharacters: {a: {}, b: {}}\n", ("MJ0408", 3, 28)),
        ('format: {aspect_ratio: "21:9"}\nmodels: {video: veo3.1}\n', ("MJ0410", 3, 24)),
        ("format: {hd: true}\nmodels: {video: veo3.1}\n", ("MJ0411", 3, 14)),
        ("script: x\nlimits: {avoid: [x]}\n", ("MJ0413", 4, 1)),
    ],
)
def test_a_spec_that_cannot_work_is_refused(text: str, expected: tuple[Any, ...]) -> None:
    assert at(front.spec(THEME + text)[1]) == [expected]


@pytest.mark.parametrize(
    ("shots", "expected"),
    [
        (["seconds: 12"], [("MJ0401", 3, 34)]),
        (["seconds: 9.75"], [("MJ0404", 3, 34)]),
        (["seconds: 0.04"], [("MJ0404", 3, 34)]),
        (["seconds: 6", "seconds: 4.1"], [("MJ0402", 2, 1)]),
        (["seconds: 6", "seconds: 3.5"], []),
        (["seconds: 6", "seconds: 3.4"], [("MJ0403", 2, 1)]),
        (["seconds: 10, characters: [旁白]"], [("MJ0415", 3, 51)]),
        (["seconds: 10, say: [{who: lin, line: x, as: on}]"], [("MJ0412", 3, 68)]),
        (["seconds: 10, say: [{who: 旁白, line: x, as: on}]"], [("MJ0412", 3, 67)]),
        (["seconds: 10, say: [{who: lin, line: x, as: inner}, {who: 旁白, line: x}]"], []),
        (["seconds: 10, characters: [lin], say: [{who: lin, line: x, as: on}]"], []),
    ],
)
def test_a_script_by_hand_is_held_against_its_film(shots: list[Any], expected: list[Any]) -> None:
    assert at(front.script(script(*shots), FILM)[1]) == expected


def test_a_short_script_by_hand_is_a_warning_and_a_models_an_error() -> None:
    _, (by_hand,) = front.script(script("seconds: 6"), FILM)
    _, (by_model,) = front.script(script("seconds: 4", "seconds: 4"), ASKED, mend=True)
    assert (by_hand.code, by_hand.severity) == ("MJ0403", "warning")
    assert (by_model.code, by_model.severity) == ("MJ0403", "error")


def test_without_a_length_the_shots_decide() -> None:
    assert front.script(script("seconds: 10", "seconds: 15"), CAST)[1] == ()


def test_a_shot_fits_into_one_clip() -> None:
    _, found = front.script(script("seconds: 15.1"), CAST)
    assert at(found) == [("MJ0405", 3, 34)]


@pytest.mark.parametrize(
    ("shots", "expected"),
    [
        (["seconds: 5", "seconds: 5"], []),
        (["seconds: 4"] + ["seconds: 2"] * 3, ["MJ0406"]),
        (["seconds: 3.5", "seconds: 6.5"], ["MJ0407"]),
        (["seconds: 11", "seconds: 2"], ["MJ0401"]),
    ],
)
def test_a_model_keeps_to_its_limits(shots: list[Any], expected: list[Any]) -> None:
    assert codes(front.script(script(*shots), ASKED, mend=True)[1]) == expected


def test_a_model_invents_nobody_where_the_cast_is_closed() -> None:
    text = script("seconds: 5", "seconds: 5") + "characters:\n  - {id: new}\nscenes:\n  - {id: roof}\n"
    text = text.replace("seconds: 5}", "seconds: 5, scene: hall}")
    assert codes(front.script(text, ASKED, mend=True)[1]) == ["MJ0414", "MJ0414"]
