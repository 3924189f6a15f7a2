"""YAML read as YAML 1.2 core, with the place of every key and value. The only importer of yaml.

It reads the parser's events one by one: composing them into nodes would recurse, crash on deep nesting and hide
duplicate keys and anchors.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml

from manjuc import keystrokes, remnants, scalars
from manjuc.colons import meant, no_colon, no_text
from manjuc.complaint import Failure
from manjuc.diagnostic import ENOUGH, Diagnostic, Label, Source, Span, in_order
from manjuc.document import DEEPEST, Document, Path, Table
from manjuc.keystrokes import ODD, cut, in_line, quoted, write
from manjuc.laid import Ends, Laid
from manjuc.slips import feature, found_in
from manjuc.text import elide
from manjuc.words import Words, say

__all__ = ["Document", "Path", "Table", "load"]

_MOST = 2 * ENOUGH  # problems of a file: at most half of them are warnings
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def load(source: Source) -> tuple[Document | None, tuple[Diagnostic, ...]]:
    """A YAML text as a document; None where it could not be read to its end, or where its data would be a guess."""
    if source.text.startswith("\ufeff"):
        source = Source(source.path, source.text[1:])
    if left := remnants.left_in(source):
        return None, (left,)
    if control := _CONTROL.search(source.text):
        label = Label(Span(source, *control.span()), say("an invisible character"))
        message = say("a control character U+{} is in the text", f"{ord(control[0]):04X}")
        return None, (Diagnostic("MJ0112", "error", message, label, help=say("delete it")),)
    reader = _Reader(source)
    try:
        whole = reader.taken(iter(_LOADER(source.text).get_event, None))
    except yaml.MarkedYAMLError as error:
        if not reader.mistyped:
            reader.found.append(found_in(reader.failure(error)))
        whole = False
    found = in_order(remnants.first_of(reader.found))
    if not whole or reader.guessed:
        return None, found
    if isinstance(reader.root, str) and (first := source.text.strip().split("\n", 1)[0]) and meant(first):
        start = source.text.index(first)
        return None, (*found, no_colon(Span(source, start, start + len(first)), first))
    if reader.root is None:
        label = Label(Span(source, 0, 0))
        help_ = say("begin with `manju: 1` and a `theme`")
        return None, (*found, Diagnostic("MJ0111", "error", say("{} is empty", say("the file")), label, help=help_))
    return Document(source, reader.root, *reader.laid.places(reader.root)), found


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being read."""

    data: list[Any] | Table
    start: int
    noted: int | None  # where its end is noted; None where nothing in it is kept
    flow: bool
    awaits_key: bool  # a mapping whose next text is a key
    key: str = ""  # of the value that comes next in it
    doubled: bool = False  # the value that comes next is not kept
    keys: dict[str, Ends] = field(default_factory=dict)


class _Reader:
    """Builds plain data from events, and finds what the language leaves out of YAML."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.root: Any = None
        self.laid = Laid()
        self._note = self.laid.ends.extend
        self.found: list[Diagnostic] = []
        self.guessed = False
        self.mistyped = False  # what follows a line that YAML took for something else is no second problem
        self._odd = ODD.search(source.text)  # the next mark that is odd, as far as it was looked for
        self._commented, self._unseen = "#" in source.text, remnants.any_unseen(source.text)
        self._open: list[_Open] = []
        self._documents = 0
        self._last = 0  # where the last value ended

    def taken(self, events: Iterable[yaml.Event]) -> bool:
        """Take events in, of which most are scalars; False where reading on makes no sense."""
        for event in events:
            if isinstance(event, yaml.ScalarEvent):
                self._scalar(event)
                if len(self.found) >= _MOST:
                    return False
            elif not self._take(event):
                return False
        return True

    def _take(self, event: yaml.Event) -> bool:
        """Take an event in that is no scalar."""
        match event:
            case yaml.CollectionStartEvent():
                self._properties(event)
                return self._begin(event)
            case yaml.CollectionEndEvent():
                self._end(event)
            case yaml.AliasEvent():
                self._left_out(_span(self.source, event), say("an alias"), say("write the values out"))
                if self._awaits_key():
                    return False
                self._place(event, None)
            case yaml.DocumentStartEvent():
                self._documents += 1
                help_ = say("delete this line, or give what follows a file of its own")
                return self._documents == 1 or self._refuse(
                    "MJ0109", event, say("a second document begins in this file"), help_
                )
        return len(self.found) < _MOST

    def failure(self, error: yaml.MarkedYAMLError) -> Failure:
        """What the parser complained of, with what was open at that point."""
        text = self.source.text
        at = min(error.problem_mark.index, len(text)) if error.problem_mark else len(text)
        since = error.context_mark.index if error.context_mark else at
        bracket = since if "while parsing a flow" in (error.context or "") else None
        if self._open and self._open[-1].flow:
            bracket = self._open[-1].start
        if bracket is not None and text[bracket : bracket + 1] not in ("[", "{"):
            bracket = None
        columns = tuple(self.source.position(level.start)[1] - 1 for level in self._open if not level.flow)
        return Failure(self.source, error.context or "", error.problem or "", at, since, bracket, columns)

    def _refuse(self, code: str, event: yaml.Event, message: Words, help_: Words | None = None) -> bool:
        label = Label(_span(self.source, event))
        self.found.append(Diagnostic(code, "error", message, label, help=help_))
        return False

    def _left_out(self, span: Span, name: Words, help_: Words) -> None:
        """Report a feature of YAML that the language leaves out; what it stands for is unknown."""
        self.guessed = True
        self.found.append(feature(span, name, help_))

    def _properties(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        """Refuse the anchor and the tag of a value; the value itself is read on."""
        if event.anchor is None and event.tag is None:
            return
        for given, mark, name in ((event.anchor, "&", say("an anchor")), (event.tag, "!", say("a tag"))):
            if given is not None:
                found = re.compile(mark + r"[^\s,\[\]{}]*").search(self.source.text, _ends(event)[0])
                span = Span(self.source, *found.span()) if found else _span(self.source, event)
                self._left_out(span, name, self._without(event, span, mark))

    def _without(self, event: yaml.Event, span: Span, mark: str) -> Words:
        """What to do about an anchor or a tag; a tag in Chinese is a text that begins with an exclamation."""
        number, column = self.source.position(span.start)
        line = self.source.line(number)
        exclaimed = mark == "!" and isinstance(event, yaml.ScalarEvent) and not line[column - 1 :].isascii()
        if not exclaimed or (self._open and self._open[-1].flow):
            return say("delete it, or put the text in quotes if it is one")
        return write(line[: column - 1].lstrip() + quoted(line[column - 1 :].strip()))

    def _awaits_key(self) -> bool:
        return bool(self._open) and self._open[-1].awaits_key

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        if event.anchor is not None or event.tag is not None:
            self._properties(event)
        value: Any = event.value
        if not event.style:
            if event.implicit[0] and value[:1] in scalars.TELLING:
                value = scalars.resolved(value)
            if isinstance(value, float) and not math.isfinite(value):
                self.guessed = True
                self._refuse("MJ0113", event, say("`{}` is not a number that can be used", elide(event.value, 40)))
            elif (self._commented or self._odd) and isinstance(value, str):
                self._typed(event)
        if self._unseen and len(self.found) < ENOUGH:
            self._add(remnants.unseen(self.source, *_ends(event), of_key=self._awaits_key()))
        if self._open and self._open[-1].awaits_key:
            self._key(self._open[-1], event, value)
        else:
            self._place(event, value)

    def _add(self, slip: Diagnostic | None) -> None:
        """Note a slip, which spoils the data where it is an error."""
        if slip is not None:
            self.guessed |= slip.severity == "error"
            self.found.append(slip)

    def _typed(self, event: yaml.ScalarEvent) -> None:
        """Look for marks that only seem to be YAML's, once where its line begins with the text and once behind it."""
        start, end = _ends(event)
        flow = bool(self._open) and self._open[-1].flow
        if self._odd and (slip := self._odd_line(start)):
            if not self.mistyped:
                self.found.append(slip)
            self.guessed = self.mistyped = True
        elif not self._awaits_key() and len(self.found) < ENOUGH and (slip := cut(self.source, start, end, flow=flow)):
            self.found.append(slip)

    def _odd_line(self, start: int) -> Diagnostic | None:
        """What is odd about the line that begins with a text."""
        number, column = self.source.position(start)
        if self.source.text[start - min(column - 1, DEEPEST * 8) : start].strip(" -"):
            return None
        if self._odd and self._odd.start() < start:
            self._odd = ODD.search(self.source.text, start)
        there = self._odd and self.source.text.find("\n", start, self._odd.start()) < 0
        return in_line(self.source, number) if there else None

    def _key(self, level: _Open, event: yaml.ScalarEvent, value: Any) -> None:
        start, end = _stretch(self.source, event)
        key = level.key = event.value
        if key == "<<" and not event.style:
            self._left_out(Span(self.source, start, end), say("a merge key"), say("write the values out"))
        elif not isinstance(value, str):
            self.found.append(no_text(Span(self.source, start, end), event.value))
        elif value[:1] in keystrokes.BULLETS and not (event.style or level.flow or self.mistyped):
            self._add(slip := keystrokes.undashed(self.source, start, listed=not level.data))
            self.mistyped = slip is not None
        level.awaits_key = False
        if key in level.keys:
            level.doubled = True
            again = Label(Span(self.source, start, end), say("again here"))
            first = (Label(Span(self.source, *level.keys[key]), say("first here")),)
            message = say("the key `{}` is given twice", elide(event.value, 40))
            self.found.append(Diagnostic("MJ0115", "error", message, again, first, help=say("delete one of them")))
            return
        level.doubled = False
        ends = level.keys[key] = (start, end)
        if level.noted is not None:
            self._note(ends)

    def _begin(self, event: yaml.CollectionStartEvent) -> bool:
        if self._awaits_key():
            message = say("a key is a list or a mapping")
            return self._refuse("MJ0110", event, message, say("write the key as a plain text"))
        if len(self._open) == DEEPEST:
            return self._refuse("MJ0114", event, say("this is nested deeper than {} levels", DEEPEST))
        data: list[Any] | Table = {} if isinstance(event, yaml.MappingStartEvent) else []
        noted = self._place(event, data)
        start, _ = _ends(event)
        self._open.append(_Open(data, start, noted, bool(event.flow_style), isinstance(data, dict)))
        return True

    def _end(self, event: yaml.CollectionEndEvent) -> None:
        level = self._open.pop()
        # The parser ends a block where the next one begins; its text ends before the space and comments between.
        end = _ends(event)[1] if level.flow else self._last
        if level.noted is not None:
            self.laid.ends[level.noted] = end
        self._last = end

    def _place(self, event: yaml.Event, value: Any) -> int | None:
        """Put a value where it belongs, and note where it stands; None where it belongs nowhere."""
        ends = _ends(event)
        self._last = ends[1]
        if not self._open:
            self.root = value
            return self.laid.note(ends)
        level = self._open[-1]
        if isinstance(level.data, list):
            level.data.append(value)
        else:
            level.awaits_key = True
            if level.doubled:
                return None
            level.data[level.key] = value
        if level.noted is None:
            return None
        self._note(ends)
        return len(self.laid.ends) - 1


def _ends(event: yaml.Event) -> tuple[int, int]:
    """Where the text of an event begins and ends."""
    start, end = event.start_mark, event.end_mark
    assert start is not None, "every event of a parser is marked"
    assert end is not None, "every event of a parser is marked"
    return start.index, end.index


def _stretch(source: Source, event: yaml.Event) -> tuple[int, int]:
    """The same, to the end of its first line at most."""
    start, end = _ends(event)
    line = source.text.find("\n", start, end)
    return start, end if line < 0 else line


def _span(source: Source, event: yaml.Event) -> Span:
    return Span(source, *_stretch(source, event))
