"""What became of a call, and what follows from it: reuse, resume, send, or ask a person."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, assert_never

from manjuc.calls import Artifact, Call, FilmCall, ImageCall, preimage
from manjuc.contracts import Stage
from manjuc.difference import difference
from manjuc.digest import Digest
from manjuc.failures import told
from manjuc.graph import Action
from manjuc.models import PREVIEW
from manjuc.steps import (
    Accepted,
    Declined,
    Dropped,
    Failed,
    Hit,
    Ledger,
    Lock,
    Miss,
    Reason,
    Rejected,
    Resume,
    Uncertain,
    Underway,
    Verdict,
)
from manjuc.words import heard, say


def verdict_of(
    action: Action, stage: Stage, call: Call, keys: tuple[Digest, Digest], lock: Lock, ledger: Ledger
) -> Verdict:
    """What the history of a call means, once no revision is left to follow."""
    key, first = keys
    match history := ledger.history(key):
        case Accepted(artifacts):
            return Hit(artifacts) if all_here(artifacts, ledger) else Miss(_missing(artifacts, ledger))
        case Rejected(artifacts, problems):
            return Failed(heard("; ".join(problems)), kept=artifacts)
        case Declined("moderation", message, paid):
            return Failed(told("moderation", message), paid)
        case Declined(why, message):
            return Miss(Reason("failed-before", told(why, message)))
        case Underway(answered=True):
            reason = Reason("running" if history.ticket else "answered")
            kind: Literal["image", "video"] = "image" if isinstance(call, ImageCall) else "video"
            ticket = replace(history.ticket, kind=kind) if history.ticket else None
            return Resume(ticket, history.base_url, history.attempt, reason, history.dialect)
        case Underway() if isinstance(call, FilmCall):
            return Miss(Reason("interrupted", heard(history.detail)))
        case Underway():
            return Uncertain(history.at, history.base_url, heard(history.detail), history.attempt)
        case Dropped():
            return Miss(Reason("declared-lost"))
        case None:
            return Miss(_why(action, stage, call, first, lock, ledger))
        case _:
            assert_never(history)


def all_here(artifacts: tuple[Artifact, ...], ledger: Ledger) -> bool:
    """True where the bytes of all of them are on this machine."""
    return all(ledger.holds(artifact.blob) for artifact in artifacts)


def _missing(artifacts: tuple[Artifact, ...], ledger: Ledger) -> Reason:
    gone = next(artifact.blob for artifact in artifacts if not ledger.holds(artifact.blob))
    return Reason("blob-missing", say("its {}… is paid for, but not on this machine", gone[:12]))


def _why(action: Action, stage: Stage, call: Call, first: Digest, lock: Lock, ledger: Ledger) -> Reason:
    """Why a call that was never sent has to be: by comparison with the action's last one."""
    locked = lock.actions.get(action.id)
    if locked and locked.key == first:
        return _missing(locked.artifacts, ledger)
    before = locked.key if locked else ledger.last_key(action.id)
    if before is None:
        return Reason("new")
    earlier = ledger.preimage(before)
    if earlier is None:
        return Reason("changed", say("the earlier call is not on this machine"))
    return Reason("changed", difference(earlier, preimage(stage.NAME, stage.VERSION, call), action.needs))


def is_free(call: Call) -> bool:
    """True for a preview: nothing is paid, so nothing has to be asked."""
    return not isinstance(call, FilmCall) and call.model.startswith(PREVIEW)
