"""Where the things of a story are in a frame: in a hand, before the chest, falling, on the ground, or alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from manjuc.preview.belongings import Thing, is_held, is_open, lettering, thing_named, thing_of
from manjuc.preview.frames import Belonging, Figure
from manjuc.preview.look import Look
from manjuc.preview.reading import Shot

_FACE = ("脸", "眼", "神情", "表情", "目光", "瞳", "嘴", "抬头", "回头", "面纱")
_HANDS = ("手", "掌", "指", "攥", "握", "捏")
_FALLS = ("坠地", "落地", "掉落", "摔", "打翻", "跌落")
_GONE = ("只剩", "空空", "不见了", "没了", "消失", "灯笼光")
# What is held before the chest with both hands.
_HUGGED = frozenset({"tablet", "tray", "scroll", "photo", "parcel", "qin", "box", "book", "pot", "bowl", "helmet"})
# Where the middle of a thing is, seen from the hand, and how large it is.
_GRIPS = {
    "canopy": (-4.0, -76.0, 250.0),
    "lantern": (4.0, 62.0, 96.0),
    "sword": (8.0, -34.0, 190.0),
    "needle": (6.0, -40.0, 60.0),
}


def things_of(shot: Shot, old: bool) -> tuple[Thing, ...]:
    """The things that a shot is said to show, and in old times the one that its action names."""
    things = tuple(map(thing_of, shot.props))
    text = f"{shot.action}，{shot.visuals}"
    if old and not any(word in text for word in _GONE):
        kind, colour = thing_named(text)
        if kind and kind not in {thing.kind for thing in things}:
            things = (*things, Thing("", kind, colour, "#e3b552" if kind == "tablet" else ""))
    return things


def is_insert(shot: Shot, things: Sequence[Thing]) -> bool:
    """True for a close-up of a hand with a thing: no face is in the picture."""
    said = shot.action
    return (
        "特写" in shot.framing
        and bool(things)
        and is_held(things[0], said)
        and any(word in said for word in _HANDS)
        and not any(word in said for word in (*_FACE, *_FALLS))
    )


def holder_of(parts: Sequence[str], things: Sequence[Thing]) -> int:
    """Which of the people holds what is held: the one whose action speaks of it."""
    for index, part in enumerate(parts):
        if any((thing.name and thing.name in part) or thing_named(part)[0] == thing.kind for thing in things):
            return index
    return next((index for index, part in enumerate(parts) if any(word in part for word in _HANDS)), 0)


def raised(things: Sequence[Thing], action: str, framing: str) -> bool:
    """True where a thing is held up in one hand."""
    return any(
        is_held(thing, action) and thing.kind not in _HUGGED and framing != "特写"
        for thing in things
        if not any(word in action for word in _FALLS)
    )


def belongings_of(
    shot: Shot, things: Sequence[Thing], figures: Sequence[Figure], holder: int, size: tuple[int, int]
) -> tuple[Belonging, ...]:
    """Every thing at its place. What no hand holds stands on the ground beside the people."""
    if not figures:
        return tuple(_alone(shot, thing, index, len(things), size) for index, thing in enumerate(things[:3]))
    placed = []
    for index, thing in enumerate(things[:3]):
        if any(word in shot.action for word in _FALLS):
            placed.append(_at(thing, size[0] * 0.56, size[1] * 0.84, min(size) * 0.22, 34.0))
        elif is_held(thing, shot.action) and index == 0:
            placed.append(_in_hand(shot, thing, figures[min(holder, len(figures) - 1)], size))
        else:
            share = 0.12 if "全景" in shot.framing else 0.24
            x = size[0] * (0.18 if index % 2 else 0.82)
            placed.append(_at(thing, x, size[1] * 0.9 - min(size) * share / 2, min(size) * share))
    return tuple(placed)


def palm_belonging(thing: Thing, look: Look, size: tuple[int, int]) -> Belonging:
    """The thing in a hand that fills the frame."""
    return replace(_at(thing, size[0] * 0.5, size[1] * 0.5, min(size) * 0.46), palm=look)


def _alone(shot: Shot, thing: Thing, index: int, count: int, size: tuple[int, int]) -> Belonging:
    share = 0.5 if "特写" in shot.framing else 0.2 if "全景" in shot.framing else 0.34
    x = size[0] * (0.5 if count == 1 else (index + 0.5) / min(count, 3))
    return _at(thing, x, size[1] * 0.5, min(size) * share / max(1, count - 1) ** 0.5)


def _in_hand(shot: Shot, thing: Thing, figure: Figure, size: tuple[int, int]) -> Belonging:
    if "特写" in shot.framing:
        return replace(_at(thing, size[0] * 0.5, size[1] * 0.86, min(size) * 0.26), palm=figure.look)
    if figure.view == "side" and figure.pose in ("run", "walk"):
        dx, dy = _low_hand(figure)
        wide = 150.0 if thing.kind == "sword" else 80.0
        x = figure.x + dx * figure.scale * (-1 if figure.flip else 1)
        return _at(thing, x, figure.y + dy * figure.scale, wide * figure.scale)
    if thing.kind in _HUGGED or figure.view == "back" or figure.pose != "raise":
        return _at(thing, figure.x, min(figure.y + 196 * figure.scale, size[1] * 0.84), 112 * figure.scale)
    kind = "umbrella" if thing.kind == "canopy" and not is_open(shot.action) else thing.kind
    dx, dy, wide = _GRIPS.get(kind, (0.0, -18.0, 66.0))
    dx, dy = (128 + dx, 136 + dy) if figure.view == "side" else (figure.look.shoulder + 32 + dx, 50 + dy)
    x = figure.x + dx * figure.scale * (-1 if figure.flip else 1)
    return _at(replace(thing, kind=kind), x, figure.y + dy * figure.scale, wide * figure.scale)


def _low_hand(figure: Figure) -> tuple[float, float]:
    """The hand of someone who walks or runs, seen from the side; wide sleeves are folded before the waist."""
    costume = figure.look.costume
    if figure.pose == "run":
        return (-42, 250) if costume else (70, 250)
    return (62, 252) if costume and costume.sleeve >= 30 and not costume.torn else (-44, 316)


def _at(thing: Thing, x: float, y: float, size: float, turn: float = 0.0) -> Belonging:
    text = lettering(thing) or (thing.name if thing.kind == "parcel" else "")
    return Belonging(thing.kind, thing.colour, thing.accent, text, thing.half, x, y, size, turn)
