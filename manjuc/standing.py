"""The drama of which an action's own call tells. A script that stands is none the worse for whoever was declared since.

The brief of a script names all that a drama declares. If every declaration were a reason to write again, one new
character for episode 8 would buy the scripts of all others, and their clips. So the lock keeps what each script was
told of: where a call that tells of these alone, as they are today, is still the one in the lock, it is today's call.
Any other call tells of everybody, that of another take too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from manjuc import briefing
from manjuc.calls import Call, key_of
from manjuc.contracts import Render
from manjuc.errors import TemplateBroken
from manjuc.graph import Action, ActionId, Results
from manjuc.models import PREVIEW
from manjuc.spec import EpisodeId, Spec
from manjuc.stages import BY_NAME, STAGES, script
from manjuc.steps import Hit, Lock, Step
from manjuc.words import say, shortened


def call_in(spec: Spec, action: Action, results: Results, lock: Lock, render: Render) -> Call:
    """The call that a stage makes for an action, in the take that the lock asks for."""
    locked = lock.actions.get(action.id)
    call = BY_NAME[action.stage].call(action, spec, results, render)
    return replace(call, take=locked.take if locked else 1)


def drama_of(action: Action, spec: Spec, results: Results, lock: Lock, render: Render) -> Spec:
    """The drama of which the action's own call tells: the whole, or what a script that stands was told of."""
    locked = lock.actions.get(action.id)
    if action.stage != "script" or locked is None or locked.told is None:
        return spec
    told = frozenset(locked.told)
    if told.issuperset(briefing.declared(spec)):
        return spec
    stage, then = BY_NAME[action.stage], briefing.as_declaring(spec, told)
    same = key_of(stage.NAME, stage.VERSION, call_in(then, action, results, lock, render)) == locked.key
    return then if same else spec


def to_be_made(spec: Spec, results: Results, locks: Iterable[Lock], render: Render) -> frozenset[ActionId]:
    """What is left to do beside scripts that stand: nobody is drawn of whom neither these nor a shot tell."""
    scripts = {action.id: EpisodeId(action.id.removesuffix("/script")) for action in script.actions(spec, results)}
    told, locks = dict(results.told), tuple(locks)
    for action in script.actions(spec, results):
        with suppress(TemplateBroken):  # told as such
            stand = (_told_of(action, each, results, lock, render) for each in _asked(spec) for lock in locks)
            if (known := next((each for each in stand if each is not None), None)) is not None:
                told[scripts[action.id]] = known
    later = replace(results, told=told)
    actions = (action.id for stage in STAGES for action in stage.actions(spec, later))
    return frozenset(id for id in actions if scripts.get(id) not in told)


def _asked(spec: Spec) -> Iterator[Spec]:
    """The drama as it is, and where it names a model of the preview, as one that is paid for."""
    yield spec
    writer = spec.models.text
    if writer.preview:
        paid = replace(writer, name=writer.name.removeprefix(PREVIEW))
        yield replace(spec, models=replace(spec.models, text=paid))


def _told_of(action: Action, spec: Spec, results: Results, lock: Lock, render: Render) -> tuple[str, ...] | None:
    """What a script that stands was told of; None for one that has to be written again."""
    if spec.format.milliseconds is None or action.id not in lock.actions:
        return None
    drama = drama_of(action, spec, results, lock, render)
    today = key_of(script.NAME, script.VERSION, call_in(drama, action, results, lock, render))
    return briefing.declared(drama) if today == lock.actions[action.id].key else None


def with_told(step: Step, drama: Spec, whole: Spec) -> Step:
    """A step with what its call tells of; where a script that stands knows less than the whole drama, it says so."""
    if step.action.stage != "script":
        return step
    told, verdict = briefing.declared(drama), step.verdict
    news = sorted({*briefing.declared(whole)}.difference(told)) if drama is not whole else []
    if isinstance(verdict, Hit) and news and step.action.id.partition("/")[0] not in whole.frozen:
        verdict = replace(verdict, note=say("not told of {}, declared since", shortened(news)))
    return replace(step, told=told, verdict=verdict)
