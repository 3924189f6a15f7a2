"""The front end's passes in a row, for tests: plain texts in, values and diagnostics out."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from manjuc import checks, lexicon, longhand, lower, project, schema, shots, source
from manjuc.diagnostic import Diagnostic, Source, failed, in_order
from manjuc.findings import Film, Series, Telling
from manjuc.models import Model, Retirement
from manjuc.spec import Script, Spec

ROOT = Path(__file__).parent.parent

_MODELS = (
    Model("gemini-3.5-flash", "text"),
    Model("gemini-3-flash-preview-nothinking", "text"),
    Model("nano-banana-2", "image", aspect_ratios=("16:9", "9:16", "1:1", "4:3", "21:9")),
    Model("seedance-2.0", "video", durations=(5_000, 10_000, 15_000), hd=True),
    Model("veo3.1", "video", durations=(8_000,), aspect_ratios=("16:9", "9:16")),
    Model(
        "sora-2",
        "video",
        durations=(10_000, 15_000),
        aspect_ratios=("16:9", "9:16"),
        retired=Retirement("2026-09-24", "its maker has shut it down", ("veo3.1", "gone")),
    ),
)
MODELS: Mapping[str, Model] = {model.name: model for model in _MODELS}
DEFAULTS = {"text": "gemini-3.5-flash", "image": "nano-banana-2", "video": "seedance-2.0"}

Found = tuple[Diagnostic, ...]
LEXICON = lexicon.lexicon(source.load(project.lexicon())[0].data)  # type: ignore[union-attr]


@functools.cache
def schema_of(name: str) -> Mapping[str, Any]:
    """A schema of the repository, always the same object."""
    loaded: Mapping[str, Any] = json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    return loaded


def load(text: str, path: str = "drama.yaml", schema_name: str = "drama") -> tuple[source.Document | None, Found]:
    """A text read and held against its schema."""
    document, found = source.load(Source(path, text))
    if document is not None:
        found = in_order([*found, *schema.check(document, schema_of(schema_name))])
    return document, found


def spec(text: str, *, name: str = "drama", preview: bool = False) -> tuple[Spec | None, Found]:
    """A spec through all passes."""
    document, found = load(text)
    if document is None or failed(found):
        return None, found
    lowered, more = lower.spec(document, models=MODELS, defaults=DEFAULTS, preview=preview)
    found = in_order([*found, *more])
    if lowered is None:
        return None, found
    film = lower.episode(document, name, source="", earlier=[], frozen=False)
    inline = longhand.script(document) if "shots" in document.data or "parts" in document.data else None
    if inline is not None:
        written, more = shots.script(inline, lowered, mend=False)
        found, film = in_order([*found, *more]), replace(film, script=written)
        if written is not None:
            found = in_order([*found, *checks.film(Film(lowered, written, inline, False, film, document, LEXICON))])
    lowered = replace(lowered, episodes=(film,))
    whole = Series(lowered, document, (Telling(film, document, inline),), LEXICON)
    return lowered, in_order([*found, *checks.spec(lowered, document), *checks.series(whole)])


def script(text: str, drama: str, *, mend: bool = False) -> tuple[Script | None, Found]:
    """A script through all passes, beside a spec without errors."""
    lowered, found = spec(drama)
    assert lowered is not None, found
    assert not failed(found), found
    document, found = load(text, "script.yaml", "script")
    if document is None or failed(found):
        return None, found
    found = found if mend else in_order([*found, *shots.by_hand(document)])
    document = longhand.script(document)
    told, more = shots.script(document, lowered, mend=mend)
    found = in_order([*found, *more])
    if told is None:
        return None, found
    around = None if mend else load(drama)[0]
    film = Film(lowered, told, document, mend, lowered.episodes[0], around, LEXICON)
    return told, in_order([*found, *checks.film(film)])


def codes(found: Found) -> list[str]:
    """The codes of problems, in their order."""
    return [diagnostic.code for diagnostic in found]


def at(found: Found) -> list[tuple[str, int, int]]:
    """Code, line and column of problems, in their order."""
    return [(diagnostic.code, *diagnostic.primary.span.place[1:]) for diagnostic in found]


def marked(diagnostic: Diagnostic) -> str:
    """The text that a problem points at."""
    span = diagnostic.primary.span
    return span.source.text[span.start : span.end]
