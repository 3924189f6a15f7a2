"""All the files that a drama is made of, read and held to their schemas: includes, a profile, episodes, pictures."""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from manjuc import ids, longhand, owned, project, schema, shots, source, weaving
from manjuc.diagnostic import ENOUGH, Diagnostic, Label, Source, failed, in_order
from manjuc.digest import Digest
from manjuc.document import Document
from manjuc.document import Path as Way
from manjuc.errors import SpecRefused, UsageError
from manjuc.owned import Owned
from manjuc.project import Project
from manjuc.spec import Asset
from manjuc.text import elide, nearest
from manjuc.words import say

_MOST_FILES = 3_000  # of one kind; a long series has some hundred episodes
_LONGEST_NOVEL = 1_000_000  # characters; a chapter has some 10,000
_FOLDERS = ("characters", "scenes", "props")
Found = list[Diagnostic]

_MARKS = {"manju_script": "script", "manju_include": "include", "episode": "episode"}


@dataclass(frozen=True, slots=True)
class Story:
    """One film: the file that tells of it, and its script where a person wrote it, spelled out."""

    id: str
    document: Document
    script: Document | None
    novel: str = ""
    frozen: bool = False  # published: what it names may be gone


@dataclass(frozen=True, slots=True)
class Drama:
    """A drama in its files, each of which fits its schema."""

    document: Document
    stories: tuple[Story, ...]
    owned: Owned

    @property
    def assets(self) -> Mapping[tuple[str, str], Asset]:
        """The author's own pictures and clips, by the file that names them and the path that it writes."""
        return self.owned.assets

    @property
    def files(self) -> Mapping[Digest, Path]:
        """Where they lie."""
        return self.owned.files


@functools.cache
def _schema(name: str) -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = json.loads(project.schema_text(name))
    return loaded


def document(text: Source, schema_name: str) -> tuple[Document | None, tuple[Diagnostic, ...]]:
    """A file that was read and fits its schema, or None."""
    read, found = source.load(text)
    if read is not None:
        found = in_order([*found, *schema.check(read, _schema(schema_name))])
    return (None if failed(found) else read), found


def answer(read: Document) -> tuple[Diagnostic, ...]:
    """In what the answer of a text model differs from a script; what it adds was paid for, and does no harm."""
    return schema.check(read, _schema("script"), extras="warning")


def kind(text: Source) -> str:
    """What a file of a project is, which is also its schema's name: by its own name, or a key that only these have."""
    if text.path.rpartition("/")[2] == "manjuc.yaml":
        return "project"
    if not any(re.search(rf"\b{key}\b", text.text) for key in _MARKS):
        return "drama"  # which is not read twice
    read, _ = source.load(text)
    data = read.data if read is not None and isinstance(read.data, dict) else {}
    return next((kind for key, kind in _MARKS.items() if key in data), "drama")


def read(place: Project) -> tuple[Drama | None, tuple[Diagnostic, ...]]:
    """A drama with everything that it names, and what is wrong with it; None where a file of it cannot be used."""
    found: Found = []
    lesser: Found = []  # what does not keep the rest from being looked at
    drama = _checked(place.spec, "drama", place, found)
    if drama is not None:
        drama = _with_includes(drama, place, found)
    if drama is None or failed(found):
        return None, in_order(found)
    if place.profile:
        drama = _with_profile(drama, place.profile)
    stories = tuple(_stories(drama, place, found, lesser))
    theirs = owned.read(_naming(drama, stories), place.root)
    if failed(found):
        return None, in_order([*found, *lesser, *(each.diagnostic for each in theirs.missing)])
    return Drama(drama, stories, theirs), in_order([*found, *lesser])


def _naming(drama: Document, stories: tuple[Story, ...]) -> Iterator[tuple[Document, str]]:
    """The documents that may name files of the author's, each with the published episode that it tells of, if any."""
    if all(story.document is not drama for story in stories):
        yield drama, ""
    for story in stories:
        yield from ((each, story.id if story.frozen else "") for each in (story.document, story.script) if each)


def _checked(path: Path, schema_name: str, place: Project, found: Found) -> Document | None:
    try:
        read, more = document(project.source(path, place.root), schema_name)
    except SpecRefused as refused:
        read, more = None, refused.diagnostics
    found += more
    return read


def _with_includes(drama: Document, place: Project, found: Found) -> Document | None:
    gathered: dict[Path, Document] = {}
    way = {place.spec: _named(drama, "include", place, found)}  # the files above, each with what it still includes
    while way:
        label, path = next(way[next(reversed(way))], (None, place.spec))
        if label is None:
            way.popitem()
        elif path in way:
            message = say("the files include each other in a circle")
            found.append(Diagnostic("MJ0318", "error", message, replace(label, text=say("leads back here"))))
        elif len(gathered) == _MOST_FILES:
            found.append(_too_many("include", label, _MOST_FILES + 1))
            break
        elif path not in gathered and (inner := _checked(path, "include", place, found)) is not None:
            gathered[path] = inner
            way[path] = _named(inner, "include", place, found)
    woven, more = weaving.including(drama, tuple(gathered.values()))
    found += more
    return woven


def _with_profile(drama: Document, profile: str) -> Document:
    profiles = drama.data.get("profiles", {})
    if profile not in profiles:
        near = nearest(profile, profiles)
        hint = say("did you mean `{}`?", near) if near else say("there are {}", tuple(profiles) or say("none"))
        raise UsageError(say("the spec has no profile `{}`; {}", profile, hint))
    return weaving.profiled(drama, profile)


def _named(document: Document, key: str, place: Project, found: Found) -> Iterator[tuple[Label, Path]]:
    """The files that a key names, by path or pattern, each once in the order written; those of a pattern by name."""
    seen: set[Path] = set()
    given = document.data.get(key, [])
    ways: list[Way] = [(key,)] if isinstance(given, str) else [(key, n) for n in range(len(given))]
    for way in ways:
        written = document.at(way)
        label = Label(document.span(way), say("no such file"))
        paths = _matching(_folder(document, way, place), written) if _relative(written) else ()
        if not paths:
            message = say("there is no file `{}`", elide(written, 60))
            near = _near(_folder(document, way, place), written)
            help_ = say("did you mean `{}`?", near) if near else say("paths are relative to the file that names them")
            found.append(Diagnostic("MJ0304", "error", message, label, help=help_))
        new = [path for path in paths if path not in seen]
        seen.update(new)
        if len(seen) > _MOST_FILES:
            found.append(_too_many(key, label, len(seen)))
            return
        yield from ((label, path) for path in new)


def _too_many(key: str, label: Label, count: int) -> Diagnostic:
    message = say("{} must have at most {}", say("`{}`", key), say("{} items", _MOST_FILES))
    return Diagnostic("MJ0206", "error", message, replace(label, text=say("these are {}", count)))


def _near(folder: Path, written: str) -> str | None:
    """The path that names a file, where one does not for its ending, for its slashes, or as it names a folder."""
    path = written.replace("\\", "/").rstrip("/")
    ways = (path, re.sub(r"\.yml$", ".yaml", path), re.sub(r"\.yaml$", ".yml", path), f"{path}.yaml", f"{path}/*.yaml")
    return next(
        (way for way in ways if way != written and "**" not in way and _relative(way) and _matching(folder, way)), None
    )


def _relative(written: str) -> bool:
    return not written.startswith(("/", "~")) and ":" not in written and not Path(written).anchor


def _matching(folder: Path, written: str) -> tuple[Path, ...]:
    """The file of just this name, whatever marks are in it; else those that fit the name as a pattern."""
    if os.path.isfile(folder / written):
        return ((folder / written).resolve(),)
    try:
        paths = [path for path in folder.glob(written) if os.path.isfile(path)]
    except (AttributeError, IndexError, NotImplementedError, OSError, ValueError):
        return ()  # `./`, `.`, `**.yaml`, names longer than a name can be: glob fails on each in its own way
    folders = {folder: folder.resolve() for folder in {path.parent for path in paths}}
    named = (folders[path.parent] / path.name for path in sorted(paths, key=_natural))
    return tuple(dict.fromkeys(path.resolve() if os.path.islink(path) else path for path in named))


def _natural(path: Path) -> list[tuple[int, str]]:
    """ep2 before ep10."""
    return [(int(digits or 0), text) for text, digits in re.findall(r"(\D+)(\d*)", f"/{path.as_posix()}")]


def _folder(document: Document, way: Way, place: Project) -> Path:
    """Where the file lies in which a value was written."""
    return (place.root / document.span(way).source.path).parent


def _stories(drama: Document, place: Project, found: Found, lesser: Found) -> Iterator[Story]:
    """Every film of a drama: itself, or its episodes."""
    frozen = [ids.normal(id_) for id_ in drama.data.get("frozen", ())]
    if "episodes" not in drama.data:
        still = ids.normal(place.spec.stem) in frozen
        yield _story(place.spec.stem, drama, place, found, lesser, frozen=still)
        return
    first: dict[str, Document] = {}
    errors = looked_at = 0
    for _, path in _named(drama, "episodes", place, found):
        errors += sum(each.severity == "error" for each in found[looked_at:])
        looked_at = len(found)
        if errors >= ENOUGH:
            return
        episode = _checked(path, "episode", place, found)
        if episode is None:
            continue
        id_ = episode.data["episode"]
        earlier = first.setdefault(ids.folded(id_), episode)
        if earlier is not episode:
            again, before = (each.span(("episode",)) for each in (episode, earlier))
            found.append(ids.twice(id_, again, earlier.data["episode"], before))
        yield _story(id_, episode, place, found, lesser, frozen=ids.normal(id_) in frozen)


def _story(id_: str, told: Document, place: Project, found: Found, lesser: Found, *, frozen: bool) -> Story:
    if ids.folded(id_) in _FOLDERS:
        label, message = Label(told.key_span(())), say("a spec cannot be called `{}`", id_)
        found.append(Diagnostic("MJ0308", "error", message, label, help=say("rename the file")))
    written = [key for key in told.data if key in longhand.STORY]
    for more in written[1:]:
        label, first = Label(told.key_span((more,))), Label(told.key_span((written[0],)), say("first here"))
        message = say("the story is told twice: by `{}` and by `{}`", written[0], more)
        found.append(Diagnostic("MJ0312", "error", message, label, (first,), help=say("delete one of them")))
    script: Document | None = None
    if "script" in told.data:
        for _, path in _named(told, "script", place, found) if _exists(told, place, found) else ():
            script = _checked(path, "script", place, found)
            lesser += shots.by_hand(script) if script is not None else ()
    elif written:
        script = told
    spelled = longhand.script(script) if script is not None else None
    return Story(id_, told, spelled, _novel(told, place, [] if frozen else found), frozen)


def _exists(told: Document, place: Project, found: Found) -> bool:
    name = told.data["script"]
    if os.path.isfile(_folder(told, ("script",), place) / name):
        return True
    label = Label(told.span(("script",)), say("no such file"))
    message = say("there is no script `{}`", elide(name, 60))
    found.append(Diagnostic("MJ0304", "error", message, label, help=say("paths are relative to the spec")))
    return False


def _novel(told: Document, place: Project, found: Found) -> str:
    if "source" not in told.data:
        return ""
    chapters = [(label.span, _chapter(path, place, found)) for label, path in _named(told, "source", place, found)]
    novel = "".join(text for _, text in chapters)
    if len(novel) > _LONGEST_NOVEL:
        most = say("{} characters of text", _LONGEST_NOVEL)
        message, label = say("{} must have at most {}", say("the novel"), most), say("these are {}", len(novel))
        help_ = say("name a file that holds one chapter")
        found.append(Diagnostic("MJ0206", "error", message, Label(chapters[0][0], label), help=help_))
    return novel


def _chapter(path: Path, place: Project, found: Found) -> str:
    """A part of a novel, the same on every system: how lines end and a mark at the beginning are no part of it."""
    try:
        text = project.text(path, place.root).text
    except SpecRefused as refused:
        found += refused.diagnostics
        return ""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").strip()
