"""The lock: what the team has decided and accepted, in git. Read with places, written so that git can merge it.

Of each script it keeps whom and what the text model was `told` of, so that a later declaration buys no script again. A
lock without these lines is older than they are: its scripts are held against all that is declared today.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from manjuc import disk
from manjuc.calls import Artifact
from manjuc.digest import Digest
from manjuc.graph import ActionId
from manjuc.spec import EpisodeId, ShotId
from manjuc.steps import Lock, Locked

_HEAD = "# Written by manjuc, to be kept in git: what was made and accepted, by action, and the shots of each clip.\n"


def parse(data: Mapping[str, Any]) -> Lock:
    """A lock from its plain data, which has passed its schema."""
    actions = {ActionId(id): _locked(entry) for id, entry in (data.get("actions") or {}).items()}
    clips: dict[EpisodeId, list[tuple[ShotId, ...]]] = {}
    for entry in (data.get("clips") or {}).values():
        shots = tuple(ShotId(shot) for shot in entry["shots"])
        clips.setdefault(EpisodeId(entry["episode"]), []).append(shots)
    return Lock(actions, {episode: tuple(found) for episode, found in clips.items()})


def _locked(entry: Mapping[str, Any]) -> Locked:
    artifact = Artifact(entry["role"], Digest(entry["blob"]), entry["media"], entry["size"])
    told = tuple(entry["told"]) if "told" in entry else None
    return Locked(Digest(entry["key"]), int(entry["take"]), (artifact,), entry.get("reviewed", False), told)


def text_of(lock: Lock) -> str:
    """The lock as text: a header line for each entry, a line for each value, sorted, with nothing that passes."""
    lines = [_HEAD, "manju_lock: 1\n", "actions:\n" if lock.actions else "actions: {}\n"]
    for id, locked in sorted(lock.actions.items()):
        (artifact,) = locked.artifacts
        lines += [f'  "{id}":\n', f"    key: {_hex(locked.key)}\n", f"    take: {locked.take}\n"]
        lines += [f"    role: {artifact.role}\n", f"    blob: {_hex(artifact.blob)}\n"]
        lines += [f"    media: {artifact.media}\n", f"    size: {artifact.size}\n"]
        lines += ["    reviewed: true\n"] if locked.reviewed else []
        lines += [] if locked.told is None else ["    told:\n" if locked.told else "    told: []\n"]
        lines += [f'      - "{each}"\n' for each in sorted(locked.told or ())]
    lines.append("clips:\n" if any(lock.clips.values()) else "clips: {}\n")
    for episode, clips in sorted(lock.clips.items()):
        for shots in clips:
            lines += [f'  "{episode}/{shots[0]}":\n', f'    episode: "{episode}"\n', "    shots:\n"]
            lines += [f'      - "{shot}"\n' for shot in shots]
    return "".join(lines)


def _hex(digest: Digest) -> str:
    """A digest that happens to hold digits alone would be read as a number."""
    return f'"{digest}"'


def write(path: Path, lock: Lock) -> bool:
    """Write the lock where it changed; True where it did."""
    data = text_of(lock).encode()
    if path.is_file() and path.read_bytes() == data:
        return False
    disk.write(path, data)
    return True
