"""A text as plain data that can be pointed into: what an author wrote in YAML, or a model answered in JSON.

Passes that give data another shape (includes, profiles, parts, short forms) make a document of grafts: each value still
knows the file, line and column where it was written, so that whatever is said of it later points there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from manjuc.colons import meant
from manjuc.diagnostic import Source, Span
from manjuc.text import as_json

Path = tuple[str | int, ...]
"""The way to a value: keys of mappings and positions in lists."""

Table = dict[str, Any]
"""A mapping of a document, as plain data."""

DEEPEST = 64
"""Levels of nesting that a document has at most."""


@dataclass(frozen=True, slots=True)
class Document:
    """A text as plain data, with the place of every key and value in it."""

    source: Source
    data: Any
    values: Mapping[Path, tuple[int, int]] = field(repr=False)
    keys: Mapping[Path, tuple[int, int]] = field(repr=False)
    grafts: Mapping[Path, Graft] = field(default_factory=dict, repr=False)

    def span(self, path: Path) -> Span:
        """The text of a value, or of what is nearest above it where it is missing."""
        home, path, of_key = self.home(path)
        if of_key:
            return home.key_span(path)
        while path not in home.values:
            path = path[:-1]
        return Span(home.source, *home.values[path])

    def key_span(self, path: Path) -> Span:
        """The key of a value, or of what is nearest above it; the first line of what has no key."""
        home, path, _ = self.home(path)
        while path not in home.values:
            path = path[:-1]
        if path in home.keys:
            return Span(home.source, *home.keys[path])
        start, end = home.values[path]
        line = home.source.text.find("\n", start, end)
        return Span(home.source, start, end if line < 0 else line)

    def home(self, path: Path) -> tuple[Document, Path, bool]:
        """The document in which a value was written, the way to it there, and whether it was written as a key."""
        for end in range(len(path), -1, -1):
            graft = self.grafts.get(path[:end])
            if graft is not None:
                home, there, of_key = graft.document.home((*graft.path, *path[end:]))
                return home, there, of_key or (graft.of_key and end == len(path))
        return self, path, False

    def woven(self, data: Any, grafts: Mapping[Path, Graft]) -> Document:
        """Other data of which every value was written here or where a graft says; the rest belongs to this file."""
        return Document(self.source, data, {(): self.values[()]}, {}, {**grafts})

    def at(self, path: Path) -> Any:
        """The value at a path, or None where it is missing."""
        value = self.data
        for step in path:
            inside = step in value if isinstance(value, dict) else isinstance(value, list) and step in range(len(value))
            if not inside:
                return None
            value = value[step]
        return value

    def may_say(self, *words: str) -> bool:
        """False where none of some words stands in its keys and values, as far as a look at the whole text tells."""
        grafted = {id(graft.document): graft.document for graft in self.grafts.values()}
        said = any(word in self.source.text for word in (*words, "\\"))  # which may spell any letter
        return said or any(document.may_say(*words) for document in grafted.values())

    def graft(self, *path: str | int, of_key: bool = False) -> Graft:
        """A value of this document, to be put into another one."""
        return Graft(self, path, of_key)

    def meant(self, path: Path) -> str | None:
        """`key: value` where a text stands for a mapping because its colon is missing or full-width."""
        span = self.span(path)
        text = span.source.text
        first = text[span.start : span.end].split("\n", 1)[0]
        home, there, _ = self.home(path)
        key = home.keys.get(there)
        own_line = key is None or "\n" in text[key[1] : span.start]
        return meant(first, spaced=own_line)

    def meant_by_key(self, path: Path) -> str | None:
        """`key: value` where the text of both was read as one key, because its colon is missing or full-width."""
        key = str(path[-1])
        if "{" not in key and "[" not in key:
            return meant(key, spaced=False)
        span = self.key_span(path)
        return meant(span.source.text[span.start :].split("\n", 1)[0])

    @classmethod
    def of(cls, data: Any, path: str) -> Document:
        """Plain data laid out as JSON, so that it can be pointed into; it must not be nested deeper than `DEEPEST`."""
        writer = _Writer()
        writer.write(data, ())
        return cls(Source(path, "".join(writer.parts)), data, writer.values, writer.keys)


@dataclass(frozen=True, slots=True)
class Graft:
    """A value that was written elsewhere; `of_key` where it was written there as the key."""

    document: Document
    path: Path
    of_key: bool = False


class _Writer:
    """Lays plain data out as indented JSON, and notes where every key and value stands."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.values: dict[Path, tuple[int, int]] = {}
        self.keys: dict[Path, tuple[int, int]] = {}
        self._at = 0

    def write(self, data: Any, path: Path) -> None:
        """Write one value and all that is in it."""
        start = self._at
        self.values[path] = (start, start)
        if isinstance(data, dict | list) and data:
            self._put("{" if isinstance(data, dict) else "[")
            for number, (key, value) in enumerate(_items(data)):
                self._put(("," if number else "") + "\n" + "  " * (len(path) + 1))
                if isinstance(key, str):
                    began = self._at
                    self._put(as_json(key))
                    self.keys[(*path, key)] = (began, self._at)
                    self._put(": ")
                self.write(value, (*path, key))
            self._put("\n" + "  " * len(path) + ("}" if isinstance(data, dict) else "]"))
        else:
            self._put(as_json(data))
        self.values[path] = (start, self._at)

    def _put(self, text: str) -> None:
        self.parts.append(text)
        self._at += len(text)


def _items(data: Table | list[Any]) -> Iterator[tuple[str | int, Any]]:
    return iter(data.items()) if isinstance(data, dict) else enumerate(data)
