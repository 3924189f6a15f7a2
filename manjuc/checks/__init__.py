"""What only a person would notice in a drama or a script. A check is one small generator and one line in a table below.

A check has a code of its own with a page in data/explain/. Later checks are quiet about what earlier ones refuse: one
problem per cause.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import islice

from manjuc.checks import (
    clips,
    declared,
    edits,
    fitness,
    framings,
    looks,
    people,
    pictured,
    published,
    pupils,
    quotes,
    speech,
    standing,
    story,
    times,
    tongue,
    voices,
    wiring,
)
from manjuc.contracts import Dialect
from manjuc.diagnostic import ENOUGH, Diagnostic, in_order
from manjuc.document import Document
from manjuc.findings import Film, Series
from manjuc.spec import EpisodeId, Spec

OF_SPEC: tuple[Callable[[Spec, Document], Iterator[Diagnostic]], ...] = (
    times.uneven_seconds,
    times.contradicting_limits,
    times.idle_limits,
    fitness.unfit_models,
    fitness.unfit_resolution,
    fitness.unaskable_model,
    fitness.lengthless_model,
    pictured.own_pictures,
    tongue.unnamed_language,
)
"""Asked once of a drama, its episodes included."""

OF_RELAY: tuple[Callable[[Spec, Document, Dialect | None], Iterator[Diagnostic]], ...] = (
    wiring.unspoken_models,
    wiring.unsendable_pictures,
    wiring.missing_routes,
    wiring.missing_jobs,
    wiring.unpriced_models,
)
"""Asked once of a drama and of the dialect in which its calls will be spelt."""

OF_FILM: tuple[Callable[[Film], Iterator[Diagnostic]], ...] = (
    times.overlong_shot,
    times.unequal_sum,
    times.broken_limits,
    voices.misplaced_voice,
    voices.unseen_in_shot,
    people.named_and_absent,
    people.crowded_shot,
    people.twice_in_a_picture,
    people.second_face,
    standing.shared_sides,
    framings.strange_framings,
    pupils.invented_pupils,
    looks.contradicted_trait,
    looks.redeclared_traits,
    speech.crowded_lines,
    speech.directions,
    clips.changing_clip,
    clips.cut_away,
    pictured.many_pictures,
    pictured.own_cells,
    edits.idle_fixes,
    edits.repeated_fixes,
    edits.idle_keys,
)
"""Asked of each film whose script is known, whoever wrote it."""

OF_TELLING: tuple[Callable[[Film], Iterator[Diagnostic]], ...] = (
    story.unknown_shots,
    story.late_hook,
    story.early_cliffhanger,
    story.impossible_trims,
)
"""Asked of what an author says of single shots, as soon as the script is known."""

OF_SERIES: tuple[Callable[[Series], Iterator[Diagnostic]], ...] = (
    story.missing_theme,
    story.missing_length,
    story.silent_episodes,
    story.untold,
    story.idle_series_limits,
    clips.impossible_counts,
    clips.shown_in_part,
    people.names_inside_names,
    framings.strange_scopes,
    framings.unshowable_traits,
    pupils.declared_pupils,
    quotes.open_quotes,
    declared.idle_declarations,
    edits.idle_keys_of_fixes,
    edits.idle_in_series,
    edits.unknown_frozen,
    edits.reused_shots,
)
"""Asked once of a drama with all of its episodes in their files, be it one or many."""


def spec(spec: Spec, document: Document) -> tuple[Diagnostic, ...]:
    """Everything about a drama that cannot work, before anything is paid for."""
    return in_order(found for check in OF_SPEC for found in check(spec, document))


def relay(spec: Spec, document: Document, dialect: Dialect | None) -> tuple[Diagnostic, ...]:
    """Everything that a relay of a dialect would refuse; without a dialect, any would."""
    return in_order(found for check in OF_RELAY for found in check(spec, document, dialect))


def film(film: Film) -> tuple[Diagnostic, ...]:
    """Everything about a film that cannot work."""
    return in_order(found for check in (*OF_FILM, *OF_TELLING) for found in islice(check(film), ENOUGH))


def telling(film: Film) -> tuple[Diagnostic, ...]:
    """What an author says of shots that a text model has not written."""
    return in_order(found for check in OF_TELLING for found in islice(check(film), ENOUGH))


def series(series: Series) -> tuple[Diagnostic, ...]:
    """Everything that no single film knows."""
    return in_order(found for check in OF_SERIES for found in islice(check(series), ENOUGH))


def slips_in_published(
    spec: Spec, scripts: Mapping[EpisodeId, Document], made: Collection[str]
) -> tuple[Diagnostic, ...]:
    """Names in published scripts that are slips; `made` is every action of which the locks know a result."""
    return in_order(published.misspelt_names(spec, scripts, made))
