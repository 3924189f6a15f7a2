"""The pipeline: program → plan, and the build that carries the same plan out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from manjuc import engine, project, prompts
from manjuc.budget import Budget
from manjuc.delivery import Delivery
from manjuc.dialects import DIALECTS
from manjuc.errors import ManjucError, UsageError
from manjuc.events import Done, Event, Failing, Grown, Notice, Started
from manjuc.frontend import Program
from manjuc.graph import Action, ActionId, Frontier
from manjuc.perform import perform
from manjuc.plan import Context, Plan, decide, known_actions, learnt, survey
from manjuc.relay import Relay
from manjuc.selection import Selection
from manjuc.stages import BY_NAME
from manjuc.steps import Hit, Step
from manjuc.store import Store
from manjuc.tools import Tools

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


def context_of(program: Program, store: Store) -> Context:
    """What decisions about a drama rest on."""
    render = prompts.renderer(project.templates(program.project))
    return Context(program.spec, program.lock, store, render, partial(program.read_script, store))


def plan(program: Program, selection: Selection) -> Plan:
    """Every step with its verdict, reason and price. Reads, and never waits for a lock."""
    return selection.of_plan(survey(context_of(program, Store(program.project.store))))


def build(program: Program, selection: Selection, consent: Consent, connect: Connect, report: Report) -> Outcome:
    """Carry the plan out: what is there already is reused, what is paid for already is fetched, the rest is submitted.

    `consent` sees the plan before anything is sent, and says what may be spent.
    """
    store = Store(program.project.store)
    with store.writing() as notice:
        if notice:
            report(Notice(notice))
        context = context_of(program, store)
        chosen = selection.of_plan(survey(context))
        building = Building(program, context, store, selection, report)
        budget = consent(chosen)
        try:
            asyncio.run(building.run(budget, connect))
        finally:
            building.conclude()
        if nowhere := selection.missing(building.known()):
            raise UsageError(f"the script has no such action: {', '.join(nowhere)}")
        return building.outcome()


class Building:
    """A build under way. What it knows grows with each result, and the graph with it."""

    def __init__(self, program: Program, context: Context, store: Store, selection: Selection, report: Report) -> None:
        self._program, self._context, self._store = program, context, store
        self._selection, self._report = selection, report
        self._results = context.first_results()
        self._frontier = Frontier()
        self._scripts = -1  # how many the graph has grown by
        self._steps: dict[ActionId, Step] = {}
        self._made = 0
        self._failures: dict[Action, ManjucError] = {}
        self._one_at_a_time: dict[object, asyncio.Lock] = {}
        self._delivery = Delivery(program, store)

    async def run(self, budget: Budget, connect: Connect) -> None:
        """Perform every selected action; connect only if there is something to ask a relay for."""
        dialect = DIALECTS.get(self._program.settings.dialect)
        if dialect is None:
            raise UsageError(f"there is no dialect `{self._program.settings.dialect}`; there is {', '.join(DIALECTS)}")
        relay = connect(self._program)
        models, phrases = self._program.spec.models, self._program.phrases
        tools = Tools(
            self._store, relay, dialect, models, phrases, budget, self._program.read_answer, self._report
        )  # fmt: skip
        try:
            self._frontier.add(self._grown())
            self._report(Grown(len(self._frontier)))
            self._failures = await engine.run(
                self._frontier,
                partial(self._work, tools),
                self._grown,
                slot=lambda action: BY_NAME[action.stage].SLOT,
                slots=self._program.settings.slots,
            )
        finally:
            await relay.close()

    def _grown(self) -> Iterable[Action]:
        """All selected actions that are known by now, where there are new ones: the graph grows by scripts alone."""
        if self._scripts == len(self._results.scripts):
            return ()
        self._scripts = len(self._results.scripts)
        chosen = self._selection.of(known_actions(self._context.spec, self._results))
        if len(chosen) > len(self._frontier) > 0:
            self._report(Grown(len(chosen)))
        return chosen

    async def _work(self, tools: Tools, action: Action) -> None:
        """One action, its failure reported where it happens. Two with the same call are performed one after another."""
        self._report(Started(action))
        began = time.monotonic()
        first = self._decide(action)
        try:
            async with self._one_at_a_time.setdefault(first.first_key or action.id, asyncio.Lock()):
                step = await perform(partial(self._decide, action), tools)
            assert isinstance(step.verdict, Hit)
            self._steps[action.id] = step
            self._results = learnt(action, step.verdict.artifacts, self._results, self._context.read_script)
            self._delivery.place(action, step.verdict, self._results)
        except ManjucError as error:
            self._report(Failing(action, error))
            raise
        made = not isinstance(first.verdict, Hit)
        self._made += made
        self._report(Done(step, made, time.monotonic() - began))

    def _decide(self, action: Action) -> Step:
        return decide(action, self._results, self._context)

    def conclude(self) -> None:
        """Hand over what there is, however the build ended."""
        if self._steps:
            self._delivery.conclude(self._context, self._results, self._steps)

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
