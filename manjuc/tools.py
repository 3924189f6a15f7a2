"""What actions are performed with, as one value: a store and a relay suffice to perform one anywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, assert_never

from manjuc.budget import Budget
from manjuc.calls import Call, FilmCall, ImageCall, TextCall, VideoCall
from manjuc.contracts import Dialect
from manjuc.events import Event
from manjuc.failures import Phrases
from manjuc.models import Model
from manjuc.relay import Relay
from manjuc.spec import Models, Script
from manjuc.store import Store


class ReadAnswer(Protocol):
    """Reads a script out of the words of a text model."""

    def __call__(self, text: str) -> tuple[Script | None, bytes, tuple[str, ...]]:
        """The script, its bytes as they are kept, and what is wrong with it, a line each."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What an action is performed with."""

    store: Store
    relay: Relay
    dialect: Dialect
    models: Models
    phrases: Phrases
    budget: Budget
    read_answer: ReadAnswer
    report: Callable[[Event], None]
    drama: str = ""  # the spec that the money is for: the store is shared by all specs of a project

    def model(self, call: Call) -> Model:
        """The facts of the model that a call names."""
        match call:
            case TextCall():
                return self.models.text
            case ImageCall():
                return self.models.image
            case VideoCall():
                return self.models.video
            case FilmCall():
                raise AssertionError("films are made on this machine")
            case _:
                assert_never(call)
