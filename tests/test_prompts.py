"""Prompts: the very text of every shipped spec, the traits that have to stand in it, and what templates may not do."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import RENDER, Workbench, blocks

from manjuc import project, prompts
from manjuc.calls import Call, FilmCall, ImageCall, TextCall, VideoCall, preimage
from manjuc.digest import digest_of
from manjuc.pictures import picture_of, plate_of, sheet_of
from manjuc.preview.brief import read_brief
from manjuc.preview.reading import read_sheet, read_storyboard
from manjuc.spec import Asset, Character, Prop, Scene, Style, Trait
from manjuc.stages import BY_NAME
from manjuc.storyboard import Line, Panel, Person, Reel

Drama = Callable[[str], Path]
Golden = Callable[[str, str], None]
HERE = Path(__file__).parent
SHIPPED = ("detective", "handwritten", "theme-only")
FAMILIES = {
    "storyboard": "sora-2",
    "veo": "veo3.1",
    "kling": "kling-v3.0-std-t2v",
    "seedance": "seedance-2.0-standard-t2v",
    "plain": "hailuo-2.3-t2v-standard",
}


def shot(id: str, framing: str, action: str, people: list[str], **more: object) -> dict[str, object]:
    return {"id": id, "framing": framing, "action": action, "characters": people, "seconds": 2.5, **more}


ANSWERS: dict[str, dict[str, object] | None] = {
    "detective": {
        "title": "赛博校园侦探",
        "logline": "十秒之内，侦探从一道反光里认出真凶。",
        "shots": [
            shot("s01", "大全景", "雨打在玻璃上", [], scene="corridor", visuals="展柜空着，警示灯闪", camera="推"),
            shot("s02", "全景", "林澈跑进走廊", ["linche"], scene="corridor", camera="跟"),
            shot(
                "s03", "特写", "林澈抬眼", ["linche"], scene="corridor",
                say=[{"who": "linche", "line": "它还在这里", "as": "inner"}],
            ),
            shot(
                "s04", "中景", "林澈指向自动售货机", ["linche"], scene="corridor", visuals="机身映出校徽的光",
                say=[
                    {"who": "linche", "line": "真凶就是你", "as": "on"},
                    {"who": "linche", "line": "别动", "as": "off"},
                ],
            ),
        ],
    },
    "handwritten": None,
    "theme-only": {
        "title": "深海邮差",
        "logline": "一封迟到三十年的信。",
        "characters": [
            {
                "id": "aman", "name": "阿满", "role": "最后一位邮差", "age": 60,
                "traits": {"服装": "铜扣邮差服", "发色": "花白短发"},
            },
            {"id": "shouta", "name": "守塔人", "traits": {"服装": "褪色的油布雨衣"}},
        ],
        "scenes": [
            {"id": "xiaozhen", "name": "海底小镇", "light": "灯塔从右上方照下", "tone": "幽蓝", "props": ["珊瑚邮筒"]},
            {"id": "dengta", "name": "灯塔"},
        ],
        "shots": [
            shot("s01", "全景", "阿满推着自行车", ["aman"], scene="xiaozhen"),
            shot("s02", "特写", "信封上的字迹", [], scene="xiaozhen", visuals="墨迹洇开"),
            shot("s03", "中景", "阿满把信递出去", ["aman", "shouta"], scene="dengta"),
            shot(
                "s04", "近景", "守塔人读信", ["shouta"], scene="dengta",
                say=[{"who": "shouta", "line": "是她", "as": "on"}],
            ),
        ],
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def _paid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prompts and keys as a relay would get them."""
    monkeypatch.setenv("MANJUC_API_KEY", "sk-test")


def calls(bench: Workbench) -> dict[str, tuple[str, int, Call]]:
    """Every call of a drama that was made as far as it goes: by action, with its stage and version."""
    bench.build()
    steps = bench.plan().steps
    assert all(step.key for step in steps)
    stages = {step.action.id: BY_NAME[step.action.stage] for step in steps}
    return {s.action.id: (stages[s.action.id].NAME, stages[s.action.id].VERSION, s.call) for s in steps}


def words(call: Call) -> str:
    """What a model reads."""
    match call:
        case TextCall():
            talk = [("system", call.system), *((message.role, message.text) for message in call.messages)]
            return "\n\n".join(f"[{role}]\n{text}" for role, text in talk)
        case ImageCall() | VideoCall():
            return call.prompt
        case FilmCall():
            return ""


def keyed(spec: Path) -> dict[str, Any]:
    """Key and canonical call of every action of a spec."""
    made = calls(Workbench(spec, answer=ANSWERS[spec.stem]))
    return {id: {"key": digest_of(preimage(*what)), **json.loads(preimage(*what))} for id, what in sorted(made.items())}


def everything(folder: Path) -> dict[str, dict[str, Any]]:
    """The same for all shipped specs, which lie in a folder."""
    return {name: keyed(folder / f"{name}.yaml") for name in SHIPPED}


# Golden files


@pytest.mark.parametrize("name", SHIPPED)
def test_the_prompts_of_the_shipped_specs(name: str, drama: Drama, golden: Golden) -> None:
    said = {id: words(call) for id, (_, _, call) in calls(Workbench(drama(name), answer=ANSWERS[name])).items()}
    files = {f"{id.replace('/', '_')}.txt": text + "\n" for id, text in said.items() if text}
    for file, text in files.items():
        golden(f"prompts/{name}/{file}", text)
    assert {path.name for path in (HERE / "golden" / "prompts" / name).iterdir()} == set(files)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_calls_and_keys_of_the_shipped_specs(name: str, drama: Drama, golden: Golden) -> None:
    """A key that changes here makes every user pay for that call again."""
    golden(f"calls/{name}.json", json.dumps(keyed(drama(name)), ensure_ascii=False, indent=1) + "\n")


@pytest.mark.long
def test_prompts_and_keys_are_the_same_whatever_the_hash_seed_locale_and_time_zone(drama: Drama) -> None:
    (folder,) = {drama(name).parent for name in SHIPPED}
    environment = {
        **os.environ,
        "PYTHONHASHSEED": "4242",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "LC_ALL": "C",
        "TZ": "America/Lima",
        "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parent)]),
    }
    program = "import json, sys, pathlib, test_prompts as t; print(json.dumps(t.everything(pathlib.Path(sys.argv[1]))))"
    command = [sys.executable, "-c", program, str(folder)]
    ran = subprocess.run(command, env=environment, cwd=folder.parent, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr.decode()
    assert json.loads(ran.stdout) == everything(folder)


def assert_tidy(text: str, where: str) -> None:
    assert text == text.strip(), where
    assert "\n\n\n" not in text, where
    assert not re.search(r"[ \t]\n", text), where
    assert not re.search(r"[，。；、：]{2}|。；|（）|“”|[：][；\n]\n", text), (where, text)
    assert not re.search(r"None|Undefined|<manjuc|object at 0x", text), where


@pytest.mark.parametrize("name", SHIPPED)
def test_no_prompt_has_odd_blanks_empty_labels_or_doubled_marks(name: str, drama: Drama) -> None:
    for id, (_, _, call) in calls(Workbench(drama(name), answer=ANSWERS[name])).items():
        assert_tidy(words(call), id)


# Prompt dialects

SCENE = Scene("hall", "正厅", light="正门天光从左侧斜入", tone="暖金")
ZHAO = Person(
    Character("zhao", "沈昭"), (Trait("脸", "鹅蛋脸，左眼下一颗泪痣"), Trait("服装", "月白素纱医女长裙；同色面纱"))
)
LIU = Person(Character("liu", "柳氏"), (Trait("服装", "深紫团花褙子"),))
TABLET = Prop("tablet", "牌位", (Trait("形", "黑漆金字"),), text="爱女沈昭之灵位")
PANELS = (
    Panel(
        "s01", "2.5", "中景", "推", "沈昭推开正门", "门外风雪", SCENE, (LIU, ZHAO),
        (Line("对白", "沈昭", "我回来了。", lips=True), Line("心声", "柳氏", "她不是死了吗？", lips=False)),
        standing=(("沈昭", "右"), ("柳氏", "左")),
    ),
    Panel(
        "s02", "1.3", "特写", "固定", "牌位裂开一道缝", "", SCENE, (),
        (Line("旁白", "", "那一年，雪下得很大。", lips=False),), props=(TABLET,), note="裂缝要清楚",
    ),
)  # fmt: skip
PICTURES = tuple(picture.name for picture in (sheet_of(ZHAO.character), picture_of(TABLET), plate_of(SCENE)))


def said_by(template: str, panels: tuple[Panel, ...] = PANELS, pictures: tuple[str, ...] = ()) -> str:
    """The text of a family for some shots."""
    style = Style("国风厚涂", ("朱红", "雪白"), ("真人写真",))
    more = {"starts": ("0.0", "2.5")[: len(panels)], "references": pictures, "aspect_ratio": "9:16"}
    return RENDER(f"clip.{template}", shots=panels, style=style, **more)


@pytest.mark.parametrize("template", [*FAMILIES, "veo.en"])
def test_each_family_gets_the_same_shots_as_the_text_that_it_takes_best(template: str, golden: Golden) -> None:
    golden(f"prompts/families/{template}.txt", said_by(template) + "\n")
    golden(f"prompts/families/{template}.one-shot.txt", said_by(template, PANELS[:1]) + "\n")
    golden(f"prompts/families/{template}.with-pictures.txt", said_by(template, pictures=PICTURES) + "\n")


@pytest.mark.parametrize("template", [*FAMILIES, "veo.en"])
def test_no_family_loses_a_word_of_a_shot(template: str) -> None:
    text = said_by(template)
    for panel in PANELS:
        told = [panel.action, panel.visuals, panel.note, panel.scene.name, panel.scene.light, panel.scene.tone]
        told += [trait.text for person in panel.people for trait in person.traits]
        told += [trait.text for prop in panel.props for trait in prop.traits]
        told += [word for say in panel.say for word in (say.who, say.line)] + [prop.text for prop in panel.props]
        assert [word for word in told if word not in text] == []


@pytest.mark.parametrize("template", [*FAMILIES, "veo.en"])
def test_every_family_says_the_time_of_a_place_and_the_preview_reads_it(template: str) -> None:
    night = replace(PANELS[0], scene=Scene("post/夜", "邮局", light="月光", base="post", time="夜"))
    for pictures in ((), (plate_of(night.scene).name,)):
        text = said_by(template, (night,), pictures)
        assert "邮局（夜" in text or "邮局 (夜)" in text
        (read,) = read_storyboard(text)
        assert (read.place.name, read.place.time) == ("邮局", "夜")
        always = replace(night, scene=Scene("post", "邮局", light="月光"))
        assert said_by(template, (always,), pictures).count("夜") == text.count("夜") - 1


@pytest.mark.parametrize("template", [*FAMILIES, "veo.en"])
def test_no_family_has_odd_blanks_empty_labels_or_doubled_marks(template: str) -> None:
    bare = Panel("s01", "2.5", "中景", "推", "推门", "", Scene("hall", "正厅"), (Person(ZHAO.character, ()),), ())
    night = replace(bare, scene=Scene("hall/夜", "正厅", base="hall", time="夜"))
    for panels in (PANELS, PANELS[:1], (bare,), (bare, bare), (night,)):
        for pictures in ((), PICTURES):
            assert_tidy(said_by(template, panels, pictures), template)


def test_seedance_names_each_reference_where_it_is_seen_and_by_no_part_of_a_name() -> None:
    others = (Character("xiao", "小沈昭"), Character("zhao/囚衣", "沈昭", base="zhao", look="囚衣"))
    text = said_by("seedance", pictures=(*(sheet_of(other).name for other in others), *PICTURES))
    assert "人物：沈昭（参考@Image3｜脸：" in text
    assert "人物：柳氏（服装：" in text
    assert "道具：牌位（参考@Image4｜形：" in text
    assert text.count("场景：正厅（参考@Image5）") == 2


def test_seedance_names_the_picture_of_a_look_a_time_and_a_shot() -> None:
    asset = Asset("01.png", digest_of(b"png"), "image/png", 3)
    night = Scene("hall/夜", "正厅", base="hall", time="夜")
    look = Character("zhao/囚衣", "沈昭", base="zhao", look="囚衣")
    panel = replace(PANELS[0], scene=night, people=(Person(look, ()),), image=asset)
    names = (sheet_of(ZHAO.character), sheet_of(look), plate_of(SCENE), plate_of(night))
    text = said_by("seedance", (panel,), (*(picture.name for picture in names), "镜头 1 的画面"))
    assert "[0.0-2.5s] 画面：参考@Image5；动作：" in text
    assert "人物：沈昭（参考@Image2）" in text
    assert "场景：正厅（夜｜参考@Image4）" in text


def test_a_template_in_the_language_of_the_drama_is_taken_where_there_is_one(drama: Drama) -> None:
    bench = Workbench(drama("handwritten"))
    with_video(bench, "veo3.1")
    spoken = {said["clip"].partition("：")[0].partition(":")[0] for _, said in reels_of(bench).values()}
    assert not any("Framing" in word for word in spoken)
    bench.edit("manju: 1\n", "manju: 1\nlanguage: en-GB\n")
    for reel, said in reels_of(bench).values():
        assert said["clip"].count("Framing: ") == len(reel.shots)
        for _, traits in reel.traits:
            assert all(f"{trait.name}: {trait.text}" in said["clip"] for trait in traits)


def test_a_projects_own_template_in_a_language_is_taken_too(drama: Drama) -> None:
    bench = Workbench(drama("handwritten"))
    own_template(bench.spec, "clip.storyboard.zh.j2", '我的{% include "clip.storyboard.j2" %}')
    assert all(said["clip"].startswith("我的Shot 1:") for _, said in reels_of(bench).values())


def of_action(bench: Workbench, id: str) -> str:
    """What is sent first for an action."""
    return next(words(step.call) for step in bench.plan().steps if step.action.id == id)


def test_a_contact_sheet_says_the_time_of_a_place_and_the_preview_reads_it() -> None:
    night = replace(PANELS[0], scene=Scene("post/夜", "邮局", base="post", time="夜"))
    text = RENDER("contact_sheet", shots=(night,), style=Style(), columns=1, rows=1, aspect_ratio="9:16", references=[])
    assert "场景：邮局（夜）\n" in text
    (read,) = read_sheet(text).shots
    assert (read.place.name, read.place.time) == ("邮局", "夜")


# What a text model is told


TOLD = """manju: 1
theme: 霍砚把一封迟到十年的信还给顾晚。
source: n.txt
format: {seconds: 30}
limits: {characters: {max: 3}, scenes: {max: 1}}
characters: {顾晚: {role: 女主}, 霍砚: {role: 男主}%s}
scenes: {小巷: {}}
"""


def told(tmp_path: Path, more: str) -> str:
    (tmp_path / "n.txt").write_text("写法：\n{“设定：”}\n", encoding="utf-8")
    spec = tmp_path / "e.yaml"
    spec.write_text(TOLD % more, encoding="utf-8")
    return of_action(Workbench(spec), "e/script")


def test_a_text_model_is_told_who_is_only_heard_and_who_is_a_crowd(tmp_path: Path) -> None:
    plain = told(tmp_path, ", 旁白: {}")
    assert not any(word in plain for word in ("seen", "crowd"))
    heard = told(tmp_path, ", 旁白: {seen: false}")
    assert '"seen": false' in heard
    assert "只出声、不出镜" in heard
    assert "crowd" not in heard
    assert "crowd 为 true 的角色是群众" in told(tmp_path, ", 路人: {crowd: true}")


def test_the_preview_reads_the_brief_before_a_novel(tmp_path: Path) -> None:
    brief = read_brief(told(tmp_path, ", 旁白: {seen: false}"))
    assert (brief.theme, brief.tenths) == ("霍砚把一封迟到十年的信还给顾晚。", 300)
    assert [one.seen for one in brief.given_characters] == [False, True, True]
    assert [one.id for one in brief.given_scenes] == ["小巷"]


# Traits


def with_video(bench: Workbench, model: str) -> None:
    """The drama with another video model."""
    text = bench.spec.read_text(encoding="utf-8")
    if named := re.search(r"video: [\w.-]+", text):
        bench.edit(named[0], f"video: {model}")
        if '"9:16"' in text:
            bench.edit('"9:16"', '"16:9"')  # which every family makes
    else:
        bench.edit("manju: 1\n", f"manju: 1\nmodels: {{video: {model}}}\n")


def reels_of(bench: Workbench) -> dict[str, tuple[Reel, dict[str, str]]]:
    """Clips by id, with the prompts that are made from them."""
    bench.build()
    found: dict[str, tuple[Reel, dict[str, str]]] = {}
    for step in bench.plan().steps:
        if isinstance(step.action.about, Reel):
            _, said = found.setdefault(step.action.about.id, (step.action.about, {}))
            said[step.action.stage] = words(step.call)
    return found


@pytest.mark.parametrize("video", FAMILIES.values())
@pytest.mark.parametrize("name", [*SHIPPED, "zhumen"])
def test_every_fixed_trait_stands_word_for_word_in_the_block_of_each_shot_that_can_show_it(
    name: str, video: str, drama: Drama
) -> None:
    bench = Workbench(drama(name), answer=ANSWERS.get(name))
    with_video(bench, video)
    seen = 0
    for reel, said in reels_of(bench).values():
        for stage in ("clip", "contact_sheet"):
            for framed, panel, block in zip(reel.shots, reel.panels, blocks(stage, said[stage]), strict=True):
                assert {person.character.id for person in panel.people} == set(framed.characters)
                assert tuple(prop.id for prop in panel.props) == framed.props
                shown: list[Character | Prop] = [*(person.character for person in panel.people), *panel.props]
                for owner in shown:
                    assert owner.name in block
                    for trait in owner.traits:
                        allowed = not trait.framings or framed.framing in trait.framings
                        assert (f"{trait.name}：{trait.text}" in block) == allowed, (framed.id, trait)
                        seen += allowed
    assert seen > 5


@pytest.mark.parametrize("name", SHIPPED)
def test_the_three_views_say_every_trait_whatever_its_scope(name: str, drama: Drama) -> None:
    bench = Workbench(drama(name), answer=ANSWERS[name])
    bench.build()
    sheets = [step for step in bench.plan().steps if step.action.stage == "three_views"]
    assert sheets
    for step in sheets:
        assert isinstance(step.action.about, Character)
        for trait in step.action.about.traits:
            assert f"{trait.name}：{trait.text}" in words(step.call)


def test_a_trait_that_looks_like_a_template_or_a_shot_is_said_as_it_stands(drama: Drama) -> None:
    bench = Workbench(drama("detective"), answer=ANSWERS["detective"])
    odd = "{{ 7 * 7 }} {% raw %} Shot 2: <b>&amp;</b> \\n"
    bench.edit("瞳色: 琥珀色", f"瞳色: '{odd}'")
    for _, said in reels_of(bench).values():
        assert odd in said["clip"]
        assert odd in said["contact_sheet"]
        assert len(re.findall(r"(?m)^Shot \d+:$", said["clip"])) == 4


# A project's own templates


def own_template(spec: Path, name: str, text: str) -> None:
    folder = spec.parent.parent / "templates"
    folder.mkdir(exist_ok=True)
    (spec.parent.parent / "manjuc.yaml").touch()
    (folder / name).write_text(text, encoding="utf-8")


def test_a_projects_own_template_overrides_one_and_no_other(drama: Drama) -> None:
    bench = Workbench(drama("detective"), answer=ANSWERS["detective"])
    before = {id: words(call) for id, (_, _, call) in calls(bench).items()}
    own_template(bench.spec, "scene.j2", '画一处地方：{{ scene.name }}\n{% include "_style.j2" %}')
    after = {id: words(call) for id, (_, _, call) in calls(bench).items()}
    assert {id for id in after if after[id] != before[id]} == {"scenes/corridor/scene"}
    assert after["scenes/corridor/scene"].startswith("画一处地方：赛博校园走廊\n画风：日系二次元")


def test_nothing_is_escaped_and_the_ends_are_clean() -> None:
    assert prompts.renderer({"a": "\n  {{ text }}\n\n"})("a", text="<“雨”&\\>") == "<“雨”&\\>"


def test_every_shipped_template_is_valid_and_belongs_to_a_stage() -> None:
    names = set(project.templates(None))
    stems = {name.partition(".")[0] for name in names if not name.startswith("_")}
    assert stems == set(BY_NAME) - {"film"}
