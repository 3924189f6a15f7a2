"""Review gates: what a person has to look at before anything beyond it is paid for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from manjuc.graph import Action, ActionId, Results
from manjuc.spec import Spec
from manjuc.stages import BY_NAME
from manjuc.steps import Lock

# How far into the work a stage stands; a gate holds what stands further. Sheets and plates do not wait for each other.
_DEPTH: Mapping[str, int] = {
    "script": 0,
    "three_views": 1,
    "scene": 1,
    "prop": 1,
    "contact_sheet": 2,
    "clip": 3,
    "film": 4,
}


class Gates:
    """The review gates of a drama. What they hold is worked out anew only when a script has become known."""

    def __init__(self, spec: Spec) -> None:
        self._spec, self._scripts = spec, -1
        self._reviewed: dict[str, list[tuple[str, ActionId]]] = {}  # by stage; with the episode, or none if shared

    def unreviewed(self, action: Action, results: Results, lock: Lock) -> tuple[ActionId, ...]:
        """What has to be accepted before this action may be paid for: of its own episode, and of what all share."""
        gates = [name for name in self._spec.policy.review if _DEPTH[name] < _DEPTH[action.stage]]
        if gates and self._scripts != len(results.scripts):
            self._scripts = len(results.scripts)
            self._reviewed = {name: list(self._gated(name, results)) for name in self._spec.policy.review}
        # What a script invented stands behind the gates of its episode too.
        mine = {"", action.id.partition("/")[0], *(need.partition("/")[0] for need in action.needs)}
        gated = (id for name in gates for episode, id in self._reviewed[name] if episode in mine)
        return tuple(id for id in gated if not accepted(id, results, lock))

    def _gated(self, name: str, results: Results) -> Iterator[tuple[str, ActionId]]:
        episodes = {episode.id for episode in self._spec.episodes}
        for action in BY_NAME[name].actions(self._spec, results):
            owner = action.id.partition("/")[0]
            if owner not in self._spec.frozen:
                yield owner if owner in episodes else "", action.id


def accepted(id: ActionId, results: Results, lock: Lock) -> bool:
    """True where a person has accepted the very artifacts that are there now."""
    locked = lock.actions.get(id)
    return locked is not None and locked.reviewed and results.artifacts.get(id) == locked.artifacts
