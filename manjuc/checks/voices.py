"""Who is heard and who is seen."""

from __future__ import annotations

from collections.abc import Iterator

from manjuc.diagnostic import Diagnostic
from manjuc.findings import Film, error
from manjuc.spec import bearer
from manjuc.text import elide
from manjuc.words import say


def misplaced_voice(film: Film) -> Iterator[Diagnostic]:
    """Lips move only in a picture that shows them."""
    cast = film.spec.cast(film.script)
    for number, shot in enumerate(film.script.shots):
        for place, line in enumerate(shot.say):
            if line.voice != "on" or (line.who in map(bearer, shot.characters) and cast[line.who].seen):
                continue
            seen = cast[line.who].seen
            message = say("`{}` speaks `on` without being in the shot", elide(line.who, 40))
            help_ = say("write `as: off`, or add `{}` to the shot's `characters`", line.who)
            said = ("shots", number, "say", place)
            label = film.label(*said, "as" if film.document.at((*said, "as")) else "who")
            yield error("MJ0412", message, label, help_=help_ if seen else say("write `as: off`"))


def unseen_in_shot(film: Film) -> Iterator[Diagnostic]:
    """A narrator is heard, and stands in no picture."""
    cast = film.spec.cast(film.script)
    for number, shot in enumerate(film.script.shots):
        for who in shot.characters:
            if not cast[who].seen:
                given = film.document.at(("shots", number, "characters"))
                names = (who, cast[who].name)
                place = next((index for index, word in enumerate(given) if word in names), 0)
                label = film.label("shots", number, "characters", place)
                message = say("`{}` is never seen, and is in the shot `{}`", elide(who, 40), shot.id)
                help_ = say("take `{}` out of the shot's `characters`", who)
                yield error("MJ0415", message, label, help_=help_)
