"""The language in which everything is told: as the command line asks for, else as the environment is set.

Everything below the shell speaks in words; here they are put into the language, and shown.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import click

from manjuc import facts, project, settings, show
from manjuc.diagnostic import Diagnostic
from manjuc.words import Language, Words, say

_Command = TypeVar("_Command", bound=Callable[..., object])
NAMES = ("en", *project.languages())


@dataclass(slots=True)
class Chosen:
    """The language of a command, as far as its line was read; and what is told in it."""

    name: str = "en"

    @property
    def table(self) -> Language:
        """The sentences of the language."""
        return facts.language(self.name)

    def tell(self, words: Words) -> None:
        """Everything but the result goes to stderr. That nobody reads it any more stops no work that is paid for."""
        with contextlib.suppress(OSError):
            click.echo(words.put(self.table), err=True)

    def complain(self, found: tuple[Diagnostic, ...]) -> None:
        """Show diagnostics."""
        if found:
            colour = settings.wants_colour(sys.stderr.isatty())
            with contextlib.suppress(OSError):
                click.echo(show.diagnostics(found, colour=colour, language=self.table), err=True, nl=False)

    def asks(self, question: Words) -> bool:
        """Ask a person; yes has to be said."""
        return click.confirm(question.put(self.table), err=True)


def bear_every_letter() -> None:
    """A terminal or pipe that cannot show a letter gets a `?` for it, and what is told goes on."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def of_environment() -> Chosen:
    """The language before the command line is read."""
    return Chosen(settings.language(NAMES))


def option(command: _Command) -> _Command:
    """Give a command `--lang`, which it never sees: the choice holds for all that is told from there on."""
    help_ = "Language of all that is told; by default that of MANJUC_LANG, LC_ALL, LC_MESSAGES or LANG."
    add = click.option(
        "--lang", type=click.Choice(NAMES), expose_value=False, is_eager=True, callback=_choose, help=help_
    )
    return add(command)


def _choose(context: click.Context, _: click.Parameter, given: str | None) -> None:
    if given:
        context.ensure_object(Chosen).name = given


def chosen() -> Chosen:
    """The choice for the command that runs."""
    return click.get_current_context().ensure_object(Chosen)


def tell(*sentences: Words) -> None:
    """Tell something in the language of the command that runs, a line each."""
    for words in sentences:
        chosen().tell(words)


def sure(warning: Words) -> bool:
    """Warn of what a command is about to do, and on a terminal ask whether it should."""
    if sys.stdin.isatty():
        return chosen().asks(say("{}. Go on?", warning))
    tell(warning)
    return True


def result(words: Words) -> None:
    """Show a result in the language of the command that runs, on stdout."""
    click.echo(words.put(chosen().table))
