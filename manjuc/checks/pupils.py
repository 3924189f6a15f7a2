"""School uniforms: relays refuse minors wherever they see more in a picture than its author did."""

from __future__ import annotations

from collections.abc import Iterator

from manjuc.diagnostic import Diagnostic, Label, Severity
from manjuc.document import Document, Path
from manjuc.findings import Film, Series, finding
from manjuc.ids import normal
from manjuc.lexicon import School
from manjuc.spec import Character, Trait, bearer
from manjuc.words import say

_ADULT = 18


def declared_pupils(series: Series) -> Iterator[Diagnostic]:
    """Whoever wears a school uniform is of age, and the spec says so; of several looks the first is told."""
    declared, told = series.document.data.get("characters", {}), set()
    for character in series.spec.characters:
        who, trait = bearer(character.id), _uniform(character, series.lexicon.school)
        if trait is None or who in told:
            continue
        told.add(who)
        given = next((id_ for id_ in declared if normal(id_) == who), who)
        entry, path = declared.get(given, {}), ("characters", given)
        below: Path = ("traits", trait.name)
        if trait.name in entry.get("looks", {}).get(character.look, {}):
            below = ("looks", character.look, trait.name)
        yield _pupil(character, series.document, (*path, *below), (*path, "age"), "warning")


def invented_pupils(film: Film) -> Iterator[Diagnostic]:
    """The same of those whom a script invents; a text model can still change them."""
    entries = film.document.data.get("characters", ())
    for character in film.script.characters:
        trait = _uniform(character, film.lexicon.school)
        if trait is None:
            continue
        number = next((n for n, entry in enumerate(entries) if normal(entry["id"]) == character.id), 0)
        path: Path = ("characters", number)
        severity: Severity = "error" if film.limits else "warning"
        yield _pupil(character, film.document, (*path, "traits", trait.name), (*path, "age"), severity)


def _uniform(character: Character, school: School) -> Trait | None:
    """The trait that says a school uniform, of someone who is not known to be of age."""
    if (character.age or 0) >= _ADULT or not character.seen:
        return None
    about = " ".join((character.role, character.name, *(trait.text for trait in character.traits))).lower()
    words = school.clothes
    if any(word in about for word in school.words):
        words += school.uniform
    if not any(word in about for word in words):
        return None
    return next((trait for trait in character.traits if any(word in trait.text.lower() for word in words)), None)


def _pupil(character: Character, document: Document, path: Path, age: Path, severity: Severity) -> Diagnostic:
    help_ = say("add `{}`, or dress them otherwise", f"age: {_ADULT}")
    note = say("relays refuse minors, and take whoever wears one for a minor")
    if character.age is None:
        message = say("`{}` wears a school uniform and has no `age`", character.name)
        return finding(severity, "MJ0424", message, Label(document.span(path)), note, help_)
    message = say("`{}` wears a school uniform at the age of {}", character.name, character.age)
    there = (Label(document.span(age)),)
    label = Label(document.span(path))
    return Diagnostic(
        "MJ0424", severity, message, label, there, (note,), say("make them {}, or dress them otherwise", _ADULT)
    )
