"""Lines against the time that their shots have for them, and what stands in them without being said."""

from __future__ import annotations

import re
from collections.abc import Iterator

from manjuc import manner
from manjuc.diagnostic import Diagnostic, Label
from manjuc.findings import Film, seconds, warning, word
from manjuc.spec import Say
from manjuc.text import elide
from manjuc.words import say

_LETTER = 1000 / 4.5  # milliseconds of a Chinese character, and of a Latin word
_WORD = 1000 / 2.5
_PAUSE = 300  # milliseconds between two lines
_SLACK = 100  # films are cut in tenths of a second: what is less is no fault

_CHINESE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]")
_LATIN = re.compile(r"[^\W\d_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]+(?:['’][^\W\d_]+)*")
_DIGITS = re.compile(r"\d+")


def crowded_lines(film: Film) -> Iterator[Diagnostic]:
    """Whatever is said in a shot, by whatever voice, has to be said while it lasts."""
    for number, shot in film.shots():
        if not shot.say:
            continue
        taken = round(sum(map(_spoken, shot.say)) + _PAUSE * (len(shot.say) - 1))
        there = min(shot.milliseconds, film.kept(shot)) or shot.milliseconds
        if taken >= there + _SLACK:
            needed = -(-taken // 100) * 100
            message = say("the lines of the shot `{}` are longer than the shot", shot.id)
            note = say("they take about {}, the shot has {}", seconds(needed), seconds(there))
            help_ = say("shorten them, or make the shot {} longer", seconds(needed - there))
            one = len(shot.say) == 1
            path = ("shots", number, "say", 0, "line") if one else ("shots", number, "say")
            label = Label(film.document.span(path) if one else film.document.key_span(path))
            yield warning("MJ0430", message, label, note, help_)


def directions(film: Film) -> Iterator[Diagnostic]:
    """`（哽咽）我没事。`: whatever stands in a line is said and shown, how it is said too."""
    for number, shot in film.shots():
        for turn, said in enumerate(shot.say):
            found = manner.ahead(said.line)
            if found and (found[1] or said.voice != "inner"):  # a thought may stand in brackets as a whole
                given, line = found
                path = ("shots", number, "say", turn)
                message = say("a line of the shot `{}` begins with how it is said", shot.id)
                note = say("`{}` is spoken, and stands in the subtitles", elide(given, 40))
                speaker, voice = (str(film.document.at((*path, key)) or "") for key in ("who", "as"))
                elsewhere = say("write it into the shot's `action`")
                help_ = manner.instead(given, speaker, line, voice) if line else elsewhere
                yield warning("MJ0442", message, word(film.document, given, (*path, "line")), note, help_)


def _spoken(said: Say) -> float:
    """Milliseconds that a line takes, said without haste; a number is read digit by digit in Chinese."""
    chinese, words = len(_CHINESE.findall(said.line)), len(_LATIN.findall(said.line))
    numbers = _DIGITS.findall(said.line)
    digits = sum(map(len, numbers)) * _LETTER if chinese or not words else len(numbers) * _WORD
    return chinese * _LETTER + words * _WORD + digits
