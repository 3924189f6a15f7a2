"""The preview relay: what it draws, writes and films, and how it answers over HTTP."""

import asyncio
import base64
import io
import json
import os
import select
import shutil
import socket
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat
from pixels import painted, share_of
from talking import progress, talk_to

from manjuc.media import ffmpeg, probe_clip
from manjuc.preview.app import PreviewRelay
from manjuc.preview.belongings import thing_of
from manjuc.preview.cells import own_cells
from manjuc.preview.draw import draw_picture, draw_shot
from manjuc.preview.look import look_of
from manjuc.preview.painters import Painters
from manjuc.preview.palette import colour_in, colours_in
from manjuc.preview.reading import Person, Place, Prop, Shot, read_storyboard
from manjuc.preview.server import bind
from manjuc.preview.setting import icon_of, light_side, setting_of
from manjuc.preview.staging import frame_of
from manjuc.preview.story import write_script
from manjuc.preview.theme import reads_as_name

DETECTIVE = "雨夜的赛博校园里，一枚发光校徽失窃。转学生侦探要在十秒之内找出真凶。"
POSTMAN = "海底小镇的最后一位邮差，要在灯塔熄灭之前，把一封迟到三十年的信送到守塔人手里。"
LINCHE = {"id": "linche", "name": "林澈", "role": "转学生侦探，冷静寡言"}
CORRIDOR = {"id": "corridor", "name": "赛博校园走廊"}
THREE_VIEWS = """生成一张图片：漫剧角色的三视图设定稿。

角色：林澈
固定特征：
- 发色：银灰短发，左侧一缕电光蓝挑染
- 瞳色：琥珀色
- 服装：深蓝立领校服，银色滚边
"""
SCENE = """生成一张图片：漫剧的空场景设定图，画面里没有任何人物。

场景：赛博校园走廊
光线：左侧霓虹公告栏打来的冷色侧光
色调：蓝紫低饱和
标志物：霓虹公告栏、自动售货机、雨夜反光地面
"""
SHEET = """生成一张图片：漫剧的分镜联络表，2 列 × 1 行的等大网格，共 2 格，从左到右、从上到下排列。

画幅：每格 16:9

格 1：
景别：特写
机位：推
场景：走廊
色调：蓝紫
动作：林澈抬眼
人物：林澈（发色：银灰短发｜瞳色：琥珀色）

格 2：
景别：全景
机位：固定
场景：天台
色调：橙红
动作：林澈站着
人物：林澈（发色：银灰短发｜瞳色：琥珀色）
"""
SHOT = "Shot {}:\nduration: {}sec\nScene: 动作：空无一人；景别：大全景；机位：{}；场景：街道；色调：{}"
STORYBOARD = "\n\n".join(
    (SHOT.format(1, "0.5", "固定", "朱红"), SHOT.format(2, "0.8", "推", "墨绿"), SHOT.format(3, "0.7", "摇", "明黄"))
)


def brief_of(theme: str = DETECTIVE, seconds: str = "10", **fields: Any) -> str:
    brief = {
        "theme": theme,
        "language": "zh-CN",
        "seconds": seconds,
        "shots": {"min": 9, "max": 12},
        "shot_seconds": {"min": "0.5", "max": "2"},
        "require": ["结尾揭晓真凶"],
        "avoid": [],
        "characters": {"wanted": {"min": 1, "max": 1}, "given": [LINCHE]},
        "scenes": {"wanted": {"min": 1, "max": 1}, "given": [CORRIDOR]},
        **fields,
    }
    text = json.dumps(brief, ensure_ascii=False, indent=2)
    return f"把下面的设定写成一部漫剧的分镜脚本。\n\n设定：\n{text}\n\n写法：\n- 随意。\n"


def script_of(prompt: str) -> dict[str, Any]:
    script = json.loads(write_script(prompt))
    assert isinstance(script, dict)
    return script


async def finished(client: httpx.AsyncClient, task_id: str) -> dict[str, Any]:
    """How a job ends; until then it has no result."""
    while True:
        state = (await client.get(f"/v2/videos/generations/{task_id}")).json()
        if state["status"] in ("SUCCESS", "FAILURE"):
            return dict(state)
        assert state["data"] is None
        await progress()


def video_body(**fields: Any) -> dict[str, Any]:
    body = {"prompt": STORYBOARD, "model": "preview/sora-2", "aspect_ratio": "16:9", "hd": False, "duration": "2"}
    return {**body, **fields}


def assert_keeps(
    script: dict[str, Any], seconds: str, shots: tuple[int, int], shot_seconds: tuple[float, float]
) -> None:
    tenths = [round(shot["seconds"] * 10) for shot in script["shots"]]
    assert all(abs(shot["seconds"] * 10 - whole) < 1e-9 for shot, whole in zip(script["shots"], tenths, strict=True))
    assert sum(tenths) == round(float(seconds) * 10)
    assert shots[0] <= len(tenths) <= shots[1]
    assert all(shot_seconds[0] * 10 - 1e-6 <= whole <= shot_seconds[1] * 10 + 1e-6 for whole in tenths)
    for shot, whole in zip(script["shots"], tenths, strict=True):
        assert all(len(say["line"]) * 10 <= 4 * whole for say in shot["say"])


class TestStory:
    def test_the_detective_keeps_to_its_brief_and_speaks_of_its_theme(self) -> None:
        script = script_of(brief_of())
        assert_keeps(script, "10", (9, 12), (0.5, 2))
        assert script["characters"] == script["scenes"] == []
        assert [shot["id"] for shot in script["shots"]][:2] == ["s01", "s02"]
        told = "".join(shot["action"] + shot["visuals"] for shot in script["shots"])
        assert all(word in told for word in ("发光校徽", "林澈", "赛博校园走廊", "真凶"))
        assert 3 <= sum(len(shot["say"]) for shot in script["shots"]) <= 5
        assert script["shots"][0]["seconds"] <= 1

    def test_what_the_author_left_open_is_invented_inside_the_limits(self) -> None:
        open_cast = {"wanted": {"min": 1, "max": 3}, "given": []}
        script = script_of(brief_of(POSTMAN, characters=open_cast, scenes=open_cast))
        people = {one["id"] for one in script["characters"]}
        places = {one["id"] for one in script["scenes"]}
        assert 1 <= len(people) <= 3
        assert 1 <= len(places) <= 3
        assert all(
            one["age"] >= 18 and {"发色", "瞳色", "服装", "配饰"} <= set(one["traits"]) for one in script["characters"]
        )
        assert all(one["light"] and one["tone"] and one["props"] for one in script["scenes"])
        for shot in script["shots"]:
            assert set(shot["characters"]) <= people
            assert shot["scene"] in places
            assert {say["who"] for say in shot["say"]} <= people
        assert script["scenes"][0]["name"] == "海底小镇"
        assert script["characters"][1]["role"] == "守塔人"

    @pytest.mark.parametrize(
        ("seconds", "shots", "lengths"),
        [
            ("10", (1, 1), ("10", "10")),
            ("90", (30, 60), ("0.5", "4")),
            ("6.3", (7, 9), ("0.7", "0.9")),
            ("60", (60, 60), ("1", "1")),
        ],
    )
    def test_unusual_limits_are_kept_too(self, seconds: str, shots: tuple[int, int], lengths: tuple[str, str]) -> None:
        limits: dict[str, Any] = {"shots": {"min": shots[0], "max": shots[1]}}
        script = script_of(brief_of(seconds=seconds, shot_seconds={"min": lengths[0], "max": lengths[1]}, **limits))
        assert_keeps(script, seconds, shots, (float(lengths[0]), float(lengths[1])))

    @settings(max_examples=60)
    @given(
        lengths=st.tuples(st.integers(1, 40), st.integers(0, 40)),
        counts=st.tuples(st.integers(1, 30), st.integers(0, 10)),
        where=st.floats(0, 1),
    )
    def test_every_brief_that_can_be_kept_is_kept(
        self, lengths: tuple[int, int], counts: tuple[int, int], where: float
    ) -> None:
        low, high = lengths[0], sum(lengths)
        least, most = counts[0], sum(counts)
        tenths = low * least + int(where * (high * most - low * least))
        # Between two numbers of shots there can be lengths of film that no number of shots reaches.
        if not any(low * n <= tenths <= high * n for n in range(least, most + 1)):
            return
        limits: dict[str, Any] = {
            "shots": {"min": least, "max": most},
            "shot_seconds": {"min": str(low / 10), "max": str(high / 10)},
        }
        script = script_of(brief_of(seconds=str(tenths / 10), **limits))
        assert_keeps(script, str(tenths / 10), (least, most), (low / 10, high / 10))

    def test_a_novel_and_what_came_before_leave_the_brief_what_it_is(self) -> None:
        limits: dict[str, Any] = {"shots": {"min": 12, "max": 30}, "shot_seconds": {"min": "1", "max": "3"}}
        before = brief_of(POSTMAN, "30", **limits, so_far=["他收到一封信。"])
        novel = "原著（改编这一段）：\n他说：{“写法：”}\n写法：\n}\n\n写法：\n"
        script = script_of(before.replace("写法：\n", novel))
        assert script == script_of(brief_of(POSTMAN, "30", **limits))
        assert_keeps(script, "30", (12, 30), (1, 3))
        assert script["characters"] == script["scenes"] == []

    @pytest.mark.parametrize("first", [True, False])
    def test_a_narrator_is_heard_and_a_crowd_is_never_the_hero(self, first: bool) -> None:
        heard, many = {"id": "旁白", "name": "旁白", "seen": False}, {"id": "路人", "name": "路人", "crowd": True}
        given = [heard, many, LINCHE] if first else [LINCHE, many, heard]
        script = script_of(brief_of(POSTMAN, characters={"wanted": {"min": 3, "max": 3}, "given": given}))
        shots = script["shots"]
        assert not any("旁白" in shot["action"] + shot["visuals"] or "旁白" in shot["characters"] for shot in shots)
        assert shots[2]["characters"] == ["linche"]
        voices = [(say["who"], say["as"], shot["characters"]) for shot in shots for say in shot["say"]]
        assert ("旁白", "off", []) in voices
        assert all(who != "旁白" or as_ == "off" for who, as_, _ in voices)

    def test_a_story_whose_only_given_one_is_a_narrator_invents_whom_it_shows(self) -> None:
        given = [{"id": "n", "name": "旁白", "role": "", "seen": False}]
        script = script_of(brief_of(POSTMAN, characters={"wanted": {"min": 1, "max": 3}, "given": given}))
        assert [one["role"] for one in script["characters"]] == ["邮差"]
        assert "n" not in {id for shot in script["shots"] for id in shot["characters"]}

    @pytest.mark.parametrize(
        "prompt",
        ["", "讲个故事", "设定：\n{]\n\n写法：\n", "设定：\n[1]\n\n写法：\n", brief_of("", shots="?", characters=3)],
    )
    def test_an_unreadable_brief_still_gets_a_small_story(self, prompt: str) -> None:
        script = script_of(prompt)
        assert sum(round(shot["seconds"] * 10) for shot in script["shots"]) == 100

    def test_a_repair_round_is_answered_from_the_first_message(self, tmp_path: Path) -> None:
        messages = [{"role": "system", "content": "…"}, {"role": "user", "content": brief_of()}]
        repair = [*messages, {"role": "assistant", "content": "{"}, {"role": "user", "content": "请修正"}]

        async def talk(client: httpx.AsyncClient) -> list[dict[str, Any]]:
            bodies = ({"model": "preview/gemini", "messages": asked} for asked in (messages, repair))
            return [(await client.post("/v1/chat/completions", json=body)).json() for body in bodies]

        first, second = talk_to(PreviewRelay(tmp_path), talk)
        assert first == second
        assert first["choices"][0]["finish_reason"] == "stop"
        assert json.loads(first["choices"][0]["message"]["content"]) == script_of(brief_of())


ODD_THEMES = (
    "外星人在菜市场卖豆腐",
    "一只会说话的猫想当宇航员",
    "The last lighthouse keeper",
    "两只狐狸争夺一座山头",
    "一条狗等了主人十年",
    "皇帝今天也不想上朝",
    "末日之后，最后一本书的主人是一只老鼠",
    "把一只",
    "🚀🌙",
)


class TestOddThemes:
    @pytest.mark.parametrize(
        ("theme", "title"),
        [
            (POSTMAN, "邮差与那封信"),
            (DETECTIVE, "发光校徽谜案"),
            ("外星人在菜市场卖豆腐", "外星人与豆腐"),
            ("一只会说话的猫想当宇航员", "猫的微光"),
            ("皇帝今天也不想上朝", "皇帝的微光"),
            ("The last lighthouse keeper", "无名之夜"),
            ("把一只", "无名之夜"),
        ],
    )
    def test_a_title_is_made_of_whole_words_or_is_neutral(self, theme: str, title: str) -> None:
        assert script_of(brief_of(theme))["title"] == title

    @pytest.mark.parametrize("theme", ODD_THEMES)
    def test_titles_names_and_lines_are_chinese_without_a_cut_word(self, theme: str) -> None:
        cast = {"wanted": {"min": 2, "max": 2}, "given": []}
        script = script_of(brief_of(theme, characters=cast, scenes=cast))
        named = [one[part] for one in script["characters"] for part in ("name", "role")]
        assert all(
            len(word) == 1 or reads_as_name(word) for word in (*named, *(one["name"] for one in script["scenes"]))
        )
        told = [shot[part] for shot in script["shots"] for part in ("action", "visuals")]
        lines = [say["line"] for shot in script["shots"] for say in shot["say"]]
        for text in (script["title"], *named, *told, *lines):
            assert not any(char.isascii() and char.isalnum() for char in text)
            assert not text.endswith(("一只", "一座", "一本", "那只", "只"))

    @pytest.mark.parametrize("word", ["只", "只当宇航员", "会说话", "最后一只", "keeper", "", "今天也不", "两只狐狸"])
    def test_a_word_that_was_cut_out_of_a_sentence_is_no_name(self, word: str) -> None:
        assert not reads_as_name(word)


def picture_of(prompt: str, aspect_ratio: str = "16:9", image_size: str = "1K") -> Image.Image:
    drawing = draw_picture(prompt, aspect_ratio, image_size)

    async def paint() -> bytes:
        painters = Painters()
        try:
            return await painters.paint(drawing.svg, drawing.zoom)
        finally:
            await painters.close()

    picture = Image.open(io.BytesIO(asyncio.run(paint())))
    picture.load()
    return picture.convert("RGB")


def data_url(colour: str) -> str:
    """A picture of one colour, as it goes along with a prompt."""
    out = io.BytesIO()
    Image.new("RGB", (64, 36), colour).save(out, "PNG")
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"


class TestPictures:
    def test_colour_words_are_read_longest_first(self) -> None:
        assert colours_in("银灰短发，左侧一缕电光蓝挑染") == (colour_in("银灰", ""), colour_in("电光蓝", ""))
        assert colours_in("青年在黄昏的金属门前") == ()

    @pytest.mark.parametrize(
        ("text", "side"),
        [("左侧的窗", "left"), ("逆光", "back"), ("右前方的灯", "right"), ("上方的光柱", "top"), ("", "top")],
    )
    def test_light_comes_from_where_it_is_said_to(self, text: str, side: str) -> None:
        assert light_side(text) == side

    def test_three_views_show_the_colours_of_the_traits_on_white(self) -> None:
        picture = picture_of(THREE_VIEWS)
        assert picture.size == (1280, 720)
        assert picture.getpixel((2, 2)) == (255, 255, 255)
        for word in ("银灰", "电光蓝", "深蓝", "琥珀"):
            assert share_of(picture, colour_in(word, ""), 0) > 0.0005, word

    @pytest.mark.parametrize(
        ("aspect_ratio", "image_size", "size"),
        [
            ("9:16", "1K", (720, 1280)),
            ("1:1", "1K", (1024, 1024)),
            ("4:3", "", (960, 720)),
            ("16:9", "2K", (2560, 1440)),
            ("?", "", (1280, 720)),
        ],
    )
    def test_pictures_have_the_size_of_their_ratio(
        self, aspect_ratio: str, image_size: str, size: tuple[int, int]
    ) -> None:
        assert picture_of(SCENE, aspect_ratio, image_size).size == size

    def test_a_contact_sheet_has_its_cells_side_by_side(self) -> None:
        picture = picture_of(SHEET)
        left, right = picture.crop((0, 180, 640, 540)), picture.crop((640, 180, 1280, 540))
        assert share_of(left, colour_in("银灰", ""), 30) > share_of(right, colour_in("银灰", ""), 30) > 0

    @pytest.mark.long
    @pytest.mark.parametrize(
        "said",
        [
            "参考图：\n- 图1：角色“甲”的三视图\n- 图2：镜头 2 的画面\n",
            "参考图：@Image1 是角色“甲”的三视图；@Image2 是镜头 2 的画面\n",
            "Reference pictures: picture 1 is 角色“甲”的三视图; picture 2 is 镜头 2 的画面\n",
            "参考图：\n- 图1：角色“甲”的三视图\n- 图2：格 2 的画面\n",
        ],
    )
    @pytest.mark.parametrize("place", ["image", "images", "talk"])
    def test_the_authors_own_picture_of_a_shot_is_found_among_those_that_go_along(self, said: str, place: str) -> None:
        pictures = [data_url("#00ff00"), data_url("#ff0000")]
        parts = [{"type": "image_url", "image_url": {"url": url}} for url in pictures]
        body = {"messages": [{"role": "user", "content": parts}]} if place == "talk" else {place: pictures}
        found = own_cells(said, body)
        assert list(found) == [2]
        assert own_cells(said, {place: pictures[:1]}) == own_cells(said, {}) == own_cells("", body) == {}
        assert own_cells(said, {"image": [pictures[0], "data:image/png;base64,AAAA"]}) == {}
        for bleed in (0.0, 0.1):
            frame = painted(draw_shot(Shot(Place("街")), 2, (320, 180), bleed, found[2]))
            assert share_of(frame, "#ff0000", 12) > 0.98

    @pytest.mark.parametrize("as_form", [False, True])
    def test_an_own_cell_is_seen_on_the_contact_sheet(self, tmp_path: Path, as_form: bool) -> None:
        prompt = SHEET.replace("画幅：", "参考图：\n- 图1：格 2 的画面\n画幅：")
        said = {"model": "preview/x", "prompt": prompt, "response_format": "b64_json"}
        file = base64.b64decode(data_url("#ff0000").partition(",")[2])

        async def ask(client: httpx.AsyncClient) -> bytes:
            if as_form:
                image = {"image": ("cell.png", file, "image/png")}
                answer = await client.post("/v1/images/edits", data=said, files=image)
            else:
                answer = await client.post("/v1/images/generations", json={**said, "image": [data_url("#ff0000")]})
            return base64.b64decode(answer.json()["data"][0]["b64_json"])

        picture = Image.open(io.BytesIO(talk_to(PreviewRelay(tmp_path), ask))).convert("RGB")
        left, right = picture.crop((0, 180, 640, 540)), picture.crop((640, 180, 1280, 540))
        assert share_of(left, "#ff0000", 12) < 0.01 < 0.8 < share_of(right, "#ff0000", 12)

    @pytest.mark.parametrize(
        "prompt",
        [
            "",
            "只有一句话",
            "三视图",
            "空场景",
            "分镜联络表\n格 1：\n",
            "<a>&\x01" * 200,
            "角色三视图\n角色：甲\n- 发色：\n- ：红",
        ],
    )
    def test_any_prompt_has_a_picture(self, prompt: str) -> None:
        assert picture_of(prompt).size == (1280, 720)


LIN = (
    ("发色", "银灰短发，左侧一缕电光蓝挑染"),
    ("服装", "深蓝立领校服，银色滚边"),
    ("标志", "左臂发光校徽臂章"),
)
XIAOYU = (("发色", "栗色齐肩短发，右侧别一枚红色发卡"), ("服装", "米白针织衫，藏青背带长裙"))
AZHOU = (("发色", "黑色短发"), ("服装", "深绿乘务员制服，铜扣，同色大檐帽"), ("配饰", "左手旧怀表"))


def sheet_of(traits: tuple[tuple[str, str], ...]) -> list[Image.Image]:
    """The front, the side and the back of a model sheet, each cut out."""
    lines = "\n".join(f"- {name}：{text}" for name, text in traits)
    picture = picture_of(f"生成一张图片：漫剧角色的三视图设定稿。\n\n角色：甲\n固定特征：\n{lines}\n")
    third = round(picture.width * 0.7 / 3)
    return [picture.crop((third * index, 0, third * (index + 1), 630)) for index in range(3)]


def paint_shot(shot: Shot, number: int = 1) -> Image.Image:
    return painted(draw_shot(shot, number, (1280, 720)))


def halves_of(picture: Image.Image, colour: str, middle: float | None = None) -> tuple[float, float]:
    at = round(picture.width / 2 if middle is None else middle)
    left, right = picture.crop((0, 0, at, picture.height)), picture.crop((at, 0, picture.width, picture.height))
    return share_of(left, colour, 40) * left.width, share_of(right, colour, 40) * right.width


class TestSides:
    """A figure's own left is on the right of a front view and on the left of a back view."""

    @pytest.mark.parametrize("mark", ["电光蓝", "#57d8ff"])
    def test_what_is_on_the_left_lies_right_in_the_front_and_left_in_the_back(self, mark: str) -> None:
        colour = mark if mark.startswith("#") else colour_in(mark, "")
        front, side, back = sheet_of(LIN)
        assert halves_of(front, colour)[0] == 0 < halves_of(front, colour)[1]
        assert halves_of(back, colour)[1] == 0 < halves_of(back, colour)[0]
        assert share_of(side, colour, 40) > 0

    @pytest.mark.parametrize("mark", ["电光蓝", "#57d8ff"])
    def test_what_is_on_the_right_is_the_other_way_round(self, mark: str) -> None:
        colour = mark if mark.startswith("#") else colour_in(mark, "")
        front, side, back = sheet_of(tuple((name, text.replace("左", "右")) for name, text in LIN))
        assert halves_of(front, colour)[1] == 0 < halves_of(front, colour)[0]
        assert halves_of(back, colour)[0] == 0 < halves_of(back, colour)[1]
        assert share_of(side, colour, 40) > 0

    @pytest.mark.parametrize("action", ["站着", "举起手", "抬手，指向前方"])
    @pytest.mark.parametrize("framing", ["中景", "中近景", "全景"])
    def test_no_pose_moves_a_mark_to_the_other_side(self, action: str, framing: str) -> None:
        shot = Shot(Place("白墙"), framing=framing, action=action, people=(Person("甲", LIN),))
        for number in (1, 2):
            middle = frame_of(shot, number, 1280, 720).figures[0].x
            left, right = halves_of(paint_shot(shot, number), colour_in("电光蓝", ""), middle)
            assert left == 0 < right
            left, right = halves_of(paint_shot(shot, number), "#57d8ff", middle)
            assert left == 0 < right

    @pytest.mark.parametrize("action", ["走进大厅", "跑进大厅", "侧身举起手"])
    @pytest.mark.parametrize(("word", "flip"), [("左", True), ("右", False)])
    def test_someone_seen_from_the_side_turns_the_marked_side_to_us(self, action: str, word: str, flip: bool) -> None:
        traits = tuple((name, text.replace("左", word)) for name, text in LIN)
        shot = Shot(Place("白墙"), framing="全景", action=action, people=(Person("甲", traits),))
        figure = frame_of(shot, 1, 1280, 720).figures[0]
        assert (figure.view, figure.flip) == ("side", flip)
        assert share_of(paint_shot(shot), "#57d8ff", 40) > 0

    def test_the_far_side_hides_its_marks(self) -> None:
        people = (Person("甲", LIN), Person("乙", LIN))
        shot = Shot(Place("白墙"), framing="中景", action="两人走近", people=people)
        left, right = halves_of(paint_shot(shot), "#57d8ff")
        assert left == 0 < right


AMAN = (("发", "黑色低马尾"), ("服装", "藏青布衫，系米白围裙，袖口挽起"))


class TestClothes:
    def test_two_garments_have_a_colour_each(self) -> None:
        look = look_of(Person("小雨", XIAOYU))
        assert (look.cloth, look.lower, look.bib) == tuple(colour_in(word, "") for word in ("米白", "藏青", "藏青"))
        front = sheet_of(XIAOYU)[0]
        assert share_of(front.crop((0, 340, front.width, 520)), look.lower, 0) > 0.2
        assert share_of(front, look.cloth, 0) > 0.02

    def test_an_accessory_has_the_colour_that_is_said_of_it(self) -> None:
        look = look_of(Person("小雨", XIAOYU))
        assert (look.hat, look.hat_colour, look.hat_at) == ("clip", colour_in("红", ""), -1)
        assert look.hair == colour_in("栗", "")
        front, _, back = sheet_of(XIAOYU)
        assert halves_of(front, look.hat_colour)[0] > 0 == halves_of(front, look.hat_colour)[1]
        assert halves_of(back, look.hat_colour)[1] > 0 == halves_of(back, look.hat_colour)[0]

    def test_the_same_colour_is_that_of_the_garment_before(self) -> None:
        look = look_of(Person("阿舟", AZHOU))
        assert look.hat_colour == look.cloth == colour_in("深绿", "")
        assert look.trim == colour_in("铜", "")
        assert look.watch
        assert look.watch_at == 1
        scarf = look_of(Person("甲", (("服装", "墨绿大衣"), ("配饰", "同色围巾"))))
        assert scarf.scarf == scarf.cloth == colour_in("墨绿", "")

    @pytest.mark.parametrize(
        ("said", "garment", "collar", "tie"),
        [
            ("藏青布衫，系米白围裙，袖口挽起", "shirt", "shirt", False),
            ("碎花衬衫，牛仔裤，绿色围裙", "shirt", "shirt", False),
            ("藏青布衫系米白围裙", "shirt", "shirt", False),
            ("白色婚纱", "gown", "scoop", False),
            ("粉色睡衣", "pyjamas", "shirt", False),
            ("明黄冲锋衣", "jacket", "zip", False),
            ("墨绿夹克，灰色围巾", "jacket", "zip", False),
            ("深灰西装", "suit", "open", True),
            ("灰色毛衣，西装裤", "shirt", "round", False),
            ("白衬衫，西装裙", "skirt", "shirt", False),
            ("米白校服，藏青百褶裙", "skirt", "open", True),
        ],
    )
    def test_the_longest_word_for_what_is_worn_decides(self, said: str, garment: str, collar: str, tie: bool) -> None:
        look = look_of(Person("甲", (("服装", said),)))
        assert (look.garment, look.collar, look.tie) == (garment, collar, tie)
        assert bool(look.apron) == ("围裙" in said)

    def test_an_apron_is_seen_over_the_clothes_from_the_front_and_tied_at_the_back(self) -> None:
        look = look_of(Person("阿满", AMAN))
        assert (look.cloth, look.apron) == (colour_in("藏青", ""), colour_in("米白", ""))
        front, _, back = sheet_of(AMAN)
        assert share_of(front, look.apron, 0) > 3 * share_of(back, look.apron, 0) > 0
        assert share_of(front, look.cloth, 0) > 0.01

    def test_a_helmet_is_worn_and_drawn_as_one(self) -> None:
        assert look_of(Person("甲", (("配饰", "明黄头盔"),))).hat == "helmet"
        assert icon_of("外卖头盔") == "helmet"
        assert thing_of(Prop("头盔", (("形", "明黄外卖头盔，竹蜻蜓装饰"),))).kind == "helmet"

    @pytest.mark.parametrize(
        ("name", "icon"),
        [("电动车", "scooter"), ("动车", "tram"), ("有轨电车", "tram"), ("黑色轿车", "car"), ("排班白板", "sign")],
    )
    def test_a_thing_is_told_by_its_whole_word(self, name: str, icon: str) -> None:
        assert icon_of(name) == icon

    @pytest.mark.parametrize(
        ("name", "light", "indoors"),
        [
            ("总裁办", "落地窗侧光", True),
            ("配送站", "日光灯顶光", True),
            ("邮局", "月光", True),
            ("小镇", "路灯", False),
            ("天台", "落地窗透出的光", False),
            ("站点", "门口霓虹", False),
        ],
    )
    def test_a_room_is_known_by_its_name_or_by_light_that_only_rooms_have(
        self, name: str, light: str, indoors: bool
    ) -> None:
        assert setting_of(Place(name, light)).indoors is indoors

    def test_one_garment_alone_is_worn_in_its_colour(self) -> None:
        look = look_of(Person("甲", (("服装", "朱红长裙，金色腰带"),)))
        assert (look.garment, look.cloth, look.trim) == ("dress", colour_in("朱红", ""), colour_in("金", ""))


TRAM = Place("末班电车车厢", "车顶暖光，窗外霓虹掠过", "暖橙偏暗")
BRIDGE = Place("跨江铁桥", "左侧黎明前的冷蓝天光", "青蓝渐亮")
PLATFORM = Place("雨夜站台", "右上方一盏暖黄站灯", "蓝灰低饱和")


def icons_of(place: Place, action: str, people: tuple[Person, ...] = ()) -> set[str]:
    frame = frame_of(Shot(place, framing="全景", action=action, people=people), 1, 1280, 720)
    return {one.thing.icon for one in frame.things} - {""}


class TestVehicles:
    def test_no_vehicle_stands_inside_a_vehicle(self) -> None:
        assert setting_of(TRAM).kind == "carriage"
        for action in ("空荡车厢里，她靠窗坐下", "电车晃了一下", "车门打开"):
            assert not icons_of(TRAM, action) & {"car", "tram"}

    def test_what_runs_on_rails_is_a_tram(self) -> None:
        assert setting_of(BRIDGE).kind == "bridge"
        for place, action in ((PLATFORM, "电车驶来"), (PLATFORM, "跳上车"), (BRIDGE, "电车冲上铁桥，雨停了")):
            icons = icons_of(place, action)
            assert "tram" in icons
            assert "car" not in icons
        assert "car" in icons_of(Place("街道"), "一辆车停下")

    def test_a_bridge_does_not_stand_on_itself(self) -> None:
        assert icons_of(BRIDGE, "望着江面") == set()
        props = Place(BRIDGE.name, BRIDGE.light, BRIDGE.tone, ("钢桁架", "江面", "远处城市"))
        assert [thing.icon for thing in setting_of(props).things] == ["girder", "water", "city"]

    def test_neither_a_name_nor_a_measure_word_puts_a_thing_there(self) -> None:
        assert "boat" not in icons_of(PLATFORM, "阿舟扶住她", (Person("阿舟", AZHOU),))
        assert "chair" not in icons_of(PLATFORM, "雨幕里只有一座亮着灯的站台")

    @pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (720, 720)])
    @pytest.mark.parametrize("action", ["惊醒，认出伞柄上的名字", "红伞在晨光里撑开"])
    @pytest.mark.parametrize("count", [1, 2, 3])
    def test_a_thing_in_a_close_up_leaves_the_faces_free(self, action: str, count: int, size: tuple[int, int]) -> None:
        people = (Person("小雨", XIAOYU),) * count
        frame = frame_of(Shot(TRAM, framing="特写", action=action, people=people), 1, *size)
        item = frame.item
        assert item
        half = item.size / 2
        assert half <= item.y <= size[1] - half
        for face in frame.figures:
            beside = abs(item.x - face.x) >= half + 46 * face.scale
            assert beside or item.y - half >= face.y + 58 * face.scale

    def test_an_open_umbrella_is_above_the_eyes_and_in_its_colour(self) -> None:
        shot = Shot(BRIDGE, framing="全景", action="红伞在晨光里撑开", people=(Person("小雨", XIAOYU),))
        frame = frame_of(shot, 1, 1280, 720)
        assert frame.item
        assert (frame.item.icon, frame.item.colour) == ("canopy", colour_in("红", ""))
        assert frame.item.y < frame.figures[0].y


class TestVideo:
    def test_the_animatic_is_cut_to_the_storyboard(self, tmp_path: Path) -> None:
        async def talk(client: httpx.AsyncClient) -> bytes:
            task_id = (await client.post("/v2/videos/generations", json=video_body())).json()["task_id"]
            state = await finished(client, task_id)
            assert (state["status"], state["progress"], state["fail_reason"]) == ("SUCCESS", "100%", "")
            answer = await client.get(state["data"]["output"])
            assert answer.headers["content-type"] == "video/mp4"
            return answer.content

        relay, clip = PreviewRelay(tmp_path / "relay"), tmp_path / "clip.mp4"
        clip.write_bytes(talk_to(relay, talk))
        assert sum(one.method == "POST" for one in relay.log) == 1
        info = asyncio.run(probe_clip(clip))
        assert (info.width, info.height, info.milliseconds, info.video, info.audio) == (1280, 720, 2000, "h264", "aac")
        asyncio.run(ffmpeg(("-i", "clip.mp4", "-vf", "scale=64:36", "f%02d.png"), tmp_path))
        frames = []
        for path in sorted(tmp_path.glob("f*.png")):
            with Image.open(path) as frame:
                frames.append(frame.convert("RGB"))
        assert len(frames) == 60
        jumps = [sum(ImageStat.Stat(ImageChops.difference(one, two)).mean) for one, two in pairwise(frames)]
        # 0.5 s and 1.3 s at 30 frames a second; the number is that of the first frame after the cut.
        assert sorted(sorted(range(1, 60), key=lambda frame: -jumps[frame - 1])[:2]) == [15, 39]

    @pytest.mark.long
    def test_the_same_order_gives_the_same_bytes_under_another_id(self, tmp_path: Path) -> None:
        async def talk(client: httpx.AsyncClient) -> list[tuple[str, str]]:
            made = []
            for _attempt in range(2):
                body = video_body(duration="1", aspect_ratio="9:16")
                task_id = (await client.post("/v2/videos/generations", json=body)).json()["task_id"]
                made.append((task_id, (await finished(client, task_id))["data"]["output"]))
            return made

        here = talk_to(PreviewRelay(tmp_path / "here"), talk)
        assert here[0][0] != here[1][0]
        assert here[0][1] == here[1][1]
        assert talk_to(PreviewRelay(tmp_path / "there"), talk) == here

    def test_a_prompt_without_shots_is_one_still(self, tmp_path: Path) -> None:
        async def talk(client: httpx.AsyncClient) -> bytes:
            body = video_body(prompt="一只猫看着雨", duration="1", aspect_ratio="1:1")
            task_id = (await client.post("/v2/videos/generations", json=body)).json()["task_id"]
            return (await client.get((await finished(client, task_id))["data"]["output"])).content

        clip = tmp_path / "clip.mp4"
        clip.write_bytes(talk_to(PreviewRelay(tmp_path / "relay"), talk))
        info = asyncio.run(probe_clip(clip))
        assert (info.width, info.height, info.milliseconds) == (720, 720, 1000)

    @pytest.mark.long
    def test_a_job_survives_the_relay_that_took_it(self, tmp_path: Path) -> None:
        async def order(client: httpx.AsyncClient) -> str:
            return str((await client.post("/v2/videos/generations", json=video_body(duration="1"))).json()["task_id"])

        task_id = talk_to(PreviewRelay(tmp_path), order)

        async def resume(client: httpx.AsyncClient) -> dict[str, Any]:
            return await finished(client, task_id)

        state = talk_to(PreviewRelay(tmp_path), resume)
        assert state["status"] == "SUCCESS"
        assert talk_to(PreviewRelay(tmp_path), resume) == state
        # A file that was lost is made again, and is the same.
        shutil.rmtree(tmp_path / "files")
        assert talk_to(PreviewRelay(tmp_path), resume) == state


class TestAnswers:
    def test_pictures_come_as_links_or_as_text(self, tmp_path: Path) -> None:
        async def talk(client: httpx.AsyncClient) -> tuple[bytes, bytes]:
            body = {"model": "preview/nano", "prompt": THREE_VIEWS, "aspect_ratio": "16:9", "image_size": "1K"}
            url = (await client.post("/v1/images/generations", json=body)).json()["data"][0]["url"]
            assert url.startswith("http://relay.test/files/")
            answer = await client.get(url)
            assert answer.headers["content-type"] == "image/png"
            inline = await client.post("/v1/images/generations", json={**body, "response_format": "b64_json"})
            return answer.content, base64.b64decode(inline.json()["data"][0]["b64_json"])

        linked, inlined = talk_to(PreviewRelay(tmp_path), talk)
        assert linked == inlined

    @pytest.mark.parametrize("name", ["sora-2", "", None, "preview"])
    def test_a_paid_name_is_never_served(self, tmp_path: Path, name: object) -> None:
        async def talk(client: httpx.AsyncClient) -> httpx.Response:
            return await client.post("/v2/videos/generations", json=video_body(model=name))

        relay = PreviewRelay(tmp_path)
        answer = talk_to(relay, talk)
        assert [one.status for one in relay.log] == [answer.status_code]
        assert answer.status_code == (503 if name else 400)
        assert answer.json()["error"]["code"] == ("model_not_found" if name else "missing_parameter")
        assert not any(tmp_path.iterdir())

    def test_a_fixed_set_of_models_is_served_and_listed(self, tmp_path: Path) -> None:
        async def talk(client: httpx.AsyncClient) -> tuple[list[str], int, int]:
            listed = [one["id"] for one in (await client.get("/v1/models")).json()["data"]]
            asked = [{"model": name, "messages": [{"role": "user", "content": "x"}]} for name in ("a", "preview/a")]
            statuses = [(await client.post("/v1/chat/completions", json=body)).status_code for body in asked]
            return listed, statuses[0], statuses[1]

        assert talk_to(PreviewRelay(tmp_path, models=frozenset({"b", "a"})), talk) == (["a", "b"], 200, 503)

    @pytest.mark.parametrize(
        ("header", "status"), [("", 401), ("Bearer wrong", 401), ("Bearer 密", 401), ("Bearer k", 200)]
    )
    def test_a_key_is_asked_for_where_there_is_one(self, tmp_path: Path, header: str, status: int) -> None:
        async def talk(client: httpx.AsyncClient) -> int:
            headers = {b"authorization": header.encode()} if header else {}
            assert (await client.get("/files/x.png")).status_code == 404
            return (await client.get("/v1/models", headers=headers)).status_code

        assert talk_to(PreviewRelay(tmp_path, key="k"), talk) == status

    @pytest.mark.parametrize(
        ("path", "body", "status"),
        [
            ("/v1/images/generations", b"{", 400),
            ("/v1/images/generations", b"[]", 400),
            ("/v1/images/generations", b"\xff", 400),
            ("/v1/images/generations", b"[" * 100_000, 400),
            ("/v1/images/generations", b'{"model": "preview/x"}', 400),
            ("/v1/images/generations", b'{"model": "preview/x", "prompt": "  "}', 400),
            ("/v1/chat/completions", b'{"model": "preview/x", "messages": []}', 400),
            ("/v1/chat/completions", b'{"model": "preview/x", "messages": 5}', 400),
            ("/v2/videos/generations", b'{"model": "preview/x", "prompt": "x", "duration": "soon"}', 400),
            ("/v2/videos/generations", b'{"model": "preview/x", "prompt": "x", "duration": "1e9"}', 400),
            ("/v1/embeddings", b"{}", 404),
            ("/v1/images/generations", b" " * (64 * 1024**2 + 1), 413),
        ],
    )
    def test_a_bad_request_is_told_what_is_wrong(self, tmp_path: Path, path: str, body: bytes, status: int) -> None:
        async def talk(client: httpx.AsyncClient) -> httpx.Response:
            return await client.post(path, content=body)

        answer = talk_to(PreviewRelay(tmp_path), talk)
        assert answer.status_code == status
        assert set(answer.json()["error"]) == {"message", "type", "param", "code"}

    def test_an_unknown_job_is_not_there(self, tmp_path: Path) -> None:
        async def talk(client: httpx.AsyncClient) -> list[httpx.Response]:
            names = ("preview-000000000000000000000000-1", "..%2F..%2Fetc", "x")
            return [await client.get(f"/v2/videos/generations/{name}") for name in names]

        for answer in talk_to(PreviewRelay(tmp_path), talk):
            assert (answer.status_code, answer.json()["code"]) == (404, "task_not_exist")

    def test_file_names_cannot_leave_the_folder(self, tmp_path: Path) -> None:
        (tmp_path / "secret.png").write_bytes(b"secret")
        (tmp_path / "relay" / "files").mkdir(parents=True)

        async def talk(client: httpx.AsyncClient) -> list[int]:
            names = (
                "..%2F..%2Fsecret.png",
                "../../secret.png",
                "%2Fetc%2Fpasswd",
                "0" * 64 + ".png",
                "0" * 64 + ".txt",
                "",
            )
            return [(await client.get(f"/files/{name}")).status_code for name in names]

        assert set(talk_to(PreviewRelay(tmp_path / "relay"), talk)) == {404}


SERVING = """
import sys
from pathlib import Path
from manjuc.preview.app import PreviewRelay
from manjuc.preview.server import bind, serve
listening = bind()
print(listening.getsockname()[1], flush=True)
serve(PreviewRelay(Path(sys.argv[1])), listening)
"""


class TestServer:
    def test_it_binds_to_loopback_on_a_free_port(self) -> None:
        with bind() as listening:
            host, port = listening.getsockname()
        assert host == "127.0.0.1"
        assert port > 0

    def test_no_packet_of_an_answer_waits_for_the_client_to_acknowledge_the_one_before(self) -> None:
        with bind() as listening, socket.create_connection(listening.getsockname()):
            answering, _ = listening.accept()
            with answering:
                assert answering.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

    @pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="the end of a stranger's child is told on Linux alone")
    def test_painters_end_with_a_relay_that_is_killed(self, tmp_path: Path) -> None:
        with subprocess.Popen(
            [sys.executable, "-c", SERVING, str(tmp_path)], stdout=subprocess.PIPE, text=True
        ) as server:
            assert server.stdout
            try:
                url = f"http://127.0.0.1:{server.stdout.readline().strip()}/v1/images/generations"
                body = {"model": "preview/x", "prompt": "x"}
                assert httpx.post(url, json=body, timeout=20, trust_env=False).status_code == 200
                painters = [os.pidfd_open(child) for child in children_of(server.pid)]
                assert painters
            finally:
                server.kill()
        for painter in painters:
            assert select.select([painter], [], [], 60)[0], "it is at its end"
            os.close(painter)


def children_of(pid: int) -> list[int]:
    return [int(child) for file in Path(f"/proc/{pid}/task").glob("*/children") for child in file.read_text().split()]


def test_a_timeline_is_read_like_a_storyboard() -> None:
    prompt = "画风：二次元\n\n镜头 1（1.5 秒）：动作：走；景别：特写；机位：推；场景：天台\n"
    prompt += "镜头 2（0.5 秒）：动作：跑；景别：全景"
    first, second = read_storyboard(prompt)
    assert (first.milliseconds, first.framing, first.camera, first.place.name) == (1500, "特写", "推", "天台")
    assert (second.milliseconds, second.action) == (500, "跑")
