"""Which shot of a story that was written anew is which shot of the old one: so that it keeps its id, and its clip.

By id where the two are at all alike, then by likeness. An id that has lost its shot is never given to another one:
trims, fixes and takes still speak of it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

from manjuc.spec import Shot, ShotId

_SAME_ID = 0.55  # of two shots with one id: models number from one, so an id alone means little
_OTHER_ID = 0.65  # of two shots with different ids


def kept(new: Sequence[Shot], old: Sequence[Shot]) -> tuple[Shot, ...]:
    """The new shots under the ids of the old ones that they continue; others under ids that were never used."""
    ids = dict(_matched(new, old))
    taken = {*(shot.id for shot in old), *ids.values()}
    return tuple(replace(shot, id=ids.get(number) or _fresh(shot.id, taken)) for number, shot in enumerate(new))


def renamed(new: Sequence[Shot], under: Sequence[Shot]) -> Mapping[str, str]:
    """What the ids of an answer have become."""
    both = zip(new, under, strict=True)
    return {shot.id: after.id for shot, after in both if shot.id != after.id}


def _matched(new: Sequence[Shot], old: Sequence[Shot]) -> Iterator[tuple[int, ShotId]]:
    """For numbers of new shots the ids of the old shots that they continue, each old one at most once."""
    free_new, free_old = dict(enumerate(new)), {shot.id: shot for shot in old}
    for number, shot in enumerate(new):
        if shot.id in free_old and likeness(shot, free_old[shot.id]) >= _SAME_ID:
            del free_new[number], free_old[shot.id]
            yield number, shot.id
    left = product(free_new.items(), free_old.values())
    pairs = ((likeness(one, other), -number, other.id) for (number, one), other in left)
    for alike, number, id in sorted(pairs, reverse=True):
        if alike >= _OTHER_ID and -number in free_new and id in free_old:
            del free_new[-number], free_old[id]
            yield -number, id


def likeness(one: Shot, other: Shot) -> float:
    """From 0 to 1: what is done and said, and to a lesser part where and by whom."""
    told = difflib.SequenceMatcher(None, _told(one), _told(other), autojunk=False).ratio()
    people, others = set(one.characters), set(other.characters)
    together = len(people & others) / len(people | others) if people | others else 1.0
    return 0.7 * told + 0.15 * (one.scene == other.scene) + 0.15 * together


def _told(shot: Shot) -> str:
    return "".join([shot.action, shot.visuals, *(say.line for say in shot.say)])


def _fresh(wanted: ShotId, taken: set[ShotId]) -> ShotId:
    """An id that no shot has had: the one that is wanted, else the next number."""
    id, number = wanted, len(taken)
    while id in taken:
        number += 1
        id = ShotId(f"s{number:02}")
    taken.add(id)
    return id
