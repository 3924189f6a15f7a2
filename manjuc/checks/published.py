"""Names in published scripts that nobody declares: taken out of the drama since, or misspelt.

What was taken out has left its trace, for the lock keeps what was drawn of it. Of the rest, whatever is close to a
declared name is told: the film shows somebody without face or traits under it. Published it stays all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from manjuc import references
from manjuc.cast import names_of, names_of_props
from manjuc.diagnostic import ENOUGH, Diagnostic
from manjuc.document import Document, Path
from manjuc.ids import Names, normal
from manjuc.spec import EpisodeId, Script, Spec
from manjuc.standins import named_in
from manjuc.text import nearest
from manjuc.words import say

_FOLDERS = {"character": "characters", "scene": "scenes", "prop": "props"}
_MEANT = say("did you mean `{}`?").template


def misspelt_names(spec: Spec, scripts: Mapping[EpisodeId, Document], made: Collection[str]) -> Iterator[Diagnostic]:
    """Names in the published scripts of people; `made` is every action of which the locks know a result."""
    for episode in spec.episodes:
        if episode.frozen and episode.script and episode.script.standins:
            told = dict[tuple[str, str], Diagnostic]()
            for names, word, path, of_key in _unknown(spec, episode.script, scripts[episode.id]):
                if len(told) < ENOUGH and not _drawn(names, word, made):
                    found = _misspelt(names, word, scripts[episode.id], path, of_key=of_key)
                    told.update({(names.kind, word): found} if found and (names.kind, word) not in told else {})
            yield from told.values()


def _unknown(spec: Spec, script: Script, document: Document) -> Iterator[tuple[Names, str, Path, bool]]:
    """Every name in a script that means nothing, with its place, and whether that is a key."""
    people = names_of((*spec.characters, *script.characters), "character")
    places = names_of((*spec.scenes, *script.scenes), "scene")
    for number, shot in enumerate(document.data["shots"]):
        for names, word, way in named_in(shot, people, places, names_of_props(spec.props)):
            if way and names.id_of(word) is None:
                yield names, word, ("shots", number, *way), way[0] == "place"


def _drawn(names: Names, word: str, made: Collection[str]) -> bool:
    """True for what was declared when its sheet was made."""
    base, slash, variant = normal(word.strip()).partition("/")
    begin = f"{_FOLDERS[names.kind]}/{names.id_of(base) or base}{slash}{variant}/"
    return any(id.startswith(begin) for id in made)


def _misspelt(names: Names, word: str, document: Document, path: Path, *, of_key: bool) -> Diagnostic | None:
    """The warning of a name that is close to a declared one."""
    span = document.key_span(path) if of_key else document.span(path)
    fault = references.fault(names, word, span, (), "" if of_key else references.spoken(document, path))
    base = normal(word.strip()).partition("/")[0]
    close = names.id_of(base) or nearest(base, names.names)  # a name beside an id may have been another one then
    if not close or fault.help is None or fault.help.template != _MEANT:
        return None
    note = say("the episode is published and stays as it is; nothing is drawn or said of this name")
    return replace(fault, severity="warning", notes=(note,))
