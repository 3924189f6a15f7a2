"""The preview relay reads the text of every family of video models, and draws the same shots from each."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from pixels import painted

from manjuc.preview.draw import draw_shot
from manjuc.preview.reading import Place, Shot, read_person, read_storyboard

GOLDEN = Path(__file__).parent / "golden" / "prompts" / "families"
FAMILIES = ("storyboard", "veo", "kling", "seedance", "plain")


def shots_of(family: str, variant: str = "") -> tuple[Shot, ...]:
    return read_storyboard((GOLDEN / f"{family}{variant}.txt").read_text(encoding="utf-8"))


def frame_of(shot: Shot) -> Image.Image:
    return painted(draw_shot(shot, 1, (640, 360)))


@pytest.mark.parametrize("variant", ["", ".with-pictures"])
@pytest.mark.parametrize("family", FAMILIES)
def test_each_family_is_read_as_the_shots_that_it_was_written_from(family: str, variant: str) -> None:
    first, second = shots_of(family, variant)
    assert (first.milliseconds, second.milliseconds) == (2500, 1300)
    assert (first.framing, first.camera, first.action) == ("中景", "推", "沈昭推开正门")
    assert first.visuals == "门外风雪"
    assert first.place == Place("正厅", "正门天光从左侧斜入", "暖金", (), "朱红、雪白", "国风厚涂，避免真人写真")
    assert [(one.name, one.speaks) for one in first.people] == [("柳氏", False), ("沈昭", True)]
    assert first.people[1].traits == (("脸", "鹅蛋脸，左眼下一颗泪痣"), ("服装", "月白素纱医女长裙；同色面纱"))
    assert (second.framing, second.camera, second.people) == ("特写", "固定", ())


@pytest.mark.parametrize("family", FAMILIES)
def test_a_clip_of_one_shot_is_read_with_or_without_its_length(family: str) -> None:
    (shot,) = shots_of(family, ".one-shot")
    assert shot.milliseconds == (0 if family == "veo" else 2500)
    assert shot.action == "沈昭推开正门"
    assert [one.name for one in shot.people] == ["柳氏", "沈昭"]


def test_english_labels_and_words_of_the_trade_are_read_too() -> None:
    chinese, english = shots_of("veo"), shots_of("veo.en")
    for there, here in zip(chinese, english, strict=True):
        assert (here.milliseconds, here.framing, here.camera) == (there.milliseconds, there.framing, there.camera)
        assert (here.action, here.visuals, here.people) == (there.action, there.visuals, there.people)
        assert (here.place.name, here.place.light, here.place.tone) == ("正厅", "正门天光从左侧斜入", "暖金")


@pytest.mark.parametrize(
    ("word", "framing"),
    [
        ("extreme close-up", "大特写"), ("close-up", "特写"), ("medium close-up", "近景"), ("Medium shot", "中景"),
        ("wide shot", "大全景"), ("point-of-view shot", "主观"), ("a framing of one's own", "a framing of one's own"),
    ],
)  # fmt: skip
def test_english_framings_are_known_by_their_words(word: str, framing: str) -> None:
    (shot,) = read_storyboard(f"Framing: {word}; Camera: slow push in; Action: she waits; Place: hall")
    assert (shot.framing, shot.camera) == (framing, "推")


def test_people_stand_from_left_to_right_as_a_prompt_says() -> None:
    line = "镜头 1（2.0 秒）：动作：对望；景别：中景；人物：甲（服装：红衣）；人物：乙（服装：绿衣）"
    for where, order in (("", "甲乙"), ("；站位：甲在右，乙在左", "乙甲"), ("；站位：甲在画面左侧，乙在右", "甲乙")):
        (shot,) = read_storyboard(line + where)
        assert "".join(one.name for one in shot.people) == order


def test_a_reference_picture_is_no_trait() -> None:
    prompt = "角色：沈昭\n固定特征：\n- 发：及腰黑发\n参考图：\n- 图1：角色“沈昭”的三视图\n"
    assert read_person(prompt).traits == (("发", "及腰黑发"),)


@pytest.mark.parametrize("family", [*FAMILIES, "veo.en"])
def test_each_family_is_drawn_as_the_same_frame(family: str) -> None:
    """All but the palette's commas, which say the same in English."""
    (here, *_), (there, *_) = shots_of(family), shots_of("storyboard")
    assert frame_of(here).tobytes() == frame_of(there).tobytes()


@pytest.mark.parametrize(
    "prompt", ["", "一只猫走过街道", "Shot 1 (Duration: soon): 动作：走", "[系统] 任务", "动作：走"]
)
def test_a_prompt_of_no_family_has_no_shots(prompt: str) -> None:
    assert read_storyboard(prompt) == ()
