"""Which actions there are and which may start. No clock, no I/O, no asyncio."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NewType

from manjuc.calls import Artifact, Pending, Ref, Reference
from manjuc.spec import EpisodeId, Script, ShotId

ActionId = NewType("ActionId", str)


@dataclass(frozen=True, slots=True)
class Action:
    """One piece of work of a stage. `needs` are the actions whose results go into its call, in the call's order."""

    id: ActionId
    stage: str
    needs: tuple[ActionId, ...] = ()
    place: str = ""  # where its result is placed for people, below the build folder, without the file's ending
    about: object = None  # what the stage's own `call` works from: a character, a scene, a reel, an episode


@dataclass(frozen=True, slots=True)
class Results:
    """What is known so far: artifacts by action, scripts by episode, and the clips that the lock has settled.

    `told` is whom and what the text model was told of when it wrote the script of an episode, as `briefing` names them.
    """

    artifacts: Mapping[ActionId, tuple[Artifact, ...]] = field(default_factory=dict)
    scripts: Mapping[EpisodeId, Script] = field(default_factory=dict)
    clips: Mapping[EpisodeId, tuple[tuple[ShotId, ...], ...]] = field(default_factory=dict)
    told: Mapping[EpisodeId, tuple[str, ...]] = field(default_factory=dict)

    def reference(self, action: ActionId) -> Reference:
        """The first artifact of an action as an input, or the promise of it."""
        found = self.artifacts.get(action)
        return Ref(found[0].blob, found[0].media) if found else Pending(action)


@dataclass(frozen=True, slots=True)
class Unknown:
    """Actions that will exist once `after` has its result: between `least` and `most` of them."""

    stage: str
    least: int
    most: int
    after: ActionId


class Frontier:
    """The graph while it is being built: it grows, and says what may start."""

    def __init__(self) -> None:
        self._actions: dict[ActionId, Action] = {}
        self._waiting: dict[ActionId, set[ActionId]] = {}  # not started: what it still needs
        self._wanted_by: dict[ActionId, list[ActionId]] = {}
        self._ready: dict[ActionId, None] = {}
        self._untold: list[ActionId] = []  # became ready since `newly_ready` was asked
        self.running: set[ActionId] = set()
        self.done: set[ActionId] = set()
        self.failed: set[ActionId] = set()

    def add(self, actions: Iterable[Action]) -> None:
        """Take in new actions; those that are known already are passed over."""
        fresh = [action for action in actions if action.id not in self._actions]
        for action in fresh:
            if action.id in self._actions:
                continue
            self._actions[action.id] = action
            self._waiting[action.id] = {need for need in action.needs if need not in self.done}
            for need in self._waiting[action.id]:
                self._wanted_by.setdefault(need, []).append(action.id)
            if not self._waiting[action.id]:
                self._becomes_ready(action.id)
        if fresh:
            self._refuse_cycles()

    def ready(self) -> Iterator[Action]:
        """The actions that may start now, in the order in which they became known."""
        return (self._actions[id] for id in self._ready)

    def newly_ready(self) -> tuple[Action, ...]:
        """The actions that have become ready since this was last asked: who asks each time sees each of them once."""
        found, self._untold = self._untold, []
        return tuple(self._actions[id] for id in found if id in self._ready)

    def start(self, id: ActionId) -> None:
        """An action has been started."""
        del self._ready[id]
        del self._waiting[id]
        self.running.add(id)

    def finish(self, id: ActionId) -> None:
        """An action has its result; what waited for it alone becomes ready."""
        self.running.remove(id)
        self.done.add(id)
        for wanting in self._wanted_by.get(id, ()):
            needs = self._waiting[wanting]
            needs.discard(id)
            if not needs:
                self._becomes_ready(wanting)

    def _becomes_ready(self, id: ActionId) -> None:
        self._ready[id] = None
        self._untold.append(id)

    def fail(self, id: ActionId) -> None:
        """An action has no result; what needs it stays blocked."""
        self.running.remove(id)
        self.failed.add(id)

    def blocked(self) -> tuple[Action, ...]:
        """The actions that cannot start because something that they need has failed."""
        return tuple(self._actions[id] for id, needs in self._waiting.items() if needs)

    def __len__(self) -> int:
        return len(self._actions)

    def _refuse_cycles(self) -> None:
        """An assertion that names the circle: stages that need each other are a bug in manjuc."""
        free: set[ActionId] = set()  # proved to lead into no circle
        for first in self._waiting:
            way: dict[ActionId, Iterator[ActionId]] = {first: iter(self._waiting[first])}
            while way:
                here, needs = next(reversed(way.items()))
                onward = next((need for need in needs if need in self._waiting and need not in free), None)
                if onward is None:
                    free.add(here)
                    del way[here]
                    continue
                assert onward not in way, _circle(tuple(way), onward)
                way[onward] = iter(self._waiting[onward])


def _circle(way: tuple[ActionId, ...], again: ActionId) -> str:
    return " -> ".join([*way[way.index(again) :], again])
