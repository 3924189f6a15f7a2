"""From the files of a project to what a plan rests on: the front end's passes in their order, and their findings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from manjuc import (
    answers,
    appraisal,
    catalogue,
    checks,
    documents,
    facts,
    ids,
    likeness,
    longhand,
    lower,
    project,
    screenplay,
    settings,
    severities,
    shots,
)
from manjuc.calls import Artifact
from manjuc.diagnostic import Diagnostic, Source, failed, in_order
from manjuc.documents import Drama, Story
from manjuc.errors import SpecRefused
from manjuc.failures import Phrases
from manjuc.findings import Film, Series, Telling
from manjuc.graph import ActionId
from manjuc.letters import letters_without_a_glyph, undrawable
from manjuc.project import Project
from manjuc.settings import Settings
from manjuc.source import Document
from manjuc.spec import Episode, EpisodeId, Script, Spec
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
    drama: Drama
    inherited: Lock = field(default_factory=lambda: Lock({}, {}))  # of a profile: what the drama's own lock says

    def read_answer(self, store: Store, action: ActionId, text: str) -> tuple[Script | None, bytes, tuple[str, ...]]:
        """A text model's words as a script, its bytes as they are kept, and what is wrong with it.

        Shots that continue those of the script before keep their ids, and so their clips.
        """
        script, found = self.judged(text)
        if script is not None and (before := self._before(store, action)):
            under = likeness.kept(script.shots, before.shots)
            names = likeness.renamed(script.shots, under)
            script = replace(script, shots=under, renamed=tuple(names.items()))
        if script is None:
            return None, b"", _errors(found)
        data = screenplay.to_json(script)
        # What cannot be read back must never be kept: every later command would be stopped by it.
        again, more = shots.script(_of_store(data, "answer"), self.spec, mend=True)
        return again, data, _errors((*found, *more))

    def judged(self, text: str) -> tuple[Script | None, tuple[Diagnostic, ...]]:
        """A text model's words as a script, and everything that is wrong with it, at its place in them."""
        document, found = answers.read(text, "answer")
        return _generated(document, self.spec) if document is not None and not failed(found) else (None, found)

    def _before(self, store: Store, action: ActionId) -> Script | None:
        """The script that the team has so far, without its author's fixes."""
        locked = self.lock.actions.get(action)
        if locked is None or not store.holds(locked.artifacts[0].blob):
            return None
        script, _ = shots.script(_kept(store, locked.artifacts), self.spec, mend=True)
        return script

    def read_script(self, store: Store, episode: EpisodeId, artifacts: tuple[Artifact, ...]) -> Script:
        """The script that the store holds, with its author's fixes.

        It was accepted once, so its limits are not asked about again.
        """
        document = _kept(store, artifacts)
        told, story = next((e, s.document) for e, s in _tellings(self.spec, self.drama) if e.id == episode)
        document, found = longhand.mended(document, story)
        script, more = shots.script(document, self.spec, mend=True, assets=self.drama.assets)
        if script is not None:
            more = (*more, *checks.telling(Film(self.spec, script, document, True, told, story)))
        found = in_order([*found, *more])
        if script is None or failed(found):
            raise SpecRefused(found)
        return shots.of_episode(script, self.spec, episode)


def _kept(store: Store, artifacts: tuple[Artifact, ...]) -> Document:
    """A generated script as the store keeps it."""
    blob = artifacts[0].blob
    return _of_store(store.read(blob), f"script {blob[:12]}…")


def _of_store(data: bytes, name: str) -> Document:
    return Document.of(json.loads(data), name)


def _errors(found: Iterable[Diagnostic]) -> tuple[str, ...]:
    """What a text model is told of its answer."""
    return tuple(_finding(diagnostic) for diagnostic in found if diagnostic.severity == "error")


def _finding(diagnostic: Diagnostic) -> str:
    _, line, _ = diagnostic.primary.span.place
    near = diagnostic.primary.span.source.line(line).strip()
    advice = f"；{diagnostic.help}" if diagnostic.help else ""
    return f"{diagnostic.message}（{near[:80]}）{advice}"


def _of_series(spec: Spec, drama: Drama) -> tuple[Diagnostic, ...]:
    told = tuple(Telling(episode, story.document, story.script) for episode, story in _tellings(spec, drama))
    return checks.series(Series(spec, drama.document, told, facts.words()))


def _tellings(spec: Spec, drama: Drama) -> Iterator[tuple[Episode, Story]]:
    return zip(spec.episodes, drama.stories, strict=True)


def part_of_drama(text: Source) -> str:
    """The kind of a file that is no drama, but part of one, which a glob of specs may name as well; else empty."""
    kind = documents.kind(text)
    return "" if kind == "drama" else kind


def check(place: Project) -> tuple[Diagnostic, ...]:
    """Everything that is wrong with a spec or with a part of one: nothing is looked up beyond its files."""
    try:
        text = project.source(place.spec, place.root)
        if (part := part_of_drama(text)) == "project":
            return facts.of_project(place)[1]
        if part:
            return documents.document(text, part)[1]
        return load(place, preview=True).warnings
    except SpecRefused as refused:
        return refused.diagnostics


def load(place: Project, *, preview: bool) -> Program:
    """Read and check a drama; SpecRefused carries everything that is wrong with it."""
    known, found = facts.of_project(place)
    dotenv = project.optional_text(place.root / ".env")
    chosen = settings.read(known, dotenv, preview=preview)
    files = facts.catalogue_files()
    drama, more = documents.read(place)
    found = in_order([*found, *more])
    if drama is None:
        raise SpecRefused(found)
    models = catalogue.models([*files, known])
    defaults = catalogue.defaults(files)
    spec, more = lower.spec(
        drama.document, models=models, defaults=defaults, preview=chosen.preview, assets=drama.assets
    )
    found = in_order([*found, *more])
    if spec is None:
        raise SpecRefused(found)
    label = spec.label.text if spec.label else ""
    found = in_order([*found, *undrawable(label, ("label", "text"), drama.document, facts.letters())])
    spec, more = _with_episodes(spec, drama)
    found = in_order([*found, *more, *checks.spec(spec, drama.document), *_of_series(spec, drama)])
    found = in_order([*found, *checks.relay(spec, drama.document, chosen.dialect)])
    lock, inherited, more = _locks(place, preview=chosen.preview)
    found = in_order([*found, *more])
    more = appraisal.findings(spec, drama, lock, place, files, sound=not failed(found))
    found = severities.applied(in_order([*found, *more]), known)
    if failed(found):
        raise SpecRefused(found)
    phrases, milder = catalogue.phrases(files), catalogue.milder(files)
    return Program(place, chosen, spec, lock, phrases, milder, found, drama, inherited)


def _with_episodes(spec: Spec, drama: Drama) -> tuple[Spec, tuple[Diagnostic, ...]]:
    """The spec with all of its films, and the scripts that people wrote."""
    found: list[Diagnostic] = []
    episodes: list[Episode] = []
    frozen = [ids.normal(id_) for id_ in drama.document.data.get("frozen", ())]
    for story in drama.stories:
        still = ids.normal(story.id) in frozen
        episode = lower.episode(story.document, story.id, source=story.novel, earlier=tuple(episodes), frozen=still)
        if story.script is not None:
            script, more = _written(story, spec, episode, drama)
            episode = replace(episode, script=shots.of_episode(script, spec, episode.id) if script else None)
            found += more
        episodes.append(episode)
    return replace(spec, episodes=tuple(episodes)), in_order(found)


def _written(story: Story, spec: Spec, episode: Episode, drama: Drama) -> tuple[Script | None, tuple[Diagnostic, ...]]:
    """References and checks of a script that a person wrote."""
    document = story.script
    assert document is not None, "asked only of such stories"
    script, found = shots.script(document, spec, mend=False, assets=drama.assets)
    if script is not None:
        found = (*found, *checks.film(Film(spec, script, document, False, episode, story.document, facts.words())))
        found = (*found, *letters_without_a_glyph(script, spec, document, facts.letters()))
        found = (*found, *undrawable(episode.cover.text, ("cover", "text"), story.document, facts.letters()))
    return script, in_order(found)


def _generated(document: Document, spec: Spec) -> tuple[Script | None, tuple[Diagnostic, ...]]:
    """Schema, references and checks of a script that a text model wrote."""
    document = shots.told(document)
    found = documents.answer(document)
    if failed(found):
        return None, found
    document = longhand.script(document)
    script, more = shots.script(document, spec, mend=True)
    if script is not None:
        more = (*more, *checks.film(Film(spec, script, document, True, lexicon=facts.words())))
        more = (*more, *letters_without_a_glyph(script, spec, document, facts.letters()))
    return script, in_order([*found, *more])


def with_lock_of_now(program: Program) -> Program:
    """The program with the lock as it is on the disk: another build may have written it while this one waited."""
    lock, inherited, found = _locks(program.project, preview=program.settings.preview)
    if failed(found):
        raise SpecRefused(found)
    return replace(program, lock=lock, inherited=inherited)


def _locks(place: Project, *, preview: bool) -> tuple[Lock, Lock, tuple[Diagnostic, ...]]:
    """The lock of a drama, with that of its profile above it, and what it is above."""
    own, found = facts.lock(place.lock(preview=preview), place.root)
    if not place.profile:
        return own, Lock({}, {}), found
    below, more = facts.lock(replace(place, profile="").lock(preview=preview), place.root)
    both = Lock({**below.actions, **own.actions}, {**below.clips, **own.clips})
    return both, below, in_order([*found, *more])
