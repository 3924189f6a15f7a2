"""Where the bytes of a blob lie in a store, by their digest; whoever only looks at one needs no journal."""

from __future__ import annotations

from pathlib import Path

from manjuc.digest import Digest, digest_of


def name(folder: str, blob: Digest) -> str:
    """Where the bytes of a blob lie, or would lie."""
    return f"{folder}/blobs/{blob[:2]}/{blob}"


def read(folder: Path, blob: Digest) -> bytes | None:
    """The bytes of a blob; None where they are not here, or not what its name says."""
    try:
        data = Path(name(str(folder), blob)).read_bytes()
    except OSError:
        return None
    return data if digest_of(data) == blob else None
