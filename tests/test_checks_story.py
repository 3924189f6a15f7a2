"""Checks of what stories say: what each finds, at its place, and what it must be silent about."""

from __future__ import annotations

from pathlib import Path

import front
import pytest
from front import codes, marked

from manjuc import frontend, project
from manjuc.calls import Artifact
from manjuc.diagnostic import Diagnostic
from manjuc.digest import canonical
from manjuc.disk import now
from manjuc.errors import SpecRefused
from manjuc.spec import EpisodeId
from manjuc.store import Store

BEGIN = "manju: 1\ntheme: 雨夜\n"
PEOPLE = """characters:
  沈昭:
    also: [苏晚]
    traits: {发: 及腰黑发, 眼: 琥珀色, 脸: 左眼下一颗泪痣, 体型: 身量高挑}
    looks:
      囚衣: {服装: 灰白囚衣，赤足}
      红裙: {服装: 红色长裙，皮靴}
  沈如烟: {traits: {发: 飞仙髻，赤金步摇}}
  旁白: {seen: false}
  宾客: {crowd: true}
scenes:
  正厅: {light: 天光}
"""
MINE = {f"MJ04{n}" for n in range(20, 50)} - {"MJ0427", "MJ0429"}
OF_SERIES = {"MJ0202", "MJ0207", "MJ0316", "MJ0317", "MJ0413", "MJ0427"}


def found(*shots: str, more: str = "", people: str = PEOPLE) -> list[Diagnostic]:
    """What the checks of this file say of some shots; not that people are left over, nor seconds."""
    text = BEGIN + more + people + "shots:\n" + "".join(f"  - {{{shot}}}\n" for shot in shots)
    _, said = front.spec(text)
    return [each for each in said if each.code in MINE or each.severity == "error"]


def of(characters: str, action: str, more: str = "") -> list[Diagnostic]:
    return found(f"id: s01, seconds: 5, characters: [{characters}], action: {action}{more}")


def folder(place: Path, drama: str, **episodes: str) -> list[Diagnostic]:
    """What is said of a series in its files."""
    (place / "episodes").mkdir(exist_ok=True)
    (place / "drama.yaml").write_text(drama, encoding="utf-8")
    for name, text in episodes.items():
        path = place / "episodes" / f"{name}.yaml"
        path.write_text(f"manju: 1\nepisode: {name}\n{text}", encoding="utf-8")
    said = frontend.check(project.find(str(place / "drama.yaml")))
    return [each for each in said if each.code in MINE | OF_SERIES or each.severity == "error"]


@pytest.mark.parametrize(
    ("characters", "action", "named"),
    [
        ("沈昭", "沈昭看见沈如烟走来", ["沈如烟"]),
        ("沈如烟", "沈如烟拦住苏晚", ["苏晚"]),
        ("", "沈昭的手从雪里伸出", ["沈昭"]),
        ("", "一只手握住沈昭的左手", ["沈昭"]),
        ("沈昭/囚衣", "沈昭跪下", []),
        ("沈昭", "苏晚搭脉", []),
        ("沈如烟", "沈如烟拆开沈昭的信", []),
        ("沈如烟", "沈如烟想起沈昭", []),
        ("沈如烟", "沈昭不在，沈如烟独坐", []),
        ("", "牌位上写着“爱女沈昭之灵位”", []),
        ("", "供桌上是沈昭牌位", []),
        ("", "宾客散去", []),
        ("沈如烟", "门外传来沈昭的声音", []),
        ("沈如烟", "沈如烟望着沈昭离去的方向", []),
        ("", "信纸落款沈昭", []),
        ("沈如烟", "沈昭的银色长发被风吹起", ["沈昭"]),
        ("沈如烟", "沈昭的湿发贴在沈如烟手上", ["沈昭"]),
        ("沈如烟", "沈昭的银色长裙挂在衣柜里", []),
        ("沈如烟", "沈昭的手机响了，沈昭的面包掉在沈昭的黑色背包上", []),
        ("沈如烟", "沈昭的发小递来沈昭的身份牌", []),
        ("", "沈昭's long black hair in the wind", ["沈昭"]),
    ],
)
def test_whoever_an_action_shows_is_in_the_shot(characters: str, action: str, named: list[str]) -> None:
    said = [each for each in of(characters, action) if each.code == "MJ0421"]
    assert [marked(each) for each in said] == named
    assert all(each.severity == "warning" for each in said)


def test_a_name_in_a_line_or_in_a_props_name_is_no_presence() -> None:
    props = "props: {沈昭玉佩: {text: 赠沈昭}}\n"
    shot = "id: s01, seconds: 5, characters: [沈如烟], props: [沈昭玉佩], action: 沈如烟捡起沈昭玉佩，上面刻的是赠沈昭"
    assert found(shot + ", say: [{沈如烟: 沈昭？}, {沈昭(画外): 是我。}]", more=props) == []


def test_a_handle_of_latin_letters_is_no_word_of_an_english_text() -> None:
    people = "characters:\n  doctor: {name: Anna}\n  bo: {name: Bo}\nscenes:\n  hall: {}\n"
    shots = ("characters: [bo], action: Bo opens the doctor's bag", "characters: [bo], action: Anna's hand takes it")
    said = found(*(f"id: s{n}, seconds: 5, {shot}" for n, shot in enumerate(shots)), people=people)
    assert [(each.code, marked(each)) for each in said] == [("MJ0421", "Anna")]


def test_a_name_in_another_name_is_said_once_where_the_longer_one_is_used() -> None:
    people = "characters:\n  林: {}\n  小林: {}\nscenes:\n  正厅: {}\n"
    shots = [f"id: s{n}, seconds: 5, characters: [小林], action: 小林推门" for n in (1, 2)]
    assert [(each.code, each.severity) for each in found(*shots, people=people)] == [("MJ0420", "hint")]
    assert found("id: s1, seconds: 5, characters: [林], action: 推门", people=people) == []


@pytest.mark.parametrize(
    ("characters", "codes_"),
    [("沈昭, 沈如烟, 周岚", ["MJ0422"]), ("沈昭, 沈如烟, 宾客", []), ("沈昭, 沈如烟", [])],
)
def test_two_people_are_the_most_and_crowds_do_not_count(characters: str, codes_: list[str]) -> None:
    people = PEOPLE.replace("scenes:", "  周岚: {}\nscenes:")
    shot = f"id: s01, seconds: 5, framing: 全景, characters: [{characters}], action: 对峙"
    assert codes(tuple(found(shot, people=people))) == codes_


@pytest.mark.parametrize(
    ("framing", "line", "codes_"),
    [
        ("特写", "沈昭: 是我。", ["MJ0423"]),
        ("近景", "沈昭: 是我。", ["MJ0423"]),
        ("中景", "沈昭: 是我。", []),
        ("特写", "沈昭(心声): 是我。", []),
        ("特写", "旁白: 是她。", []),
    ],
)
def test_a_second_face_beside_a_speaker_is_a_hint_in_a_close_picture(
    framing: str, line: str, codes_: list[str]
) -> None:
    shot = f"id: s01, seconds: 5, framing: {framing}, characters: [沈昭, 沈如烟], action: 对视, say: [{{{line}}}]"
    assert codes(tuple(found(shot))) == codes_


@pytest.mark.parametrize(
    ("characters", "action", "said"),
    [
        ("沈昭", "沈昭回头，一头金发散开", ["金发"]),
        ("沈昭", "银发飘动", ["银发"]),
        ("沈昭", "短发被风吹起", ["短发"]),
        ("沈昭/囚衣", "穿着靴子跑过雪地", ["靴子"]),
        ("沈昭/红裙", "赤足走过", ["赤足"]),
        ("沈昭/红裙", "白裙拖过地面", ["白裙"]),
        ("沈昭", "右眼下的泪痣一闪", ["右眼下的泪痣"]),
        ("沈昭, 沈如烟", "沈如烟看着沈昭的金发", ["金发"]),
        ("沈昭, 沈如烟", "沈如烟看着金发的沈昭", ["金发"]),
        ("沈昭", "黑发散开", []),
        ("沈昭", "红着眼看过来", []),
        ("沈昭", "戴上金发假发", []),
        ("沈昭", "剪成短发", []),
        ("沈昭", "银发老人递来一盏灯", []),
        ("沈昭", "金发的士兵走过", []),
        ("沈昭, 沈如烟", "金发一闪", []),
        ("沈如烟", "黑发垂落", []),
        ("沈昭", "红发带飘起", []),
        ("沈昭", "脸色发白，眼前发黑", []),
        ("沈昭/囚衣", "脱下靴子", []),
        ("沈昭/囚衣", "狱卒的靴子停在面前", []),
        ("沈昭", "摘下面纱", []),
        ("沈昭", "白衣黑发，立在雪中", []),
        ("沈昭", "画上写着「金发」", []),
        ("沈昭/红裙", "脱掉靴子，赤足跑进雪里", []),
        ("沈昭/囚衣", "一双皮靴停在她面前", []),
        ("沈昭/红裙", "白裙的侍女排成两列", []),
        ("沈昭", "镜子里，一头银发", []),
    ],
)
def test_an_action_that_contradicts_a_trait_is_found_and_nothing_else(
    characters: str, action: str, said: list[str]
) -> None:
    contradictions = [each for each in of(characters, action) if each.code == "MJ0425"]
    assert [marked(each) for each in contradictions] == said


@pytest.mark.parametrize(
    ("characters", "action", "said"),
    [
        ("林晚", "林晚穿着红裙", ["红裙"]),
        ("林晚", "穿白大褂的林晚推门", ["白大褂"]),
        ("林晚", "她身着黑色西装走来", ["黑色西装"]),
        ("林晚", "林晚穿着一条红色的长裙", ["一条红色的长裙"]),
        ("林晚, 苏青", "林晚看着穿红裙的苏青", ["红裙"]),
        ("林晚", "wearing a red dress, 林晚", ["a red dress"]),
        ("林晚", "林晚穿着雨衣跑过街口", []),
        ("林晚", "林晚穿着白衬衫和拖鞋", []),
        ("林晚", "林晚换上红裙", []),
        ("林晚", "林晚穿上大衣", []),
        ("林晚", "林晚没有穿红裙", []),
        ("林晚", "一件红裙挂在墙上，林晚穿过挂满裙子的走廊", []),
        ("林晚", "林晚看着穿红裙的女人", []),
        ("林晚", "穿西装的男人走向林晚", []),
        ("林晚, 苏青", "苏青穿着大衣，林晚抬头", []),
        ("林晚/礼服", "林晚穿着红裙", []),
        ("林晚/礼服", "林晚穿着雨衣", ["雨衣"]),
        ("看门人", "看门人穿着大衣", []),
    ],
)
def test_a_garment_that_is_worn_beside_the_clothes_that_are_fixed_is_found(
    characters: str, action: str, said: list[str]
) -> None:
    people = (
        "characters:\n  林晚: {traits: {发: 短发, 服装: 墨绿雨衣}, looks: {礼服: {服装: 红色长裙}}}\n"
        "  苏青: {traits: {服装: 灰色大衣}}\n  看门人: {traits: {配饰: 裙摆上的银铃}}\nscenes:\n  正厅: {}\n"
    )
    shot = f'id: s01, seconds: 5, characters: [{characters}], action: "{action}"'
    assert [marked(each) for each in found(shot, people=people) if each.code == "MJ0425"] == said


ASKED = (
    "manju: 1\ntheme: 雨夜\nformat: {seconds: 10}\nlimits: {shots: {min: 1, max: 3}, shot_seconds: {max: 10}}\n"
    "characters: {lin: {name: 林澈, traits: {发色: 银灰短发, 服装: 深蓝校服}, age: 18}}\nscenes: {hall: {}}\n"
)


def answered(characters: str = "", action: str = "林澈推门", drama: str = ASKED) -> list[tuple[str, str]]:
    text = f"manju_script: 1\ncharacters: [{characters}]\nshots:\n"
    text += f"  - {{id: s01, seconds: 10, characters: [lin], action: {action}}}\n"
    return [(each.code, each.severity) for each in front.script(text, drama, mend=True)[1]]


def test_a_models_script_that_changes_fixed_looks_goes_back_to_it() -> None:
    assert answered() == []
    assert answered(action="林澈甩动金发") == [("MJ0425", "error")]
    assert answered("{id: lin, traits: {发色: 黑色短发}}") == [("MJ0426", "error")]
    assert answered("{id: x, name: 林澈, traits: {头发: 及腰长发}}") == [("MJ0426", "error")]
    assert answered("{id: lin, traits: {发色: 银灰短发, 瞳色: 琥珀色}}") == []


def test_a_pupil_whom_a_model_invents_is_of_age() -> None:
    open_cast = ASKED.replace("limits: {", "limits: {characters: {max: 2}, ")
    assert answered("{id: a, age: 20, traits: {服装: 白色校服}}", drama=open_cast) == []
    assert answered("{id: a, traits: {服装: 白色校服}}", drama=open_cast) == [("MJ0424", "error")]


@pytest.mark.parametrize(
    ("entry", "codes_"),
    [
        ("{traits: {服装: 深蓝校服}}", ["MJ0424"]),
        ("{age: 16, traits: {服装: 学生装}}", ["MJ0424"]),
        ("{role: 高中生, traits: {服装: 深色制服}}", ["MJ0424"]),
        ("{looks: {上学: {服装: 校服}}}", ["MJ0424"]),
        ("{age: 18, traits: {服装: 深蓝校服}}", []),
        ("{role: 乘务员, traits: {服装: 深绿乘务员制服}}", []),
        ("{age: 15, traits: {服装: 布衣}}", []),
    ],
)
def test_a_school_uniform_wants_an_adult(entry: str, codes_: list[str]) -> None:
    assert codes(front.spec(BEGIN + f"characters:\n  林澈: {entry}\n")[1]) == codes_


@pytest.mark.parametrize(
    ("seconds", "lines", "codes_"),
    [
        (2, "沈昭: 一二三四五六七八九", []),
        (1.9, "沈昭: 一二三四五六七八九", ["MJ0430"]),
        (2.3, "沈昭: 一二三四五，沈如烟", []),
        (1.9, "{沈昭: 一二三四}, {旁白: 五六七八}", ["MJ0430"]),
        (2.1, "{沈昭: 一二三四}, {旁白: 五六七八}", []),
        (2, "沈昭: I am still here now", []),
        (1.8, "沈昭: I am still here now", ["MJ0430"]),
        (1.9, "沈昭(心声): 一二三四五六七八九", ["MJ0430"]),
        (1, "沈昭: ……", []),
    ],
)
def test_lines_fit_into_their_shot(seconds: float, lines: str, codes_: list[str]) -> None:
    given = lines if lines.startswith("{") else f"{{{lines}}}"
    shot = f"id: s01, seconds: {seconds}, framing: 中景, characters: [沈昭, 沈如烟], action: 对视, say: [{given}]"
    assert codes(tuple(found(shot))) == codes_


@pytest.mark.parametrize(
    ("line", "direction"),
    [
        ("（哽咽）我没事。", "哽咽"),
        ("(half-whispering) go", "half-whispering"),
        ("（冷笑，压低声音）滚", "冷笑，压低声音"),
        ("【OS】他来了", "OS"),
        ("（沉默）", "沉默"),
        ("（停顿2秒，苦笑……）go", "停顿2秒，苦笑……"),
        ("【任务完成】恭喜宿主", ""),
        ("[系统] 检测到入侵", ""),
        ("（1）不许迟到", ""),
        ("（一）不许迟到", ""),
        ("（2024年）那一年下着雨", ""),
        ("（谁在那里？）没有人应", ""),
        ("(un)lucky again", ""),
        ("我（其实）没事", ""),
    ],
)
def test_of_what_a_line_begins_with_in_brackets_only_a_manner_is_told(line: str, direction: str) -> None:
    said = of("沈昭", "抬眼", f", say: [{{who: 沈昭, line: '{line}'}}]")
    assert [marked(each) for each in said if each.code == "MJ0442"] == [direction] * bool(direction)


def test_a_thought_may_stand_in_brackets_as_a_whole() -> None:
    assert of("沈昭", "抬眼", ", say: [{沈昭(心声): （他怎么会在这里）}]") == []


def test_a_trim_takes_time_from_the_lines_too() -> None:
    shot = "id: s01, seconds: 3, characters: [沈昭], action: 抬头, say: [{沈昭: 一二三四五六七八九}]"
    assert found(shot) == []
    (said,) = found(shot, more="trim: {s01: {from: 1.5}}\n")
    assert said.code == "MJ0430"
    assert [str(note) for note in said.notes] == ["they take about 2 s, the shot has 1.5 s"]


TWO = (
    "id: s01, seconds: 4, characters: [沈昭], action: 推门",
    "id: s02, seconds: 4, characters: [沈如烟], action: 回头",
)


@pytest.mark.parametrize(
    ("more", "code", "text"),
    [
        ("hook: {shot: s02}", "MJ0432", "s02"),
        ("hook: {shot: s1}", "MJ0316", "s1"),
        ("cover: {shot: s03}", "MJ0316", "s03"),
        ("cliffhanger: s09", "MJ0316", "s09"),
        ("cliffhanger: s01", "MJ0433", "s01"),
        ("trim: {s08: {from: 1}}", "MJ0316", "s08"),
        ("trim: {s01: {from: 2, to: 2}}", "MJ0434", "2"),
        ("trim: {s01: {from: 4}}", "MJ0434", "4"),
        ("trim: {s01: {to: 5}}", "MJ0434", "5"),
        ("trim: {s02: {to: 6.5}}", "MJ0434", "6.5"),
        ("fix: {s01: {camera: 推}}", "MJ0435", "fix"),
    ],
)
def test_what_is_said_of_shots_that_cannot_be(more: str, code: str, text: str) -> None:
    (said,) = found(*TWO, more=more + "\n")
    assert (said.code, marked(said)) == (code, text)


@pytest.mark.parametrize(
    "more",
    [
        "hook: {shot: s02, within: 4}",
        "hook: {shot: s02}\ntrim: {s01: {from: 1}}",
        "hook: {shot: s01}",
        "cliffhanger: s02",
        "cover: {shot: s02, text: 她}",
        "trim: {s01: {from: 1, to: 4}}",
        "trim: {s02: {to: 6}}",
    ],
)
def test_what_is_said_of_shots_that_can_be_passes_in_silence(more: str) -> None:
    assert found(*TWO, more=more + "\n") == []


def test_cards_may_follow_a_cliffhanger_and_be_as_long_as_they_like() -> None:
    more = "cliffhanger: s02\ntrim: {s03: {to: 9}}\n"
    assert found(*TWO, "id: s03, seconds: 1, card: 未完待续", more=more) == []


@pytest.mark.parametrize(
    ("shot", "keys"),
    [
        ("card: 三年后, action: 下雪", ["action"]),
        ("card: 三年后, characters: [沈昭], framing: 近景", ["framing", "characters"]),
        ("card: 三年后, caption: 春, say: [{旁白: 春天}]", []),
        ("use: drama/s01, visuals: 雪, characters: [沈昭]", ["visuals", "characters"]),
        ("use: drama/s01, caption: 三年前, characters: [沈昭], say: [{沈昭: 走。}]", []),
    ],
)
def test_keys_of_a_shot_that_is_not_bought(shot: str, keys: list[str]) -> None:
    said = found(TWO[0], f"id: s02, seconds: 4, {shot}")
    assert [(each.code, each.severity) for each in said] == [("MJ0436", "warning")] * len(keys)
    assert sorted(map(marked, said)) == sorted(keys)


def test_what_a_part_says_for_all_its_shots_is_no_slip_of_one() -> None:
    parts = (
        "parts:\n  - at: 正厅\n    characters: [沈昭]\n    framing: 近景\n    shots:\n"
        "      - {id: s01, seconds: 4, action: 推门}\n      - {id: s02, seconds: 4, use: drama/s01}\n"
    )
    said = front.spec(BEGIN + PEOPLE + parts)[1]
    assert not set(codes(said)) & {"MJ0436", "MJ0439"}


@pytest.mark.parametrize(
    ("use", "code"),
    [
        ("s01", "MJ0207"),
        ("drama/s02", "MJ0439"),
        ("drama/s03", "MJ0439"),
        ("drama/s04", "MJ0439"),
        ("drama/s9", "MJ0316"),
        ("ep01/s01", "MJ0317"),
    ],
)
def test_a_shot_that_cannot_be_shown_again(use: str, code: str) -> None:
    more = ("id: s03, seconds: 1, card: 三年后", "id: s04, seconds: 2, use: drama/s02")
    said = found(TWO[0], f"id: s02, seconds: 4, use: {use}", *more)
    assert [each.code for each in said if marked(each) == use] == [code]


def test_one_clip_shows_one_look_and_one_time() -> None:
    looks = (
        "id: s01, seconds: 4, characters: [沈昭], action: 推门",
        "id: s02, seconds: 4, characters: [沈昭/囚衣], action: 跪下",
    )
    assert codes(tuple(found(*looks))) == ["MJ0428"]
    card = "id: c1, seconds: 1, card: 三年后"
    assert found(looks[0], card, looks[1]) == []
    times = "scenes:\n  正厅: {at: {夜: {light: 烛火}}}\n"
    places = [f"id: s0{n}, seconds: 4, scene: {place}, action: 空镜" for n, place in enumerate(("正厅", "正厅/夜"))]
    assert codes(tuple(found(*places, people=times))) == ["MJ0428"]


def test_seconds_that_are_bought_and_cut_away_are_counted_and_priced() -> None:
    shots = "shots:\n  - {id: s01, seconds: 6, scene: 正厅, action: 空镜}\n"
    _, (said,) = front.spec(BEGIN + "scenes: {正厅: {}}\n" + shots)
    assert (said.code, said.severity) == ("MJ0429", "hint")
    assert str(said.message) == "of the 10 s bought for these shots, 4 s are cut away"
    assert front.spec(BEGIN + "scenes: {正厅: {}}\n" + shots.replace("6", "9"))[1] == ()
    assert front.spec(BEGIN + "scenes: {正厅: {}}\n" + shots.replace("seconds: 6", "seconds: 1, card: 夜"))[1] != ()


def test_what_is_cut_away_has_a_price_where_the_model_has_one(tmp_path: Path) -> None:
    path = tmp_path / "drama.yaml"
    shots = "scenes: {正厅: {}}\nshots: [{id: s01, seconds: 4, action: 空镜}]\n"
    path.write_text(BEGIN + "models: {video: veo3.1-fast}\n" + shots, encoding="utf-8")
    (said,) = (each for each in frontend.check(project.find(str(path))) if each.code == "MJ0429")
    assert [str(note) for note in said.notes] == [
        "clips of `veo3.1-fast` for 1 shot: 8 s",
        "what is cut away costs about ¥0.1",
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("format: {seconds: {min: 5.55, max: 60}}\n", "MJ0404"),
        ("format: {seconds: {min: 5, max: 60.05}}\n", "MJ0404"),
        ("models: {video: veo3.1}\nformat: {seconds: 40}\nlimits: {shot_seconds: {min: 9, max: 12}}\n", "MJ0431"),
        ("limits: {shots: {min: 2, max: 3}, scenes: {min: 4, max: 5}, shot_seconds: {max: 5}}\n", "MJ0431"),
        ("format: {seconds: {min: 90, max: 60}}\n", "MJ0408"),
    ],
)
def test_counts_that_no_model_can_keep(text: str, code: str) -> None:
    assert codes(front.spec(BEGIN + text)[1]) == [code]


def test_without_a_theme_a_text_model_has_nothing_to_write() -> None:
    (said,) = front.spec("manju: 1\ntitle: 雨夜\n")[1]
    assert (said.code, marked(said)) == ("MJ0202", "manju: 1")
    assert "theme" not in str(front.spec("manju: 1\ntitle: 雨夜\nscript: s.yaml\n")[1])


DRAMA = "manju: 1\ntheme: 雨夜\ncharacters: {林澈: {}}\nscenes: {走廊: {}}\nepisodes: episodes/*.yaml\n"
SHOTS = "shots:\n  - {id: s01, seconds: 8, characters: [林澈], action: 林澈推门}\n"


def test_whatever_no_episode_uses_is_left_over_once_all_are_written(tmp_path: Path) -> None:
    drama = DRAMA.replace("林澈: {}", "林澈: {looks: {雨衣: {服装: 黄雨衣}}}, 周岚: {}, 旁白: {seen: false}")
    drama = drama.replace("走廊: {}", "走廊: {at: {夜: {light: 月光}}}, 天台: {}") + "props: {校徽: {}, 伞: {}}\n"
    shots = SHOTS.replace("action", "scene: 走廊, props: [伞], say: [{旁白: 雨。}], action")
    said = folder(tmp_path, drama, ep01=shots)
    left = {"周岚", "雨衣", "夜", "天台", "校徽"}
    assert {marked(each) for each in said} == left
    assert {each.code for each in said} == {"MJ0427"}
    shot = "id: s01, seconds: 8, scene: 走廊/夜, characters: [林澈/雨衣, 周岚], props: [校徽], action: 停住"
    more = f"shots:\n  - {{{shot}}}\n"
    assert {marked(each) for each in folder(tmp_path, drama, ep01=shots, ep02=more)} == {"天台"}
    assert folder(tmp_path, drama + "format: {seconds: 8}\n", ep01=shots, ep02="logline: 雨停了\n") == []


def test_frozen_episodes_use_what_they_use(tmp_path: Path) -> None:
    assert folder(tmp_path, DRAMA + "frozen: [ep01]\n", ep01=SHOTS) == []


def test_what_is_said_of_a_generated_shot_is_held_against_the_script_as_soon_as_it_is_there(tmp_path: Path) -> None:
    path = tmp_path / "drama.yaml"
    shots = [{"id": "s01", "seconds": 8, "action": "雨"}]
    said = {}
    for more in ("cliffhanger: s01", "cliffhanger: s02", "trim: {s01: {from: 12}}", "hook: {shot: s01}"):
        path.write_text(BEGIN + "scenes: {正厅: {}}\n" + more + "\n", encoding="utf-8")
        program = frontend.load(project.find(str(path)), preview=True)
        store = Store(program.project.store)
        with store.writing():
            blob = now(store.put(canonical({"shots": shots})))
        try:
            program.read_script(store, EpisodeId("drama"), (Artifact("script", blob, "application/json", 1),))
        except SpecRefused as refused:
            said[more] = codes(refused.diagnostics)
    assert said == {"cliffhanger: s02": ["MJ0316"], "trim: {s01: {from: 12}}": ["MJ0434"]}


def test_what_is_included_serves_others_too(tmp_path: Path) -> None:
    (tmp_path / "cast.yaml").write_text("manju_include: 1\ncharacters: {周岚: {}}\n", encoding="utf-8")
    assert folder(tmp_path, DRAMA + "include: cast.yaml\n", ep01=SHOTS) == []


@pytest.mark.parametrize(
    ("drama", "episode", "code", "severity"),
    [
        (DRAMA + "frozen: [ep1]\n", SHOTS, "MJ0317", "error"),
        (DRAMA + "limits: {shots: {max: 9}}\n", SHOTS, "MJ0413", "warning"),
        (DRAMA + "hook: {shot: s01}\n", SHOTS, "MJ0437", "warning"),
        (DRAMA + "shots: [{seconds: 8, id: s01, action: 雨}]\n", SHOTS, "MJ0437", "error"),
        (DRAMA, "theme: 校徽\n" + SHOTS, "MJ0437", "warning"),
        (DRAMA, "so_far: [雨停了]\n" + SHOTS, "MJ0437", "warning"),
        (DRAMA, "logline: 雨\n", "MJ0202", "error"),
        (DRAMA.replace("theme: 雨夜\n", "format: {seconds: 8}\n"), "logline: 雨\n", "MJ0202", "error"),
        (DRAMA + "format: {seconds: 8}\n", "fix: {s01: {use: ep07/s01}}\n", "MJ0317", "error"),
        (DRAMA + "format: {seconds: 8}\n", "fix: {s01: {use: ep01/s02, camera: 推}}\n", "MJ0436", "warning"),
        (DRAMA, SHOTS + "  - {id: s02, seconds: 4, use: ep02/s01}\n", "MJ0317", "error"),
    ],
)
def test_what_only_a_whole_series_knows(tmp_path: Path, drama: str, episode: str, code: str, severity: str) -> None:
    assert [(each.code, each.severity) for each in folder(tmp_path, drama, ep01=episode)] == [(code, severity)]


def test_the_past_is_told_by_loglines(tmp_path: Path) -> None:
    drama = DRAMA + "format: {seconds: 8}\n"
    (said,) = folder(tmp_path, drama, ep01=SHOTS, ep02="logline: 雨停了\n" + SHOTS, ep03="so_far: true\n")
    assert (said.code, str(said.message)) == ("MJ0440", "`so_far` tells nothing of `ep01`")
    assert (
        folder(tmp_path, drama, ep01="logline: 雨\n" + SHOTS, ep02="logline: 停\n" + SHOTS, ep03="so_far: true\n") == []
    )


@pytest.mark.parametrize("name", ["handwritten.yaml", "detective.yaml", "theme-only.yaml", "zhumen/zhumen.yaml"])
def test_shipped_specs_give_no_cause_for_any_of_this(name: str) -> None:
    said = frontend.check(project.find(str(front.ROOT / "specs" / name)))
    assert not {each.code for each in said} & (MINE | OF_SERIES)
