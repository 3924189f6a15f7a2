"""Canonical bytes and digests: the one place that decides when two things are the same."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Digest = NewType("Digest", str)
"""SHA-256 in 64 hexadecimal letters."""

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))

_ATOMS, _LISTS = (str, bool, int), (list, tuple)

JsonValue = str | int | bool | None | list["JsonValue"] | dict[str, "JsonValue"]


def plain(value: object) -> JsonValue:
    """`value` as data that has exactly one canonical form.

    Floats are refused: they have many spellings. Use whole milliseconds, or a decimal string. A dataclass becomes a
    mapping with its class under `is`, so that two values of different kinds never look alike, and without the fields
    that hold their defaults: so a field that is added later changes no key. The price is that a default never changes.
    """
    if value is None or isinstance(value, _ATOMS):
        return value
    if isinstance(value, _LISTS):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        held = ((name, getattr(value, name), default) for name, default in _fields(type(value)))
        content = {name: plain(content) for name, content, default in held if not _is_default(content, default)}
        return {"is": type(value).__name__, **content}
    raise TypeError(f"no canonical form for {type(value).__name__}")


@functools.cache
def _fields(kind: type[DataclassInstance]) -> tuple[tuple[str, object], ...]:
    """The fields of a dataclass, each with its default, or with MISSING."""
    return tuple((field.name, field.default) for field in fields(kind))


def _is_default(content: object, default: object) -> bool:
    return type(content) is type(default) and content == default


def canonical(value: object) -> bytes:
    """The canonical JSON of `value`: sorted keys, no spaces, UTF-8."""
    return spelt(plain(value))


def spelt(data: JsonValue) -> bytes:
    """The same of what is plain data already."""
    return _ENCODER.encode(data).encode()


def digest_of(data: bytes) -> Digest:
    """The digest of some bytes, which is also the name of their blob."""
    return Digest(hashlib.sha256(data).hexdigest())


class Hashing:
    """The digest of a stream, taken while it passes by."""

    def __init__(self) -> None:
        self._state = hashlib.sha256()
        self.size = 0

    def update(self, chunk: bytes) -> None:
        """Take the next bytes in."""
        self._state.update(chunk)
        self.size += len(chunk)

    def digest(self) -> Digest:
        """The digest of all that passed so far."""
        return Digest(self._state.hexdigest())
