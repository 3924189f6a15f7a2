"""The language as authors write it: parts and defaults, looks and times, short lines, includes, own pictures, fixes."""

from __future__ import annotations

from pathlib import Path

import pytest
from front import at
from PIL import Image
from support import Workbench

from manjuc import frontend, project
from manjuc.calls import Artifact, ImageCall, Ref, VideoCall
from manjuc.digest import canonical
from manjuc.disk import now
from manjuc.errors import SpecRefused
from manjuc.spec import Say, Spec, Trait
from manjuc.steps import Hit
from manjuc.store import Store

DRAMA = """\
manju: 1
title: 朱门雪
theme: 医女归来
format: {aspect_ratio: "9:16"}
models: {video: seedance-2.0-standard-multi}
characters:
  沈昭:
    also: [苏晚]
    age: 22
    traits: {脸: 鹅蛋脸, 发: 及腰黑发}
    looks:
      素衣: {服装: 月白长裙, 面纱: 面纱遮住口鼻}
      短发: {发: 齐耳短发}
  柳氏: {age: 45}
  旁白: {seen: false}
  宾客: {crowd: true, traits: {服装: 锦袍}}
props:
  牌位: {traits: {形: 黑漆金字牌位}, text: 爱女之灵位}
scenes:
  药庐: {light: 竹窗散射光, tone: 青绿, props: [药柜], at: {夜: {light: 单支烛火}}}
  后巷: {}
"""


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "drama.yaml"


def load(folder: Path, **files: str) -> Spec:
    (folder / "manjuc.yaml").touch()
    return frontend.load(project.find(str(write(folder, **files))), preview=False).spec


def refused(folder: Path, **files: str) -> list[tuple[str, str, int, int]]:
    """Code and place of everything that is wrong, by file."""
    with pytest.raises(SpecRefused) as caught:
        load(folder, **files)
    wrong = [each for each in caught.value.diagnostics if each.severity == "error"]
    return [(each.code, *each.primary.span.place) for each in wrong]


PARTS = """\
parts:
  - at: 药庐/夜
    characters: [沈昭/素衣]
    framing: 近景
    shots:
      - {id: s01, seconds: 3, action: 沈昭摘下面纱, props: [牌位], say: [{旁白: 夜深了。}]}
      - {id: s02, seconds: 4, framing: 中景, characters: [苏晚/素衣, 柳氏],
         place: {沈昭: 左, 柳氏: 右}, action: 柳氏进门,
         say: [{苏晚: 夫人请坐。}, {柳氏(心声): 是她？}, {沈昭（画外）: 请。}]}
  - {card: 次日, id: s03, seconds: 1.5}
  - at: 后巷
    shots:
      - {id: s04, seconds: 4, characters: [宾客], action: 众人走过, note: 不要正脸, caption: 镇北侯府}
"""


def test_what_a_part_says_holds_for_each_of_its_shots(tmp_path: Path) -> None:
    script = load(tmp_path, drama=DRAMA + PARTS).episodes[0].script
    assert script
    first, second, card, last = script.shots
    assert (first.scene, first.framing, first.characters, first.props) == ("药庐/夜", "近景", ("沈昭/素衣",), ("牌位",))
    assert (second.scene, second.framing, second.characters) == ("药庐/夜", "中景", ("沈昭/素衣", "柳氏"))
    assert (card.card, card.bought, card.part) == ("次日", False, 0)
    assert (last.scene, last.characters, last.note, last.caption) == ("后巷", ("宾客",), "不要正脸", "镇北侯府")
    assert [shot.part for shot in script.shots] == [1, 1, 0, 2]


def test_lines_have_a_short_form(tmp_path: Path) -> None:
    script = load(tmp_path, drama=DRAMA + PARTS).episodes[0].script
    assert script
    assert script.shots[0].say == (Say("旁白", "夜深了。", "off"),)
    assert script.shots[1].say == (
        Say("沈昭", "夫人请坐。", "on"),
        Say("柳氏", "是她？", "inner"),
        Say("沈昭", "请。", "off"),
    )


def test_where_people_stand_is_kept_under_who_is_in_the_picture(tmp_path: Path) -> None:
    script = load(tmp_path, drama=DRAMA + PARTS).episodes[0].script
    assert script
    assert script.shots[1].standing == (("沈昭/素衣", "左"), ("柳氏", "右"))


def test_a_look_replaces_traits_and_adds_others(tmp_path: Path) -> None:
    cast = load(tmp_path, drama=DRAMA + PARTS).cast(None)
    assert cast["沈昭/素衣"].traits == (
        Trait("脸", "鹅蛋脸"),
        Trait("发", "及腰黑发"),
        Trait("服装", "月白长裙"),
        Trait("面纱", "面纱遮住口鼻"),
    )
    assert cast["沈昭/短发"].traits == (Trait("脸", "鹅蛋脸"), Trait("发", "齐耳短发"))
    assert (cast["沈昭/素衣"].name, cast["沈昭/素衣"].look, cast["沈昭/素衣"].base) == ("沈昭", "素衣", "沈昭")


def test_a_time_changes_light_and_keeps_the_rest_of_its_place(tmp_path: Path) -> None:
    places = load(tmp_path, drama=DRAMA + PARTS).places(None)
    assert (places["药庐/夜"].light, places["药庐/夜"].tone) == ("单支烛火", "青绿")
    assert places["药庐/夜"].props == ("药柜",)


def planned(tmp_path: Path, text: str) -> Workbench:
    (tmp_path / "manjuc.yaml").touch()
    return Workbench(write(tmp_path, drama=text))


def test_only_what_is_shown_is_drawn_and_a_look_after_its_base(tmp_path: Path) -> None:
    bench = planned(tmp_path, DRAMA + PARTS)
    made = bench.build()
    drawn = {id for id in made if id.split("/")[0] in ("characters", "scenes", "props")}
    assert drawn == {
        "characters/沈昭/three_views",
        "characters/沈昭/素衣/three_views",
        "characters/柳氏/three_views",
        "scenes/药庐/scene",
        "scenes/药庐/夜/scene",
        "scenes/后巷/scene",
        "props/牌位/prop",
    }
    steps = {step.action.id: step for step in bench.plan().steps}
    look, base = (steps[id] for id in ("characters/沈昭/素衣/three_views", "characters/沈昭/three_views"))  # type: ignore[index]
    assert isinstance(look.call, ImageCall)
    assert isinstance(base.verdict, Hit)
    assert look.call.references == (Ref(base.verdict.artifacts[0].blob, "image/png"),)


def test_cards_and_captions_are_in_no_prompt_and_notes_and_props_are(tmp_path: Path) -> None:
    prompts = {
        step.action.id: step.call.prompt
        for step in planned(tmp_path, DRAMA + PARTS).plan().steps
        if isinstance(step.call, ImageCall | VideoCall)
    }
    together = "\n".join(prompts.values())
    assert "次日" not in together
    assert "镇北侯府" not in together
    for stage in ("contact_sheet", "clip"):
        first, last = (prompts[f"drama/{shot}/{stage}"] for shot in ("s01", "s04"))  # type: ignore[index]
        assert "黑漆金字牌位" in first
        assert "“爱女之灵位”" in first
        assert "沈昭在左" in first
        assert "不要正脸" in last


def test_an_own_picture_is_used_as_it_is(tmp_path: Path) -> None:
    Image.new("RGB", (1280, 720), "white").save(tmp_path / "沈昭.png")
    Image.new("RGB", (720, 1280), "gray").save(tmp_path / "药庐.png")
    text = DRAMA.replace("also: [苏晚]", "also: [苏晚]\n    image: 沈昭.png").replace(
        "药庐: {", "药庐: {image: 药庐.png, "
    )
    bench = planned(tmp_path, text + PARTS)
    made = bench.build()
    assert not {"characters/沈昭/three_views", "scenes/药庐/scene"} & made
    look = next(step for step in bench.plan().steps if step.action.id == "characters/沈昭/素衣/three_views")
    assert isinstance(look.call, ImageCall)
    image = bench.program().spec.cast(None)["沈昭"].image
    assert image
    assert look.call.references == (Ref(image.blob, "image/png"),)


def test_what_is_included_counts_as_written_here_and_is_pointed_at_where_it_stands(tmp_path: Path) -> None:
    head, characters = DRAMA.split("characters:\n")
    shared = "manju_include: 1\ncharacters:\n" + characters
    drama = load(tmp_path, drama=head + "include: shared/*.yaml\n" + PARTS, shared__cast=shared)
    assert {character.id for character in drama.characters} >= {"沈昭", "沈昭/素衣", "柳氏"}
    wrong = shared.replace("age: 45", "age: 老")
    assert refused(tmp_path, drama=head + "include: shared/*.yaml\n" + PARTS, shared__cast=wrong) == [
        ("MJ0201", "shared/cast.yaml", 10, 13)
    ]


def test_an_id_is_declared_once_whichever_file_it_stands_in(tmp_path: Path) -> None:
    shared = "manju_include: 1\ncharacters:\n  柳氏: {age: 50}\n"
    assert refused(tmp_path, drama=DRAMA + "include: cast.yaml\n" + PARTS, cast=shared) == [
        ("MJ0305", "cast.yaml", 3, 3)
    ]


def test_includes_that_lead_in_a_circle_are_an_error(tmp_path: Path) -> None:
    one, two = "manju_include: 1\ninclude: two.yaml\n", "manju_include: 1\ninclude: one.yaml\n"
    assert refused(tmp_path, drama=DRAMA + "include: one.yaml\n" + PARTS, one=one, two=two) == [
        ("MJ0318", "two.yaml", 2, 10)
    ]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("沈昭/素衣]\n", "沈昭/素农]\n", "MJ0313"),
        ("药庐/夜", "药庐/晚", "MJ0314"),
        ("[牌位]", "[牌坊]", "MJ0315"),
        ("{沈昭: 左, 柳氏", "{旁白: 左, 柳氏", "MJ0417"),
        ("柳氏(心声)", "柳氏(心里)", "MJ0204"),
    ],
)
def test_a_slip_in_a_part_is_said_at_its_text(tmp_path: Path, old: str, new: str, code: str) -> None:
    text = (DRAMA + PARTS).replace(old, new, 1) if old in PARTS else ""
    lines = text.splitlines()
    line = next(
        number for number, (a, b) in enumerate(zip((DRAMA + PARTS).splitlines(), lines, strict=True), 1) if a != b
    )
    found = refused(tmp_path, drama=text)
    assert [(each[0], each[2]) for each in found] == [(code, line)]


def test_the_story_is_told_once(tmp_path: Path) -> None:
    story = PARTS + "shots:\n  - {id: s01, seconds: 3, action: 走, scene: 后巷}\n"
    assert [each[0] for each in refused(tmp_path, drama=DRAMA + story)] == ["MJ0312"]


def test_an_episode_file_alone_is_held_to_its_schema(tmp_path: Path) -> None:
    path = write(tmp_path, drama="manju: 1\nepisode: ep01\nshotz: []\n")
    assert at(frontend.check(project.find(str(path)))) == [("MJ0203", 3, 1)]


def test_a_fix_changes_single_shots_of_a_generated_script(tmp_path: Path) -> None:
    answer = {
        "shots": [
            {"id": "s01", "seconds": 5, "action": "沈昭推门", "scene": "药庐", "characters": ["沈昭"]},
            {"id": "s02", "seconds": 5, "action": "柳氏回头", "scene": "药庐", "characters": ["柳氏"]},
        ]
    }
    drama = write(tmp_path, drama=DRAMA + "fix:\n  s02: {action: 柳氏没有回头, say: [{柳氏: 滚。}]}\n")
    (tmp_path / "manjuc.yaml").touch()
    program = frontend.load(project.find(str(drama)), preview=True)
    store = Store(program.project.store)
    with store.writing():
        blob = now(store.put(canonical(answer)))
    script = program.read_script(store, program.spec.episodes[0].id, (Artifact("script", blob, "application/json", 1),))
    assert [shot.action for shot in script.shots] == ["沈昭推门", "柳氏没有回头"]
    assert script.shots[1].say == (Say("柳氏", "滚。", "on"),)


@pytest.mark.parametrize("name", ["[第1章].txt", "第?章*.txt", "第七章.txt"])
def test_a_file_is_found_by_its_name_whatever_marks_are_in_it(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("三年前，她死在刑场。", encoding="utf-8")
    spec = load(tmp_path, drama=DRAMA + f'source: "{name}"\n')
    assert spec.episodes[0].source == "三年前，她死在刑场。"


def test_an_episode_is_told_once_however_often_its_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "ep" / "old").mkdir(parents=True)
    files = {f"ep__e{number}": f"manju: 1\nepisode: e{number}\ntheme: 归来\n" for number in (1, 2, 10)}
    spec = load(
        tmp_path, drama='manju: 1\nformat: {seconds: 60}\nepisodes: [ep/e2.yaml, "ep/*", ep/../ep/e1.yaml]\n', **files
    )
    assert [episode.id for episode in spec.episodes] == ["e2", "e1", "e10"]


def test_a_novel_saved_on_another_system_is_the_same_novel(tmp_path: Path) -> None:
    text = "第七章\n\n三年前，她死在刑场。\n"
    (tmp_path / "novel.txt").write_text(text, encoding="utf-8", newline="\n")
    bench = planned(tmp_path, DRAMA + "source: novel.txt\n")
    keys = [step.key for step in bench.plan().steps]
    for saved in (text.replace("\n", "\r\n"), text.replace("\n", "\r"), "\ufeff" + text):
        (tmp_path / "novel.txt").write_text(saved, encoding="utf-8", newline="")
        assert [step.key for step in bench.plan().steps] == keys
    (tmp_path / "novel.txt").write_text(text + "她回来了。\n", encoding="utf-8")
    assert [step.key for step in bench.plan().steps] != keys


def test_a_novel_that_is_too_long_is_not_cut(tmp_path: Path) -> None:
    (tmp_path / "novel.txt").write_text("章" * 1_000_001, encoding="utf-8")
    path = write(tmp_path, drama="manju: 1\nsource: novel.txt\n")
    (said,) = frontend.check(project.find(str(path)))
    assert at((said,)) == [("MJ0206", 2, 9)]
    assert str(said.message) == "the novel must have at most 1000000 characters of text"


def test_any_id_may_have_a_picture_of_its_own(tmp_path: Path) -> None:
    Image.new("RGB", (1280, 720), "white").save(tmp_path / "a.png")
    text = DRAMA.replace("  柳氏: {", "  models: {image: a.png}\n  profiles: {image: a.png}\n  柳氏: {")
    cast = load(tmp_path, drama=text + PARTS).cast(None)
    assert cast["models"].image
    assert cast["profiles"].image


def test_a_trait_or_a_place_of_the_name_image_is_no_file(tmp_path: Path) -> None:
    text = (DRAMA + PARTS).replace("脸: 鹅蛋脸", "image: 鹅蛋脸, video: 目光清冷")
    text = text.replace("  柳氏: {", "  image: {traits: {服装: 青衣}}\n  柳氏: {")
    text = text.replace("苏晚/素衣, 柳氏]", "苏晚/素衣, 柳氏, image]").replace("柳氏: 右", "柳氏: 右, image: 中")
    assert Trait("image", "鹅蛋脸") in load(tmp_path, drama=text).cast(None)["沈昭"].traits
