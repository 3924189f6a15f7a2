"""How fast calls are submitted, and for how long a job is waited for: by clocks that take no time."""

from __future__ import annotations

import asyncio
import json
import os
import selectors
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from serving import (
    CLIP,
    CLIPS,
    KEY,
    PICTURES,
    QUICK,
    SCENE,
    SPEC,
    Served,
    answer,
    build,
    no_time,
    performed,
    verdicts,
)

from manjuc import frontend, project
from manjuc.models import Kind
from manjuc.relay import Relay
from manjuc.selection import Selection
from manjuc.wire import HttpRequest, HttpResponse

DEADLINE = QUICK.replace("deadline: 60", "deadline: 2")


class Hurried(asyncio.SelectorEventLoop):
    """A loop whose timers come at once, while its clock says that their time has passed, and no other."""

    def __init__(self) -> None:
        self.skipped = 0.0
        hurry = self

        class Selector(selectors.SelectSelector):
            def select(self, timeout: float | None = None) -> Any:
                hurry.skipped += timeout or 0.0
                return super().select(0)

        super().__init__(Selector())

    def time(self) -> float:
        return self.skipped


def turns(relay: Relay, *kinds: Kind) -> list[int]:
    """The seconds after which each of several calls gets its turn."""

    async def main() -> list[int]:
        loop = asyncio.get_running_loop()
        began = loop.time()

        async def one(kind: Kind) -> int:
            await relay.turn(kind)
            return round(loop.time() - began)

        told = await asyncio.gather(*(one(kind) for kind in kinds))
        await relay.close()
        return told

    with asyncio.Runner(loop_factory=Hurried) as runner:
        return runner.run(main())


def test_thirty_calls_a_minute_go_out_every_two_seconds() -> None:
    kinds: tuple[Kind, ...] = ("video", "image", "text", "image", "video")
    assert turns(Relay("http://relay", per_minute=30), *kinds) == [0, 2, 4, 6, 8]


def test_each_kind_of_call_has_a_limit_of_its_own_where_it_is_given_one() -> None:
    relay = Relay("http://relay", per_minute={"video": 6, "image": 60})
    kinds: tuple[Kind, ...] = ("video", "image", "text", "image", "video", "text", "image")
    assert sorted(zip(kinds, turns(relay, *kinds), strict=True)) == [
        *(("image", 0), ("image", 1), ("image", 2)),
        *(("text", 0), ("text", 0)),
        *(("video", 0), ("video", 10)),
    ]


def test_without_a_limit_calls_go_out_at_once() -> None:
    assert turns(Relay("http://relay"), "video", "image", "image") == [0] * 3


def test_an_answer_on_its_way_to_the_disk_keeps_no_other_call_waiting(
    root: Path, relay: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "manjuc.yaml").write_text(QUICK + "limits: {image: 1}\n", encoding="utf-8")
    relay.once("POST", PICTURES, relay.app)
    second, real, answers = relay.hold("POST", PICTURES), os.fsync, root / ".manjuc/open"
    came: list[bool] = []

    def fsync(handle: int) -> None:
        file = os.fstat(handle).st_ino
        if not came and answers.is_dir() and file in {answer.inode() for answer in os.scandir(answers)}:
            came.append(second.reached.wait(60))
            second.open()
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setenv("MANJUC_API_KEY", KEY)
    program = frontend.load(project.find(str(root / SPEC)), preview=False)
    pictures = Selection(("characters/linche/three_views", "scenes/corridor/scene"), "scene")
    assert performed(program, relay.url, pictures).made == 2
    assert came == [True]


def test_a_job_that_came_where_a_picture_was_to_come_keeps_its_slot(root: Path, relay: Served) -> None:
    pace = "  nano-banana-2: {pace: {first: 0.05, then: 0.05, most: 0.1, deadline: 60}}\n"
    (root / "manjuc.yaml").write_text(QUICK + pace + "limits: {image: 1}\n", encoding="utf-8")
    sent, seen = list[str](), list[int]()

    async def taken(scope: Any, receive: Any, send: Any) -> None:
        sent.append(f"t{len(sent)}")
        await answer(200, json.dumps({"task_id": sent[-1]}).encode())(scope, receive, send)

    async def failed(scope: Any, receive: Any, send: Any) -> None:
        seen.append(len(sent))
        await answer(200, b'{"status": "FAILURE", "fail_reason": "timeout"}')(scope, receive, send)

    for _ in range(2):
        relay.once("POST", PICTURES, taken)
        relay.once("GET", "/v1/images/tasks", failed)
    pictures = ("--only", "characters/linche/three_views", "--only", "scenes/corridor/scene", "--until", "scene")
    ran = build(root, relay, *pictures, "--yes")
    assert ran.code == 4, ran.err
    assert seen == [1, 2], "the second one was sent when the first had its end"


def test_the_projects_limit_reaches_the_relay(root: Path, relay: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []

    def connect(*arguments: Any, per_minute: Any, **more: Any) -> Relay:
        given.append(per_minute)
        return Relay(*arguments, per_minute=per_minute, **more)

    monkeypatch.setattr("manjuc.cli.Relay", connect)
    (root / "manjuc.yaml").write_text(QUICK + "limits: {image: 3, per_minute: 6000}\n", encoding="utf-8")
    ran = build(root, relay, "--until", "scene", "--yes")
    assert ran.code == 0, ran.err
    (root / "manjuc.yaml").write_text(QUICK + "limits: {per_minute: {text: 9, image: 600}}\n", encoding="utf-8")
    ran = build(root, relay, "--until", "scene", "--yes")
    assert ran.code == 0, ran.err
    assert given == [6000, {"text": 9, "image": 600}]


def test_each_submit_is_sent_when_its_turn_has_come_and_so_is_one_that_is_sent_again(
    root: Path, relay: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    class Noted(Relay):
        async def turn(self, kind: Kind) -> None:
            await super().turn(kind)
            seen.append(kind)

        async def send(self, request: HttpRequest, content: bytes, timeout: float) -> HttpResponse:
            seen.append(request.path)
            return await super().send(request, content, timeout)

    monkeypatch.setattr("manjuc.cli.Relay", partial(Noted, sleep=no_time))
    relay.once("POST", PICTURES, answer(429, b"{}"))
    ran = build(root, relay, *SCENE)
    assert ran.code == 0, ran.err
    assert seen == ["image", PICTURES, "image", PICTURES]


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ("per_minute: 0", "`per_minute` must be at least 1"),
        ("per_minute: many", "`per_minute` must be a whole number, or a mapping such as `{image: 30, video: 6}`"),
        ("per_minute: {video: 0}", "`video` must be at least 1"),
        ("per_minute: {clip: 3}", "unknown key `clip`"),
        ("minutes: {clip: 0}", "`clip` must be more than 0"),
        ("minutes: {film: 3}", "unknown key `film`"),
        ("minutes: 30", "`minutes` must be a mapping"),
    ],
)
def test_a_limit_that_is_none_is_said_before_anything_is_sent(
    root: Path, relay: Served, limits: str, said: str
) -> None:
    (root / "manjuc.yaml").write_text(f"{QUICK}limits: {{{limits}}}\n", encoding="utf-8")
    ran = build(root, relay, "--yes")
    assert ran.code == 1
    assert said in ran.err
    assert relay.requests() == 0


@pytest.mark.parametrize("facts", [DEADLINE, QUICK + "limits: {minutes: {clip: 0.035, scene: 9}}\n"])
def test_a_job_that_outlives_its_deadline_still_runs_and_the_next_build_goes_on_with_it(
    root: Path, relay: Served, monkeypatch: pytest.MonkeyPatch, facts: str
) -> None:
    slept: list[float] = []

    async def no_time(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0)

    monkeypatch.setattr("manjuc.cli.Relay", partial(Relay, sleep=no_time))
    (root / "manjuc.yaml").write_text(facts, encoding="utf-8")
    running = answer(200, json.dumps({"task_id": "x", "status": "IN_PROGRESS", "progress": "40%"}).encode())
    for _ in range(100):
        relay.once("GET", f"{CLIPS}/", running)
    ran = build(root, relay, *CLIP)
    assert ran.code == 6, ran.err
    assert "still runs" in ran.err
    assert "the next build goes on with it" in ran.err
    assert 2 < sum(slept) < 2.5
    assert verdicts(root, relay)["mini/s01/clip"] == "resume"
    relay.faults.clear()
    monkeypatch.undo()
    (root / "manjuc.yaml").write_text(QUICK, encoding="utf-8")  # by a real clock, on which it takes time to draw
    ran = build(root, relay, *CLIP[:2])
    assert ran.code == 0, ran.err
    assert relay.posts(CLIPS) == 1


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that each submit of a build may take."""
    given: list[float] = []

    class Noting(Relay):
        async def send(self, request: HttpRequest, content: bytes, timeout: float) -> HttpResponse:
            given.append(timeout)
            return await super().send(request, content, timeout)

    monkeypatch.setattr("manjuc.cli.Relay", Noting)
    return given


SCRIPT = ("--only", "mini/script", "--yes")
SHORT = QUICK + "  gemini-3-flash-preview-nothinking: {timeout: 20}\n  nano-banana-2: {timeout: 20}\n"


@pytest.mark.parametrize("id", [SCENE, SCRIPT])
@pytest.mark.parametrize(
    ("limits", "seconds"),
    [("{scene: 2, script: 2}", 120), ("{scene: 0.2, script: 0.2}", 12), ("{clip: 2}", 20)],
)
def test_an_answer_that_brings_the_result_is_waited_for_as_long_as_its_stage_may_take(
    root: Path, relay: Served, waits: list[float], id: tuple[str, ...], limits: str, seconds: float
) -> None:
    (root / "manjuc.yaml").write_text(f"{SHORT}limits: {{minutes: {limits}}}\n", encoding="utf-8")
    ran = build(root, relay, *id)
    assert ran.code == 0, ran.err
    assert waits == [seconds]


@pytest.mark.parametrize(("limits", "seconds"), [("{scene: 1}", 60), ("{scene: 0.2}", 20), ("{clip: 1}", 20)])
def test_a_picture_that_may_come_at_once_or_as_a_job_is_waited_for_as_long_as_either(
    root: Path, relay: Served, waits: list[float], limits: str, seconds: float
) -> None:
    pace = "pace: {first: 0.05, then: 0.05, most: 0.1, deadline: 60}"
    facts = SHORT.replace("2: {timeout", f"2: {{{pace}, timeout")
    told = f"limits: {{minutes: {limits}}}\nrelay: {{dialect: newapi}}\n"
    (root / "manjuc.yaml").write_text(facts + told, encoding="utf-8")
    ran = build(root, relay, *SCENE)
    assert ran.code == 0, ran.err
    assert waits == [seconds]


def test_the_receipt_of_a_job_is_waited_for_however_short_the_time_for_the_job_is(
    root: Path, relay: Served, waits: list[float]
) -> None:
    facts = QUICK.replace("    durations", "    timeout: 20\n    durations")
    (root / "manjuc.yaml").write_text(f"{facts}limits: {{minutes: {{clip: 0.004}}}}\n", encoding="utf-8")
    assert build(root, relay, *SCRIPT).code == 0
    waits.clear()
    assert build(root, relay, *CLIP).code in (0, 6), "made in time, or left running"
    assert waits == [20]
