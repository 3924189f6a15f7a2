"""What was paid for and went astray on the way, by the relay's fault or by a slip of ours: it can still be fetched."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from PIL import Image
from serving import (
    CLIP,
    CLIPS,
    KEY,
    PICTURES,
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

from manjuc import disk, perform
from manjuc.calls import VideoCall
from manjuc.dialects import DIALECTS
from manjuc.digest import digest_of
from manjuc.disk import now
from manjuc.errors import StoreBroken
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
    (placed,) = (root / "build/mini/rejected").iterdir()
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
