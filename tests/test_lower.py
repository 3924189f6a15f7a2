"""From plain data to typed values: defaults, resolved models and references, and what is mended in a model's answer."""

import json
from typing import Any

import front
import pytest
from front import at, codes
from hypothesis import given
from hypothesis import strategies as st

from manjuc import ids, longhand, lower, shots
from manjuc.document import Document
from manjuc.spec import Range, Script, Spec, Trait

THEME = "manju: 1\ntheme: 雨夜\n"
CAST = (
    THEME
    + "characters:\n  lin: {name: 林澈}\n  旁白: {seen: false}\nscenes:\n  corridor: {name: 走廊}\nscript: s.yaml\n"
)


def spec(text: str, **options: Any) -> Spec:
    lowered, found = front.spec(text, **options)
    assert lowered is not None, found
    return lowered


def answer(data: dict[str, Any], drama: str = CAST, *, mend: bool = True) -> tuple[Script | None, front.Found]:
    """A script from data, as `lower` alone sees it."""
    lowered = spec(drama)
    document = Document.of(data, "answer")
    script, found = shots.script(longhand.script(document), lowered, mend=mend)
    return script, found if mend else (*shots.by_hand(document), *found)


def shot(**fields: Any) -> dict[str, Any]:
    return {"id": "s01", "seconds": 1.0, "action": "推门", **fields}


def test_a_theme_is_enough() -> None:
    drama = spec(THEME, name="ep")
    assert (drama.title, drama.theme, drama.language) == ("", "雨夜", "zh-CN")
    assert (drama.format.aspect_ratio, drama.format.milliseconds, drama.format.hd) == ("16:9", 10_000, False)
    assert drama.models.video.name == front.DEFAULTS["video"]
    assert [(episode.id, episode.script) for episode in drama.episodes] == [("ep", None)]
    assert drama.subtitles.burn
    assert drama.limits.shots == Range(9, 12)
    assert drama.limits.shot_milliseconds == Range(500, 2000)
    assert (drama.limits.characters, drama.limits.scenes) == (Range(1, 3), Range(1, 2))


def test_the_order_of_a_spec_means_nothing() -> None:
    first = THEME + "characters:\n  b: {traits: {鞋: 黑, 发色: 银, 乙: x, 甲: y}}\n  a: {}\n"
    second = THEME + "characters:\n  a: {}\n  b: {traits: {甲: y, 乙: x, 发色: 银, 鞋: 黑}}\n"
    assert spec(first) == spec(second)
    assert [trait.name for trait in spec(first).characters[1].traits] == ["发色", "鞋", "乙", "甲"]


def test_a_trait_may_be_scoped_to_framings() -> None:
    drama = spec(THEME + "characters: {lin: {traits: {鞋: {is: 黑, in: [全景]}}}}\n")
    assert drama.characters[0].traits == (Trait("鞋", "黑", ("全景",)),)


def test_names_default_to_ids_and_ids_are_normalised() -> None:
    drama = spec(THEME + "characters: {e\u0301: {}}\n")
    assert (drama.characters[0].id, drama.characters[0].name) == ("\xe9", "\xe9")


def test_declared_characters_and_scenes_are_closed() -> None:
    limits = spec(CAST.replace("script: s.yaml\n", "")).limits
    assert (limits.characters, limits.scenes) == (Range(2, 2), Range(1, 1))


def test_a_script_decides_the_length_unless_the_author_does() -> None:
    assert spec(CAST).format.milliseconds is None
    assert spec(CAST + "format: {seconds: 12.3}\n").format.milliseconds == 12_300


@given(st.integers(1, 6000))
def test_seconds_do_not_drift(tenths: int) -> None:
    assert lower.milliseconds(tenths / 10) == tenths * 100


@given(st.integers(1, 6000), st.sampled_from(["", "shots: {max: 4}", "shots: {min: 30}", "shot_seconds: {min: 3}"]))
def test_default_limits_always_fit_the_film(tenths: int, limits: str) -> None:
    drama, found = front.spec(f"{THEME}format: {{seconds: {tenths / 10}}}\nlimits: {{{limits}}}\n")
    assert drama is not None
    if limits in ("", "shots: {max: 4}") and (not limits or tenths <= 400):
        assert found == ()
    assert drama.limits.shots.min <= drama.limits.shots.max


def test_models_are_the_stand_ins_in_a_preview() -> None:
    models = spec(THEME, preview=True).models
    assert all(model.preview for model in (models.text, models.image, models.video))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (THEME + "models: {video: sora-3}\n", ("MJ0303", 3, 17)),
        (THEME + "models: {video: nano-banana-2}\n", ("MJ0310", 3, 17)),
        (THEME + "models: {video: sora-2}\n", ("MJ0409", 3, 17)),
        (THEME + "characters:\n  Lin: {}\n  lin: {}\n", ("MJ0305", 5, 3)),
        (THEME + "scenes:\n  con: {}\n", ("MJ0306", 4, 3)),
        (THEME + "characters:\n  a☃: {}\n", ("MJ0207", 4, 3)),
    ],
)
def test_what_cannot_be_resolved_is_said_at_its_place(text: str, expected: tuple[Any, ...]) -> None:
    assert at(front.spec(text)[1]) == [expected]


def test_a_retired_model_names_living_successors_only() -> None:
    _, (found,) = front.spec(THEME + "models: {video: sora-2}\n")
    assert found.severity == "warning"
    assert "2026-09-24" in str(found.message)
    assert str(found.help) == "models that do its work today: `veo3.1`"


def test_names_are_resolved_to_ids_only_where_they_match_exactly() -> None:
    script, found = answer({"shots": [shot(characters=["林澈", "lin"], scene="走廊")]})
    assert not found
    assert script is not None
    assert (script.shots[0].characters, script.shots[0].scene) == (("lin",), "corridor")
    script, found = answer({"shots": [shot(characters=["林"], scene="赛博走廊")]})
    assert script is None
    assert codes(found) == ["MJ0301", "MJ0302"]


def test_a_name_of_two_is_not_guessed() -> None:
    drama = THEME + "script: s\nscenes: {a: {}}\ncharacters: {jie: {name: 小雨}, mei: {name: 小雨}}\n"
    assert codes(answer({"shots": [shot(characters=["小雨"])]}, drama)[1]) == ["MJ0307"]


def test_entries_for_what_is_declared_are_dropped() -> None:
    people = [
        {"id": "lin", "name": "x"},
        {"id": "linche2", "name": "林澈"},
        {"id": "new", "traits": {"发": "红", "眼": " "}},
    ]
    script, _ = answer({"characters": people, "shots": [shot(characters=["linche2", "new"])]})
    assert script is not None
    assert [who.id for who in script.characters] == ["new"]
    assert script.characters[0].traits == (Trait("发", "红"),)
    assert script.shots[0].characters == ("lin", "new")


def test_a_scene_may_be_left_out_where_there_is_one() -> None:
    script, _ = answer({"shots": [shot()]})
    assert script is not None
    assert script.shots[0].scene == "corridor"
    assert codes(answer({"scenes": [{"id": "roof"}], "shots": [shot()]})[1]) == ["MJ0309"]


def test_voices_default_to_where_their_speakers_are() -> None:
    lines = [{"who": who, "line": "x"} for who in ("lin", "旁白")]
    script, _ = answer({"shots": [shot(say=lines, characters=["lin"]), shot(say=lines)]})
    assert script is not None
    assert [[say.voice for say in each.say] for each in script.shots] == [["on", "off"], ["off", "off"]]


def test_what_a_model_spoils_is_mended_by_rule() -> None:
    shots = [
        shot(id="开场", seconds=0.97, action="推门\n而入"),
        shot(id="开场", seconds=1.04),
        shot(id=3, seconds=1),
        {"seconds": 1, "action": "x"},
        shot(id="s02", say=[{"who": "旁白", "line": "夜", "as": "on"}], characters=["旁白"]),
        shot(id="a b"),
    ]
    script, found = answer({"shots": shots})
    assert not found
    assert script is not None
    assert [each.id for each in script.shots] == ["开场", "s02-2", "s03", "s04", "s02", "s06"]
    assert [each.milliseconds for each in script.shots[:2]] == [1000, 1000]
    assert script.shots[0].action == "推门 而入"
    assert script.shots[4].say[0].voice == "off"
    assert script.shots[4].characters == ()


def test_the_same_slips_of_a_person_are_errors() -> None:
    shots = [
        shot(action="推门\n而入"),
        shot(id="S01"),
        shot(id=3),
        {"seconds": 1, "action": "x"},
        shot(id="a b"),
        shot(id="film"),
    ]
    script, found = answer({"shots": shots}, mend=False)
    assert script is None
    assert sorted(codes(found)) == ["MJ0201", "MJ0202", "MJ0202", "MJ0207", "MJ0207", "MJ0305", "MJ0306"]


@given(
    st.lists(
        st.one_of(st.none(), st.integers(), st.sampled_from(["s01", "s02", "S01", "s02-2", "镜", "", "con", "a b"]))
    )
)
def test_mended_ids_are_valid_and_distinct(given_: list[Any]) -> None:
    mended = ids.mended(given_)
    assert len({ids.folded(id_) for id_ in mended}) == len(given_)
    assert all(map(ids.valid, mended))
    assert ids.mended(mended) == mended


def test_a_script_reads_back_as_the_same_script() -> None:
    screenplay = pytest.importorskip("manjuc.screenplay")
    script, _ = answer({"title": "x", "characters": [{"id": "new", "age": 20}], "shots": [shot(characters=["new"])]})
    again, found = answer(json.loads(screenplay.to_json(script)))
    assert not found
    assert again == script
