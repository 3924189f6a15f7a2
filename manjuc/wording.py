"""Words in what is drawn and said that relays refuse: found before a clip is paid for that is never delivered."""

from __future__ import annotations

from collections import ChainMap, Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

from manjuc import ids, whereabouts
from manjuc.diagnostic import Diagnostic, Label, Span, in_order
from manjuc.document import Document, Path, Table
from manjuc.findings import hint, warning
from manjuc.sensitive import Hit, Sensitive
from manjuc.spec import EpisodeId, Shot, Spec
from manjuc.words import Words, say

_Found = tuple[tuple[str, str], Callable[[], Diagnostic]]
"""A code and a word, each of which is told once, and what is told of it."""

_ADULT = 18
_CODES: Mapping[str, tuple[str, Words, Words]] = {
    "photoreal": (
        "MJ0460", say("`{}` asks for photographs or real people"), say("say how it is drawn, such as `国风厚涂`")
    ),
    "minors": ("MJ0461", say("`{}` brings minors into danger"), say("let the people of this shot be adults")),
    "youths": ("MJ0461", say("`{}` brings minors into danger"), say("let the people of this shot be adults")),
    "brands": ("MJ0462", say("`{}` is a name that belongs to somebody"), say("describe it without the name")),
    "gore": ("MJ0463", say("`{}` shows gore"), say("show what comes before or after, or a face")),
    "school": (
        "MJ0464", say("`{}` stands beside school"), say("put it elsewhere, or among people who are clearly adults")
    ),
    "politics": ("MJ0465", say("`{}` is about politics"), say("invent a country and people of its own")),
    "nudity": ("MJ0466", say("`{}` shows nakedness"), say("dress the people of this picture")),
    "threat": ("MJ0468", say("`{}` aims a weapon at somebody"), say("show it from the side, or what comes after")),
}  # fmt: skip
_COMPANIES = ("minors", "youths", "school")
_MILDER = ("gore", "nudity")  # where another word is enough
_DRAWN = ("photoreal", "gore", "threat", "nudity", "brands", "politics")
_OF_SHOT = ("action", "visuals", "note")
_UNDRAWN = ("id", "image", "also", "age", "seen", "crowd")  # of somebody or something that is declared


@dataclass(frozen=True, slots=True)
class _Text:
    """A text that goes into prompts, with where it was written."""

    document: Document
    path: Path
    text: str
    spoken: bool = False

    def label(self, word: str) -> Label:
        """A pointer to a word of it."""
        span = self.document.span(self.path) if self.document.at(self.path) == self.text else self._key()
        at = span.source.text.find(word, span.start, span.end)
        return Label(Span(span.source, at, at + len(word)) if at >= 0 else span)

    def _key(self) -> Span:
        return self.document.key_span(self.path)


@dataclass(frozen=True, slots=True)
class _Reasons:
    """What makes a shot one of minors, or of a school, by the declarations in which it stands."""

    document: Document
    found: Mapping[tuple[str, Path], Label]

    def of(self, kind: str, shot: Shot) -> Label | None:
        """The reason that a shot has by its place or its people."""
        declared = [("characters", id) for id in shot.characters] + ([("scenes", shot.scene)] if shot.scene else [])
        for group, id in declared if self.found else ():
            path = whereabouts.path_of(self.document, "scenes" if group == "scenes" else "characters", id)
            for way in (path, path[:2], (group, id)):
                if reason := self.found.get((kind, way)):
                    return reason
        return None


@dataclass(frozen=True, slots=True)
class Wording:
    """A drama with the words that are looked for, and milder ones for some of them."""

    spec: Spec
    document: Document
    scripts: Mapping[EpisodeId, Document]
    words: Sensitive
    milder: Mapping[str, str]

    def check(self) -> tuple[Diagnostic, ...]:
        """What relays will probably refuse; each word once, where it stands first."""
        return _each_once(chain(self._of_drama(), self._of_scripts()))

    def of_scripts(self) -> tuple[Diagnostic, ...]:
        """The same of the scripts alone."""
        return _each_once(self._of_scripts())

    def _of_drama(self) -> Iterator[_Found]:
        for text in _of_drama(self.document):
            yield from self._alone(text)

    def _of_scripts(self) -> Iterator[_Found]:
        declared = self._declared()
        for episode in self.spec.episodes:
            document = self.scripts.get(episode.id)
            if episode.frozen or episode.script is None or document is None:
                continue
            for _, text in _invented(document):
                yield from self._alone(text)
            reasons = self._reasons(document, declared)
            for number, shot in enumerate(episode.script.shots if self._said(document) else ()):
                told = _of_shot(document, number) if shot.bought else ()
                texts = [text for text in told if self.words.any.search(text.text)]
                for text in texts:
                    yield from self._alone(text)
                yield from self._together(texts, shot, reasons)

    def _said(self, document: Document) -> bool:
        """True where one of the words may stand in the shots of a script: in most there is none, and all is said."""
        shots: list[Table] = document.data["shots"]
        drawn = [shot[key] for shot in shots for key in _OF_SHOT if key in shot]
        lines = [line["line"] for shot in shots if "say" in shot for line in shot["say"]]
        return self.words.any.search("\n".join(chain(drawn, lines))) is not None

    def _alone(self, text: _Text) -> Iterator[_Found]:
        """Words that are enough for themselves."""
        kinds = [kind for kind in _DRAWN if not text.spoken or self._class_has_lines(kind)]
        for hit in self.words.found_in(text.text, kinds):
            if hit.denied and not text.spoken:
                yield ("MJ0467", hit.word), partial(_denied, hit.word, text)
            elif not hit.denied:
                yield (_CODES[hit.kind][0], hit.word), partial(self._told, hit.kind, hit.word, text)

    def _class_has_lines(self, kind: str) -> bool:
        return kind in self.words.classes and self.words.classes[kind].lines

    def _together(self, texts: list[_Text], shot: Shot, reasons: _Reasons) -> Iterator[_Found]:
        """Words that are harmless but for what stands beside them in the same shot."""
        drawn, told = [text for text in texts if not text.spoken], set[str]()
        for kind in _COMPANIES:
            listed = self.words.classes.get(kind) if _CODES[kind][0] not in told else None
            hit, text = next(self._hits(drawn, listed.beside), (None, None)) if listed else (None, None)
            if hit is None or text is None:
                continue
            here = (each.label(beside.word) for beside, each in self._hits(drawn, (kind,)))
            reason = next(here, None) or reasons.of(kind, shot)
            if reason is not None:
                told.add(_CODES[kind][0])
                beside = replace(reason, text=say("beside this"))
                yield (_CODES[kind][0], hit.word), partial(self._told, kind, hit.word, text, (beside,))

    def _declared(self) -> dict[tuple[str, Path], Label]:
        """What a drama declares that makes a shot one of minors, or of a school."""
        found: dict[tuple[str, Path], Label] = {}
        for text in _of_drama(self.document):
            own = len(text.path) > 4 and text.path[2] in ("looks", "at")
            for hit in self.words.found_in(text.text, _COMPANIES):
                found.setdefault((hit.kind, text.path[: 4 if own else 2]), text.label(hit.word))
        for who in self.spec.characters:
            path = whereabouts.path_of(self.document, "characters", who.id)
            if who.age is not None and who.age >= _ADULT:
                found.pop(("youths", path[:2]), None)  # a young man may be called a youth
            elif who.age is not None:
                found.setdefault(("minors", path), Label(self.document.span((*path[:2], "age"))))
        return found

    def _reasons(self, document: Document, declared: dict[tuple[str, Path], Label]) -> _Reasons:
        """The same with what a script invents."""
        found: ChainMap[tuple[str, Path], Label] = ChainMap({}, declared)
        for way, text in _invented(document):
            for hit in self.words.found_in(text.text, _COMPANIES):
                found.setdefault((hit.kind, way), text.label(hit.word))
        for number, entry in enumerate(document.data.get("characters", ())):
            if entry.get("age", _ADULT) < _ADULT:
                label = Label(document.span(("characters", number, "age")))
                found.setdefault(("minors", ("characters", ids.normal(entry["id"]))), label)
        return _Reasons(self.document, found)

    def _hits(self, texts: list[_Text], kinds: Collection[str]) -> Iterator[tuple[Hit, _Text]]:
        for text in texts:
            for hit in self.words.found_in(text.text, kinds):
                if not hit.denied:
                    yield hit, text

    def _told(self, kind: str, word: str, text: _Text, beside: tuple[Label, ...] = ()) -> Diagnostic:
        code, message, help_ = _CODES[kind]
        if kind in _MILDER and (milder := self.milder.get(word)):
            help_ = say("write it milder, such as `{}`", milder)
        why = Words(self.words.classes[kind].why)
        told = warning(code, Words(message.template, (word,)), text.label(word), why, help_)
        return replace(told, secondary=beside)


def _denied(word: str, text: _Text) -> Diagnostic:
    message = say("a picture without `{}` is asked for by naming it", word)
    note = say("image models often draw what a text denies")
    help_ = say("leave it out here, and put it under `avoid`")
    return hint("MJ0467", message, text.label(word), note, help_)


def _each_once(found: Iterable[_Found]) -> tuple[Diagnostic, ...]:
    first: dict[tuple[str, str], Callable[[], Diagnostic]] = {}
    times: Counter[tuple[str, str]] = Counter()
    for key, told in found:
        first.setdefault(key, told)
        times[key] += 1
    return in_order(_counted(told(), times[key] - 1) for key, told in first.items())


def _counted(diagnostic: Diagnostic, again: int) -> Diagnostic:
    more = (say("it stands in {} more places", again),) if again > 1 else (say("it stands in 1 more place"),)
    return replace(diagnostic, notes=(*diagnostic.notes, *(more if again else ())))


def _of_drama(document: Document) -> Iterator[_Text]:
    """Every text of a drama that is drawn. What stands under `avoid` is meant not to be there."""
    data = document.data
    style = data.get("style", {})
    yield from _texts(document, ("style",), {key: style[key] for key in ("look", "palette") if key in style})
    for kind in ("characters", "scenes", "props"):
        for id, entry in data.get(kind, {}).items():
            if "name" not in entry:
                yield _Text(document, (kind, id), str(id))
            yield from _texts(document, (kind, id), _drawn(entry))


def _invented(document: Document) -> Iterator[tuple[Path, _Text]]:
    """Every text of whom and what a script invents, with the kind and the id of who or what it is."""
    for kind in ("characters", "scenes"):
        for number, entry in enumerate(document.data.get(kind, ())):
            if "name" not in entry:
                yield (kind, ids.normal(entry["id"])), _Text(document, (kind, number, "id"), entry["id"])
            for text in _texts(document, (kind, number), _drawn(entry)):
                yield (kind, ids.normal(entry["id"])), text


def _drawn(entry: Table) -> Table:
    return {key: value for key, value in entry.items() if key not in _UNDRAWN}


def _texts(document: Document, path: Path, value: object) -> Iterator[_Text]:
    if isinstance(value, str):
        yield _Text(document, path, value)
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        if key not in ("in", "image"):
            yield from _texts(document, (*path, key), each)


def _of_shot(document: Document, number: int) -> Iterator[_Text]:
    """What a shot says of its picture, and what is said in it."""
    path: Path = ("shots", number)
    data = document.data["shots"][number]
    for key in _OF_SHOT:
        if data.get(key):
            yield _Text(document, (*path, key), data[key])
    for place, line in enumerate(data.get("say", ())):
        yield _Text(document, (*path, "say", place, "line"), line["line"], spoken=True)
