"""What happens during a build, as values: the drive tells, the shell shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from manjuc.diagnostic import Diagnostic
from manjuc.errors import ManjucError
from manjuc.graph import Action, Unknown
from manjuc.models import Money
from manjuc.steps import Cost, Step
from manjuc.words import Words


@dataclass(frozen=True, slots=True)
class Planned:
    """What will be done was agreed to; `usual` is what a job of a stage took before, in milliseconds."""

    steps: tuple[Step, ...]
    unknown: tuple[tuple[Unknown, Cost | None], ...]
    usual: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Grown:
    """The graph has so many actions now, and so many of each stage."""

    total: int
    stages: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Started:
    """An action has begun; whether it takes work is not known yet."""

    action: Action


@dataclass(frozen=True, slots=True)
class Submitting:
    """A call is about to be sent, or local work to begin."""

    step: Step


@dataclass(frozen=True, slots=True)
class Charged:
    """A relay has taken a call, or may have."""

    step: Step


@dataclass(frozen=True, slots=True)
class Settled:
    """It is known what a call did cost, be it of this build or of an earlier one."""

    step: Step
    charged: Money


@dataclass(frozen=True, slots=True)
class Done:
    """An action has its result; `made` by this build, or there already."""

    step: Step
    made: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Failing:
    """An action has no result."""

    action: Action
    error: ManjucError


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the user should know."""

    words: Words


@dataclass(frozen=True, slots=True)
class Judged:
    """What there is to say of a script that a text model wrote, before anything that follows from it is paid for."""

    found: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Stopping:
    """The build was asked to end: nothing more is submitted."""


@dataclass(frozen=True, slots=True)
class Awaiting:
    """A call is on its way while the build ends; its answer is waited for."""

    step: Step


@dataclass(frozen=True, slots=True)
class Left:
    """The build ended before a call was answered: nobody knows whether it was taken."""

    step: Step


Event = (
    Planned | Grown | Started | Submitting | Charged | Settled | Done | Failing | Notice | Judged | Stopping | Awaiting
    | Left
)  # fmt: skip
