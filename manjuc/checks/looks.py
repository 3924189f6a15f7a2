"""What shots and scripts say of someone's looks, against the traits that are fixed."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from manjuc.diagnostic import Diagnostic, Severity
from manjuc.findings import Film, finding, word
from manjuc.ids import normal
from manjuc.lexicon import Lexicon, Noun, any_of
from manjuc.mentions import Mention, Roster
from manjuc.once import once
from manjuc.spec import Character, Trait, bearer
from manjuc.text import elide
from manjuc.words import say

_REMEMBERED = 4096  # texts of which it is known what they say
_BLANK = "\u3000"
_CLAUSE = re.compile(r"[^，。；！？：、,;!?\n]+")
_QUOTED = re.compile('[“「『《"][^”」』》"]*[”」』》"]')


def contradicted_trait(film: Film) -> Iterator[Diagnostic]:
    """An action cannot undo a trait that every prompt repeats beside it."""
    cast, claims = film.cast, _claims(film.lexicon)
    roster = _roster(cast, film.lexicon)
    severity: Severity = "error" if film.limits else "warning"
    for number, shot in film.shots():
        figures = tuple(cast[id_] for id_ in shot.characters)
        for key in ("action", "visuals") if shot.bought else ():
            text = getattr(shot, key)
            if not text or not claims.trigger.search(text):
                continue
            told: list[tuple[str, str]] = []
            for person, said in _said_in(text, roster, figures, claims):
                trait = claims.against(person, said)
                if trait is not None and not any(who == person.id and said.text in more for who, more in told):
                    told.append((person.id, said.text))
                    message = say("`{}` contradicts a fixed trait of `{}`", elide(said.text, 40), person.name)
                    note = say("the trait `{}` is: {}", trait.name, trait.text)
                    help_ = say("write what the trait says, or declare a look in which it is so")
                    label = word(film.document, said.text, ("shots", number, key))
                    yield finding(severity, "MJ0425", message, label, note, help_)


@once(16)
def _roster(cast: Mapping[str, Character], lexicon: Lexicon) -> Roster:
    return Roster(cast.values(), (), lexicon)


@once(4)
def _claims(lexicon: Lexicon) -> _Claims:
    return _Claims(lexicon)


def redeclared_traits(film: Film) -> Iterator[Diagnostic]:
    """What the spec says of a character, a script cannot say otherwise."""
    entries = film.document.data.get("characters", ())
    if not entries:
        return
    claims = _claims(film.lexicon)
    severity: Severity = "error" if film.limits else "warning"
    declared = {name: each for each in film.spec.characters if not each.base for name in (each.name, each.id)}
    for number, entry in enumerate(entries):
        known = declared.get(normal(entry["id"])) or declared.get(entry.get("name") or "")
        if known is None:
            continue
        fixed = {trait.name: trait for trait in known.traits}
        for given, value in entry.get("traits", {}).items():
            text = value if isinstance(value, str) else value["is"]
            trait = fixed.get(normal(given))
            if trait is None:
                against = (claims.against(known, said) for said in claims.of(text, given))
                trait = next((each for each in against if each), None)
            if trait is not None and trait.text != text:
                message = say("the script gives `{}` other looks than the spec", known.name)
                note = say("the trait `{}` is: {}", trait.name, trait.text)
                label = film.label("characters", number, "traits", given)
                yield finding(severity, "MJ0426", message, label, note, say("delete it: the traits of the spec hold"))


@dataclass(frozen=True, slots=True)
class _Said:
    """Something that a text says of looks: a colour of something, one side of an opposite, a garment that is worn."""

    text: str
    noun: Noun | None = None  # with the families of its colour
    families: frozenset[str] = frozenset()
    opposite: int = -1  # with which of its alternatives
    alternative: int = -1
    mark: str = ""  # with its side
    side: str = ""
    garment: int = -1  # of which kind
    start: int = 0
    end: int = 0


def _said_in(
    text: str, roster: Roster, figures: tuple[Character, ...], claims: _Claims
) -> Iterator[tuple[Character, _Said]]:
    """What a text says of people in the shot; nothing where it may speak of somebody else, or of a change."""
    named = roster.named(text)
    bare = _without(_QUOTED.sub(lambda quoted: _BLANK * len(quoted[0]), text), named)
    change = claims.changes.search(bare)
    alone = figures[0] if len(figures) == 1 and figures[0].sheet else None
    for clause in _CLAUSE.finditer(bare):
        if change and change.start() < clause.end():
            return
        if not claims.trigger.search(clause[0]) or claims.denied.search(clause[0]):
            continue
        for said in claims.of(clause[0]):
            start = clause.start() + said.start
            ahead, behind = clause[0][: said.start], clause[0][said.end :]
            before = [each for each in named if clause.start() <= each.start and each.end <= start]
            of = [each for each in named if behind[:1] == "的" and each.start == clause.start() + said.end + 1]
            whose = (of or before)[-1:]  # 穿红裙的苏青, whoever looks at her
            owners = (each for each in figures if whose and bearer(each.id) == whose[0].who and each.sheet)
            owner = next(owners, None) if whose else alone
            if owner and not claims.foreign(ahead if not before else "", behind):
                yield owner, said


@functools.lru_cache(maxsize=8)
def _any(words: str) -> re.Pattern[str]:
    """A pattern for alternatives that begin with a letter which stands in them: most letters of a text do not."""
    letters = re.escape("".join(sorted({each for each in words if each.isalnum()})))
    return re.compile(f"(?=[{letters or '-'}])(?:{words})", re.I)


def _without(text: str, named: tuple[Mention, ...]) -> str:
    """The same text with blanks for names, whose letters say nothing."""
    for each in named:
        text = text[: each.start] + _BLANK * len(each.name) + text[each.end :]
    return text


class _Claims:
    """Reads texts for what they say of looks."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        signs = lexicon.signs.pattern
        firsts = re.escape("".join(sorted({sign[0] for sign in lexicon.families or ()})))
        self._run = rf"(?=[深浅暗亮淡{firsts}])(?P<run>(?:[深浅暗亮淡]?(?:{signs}))+)"  # most letters begin no colour
        self._sides = re.compile(
            rf"(?P<side>左|右|\bleft\b|\bright\b)[^，。；、,;]{{0,4}}?(?P<mark>{any_of(lexicon.marks)})", re.I
        )
        things = [*(noun.pattern for noun in lexicon.nouns), *(each for line in lexicon.opposites for each in line)]
        things += lexicon.garments.kinds
        kinds = "|".join(kind.pattern for kind in lexicon.garments.kinds) or "(?!)"
        self._worn = re.compile(
            rf"(?:{lexicon.garments.worn})(?P<what>(?:[^，。；、,;.的]|(?<=[色旧新])的){{0,8}}?(?:{kinds}))", re.I
        )
        self.trigger = _any("|".join((any_of(lexicon.marks), *(each.pattern for each in things))))
        self._known: dict[tuple[str, str], tuple[_Said, ...]] = {}
        self._colours: dict[tuple[str, str, Noun], frozenset[str]] = {}
        self.changes = re.compile(any_of(lexicon.change), re.I)
        self.denied = re.compile(any_of(lexicon.denied), re.I)
        self._others = re.compile(rf"[^，。；、,;]{{0,3}}?(?:{any_of(lexicon.others)})", re.I)

    @functools.cached_property
    def _strict(self) -> list[tuple[Noun, re.Pattern[str]]]:
        """Each noun right behind its colour."""
        return self._coloured_nouns(rf"(?:{any_of(self._lexicon.between)})*\s?(?:[a-z]+ )?")

    @functools.cached_property
    def _loose(self) -> list[tuple[Noun, re.Pattern[str]]]:
        """Each noun behind its colour, with something between them."""
        return self._coloured_nouns(r"[^，。；、,;]{0,5}?")

    def _coloured_nouns(self, between: str) -> list[tuple[Noun, re.Pattern[str]]]:
        nouns = self._lexicon.nouns
        return [(noun, re.compile(f"{self._run}{between}(?:{noun.pattern.pattern})", re.I)) for noun in nouns]

    def foreign(self, ahead: str, behind: str) -> bool:
        """True where the words around what is said give it to somebody or something else."""
        owned = behind[:1] == "的" and behind[1:2] not in ("", _BLANK)
        return owned or ahead.endswith(("的", *self._lexicon.measures)) or self._others.match(behind) is not None

    def of(self, text: str, trait: str = "") -> tuple[_Said, ...]:
        """Everything that a text says of looks; `trait` where it is one of that name."""
        if (text, trait) not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[text, trait] = tuple(self._of(text, trait))
        return self._known[text, trait]

    def _of(self, text: str, trait: str) -> Iterator[_Said]:
        for noun, pattern in self._strict if self._lexicon.signs.search(text) else ():
            found = pattern.search(text)
            if found or trait in noun.traits:
                shown, run = (found[0], found["run"]) if found else (text, text)
                at = found.span() if found else (0, len(text))
                families = self._lexicon.families_in(run)
                if families and not families & set(noun.never):
                    yield _Said(shown, noun=noun, families=families, start=at[0], end=at[1])
        for number, alternatives in enumerate(self._lexicon.opposites):
            for which, pattern in enumerate(alternatives):
                if found := pattern.search(text):
                    yield _Said(found[0], opposite=number, alternative=which, start=found.start(), end=found.end())
        for found in self._worn.finditer(text):
            kind = min(self._lexicon.garments.of(found["what"]))
            yield _Said(found["what"].strip(), garment=kind, start=found.start("what"), end=found.end())
        for found in self._sides.finditer(text):
            start, end = found.span()
            yield _Said(found[0], mark=found["mark"].lower(), side=found["side"].lower(), start=start, end=end)

    def against(self, person: Character, said: _Said) -> Trait | None:
        """The trait of a person that cannot be true beside what is said."""
        if said.garment >= 0:
            return self._outfit(person, said.garment)
        return next((trait for trait in person.traits if self._contradicts(trait, said)), None)

    def _outfit(self, person: Character, garment: int) -> Trait | None:
        """The trait that tells what a person wears, where nothing of this kind is among it."""
        garments = self._lexicon.garments
        traits = [(trait, garments.of(trait.text)) for trait in person.traits if trait.name.lower() in garments.traits]
        worn = any(garment in kinds for _, kinds in traits)
        return None if worn else next((trait for trait, kinds in traits if kinds), None)

    def _contradicts(self, trait: Trait, said: _Said) -> bool:
        if said.noun:
            families = self._coloured(trait, said.noun)
            return bool(families) and not families & said.families
        if said.mark:
            sides = {
                found["side"].lower()
                for found in self._sides.finditer(trait.text)
                if found["mark"].lower() == said.mark
            }
            return bool(sides) and said.side not in sides
        alternatives = self._lexicon.opposites[said.opposite]
        parts = [part[0].strip() for part in _CLAUSE.finditer(trait.text)]
        held = {which for which, pattern in enumerate(alternatives) if any(pattern.search(part) for part in parts)}
        return bool(held) and said.alternative not in held

    def _coloured(self, trait: Trait, noun: Noun) -> frozenset[str]:
        """All colours of a trait that tells one of this noun: a second one may be that of a strand or a hem."""
        key = (trait.name, trait.text, noun)
        if key not in self._colours:
            pattern = next(pattern for each, pattern in self._loose if each is noun)
            told = trait.name.lower() in noun.traits or pattern.search(trait.text)
            self._colours[key] = self._lexicon.families_in(trait.text) if told else frozenset()
        return self._colours[key]
