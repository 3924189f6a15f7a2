"""What is bought in clips: seconds that no film shows, people and places that change within one clip, shots that are
shown again in part."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from manjuc.diagnostic import Diagnostic, Label
from manjuc.document import Path
from manjuc.findings import Film, Series, Telling, counted, error, name, place_of, seconds, warning
from manjuc.longhand import STORY
from manjuc.models import Money
from manjuc.once import once
from manjuc.spec import Character, Scene, Script, Shot, bearer
from manjuc.timeline import Clip, duration, fewest_and_most, length, pack
from manjuc.words import Words, named, say

_SPARE = 2000  # milliseconds cut away that are worth a word; fewer are where they are this part of what is bought:
_PART = 4
_LITTLE = 1000  # milliseconds that never are
_SLACK = 500  # that a film may stay below its length
_LEAST = 100  # milliseconds of a shot
_TIMES = 2  # as many seconds bought as the film's length alone takes


def _clips(film: Film) -> tuple[Clip, ...]:
    """The clips of a film, as they are bought from scratch; none where a shot fits into no clip."""
    fitting = all(map(film.fits, film.script.shots)) and film.spec.models.video.durations
    return pack(film.script.shots, film.spec.models.video) if fitting else ()


def changing_clip(film: Film) -> Iterator[Diagnostic]:
    """In one clip a person wears one look, and a place has one time: a video model has no cut to change at."""
    if not (_varied(film.spec.characters) or _varied(film.spec.scenes)):
        return  # nobody has another look, and no place another time
    numbers = {shot.id: number for number, shot in film.shots()}
    for clip in _clips(film):
        seen: dict[str, dict[str, Path]] = {}  # what the shot before shows of each
        for shot in clip:
            shown = _shown(film, shot, ("shots", numbers[shot.id]))
            for kind, looks in shown.items():
                before = seen.get(kind, looks)
                fresh = next((id_ for id_ in looks if id_ not in before), None)
                if fresh and shot.bought:
                    ((earlier, first), *_) = before.items()
                    yield _changes(film, clip, (earlier, fresh), (first, looks[fresh]))
            seen |= shown


def _shown(film: Film, shot: Shot, at: Path) -> dict[str, dict[str, Path]]:
    """The looks or times of each person and place in a shot, with where they are told."""
    found: dict[str, dict[str, Path]] = {}
    given = film.document.at((*at, "characters")) or ()
    for number, id_ in zip(range(len(given)), shot.characters, strict=False):
        found.setdefault(f"character {bearer(id_)}", {})[id_] = (*at, "characters", number)
    found[f"scene {bearer(shot.scene)}"] = {shot.scene: (*at, "scene")}
    return found


@once(16)
def _varied(declared: tuple[Character, ...] | tuple[Scene, ...]) -> bool:
    return any(each.base for each in declared)


def _changes(film: Film, clip: Clip, ids: tuple[str, str], paths: tuple[Path, Path]) -> Diagnostic:
    first, again = (film.label(*path) for path in paths)
    message = say("one clip shows `{}` and `{}`", *ids)
    note = say("the shots {} are bought as one clip", named(shot.id for shot in clip))
    help_ = say("give each a part of its own")
    if len(clip) == sum(shot.bought for shot in film.script.shots):
        help_ = say("put a card between them: a film that fits into one clip is bought as one")
    return Diagnostic("MJ0428", "warning", message, again, (first,), (note,), help_)


def cut_away(film: Film) -> Iterator[Diagnostic]:
    """Clips come in the lengths of the model; what the shots do not need is paid for and cut away."""
    model = film.spec.models.video
    numbers = {shot.id: number for number, shot in film.shots()}
    for _, part in groupby(_clips(film) if _settled(film) else (), key=lambda clip: _part(clip[0])):
        clips = list(part)
        bought = [duration(clip, model) or 0 for clip in clips]
        spare = sum(bought) - sum(map(length, clips))
        if spare < _LITTLE or (spare <= _SPARE and spare * _PART <= sum(bought)):
            continue
        cost = sum((model.price.of_clip(each) for each in bought), start=model.price.call * 0) * spare / sum(bought)
        message = say("of the {} bought for these shots, {} are cut away", seconds(sum(bought)), seconds(spare))
        note = say("clips of `{}` for {}: {}", name(model), counted(sum(map(len, clips)), "shot"), _lengths(bought))
        more = (
            (say("what is cut away costs about {}", str(Money(round(cost, 2), model.price.currency))),) if cost else ()
        )
        label = film.label("shots", numbers[clips[0][0].id], "scene")
        help_ = say("lengthen shots by up to {} in all, or shorten them until a clip less is needed", seconds(spare))
        yield Diagnostic("MJ0429", "hint", message, label, (), (note, *more), help_)


def _settled(film: Film) -> bool:
    """True for a film of a person's hand whose length is as the spec wants it: otherwise shots will change anyway.

    Whoever has a story written cannot add to its shots, for the film is as long as it was asked to be.
    """
    whole, least = film.whole, film.spec.format.least
    by_hand = not film.limits and not film.generated
    if not by_hand or whole is None:
        return by_hand
    return (whole - _SLACK if least is None else least) <= sum(map(film.kept, film.script.shots)) <= whole


def _part(shot: Shot) -> tuple[int, str]:
    return (shot.part, "") if shot.part else (0, shot.scene)


def _lengths(bought: list[int]) -> tuple[Words, ...]:
    said = {each: seconds(each) for each in set(bought)}
    return tuple(said[each] for each in bought)


@dataclass(frozen=True, slots=True)
class _Shown:
    """The shot that is shown again in the end: where its length is written, and milliseconds that there are of it."""

    label: Label
    shot: Shot
    room: int


def shown_in_part(series: Series) -> Iterator[Diagnostic]:
    """A shot that is shown again has a length of its own: what it lacks is cut from it, what it leaves is not seen."""
    origins = _Origins(series)
    for telling in series.tellings:
        script, document = telling.episode.script, telling.script
        for number, shot in enumerate(script.shots if script and document and not telling.episode.frozen else ()):
            if document and shot.use and (there := origins.of(shot)):
                yield from _in_part(telling, Label(document.span(("shots", number, "seconds"))), shot, there)


class _Origins:
    """What is shown in the end instead of shots that show others again, as far as scripts are known."""

    def __init__(self, series: Series) -> None:
        self._series = series
        self._rests: dict[str, Mapping[str, int]] = {}
        self._known: dict[tuple[str, str], _Shown | None] = {}

    @functools.cached_property
    def _places(self) -> Mapping[tuple[str, str], tuple[Telling, Script, int]]:
        found: dict[tuple[str, str], tuple[Telling, Script, int]] = {}
        for telling in self._series.tellings:
            script = telling.episode.script
            for number, shot in enumerate(script.shots if script and telling.script else ()):
                assert script is not None, "it has shots"
                found.setdefault((telling.episode.id, shot.id), (telling, script, number))
        return found

    def of(self, shot: Shot) -> _Shown | None:
        """The one at the end of the way that begins with a shot, which no other one has to go again."""
        way: dict[tuple[str, str], None] = {}
        while shot.use:
            key = place_of(shot.use)
            if key in self._known or key in way or key not in self._places:
                break
            way[key] = None
            telling, script, number = self._places[key]
            shot = script.shots[number]
            if shot.bought:
                self._known[key] = self._shown(telling, script, number)
        origin = self._known.get(place_of(shot.use) if shot.use else next(reversed(way)))
        self._known |= dict.fromkeys(way, origin)
        return origin

    def _shown(self, telling: Telling, script: Script, number: int) -> _Shown:
        assert telling.script is not None, "it stands in a file"
        film = Film(self._series.spec, script, telling.script, False, telling.episode)
        shot, id_ = script.shots[number], telling.episode.id
        rest = self._rests[id_] = self._rests[id_] if id_ in self._rests else _rests(film)
        return _Shown(film.label("shots", number, "seconds"), shot, shot.milliseconds + rest.get(shot.id, 0))


def _rests(film: Film) -> Mapping[str, int]:
    """Milliseconds for which clips go on behind their last shots."""
    model = film.spec.models.video
    return {clip[-1].id: (duration(clip, model) or length(clip)) - length(clip) for clip in _clips(film)}


def _in_part(telling: Telling, label: Label, shot: Shot, there: _Shown) -> Iterator[Diagnostic]:
    trim, whole = telling.episode.trim(shot.id), there.shot.milliseconds
    end = trim.end or shot.milliseconds
    if end > there.room:
        message = say("the shot `{}` is longer than `{}`, which it shows", shot.id, shot.use)
        cut = seconds(end - there.room)
        note = say("there are {} of it, so {} of the shot are cut away", seconds(there.room), cut)
        help_ = say("make the shot {} long", seconds(max(_LEAST, there.room - trim.start)))
        yield Diagnostic("MJ0441", "warning", message, label, (there.label,), (note,), help_)
    elif shot.id not in dict(telling.episode.trims) and shot.milliseconds < whole:
        left = whole - shot.milliseconds
        message = say("the shot `{}` shows `{}` in part", shot.id, shot.use)
        note = say("the last {} of it are not seen", seconds(left))
        stretch = f"trim: {{{shot.id}: {{from: {left / 1000:g}, to: {whole / 1000:g}}}}}"
        help_ = say("say what is seen of it, such as `{}`, or make the shot {} long", stretch, seconds(whole))
        yield Diagnostic("MJ0441", "hint", message, label, (there.label,), (note,), help_)


def impossible_counts(series: Series) -> Iterator[Diagnostic]:
    """Limits that no clip of the model can hold, or only at a price that nobody means."""
    limits, model, document = series.spec.limits, series.spec.models.video, series.document
    form = series.spec.format
    if form.least is not None and form.milliseconds is not None and form.least > form.milliseconds:
        message = say("`min` of `{}` is more than `max`", "seconds")
        yield error("MJ0408", message, Label(document.span(("format", "seconds"))))
        return
    if all(each.episode.frozen or any(key in each.told.data for key in STORY) for each in series.tellings):
        return
    least, longest = limits.shot_milliseconds.min, max(model.durations, default=0)
    if longest and least > longest:
        message = say("no clip holds a shot of {}", seconds(least))
        note = say("`{}` makes clips of at most {}", name(model), seconds(longest))
        yield error("MJ0431", message, Label(document.span(("limits", "shot_seconds"))), note)
    elif limits.scenes.min > limits.shots.max:
        message = say("{} do not fit into {}", counted(limits.scenes.min, "scene"), counted(limits.shots.max, "shot"))
        yield error("MJ0431", message, Label(document.span(("limits", "scenes"))))
    elif model.most_shots and longest and form.milliseconds is not None:
        clips = -(-limits.shots.min // model.most_shots)
        alone, _ = fewest_and_most(form.milliseconds, 1, model)
        if clips > _TIMES * alone:
            bought = seconds(clips * model.durations[0])
            message = say("at least {} are bought for a film of {}", bought, seconds(form.milliseconds))
            note = say("`{}` puts at most {} into a clip", name(model), counted(model.most_shots, "shot"))
            label = Label(document.key_span(("limits", "shots")))
            yield warning("MJ0431", message, label, note, say("ask for fewer shots, or choose another model"))
