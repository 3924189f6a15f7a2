"""The story as authors write it, spelled out: parts, inherited keys and short forms become plain shots.

What comes out has the one shape of a script, whoever wrote it, and each value still points to where it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from manjuc.diagnostic import Diagnostic, Label
from manjuc.document import Document, Graft, Path, Table
from manjuc.text import elide, nearest
from manjuc.words import say

STORY = ("script", "parts", "shots")
"""The keys by which a person gives the story; without any of them a text model writes it."""

_INHERITED = {"at": "scene", "characters": "characters", "props": "props", "framing": "framing", "camera": "camera"}
_SPOKEN = re.compile(r"^(?P<who>.+?)\s*[(（](?P<voice>[^()（）]*)[)）]$")
_VOICES = {"心声": "inner", "内心": "inner", "画外": "off", "画外音": "off", "开口": "on"}


def script(document: Document) -> Document:
    """A script of plain `shots` from a file that holds `parts`, `shots` and short forms; it has passed its schema."""
    weaver = _Weaver(document)
    kept = ("manju_script", "title", "logline")
    listed = (key for key in ("characters", "scenes") if isinstance(document.data.get(key), list))
    for key in (*(key for key in kept if key in document.data), *listed):
        weaver.take((key,), document.data[key], (key,))
    shots = [weaver.shot(number, *found) for number, found in enumerate(_shots(document.data))]
    weaver.data["shots"] = shots
    weaver.grafts[("shots",)] = document.graft("parts" if "parts" in document.data else "shots")
    return document.woven(weaver.data, weaver.grafts)


def mended(script: Document, fixes: Document) -> tuple[Document, tuple[Diagnostic, ...]]:
    """A generated script with what its author changes in single shots, by their ids (`fix`)."""
    fix: Mapping[str, Table] = fixes.data.get("fix", {})
    shots = [str(shot.get("id")) for shot in script.data["shots"]]
    weaver = _Weaver(fixes)
    changed = list(script.data["shots"])
    for number, id_ in enumerate(shots):
        if id_ in fix:
            changed[number] = {**changed[number], **weaver.keys(("shots", number), fix[id_], ("fix", id_))}
    unknown = tuple(_no_shot(fixes, ("fix", id_), id_, shots) for id_ in fix if id_ not in shots)
    return script.woven({**script.data, "shots": changed}, {(): script.graft(), **weaver.grafts}), unknown


def repeated(script: Document, fixes: Document) -> tuple[tuple[str, str], ...]:
    """The fixes that say what a generated script says already: shots, as they are written there, and their keys."""
    fix: Mapping[str, Table] = fixes.data.get("fix", {})
    shots = {str(shot.get("id")): shot for shot in script.data["shots"]}
    weaver = _Weaver(fixes)
    spelled = {id_: weaver.keys((), fix[id_], ("fix", id_)) for id_ in fix if id_ in shots}
    return tuple((id_, key) for id_, keys in spelled.items() for key in keys if _holds(shots[id_].get(key), keys[key]))


def _holds(there: object, wanted: object) -> bool:
    """True for a value that is there already; of a line, as much as is said of it."""
    if isinstance(there, list) and isinstance(wanted, list):
        return len(there) == len(wanted) and all(map(_holds, there, wanted))
    if isinstance(there, dict) and isinstance(wanted, dict):
        return all(there.get(key) == value for key, value in wanted.items())
    return there == wanted


def _no_shot(document: Document, path: Path, id_: str, shots: list[str]) -> Diagnostic:
    near = nearest(id_, shots)
    help_ = say("did you mean `{}`?", near) if near else None
    label = Label(document.key_span(path), say("not in the script"))
    return Diagnostic("MJ0316", "error", say("unknown shot `{}`", elide(id_, 40)), label, help=help_)


def _shots(data: Table) -> Iterator[tuple[Path, Table, Path, Table, int]]:
    """Every shot with the way to it, the part that it stands in with the way to that, and the part's number."""
    for n, shot in enumerate(data.get("shots", ())):
        yield ("shots", n), shot, (), {}, 0
    number = 0
    for n, part in enumerate(data.get("parts", ())):
        if "card" in part:
            yield ("parts", n), part, (), {}, 0
            continue
        number += 1
        for m, shot in enumerate(part["shots"]):
            yield ("parts", n, "shots", m), shot, ("parts", n), part, number


class _Weaver:
    """Gathers data and notes for each value where it was written."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.data: Table = {}
        self.grafts: dict[Path, Graft] = {}

    def take(self, path: Path, value: object, there: Path) -> None:
        """A value of the top level, as it is."""
        self.data[str(path[0])] = value
        self.grafts[path] = self._document.graft(*there)

    def shot(self, number: int, there: Path, shot: Table, above: Path, part: Table, part_number: int) -> Table:
        """One shot with what its part says for all."""
        at: Path = ("shots", number)
        self.grafts[at] = self._document.graft(*there)
        found: Table = {}
        for key, name in _INHERITED.items() if part else ():
            if key in part and name not in shot:
                found[name] = part[key]
                self.grafts[(*at, name)] = self._document.graft(*above, key)
        found |= self._spelled(at, shot, there)
        return found | {"part": part_number} if part_number else found

    def keys(self, at: Path, shot: Table, there: Path) -> Table:
        """The keys of a shot, each put into another one."""
        for key in shot:
            self.grafts[(*at, key)] = self._document.graft(*there, key)
        return self._spelled(at, shot, there)

    def _spelled(self, at: Path, shot: Table, there: Path) -> Table:
        """The keys of a shot, its lines in their long form."""
        found = dict(shot)
        if "say" in shot:
            found["say"] = [self._line((*at, "say", n), each, (*there, "say", n)) for n, each in enumerate(shot["say"])]
        return found

    def _line(self, at: Path, line: Table, there: Path) -> Table:
        """`沈昭(心声): …` in full."""
        if "who" in line:
            return line
        ((speaker, words),) = line.items()
        spoken = _SPOKEN.match(speaker)
        self.grafts[(*at, "who")] = self._document.graft(*there, speaker, of_key=True)
        self.grafts[(*at, "line")] = self._document.graft(*there, speaker)
        if not spoken:
            return {"who": speaker, "line": words}
        self.grafts[(*at, "as")] = self._document.graft(*there, speaker, of_key=True)
        return {"who": spoken["who"], "line": words, "as": _VOICES.get(spoken["voice"].strip(), spoken["voice"])}
