"""The language of a drama, by a name that every model and browser knows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from manjuc import glosses
from manjuc.diagnostic import Diagnostic
from manjuc.document import Document
from manjuc.findings import warning, written
from manjuc.keystrokes import write
from manjuc.spec import Spec
from manjuc.text import elide
from manjuc.words import say

_TAG = re.compile(r"[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|[0-9]{3}))?", re.IGNORECASE)  # as BCP 47 has it, in the main
_SHOWN = 40


def unnamed_language(spec: Spec, document: Document) -> Iterator[Diagnostic]:
    """What is no tag goes into prompts all the same, where each model makes of it what it will."""
    given = spec.language
    meant = glosses.language(given)
    if meant or not _TAG.fullmatch(given):
        message = say("the language is not named by a tag: `{}`", elide(given, _SHOWN))
        note = say("it goes into prompts as it is written")
        help_ = write(meant) if meant else say("write a tag such as {}", (say("`{}`", "zh-CN"), say("`{}`", "en-US")))
        yield warning("MJ0459", message, written(document, "language"), note, help_)
