"""Working something out once for the same large values, which are known by what they are, not by what is in them.

A cache of Python's asks for the hash of what it is given, and so walks through all that is in it: every shot of a
series, each time.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar, cast


class _Declared(Protocol):
    @property
    def id(self) -> str: ...


_Thing = TypeVar("_Thing", bound=_Declared)
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_Function = TypeVar("_Function", bound=Callable[..., Any])


def once(most: int) -> Callable[[_Function], _Function]:
    """A function of values that never change, given by position, whose last results are kept: `most` at most."""

    def keeping(made: _Function) -> _Function:
        known: dict[tuple[int, ...], tuple[object, Any]] = {}

        @functools.wraps(made)
        def asked(*given: Any) -> Any:
            key = tuple(map(id, given))
            found = known.get(key)
            if found is None:
                if len(known) >= most:
                    del known[next(iter(known))]
                # What was given stays, so that its identity cannot come to be that of something else.
                found = known[key] = (given, made(*given))
            return found[1]

        return cast(_Function, asked)

    return keeping


@once(64)
def by_id(declared: tuple[_Thing, ...]) -> Mapping[str, _Thing]:
    """Whom or what a drama declares, by id: every episode asks for it."""
    return {each.id: each for each in declared}


@once(64)
def table(pairs: tuple[tuple[_Key, _Value], ...]) -> Mapping[_Key, _Value]:
    """Pairs as a mapping: every shot of an episode asks for it."""
    return dict(pairs)
