"""Who stands where in a picture: a side of it holds one person."""

from __future__ import annotations

import re
from collections.abc import Iterator

from manjuc.diagnostic import Diagnostic, Label
from manjuc.findings import Film
from manjuc.words import say

# A side, and nothing that tells who of two is before the other: `左前` and `窗边` may well hold several.
_SIDE = re.compile(
    r"(?:画面)?(?:最|正|偏)?[左中右](?:间|央|侧|边|方|面)?|left|right|cent(?:er|re)|middle", re.IGNORECASE
)


def shared_sides(film: Film) -> Iterator[Diagnostic]:
    """Two who are given one side stand in each other, or one of them was meant to stand elsewhere."""
    for number, shot in film.shots():
        given = film.document.at(("shots", number, "place")) or {}
        first: dict[str, str] = {}
        for who, where in given.items() if shot.standing else ():
            if not _SIDE.fullmatch(where):
                continue
            path = ("shots", number, "place")
            if (other := first.setdefault(where, who)) != who:
                message = say("`{}` and `{}` are given the same place", other, who)
                help_ = say("give them two sides, or say who is in front, such as `{}` and `{}`", "左前", "左后")
                earlier = (Label(film.document.span((*path, other)), say("first here")),)
                label = Label(film.document.span((*path, who)), say("again here"))
                yield Diagnostic("MJ0419", "hint", message, label, earlier, help=help_)
