"""What is asked of a whole drama once its files are sound: its words, and the calls that follow from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from manjuc import catalogue, checks, facts, ids, project, weights
from manjuc.diagnostic import Diagnostic, in_order
from manjuc.document import Document
from manjuc.documents import Drama
from manjuc.graph import Results
from manjuc.project import Project
from manjuc.spec import EpisodeId, Spec
from manjuc.steps import Lock
from manjuc.wording import Wording


def findings(
    spec: Spec, drama: Drama, lock: Lock, place: Project, files: Iterable[Mapping[str, Any]], *, sound: bool
) -> tuple[Diagnostic, ...]:
    """What is wrong with them, as far as people wrote the story; calls follow from a `sound` drama alone."""
    files = tuple(files)
    written = {EpisodeId(ids.normal(story.id)): story.script for story in drama.stories if story.script is not None}
    words = Wording(spec, drama.document, written, catalogue.sensitive_words(files), catalogue.milder(files))
    if not sound:
        return words.check()
    slips = checks.slips_in_published(spec, written, _made(place)) if _lost(spec) else ()
    templates, own = project.templates(place), project.has_templates(place)
    sent = weights.Sent(spec, drama.document, written, templates, own, partial(_locks, place))
    known = {episode.id: episode.script for episode in spec.episodes if episode.script and not episode.frozen}
    return in_order([*words.check(), *slips, *weights.check(sent, Results({}, known, lock.clips))])


def _lost(spec: Spec) -> bool:
    return any(episode.script.standins for episode in spec.episodes if episode.script)


def _made(place: Project) -> frozenset[str]:
    """Every action of which a lock of the drama knows a result."""
    return frozenset(id for lock in _locks(place) for id in lock.actions)


def _locks(place: Project) -> Iterator[Lock]:
    """Each lock of the drama: of what was paid for and of a preview, with its profile and without."""
    for way in dict.fromkeys((place, replace(place, profile=""))):
        yield from (facts.lock(way.lock(preview=preview), place.root)[0] for preview in (False, True))


def of_words(
    spec: Spec, drama: Drama, scripts: Mapping[EpisodeId, Document], files: Iterable[Mapping[str, Any]]
) -> tuple[Diagnostic, ...]:
    """The words of scripts that a text model wrote."""
    files = tuple(files)
    return Wording(
        spec, drama.document, scripts, catalogue.sensitive_words(files), catalogue.milder(files)
    ).of_scripts()


def of_calls(
    spec: Spec, drama: Drama, place: Project, scripts: Mapping[EpisodeId, Document], results: Results
) -> tuple[Diagnostic, ...]:
    """The calls that follow from such scripts, which have to be sound."""
    sent = weights.Sent(spec, drama.document, scripts, project.templates(place), project.has_templates(place))
    return weights.of_calls(sent, results)
