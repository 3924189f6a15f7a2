"""What a terminal shows of a build, at any width, and what a pipe shows instead."""

from __future__ import annotations

import contextlib
import io
import os
import re
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from rich.console import Console
from serving import MINI, SPEC, manjuc

from manjuc import compiler, frontend, project
from manjuc.dashboard import Dashboard, duration, frame
from manjuc.display import Display
from manjuc.errors import CallRefused, Waiting
from manjuc.events import Charged, Done, Event, Failing, Grown, Left, Notice, Planned, Settled, Started, Submitting
from manjuc.graph import ActionId
from manjuc.models import Money
from manjuc.plan import Plan
from manjuc.progress import Progress
from manjuc.selection import Selection
from manjuc.steps import Step
from manjuc.text import width
from manjuc.words import Words

Drama = Callable[[str], Path]
SLOTS = {"text": 1, "image": 2, "video": 2, "local": 1}
PICTURES = ("build", SPEC, "--until", "contact_sheet")
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Clock:
    """A clock that goes on when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def planned(drama: Drama, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """The plan of three clips, with prices."""
    monkeypatch.setenv("MANJUC_API_KEY", "sk-test")
    return compiler.plan(frontend.load(project.find(str(drama("handwritten"))), preview=False), Selection())


def begun(plan: Plan, clock: Clock, usual: dict[str, int]) -> Dashboard:
    board = Dashboard(SLOTS, clock)
    board.learn(Planned(plan.steps, plan.unknown, usual))
    stages: dict[str, int] = {}
    for step in plan.steps:
        stages[step.action.stage] = stages.get(step.action.stage, 0) + 1
    board.learn(Grown(len(plan.steps), stages))
    return board


def of_stage(plan: Plan, stage: str) -> Step:
    return next(step for step in plan.steps if step.action.stage == stage)


def shown(board: Dashboard, columns: int = 100, lines: int = 40) -> str:
    return "\n".join(frame(board, "¥0.2", 75, columns, lines))


def test_a_stage_has_a_line_with_done_of_total_and_what_failed(planned: Plan) -> None:
    board = begun(planned, Clock(), {})
    first, second = (step for step in planned.steps if step.action.stage == "three_views")
    board.learn(Started(first.action))
    board.learn(Done(first, True, 3.0))
    board.learn(Started(second.action))
    board.learn(Failing(second.action, CallRefused("no")))
    lines = shown(board).splitlines()
    assert re.fullmatch(r"three_views +━{16} +1/2  1 failed", lines[0])
    assert [re.split(r" +[━─]+ +", line) for line in lines[1:5]] == [
        ["scene", "0/3"],
        ["contact_sheet", "0/3"],
        ["clip", "0/3"],
        ["film", "0/1"],
    ]


def test_what_waits_is_counted_apart_from_what_failed_and_is_not_red(planned: Plan) -> None:
    first, second = (step for step in planned.steps if step.action.stage == "three_views")
    out, board = io.StringIO(), begun(planned, Clock(), {})
    console = Console(file=out, force_terminal=True, color_system="standard", no_color=False, width=60)
    display = Display(console, SLOTS, Clock())
    waits = Failing(first.action, Waiting("look at it"))
    board.learn(waits)
    display.show(waits)
    display.close()
    assert re.fullmatch(r"three_views +━{8}─{8} +0/2  1 on hold", shown(board).splitlines()[0])
    assert "on hold: look at it" in out.getvalue()
    assert not re.search(r"\x1b\[[0-9;]*31m", out.getvalue())
    board.learn(Failing(second.action, CallRefused("no")))
    assert re.fullmatch(r"three_views +━{16} +0/2  1 failed  1 on hold", shown(board).splitlines()[0])


def test_a_running_job_has_its_age_its_model_and_what_such_jobs_took_before(planned: Plan) -> None:
    clock = Clock()
    board = begun(planned, clock, {"clip": 180_000})
    clip = of_stage(planned, "clip")
    board.learn(Started(clip.action))
    board.learn(Submitting(clip))
    clock.now = 83
    assert re.search(r"  handwritten/s01/clip +1 min 23 s of about 3 min 00 s  sora-2\n", shown(board))
    board.learn(Done(clip, True, 83))
    assert "handwritten/s01/clip" not in shown(board)


def test_the_time_left_follows_from_earlier_jobs_and_the_slots(planned: Plan) -> None:
    clock = Clock()
    usual = {"three_views": 10_000, "scene": 10_000, "contact_sheet": 10_000}
    board = begun(planned, clock, usual)
    assert board.seconds_left() is None, "nobody knows yet how long a clip takes"
    board = begun(planned, clock, {**usual, "clip": 100_000})
    assert board.seconds_left() == 8 * 10 / 2 + 3 * 100 / 2
    assert "about 3 min 10 s left" in shown(board)
    clip = of_stage(planned, "clip")
    board.learn(Started(clip.action))
    clock.now = 40
    assert board.seconds_left() == 8 * 10 / 2 + (3 * 100 - 40) / 2
    clock.now = 400
    assert board.seconds_left() == 8 * 10 / 2 + 2 * 100 / 2, "a job that is late takes no time off the others"


def test_money_that_was_spent_is_not_to_come_any_more(planned: Plan) -> None:
    board = begun(planned, Clock(), {})
    before = sum((step.cost.most for step in planned.steps if step.cost), Decimal(0))
    assert f"¥{before.normalize():f} to come" in shown(board)
    clip = of_stage(planned, "clip")
    assert clip.cost
    board.learn(Started(clip.action))
    board.learn(Charged(clip))
    assert f"¥{(before - clip.cost.most).normalize():f} to come" in shown(board)
    for step in planned.steps:
        board.learn(Started(step.action))
        board.learn(Done(step, False, 0))
    assert "¥0.2 spent" in shown(board)
    assert "to come" not in shown(board)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_call_counts_with_its_most_until_it_is_known_what_it_did_cost(planned: Plan, order: tuple[int, int]) -> None:
    scene, other = [step for step in planned.steps if step.action.stage == "scene"][:2]
    progress = Progress(lambda _text, _failed: None, Clock())
    progress.show(Charged(other))
    assert progress.spent == "¥0.2"
    told: list[Event] = [Charged(scene), Settled(scene, Money(Decimal("0.05004"), "CNY"))]
    for each in order:
        progress.show(told[each])
    assert progress.spent == "¥0.25"


def test_a_call_of_an_earlier_build_is_not_spent_by_this_one(planned: Plan) -> None:
    progress = Progress(lambda _text, _failed: None, Clock())
    progress.show(Settled(of_stage(planned, "scene"), Money(Decimal("0.2"), "CNY")))
    assert progress.spent == "¥0"


def test_a_call_that_was_left_before_its_answer_counts_for_nobody_knows_better(planned: Plan) -> None:
    scene, board = of_stage(planned, "scene"), begun(planned, Clock(), {})
    progress = Progress(lambda _text, _failed: None, Clock())
    before = shown(board)
    for learn in (progress.show, board.learn):
        learn(Left(scene))
    assert progress.spent == "¥0.2"
    assert shown(board) != before, "it is not to come any more"


def test_a_job_is_as_old_as_its_work_whatever_it_waited_for_before(planned: Plan) -> None:
    clock = Clock()
    board = begun(planned, clock, dict.fromkeys(("three_views", "scene", "contact_sheet", "clip"), 100_000))
    clip = of_stage(planned, "clip")
    whole = board.seconds_left()
    board.learn(Started(clip.action))
    clock.now = 60
    board.learn(Submitting(clip))
    assert board.seconds_left() == whole
    clock.now = 70
    assert whole
    assert board.seconds_left() == whole - 10 / 2
    assert "10 s of about 1 min 40 s" in shown(board)


def test_what_is_not_known_before_the_script_is_shown_as_a_range(tmp_path: Path) -> None:
    (tmp_path / "mini.yaml").write_text(MINI, encoding="utf-8")
    plan = compiler.plan(frontend.load(project.find(str(tmp_path / "mini.yaml")), preview=True), Selection())
    board = Dashboard(SLOTS, Clock())
    item, cost = next((item, cost) for item, cost in plan.unknown if item.stage == "clip")
    board.learn(Planned(plan.steps, ((replace(item, least=1, most=3), cost),), {}))
    assert re.search(r"clip +─+ +0/1–3", shown(board))
    board.learn(Grown(1, {"clip": 2}))
    assert re.search(r"clip +─+ +0/2\n", shown(board))


@pytest.mark.parametrize("columns", [8, 20, 40, 69, 70, 120])
def test_no_line_is_wider_than_the_terminal_and_no_frame_higher(planned: Plan, columns: int) -> None:
    board = begun(planned, Clock(), {"clip": 3_700_000})
    for step in planned.steps:
        action = replace(step.action, id=ActionId(f"林澈在雨夜的赛博校园走廊里/{step.action.id}"))
        board.learn(Started(action))
        board.learn(Submitting(replace(step, action=action)))
    for lines in (1, 3, 9, 40):
        found = frame(board, "¥0.2", 75, columns, lines)
        assert len(found) <= lines
        assert all(width(line) <= columns for line in found)
    assert "… and " in shown(board, 80, 12)


def test_times_are_told_as_people_tell_them() -> None:
    assert [str(duration(seconds)) for seconds in (0.4, 59, 61, 3599, 3600, 7500)] == [
        "0 s",
        "59 s",
        "1 min 01 s",
        "59 min 59 s",
        "1 h 00 min",
        "2 h 05 min",
    ]


def test_notices_and_failures_scroll_above_and_markup_in_them_is_only_text(planned: Plan) -> None:
    out = io.StringIO()
    display = Display(Console(file=out, force_terminal=True, width=60, height=20), SLOTS, Clock())
    display.show(Notice(Words("see [bold]here[/bold] :smile:")))
    display.show(Failing(planned.steps[0].action, CallRefused("the relay said [/no]\x1b[2J")))
    display.close()
    assert "\x1b[2J" not in out.getvalue()
    assert "see [bold]here[/bold] :smile:" in out.getvalue()
    assert "FAILED: the relay said [/no]" in out.getvalue()


MANJUC = ("-m", "manjuc")
SELDOM = ("-c", "from manjuc import cli, display; display._TICK = 60; cli.main()")  # it draws once a minute


def on_a_terminal(
    root: Path, *arguments: str, columns: int = 60, program: tuple[str, ...] = MANJUC, **environment: str
) -> tuple[int, str]:
    """Run the command line with stderr on a terminal: its exit code, and all that the terminal was sent."""
    fcntl, pty, termios = (pytest.importorskip(name) for name in ("fcntl", "pty", "termios"))
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, *program, *arguments],
        cwd=root,
        env={**os.environ, "PYTHONUTF8": "1", "TERM": "xterm-256color", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    said = b""
    with process, contextlib.suppress(OSError):  # how a terminal tells that nobody writes to it any more
        while chunk := os.read(ours, 65536):
            said += chunk
    os.close(ours)
    return process.returncode, said.decode()


def test_a_terminal_is_redrawn_in_place_and_left_clean(root: Path) -> None:
    code, said = on_a_terminal(root, *PICTURES, columns=60)
    assert code == 0, said
    assert "\x1b[1A" in said, "lines are drawn over"
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", said), "NO_COLOR is set in tests"
    assert said.rindex("\x1b[?25h") > said.rindex("\x1b[?25l"), "the cursor is back"
    last = ESCAPES.sub("", said[said.rindex("three_views") :])
    assert re.search(r"contact_sheet .*1/1\r?\n", last)
    assert "4 made, 0 reused, 0 failed" in last
    assert not re.search(r"^  \S+/", last, re.MULTILINE), "nothing runs any more"
    again = on_a_terminal(root, *PICTURES, columns=60, program=SELDOM)[1]  # over before that on any machine
    assert "nothing to do" in again
    assert "\x1b[1A" not in again, "nothing to wait for, nothing to draw"


def test_failures_are_red_where_colour_is_not_refused(planned: Plan) -> None:
    for refused, found in ((False, True), (True, False)):
        out = io.StringIO()
        console = Console(file=out, force_terminal=True, color_system="standard", no_color=refused, width=60)
        display = Display(console, SLOTS, Clock())
        display.show(Failing(planned.steps[0].action, CallRefused("no")))
        display.close()
        assert bool(re.search(r"\x1b\[[0-9;]*31m", out.getvalue())) is found


@pytest.mark.long
def test_a_dumb_terminal_gets_plain_lines(root: Path) -> None:
    said = on_a_terminal(root, "build", SPEC, "--until", "scene", columns=80, TERM="dumb")[1]
    assert "\x1b" not in said
    assert "asking preview/nano-banana-2" in said


def test_a_pipe_gets_plain_lines(root: Path) -> None:
    ran = manjuc("build", SPEC, "--until", "scene", cwd=root)
    assert "\x1b" not in ran.err
    assert re.search(r"\[0/3\] scene +scenes/corridor/scene: asking preview/nano-banana-2", ran.err)
    assert re.search(r"\[\d/3\] scene +scenes/corridor/scene: done in \d+\.\d s", ran.err)
