"""film: the clips of an episode, each cut to its shots and joined, with subtitles and a cover. Local and free."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, groupby

from manjuc.calls import Call, FilmCall
from manjuc.contracts import Output, Render
from manjuc.graph import Action, ActionId, Results, Unknown
from manjuc.spec import Spec
from manjuc.steps import Failure
from manjuc.storyboard import reels
from manjuc.timeline import cues, length

NAME, VERSION, SLOT = "film", 1, "local"
SLACK = 200  # milliseconds that the film may be off
SHORTER_SIDE = 720  # pixels


def actions(spec: Spec, results: Results) -> Iterator[Action]:
    """One for each episode whose script is known."""
    for episode, group in groupby(reels(spec, results), key=lambda reel: reel.episode.id):
        clips = tuple(group)
        needs = tuple(ActionId(f"{reel.id}/clip") for reel in clips)
        yield Action(ActionId(f"{episode}/{NAME}"), NAME, needs, place=episode, about=clips)


def unknown(spec: Spec, results: Results) -> Iterator[Unknown]:
    """One for each episode that is not written yet."""
    for episode in spec.episodes:
        if episode.id not in results.scripts:
            yield Unknown(NAME, 1, 1, ActionId(f"{episode.id}/script"))


def call(action: Action, spec: Spec, results: Results, render: Render) -> Call:
    """Clips by their bytes, subtitles by their words and times."""
    assert isinstance(action.about, tuple)
    clips = [reel.shots for reel in action.about]
    width, height = _frame(spec.format.aspect_ratio)
    return FilmCall(
        width=width,
        height=height,
        references=tuple(results.reference(need) for need in action.needs),
        milliseconds=tuple(length(shots) for shots in clips),
        cues=cues(chain.from_iterable(clips)),
        burn=spec.burn_subtitles,
        cover=clips[0][0].milliseconds // 2,
    )


def _frame(aspect_ratio: str) -> tuple[int, int]:
    wide, high = (int(part) for part in aspect_ratio.split(":"))
    if wide >= high:
        return SHORTER_SIDE * wide // high // 2 * 2, SHORTER_SIDE
    return SHORTER_SIDE, SHORTER_SIDE * high // wide // 2 * 2


def check(call: Call, output: Output) -> Iterator[str]:
    """Length and size."""
    assert isinstance(call, FilmCall)
    wanted = sum(call.milliseconds)
    if abs(output.milliseconds - wanted) > SLACK:
        yield f"the film lasts {output.milliseconds / 1000:.2f} s, its shots take {wanted / 1000:.2f} s"
    if (output.width, output.height) != (call.width, call.height):
        yield f"the film is {output.width}×{output.height}, not {call.width}×{call.height}"


def rounds(call: Call) -> int:
    """One: what comes is kept as it is."""
    return 1


def revise(call: Call, failure: Failure) -> Call | None:
    """Nothing: the same work on the same clips gives the same film."""
    return None
