"""Review gates: what a person has to look at before anything beyond it is paid for."""

from __future__ import annotations

from collections.abc import Mapping

from manjuc.graph import Action, ActionId, Results
from manjuc.spec import Spec
from manjuc.stages import BY_NAME
from manjuc.steps import Lock

# How far into the work a stage stands; a gate holds what stands further. Sheets and plates do not wait for each other.
_DEPTH: Mapping[str, int] = {"script": 0, "three_views": 1, "scene": 1, "contact_sheet": 2, "clip": 3, "film": 4}


def open_reviews(action: Action, spec: Spec, results: Results, lock: Lock) -> tuple[ActionId, ...]:
    """What has to be accepted before this action may be paid for."""
    gates = [name for name in spec.policy.review if _DEPTH[name] < _DEPTH[action.stage]]
    known = (gated for name in gates for gated in BY_NAME[name].actions(spec, results))
    return tuple(gated.id for gated in known if not accepted(gated.id, results, lock))


def accepted(id: ActionId, results: Results, lock: Lock) -> bool:
    """True where a person has accepted the very artifacts that are there now."""
    locked = lock.actions.get(id)
    return locked is not None and locked.reviewed and results.artifacts.get(id) == locked.artifacts
