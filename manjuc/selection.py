"""Which part of a drama a command is about: single actions with all that they need, or everything up to a stage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from manjuc.errors import UsageError
from manjuc.graph import Action, ActionId, Unknown
from manjuc.plan import Plan
from manjuc.sharing import shared
from manjuc.stages import BY_NAME, STAGES
from manjuc.text import nearest
from manjuc.words import Words, say

_ORDER = [stage.NAME for stage in STAGES]


@dataclass(frozen=True, slots=True)
class Selection:
    """`only` names actions, or what their ids begin with; `until` the last stage in story order. Empty: everything."""

    only: tuple[str, ...] = ()
    until: str = ""

    def __post_init__(self) -> None:
        if self.until and self.until not in BY_NAME:
            near = nearest(self.until, BY_NAME)
            hint = say("did you mean `{}`?", near) if near else say("there are {}", tuple(_ORDER))
            raise UsageError(say("there is no stage `{}`; {}", self.until, hint))
        for id in self.only:
            stage = id.rpartition("/")[2]
            if stage in BY_NAME and not self._reaches(stage):
                raise UsageError(say("`--until {}` ends before `{}`", self.until, id))

    def of(self, actions: Iterable[Action]) -> tuple[Action, ...]:
        """The selected ones among the actions that are known. Scripts stay while a wanted action is still unknown."""
        known = {action.id: action for action in actions if self._reaches(action.stage)}
        if not self.only:
            return tuple(known.values())
        wanted: dict[ActionId, None] = {}
        todo = [id for id in known if any(_meant(name, id) for name in self.only)]
        if self.missing(known):
            todo += [id for id, action in known.items() if action.stage == "script"]
        while todo:
            id = todo.pop()
            if id not in wanted and id in known:
                wanted[id] = None
                todo += known[id].needs
        return tuple(action for id, action in known.items() if id in wanted)

    def _reaches(self, stage: str) -> bool:
        return not self.until or _ORDER.index(stage) <= _ORDER.index(self.until)

    def of_plan(self, plan: Plan) -> Plan:
        """The selected part of a plan, each call counted once; UsageError where a name can never mean anything."""
        known = {step.action.id for step in plan.steps}
        missing = self.missing(known)
        for id in missing:
            if not any(_may_become(id, item) for item, _ in plan.unknown):
                raise UsageError(_unknown(id, known))
        chosen = {action.id for action in self.of(step.action for step in plan.steps)}
        steps = tuple(shared(step for step in plan.steps if step.action.id in chosen))
        both = zip(plan.unknown, plan.real_unknown, strict=True)
        kept = [pair for pair in both if self._reaches(pair[0][0].stage) and (missing or not self.only)]
        unknown, real = tuple(item for item, _ in kept), tuple(cost for _, cost in kept)
        return replace(plan, steps=steps, unknown=unknown, real_unknown=real)

    def missing(self, known: Iterable[ActionId]) -> tuple[str, ...]:
        """The names that have come to mean nothing, now that everything is known."""
        ids = set(known)
        return tuple(name for name in self.only if name not in ids and not any(_meant(name, id) for id in ids))


def _meant(name: str, id: str) -> bool:
    """True for an action by its id, and for all of an episode, a character or a clip by what their ids begin with."""
    return id == name or id.startswith(f"{name}/")


def _may_become(id: str, unknown: Unknown) -> bool:
    """True where a name has the form of an action that is not known yet."""
    episode = unknown.after.rpartition("/")[0]
    owner, stage = id.partition("/")[0], id.rpartition("/")[2]
    return id == episode or (stage == unknown.stage and owner in (episode, "characters", "scenes"))


def _unknown(id: str, known: Iterable[str]) -> Words:
    near = nearest(id, known)
    if near:
        return say("there is no action `{}`; did you mean `{}`?", id, near)
    return say("there is no action `{}`; `manjuc plan SPEC` shows those that there are", id)
