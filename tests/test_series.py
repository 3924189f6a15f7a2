"""A series: what its episodes share, what an edit of one of them costs, what stays as published."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from front import ROOT
from support import Workbench

from manjuc import frontend, likeness, longhand, project, shots
from manjuc.calls import ImageCall, TextCall, VideoCall
from manjuc.document import Document
from manjuc.errors import UsageError
from manjuc.graph import ActionId
from manjuc.spec import Shot
from manjuc.steps import Frozen, Hit, Miss, Rejected, Step
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


# Scripts of a text model, and what is declared after they were written

TALE = """\
manju: 1
theme: 雨夜，一枚校徽失窃
format: {seconds: 10}
characters:
  林澈: {role: 转学生侦探, looks: {雨衣: {服装: 黄色雨衣}}}
  月: {role: 园丁}
scenes:
  走廊: {light: 冷色侧光, at: {夜: {light: 一盏壁灯}}}
props:
  校徽: {traits: {形: 六边形}}
episodes: ep*.yaml
"""
SCRIPTS = {"ep01/script", "ep02/script"}
NEWS = {
    "character": ("characters:\n", "characters:\n  新人: {role: 校工}\n", "characters/新人"),
    "character of the id of a prop": ("characters:\n", "characters:\n  校徽: {role: 吉祥物}\n", "characters/校徽"),
    "look": ("looks: {", "looks: {便装: {服装: 白衬衫}, ", "characters/林澈/便装"),
    "first look": ("role: 园丁", "role: 园丁, looks: {冬装: {服装: 棉袄}}", "characters/月/冬装"),
    "scene": ("scenes:\n", "scenes:\n  天台: {}\n", "scenes/天台"),
    "scene of the id of a character": ("scenes:\n", "scenes:\n  月: {}\n", "scenes/月"),
    "time": ("夜: {light", "晨: {light: 晨光}, 夜: {light", "scenes/走廊/晨"),
    "prop": ("props:\n", "props:\n  铜钥匙: {traits: {形: 长柄}}\n", "props/铜钥匙"),
}


def telling(folder: Path, text: str = TALE) -> Workbench:
    """A series of two episodes that the text model writes, built."""
    (folder / "tale.yaml").write_text(text, encoding="utf-8")
    for number in (1, 2):
        (folder / f"ep0{number}.yaml").write_text(f"manju: 1\nepisode: ep0{number}\ntheme: 第{number}夜\n", "utf-8")
    shown = {"seconds": 1, "action": "走过", "scene": "走廊", "characters": []}
    lines = [{**shown, "id": f"s{n:02}"} for n in range(1, 11)]
    bench = Workbench(folder / "tale.yaml", answer={"title": "校徽", "shots": lines, "scenes": [{"id": "走廊"}]})
    assert bench.build() >= SCRIPTS
    assert bench.build() == set()
    return bench


def script_of(bench: Workbench, episode: str) -> Step:
    return next(step for step in bench.plan().steps if step.action.id == f"{episode}/script")


def prompt(step: Step) -> str:
    assert isinstance(step.call, TextCall)
    return step.call.messages[0].text


@pytest.mark.parametrize("news", NEWS)
def test_what_is_declared_later_buys_no_script_again(tmp_path: Path, news: str) -> None:
    bench = telling(tmp_path)
    before, (old, new, name) = bench.lock, NEWS[news]
    bench.edit(old, new)
    step = script_of(bench, "ep01")
    assert isinstance(step.verdict, Hit)
    assert str(step.verdict.note) == f"not told of {name}, declared since"
    assert bench.build() == set()
    assert bench.lock == before


def test_the_first_of_a_kind_buys_no_script_again_either(tmp_path: Path) -> None:
    bench = telling(tmp_path, "manju: 1\ntheme: 雨夜\nformat: {seconds: 10}\nepisodes: ep*.yaml\n")
    bench.edit("episodes:", "characters: {新人: {}}\nprops: {铜钥匙: {}}\nepisodes:")
    assert bench.build() == set()
    bench.edit("episodes:", "scenes: {走廊: {light: 冷光}}\nepisodes:")
    assert not SCRIPTS & bench.build(), "what a script invented may be declared too"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("role: 园丁", "role: 花匠"),
        ("  月: {role: 园丁}\n", ""),
        (", looks: {雨衣: {服装: 黄色雨衣}}", ""),
        ("theme: 雨夜", "limits: {avoid: [血腥]}\ntheme: 雨夜"),
    ],
)
def test_whatever_else_changes_has_all_scripts_written_anew_and_told_of_everybody(
    tmp_path: Path, old: str, new: str
) -> None:
    bench = telling(tmp_path)
    bench.edit("characters:\n", "characters:\n  新人: {role: 校工}\n")
    bench.edit(old, new)
    for episode in ("ep01", "ep02"):
        step = script_of(bench, episode)
        assert isinstance(step.verdict, Miss)
        assert step.verdict.reason.code == "changed"
        assert "`prompt` changed at line" in str(step.verdict.reason.detail)
        assert "新人" in prompt(step)
    assert bench.build() >= SCRIPTS
    assert all("characters/新人" in (bench.lock.actions[ActionId(id)].told or ()) for id in SCRIPTS)
    assert bench.build() == set()


def test_an_episode_that_is_told_otherwise_is_the_only_one_that_hears_the_news(tmp_path: Path) -> None:
    bench = telling(tmp_path)
    bench.edit("props:\n", "props:\n  铜钥匙: {}\n")
    bench.edit("第2夜", "第2夜，铜钥匙", "ep02.yaml")
    assert SCRIPTS & bench.build() == {"ep02/script"}
    told = [bench.lock.actions[ActionId(id)].told or () for id in sorted(SCRIPTS)]
    assert ["props/铜钥匙" in each for each in told] == [False, True]


def test_a_trait_of_someone_new_or_old_is_still_nothing_to_a_script(tmp_path: Path) -> None:
    bench = telling(tmp_path)
    bench.edit("characters:\n", "characters:\n  新人: {role: 校工}\n")
    bench.edit("role: 校工", "role: 保安, traits: {发色: 白发}")
    bench.edit("黄色雨衣", "蓝色雨衣")
    assert bench.build() == set()


def test_another_take_is_told_of_everybody(tmp_path: Path) -> None:
    bench = telling(tmp_path)
    bench.edit("props:\n", "props:\n  铜钥匙: {}\n")
    assert "铜钥匙" not in prompt(script_of(bench, "ep01"))
    id = ActionId("ep01/script")
    raised = replace(bench.lock.actions[id], take=2)
    bench.lock = replace(bench.lock, actions={**bench.lock.actions, id: raised})
    step = script_of(bench, "ep01")
    assert isinstance(step.verdict, Miss)
    assert "铜钥匙" in prompt(step)
    assert step.call.take == 2
    assert SCRIPTS & bench.build() == {"ep01/script"}


def test_a_lock_that_does_not_say_what_a_script_was_told_of_holds_it_against_everybody(tmp_path: Path) -> None:
    bench = telling(tmp_path)
    whole = bench.lock
    silent = {id: replace(locked, told=None) for id, locked in whole.actions.items()}
    bench.lock = replace(whole, actions=silent)
    bench.edit("props:\n", "props:\n  铜钥匙: {}\n")
    assert isinstance(script_of(bench, "ep01").verdict, Miss)
    bench.edit("props:\n  铜钥匙: {}\n", "props:\n")
    assert bench.build() == set()
    assert bench.lock == whole, "the next build writes down what it was told of"


def test_a_script_that_is_not_on_this_machine_is_missed_for_that_reason(tmp_path: Path) -> None:
    bench = telling(tmp_path)
    bench.edit("props:\n", "props:\n  铜钥匙: {}\n")
    bench.ledger.gone.add(bench.lock.actions[ActionId("ep01/script")].artifacts[0].blob)
    step = script_of(bench, "ep01")
    assert isinstance(step.verdict, Miss)
    assert step.verdict.reason.code == "blob-missing"


def test_a_frozen_script_is_as_published_whoever_is_declared(tmp_path: Path) -> None:
    bench = telling(tmp_path)
    bench.edit("episodes:", "frozen: [ep01]\nepisodes:")
    bench.edit("props:\n", "props:\n  铜钥匙: {}\n")
    published = script_of(bench, "ep01").verdict
    assert isinstance(published, Hit)
    assert not published.note, "nothing would come of it"
    bench.edit("role: 园丁", "role: 花匠")
    assert isinstance(script_of(bench, "ep01").verdict, Frozen)
    assert isinstance(script_of(bench, "ep02").verdict, Miss)


def test_a_script_that_took_repair_rounds_stands_by_its_first_call(tmp_path: Path) -> None:
    bench = telling(tmp_path)
    id = ActionId("ep01/script")
    locked = bench.lock.actions[id]
    del bench.ledger.made[locked.key]
    bench.ledger.failed[locked.key] = Rejected(locked.artifacts, ("too long",), "{}")
    bench.edit("props:\n", "props:\n  铜钥匙: {}\n")
    step = script_of(bench, "ep01")
    assert isinstance(step.verdict, Hit)
    assert isinstance(step.call, TextCall)
    assert len(step.call.messages) == 3
    assert "铜钥匙" not in prompt(step)
