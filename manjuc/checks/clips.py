"""What is bought in clips: seconds that no film shows, people and places that change within one clip, shots that are
shown again in part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from manjuc.diagnostic import Diagnostic, Label
from manjuc.document import Path
from manjuc.findings import Film, Series, Telling, counted, error, name, seconds, warning
from manjuc.ids import normal
from manjuc.longhand import STORY
from manjuc.models import Money
from manjuc.spec import Shot, bearer
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
    looks, times = (any(each.base for each in film.spec.characters), any(each.base for each in film.spec.scenes))
    if not (looks or times):
        return  # nobody has another look, and no place another time
    numbers = {shot.id: number for number, shot in film.shots()}
    for clip in _clips(film):
        seen: dict[str, tuple[str, Path]] = {}
        for shot in clip:
            at: Path = ("shots", numbers[shot.id])
            given = film.document.at((*at, "characters")) or ()
            shown = [((*at, "characters", n), id_) for n, id_ in zip(range(len(given)), shot.characters, strict=False)]
            for path, id_ in (*shown, ((*at, "scene"), shot.scene)):
                kind = "scene" if id_ == shot.scene else "character"
                before, first = seen.setdefault(f"{kind} {bearer(id_)}", (id_, path))
                if before != id_ and shot.bought:
                    yield _changes(film, clip, (before, id_), (first, path))
                    seen[f"{kind} {bearer(id_)}"] = (id_, path)


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
    return tuple(map(seconds, bought))


@dataclass(frozen=True, slots=True)
class _Shown:
    """The shot that is shown again in the end: where its length is written, and milliseconds that there are of it."""

    label: Label
    shot: Shot
    room: int


def shown_in_part(series: Series) -> Iterator[Diagnostic]:
    """A shot that is shown again has a length of its own: what it lacks is cut from it, what it leaves is not seen."""
    rests: dict[str, Mapping[str, int]] = {}
    for telling in series.tellings:
        script, document = telling.episode.script, telling.script
        for number, shot in enumerate(script.shots if script and document and not telling.episode.frozen else ()):
            if document and shot.use and (there := _shown(series, shot, rests)):
                yield from _in_part(telling, Label(document.span(("shots", number, "seconds"))), shot, there)


def _shown(series: Series, shot: Shot, rests: dict[str, Mapping[str, int]]) -> _Shown | None:
    """What is shown instead of a shot, as far as its script is known; `rests` are kept by episode."""
    passed: set[str] = set()
    while shot.use and shot.use not in passed:
        passed.add(shot.use)
        id_, _, shot_id = normal(shot.use).partition("/")
        telling = next((each for each in series.tellings if each.episode.id == id_), None)
        script = telling.episode.script if telling else None
        number = next((n for n, each in enumerate(script.shots if script else ()) if each.id == shot_id), None)
        if telling is None or script is None or telling.script is None or number is None:
            return None
        shot = script.shots[number]
        if shot.bought:
            film = Film(series.spec, script, telling.script, False, telling.episode)
            rest = rests[id_] = rests[id_] if id_ in rests else _rests(film)
            return _Shown(film.label("shots", number, "seconds"), shot, shot.milliseconds + rest.get(shot.id, 0))
    return None


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
    if all(any(key in telling.told.data for key in STORY) for telling in series.tellings):
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
