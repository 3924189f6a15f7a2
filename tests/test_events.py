"""`build --events FILE`: JSON lines for programs, whole ones however the build ends, with nothing secret in them."""

from __future__ import annotations

import json
import os
import signal
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from serving import KEY, PICTURES, SCENE, SPEC, Served, answer, build, held_build

from manjuc import compiler, eventfile, frontend, project
from manjuc.errors import Waiting
from manjuc.events import (
    Awaiting,
    Charged,
    Done,
    Event,
    Failing,
    Grown,
    Judged,
    Left,
    Notice,
    Planned,
    Settled,
    Started,
    Stopping,
    Submitting,
)
from manjuc.models import Money
from manjuc.selection import Selection
from manjuc.words import Words

EVENTS = (*SCENE, "--events", "events.jsonl")


def lines(root: Path) -> list[dict[str, Any]]:
    text = (root / "events.jsonl").read_text(encoding="utf-8")
    assert not text or text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def test_every_event_of_a_build_is_a_line_with_its_version_time_and_spec(root: Path, relay: Served) -> None:
    ran = build(root, relay, *EVENTS)
    assert ran.code == 0, ran.err
    found = lines(root)
    assert [line["event"] for line in found] == [
        "planned", "grown", "started", "submitting", "charged", "settled", "done",
    ]  # fmt: skip
    assert {(line["format"], line["spec"]) for line in found} == {(1, "mini")}
    assert all(line["at"].endswith("+00:00") for line in found)
    planned, grown, started, submitting, charged, settled, done = found
    assert Decimal(planned["steps"][0]["cost"]["max"]) == Decimal("0.2")
    assert isinstance(planned["steps"][0]["cost"]["max"], str)
    assert grown["stages"] == {"scene": 1}
    assert started["id"] == submitting["id"] == done["id"] == "scenes/corridor/scene"
    assert (submitting["model"], submitting["stage"], len(submitting["key"])) == ("nano-banana-2", "scene", 64)
    assert (Decimal(charged["cost"]["max"]), charged["cost"]["currency"]) == (Decimal("0.2"), "CNY")
    assert (settled["key"], settled["charged"]) == (charged["key"], {"amount": "0.2", "currency": "CNY"})
    assert done["made"] is True
    assert isinstance(done["milliseconds"], int)


def test_a_second_build_tells_what_was_reused_in_a_file_that_begins_anew(root: Path, relay: Served) -> None:
    build(root, relay, *EVENTS)
    build(root, relay, *EVENTS)
    assert [line["event"] for line in lines(root)] == ["planned", "grown", "started", "done"]
    assert lines(root)[-1]["made"] is False


@pytest.mark.long
def test_what_a_job_took_is_known_to_the_next_build(root: Path, relay: Served) -> None:
    build(root, relay, *EVENTS)
    build(root, relay, *EVENTS)
    assert lines(root)[0]["usual_milliseconds"]["scene"] > 0


def test_a_failure_is_told_with_its_exit_code_and_without_the_key(root: Path, relay: Served) -> None:
    said = f'{{"error": {{"message": "bad key {KEY}, see http://files/x?sign=1"}}}}'
    relay.once("POST", PICTURES, answer(400, said.encode()))
    assert build(root, relay, *EVENTS).code == 4
    failed = lines(root)[-1]
    assert (failed["event"], failed["id"], failed["exit_code"]) == ("failed", "scenes/corridor/scene", 4)
    text = (root / "events.jsonl").read_text(encoding="utf-8")
    assert KEY not in text
    assert "sign=" not in text


def test_stdout_is_for_the_result_and_a_place_that_cannot_be_written_is_refused(root: Path, relay: Served) -> None:
    for place in ("-", "nowhere/events.jsonl", "."):
        ran = build(root, relay, *EVENTS[:-1], place)
        assert ran.code == 2
        assert "--events" in ran.err
    assert relay.requests() == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk that is always full")
def test_a_full_disk_ends_the_events_and_not_the_build(root: Path, relay: Served) -> None:
    ran = build(root, relay, *EVENTS[:-1], "/dev/full")
    assert ran.code == 0, ran.err
    assert ran.err.count("--events: no more events are written") == 1


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL there")
def test_a_killed_build_leaves_whole_lines(root: Path, relay: Served) -> None:
    with held_build(root, relay, relay.hold("POST", PICTURES), *EVENTS) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert [line["event"] for line in lines(root)] == ["planned", "grown", "started", "submitting"]


def test_every_kind_of_event_can_be_written(root: Path) -> None:
    program = frontend.load(project.find(str(root / SPEC)), preview=True)
    plan = compiler.plan(program, Selection())
    step = plan.steps[0]
    events: list[Event] = [
        Planned(plan.steps, plan.unknown, {"scene": 7}),
        Grown(3, {"scene": 3}),
        Started(step.action),
        *(kind(step) for kind in (Submitting, Charged, Awaiting, Left)),
        Settled(step, Money(Decimal("0.01"), "CNY")),
        Done(step, True, 1.5),
        Failing(step.action, Waiting("later")),
        Notice(Words("雨夜")),
        Judged(program.warnings),
        Stopping(),
    ]
    assert {type(event) for event in events} == set(get_args(Event))
    names = [eventfile.name(event) for event in events]
    assert len(set(names)) == len(names)
    for event in events:
        assert json.loads(json.dumps(eventfile.fields_of(event))) == eventfile.fields_of(event)
