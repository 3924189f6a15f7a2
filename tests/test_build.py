"""Whole builds without an API key: the film, the second build, parts of a build, hand edits, a kill in the middle."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from PIL import Image
from serving import KEY, SPEC, laid_out, manjuc, served, started
from support import edit

from manjuc.media import ffmpeg, probe_clip

Drama = Callable[[str], Path]
OWN = """manju: 1
theme: 雨停了
format: {aspect_ratio: "9:16"}
style: {image: jia.png}
characters: {甲: {age: 30, image: jia.png, looks: {雨衣: {服装: 黄色雨衣, image: cell.png}}}}
scenes: {院子: {light: 月光}}
shots:
  - {id: s01, seconds: 5, scene: 院子, characters: [甲], image: cell.png, action: 甲坐下}
  - {id: s02, seconds: 2, video: own.mp4}
"""


def picture(path: Path, colour: str = "#a05030") -> None:
    """A picture of the author's own."""
    Image.new("RGB", (720, 1280), colour).save(path)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The detective, built once for all tests that only look at it."""
    root = tmp_path_factory.mktemp("detective")
    (root / "specs").mkdir()
    spec = Path(__file__).parent.parent / "specs" / "detective.yaml"
    (root / "specs" / "detective.yaml").write_bytes(spec.read_bytes())
    ran = manjuc("build", "specs/detective.yaml", cwd=root)
    assert ran.code == 0, ran.err
    return root, ran.err


def test_the_film_is_ten_seconds_of_h264_and_aac(built: tuple[Path, str]) -> None:
    info = asyncio.run(probe_clip(built[0] / "build/detective.preview/detective.mp4"))
    assert abs(info.milliseconds - 10_000) <= 200
    assert (info.width, info.height, info.video, info.audio) == (1280, 720, "h264", "aac")


def test_everything_is_placed_where_people_look(built: tuple[Path, str]) -> None:
    folder = built[0] / "build/detective.preview"
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {
        "detective.mp4",
        "detective.srt",
        "detective.png",
        "script.yaml",
        "characters/林澈.png",
        "scenes/赛博校园走廊.png",
    } <= names
    assert any(name.startswith("sheets/01_s01-") for name in names)
    assert any(name.startswith("clips/01_s01-") for name in names)


@pytest.mark.long
def test_the_page_shows_what_the_author_made_too(tmp_path: Path) -> None:
    """Of a build of one place, before there is any film."""
    picture(tmp_path / "jia.png")
    picture(tmp_path / "cell.png", "#204060")
    colour = ("-f", "lavfi", "-i", "color=red:s=720x1280:r=30:d=2", "-f", "lavfi", "-i", "anullsrc", "-shortest")
    asyncio.run(ffmpeg([*colour, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "own.mp4"], tmp_path))
    spec = tmp_path / "own.yaml"
    spec.write_text(OWN, encoding="utf-8")
    ran = manjuc("build", "--preview", "--only", "scenes/院子/scene", "own.yaml", cwd=tmp_path)
    assert ran.code == 0, ran.err
    build = tmp_path / "build/own.preview"
    page = (build / "index.html").read_text(encoding="utf-8")
    for name, original in (
        *(("style.png", "jia.png"), ("three_views_甲.png", "jia.png"), ("three_views_甲_雨衣.png", "cell.png")),
        *(("own_s01_contact_sheet.png", "cell.png"), ("own_s02_clip.mp4", "own.mp4")),
    ):
        assert (build / "own" / name).read_bytes() == (tmp_path / original).read_bytes()
        assert f'src="own/{quote(name)}"' in page
    assert "s02 · 自有片段" in page
    assert page.index("画风") < page.index("own/style.png") < page.index("角色")
    edit(spec, ", image: cell.png, action: 甲坐下", ", action: 甲坐下")
    assert manjuc("build", "--preview", "--only", "scenes/院子/scene", "own.yaml", cwd=tmp_path).code == 0
    assert not (build / "own/own_s01_contact_sheet.png").exists()
    assert "own_s01" not in (build / "index.html").read_text(encoding="utf-8")


def test_the_first_line_says_that_it_is_a_preview(built: tuple[Path, str]) -> None:
    assert "preview (MANJUC_API_KEY is not set)" in built[1]


def test_a_script_that_was_placed_can_be_adopted_as_a_hand_written_one(built: tuple[Path, str], tmp_path: Path) -> None:
    script = (built[0] / "build/detective.preview/script.yaml").read_text(encoding="utf-8")
    (tmp_path / "d.script.yaml").write_text(script, encoding="utf-8")
    spec = (built[0] / "specs/detective.yaml").read_text(encoding="utf-8")
    before, _, after = spec.partition("limits:")
    adopted = before + "script: d.script.yaml\n" + after[after.index("subtitles:") :]
    (tmp_path / "d.yaml").write_text(adopted, encoding="utf-8")
    ran = manjuc("check", "d.yaml", "d.script.yaml", cwd=tmp_path)
    assert ran.code == 0, ran.err


def test_the_second_build_sends_nothing_and_says_so(built: tuple[Path, str]) -> None:
    with served(built[0] / "elsewhere", paid=False) as relay:
        ran = manjuc("build", "--preview", "specs/detective.yaml", cwd=built[0], url=relay.url)
        assert ran.code == 0
        assert "nothing to do: all 6 steps are up to date, no request was sent" in ran.err
        assert relay.requests() == 0


def test_a_plan_after_the_build_has_only_hits(built: tuple[Path, str]) -> None:
    plan = json.loads(manjuc("plan", "--format", "json", "specs/detective.yaml", cwd=built[0]).out)
    assert {step["verdict"] for step in plan["steps"]} == {"hit"}
    assert plan["unknown"] == []


def test_a_clone_with_the_lock_and_the_blobs_has_nothing_to_do(built: tuple[Path, str], tmp_path: Path) -> None:
    for part in ("specs", ".manjuc/blobs", ".manjuc/preview"):
        for file in (built[0] / part).rglob("*"):
            if file.is_file() and "relay" not in file.parts:
                target = tmp_path / file.relative_to(built[0])
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(file.read_bytes())
    plan = json.loads(manjuc("plan", "--format", "json", "specs/detective.yaml", cwd=tmp_path).out)
    assert {step["verdict"] for step in plan["steps"] if step["stage"] != "film"} == {"hit"}


def test_a_plan_before_the_script_tells_what_is_known_and_bounds_the_rest(drama: Drama) -> None:
    root = drama("detective").parent.parent
    ran = manjuc("plan", "--format", "json", "specs/detective.yaml", cwd=root)
    plan = json.loads(ran.out)
    assert [(s["id"], s["verdict"], s["reason"]["code"]) for s in plan["steps"]] == [
        ("detective/script", "miss", "new"),
        ("characters/linche/three_views", "miss", "new"),
        ("scenes/corridor/scene", "miss", "new"),
    ]
    assert all(step["key"] and step["prompt"] and step["cost"]["max"] == "0" for step in plan["steps"])
    assert plan["steps"][1]["real_cost"] == {"min": "0.2", "max": "0.2", "currency": "CNY"}
    assert [(u["stage"], u["count"], u["after"]) for u in plan["unknown"]] == [
        (stage, {"min": 1, "max": 1}, "detective/script") for stage in ("contact_sheet", "clip", "film")
    ]
    assert not (root / ".manjuc").exists(), "a plan changes nothing"


def test_the_prompts_of_a_plan_are_the_very_texts_that_a_build_sends(drama: Drama) -> None:
    root = drama("handwritten").parent.parent
    shown = json.loads(manjuc("plan", "--format", "json", "specs/handwritten.yaml", cwd=root).out)
    until = manjuc("build", "--until", "scene", "specs/handwritten.yaml", cwd=root)
    assert until.code == 0, until.err
    for step in shown["steps"][:5]:
        kept = root / ".manjuc/blobs" / step["key"][:2] / step["key"]
        assert json.loads(kept.read_bytes())["call"]["prompt"] == step["prompt"]


def test_until_and_only_make_a_part(drama: Drama) -> None:
    root = drama("handwritten").parent.parent
    ran = manjuc("build", "--only", "characters/azhou/three_views", "specs/handwritten.yaml", cwd=root)
    assert ran.code == 0, ran.err
    plan = json.loads(manjuc("plan", "--format", "json", "specs/handwritten.yaml", cwd=root).out)
    assert [s["id"] for s in plan["steps"] if s["verdict"] == "hit"] == ["characters/azhou/three_views"]
    wrong = manjuc("build", "--only", "characters/azho/three_views", "specs/handwritten.yaml", cwd=root)
    assert wrong.code == 2
    assert "did you mean `characters/azhou/three_views`?" in wrong.err
    assert manjuc("build", "--until", "scenes", "specs/handwritten.yaml", cwd=root).code == 2


def test_a_picture_that_a_person_has_edited_is_left_alone(drama: Drama) -> None:
    root = drama("handwritten").parent.parent
    command = ("build", "--until", "three_views", "specs/handwritten.yaml")
    manjuc(*command, cwd=root)
    picture = root / "build/handwritten.preview/characters/阿舟.png"
    picture.write_bytes(b"retouched")
    ran = manjuc(*command, cwd=root)
    assert ran.code == 0
    assert "characters/阿舟.png was edited since it was placed; it stays as it is" in ran.err
    assert picture.read_bytes() == b"retouched"


@pytest.mark.long
def test_a_theme_alone_makes_a_film(drama: Drama) -> None:
    root = drama("theme-only").parent.parent
    ran = manjuc("build", "specs/theme-only.yaml", cwd=root)
    assert ran.code == 0, ran.err
    folder = root / "build/theme-only.preview"
    assert list((folder / "characters").iterdir())
    assert list((folder / "scenes").iterdir())
    assert (folder / "theme-only.mp4").is_file()


@pytest.mark.long
def test_a_hand_written_story_makes_three_clips_and_asks_no_text_model(drama: Drama) -> None:
    root = drama("handwritten").parent.parent
    ran = manjuc("build", "specs/handwritten.yaml", "specs/handwritten.script.yaml", cwd=root)
    assert ran.code == 0, ran.err
    assert "specs/handwritten.script.yaml is a script" in ran.err
    folder = root / "build/handwritten.preview"
    assert sorted(path.name for path in (folder / "clips").iterdir()) == [
        "01_s01-s08_雨夜站台.mp4",
        "02_s09-s16_末班电车车厢.mp4",
        "03_s17-s24_跨江铁桥.mp4",
    ]
    info = asyncio.run(probe_clip(folder / "handwritten.mp4"))
    assert abs(info.milliseconds - 30_000) <= 200
    assert "chat/completions" not in (root / ".manjuc/journal.jsonl").read_text(encoding="utf-8")
    assert "with an API key, all of it is made anew" in manjuc("plan", "specs/handwritten.yaml", cwd=root).out


def test_what_a_preview_has_made_lowers_no_price(drama: Drama) -> None:
    root = drama("handwritten").parent.parent
    plan = ("plan", "--format", "json", "specs/handwritten.yaml")
    before = json.loads(manjuc(*plan, cwd=root, key=KEY).out)["totals"]
    assert manjuc("build", "--preview", "--until", "contact_sheet", "specs/handwritten.yaml", cwd=root).code == 0
    assert json.loads(manjuc(*plan, cwd=root, key=KEY).out)["totals"] == before
    assert before["CNY"]["min"] == before["CNY"]["max"]


@pytest.mark.long
def test_the_same_film_comes_over_real_sockets(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    here = manjuc("build", SPEC, cwd=root)
    assert here.code == 0, here.err
    elsewhere = laid_out(tmp_path_factory.mktemp("elsewhere"))
    with served(elsewhere / "relay", paid=False) as relay:
        ran = manjuc("build", "--preview", SPEC, cwd=elsewhere, url=relay.url)
        assert ran.code == 0, ran.err
        assert relay.posts() == 5
    film = "build/mini.preview/mini.mp4"
    assert (elsewhere / film).read_bytes() == (root / film).read_bytes()


@pytest.mark.long
def test_a_preview_that_was_killed_while_it_was_polled_goes_on_with_its_job(root: Path) -> None:
    with started("build", "--events", "/dev/stdout", SPEC, cwd=root) as process:
        assert process.stdout
        events = map(json.loads, process.stdout)
        assert any(event["event"] == "charged" and event["stage"] == "clip" for event in events)
        process.kill()
    ran = manjuc("build", SPEC, cwd=root)
    assert ran.code == 0, ran.err
    assert len(list((root / ".manjuc/preview/relay/jobs").glob("*.json"))) == 1
