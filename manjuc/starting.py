"""The commands of the first ten minutes: a project that builds at once, and the schemas by which editors help."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from manjuc import disk, language, project, usage
from manjuc.errors import UsageError
from manjuc.words import Words, say

_PRIVATE = (".manjuc/", "build/", ".env")  # what git must not be given: results, and the key


@click.command(cls=usage.Command)
@click.argument("folder", default=".", metavar="[DIR]")
def init(folder: str) -> None:
    """Begin a project: a small drama to read and change, settings, a check for GitHub. Overwrites nothing."""
    root = Path(folder)
    if not root.is_dir() and (root.exists() or root.is_symlink()):
        raise UsageError(say("{} is not a folder", folder))
    kept: list[str] = []
    for name, text in project.beginnings().items():
        if disk.create(root / name, text.encode("utf-8")):
            click.echo(root / name)
        else:
            kept.append(name)
    for name in kept:
        language.tell(say("{} is there already; it stays as it is", root / name))
    if ".gitignore" in kept and (bare := _unignored(root / ".gitignore")):
        language.tell(say("let {} name {} as well", root / ".gitignore", bare))
    language.tell(say("next:"))
    if root.resolve() != Path.cwd():
        click.echo(f"  cd {shlex.quote(folder)}", err=True)
    for command, purpose in _next():
        click.echo(f"  {command:<44}  # {purpose.put(language.chosen().table)}", err=True)


def _next() -> tuple[tuple[str, Words], ...]:
    spec = next(name for name in project.beginnings() if name.startswith("specs/"))
    return (
        (f"manjuc check {spec}", say("what is wrong with it, and where")),
        (f"manjuc build --preview {spec}", say("a film, without a key and for nothing")),
    )


def _unignored(path: Path) -> tuple[str, ...]:
    """What a .gitignore of someone else's leaves out of what has to stay out of git."""
    named = {line.strip().strip("/") for line in project.optional_text(path).splitlines()}
    return tuple(name for name in _PRIVATE if name.strip("/") not in named)


@click.command(cls=usage.Command)
@click.argument("name", type=click.Choice(project.SCHEMAS), required=False)
@click.option("--all", "folder", metavar="DIR", help="Write all of them into this folder, over older ones.")
def schema(name: str | None, folder: str | None) -> None:
    """Print the JSON Schema of a drama, or of another file that people write, for editors."""
    if folder is None:
        click.echo(project.schema_text(name or "drama"), nl=False)
        return
    if name is not None:
        raise UsageError(say("give either a name or --all"))
    for each, text in project.schema_texts().items():
        path = Path(folder) / f"{each}.schema.json"
        disk.write(path, text.encode("utf-8"))
        click.echo(path)


COMMANDS = (init, schema)
