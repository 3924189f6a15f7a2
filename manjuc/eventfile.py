"""A build as JSON lines for programs: every event, each on a line of its own that is written at once.

Fields are added, never renamed. Money stands as decimal strings; secrets do not stand here at all.
"""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from typing import BinaryIO, assert_never

from manjuc.digest import JsonValue
from manjuc.errors import UsageError, system_says
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
from manjuc.graph import Action
from manjuc.overview import name_of
from manjuc.show import as_json
from manjuc.steps import Cost, Step
from manjuc.words import Words, say

FORMAT = 1

Fields = dict[str, JsonValue]


class EventFile:
    """Where the events of a command go; nowhere, if no file was named."""

    def __init__(self, file: BinaryIO | None, complain: Callable[[Words], None]) -> None:
        self._file, self._complain = file, complain

    def of(self, spec: str) -> Callable[[Event], None]:
        """What takes the events of one spec's build."""
        return partial(self._write, spec)

    def _write(self, spec: str, event: Event) -> None:
        """Write one event. A file that takes no more does not stop a build that costs money."""
        if self._file is None:
            return
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        fields = {"format": FORMAT, "event": name(event), "at": now, "spec": spec, **fields_of(event)}
        line = json.dumps(fields, ensure_ascii=False) + "\n"
        try:
            # One call to the system for a whole line: a build that is killed leaves no half of one.
            self._file.write(line.encode("utf-8", "replace"))
        except OSError as error:
            self._file = None
            why = system_says(error)
            self._complain(say("--events: no more events are written ({}); the build goes on", why))


@contextlib.contextmanager
def opened(path: str, complain: Callable[[Words], None]) -> Iterator[EventFile]:
    """The file that `--events` names, emptied; no path, no file."""
    if not path:
        yield EventFile(None, complain)
        return
    if path == "-":
        raise UsageError(say("--events takes a file: stdout is for the result. On Unix, /dev/stderr is one"))
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(open(path, "wb", buffering=0))
        except OSError as error:
            raise UsageError(say("--events: cannot write {}: {}", path, system_says(error))) from error
        yield EventFile(file, complain)


def name(event: Event) -> str:
    """The word for an event."""
    return "failed" if isinstance(event, Failing) else type(event).__name__.lower()


def fields_of(event: Event) -> Fields:
    """What an event says."""
    match event:
        case Planned(steps, unknown, usual):
            return {
                "steps": [{**_action(s.action), "verdict": name_of(s.verdict), "cost": _cost(s.cost)} for s in steps],
                "unknown": [
                    {"stage": u.stage, "count": {"min": u.least, "max": u.most}, "after": u.after, "cost": _cost(cost)}
                    for u, cost in unknown
                ],
                "usual_milliseconds": dict(usual),
            }
        case Grown(total, stages):
            return {"total": total, "stages": dict(stages)}
        case Started(action):
            return _action(action)
        case Submitting(step) | Charged(step) | Settled(step) | Done(step) | Awaiting(step) | Left(step):
            return {**_step(step), **_outcome(event)}
        case Failing(action, error):
            return {**_action(action), "error": str(error), "exit_code": error.exit_code}
        case Notice(words):
            return {"text": str(words)}
        case Judged(found):
            return {"diagnostics": as_json(found)}
        case Stopping():
            return {}
        case _:
            assert_never(event)


def _outcome(event: Event) -> Fields:
    match event:
        case Settled(_, charged):
            return {"charged": {"amount": _decimal(charged.amount), "currency": charged.currency}}
        case Done(_, made, seconds):
            return {"made": made, "milliseconds": round(seconds * 1000)}
        case _:
            return {}


def _action(action: Action) -> Fields:
    return {"id": action.id, "stage": action.stage}


def _step(step: Step) -> Fields:
    model = getattr(step.call, "model", None)
    return {**_action(step.action), "model": model, "key": step.key, "cost": _cost(step.charge)}


def _cost(cost: Cost | None) -> JsonValue:
    if cost is None:
        return None
    return {"min": _decimal(cost.least), "max": _decimal(cost.most), "currency": cost.currency}


def _decimal(amount: Decimal) -> str:
    return f"{amount.normalize():f}" if amount else "0"
