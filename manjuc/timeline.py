"""Where things stand in time: which shots share a clip, when each subtitle shows. Milliseconds throughout."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import accumulate, groupby, pairwise

from manjuc.calls import Cue
from manjuc.models import Model
from manjuc.once import once
from manjuc.spec import Shot, ShotId, Trim
from manjuc.text import break_lines, width

LINES = 2  # lines of a subtitle
_LEAST = 100  # milliseconds that a trim leaves of a shot

Clip = tuple[Shot, ...]
_Cost = tuple[Decimal, int, int]  # price, clips, unused milliseconds
_NEVER: _Cost = (Decimal("Infinity"), 0, 0)


def length(shots: Iterable[Shot]) -> int:
    """The milliseconds that some shots take together."""
    return sum(shot.milliseconds for shot in shots)


def duration(shots: Sequence[Shot], model: Model) -> int | None:
    """The shortest clip of the model that holds these shots, or None where none does."""
    return _shortest(len(shots), length(shots), model)


def _shortest(count: int, milliseconds: int, model: Model) -> int | None:
    if model.most_shots and count > model.most_shots:
        return None
    at = bisect.bisect_left(model.durations, milliseconds)
    return model.durations[at] if at < len(model.durations) else None


def kept(trim: Trim, milliseconds: int, room: int) -> tuple[int, int]:
    """Where in a shot the film begins, and how long it stays there. `room` is what there is beyond the shot's own end.

    A trim that leaves nothing still leaves a glimpse: a film is never without a shot that its script has.
    """
    end = max(_LEAST, min(milliseconds if trim.end is None else trim.end, milliseconds + room))
    start = max(0, min(trim.start, end - _LEAST))
    return start, end - start


def pack(shots: Sequence[Shot], model: Model, settled: Iterable[tuple[ShotId, ...]] = ()) -> tuple[Clip, ...]:
    """The shots that are bought, in clips of the model. A card, an own clip or a reused shot ends a clip.

    A film that fits in one clip is one clip. Otherwise a clip never crosses a part: the author's, or else a run of
    shots in one scene. What is `settled` (the clips of the lock) keeps its boundaries while it fits, so an inserted
    shot joins or splits one clip and moves no other. What is left open goes by least price, fewest clips, least unused
    time, earliest break.
    """
    return _packed(tuple(shots), model, tuple(settled))


@once(1 << 14)
def _packed(shots: Clip, model: Model, settled: tuple[tuple[ShotId, ...], ...]) -> tuple[Clip, ...]:
    """Worked out once for the same shots: several checks and stages ask for the clips of each film."""
    unbroken = [tuple(run) for bought, run in groupby(shots, key=lambda shot: shot.bought) if bought]
    if len(unbroken) == 1 and len(settled) <= 1 and duration(unbroken[0], model) is not None:
        return (unbroken[0],)
    clips: list[Clip] = []
    for stretch in unbroken:
        for run, keeps in _runs(stretch, settled):
            clips += [run] if keeps and duration(run, model) is not None else _cheapest(run, model)
    return tuple(clips)


def _part(shot: Shot) -> tuple[int, str]:
    return (shot.part, "") if shot.part else (0, shot.scene)


def _runs(shots: Sequence[Shot], settled: tuple[tuple[ShotId, ...], ...]) -> list[tuple[Clip, bool]]:
    """Shots that belong together: those of one settled clip (True), and where nothing is settled those of one part.

    A shot that no settled clip knows goes with its neighbour: the one before it, or at a part's start the one after.
    """
    home = {shot: number for number, clip in enumerate(settled) for shot in clip}
    runs: list[tuple[Clip, bool]] = []
    for _, part in groupby(shots, key=_part):
        members = list(part)
        homes = [home.get(shot.id) for shot in members]
        known = next((number for number in homes if number is not None), None)
        for i, number in enumerate(homes):
            homes[i] = known = number if number is not None else known
        for indexes in _stretches(homes):
            runs.append((tuple(members[i] for i in indexes), homes[indexes[0]] is not None))
    return runs


def _stretches(values: Sequence[object]) -> list[list[int]]:
    """The indexes of equal neighbours."""
    return [list(indexes) for _, indexes in groupby(range(len(values)), key=lambda i: values[i])]


def _cheapest(run: Clip, model: Model) -> list[Clip]:
    """The best way to cut a run of shots that no single clip holds."""
    best: list[_Cost] = [(Decimal(0), 0, 0)]
    before = [0]  # where the last of the clips up to there begins
    lengths = [(taken, model.price.of_clip(taken)) for taken in model.durations]
    ends = (0, *accumulate(shot.milliseconds for shot in run))
    for end in range(1, len(run) + 1):
        least, first, at = _NEVER, -1, 0
        for start in range(end - 1, max(-1, end - 1 - (model.most_shots or end)), -1):
            milliseconds = ends[end] - ends[start]
            while at < len(lengths) and lengths[at][0] < milliseconds:
                at += 1
            if at == len(lengths):
                break  # a clip of more shots is longer still
            taken, added = lengths[at]
            price, clips, unused = best[start]
            cost = (price + added, clips + 1, unused + taken - milliseconds)
            if cost < least or (cost == least and _sooner(start, first, before)):
                least, first = cost, start
        assert first >= 0, f"no clip of {model.name} holds {run[end - 1].id}: `check` refuses such a shot"
        best.append(least)
        before.append(first)
    breaks = [len(run)]
    while breaks[-1]:
        breaks.append(before[breaks[-1]])
    return [run[start:end] for start, end in pairwise(reversed(breaks))]


def _sooner(one: int, other: int, before: list[int]) -> bool:
    """Which of two ways of as many clips has the earlier break, where they first differ."""
    sooner = False
    while one != other:
        sooner, one, other = one < other, before[one], before[other]
    return sooner


def fewest_and_most(milliseconds: int, most_shots: int, model: Model) -> tuple[int, int]:
    """Bounds for the number of clips of a film that is not written yet."""
    if model.durations and milliseconds <= model.durations[-1]:
        return (1, 1) if not model.most_shots or most_shots <= model.most_shots else (1, most_shots)
    return (-(-milliseconds // max(model.durations, default=milliseconds)), most_shots)


def cues(shots: Iterable[Shot], most: int) -> tuple[Cue, ...]:
    """Subtitles for what is said, of `most` Chinese characters a line.

    Each line gets its part of the shot by its length, and long ones several screens.
    """
    found: list[Cue] = []
    start = 0
    for shot in shots:
        screens = [screen for say in shot.say for screen in _screens(say.line, most)]
        weights = [max(1, sum(width(line) for line in screen)) for screen in screens]
        at = 0
        for screen, weight in zip(screens, weights, strict=True):
            begin = start + shot.milliseconds * at // sum(weights)
            at += weight
            found.append(Cue(begin, start + shot.milliseconds * at // sum(weights), screen))
        start += shot.milliseconds
    return tuple(found)


def _screens(line: str, most: int) -> list[tuple[str, ...]]:
    lines = break_lines(line, most)
    return [lines[i : i + LINES] for i in range(0, len(lines), LINES)]
