"""What a reference that means nothing was meant for: a look or a time written otherwise, several at once, another kind.

A help is followed word for word, so none may lose a part of what was written: the night of a place, a look, a thought.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from manjuc import alike, glosses
from manjuc.diagnostic import Diagnostic, Label, Span
from manjuc.document import Document, Path
from manjuc.ids import KINDS, Names, normal
from manjuc.keystrokes import flow, joined, split, write
from manjuc.once import once
from manjuc.text import elide, nearest
from manjuc.words import Words, named, say

Spoken = Literal["", "short", "long"]
"""The form of the line that a name says; none where it says nothing."""

_CODES = {"character": "MJ0301", "scene": "MJ0302", "prop": "MJ0315"}
_NARRATORS = ("旁白", "画外音", "解说", "解说员", "叙述者", "narrator")
_VARIANTS = {"character": ("MJ0313", say("look"), say("looks")), "scene": ("MJ0314", say("time"), say("times"))}
_WRITTEN = {"character": "looks", "scene": "at"}  # where variants are declared
_WITHIN = frozenset("内里中外前旁")  # behind a place: it is the same one
_MEANT_VARIANT = re.compile(
    r"(?P<base>[^／·（(]+?)\s*(?:[／·]\s*(?P<after>[^／·（(]+)|[（(]\s*(?P<within>[^()（）]+)[)）])"
)
_AND = re.compile(r"\s*(?:以及|[和与跟及&＆+＋、，,；;]|\s)\s*")
_HEADING = re.compile(r"[\W_]+")
_SIDES = frozenset(["内景", "外景", "内外景", "内", "外", "场景", "int", "ext"])
# Words for one time of day: the declared one of a line is meant by each other.
_TIMES = (
    "日 白天 白日 白昼 昼 日间 day daytime",
    "夜 夜晚 晚上 晚 夜里 夜间 夜景 night",
    "晨 早晨 清晨 早上 早 拂晓 黎明 morning dawn",
    "黄昏 傍晚 昏 夕阳 日落 dusk sunset evening",
)


@dataclass(frozen=True, slots=True)
class _Reference:
    """A word that stands where a name is wanted; `speaks` where it says a line, in its short or its long form."""

    names: Names
    word: str
    span: Span
    others: tuple[Names, ...]
    speaks: Spoken

    def unknown(self, help_: Words | None, notes: tuple[Words, ...] = ()) -> Diagnostic:
        """It means nothing."""
        kind, label = self.names.kind, Label(self.span, say("not declared"))
        message = say("unknown {} `{}`", KINDS[kind][0], elide(self.word, 40))
        return Diagnostic(_CODES[kind], "error", message, label, notes=notes, help=help_)

    def no_variant(self, id_: str, variant: str, help_: Words | None = None) -> Diagnostic:
        """`id/variant` means nothing where the id itself is known."""
        code, one, many = _VARIANTS[self.names.kind]
        known = self.names.variants.get(id_, ())
        near = _variant(variant, known) or nearest(variant, known)
        help_ = help_ or say("declare it under `{}` of `{}`", _WRITTEN[self.names.kind], id_)
        if near:
            help_ = say("did you mean `{}`?", f"{id_}/{near}")
        notes = (say("declared {} of `{}`: {}", many, id_, named(known) or say("none")),)
        message = say("`{}` has no {} `{}`", id_, one, elide(variant, 40))
        return Diagnostic(code, "error", message, Label(self.span, say("not declared")), notes=notes, help=help_)


def fault(names: Names, word: str, span: Span, others: tuple[Names, ...] = (), speaks: Spoken = "") -> Diagnostic:
    """Why a reference means nothing; `others` are the names of every kind."""
    reference = _Reference(names, normal(word.strip()), span, others, speaks)
    return next(found for rule in _RULES if (found := rule(reference)) is not None)


def spoken(document: Document, path: Path) -> Spoken:
    """The form of the line in which a name stands at a path."""
    if path[-1] != "who":
        return ""
    return "short" if document.home(path)[2] else "long"


def turned_round(document: Document, path: Path, cast: Names) -> Diagnostic | None:
    """`place: {左: 沈昭}`: keys and values have changed their sides."""
    given: Mapping[str, str] = document.at(path)
    if any(map(cast.id_of, given)) or not all(map(cast.id_of, given.values())):
        return None
    first = next(iter(given))
    message = say("unknown {} `{}`", KINDS["character"][0], elide(first, 40))
    label = Label(document.key_span((*path, first)), say("not declared"))
    help_ = write(f"{path[-1]}: {flow({who: where for where, who in given.items()})}")
    return Diagnostic("MJ0301", "error", message, label, help=help_)


def _variant(word: str, known: tuple[str, ...]) -> str | None:
    """The look or time among those of one base that a word means."""
    letters = alike.letters(word)
    times = next((line.split() for line in _TIMES if letters in line.split()), [letters])
    return next((each for each in known if alike.letters(each) == letters or each in times), None)


def _several_in_a_list(reference: _Reference) -> Diagnostic | None:
    """`沈昭和柳氏`, `沈昭/柳氏`: each is an item of its own."""
    word, names = reference.word, reference.names
    ways = (tuple(filter(None, _AND.split(word))), tuple(map(str.strip, word.split("/"))))
    pieces = next((way for way in ways if len(way) > 1 and all(map(names.id_of, way))), ())
    if not pieces and len(split(word)) > 1 and any(map(names.id_of, split(word))):
        pieces = () if _variant_otherwise(reference) else split(word)
    if not pieces:
        return None
    if names.kind == "scene":
        return reference.unknown(say("write one of {}", named(pieces)))
    if reference.speaks:
        return reference.unknown(say("write a line for each of {}", named(pieces)))
    return joined(reference.span, pieces=pieces)


def _unknown_variant(reference: _Reference) -> Diagnostic | None:
    base, slash, variant = reference.word.partition("/")
    found = reference.names.id_of(base) if slash else None
    if found and not variant.strip():
        return reference.unknown(say("did you mean `{}`?", found))
    return reference.no_variant(found, variant) if found and reference.names.kind in _VARIANTS else None


def _of_several(reference: _Reference) -> Diagnostic | None:
    names = reference.names
    several = names.several(reference.word)
    if len(several) < 2:
        return None
    shown, many = elide(reference.word, 40), KINDS[names.kind][1]
    message, help_ = (
        say("the name `{}` belongs to several {}", shown, many),
        say("write one of the ids {}", named(several)),
    )
    return Diagnostic("MJ0307", "error", message, Label(reference.span), help=help_)


def _spoken(reference: _Reference) -> Diagnostic | None:
    """`沈昭OS`, `沈昭 画外音`, `沈昭[心声]`: the way in which a line is said goes into brackets behind the speaker."""
    letters = alike.letters(reference.word)
    if reference.speaks and glosses.voice(letters) == "inner":
        return reference.unknown(say("write the speaker before it: `{}`", "…(心声)"))
    near = alike.begun_or_ended(reference.names, letters) if reference.speaks else ()
    for _, ended, called, _, rest in sorted(near, key=lambda each: (-len(each[2]), *each[:2])):
        both = ended and letters.startswith(letters[len(rest) :])
        if not both and (voice := glosses.voice(rest)):
            if reference.speaks == "long":
                return reference.unknown(write(f"who: {called}, as: {voice}"))
            said = called if voice == "on" else f"{called}({glosses.SHORT_FORMS[voice]})"
            return reference.unknown(say("did you mean `{}`?", said))
    return None


def _in_brackets(reference: _Reference) -> Diagnostic | None:
    """`沈昭（囚衣）` and `沈昭·囚衣`."""
    meant = _MEANT_VARIANT.fullmatch(reference.word) if reference.names.kind in _VARIANTS else None
    found = reference.names.id_of(meant["base"]) if meant else None
    return reference.no_variant(found, meant["after"] or meant["within"]) if meant and found else None


def _otherwise(reference: _Reference) -> Diagnostic | None:
    """The same letters as a name, or as a name with a look or time of it, in whatever order and with whatever marks."""
    letters = alike.letters(reference.word)
    same = next((id_ for _, _, id_ in alike.spelled(reference.names).get(letters, ())), None) if letters else None
    meant = _variant_otherwise(reference) or same
    return reference.unknown(say("did you mean `{}`?", meant)) if meant else None


def _variant_otherwise(reference: _Reference) -> str | None:
    """`邮局-夜`, `夜邮局`, `夜晚的邮局`; `夜` alone where one place has such a time."""
    letters, known = alike.letters(reference.word), reference.names.variants
    for _, _, _, id_, rest in sorted(alike.begun_or_ended(reference.names, letters)):
        if rest and (variant := _variant(rest, known.get(id_, ()))):
            return f"{id_}/{variant}"
    alone = alike.alone(reference.names).get(letters, set())
    return next(iter(alone)) if len(alone) == 1 else None


def _heading(reference: _Reference) -> Diagnostic | None:
    """`内景 小巷 日`, `INT. 小巷 - NIGHT`: how a screenplay says where and when a scene is."""
    names = reference.names
    pieces = [each for each in _HEADING.split(reference.word) if each and each.casefold() not in _SIDES]
    bases = [each for each in pieces if names.id_of(each)]
    rest = [each for each in pieces if each not in bases]
    if names.kind != "scene" or len(bases) != 1 or len(rest) > 1:
        return None
    id_ = str(names.id_of(bases[0]))
    if not rest:
        return reference.unknown(say("did you mean `{}`?", id_))
    if variant := _variant(rest[0], names.variants.get(id_, ())):
        return reference.unknown(say("did you mean `{}`?", f"{id_}/{variant}"))
    return reference.no_variant(id_, rest[0], say("write `{}`, or declare `{}` under its `{}`", id_, rest[0], "at"))


def _of_another_kind(reference: _Reference) -> Diagnostic | None:
    """A prop among characters, a character where a scene is wanted."""
    where = {
        "character": say("write it under `characters`"),
        "prop": say("write it under `props`"),
        "scene": say("write it as `at` of a part, or `scene` of a shot"),
    }
    for other in reference.others:
        if other.kind != reference.names.kind and other.id_of(reference.word):
            (is_, _), (not_, _) = KINDS[other.kind], KINDS[reference.names.kind]
            message = say("`{}` is a {}, not a {}", elide(reference.word, 40), is_, not_)
            help_ = say("write a character before the line") if reference.speaks else where[other.kind]
            return Diagnostic(_CODES[reference.names.kind], "error", message, Label(reference.span), help=help_)
    return None


def _nobody(reference: _Reference) -> Diagnostic | None:
    """`[无]`: who or what is not there is left out."""
    nothing = glosses.switch(reference.word) == "false" and not reference.speaks and reference.names.kind != "scene"
    return reference.unknown(say("delete it")) if nothing else None


def _undeclared(reference: _Reference) -> Diagnostic:
    names, word = reference.names, reference.word
    near = nearest(word, [*names.names, *names.names.values()]) or _near_base(reference)
    notes = (say("declared {}: {}", KINDS[names.kind][1], _declared(names) or say("none")),)
    help_ = say("declare it under `{}`", f"{names.kind}s")
    if word in _NARRATORS and names.kind == "character":
        help_ = say("declare it under `{}`: `{}`", "characters", f"{word}: {{seen: false}}")
    if near:
        id_ = names.id_of(near) or near
        help_ = (
            say("did you mean `{}`?", near)
            if "/" in near
            else _with_more(reference, near, id_) or say("did you mean `{}`?", id_)
        )
    return reference.unknown(help_, notes)


@once(8)
def _declared(names: Names) -> tuple[str, ...]:
    return tuple(f"`{id_}`" if id_ == name else f"`{id_}` ({name})" for id_, name in names.names.items())


def _near_base(reference: _Reference) -> str | None:
    """`林碗/便装`, where 林晚 has such a look."""
    names, (base, _, variant) = reference.names, reference.word.partition("/")
    near = nearest(base, [*names.names, *names.names.values()]) if variant else None
    id_ = names.id_of(near) if near else None
    return f"{id_}/{variant}" if id_ and variant in names.variants.get(id_, ()) else None


def _with_more(reference: _Reference, near: str, id_: str) -> Words | None:
    """`老年沈昭`, of which a name is only a part: the rest may be a look of theirs, or it is another person."""
    kind, letters, name = reference.names.kind, alike.letters(reference.word), alike.letters(near)
    rest = letters.removeprefix(name) if letters.startswith(name) else letters.removesuffix(name)
    marked = len(reference.word) > len(letters)
    if rest == letters or kind not in _VARIANTS or reference.speaks or rest in _WITHIN:
        return None
    if kind == "scene" and not marked and not any(rest in line.split() for line in _TIMES):
        return say("declare it under `{}`", "scenes")
    if len(rest) == 1 and kind == "character" and not marked:
        return None
    one = _VARIANTS[kind][1]
    return say("declare it under `{}`, or write `{}` if it is a {}", f"{kind}s", f"{id_}/{rest}", one)


_RULES: tuple[Callable[[_Reference], Diagnostic | None], ...] = (
    _several_in_a_list,
    _unknown_variant,
    _of_several,
    _spoken,
    _in_brackets,
    _otherwise,
    _heading,
    _of_another_kind,
    _nobody,
    _undeclared,
)
