"""What an id may be, and what a reference to one means. Ids name files and actions on every system: one rule for all.

References are ids; a display name stands for its id where it matches exactly and belongs to one only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from manjuc.diagnostic import Diagnostic, Label, Span
from manjuc.document import Document, Path
from manjuc.text import elide
from manjuc.words import Words, say

LONGEST = 60
RULE = say("ids are made of letters and digits of any script, `_` and `-`, at most {} of them", LONGEST)

# Words of the language, names of stages and folders, and names that Windows keeps for devices.
RESERVED = frozenset(
    {"script", "film", "preview", "characters", "scenes", "props", "on", "inner", "off", "con", "nul", "aux", "prn"}
    | {f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)}
)

KINDS: Mapping[str, tuple[Words, Words]] = {
    "character": (say("character"), say("characters")),
    "scene": (say("scene"), say("scenes")),
    "prop": (say("prop"), say("props")),
}
"""What a script can refer to: one of it and several, as they are called in messages."""


def normal(text: str) -> str:
    """The one spelling of an id among those that look alike."""
    return unicodedata.normalize("NFC", text)


def folded(text: str) -> str:
    """What two ids have in common when a file system would take them for one."""
    return unicodedata.normalize("NFC", text.casefold())


def valid(text: str) -> bool:
    """True for letters and digits of any script, `_` and `-`, where the first is not `-`."""
    return 0 < len(text) <= LONGEST and text[0] != "-" and (text.isalnum() or all(map(_allowed, text)))


def _allowed(char: str) -> bool:
    return char in "_-" or unicodedata.category(char)[0] in "LMN"


def fitting(text: str) -> str | None:
    """The id that a text was probably meant for, which is none itself; None where it is not plain."""
    bare = re.sub(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])", "", normal(text).strip("\"'“”‘’「」#,，、;；。 "))
    id_ = "".join(char if _allowed(char) else "_" for char in bare).strip("_-")
    id_ = f"s{id_}" if id_.isdecimal() else id_
    return id_ if valid(id_) and folded(id_) not in RESERVED else None


def faults(document: Document, named: Iterable[tuple[object, Path]]) -> Iterator[Diagnostic]:
    """Ids of one kind that cannot be used or are used twice; each comes with the path of its key or value."""
    first: dict[str, tuple[str, Path]] = {}
    for given, path in named:
        if isinstance(given, str) and valid(normal(given)) and (name := folded(given)) not in RESERVED:
            earlier, there = first.setdefault(name, (given, path))
            if there is not path:
                yield twice(given, _where(document, given, path), earlier, _where(document, earlier, there))
            continue
        span, shown = _where(document, given, path), elide(str(given), 40)
        if not isinstance(given, str):
            shown = span.source.text[span.start : span.end]  # as it was written: `007` is read as 7
            message, help_ = say("{} must be {}", "`id`", say("a text")), say("write `{}`", f'"{shown}"')
            yield Diagnostic("MJ0201", "error", message, Label(span, say("this is {}", say("a number"))), help=help_)
        elif not valid(normal(given)):
            message, instead = say("the id `{}` cannot be used", shown), fitting(given)
            help_ = say("write `{}`", instead) if instead else say("choose another id")
            yield Diagnostic("MJ0207", "error", message, Label(span), notes=(RULE,), help=help_)
        else:
            message = say("the id `{}` is a word of the language", shown)
            yield Diagnostic("MJ0306", "error", message, Label(span, say("reserved")), help=say("choose another id"))


def _where(document: Document, given: object, path: Path) -> Span:
    """The text of an id: a key, or a value."""
    return document.key_span(path) if path and path[-1] == given else document.span(path)


def twice(id_: str, span: Span, earlier: str, first: Span) -> Diagnostic:
    """What is wrong with an id that a file system would take for an earlier one."""
    alike = normal(id_) == normal(earlier)
    notes = () if alike else (say("capital and small letters make no difference in names of files"),)
    label, before = Label(span, say("again here")), (Label(first, say("first here")),)
    message, help_ = say("the id `{}` is used twice", elide(id_, 40)), say("choose another id")
    return Diagnostic("MJ0305", "error", message, label, before, notes, help_)


def mended(given: Sequence[object]) -> tuple[str, ...]:
    """Distinct ids for shots in their order: valid ones as they are, others after their position (`s01`)."""
    taken: set[str] = set()
    kept: list[str | None] = []
    for each in given:
        id_ = normal(each) if isinstance(each, str) else ""
        fits = valid(id_) and folded(id_) not in RESERVED and folded(id_) not in taken
        kept.append(id_ if fits else None)
        if fits:
            taken.add(folded(id_))
    return tuple(id_ or _new(position, taken) for position, id_ in enumerate(kept, 1))


def _new(position: int, taken: set[str]) -> str:
    id_, number = f"s{position:02}", 1
    while id_ in taken:
        number += 1
        id_ = f"s{position:02}-{number}"
    taken.add(id_)
    return id_


@dataclass(frozen=True, slots=True)
class Names:
    """Everyone, every place or every prop that a script can refer to."""

    kind: str  # character, scene, prop
    names: Mapping[str, str]  # display names by id
    aliases: Mapping[str, str] = field(default_factory=dict)  # other words for what has an id
    variants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # looks and times by id
    _called: Mapping[str, list[str]] = field(init=False, repr=False, compare=False)  # ids by display name

    def __post_init__(self) -> None:
        called: dict[str, list[str]] = {}
        for id_, name in self.names.items():
            called.setdefault(normal(name), []).append(id_)
        object.__setattr__(self, "_called", called)

    def id_of(self, word: str) -> str | None:
        """The id that a reference means; None where it is unknown or means several."""
        if word in self.names:
            return word
        id_ = normal(word.strip())
        base, slash, variant = id_.partition("/")
        if slash:
            found = self.id_of(base)
            return f"{found}/{variant}" if found and variant in self.variants.get(found, ()) else None
        if id_ in self.names:
            return id_
        if id_ in self.aliases:
            return self.aliases[id_]
        called = self._called.get(id_, [])
        return called[0] if len(called) == 1 else None

    def several(self, name: str) -> list[str]:
        """The ids of all who bear a display name."""
        return list(self._called.get(normal(name), ()))

    def words(self) -> Iterator[tuple[str, str]]:
        """Everything by which one of them is called, each with the id."""
        yield from ((id_, id_) for id_ in self.names)
        yield from ((name, id_) for id_, name in self.names.items())
        yield from self.aliases.items()
