"""Pictures that go along with shots, and the author's own pictures and clips."""

from __future__ import annotations

from collections.abc import Iterator

from manjuc import whereabouts
from manjuc.diagnostic import Diagnostic, Label
from manjuc.document import Document, Path
from manjuc.findings import Film, seconds, warning
from manjuc.spec import Asset, Spec
from manjuc.words import Words, say

_MOST_PICTURES = 3  # of people, things and the place: with more, image models mix them up
_MOST_PEOPLE = 2  # more of them are a finding of their own
_SMALL = 512  # pixels of the shorter side
_LARGE = 7 << 20  # bytes: Gemini takes no larger picture within a request
_LIKE = 1.1  # how far the sides of a picture may be from the film's shape
_SLACK = 100  # milliseconds that a clip may lack


def many_pictures(film: Film) -> Iterator[Diagnostic]:
    """Many references in one shot: a model keeps to few of them."""
    cast = film.cast
    for number, shot in film.shots():
        people = [who for who in shot.characters if cast[who].sheet]
        count = len(people) + len(shot.props) + bool(shot.scene)
        if shot.bought and count > _MOST_PICTURES and len(people) <= _MOST_PEOPLE:
            message = say("the shot `{}` needs {} reference pictures", shot.id, count)
            note = say("beside the style, more than {} are mixed up by most models", _MOST_PICTURES)
            help_ = say("show fewer props in it, or make two shots of it")
            yield warning("MJ0451", message, film.label("shots", number, "props"), note, help_)


def own_pictures(spec: Spec, document: Document) -> Iterator[Diagnostic]:
    """Sheets, plates and pictures of props that the author made."""
    for who in spec.characters:
        if who.image:
            label = _label(document, (*whereabouts.path_of(document, "characters", who.id), "image"))
            yield from _sizes(who.image, label)
            if who.image.width < who.image.height:
                help_ = say("put front, side and back beside each other in one wide picture")
                yield _shape(who.image, say("three views of a character are wider than high"), label, help_)
    for scene in spec.scenes:
        if scene.image:
            label = _label(document, (*whereabouts.path_of(document, "scenes", scene.id), "image"))
            yield from (*_sizes(scene.image, label), *_unlike(scene.image, spec, label))
    for prop in spec.props:
        if prop.image:
            yield from _sizes(prop.image, _label(document, (*whereabouts.path_of(document, "props", prop.id), "image")))
    if spec.style.image:
        yield from _sizes(spec.style.image, _label(document, ("style", "image")))


def own_cells(film: Film) -> Iterator[Diagnostic]:
    """Pictures and clips of single shots that the author made."""
    for number, shot in film.shots():
        if shot.image:
            label = film.label("shots", number, "image")
            yield from (*_sizes(shot.image, label), *_unlike(shot.image, film.spec, label))
        if shot.video:
            label = film.label("shots", number, "video")
            yield from _unlike(shot.video, film.spec, label)
            end = film.episode.trim(shot.id).end
            wanted = shot.milliseconds if end is None else end
            if shot.video.milliseconds + _SLACK < wanted:
                message = say("`{}` is shorter than the shot `{}`", shot.video.path, shot.id)
                note = say(
                    "it has {}, the film takes {}; its last frame stands still",
                    *map(seconds, (shot.video.milliseconds, wanted)),
                )
                help_ = say("make the shot {} long", seconds(shot.video.milliseconds // 100 * 100))
                yield warning("MJ0473", message, label, note, help_)


def _label(document: Document, path: Path) -> Label:
    return Label(document.span(path))


def _sizes(asset: Asset, label: Label) -> Iterator[Diagnostic]:
    if min(asset.width, asset.height) < _SMALL:
        message = say("`{}` is small", asset.path)
        note = say("it has {} × {} pixels; faces and patterns are lost below {}", asset.width, asset.height, _SMALL)
        yield warning("MJ0471", message, label, note, say("give a larger picture"))
    if asset.size > _LARGE:
        message = say("`{}` is large", asset.path)
        note = say(
            "it has {} MB; requests take pictures of at most {} MB", f"{asset.size / (1 << 20):.1f}", _LARGE >> 20
        )
        yield warning("MJ0472", message, label, note, say("save it as JPEG, or with fewer pixels"))


def _unlike(asset: Asset, spec: Spec, label: Label) -> Iterator[Diagnostic]:
    wide, high = (int(part) for part in spec.format.aspect_ratio.split(":"))
    if not 1 / _LIKE < asset.width * high / (asset.height * wide) < _LIKE:
        note = say("the film has the shape {}", spec.format.aspect_ratio)
        yield _shape(asset, note, label, say("cut it to the shape of the film"))


def _shape(asset: Asset, note: Words, label: Label, help_: Words) -> Diagnostic:
    message = say("`{}` has {} × {} pixels, which is the wrong shape", asset.path, asset.width, asset.height)
    return warning("MJ0470", message, label, note, help_)
