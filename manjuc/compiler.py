"""The pipeline: program → plan, and the build that carries the same plan out."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache, partial

from manjuc import ending, engine, frontend, manifest, placing, project, prompts, spending
from manjuc.budget import Budget
from manjuc.calls import Call
from manjuc.delivery import Delivery
from manjuc.diagnostic import Diagnostic
from manjuc.errors import ManjucError, OutputRejected, UsageError
from manjuc.events import Done, Event, Failing, Grown, Notice, Planned, Started, Stopping
from manjuc.frontend import Program, with_lock_of_now
from manjuc.graph import Action, ActionId, Frontier
from manjuc.judging import Judge, appraised, with_script
from manjuc.known import Known
from manjuc.perform import perform
from manjuc.plan import Context, Plan, call_of, decide, known_actions, survey
from manjuc.relay import Relay
from manjuc.selection import Selection
from manjuc.stages import BY_NAME
from manjuc.steps import Frozen, Hit, Step
from manjuc.store import Store
from manjuc.syncs import Syncs
from manjuc.tools import Tools
from manjuc.words import Words, say

Report = Callable[[Event], None]
Consent = Callable[[Plan], Budget]
Connect = Callable[[Program], Relay]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a build ended."""

    steps: tuple[Step, ...]  # those that have their results
    made: int  # of them, made by this build
    failures: Mapping[Action, ManjucError]
    blocked: tuple[Action, ...]
    edited: tuple[str, ...]  # placed files that a person has changed since; they were left as they are
    begun: Mapping[str, Decimal] = field(default_factory=dict)  # the money that it began to spend, by currency


def context_of(program: Program, store: Store) -> Context:
    """What decisions about a drama rest on; UsageError where the place of its results is another's."""
    placing.owned(program.project, preview=program.settings.preview)
    render = prompts.renderer(project.templates(program.project))
    read_script = cache(partial(program.read_script, store))
    shipped = prompts.renderer(project.templates(None)) if project.has_templates(program.project) else None
    rehearsed_at = program.settings.base_url if program.settings.preview else ""
    return Context(program.spec, program.lock, store, render, read_script, program.milder, shipped, rehearsed_at)


def plan(program: Program, selection: Selection) -> Plan:
    """Every step with its verdict, reason and price. Reads, and never waits for a lock."""
    return selection.of_plan(survey(context_of(program, Store(program.project.store))))


def foreseen(program: Program, selection: Selection) -> tuple[Plan, tuple[Diagnostic, ...]]:
    """The same plan, with what there is to say of the scripts that a text model wrote."""
    whole = survey(context_of(program, Store(program.project.store)))
    return selection.of_plan(whole), appraised(program, whole)


def build(
    program: Program, selection: Selection, consent: Consent, connect: Connect, report: Report, *, wait: bool = False
) -> Outcome:
    """Carry the plan out: what is there already is reused, what is paid for already is fetched, the rest is submitted.

    `consent` sees the plan before anything is sent, and says what may be spent. With `wait`, another build of the
    project may come to its end first.
    """
    store = Store(program.project.store, syncs := Syncs())
    waits = Waits(report)
    with syncs, store.writing(waits.tell if wait else None) as notice:
        if notice:
            report(Notice(notice))
        if waits.told:  # the other one has written the lock since this program was read
            program = frontend.load(program.project, preview=program.settings.preview)
        program = with_lock_of_now(program)
        context = context_of(program, store)
        whole = survey(context)
        chosen = selection.of_plan(whole)
        building = Building(program, context, store, selection, report)
        building.judge.begin(whole)
        building.learn(whole)
        purse = spending.purse(program, store)
        spending.refuse(chosen, purse)
        budget = consent(chosen).within(purse)
        placing.own(program.project, preview=program.settings.preview)
        report(Planned(chosen.steps, chosen.unknown, _usual(program, store)))
        try:
            ending.run(building.run(budget, connect, chosen))
        finally:
            ending.run(building.conclude())
        if selection.only and (nowhere := selection.missing(building.known())):
            raise UsageError(say("the script has no such action: {}", nowhere))
        return replace(building.outcome(), begun=budget.begun)


class Waits:
    """Tells what is waited for, and remembers that something was."""

    def __init__(self, report: Report) -> None:
        self._report, self.told = report, False

    def tell(self, words: Words) -> None:
        """Say who is waited for."""
        self.told = True
        self._report(Notice(words))


def _usual(program: Program, store: Store) -> dict[str, int]:
    """What a job of each stage took with the models of this program, in milliseconds, as far as that is known."""
    chosen = program.spec.models
    names = {"text": chosen.text.name, "image": chosen.image.name, "video": chosen.video.name, "local": ""}
    found = {name: store.book.usual(name, names[stage.SLOT]) for name, stage in BY_NAME.items()}
    return {name: milliseconds for name, milliseconds in found.items() if milliseconds is not None}


class Building:
    """A build under way. What it knows grows with each result, and the graph with it."""

    def __init__(self, program: Program, context: Context, store: Store, selection: Selection, report: Report) -> None:
        self._program, self._context, self._store = program, context, store
        self._selection, self._report = selection, report
        self._known = Known(context.first_results())
        self._results = self._known.results
        self._frontier = Frontier()
        self._frontier.done |= set(self._results.artifacts)  # what is published is there, and no action of this build
        self._scripts = -1  # how many the graph has grown by
        self._steps: dict[ActionId, Step] = {}
        self._made = 0
        self._failures: dict[Action, ManjucError] = {}
        self._delivery = Delivery(program, store)
        self.judge = Judge(program, report)

    async def run(self, budget: Budget, connect: Connect, plan: Plan) -> None:
        """Perform every selected action; connect only if there is something to ask a relay for."""
        dialect = manifest.dialect(self._program.settings.dialect)
        relay = connect(self._program)
        models, phrases = self._program.spec.models, self._program.phrases
        read_answer = partial(self._program.read_answer, self._store)
        tools = Tools(
            self._store, relay, dialect, models, phrases, budget, read_answer, self._report,
            self._program.project.name, self._program.settings.deadlines,
        )  # fmt: skip
        try:
            await self._keep_own_files()
            self._frontier.add(self._grown())
            await self._warn(relay, plan)
            await self._drive(partial(self._work, tools))
        finally:
            await relay.close()

    async def _keep_own_files(self) -> None:
        for blob, path in self._program.drama.files.items():
            if not self._store.holds(blob):
                await self._store.put(path.read_bytes())

    async def _warn(self, relay: Relay, plan: Plan) -> None:
        """Before anything is paid for: whether what is left at the relay suffices, where it tells."""
        if any(total.most for total in plan.totals()):
            left = await spending.balance(relay, self._program.settings.quota_per_unit)
            warning = spending.shortage(left, plan.totals())
            if warning:
                self._report(Notice(warning))

    async def _drive(self, work: engine.Work) -> None:
        """Run the engine. Where the build is ended, that is told before the engine waits for what is on its way."""
        running = asyncio.ensure_future(
            engine.run(
                self._frontier,
                work,
                self._grown,
                slot=lambda action: BY_NAME[action.stage].SLOT,
                slots=self._program.settings.slots,
            )
        )
        try:
            self._failures = await asyncio.shield(running)
        except asyncio.CancelledError:
            running.cancel()
            self._report(Stopping())
            await asyncio.gather(running, return_exceptions=True)
            raise

    def learn(self, plan: Plan) -> None:
        """Take in what is there already: a gate may have been opened by results that nothing else waits for."""
        for step in plan.steps:
            if isinstance(step.verdict, Hit):
                self._known.learn(step, self._context.read_script)
            elif not isinstance(step.verdict, Frozen):
                self._known.forget(step.action.id)

    def _grown(self) -> Iterable[Action]:
        """All selected actions that are known by now, where there are new ones: the graph grows by scripts alone."""
        if self._scripts == len(self._results.scripts):
            return ()
        self._scripts = len(self._results.scripts)
        known = known_actions(self._context.spec, self._results)
        chosen = self._selection.of(action for action in known if not self._context.frozen(action.id))
        # A sheet that only published episodes seemed to show is work like any other, once another script shows it.
        self._frontier.done -= {action.id for action in chosen} - set(self._steps)
        if len(chosen) > len(self._frontier):
            self._report(Grown(len(chosen), Counter(action.stage for action in chosen)))
        return chosen

    async def _work(self, tools: Tools, action: Action, slot: engine.Slot) -> None:
        """One action, its failure reported where it happens."""
        self._report(Started(action))
        began = time.monotonic()
        # What it needs is there: the call stays the same, whatever else becomes known.
        call = call_of(action, self._results, self._context)
        try:
            step, made = await perform(partial(self._decide, action, call), replace(tools, slot=slot))
            assert isinstance(step.verdict, Hit)
            self._steps[action.id] = step
            self._made += made
            results = partial(with_script, action, step.verdict.artifacts, self._results, self._context.read_script)
            await self._delivery.place(action, step.verdict, results())
            if (known := results()) is not self._results:  # with what other actions have learnt meanwhile
                self.judge.see(action, known)
            self._known.learn(step, self._context.read_script)
        except ManjucError as error:
            self._report(Failing(action, error))
            raise
        self._report(Done(step, made, time.monotonic() - began))

    def _decide(self, action: Action, call: Call) -> Step:
        return decide(action, self._results, self._context, call)

    async def conclude(self) -> None:
        """Hand over what there is, rejected takes as well, however the build ended."""
        if self._steps or any(isinstance(error, OutputRejected) for error in self._failures.values()):
            await self._delivery.conclude(self._context, self._results, self._steps)

    def known(self) -> list[ActionId]:
        """Every action that is known by now; while a script is missing, the wanted ones count as known."""
        actions = [action.id for action in known_actions(self._context.spec, self._results)]
        whole = len(self._results.scripts) == len(self._context.spec.episodes)
        return actions if whole else [*actions, *(ActionId(id) for id in self._selection.only)]

    def outcome(self) -> Outcome:
        """How it ended."""
        return Outcome(
            tuple(self._steps.values()),
            self._made,
            self._failures,
            self._frontier.blocked(),
            tuple(self._delivery.edited),
        )
