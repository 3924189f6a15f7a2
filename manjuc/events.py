"""What happens during a build, as values: the drive tells, the shell shows."""

from __future__ import annotations

from dataclasses import dataclass

from manjuc.errors import ManjucError
from manjuc.graph import Action
from manjuc.steps import Step


@dataclass(frozen=True, slots=True)
class Grown:
    """The graph has so many actions now."""

    total: int


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

    text: str


Event = Grown | Started | Submitting | Charged | Done | Failing | Notice
