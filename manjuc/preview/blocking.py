"""Who does what in a shot: its action, told apart for the people in it, and the group that stands behind them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from manjuc.preview.frames import Figure
from manjuc.preview.look import Look
from manjuc.preview.palette import dark, light, mix
from manjuc.preview.reading import Person

_CLAUSES = re.compile("[，。；！？,;]+")
_KNEEL = ("跪", "伏地", "叩首", "磕头", "拜倒")
_LEAP = ("翻过", "翻墙", "跃", "纵身", "掠过", "飞身")
_SIT = ("坐", "端坐", "倚坐")
_VEIL_OFF = re.compile(
    "(?:摘|取|揭|扯|掀|解)[下开去]?[^，]{0,3}(?:面纱|面巾)|(?:面纱|面巾)[^，]{0,3}(?:落|摘|滑|掀|飘)"
)
_TUNICS = ("#7a5a4a", "#56687a", "#6f7a56", "#8a6a7a", "#9a8460", "#5f6f70", "#85605a")


def parts_of(action: str, people: Sequence[Person]) -> tuple[str, ...]:
    """What each of the people does. A clause that names nobody belongs to whoever was named last, at first to all."""
    parts = ["" for _ in people]
    names = [person.name for person in people]
    subjects = range(len(people)) if not any(name and name in action for name in names) else range(1)
    for clause in _CLAUSES.split(action):
        found = [(clause.find(name), index) for index, name in enumerate(names) if name and name in clause]
        subjects = range(min(found)[1], min(found)[1] + 1) if found else subjects
        for index in subjects:
            parts[index] = f"{parts[index]}，{clause}"
    return tuple(parts)


def posture(text: str) -> str:
    """kneel, sit or leap, where a text says so."""
    if any(word in text for word in _KNEEL):
        return "kneel"
    if any(word in text for word in _LEAP):
        return "leap"
    return "sit" if any(word in text for word in _SIT) else ""


def unveiled(look: Look, action: str) -> Look:
    """The look without its veil, where an action takes that off."""
    if look.costume and look.costume.veil and _VEIL_OFF.search(action):
        return replace(look, costume=replace(look.costume, veil=""))
    return look


def crowd_of(look: Look, alone: bool, wide: bool, width: float, height: float) -> tuple[Figure, ...]:
    """A group of people without faces: two rows behind those who act, or both sides of the way where nobody does."""
    figures = []
    for row, (count, at, share) in enumerate(((7, 0.3, 0.3), (6, 0.4, 0.4)) if wide else ((5, 0.24, 0.62),)):
        count = round(count * max(1.0, width / height))
        scale = height * share / 784 if wide else height * share / 560
        scale = min(scale, width / (count * 92))
        for index in range(count):
            x = width * (index + 0.5 + 0.24 * (row % 2)) / (count + 0.24)
            if alone and row and abs(x / width - 0.5) < 0.14:
                continue  # the way between them
            cloth = mix(look.cloth, _TUNICS[(index * 3 + row) % len(_TUNICS)], 0.72)
            worn = replace(
                look, cloth=cloth, trim=light(cloth, 0.4), lower=dark(cloth, 0.3), shoulder=58 + index % 2 * 8
            )
            y = height * (0.86 if row else 0.76) - 700 * scale if wide else height * at
            figures.append(Figure(worn, "front", "blank", "stand", x, y, scale, False, wide))
    return tuple(figures)
