"""What was paid for and went astray on the way, by the relay's fault or by a slip of ours: it can still be fetched."""

from __future__ import annotations

import asyncio
import base64
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from serving import (
    CLIP,
    CLIPS,
    KEY,
    PICTURES,
    QUICK,
    SCENE,
    SPEC,
    App,
    Served,
    answer,
    build,
    cut_off,
    hang_up,
    hurried,
    laid_out,
    run,
    served,
    steps,
    verdicts,
)

from manjuc import disk, media, perform
from manjuc.calls import VideoCall
from manjuc.contracts import Output
from manjuc.dialects import DIALECTS
from manjuc.digest import digest_of
from manjuc.disk import now
from manjuc.errors import StoreBroken
from manjuc.stages import clip
from manjuc.store import Store
from manjuc.wire import Finished, HttpResponse, Link

PAGE = answer(200, b"<html>the gateway is having a rest</html>")
CALL = digest_of(b"call")


@pytest.mark.long
def test_a_wrong_job_can_be_corrected_without_paying_again(root: Path, relay: Served) -> None:
    relay.once("POST", CLIPS, hang_up(after=relay.app))
    assert build(root, relay, *CLIP).code == 6
    (job,) = (path.stem for path in (root / "relay/jobs").glob("*.json"))
    assert run(root, relay, "resolve", SPEC, "mini/s01/clip", "--task-id", "typo").code == 0
    assert verdicts(root, relay)["mini/s01/clip"] == "resume"
    assert run(root, relay, "resolve", SPEC, "mini/s01/clip", "--task-id", job).code == 0
    ran = build(root, relay, *CLIP[:2])
    assert ran.code == 0, ran.err
    assert relay.posts(CLIPS) == 1


@pytest.mark.parametrize(
    "said",
    [
        answer(504, b'{"error": {"message": "upstream timeout"}, "task_id": "job-77"}'),
        answer(409, b'{"error": {"message": "conflict"}, "data": {"task_id": "job-77"}}'),
        cut_off(b'{"task_id": "job-77", "stat'),
    ],
    ids=["beside an error", "within an error", "before it broke off"],
)
def test_the_id_of_a_job_is_kept_in_whatever_answer_it_came(root: Path, relay: Served, said: App) -> None:
    relay.once("POST", CLIPS, said)
    ran = build(root, relay, *CLIP)
    assert ran.code == 6, ran.err
    assert "job-77" in ran.err
    assert "manjuc resolve SPEC mini/s01/clip --task-id ID" in ran.err
    assert "job-77" in (root / ".manjuc/journal.jsonl").read_text(encoding="utf-8")
    assert relay.posts(CLIPS) == 0, "it is not sent again"


def test_an_answer_that_is_paid_for_is_kept_before_anything_is_read_in_it(
    root: Path, relay: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as reading:
        reading.setenv("MANJUC_API_KEY", KEY)
        reading.setattr(perform, "hear", ends)
        with pytest.raises(MemoryError):
            hurried(root / SPEC, relay.url)
    ran = build(root, relay, "--only", "scenes/corridor/scene", "--until", "scene")
    assert ran.code == 0, ran.err
    assert relay.posts(PICTURES) == 1


def test_a_picture_that_was_paid_for_and_not_accepted_is_shown(root: Path, relay: Served) -> None:
    drawn = io.BytesIO()
    Image.effect_noise((256, 144), 80).save(drawn, "PNG")
    found = f'{{"data": [{{"b64_json": "{base64.b64encode(drawn.getvalue()).decode()}"}}]}}'
    relay.once("POST", PICTURES, answer(200, found.encode()))
    ran = build(root, relay, *SCENE)
    assert ran.code == 4
    assert "what came lies in the folder `rejected` of the results" in ran.err
    (placed,) = (root / "build/mini/rejected/scenes").iterdir()
    assert placed.read_bytes() == drawn.getvalue()
    page = (root / "build/mini/index.html").read_text(encoding="utf-8")
    assert "废片" in page
    assert "没有通过" in page
    told = run(root, relay, "show", SPEC, "scenes/corridor/scene").out
    assert "rejected take" in told
    assert str(root / ".manjuc/blobs") in told


def test_a_bad_day_can_be_rehearsed_to_its_end(root: Path, tmp_path: Path) -> None:
    scene = ("--only", "scenes/corridor/scene", "--until", "scene", "--preview")
    with served(tmp_path / "free", paid=False) as free:
        free.once("POST", PICTURES, hang_up(after=free.app))
        ran = build(root, free, *scene)
        assert ran.code == 6, ran.err
        assert "nobody knows whether this call was taken" in ran.err
        assert build(root, free, *scene).code == 6
        assert free.posts(PICTURES) == 1, "it is not sent again"
        assert run(root, free, "resolve", SPEC, "scenes/corridor/scene", "--preview", "--lost").code == 0
        assert build(root, free, *scene).code == 0


def test_a_page_in_the_place_of_an_answer_leads_to_who_knows_about_addresses(root: Path, relay: Served) -> None:
    relay.once("POST", PICTURES, answer(200, b"<html>Dashboard</html>", "text/html"))
    ran = build(root, relay, *SCENE)
    assert ran.code == 6
    assert "the answer is not JSON but a page (`manjuc doctor` says whether the address is that of the API)" in ran.err
    told = build(root, relay, *SCENE, "--lang", "zh").err
    assert "回答不是 JSON，而是网页（`manjuc doctor` 会说地址是不是接口的地址）" in told


@pytest.mark.parametrize("id", ["", "  ", "x" * 513])
def test_what_can_be_no_id_of_a_job_is_refused(root: Path, relay: Served, id: str) -> None:
    relay.once("POST", CLIPS, answer(502, b"{}"))
    assert build(root, relay, *CLIP).code == 6
    assert run(root, relay, "resolve", SPEC, "mini/s01/clip", "--task-id", id).code == 2
    assert verdicts(root, relay)["mini/s01/clip"] == "uncertain"


def test_a_page_instead_of_a_paid_picture_is_no_take_and_the_picture_is_fetched_by_the_next_build(
    root: Path, relay: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MANJUC_API_KEY", KEY)
    for _ in range(3):
        relay.once("GET", "/files/", PAGE)
    outcome = hurried(root / SPEC, relay.url)
    (error,) = outcome.failures.values()
    assert "its link leads to a page or to nothing; it is paid for" in str(error)
    assert "manjuc resolve SPEC scenes/corridor/scene --lost" in str(error)
    assert not hurried(root / SPEC, relay.url).failures
    assert relay.posts(PICTURES) == 1


def test_the_price_of_a_plan_holds_every_rung_that_is_declared(tmp_path: Path, relay: Served) -> None:
    root = laid_out(tmp_path / "plain")
    plain = steps(root, relay)["scenes/corridor/scene"]["cost"]
    (root / SPEC).write_text(f"{(root / SPEC).read_text('utf-8')}on_failure: [shorten, soften]\n", encoding="utf-8")
    laddered = steps(root, relay)["scenes/corridor/scene"]["cost"]
    assert laddered["min"] == plain["min"]
    assert float(laddered["max"]) == pytest.approx(3 * float(plain["max"]))


def test_where_the_disk_is_full_behind_a_paid_answer_the_message_says_where_the_answer_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / ".manjuc")
    with store.writing():
        attempt = now(store.intend(CALL, b"call", action="a", stage="clip", model="m", base_url="u"))
        store.lay_answer(CALL, attempt, b'{"task_id": "7"}')

        def full(*_: object) -> None:
            raise StoreBroken("no space left")

        monkeypatch.setattr(disk, "put", full)
        with pytest.raises(StoreBroken, match="which is paid for, is kept in"):
            now(store.answered(CALL, attempt, b'{"task_id":"7"}', None))


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("body", [b'{"data": [{"url": "%b"}]}', b'{"status": "completed", "video_url": "%b"}'])
def test_a_relay_that_answers_once_the_clip_is_made_has_delivered_it(name: str, body: bytes) -> None:
    response = HttpResponse(200, "application/json", body.replace(b"%b", b"https://cdn.example/a.mp4"))
    found = DIALECTS[name].submitted(VideoCall("sora-2", "p", "16:9", 10_000), response)
    assert found == Finished(Link("https://cdn.example/a.mp4"))


FILMED = VideoCall("m", "雨夜", "16:9", 8_000)


@pytest.mark.parametrize(
    ("asked", "came", "expected"),
    [
        ({"size": "4K"}, (640, 360), ["the clip is 640×360, 4K was asked for"]),
        ({"size": "4K"}, (1920, 1080), ["the clip is 1920×1080, 4K was asked for"]),
        ({"pixels": "1920x1080", "hd": True}, (320, 180), ["the clip is 320×180, 1920x1080 was asked for"]),
        ({"size": "1080p"}, (1280, 720), ["the clip is 1280×720, 1080p was asked for"]),
        ({"size": "2K"}, (1280, 720), ["the clip is 1280×720, 2K was asked for"]),
        ({"pixels": "1792x1024", "hd": True}, (1280, 704), ["the clip is 1280×704, 1792x1024 was asked for"]),
        # A little smaller is how models make it, and so is another way to share a size between the sides.
        ({"pixels": "1280x720"}, (1280, 704), []),
        ({"size": "720P"}, (1248, 704), []),
        ({"size": "720p", "aspect_ratio": "21:9"}, (1470, 630), []),
        ({"size": "1080p", "aspect_ratio": "1:1"}, (1440, 1440), []),
        ({"size": "720p", "aspect_ratio": "1:1"}, (720, 720), []),
        ({"size": "4K"}, (3840, 2160), []),
        ({"size": "480p", "aspect_ratio": "9:16"}, (480, 864), []),
        ({"size": "480p", "aspect_ratio": "9:16"}, (240, 432), ["the clip is 240×432, 480p was asked for"]),
        # Where two sizes are said, one of them may not have reached the relay.
        ({"pixels": "1280x720", "size": "480p"}, (854, 480), []),
        # No size is asked for, or in words of which nobody knows the pixels.
        ({}, (320, 180), []),
        ({"size": "large"}, (320, 180), []),
        ({"size": ""}, (320, 180), []),
        # The usual pixels of a shape are not sent in every dialect.
        ({"pixels": "1280x720"}, (640, 360), []),
        ({"pixels": "large", "size": "720p"}, (320, 180), ["the clip is 320×180, 720p was asked for"]),
        ({"hd": True}, (320, 180), []),
        # A preview is drawn as large as is quick, whatever its model makes.
        ({"size": "4K", "model": "preview/m"}, (1280, 720), []),
    ],
)
def test_a_clip_is_held_to_the_size_that_was_asked_for(
    asked: dict[str, Any], came: tuple[int, int], expected: list[str]
) -> None:
    assert list(clip.check(replace(FILMED, **asked), Output(*came, milliseconds=8_000))) == expected


def test_hd_is_expected_only_of_clips_that_can_be_in_hd() -> None:
    call = replace(FILMED, hd=True, pixels="1792x1024")
    assert list(clip.check(call, Output(1280, 720, 8_000, hd=False))) == []
    assert list(clip.check(call, Output(1280, 720, 8_000))) == ["the clip is 1280×720, 1792x1024 was asked for"]


def small_clip(folder: Path) -> bytes:
    source = ["-f", "lavfi", "-i", "testsrc=s=640x360:r=10:d=2", "-pix_fmt", "yuv420p", "small.mp4"]
    asyncio.run(media.ffmpeg(source, folder))
    return (folder / "small.mp4").read_bytes()


def test_a_clip_is_not_held_to_a_size_for_which_its_dialect_has_no_place(
    root: Path, relay: Served, tmp_path: Path
) -> None:
    (root / "manjuc.yaml").write_text(QUICK.replace("[2]\n", "[2]\n    size: 1080p\n", 1), encoding="utf-8")
    relay.once("GET", "/files/", answer(200, small_clip(tmp_path), "video/mp4"), "")
    assert build(root, relay, "--only", "mini/script", "--yes").code == 0
    ran = build(root, relay, *CLIP)
    assert ran.code == 0, ran.err
    assert verdicts(root, relay)["mini/s01/clip"] == "hit"


def test_a_clip_that_is_clearly_smaller_than_asked_is_kept_as_a_rejected_take_and_not_bought_again(
    root: Path, relay: Served, tmp_path: Path
) -> None:
    small = small_clip(tmp_path)
    facts = QUICK.replace("[2]\n", "[2]\n    size: 1080p\n    fields: {size: resolution}\n", 1)
    (root / "manjuc.yaml").write_text(facts, encoding="utf-8")
    assert build(root, relay, "--only", "mini/script", "--yes").code == 0
    relay.once("GET", "/files/", answer(200, small, "video/mp4"))
    ran = build(root, relay, *CLIP)
    assert ran.code == 4
    assert "the clip is 640×360, 1080p was asked for" in ran.err
    assert verdicts(root, relay)["mini/s01/clip"] == "failed"
    assert any(path.read_bytes() == small for path in (root / ".manjuc/blobs").rglob("*") if path.is_file())
    again = build(root, relay, *CLIP)
    assert (again.code, relay.posts(CLIPS)) == (4, 1)
    # It is told by `show` too.
    shown = run(root, relay, "show", SPEC, "mini/s01/clip")
    assert "the clip is 640×360, 1080p was asked for" in shown.out


@pytest.mark.parametrize(("lengths", "code"), [("[10]", 0), ("[2]", 4)])
def test_a_clip_of_a_length_in_which_hd_has_no_effect_may_be_as_small_as_without(
    root: Path, relay: Served, lengths: str, code: int
) -> None:
    facts = QUICK.replace("    durations: [2]\n", f"    durations: [2]\n    hd: true\n    hd_durations: {lengths}\n")
    (root / "manjuc.yaml").write_text(facts + '    sizes: {"16:9 hd": 1792x1024}\n', encoding="utf-8")
    text = (root / SPEC).read_text("utf-8").replace("format: {seconds: 2}", "format: {seconds: 2, hd: true}")
    (root / SPEC).write_text(text, encoding="utf-8")
    ran = build(root, relay, *CLIP)
    assert ran.code == code, ran.err
    assert ("the clip is 1280×720, 1792x1024 was asked for" in ran.err) == (code == 4)
