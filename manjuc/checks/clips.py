"""What is bought in clips: seconds that no film shows, people and places that change within one clip."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from manjuc.diagnostic import Diagnostic, Label
from manjuc.findings import Film, Series, counted, error, name, seconds, warning
from manjuc.longhand import STORY
from manjuc.models import Money
from manjuc.spec import Shot, bearer
from manjuc.timeline import Clip, duration, fewest_and_most, length, pack
from manjuc.words import Words, named, say

_SPARE = 2000  # milliseconds cut away that are worth a word; fewer are where they are this part of what is bought:
_PART = 4
_LITTLE = 1000  # milliseconds that never are
_SLACK = 500  # that a film may stay below its length
_TIMES = 2  # as many seconds bought as the film's length alone takes


def _clips(film: Film) -> tuple[Clip, ...]:
    """The clips of a film, as they are bought from scratch; none where a shot fits into no clip."""
    fitting = all(map(film.fits, film.script.shots)) and film.spec.models.video.durations
    return pack(film.script.shots, film.spec.models.video) if fitting else ()


def changing_clip(film: Film) -> Iterator[Diagnostic]:
    """In one clip a person wears one look, and a place has one time: a video model has no cut to change at."""
    numbers = {shot.id: number for number, shot in film.shots()}
    for clip in _clips(film):
        seen: dict[str, tuple[str, Label]] = {}
        for shot in clip:
            at = ("shots", numbers[shot.id])
            given = film.document.at((*at, "characters")) or ()
            shown = [
                (id_, Label(film.document.span((*at, "characters", n))))
                for n, id_ in zip(range(len(given)), shot.characters, strict=False)
            ]
            for id_, label in (*shown, (shot.scene, film.label(*at, "scene"))):
                kind = "scene" if id_ == shot.scene else "character"
                before, first = seen.setdefault(f"{kind} {bearer(id_)}", (id_, label))
                if before != id_ and shot.bought:
                    yield _changes(film, clip, (before, id_), (first, label))
                    seen[f"{kind} {bearer(id_)}"] = (id_, label)


def _changes(film: Film, clip: Clip, ids: tuple[str, str], labels: tuple[Label, Label]) -> Diagnostic:
    message = say("one clip shows `{}` and `{}`", *ids)
    note = say("the shots {} are bought as one clip", named(shot.id for shot in clip))
    help_ = say("give each a part of its own")
    if len(clip) == sum(shot.bought for shot in film.script.shots):
        help_ = say("put a card between them: a film that fits into one clip is bought as one")
    return Diagnostic("MJ0428", "warning", message, labels[1], labels[:1], (note,), help_)


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
    """True for a film of a person's hand whose length is as the spec wants it: otherwise shots will change anyway."""
    total, whole, least = sum(map(film.kept, film.script.shots)), film.whole, film.spec.format.least
    return not film.limits and (whole is None or (whole - _SLACK if least is None else least) <= total <= whole)


def _part(shot: Shot) -> tuple[int, str]:
    return (shot.part, "") if shot.part else (0, shot.scene)


def _lengths(bought: list[int]) -> tuple[Words, ...]:
    return tuple(map(seconds, bought))


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
