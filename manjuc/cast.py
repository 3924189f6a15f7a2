"""Who, where and what a drama declares: entries of a spec or a script to characters, scenes and props.

A look of a character and a time of a place are characters and scenes of their own: whatever draws, refers to or checks
one of these needs to know nothing of looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from manjuc import ids
from manjuc.document import Document, Path, Table
from manjuc.ids import Names
from manjuc.once import once
from manjuc.spec import Asset, Character, Prop, Scene, Trait

Assets = Mapping[tuple[str, str], Asset]
"""The author's own pictures and clips, by the file that names them and the path that it writes."""

# The order in which traits are said: what identifies someone first. Others follow by code point.
TRAITS = (
    *("脸", "脸型", "五官", "发型", "发色", "发", "头发", "眉", "眼", "眼睛", "瞳色", "肤色", "体型", "身高"),
    *("服装", "上衣", "下装", "鞋", "鞋子", "配饰", "标志"),
)
_PLACES = {name: place for place, name in enumerate(TRAITS)}


def asset(document: Document, path: Path, assets: Assets) -> Asset | None:
    """The file that a value names; None where it names none, or one that was refused."""
    written = document.at(path)
    return assets.get((document.span(path).source.path, written)) if isinstance(written, str) else None


def _entries(document: Document, path: Path, assets: Assets) -> Iterator[tuple[str, Table, Asset | None]]:
    """What is declared at a path, by the name that its author gave it, each with the author's own picture of it."""
    for name, entry in (document.at(path) or {}).items():
        yield name, entry, asset(document, (*path, name, "image"), assets)


def characters(document: Document, assets: Assets) -> tuple[Character, ...]:
    """Everyone whom a spec declares, by id, each look after the character who wears it."""
    found: list[Character] = []
    for given, entry, image in _entries(document, ("characters",), assets):
        base = character(given, entry, image)
        looks = _entries(document, ("characters", given, "looks"), assets)
        found += [base, *(_look(base, ids.normal(look), changes, image) for look, changes, image in looks)]
    return tuple(sorted(found, key=lambda character: character.id))


def character(id_: str, entry: Table, image: Asset | None = None) -> Character:
    """Someone as declared, without looks."""
    id_ = ids.normal(id_)
    return Character(
        id=id_,
        name=entry.get("name") or id_,
        role=entry.get("role", ""),
        age=None if entry.get("age") is None else int(entry["age"]),  # `18.0` is a whole number too
        traits=_in_order(_traits(entry.get("traits", {}))),
        seen=entry.get("seen", True),
        crowd=entry.get("crowd", False),
        also=tuple(entry.get("also", ())),
        image=image,
    )


def _look(base: Character, look: str, changes: Table, image: Asset | None) -> Character:
    traits = {trait.name: trait for trait in base.traits}
    traits |= {trait.name: trait for trait in _traits({k: v for k, v in changes.items() if k != "image"})}
    return Character(
        id=f"{base.id}/{look}",
        name=base.name,
        role=base.role,
        age=base.age,
        traits=_in_order(traits.values()),
        seen=base.seen,
        crowd=base.crowd,
        image=image,
        base=base.id,
        look=look,
    )


def _traits(entries: Table) -> Iterator[Trait]:
    for name, given in entries.items():
        text, framings = (given, ()) if isinstance(given, str) else (given["is"], tuple(given.get("in", ())))
        trait = Trait(ids.normal(name), text, framings)
        if trait.text.strip():
            yield trait


def _in_order(traits: Iterable[Trait]) -> tuple[Trait, ...]:
    def order(trait: Trait) -> tuple[int, str]:
        return _PLACES.get(trait.name, len(TRAITS)), trait.name

    return tuple(sorted(traits, key=order))


def scenes(document: Document, assets: Assets) -> tuple[Scene, ...]:
    """Every place that a spec declares, by id, each time of it after the place itself."""
    found: list[Scene] = []
    for given, entry, image in _entries(document, ("scenes",), assets):
        base = scene(given, entry, image)
        times = _entries(document, ("scenes", given, "at"), assets)
        found += [base, *(_time(base, ids.normal(time), changes, image) for time, changes, image in times)]
    return tuple(sorted(found, key=lambda scene: scene.id))


def scene(id_: str, entry: Table, image: Asset | None = None) -> Scene:
    """A place as declared, without times."""
    id_ = ids.normal(id_)
    return Scene(id_, entry.get("name") or id_, entry.get("light", ""), entry.get("tone", ""), _things(entry), image)


def _time(base: Scene, time: str, changes: Table, image: Asset | None) -> Scene:
    return Scene(
        id=f"{base.id}/{time}",
        name=base.name,
        light=changes.get("light", base.light),
        tone=changes.get("tone", base.tone),
        props=_things(changes) if "props" in changes else base.props,
        image=image,
        base=base.id,
        time=time,
    )


def _things(entry: Table) -> tuple[str, ...]:
    return tuple(prop for prop in entry.get("props", ()) if prop.strip())


def props(document: Document, assets: Assets) -> tuple[Prop, ...]:
    """Every prop that a spec declares, by id."""
    found = (
        Prop(
            id=ids.normal(given),
            name=entry.get("name") or ids.normal(given),
            traits=_in_order(_traits(entry.get("traits", {}))),
            text=entry.get("text", ""),
            image=image,
        )
        for given, entry, image in _entries(document, ("props",), assets)
    )
    return tuple(sorted(found, key=lambda prop: prop.id))


@once(16)
def names_of(declared: tuple[Character, ...] | tuple[Scene, ...], kind: Literal["character", "scene"]) -> Names:
    """The words by which a script can refer to what a spec declares."""
    variants: dict[str, tuple[str, ...]] = {}
    for each in declared:
        if each.base:
            word = each.look if isinstance(each, Character) else each.time
            variants[each.base] = (*variants.get(each.base, ()), word)
    bases = [each for each in declared if not each.base]
    aliases = {ids.normal(word): each.id for each in bases if isinstance(each, Character) for word in each.also}
    return Names(kind, {each.id: each.name for each in bases}, aliases, variants)


@once(16)
def names_of_props(declared: tuple[Prop, ...]) -> Names:
    """The words by which it can refer to props."""
    return Names("prop", {prop.id: prop.name for prop in declared})


@once(16)
def unseen(people: tuple[Character, ...]) -> frozenset[str]:
    """Those who are heard and never seen, by id."""
    return frozenset(who.id for who in people if not who.seen)
