"""How long prompts will be, told without rendering each: there are thousands, and few come near to a limit.

Our own templates make a prompt shot by shot, and a shot of parts that do not depend on each other: a person, a prop, a
line. What stands around the words of such a part is the same for all of its kind. So each kind is rendered once, with a
letter in place of every word, and after that words alone are weighed. What comes out is never less than what the
rendered prompt weighs, and of a clip of one shot without pictures just that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import chain

from manjuc.calls import ImageCall, VideoCall
from manjuc.contracts import Render, Stage
from manjuc.earlier import Earlier
from manjuc.graph import Action, ActionId, Results
from manjuc.models import Model, PromptLimit, Unit
from manjuc.once import once
from manjuc.pictures import of_panels, plate_of
from manjuc.spec import Character, Episode, EpisodeId, Prop, Scene, Spec, Trait
from manjuc.storyboard import Line, Panel, Person, Reel

_QUARTERS = 4  # a token is four of what it is weighed by: a narrow letter is one of them, a wide one is all
_X = "x"
_BLANK = Panel("", "1.0", _X, _X, _X, "", Scene("", _X), (), ())
_GROWN = "多出来的格子留空；"  # what a grid of several cells may say besides
_DIGITS = "0" * 8  # by which the numbers and times of a shot grow in a long clip
_TEN = 10
_LABELS = 1000  # of whatever unit: what stands around the words of a picture's prompt, such as what it asks for
_TASK = 10_000  # the same of a story's

_Thing = Person | Prop | Scene
_Kind = tuple[str | int, ...]
"""A kind of part, with all that decides what stands around its words."""


def _quarters(text: str) -> int:
    if text.isascii():
        return len(text)
    return len(text) + (_QUARTERS - 1) * (len(text) - len(text.encode("ascii", "ignore")))


# What a text weighs wherever it stands: of two texts in a row, the sum.
_WEIGHTS: Mapping[Unit, Callable[[str], int]] = {
    "characters": len,
    "bytes": lambda text: len(text.encode("utf-8")),
    "tokens": _quarters,
    "words": lambda text: len(f"{_X}{text}{_X}".split()),
}


def _some(count: int) -> tuple[Trait, ...]:
    return (Trait(_X, _X),) * count


# A shot with nothing but one part of each kind, made from all that decides what stands around its words.
_ALONE: Mapping[str, Callable[..., Panel]] = {
    "shot": lambda *given: replace(_BLANK, **dict(zip(("seconds", "framing", "camera"), given, strict=True))),
    "visuals": lambda: replace(_BLANK, visuals=_X),
    "note": lambda: replace(_BLANK, note=_X),
    "light": lambda: replace(_BLANK, scene=Scene("", _X, light=_X)),
    "tone": lambda: replace(_BLANK, scene=Scene("", _X, tone=_X)),
    "time": lambda: replace(_BLANK, scene=Scene("", _X, time=_X)),
    "person": lambda traits: replace(_BLANK, people=(Person(Character("", _X), _some(traits)),)),
    "prop": lambda traits, text: replace(_BLANK, props=(Prop("", _X, _some(traits), _X * text),)),
    "line": lambda kind, named, lips: replace(_BLANK, say=(Line(kind, _X * named, _X, lips),)),
    "standing": lambda *places: replace(_BLANK, standing=tuple((_X, place) for place in places)),
}


class Scales:
    """Weighs the prompts for clips that a stage makes of our own templates."""

    def __init__(self, stage: Stage, spec: Spec, model: Model, templates: Mapping[str, str], render: Render) -> None:
        self._stage, self._spec, self._model, self._render = stage, spec, model, render
        self._said = "".join(templates.values())
        self._limit = model.prompt_limit
        self._weigh = _WEIGHTS[self._limit.unit] if self._limit else len
        self._around: dict[_Kind, int | None] = {}
        self._words: dict[str, str] = {}
        self._blanks: dict[tuple[int, int], int] = {}
        self._frames: dict[tuple[int, str, str], int] = {}
        self._things: dict[int, tuple[_Thing, int]] = {}  # what was weighed stays, so that its identity does
        self._pictures: dict[tuple[tuple[int, ...], ...], tuple[tuple[Panel, ...], int]] = {}

    def fits(self, reel: Reel) -> bool:
        """True for a clip whose prompt is surely no longer than its model reads."""
        if self._limit is None:
            return True
        return self._weight(reel) <= self._limit.most * (_QUARTERS if self._limit.unit == "tokens" else 1)

    def _weight(self, reel: Reel) -> int:
        weight, more = sum(map(self._of_panel, reel.panels)), len(reel.panels) - 1
        if more:  # what all shots share was weighed with each
            weight += more * (self._blank(2) - 2 * self._blank(1)) + self._weigh(_GROWN + _DIGITS * len(reel.panels))
        return weight + (self._of_pictures(reel) if self._model.references else 0)

    def _of_panel(self, panel: Panel) -> int:
        frame = (len(panel.seconds), panel.framing, panel.camera)
        weight = self._frames[frame] if frame in self._frames else self._framed(*frame)
        weight += self._weigh(panel.action) + self._thing(panel.scene)
        if panel.visuals:
            weight += self._part(("visuals",), panel.visuals)
        if panel.note:
            weight += self._part(("note",), panel.note)
        weight += sum(map(self._thing, panel.people)) + sum(map(self._thing, panel.props))
        for line in panel.say:
            named = (line.who,) if line.who else ()
            weight += self._part(("line", line.kind, bool(line.who), line.lips), line.line, *named)
        if panel.standing:
            where = [self._kept(place) for _, place in panel.standing]
            loose = ((who, *(() if kept else (at,))) for kept, (who, at) in zip(where, panel.standing, strict=True))
            weight += self._part(("standing", *(place or _X for place in where)), *chain.from_iterable(loose))
        return weight

    def _part(self, kind: _Kind, *words: str) -> int:
        """What a part of a shot weighs: its words, and what stands around those of its kind."""
        around = self._around[kind] if kind in self._around else self._measured(kind)
        return 0 if around is None else around + sum(map(self._weigh, words)) - len(words)

    def _framed(self, digits: int, framing: str, camera: str) -> int:
        """What a shot weighs besides its action, the name of its place and all of its other parts."""
        given = (self._kept(framing), self._kept(camera))
        loose = [word for word, kept in zip((framing, camera), given, strict=True) if not kept]
        kind = ("shot", "1" * (digits - 2) + ".0", *(kept or _X for kept in given))
        weight = self._frames[digits, framing, camera] = self._part(kind, *loose) - 2
        return weight

    def _thing(self, thing: _Thing) -> int:
        """What someone, something or a place weighs that a shot shows; many shots show the same."""
        if id(thing) not in self._things:
            self._things[id(thing)] = thing, self._weighed(thing)
        return self._things[id(thing)][1]

    def _weighed(self, thing: _Thing) -> int:
        if isinstance(thing, Scene):
            told = (("light", thing.light), ("tone", thing.tone), ("time", thing.time))
            return self._weigh(thing.name) + sum(self._part((kind,), text) for kind, text in told if text)
        words = [thing.name, *chain.from_iterable((trait.name, trait.text) for trait in thing.traits)]
        if isinstance(thing, Person):
            return self._part(("person", len(thing.traits)), *words)
        text = (thing.text,) if thing.text else ()
        return self._part(("prop", len(thing.traits), bool(text)), *words, *text)

    def _kept(self, word: str) -> str:
        """A word that some template knows, and may write otherwise; nothing for others."""
        if word not in self._words:
            self._words[word] = word if f'"{word}"' in self._said else ""
        return self._words[word]

    def _measured(self, kind: _Kind) -> int | None:
        """What stands around the words of a kind of part, with a letter for each of them; None where nothing does."""
        name, *given = kind
        prompt, weight = self._prompt(_ALONE[str(name)](*given)), None
        if name == "shot":
            weight = self._weigh(prompt)
        elif prompt != self._prompt(_BLANK):
            weight = self._weigh(prompt) - self._blank(1)
        self._around[kind] = weight
        return weight

    def _blank(self, shots: int, references: int = 0) -> int:
        if (shots, references) not in self._blanks:
            self._blanks[shots, references] = self._weigh(self._prompt(*[_BLANK] * shots, references=references))
        return self._blanks[shots, references]

    def _of_pictures(self, reel: Reel) -> int:
        """What pictures add that go along: each its name, and in some templates a mark wherever it is seen."""
        shown = tuple(
            (id(panel.scene), *map(id, panel.people), 0, *map(id, panel.props), bool(panel.image))
            for panel in reel.panels
        )
        if shown not in self._pictures:
            self._pictures[shown] = reel.panels, self._pictured(reel.panels)
        return self._pictures[shown][1]

    def _pictured(self, panels: tuple[Panel, ...]) -> int:
        pictures = of_panels(panels, self._spec, "镜头")[: self._model.references]
        first = self._blank(1, 1) - self._blank(1) - self._weigh(plate_of(_BLANK.scene).name)
        mark = self._blank(2, 1) - self._blank(2) - (self._blank(1, 1) - self._blank(1))
        seen = sum(len(panel.people) + len(panel.props) + 1 + 2 * bool(panel.image) for panel in panels)
        grown = self._weigh(_DIGITS[:2] * (len(pictures) + seen)) if len(pictures) >= _TEN else 0
        return sum(self._weigh(picture.name) + first for picture in pictures) + mark * seen + grown

    def _prompt(self, *panels: Panel, references: int = 0) -> str:
        models = self._spec.models
        image, video = (replace(model, references=references) for model in (models.image, models.video))
        style = replace(self._spec.style, image=None)
        spec = replace(self._spec, style=style, models=replace(models, image=image, video=video))
        about = Reel(Episode(EpisodeId("")), 1, (), panels)
        call = self._stage.call(Action(ActionId(""), self._stage.NAME, about=about), spec, Results(), self._render)
        assert isinstance(call, ImageCall | VideoCall), "asked only of stages that make clips and their sheets"
        return call.prompt


def small(action: Action, spec: Spec) -> bool:
    """True where the prompt for someone, a place, a thing or a story is surely no longer than its model reads.

    Our own templates say less around words than `repr`.
    """
    if action.about is None or isinstance(action.about, Reel):
        return False
    if isinstance(action.about, Episode):
        return _short(action.about, spec)
    limit = spec.models.image.prompt_limit
    return limit is None or limit.size_of(repr((action.about, spec.style))) + _LABELS <= limit.most


def _short(episode: Episode, spec: Spec) -> bool:
    """True for an episode whose story is surely asked for in few words; JSON doubles some letters at most."""
    limit = spec.models.text.prompt_limit
    if limit is None:
        return True
    own = repr(replace(episode, so_far=() if isinstance(episode.so_far, Earlier) else tuple(episode.so_far)))
    return 2 * limit.size_of(own) + _of_every_story(spec, limit) + _TASK <= limit.most


@once(4)
def _of_every_story(spec: Spec, limit: PromptLimit) -> int:
    """What is the most that a text model is told of a drama, whichever episode it writes."""
    said = (spec.theme, spec.language, spec.limits, spec.characters, spec.scenes, spec.props)
    return 2 * limit.size_of(repr((*said, [f"      {episode.logline}" for episode in spec.episodes])))
