"""What the prompts say, read from their labelled lines, as a model would. What is not said is left empty."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

_LABELS = "|".join(
    (
        "动作|景别|机位|场景|光线|色调|画面要点|人物|站位|道具|补充|画风|配色|避免|标志物",
        "对白|台词|独白|心声|内心独白|画外音|旁白|字幕",
    )
)
_ENGLISH = {
    "Action": "动作",
    "Framing": "景别",
    "Camera": "机位",
    "Place": "场景",
    "Light": "光线",
    "Tone": "色调",
    "Details": "画面要点",
    "Subject": "人物",
    "Standing": "站位",
    "Prop": "道具",
    "Dialogue": "对白",
    "Inner voice": "心声",
    "Off-screen voice": "画外音",
    "Narration": "旁白",
    "Note": "补充",
    "Style": "画风",
    "Palette": "配色",
    "Avoid": "避免",
}
# English words of framings, cameras and sides, longer ones before those that they hold.
_TERMS = {
    "extreme close-up": "大特写",
    "medium close-up": "近景",
    "medium close": "中近景",
    "close-up": "特写",
    "medium": "中景",
    "full": "全景",
    "wide": "大全景",
    "point-of-view": "主观",
    "static": "固定",
    "push": "推",
    "pull": "拉",
    "pan": "摇",
    "crane up": "升",
    "crane down": "降",
    "track": "移",
    "follow": "跟",
    "handheld": "手持",
}
_FIELD = re.compile(rf"；(?=(?:{_LABELS})[^；：]{{0,4}}：)|; (?=(?:{'|'.join(_ENGLISH)}): )")
_ENGLISH_LINE = re.compile(rf"({'|'.join(_ENGLISH)}): (.*)", re.DOTALL)
_PERSON = re.compile(r"([^（]*)（(.*)）[^）]*", re.DOTALL)
_ENGLISH_PERSON = re.compile(r"([^(]*) \((.*)\)[^)]*", re.DOTALL)
_TRAIT = re.compile(r"｜| \| ")
_COLON = re.compile("：|: ")
_SPEAKER = re.compile(r"""([^：:“"（(]+)""")
_NUMBERED = re.compile(r"图\d+：")
_PICTURE = re.compile(r"（参考@[^）]*）|｜参考@[^）]*(?=）)")
_TIMED_PLACE = re.compile(r"(.+?)(?:（| \()([^（）()]+)[）)]")
_SIDES = re.compile(r"([^，,]+?)(?:在| on the | in the )([^，,]*)")
_WRITTEN = re.compile(r"(?:上面写着“|which reads \")([^”\"]+)")
_GRID = re.compile(r"(\d{1,3})\s*列\s*[×xX*]\s*(\d{1,3})\s*行")
_SHOT = re.compile(r"^\s*Shot\s+\d+\s*[:：]\s*$", re.MULTILINE | re.IGNORECASE)
_SECONDS = re.compile(r"duration\s*[:：]\s*(\d{1,5}(?:\.\d{1,3})?)", re.IGNORECASE)
_TIME = r"(?:\d{1,3}:)?\d{1,5}(?:\.\d{1,3})?"
# A shot on a line of its own: how long it lasts, or from when to when, in seconds or in minutes and seconds.
_TIMED = re.compile(
    rf"^(?:镜头\s*\d+（|Shot\s+\d+\s*\(Duration:\s*|\[)({_TIME})(?:-({_TIME}))?\s*(?:秒）|s\)|s?\])[:：]?(.*)$",
    re.MULTILINE,
)
_CELL = re.compile(r"^格\s*\d+\s*[:：]\s*$", re.MULTILINE)
_SEPARATORS = re.compile(r"[、，,;；/]")


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with the traits that a prompt gives, each a name and a text."""

    name: str
    traits: tuple[tuple[str, str], ...] = ()
    speaks: bool = False
    side: int = 0  # where it is said to stand: -1 is left, 1 is right


@dataclass(frozen=True, slots=True)
class Prop:
    """A thing of the story, with its traits and the words that stand on it."""

    name: str
    traits: tuple[tuple[str, str], ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A place, as far as a prompt describes it."""

    name: str = ""
    light: str = ""
    tone: str = ""
    props: tuple[str, ...] = ()
    palette: str = ""
    style: str = ""
    time: str = ""


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
    props: tuple[Prop, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A contact sheet: a grid of shots, each of one aspect ratio."""

    columns: int
    rows: int
    aspect_ratio: str
    shots: tuple[Shot, ...]


def read_person(prompt: str) -> Person:
    """The character of a model sheet."""
    return Person(_first(_fields(prompt.splitlines()), "角色"), _listed(prompt))


def read_prop(prompt: str) -> Prop:
    """The thing of a prop sheet."""
    fields = _fields(prompt.splitlines())
    written = _WRITTEN.search(_first(fields, "文字"))
    return Prop(_first(fields, "道具"), _listed(prompt), written[1] if written else "")


def read_style(prompt: str) -> str:
    """The style of a prompt, with what it avoids."""
    return _style(_fields(prompt.splitlines()))


def _listed(prompt: str) -> tuple[tuple[str, str], ...]:
    items = (line.strip()[2:] for line in prompt.splitlines() if line.strip().startswith("- "))
    traits = (item.partition("：") for item in items if not _NUMBERED.match(item))
    return tuple((name.strip(), text.strip()) for name, _, text in traits if text)


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
    """The shots of a storyboard or of a timeline, or the one shot of a prompt without times; none where it is none."""
    if blocks := _SHOT.split(prompt)[1:]:
        return tuple(map(_storyboard_shot, blocks))
    return tuple(_timed_shots(prompt)) or tuple(_only_shot(prompt))


def _timed_shots(prompt: str) -> Iterator[Shot]:
    common = _fields(prompt.splitlines())
    for first, second, text in _TIMED.findall(prompt):
        milliseconds = max(0, _milliseconds(second) - _milliseconds(first)) if second else _milliseconds(first)
        yield _shot({**common, **_fields(_FIELD.split(text))}, milliseconds)


def _only_shot(prompt: str) -> Iterator[Shot]:
    fields = _fields(piece for line in prompt.splitlines() for piece in _FIELD.split(line))
    if "动作" in fields and "景别" in fields:
        yield _shot(fields)


def _milliseconds(time: str) -> int:
    minutes, _, seconds = time.rpartition(":")
    return int(minutes or 0) * 60_000 + round(float(seconds) * 1000)


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
        label, text = _field(line.strip())
        if text:
            fields[label] = (*fields.get(label, ()), text)
    return fields


def _field(line: str) -> tuple[str, str]:
    """Label and text of a line; English ones with the label, and the words of the trade, that Chinese ones have."""
    if found := _ENGLISH_LINE.fullmatch(line):
        label, text = _ENGLISH[found[1]], found[2].strip()
        plain = text.casefold() if label in ("景别", "机位") else ""
        return label, next((chinese for english, chinese in _TERMS.items() if english in plain), text)
    label, _, text = line.partition("：")
    return label, text.strip()


def _first(fields: Mapping[str, tuple[str, ...]], label: str) -> str:
    return fields.get(label, ("",))[0]


def _place(fields: Mapping[str, tuple[str, ...]]) -> Place:
    name, time = _PICTURE.sub("", _first(fields, "场景")), _first(fields, "时刻")
    if found := _TIMED_PLACE.fullmatch(name):
        name, time = found.groups()
    return Place(
        name=name,
        light=_first(fields, "光线"),
        tone=_first(fields, "色调"),
        props=words_of(_first(fields, "标志物")),
        palette=_first(fields, "配色"),
        style=_style(fields),
        time=time,
    )


def _style(fields: Mapping[str, tuple[str, ...]]) -> str:
    return "，".join((_first(fields, "画风"), *(f"避免{word}" for word in words_of(_first(fields, "避免")))))


def _shot(fields: Mapping[str, tuple[str, ...]], milliseconds: int = 0) -> Shot:
    said = (_SPEAKER.match(text) for text in (*fields.get("对白", ()), *fields.get("台词", ())))
    speakers = {found[1].strip() for found in said if found}
    sides = {who.strip(): where for who, where in _SIDES.findall(_first(fields, "站位"))}
    people = [_person(text, speakers) for text in fields.get("人物", ())]
    people = [replace(person, side=_side(sides.get(person.name, ""))) for person in people]
    return Shot(
        place=_place(fields),
        framing=_first(fields, "景别"),
        camera=_first(fields, "机位"),
        action=_first(fields, "动作"),
        visuals=_first(fields, "画面要点"),
        people=tuple(sorted(people, key=lambda person: person.side)),
        milliseconds=milliseconds,
        props=tuple(map(_prop, fields.get("道具", ()))),
    )


def _side(where: str) -> int:
    """Left before what is between, and that before right."""
    return ("右" in where or "right" in where) - ("左" in where or "left" in where)


def _prop(text: str) -> Prop:
    written = _WRITTEN.search(text)
    named = _person(text[: written.start()].rstrip("， ,") if written else text, set())
    return Prop(named.name, named.traits, written[1] if written else "")


def _person(text: str, speakers: set[str]) -> Person:
    found = _PERSON.fullmatch(text) or _ENGLISH_PERSON.fullmatch(text)
    name, traits = found.groups() if found else (text, "")
    pairs = (_COLON.split(piece, maxsplit=1) for piece in _TRAIT.split(traits))
    kept = tuple((pair[0].strip(), pair[1].strip()) for pair in pairs if len(pair) == 2 and pair[1].strip())
    return Person(name.strip(), kept, name.strip() in speakers)
