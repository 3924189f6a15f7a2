"""An edit costs what it changes, and nothing else: which calls are made again, over the set of all keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support import Workbench

from manjuc.steps import Miss

SCRIPT = "handwritten.script.yaml"


@pytest.fixture
def bench(drama: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> Workbench:
    """The hand-written drama with a key for a paid relay, wholly built."""
    monkeypatch.setenv("MANJUC_API_KEY", "sk-test")
    made = Workbench(drama("handwritten"))
    assert len(made.build()) == 12
    assert made.build() == set()
    return made


def test_a_changed_line_of_dialogue_remakes_its_clip_and_the_film(bench: Workbench) -> None:
    bench.edit("有人托我给你", "有人托我还你", SCRIPT)
    assert bench.build() == {"handwritten/s09/clip", "handwritten/film"}


def test_a_changed_action_remakes_the_clip_and_what_draws_it(bench: Workbench) -> None:
    bench.edit("眼皮一点点合上", "头一点点垂下", SCRIPT)
    assert bench.build() == {"handwritten/s09/clip", "handwritten/s09/contact_sheet", "handwritten/film"}


def test_an_inserted_shot_joins_one_clip_and_moves_no_other(bench: Workbench) -> None:
    bench.edit(
        "  - {id: s11,",
        "  - {id: s10b, seconds: 1.5, scene: tram, framing: 特写, action: 画筒滚到过道里}\n  - {id: s11,",
        SCRIPT,
    )
    assert bench.build() == {"handwritten/s09/clip", "handwritten/s09/contact_sheet", "handwritten/film"}


def test_an_inserted_shot_that_does_not_fit_splits_one_clip_and_moves_no_other(bench: Workbench) -> None:
    bench.edit(
        "  - {id: s13,",
        "  - {id: s12b, seconds: 8, scene: tram, framing: 全景, action: 车厢的灯忽明忽暗}\n  - {id: s13,",
        SCRIPT,
    )
    made = bench.build()
    clips = {id for id in made if id.endswith("/clip")}
    assert len(clips) == 2
    assert "handwritten/s09/clip" in clips
    assert not {"handwritten/s01/clip", "handwritten/s17/clip"} & made
    assert made == clips | {id.replace("/clip", "/contact_sheet") for id in clips} | {"handwritten/film"}
    assert bench.build() == set()


def test_a_shot_inserted_at_the_start_of_a_part_joins_its_first_clip(bench: Workbench) -> None:
    bench.edit(
        "  - {id: s17,",
        "  - {id: s16b, seconds: 1, scene: bridge, framing: 全景, action: 钢桁架从雾里浮出}\n  - {id: s17,",
        SCRIPT,
    )
    assert bench.build() == {"handwritten/s16b/clip", "handwritten/s16b/contact_sheet", "handwritten/film"}


def test_a_removed_shot_remakes_one_clip(bench: Workbench) -> None:
    path = bench.spec.parent / SCRIPT
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "id: s20," not in line), encoding="utf-8")
    assert bench.build() == {"handwritten/s17/clip", "handwritten/s17/contact_sheet", "handwritten/film"}


def test_a_changed_trait_remakes_the_sheet_and_where_it_is_seen(bench: Workbench) -> None:
    bench.edit("灰蓝色", "墨绿色")
    made = bench.build()
    assert "characters/azhou/three_views" in made
    assert not {id for id in made if "xiaoyu" in id or id.startswith("scenes/")}
    assert {id for id in made if id.endswith("/clip")} == {
        "handwritten/s01/clip",
        "handwritten/s09/clip",
        "handwritten/s17/clip",
    }


def test_a_trait_that_no_shot_can_show_remakes_the_sheet_but_no_clip(bench: Workbench) -> None:
    bench.edit("{is: 红色雨靴, in: [全景, 大全景]}", "{is: 黄色雨靴, in: [主观]}")
    bench.build()
    bench.edit("{is: 黄色雨靴, in: [主观]}", "{is: 蓝色雨靴, in: [主观]}")
    made = bench.build()
    assert "characters/xiaoyu/three_views" in made
    assert not {id for id in made if id.endswith("/clip") or "azhou" in id}


def test_a_changed_light_remakes_the_plate_and_what_is_shot_there(bench: Workbench) -> None:
    bench.edit("右上方一盏暖黄站灯", "左上方一盏暖黄站灯")
    assert bench.build() == {
        "scenes/platform/scene",
        "handwritten/s01/contact_sheet",
        "handwritten/s01/clip",
        "handwritten/film",
    }


@pytest.mark.parametrize(
    ("old", "new", "file"),
    [
        ("manju: 1\n", "manju: 1   # a comment\n", ""),
        ("title: 末班电车\n", "title: 最后一班电车\n", ""),
        ("title: 末班电车\n", "title: 另一个片名\n", SCRIPT),
        ("    name: 小雨\n    role: 加班到深夜的插画师\n", "    role: 加班到深夜的插画师\n    name: 小雨\n", ""),
        (
            "      发色: 黑色短发\n      瞳色: 灰蓝色\n",
            "      瞳色: 灰蓝色\n      发色: 黑色短发\n",
            "",
        ),
        ("{id: s01, seconds: 1.5, scene: platform,", "{scene: platform, id: s01, seconds: 1.50,", SCRIPT),
    ],
)
def test_what_changes_no_call_remakes_nothing(bench: Workbench, old: str, new: str, file: str) -> None:
    bench.edit(old, new, file)
    assert bench.build() == set()


def test_a_sheet_that_comes_out_as_it_was_stops_the_change_there(bench: Workbench) -> None:
    before = bench.lock.actions["characters/azhou/three_views"].artifacts  # type: ignore[index]
    bench.edit("role: 末班电车的年轻乘务员", "role: 末班电车的乘务员")
    step = next(s for s in bench.plan().steps if s.action.id == "characters/azhou/three_views")
    assert isinstance(step.verdict, Miss)
    assert step.key
    bench.ledger.made[step.key] = before
    assert bench.build() == set()


def test_a_miss_says_what_changed(bench: Workbench) -> None:
    bench.edit("灰蓝色", "墨绿色")
    steps = {str(step.action.id): step for step in bench.plan().steps}
    sheet = steps["characters/azhou/three_views"].verdict
    assert isinstance(sheet, Miss)
    assert sheet.reason.code == "changed"
    assert str(sheet.reason.detail) == "`prompt` changed at line 8: - 瞳色：灰蓝色 → - 瞳色：墨绿色"


def test_a_colour_does_not_rewrite_the_story(drama: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANJUC_API_KEY", "sk-test")
    answer = {
        "title": "校徽",
        "logline": "侦探找到真凶",
        "shots": [
            {"id": f"s{n:02}", "seconds": 1, "action": "走过走廊", "scene": "corridor", "characters": ["linche"]}
            for n in range(1, 11)
        ],
    }
    bench = Workbench(drama("detective"), answer=answer)
    assert bench.build() == {
        "detective/script",
        "characters/linche/three_views",
        "scenes/corridor/scene",
        "detective/s01/contact_sheet",
        "detective/s01/clip",
        "detective/film",
    }
    bench.edit("瞳色: 琥珀色", "瞳色: 翠绿色")
    bench.edit("tone: 蓝紫低饱和", "tone: 冷灰低饱和")
    assert "detective/script" not in bench.build()
    bench.edit("一枚发光校徽失窃", "两枚发光校徽失窃")
    assert "detective/script" in bench.build()
