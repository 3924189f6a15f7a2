"""From the files of a project to what a plan rests on: the front end's passes in their order, and their findings."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from manjuc import answers, catalogue, checks, lockfile, lower, project, schema, screenplay, settings, source
from manjuc.calls import Artifact
from manjuc.diagnostic import Diagnostic, Label, Source, Span, failed, in_order
from manjuc.errors import SpecRefused
from manjuc.failures import Phrases
from manjuc.letters import Letters, letters_without_a_glyph
from manjuc.models import Model
from manjuc.project import Project
from manjuc.settings import Settings
from manjuc.source import Document
from manjuc.spec import EpisodeId, Script, Spec
from manjuc.steps import Lock
from manjuc.store import Store


@dataclass(frozen=True, slots=True)
class Program:
    """A drama that has passed every check, with what is needed to plan and build it."""

    project: Project
    settings: Settings
    spec: Spec
    lock: Lock
    phrases: Phrases
    milder: Mapping[str, str]
    warnings: tuple[Diagnostic, ...]

    def read_answer(self, text: str) -> tuple[Script | None, bytes, tuple[str, ...]]:
        """A text model's words as a script, its bytes as they are kept, and what is wrong with it."""
        document, found = answers.read(text, "answer")
        script = None
        if document is not None and not failed(found):
            script, found = _script(document, self.spec, by_model=True)
        findings = tuple(_finding(diagnostic) for diagnostic in found if diagnostic.severity == "error")
        return script, screenplay.to_json(script) if script else b"", findings

    def read_script(self, store: Store, _episode: EpisodeId, artifacts: tuple[Artifact, ...]) -> Script:
        """The script that the store holds. It was accepted once, so its limits are not asked about again."""
        blob = artifacts[0].blob
        document = Document.of(json.loads(store.read(blob)), f"script {blob[:12]}…")
        script, found = lower.script(document, self.spec, mend=True)
        if script is None:
            raise SpecRefused(found)
        return script


def _finding(diagnostic: Diagnostic) -> str:
    _, line, _ = diagnostic.primary.span.place
    near = diagnostic.primary.span.source.line(line).strip()
    advice = f"；{diagnostic.help}" if diagnostic.help else ""
    return f"{diagnostic.message}（{near[:80]}）{advice}"


@functools.cache
def _schema(name: str) -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = json.loads(project.schema_text(name))
    return loaded


@functools.cache
def _letters() -> Letters:
    return Letters(project.letters())


def _document(text: Source, schema_name: str) -> tuple[Document | None, tuple[Diagnostic, ...]]:
    """A file that was read and fits its schema, or None."""
    document, found = source.load(text)
    if document is not None:
        found = in_order([*found, *schema.check(document, _schema(schema_name))])
    return (None if failed(found) else document), found


def is_script(text: Source) -> bool:
    """True for a hand-written script, which a glob of specs may name as well."""
    document, _ = source.load(text)
    return document is not None and isinstance(document.data, dict) and "manju_script" in document.data


def check(place: Project) -> tuple[Diagnostic, ...]:
    """Everything that is wrong with a spec or a hand-written script: nothing is looked up beyond its files."""
    try:
        text = project.source(place.spec, place.root)
        if is_script(text):
            return _document(text, "script")[1]
        return load(place, preview=True).warnings
    except SpecRefused as refused:
        return refused.diagnostics


def load(place: Project, *, preview: bool) -> Program:
    """Read and check a drama; SpecRefused carries everything that is wrong with it."""
    facts, found = _project_facts(place)
    dotenv = project.optional_text(place.root / ".env")
    chosen = settings.read(facts, dotenv, preview=preview)
    files = [data for text in project.catalogue_sources() if (data := _trusted(text))]
    document, more = _document(project.source(place.spec, place.root), "drama")
    found = in_order([*found, *more])
    if document is None or failed(found):
        raise SpecRefused(found)
    spec, more = lower.spec(
        document,
        name=place.name,
        models=catalogue.models([*files, facts]),
        defaults=catalogue.defaults(files),
        preview=chosen.preview,
    )
    if spec is not None:
        more = (*more, *checks.spec(spec, document))
    found = in_order([*found, *more])
    if spec is None:
        raise SpecRefused(found)
    spec, more = _with_script(spec, document, place)
    found = in_order([*found, *more])
    lock, more = _lock(place.lock(preview=chosen.preview), place.root)
    found = in_order([*found, *more])
    if failed(found):
        raise SpecRefused(found)
    return Program(place, chosen, spec, lock, catalogue.phrases(files), catalogue.milder(files), found)


def faults(path: Path) -> tuple[Mapping[str, Any], ...]:
    """What a file of faults for the preview relay says; SpecRefused carries what is wrong with it."""
    document, found = _document(project.source(path.absolute(), Path.cwd()), "faults")
    if document is None or failed(found):
        raise SpecRefused(found)
    return tuple(document.data["faults"])


def models(root: Path) -> Mapping[str, Model]:
    """Every model that is known in a project."""
    facts, _ = _project_facts(Project(root, root))
    return catalogue.models([*(data for text in project.catalogue_sources() if (data := _trusted(text))), facts])


def names() -> Mapping[str, tuple[str, ...]]:
    """Parts of names and hosts by what they tell."""
    return catalogue.names(_trusted(text) for text in project.catalogue_sources())


def given(root: Path) -> settings.Given:
    """What there is to reach a relay with in a project, unchecked; SpecRefused where manjuc.yaml cannot be read."""
    facts, found = _project_facts(Project(root, root))
    if failed(found):
        raise SpecRefused(found)
    return settings.given(facts, project.optional_text(root / ".env"))


def _project_facts(place: Project) -> tuple[Mapping[str, Any], tuple[Diagnostic, ...]]:
    """What manjuc.yaml says; nothing where there is none."""
    path = place.root / "manjuc.yaml"
    if not path.is_file():
        return {}, ()
    text = project.source(path, place.root)
    if not text.text.strip():
        return {}, ()
    document, found = _document(text, "project")
    return (document.data if document else {}), found


def _trusted(text: Source) -> Mapping[str, Any]:
    """A file of our own, which tests hold to its schema."""
    document, found = source.load(text)
    assert document is not None, found
    data: Mapping[str, Any] = document.data
    return data


def _with_script(spec: Spec, document: Document, place: Project) -> tuple[Spec, tuple[Diagnostic, ...]]:
    """The spec with the hand-written script that it names."""
    name = document.data.get("script")
    if name is None:
        return spec, ()
    path = place.spec.parent / name
    if not path.is_file():
        label = Label(document.span(("script",)), "no such file")
        message = f"there is no script `{name}`"
        return spec, (Diagnostic("MJ0304", "error", message, label, help="paths are relative to the spec"),)
    text, found = _document(project.source(path, place.root), "script")
    if text is None:
        return spec, found
    script, more = _script(text, spec, by_model=False)
    episodes = tuple(replace(episode, script=script) for episode in spec.episodes)
    return replace(spec, episodes=episodes), in_order([*found, *more])


def _script(document: Document, spec: Spec, *, by_model: bool) -> tuple[Script | None, tuple[Diagnostic, ...]]:
    """Schema, references and checks of a script: the same for a person's and a model's."""
    found = schema.check(document, _schema("script"), extras="warning" if by_model else "error")
    if failed(found):
        return None, found
    script, more = lower.script(document, spec, mend=by_model)
    if script is not None:
        more = (*more, *checks.script(script, spec, document, limits=by_model))
        more = (*more, *letters_without_a_glyph(script, spec, document, _letters()))
    return script, in_order([*found, *more])


def with_lock_of_now(program: Program) -> Program:
    """The program with the lock as it is on the disk: another build may have written it while this one waited."""
    lock, found = _lock(program.project.lock(preview=program.settings.preview), program.project.root)
    if failed(found):
        raise SpecRefused(found)
    return replace(program, lock=lock)


def _lock(path: Path, root: Path) -> tuple[Lock, tuple[Diagnostic, ...]]:
    """The lock beside the spec; an empty one where there is none yet."""
    if not path.is_file():
        return Lock({}, {}), ()
    text = project.source(path, root)
    if conflict := re.search(r"^<{7} .*$", text.text, re.MULTILINE):
        label = Label(Span(text, *conflict.span()), "two versions from here to `>>>>>>>`")
        help_ = "of each pair keep the lines of one side; no result of the other is lost"
        return Lock({}, {}), (Diagnostic("MJ0311", "error", "the lock holds a merge conflict", label, help=help_),)
    document, found = _document(text, "lock")
    return (lockfile.parse(document.data) if document else Lock({}, {})), found
