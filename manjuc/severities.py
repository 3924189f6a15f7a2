"""How severe a project takes single checks to be: `checks: {MJ0423: off, MJ0430: error}` in its manjuc.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from manjuc.diagnostic import CODES, Diagnostic, Label
from manjuc.document import Document
from manjuc.text import nearest
from manjuc.words import say

# What no build could do without: these are errors wherever they are found.
ALWAYS_ERRORS = frozenset(
    {
        *("MJ0401", "MJ0402", "MJ0404", "MJ0405", "MJ0406", "MJ0407", "MJ0408", "MJ0410", "MJ0411", "MJ0412", "MJ0414"),
        *("MJ0415", "MJ0416", "MJ0417", "MJ0435", "MJ0439", "MJ0455", "MJ0501", "MJ0502", "MJ0503", "MJ0504"),
    }
)
# Warnings of what a person wrote, and errors of a text model's answer alone, which it is asked to mend.
_ASKED = frozenset({"MJ0403", "MJ0424", "MJ0425", "MJ0426"})


def faults(project: Document) -> Iterator[Diagnostic]:
    """What is wrong with the choice of a project: codes that there are not, codes that cannot be changed."""
    for given in project.data.get("checks", {}):
        label = Label(project.key_span(("checks", given)))
        if given not in CODES:
            near = nearest(given.upper(), CODES)
            help_ = say("did you mean `{}`?", near) if near else None
            yield Diagnostic("MJ0503", "error", say("unknown check `{}`", given), label, help=help_)
        elif not given.startswith(("MJ04", "MJ05")) or given in ALWAYS_ERRORS:
            message = say("the severity of `{}` cannot be changed", given)
            note = say("it stands for what no build can do without")
            yield Diagnostic("MJ0504", "error", message, label, notes=(note,), help=say("delete it"))


def applied(found: Iterable[Diagnostic], project: Mapping[str, Any], *, answer: bool = False) -> tuple[Diagnostic, ...]:
    """Findings as severe as a project takes them; an error is one whatever it says.

    Of an `answer` of a text model, what would be a warning of a person's script is as severe as the project says, too.
    """
    wanted: Mapping[str, str] = project.get("checks") or {}
    chosen = (each if _fixed(each, answer) else _as(wanted.get(each.code), each) for each in found)
    return tuple(each for each in chosen if each is not None)


def _fixed(found: Diagnostic, answer: bool) -> bool:
    return found.severity == "error" and not (answer and found.code in _ASKED)


def _as(severity: str | None, found: Diagnostic) -> Diagnostic | None:
    match severity:
        case "off":
            return None
        case "error" | "warning" | "hint":
            return replace(found, severity=severity)
        case _:
            return found
