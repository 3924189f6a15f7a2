"""Copies results to where people look: never over a file that a person has edited, nor over those of another spec."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection
from pathlib import Path

from manjuc import disk
from manjuc.digest import Digest, digest_of
from manjuc.errors import UsageError
from manjuc.project import Project
from manjuc.words import say


class Shelf:
    """The build folder of one spec, with a note of what was put there. The note is a cache: without it, all is kept."""

    def __init__(self, folder: Path, note: Path, sync: disk.Sync = disk.at_once) -> None:
        self._folder, self._sync = folder, sync
        self._note = note
        self._placed: dict[str, str] = {}
        if note.is_file():
            self._placed = _sound(note.read_bytes())

    async def place(self, name: str, read: Callable[[], bytes], digest: Digest) -> bool:
        """Put a result at `name`; False where a person has edited the file there, which then stays as it is."""
        path = f"{self._folder}/{name}"
        if os.path.isfile(path):
            here = self._digest_at(path, name)
            if here != digest and not self._ours(name, here):
                return False
            if here == digest:
                self._placed[name] = _stamp(os.stat(path), digest)
                return True
        written = await disk.put(path, read(), sync=self._sync)
        self._placed[name] = _stamp(written, digest)
        return True

    def lying(self, name: str, digest: Digest) -> str:
        """The name under which a result lies in the folder of `name` already; else `name` itself."""
        folder = f"{name.rpartition('/')[0]}/"
        lying = (each for each in self._placed if each.startswith(folder) and self._ours(each, digest))
        found = [each for each in lying if "/" not in each[len(folder) :] and (self._folder / each).is_file()]
        return name if name in found or not found else found[0]

    def _digest_at(self, path: Path | str, name: str) -> str:
        """The digest of a placed file; a file that has not been touched since is not read again."""
        digest = self._placed.get(name, "").partition(" ")[0]
        return (
            digest
            if digest and _stamp(os.stat(path), digest) == self._placed[name]
            else digest_of(Path(path).read_bytes())
        )

    def _ours(self, name: str, digest: str) -> bool:
        return self._placed.get(name, "").partition(" ")[0] == digest

    def clear(self, names: Collection[str], passed_over: Callable[[str], bool] = lambda _: False) -> None:
        """Take away what was placed earlier under other names and nobody has edited: it is of an older storyboard."""
        for name in sorted(name for name in set(self._placed) - set(names) if not passed_over(name)):
            path = self._folder / name
            if path.is_file() and self._ours(name, self._digest_at(path, name)):
                path.unlink()
            del self._placed[name]

    def save(self) -> None:
        """Remember what was placed, for the next build."""
        disk.write(self._note, json.dumps(self._placed, ensure_ascii=False, indent=0, sort_keys=True).encode())


def owned(place: Project, *, preview: bool) -> bool:
    """True where the build folder of a spec is known to be its own; UsageError where another spec has it.

    Folders are named after specs, and so are the lock of a preview and the lines of an account: two of one name would
    overwrite each other.
    """
    folder, note = place.build_folder(preview=preview), _owner(place, preview=preview)
    other = note.read_text(encoding="utf-8", errors="replace") if note.is_file() else ""
    if other == _spec(place):
        return True
    if other and os.path.isfile(place.root / other):
        raise UsageError(
            say(
                "{} and {} have the same name, and {} holds what was built of the first: "
                "rename one of them, and the `.lock` beside it likewise",
                other,
                _spec(place),
                folder.relative_to(place.root).as_posix(),
            )
        )
    return False


def own(place: Project, *, preview: bool) -> None:
    """Note whose the build folder of a spec is, as long as that spec is there."""
    if not owned(place, preview=preview):
        note, spec = _owner(place, preview=preview), _spec(place).encode("utf-8", "replace")
        if not disk.create(note, spec):
            disk.write(note, spec)


def _owner(place: Project, *, preview: bool) -> Path:
    return place.store / "placed" / f"{place.build_folder(preview=preview).name}.spec"


def _spec(place: Project) -> str:
    return place.spec.relative_to(place.root).as_posix()


def _stamp(stat: os.stat_result, digest: str) -> str:
    return f"{digest} {stat.st_size} {stat.st_mtime_ns}"


_ENDINGS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "video/mp4": ".mp4",
    "application/x-subrip": ".srt",
}


def file_name(place: str, media: str) -> str:
    """The name of a placed artifact: where its action is placed, with the ending of its media type."""
    return place + _ENDINGS.get(media, ".bin")


def script_name(episode: str, *, series: bool) -> str:
    """The name of a placed script: an episode's is in the folder of the episode."""
    return f"{episode}/script.yaml" if series else "script.yaml"


def _sound(note: bytes) -> dict[str, str]:
    """What a note says; nothing where it is damaged, and then whatever differs is taken for edited."""
    try:
        data = json.loads(note)
    except ValueError:
        return {}
    items = data.items() if isinstance(data, dict) else ()
    return {name: stamp for name, stamp in items if isinstance(stamp, str)}
