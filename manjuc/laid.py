"""Where the keys and values of a text stand: noted as they come, and found by their ways once somebody asks.

A series has hundreds of thousands of them, and nobody asks but who has to point at one.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from typing import Any

Way = tuple[str | int, ...]
Ends = tuple[int, int]
_Both = tuple[Mapping[Way, Ends], Mapping[Way, Ends]]

_FEW = 4  # ways that are gone alone; whoever asks more often is given all


class Laid:
    """The ends of every value and every key of plain data, in the order of its text.

    A key is before its value, and what holds others before these.
    """

    def __init__(self) -> None:
        self.ends = array("Q")

    def note(self, ends: Ends) -> int:
        """What comes next; returns the number under which its end can be moved."""
        self.ends.extend(ends)
        return len(self.ends) - 1

    def places(self, data: Any) -> _Both:
        """The places of all values and of all keys of the data, which has to stay as it was noted."""
        found = _Found(self.ends, data)
        return _Places(found, 0), _Places(found, 1)


class _Found:
    """Places by their ways, as far as they were asked for."""

    def __init__(self, ends: array[int], data: Any) -> None:
        self._ends, self._data, self._asked = ends, data, 0
        self._all: _Both | None = None

    def all(self) -> _Both:
        """All values and all keys."""
        if self._all is None:
            values: dict[Way, Ends] = {}
            keys: dict[Way, Ends] = {}
            numbers = iter(self._ends)
            pairs = zip(numbers, numbers, strict=True)

            def walk(value: Any, way: Way) -> None:
                values[way] = next(pairs)
                for step, each in _items(value):
                    below = (*way, step)
                    if isinstance(step, str):
                        keys[below] = next(pairs)
                    walk(each, below)

            walk(self._data, ())
            self._all, self._ends, self._data = (values, keys), array("Q"), None
        return self._all

    def one(self, way: Way, kind: int) -> Ends | None:
        """The place of one of them, gone to alone where few were asked for."""
        self._asked += bool(way)
        if self._all is not None or self._asked > _FEW:
            return self.all()[kind].get(way)
        number, value = 0, self._data
        for step in way:
            number += 1
            for key, each in _items(value):
                if key == step:
                    break
                number += isinstance(key, str) + _count(each)
            else:
                return None
            number, value = number + isinstance(step, str), each
        number -= kind  # a key is just before its value
        named = not kind or (way and isinstance(way[-1], str))
        return (self._ends[2 * number], self._ends[2 * number + 1]) if named else None


def _items(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return iter(value.items())
    return iter(enumerate(value)) if isinstance(value, list) else iter(())


def _count(value: Any) -> int:
    """How many places there are in a value, its own and those of keys included."""
    if isinstance(value, dict):
        return 1 + len(value) + sum(map(_count, value.values()))
    return 1 + sum(map(_count, value)) if isinstance(value, list) else 1


class _Places(Mapping[Way, Ends]):
    """The places of all values, or of all keys, by their ways."""

    def __init__(self, found: _Found, kind: int) -> None:
        self._found, self._kind = found, kind

    def __getitem__(self, way: Way) -> Ends:
        ends = self._found.one(way, self._kind)
        if ends is None:
            raise KeyError(way)
        return ends

    def __iter__(self) -> Iterator[Way]:
        return iter(self._found.all()[self._kind])

    def __len__(self) -> int:
        return len(self._found.all()[self._kind])
