"""Scripts that a text model wrote: what is wrong with an answer, and with what was accepted of it.

What was accepted is judged as if a person had written the file that is placed of it. Whatever is said of it points into
that file, or to the place in the spec where its author has fixed it.
"""

from __future__ import annotations

import bisect
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from manjuc import appraisal, blobs, checks, documents, facts, longhand, project, prompts, screenplay, shots, standing
from manjuc.calls import key_of
from manjuc.diagnostic import Diagnostic, failed, in_order
from manjuc.document import Document, Path
from manjuc.documents import Drama, Story
from manjuc.errors import SpecRefused
from manjuc.findings import Film, Series, Telling
from manjuc.graph import Action, ActionId, Results
from manjuc.letters import letters_without_a_glyph
from manjuc.models import PREVIEW
from manjuc.project import Project
from manjuc.spec import Episode, EpisodeId, Script, Spec
from manjuc.stages import BY_NAME
from manjuc.steps import Lock
from manjuc.words import say

_WIDE = 200  # letters of a line in which one finds a place by its column
_SHOTS = (("shots",), ("parts",))  # where shots stand, and cards between parts


def judged(answer: Document, spec: Spec, drama: Drama) -> tuple[Script | None, tuple[Diagnostic, ...]]:
    """Schema, references, checks and words of a text model's answer, which it is still asked to mend."""
    document = shots.told(answer)
    found = documents.answer(document)
    if failed(found):
        return None, found
    document = longhand.script(document)
    script, more = shots.script(document, spec, mend=True)
    if script is not None:
        more = (*more, *checks.film(Film(spec, script, document, True, lexicon=facts.words())))
        more = (*more, *letters_without_a_glyph(script, spec, document, facts.letters()))
        told = replace(spec, episodes=(Episode(EpisodeId(""), script),))
        more = (*more, *appraisal.of_words(told, drama, {EpisodeId(""): document}, facts.catalogue_files()))
    return script, in_order(_whereabouts(each, answer) for each in [*found, *more])


def _whereabouts(diagnostic: Diagnostic, answer: Document) -> Diagnostic:
    """The same with a note of what it is about, where all of an answer stands on one line and a column says little."""
    span = diagnostic.primary.span
    if span.source is not answer.source or len(span.source.line(span.place[1])) <= _WIDE:
        return diagnostic
    around = (path for path, (start, end) in answer.values.items() if start <= span.start and span.end <= end)
    path = min(around, key=lambda path: answer.values[path][1] - answer.values[path][0], default=())
    steps = [_step(answer, path[:depth]) for depth in range(1, len(path) + 1)]
    note = (say("in the answer it is `{}`", " › ".join(steps)),) if steps else ()
    return replace(diagnostic, notes=(*diagnostic.notes, *note))


def _step(answer: Document, path: Path) -> str:
    """A step into an answer as people say it: a key, the id of an item, or its number from 1."""
    item = answer.at(path)
    last = path[-1]
    if isinstance(last, str):
        return last
    id = item.get("id") if isinstance(item, dict) else None
    return id if isinstance(id, str) else str(last + 1)


def of_store(data: bytes, name: str) -> Document:
    """A script as the store keeps it."""
    return Document.of(json.loads(data), name)


def fixed(document: Document, episode: EpisodeId, spec: Spec, drama: Drama) -> Script:
    """A script that was accepted, with its author's fixes; SpecRefused where something in these can mean nothing."""
    told, story = next(pair for pair in zip(spec.episodes, drama.stories, strict=True) if pair[0].id == episode)
    repeated = longhand.repeated(document, story.document)
    document, found = longhand.mended(document, story.document)
    script, more = shots.script(document, spec, mend=True, assets=drama.assets, published=told.frozen)
    if script is not None:
        script = replace(script, repeated=repeated)
        more = (*more, *checks.telling(Film(spec, script, document, False, told, story.document)))
    found = in_order([*found, *more])
    if script is None or failed(found):
        raise SpecRefused(found)
    return shots.of_episode(script, spec, episode)


def filmable(script: Script, spec: Spec) -> bool:
    """True where every shot fits into a clip of the video model, which may be another one than the script was for."""
    durations = spec.models.video.durations
    return not durations or all(shot.milliseconds <= max(durations) for shot in script.shots if shot.bought)


def accepted(episode: Episode, lock: Lock, spec: Spec, place: Project, *, preview: bool) -> Document | None:
    """The script in a lock that the next build starts from, if it is on this machine: that of today's call, or the
    published one.

    `spec` names the models as a preview does; the lock may be that of a preview, or not.
    """
    stage = BY_NAME["script"]
    action = Action(ActionId(f"{episode.id}/{stage.NAME}"), stage.NAME, about=episode)
    locked = lock.actions.get(action.id)
    data = blobs.read(place.store, locked.artifacts[0].blob) if locked else None
    if locked is None or data is None or episode.script is not None:
        return None
    if episode.frozen:
        return of_store(data, "script")
    render, writer = prompts.renderer(project.templates(place)), spec.models.text
    if not preview:
        writer = replace(writer, name=writer.name.removeprefix(PREVIEW))
        spec = replace(spec, models=replace(spec.models, text=writer))
    drama = standing.drama_of(action, spec, Results(), lock, render)
    today = key_of(stage.NAME, stage.VERSION, standing.call_in(drama, action, Results(), lock, render))
    return of_store(data, "script") if today == locked.key else None


@dataclass(frozen=True, slots=True)
class _Placed:
    """A script as it is placed, and the file that tells of its episode."""

    document: Document
    story: Story

    def spelled_out(self) -> Document:
        """The script of plain shots, with its author's fixes where they are written."""
        return longhand.mended(longhand.script(self.document), self.story.document)[0]

    def shots(self) -> list[tuple[int, int, Path]]:
        """Where each shot stands in the file, in its order, and the way to it."""
        values = self.document.values.items()
        items = ((*span, path) for path, span in values if path[:1] in _SHOTS and path[-2:-1] in _SHOTS)
        return sorted(each for each in items if "id" in self.document.at(each[2]))


def findings(
    spec: Spec, drama: Drama, place: Project, results: Results, names: Mapping[EpisodeId, str]
) -> tuple[Diagnostic, ...]:
    """What is to be said of the scripts of some episodes, with the names of their files; the drama's own faults too."""
    placed: dict[EpisodeId, _Placed] = {}
    spelled: dict[EpisodeId, Document] = {}
    found: list[Diagnostic] = []
    tellings: list[Telling] = []
    for episode, story in zip(spec.episodes, drama.stories, strict=True):
        script = results.scripts.get(episode.id)
        episode = replace(episode, script=episode.script or script)
        document = story.script
        if script is not None and episode.id in names:
            placed[episode.id] = _Placed(screenplay.document(script, names[episode.id]), story)
            document = spelled[episode.id] = placed[episode.id].spelled_out()
            film = Film(spec, script, document, False, episode, story.document, facts.words(), generated=True)
            found += checks.film(film)
            found += letters_without_a_glyph(script, spec, document, facts.letters())
        brief = results.told.get(episode.id) if episode.id in names else None
        tellings.append(Telling(episode, story.document, document, brief))
    whole = replace(spec, episodes=tuple(telling.episode for telling in tellings))
    found += checks.spec(whole, drama.document)
    found += checks.series(Series(whole, drama.document, tuple(tellings), facts.words()))
    mine = replace(results, scripts={id: script for id, script in results.scripts.items() if id in spelled})
    if not failed(found):
        found += appraisal.of_calls(whole, drama, place, spelled, mine)
    found += appraisal.of_words(whole, drama, spelled, facts.catalogue_files())
    return tuple(_mendable(in_order(found), placed))


def _mendable(found: tuple[Diagnostic, ...], placed: Mapping[EpisodeId, _Placed]) -> Iterator[Diagnostic]:
    """Findings with what to do where nobody wrote the text: what is written into the placed file has no effect."""
    homes = {each.document.source.path: (each, each.shots()) for each in placed.values()}
    for diagnostic in found:
        span = diagnostic.primary.span
        if span.source.path not in homes:
            yield diagnostic
            continue
        home, there = homes[span.source.path]
        spec = home.story.document.source.path
        note = say("a text model wrote it: to change it, copy this file and name the copy under `script` in {}", spec)
        number = bisect.bisect_right(there, span.start, key=lambda shot: shot[0]) - 1
        if number >= 0 and span.start < there[number][1]:
            fix = _fix(home.document, there[number][2], span.start)
            note = say("a text model wrote it: change it by `{}` in {}", fix, spec)
        yield replace(diagnostic, notes=(*diagnostic.notes, note))


def _fix(document: Document, path: Path, at: int) -> str:
    """What an author writes to change a key of a shot."""
    shot = document.at(path)
    spans = {key: (document.keys[(*path, key)][0], document.values[(*path, key)][1]) for key in shot}
    key = next((key for key, (start, end) in spans.items() if start <= at < end), "action")
    return f"fix: {{{shot['id']}: {{{key}: …}}}}"
