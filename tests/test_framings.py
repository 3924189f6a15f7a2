"""Framings that are slips, or other words than those to which traits are scoped; and all that must stay silent."""

from __future__ import annotations

import front
import pytest
from front import codes, marked

HEAD = """manju: 1
characters: {林晚: {traits: {发: 黑色短发, 服装: {is: 墨绿雨衣, in: [%s]}}}}
scenes: {邮局: {}}
shots:
"""


def found(scope: str, *framings: str) -> front.Found:
    """What is said of the framings of some shots, where a trait is scoped."""
    shots = (
        f"  - {{id: s{number:02}, seconds: 4, framing: {framing}, characters: [林晚], action: 抬眼}}\n"
        for number, framing in enumerate(framings)
    )
    return tuple(each for each in front.spec(HEAD % scope + "".join(shots))[1] if each.code in ("MJ0418", "MJ0453"))


@pytest.mark.parametrize(
    ("scope", "framing", "meant"),
    [
        ("中景", "中境", "中景"),
        ("中景", "种景", "中景"),
        ("全景", "景全", "全景"),
        ("近景", "进景", "近景"),
        ("特写", "特些", "特写"),
        ("大特写", "大特些", "大特写"),
        ("中近景", "仲近景", "中近景"),
        ("中景", "中部", "中景"),
        ("medium shot", "meduim shot", "medium shot"),
        ("主观", "主现", "主观"),
    ],
)
def test_a_slip_of_a_framing_is_told_with_the_word_that_is_meant(scope: str, framing: str, meant: str) -> None:
    (told,) = found(scope, framing, scope)
    assert (told.code, told.severity, marked(told)) == ("MJ0418", "warning", framing)
    assert str(told.help) == f"did you mean `{meant}`?"
    assert [str(note) for note in told.notes] == [f"what is scoped to `{meant}` is not said in it: `林晚` 服装"]


@pytest.mark.parametrize(
    ("scope", "framing"),
    [
        ("中景", "medium shot"),
        ("中景", "Medium-Shot"),
        ("中景", "中镜"),
        ("中景", "双人中景"),
        ("全景", "全景俯拍"),
        ("特写", "CU"),
        ("close-up", "特写"),
        ("远镜头", "远景"),
    ],
)
def test_a_framing_in_other_words_than_the_scope_is_told(scope: str, framing: str) -> None:
    (told,) = found(scope, framing)
    assert (told.code, told.severity, marked(told)) == ("MJ0418", "warning", framing)
    assert str(told.message) == "the shot `s00` does not say `林晚` 服装"


@pytest.mark.parametrize(
    ("scope", "framing", "severity"),
    [
        ("中景, 全景", "中全景", ["warning"]),
        ("中景", "中全景", ["hint"]),
        ("全景", "中全景", []),
        ("近景", "medium close", ["hint"]),
        ("中景", "中近景", []),
    ],
)
def test_what_the_closer_one_of_two_framings_shows_the_one_between_them_shows_too(
    scope: str, framing: str, severity: list[str]
) -> None:
    assert [each.severity for each in found(scope, framing, scope.split(",")[0])] == severity


HONEST = [
    "全景",
    "大全景",
    "近景",
    "特写",
    "主观",
    "空镜",
    "外景",
    "夜景",
    "过肩",
    "俯瞰",
    "航拍",
    "大场景",
    "双人镜头",
    "闪回",
    "远处",
]
HONEST += ["two shot", "over-the-shoulder", "crane shot", "POV", "bird's eye view", "walking shot", "low angle"]


@pytest.mark.parametrize("framing", HONEST)
def test_an_honest_framing_outside_of_a_scope_is_no_slip(framing: str) -> None:
    assert codes(found("中景", framing, "中景")) == []
    assert codes(found("medium shot", framing, "medium shot")) == []


def test_a_framing_of_ones_own_is_known_by_the_scopes_that_name_it() -> None:
    assert codes(found("中境", "中境")) == []
    assert codes(found("近景, 中近景, 双人中景", "双人中景", "中近景", "近景")) == []


def test_a_framing_is_told_once_however_many_shots_have_it() -> None:
    assert [marked(each) for each in found("中景", "中境", "中境", "中镜", "中镜", "中景")] == ["中境", "中镜"]


def test_a_slip_in_a_scope_is_told_at_its_word_and_once_for_all_looks() -> None:
    text = HEAD.replace("}}}}", "}}, looks: {便装: {发: 长发}}}}") % "特写, 中境"
    _, said = front.spec(
        text + "  - {id: s01, seconds: 8, framing: 中景, characters: [林晚, 林晚/便装], action: 抬眼}\n"
    )
    told = [each for each in said if each.code in ("MJ0418", "MJ0453")]
    assert [(each.code, marked(each), str(each.help)) for each in told] == [("MJ0418", "中境", "did you mean `中景`?")]


def test_a_shot_that_is_not_bought_has_no_framing_to_judge() -> None:
    _, said = front.spec(HEAD % "中景" + "  - {id: s01, seconds: 8, card: 三年后, framing: 中境}\n")
    assert "MJ0418" not in codes(said)
