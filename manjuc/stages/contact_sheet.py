"""contact_sheet: the storyboard of a clip as one grid picture, a numbered cell a shot, for people to look at.

It shows what is seen, so a changed line of dialogue leaves it alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from manjuc.calls import Call
from manjuc.contracts import Render, keeping, no_revision, one_round, picture_call, picture_check
from manjuc.graph import Action, ActionId, Results, Unknown
from manjuc.pictures import Picture, needs, of_panels
from manjuc.spec import Spec
from manjuc.storyboard import Reel, awaited_reels, placed, reels

NAME, VERSION, SLOT = "contact_sheet", 1, "image"
check, rounds, revise = picture_check, one_round, no_revision


def actions(spec: Spec, results: Results) -> Iterator[Action]:
    """One for each clip."""
    for reel in reels(spec, results):
        needed = needs(_references(reel, spec))
        yield Action(ActionId(f"{reel.id}/{NAME}"), NAME, needed, place=placed(spec, reel, "sheets"), about=reel)


def _references(reel: Reel, spec: Spec) -> tuple[Picture, ...]:
    return of_panels(reel.panels, spec, "格")[: spec.models.image.references]


def unknown(spec: Spec, results: Results) -> Iterator[Unknown]:
    """As many as there will be clips."""
    return awaited_reels(NAME, spec, results)


def call(action: Action, spec: Spec, results: Results, render: Render) -> Call:
    """A grid that comes near to the film's shape in every cell."""
    reel = action.about
    assert isinstance(reel, Reel)
    columns, rows, aspect_ratio = _grid(len(reel.panels), spec.format.aspect_ratio, spec.models.image.aspect_ratios)
    references = _references(reel, spec)
    prompt = render(
        NAME,
        shots=reel.panels,
        columns=columns,
        rows=rows,
        references=[picture.name for picture in references],
        style=spec.style,
        aspect_ratio=spec.format.aspect_ratio,
    )
    pictures = tuple(picture.reference(results) for picture in references)
    return picture_call(spec.models.image, keeping(prompt, NAME, reel.traits), aspect_ratio, pictures)


def _grid(cells: int, cell: str, allowed: tuple[str, ...]) -> tuple[int, int, str]:
    """Columns, rows and the picture's shape: few empty cells, each close to the film's own shape."""
    ratio = _ratio(cell)

    def waste(columns: int, shape: str) -> float:
        rows = -(-cells // columns)
        wanted = ratio * columns / rows
        bent = max(wanted / _ratio(shape), _ratio(shape) / wanted)
        return bent * bent * columns * rows / cells

    ways = ((columns, shape) for columns in range(1, cells + 1) for shape in (allowed or (cell,)))
    columns, shape = min(ways, key=lambda way: waste(*way))
    return columns, -(-cells // columns), shape


def _ratio(shape: str) -> float:
    wide, high = shape.split(":")
    return int(wide) / int(high)
