"""What the author has decided beforehand: which stages a person reviews, and what to try when a call fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Rung = Literal["shorten", "soften", "no_hd"]


@dataclass(frozen=True, slots=True)
class Policy:
    """Review gates, and the degradation ladders for refused content and for technical failures. Off unless declared."""

    review: tuple[str, ...] = ()  # stages
    moderation: tuple[Rung, ...] = ()
    technical: tuple[Rung, ...] = ()


def policy(data: Mapping[str, Any]) -> Policy:
    """From the `review` and `on_failure` of a spec that has passed its schema; a plain list serves both ladders."""
    ladders = data.get("on_failure", {})
    if isinstance(ladders, list):
        ladders = {"moderation": ladders, "technical": ladders}
    return Policy(
        tuple(data.get("review", ())), tuple(ladders.get("moderation", ())), tuple(ladders.get("technical", ()))
    )
