"""The command line: parse, call the compiler, show what came of it, exit with its code. No logic of the domain."""

from __future__ import annotations

import json
import sys
import tempfile
import traceback
from collections.abc import Iterable, Sequence
from functools import partial

import click

from manjuc import (
    __version__,
    closing,
    compiler,
    display,
    eventfile,
    frontend,
    inquiries,
    inspection,
    language,
    overview,
    project,
    rehearsal,
    show,
    starting,
    usage,
)
from manjuc.budget import Budget
from manjuc.consent import Allowance, agree, unpriced
from manjuc.diagnostic import failed, in_order, without_hints
from manjuc.errors import ManjucError, SpecRefused, SpendingRefused, UsageError
from manjuc.frontend import Program
from manjuc.plan import Plan
from manjuc.preview.app import PreviewRelay
from manjuc.project import Project
from manjuc.relay import InProcess, Relay
from manjuc.selection import Selection
from manjuc.spending import advice, facts
from manjuc.words import Words, say

IN_PROCESS = "http://preview.manjuc.invalid"

_specs = click.argument("specs", nargs=-1, required=True, metavar="SPEC…")
_only = click.option("--only", multiple=True, metavar="ID", help="Only this action, with all that it needs.")
_until = click.option("--until", default="", metavar="STAGE", help="Only the stages up to this one.")
_profile = click.option("--profile", default="", metavar="NAME", help="With the changes of this profile of the spec.")
_preview = click.option("--preview", is_flag=True, help="Draw instead of calling models, even with an API key.")


@click.group(cls=usage.Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="manjuc")
@language.option
def cli() -> None:
    """A compiler for AI comic dramas: a YAML spec in, a film out, and no call paid twice."""


@cli.command()
@_specs
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "short", "json", "github"]),
    default="text",
    help="For people or for programs.",
)
def check(specs: tuple[str, ...], form: str) -> None:
    """Find what is wrong with specs and scripts."""
    found = in_order(diagnostic for spec in specs for diagnostic in frontend.check(project.find(spec)))
    chosen = language.chosen()
    match form:
        case "short":
            click.echo(show.short(found, language=chosen.table), nl=False)
        case "json":
            click.echo(json.dumps(show.as_json(found, language=chosen.table), ensure_ascii=False, indent=2))
        case "github":
            click.echo(show.github(found, language=chosen.table), nl=False)
        case _:
            chosen.complain(found)
            if not failed(found):
                chosen.tell(_checked(len(specs)))
    if failed(found):
        raise SpecRefused(())


def _checked(count: int) -> Words:
    if count == 1:
        return say("1 checked, with the files that belong to it: no errors")
    return say("{} checked, with the files that belong to them: no errors", count)


@cli.command()
@_specs
@_only
@_until
@_profile
@_preview
@click.option("--prompts", is_flag=True, help="With the very text that a build would send.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="For people or for programs."
)
def plan(
    specs: tuple[str, ...], only: tuple[str, ...], until: str, profile: str, preview: bool, prompts: bool, form: str
) -> None:  # fmt: skip
    """Show every step of a build: what, why, for how much. Sends nothing, changes nothing, waits for nobody."""
    for program in _dramas(specs, profile, preview=preview):
        place = program.project
        planned, found = compiler.foreseen(program, Selection(only, until))
        chosen = language.chosen()
        chosen.complain(without_hints(found))
        name = str(place.spec.relative_to(place.root))
        if form == "json":
            scripts = planned.results.scripts
            data = overview.plan_json(name, planned.steps, planned.unknown, planned.totals(), scripts)
            told = {"diagnostics": show.as_json((*program.warnings, *found))}
            click.echo(json.dumps(data | facts(program, planned) | told, ensure_ascii=False))
            continue
        table = chosen.table
        text = overview.plan_text(planned.steps, planned.unknown, planned.totals(), prompts=prompts, language=table)
        click.echo(text, nl=False)
        for line in (*overview.renamed(planned.results.scripts), *advice(program, planned)):
            language.result(line)
        if program.settings.preview:
            language.result(overview.in_earnest(planned.steps, planned.real_totals()))


@cli.command()
@_specs
@_only
@_until
@_profile
@_preview
@click.option("--yes", is_flag=True, help="Spend what the plan says without asking.")
@click.option("--max-cost", multiple=True, metavar="AMOUNT", help="Spend no more than this, e.g. 5 or 5CNY.")
@click.option("--events", default="", metavar="FILE", help="Write what happens as JSON lines; stdout is not for them.")
@click.option("--no-wait", is_flag=True, help="Where another build is at work in the project, end at once.")
def build(
    specs: tuple[str, ...], only: tuple[str, ...], until: str, profile: str, preview: bool, yes: bool,
    max_cost: tuple[str, ...], events: str, no_wait: bool,
) -> None:  # fmt: skip
    """Make the film: reuse what is there, fetch what is paid for, and submit the rest."""
    allowance = Allowance.parse(max_cost, yes=yes)
    chosen, worst = language.chosen(), 0
    with eventfile.opened(events, chosen.tell) as lines:
        for program in _dramas(specs, profile, preview=preview):
            place = program.project
            consent = partial(_consent, program, allowance)
            with display.watching(chosen, program.settings.slots, lines.of(place.name)) as (progress, report):
                outcome = compiler.build(program, Selection(only, until), consent, _connect, report, wait=not no_wait)
            for action in outcome.failures:
                if action.stage == "script":
                    chosen.complain(inspection.faults(program, action.id))
            for words in closing.told(outcome, progress):
                chosen.tell(words)
            folder = place.build_folder(preview=program.settings.preview)
            click.echo(closing.shown(outcome, folder), nl=False)
            worst = closing.worst([worst, closing.code(outcome)])
            allowance = allowance.after(outcome.begun)
    if worst:
        raise SystemExit(worst)


@cli.command("show")
@click.argument("spec")
@click.argument("id")
@_profile
@_preview
def show_(spec: str, id: str, profile: str, preview: bool) -> None:
    """Show one action: its verdict, its call, what it brought, what it took."""
    program = _load(project.find(spec, profile), preview=preview)
    chosen = language.chosen()
    click.echo(inspection.describe(program, id, chosen.table), nl=False)
    chosen.complain(inspection.faults(program, id))


@cli.command()
@click.argument("spec")
@click.argument("id")
@click.option("--task-id", metavar="JOB", help="The job that the relay's log of tasks shows for the call.")
@click.option("--lost", is_flag=True, help="It brought nothing: the next build may submit the call once more.")
@click.option("--charged", is_flag=True, help="With --lost: the relay's log shows that it was charged.")
@click.option("--key", default="", metavar="PREFIX", help="A call of an earlier spec, by the start of its key.")
@_profile
@_preview
def resolve(
    spec: str, id: str, task_id: str | None, lost: bool, charged: bool, key: str, profile: str, preview: bool
) -> None:  # fmt: skip
    """Say what became of a call whose outcome is uncertain, or give up one that failed."""
    if charged and not lost:
        raise UsageError(say("give --charged beside --lost"))
    if bool(task_id) == lost:
        raise UsageError(say("give either --task-id ID or --lost"))
    program = _load(project.find(spec, profile), preview=preview)
    language.tell(*inspection.resolve(program, id, task_id, key, language.sure, charged=charged))


@cli.command()
@click.argument("spec")
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@_profile
@_preview
def accept(spec: str, ids: tuple[str, ...], profile: str, preview: bool) -> None:
    """Say that results at a review gate are good: ids of actions, or names of stages."""
    program = _load(project.find(spec, profile), preview=preview)
    language.tell(*inspection.accept(program, ids))


for command in (*inquiries.COMMANDS, *rehearsal.COMMANDS, *starting.COMMANDS):
    cli.add_command(command)


def _dramas(specs: Iterable[str], profile: str, *, preview: bool) -> Sequence[Program]:
    """The dramas among the named files, all read before anything is sent for one; a glob may name scripts as well."""
    places = []
    for spec in specs:
        place = project.find(spec, profile)
        if part := frontend.part_of_drama(project.source(place.spec, place.root)):
            language.tell(_no_drama(spec, part))
        else:
            places.append(place)
    return [_load(place, preview=preview) for place in places]


def _no_drama(spec: str, part: str) -> Words:
    """What a file is instead, by its kind."""
    match part:
        case "include":
            return say("{} is included by specs; it is built with them", spec)
        case "project":
            return say("{} holds the settings of the project; there is nothing in it to build", spec)
        case "episode":
            return say("{} is an episode; it is built with the spec that names it", spec)
    return say("{} is a script; it is built with the spec that names it", spec)


def _load(place: Project, *, preview: bool) -> Program:
    program = frontend.load(place, preview=preview)
    if program.settings.preview:
        why = say("as asked") if preview else say("MANJUC_API_KEY is not set")
        drawn = say("preview ({}): pictures and clips are drawn by the built-in relay, and nothing is paid", why)
        language.tell(drawn)
    language.chosen().complain(without_hints(program.warnings))
    return program


def _connect(program: Program) -> Relay:
    """The relay that the settings name; the preview relay in this process where they name none."""
    chosen = program.settings
    if chosen.preview and not chosen.base_url:
        app = PreviewRelay(program.project.store / "preview" / "relay")
        return Relay(IN_PROCESS, transport=InProcess(app))
    return Relay(chosen.base_url, chosen.api_key.value if chosen.api_key else "", per_minute=chosen.per_minute)


def _consent(program: Program, allowance: Allowance, plan: Plan) -> Budget:
    """Ask before money is spent, on a terminal; a pipe has to bring its consent along."""
    question = agree(plan, allowance, program.settings.confirm_over, unpriced(plan, program.spec.models))
    if isinstance(question, Budget):
        return question
    if not sys.stdin.isatty():
        refused = say("{}; give --yes, or a --max-cost that covers it. Nothing was sent", question.text)
        raise SpendingRefused(refused)
    if not language.chosen().asks(say("{}. Go on?", question.text)):
        raise SpendingRefused(say("nothing was sent"))
    return question.budget


def main() -> None:
    """Run the command line; the one place that turns errors into exit codes."""
    chosen = language.of_environment()
    language.bear_every_letter()
    try:
        cli(prog_name="manjuc", standalone_mode=False, obj=chosen)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.ClickException as error:
        for words in usage.fault(error):
            chosen.tell(words)
        sys.exit(error.exit_code)
    except SpecRefused as error:
        chosen.complain(without_hints(error.diagnostics))
        sys.exit(error.exit_code)
    except ManjucError as error:
        chosen.tell(say("manjuc: {}", error.words))
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        chosen.tell(say("interrupted: every answer that came is kept, and the same command goes on from here"))
        sys.exit(130)
    except BrokenPipeError as error:
        # The reader of our output has had enough, or the Ctrl-C that ended us has ended it as well.
        sys.stderr.close()
        sys.exit(130 if isinstance(error.__context__, KeyboardInterrupt) else 0)
    except Exception:
        with tempfile.NamedTemporaryFile("w", prefix="manjuc-", suffix=".log", delete=False, encoding="utf-8") as log:
            log.write(f"manjuc {__version__}, Python {sys.version}\n\n{traceback.format_exc()}")
        chosen.tell(say("manjuc: this is a bug in manjuc; please report it with {}", log.name))
        sys.exit(3)
