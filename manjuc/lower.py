"""From checked plain data to the typed spec and script: defaults filled in, models and references resolved.

Expects documents that passed their schema. What a model wrote is mended by rule where nothing has to be guessed; the
same slips of a person are errors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, cast

from manjuc import ids
from manjuc.diagnostic import Diagnostic, Label, failed, in_order
from manjuc.document import Document, Path, Table
from manjuc.ids import Names
from manjuc.limits import limits
from manjuc.models import Kind, Model
from manjuc.policy import policy
from manjuc.spec import (
    Character,
    Episode,
    EpisodeId,
    Format,
    Models,
    Range,
    Say,
    Scene,
    Script,
    Shot,
    ShotId,
    Spec,
    Style,
    Trait,
    Voice,
)
from manjuc.text import listed, nearest

Found = list[Diagnostic]

# The order in which traits are said: what identifies someone first. Others follow by code point.
TRAITS = (
    *("脸", "脸型", "五官", "发型", "发色", "发", "头发", "眉", "眼", "眼睛", "瞳色", "肤色", "体型", "身高"),
    *("服装", "上衣", "下装", "鞋", "鞋子", "配饰", "标志"),
)
_SECONDS = 10  # of a film whose author says nothing about it
_NO_CLIP = 600_000  # milliseconds of a clip where a video model takes any length
_BREAK = re.compile("[ \t]*[\n\r\x85\u2028\u2029][ \t\n\r\x85\u2028\u2029]*")


def spec(
    document: Document, *, name: str, models: Mapping[str, Model], defaults: Mapping[str, str], preview: bool
) -> tuple[Spec | None, tuple[Diagnostic, ...]]:
    """The typed spec of a drama whose episode is called `name`; None where something in it cannot be resolved."""
    data: Table = document.data
    found: Found = []
    for kind in ("characters", "scenes"):
        found += ids.faults(document, ((id_, (kind, id_)) for id_ in data.get(kind, {})))
    if ids.folded(name) in ("characters", "scenes"):
        label, message = Label(document.key_span(())), f"a spec cannot be called `{name}`"
        found.append(Diagnostic("MJ0308", "error", message, label, help="rename the file"))
    chosen = _models(document, models, defaults, preview, found)
    if failed(found) or chosen is None:
        return None, in_order(found)
    return _spec(data, name, chosen), in_order(found)


def _spec(data: Table, name: str, models: Models) -> Spec:
    style, form = data.get("style", {}), data.get("format", {})
    seconds = form.get("seconds", None if "script" in data else _SECONDS)
    film = None if seconds is None else milliseconds(seconds)
    longest = max(models.video.durations, default=_NO_CLIP)
    characters = (_character(id_, entry) for id_, entry in data.get("characters", {}).items())
    scenes = (_scene(id_, entry) for id_, entry in data.get("scenes", {}).items())
    return Spec(
        title=data.get("title", ""),
        theme=data["theme"],
        language=data.get("language", "zh-CN"),
        style=Style(style.get("look", ""), tuple(style.get("palette", ())), tuple(style.get("avoid", ()))),
        format=Format(form.get("aspect_ratio", "16:9"), film, form.get("hd", False)),
        models=models,
        limits=limits(data, film or _SECONDS * 1000, longest, _asked(data)),
        characters=tuple(sorted(characters, key=lambda character: character.id)),
        scenes=tuple(sorted(scenes, key=lambda scene: scene.id)),
        episodes=(Episode(EpisodeId(name), None),),
        policy=policy(data),
        burn_subtitles=data.get("subtitles", {}).get("burn", True),
    )


def milliseconds(seconds: float) -> int:
    """Whole milliseconds by the decimal text of a number, so that nothing drifts."""
    return int((Decimal(str(seconds)) * 1000).to_integral_value(ROUND_HALF_UP))


def _models(
    document: Document, models: Mapping[str, Model], defaults: Mapping[str, str], preview: bool, found: Found
) -> Models | None:
    kinds: tuple[Kind, ...] = ("text", "image", "video")
    chosen = [_model(document, kind, models, defaults, found) for kind in kinds]
    text, image, video = (model.for_preview() if model and preview else model for model in chosen)
    return Models(text, image, video) if text and image and video else None


def _model(
    document: Document, kind: Kind, models: Mapping[str, Model], defaults: Mapping[str, str], found: Found
) -> Model | None:
    """The model that does one kind of work; None where it is not known or makes something else."""
    name = document.data.get("models", {}).get(kind, defaults[kind])
    given = kind in document.data.get("models", {})
    label = Label(
        document.span(("models", kind)) if given else document.key_span(("models",)), "" if given else "by default"
    )
    fitting = sorted(model.name for model in models.values() if model.kind == kind)
    model = models.get(name)
    if model is None:
        near = nearest(name, fitting)
        help_ = f"did you mean `{near}`?" if near else f"{kind} models: {listed(fitting)}"
        found.append(Diagnostic("MJ0303", "error", f"unknown model `{name}`", label, help=help_))
        return None
    if model.kind != kind:
        message = f"`{name}` is a model for {model.kind}, not for {kind}"
        found.append(Diagnostic("MJ0310", "error", message, label, help=f"{kind} models: {listed(fitting)}"))
        return None
    if model.retired:
        found.append(_retired(model, models, label))
    return model


def _retired(model: Model, models: Mapping[str, Model], label: Label) -> Diagnostic:
    assert model.retired, "asked only of models that are"
    living = [name for name in model.retired.successors if name in models and not models[name].retired]
    message = f"the model `{model.name}` was retired on {model.retired.date}"
    notes = (model.retired.note,) if model.retired.note else ()
    help_ = f"models that do its work today: {listed(living)}" if living else None
    return Diagnostic("MJ0409", "warning", message, label, notes=notes, help=help_)


def _character(id_: str, entry: Table) -> Character:
    id_ = ids.normal(id_)
    traits = (_trait(ids.normal(name), given) for name, given in entry.get("traits", {}).items())
    return Character(
        id=id_,
        name=entry.get("name") or id_,
        role=entry.get("role", ""),
        age=entry.get("age"),
        traits=tuple(sorted((trait for trait in traits if trait.text.strip()), key=_trait_order)),
        seen=entry.get("seen", True),
    )


def _trait(name: str, given: str | Table) -> Trait:
    return Trait(name, given) if isinstance(given, str) else Trait(name, given["is"], tuple(given.get("in", ())))


def _trait_order(trait: Trait) -> tuple[int, str]:
    return (TRAITS.index(trait.name) if trait.name in TRAITS else len(TRAITS), trait.name)


def _scene(id_: str, entry: Table) -> Scene:
    id_ = ids.normal(id_)
    props = tuple(prop for prop in entry.get("props", ()) if prop.strip())
    return Scene(id_, entry.get("name") or id_, entry.get("light", ""), entry.get("tone", ""), props)


def _asked(data: Table) -> Range | None:
    """What the author set for the length of a shot; zero for an end left open."""
    given = data.get("limits", {}).get("shot_seconds")
    return Range(*(milliseconds(given.get(end, 0)) for end in ("min", "max"))) if given else None


def script(document: Document, spec: Spec, *, mend: bool) -> tuple[Script | None, tuple[Diagnostic, ...]]:
    """The typed script of a drama; `mend` for what a text model wrote. None where something cannot be resolved.

    Entries for what the spec declares are dropped. Shots stay in their order, one for each of the document.
    """
    data = cast(Table, _on_lines(document.data) if mend else document.data)
    found: Found = [] if mend else [*_by_hand(document)]
    cast_, characters = _added(document, data, "characters", {who.id: who.name for who in spec.characters}, found)
    places, scenes = _added(document, data, "scenes", {place.id: place.name for place in spec.scenes}, found)
    invented = tuple(_character(entry["id"], entry) for entry in characters)
    unseen = frozenset(who.id for who in (*spec.characters, *invented) if not who.seen)
    reader = _Reader(document, cast_, places, unseen, mend, found)
    given = [shot.get("id") for shot in data["shots"]]
    called = enumerate(ids.mended(given) if mend else [ids.normal(str(id_)) for id_ in given])
    lowered = Script(
        title=data.get("title") or spec.title,
        logline=data.get("logline", ""),
        shots=tuple(reader.shot(number, id_, data["shots"][number]) for number, id_ in called),
        characters=invented,
        scenes=tuple(_scene(entry["id"], entry) for entry in scenes),
    )
    return None if failed(found) else lowered, in_order(found)


def _on_lines(value: object) -> object:
    """The same data with every text on one line."""
    if isinstance(value, str):
        return _BREAK.sub(" ", value).strip()
    if isinstance(value, list):
        return [_on_lines(item) for item in value]
    return {key: _on_lines(item) for key, item in value.items()} if isinstance(value, dict) else value


def _by_hand(document: Document) -> Iterator[Diagnostic]:
    """What is mended in the answer of a model, and an error in what a person wrote."""
    data: Table = document.data
    if "manju_script" not in data:
        label = Label(document.key_span(()), "this file has no `manju_script`")
        yield Diagnostic("MJ0202", "error", "`manju_script` is missing", label, help="add `manju_script: 1`")
    for path in document.values:
        value = document.at(path)
        if isinstance(value, str) and _BREAK.search(value):
            message = f"`{path[-1]}` must be one line of text" if path else "this must be one line of text"
            yield Diagnostic("MJ0207", "error", message, Label(document.span(path)), help="write it on one line")
    for number, shot in enumerate(data["shots"]):
        if "id" not in shot:
            label = Label(document.key_span(("shots", number)), "this shot has no `id`")
            yield Diagnostic("MJ0202", "error", "`id` is missing", label, help=f"add `id: s{number + 1:02}`")
    numbered = enumerate(data["shots"])
    yield from ids.faults(document, ((shot["id"], ("shots", n, "id")) for n, shot in numbered if "id" in shot))


def _added(
    document: Document, data: Table, kind: Literal["characters", "scenes"], declared: Mapping[str, str], found: Found
) -> tuple[Names, list[Table]]:
    """All names of a kind, and the entries for those that the spec does not declare."""
    known = Names(kind[:-1], "MJ0301" if kind == "characters" else "MJ0302", declared, {})
    entries, aliases, added = data.get(kind, []), {}, []
    for number, entry in enumerate(entries):
        id_ = ids.normal(entry["id"])
        if id_ in declared:
            continue
        if same := known.id_of(entry.get("name") or id_):
            aliases[id_] = same
        else:
            added.append((entry, number))
    found += ids.faults(document, ((entry["id"], (kind, number, "id")) for entry, number in added))
    names = {ids.normal(entry["id"]): entry.get("name") or entry["id"] for entry, _ in added}
    return Names(known.kind, known.code, {**declared, **names}, aliases), [entry for entry, _ in added]


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads shots, resolving what they refer to."""

    document: Document
    cast: Names
    places: Names
    unseen: frozenset[str]
    mend: bool
    found: Found

    def shot(self, number: int, id_: str, data: Table) -> Shot:
        """One shot, with empty references where they mean nothing."""
        at: Path = ("shots", number)
        exact = Decimal(str(data["seconds"]))
        if self.mend:
            exact = exact.quantize(Decimal("0.1"), ROUND_HALF_UP)
        here = [self._id(self.cast, who, (*at, "characters", n)) for n, who in enumerate(data.get("characters", ()))]
        if self.mend:
            here = [who for who in here if who not in self.unseen]
        return Shot(
            id=ShotId(id_),
            milliseconds=int((exact * 1000).to_integral_value(ROUND_HALF_UP)),
            scene=self._scene(data, at),
            action=data["action"],
            framing=data.get("framing") or "中景",
            camera=data.get("camera") or "固定",
            visuals=data.get("visuals", ""),
            characters=tuple(dict.fromkeys(here)),
            say=tuple(self._say(each, (*at, "say", n), here) for n, each in enumerate(data.get("say", ()))),
        )

    def _id(self, names: Names, word: str, path: Path) -> str:
        id_ = names.id_of(word)
        if id_ is None:
            self.found.append(names.fault(word, self.document.span(path)))
        return id_ or ""

    def _scene(self, data: Table, at: Path) -> str:
        if "scene" in data:
            return self._id(self.places, data["scene"], (*at, "scene"))
        if len(self.places.names) == 1:
            return next(iter(self.places.names))
        known = listed(self.places.names)
        label = Label(self.document.key_span(at), "this shot has no `scene`")
        help_ = f"add `scene:` with one of {known}" if known else "declare a scene under `scenes`"
        self.found.append(Diagnostic("MJ0309", "error", "a shot does not say where it is", label, help=help_))
        return ""

    def _say(self, data: Table, path: Path, here: list[str]) -> Say:
        who = self._id(self.cast, data["who"], (*path, "who"))
        voice: Voice = data.get("as") or ("on" if who in here and who not in self.unseen else "off")
        if self.mend and voice == "on" and who in self.unseen:
            voice = "off"  # nobody is there whose lips could move
        return Say(who, data["line"], voice)
