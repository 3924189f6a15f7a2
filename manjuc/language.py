"""The language in which problems are told: as the command line asks for, else as the environment is set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import click

from manjuc import facts, project, settings
from manjuc.words import Language

_Command = TypeVar("_Command", bound=Callable[..., object])
NAMES = ("en", *project.languages())


@dataclass(slots=True)
class Chosen:
    """What the command line has chosen so far, to be looked at when its end is told."""

    name: str = "en"

    @property
    def table(self) -> Language:
        """The sentences of the language."""
        return facts.language(self.name)


def option(command: _Command) -> _Command:
    """Give a command `--lang`, which it never sees: the choice holds for all that is told from there on."""
    help_ = "Language of diagnostics; by default that of MANJUC_LANG, LC_ALL, LC_MESSAGES or LANG."
    add = click.option(
        "--lang", type=click.Choice(NAMES), expose_value=False, is_eager=True, callback=_choose, help=help_
    )
    return add(command)


def _choose(context: click.Context, _: click.Parameter, given: str | None) -> None:
    chosen = context.ensure_object(Chosen)
    if given or context.parent is None:
        chosen.name = given or settings.language(NAMES)


def chosen() -> Chosen:
    """The choice for the command that runs."""
    return click.get_current_context().ensure_object(Chosen)
