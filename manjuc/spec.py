"""The typed spec: what the author wrote, checked, with every default filled in and every reference an id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NewType

from manjuc.digest import Digest
from manjuc.models import Model
from manjuc.once import by_id, table
from manjuc.policy import Policy

EpisodeId = NewType("EpisodeId", str)
ShotId = NewType("ShotId", str)
Voice = Literal["on", "inner", "off"]


def bearer(id: str) -> str:
    """Who wears a look, or which place a time is of: references to these are `id/look` and `id/time`."""
    return id.partition("/")[0]


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
class Asset:
    """An author's own picture or clip: named by its path, known by its content."""

    path: str  # as the author wrote it
    blob: Digest
    media: str
    size: int  # bytes
    width: int = 0
    height: int = 0
    milliseconds: int = 0  # of a clip


@dataclass(frozen=True, slots=True)
class Character:
    """Someone who is seen, or only heard (a narrator). A look is a character of its own, made from its `base`."""

    id: str  # a look's is `base/look`
    name: str
    role: str = ""
    age: int | None = None
    traits: tuple[Trait, ...] = ()  # known trait names first, then by code point: the order in a spec means nothing
    seen: bool = True
    crowd: bool = False  # nobody in particular: traits, but no sheet
    also: tuple[str, ...] = ()  # other names that lines and actions use
    image: Asset | None = None  # the author's own sheet
    base: str = ""  # of a look: the id of the character who wears it
    look: str = ""  # of a look: what it is called

    @property
    def sheet(self) -> bool:
        """True for someone of whom there are three views."""
        return self.seen and not self.crowd

    def traits_in(self, framing: str) -> tuple[Trait, ...]:
        """The traits that a shot with this framing has to say."""
        return tuple(trait for trait in self.traits if trait.shown_in(framing))


@dataclass(frozen=True, slots=True)
class Scene:
    """A place, empty of people. A time of it is a scene of its own, made from its `base`."""

    id: str  # a time's is `base/time`
    name: str
    light: str = ""
    tone: str = ""
    props: tuple[str, ...] = ()
    image: Asset | None = None  # the author's own plate
    base: str = ""  # of a time: the id of the place
    time: str = ""  # of a time: what it is called


@dataclass(frozen=True, slots=True)
class Prop:
    """A thing that matters: drawn once, and the same in every shot that shows it."""

    id: str
    name: str
    traits: tuple[Trait, ...] = ()
    text: str = ""  # what is written on it, letter by letter
    image: Asset | None = None  # the author's own picture


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
    props: tuple[str, ...] = ()
    standing: tuple[tuple[str, str], ...] = ()  # who stands where in the picture
    note: str = ""  # the author's own word to the prompt
    caption: str = ""  # drawn onto the film, in no prompt
    part: int = 0  # the author's part that it belongs to, from 1; 0 where runs of one scene are the parts
    card: str = ""  # a text on a plain ground instead of a picture: drawn by the film, never bought
    image: Asset | None = None  # the author's own picture of it
    video: Asset | None = None  # the author's own clip
    use: str = ""  # `episode/shot`: the picture of that shot is shown again

    @property
    def bought(self) -> bool:
        """True for a shot that a video model makes."""
        return not (self.card or self.video or self.use)


@dataclass(frozen=True, slots=True)
class Trim:
    """The stretch of a shot that the film keeps, in milliseconds of the shot; None: to its end."""

    start: int = 0
    end: int | None = None


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
    renamed: tuple[tuple[str, str], ...] = ()  # ids that a model gave, each with the id of the shot that it continues
    repeated: tuple[tuple[str, str], ...] = ()  # shots and keys of which its author's fixes say what is there already
    standins: tuple[Character | Scene | Prop, ...] = ()  # for what it names and nobody declares: it is published


@dataclass(frozen=True, slots=True)
class Style:
    """What every picture has in common."""

    look: str = ""
    palette: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    image: Asset | None = None  # a picture that fixes what words cannot


@dataclass(frozen=True, slots=True)
class Format:
    """The film as it is shown; `milliseconds` is None where a hand-written script decides."""

    aspect_ratio: str = "16:9"
    milliseconds: int | None = None  # the most where `least` is given, else exact
    hd: bool = False
    least: int | None = None  # milliseconds, of a film whose length has bounds
    lines: int = 720  # pixels of the film's shorter side


@dataclass(frozen=True, slots=True)
class Subtitles:
    """How lines are shown."""

    burn: bool = True
    most: int = 16  # Chinese characters on a line


@dataclass(frozen=True, slots=True)
class Mark:
    """A text in a corner of the film for its first milliseconds, such as the label that AI content has to bear."""

    text: str
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Cover:
    """The picture that stands for a film: a frame of a shot, with a text on it."""

    shot: ShotId | None = None  # None: the first
    text: str = ""


@dataclass(frozen=True, slots=True)
class Range:
    """From `min` to `max`, both included."""

    min: int
    max: int


Ends = tuple[int | None, int | None]
"""The least and the most that an author set; None for an end that was left open."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a text model has to keep to."""

    shots: Range
    shot_milliseconds: Range
    characters: Range  # of the whole drama, those of the spec included
    scenes: Range
    require: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    asked: tuple[Ends, Ends] = ((None, None), (None, None))  # of characters and scenes


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
    title: str = ""
    theme: str = ""  # what the text model writes it from, where it is not the drama's
    logline: str = ""
    source: str = ""  # the chapter of a novel that the text model adapts
    so_far: Sequence[str] = ()  # what happened before, a line each
    trims: tuple[tuple[ShotId, Trim], ...] = ()
    cover: Cover = field(default_factory=Cover)
    frozen: bool = False  # published: never rebuilt

    def trim(self, shot: ShotId) -> Trim:
        """What the film keeps of a shot."""
        return table(self.trims).get(shot, Trim())


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
    props: tuple[Prop, ...] = ()  # by id
    episodes: tuple[Episode, ...] = ()
    series: bool = False  # its episodes stand in files of their own
    policy: Policy = field(default_factory=Policy)
    subtitles: Subtitles = field(default_factory=Subtitles)
    label: Mark | None = None

    @property
    def frozen(self) -> frozenset[str]:
        """The episodes that stay as published."""
        return frozenset(episode.id for episode in self.episodes if episode.frozen)

    def cast(self, script: Script | None) -> Mapping[str, Character]:
        """Everyone in an episode, by id: the declared, then those that its script invented."""
        more = (*script.characters, *script.standins) if script else ()
        own = tuple(each for each in more if isinstance(each, Character))
        return {**by_id(self.characters), **by_id(own)} if own else by_id(self.characters)

    def places(self, script: Script | None) -> Mapping[str, Scene]:
        """Every scene of an episode, by id."""
        more = (*script.scenes, *script.standins) if script else ()
        own = tuple(each for each in more if isinstance(each, Scene))
        return {**by_id(self.scenes), **by_id(own)} if own else by_id(self.scenes)
