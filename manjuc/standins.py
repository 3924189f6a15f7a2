"""What a published script names and nobody declares any more: a stand-in each, with that name and nothing else.

What is published stays so, whatever changes above it. With stand-ins its calls can still be spelled; they differ from
those that were made, and that is all that anybody wants to know of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from manjuc.cast import character, scene
from manjuc.document import Path, Table
from manjuc.ids import Names, normal
from manjuc.spec import Character, Prop, Scene

NOWHERE = "-"
"""The place of a shot that does not say where it is, since there was one place alone; none can be called so."""

Standin = Character | Scene | Prop

_KINDS: Mapping[str, type[Standin]] = {"character": Character, "scene": Scene, "prop": Prop}


def standins(shots: Iterable[Table], people: Names, places: Names, props: Names) -> tuple[Standin, ...]:
    """One for each character, look, place, time and prop that some plain shots name and that is not known."""
    found: dict[tuple[str, str], Standin] = {}
    for shot in shots:
        for names, word, _ in named_in(shot, people, places, props):
            if names.id_of(word) is None:
                found |= {(names.kind, each.id): each for each in _standins(names, word)}
    return tuple(found.values())


def with_standins(names: Names, standins: Iterable[Standin]) -> Names:
    """The names of a kind, those of its stand-ins too."""
    all_names, variants = dict(names.names), dict(names.variants)
    for each in (each for each in standins if isinstance(each, _KINDS[names.kind])):
        variant = each.look if isinstance(each, Character) else each.time if isinstance(each, Scene) else ""
        if variant:
            base = each.id.partition("/")[0]
            variants[base] = (*variants.get(base, ()), variant)
        else:
            all_names[each.id] = each.name
    return replace(names, names=all_names, variants=variants)


def named_in(shot: Table, people: Names, places: Names, props: Names) -> Iterator[tuple[Names, str, Path]]:
    """Every word of a shot that refers to something, with the names among which it is looked for, and where it is.

    A place that the shot does not name is nowhere in it.
    """
    for number, word in enumerate(shot.get("characters", ())):
        yield people, word, ("characters", number)
    for number, line in enumerate(shot.get("say", ())):
        yield people, line["who"], ("say", number, "who")
    yield from ((people, word, ("place", word)) for word in shot.get("place", {}))
    yield from ((props, word, ("props", number)) for number, word in enumerate(shot.get("props", ())))
    elsewhere = any(key in shot for key in ("card", "use", "video"))
    if "scene" in shot or not (elsewhere or len(places.names) == 1):
        yield places, shot.get("scene", NOWHERE), ("scene",) if "scene" in shot else ()


def _standins(names: Names, word: str) -> Iterator[Standin]:
    """What stands in for a word that means nothing; for a look or a time, what it is of as well."""
    id_, slash, variant = normal(word.strip()).partition("/")
    if names.kind == "prop":
        yield Prop(id_, id_)
        return
    base = names.id_of(id_) or id_
    name = names.names.get(base, base)
    if names.kind == "character":
        if base not in names.names:
            yield character(base, {})
        if slash:
            yield Character(f"{base}/{variant}", name, base=base, look=variant)
    else:
        if base not in names.names:
            yield scene(base, {"name": " "} if base == NOWHERE else {})
        if slash:
            yield Scene(f"{base}/{variant}", name, base=base, time=variant)
