"""Shots as prompts show them: ids resolved, each character with the traits that the framing can show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from manjuc.graph import ActionId, Results, Unknown
from manjuc.models import Model
from manjuc.once import by_id, once
from manjuc.spec import Asset, Character, Episode, Prop, Say, Scene, Script, Shot, ShotId, Spec, Trait
from manjuc.text import file_name
from manjuc.timeline import Clip, fewest_and_most, pack

_Shown = tuple[Mapping[str, Character], Mapping[str, Scene], Mapping[str, Prop]]
"""Whom and what shots show, by id."""


@dataclass(frozen=True, slots=True)
class Person:
    """A character in a shot."""

    character: Character
    traits: tuple[Trait, ...]

    @property
    def name(self) -> str:
        """The name that prompts use."""
        return self.character.name


@dataclass(frozen=True, slots=True)
class Line:
    """What is heard in a shot: the kind of voice in words, who (empty for a narrator), and whether lips move."""

    kind: str
    who: str
    line: str
    lips: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """A shot with everything that a prompt says of it."""

    id: str
    seconds: str  # with one decimal
    framing: str
    camera: str
    action: str
    visuals: str
    scene: Scene
    people: tuple[Person, ...]
    say: tuple[Line, ...]
    props: tuple[Prop, ...] = ()
    standing: tuple[tuple[str, str], ...] = ()  # names, each with where they stand in the picture
    note: str = ""  # the author's own word to the prompt
    image: Asset | None = None  # the author's own picture of it

    @property
    def texts(self) -> list[str]:
        """Everything that a prompt may say of it, piece by piece."""
        found = [self.seconds, self.framing, self.camera, self.action, self.visuals, self.note]
        found += (self.scene.name, self.scene.time, self.scene.light, self.scene.tone)
        for owner, traits in self.traits:
            found.append(owner.name)
            for trait in traits:
                found += (trait.name, trait.text)
        found += (prop.text for prop in self.props)
        for line in self.say:
            found += (line.kind, line.who, line.line)
        for who_and_where in self.standing:
            found += who_and_where
        return found

    @property
    def traits(self) -> Iterator[tuple[Character | Prop, tuple[Trait, ...]]]:
        """Every fixed trait that a prompt has to say of it."""
        yield from ((person.character, person.traits) for person in self.people)
        yield from ((prop, prop.traits) for prop in self.props)


@dataclass(frozen=True, slots=True)
class Reel:
    """One clip of an episode: its number from 1, its shots, and its panels."""

    episode: Episode
    number: int
    shots: Clip
    panels: tuple[Panel, ...]

    @property
    def id(self) -> str:
        """A clip is named by its first shot."""
        return f"{self.episode.id}/{self.shots[0].id}"

    @property
    def file(self) -> str:
        """A file name that sorts and speaks: 03_s07-s09_正厅."""
        first, last = self.shots[0].id, self.shots[-1].id
        shots = first if first == last else f"{first}-{last}"
        return f"{self.number:02}_{shots}_{file_name(self.panels[0].scene.name)}"

    @property
    def traits(self) -> Iterator[tuple[Character | Prop, tuple[Trait, ...]]]:
        """Every fixed trait that a prompt for this clip has to say."""
        return (each for panel in self.panels for each in panel.traits)


def reels(spec: Spec, results: Results) -> Iterator[Reel]:
    """The clips of every episode whose script is known."""
    for episode in spec.episodes:
        script = results.scripts.get(episode.id)
        if script is None:
            continue
        declared = _declared(spec.characters, spec.scenes, spec.props)
        yield from _reels(episode, script, results.clips.get(episode.id, ()), spec.models.video, declared)


@once(1 << 14)
def _reels(
    episode: Episode, script: Script, settled: tuple[tuple[ShotId, ...], ...], model: Model, declared: _Shown
) -> tuple[Reel, ...]:
    """Made once for the same episode: every stage of a clip asks for them."""
    clips = _published(script, settled) if episode.frozen and settled else None
    clips, panels = clips or pack(script.shots, model, settled), _panels(script, declared)
    return tuple(
        Reel(episode, number, shots, tuple(panels[shot.id] for shot in shots)) for number, shots in enumerate(clips, 1)
    )


def _published(script: Script, settled: Sequence[tuple[ShotId, ...]]) -> tuple[Clip, ...]:
    """The clips of a frozen episode as they were made, whatever its model makes today."""
    shots = {shot.id: shot for shot in script.shots}
    clips = (tuple(shots[id] for id in clip if id in shots) for clip in settled)
    return tuple(clip for clip in clips if clip)


def placed(spec: Spec, reel: Reel, kind: str) -> str:
    """Where something of a clip is placed for people: episodes of a series have a folder each."""
    return f"{reel.episode.id}/{kind}/{reel.file}" if spec.series else f"{kind}/{reel.file}"


@once(8)
def _declared(characters: tuple[Character, ...], scenes: tuple[Scene, ...], props: tuple[Prop, ...]) -> _Shown:
    return by_id(characters), by_id(scenes), by_id(props)


def _panels(script: Script, declared: _Shown) -> Mapping[ShotId, Panel]:
    """Every shot that has a place, resolved."""
    cast, places, things = declared
    if own := (*script.characters, *script.scenes, *script.standins):
        cast = {**cast, **{each.id: each for each in own if isinstance(each, Character)}}
        places = {**places, **{each.id: each for each in own if isinstance(each, Scene)}}
        things = {**things, **{each.id: each for each in own if isinstance(each, Prop)}}
    seen = _Seen(cast, things)
    return {shot.id: _panel(shot, seen, places[shot.scene]) for shot in script.shots if shot.scene in places}


class _Seen:
    """Whom and what the shots of a script show, each made once for a framing."""

    def __init__(self, cast: Mapping[str, Character], things: Mapping[str, Prop]) -> None:
        self.cast, self._things = cast, things
        self._people: dict[tuple[str, str], tuple[Person, ...]] = {}
        self._props: dict[tuple[str, str], Prop] = {}

    def person(self, id_: str, framing: str) -> tuple[Person, ...]:
        """Someone with the traits that a framing can show; nobody where they are only heard."""
        if (id_, framing) not in self._people:
            who = self.cast[id_]
            self._people[id_, framing] = (Person(who, who.traits_in(framing)),) if who.seen else ()
        return self._people[id_, framing]

    def prop(self, id_: str, framing: str) -> Prop:
        """A prop with the traits that a framing can show."""
        if (id_, framing) not in self._props:
            prop = self._things[id_]
            shown = tuple(trait for trait in prop.traits if trait.shown_in(framing))
            self._props[id_, framing] = replace(prop, traits=shown)
        return self._props[id_, framing]


def _panel(shot: Shot, seen: _Seen, scene: Scene) -> Panel:
    cast, framing = seen.cast, shot.framing
    return Panel(
        id=shot.id,
        seconds=f"{shot.milliseconds // 1000}.{shot.milliseconds % 1000 // 100}",
        framing=framing,
        camera=shot.camera,
        action=shot.action,
        visuals=shot.visuals,
        scene=scene,
        people=tuple([each for id in shot.characters for each in seen.person(id, framing)]),
        say=tuple([_line(say, cast[say.who]) for say in shot.say]),
        props=tuple([seen.prop(id, framing) for id in shot.props]),
        standing=tuple([(cast[who].name, where) for who, where in shot.standing]),
        note=shot.note,
        image=shot.image,
    )


def _line(say: Say, speaker: Character) -> Line:
    if not speaker.seen:
        return Line("旁白", "", say.line, lips=False)
    kind = {"on": "对白", "inner": "心声", "off": "画外音"}[say.voice]
    return Line(kind, speaker.name, say.line, lips=say.voice == "on")


def props_of(panels: Sequence[Panel]) -> tuple[Prop, ...]:
    """The props of some shots with all their traits, in the order in which they appear."""
    return tuple({prop.id: prop for panel in panels for prop in panel.props}.values())


def seen_in(panels: Sequence[Panel]) -> tuple[Character, ...]:
    """The characters in some shots, in the order in which they appear."""
    return tuple({person.character.id: person.character for panel in panels for person in panel.people}.values())


def places_of(panels: Sequence[Panel]) -> tuple[Scene, ...]:
    """The scenes of some shots, in the order in which they appear."""
    return tuple({panel.scene.id: panel.scene for panel in panels}.values())


def awaited_reels(stage: str, spec: Spec, results: Results) -> Iterator[Unknown]:
    """How many of a stage's actions will come of scripts that are still to be written: one for each clip."""
    for episode in spec.episodes:
        if episode.id not in results.scripts and not episode.frozen and spec.format.milliseconds is not None:
            bounds = fewest_and_most(spec.format.milliseconds, spec.limits.shots.max, spec.models.video)
            yield Unknown(stage, *bounds, after=ActionId(f"{episode.id}/script"))
