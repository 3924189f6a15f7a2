"""The typed spec: what the author wrote, checked, with every default filled in and every reference an id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NewType

from manjuc.models import Model
from manjuc.policy import Policy

EpisodeId = NewType("EpisodeId", str)
ShotId = NewType("ShotId", str)
Voice = Literal["on", "inner", "off"]


@dataclass(frozen=True, slots=True)
class Trait:
    """A fixed trait: `text` stands word for word in every prompt whose framing can show it."""

    name: str
    text: str
    framings: tuple[str, ...] = ()  # empty: said in every framing

    def shown_in(self, framing: str) -> bool:
        """True where a shot with this framing has to say the trait."""
        return not self.framings or framing in self.framings


@dataclass(frozen=True, slots=True)
class Character:
    """Someone who is seen, or only heard (a narrator)."""

    id: str
    name: str
    role: str = ""
    age: int | None = None
    traits: tuple[Trait, ...] = ()  # known trait names first, then by code point: the order in a spec means nothing
    seen: bool = True

    def traits_in(self, framing: str) -> tuple[Trait, ...]:
        """The traits that a shot with this framing has to say."""
        return tuple(trait for trait in self.traits if trait.shown_in(framing))


@dataclass(frozen=True, slots=True)
class Scene:
    """A place, empty of people."""

    id: str
    name: str
    light: str = ""
    tone: str = ""
    props: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Say:
    """One line that is heard. `on` moves lips in the picture; `inner` is a thought, `off` comes from outside it."""

    who: str
    line: str
    voice: Voice = "on"


@dataclass(frozen=True, slots=True)
class Shot:
    """One shot of the storyboard. Its id is stable: never an index."""

    id: ShotId
    milliseconds: int
    scene: str
    action: str
    framing: str = "中景"
    camera: str = "固定"
    visuals: str = ""
    characters: tuple[str, ...] = ()
    say: tuple[Say, ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """The story in shots, written by a person or by a text model.

    `characters` and `scenes` hold only what the spec left open.
    """

    title: str
    logline: str
    shots: tuple[Shot, ...]
    characters: tuple[Character, ...] = ()
    scenes: tuple[Scene, ...] = ()


@dataclass(frozen=True, slots=True)
class Style:
    """What every picture has in common."""

    look: str = ""
    palette: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Format:
    """The film as it is shown; `milliseconds` is None where a hand-written script decides."""

    aspect_ratio: str = "16:9"
    milliseconds: int | None = None
    hd: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """From `min` to `max`, both included."""

    min: int
    max: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What a text model has to keep to."""

    shots: Range
    shot_milliseconds: Range
    characters: Range  # of the whole drama, those of the spec included
    scenes: Range
    require: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Models:
    """The models that do the work, with their facts."""

    text: Model
    image: Model
    video: Model


@dataclass(frozen=True, slots=True)
class Episode:
    """One film of a spec; `script` is there where a person wrote it."""

    id: EpisodeId
    script: Script | None = None


@dataclass(frozen=True, slots=True)
class Spec:
    """A whole drama."""

    title: str
    theme: str
    language: str
    style: Style
    format: Format
    models: Models
    limits: Limits
    characters: tuple[Character, ...] = ()  # by id
    scenes: tuple[Scene, ...] = ()  # by id
    episodes: tuple[Episode, ...] = ()
    policy: Policy = field(default_factory=Policy)
    burn_subtitles: bool = True

    def cast(self, script: Script | None) -> Mapping[str, Character]:
        """Everyone in an episode, by id: the declared, then those that its script invented."""
        invented = script.characters if script else ()
        return {character.id: character for character in (*self.characters, *invented)}

    def places(self, script: Script | None) -> Mapping[str, Scene]:
        """Every scene of an episode, by id."""
        invented = script.scenes if script else ()
        return {scene.id: scene for scene in (*self.scenes, *invented)}
