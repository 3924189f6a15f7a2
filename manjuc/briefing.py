"""Whom and what the brief of a script tells of: all that a drama declares, or what it declared at another time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from manjuc.limits import for_declared
from manjuc.spec import Character, Prop, Scene, Spec


def declared(spec: Spec) -> tuple[str, ...]:
    """All that a text model can be told of, sorted: ids behind their kinds, as in the ids of actions."""
    everything: tuple[Character | Scene | Prop, ...] = (*spec.characters, *spec.scenes, *spec.props)
    return tuple(sorted(map(name_of, everything)))


def name_of(each: Character | Scene | Prop) -> str:
    """What a declared character, look, place, time or prop is called here: one id may be that of several kinds."""
    match each:
        case Character():
            return f"characters/{each.id}"
        case Scene():
            return f"scenes/{each.id}"
        case Prop():
            return f"props/{each.id}"


def as_declaring(spec: Spec, told: Collection[str]) -> Spec:
    """The drama as if it declared nothing but these; limits that follow from their number are theirs."""
    people = tuple(each for each in spec.characters if name_of(each) in told)
    places = tuple(each for each in spec.scenes if name_of(each) in told)
    characters, scenes = (sum(not each.base for each in several) for several in (people, places))
    return replace(
        spec,
        characters=people,
        scenes=places,
        props=tuple(prop for prop in spec.props if name_of(prop) in told),
        limits=for_declared(spec.limits, characters, scenes),
    )
