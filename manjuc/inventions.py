"""What scripts invent beside what a spec declares: the characters and scenes that get pictures of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from manjuc.graph import ActionId, Results, Unknown
from manjuc.spec import Character, Range, Scene, Script, Spec
from manjuc.text import distinct

Drawn = TypeVar("Drawn", Character, Scene)
Of = Callable[[Script], Iterable[Drawn]]


def invented(spec: Spec, results: Results, of: Of[Drawn]) -> Iterator[tuple[Drawn, tuple[ActionId, ...]]]:
    """Whatever the known scripts invented, each with the script that it waits for, where a model writes that.

    What a published script invented stays as it was.
    """
    for episode in spec.episodes:
        script = None if episode.frozen else results.scripts.get(episode.id)
        waits = () if episode.script else (ActionId(f"{episode.id}/script"),)
        yield from ((each, waits) for each in (of(script) if script else ()))


def files(
    declared: Iterable[Drawn], spec: Spec, results: Results, of: Of[Drawn], name: Callable[[Drawn], str]
) -> Mapping[str, str]:
    """The file of whatever may be drawn, by id: the same whichever script of a series is known first."""
    wanted = [(each.id, name(each)) for each in sorted(declared, key=lambda each: each.name != each.id)]
    for episode in spec.episodes:
        script = results.scripts.get(episode.id)
        end = f"_{episode.id}" if spec.series else ""
        wanted += [(each.id, name(each) + end) for each in (of(script) if script else ())]
    return distinct(wanted)


def awaited(stage: str, declared: int, wanted: Range, spec: Spec, results: Results) -> Iterator[Unknown]:
    """As many as scripts that are still to be written may invent, of as many as are wanted in all."""
    for episode in spec.episodes:
        if episode.id not in results.scripts and not episode.frozen and wanted.max > declared:
            after = ActionId(f"{episode.id}/script")
            yield Unknown(stage, max(0, wanted.min - declared), wanted.max - declared, after)
