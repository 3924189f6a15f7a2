"""What a drama declares and no film shows."""

from __future__ import annotations

from collections.abc import Iterator

from manjuc.diagnostic import Diagnostic, Label
from manjuc.document import Path
from manjuc.findings import Series, warning
from manjuc.ids import normal
from manjuc.once import once
from manjuc.spec import Shot, bearer
from manjuc.words import NOTHING, Words, say, shortened

_KINDS = (
    ("characters", say("character"), "looks", say("look")),
    ("scenes", say("scene"), "at", say("time")),
    ("props", say("prop"), "", say("prop")),
)


def idle_declarations(series: Series) -> Iterator[Diagnostic]:
    """Once every story is written, whatever none of them uses was forgotten or is spelled otherwise."""
    if not series.written:
        return
    scripts = [telling.episode.script for telling in series.tellings]
    shots = [shot for script in scripts if script for shot in script.shots]
    used = {kind: _used(shots, kind) for kind, *_ in _KINDS}
    for kind, one, below, variant in _KINDS:
        for id_, entry in series.document.data.get(kind, {}).items():
            here = normal(id_)
            if here not in used[kind]:
                yield from _idle(series, (kind, id_), one, id_)
                continue
            for name in entry.get(below, {}) if below else ():
                if f"{here}/{normal(name)}" not in used[kind]:
                    yield from _idle(series, (kind, id_, below, name), variant, f"{id_}/{name}")


def _used(shots: list[Shot], kind: str) -> set[str]:
    """The ids of a kind that shots use; a look or a time uses what it belongs to."""
    if kind == "characters":
        found = {who for shot in shots for who in (*shot.characters, *(said.who for said in shot.say))}
    elif kind == "scenes":
        found = {shot.scene for shot in shots}
    else:
        found = {prop for shot in shots for prop in shot.props}
    return found | set(map(bearer, found))


@once(2)
def _briefs(series: Series) -> tuple[tuple[str, frozenset[str]], ...]:
    """What each script of a text model was told of, as far as that is known."""
    given = ((telling.episode.id, telling.brief) for telling in series.tellings)
    return tuple((id, frozenset(brief)) for id, brief in given if brief is not None)


def _idle(series: Series, path: Path, kind: Words, shown: str) -> Iterator[Diagnostic]:
    """Said where the drama itself declares it; what it includes serves others too."""
    span = series.document.key_span(path)
    if span.source.path == series.document.source.path:
        message, help_ = say("nothing uses the {} `{}`", kind, shown), say("use it in a shot, or delete it")
        earlier = _written_before(series, f"{path[0]}/{normal(shown)}")
        if earlier:
            help_ = say(
                "use it in a shot, or delete it; a script whose `take` you raise by one in the lock "
                "is written anew, and told of it"
            )
        yield warning("MJ0427", message, Label(span), earlier, help_)


def _written_before(series: Series, name: str) -> Words:
    """Which scripts of text models were not told of something, if there are any."""
    scripts = tuple(f"{id}/script" for id, brief in _briefs(series) if name not in brief)
    return say("written before it was declared: {}", shortened(scripts)) if scripts else NOTHING
