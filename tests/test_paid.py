"""The paid path over real sockets: consent, intent, ticket, lock, secrets, and what a bad relay does to it.

The relay is the preview's application, served under the tutorial's model names and asking for a key.
"""

from __future__ import annotations

import io
import json
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from serving import (
    CLIP,
    CLIPS,
    KEY,
    MINI,
    PICTURES,
    QUICK,
    SCENE,
    SPEC,
    Served,
    answer,
    build,
    hang_up,
    held_build,
    hurried,
    no_time,
    performed,
    run,
    served,
    started,
    verdicts,
)
from test_media import make_clip

from manjuc import compiler, frontend, project
from manjuc.budget import Budget
from manjuc.digest import digest_of
from manjuc.events import Event, Notice
from manjuc.relay import Relay
from manjuc.selection import Selection
from manjuc.store import Store

RUNNING = answer(200, b'{"status": "IN_PROGRESS"}')


class Terminal(io.StringIO):
    """Somebody at a terminal, with what they type."""

    def isatty(self) -> bool:
        return True


def test_a_pipe_without_consent_is_refused_and_nothing_is_sent(root: Path, relay: Served) -> None:
    ran = build(root, relay)
    assert ran.code == 5
    assert "this build may cost ¥" in ran.err
    assert relay.requests() == 0


@pytest.mark.parametrize(
    ("typed", "code", "posts"), [("n\n", 5, 0), ("\n", 5, 0), ("", 130, 0), ("what?\ny\n", 0, 1), ("y\n", 0, 1)]
)
def test_a_person_at_a_terminal_is_asked_before_money_is_spent(
    root: Path, relay: Served, monkeypatch: pytest.MonkeyPatch, typed: str, code: int, posts: int
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(typed))
    ran = build(root, relay, *SCENE[:-1])
    assert ran.code == code, ran.err
    assert "this build may cost ¥0.2. Go on?" in ran.err
    assert ("nothing was sent" in ran.err) == (code == 5)
    assert relay.posts() == posts
    assert bool(relay.requests()) == bool(posts), "who has not said yes has asked the relay for nothing"


def test_a_limit_that_does_not_cover_the_plan_is_no_consent(root: Path, relay: Served) -> None:
    assert build(root, relay, "--max-cost", "0.5").code == 5
    assert build(root, relay, "--max-cost", "0.1", "--yes").code == 5
    assert build(root, relay, "--max-cost", "five").code == 2
    assert relay.requests() == 0


def test_the_whole_paid_path_runs_and_leaves_a_lock(root: Path, relay: Served) -> None:
    ran = build(root, relay, "--max-cost", "2CNY")
    assert ran.code == 0, ran.err
    assert (root / "build/mini/mini.mp4").is_file()
    lock = (root / "specs/mini.lock").read_text(encoding="utf-8")
    assert '"mini/s01/clip":' in lock
    assert "film" not in lock
    assert (relay.posts(CLIPS), relay.posts(PICTURES), relay.posts("/v1/chat")) == (1, 3, 1)
    again = build(root, relay)
    assert again.code == 0, again.err
    assert "nothing to do" in again.err
    assert relay.posts() == 5


@pytest.mark.long
def test_neither_the_key_nor_a_signed_link_is_left_anywhere(root: Path, relay: Served) -> None:
    relay.once("POST", PICTURES, answer(400, f'{{"error": {{"message": "bad key {KEY}"}}}}'.encode()))
    first = build(root, relay, "--yes")
    assert first.code == 4
    second = build(root, relay, "--yes")
    assert second.code == 0, second.err
    for ran in (first, second):
        assert KEY not in ran.out + ran.err
        assert "sign=" not in ran.out + ran.err
    for path in root.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert KEY.encode() not in content, path
            assert b"sign=" not in content, path


def test_a_build_that_was_killed_while_it_was_polling_submits_no_second_clip(root: Path, relay: Served) -> None:
    relay.once("GET", f"{CLIPS}/", RUNNING)
    with held_build(root, relay, relay.hold("GET", f"{CLIPS}/"), *CLIP) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert verdicts(root, relay)["mini/s01/clip"] == "resume"
    ran = build(root, relay, *CLIP)
    assert ran.code == 0, ran.err
    assert relay.posts(CLIPS) == 1


def test_a_submit_without_an_answer_is_uncertain_and_blocks_its_branch_alone(root: Path, relay: Served) -> None:
    relay.once("POST", CLIPS, hang_up(after=relay.app))
    ran = build(root, relay, "--yes")
    assert ran.code == 6
    assert "It may have cost ¥0.33." in ran.err
    assert "nobody knows whether this call was taken" in ran.err
    assert verdicts(root, relay) == {
        "mini/script": "hit",
        "characters/linche/three_views": "hit",
        "scenes/corridor/scene": "hit",
        "mini/s01/contact_sheet": "hit",
        "mini/s01/clip": "uncertain",
        "mini/film": "wait",
    }
    assert build(root, relay, *CLIP).code == 6
    assert relay.posts(CLIPS) == 1, "an uncertain call is never sent again by itself"


JOBS = "  nano-banana-2: {asynchronous: true}\n"


@pytest.mark.parametrize(
    ("dialect", "facts", "asked", "offered"),
    [
        ("whatai", "", (CLIPS, CLIP), True),
        ("whatai", "", (PICTURES, SCENE), False),
        ("whatai", JOBS, (PICTURES, SCENE), True),
        ("whatai", "", ("/v1/chat", CLIP), False),
        ("newapi", "", ("/v1/image/generations", SCENE), True),
        ("openai", JOBS, (PICTURES, SCENE), False),
    ],
)
def test_a_job_is_asked_for_only_where_the_relay_may_have_made_one(
    root: Path, relay: Served, dialect: str, facts: str, asked: tuple[str, tuple[str, ...]], offered: bool
) -> None:
    path, only = asked
    (root / "manjuc.yaml").write_text(QUICK + facts, encoding="utf-8")
    relay.once("POST", path, hang_up())
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MANJUC_DIALECT", dialect)
        ran = build(root, relay, *only)
    assert ran.code == 6
    assert "Look in the relay's log for" in ran.err
    assert ("--task-id ID" in ran.err) == offered
    assert ("There is no job to fetch the result from" in ran.err) != offered
    assert "--lost`, and the next build sends it once more" in ran.err
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MANJUC_DIALECT", "openai" if dialect == "newapi" else "newapi")
        again = build(root, relay, *only)
    assert ("--task-id ID" in again.err) == offered, "who took the call decides, whatever is spoken today"


@pytest.mark.parametrize(("other", "text", "code"), [("nope", "", 2), ("broken", MINI + "colour: 红\n", 1)])
def test_nothing_is_sent_for_one_spec_before_all_of_them_are_read(
    root: Path, relay: Served, other: str, text: str, code: int
) -> None:
    if text:
        (root / f"specs/{other}.yaml").write_text(text, encoding="utf-8")
    ran = run(root, relay, "build", SPEC, f"specs/{other}.yaml", *SCENE)
    assert ran.code == code, ran.err
    assert f"specs/{other}.yaml" in ran.err
    assert relay.posts() == 0


def test_a_refused_call_of_a_preview_is_not_told_as_charged(root: Path, relay: Served, tmp_path: Path) -> None:
    relay.once("POST", PICTURES, answer(400, b'{"error": {"message": "bad"}}'))
    events = tmp_path / "events"
    assert run(root, relay, "build", SPEC, *SCENE, "--preview", "--events", str(events)).code == 4
    told = {json.loads(line)["event"] for line in events.read_text(encoding="utf-8").splitlines()[1:]}
    assert "submitting" in told
    assert "charged" not in told


CLIP_ID, SCENE_ID = CLIP[1], SCENE[1]


@pytest.mark.parametrize(
    ("dialect", "facts", "asked", "taken"),
    [
        ("whatai", "", (CLIPS, CLIP, CLIP_ID), True),
        ("whatai", "", (PICTURES, SCENE, SCENE_ID), False),
        ("whatai", JOBS, (PICTURES, SCENE, SCENE_ID), True),
        ("whatai", "", ("/v1/chat", CLIP, "mini/script"), False),
        ("newapi", "", ("/v1/image/generations", SCENE, SCENE_ID), True),
        ("openai", JOBS, (PICTURES, SCENE, SCENE_ID), False),
    ],
)
def test_a_job_can_be_named_only_where_the_relay_may_have_made_one(
    root: Path, relay: Served, dialect: str, facts: str, asked: tuple[str, tuple[str, ...], str], taken: bool
) -> None:
    path, only, id = asked
    (root / "manjuc.yaml").write_text(f"relay: {{dialect: {dialect}}}\n{QUICK}{facts}", encoding="utf-8")
    relay.once("POST", path, hang_up())
    assert build(root, relay, *only).code == 6
    today = "openai" if dialect == "newapi" else "newapi"  # who took the call decides
    (root / "manjuc.yaml").write_text(f"relay: {{dialect: {today}}}\n{QUICK}{facts}", encoding="utf-8")
    before = (root / ".manjuc/journal.jsonl").read_bytes()
    ran = run(root, relay, "resolve", SPEC, id, "--task-id", "wrong")
    if not taken:
        assert ran.code == 2
        assert f"{id} has no job to fetch its result from: give up the call with --lost" in ran.err
        assert (root / ".manjuc/journal.jsonl").read_bytes() == before, "what nobody said is not repeated as a fact"
        return
    assert ran.code == 0, ran.err
    mended = run(root, relay, "resolve", SPEC, id, "--task-id", "right")
    assert mended.code == 0, "a wrong id can be corrected"
    assert f"the next build fetches the job right for {id}" in mended.err


def test_a_call_that_was_refused_has_no_job_that_could_be_named(root: Path, relay: Served) -> None:
    relay.once("POST", CLIPS, answer(400, '{"error": {"message": "违反了OpenAI的相关服务政策"}}'.encode()))
    assert build(root, relay, *CLIP).code == 4
    ran = run(root, relay, "resolve", SPEC, CLIP_ID, "--task-id", "t1")
    assert ran.code == 2
    assert "has no job to fetch its result from" in ran.err


def test_a_plan_calls_paid_only_what_costs_count_as_paid(root: Path, relay: Served) -> None:
    relay.once("POST", PICTURES, answer(400, '{"error": {"message": "违反了OpenAI的相关服务政策"}}'.encode()))
    assert build(root, relay, *SCENE).code == 4
    failed = answer(200, b'{"status": "failed", "error": {"code": "moderation_blocked"}}')
    relay.once("GET", f"{CLIPS}/", failed)
    assert build(root, relay, *CLIP).code == 4
    said = {line.split()[0]: line for line in run(root, relay, "plan", SPEC).out.splitlines()}
    assert "refused, no charge shown: the content was refused" in said[SCENE_ID]
    assert "paid" not in said[SCENE_ID]
    assert "paid, and not accepted: the content was refused" in said[CLIP_ID], "a job was made of it"
    assert "refused, no charge shown: the content was refused" in run(root, relay, "show", SPEC, SCENE_ID).out
    counted = json.loads(run(root, relay, "costs", "--format", "json").out)["lines"]
    assert {line["name"]: line["taken"] for line in counted if line["name"] in ("scene", "clip")} == {
        "scene": 0,
        "clip": 1,
    }
    assert "被拒绝，没有显示收费：" in run(root, relay, "plan", SPEC, "--lang", "zh").out


def test_a_call_of_unknown_outcome_and_a_job_that_still_runs_are_no_failures(root: Path, relay: Served) -> None:
    relay.once("POST", CLIPS, hang_up())
    events = ("--events", "events.jsonl")
    ran = build(root, relay, *CLIP, *events)
    assert ran.code == 6
    assert f"{CLIP_ID}: on hold: nobody knows whether this call was taken" in ran.err
    assert ", 0 failed, 1 on hold; ¥" in ran.err
    assert "FAILED" not in ran.err
    last = json.loads((root / "events.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert (last["event"], last["exit_code"]) == ("failed", 6), "what programs read stays as it is"
    told = build(root, relay, *CLIP, "--lang", "zh").err
    assert "搁置：" in told
    assert "失败 0 步，搁置 1 步" in told


def test_a_job_that_came_instead_of_a_picture_may_be_named_when_it_is_lost(root: Path, relay: Served) -> None:
    pace = "  nano-banana-2: {pace: {first: 0.05, then: 0.05, most: 0.1, deadline: 60}}\n"
    (root / "manjuc.yaml").write_text(QUICK + pace, encoding="utf-8")
    relay.once("POST", PICTURES, answer(200, b'{"task_id": "t1"}'))
    for _ in range(3):
        relay.once("GET", "/v1/images/tasks/t1", answer(404, b'{"error": {"message": "no such task"}}'))
    ran = build(root, relay, *SCENE)
    assert ran.code == 6, ran.err
    assert "does not know the job t1 any more" in ran.err
    assert "--task-id ID" in ran.err
    assert run(root, relay, "resolve", SPEC, "scenes/corridor/scene", "--task-id", "t2").code == 0
    assert verdicts(root, relay)["scenes/corridor/scene"] == "resume"
    assert relay.posts(PICTURES) == 0, "the job was not the relay's own"


def test_an_uncertain_job_that_is_found_can_be_adopted(root: Path, relay: Served) -> None:
    relay.once("POST", CLIPS, hang_up(after=relay.app))
    build(root, relay, *CLIP)
    (job,) = (path.stem for path in (root / "relay/jobs").glob("*.json"))
    resolved = run(root, relay, "resolve", SPEC, "mini/s01/clip", "--task-id", job)
    assert resolved.code == 0, resolved.err
    ran = build(root, relay, *CLIP[:2])
    assert ran.code == 0, ran.err
    assert relay.posts(CLIPS) == 1


@pytest.mark.long
def test_an_uncertain_job_that_is_lost_may_be_submitted_once_more(root: Path, relay: Served) -> None:
    relay.once("POST", CLIPS, hang_up())
    build(root, relay, *CLIP)
    lost = run(root, relay, "resolve", SPEC, "mini/s01/clip", "--lost")
    assert lost.code == 0, lost.err
    assert build(root, relay, *CLIP[:2]).code == 5, "declaring it lost is no consent to pay"
    assert build(root, relay, *CLIP).code == 0
    assert relay.posts(CLIPS) == 1
    nothing = run(root, relay, "resolve", SPEC, "mini/s01/clip", "--lost")
    assert nothing.code == 2


def test_a_relay_that_is_not_there_costs_nothing_and_leaves_nothing_uncertain(root: Path, relay: Served) -> None:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MANJUC_API_KEY", KEY)
        outcome = hurried(root / SPEC, "http://127.0.0.1:9")
    (error,) = outcome.failures.values()
    assert error.exit_code == 4
    assert "it took no call" in str(error)
    assert "uncertain" not in verdicts(root, relay).values()


@pytest.mark.parametrize(
    "no",
    [
        "response_format is not supported",
        "JSON mode is not enabled for this model",
        "Function calling with a response mime type: 'application/json' is unsupported",
    ],
)
def test_a_relay_that_knows_no_json_mode_is_asked_in_plain_mode(root: Path, relay: Served, no: str) -> None:
    relay.once("POST", "/v1/chat", answer(400, json.dumps({"error": {"message": no}}).encode()))
    ran = build(root, relay, "--yes", "--until", "script")
    assert ran.code == 0, ran.err
    assert relay.posts("/v1/chat") == 1
    assert build(root, relay, "--until", "script").code == 0


def test_findings_go_back_to_the_model_word_for_word(root: Path, relay: Served) -> None:
    bad = {"title": "x", "logline": "y", "shots": [{"id": "s01", "seconds": 9, "action": "a", "scene": "roof"}]}
    body = {"choices": [{"message": {"content": json.dumps(bad)}, "finish_reason": "stop"}]}
    relay.once("POST", "/v1/chat", answer(200, json.dumps(body).encode()))
    ran = build(root, relay, "--yes", "--until", "script")
    assert ran.code == 0, ran.err
    said = run(root, relay, "show", SPEC, "mini/script").out
    assert "kept as a rejected take" in said
    assert "unknown scene `roof`" in said
    assert "上一个回答有下面的问题" in said


def test_a_script_that_is_cut_off_is_refused_however_well_it_parses(root: Path, relay: Served) -> None:
    body = {"choices": [{"message": {"content": '{"title": "x", "shots": ['}, "finish_reason": "length"}]}
    for _ in range(3):
        relay.once("POST", "/v1/chat", answer(200, json.dumps(body).encode()))
    ran = build(root, relay, "--yes", "--until", "script")
    assert ran.code == 4
    assert "cut off" in ran.err
    assert relay.posts() == 0, "after two repair rounds nothing more is bought"
    assert verdicts(root, relay)["mini/script"] == "failed"
    assert run(root, relay, "resolve", SPEC, "mini/script", "--lost").code == 0
    assert build(root, relay, "--yes", "--until", "script").code == 0


def test_a_script_that_was_never_good_is_shown_with_what_is_wrong_at_its_place(root: Path, relay: Served) -> None:
    shots = [{"id": "s01", "seconds": 2, "action": "林澈推门", "scene": "corridor", "characters": ["lincha"]}]
    body = {"choices": [{"message": {"content": json.dumps({"shots": shots}, ensure_ascii=False)}}]}
    for _ in range(3):
        relay.once("POST", "/v1/chat", answer(200, json.dumps(body).encode()))
    ran = build(root, relay, "--yes", "--until", "script")
    assert ran.code == 4
    shown = run(root, relay, "show", SPEC, "mini/script")
    for err in (ran.err, shown.err):
        assert "error[MJ0301]: unknown character `lincha`" in err
        assert re.search(r"--> \.manjuc/blobs/\w\w/\w{64}:1:\d+\n", err), "the file that keeps the answer"
        assert re.search(r'"lincha".*\n *\| *\^{8} not declared', err)


def test_a_picture_that_is_no_picture_is_kept_as_a_rejected_take(root: Path, relay: Served) -> None:
    page = "PGh0bWw+PGJvZHk+NTAyIEJhZCBHYXRld2F5PC9ib2R5PjwvaHRtbD4="
    relay.once("POST", PICTURES, answer(200, f'{{"data": [{{"b64_json": "{page}"}}]}}'.encode()))
    ran = build(root, relay, "--yes", "--until", "scene")
    assert ran.code == 4
    assert "the result is not a picture" in ran.err
    assert "failed" in verdicts(root, relay).values()


def delivers(relay: Served, file: bytes, media: str = "video/mp4") -> None:
    """The relay's next clip is a file of the test's."""
    link = json.dumps({"status": "SUCCESS", "data": {"output": f"{relay.url}/files/a.mp4?sign=1"}})
    relay.once("POST", CLIPS, answer(200, b'{"task_id": "t1"}'))
    relay.once("GET", f"{CLIPS}/t1", answer(200, link.encode()))
    for _ in range(3):
        relay.once("GET", "/files/a.mp4", answer(200, file, media))


@pytest.mark.parametrize(
    ("seconds", "size", "said"),
    [
        (1.8, (64, 36), ""),
        (1.5, (64, 36), "the clip lasts 1.5 s, 2.0 s were asked for"),
        (2.0, (36, 64), "the clip is 36×64, the shape 16:9 was asked for"),
    ],
)
def test_a_clip_that_is_too_short_or_stands_upright_is_kept_as_a_rejected_take(
    root: Path, relay: Served, tmp_path: Path, seconds: float, size: tuple[int, int], said: str
) -> None:
    clip = make_clip(tmp_path / "clip.mp4", seconds, size, sound=False).read_bytes()
    delivers(relay, clip)
    ran = build(root, relay, *CLIP)
    assert ran.code == (4 if said else 0), ran.err
    assert said in ran.err
    assert verdicts(root, relay)["mini/s01/clip"] == ("failed" if said else "hit")
    assert Store(root / ".manjuc").read(digest_of(clip)) == clip, "it was paid for, whatever it is"
    assert build(root, relay, *CLIP).code == ran.code
    assert relay.posts(CLIPS) == 0, "no other clip is bought for it"


PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{}\n#EXT-X-ENDLIST\n"


@pytest.mark.parametrize("words", [PLAYLIST, "ffconcat version 1.0\nfile '{}'\n"])
def test_a_list_of_other_files_in_the_place_of_a_clip_is_refused_and_none_of_them_is_opened(
    root: Path, relay: Served, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    """ffmpeg follows playlists and scripts to wherever they lead."""
    begun: list[object] = []
    monkeypatch.setenv("MANJUC_API_KEY", KEY)
    monkeypatch.setattr("manjuc.media.ffmpeg", lambda *command: begun.append(command))
    delivers(relay, words.format(f"{relay.url}/other.ts").encode(), "application/vnd.apple.mpegurl")
    program = frontend.load(project.find(str(root / SPEC)), preview=False)
    outcome = performed(program, relay.url, Selection((CLIP[1],), "clip"))
    (error,) = outcome.failures.values()
    assert str(error).startswith("the result is not an mp4")
    assert begun == []
    assert not any(got.path.startswith("/other") for got in relay.app.log)


def test_an_answer_of_unknown_shape_shows_its_outline_and_loses_nothing(root: Path, relay: Served) -> None:
    relay.once("POST", PICTURES, answer(200, b'{"weird": {"shape": [1, 2, 3]}}'))
    ran = build(root, relay, "--yes", "--until", "scene")
    assert ran.code == 6
    assert "{weird: {shape: [int, … 3]}}" in ran.err
    assert any((root / ".manjuc/open").iterdir()), "the answer itself is kept"


def test_a_dashboard_page_with_status_200_is_uncertain(root: Path, relay: Served) -> None:
    relay.once("POST", PICTURES, answer(200, b"<html>dashboard</html>", "text/html"))
    assert build(root, relay, "--yes", "--until", "scene").code == 6


@pytest.mark.parametrize(
    ("status", "body", "code", "verdict"),
    [
        (400, '{"error": {"message": "bad"}}', 4, "miss"),
        (401, '{"error": {"message": "无效的令牌"}}', 4, "miss"),
        (403, '{"error": {"message": "余额不足"}}', 4, "miss"),
        (413, "too large", 4, "miss"),
        (503, '{"error": {"message": "当前分组下对于模型 x 无可用渠道"}}', 4, "miss"),
        (500, '{"error": {"message": "违反了OpenAI的相关服务政策"}}', 4, "failed"),
        (500, '{"error": {"message": "oops"}}', 6, "uncertain"),
        (502, "<html>bad gateway</html>", 6, "uncertain"),
        (503, "busy", 6, "uncertain"),
        (524, "<html>timeout</html>", 6, "uncertain"),
    ],
)
def test_what_a_status_means_for_money(
    root: Path, relay: Served, status: int, body: str, code: int, verdict: str
) -> None:
    relay.once("POST", PICTURES, answer(status, body.encode()))
    ran = build(root, relay, *SCENE)
    assert ran.code == code, ran.err
    assert relay.posts(PICTURES) == 0
    assert verdicts(root, relay)["scenes/corridor/scene"] == verdict


def test_a_busy_relay_is_asked_again_after_the_time_that_it_names(root: Path, relay: Served) -> None:
    relay.once("POST", PICTURES, answer(429, b'{"error": {"message": "slow down"}}', retry_after="0.1"))
    ran = build(root, relay, *SCENE)
    assert ran.code == 0, ran.err
    assert relay.posts(PICTURES) == 1


def test_a_failed_download_never_generates_again(root: Path, relay: Served) -> None:
    for _ in range(3):
        relay.once("GET", "/files/", answer(404, b"gone"))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MANJUC_API_KEY", KEY)
        (error,) = hurried(root / SPEC, relay.url).failures.values()
        assert "it is paid for, and the next build tries again" in str(error)
        assert not hurried(root / SPEC, relay.url).failures
    assert relay.posts(PICTURES) == 1


def test_a_missing_blob_is_a_reason_to_ask_at_any_price(root: Path, relay: Served) -> None:
    (root / "manjuc.yaml").write_text(QUICK + "confirm_over: 100\n", encoding="utf-8")
    command = SCENE[:-1]
    assert build(root, relay, *command).code == 0, "below confirm_over nobody is asked"
    for blob in (root / ".manjuc/blobs").rglob("*"):
        if blob.is_file() and blob.read_bytes().startswith(b"\x89PNG"):
            blob.unlink()
    ran = build(root, relay, *command)
    assert ran.code == 5
    assert "paid for, but not on this machine" in ran.err
    assert build(root, relay, *command, "--yes").code == 0
    assert relay.posts(PICTURES) == 2


def test_giving_up_a_call_of_one_spec_leaves_that_of_another_alone(root: Path, relay: Served) -> None:
    relay.once("POST", PICTURES, hang_up())
    build(root, relay, *SCENE)
    other = (root / SPEC).read_text(encoding="utf-8").replace("蓝紫", "墨绿")
    (root / "specs/other.yaml").write_text(other, encoding="utf-8")
    ran = run(root, relay, "resolve", "specs/other.yaml", "scenes/corridor/scene", "--lost")
    assert ran.code == 2
    assert "name one by --key" in ran.err
    assert verdicts(root, relay)["scenes/corridor/scene"] == "uncertain"
    named = ran.err.partition("--key ")[2].split()[0]
    word = ("resolve", "specs/other.yaml", "scenes/corridor/scene", "--lost", "--key", named)
    assert run(root, relay, *word).code == 0
    assert verdicts(root, relay)["scenes/corridor/scene"] == "miss"


@pytest.mark.long
def test_what_the_plan_says_at_most_is_enough_even_if_the_first_answers_are_bad(root: Path, relay: Served) -> None:
    shown = run(root, relay, "plan", "--format", "json", SPEC)
    most = json.loads(shown.out)["totals"]["CNY"]["max"]
    body = json.dumps({"choices": [{"message": {"content": "{}"}, "finish_reason": "stop"}]}).encode()
    relay.once("POST", "/v1/chat", answer(200, body))
    relay.once("POST", "/v1/chat", answer(200, body))
    ran = build(root, relay, "--max-cost", most)
    assert ran.code == 0, ran.err


@pytest.mark.long
def test_a_job_is_asked_for_only_where_it_was_taken(root: Path, relay: Served, tmp_path: Path) -> None:
    relay.once("GET", f"{CLIPS}/", RUNNING)
    with held_build(root, relay, relay.hold("GET", f"{CLIPS}/"), *CLIP) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    with served(tmp_path / "second", paid=True) as second:
        ran = build(root, second, *CLIP)
        assert ran.code == 6
        assert "set MANJUC_BASE_URL to it, and build again" in ran.err
        assert second.posts(CLIPS) == 0


@pytest.mark.long
def test_a_limit_does_not_cover_what_would_be_bought_again(root: Path, relay: Served) -> None:
    assert build(root, relay, *SCENE).code == 0
    for blob in (root / ".manjuc/blobs").rglob("*"):
        if blob.is_file() and blob.read_bytes().startswith(b"\x89PNG"):
            blob.unlink()
    assert build(root, relay, *SCENE[:-1], "--max-cost", "5").code == 5
    (root / "manjuc.yaml").write_text(QUICK + "  nano-banana-2: {price: {call: 0}}\n", encoding="utf-8")
    assert build(root, relay, *SCENE[:-1]).code == 5, "not even for nothing"
    assert relay.posts(PICTURES) == 1


@pytest.mark.long
def test_a_fresh_link_is_asked_for_when_a_clip_cannot_be_fetched(root: Path, relay: Served) -> None:
    build(root, relay, "--only", "mini/script", "--yes")
    relay.once("GET", "/files/", answer(403, b"expired"))
    relay.once("GET", "/files/", answer(200, b"", "video/mp4"))
    ran = build(root, relay, *CLIP)
    assert ran.code in (0, 4), ran.err
    assert relay.posts(CLIPS) == 1


@pytest.mark.parametrize(
    ("status", "body", "cause", "words"),
    [
        (401, '{"error": {"message": "无效的令牌"}}', "check MANJUC_API_KEY", "无效的令牌"),
        (402, '{"error": {"message": "pay"}}', "top up", "pay"),
        (413, "", "smaller reference pictures", "no words"),
        (429, '{"error": {"message": "over", "code": "insufficient_quota"}}', "top up", "over"),
        (503, '{"error": {"message": "no available channel"}}', "manjuc models --live", "no available channel"),
        (400, '{"error": true}', "correct what it names", '{"error": true}'),
    ],
)
def test_a_refusal_is_told_with_its_cause_and_the_next_step_by_build_and_by_plan(
    root: Path, relay: Served, status: int, body: str, cause: str, words: str
) -> None:
    relay.once("POST", PICTURES, answer(status, body.encode()))
    for told in (build(root, relay, *SCENE).err, run(root, relay, "plan", SPEC).out):
        assert cause in told
        assert f"(the relay says: {words})" in told
    assert relay.posts(PICTURES) == 0


def test_a_job_whose_content_is_refused_by_code_alone_is_not_bought_again(root: Path, relay: Served) -> None:
    failed = answer(200, b'{"status": "failed", "error": {"code": "moderation_blocked"}}')
    relay.once("GET", f"{CLIPS}/", failed)
    for _ in range(2):
        ran = build(root, relay, *CLIP)
        assert ran.code == 4
        assert "the content was refused" in ran.err
    assert relay.posts(CLIPS) == 1


def test_a_job_whose_content_is_refused_by_a_poll_that_fails_has_ended(root: Path, relay: Served) -> None:
    relay.once("GET", f"{CLIPS}/", answer(500, b'{"error": {"message": "sora_content_violation"}}'))
    ran = build(root, relay, *CLIP)
    assert ran.code == 4
    assert "the content was refused" in ran.err
    assert relay.posts(CLIPS) == 1


@pytest.mark.long
def test_a_question_that_fails_is_asked_again(root: Path, relay: Served) -> None:
    relay.once("GET", f"{CLIPS}/", answer(200, b'{"status": "error", "message": "query again later"}'))
    ran = build(root, relay, *CLIP)
    assert ran.code == 0, ran.err
    assert relay.posts(CLIPS) == 1


def test_what_a_relay_says_instead_of_a_result_is_shown_without_secrets(root: Path, relay: Served) -> None:
    body = f'{{"success": false, "message": "no: {KEY} https://cdn.example/a?sig=SIGNED"}}'
    relay.once("POST", PICTURES, answer(200, body.encode()))
    ran = build(root, relay, *SCENE)
    assert ran.code == 6
    assert "the relay says: no: *** https://cdn.example/a?***" in ran.err
    assert "SIGNED" not in ran.err


def running(root: Path, relay: Served) -> None:
    """A build that was ended while its job runs."""
    gate = relay.hold("GET", f"{CLIPS}/")
    with held_build(root, relay, gate, *CLIP) as process:
        process.kill()
    assert verdicts(root, relay)["mini/s01/clip"] == "resume"


@pytest.mark.long
def test_giving_up_a_job_that_runs_says_that_it_is_charged(root: Path, relay: Served) -> None:
    running(root, relay)
    ran = run(root, relay, "resolve", SPEC, "mini/s01/clip", "--lost")
    assert ran.code == 0, ran.err
    assert f"was taken by {relay.url}: it may still run, and be charged whatever is said here" in ran.err
    assert "given up, the call is sent and paid once more" in ran.err
    assert "the next build may submit mini/s01/clip once more" in ran.err
    assert verdicts(root, relay)["mini/s01/clip"] == "miss"


@pytest.mark.long
@pytest.mark.parametrize(("typed", "code", "verdict"), [("n\n", 5, "resume"), ("\n", 5, "resume"), ("y\n", 0, "miss")])
def test_a_person_is_asked_before_a_job_that_runs_is_given_up(
    root: Path, relay: Served, monkeypatch: pytest.MonkeyPatch, typed: str, code: int, verdict: str
) -> None:
    running(root, relay)
    monkeypatch.setattr("sys.stdin", Terminal(typed))
    ran = run(root, relay, "resolve", SPEC, "mini/s01/clip", "--lost")
    assert ran.code == code, ran.err
    assert "Go on?" in ran.err
    assert ("nothing was given up" in ran.err) == bool(code)
    assert verdicts(root, relay)["mini/s01/clip"] == verdict


class Slow(Terminal):
    """Somebody who comes back to the question after something else has happened."""

    def __init__(self, typed: str, meanwhile: Callable[[], None]) -> None:
        super().__init__(typed)
        self._meanwhile = meanwhile

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
        self._meanwhile()
        return super().readline(size)


@pytest.mark.long
def test_what_was_asked_of_a_job_is_void_once_another_build_has_fetched_it(
    root: Path, relay: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    running(root, relay)

    def fetch() -> None:
        with started("build", SPEC, *CLIP, cwd=root, key=KEY, url=relay.url) as process:
            assert process.wait(60) == 0

    monkeypatch.setattr("sys.stdin", Slow("y\n", fetch))
    ran = run(root, relay, "resolve", SPEC, "mini/s01/clip", "--lost")
    assert ran.code == 2, ran.err
    assert (
        "another build went on with the call of `mini/s01/clip` meanwhile, so nothing was noted: look at it again"
        in ran.err
    )
    assert verdicts(root, relay)["mini/s01/clip"] == "hit"
    assert build(root, relay, *CLIP).code == 0
    assert relay.posts(CLIPS) == 1


def test_a_job_that_is_known_to_be_lost_is_given_up_without_a_question(
    root: Path, relay: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay.once("POST", CLIPS, hang_up(relay.app))
    assert build(root, relay, *CLIP).code == 6
    monkeypatch.setattr("sys.stdin", Terminal(""))
    ran = run(root, relay, "resolve", SPEC, "mini/s01/clip", "--lost")
    assert ran.code == 0, ran.err
    assert "may still run" not in ran.err


NO = answer(200, '{"success": false, "message": "余额不足", "data": null}'.encode())


@pytest.mark.long
@pytest.mark.parametrize(("path", "id"), [(PICTURES, SCENE), (CLIPS, CLIP), ("/v1/chat", CLIP)])
def test_want_of_money_that_is_told_with_status_200_is_refused_and_asked_again_by_the_next_build(
    root: Path, relay: Served, path: str, id: tuple[str, ...]
) -> None:
    relay.once("POST", path, NO)
    ran = build(root, relay, *id)
    assert ran.code == 4, ran.err
    assert "the money at the relay is used up; top up there" in ran.err
    assert relay.posts(path) == 0, "this build does not send it again"
    assert run(root, relay, "costs", "--by", "stage", "--format", "json").code == 0
    again = build(root, relay, *id)
    assert again.code == 0, again.err
    assert relay.posts(path) == 1


def test_a_relay_that_asks_to_be_left_alone_is_named_once(
    root: Path, relay: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MANJUC_API_KEY", KEY)
    monkeypatch.setenv("MANJUC_BASE_URL", relay.url)
    later = answer(503, b"{}", retry_after="86400")
    for _ in range(3):
        relay.once("GET", f"{CLIPS}/", later)
    told: list[str] = []
    program = frontend.load(project.find(str(root / SPEC)), preview=False)

    def report(event: Event) -> None:
        if isinstance(event, Notice):
            told.append(str(event.words))

    with_no_time = Relay(relay.url, KEY, sleep=no_time)
    compiler.build(program, Selection(CLIP[1:2]), lambda _: Budget(None), lambda _: with_no_time, report)
    (said,) = [words for words in told if "left alone" in words]
    assert said == "mini/s01/clip: the relay asks to be left alone for 60 s", "the deadline of its model"
