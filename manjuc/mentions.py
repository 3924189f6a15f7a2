"""Whom a text names, and whom it shows: names in longer names, inscriptions and possessions are no people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from manjuc.lexicon import Lexicon, any_of
from manjuc.spec import Character

_QUOTED = re.compile('[“「『《"][^”」』》"]*[”」』》"]')
_CHINESE = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text, from `start` to `end`, and the id of who bears it."""

    start: int
    end: int
    name: str
    who: str


def names_of(character: Character) -> tuple[str, ...]:
    """The words that may stand for someone in a text."""
    return tuple(dict.fromkeys(word for word in (character.name, character.id, *character.also) if word.strip()))


class Roster:
    """Everyone who can be named, and what else has names that hold theirs."""

    def __init__(self, people: Iterable[Character], things: Iterable[str], lexicon: Lexicon) -> None:
        self._owners: dict[str, str] = {}
        self._handles: set[str] = set()  # ids of Latin letters beside a display name: no words of an English text
        for each in people:
            if not each.base:
                self._owners |= {word: each.id for word in names_of(each)}
                if each.id.isascii() and each.name != each.id:
                    self._handles.add(each.id)
        things = {thing for thing in things if thing.strip() and thing not in self._owners}
        self._names = frozenset((*self._owners, *things))
        self._lengths: dict[str, tuple[int, ...]] = {}  # of the names that begin with a letter, the longest first
        for first in {name[0] for name in self._names}:
            lengths = {len(name) for name in self._names if name[0] == first}
            self._lengths[first] = tuple(sorted(lengths, reverse=True))
        firsts = re.escape("".join(sorted(self._lengths)))
        self._first = re.compile(f"[{firsts}]" if firsts else "(?!)")
        body, signs = any_of(lexicon.body), lexicon.signs.pattern
        # Between the name and a part of the body stand a few letters, or what it looks like: 林晚的银色长发.
        described = rf"(?:{signs}|色|[长短卷直柔软湿乱])*的?(?!{any_of(lexicon.body_worn)})"
        self._body = re.compile(
            rf"[的之](?:[^，。；、！？,.;!?]{{0,2}}?|{described})(?!{any_of(lexicon.no_body)})(?:{body})"
            rf"|['’]s\s+(?:\w+\s+)?(?:(?:{signs})\s+)?(?:{body})"
        )
        self._before = tuple(lexicon.absent_before)
        self._after = re.compile(rf"\s?(?:{any_of((*lexicon.absent_after, *lexicon.things))})")

    def named(self, text: str) -> tuple[Mention, ...]:
        """Every name in a text, the longest of those that begin at one place."""
        if not self._first.search(text):
            return ()
        chinese = _CHINESE.search(text)
        found = ((start, name, self._owners.get(name)) for start, name in self._found(text))
        return tuple(
            Mention(start, start + len(name), name, who)
            for start, name, who in found
            if who and (chinese or name not in self._handles)
        )

    def _found(self, text: str) -> Iterator[tuple[int, str]]:
        at = 0
        while begun := self._first.search(text, at):  # most letters begin no name
            at = begun.start()
            pieces = (text[at : at + length] for length in self._lengths[text[at]])
            name = next((piece for piece in pieces if piece in self._names and _alone(text, at, piece)), None)
            if name:
                yield at, name
            at += len(name or " ")

    def shown(self, text: str) -> Iterator[Mention]:
        """Those of them who are in the picture that the text describes.

        A name of a single character is a word of its own too often to count.
        """
        named = self.named(text)
        quoted = [match.span() for match in _QUOTED.finditer(text)] if named else []
        for mention in named:
            inscribed = any(start < mention.start < end for start, end in quoted)
            word = len(mention.name) > 1 and not inscribed
            if word and not text[: mention.start].endswith(self._before) and self._there(text[mention.end :]):
                yield mention

    def _there(self, behind: str) -> bool:
        owned = behind[:1] in ("的", "之") or behind[:2] in ("'s", "’s")
        return bool(self._body.match(behind)) if owned else not self._after.match(behind)


def _alone(text: str, at: int, name: str) -> bool:
    """True for a name that is no piece of a longer word of Latin letters."""
    before, after = text[max(0, at - 1) : at], text[at + len(name) : at + len(name) + 1]
    return not (_latin(name[0]) and _latin(before)) and not (_latin(name[-1]) and _latin(after))


def _latin(letter: str) -> bool:
    return letter.isascii() and (letter.isalnum() or letter == "_")
