"""How a build ends: what is told of it, what it has to show, and the code with which it exits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from manjuc.compiler import Outcome
from manjuc.errors import Waiting
from manjuc.progress import Progress
from manjuc.words import Words, say


def told(outcome: Outcome, progress: Progress) -> Iterator[Words]:
    """What became of a build."""
    for name in outcome.edited:
        yield say("{} was edited since it was placed; it stays as it is", name)
    for action in outcome.blocked:
        yield say("{} has to wait: something that it needs is missing", action.id)
    reused = len(outcome.steps) - outcome.made
    if outcome.made or outcome.failures:
        held = sum(isinstance(error, Waiting) for error in outcome.failures.values())
        counts = (outcome.made, reused, len(outcome.failures) - held)
        ended = (progress.spent, say("{} s", f"{progress.seconds:.1f}"))
        if held:
            yield say("{} made, {} reused, {} failed, {} on hold; {}, {}", *counts, held, *ended)
        else:
            yield say("{} made, {} reused, {} failed; {}, {}", *counts, *ended)
    elif not outcome.blocked:
        yield say("nothing to do: all {} steps are up to date, no request was sent", reused)


def shown(outcome: Outcome, folder: Path) -> str:
    """The films of a build, or where everything else of it is, as far as there is anything: a line each."""
    films = tuple(folder / f"{step.action.place}.mp4" for step in outcome.steps if step.action.stage == "film")
    return "".join(f"{path}\n" for path in films or (folder,) if path.exists())


def code(outcome: Outcome) -> int:
    """The code with which a build ends."""
    return worst([6 * bool(outcome.blocked), *(error.exit_code for error in outcome.failures.values())])


def worst(codes: Iterable[int]) -> int:
    """Of several ways to end, the one that a caller has to know first: refused spending, failures, waiting."""
    return max(codes, key=[0, 6, 4, 1, 2, 3, 5].index, default=0)
