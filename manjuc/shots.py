"""From a checked script of plain data to the typed one: references resolved, lines given their voices.

What a model wrote is mended by rule where nothing has to be guessed; the same slips of a person are errors.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import chain, count, islice
from typing import Literal, cast, get_args

from manjuc import ids, manner, references
from manjuc.cast import Assets, asset, character, names_of, names_of_props, scene, unseen
from manjuc.diagnostic import ENOUGH, Diagnostic, Label, failed, in_order
from manjuc.digest import digest_of
from manjuc.document import Document, Path, Table
from manjuc.ids import Names
from manjuc.spec import Character, EpisodeId, Say, Scene, Script, Shot, ShotId, Spec, Voice, bearer
from manjuc.standins import NOWHERE, standins, with_standins
from manjuc.text import elide
from manjuc.words import Words, named, say

Found = list[Diagnostic]

_UNTOLD = frozenset({"image", "video", "use", "part"})
_TAIL = 24  # characters of an episode's id behind an invented one
_BREAK = re.compile("[ \t]*[\n\r\x85\u2028\u2029][ \t\n\r\x85\u2028\u2029]*")


def script(
    document: Document, spec: Spec, *, mend: bool, assets: Assets | None = None, published: bool = False
) -> tuple[Script | None, tuple[Diagnostic, ...]]:
    """The typed script of a drama; `mend` for what a text model wrote. None where something cannot be resolved.

    Entries for what the spec declares are dropped. Shots stay in their order, one for each of the document. What a
    `published` script names may not be there any more.
    """
    data = cast(Table, _on_lines(document.data) if mend else document.data)
    found: Found = [] if mend else [*islice(_ids_by_hand(document), ENOUGH)]
    people, characters = _added(document, data, "characters", names_of(spec.characters, "character"), found)
    places, scenes = _added(document, data, "scenes", names_of(spec.scenes, "scene"), found)
    invented = tuple(character(entry["id"], entry) for entry in characters)
    silent = unseen(spec.characters) | unseen(invented)
    props = names_of_props(spec.props)
    lost = standins(data["shots"], people, places, props) if published else ()
    if lost:
        people, places, props = (with_standins(names, lost) for names in (people, places, props))
    reader = _Reader(document, people, places, props, silent, mend, found, assets or {}, published)
    given = [shot.get("id") for shot in data["shots"]]
    called = enumerate(ids.mended(given) if mend else [ids.normal(str(id_)) for id_ in given])
    lowered = Script(
        title=data.get("title") or spec.title,
        logline=data.get("logline", ""),
        shots=tuple(reader.shot(number, id_, data["shots"][number]) for number, id_ in called),
        characters=invented,
        scenes=tuple(scene(entry["id"], entry) for entry in scenes),
        renamed=tuple(data.get("renamed", {}).items()),
        standins=lost,
    )
    return None if failed(found) else lowered, in_order(found)


def told(answer: Document) -> Document:
    """A text model's answer without the keys of which it is told nothing: files and other films are not its to name."""
    data = {
        key: _each_without(_UNTOLD, value) if key in ("shots", "parts") else value for key, value in answer.data.items()
    }
    return replace(answer, data=data)


def _each_without(keys: frozenset[str], value: object) -> object:
    """The same shots, or parts with their shots, without some keys; whatever is neither stays for the schema."""
    if isinstance(value, list):
        return [_each_without(keys, each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _each_without(keys, each) if key == "shots" else each for key, each in value.items() if key not in keys
    }


def of_episode(script: Script, spec: Spec, episode: EpisodeId) -> Script:
    """A script of a series with ids of its own for whom and what it invented: models number alike in every episode.

    Names stay as they are; so does an id that bears the episode already.
    """
    if not spec.series or not (script.characters or script.scenes):
        return script
    people = _own(script.characters, spec.characters, episode)
    places = _own(script.scenes, spec.scenes, episode)
    return replace(
        script,
        characters=tuple(replace(each, id=people[each.id]) for each in script.characters),
        scenes=tuple(replace(each, id=places[each.id]) for each in script.scenes),
        shots=tuple(
            replace(
                shot,
                scene=places.get(shot.scene, shot.scene),
                characters=tuple(people.get(who, who) for who in shot.characters),
                say=tuple(replace(each, who=people.get(each.who, each.who)) for each in shot.say),
                standing=tuple((people.get(who, who), where) for who, where in shot.standing),
            )
            for shot in script.shots
        ),
    )


def _own(
    invented: Sequence[Character | Scene], declared: Sequence[Character | Scene], episode: EpisodeId
) -> Mapping[str, str]:
    """What the ids that an episode invented become."""
    tail = f"-{episode if len(episode) <= _TAIL else digest_of(episode.encode())[:8]}"
    found = {each.id: each.id for each in invented if each.id.endswith(tail)}
    taken = {ids.folded(id_) for id_ in (*found, *(each.id for each in declared))}
    for each in invented:
        if each.id not in found:
            stems = chain([each.id], (f"{each.id[:_TAIL]}-{n}" for n in count(2)))
            tailed = (f"{stem}{tail}" for stem in stems)
            found[each.id] = next(id_ for id_ in tailed if ids.valid(id_) and ids.folded(id_) not in taken)
            taken.add(ids.folded(found[each.id]))
    return found


def _on_lines(value: object) -> object:
    """The same data with every text on one line."""
    if isinstance(value, str):
        return _BREAK.sub(" ", value).strip()
    if isinstance(value, list):
        return [_on_lines(item) for item in value]
    return {key: _on_lines(item) for key, item in value.items()} if isinstance(value, dict) else value


def by_hand(document: Document) -> Iterator[Diagnostic]:
    """What is mended in the answer of a model, and an error in the file that a person wrote."""
    if "manju_script" not in document.data:
        label = Label(document.key_span(()), say("{} has no `{}`", say("this file"), "manju_script"))
        message = say("`{}` is missing", "manju_script")
        yield Diagnostic("MJ0202", "error", message, label, help=say("add `{}`", "manju_script: 1"))
    for path in document.values:
        value = document.at(path)
        if isinstance(value, str) and _BREAK.search(value):
            name = say("`{}`", path[-1]) if path else say("this")
            message = say("{} must be {}", name, say("one line of text"))
            yield Diagnostic("MJ0207", "error", message, Label(document.span(path)), help=say("write it on one line"))


def _ids_by_hand(document: Document) -> Iterator[Diagnostic]:
    shots: list[Table] = document.data["shots"]
    for number, shot in enumerate(shots):
        if "id" not in shot:
            label = Label(document.key_span(("shots", number)), say("{} has no `{}`", say("this shot"), "id"))
            help_ = say("add `{}`", f"id: s{number + 1:02}")
            yield Diagnostic("MJ0202", "error", say("`{}` is missing", "id"), label, help=help_)
    numbered = enumerate(shots)
    yield from ids.faults(document, ((shot["id"], ("shots", n, "id")) for n, shot in numbered if "id" in shot))


def _added(
    document: Document, data: Table, kind: Literal["characters", "scenes"], known: Names, found: Found
) -> tuple[Names, list[Table]]:
    """All names of a kind, and the entries for those that the spec does not declare."""
    entries, aliases, added = data.get(kind, []), dict(known.aliases), []
    if not entries:
        return known, []
    for number, entry in enumerate(entries):
        id_ = ids.normal(entry["id"])
        if id_ in known.names:
            continue
        if same := known.id_of(entry.get("name") or id_):
            aliases[id_] = same
        else:
            added.append((entry, number))
    found += ids.faults(document, ((entry["id"], (kind, number, "id")) for entry, number in added))
    names = {ids.normal(entry["id"]): entry.get("name") or entry["id"] for entry, _ in added}
    return Names(known.kind, {**known.names, **names}, aliases, known.variants), [entry for entry, _ in added]


@functools.lru_cache(maxsize=1024)
def _milliseconds(seconds: float, *, mend: bool) -> int:
    exact = Decimal(str(seconds))
    if mend:
        exact = exact.quantize(Decimal("0.1"), ROUND_HALF_UP)
    return int((exact * 1000).to_integral_value(ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads shots, resolving what they refer to."""

    document: Document
    cast: Names
    places: Names
    props: Names
    unseen: frozenset[str]
    mend: bool
    found: Found
    assets: Assets
    published: bool

    def shot(self, number: int, id_: str, data: Table) -> Shot:
        """One shot, with empty references where they mean nothing."""
        at: Path = ("shots", number)
        here = self._each(self.cast, data, at, "characters")
        if self.mend:
            here = [who for who in here if who not in self.unseen]
        card = data.get("card", "")
        shown = "use" in data or "video" in data  # such a picture is there, wherever it was taken
        nowhere = card or (shown and "scene" not in data and len(self.places.names) != 1)
        return Shot(
            id=ShotId(id_),
            milliseconds=_milliseconds(data["seconds"], mend=self.mend),
            scene="" if nowhere else self._scene(data, at),
            action=data.get("action", ""),
            framing=data.get("framing") or "中景",
            camera=data.get("camera") or "固定",
            visuals=data.get("visuals", ""),
            characters=tuple(dict.fromkeys(here)),
            say=tuple([self._say(each, (*at, "say", n), here) for n, each in enumerate(data.get("say", ()))]),
            props=tuple(dict.fromkeys(self._each(self.props, data, at, "props"))),
            standing=tuple(self._standing(data["place"], at, here)) if "place" in data else (),
            note=data.get("note", ""),
            caption=data.get("caption", ""),
            part=data.get("part", 0),
            card=card,
            image=asset(self.document, (*at, "image"), self.assets) if "image" in data else None,
            video=asset(self.document, (*at, "video"), self.assets) if "video" in data else None,
            use=data.get("use", ""),
        )

    def _each(self, names: Names, data: Table, at: Path, key: str) -> list[str]:
        if key not in data:
            return []
        return [names.id_of(word) or self._id(names, word, (*at, key, n)) for n, word in enumerate(data[key])]

    def _id(self, names: Names, word: str, path: Path) -> str:
        id_ = names.id_of(word)
        if id_ is None and len(self.found) < ENOUGH:
            kinds, speaks = (self.cast, self.places, self.props), references.spoken(self.document, path)
            self.found.append(references.fault(names, word, self.document.span(path), kinds, speaks))
        return id_ or ""

    def _scene(self, data: Table, at: Path) -> str:
        if "scene" in data:
            return self._id(self.places, data["scene"], (*at, "scene"))
        if NOWHERE in self.places.names or len(self.places.names) == 1:
            return NOWHERE if NOWHERE in self.places.names else next(iter(self.places.names))
        if len(self.found) >= ENOUGH:
            return ""
        known = named(self.places.names)
        label = Label(self.document.key_span(at), say("{} has no `{}`", say("this shot"), "scene"))
        help_ = say("add `scene:` with one of {}", known) if known else say("declare a scene under `scenes`")
        self.found.append(Diagnostic("MJ0309", "error", say("a shot does not say where it is"), label, help=help_))
        return ""

    def _say(self, data: Table, path: Path, here: list[str]) -> Say:
        who = self._id(self.cast, data["who"], (*path, "who"))
        given = data.get("as")
        if given is not None and given not in get_args(Voice):
            self._unknown_voice(given, (*path, "as"), manner.instead(given, data["who"], data["line"]))
            given = "off"
        voice: Voice = given or ("on" if who in map(bearer, here) and who not in self.unseen else "off")
        if self.mend and voice == "on" and who in self.unseen:
            voice = "off"  # nobody is there whose lips could move
        return Say(who, data["line"], voice)

    def _unknown_voice(self, given: str, path: Path, help_: Words) -> None:
        message = say("a voice cannot be `{}`", elide(given, 40))
        self.found.append(Diagnostic("MJ0204", "error", message, Label(self.document.span(path)), help=help_))

    def _standing(self, given: Mapping[str, str], at: Path, here: list[str]) -> Iterator[tuple[str, str]]:
        """Who of the picture stands where: by the id under which they are in the shot."""
        if given and (turned := references.turned_round(self.document, (*at, "place"), self.cast)):
            self.found.append(turned)
            return
        for word, where in given.items():
            path = (*at, "place", word)
            who = self.cast.id_of(word)
            if who is None:
                self.found.append(references.fault(self.cast, word, self.document.key_span(path)))
                continue
            figure = next((each for each in here if who in (each, bearer(each))), None)
            if figure is None and not self.published:
                message = say("`{}` is given a place without being in the shot", elide(word, 40))
                help_ = say("add `{}` to the shot's `characters`", word)
                self.found.append(
                    Diagnostic("MJ0417", "error", message, Label(self.document.key_span(path)), help=help_)
                )
            elif figure is not None:
                yield figure, where
