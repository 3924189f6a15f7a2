"""Prompts as drawings: model sheets, plates, contact sheets, key frames, and a card for everything else, all SVG."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import jinja2

from manjuc.preview.belongings import lettering, thing_of
from manjuc.preview.costume import dressed, is_old
from manjuc.preview.oldplaces import old_setting
from manjuc.preview.palette import colours_in, dark, light, lightness_of, mix
from manjuc.preview.reading import Shot, read_person, read_place, read_prop, read_sheet, read_style
from manjuc.preview.setting import setting_of
from manjuc.preview.staging import camera_move, frame_of, places_of
from manjuc.text import break_lines, elide, width

_SHORT_SIDE = 720
_SQUARE_SIDE = 1024
_ZOOMS = {"2K": 2.0, "4K": 3.0}
_RATIO = re.compile(r"(\d{1,2}):(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG and how many times larger than it says it shall be painted."""

    svg: str
    zoom: float = 1.0


def draw_picture(prompt: str, aspect_ratio: str, image_size: str, own: Mapping[int, str] | None = None) -> Drawing:
    """The picture that a prompt asks for; its first line tells the kind. `own` are the author's pictures of shots."""
    size = canvas(aspect_ratio, _SQUARE_SIDE)
    title = prompt.strip().partition("\n")[0]
    if "三视图" in title:
        svg = _three_views(prompt, *size)
    elif "道具设定图" in title:
        svg = _prop(prompt, *size)
    elif "空场景" in title:
        svg = _scene_plate(prompt, *size)
    elif "分镜联络表" in title:
        svg = _contact_sheet(prompt, *size, own or {})
    else:
        svg = _card(prompt, *size)
    return Drawing(svg, _ZOOMS.get(image_size.upper(), 1.0))


def draw_shot(shot: Shot, number: int, size: tuple[int, int], bleed: float = 0.0, own: str = "") -> str:
    """The key frame of a shot, or the author's own; `bleed` is what is drawn beyond each edge, for a moving camera."""
    return _render("shot", *size, shown=frame_of(shot, number, *size), bleed=bleed, own=own)


def draw_tag(number: int) -> str:
    """The small mark with a shot's number."""
    return _render("tag", 44, 30, number=number)


def canvas(aspect_ratio: str, square: int = _SHORT_SIDE) -> tuple[int, int]:
    """Width and height for an aspect ratio, both even; 16:9 where it is not one."""
    found = _RATIO.fullmatch(aspect_ratio.strip())
    across, down = (int(number) for number in found.groups()) if found else (16, 9)
    if not across or not down or max(across, down) > 8 * min(across, down):
        across, down = 16, 9
    if across == down:
        return square, square
    long = round(_SHORT_SIDE * max(across, down) / min(across, down) / 2) * 2
    return (long, _SHORT_SIDE) if across > down else (_SHORT_SIDE, long)


def _three_views(prompt: str, wide: int, high: int) -> str:
    person = read_person(prompt)
    look = dressed(person, is_old(read_style(prompt)))
    tall = high > wide
    # Beside the figures where the picture is wide, below them where it is tall.
    right, ground = (wide, high * 0.56) if tall else (wide * 0.7, high * 0.87)
    name_size = max(22.0, min(wide, high) * 0.042)
    scale = min((ground - high * 0.05) / (880 if look.costume else 815), right / 3 / 275)
    head = ground - 700 * scale
    stage = {
        "left": 24.0,
        "right": right - 24,
        "ground": ground,
        "scale": scale,
        "head": head,
        "middles": [right * (index + 0.5) / 3 for index in range(3)],
    }
    box = (
        (40.0, ground + name_size * 3, wide - 80.0, high)
        if tall
        else (right + 10, high * 0.09, wide - right - 40, high)
    )
    name = elide(person.name, int(2 * right * 0.8 / name_size))
    guides = [head + units * scale for units in (-84, 58, 240)]
    return _render(
        "three_views", wide, high,
        look=look, stage=stage, guides=guides, name=name, name_size=name_size,
        notes=_notes(person.traits, *box),
    )  # fmt: skip


def _notes(
    traits: tuple[tuple[str, str], ...], left: float, top: float, wide: float, bottom: float
) -> list[dict[str, object]]:
    """The traits, one below the other, in the largest letters in which all of them fit."""
    for size in (24.0, 20.0, 17.0, 14.0, 12.0, 10.0):
        y = top
        notes: list[dict[str, object]] = []
        for name, text in traits:
            lines = break_lines(text, max(4, int(wide / size)))
            below = y + size * 1.4 * len(lines)
            if below < bottom - 8:
                shown = elide(name, 2 * int(wide / size) - 8)
                colours = colours_in(text)[:3]
                notes.append({"x": left, "y": y, "size": size, "name": shown, "lines": lines, "colours": colours})
            y = below + size * 2.3
        if len(notes) == len(traits):
            break
    return notes


def _scene_plate(prompt: str, wide: int, high: int) -> str:
    said = read_place(prompt)
    setting = old_setting(said) if is_old(said.style) else setting_of(said)
    size = min(wide, high) * 0.028
    places = []
    for place in places_of(setting, wide, high):
        label = elide(place.thing.name, 20)
        half = (width(label) / 2 + 1) * size / 2 + 8
        x = min(max(place.x, half), wide - half)
        places.append(
            {"thing": place.thing, "x": place.x, "y": place.y, "size": place.size, "label": label, "label_x": x}
        )
    name = elide(setting.name, 32)
    name_x = (width(name) / 2 + 1) * size * 0.6 + size
    return _render("scene_plate", wide, high, setting=setting, places=places, size=size, name=name, name_x=name_x)


def _prop(prompt: str, wide: int, high: int) -> str:
    thing = thing_of(read_prop(prompt))
    size = min(wide * 0.66, high * 0.66)
    text = lettering(thing) or (thing.name[:4] if thing.kind == "parcel" else "")
    return _render("prop", wide, high, thing=thing, text=text, size=size, top=(high - size) / 2)


def _contact_sheet(prompt: str, wide: int, high: int, own: Mapping[int, str]) -> str:
    sheet = read_sheet(prompt)
    across, down = canvas(sheet.aspect_ratio)
    gutter = min(wide, high) * 0.018
    box = ((wide - gutter) / sheet.columns - gutter, (high - gutter) / sheet.rows - gutter)
    scale = min(box[0] / across, box[1] / down)
    left = (wide - sheet.columns * (across * scale + gutter) + gutter) / 2
    top = (high - sheet.rows * (down * scale + gutter) + gutter) / 2
    cells = []
    for index, shot in enumerate(sheet.shots[: sheet.columns * sheet.rows]):
        row, column = divmod(index, sheet.columns)
        x, y = left + column * (across * scale + gutter), top + row * (down * scale + gutter)
        frame = frame_of(shot, index + 1, across, down)
        move, picture = camera_move(shot.camera), own.get(index + 1, "")
        cells.append({"x": x, "y": y, "scale": scale, "frame": frame, "move": move, "own": picture})
    return _render("contact_sheet", wide, high, cells=cells)


def _card(prompt: str, wide: int, high: int) -> str:
    size = min(wide, high) * 0.036
    most = int((wide * 0.88 - 68) / size)
    room = int((high * 0.7) / (size * 1.6))
    lines = [line for text in prompt.split("\n") if text.strip() for line in break_lines(text[:400], most)]
    shown = [*lines[: room - 1], "……"] if len(lines) > room else lines
    return _render("card", wide, high, lines=shown, size=size)


def _render(kind: str, wide: int, high: int, **values: object) -> str:
    svg = _templates().get_template(f"{kind}.svg.j2").render(width=wide, height=high, **values)
    # A letter that XML cannot hold would make the whole drawing unreadable.
    return "".join(char for char in svg if char in "\n\t" or (char >= " " and not "\ud800" <= char <= "\udfff"))


@functools.cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("svg"), encoding="utf-8"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: round(value, 2) if isinstance(value, float) else value,
    )
    environment.filters.update(dark=dark, light=light, blend=mix, ink=_ink, warm=_warm, ems=_ems)
    return environment


def _warm(skin: str) -> str:
    # A face in the dark does not blush.
    return mix(skin, "#f08c84", 0.4 if skin > "#8" else 0.0)


def _ink(paper: str) -> str:
    return "#26222f" if lightness_of(paper) > 0.45 else "#f6f1e4"


def _ems(text: str) -> float:
    return width(text) / 2
