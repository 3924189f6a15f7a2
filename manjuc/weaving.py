"""Several files, or several parts of one, as one document: includes below a drama, a profile above it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from manjuc import ids
from manjuc.diagnostic import Diagnostic
from manjuc.document import Document, Graft, Path, Table

SHARED = ("characters", "props", "scenes")


def including(document: Document, included: tuple[Document, ...]) -> tuple[Document, tuple[Diagnostic, ...]]:
    """A drama with what it includes below it; nothing is overridden in silence: an id is declared once."""
    found = tuple(_declared_twice((document, *included)))
    return (_merged((document, *included), document) if included else document), found


def _declared_twice(documents: tuple[Document, ...]) -> Iterator[Diagnostic]:
    for kind in SHARED:
        first: dict[str, Document] = {}
        for document in documents:
            for id_ in document.data.get(kind, {}):
                earlier = first.setdefault(ids.folded(id_), document)
                if earlier is not document:
                    there = next(other for other in earlier.data[kind] if ids.folded(other) == ids.folded(id_))
                    here, before = document.key_span((kind, id_)), earlier.key_span((kind, there))
                    yield ids.twice(id_, here, there, before)


def profiled(document: Document, profile: str) -> Document:
    """A drama with the changes of one of its profiles."""
    changes = document.data["profiles"][profile]
    above = document.woven(changes, {(): document.graft("profiles", profile)})
    return _merged((above, document), document)


def _merged(layers: tuple[Document, ...], root: Document) -> Document:
    """Mappings joined key by key, where the upper one wins; all else is taken whole from the uppermost."""
    grafts: dict[Path, Graft] = {(): root.graft()}

    def join(tables: list[tuple[Document, Table]], path: Path) -> Table:
        given: dict[str, list[tuple[Document, Any]]] = {}
        for document, table in tables:
            for key, value in table.items():
                given.setdefault(key, []).append((document, value))
        return {key: whole(values, (*path, key)) for key, values in given.items()}

    def whole(values: list[tuple[Document, Any]], path: Path) -> Any:
        owner, uppermost = values[0]
        tables = [each for each in values if isinstance(each[1], dict)]
        joined = isinstance(uppermost, dict) and len(tables) > 1
        if joined and any(document is root for document, _ in tables):
            owner = root
        grafts[path] = owner.graft(*path)
        return join(tables, path) if joined else uppermost

    return root.woven(join([(layer, layer.data) for layer in layers], ()), grafts)
