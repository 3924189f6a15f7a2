"""What an episode says around its shots: hook, cliffhanger, cover, trims, and what its text model is told."""

from __future__ import annotations

from collections.abc import Iterator

from manjuc.diagnostic import ENOUGH, Diagnostic, Label
from manjuc.document import Document, Path
from manjuc.findings import Film, Series, Telling, error, seconds, warning
from manjuc.ids import normal
from manjuc.keystrokes import flow, write
from manjuc.longhand import STORY
from manjuc.spec import EpisodeId, Shot, ShotId
from manjuc.text import elide, nearest
from manjuc.timeline import duration, length, pack
from manjuc.words import named, say, shortened

_WITHIN = 3  # seconds in which a hook begins, where its author says nothing


def unknown_shots(film: Film) -> Iterator[Diagnostic]:
    """Whatever is said of a shot is said of one that the script has."""
    if film.told is None:
        return
    shots = [shot.id for shot in film.script.shots]
    unknown = [each for each in _told_of(film.told) if normal(each[0]) not in shots]
    for id_, path, of_key in unknown[:ENOUGH]:
        near = nearest(id_, shots)
        help_ = say("did you mean `{}`?", near) if near else None
        span = film.told.key_span(path) if of_key else film.told.span(path)
        label = Label(span, say("not in the script"))
        yield error("MJ0316", say("unknown shot `{}`", elide(id_, 40)), label, help_=help_)


def _told_of(told: Document) -> Iterator[tuple[str, Path, bool]]:
    """Every shot that a file speaks of, where it does, and whether it stands there as a key."""
    for key in ("hook", "cover"):
        if "shot" in told.data.get(key, {}):
            yield told.data[key]["shot"], (key, "shot"), False
    if "cliffhanger" in told.data:
        yield told.data["cliffhanger"], ("cliffhanger",), False
    for id_ in told.data.get("trim", {}):
        yield id_, ("trim", id_), True


def late_hook(film: Film) -> Iterator[Diagnostic]:
    """The hook catches people before they go on."""
    if film.told is None or "hook" not in film.told.data:
        return
    hook = film.told.data["hook"]
    within = round(hook.get("within", _WITHIN) * 1000)
    begins = 0
    for shot in film.script.shots:
        if shot.id == normal(hook["shot"]):
            if begins > within:
                message = say("the hook `{}` begins at {}", shot.id, seconds(begins))
                note = say("it has to begin within {}", seconds(within))
                help_ = say("move it forward, or shorten what comes before it")
                yield warning("MJ0432", message, Label(film.told.span(("hook", "shot"))), note, help_)
            return
        begins += film.kept(shot)


def early_cliffhanger(film: Film) -> Iterator[Diagnostic]:
    """A cliffhanger is the last thing that is seen; cards may follow."""
    if film.told is None or "cliffhanger" not in film.told.data:
        return
    shots = list(film.shots())
    at = next((n for n, shot in shots if shot.id == normal(film.told.data["cliffhanger"])), len(shots))
    after = next(((n, shot) for n, shot in shots[at + 1 :] if not shot.card), None)
    if after:
        message = say("the shot `{}` follows the cliffhanger", after[1].id)
        label = Label(film.told.span(("cliffhanger",)))
        there = (Label(film.document.key_span(("shots", after[0]))),)
        help_ = say("move it to the end, or name the last shot")
        yield Diagnostic("MJ0433", "warning", message, label, there, help=help_)


def impossible_trims(film: Film) -> Iterator[Diagnostic]:
    """A trim keeps a stretch of what there is."""
    told = film.told
    if told is None or "trim" not in told.data:
        return
    room, shots = _room(film), {shot.id: shot for shot in film.script.shots}
    for id_, given in told.data["trim"].items():
        shot = shots.get(ShotId(normal(id_)))
        if shot is None:
            continue
        trim, path = film.episode.trim(shot.id), ("trim", id_)
        end = shot.milliseconds if trim.end is None else trim.end
        if trim.start >= end:
            message = say("the trim leaves nothing of the shot `{}`", shot.id)
            note = say("the shot has {}", seconds(shot.milliseconds))
            turned = trim.end is not None and 0 < trim.end < trim.start
            help_ = write(flow({"from": given["to"], "to": given["from"]})) if turned else None
            label = Label(told.span((*path, "from" if "from" in given else "to")))
            yield error("MJ0434", message, label, note, help_)
        elif (most := room.get(shot.id)) is not None and end > most:
            message = say("the trim goes beyond the shot `{}`", shot.id)
            note = say("there are {} of it", seconds(most))
            if most > shot.milliseconds:
                note = say("there are {} of it: the rest of its clip included", seconds(most))
            help_ = say("write `{}`, or make the shot longer", f"to: {most / 1000:g}")
            yield warning("MJ0434", message, Label(told.span((*path, "to"))), note, help_)


def _room(film: Film) -> dict[str, int]:
    """Milliseconds that there are of each shot from its start, as far as that is known."""
    model = film.spec.models.video
    found: dict[str, int] = {}
    for shot in film.script.shots:
        if shot.bought:
            found[shot.id] = shot.milliseconds
        elif shot.video and not shot.use and not shot.card:
            found[shot.id] = max(shot.milliseconds, shot.video.milliseconds)
    if model.durations and all(map(film.fits, film.script.shots)):
        for clip in pack(film.script.shots, model):
            last: Shot = clip[-1]
            found[last.id] += (duration(clip, model) or length(clip)) - length(clip)
    return found


def missing_theme(series: Series) -> Iterator[Diagnostic]:
    """A text model needs something to write about: a theme, or a chapter of a novel."""
    for telling in series.tellings:
        told = telling.told.data
        if not _asked(telling) or "source" in told or "theme" in told or series.spec.theme:
            continue
        label = Label(telling.told.key_span(()), say("{} has no `{}`", say("this file"), "theme"))
        help_ = say("add `{}`", "theme: 雨夜的赛博校园里，一枚发光校徽失窃。")
        yield error("MJ0202", say("`{}` is missing", "theme"), label, help_=help_)


def missing_length(series: Series) -> Iterator[Diagnostic]:
    """A text model is told how long the film is; in a series nothing says so by itself."""
    if series.spec.format.milliseconds is None and any(map(_asked, series.tellings)):
        label = Label(series.document.key_span(("format",)), say("{} has no `{}`", say("this file"), "seconds"))
        help_ = say("add `{}`", "format: {seconds: 60}")
        yield error("MJ0202", say("`{}` is missing", "seconds"), label, help_=help_)


def silent_episodes(series: Series) -> Iterator[Diagnostic]:
    """`so_far: true` tells the loglines of earlier episodes, as far as they have one."""
    missing: list[EpisodeId] = []
    for telling in series.tellings:
        if missing and telling.told.data.get("so_far") is True and _asked(telling):
            label = Label(telling.told.span(("so_far",)))
            message = say("`so_far` tells nothing of {}", shortened(named(missing)))
            note = say("an episode without a `logline` is left out")
            yield warning("MJ0440", message, label, note, say("add a `logline` to each of them"))
        missing += [] if telling.episode.logline else [telling.episode.id]


def untold(series: Series) -> Iterator[Diagnostic]:
    """What only a text model reads, beside a story that a person wrote."""
    for telling in series.tellings:
        story = next((key for key in STORY if key in telling.told.data), None)
        keys = ("source", "so_far", "theme") if "episode" in telling.told.data else ("source",)
        for key in keys if story else ():
            if key in telling.told.data:
                yield _idle(telling.told, key, story or "")


def _idle(told: Document, key: str, story: str) -> Diagnostic:
    message = say("`{}` has no effect beside `{}`", key, story)
    there = (Label(told.key_span((story,)), say("no text model is asked")),)
    return Diagnostic("MJ0437", "warning", message, Label(told.key_span((key,))), there, help=say("delete `{}`", key))


def idle_series_limits(series: Series) -> Iterator[Diagnostic]:
    """Limits speak to the text model, which is not asked where every episode is written by hand."""
    if (
        series.spec.series
        and "limits" in series.document.data
        and series.tellings
        and all(map(_by_hand, series.tellings))
    ):
        message = say("`limits` has no effect: every episode is written by hand")
        yield warning("MJ0413", message, Label(series.document.key_span(("limits",))), help_=say("delete `limits`"))


def _by_hand(telling: Telling) -> bool:
    return any(key in telling.told.data for key in STORY)


def _asked(telling: Telling) -> bool:
    """True where a text model writes the story, or may have to write it again."""
    return not _by_hand(telling) and not telling.episode.frozen
