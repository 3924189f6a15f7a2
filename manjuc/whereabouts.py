"""Where in a drama's files something is declared: who, where, what, which shot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from manjuc import ids
from manjuc.document import Document, Path
from manjuc.spec import Character, EpisodeId, Prop, Scene

Kind = Literal["characters", "scenes", "props"]
_BELOW = {"characters": "looks", "scenes": "at"}


def path_of(document: Document, kind: Kind, id: str) -> Path:
    """The way to a declaration, such as `characters`, `沈昭`, `looks`, `囚衣`; as far down as it is written."""
    base, _, variant = id.partition("/")
    path = _step(document, (kind,), base)
    return _step(document, (*path, _BELOW[kind]), variant) if variant else path


def trait_of(document: Document, owner: Character | Prop, trait: str) -> Path:
    """The way to a trait: a look has those of its character where it changes nothing about them."""
    kind: Kind = "characters" if isinstance(owner, Character) else "props"
    path = path_of(document, kind, owner.id)
    own = _step(document, path, trait)
    if own == path or "traits" in path:
        own = _step(document, (*path_of(document, kind, owner.id.partition("/")[0]), "traits"), trait)
    return own


def declaration(document: Document, about: object) -> Path:
    """The way to whatever an action is about, where it is declared; else nothing."""
    match about:
        case Character():
            return path_of(document, "characters", about.id)
        case Scene():
            return path_of(document, "scenes", about.id)
        case Prop():
            return path_of(document, "props", about.id)
        case _:
            return ()


def _step(document: Document, path: Path, id: str) -> Path:
    entries = document.at(path)
    keys = entries if isinstance(entries, Mapping) else {}
    if id in keys:
        return (*path, id)
    return next(((*path, key) for key in keys if ids.normal(str(key)) == id), path)


def invented(scripts: Mapping[EpisodeId, Document], about: object) -> tuple[Document, Path] | None:
    """The script that invents someone or a place, with the way to the id there."""
    if not isinstance(about, Character | Scene):
        return None
    kind = "characters" if isinstance(about, Character) else "scenes"
    for document in scripts.values():
        for number, entry in enumerate(document.data.get(kind, ())):
            if ids.normal(str(entry["id"])) == about.id:
                return document, (kind, number, "id")
    return None


def shot_of(scripts: Mapping[EpisodeId, Document], episode: EpisodeId, shot: str) -> tuple[Document, Path] | None:
    """The script in which a shot stands, with the way to it; None where no person wrote it."""
    document = scripts.get(episode)
    shots = document.data.get("shots", ()) if document else ()
    place = next((n for n, each in enumerate(shots) if ids.normal(str(each.get("id"))) == shot), None)
    return (document, ("shots", place)) if document and place is not None else None
