"""Finds a project and reads its files: specs, scripts, templates, schemas, catalogue. The only reader of sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from manjuc.diagnostic import Diagnostic, Label, Source, Span
from manjuc.errors import SpecRefused, UsageError, system_says
from manjuc.text import nearest
from manjuc.words import Words, say

_LANGUAGES = Path(__file__).parent / "data" / "lang"
_BEGINNING = Path(__file__).parent / "data" / "beginning"
# Under names without a dot, so that no tool takes them for settings of manjuc's own.
_PLACES = {
    "specs/noodles.yaml": "noodles.yaml",
    "manjuc.yaml": "manjuc.yaml",
    ".gitignore": "gitignore",
    ".env.example": "env.example",
    ".github/workflows/manjuc.yml": "workflow.yml",
}
SCHEMAS = ("drama", "episode", "include", "script", "project", "faults")
"""The kinds of files that people write, each with a schema."""

_LARGEST = 16 << 20  # bytes; nobody writes a longer spec by hand


@dataclass(frozen=True, slots=True)
class Project:
    """A spec in its project. The same spec has the same project from every working folder."""

    root: Path
    spec: Path
    profile: str = ""

    @property
    def name(self) -> str:
        """The spec's name, which is also its episode's; a profile has results of its own beside it."""
        return f"{self.spec.stem}.{self.profile}" if self.profile else self.spec.stem

    @property
    def store(self) -> Path:
        """Where everything is kept between runs."""
        return self.root / ".manjuc"

    def lock(self, *, preview: bool) -> Path:
        """The lock beside the spec; a preview has one of its own, out of git."""
        return self.store / "preview" / f"{self.name}.lock" if preview else self.spec.with_name(f"{self.name}.lock")

    def build_folder(self, *, preview: bool) -> Path:
        """Where results are placed for people."""
        return self.root / "build" / (f"{self.name}.preview" if preview else self.name)


def find(spec: str, profile: str = "") -> Project:
    """The project of a spec: the nearest folder above it with a manjuc.yaml, else .manjuc/, else .git, else its own."""
    path = Path(spec).absolute()
    if not path.is_file():
        raise UsageError(_no_spec(spec, path))
    path = path.resolve()
    return Project(root_of(path.parent), path, profile)


def _no_spec(spec: str, path: Path) -> Words:
    """Why a command's spec is none, and which one was probably meant."""
    folder, wanted = (path, f"{path.name}.yaml") if path.is_dir() else (path.parent, path.name)
    there = [each.name for each in folder.glob("[!.]*.y*ml")] if folder.is_dir() else []
    meant = there[0] if path.is_dir() and len(there) == 1 else nearest(wanted, there)
    if meant is None:
        return say("{} is not a file", spec) if path.exists() else say("there is no spec {}", spec)
    name = str(Path(spec, meant) if path.is_dir() else Path(spec).with_name(meant))
    if path.exists():
        return say("{} is a folder; did you mean `{}`?", spec, name)
    return say("there is no spec {}; did you mean `{}`?", spec, name)


def root_of(folder: Path) -> Path:
    """The root of the project that a folder lies in."""
    folder = folder.resolve()
    for mark in ("manjuc.yaml", ".manjuc", ".git"):
        for above in (folder, *folder.parents):
            if (above / mark).exists():
                return above
    return folder.parent if folder.name == "specs" else folder


def is_one(root: Path) -> bool:
    """True for a root that a person or a build has made one, not only the folder in which somebody happens to be."""
    return any((root / mark).exists() for mark in ("manjuc.yaml", ".manjuc"))


def source(path: Path, root: Path) -> Source:
    """The text of a file, named as seen from the project's root."""
    try:
        name = path.relative_to(root).as_posix()
    except ValueError:
        name = str(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(say("cannot read {}: {}", path, system_says(error))) from error
    if len(data) > _LARGEST:
        raise SpecRefused((_unreadable(name, say("the file has {} MB", len(data) >> 20)),))
    try:
        return Source(name, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise SpecRefused((_unreadable(name, say("byte {} is not UTF-8", error.start + 1)),)) from error


def text(path: Path, root: Path) -> Source:
    """The text of a file that is no YAML, which cannot tell of itself that it is none."""
    read = source(path, root)
    if (zero := read.text.find("\0")) >= 0:
        raise SpecRefused((_unreadable(read.path, say("character {} is U+0000", zero + 1)),))
    return read


def _unreadable(name: str, why: Words) -> Diagnostic:
    message, label = say("the file cannot be read: {}", why), Label(Span(Source(name, ""), 0, 0))
    return Diagnostic("MJ0106", "error", message, label, help=say("save it as UTF-8 text"))


def optional_text(path: Path) -> str:
    """The text of a file that need not be there."""
    try:
        return path.read_text(encoding="utf-8") if path.is_file() else ""
    except UnicodeDecodeError as error:
        raise UsageError(say("{} is not UTF-8 text: save it as UTF-8", path)) from error


def letters() -> str:
    """The letters of the subtitles' font, as `Letters` reads them."""
    return (Path(__file__).parent / "data" / "letters.txt").read_text(encoding="utf-8")


def lexicon() -> Source:
    """The words by which checks tell what a text shows."""
    path = Path(__file__).parent / "data" / "lexicon.yaml"
    return Source(path.name, path.read_text(encoding="utf-8"))


def data_folder(name: str) -> Path:
    """`templates`, `schemas` or `specs`: in a wheel beside the code, in a checkout at the top level."""
    here = Path(__file__).parent
    packed = here / "_data" / name
    return packed if packed.is_dir() else here.parent / name


def templates(project: Project | None) -> Mapping[str, str]:
    """Prompt templates by name; a project's own `templates/` override single ones."""
    folders = [data_folder("templates"), *([project.root / "templates"] if project else [])]
    return {path.stem: path.read_text(encoding="utf-8") for folder in folders for path in sorted(folder.glob("*.j2"))}


def has_templates(project: Project) -> bool:
    """True for a project with prompt templates of its own."""
    folder = project.root / "templates"
    return folder.resolve() != data_folder("templates").resolve() and any(folder.glob("*.j2"))


def schema_text(name: str) -> str:
    """A JSON Schema by its name."""
    return (data_folder("schemas") / f"{name}.schema.json").read_text(encoding="utf-8")


def schema_texts() -> Mapping[str, str]:
    """The JSON Schemas of the files that people write, by name."""
    return {name: schema_text(name) for name in SCHEMAS}


def beginnings() -> Mapping[str, str]:
    """The files of a new project, by the paths at which they belong."""
    files = {path: (_BEGINNING / name).read_text(encoding="utf-8") for path, name in _PLACES.items()}
    return files | {f"schemas/{name}.schema.json": text for name, text in schema_texts().items()}


def catalogue_sources() -> tuple[Source, ...]:
    """The files of the catalogue, in the order in which they override each other."""
    folder = Path(__file__).parent / "data" / "catalogue"
    return tuple(Source(path.name, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yaml")))


def explanation(code: str, language: str = "en") -> str | None:
    """The page of a diagnostic code; in English where a language has none, and None where there is no such code."""
    folder = Path(__file__).parent / "data" / "explain"
    english = {path.stem: path for path in folder.glob("*.md")}
    pages = {**english, **{path.stem: path for path in (folder / language).glob("*.md")}}
    page = pages.get(code.upper())
    return page.read_text(encoding="utf-8") if page else None


def languages() -> tuple[str, ...]:
    """The languages besides English in which there are words."""
    return tuple(sorted(path.stem for path in _LANGUAGES.glob("*.yaml")))


def language_source(name: str) -> Source:
    """The file that puts our sentences into a language."""
    path = _LANGUAGES / f"{name}.yaml"
    return Source(path.name, path.read_text(encoding="utf-8"))
