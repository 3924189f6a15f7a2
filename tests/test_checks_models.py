"""Checks of what models are asked for: words, weights, pictures, names; what each finds, and where it keeps silent."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import front
import pytest
from PIL import Image

from manjuc import catalogue, cli, frontend, media, project, severities
from manjuc.diagnostic import CODES, Diagnostic
from manjuc.sensitive import Sensitive
from manjuc.source import load

HEAD = "manju: 1\ntheme: 雨夜，一枚校徽失窃\n"
PEOPLE = "characters: {林澈: {age: 22, traits: {发色: 银灰短发}}, 苏晚: {age: 24}}\nscenes: {走廊: {light: 冷色侧光}}\n"
KLING = "models: {video: kling-o3-pro-r2v}\n"  # clips of 5 and 10 s, four references, 2500 characters


def found(folder: Path, text: str, **files: str) -> tuple[Diagnostic, ...]:
    """What these checks find in a drama; `__` in the name of another file stands for a dot."""
    for name, more in files.items():
        (folder / name.replace("__", ".")).write_text(more, encoding="utf-8")
    (folder / "drama.yaml").write_text(text, encoding="utf-8")
    told = frontend.check(project.find(str(folder / "drama.yaml")))
    return tuple(each for each in told if not each.code.startswith(("MJ042", "MJ043", "MJ048")))  # of other checks


def codes(diagnostics: tuple[Diagnostic, ...]) -> list[str]:
    return [each.code for each in diagnostics]


def marked(diagnostics: tuple[Diagnostic, ...]) -> list[tuple[str, str]]:
    return [(each.code, front.marked(each)) for each in diagnostics]


def shots(*lines: str) -> str:
    return "shots:\n" + "".join(f"  - {{id: s{n}, {line}}}\n" for n, line in enumerate(lines, 1))


# Words that relays refuse


@pytest.fixture(scope="module")
def words() -> Sensitive:
    files = [document.data for text in project.catalogue_sources() if (document := load(text)[0])]
    return catalogue.sensitive_words(files)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我若不死，必叫你们血债血偿", []),
        ("混血少年，热血沸腾，血脉觉醒", []),
        ("血红色长裙，血玉镯子", []),
        ("太乙真人腾云而来", []),
        ("半写实动漫", []),
        ("她的口吻很冷，字迹与信吻合", []),
        ("真相赤裸裸地摆在面前", []),
        ("还原神庙旧貌", []),
        ("bloodline, school, Trumpet", []),
        ("百官朝拜登基大典，太子独上高台独坐，正太子之名", []),
        ("天花板上吊着一盏灯，舞台独白，描写真实", []),
        ("他是人性感悟的化身，龙珠在手", []),
        ("地上一滩血", ["血"]),
        ("混血少年倒在血泊里", ["血泊"]),
        ("血统高贵，鲜血淋漓", ["鲜血"]),
        ("特别血腥", ["血腥"]),
        ("超写实人像，真人写真", ["超写实", "真人写真"]),
        ("A Bloody knife", ["Bloody"]),
        ("没有人，地上是血", ["血"]),
        ("画面无血", ["-血"]),
        ("不要血腥、断肢", ["-血腥", "-断肢"]),
        ("地上没有一滴鲜血", ["-鲜血"]),
        ("禁止真人写真", ["-真人写真"]),
        ("no blood, never nudity", ["-blood", "-nudity"]),
        ("without a drop of blood", ["-blood"]),
        ("箭头射穿他的胸膛", ["射穿他的胸膛"]),
        ("阳光射穿云层，箭射穿靶心", []),
        ("举枪对准镜头", ["举枪对准镜头"]),
        ("不要举枪对准镜头", ["-举枪对准镜头"]),
        ("枪放在桌上，箭对准靶心，镜头对准她的脸", []),
        ("像刘亦菲一样，手里一台iPhone，身后是BMW", ["刘亦菲", "iPhone", "BMW"]),
        ("宜室宜家，骑着宝马，马奔驰而过，一碗小米粥和苹果", []),
    ],
)
def test_words_are_read_whole_and_with_what_denies_them(words: Sensitive, text: str, expected: list[str]) -> None:
    hits = words.found_in(text, ("photoreal", "gore", "threat", "nudity", "brands", "politics"))
    assert [("-" if hit.denied else "") + hit.word for hit in hits] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("小女孩被绑在椅子上哭", ["被绑在椅子"]),
        ("少年被一刀刺中", ["刺中"]),
        ("男孩被人打了一顿", ["被人打了"]),
        ("少年被按进水里", ["被按进水"]),
        ("黑衣人把小女孩推下楼", ["把小女孩推下"]),
        ("他掐孩子的脖子", ["掐孩子"]),
        ("男孩双手被绑，低着头", ["被绑"]),
        ("the boy is tied to a chair", ["tied to"]),
        ("少女没有被绑住", ["-被绑住"]),
        ("小女孩被绑带缠住手腕，头发被绑成马尾", []),
        ("孩子打电话，打开门，打着伞，被风吹得打了个喷嚏", []),
        ("小女孩推门，被推开的门吓了一跳", []),
        ("小男孩被老师打断，被打动了，被打湿了头发", []),
        ("母亲把孩子绑在背上，轻拍打孩子的背", []),
        ("少女刺绣，被阳光刺得睁不开眼", []),
        ("少年勒马回头，掐指一算，把灯笼绑在树上", []),
        ("孩子被关在门外，踢孩子的球", []),
    ],
)
def test_harm_is_what_is_done_to_somebody(words: Sensitive, text: str, expected: list[str]) -> None:
    assert [("-" if hit.denied else "") + hit.word for hit in words.found_in(text, ("harm",))] == expected


@pytest.mark.parametrize(
    ("who", "action", "expected"),
    [
        ("{}", "少年被一刀刺中", ["刺中"]),
        ("{}", "少年拔刀", []),
        ("{role: 江湖少年}", "他被一刀刺中", ["刺中"]),
        ("{role: 江湖少年, age: 20}", "他被一刀刺中", []),
        ("{}", "小女孩被绑架", ["绑架"]),
    ],
)
def test_the_young_are_in_danger_by_what_is_done_to_them(
    tmp_path: Path, who: str, action: str, expected: list[str]
) -> None:
    text = HEAD + KLING + f"characters: {{林澈: {who}}}\nscenes: {{走廊: {{light: 冷光}}}}\n"
    text += shots(*[f"seconds: 5, characters: [林澈], action: {action}"] * 2)
    told = [word for code, word in marked(found(tmp_path, text)) if code == "MJ0461"]
    assert told == expected


@pytest.mark.parametrize(
    ("shot", "expected"),
    [
        ("action: 倒在血泊里", [("MJ0463", "血泊")]),
        ("action: x, visuals: 满地鲜血", [("MJ0463", "鲜血")]),
        ("action: x, note: 不要血腥", [("MJ0467", "血腥")]),
        ("action: x, say: [{林澈: 我要你们血流成河。}]", []),
        ("action: x, say: [{林澈: 去迪士尼吧。}]", [("MJ0462", "迪士尼")]),
        ("action: 半裸着走出来", [("MJ0466", "半裸")]),
        ("action: 望着天安门", [("MJ0465", "天安门")]),
        ("action: 从教室里被绑架", [("MJ0464", "绑架")]),
        ("action: 在教室里看书", []),
        ("action: 拔刀", []),
        ("action: 孩子在哭", []),
        ("action: 孩子被绑架", [("MJ0461", "绑架")]),
        ("action: 倒下, caption: 血债", []),
        ("card: 血案之后", []),
    ],
)
def test_what_a_shot_shows_and_says(tmp_path: Path, shot: str, expected: list[Any]) -> None:
    people = "" if "card" in shot else "characters: [林澈], "
    text = HEAD + KLING + PEOPLE + shots(f"seconds: 5, {people}{shot}", "seconds: 5, characters: [苏晚], action: y")
    assert [each for each in marked(found(tmp_path, text)) if each[0] in CODES and "MJ046" in each[0]] == expected


def test_what_is_avoided_is_said_in_silence(tmp_path: Path) -> None:
    avoid = (
        "style: {look: 国风厚涂, avoid: [真人写真, 血腥, 裸体]}\nlimits: {avoid: [血腥, 霸凌], require: [不要血腥]}\n"
    )
    assert codes(found(tmp_path, HEAD + KLING + avoid)) == []


def test_what_is_declared_is_looked_at_as_well(tmp_path: Path) -> None:
    text = (
        HEAD
        + KLING
        + "style: {look: 照片级光影}\ncharacters: {皮卡丘: {traits: {服装: 比基尼}, looks: {伤: {脸: 鲜血满面}}}}\n"
    )
    assert marked(found(tmp_path, text)) == [
        ("MJ0460", "照片级"),
        ("MJ0462", "皮卡丘"),
        ("MJ0466", "比基尼"),
        ("MJ0463", "鲜血"),
    ]


def test_a_minor_by_age_and_a_school_by_its_place_are_shown_beside_the_word(tmp_path: Path) -> None:
    text = HEAD + KLING + "characters: {林澈: {age: 15}}\nscenes: {教室: {light: 日光}}\n"
    text += shots("seconds: 5, characters: [林澈], action: 挨了一记耳光", "seconds: 5, characters: [林澈], action: y")
    minor, school = found(tmp_path, text)
    beside = [front.marked(Diagnostic("", "hint", each.message, each.secondary[0])) for each in (minor, school)]
    assert [(minor.code, beside[0]), (school.code, beside[1])] == [("MJ0461", "15"), ("MJ0464", "教室")]


def test_a_word_is_told_once_with_how_often_it_comes_again(tmp_path: Path) -> None:
    text = HEAD + KLING + PEOPLE + shots(*["seconds: 5, characters: [林澈], action: 鲜血"] * 4)
    (blood,) = found(tmp_path, text)
    assert blood.primary.span.place == ("drama.yaml", 7, 52)
    assert [str(note) for note in blood.notes][-1] == "it stands in 3 more places"


def test_a_milder_word_is_offered_where_there_is_one(tmp_path: Path) -> None:
    (blood,) = found(tmp_path, HEAD + KLING + PEOPLE + shots("seconds: 10, characters: [林澈], action: 血泊"))
    assert str(blood.help) == "write it milder, such as `红色的光`"


def test_an_episode_that_is_out_is_left_alone(tmp_path: Path) -> None:
    head = HEAD + KLING + PEOPLE + "episodes: [e1.yaml, e2.yaml]\nfrozen: [e1]\n"
    both = {
        f"e{n}__yaml": f"manju: 1\nepisode: e{n}\n" + shots("seconds: 10, characters: [林澈], action: 血泊")
        for n in (1, 2)
    }
    assert [(each.code, each.primary.span.place[0]) for each in found(tmp_path, head, **both)] == [
        ("MJ0463", "e2.yaml")
    ]


# Pictures that go along


def test_what_a_model_does_not_take_along_is_named(tmp_path: Path) -> None:
    text = HEAD + KLING + PEOPLE + "props: {校徽: {traits: {形: 圆}}, 雨伞: {traits: {色: 红}}}\n"
    text += shots(
        "seconds: 5, characters: [林澈], props: [校徽], action: x",
        "seconds: 5, characters: [苏晚], props: [雨伞], action: y",
    )
    (dropped,) = found(tmp_path, text)
    assert (dropped.code, dropped.severity, front.marked(dropped)) == ("MJ0450", "warning", "s1")
    assert str(dropped.notes[0]) == "these do not go along: the plate of `走廊`"
    assert found(tmp_path, text.replace("kling-o3-pro-r2v", "seedance-2.0-standard-multi")) == ()
    # A model that takes no picture at all drops none.
    assert found(tmp_path, text.replace("kling-o3-pro-r2v", "kling-v3.0-pro-t2v")) == ()


@pytest.mark.parametrize(
    ("shot", "expected"),
    [
        ("characters: [林澈, 苏晚], action: x", []),
        ("characters: [林澈, 苏晚], props: [校徽], action: x", ["MJ0451"]),
        ("characters: [林澈], props: [校徽], action: x", []),
        ("characters: [林澈], props: [校徽, 雨伞], action: x", ["MJ0451"]),
        ("characters: [众人], props: [校徽, 雨伞], action: x", []),
    ],
)
def test_a_shot_keeps_to_three_pictures(tmp_path: Path, shot: str, expected: list[str]) -> None:
    text = (
        HEAD
        + "models: {video: seedance-2.0-standard-multi}\n"
        + PEOPLE.replace("苏晚: {age: 24}", "苏晚: {age: 24}, 众人: {crowd: true}")
    )
    text += "props: {校徽: {traits: {形: 圆}}, 雨伞: {traits: {色: 红}}}\n"
    only = {"MJ0451"}
    assert [code for code in codes(found(tmp_path, text + shots(f"seconds: 4, {shot}"))) if code in only] == expected


# Prompts over the limit


def limited(unit: str, most: int, more: str = ", refuses: false") -> str:
    return f"models: {{kling-v3.0-std-t2v: {{prompt_limit: {{most: {most}, unit: {unit}{more}}}}}}}\n"


@pytest.mark.parametrize(
    ("unit", "most", "told"),
    [
        ("characters", 70, "characters of text"),
        ("bytes", 100, "bytes"),
        ("tokens", 30, "about"),
        ("words", 1, "words"),
    ],
)
def test_a_prompt_over_the_limit_is_measured_in_the_unit_of_its_model(
    tmp_path: Path, unit: str, most: int, told: str
) -> None:
    text = (
        HEAD
        + "models: {video: kling-v3.0-std-t2v}\n"
        + PEOPLE
        + shots("seconds: 5, characters: [林澈], action: 推门而入")
    )
    (long,) = found(tmp_path, text, manjuc__yaml=limited(unit, most))
    assert (long.code, long.severity) == ("MJ0452", "warning")
    assert told in str(long.message)
    assert found(tmp_path, text, manjuc__yaml=limited(unit, 5000)) == ()


def test_what_weighs_most_is_where_a_long_prompt_is_told(tmp_path: Path) -> None:
    head = HEAD + "models: {video: kling-v3.0-std-t2v}\n"
    long, limit = "雨" * 200, limited("characters", 200)
    cases = {
        "look": head + f"style: {{look: {long}}}\n" + PEOPLE + shots("seconds: 5, characters: [林澈], action: x"),
        "traits": head + PEOPLE.replace("银灰短发", long) + shots("seconds: 5, characters: [林澈], action: x"),
        "place": head + PEOPLE.replace("冷色侧光", long) + shots("seconds: 5, characters: [林澈], action: x"),
        "actions": head + PEOPLE + shots("seconds: 5, characters: [林澈], action: x", f"seconds: 5, action: {long}"),
        "lines": head + PEOPLE + shots(f"seconds: 5, characters: [林澈], action: x, say: [{{林澈: {long}}}]"),
    }
    told = {}
    for name, text in cases.items():
        first = next(each for each in found(tmp_path, text, manjuc__yaml=limit) if each.code == "MJ0452")
        told[name] = (front.marked(first)[:9], str(first.notes[0]).partition(" %")[0].rpartition(" ")[0])
    assert told == {
        "look": ("style", "of it are: the style"),
        "traits": ("林澈", "of it are: the traits of 林澈"),
        "place": ("走廊", "of it are: the place 走廊"),
        "actions": (long[:9], "of it are: the actions"),
        "lines": ("[{林澈: " + long[:3], "of it are: the lines"),
    }


def test_a_prompt_that_is_surely_refused_is_an_error(tmp_path: Path) -> None:
    text = (
        HEAD
        + "models: {video: kling-v3.0-std-t2v}\n"
        + PEOPLE
        + shots("seconds: 5, characters: [林澈], action: 推门而入")
    )
    (long,) = found(tmp_path, text, manjuc__yaml=limited("characters", 50, ", refuses: true"))
    assert (long.code, long.severity) == ("MJ0452", "error")
    said = "推" * 450
    text = text.partition("shots:")[0] + shots(*[f"seconds: 1, action: {said}, visuals: {said}"] * 3)
    told = found(tmp_path, text, manjuc__yaml="")
    assert ("MJ0452", "error") in [(each.code, each.severity) for each in told]  # the catalogue says so of Kling itself


# Models that cannot do what is asked, and names that are not theirs


@pytest.mark.parametrize(
    ("models", "more", "expected"),
    [
        ("image: nano-banana-2", "", [("MJ0456", "warning")]),
        ("image: nano-banana-pro", "", []),
        ("image: gemini-3-pro-image", "", []),  # an alias that relays know
        ("video: seedance-2.0", "", [("MJ0457", "hint")]),
        ("video: seedance-2.0-global-standard-t2v", "", []),
        ("video: kling-v3.0-std-i2v", "", [("MJ0455", "error")]),
        ("video: seedance-2.0-standard-multi", "", []),
        ("video: zhenzhen-video-gk-v15", "format: {resolution: 1080p}\n", [("MJ0454", "warning")]),
        ("video: zhenzhen-video-gk-v15", "format: {resolution: 720p}\n", []),
        ("video: hailuo-2.3-t2v-standard", "format: {resolution: 1080p}\n", []),
        ("video: kling-v3.0-std-t2v", "format: {resolution: 1080p}\n", []),  # nothing is known of its sizes
        ("video: seedance-2.0-standard-t2v", "format: {resolution: 1080p}\n", []),
    ],
)
def test_models_are_held_against_their_names_and_what_they_can(
    tmp_path: Path, models: str, more: str, expected: list[Any]
) -> None:
    told = found(tmp_path, HEAD + f"models: {{{models}}}\n" + more)
    assert [(each.code, each.severity) for each in told] == expected


@pytest.mark.parametrize(("seconds", "expected"), [(4, []), (8, ["MJ0458"])])
def test_hd_has_an_effect_on_clips_of_some_lengths_only(tmp_path: Path, seconds: int, expected: list[str]) -> None:
    text = HEAD + "format: {hd: true}\nmodels: {video: veo3.1-fast}\n" + PEOPLE
    facts = "models: {veo3.1-fast: {hd: true, durations: [4, 8], hd_durations: [4]}}\n"
    told = found(tmp_path, text + shots(f"seconds: {seconds}, action: x"), manjuc__yaml=facts)
    assert codes(told) == expected


def test_an_ambiguous_name_is_told_with_both_meanings_and_what_to_write(tmp_path: Path) -> None:
    (told,) = found(tmp_path, HEAD + "models: {image: nano-banana-2}\n")
    assert [str(note) for note in told.notes] == [
        "relays of the whatai family: Gemini 3 Pro Image",
        "its maker and other relays: Gemini 3.1 Flash Image",
    ]
    assert str(told.help).startswith("write `nano-banana-pro` for Gemini 3 Pro Image, `")


# Traits that no shot can show


@pytest.mark.parametrize(
    ("traits", "framings", "expected"),
    [
        ("鞋: {is: 黑靴, in: [全景]}", ["特写", "近景"], ["MJ0453"]),
        ("鞋: {is: 黑靴, in: [全景]}", ["特写", "全景"], []),
        ("身高: 178cm", ["特写", "近景"], ["MJ0453"]),
        ("身高: 178cm", ["特写", "中景"], []),
        ("发色: 银灰短发", ["特写"], []),
    ],
)
def test_a_trait_that_no_framing_shows(tmp_path: Path, traits: str, framings: list[str], expected: list[str]) -> None:
    text = (
        HEAD + KLING + f"characters: {{林澈: {{age: 22, traits: {{{traits}}}}}}}\nscenes: {{走廊: {{light: 冷光}}}}\n"
    )
    text += shots(*(f"seconds: 5, characters: [林澈], framing: {framing}, action: x" for framing in framings))
    told = [each for each in found(tmp_path, text) if each.code == "MJ0453"]
    assert codes(tuple(told)) == expected
    assert all(each.severity == "hint" for each in told)


def test_a_trait_is_shown_where_one_look_shows_it(tmp_path: Path) -> None:
    text = HEAD + KLING + "scenes: {走廊: {light: 冷光}}\n"
    text += "characters: {林澈: {age: 22, traits: {鞋: {is: 黑靴, in: [全景]}}, "
    text += "looks: {雨: {服装: 雨衣}, 夜: {服装: 黑衣, 鞋: 白靴}}}}\n"
    one = shots(
        "seconds: 5, characters: [林澈], framing: 特写, action: x",
        "seconds: 5, characters: [林澈/雨], framing: 全景, action: y",
    )
    other = one.replace("林澈/雨", "林澈/夜")
    assert "MJ0453" not in codes(found(tmp_path, text + one))
    assert ("MJ0453", "{is: 黑靴, in: [全景]}") in marked(found(tmp_path, text + other))


def test_traits_are_not_judged_before_the_story_is_written(tmp_path: Path) -> None:
    who = "characters: {林澈: {age: 22, traits: {鞋: {is: 黑靴, in: [全景]}}}}\n"
    assert codes(found(tmp_path, HEAD + KLING + who)) == []


# Own pictures and clips


def picture(path: Path, width: int, height: int, *, noise: bool = False) -> None:
    if noise:
        Image.frombytes("RGB", (width, height), os.urandom(width * height * 3)).save(path)
    else:
        Image.new("RGB", (width, height), "navy").save(path)


def clip(path: Path, size: str, seconds: float) -> None:
    source = ["-f", "lavfi", "-i", f"color=c=navy:s={size}:r=10:d={seconds}", "-pix_fmt", "yuv420p"]
    asyncio.run(media.ffmpeg([*source, path.name], path.parent))


@pytest.mark.parametrize(
    ("size", "declared", "expected"),
    [
        ((1600, 900), "characters: {林澈: {age: 22, image: a.png}}", []),
        ((900, 1600), "characters: {林澈: {age: 22, image: a.png}}", ["MJ0470"]),
        ((400, 300), "characters: {林澈: {age: 22, image: a.png}}", ["MJ0471"]),
        ((900, 1600), "characters: {林澈: {age: 22, looks: {雨: {服装: 雨衣, image: a.png}}}}", ["MJ0470"]),
        ((1600, 900), "scenes: {走廊: {image: a.png}}", []),
        ((1536, 1024), "scenes: {走廊: {image: a.png}}", ["MJ0470"]),
        ((1376, 768), "scenes: {走廊: {image: a.png}}", []),
        ((900, 1600), "scenes: {走廊: {light: 冷光, at: {夜: {image: a.png}}}}", ["MJ0470"]),
        ((900, 1600), "style: {image: a.png}", []),
        ((511, 512), "style: {image: a.png}", ["MJ0471"]),
        ((512, 512), "props: {校徽: {image: a.png}}", []),
        ((100, 100), "props: {校徽: {image: a.png}}", ["MJ0471"]),
    ],
)
def test_own_pictures_have_the_size_and_shape_that_they_need(
    tmp_path: Path, size: tuple[int, int], declared: str, expected: list[str]
) -> None:
    picture(tmp_path / "a.png", *size)
    told = found(tmp_path, HEAD + KLING + declared + "\n")
    assert [code for code in codes(told) if code.startswith("MJ047")] == expected
    assert all(front.marked(each) == "a.png" for each in told if each.code.startswith("MJ047"))


def test_a_picture_that_no_request_holds_is_told(tmp_path: Path) -> None:
    picture(tmp_path / "a.png", 1800, 1400, noise=True)
    (told,) = found(tmp_path, HEAD + KLING + "characters: {林澈: {age: 22, image: a.png}}\n")
    assert (told.code, str(told.notes[0])) == ("MJ0472", "it has 7.2 MB; requests take pictures of at most 7 MB")


def test_pictures_and_clips_of_shots_have_the_shape_of_the_film(tmp_path: Path) -> None:
    picture(tmp_path / "tall.png", 900, 1600)
    clip(tmp_path / "short.mp4", "160x90", 1)
    clip(tmp_path / "tall.mp4", "90x160", 3)
    text = HEAD + KLING + "scenes: {走廊: {light: 冷光}}\n" + shots(
        "seconds: 5, action: x, image: tall.png", "seconds: 5, action: x",
        "seconds: 3, video: short.mp4", "seconds: 3, video: tall.mp4",
    )  # fmt: skip
    assert [each for each in marked(found(tmp_path, text)) if "MJ047" in each[0]] == [
        ("MJ0470", "tall.png"),
        ("MJ0473", "short.mp4"),
        ("MJ0470", "tall.mp4"),
    ]
    assert "MJ0473" not in codes(found(tmp_path, text + "trim: {s3: {to: 1}}\n"))


# Checks that a project changes

BLOODY = HEAD + KLING + PEOPLE + shots("seconds: 10, characters: [林澈], action: 血泊")


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("off", []),
        ("hint", [("MJ0463", "hint")]),
        ("warning", [("MJ0463", "warning")]),
        ("error", [("MJ0463", "error")]),
    ],
)
def test_a_project_says_how_severe_a_check_is(tmp_path: Path, wanted: str, expected: list[Any]) -> None:
    told = found(tmp_path, BLOODY, manjuc__yaml=f"checks: {{MJ0463: {wanted}}}\n")
    assert [(each.code, each.severity) for each in told] == expected


def test_an_error_stays_one_whatever_a_project_says(tmp_path: Path) -> None:
    text = (
        HEAD
        + "models: {video: kling-v3.0-std-t2v}\n"
        + PEOPLE
        + shots("seconds: 5, characters: [林澈], action: 推门而入")
    )
    files = limited("characters", 50, ", refuses: true") + "checks: {MJ0452: off}\n"
    assert [(each.code, each.severity) for each in found(tmp_path, text, manjuc__yaml=files)] == [("MJ0452", "error")]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("{MJ0463x: off}", [("MJ0503", "MJ0463x")]),
        ("{mj0463: off}", [("MJ0503", "mj0463")]),
        ("{MJ0999: off}", [("MJ0503", "MJ0999")]),
        ("{MJ0401: off}", [("MJ0504", "MJ0401")]),
        ("{MJ0203: hint}", [("MJ0504", "MJ0203")]),
        ("{MJ0501: warning}", [("MJ0504", "MJ0501")]),
        ("{MJ0463: on}", [("MJ0204", "on")]),
        ("{MJ0463: false}", [("MJ0201", "false")]),
        ("{}", []),
    ],
)
def test_a_choice_that_means_nothing_is_told_in_the_projects_own_file(
    tmp_path: Path, given: str, expected: list[Any]
) -> None:
    told = found(tmp_path, HEAD + KLING, manjuc__yaml=f"checks: {given}\n")
    assert marked(told) == expected
    assert {each.primary.span.place[0] for each in told} <= {"manjuc.yaml"}


def test_a_near_miss_of_a_code_is_offered(tmp_path: Path) -> None:
    (told,) = found(tmp_path, HEAD + KLING, manjuc__yaml="checks: {mj0463: off}\n")
    assert str(told.help) == "did you mean `MJ0463`?"


@pytest.mark.parametrize("code", [code for code in CODES if code.startswith(("MJ04", "MJ05"))])
def test_what_can_be_changed_is_what_is_no_error_on_its_page(code: str) -> None:
    page = (front.ROOT / "manjuc" / "data" / "explain" / f"{code}.md").read_text(encoding="utf-8")
    if f"[{code}]" in page:
        assert (f"error[{code}]" in page) == (code in severities.ALWAYS_ERRORS)


# Hints


def test_hints_are_for_check_alone_and_fail_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "drama.yaml").write_text(HEAD + "models: {video: seedance-2.0}\n", encoding="utf-8")

    def run(command: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["manjuc", command, str(tmp_path / "drama.yaml")])
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        return code, capsys.readouterr().err

    status, said = run("check")
    assert (status, "hint[MJ0457]" in said, "1 hint" in said) == (0, True, True)
    status, said = run("plan")
    assert (status, "MJ0457" in said) == (0, False)


def test_the_shipped_specs_name_nothing_that_is_refused() -> None:
    for name in ("detective", "handwritten", "theme-only", "zhumen/zhumen"):
        told = codes(frontend.check(project.find(str(front.ROOT / "specs" / f"{name}.yaml"))))
        assert not [code for code in told if code.startswith(("MJ045", "MJ046", "MJ047", "MJ05")) and code != "MJ0456"]
