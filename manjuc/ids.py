"""What an id may be, and what a reference to one means. Ids name files and actions on every system: one rule for all.

References are ids; a display name stands for its id where it matches exactly and belongs to one only.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from manjuc.diagnostic import Diagnostic, Label, Span
from manjuc.document import Document, Path
from manjuc.text import elide, listed, nearest

LONGEST = 60
RULE = f"ids are made of letters and digits of any script, `_` and `-`, at most {LONGEST} of them"

# Words of the language, names of stages and folders, and names that Windows keeps for devices.
RESERVED = frozenset(
    {"script", "film", "preview", "characters", "scenes", "on", "inner", "off", "con", "nul", "aux", "prn"}
    | {f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)}
)


def normal(text: str) -> str:
    """The one spelling of an id among those that look alike."""
    return unicodedata.normalize("NFC", text)


def folded(text: str) -> str:
    """What two ids have in common when a file system would take them for one."""
    return unicodedata.normalize("NFC", text.casefold())


def valid(text: str) -> bool:
    """True for letters and digits of any script, `_` and `-`, where the first is not `-`."""
    return 0 < len(text) <= LONGEST and text[0] != "-" and all(map(_allowed, text))


def _allowed(char: str) -> bool:
    return char in "_-" or unicodedata.category(char)[0] in "LMN"


def faults(document: Document, named: Iterable[tuple[object, Path]]) -> Iterator[Diagnostic]:
    """Ids of one kind that cannot be used or are used twice; each comes with the path of its key or value."""
    first: dict[str, tuple[str, Span]] = {}
    for given, path in named:
        span = document.key_span(path) if path and path[-1] == given else document.span(path)
        shown = elide(str(given), 40)
        if not isinstance(given, str):
            message, help_ = "`id` must be a text", f'write `"{shown}"`'
            yield Diagnostic("MJ0201", "error", message, Label(span, "this is a number"), help=help_)
        elif not valid(normal(given)):
            yield Diagnostic("MJ0207", "error", f"the id `{shown}` cannot be used", Label(span), notes=(RULE,))
        elif folded(given) in RESERVED:
            message = f"the id `{shown}` is a word of the language"
            yield Diagnostic("MJ0306", "error", message, Label(span, "reserved"), help="choose another id")
        elif (earlier := first.setdefault(folded(given), (given, span)))[1] is not span:
            notes = () if earlier[0] == given else ("capital and small letters make no difference in names of files",)
            label, before = Label(span, "again here"), (Label(earlier[1], "first here"),)
            yield Diagnostic("MJ0305", "error", f"the id `{shown}` is used twice", label, before, notes)


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
    """Everyone, or every place, that a script can refer to."""

    kind: str  # character, scene
    code: str  # of the diagnostic for a name that is unknown
    names: Mapping[str, str]  # display names by id
    aliases: Mapping[str, str]  # ids that a model gave to what the spec declares under another one

    def id_of(self, word: str) -> str | None:
        """The id that a reference means; None where it is unknown or means several."""
        id_ = normal(word.strip())
        if id_ in self.names:
            return id_
        if id_ in self.aliases:
            return self.aliases[id_]
        called = self._called(id_)
        return called[0] if len(called) == 1 else None

    def fault(self, word: str, span: Span) -> Diagnostic:
        """Why a reference means nothing."""
        shown = elide(word, 40)
        if several := self._called(normal(word.strip())):
            message = f"the name `{shown}` belongs to several {self.kind}s"
            help_ = f"write one of the ids {listed(several)}"
            return Diagnostic("MJ0307", "error", message, Label(span), help=help_)
        near = nearest(word, [*self.names, *self.names.values()])
        declared = ", ".join(f"`{id_}`" if id_ == name else f"`{id_}` ({name})" for id_, name in self.names.items())
        notes = (f"declared {self.kind}s: {declared or 'none'}",)
        help_ = f"did you mean `{self.id_of(near) or near}`?" if near else f"declare it under `{self.kind}s`"
        label = Label(span, "not declared")
        return Diagnostic(self.code, "error", f"unknown {self.kind} `{shown}`", label, notes=notes, help=help_)

    def _called(self, name: str) -> list[str]:
        return [id_ for id_, each in self.names.items() if normal(each) == name]
