"""What there is to know besides a drama's own files: manjuc.yaml, the catalogue, words and letters, the lock."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from manjuc import catalogue, documents, lexicon, lockfile, manifest, project, settings, source
from manjuc.diagnostic import Diagnostic, Label, Source, Span, failed, in_order
from manjuc.errors import SpecRefused
from manjuc.letters import Letters
from manjuc.lexicon import Lexicon
from manjuc.models import Model
from manjuc.project import Project
from manjuc.spec import Spec
from manjuc.steps import Lock
from manjuc.words import ENGLISH, Language, say


@functools.cache
def letters() -> Letters:
    """What the film's font can draw."""
    return Letters(project.letters())


@functools.cache
def words() -> Lexicon:
    """Words by which checks tell what a text speaks of."""
    return lexicon.lexicon(trusted(project.lexicon()))


def faults(path: Path) -> tuple[Mapping[str, Any], ...]:
    """What a file of faults for the preview relay says; SpecRefused carries what is wrong with it."""
    document, found = documents.document(project.source(path.absolute(), Path.cwd()), "faults")
    if document is None or failed(found):
        raise SpecRefused(found)
    return tuple(document.data["faults"])


@functools.cache
def catalogue_files() -> tuple[Mapping[str, Any], ...]:
    """What the files of the catalogue say, in the order in which they override each other."""
    return tuple(data for text in project.catalogue_sources() if (data := trusted(text)))


def models(root: Path) -> Mapping[str, Model]:
    """Every model that is known in a project."""
    facts, _ = of_project(Project(root, root))
    return catalogue.models([*catalogue_files(), facts])


def names() -> Mapping[str, tuple[str, ...]]:
    """Parts of names and hosts by what they tell."""
    return catalogue.names(catalogue_files())


def quota() -> Mapping[str, int]:
    """What the numbers of a relay's balance mean, where it does not say so itself."""
    return catalogue.quota(catalogue_files())


@functools.cache
def language(name: str) -> Language:
    """Our sentences in a language."""
    return ENGLISH if name == "en" else trusted(project.language_source(name))


def given(root: Path) -> settings.Given:
    """What there is to reach a relay with in a project, unchecked; SpecRefused where manjuc.yaml cannot be read."""
    facts, found = of_project(Project(root, root))
    if failed(found):
        raise SpecRefused(found)
    return settings.given(facts, project.optional_text(root / ".env"))


def of_project(place: Project) -> tuple[Mapping[str, Any], tuple[Diagnostic, ...]]:
    """What manjuc.yaml says; nothing where there is none."""
    path = place.root / "manjuc.yaml"
    if not path.is_file():
        return {}, ()
    text = project.source(path, place.root)
    if not re.sub(r"^\s*#.*", "", text.text, flags=re.MULTILINE).strip():
        return {}, ()  # nothing, or comments alone
    document, found = documents.document(text, "project")
    if document is not None:
        templates = project.templates(place) if "models" in document.data else ()
        found = in_order([*found, *manifest.faults(document, catalogue_files(), templates)])
    return (document.data if document else {}), found


def of_budget(place: Project, facts: Mapping[str, Any], spec: Spec) -> tuple[Diagnostic, ...]:
    """What is to be said of the budget in manjuc.yaml, by the prices of a drama's models."""
    missing = manifest.unpayable(facts.get("budget") or (), spec)
    if not missing:
        return ()
    document, _ = documents.document(project.source(place.root / "manjuc.yaml", place.root), "project")
    return tuple(manifest.of_budget(document, missing)) if document else ()


def trusted(text: Source) -> Mapping[str, Any]:
    """A file of our own, which tests hold to its schema."""
    document, found = source.load(text)
    assert document is not None, found
    data: Mapping[str, Any] = document.data
    return data


def lock(path: Path, root: Path) -> tuple[Lock, tuple[Diagnostic, ...]]:
    """The lock beside the spec; an empty one where there is none yet."""
    if not path.is_file():
        return Lock({}, {}), ()
    text = project.source(path, root)
    if conflict := re.search(r"^<{7} .*$", text.text, re.MULTILINE):
        label = Label(Span(text, *conflict.span()), say("two versions from here to `>>>>>>>`"))
        message = say("the lock holds a merge conflict")
        help_ = say("of each pair keep the lines of one side; no result of the other is lost")
        return Lock({}, {}), (Diagnostic("MJ0311", "error", message, label, help=help_),)
    document, found = documents.document(text, "lock")
    return (lockfile.parse(document.data) if document else Lock({}, {})), found
