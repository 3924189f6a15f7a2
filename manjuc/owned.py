"""The author's own pictures and clips, looked into once each; and those of them that are missed.

What is published is never made again, so a file that nothing else shows may be gone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from manjuc import media
from manjuc.diagnostic import Diagnostic, Label
from manjuc.digest import Digest, digest_of
from manjuc.document import Document
from manjuc.document import Path as Way
from manjuc.errors import MediaFailed
from manjuc.ids import normal
from manjuc.spec import Asset, Shot, Spec, bearer
from manjuc.text import elide
from manjuc.words import say

_DRAWN = ("style", "characters *", "characters * looks *", "scenes *", "scenes * at *", "props *")
_SHOT = ("shots *", "parts * shots *", "fix *")
# Traits, places and ids may be called so too: only here is it a file. `*` is any key, or any item of a list.
_PICTURES = tuple((*way.split(), key) for key, ways in (("image", _DRAWN + _SHOT), ("video", _SHOT)) for way in ways)


@dataclass(frozen=True, slots=True)
class Missing:
    """A file that cannot be used: what is to be said of it where something that is made shows it."""

    diagnostic: Diagnostic
    way: Way  # where it is named
    episode: str  # the published one that names it; empty for whatever else does
    shot: str  # the shot that names it, as `episode/shot`


@dataclass(frozen=True, slots=True)
class Owned:
    """The author's own files: what they are, by who names them and how; where they lie; which there are not."""

    assets: Mapping[tuple[str, str], Asset]
    files: Mapping[Digest, Path]
    missing: tuple[Missing, ...]


def read(documents: Iterable[tuple[Document, str]], root: Path) -> Owned:
    """Every file that some documents name, each document with the published episode that it is of, if any."""
    assets: dict[tuple[str, str], Asset] = {}
    files: dict[Digest, Path] = {}
    missing: list[Missing] = []
    for document, episode in documents:
        patterns = _PICTURES if document.may_say("image", "video") else ()
        for way, written in (found for pattern in patterns for found in _fitting(document.data, pattern)):
            span = document.span(way)
            key = (span.source.path, written)
            path = (root / span.source.path).parent / written
            clip = way[-1] == "video"
            if key in assets and clip == (assets[key].milliseconds > 0):
                continue
            found = _asset(path, written, Label(span), clip=clip)
            if isinstance(found, Asset):
                assets[key], files[found.blob] = found, path
                continue
            id_ = way[1] if way[0] == "fix" else (document.at(way[:-1]) or {}).get("id", "")
            missing.append(Missing(found, way, episode, f"{normal(episode)}/{normal(str(id_))}"))
            if episode:  # its shot had a picture, and has it still
                assets[key] = Asset(written, digest_of(b""), "", 0)
    return Owned(assets, files, tuple(missing))


def _asset(path: Path, written: str, label: Label, *, clip: bool) -> Asset | Diagnostic:
    """A file, or what is wrong with it."""
    if not os.path.isfile(path):
        message = say("there is no file `{}`", elide(written, 60))
        help_ = say("paths are relative to the file that names them")
        if "://" in written or written.startswith("data:"):
            help_ = say("links are not taken: save the file beside this one, and write its path")
        return Diagnostic("MJ0304", "error", message, Label(label.span, say("no such file")), help=help_)
    try:
        return media.asset(path, written, clip=clip)
    except MediaFailed as error:
        return Diagnostic("MJ0319", "error", say("`{}` cannot be used: {}", elide(written, 60), *error.args), label)


def _fitting(data: Any, pattern: tuple[str, ...], way: Way = ()) -> Iterator[tuple[Way, str]]:
    """Every text whose way fits a pattern."""
    if not pattern:
        yield from [(way, data)] if isinstance(data, str) else []
        return
    key, below = pattern[0], pattern[1:]
    if key == "*":
        for each, value in (
            data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
        ):
            yield from _fitting(value, below, (*way, each))
    elif isinstance(data, dict) and key in data:
        yield from _fitting(data[key], below, (*way, key))


def missed(missing: Iterable[Missing], spec: Spec) -> Iterator[Diagnostic]:
    """What there is to say of files that cannot be used, though something that is not published shows them."""
    missing = tuple(missing)
    if not missing:
        return
    living = [episode for episode in spec.episodes if not episode.frozen]
    shots = [shot for episode in living if episode.script for shot in episode.script.shots]
    open_ = not spec.frozen or any(episode.script is None for episode in living)
    shown, again = {id_ for shot in shots for id_ in _shown(shot)}, {normal(shot.use) for shot in shots}
    for each in missing:
        kind, *names = each.way[:-1]
        if each.episode:
            needed = each.shot in again
        elif kind == "style":
            needed = bool(living)
        elif f"{kind} *" in _DRAWN and not open_:
            base, *variant = (normal(str(name)) for name in (names[0], *names[2:]))
            needed = (kind, "/".join((base, *variant))) in shown
        else:
            needed = True
        if needed:
            yield each.diagnostic


def _shown(shot: Shot) -> Iterator[tuple[str, str]]:
    """Whoever and whatever is in a shot, by kind and id; a look is drawn after its character, a time after a place."""
    for kind, ids in (("characters", shot.characters), ("scenes", (shot.scene,)), ("props", shot.props)):
        yield from ((kind, each) for id_ in ids for each in (id_, bearer(id_)))
