"""The command line about itself: pages of help, and what is wrong with a line, in the language that is chosen.

The words are click's, or stand at our commands and options; the table knows them as it knows every other sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from manjuc.errors import UsageError
from manjuc.language import chosen, option
from manjuc.text import fill
from manjuc.words import NOTHING, Words, heard, say

_TERMS = 30  # columns of the left side of a list, at most
_BETWEEN = 2


class _Page(click.HelpFormatter):
    """A page of help. What is not English is broken here: click knows neither wide letters nor lines without spaces."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        here = _put("Usage:")
        args = " ".join(_put(each) for each in args.split())
        super().write_usage(prog, args, f"{here} " if here.isascii() else here)

    def write_heading(self, heading: str) -> None:
        self.write(_put(f"{heading}:") + "\n")

    def write_text(self, text: str) -> None:
        super().write_text(_broken(text, self.width - self.current_indent))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = _TERMS, col_spacing: int = _BETWEEN) -> None:
        rows = list(rows)
        left = min(max((len(term) for term, _ in rows), default=0), col_max) + col_spacing
        super().write_dl([(term, _broken(text, self.width - left - 2)) for term, text in rows], col_max, col_spacing)


class _Context(click.Context):
    formatter_class = _Page


class Command(click.Command):
    """A command that takes each option once, but for those of which it takes several: click lets the last one win."""

    context_class = _Context

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the line, once none of its options is in question."""
        _, _, given = self.make_parser(ctx).parse_args(args=[*args])
        for each in given:
            several = not isinstance(each, click.Option) or each.multiple or each.is_flag
            if not several and given.count(each) > 1:
                raise UsageError(say("{} is given twice: give it once", max(each.opts, key=len)))
        return super().parse_args(ctx, args)


class Commands(click.Group):
    """All commands, each with what it does in whole sentences; every one of them takes `--lang`."""

    context_class = _Context
    command_class = Command

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Take in a command."""
        assert isinstance(cmd, Command), "every command is as strict as the others"
        super().add_command(option(cmd), name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands; click would cut what it says of each."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.commands[name].help or "") for name in self.list_commands(ctx)])


def fault(error: click.ClickException) -> Iterator[Words]:
    """What is wrong with a line of command, and where help is; help itself where nothing was asked for."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        yield Words(error.format_message())
        return
    if isinstance(error, click.UsageError) and error.ctx is not None:
        with error.ctx.scope(cleanup=False):
            yield Words(error.ctx.get_usage())
        yield say("Try '{} {}' for help.", error.ctx.command_path, "--help")
        yield NOTHING
    yield say("Error: {}", heard(error.format_message()))


def _put(text: str) -> str:
    return Words(text).put(chosen().table)


def _broken(text: str, columns: int) -> str:
    """A text of ours in the language, in lines of so many columns where it is not click that breaks it."""
    said, bracket, more = text.partition("  [")
    here = _put(said)
    if here == said:
        return text
    if bracket:
        here += f" [{heard(more.removesuffix(']')).put(chosen().table)}]"
    return "\b\n" + "\n".join(fill(here, columns))
