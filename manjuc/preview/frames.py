"""A frame as values: who and what stands where in a shot, ready to be drawn."""

from __future__ import annotations

from dataclasses import dataclass

from manjuc.preview.look import Look
from manjuc.preview.setting import Setting, Thing


@dataclass(frozen=True, slots=True)
class Figure:
    """A person in a frame; `x` and `y` are the middle of the head."""

    look: Look
    view: str
    mood: str
    pose: str
    x: float
    y: float
    scale: float
    flip: bool
    shadow: bool


@dataclass(frozen=True, slots=True)
class Item:
    """A thing that the shot is about; `x` and `y` are its middle."""

    icon: str
    x: float
    y: float
    size: float
    halo: bool
    colour: str


@dataclass(frozen=True, slots=True)
class Belonging:
    """A thing of the story in a frame, its middle, and the look of the one whose palm it lies in, where it does."""

    kind: str
    colour: str
    accent: str
    text: str
    half: bool
    x: float
    y: float
    size: float
    turn: float = 0.0
    palm: Look | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a thing of the setting stands: the middle of its lower edge."""

    thing: Thing
    x: float
    y: float
    size: float


@dataclass(frozen=True, slots=True)
class Frame:
    """A shot, ready to be drawn."""

    width: int
    height: int
    setting: Setting
    nearness: float
    things: tuple[Place, ...]
    figures: tuple[Figure, ...]
    item: Item | None
    fast: bool
    viewfinder: bool
    crowd: tuple[Figure, ...] = ()
    belongings: tuple[Belonging, ...] = ()
