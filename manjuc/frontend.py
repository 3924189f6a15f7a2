"""From the files of a project to what a plan rests on: the front end's passes in their order, and their findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from manjuc import (
    answers,
    appraisal,
    catalogue,
    checks,
    collecting,
    documents,
    facts,
    generated,
    likeness,
    lower,
    manifest,
    owned,
    project,
    screenplay,
    settings,
    severities,
    shots,
)
from manjuc.calls import Artifact
from manjuc.diagnostic import ENOUGH, Diagnostic, Source, failed, in_order
from manjuc.documents import Drama, Story
from manjuc.errors import SpecRefused
from manjuc.failures import Phrases
from manjuc.findings import Film, Series, Telling
from manjuc.graph import ActionId, Results
from manjuc.letters import letters_without_a_glyph, undrawable
from manjuc.placing import script_name
from manjuc.project import Project
from manjuc.settings import Settings
from manjuc.source import Document
from manjuc.spec import Episode, EpisodeId, Script, ShotId, Spec
from manjuc.steps import Lock
from manjuc.store import Store

_NEAR = 80  # characters of an answer that are shown to who wrote it

Clips = tuple[tuple[ShotId, ...], ...]
"""The clips of an episode, each with its shots."""


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
    facts: Mapping[str, Any] = field(default_factory=dict)  # what manjuc.yaml says

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
        again, more = shots.script(generated.of_store(data, "answer"), self.spec, mend=True)
        return again, data, _errors((*found, *more))

    def judged(self, text: str, name: str = "answer") -> tuple[Script | None, tuple[Diagnostic, ...]]:
        """A text model's words as a script, and everything that is wrong with it, at its place in them."""
        script, (document, found) = None, answers.read(text, name)
        if document is not None and not failed(found):
            script, found = generated.judged(document, self.spec, self.drama)
        return script, severities.applied(found, self.facts, answer=True)

    def appraised(self, results: Results) -> tuple[Diagnostic, ...]:
        """What is to be said of the scripts that a text model wrote, as far as they are known and not published."""
        folder = self.project.build_folder(preview=self.settings.preview)
        return self.of_placed(results, dict.fromkeys(results.scripts, folder))

    def of_placed(self, results: Results, folders: Mapping[EpisodeId, Path]) -> tuple[Diagnostic, ...]:
        """The same of scripts that are placed in several folders."""
        spec, root = self.spec, self.project.root
        names = {
            each.id: (folders[each.id] / script_name(each.id, series=spec.series)).relative_to(root).as_posix()
            for each in spec.episodes
            if each.script is None and not each.frozen and each.id in results.scripts
        }
        if not any(each.script is None and each.id in results.scripts for each in spec.episodes):
            return ()  # of a published one nothing is said, but others may show its shots
        told = {each.order for each in self.warnings}
        found = generated.findings(spec, self.drama, self.project, results, names)
        return severities.applied((each for each in found if each.order not in told), self.facts)

    def _before(self, store: Store, action: ActionId) -> Script | None:
        """The script that the team has so far, without its author's fixes."""
        locked = self.lock.actions.get(action)
        if locked is None or not store.holds(locked.artifacts[0].blob):
            return None
        script, _ = shots.script(_kept(store, locked.artifacts), self.spec, mend=True)
        return script

    def read_script(self, store: Store, episode: EpisodeId, artifacts: tuple[Artifact, ...]) -> Script:
        """The script that the store holds, with its author's fixes.

        It was accepted once. Refused is only what its author says of it, and a shot that is too long for the model of
        today: there would be no clips to plan.
        """
        script = generated.fixed(_kept(store, artifacts), episode, self.spec, self.drama)
        if episode not in self.spec.frozen and not generated.filmable(script, self.spec):
            raise SpecRefused(self.appraised(Results({}, {episode: script})))
        return script


def _kept(store: Store, artifacts: tuple[Artifact, ...]) -> Document:
    """A generated script as the store keeps it."""
    blob = artifacts[0].blob
    return generated.of_store(store.read(blob), f"script {blob[:12]}…")


def _errors(found: Iterable[Diagnostic]) -> tuple[str, ...]:
    """What a text model is told of its answer."""
    return tuple(_finding(diagnostic) for diagnostic in found if diagnostic.severity == "error")


def _finding(diagnostic: Diagnostic) -> str:
    _, line, column = diagnostic.primary.span.place
    near = diagnostic.primary.span.source.line(line)
    if len(near.strip()) > _NEAR:  # all of an answer may stand on one line
        near = near[max(0, column - 1 - _NEAR // 4) :]
    advice = f"；{diagnostic.help}" if diagnostic.help else ""
    return f"{diagnostic.message}（{near.strip()[:_NEAR]}）{advice}"


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
        program = load(place, preview=True)
        return in_order([*program.warnings, *_of_accepted(program)])
    except SpecRefused as refused:
        return refused.diagnostics


def _of_accepted(program: Program) -> Iterator[Diagnostic]:
    """What is to be said of the scripts that the next build starts from, as far as the locks and the store tell.

    Of an episode that only a preview has written, the preview's.
    """
    scripts, clips, folders = dict[EpisodeId, Script](), dict[EpisodeId, Clips](), dict[EpisodeId, Path]()
    told: dict[EpisodeId, tuple[str, ...]] = {}
    place, spec, drama = program.project, program.spec, program.drama
    for preview in (False, True):
        lock, _, found = _locks(place, preview=preview)
        yield from found
        for episode in (each for each in spec.episodes if each.id not in folders):
            document = generated.accepted(episode, lock, spec, place, preview=preview)
            if document is None:
                continue
            folders[episode.id] = place.build_folder(preview=preview)
            clips[episode.id] = lock.clips.get(episode.id, ())
            if (known := lock.actions[ActionId(f"{episode.id}/script")].told) is not None:
                told[episode.id] = known
            try:
                scripts[episode.id] = generated.fixed(document, episode.id, spec, drama)
            except SpecRefused as refused:
                yield from refused.diagnostics
    yield from program.of_placed(Results({}, scripts, clips, told), folders)


@collecting.paused()
def load(place: Project, *, preview: bool) -> Program:
    """Read and check a drama; SpecRefused carries everything that is wrong with it."""
    known, found = facts.of_project(place)
    try:
        return _checked(place, known, found, preview=preview)
    except SpecRefused as refused:
        raise SpecRefused(severities.applied(refused.diagnostics, known)) from None


def _checked(place: Project, known: Mapping[str, Any], found: tuple[Diagnostic, ...], *, preview: bool) -> Program:
    dotenv = project.optional_text(place.root / ".env")
    chosen = settings.read(known, dotenv, preview=preview)
    dialect = manifest.spoken(chosen.dialect, sound=not failed(found))
    files = facts.catalogue_files()
    drama, more = documents.read(place)
    found = in_order([*found, *more])
    if drama is None:
        raise SpecRefused(found)
    models = catalogue.models([*files, known])
    defaults = catalogue.defaults(files)
    spec, more = lower.spec(
        drama.document, models=models, defaults=defaults, preview=chosen.preview, assets=drama.assets,
        dialect=dialect.NAME if dialect else "",
    )  # fmt: skip
    found = in_order([*found, *more])
    if spec is None:
        raise SpecRefused(in_order([*found, *(each.diagnostic for each in drama.owned.missing)]))
    label = spec.label.text if spec.label else ""
    found = in_order([*found, *undrawable(label, ("label", "text"), drama.document, facts.letters())])
    spec, more = _with_episodes(spec, drama)
    found = in_order([*found, *more, *owned.missed(drama.owned.missing, spec)])
    found = in_order([*found, *checks.spec(spec, drama.document), *_of_series(spec, drama)])
    found = in_order([*found, *checks.relay(spec, drama.document, dialect), *facts.of_budget(place, known, spec)])
    lock, inherited, more = _locks(place, preview=chosen.preview)
    found = in_order([*found, *more])
    more = appraisal.findings(spec, drama, lock, place, files, sound=not failed(found))
    found = severities.applied(in_order([*found, *more]), known)
    if failed(found):
        raise SpecRefused(found)
    phrases, milder = catalogue.phrases(files), catalogue.milder(files)
    return Program(place, chosen, spec, lock, phrases, milder, found, drama, inherited, known)


def _with_episodes(spec: Spec, drama: Drama) -> tuple[Spec, tuple[Diagnostic, ...]]:
    """The spec with all of its films, and the scripts that people wrote."""
    found: list[Diagnostic] = []
    errors, loglines = 0, list[str]()
    episodes: list[Episode] = []
    for story in drama.stories:
        still = story.frozen
        episode = lower.episode(story.document, story.id, source=story.novel, earlier=loglines, frozen=still)
        if story.script is not None and errors < ENOUGH:
            script, more = _written(story, spec, episode, drama)
            episode = replace(episode, script=shots.of_episode(script, spec, episode.id) if script else None)
            found += more
            errors += sum(each.severity == "error" for each in more)
        if story.script is not None or not still:
            found += undrawable(episode.cover.text, ("cover", "text"), story.document, facts.letters())
        episodes.append(episode)
    return replace(spec, episodes=tuple(episodes)), in_order(found)


def _written(story: Story, spec: Spec, episode: Episode, drama: Drama) -> tuple[Script | None, tuple[Diagnostic, ...]]:
    """References and checks of a script that a person wrote."""
    document = story.script
    assert document is not None, "asked only of such stories"
    script, found = shots.script(document, spec, mend=False, assets=drama.assets, published=episode.frozen)
    if script is not None and episode.frozen:
        film = Film(spec, script, document, False, episode, story.document)
        return script, in_order([*found, *(each for each in checks.telling(film) if each.severity == "error")])
    if script is not None:
        found = (*found, *checks.film(Film(spec, script, document, False, episode, story.document, facts.words())))
        found = (*found, *letters_without_a_glyph(script, spec, document, facts.letters()))
    return script, in_order(found)


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
