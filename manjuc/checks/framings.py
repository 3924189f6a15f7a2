"""Framings: whether they are words that one knows, and traits against the framings that could show them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from manjuc import whereabouts
from manjuc.diagnostic import Diagnostic, Label
from manjuc.document import Path
from manjuc.findings import Film, Series, finding, hint, warning, written
from manjuc.lexicon import Framings, Lexicon
from manjuc.once import by_id, once
from manjuc.spec import Character, Prop, Shot, Spec, Trait
from manjuc.words import NOTHING, named, say

_WHOLE = ("身高", "体型", "身材", "鞋", "鞋子", "靴子", "下装", "裤子", "height", "build", "shoes", "boots", "trousers")

_Missed = tuple[Character | Prop, Trait, str]
"""A trait that a shot does not say although it was meant to, and the framing of its scope that was meant."""


def strange_framings(film: Film) -> Iterator[Diagnostic]:
    """A framing that is a slip, or says in other words what a scope says: the traits in that scope stay unsaid."""
    framings, told, looked_at = film.lexicon.framings, set[str](), set[tuple[object, ...]]()
    things = by_id(film.spec.props)
    scopes = _declared_scopes(film.spec).union(*map(_scopes, film.script.characters))
    for number, shot in film.shots():
        alike = (shot.framing, shot.characters, shot.props)
        if not shot.bought or shot.framing in told or alike in looked_at:
            continue
        looked_at.add(alike)
        owners: tuple[Character | Prop, ...]
        owners = (*(film.cast[id] for id in shot.characters), *(things[id] for id in shot.props if id in things))
        named_ = shot.framing in scopes
        slip = None if named_ else framings.slip(shot.framing, sorted({s for each in owners for s in _scopes(each)}))
        missed = [
            (owner, trait, meant)
            for owner in owners
            for trait in owner.traits
            if trait.framings and (meant := _meant(slip or shot.framing, trait, framings, exactly=named_))
        ]
        if slip or missed or not scopes:  # without any scope, nothing depends on who is in the shot
            told.add(shot.framing)
        if slip or missed:
            label = written(film.document, "shots", number, "framing")
            yield _unknown(shot.framing, slip, label, missed) if slip else _otherwise(shot, label, missed, framings)


def strange_scopes(series: Series) -> Iterator[Diagnostic]:
    """A scope that is a slip: no shot is framed so, and the trait is said in none that was meant."""
    framings, told = series.lexicon.framings, set[Path]()
    scripts = (episode.script for episode in series.spec.episodes)
    used = {shot.framing for script in scripts if script for shot in script.shots}
    for owner in _owners(series.spec):
        for trait in filter(_scoped, owner.traits):
            path = whereabouts.trait_of(series.document, owner, trait.name)
            for number, scope in enumerate(trait.framings):
                slip = None if scope in used else framings.slip(scope, sorted(used))
                if slip and (*path, number) not in told:
                    told.add((*path, number))
                    yield _unknown(scope, slip, Label(series.document.span((*path, "in", number))), [])


def _owners(spec: Spec) -> tuple[Character | Prop, ...]:
    return (*spec.characters, *spec.props)


@once(8)
def _declared_scopes(spec: Spec) -> frozenset[str]:
    return frozenset().union(*map(_scopes, _owners(spec)))


def _scoped(trait: Trait) -> bool:
    return bool(trait.framings)


def _scopes(owner: Character | Prop) -> set[str]:
    return {scope for trait in owner.traits for scope in trait.framings}


def _meant(framing: str, trait: Trait, framings: Framings, *, exactly: bool) -> str:
    """The framing of a trait's scope that is meant by another; `exactly` by one that scopes name as it is."""
    if framing in trait.framings:
        return "" if exactly else framing
    ways = (framings.same,) if exactly else (framings.same, framings.beyond)
    return next((scope for says in ways for scope in trait.framings if says(framing, scope)), "")


def _unknown(framing: str, slip: str, label: Label, missed: list[_Missed]) -> Diagnostic:
    traits = tuple(f"`{owner.name}` {trait.name}" for owner, trait, _ in missed)
    note = say("what is scoped to `{}` is not said in it: {}", slip, traits) if traits else NOTHING
    return warning(
        "MJ0418", say("the framing `{}` is not known", framing), label, note, say("did you mean `{}`?", slip)
    )


def _otherwise(shot: Shot, label: Label, missed: list[_Missed], framings: Framings) -> Diagnostic:
    _, trait, scope = missed[0]
    traits = tuple(f"`{who.name}` {each.name}" for who, each, _ in missed)
    message = say("the shot `{}` does not say {}", shot.id, traits)
    help_ = say("write `{}`, or add `{}` to the framings of the trait", f"framing: {scope}", shot.framing)
    if framings.same(shot.framing, scope):
        note = say("it is scoped to `{}`, and `{}` says that in other words", scope, shot.framing)
        return warning("MJ0418", message, label, note, help_)
    both = next((pair for size, pair in framings.between.items() if size in framings.of(shot.framing)), ("", ""))
    sure = all(any(side in framings.of(each) for each in trait.framings) for side in both)
    note = say("it is scoped to `{}`, and `{}` lies between `{}` and `{}`", scope, shot.framing, *both)
    return finding("warning" if sure else "hint", "MJ0418", message, label, note, help_)


def unshowable_traits(series: Series) -> Iterator[Diagnostic]:
    """A trait that no shot can show is said in no prompt for a shot, or to no effect."""
    spec, document = series.spec, series.document
    scripts = [(episode, episode.script) for episode in spec.episodes]
    if not scripts or any(script is None and not episode.frozen for episode, script in scripts):
        return
    of_people, of_things = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for shot in (shot for _, script in scripts if script for shot in script.shots if shot.bought):
        for of_kind, shown in ((of_people, shot.characters), (of_things, shot.props)):
            for id in shown:
                of_kind[id].add(shot.framing)
    fixed = [
        (owner, trait, whereabouts.trait_of(document, owner, trait.name))
        for owner in _owners(spec)
        for trait in owner.traits
        if trait.framings or trait.name.casefold() in _WHOLE
    ]
    framed = defaultdict[Path, set[str]](set)  # a trait that a look leaves as it is has one place with its character's
    for owner, _, path in fixed:
        framed[path] |= (of_things if isinstance(owner, Prop) else of_people)[owner.id]
    told: set[Path] = set()
    for owner, trait, path in fixed:
        seen = any(_shows(framing, trait, series.lexicon) for framing in framed[path])
        if framed[path] and path not in told and not seen:
            told.add(path)
            if not _strange(framed[path], trait, series.lexicon.framings):
                yield _unshown(owner, trait, framed[path], Label(document.span(path)))


def _strange(framed: set[str], trait: Trait, framings: Framings) -> bool:
    """True where a slip or other words are why no shot shows a trait."""
    if any(framings.slip(scope, sorted(framed)) for scope in trait.framings):
        return True
    slips = ((framing, framings.slip(framing, trait.framings)) for framing in framed)
    return any(_meant(slip or framing, trait, framings, exactly=False) for framing, slip in slips)


def _shows(framing: str, trait: Trait, lexicon: Lexicon) -> bool:
    if trait.framings:
        return framing in trait.framings
    return trait.name.casefold() not in _WHOLE or not lexicon.fills(framing)


def _unshown(owner: Character | Prop, trait: Trait, framings: set[str], label: Label) -> Diagnostic:
    message = say("no shot of `{}` can show `{}`", owner.name, trait.name)
    note = say("its shots are framed as {}", named(sorted(framings)))
    help_ = say("frame a shot as one of {}, or let more framings say the trait", named(trait.framings))
    if not trait.framings:
        help_ = say("scope it, such as `{}`, and show it in a wide shot", f"{{is: {trait.text}, in: [全景]}}")
    return hint("MJ0453", message, label, note, help_)
