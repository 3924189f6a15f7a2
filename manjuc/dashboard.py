"""A build as it goes on, as lines of text: a line a stage, the running jobs, time and money. It knows no terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from manjuc.calls import FilmCall
from manjuc.errors import Waiting
from manjuc.events import Charged, Done, Event, Failing, Grown, Left, Planned, Started, Stopping, Submitting
from manjuc.graph import Action, ActionId
from manjuc.overview import money
from manjuc.prices import sum_costs
from manjuc.stages import BY_NAME
from manjuc.steps import Cost
from manjuc.text import elide, pad, width
from manjuc.words import ENGLISH, Language, Words, say

_BAR = 16  # columns
_ROOMY = 70  # columns from which there is room for bars and models
_COLUMN, _ID = 32, 44  # columns of an id, and those that it may take where there is room

Clock = Callable[[], float]


@dataclass(slots=True)
class Row:
    """What is known of a stage."""

    total: int = 0
    more: tuple[int, int] = (0, 0)  # actions that will be known later
    done: int = 0
    failed: int = 0
    held: int = 0  # it waits for a person, or for a job that still runs

    @property
    def ended(self) -> int:
        """Actions with which this build has nothing more to do."""
        return self.done + self.failed + self.held


@dataclass(slots=True)
class Running:
    """A job that has begun."""

    action: Action
    since: float
    doing: str = ""


@dataclass(slots=True)
class Dashboard:
    """What a build looks like at a moment; it grows by events, and `frame` makes lines of it."""

    slots: Mapping[str, int]
    clock: Clock = time.monotonic
    language: Language = field(default_factory=lambda: ENGLISH)
    rows: dict[str, Row] = field(default_factory=lambda: {name: Row() for name in BY_NAME})
    running: dict[ActionId, Running] = field(default_factory=dict)
    usual: dict[str, float] = field(default_factory=dict)  # seconds of a job, by stage
    to_come: dict[ActionId, Cost] = field(default_factory=dict)
    unknown: dict[str, Cost] = field(default_factory=dict)  # by stage, before its actions are known
    stopping: bool = False

    def learn(self, event: Event) -> None:
        """Take in one event."""
        match event:
            case Planned():
                self._plan(event)
            case Grown(_, stages):
                for stage, count in stages.items():
                    self.rows[stage].total, self.rows[stage].more = count, (0, 0)
            case Started(action):
                self.running[action.id] = Running(action, self.clock())
            case Submitting(step):
                doing = "ffmpeg" if isinstance(step.call, FilmCall) else step.call.model
                # What it waited for before, another action at the same call or its turn, is no part of what jobs take.
                self.running[step.action.id] = Running(step.action, self.clock(), doing)
            case Charged(step) | Left(step):
                self._paid(step.action, step.charge)
            case Done() | Failing():
                self._end(event)
            case Stopping():
                self.stopping = True

    def _plan(self, plan: Planned) -> None:
        self.usual.update({stage: milliseconds / 1000 for stage, milliseconds in plan.usual.items()})
        self.to_come.update({step.action.id: step.cost for step in plan.steps if step.cost})
        for item, cost in plan.unknown:
            self.rows[item.stage].more = (item.least, item.most)
            if cost:
                self.unknown[item.stage] = cost

    def _paid(self, action: Action, cost: Cost | None) -> None:
        """A call that was planned costs no more from now on; one that was not known counts against its stage's sum."""
        expected = self.unknown.get(action.stage)
        if self.to_come.pop(action.id, None) is None and expected and cost:
            least, most = max(Decimal(0), expected.least - cost.most), max(Decimal(0), expected.most - cost.most)
            self.unknown[action.stage] = Cost(least, most, expected.currency)

    def _end(self, event: Done | Failing) -> None:
        action = event.step.action if isinstance(event, Done) else event.action
        row = self.rows[action.stage]
        self.running.pop(action.id, None)
        self.to_come.pop(action.id, None)
        if isinstance(event, Failing) and isinstance(event.error, Waiting):
            row.held += 1
        elif isinstance(event, Failing):
            row.failed += 1
        else:
            row.done += 1
            if event.made:
                self.usual.setdefault(action.stage, event.seconds)
        if row.ended >= row.total and row.more == (0, 0):
            self.unknown.pop(action.stage, None)

    def seconds_left(self) -> float | None:
        """About how long it will take, one kind of work after another; None where nothing is known of some kind."""
        left: dict[str, float] = {}
        for stage, row in self.rows.items():
            count = max(0, row.total - row.ended) + row.more[1]
            slot = BY_NAME[stage].SLOT
            if count and slot != "local" and stage not in self.usual:
                return None
            left[slot] = left.get(slot, 0.0) + count * self.usual.get(stage, 0.0)
        for job in self.running.values():
            slot, usual = BY_NAME[job.action.stage].SLOT, self.usual.get(job.action.stage, 0.0)
            left[slot] -= min(self.clock() - job.since, usual)
        return sum(seconds / self.slots.get(slot, 1) for slot, seconds in left.items())


def frame(dashboard: Dashboard, spent: str, elapsed: float, columns: int, lines: int) -> list[str]:
    """What a dashboard shows: lines, none of them wider than `columns`, and at most `lines` of them."""
    language = dashboard.language
    stages = [_stage(name, row, columns, language) for name, row in dashboard.rows.items() if row.total or row.more[1]]
    room = max(1, lines - len(stages) - 2)
    jobs = sorted(dashboard.running.values(), key=lambda job: job.since)
    shown = jobs if len(jobs) <= room else jobs[: room - 1]
    rows = [_job(job, dashboard, columns) for job in shown]
    if len(jobs) > len(shown):
        rows.append("  " + say("… and {} more jobs", len(jobs) - len(shown)).put(language))
    foot = " · ".join(words.put(language) for words in (duration(elapsed), *_left(dashboard), _money(dashboard, spent)))
    return [elide_kept(line, columns) for line in [*stages, *rows, foot]][-max(1, lines) :]


def _stage(name: str, row: Row, columns: int, language: Language) -> str:
    least, most = row.total + row.more[0], row.total + row.more[1]
    total = str(least) if least == most else f"{least}–{most}"
    filled = round(_BAR * row.ended / most) if most else 0
    bar = "━" * filled + "─" * (_BAR - filled) + "  " if columns >= _ROOMY else ""
    apart = [say("{} failed", row.failed)] * bool(row.failed) + [say("{} on hold", row.held)] * bool(row.held)
    told = "".join("  " + words.put(language) for words in apart)
    return f"{pad(Words(name).put(language), 14)}{bar}{row.done:>4}/{total}{told}"


def _job(job: Running, dashboard: Dashboard, columns: int) -> str:
    """A running job, its id and age in columns; where the line is too short, what does it is cut."""
    usual, age = dashboard.usual.get(job.action.stage), duration(dashboard.clock() - job.since)
    aged = (say("{} of about {}", age, duration(usual)) if usual and usual >= 1 else age).put(dashboard.language)
    room = columns - width(aged) - 4
    if not job.doing or columns < _ROOMY:
        return f"  {pad(elide(job.action.id, min(max(8, room), _ID)), min(max(8, room), _COLUMN))}  {aged}"
    id = elide(job.action.id, min(max(_COLUMN, room - width(job.doing) - 2), _ID))
    said = f"  {pad(id, _COLUMN)}  {aged}"
    return f"{said}  {elide(job.doing, max(1, columns - width(said) - 2))}"


def _left(dashboard: Dashboard) -> Iterator[Words]:
    left = dashboard.seconds_left()
    if dashboard.stopping:
        yield say("stopping")
    elif left and left >= 1:
        yield say("about {} left", duration(left))


def _money(dashboard: Dashboard, spent: str) -> Words:
    coming = [cost for cost in sum_costs([*dashboard.to_come.values(), *dashboard.unknown.values()]) if cost.most]
    return say("{} spent, {} to come", spent, money(coming)) if coming else say("{} spent", spent)


def elide_kept(line: str, columns: int) -> str:
    """A line cut to `columns`, its leading spaces kept."""
    indent = len(line) - len(line.lstrip(" "))
    return line if width(line) <= columns else " " * indent + elide(line, max(1, columns - indent))


def duration(seconds: float) -> Words:
    """A stretch of time for people: 8 s, 1 min 20 s, 2 h 05 min."""
    whole = int(seconds)
    if whole < 60:
        return say("{} s", whole)
    minutes, rest = divmod(whole, 60)
    if whole < 3600:
        return say("{} min {} s", minutes, f"{rest:02}")
    return say("{} h {} min", minutes // 60, f"{minutes % 60:02}")
