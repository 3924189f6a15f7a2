"""From plain data to typed values: defaults, resolved models and references, and what is mended in a model's answer."""

import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import front
import pytest
from front import at, codes
from hypothesis import given
from hypothesis import strategies as st

from manjuc import ids, longhand, lower, screenplay, shots
from manjuc.digest import digest_of
from manjuc.document import Document
from manjuc.spec import Asset, Character, EpisodeId, Range, Say, Scene, Script, Shot, ShotId, Spec, Trait, bearer

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


def test_a_whole_number_may_be_written_with_a_point() -> None:
    limits = spec(f"{THEME}limits: {{shots: {{min: 2.0, max: 3.0}}}}\n").limits
    assert (limits.shots, type(limits.shots.max)) == (Range(2, 3), int)
    (character,) = spec(f"{THEME}characters: {{lin: {{age: 18.0}}}}\n").characters
    assert (character.age, type(character.age)) == (18, int)
    assert str(spec(f"{THEME}subtitles: {{max: 14.0}}\n").subtitles.most) == "14"


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


TOLD = (
    THEME
    + "characters:\n  lin: {name: 林澈, looks: {雨衣: {服装: 黄}}}\n  no: {}\n  旁白: {seen: false}\n"
    + "scenes:\n  corridor: {name: 走廊, at: {夜: {light: 月光}}}\n  roof: {}\nprops:\n  badge: {name: 校徽}\n"
)
OWN = {path: Asset(path, digest_of(path.encode()), "image/png", 1) for path in ("refs/a.png", "clips/雨.mp4")}
DRAMA = spec(TOLD)
ASSETS = {(file, path): asset for path, asset in OWN.items() for file in ("answer", "script.yaml")}

texts = st.text("雨夜 a:#-'\\\"{[&*!|>%@`,?", min_size=1, max_size=8).map(str.strip).filter(bool)
maybe = st.just("") | texts
traits = st.builds(Trait, st.sampled_from(["发", "no", "is", "in"]), texts, st.just(()) | st.just(("全景", "中景")))
invented = st.builds(
    Character,
    id=st.sampled_from(["new", "on_", "老王", "007"]),
    name=texts,
    role=maybe,
    age=st.none() | st.integers(0, 99),
    traits=st.lists(traits, max_size=3, unique_by=lambda trait: trait.name).map(
        lambda found: tuple(sorted(found, key=lambda trait: (trait.name != "发", trait.name)))
    ),
    seen=st.booleans(),
    crowd=st.booleans(),
    also=st.lists(texts, max_size=2).map(tuple),
)
places = st.builds(
    Scene, st.sampled_from(["cellar", "井"]), texts, maybe, maybe, st.lists(texts, max_size=2).map(tuple)
)


@st.composite
def told(draw: st.DrawFn, people: list[str], where: list[str], part: int) -> Shot:
    card = draw(st.just("") | texts)
    here = draw(st.lists(st.sampled_from(people), max_size=3, unique_by=bearer).map(tuple))
    own = st.none() | st.sampled_from(sorted(OWN.values(), key=lambda asset: asset.path))
    return Shot(
        id=ShotId(""),
        milliseconds=draw(st.integers(1, 100)) * 100,
        scene="" if card else draw(st.sampled_from(where)),
        action=draw(texts) if not card else draw(maybe),
        framing=draw(st.just("中景") | texts),
        camera=draw(st.just("固定") | texts),
        visuals=draw(maybe),
        characters=here,
        say=tuple(
            draw(
                st.lists(
                    st.builds(Say, st.sampled_from(["旁白", *people]), texts, st.sampled_from(["inner", "off"])),
                    max_size=2,
                )
            )
        ),
        props=draw(st.sampled_from([(), ("badge",)])),
        standing=tuple((who, draw(texts)) for who in here if draw(st.booleans())),
        note=draw(maybe),
        caption=draw(maybe),
        part=part,
        card=card,
        image=draw(own),
        video=draw(own),
        use=draw(maybe),
    )


@st.composite
def scripts(draw: st.DrawFn) -> Script:
    characters = tuple(draw(st.lists(invented, max_size=3, unique_by=lambda who: who.id)))
    scenes = tuple(draw(st.lists(places, max_size=2, unique_by=lambda place: place.id)))
    people = ["lin/雨衣", "no", "lin", *(who.id for who in characters if who.seen)]
    where = ["corridor", "corridor/夜", "roof", *(place.id for place in scenes)]
    parts = draw(st.lists(st.integers(0, 1), min_size=1, max_size=6)) if draw(st.booleans()) else [0]
    numbered = [sum(parts[: n + 1]) for n in range(len(parts))]
    found = [draw(told(people, where, part)) for part in numbered]
    ids_ = tuple(replace(each, id=ShotId(f"s{n}")) for n, each in enumerate(found))
    return Script(draw(texts), draw(maybe), ids_, characters, scenes)


@given(scripts())
def test_a_script_reads_back_as_the_same_script(script: Script) -> None:
    document = Document.of(json.loads(screenplay.to_json(script)), "answer")
    again, found = shots.script(document, DRAMA, mend=True, assets=ASSETS)
    assert not found
    assert again == script


@pytest.mark.long
@given(scripts())
def test_a_placed_script_is_in_the_language_and_tells_the_same_in_the_same_parts(script: Script) -> None:
    document, found = front.load(screenplay.to_yaml(script), "script.yaml", "script")
    assert document is not None, found
    assert (*found, *shots.by_hand(document)) == ()
    again, found = shots.script(longhand.script(document), DRAMA, mend=False, assets=ASSETS)
    assert again is not None, found
    assert found == ()

    def unnumbered(told: Script) -> Script:
        return replace(told, shots=tuple(replace(each, part=0) for each in told.shots))

    def bounds(told: Script) -> list[bool]:
        kept = [(shot.part, "" if shot.part else shot.scene) for shot in told.shots]
        cards = [bool(shot.card) for shot in told.shots]  # no clip goes on behind a card
        return [
            one == other for (one, other), shown in zip(pairwise(kept), pairwise(cards), strict=True) if not any(shown)
        ]

    assert unnumbered(again) == unnumbered(script)
    assert bounds(again) == bounds(script)


def test_what_a_model_was_not_told_of_is_not_obeyed() -> None:
    given_ = shot(video="/etc/passwd", image="x.png", use="ep01/s01", part=7, note="近")
    document = Document.of({"parts": [{"at": "走廊", "shots": [given_]}]}, "answer")
    assert shots.told(document).data == {"parts": [{"at": "走廊", "shots": [shot(note="近")]}]}
    plain = Document.of({"title": "x", "shots": [shot(), 3], "parts": "x"}, "answer")
    assert shots.told(plain) == plain


def test_an_episode_of_a_series_has_ids_of_its_own_for_what_it_invents() -> None:
    drama = replace(spec(CAST), series=True)
    data = {
        "characters": [{"id": "juese1", "name": "老王"}, {"id": "a-ep01"}, {"id": "a"}, {"id": "b" * 60}],
        "scenes": [{"id": "changjing1"}],
        "shots": [
            shot(
                characters=["老王", "lin"],
                scene="changjing1",
                say=[{"who": "老王", "line": "走"}],
                place={"老王": "左", "lin": "右"},
            )
        ],
    }
    script, found = shots.script(Document.of(data, "answer"), drama, mend=True)
    assert script is not None, found
    assert shots.of_episode(script, replace(drama, series=False), EpisodeId("ep01")) == script
    told = shots.of_episode(script, drama, EpisodeId("ep01"))
    long = f"{'b' * 24}-2-ep01"
    assert [(who.id, who.name) for who in told.characters] == [
        ("juese1-ep01", "老王"),
        ("a-ep01", "a-ep01"),
        ("a-2-ep01", "a"),
        (long, "b" * 60),
    ]
    assert told.shots[0].characters == ("juese1-ep01", "lin")
    assert told.shots[0].standing == (("juese1-ep01", "左"), ("lin", "右"))
    assert told.shots[0].say == (Say("juese1-ep01", "走", "on"),)
    assert (told.shots[0].scene, told.scenes[0].name) == ("changjing1-ep01", "changjing1")
    assert shots.of_episode(told, drama, EpisodeId("ep01")) == told
    other = shots.of_episode(script, drama, EpisodeId("第" * 60))
    assert all(ids.valid(who.id) for who in other.characters)
    assert not {who.id for who in other.characters} & {who.id for who in script.characters}
