"""Lengths and counts: shots against clips and films, limits against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from manjuc.diagnostic import Diagnostic, Label, Severity
from manjuc.document import Document, Path
from manjuc.findings import Film, counted, error, finding, name, seconds, tenth
from manjuc.longhand import STORY
from manjuc.spec import Character, Range, Scene, Spec
from manjuc.words import say

_SLACK = 500  # milliseconds at the end of a film that shots may leave unfilled


def uneven_seconds(spec: Spec, document: Document) -> Iterator[Diagnostic]:
    """Films and shots are cut in tenths of a second."""
    asked, whole = spec.limits.shot_milliseconds, ("format", "seconds")
    bounded = document.at((*whole, "max")) is not None
    given: tuple[tuple[int | None, Path], ...] = (
        (spec.format.least, (*whole, "min")),
        (spec.format.milliseconds, (*whole, "max") if bounded else whole),
        (asked.min, ("limits", "shot_seconds", "min")),
        (asked.max, ("limits", "shot_seconds", "max")),
    )
    for milliseconds, path in given:
        if milliseconds is not None and not tenth(milliseconds) and document.at(path) is not None:
            yield _uneven(str(path[-1]), Label(document.span(path)))


def _uneven(name: str, label: Label) -> Diagnostic:
    message = say("`{}` must be a multiple of 0.1", name)
    return error("MJ0404", message, label, say("films are cut in tenths of a second"))


def contradicting_limits(spec: Spec, document: Document) -> Iterator[Diagnostic]:
    """Limits that no script can keep to."""
    if "limits" not in document.data or any(key in document.data for key in STORY) or not spec.format.milliseconds:
        return
    limits, film = spec.limits, spec.format.milliseconds or 0
    ranges = {"shots": limits.shots, "shot_seconds": limits.shot_milliseconds}
    ranges |= {"characters": limits.characters, "scenes": limits.scenes}
    turned = [key for key, range_ in ranges.items() if range_.min > range_.max]
    for key in turned:
        message = say("`min` of `{}` is more than `max`", key)
        yield error("MJ0408", message, Label(document.span(("limits", key))))
    if turned:
        return
    people, places = (len([each for each in group if not each.base]) for group in (spec.characters, spec.scenes))
    for key, declared in (("characters", people), ("scenes", places)):
        if declared > ranges[key].max:
            message = say("the spec declares {} `{}`, its limits allow {}", declared, key, ranges[key].max)
            yield error("MJ0408", message, Label(document.span(("limits", key, "max"))))
    least, most = limits.shots.min * limits.shot_milliseconds.min, limits.shots.max * limits.shot_milliseconds.max
    given = [key for key in ("shots", "shot_seconds") if key in document.data["limits"]]
    label = Label(document.key_span(("limits", *given[:1])))
    if least > film:
        shots, each = counted(limits.shots.min, "shot"), seconds(limits.shot_milliseconds.min)
        message = say("the limits need more than the {} of the film", seconds(film))
        yield error("MJ0408", message, label, say("{} of {} are {}", shots, each, seconds(least)))
    elif most < film:
        shots, each = counted(limits.shots.max, "shot"), seconds(limits.shot_milliseconds.max)
        message = say("the limits cannot fill the {} of the film", seconds(film))
        yield error("MJ0408", message, label, say("{} of {} are {}", shots, each, seconds(most)))


def idle_limits(spec: Spec, document: Document) -> Iterator[Diagnostic]:
    """Limits speak to the text model, which is not asked where a script is given."""
    story = next((key for key in STORY if key in document.data), None)
    if story and "limits" in document.data:
        label = Label(document.key_span(("limits",)))
        there = (Label(document.key_span((story,)), say("no text model is asked")),)
        message = say("`limits` has no effect beside `{}`", story)
        yield Diagnostic("MJ0413", "warning", message, label, there, help=say("delete `limits`"))


def overlong_shot(film: Film) -> Iterator[Diagnostic]:
    """A shot fits into the film and into one clip, and is cut in tenths of a second."""
    for number, shot in film.shots():
        if film.fits(shot):
            continue
        label = film.label("shots", number, "seconds")
        unfilmable = film.longest is not None and shot.bought and shot.milliseconds > film.longest
        # Beyond the film is a warning for a script that was accepted; beyond every clip nothing can be planned.
        beyond = film.whole is not None and shot.milliseconds > film.whole and not (unfilmable and film.generated)
        if film.whole is not None and beyond:
            message = say("the shot `{}` is longer than the film", shot.id)
            yield finding(_beyond(film), "MJ0401", message, label, say("the film is {} long", seconds(film.whole)))
        elif film.longest is not None and unfilmable:
            message = say("the shot `{}` is longer than any clip", shot.id)
            note = say("`{}` makes clips of at most {}", name(film.spec.models.video), seconds(film.longest))
            yield error("MJ0405", message, label, note, say("make two shots of it"))
        else:
            yield _uneven("seconds", label)


def unequal_sum(film: Film) -> Iterator[Diagnostic]:
    """The shots together are as long as the film."""
    if film.whole is None or not all(map(film.fits, film.script.shots)):
        return
    total = sum(map(film.kept, film.script.shots))
    least = film.spec.format.least
    label = Label(film.document.key_span(("shots",)), say("{} in all", seconds(total)))
    note = say("the film is {} long", seconds(film.whole))
    if least is not None:
        note = say("the film is {} to {} long", seconds(least), seconds(film.whole))
    if total > film.whole:
        help_ = say("shorten shots by {} in all", seconds(total - film.whole))
        yield finding(_beyond(film), "MJ0402", say("the shots are longer than the film"), label, note, help_)
    elif (wanted := film.whole - _SLACK if least is None else least) > total:
        severity: Severity = "error" if film.limits else "warning"
        missing = film.whole - total if least is None else wanted - total
        help_ = say("lengthen shots by {} in all", seconds(missing))
        yield finding(severity, "MJ0403", say("the shots do not fill the film"), label, note, help_)


def _beyond(film: Film) -> Severity:
    """What its author makes longer in a generated script stays so: other seconds would ask for another script."""
    return "warning" if film.generated else "error"


def broken_limits(film: Film) -> Iterator[Diagnostic]:
    """What a text model was asked to keep to."""
    if not film.limits:
        return
    limits, script = film.spec.limits, film.script
    label = Label(film.document.key_span(("shots",)))
    yield from _outside("MJ0406", len(script.shots), limits.shots, "shot", label)
    cast, places = _bases(film.spec.cast(script)), _bases(film.spec.places(script))
    for noun, count, range_ in (("character", cast, limits.characters), ("scene", places, limits.scenes)):
        yield from _outside("MJ0414", count, range_, noun, Label(film.document.key_span((f"{noun}s",))))
    least, most = limits.shot_milliseconds.min, limits.shot_milliseconds.max
    for number, shot in enumerate(script.shots):
        if film.fits(shot) and not least <= shot.milliseconds <= most:
            message = say("the shot `{}` must have {} to {}", shot.id, seconds(least), seconds(most))
            yield error("MJ0407", message, film.label("shots", number, "seconds"))


def _outside(code: str, count: int, range_: Range, noun: str, label: Label) -> Iterator[Diagnostic]:
    if not range_.min <= count <= range_.max:
        asked = counted(range_.max, noun)
        if range_.min < range_.max:
            asked = say("{} to {}", range_.min, asked)
        yield error(code, say("the script must have {}, it has {}", asked, count), label)


def _bases(declared: Mapping[str, Character] | Mapping[str, Scene]) -> int:
    """How many there are, looks and times aside."""
    return sum(not each.base for each in declared.values())
