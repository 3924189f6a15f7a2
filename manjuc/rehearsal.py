"""`manjuc relay`: the preview relay on this machine, on a good day or on a bad one, with its account at the end."""

from __future__ import annotations

from pathlib import Path

import click

from manjuc import facts, language, project, usage
from manjuc.errors import UsageError
from manjuc.preview.app import PreviewRelay
from manjuc.preview.faults import Fault, Misbehaving, scripted
from manjuc.preview.misdeeds import listing
from manjuc.preview.server import bind, serve
from manjuc.words import say


@click.command(cls=usage.Command)
@click.option("--port", default=8722, metavar="N", show_default=True, help="0 takes any free one.")
@click.option(
    "--folder",
    default=".manjuc/preview/relay",
    metavar="PATH",
    show_default=True,
    help="Where its jobs and pictures are kept.",
)
@click.option("--faults", default="", metavar="FILE", help="Misbehave as this YAML file says.")
@click.option("--list-faults", is_flag=True, help="Show every fault that such a file can name, and end.")
def relay(port: int, folder: str, faults: str, list_faults: bool) -> None:
    """Serve the preview relay on this machine, until Ctrl-C."""
    if list_faults:
        click.echo(listing(language.chosen().table), nl=False)
        return
    played = _faults(Path(faults)) if faults else ()
    app = Misbehaving(PreviewRelay(Path(folder)), played, facts.models(project.root_of(Path.cwd())))
    listening = bind("127.0.0.1", port)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    language.tell(say("preview relay at {}; its account: {}/preview/account", address, address))
    language.tell(say("build with: {}", f"MANJUC_BASE_URL={address} manjuc build --preview SPEC"))
    try:
        serve(app, listening)
    finally:
        language.tell(app.account.summary())


def _faults(path: Path) -> tuple[Fault, ...]:
    try:
        return tuple(scripted(fault) for fault in facts.faults(path))
    except ValueError as error:
        raise UsageError(str(error)) from error


COMMANDS = (relay,)
