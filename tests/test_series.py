"""A series: what its episodes share, what an edit of one of them costs, what stays as published."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest
from front import ROOT
from support import Workbench

from manjuc import frontend, likeness, longhand, project, shots
from manjuc.calls import ImageCall, VideoCall
from manjuc.document import Document
from manjuc.errors import UsageError
from manjuc.graph import ActionId
from manjuc.spec import Shot
from manjuc.steps import Frozen, Hit, Step
from manjuc.storyboard import Reel

EP07, EP08 = "episodes/ep07.yaml", "episodes/ep08.yaml"


@pytest.fixture
def zhumen(tmp_path: Path) -> Workbench:
    """The shipped series, built."""
    shutil.copytree(ROOT / "specs" / "zhumen", tmp_path / "zhumen")
    bench = Workbench(tmp_path / "zhumen" / "zhumen.yaml")
    bench.build()
    return bench


def clips(*ids: str) -> set[str]:
    """The storyboard and the clip of some clips."""
    return {f"{id}/{stage}" for id in ids for stage in ("contact_sheet", "clip")}


def test_an_inserted_shot_splits_the_clip_that_cannot_hold_it_and_moves_no_other(zhumen: Workbench) -> None:
    zhumen.edit(
        "      - {id: s09,",
        "      - {id: s08b, seconds: 2, framing: 特写, characters: [沈昭/素衣], action: 沈昭垂下眼}\n      - {id: s09,",
        EP07,
    )
    assert zhumen.build() == {*clips("ep07/s07", "ep07/s09"), "ep07/film"}


def test_an_inserted_shot_joins_the_clip_that_holds_it_still(zhumen: Workbench) -> None:
    zhumen.edit(
        "      - {id: s06,",
        "      - {id: s05b, seconds: 2, framing: 特写, characters: [柳氏], action: 柳氏抬起手}\n      - {id: s06,",
        EP07,
    )
    assert zhumen.build() == {*clips("ep07/s05"), "ep07/film"}


def test_a_changed_line_remakes_its_clip_and_leaves_the_storyboard_alone(zhumen: Workbench) -> None:
    zhumen.edit("王爷看错了，是磨针。", "王爷听错了，是磨针。", EP07)
    assert zhumen.build() == {"ep07/s12/clip", "ep07/film"}


def test_a_changed_look_remakes_its_sheet_and_where_it_is_worn(zhumen: Workbench) -> None:
    zhumen.edit("灰白囚衣，散发，赤足", "灰白囚衣，散发，赤足戴镣")
    assert zhumen.build() == {"characters/沈昭/囚衣/three_views", *clips("ep07/s01"), "ep07/film"}


def test_a_changed_trait_of_the_base_remakes_every_look(zhumen: Workbench) -> None:
    zhumen.edit("鹅蛋脸，左眼下一颗泪痣", "鹅蛋脸，右眼下一颗泪痣")
    made = zhumen.build()
    assert {id for id in made if id.startswith("characters/")} == {
        "characters/沈昭/three_views",
        *(f"characters/沈昭/{look}/three_views" for look in ("囚衣", "夜行", "素衣")),
    }
    assert not {id for id in made if id.startswith(("scenes/", "props/"))}


def test_a_redrawn_prop_remakes_where_it_is_seen(zhumen: Workbench) -> None:
    zhumen.edit("黑漆金字牌位", "朱漆金字牌位")
    assert zhumen.build() == {"props/牌位/prop", *clips("ep07/s17", "ep08/s02"), "ep07/film", "ep08/film"}


def test_an_authors_own_picture_counts_by_its_bytes(zhumen: Workbench) -> None:
    refs = zhumen.spec.parent / "refs"
    shutil.copy(refs / "画风.png", refs / "玉佩.png")
    made = zhumen.build()
    assert made == {*clips("ep07/s01", "ep07/s12", "ep08/s13", "ep08/s15"), "ep07/film", "ep08/film"}
    assert not {id for id in made if id.startswith("props/")}


def test_what_is_cut_on_the_film_costs_nothing(zhumen: Workbench) -> None:
    zhumen.edit("  s19: {from: 0.6}", "  s19: {from: 0.8}", EP07)
    zhumen.edit("caption: 陆沉 · 摄政王", "caption: 陆沉 · 当朝摄政王", EP07)
    zhumen.edit("card: 未完待续", "card: 且待下回", EP08)
    assert zhumen.build() == {"ep07/film", "ep08/film"}


def test_an_episode_that_reuses_a_shot_waits_for_its_clip(zhumen: Workbench) -> None:
    zhumen.edit("一只手从身后搭上沈如烟的肩", "一只手从身后按住沈如烟的肩", EP07)
    assert zhumen.build() == {*clips("ep07/s21"), "ep07/film", "ep08/film"}


def test_a_frozen_episode_stays_as_published_and_the_plan_says_so(zhumen: Workbench) -> None:
    before = zhumen.lock
    zhumen.edit("episodes: episodes/*.yaml", "frozen: [ep07]\nepisodes: episodes/*.yaml")
    zhumen.edit("瓜子脸，唇上一点朱砂", "瓜子脸，唇上一抹朱砂")
    plan = zhumen.plan()
    published: dict[str, Step] = {step.action.id: step for step in plan.steps if step.action.id.startswith("ep07/")}
    older = {id for id, step in published.items() if isinstance(step.verdict, Frozen)}
    assert {*clips("ep07/s01", "ep07/s05", "ep07/s07", "ep07/s21")} <= older
    assert isinstance(published["ep07/s16/clip"].verdict, Hit)
    assert all(step.cost is None or not step.cost.most for step in published.values())
    made = zhumen_made(plan.steps)
    assert "characters/沈如烟/three_views" in made
    assert not {id for id in made if id.startswith("ep07/")}
    assert before.actions[clip := ActionId("ep07/s01/clip")] == zhumen.lock.actions[clip]


def zhumen_made(steps: Iterable[Step]) -> set[str]:
    """What a build would make."""
    return {step.action.id for step in steps if not isinstance(step.verdict, Hit | Frozen)}


def test_a_look_that_only_a_frozen_episode_wears_is_not_drawn(zhumen: Workbench) -> None:
    zhumen.edit("episodes: episodes/*.yaml", "frozen: [ep07]\nepisodes: episodes/*.yaml")
    zhumen.edit("灰白囚衣", "青白囚衣")
    assert zhumen_made(zhumen.plan().steps) == set()


def test_the_references_of_a_picture_are_those_of_its_shots_in_the_declared_order(zhumen: Workbench) -> None:
    program = zhumen.program()
    steps: dict[str, Step] = {step.action.id: step for step in zhumen.plan().steps}
    seen = 0
    for step in steps.values():
        if not isinstance(step.action.about, Reel):
            continue
        assert isinstance(step.call, ImageCall | VideoCall)
        shown = [shot for shot in step.action.about.shots]
        wanted = [
            *first(f"characters/{who}/three_views" for shot in shown for who in shot.characters if who != "宾客"),
            *first(f"props/{prop}/prop" for shot in shown for prop in shot.props),
            *first(f"scenes/{shot.scene}/scene" for shot in shown),
            "style",
        ]
        own = {
            asset.blob: name
            for name, asset in (("style", program.spec.style.image), ("props/玉佩/prop", program.spec.props[1].image))
            if asset
        }
        made = {s.verdict.artifacts[0].blob: id for id, s in steps.items() if isinstance(s.verdict, Hit)}
        assert [{**made, **own}[ref.blob] for ref in step.call.references] == wanted  # type: ignore[union-attr]
        seen += 1
    assert seen == 24


def first(ids: Iterable[str]) -> list[str]:
    """Each once, in the order of appearance."""
    return list(dict.fromkeys(ids))


def test_an_unknown_profile_is_named_with_those_that_there_are(tmp_path: Path) -> None:
    place = project.find(str(ROOT / "specs" / "zhumen" / "zhumen.yaml"), "drfat")
    with pytest.raises(UsageError, match="did you mean `draft`"):
        frontend.load(place, preview=True)


def test_a_profile_changes_what_it_says_and_has_results_of_its_own() -> None:
    spec = str(ROOT / "specs" / "zhumen" / "zhumen.yaml")
    plain = frontend.load(project.find(spec), preview=False)
    draft = frontend.load(project.find(spec, "draft"), preview=False)
    assert (plain.spec.format.lines, draft.spec.format.lines) == (1080, 720)
    assert plain.spec.format.aspect_ratio == draft.spec.format.aspect_ratio
    assert plain.spec.policy.review
    assert not draft.spec.policy.review
    assert plain.project.lock(preview=False).name == "zhumen.lock"
    assert draft.project.lock(preview=False).name == "zhumen.draft.lock"
    assert draft.project.build_folder(preview=True).name == "zhumen.draft.preview"


def test_a_generated_script_keeps_the_ids_of_the_shots_that_go_on(tmp_path: Path) -> None:
    def told(*lines: tuple[str, str]) -> tuple[Shot, ...]:
        shots_ = [{"id": id, "seconds": 1.0, "action": action, "scene": "走廊"} for id, action in lines]
        document = longhand.script(Document.of({"shots": shots_}, "answer"))
        script, found = shots.script(document, drama, mend=True)
        assert script, found
        return script.shots

    (tmp_path / "d.yaml").write_text("manju: 1\ntheme: 雨夜\nscenes: {走廊: {}}\n", encoding="utf-8")
    drama = frontend.load(project.find(str(tmp_path / "d.yaml")), preview=True).spec
    old = told(("s01", "林澈推开走廊的门"), ("s02", "校徽在地上闪光"), ("s03", "苏芒回头微笑"))
    new = told(
        ("s01", "林澈推开走廊的铁门"),
        ("s02", "雨打在窗上，灯灭了"),
        ("s03", "校徽在地上闪着光"),
        ("s04", "苏芒回头微笑"),
    )
    under = likeness.kept(new, old)
    assert [shot.id for shot in under] == ["s01", "s04", "s02", "s03"]
    assert likeness.renamed(new, under) == {"s02": "s04", "s03": "s02", "s04": "s03"}


def test_faults_are_looked_for_until_nobody_would_read_on(tmp_path: Path) -> None:
    (tmp_path / "drama.yaml").write_text("manju: 1\nscenes: {a: {}}\nepisodes: ep*.yaml\n", encoding="utf-8")
    shots = "".join(f"  - {{id: s{number}, action: 走}}\n" for number in range(150))
    for number in range(1, 6):
        text = f"manju: 1\nepisode: ep{number}\nshots:\n{shots}"
        (tmp_path / f"ep{number}.yaml").write_text(text, encoding="utf-8")
    found = frontend.check(project.find(str(tmp_path / "drama.yaml")))
    assert [each.primary.span.source.path for each in found] == ["ep1.yaml"] * 150 + ["ep2.yaml"] * 150
