"""The journal's entries folded into what they mean: what became of each call. Pure; the store feeds it."""

from __future__ import annotations

import statistics
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from manjuc.calls import Artifact
from manjuc.digest import Digest
from manjuc.graph import ActionId
from manjuc.models import PREVIEW
from manjuc.steps import Accepted, Declined, Dropped, History, Rejected, Underway
from manjuc.wire import Ticket
from manjuc.words import Words, heard, say

_KINDS = {"intent", "unsent", "answer", "unclear", "declined", "resolved", "doubt", "commit"}
_TELLING = {"answer", "unclear", "resolved"}  # entries that tell of a call that was sent, and of no outcome
_RECENT = 20  # jobs from which is learnt how long one takes


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened to a call, for people."""

    at: str
    what: Words


class Book:
    """What the journal says so far."""

    def __init__(self) -> None:
        self._calls: dict[ActionId, dict[Digest, None]] = {}  # what each action sent or made; several may share a call
        self._entries: list[Mapping[str, Any]] = []
        self._histories: dict[Digest, History | None] = {}
        self._attempts: dict[Digest, int] = {}
        self._last: dict[ActionId, Digest] = {}
        self._kinds: dict[Digest, tuple[str, str]] = {}  # the stage and the model of a call
        self._took: dict[tuple[str, str], deque[int]] = {}  # what the latest jobs of a kind took, in milliseconds

    def enter(self, entry: Mapping[str, Any]) -> None:
        """Take in one entry of the journal, in its order."""
        if not {"t", "key", "attempt", "at"} <= entry.keys():
            return  # written by a newer manjuc, about something that is no call
        key = Digest(entry["key"])
        if "action" in entry:
            self._calls.setdefault(ActionId(entry["action"]), {})[key] = None
        self._entries.append(entry)
        if entry["t"] not in _KINDS:
            return  # a newer manjuc's as well: its meaning is not ours to guess
        before = self._histories.get(key)
        if entry["t"] == "doubt" and isinstance(before, Accepted):
            return  # a result that is there outweighs a doubt
        self._time(key, entry)
        if entry["t"] in _TELLING and entry["attempt"] > self.attempts(key):
            before = _begun(entry)  # the line that told of its beginning is lost
        self._attempts[key] = max(self.attempts(key), entry["attempt"])
        history = _after(before, entry)
        self._histories[key] = history
        if entry["t"] == "commit" and isinstance(history, Accepted):
            self._last[ActionId(entry["action"])] = Digest(entry["first_key"])

    def history(self, key: Digest) -> History | None:
        """What became of a call, or None where it was never sent."""
        return self._histories.get(key)

    def attempts(self, key: Digest) -> int:
        """The number of the last attempt at a call; 0 where there was none."""
        return self._attempts.get(key, 0)

    def most(self, key: Digest, attempt: int) -> dict[str, Any] | None:
        """The most that an attempt may have cost, by the price it was sent at; None where the journal does not tell.

        Where the line about the attempt is lost, another attempt at the same call tells it.
        """
        found: dict[int, dict[str, Any]] = {}
        for entry in self._entries:
            match entry:
                case {"t": "intent" | "doubt", "attempt": number, "cost": {"most": most, "currency": currency}} if (
                    entry["key"] == key
                ):
                    found[number] = {"amount": most, "currency": currency}
        return found.get(attempt) or next(iter(found.values()), None)

    def last_key(self, action: ActionId) -> Digest | None:
        """The first key of the call with which an action last had a result."""
        return self._last.get(action)

    def _time(self, key: Digest, entry: Mapping[str, Any]) -> None:
        if entry["t"] in ("intent", "doubt"):
            self._kinds[key] = (entry.get("stage", ""), entry.get("model", ""))
        elif entry.get("took") is not None and key in self._kinds:
            self._took.setdefault(self._kinds[key], deque(maxlen=_RECENT)).append(entry["took"])

    def usual(self, stage: str, model: str) -> int | None:
        """What a job of a stage took lately with a model, in milliseconds; None where there was none."""
        took = self._took.get((stage, model))
        return round(statistics.median(took)) if took else None

    def told(self, action: ActionId, *keys: Digest) -> tuple[Told, ...]:
        """Everything that happened to the calls of an action and to those of some keys, whoever sent them, in order."""
        calls = {*self._calls.get(action, ()), *keys}
        return tuple(Told(entry["at"], _what(entry)) for entry in self._entries if entry["key"] in calls)

    def underway(self, action: ActionId) -> tuple[tuple[Digest, Underway], ...]:
        """The calls of an action that were sent and have no outcome."""
        mine = ((key, self._histories.get(key)) for key in self._calls.get(action, ()))
        return tuple((key, history) for key, history in mine if isinstance(history, Underway))

    def senders(self, stage: str) -> Mapping[Digest, ActionId]:
        """The paid calls of a stage, each with the action that sent it first."""
        sent = ((key, action) for action, calls in self._calls.items() for key in calls if key in self._kinds)
        found: dict[Digest, ActionId] = {}
        for key, action in sent:
            kind, model = self._kinds[key]
            if kind == stage and not model.startswith(PREVIEW):
                found.setdefault(key, action)
        return found

    @staticmethod
    def with_text(rejected: Rejected, text: str) -> Rejected:
        """A rejected answer together with its words."""
        return replace(rejected, text=text)

    @staticmethod
    def noticing(history: History, answered: Callable[[int], bool]) -> History:
        """A call whose answer reached the disk a moment before the process ended counts as answered."""
        if isinstance(history, Underway) and not history.answered and not history.detail and answered(history.attempt):
            return replace(history, answered=True)
        return history


def _after(before: History | None, entry: Mapping[str, Any]) -> History | None:
    """What is known of a call once an entry about it was made."""
    match entry["t"]:
        case "resolved" if isinstance(before, Accepted):
            return before  # whoever gave it up had not seen that it is there
        case "intent" | "doubt":
            return _begun(entry)
        case "unsent":
            return None
        case "declined":
            taken = isinstance(before, Underway) and before.answered
            return Declined(entry["why"], entry["message"], paid=taken or "charged" in entry)
        case "resolved" if not entry["task"]:
            return Dropped()
        case "commit":
            found = tuple(Artifact(a["role"], Digest(a["blob"]), a["media"], a["size"]) for a in entry["artifacts"])
            problems = tuple(entry["problems"])
            return Rejected(found, problems) if problems else Accepted(found)
    return _answered(before, entry) if isinstance(before, Underway) else before


def _begun(entry: Mapping[str, Any]) -> Underway:
    """A call that was sent, as far as an entry about it tells."""
    where, how = entry.get("base_url", ""), entry.get("dialect", "")
    return Underway(entry["attempt"], where, entry["at"], detail=entry.get("detail", ""), dialect=how)


def _answered(before: Underway, entry: Mapping[str, Any]) -> History:
    task = entry.get("task")
    match entry["t"]:
        case "answer":
            return replace(before, answered=True, ticket=Ticket(task) if task else None)
        case "resolved":
            return replace(before, answered=True, ticket=Ticket(str(task)), detail="")
        case _:
            return replace(before, answered=False, detail=entry["detail"])


def _what(entry: Mapping[str, Any]) -> Words:
    """An entry in words, its call by the first letters of its key."""
    return say("{} attempt {}: {}", entry["key"][:8], entry["attempt"], _became(entry))


def _became(entry: Mapping[str, Any]) -> Words:
    match entry["t"]:
        case "intent":
            return say("sent to {} as {}", entry.get("base_url"), entry.get("model"))
        case "answer":
            return say("taken as job {}", entry["task"]) if entry["task"] else say("answered")
        case "declined":
            return say("refused ({}): {}", Words(entry["why"]), heard(entry["message"]))
        case "unsent":
            return say("not taken: {}", heard(entry["why"]))
        case "unclear" | "doubt":
            return say("uncertain: {}", heard(entry["detail"]))
        case "resolved" if entry["task"]:
            return say("declared to be job {}", entry["task"])
        case "resolved":
            return say("declared lost, and charged") if "charged" in entry else say("declared lost")
        case "commit" if entry["problems"]:
            return say("kept as a rejected take: {}", heard("; ".join(entry["problems"])))
        case "commit":
            return say("accepted")
        case other:
            return Words(str(other))
