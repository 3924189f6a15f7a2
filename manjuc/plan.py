"""What has to be done, why, and for how much: the one function that decides for `plan` and for `build`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from manjuc.calls import Artifact, Call, FilmCall, TextCall, form, key_of, pending
from manjuc.contracts import Render, Stage
from manjuc.difference import may_become
from manjuc.digest import Digest
from manjuc.errors import TemplateBroken
from manjuc.graph import Action, ActionId, Results, Unknown
from manjuc.known import Known
from manjuc.ladder import left, rungs, step_down
from manjuc.policy import Rung
from manjuc.prices import price_of, price_of_unknown, sum_costs, with_rounds
from manjuc.review import Gates
from manjuc.spec import Spec
from manjuc.stages import BY_NAME, STAGES
from manjuc.standing import call_in, drama_of, with_told
from manjuc.steps import (
    Accepted,
    Cost,
    Declined,
    Frozen,
    Held,
    Hit,
    Ledger,
    Lock,
    Miss,
    ReadScript,
    Reason,
    Rejected,
    Resume,
    Step,
    Uncertain,
    Verdict,
    Wait,
)
from manjuc.verdicts import all_here, is_free, verdict_of
from manjuc.words import NOTHING, Words, say

_SHARED = ("three_views", "scene", "prop")  # the stages whose results several episodes show


@dataclass(frozen=True, slots=True)
class Context:
    """All that a decision rests on, besides the results known so far."""

    spec: Spec
    lock: Lock
    ledger: Ledger
    render: Render
    read_script: ReadScript
    milder: Mapping[str, str] = field(default_factory=dict)  # for the rung `soften`
    shipped: Render | None = None  # where the project's own templates may fail for what is published
    rehearsed_at: str = ""  # the relay of a preview that was started by itself: one meets there what is met when paid
    gates: Gates = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "gates", Gates(self.spec))

    def first_results(self) -> Results:
        """What is known before anything is looked up: the scripts that people wrote, the clips of the lock."""
        scripts = {episode.id: episode.script for episode in self.spec.episodes if episode.script}
        published = {
            id: locked.artifacts
            for id, locked in self.lock.actions.items()
            if self.frozen(id) and all_here(locked.artifacts, self.ledger)
        }
        for episode in self.spec.episodes:
            action = ActionId(f"{episode.id}/script")
            if episode.script is None and action in published:
                scripts[episode.id] = self.read_script(episode.id, published[action])
        if self.spec.frozen:
            published |= self._shown_by_frozen(Results({}, scripts, self.lock.clips))
        return Results(published, scripts, self.lock.clips)

    def _shown_by_frozen(self, results: Results) -> dict[ActionId, tuple[Artifact, ...]]:
        """Sheets and plates that nothing shows any more but what is published: as they were, never made again."""
        wanted = {action.id for stage in _SHARED for action in BY_NAME[stage].actions(self.spec, results)}
        shared = ((id, each.artifacts) for id, each in self.lock.actions.items() if id.rpartition("/")[2] in _SHARED)
        return {id: found for id, found in shared if id not in wanted and all_here(found, self.ledger)}

    def frozen(self, action: ActionId) -> bool:
        """True for an action of an episode that stays as published."""
        return action.partition("/")[0] in self.spec.frozen


@dataclass(frozen=True, slots=True)
class Plan:
    """Every step that is known, in story order, and bounds for the rest."""

    steps: tuple[Step, ...]
    unknown: tuple[tuple[Unknown, Cost | None], ...]
    results: Results
    real_unknown: tuple[Cost | None, ...] = ()  # in the order of `unknown`: what the named models would take

    def totals(self) -> tuple[Cost, ...]:
        """What all of it takes, a sum for each currency."""
        return sum_costs([*(step.cost for step in self.steps), *(cost for _, cost in self.unknown)])

    def real_totals(self) -> tuple[Cost, ...]:
        """In preview: what the named models would take."""
        return sum_costs([*(step.real_cost for step in self.steps), *self.real_unknown])


def survey(context: Context, stages: Sequence[Stage] = STAGES, done: Mapping[ActionId, Step] | None = None) -> Plan:
    """Decide about every action of some stages. Stages need only those before them: one pass sees all results.

    A build that has come to its end knows what is `done`; nothing of that is decided again.
    """
    known = Known(context.first_results())
    results = known.results
    steps: list[Step] = []
    for stage in stages:
        for action in stage.actions(context.spec, results):
            step = (done or {}).get(action.id) or decide(action, results, context)
            steps.append(step)
            if isinstance(step.verdict, Hit):
                known.learn(step, context.read_script)
            elif not isinstance(step.verdict, Frozen):
                known.forget(action.id)
    unknown = [item for stage in stages for item in stage.unknown(context.spec, results)]
    real = tuple(price_of_unknown(item, BY_NAME[item.stage].SLOT, context.spec) for item in unknown)
    free = context.spec.models.video.preview
    costs = (Cost(Decimal(0), Decimal(0), cost.currency) if cost and free else cost for cost in real)
    return Plan(tuple(steps), tuple(zip(unknown, costs, strict=True)), results, real)


def known_actions(spec: Spec, results: Results) -> Iterator[Action]:
    """The graph as it is known so far, in story order."""
    for stage in STAGES:
        yield from stage.actions(spec, results)


def call_of(action: Action, results: Results, context: Context) -> Call:
    """An action's own call, as its stage makes it."""
    return call_in(_drama_of(action, results, context), action, results, context.lock, context.render)


def _drama_of(action: Action, results: Results, context: Context) -> Spec:
    return drama_of(action, context.spec, results, context.lock, context.render)


def decide(action: Action, results: Results, context: Context, call: Call | None = None) -> Step:
    """The verdict about one action: its own call, then along the chain of revisions to what came of them."""
    try:
        drama = _drama_of(action, results, context)
        call = call or call_in(drama, action, results, context.lock, context.render)
    except TemplateBroken:
        if context.shipped is None or not context.frozen(action.id):
            raise
        return decide(action, results, replace(context, render=context.shipped, shipped=None))
    return with_told(_decided(action, call, drama, results, context), drama, context.spec)


def _decided(action: Action, call: Call, drama: Spec, results: Results, context: Context) -> Step:
    stage = BY_NAME[action.stage]
    if context.frozen(action.id):
        return _published(stage, action, call, context)
    if waiting := pending(call):
        on = tuple(ActionId(id) for id in dict.fromkeys(waiting))
        return _step(action, call, (None, None), Wait(on, _gate(action, call, results, context)), context)
    first = key_of(stage.NAME, stage.VERSION, call)
    call, key, note, taken = _end_of_chain(action, call, drama, first, results, context)
    # The lock has the last word: where it names another take of the same call, that is what the team chose.
    locked = context.lock.actions.get(action.id)
    if locked and locked.key == first and all_here(locked.artifacts, context.ledger):
        return _step(action, call, (key, first), Hit(locked.artifacts), context)
    verdict = verdict_of(action, stage, call, (key, first), context.lock, context.ledger)
    met = context.rehearsed_at and isinstance(verdict, Uncertain) and verdict.base_url == context.rehearsed_at
    if isinstance(verdict, Uncertain) and is_free(call) and not met:
        verdict = Miss(Reason("interrupted", verdict.detail))  # nothing was paid, and who took it is gone
    if isinstance(verdict, Miss) and verdict.reason.code in ("new", "changed") and note:
        verdict = Miss(Reason("revised", note))
    if isinstance(verdict, Miss) and (held := _gate(action, call, results, context)):
        verdict = Held(held)
    return _step(action, call, (key, first), verdict, context, taken)


def _gate(action: Action, call: Call, results: Results, context: Context) -> tuple[ActionId, ...]:
    """What a person has to accept before a call may be paid for."""
    paid = not isinstance(call, FilmCall) and not is_free(call)
    return context.gates.unreviewed(action, results, context.lock) if paid else ()


def _published(stage: Stage, action: Action, call: Call, context: Context) -> Step:
    """A step of a frozen episode: what was published, and whether it is what would come out today."""
    locked = context.lock.actions.get(action.id)
    there = locked.artifacts if locked and all_here(locked.artifacts, context.ledger) else ()
    key = None if pending(call) else key_of(stage.NAME, stage.VERSION, call)
    if there and locked and locked.key == key:
        return _step(action, call, (key, key), Hit(there), context)
    if not locked:  # a film, which is in no lock
        last = context.ledger.last_key(action.id)
        for known in (key, last):
            history = context.ledger.history(known) if known else None
            if isinstance(history, Accepted) and all_here(history.artifacts, context.ledger):
                there = history.artifacts
                if known == key:
                    return _step(action, call, (key, key), Hit(there), context)
                break
    older = say("older than its inputs") if there else say("not on this machine") if locked else say("not in the lock")
    return _step(action, call, (key, key), Frozen(there, older), context)


def _end_of_chain(
    action: Action, call: Call, spec: Spec, key: Digest, results: Results, context: Context
) -> tuple[Call, Digest, Words, tuple[Rung, ...]]:
    """The call that stands last in a chain of failures, in words how it came about, and the rungs that were taken."""
    stage, note = BY_NAME[action.stage], NOTHING
    taken: tuple[Rung, ...] = ()
    while True:
        history = context.ledger.history(key)
        if not isinstance(history, Rejected | Declined):
            return call, key, note, taken
        revised = stage.revise(call, history)
        if revised is not None:
            call, note = revised, say("another round, with what was found in the last answer")
        else:
            rung = next((rung for rung in rungs(spec.policy, history) if rung not in taken), None)
            if rung is None:
                return call, key, note, taken
            taken, note = (*taken, rung), say("rung `{}`, after a failure", rung)
            action, spec = step_down(action, spec, rung, context.milder)
            call = call_in(spec, action, results, context.lock, context.render)
        key = key_of(stage.NAME, stage.VERSION, call)


def _may_be_here(action: Action, call: Call, context: Context) -> bool:
    """Whether nothing may have to be paid for a call that waits: its inputs may come out as they were."""
    locked, last = context.lock.actions.get(action.id), context.ledger.last_key(action.id)
    keys = {key for key in (locked.key if locked else None, last) if key}
    stage = BY_NAME[action.stage]
    waiting = form(stage.NAME, stage.VERSION, call) if keys else b""
    made = (context.ledger.preimage(key) for key in keys)
    return any(earlier is None or may_become(waiting, earlier) for earlier in made)


def _step(
    action: Action, call: Call, keys: tuple[Digest | None, Digest | None], verdict: Verdict, context: Context,
    taken: tuple[Rung, ...] = (),
) -> Step:  # fmt: skip
    price = price_of(call, context.spec)
    nothing = Cost(Decimal(0), Decimal(0), price.currency) if price else None
    match verdict:
        case Miss() | Held() | Wait() | Resume():
            # What may have to be asked once more, by the stage or by a rung, is in the price that is agreed to.
            cost = with_rounds(price, call, BY_NAME[action.stage].rounds(call), context.spec) if price else None
            if cost and price and not isinstance(call, TextCall):
                cost = replace(cost, most=cost.most + price.most * left(context.spec.policy, taken))
            if cost and isinstance(verdict, Wait) and _may_be_here(action, call, context):
                cost = replace(cost, least=Decimal(0))
            if cost and price and isinstance(verdict, Resume):
                cost = replace(cost, least=Decimal(0), most=cost.most - price.most)  # the call itself is paid for
        case _:
            cost = nothing
    return Step(action, call, *keys, verdict, nothing if is_free(call) else cost, cost, price)
