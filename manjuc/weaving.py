"""Several files, or several parts of one, as one document: includes below a drama, a profile above it."""

from __future__ import annotations

from collections.abc import Iterator

from manjuc import ids
from manjuc.diagnostic import Diagnostic
from manjuc.document import Document, Graft, Path, Table

SHARED = ("characters", "props", "scenes")


def including(document: Document, included: tuple[Document, ...]) -> tuple[Document, tuple[Diagnostic, ...]]:
    """A drama with what it includes below it; nothing is overridden in silence: an id is declared once."""
    found = tuple(_declared_twice((document, *included)))
    for below in included:
        document = _merged(above=document, below=below, root=document)
    return document, found


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
    return _merged(above=above, below=document, root=document)


def _merged(*, above: Document, below: Document, root: Document) -> Document:
    """Mappings joined key by key, where the upper one wins; all else is taken whole from the upper one."""
    grafts: dict[Path, Graft] = {(): root.graft()}

    def join(upper: Table, lower: Table, path: Path) -> Table:
        joined: Table = {}
        for key in (*upper, *(key for key in lower if key not in upper)):
            here: Path = (*path, key)
            if key in upper and key in lower and isinstance(upper[key], dict) and isinstance(lower[key], dict):
                grafts[here] = (above if root is above else below).graft(*here)
                joined[key] = join(upper[key], lower[key], here)
            else:
                owner, data = (above, upper) if key in upper else (below, lower)
                grafts[here] = owner.graft(*here)
                joined[key] = data[key]
        return joined

    return root.woven(join(above.data, below.data, ()), grafts)
