"""The commands that look and change nothing: what was spent, which models there are, what is wrong,
what a diagnostic means."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import click

from manjuc import bills, doctor, facts, language, listing, project, usage
from manjuc.accounts import By
from manjuc.diagnostic import CODES
from manjuc.errors import UsageError
from manjuc.models import Model, resolve
from manjuc.store import Store
from manjuc.symptoms import Finding, kind_of
from manjuc.text import elide, nearest, pad
from manjuc.words import Language, say

_LEVELS = {"ok": say("ok"), "warning": say("warning"), "problem": say("problem")}


@click.command(cls=usage.Command)
@click.argument("specs", nargs=-1, metavar="[SPEC…]")
@click.option(
    "--by",
    type=click.Choice(get_args(By)),
    default="stage",
    show_default=True,
    help="What a line stands for; days are UTC.",
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", help="For people or for programs."
)
def costs(specs: tuple[str, ...], by: By, form: str) -> None:
    """Show what was spent on what: all of the project of this folder, or the part of some specs."""
    root = _root(specs)
    if not specs and not project.is_one(root):
        raise UsageError(
            say(
                "there is no project here: neither {} nor a folder above it has a `manjuc.yaml` or `.manjuc`",
                Path.cwd(),
            )
        )
    store = Store(root / ".manjuc")
    account = store.account()
    if store.damaged:
        language.tell(
            say("warning: the journal holds {} damaged lines: more may have been spent than is shown", store.damaged)
        )
    if specs:
        account = account.of(project.find(spec).name for spec in specs)
    match form:
        case "json":
            click.echo(json.dumps(bills.json_of(account, by), ensure_ascii=False, indent=2))
        case "csv":
            click.echo(bills.csv_of(account, by), nl=False)
        case _:
            click.echo(bills.text(account, by, language.chosen().table), nl=False)


@click.command(cls=usage.Command)
@click.argument("names", nargs=-1, metavar="[NAME…]")
@click.option("--live", is_flag=True, help="Ask the relay which of them it offers, and what else.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="For people or for programs."
)
def models(names: tuple[str, ...], live: bool, form: str) -> None:
    """Show the models that manjuc knows, or all that it knows of some: prices with day and source, what they can do."""
    root = project.root_of(Path.cwd())
    known = facts.models(root)
    asked = {model.name: model for model in (_model(name, known) for name in names)} or known
    offered = tuple(dict.fromkeys(_listed(name, known) for name in doctor.offer(root))) if live else None
    kinds = {kind: parts for kind, parts in facts.names().items() if kind != "documentation"}
    others: dict[str, list[str]] = {kind: [] for kind in ("text", "image", "video", "other")}
    for name in offered or ():
        if name not in known:
            others.setdefault(kind_of(name, kinds), []).append(name)
    if form == "json":
        click.echo(json.dumps(listing.json_of(asked, offered, others), ensure_ascii=False, indent=2))
    elif names:
        click.echo(listing.particulars(asked.values(), offered, language.chosen().table), nl=False)
    else:
        click.echo(listing.text(known, offered, others, language.chosen().table), nl=False)


def _listed(name: str, known: Mapping[str, Model]) -> str:
    """The name under which a model is listed: relays offer some of them by another one."""
    found = resolve(name, known)
    return (found.alias_of if found else "") or name


def _model(name: str, known: Mapping[str, Model]) -> Model:
    """The model of a name, by which relays or people may call another one."""
    if found := resolve(name, known):
        return known[found.alias_of or name]
    names = [each for model in known.values() for each in (model.name, *model.aliases, *model.nicknames)]
    near = nearest(name, names)
    unknown = say("unknown model `{}`", elide(name, 60))
    raise UsageError(
        say("{}: {}", unknown, say("did you mean `{}`?", near) if near else say("`manjuc models` shows them all"))
    )


@click.command("doctor", cls=usage.Command)
@click.argument("specs", nargs=-1, metavar="[SPEC…]")
def doctor_(specs: tuple[str, ...]) -> None:
    """Find what is wrong with key, base URL, relay and models. Asks only what costs nothing."""
    worst = 0
    for finding in doctor.examine(_root(specs), specs):
        click.echo(_said(finding, language.chosen().table))
        worst = max(worst, 4 if finding.level == "problem" else 0)
    if worst:
        raise SystemExit(worst)


def _said(finding: Finding, table: Language) -> str:
    todo = f"\n         {finding.todo.put(table)}" if finding.todo and finding.level != "ok" else ""
    return f"{pad(_LEVELS[finding.level].put(table), 7)}  {finding.what.put(table)}{todo}"


def _root(specs: tuple[str, ...]) -> Path:
    """The project of some specs, or of the working folder."""
    roots = {project.find(spec).root for spec in specs} or {project.root_of(Path.cwd())}
    if len(roots) > 1:
        raise UsageError(say("these specs belong to several projects: ask about one after the other"))
    return roots.pop()


@click.command(cls=usage.Command)
@click.argument("code")
def explain(code: str) -> None:
    """Explain a diagnostic, such as MJ0201."""
    page = project.explanation(code, language.chosen().name)
    if page is None:
        near = nearest(code, CODES)
        if near:
            raise UsageError(say("there is no diagnostic {}; did you mean {} ({})?", code, near, CODES[near]))
        raise UsageError(say("there is no diagnostic {}", code))
    click.echo(page, nl=False)


COMMANDS = (costs, models, doctor_, explain)
