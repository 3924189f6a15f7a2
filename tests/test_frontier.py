"""The graph while it is being built: what may start, what is blocked, what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manjuc.graph import Action, ActionId, Frontier


def action(name: str, *needs: str) -> Action:
    return Action(ActionId(name), "clip", tuple(ActionId(need) for need in needs))


def ready(frontier: Frontier) -> list[str]:
    return [action.id for action in frontier.ready()]


def perform(frontier: Frontier, name: str, *, well: bool = True) -> None:
    frontier.start(ActionId(name))
    (frontier.finish if well else frontier.fail)(ActionId(name))


def test_what_needs_nothing_may_start_at_once_in_the_order_of_its_coming() -> None:
    frontier = Frontier()
    frontier.add([action("b"), action("a"), action("c", "a")])
    assert ready(frontier) == ["b", "a"]
    assert len(frontier) == 3


def test_what_has_been_started_is_not_ready_any_more() -> None:
    frontier = Frontier()
    frontier.add([action("a")])
    frontier.start(ActionId("a"))
    assert ready(frontier) == []
    assert frontier.running == {"a"}


def test_an_action_becomes_ready_with_the_last_of_its_needs() -> None:
    frontier = Frontier()
    frontier.add([action("a"), action("b"), action("c", "a", "b")])
    perform(frontier, "a")
    assert ready(frontier) == ["b"]
    perform(frontier, "b")
    assert ready(frontier) == ["c"]
    assert frontier.done == {"a", "b"}


def test_what_becomes_ready_is_told_once() -> None:
    frontier = Frontier()
    frontier.add([action("a"), action("b"), action("c", "a")])
    assert [action.id for action in frontier.newly_ready()] == ["a", "b"]
    assert frontier.newly_ready() == ()
    perform(frontier, "a")
    assert [action.id for action in frontier.newly_ready()] == ["c"]
    assert ready(frontier) == ["b", "c"]


def test_a_need_that_is_named_twice_is_one_need() -> None:
    frontier = Frontier()
    frontier.add([action("a"), action("b", "a", "a")])
    perform(frontier, "a")
    assert ready(frontier) == ["b"]


def test_a_failure_blocks_what_needs_it_near_and_far_and_nothing_else() -> None:
    frontier = Frontier()
    frontier.add([action("a"), action("b", "a"), action("c", "b"), action("d")])
    perform(frontier, "a", well=False)
    assert [blocked.id for blocked in frontier.blocked()] == ["b", "c"]
    assert ready(frontier) == ["d"]
    assert frontier.failed == {"a"}


def test_the_graph_grows_by_what_needs_something_that_is_done_already() -> None:
    frontier = Frontier()
    frontier.add([action("script")])
    perform(frontier, "script")
    frontier.add([action("script"), action("sheet", "script"), action("clip", "sheet")])
    assert ready(frontier) == ["sheet"]
    assert len(frontier) == 3


def test_what_is_known_already_is_passed_over_whatever_it_is_doing() -> None:
    frontier = Frontier()
    frontier.add([action("a"), action("b"), action("c", "a")])
    perform(frontier, "a", well=False)
    frontier.start(ActionId("b"))
    frontier.add([action("a"), action("b"), action("c", "a")])
    assert ready(frontier) == []
    assert len(frontier) == 3


def test_what_is_added_below_a_failure_is_blocked() -> None:
    frontier = Frontier()
    frontier.add([action("a")])
    perform(frontier, "a", well=False)
    frontier.add([action("b", "a")])
    assert ready(frontier) == []
    assert [blocked.id for blocked in frontier.blocked()] == ["b"]


@pytest.mark.parametrize(
    ("actions", "circle"),
    [
        ([action("a", "a")], "a -> a"),
        ([action("a", "b"), action("b", "a")], "a -> b -> a"),
        ([action("x"), action("a", "b"), action("b", "c"), action("c", "a", "x")], "a -> b -> c -> a"),
    ],
)
def test_a_circle_is_named(actions: list[Action], circle: str) -> None:
    with pytest.raises(AssertionError) as caught:
        Frontier().add(actions)
    assert str(caught.value).splitlines()[0] == circle


def test_a_circle_below_what_leads_into_it_is_named_without_the_way_there() -> None:
    with pytest.raises(AssertionError) as caught:
        Frontier().add([action("film", "a"), action("a", "b"), action("b", "a")])
    assert str(caught.value).splitlines()[0] in ("a -> b -> a", "b -> a -> b")


def test_a_diamond_is_no_circle() -> None:
    frontier = Frontier()
    frontier.add([action("a"), action("b", "a"), action("c", "a"), action("d", "b", "c")])
    assert ready(frontier) == ["a"]


def test_a_long_chain_is_no_trouble() -> None:
    frontier = Frontier()
    frontier.add([action(str(n), *([str(n + 1)] if n < 3_000 else [])) for n in range(3_001)])
    assert ready(frontier) == ["3000"]


@settings(derandomize=True, max_examples=40)
@given(st.integers(0, 12), st.data())
def test_no_order_of_events_starts_an_action_before_its_needs_or_twice(count: int, data: st.DataObject) -> None:
    names = [f"a{n}" for n in range(count)]
    graph = {
        name: data.draw(st.lists(st.sampled_from(names[:n]), max_size=4, unique=True)) if n else []
        for n, name in enumerate(names)
    }
    frontier = Frontier()
    frontier.add(action(name, *graph[name]) for name in data.draw(st.permutations(names)))
    started: list[str] = []
    while any(frontier.ready()) or frontier.running:
        choices = [("start", name) for name in ready(frontier)]
        choices += [(end, name) for name in sorted(frontier.running) for end in ("finish", "fail")]
        event, name = data.draw(st.sampled_from(choices))
        if event == "start":
            assert set(graph[name]) <= frontier.done
            started.append(name)
        getattr(frontier, event)(ActionId(name))
    assert len(started) == len(set(started))
    blocked = {blocked.id for blocked in frontier.blocked()}
    assert sorted([*frontier.done, *frontier.failed, *blocked]) == sorted(names)
    assert frontier.done | frontier.failed == set(started)
    assert all(set(graph[name]) & (frontier.failed | blocked) for name in blocked)
