"""The limits that a text model gets: what the author set, and what follows from the length of the film."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from manjuc.document import Table
from manjuc.spec import Ends, Limits, Range


def limits(data: Table, film: int, longest: int, seconds: Range | None) -> Limits:
    """The limits of a spec, from its plain data, for a film and a longest clip of so many milliseconds.

    `seconds` is what the author set for the length of a shot, in milliseconds, with zero for an end left open.
    Characters and scenes are closed where the spec declares any.
    """
    given = data.get("limits", {})
    length = _length(seconds or Range(0, 0), film, longest)
    shots = _range(_ends(given.get("shots", {})), _count(film, length))
    asked = (_ends(given.get("characters", {})), _ends(given.get("scenes", {})))
    characters, scenes = _of_declared(asked, len(data.get("characters", {})), len(data.get("scenes", {})))
    return Limits(
        shots=shots,
        shot_milliseconds=_stretched(length, seconds or Range(0, 0), shots, film, longest),
        characters=characters,
        scenes=scenes,
        require=tuple(given.get("require", ())),
        avoid=tuple(given.get("avoid", ())),
        asked=asked,
    )


def for_declared(limits: Limits, characters: int, scenes: int) -> Limits:
    """The limits that the same drama would have if it declared so many."""
    people, places = _of_declared(limits.asked, characters, scenes)
    return replace(limits, characters=people, scenes=places)


def _of_declared(asked: tuple[Ends, Ends], characters: int, scenes: int) -> tuple[Range, Range]:
    people, places = asked
    return _range(people, _closed(characters, 3)), _range(places, _closed(scenes, 2))


def _length(asked: Range, film: int, longest: int) -> Range:
    """How long a shot is: 0.5 to 2 seconds, in films over 15 seconds to 5, never more than a film or a clip."""
    usual = Range(min(500, film), min(2000 if film <= 15_000 else 5000, film, longest))
    least = asked.min or min(usual.min, asked.max or usual.min)
    return Range(least, asked.max or max(usual.max, least))


def _count(film: int, length: Range) -> Range:
    """How many shots: about one a second for 15 seconds and one in three beyond, a tenth fewer to a fifth more.

    That is 9 to 12 in 10 seconds and 27 to 36 in 60, as far as the length of a shot allows it.
    """
    wanted = Decimal(min(film, 15_000)) / 1000 + Decimal(max(0, film - 15_000)) / 3000
    fewest, most = -(-film // max(1, length.max)), max(1, film // max(1, length.min))
    return Range(*(max(fewest, min(most, int(wanted * part))) for part in (Decimal("0.9"), Decimal("1.2"))))


def _stretched(length: Range, asked: Range, shots: Range, film: int, longest: int) -> Range:
    """The length of a shot, where the author left it open, made to fit the number of shots that the author set."""
    most = asked.max or max(length.max, min(film, longest, _tenths(film * 3 // (2 * shots.min))))
    least = asked.min or min(length.min, max(100, film // shots.max // 100 * 100))
    return Range(least, most)


def _tenths(milliseconds: int) -> int:
    return -(-milliseconds // 100) * 100


def _closed(declared: int, most: int) -> Range:
    return Range(declared, declared) if declared else Range(1, most)


def _ends(given: Table) -> Ends:
    least, most = (int(given[key]) if key in given else None for key in ("min", "max"))  # `2.0` is a whole number too
    return least, most


def _range(asked: Ends, usual: Range) -> Range:
    """What is set; for an end left open what is usual, or a quarter away where that would contradict the other."""
    least, most = asked
    if least is None:
        least = usual.min if most is None or usual.min <= most else max(1, most * 3 // 4)
    if most is None:
        most = usual.max if usual.max >= least else -(-least * 4 // 3)
    return Range(least, most)
