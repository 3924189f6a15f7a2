"""Finds a project and reads its files: specs, scripts, templates, schemas, catalogue. The only reader of sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from manjuc.diagnostic import Diagnostic, Label, Source, Span
from manjuc.errors import SpecRefused, UsageError

_LARGEST = 16 << 20  # bytes; nobody writes a longer spec by hand


@dataclass(frozen=True, slots=True)
class Project:
    """A spec in its project. The same spec has the same project from every working folder."""

    root: Path
    spec: Path

    @property
    def name(self) -> str:
        """The spec's name, which is also its episode's."""
        return self.spec.stem

    @property
    def store(self) -> Path:
        """Where everything is kept between runs."""
        return self.root / ".manjuc"

    def lock(self, *, preview: bool) -> Path:
        """The lock beside the spec; a preview has one of its own, out of git."""
        return self.store / "preview" / f"{self.name}.lock" if preview else self.spec.with_suffix(".lock")

    def build_folder(self, *, preview: bool) -> Path:
        """Where results are placed for people."""
        return self.root / "build" / (f"{self.name}.preview" if preview else self.name)


def find(spec: str) -> Project:
    """The project of a spec: the nearest folder above it with a manjuc.yaml, else .manjuc/, else .git, else its own."""
    path = Path(spec).absolute()
    if not path.is_file():
        raise UsageError(f"there is no spec {spec}" if not path.exists() else f"{spec} is not a file")
    path = path.resolve()
    return Project(root_of(path.parent), path)


def root_of(folder: Path) -> Path:
    """The root of the project that a folder lies in."""
    folder = folder.resolve()
    for mark in ("manjuc.yaml", ".manjuc", ".git"):
        for above in (folder, *folder.parents):
            if (above / mark).exists():
                return above
    return folder.parent if folder.name == "specs" else folder


def source(path: Path, root: Path) -> Source:
    """The text of a file, named as seen from the project's root."""
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
    if len(data) > _LARGEST:
        raise SpecRefused((_unreadable(name, f"the file has {len(data) >> 20} MB"),))
    try:
        return Source(name, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise SpecRefused((_unreadable(name, f"byte {error.start + 1} is not UTF-8"),)) from error


def _unreadable(name: str, why: str) -> Diagnostic:
    empty = Source(name, "")
    return Diagnostic(
        "MJ0106", "error", f"the file cannot be read: {why}", Label(Span(empty, 0, 0)), help="save it as UTF-8 text"
    )


def optional_text(path: Path) -> str:
    """The text of a file that need not be there."""
    try:
        return path.read_text(encoding="utf-8") if path.is_file() else ""
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text: save it as UTF-8") from error


def letters() -> str:
    """The letters of the subtitles' font, as `Letters` reads them."""
    return (Path(__file__).parent / "data" / "letters.txt").read_text(encoding="utf-8")


def data_folder(name: str) -> Path:
    """`templates`, `schemas` or `specs`: in a wheel beside the code, in a checkout at the top level."""
    here = Path(__file__).parent
    packed = here / "_data" / name
    return packed if packed.is_dir() else here.parent / name


def templates(project: Project | None) -> Mapping[str, str]:
    """Prompt templates by name; a project's own `templates/` override single ones."""
    folders = [data_folder("templates"), *([project.root / "templates"] if project else [])]
    return {path.stem: path.read_text(encoding="utf-8") for folder in folders for path in sorted(folder.glob("*.j2"))}


def schema_text(name: str) -> str:
    """A JSON Schema: drama, script or project."""
    return (data_folder("schemas") / f"{name}.schema.json").read_text(encoding="utf-8")


def catalogue_sources() -> tuple[Source, ...]:
    """The files of the catalogue, in the order in which they override each other."""
    folder = Path(__file__).parent / "data" / "catalogue"
    return tuple(Source(path.name, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yaml")))


def explanation(code: str) -> str | None:
    """The page of a diagnostic code, or None where there is no such code."""
    pages = {path.stem: path for path in (Path(__file__).parent / "data" / "explain").glob("*.md")}
    page = pages.get(code.upper())
    return page.read_text(encoding="utf-8") if page else None
