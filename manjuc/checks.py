"""What only a person would notice in a spec or a script: checks of meaning, each a small generator in a table.

Later checks are quiet about what earlier ones refuse: one problem per cause.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from manjuc.diagnostic import Diagnostic, Label, Severity, in_order
from manjuc.document import Document, Path
from manjuc.models import PREVIEW, Model
from manjuc.spec import Range, Script, Shot, Spec
from manjuc.text import elide, listed

_SLACK = 500  # milliseconds at the end of a film that shots may leave unfilled


@dataclass(frozen=True, slots=True)
class _Film:
    """A script on its way to be checked."""

    spec: Spec
    script: Script
    document: Document
    limits: bool

    def label(self, *path: str | int) -> Label:
        """A pointer to a value of the script."""
        return Label(self.document.span(path))

    @property
    def whole(self) -> int | None:
        """Milliseconds of the film, where the spec says it."""
        return self.spec.format.milliseconds

    @property
    def longest(self) -> int | None:
        """Milliseconds of the longest clip of the video model."""
        return max(self.spec.models.video.durations, default=None)

    def fits(self, shot: Shot) -> bool:
        """True for a shot that can be filmed at all."""
        longest = min(self.whole or shot.milliseconds, self.longest or shot.milliseconds)
        return _tenth(shot.milliseconds) and shot.milliseconds <= longest


def spec(spec: Spec, document: Document) -> tuple[Diagnostic, ...]:
    """Everything about a spec that cannot work, before anything is paid for."""
    return in_order(found for check in _OF_SPEC for found in check(spec, document))


def script(script: Script, spec: Spec, document: Document, *, limits: bool) -> tuple[Diagnostic, ...]:
    """Everything about a script that cannot work; with `limits`, also whether a text model did what it was asked."""
    film = _Film(spec, script, document, limits)
    return in_order(found for check in _OF_SCRIPT for found in check(film))


def _error(code: str, message: str, label: Label, note: str = "", help_: str | None = None) -> Diagnostic:
    return Diagnostic(code, "error", message, label, notes=(note,) if note else (), help=help_)


def _tenth(milliseconds: int) -> bool:
    return milliseconds >= 100 and milliseconds % 100 == 0


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.3f}".rstrip("0").rstrip(".") + " s"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _key(document: Document, *path: str) -> Label:
    """A pointer to a value where the author wrote it, else to the nearest key above."""
    written = document.at(path) is not None
    return Label(document.span(path) if written else document.key_span(path), "" if written else "by default")


def uneven_seconds(spec: Spec, document: Document) -> Iterator[Diagnostic]:
    """Films and shots are cut in tenths of a second."""
    asked = spec.limits.shot_milliseconds
    given: tuple[tuple[int | None, Path], ...] = (
        (spec.format.milliseconds, ("format", "seconds")),
        (asked.min, ("limits", "shot_seconds", "min")),
        (asked.max, ("limits", "shot_seconds", "max")),
    )
    for milliseconds, path in given:
        if milliseconds is not None and not _tenth(milliseconds) and document.at(path) is not None:
            yield _uneven(str(path[-1]), Label(document.span(path)))


def _uneven(name: str, label: Label) -> Diagnostic:
    return _error("MJ0404", f"`{name}` must be a multiple of 0.1", label, "films are cut in tenths of a second")


def contradicting_limits(spec: Spec, document: Document) -> Iterator[Diagnostic]:
    """Limits that no script can keep to."""
    if "script" in document.data or "limits" not in document.data:
        return
    limits, film = spec.limits, spec.format.milliseconds or 0
    ranges = {"shots": limits.shots, "shot_seconds": limits.shot_milliseconds}
    ranges |= {"characters": limits.characters, "scenes": limits.scenes}
    turned = [name for name, range_ in ranges.items() if range_.min > range_.max]
    for name in turned:
        yield _error("MJ0408", f"`min` of `{name}` is more than `max`", Label(document.span(("limits", name))))
    if turned:
        return
    for name, declared in (("characters", len(spec.characters)), ("scenes", len(spec.scenes))):
        if declared > ranges[name].max:
            message = f"the spec declares {declared} `{name}`, its limits allow {ranges[name].max}"
            yield _error("MJ0408", message, Label(document.span(("limits", name, "max"))))
    least, most = limits.shots.min * limits.shot_milliseconds.min, limits.shots.max * limits.shot_milliseconds.max
    written = [name for name in ("shots", "shot_seconds") if name in document.data["limits"]]
    label = Label(document.key_span(("limits", *written[:1])))
    if least > film:
        note = f"{_counted(limits.shots.min, 'shot')} of {_seconds(limits.shot_milliseconds.min)} are {_seconds(least)}"
        yield _error("MJ0408", f"the limits need more than the {_seconds(film)} of the film", label, note)
    elif most < film:
        note = f"{_counted(limits.shots.max, 'shot')} of {_seconds(limits.shot_milliseconds.max)} are {_seconds(most)}"
        yield _error("MJ0408", f"the limits cannot fill the {_seconds(film)} of the film", label, note)


def idle_limits(spec: Spec, document: Document) -> Iterator[Diagnostic]:
    """Limits speak to the text model, which is not asked where a script is given."""
    if "script" in document.data and "limits" in document.data:
        label = Label(document.key_span(("limits",)))
        there = (Label(document.key_span(("script",)), "no text model is asked"),)
        message = "`limits` has no effect beside `script`"
        yield Diagnostic("MJ0413", "warning", message, label, there, help="delete `limits`")


def unfit_models(spec: Spec, document: Document) -> Iterator[Diagnostic]:
    """The models have to be able to make the format."""
    ratio = spec.format.aspect_ratio
    for kind, model in (("image", spec.models.image), ("video", spec.models.video)):
        if model.aspect_ratios and ratio not in model.aspect_ratios:
            message = f"the {kind} model `{_name(model)}` does not make `{ratio}`"
            help_ = f"aspect ratios that it makes: {listed(model.aspect_ratios)}"
            yield _error("MJ0410", message, _key(document, "format", "aspect_ratio"), help_=help_)
    if spec.format.hd and not spec.models.video.hd:
        message = f"the video model `{_name(spec.models.video)}` does not make `hd`"
        yield _error(
            "MJ0411", message, _key(document, "format", "hd"), help_="write `hd: false`, or choose another model"
        )


def _name(model: Model) -> str:
    return model.name.removeprefix(PREVIEW)


def overlong_shot(film: _Film) -> Iterator[Diagnostic]:
    """A shot fits into the film and into one clip, and is cut in tenths of a second."""
    for number, shot in enumerate(film.script.shots):
        label = film.label("shots", number, "seconds")
        name = f"the shot `{shot.id}`"
        if film.whole is not None and shot.milliseconds > film.whole:
            yield _error("MJ0401", f"{name} is longer than the film", label, f"the film is {_seconds(film.whole)} long")
        elif film.longest is not None and shot.milliseconds > film.longest:
            note = f"`{_name(film.spec.models.video)}` makes clips of at most {_seconds(film.longest)}"
            yield _error("MJ0405", f"{name} is longer than any clip", label, note, "make two shots of it")
        elif not _tenth(shot.milliseconds):
            yield _uneven("seconds", label)


def unequal_sum(film: _Film) -> Iterator[Diagnostic]:
    """The shots together are as long as the film."""
    if film.whole is None or not all(map(film.fits, film.script.shots)):
        return
    total = sum(shot.milliseconds for shot in film.script.shots)
    label = Label(film.document.key_span(("shots",)), f"{_seconds(total)} in all")
    note = f"the film is {_seconds(film.whole)} long"
    if total > film.whole:
        help_ = f"shorten shots by {_seconds(total - film.whole)} in all"
        yield _error("MJ0402", "the shots are longer than the film", label, note, help_)
    elif film.whole - total > _SLACK:
        severity: Severity = "error" if film.limits else "warning"
        help_ = f"lengthen shots by {_seconds(film.whole - total)} in all"
        message = "the shots do not fill the film"
        yield Diagnostic("MJ0403", severity, message, label, notes=(note,), help=help_)


def broken_limits(film: _Film) -> Iterator[Diagnostic]:
    """What a text model was asked to keep to."""
    if not film.limits:
        return
    limits, script = film.spec.limits, film.script
    label = Label(film.document.key_span(("shots",)))
    yield from _outside("MJ0406", len(script.shots), limits.shots, "shot", label)
    cast, places = len(film.spec.cast(script)), len(film.spec.places(script))
    for name, count, range_ in (("character", cast, limits.characters), ("scene", places, limits.scenes)):
        yield from _outside("MJ0414", count, range_, name, Label(film.document.key_span((f"{name}s",))))
    least, most = limits.shot_milliseconds.min, limits.shot_milliseconds.max
    for number, shot in enumerate(script.shots):
        if film.fits(shot) and not least <= shot.milliseconds <= most:
            message = f"the shot `{shot.id}` must have {_seconds(least)} to {_seconds(most)}"
            yield _error("MJ0407", message, film.label("shots", number, "seconds"))


def _outside(code: str, count: int, range_: Range, noun: str, label: Label) -> Iterator[Diagnostic]:
    if not range_.min <= count <= range_.max:
        asked = _counted(range_.max, noun)
        least = f"{range_.min} to " if range_.min < range_.max else ""
        yield _error(code, f"the script must have {least}{asked}, it has {count}", label)


def misplaced_voice(film: _Film) -> Iterator[Diagnostic]:
    """Lips move only in a picture that shows them."""
    cast = film.spec.cast(film.script)
    for number, shot in enumerate(film.script.shots):
        for place, say in enumerate(shot.say):
            if say.voice != "on" or (say.who in shot.characters and cast[say.who].seen):
                continue
            seen = cast[say.who].seen
            message = f"`{elide(say.who, 40)}` speaks `on` without being in the shot"
            help_ = f"write `as: off`, or add `{say.who}` to the shot's `characters`" if seen else "write `as: off`"
            said = ("shots", number, "say", place)
            yield _error(
                "MJ0412", message, film.label(*said, "as" if film.document.at((*said, "as")) else "who"), "", help_
            )


def unseen_in_shot(film: _Film) -> Iterator[Diagnostic]:
    """A narrator is heard, and stands in no picture."""
    cast = film.spec.cast(film.script)
    for number, shot in enumerate(film.script.shots):
        for who in shot.characters:
            if not cast[who].seen:
                given = film.document.at(("shots", number, "characters"))
                names = (who, cast[who].name)
                place = next((index for index, word in enumerate(given) if word in names), 0)
                label = film.label("shots", number, "characters", place)
                message = f"`{elide(who, 40)}` is never seen, and is in the shot `{shot.id}`"
                yield _error("MJ0415", message, label, help_=f"take `{who}` out of the shot's `characters`")


_OF_SPEC: tuple[Callable[[Spec, Document], Iterator[Diagnostic]], ...] = (
    uneven_seconds,
    contradicting_limits,
    idle_limits,
    unfit_models,
)
_OF_SCRIPT: tuple[Callable[[_Film], Iterator[Diagnostic]], ...] = (
    overlong_shot,
    unequal_sum,
    broken_limits,
    misplaced_voice,
    unseen_in_shot,
)
