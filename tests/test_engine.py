"""The loop that runs a growing graph: order, slots, failures, and that nothing outlives it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manjuc import engine
from manjuc.errors import ActionFailed, ManjucError
from manjuc.graph import Action, ActionId, Frontier

Work = Callable[[Action], Awaitable[None]]  # what needs no slot of its own hand
PLENTY = {"text": 9, "image": 9}


def action(name: str, *needs: str, stage: str = "image") -> Action:
    return Action(ActionId(name), stage, tuple(ActionId(need) for need in needs))


async def loop(
    actions: Iterable[Action],
    work: Work,
    grow: Callable[[], Iterable[Action]] = tuple,
    slots: Mapping[str, int] = PLENTY,
) -> tuple[Frontier, dict[Action, ManjucError]]:
    return await slotted(actions, lambda action, _: work(action), grow, slots)


async def slotted(
    actions: Iterable[Action],
    work: engine.Work,
    grow: Callable[[], Iterable[Action]] = tuple,
    slots: Mapping[str, int] = PLENTY,
) -> tuple[Frontier, dict[Action, ManjucError]]:
    frontier = Frontier()
    frontier.add(actions)
    failures = await engine.run(frontier, work, grow, slot=lambda action: action.stage, slots=slots)
    return frontier, failures


async def others() -> set[asyncio.Task[object]]:
    """Every task of the loop but this one."""
    await asyncio.sleep(0)
    return {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}


async def soon(main: Callable[[], Awaitable[None]]) -> None:
    """Whatever waits for ever fails instead."""
    async with asyncio.timeout(5):
        await main()


def test_everything_is_performed_after_what_it_needs() -> None:
    order: list[str] = []

    async def work(action: Action) -> None:
        order.append(action.id)

    frontier, failures = asyncio.run(loop([action("c", "b"), action("b", "a"), action("a")], work))
    assert order == ["a", "b", "c"]
    assert frontier.done == {"a", "b", "c"}
    assert failures == {}


def test_nothing_to_do_is_done_at_once() -> None:
    async def work(action: Action) -> None:
        raise AssertionError("nothing was asked for")

    assert asyncio.run(loop([], work))[1] == {}


def test_a_failure_is_told_and_the_rest_goes_on() -> None:
    error = ActionFailed("no")

    async def work(action: Action) -> None:
        if action.id == "a":
            raise error

    frontier, failures = asyncio.run(loop([action("a"), action("b", "a"), action("c")], work))
    assert failures == {action("a"): error}
    assert frontier.done == {"c"}
    assert [blocked.id for blocked in frontier.blocked()] == ["b"]


def test_the_graph_grows_from_a_result() -> None:
    known = [action("script", stage="text")]
    order: list[str] = []

    async def work(done: Action) -> None:
        order.append(done.id)
        if done.id == "script":
            known.extend([action("clip", "script"), action("film", "clip")])

    frontier, _ = asyncio.run(loop(known[:1], work, lambda: tuple(known)))
    assert order == ["script", "clip", "film"]
    assert len(frontier) == 3


def test_independent_work_runs_at_the_same_time_and_stages_do_not_wait_for_each_other() -> None:
    gate = asyncio.Event()
    running: set[str] = set()

    async def work(action: Action) -> None:
        running.add(action.id)
        if running == {"a", "b", "t"}:
            gate.set()
        await gate.wait()

    actions = [action("a"), action("b"), action("t", stage="text")]
    asyncio.run(asyncio.wait_for(loop(actions, work, slots={"image": 2, "text": 1}), 5))
    assert running == {"a", "b", "t"}


def test_a_full_slot_does_not_hold_up_what_stands_behind_it() -> None:
    order: list[str] = []
    gate = asyncio.Event()

    async def work(action: Action) -> None:
        order.append(action.id)
        if action.id == "a":
            await gate.wait()
        elif action.id == "t":
            gate.set()

    actions = [action("a"), action("b"), action("t", stage="text")]
    asyncio.run(asyncio.wait_for(loop(actions, work, slots={"image": 1, "text": 1}), 5))
    assert order == ["a", "t", "b"]


def test_a_slot_that_is_left_is_anothers_while_the_first_goes_on() -> None:
    order: list[str] = []
    second = asyncio.Event()

    async def work(action: Action, slot: engine.Slot) -> None:
        order.append(action.id)
        if action.id == "b":
            second.set()
        slot.leave()
        slot.leave()
        await second.wait()

    asyncio.run(asyncio.wait_for(slotted([action("a"), action("b")], work, slots={"image": 1}), 5))
    assert order == ["a", "b"]


def test_however_early_slots_are_left_no_more_than_twice_as_many_are_under_way() -> None:
    under_way: list[int] = [0]

    async def work(_: Action, slot: engine.Slot) -> None:
        under_way.append(under_way[-1] + 1)
        slot.leave()
        for _turn in range(5):
            await asyncio.sleep(0)
        under_way.append(under_way[-1] - 1)

    actions = [action(f"a{n}") for n in range(9)]
    asyncio.run(asyncio.wait_for(slotted(actions, work, slots={"image": 2}), 5))
    assert max(under_way) == 4


def test_however_many_stand_aside_the_slots_are_others() -> None:
    order: list[str] = []
    over = asyncio.Event()

    async def work(action: Action, slot: engine.Slot) -> None:
        order.append(action.id)
        if action.id.startswith("same"):
            async with slot.aside():
                await over.wait()
        elif action.id == "slow":
            await over.wait()
        elif action.id == "last":
            over.set()

    names = ("slow", *(f"same{n}" for n in range(9)), "quick", "last")
    frontier, _ = asyncio.run(asyncio.wait_for(slotted(map(action, names), work, slots={"image": 2}), 5))
    assert order == list(names)
    assert frontier.done == set(names)


def test_what_stood_aside_is_at_work_again_within_the_same_bound_and_may_take_a_slot() -> None:
    at_work: Counter[str] = Counter()
    most: Counter[str] = Counter()
    over = asyncio.Event()

    async def busy(what: str) -> None:
        for kind in (what, "all"):
            at_work[kind] += 1
            most[kind] = max(most[kind], at_work[kind])
        for _turn in range(5):
            await asyncio.sleep(0)
        for kind in (what, "all"):
            at_work[kind] -= 1

    async def work(action: Action, slot: engine.Slot) -> None:
        if action.id == "first":
            for _turn in range(50):
                await asyncio.sleep(0)
            over.set()
        else:
            async with slot.aside():
                await over.wait()
            await busy("beside")
            await slot.take()
            await busy("held")

    names = ("first", *(f"a{n}" for n in range(9)))
    frontier, _ = asyncio.run(asyncio.wait_for(slotted(map(action, names), work, slots={"image": 2}), 5))
    assert frontier.done == set(names)
    assert (most["held"], most["all"]) == (2, 4)
    assert most["beside"] <= 4


def test_what_takes_its_slot_again_waits_for_it_and_goes_before_what_has_not_begun() -> None:
    order: list[str] = []
    gate = asyncio.Event()

    async def work(action: Action, slot: engine.Slot) -> None:
        order.append(action.id)
        if action.id == "a":
            slot.leave()
            await gate.wait()
            await slot.take()
            order.append("a again")
        elif action.id == "b":
            gate.set()
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    asyncio.run(asyncio.wait_for(slotted([action("a"), action("b"), action("c")], work, slots={"image": 1}), 5))
    assert order == ["a", "b", "a again", "c"]


def test_a_slot_that_is_held_is_taken_without_a_wait() -> None:
    async def work(_: Action, slot: engine.Slot) -> None:
        await slot.take()
        slot.leave()
        await slot.take()
        await slot.take()

    frontier, _ = asyncio.run(asyncio.wait_for(slotted([action("a"), action("b")], work, slots={"image": 1}), 5))
    assert frontier.done == {"a", "b"}


def test_cancelling_leaves_no_task_behind() -> None:
    cancelled: list[str] = []

    async def work(action: Action) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            # Even work that has to put something away first is waited for.
            await asyncio.sleep(0)
            cancelled.append(action.id)
            raise

    async def main() -> None:
        running = asyncio.ensure_future(loop([action("a"), action("b"), action("c", "a")], work))
        for _ in range(3):
            await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert sorted(cancelled) == ["a", "b"]
        assert await others() == set()

    asyncio.run(soon(main))


def test_an_error_that_is_not_ours_ends_the_run_and_cancels_the_rest() -> None:
    cancelled: list[str] = []

    async def work(action: Action) -> None:
        if action.id == "bug":
            raise ZeroDivisionError("a bug")
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.append(action.id)

    async def main() -> None:
        with pytest.raises(ZeroDivisionError, match="a bug"):
            await loop([action("a"), action("bug"), action("b")], work)
        assert sorted(cancelled) == ["a", "b"]
        assert await others() == set()

    asyncio.run(soon(main))


def test_an_error_in_growing_ends_the_run_too() -> None:
    def grow() -> Iterable[Action]:
        raise ZeroDivisionError("a bug")

    async def work(action: Action) -> None:
        if action.id == "b":
            await asyncio.Event().wait()

    async def main() -> None:
        with pytest.raises(ZeroDivisionError):
            await loop([action("a"), action("b")], work, grow)
        assert await others() == set()

    asyncio.run(soon(main))


def test_a_bug_is_raised_though_others_fail_in_the_same_turn() -> None:
    async def work(action: Action) -> None:
        if action.id == "bug":
            raise ZeroDivisionError("a bug")
        raise ActionFailed("no")

    with pytest.raises(ZeroDivisionError):
        asyncio.run(loop([action("a"), action("bug"), action("b")], work))


@settings(derandomize=True, max_examples=50)
@given(st.integers(0, 14), st.data())
def test_in_any_graph_with_any_failures_and_slots_the_loop_keeps_its_promises(count: int, data: st.DataObject) -> None:
    names = [f"a{n}" for n in range(count)]
    stages = {name: data.draw(st.sampled_from(["text", "image", "video"])) for name in names}
    slots = {stage: data.draw(st.integers(1, 3)) for stage in ("text", "image", "video")}
    graph = {
        name: data.draw(st.lists(st.sampled_from(names[:n]), max_size=3, unique=True)) if n else []
        for n, name in enumerate(names)
    }
    failing = data.draw(st.sets(st.sampled_from(names))) if names else set()
    turns = {name: data.draw(st.integers(0, 4)) for name in names}
    known_from_the_start = data.draw(st.integers(0, count))
    actions = [action(name, *graph[name], stage=stages[name]) for name in names]
    started: list[str] = []
    done: set[str] = set()
    running: Counter[str] = Counter()

    async def work(action: Action) -> None:
        assert set(action.needs) <= done
        started.append(action.id)
        running[action.stage] += 1
        assert running[action.stage] <= slots[action.stage]
        for _ in range(turns[action.id]):
            await asyncio.sleep(0)
        running[action.stage] -= 1
        if action.id in failing:
            raise ActionFailed(action.id)
        done.add(action.id)

    def grow() -> Iterable[Action]:
        return actions[: max(known_from_the_start, len(started) * 2)]

    async def main() -> tuple[Frontier, dict[Action, ManjucError]]:
        result = await asyncio.wait_for(loop(actions[:known_from_the_start], work, grow, slots), 10)
        assert await others() == set()
        return result

    frontier, failures = asyncio.run(main())
    known = [action.id for action in actions[: len(frontier)]]
    assert len(started) == len(set(started))
    assert frontier.done == done
    assert {action.id for action in failures} == frontier.failed == failing & set(started)
    blocked = [action.id for action in frontier.blocked()]
    assert sorted([*done, *frontier.failed, *blocked]) == sorted(known)
    assert not frontier.running
    assert not any(frontier.ready())
