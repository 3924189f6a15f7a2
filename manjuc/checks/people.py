"""Who is named, who is seen, and how many there are in a picture."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Mapping
from itertools import accumulate

from manjuc.diagnostic import Diagnostic
from manjuc.document import Document, Path
from manjuc.findings import Film, Series, hint, warning, word
from manjuc.lexicon import Lexicon
from manjuc.mentions import Roster, names_of
from manjuc.once import once
from manjuc.spec import Character, Prop, Scene, Script, Shot, bearer
from manjuc.text import elide
from manjuc.words import say

_MOST = 2  # people whom models keep apart in one picture
_TEXTS = ("action", "visuals")


def names_inside_names(series: Series) -> Iterator[Diagnostic]:
    """A name that holds another's name can be taken for the other, in a text that says it."""
    people = [each for each in series.spec.characters if not each.base and each.seen]
    owners = {name: each.id for each in people for name in names_of(each) if not name.isascii()}
    held = dict(_held(owners))
    said = "\n".join(_words(series)) if held else ""
    ends = tuple(accumulate(len(text) + 1 for text in _words(series))) if held else ()
    places: list[tuple[Document, Path]] = []
    for long, short in held.items():
        if (at := said.find(long)) >= 0:
            places = places or list(_texts(series))
            document, path = places[bisect.bisect_right(ends, at)]
            message = say("the name `{}` holds the name `{}`", elide(long, 40), elide(short, 40))
            note = say("`{}` and `{}` are two characters, and a model may read one for the other", long, short)
            help_ = say("write names in which no other name stands")
            yield hint("MJ0420", message, word(document, long, path), note, help_)


def _held(owners: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Names, each with the longest name of somebody else that stands in it."""
    places = {name: place for place, name in enumerate(owners)}
    lengths = sorted(set(map(len, owners)), reverse=True)
    for long, owner in owners.items():
        for length in (each for each in lengths if each < len(long)):
            pieces = {long[at : at + length] for at in range(len(long) - length + 1)}
            inner = [piece for piece in pieces if owners.get(piece, owner) != owner]
            if inner:
                yield long, min(inner, key=places.__getitem__)
                break


def _texts(series: Series) -> Iterator[tuple[Document, Path]]:
    """The place of every text of a shot that a person wrote."""
    for script, document in _scripts(series):
        for number, shot in enumerate(script.shots):
            lines: list[Path] = [("say", turn, "line") for turn in range(len(shot.say))]
            for way in (*((key,) for key in _TEXTS), *lines):
                yield document, ("shots", number, *way)


def _words(series: Series) -> Iterator[str]:
    return (text for script, _ in _scripts(series) for shot in script.shots for text in _words_of(shot))


def _words_of(shot: Shot) -> Iterator[str]:
    """Its action, the points of its picture and its lines."""
    yield from (getattr(shot, key) for key in _TEXTS)
    yield from (said.line for said in shot.say)


def _scripts(series: Series) -> Iterator[tuple[Script, Document]]:
    for telling in series.tellings:
        if telling.episode.script is not None and telling.script is not None:
            yield telling.episode.script, telling.script


def named_and_absent(film: Film) -> Iterator[Diagnostic]:
    """Whoever an action names is drawn, by a sheet only where the shot says that they are there."""
    cast = film.cast
    roster = _roster(cast, film.spec.places(film.script), film.spec.props, film.lexicon)
    for number, shot in film.shots():
        for key in _TEXTS if shot.bought else ():
            shown = tuple(roster.shown(getattr(shot, key)))
            here = set(map(bearer, shot.characters)) if shown else set[str]()
            absent = {m.who: m.name for m in shown if m.who not in here}
            for who, name in absent.items():
                if cast[who].sheet:
                    message = say("`{}` is named in the shot `{}` without being in it", elide(name, 40), shot.id)
                    note = say("no three views go along, so the model draws somebody else")
                    help_ = say("add `{}` to the shot's `characters`, or write the text without the name", who)
                    yield warning("MJ0421", message, word(film.document, name, ("shots", number, key)), note, help_)


@once(16)
def _roster(
    cast: Mapping[str, Character], places: Mapping[str, Scene], things: tuple[Prop, ...], lexicon: Lexicon
) -> Roster:
    """Everyone who can be named in a film; one for all episodes that invent nobody."""
    written = (text for thing in things for text in (thing.name, thing.text))
    return Roster(cast.values(), [*(place.name for place in places.values()), *written], lexicon)


def crowded_shot(film: Film) -> Iterator[Diagnostic]:
    """Beyond two people in a picture, models give one the face of another."""
    cast = film.cast
    for number, shot in film.shots():
        seen = {bearer(each.id) for each in _figures(cast, shot)}
        if shot.bought and len(seen) > _MOST:
            message = say("the shot `{}` shows {} characters", shot.id, len(seen))
            note = say("models keep two apart; from the third on, faces and clothes get mixed up")
            help_ = say("make two shots of it, or show the others as a `crowd`")
            yield warning("MJ0422", message, film.label("shots", number, "characters"), note, help_)


def twice_in_a_picture(film: Film) -> Iterator[Diagnostic]:
    """Whoever is in a shot in two looks is drawn as two people."""
    told = set[tuple[str, int, int]]()
    for number, shot in film.shots():
        once_each = dict[str, int]()
        for place, id_ in enumerate(shot.characters if shot.bought else ()):
            first = once_each.setdefault(bearer(id_), place)
            if first == place:
                continue
            label = film.label("shots", number, "characters", place)
            if label.span.place not in told:
                told.add(label.span.place)  # a part says it once for all of its shots
                message = say("the shot `{}` shows `{}` and `{}`", shot.id, shot.characters[first], id_)
                note = say("these are one person, whom a model draws twice")
                there = (film.label("shots", number, "characters", first),)
                help_ = say("leave out the one that is not meant")
                yield Diagnostic("MJ0428", "warning", message, label, there, (note,), help_)


def second_face(film: Film) -> Iterator[Diagnostic]:
    """In a close picture of two, the wrong lips may move."""
    cast = film.cast
    for number, shot in film.shots():
        if not shot.bought or not film.lexicon.fills(shot.framing):
            continue
        here = {bearer(each.id): each.name for each in _figures(cast, shot)}
        for turn, said in enumerate(shot.say):
            silent = [name for who, name in here.items() if who != said.who]
            if said.voice == "on" and silent and said.who in map(bearer, shot.characters):
                message = say("`{}` is in the picture while `{}` speaks", silent[0], cast[said.who].name)
                note = say("in a picture as close as `{}`, the wrong lips may move", shot.framing)
                label = film.label("shots", number, "say", turn, "who")
                yield hint("MJ0423", message, label, note, say("show the speaker alone, or from further away"))
                break


def _figures(cast: Mapping[str, Character], shot: Shot) -> list[Character]:
    """Those in a shot who have a face."""
    return [cast[id_] for id_ in shot.characters if cast[id_].sheet]
