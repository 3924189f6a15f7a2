"""What happened before: the loglines of earlier episodes, held once for all episodes that are told of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import overload


@dataclass(frozen=True, slots=True, eq=False)
class Earlier(Sequence[str]):
    """The first `known` of lines to which more may be added behind them."""

    lines: list[str]
    known: int

    def __len__(self) -> int:
        return self.known

    def __iter__(self) -> Iterator[str]:
        return islice(self.lines, self.known)

    @overload
    def __getitem__(self, at: int) -> str: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[str]: ...

    def __getitem__(self, at: int | slice) -> str | Sequence[str]:
        return self.lines[: self.known][at]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))
