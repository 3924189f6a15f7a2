"""What the prompts say, read from their labelled lines, as a model would. What is not said is left empty."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

_LABELS = (
    "动作|景别|机位|场景|光线|色调|画面要点|人物|对白|台词|独白|心声|内心独白|画外音|旁白|字幕|画风|配色|避免|标志物"
)
_FIELD = re.compile(rf"；(?=(?:{_LABELS})[^；：]{{0,4}}：)")
_PERSON = re.compile(r"([^（]*)（(.*)）[^）]*", re.DOTALL)
_GRID = re.compile(r"(\d{1,3})\s*列\s*[×xX*]\s*(\d{1,3})\s*行")
_SHOT = re.compile(r"^\s*Shot\s+\d+\s*[:：]\s*$", re.MULTILINE | re.IGNORECASE)
_SECONDS = re.compile(r"duration\s*[:：]\s*(\d{1,5}(?:\.\d{1,3})?)", re.IGNORECASE)
_TIMED = re.compile(r"^镜头\s*\d+（(\d{1,5}(?:\.\d{1,3})?)\s*秒）[:：](.*)$", re.MULTILINE)
_CELL = re.compile(r"^格\s*\d+\s*[:：]\s*$", re.MULTILINE)
_SEPARATORS = re.compile(r"[、，,;；/]")


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with the traits that a prompt gives, each a name and a text."""

    name: str
    traits: tuple[tuple[str, str], ...] = ()
    speaks: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A place, as far as a prompt describes it."""

    name: str = ""
    light: str = ""
    tone: str = ""
    props: tuple[str, ...] = ()
    palette: str = ""


@dataclass(frozen=True, slots=True)
class Shot:
    """One shot or cell. `milliseconds` is 0 where nothing is said of time."""

    place: Place
    framing: str = ""
    camera: str = ""
    action: str = ""
    visuals: str = ""
    people: tuple[Person, ...] = ()
    milliseconds: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A contact sheet: a grid of shots, each of one aspect ratio."""

    columns: int
    rows: int
    aspect_ratio: str
    shots: tuple[Shot, ...]


def read_person(prompt: str) -> Person:
    """The character of a model sheet."""
    fields = _fields(prompt.splitlines())
    traits = (line.strip()[2:].partition("：") for line in prompt.splitlines() if line.strip().startswith("- "))
    return Person(_first(fields, "角色"), tuple((name.strip(), text.strip()) for name, _, text in traits if text))


def read_place(prompt: str) -> Place:
    """The scene of a plate."""
    return _place(_fields(prompt.splitlines()))


def read_sheet(prompt: str) -> Sheet:
    """The grid of a contact sheet, with one shot a cell."""
    head, *cells = _CELL.split(prompt)
    common = _fields(head.splitlines())
    shots = tuple(_shot({**common, **_fields(cell.splitlines())}) for cell in cells)
    grid = _GRID.search(head)
    columns, rows = (max(1, int(number)) for number in grid.groups()) if grid else (3, max(1, -(-len(shots) // 3)))
    ratio = re.search(r"\d{1,2}:\d{1,2}", _first(common, "画幅"))
    return Sheet(min(columns, 12), min(rows, 12), ratio[0] if ratio else "16:9", shots)


def read_storyboard(prompt: str) -> tuple[Shot, ...]:
    """The shots of a storyboard, or of a timeline; none where the prompt is neither."""
    blocks = _SHOT.split(prompt)[1:]
    return tuple(map(_storyboard_shot, blocks)) if blocks else tuple(_timed_shots(prompt))


def _timed_shots(prompt: str) -> Iterator[Shot]:
    common = _fields(prompt.splitlines())
    for seconds, text in _TIMED.findall(prompt):
        yield _shot({**common, **_fields(_FIELD.split(text))}, round(float(seconds) * 1000))


def words_of(text: str) -> tuple[str, ...]:
    """The entries of a list that is written with commas."""
    return tuple(word.strip() for word in _SEPARATORS.split(text) if word.strip())


def _storyboard_shot(block: str) -> Shot:
    seconds = _SECONDS.search(block)
    text = " ".join(block.partition("Scene:")[2].split())
    return _shot(_fields(_FIELD.split(text)), round(float(seconds[1]) * 1000) if seconds else 0)


def _fields(lines: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Label to texts, in order: a shot has as many 人物 as there are people in it."""
    fields: dict[str, tuple[str, ...]] = {}
    for line in lines:
        label, colon, text = line.strip().partition("：")
        if colon and text.strip():
            fields[label] = (*fields.get(label, ()), text.strip())
    return fields


def _first(fields: Mapping[str, tuple[str, ...]], label: str) -> str:
    return fields.get(label, ("",))[0]


def _place(fields: Mapping[str, tuple[str, ...]]) -> Place:
    return Place(
        name=_first(fields, "场景"),
        light=_first(fields, "光线"),
        tone=_first(fields, "色调"),
        props=words_of(_first(fields, "标志物")),
        palette=_first(fields, "配色"),
    )


def _shot(fields: Mapping[str, tuple[str, ...]], milliseconds: int = 0) -> Shot:
    speakers = {text.partition("：")[0].strip() for text in (*fields.get("对白", ()), *fields.get("台词", ()))}
    return Shot(
        place=_place(fields),
        framing=_first(fields, "景别"),
        camera=_first(fields, "机位"),
        action=_first(fields, "动作"),
        visuals=_first(fields, "画面要点"),
        people=tuple(_person(text, speakers) for text in fields.get("人物", ())),
        milliseconds=milliseconds,
    )


def _person(text: str, speakers: set[str]) -> Person:
    found = _PERSON.fullmatch(text)
    name, traits = found.groups() if found else (text, "")
    pairs = (piece.partition("：") for piece in traits.split("｜"))
    kept = tuple((label.strip(), value.strip()) for label, _, value in pairs if value)
    return Person(name.strip(), kept, name.strip() in speakers)
