"""Traits against the framings that could show them."""

from __future__ import annotations

from collections.abc import Iterator

from manjuc import whereabouts
from manjuc.diagnostic import Diagnostic, Label
from manjuc.document import Document, Path
from manjuc.findings import hint
from manjuc.spec import Character, Prop, Shot, Spec, Trait
from manjuc.words import named, say

_CLOSE = ("特写", "大特写", "近景", "close-up", "extreme close-up", "medium close-up")
_WHOLE = ("身高", "体型", "身材", "鞋", "鞋子", "靴子", "下装", "裤子", "height", "build", "shoes", "boots", "trousers")


def unshowable_traits(spec: Spec, document: Document) -> Iterator[Diagnostic]:
    """A trait that no shot can show is said in no prompt for a shot, or to no effect."""
    scripts = [(episode, episode.script) for episode in spec.episodes]
    if not scripts or any(script is None and not episode.frozen for episode, script in scripts):
        return
    shots = [shot for _, script in scripts if script for shot in script.shots if shot.bought]
    told: set[Path] = set()
    owners: tuple[Character | Prop, ...] = (*spec.characters, *spec.props)
    for owner in owners:
        for trait in owner.traits:
            path = whereabouts.trait_of(document, owner, trait.name)
            framings = {shot.framing for shot in _with(owner, spec, path, document, shots)}
            if framings and path not in told and not any(_shows(framing, trait) for framing in framings):
                told.add(path)
                yield _unshown(owner, trait, framings, Label(document.span(path)))


def _with(owner: Character | Prop, spec: Spec, path: Path, document: Document, shots: list[Shot]) -> Iterator[Shot]:
    """The shots of everyone who has a trait by the same words: a character, and the looks that leave it as it is."""
    if isinstance(owner, Prop):
        yield from (shot for shot in shots if owner.id in shot.props)
        return
    kin = (each for each in spec.characters if (each.base or each.id) == (owner.base or owner.id))
    names = {each.id for each in kin if whereabouts.trait_of(document, each, _name(path)) == path}
    yield from (shot for shot in shots if names & set(shot.characters))


def _name(path: Path) -> str:
    return str(path[-1]) if path else ""


def _shows(framing: str, trait: Trait) -> bool:
    if trait.framings:
        return framing in trait.framings
    return trait.name.casefold() not in _WHOLE or framing.casefold() not in _CLOSE


def _unshown(owner: Character | Prop, trait: Trait, framings: set[str], label: Label) -> Diagnostic:
    message = say("no shot of `{}` can show `{}`", owner.name, trait.name)
    note = say("its shots are framed as {}", named(sorted(framings)))
    help_ = say("frame a shot as one of {}, or let more framings say the trait", named(trait.framings))
    if not trait.framings:
        help_ = say("scope it, such as `{}`, and show it in a wide shot", f"{{is: {trait.text}, in: [全景]}}")
    return hint("MJ0453", message, label, note, help_)
