"""A text model's answer as a document: thoughts and talk dropped, slips mended. The only importer of json_repair.

Nothing is completed: an answer that was cut off is refused, for a repairer would close its brackets in silence.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import json_repair

from manjuc.diagnostic import Diagnostic, Label, Source, Span
from manjuc.document import DEEPEST, Document, Path
from manjuc.words import Words, say

_THOUGHT = re.compile(r"<(/?)think(?:ing)?>")
_FENCE = re.compile(r"```[A-Za-z0-9]*[ \t]*\r?\n(.*?)```", re.DOTALL)
_CLOSE = {"{": "}", "[": "]"}
_OPEN = re.compile(r"[{\[]")
_JSON_LIKE = re.compile(r"""[{\[]\s*(?:["'“{\[]|\w+\s*:|$)""")
# A quote too many turns all that follows inside out; the second pattern lets it spoil no more than its line. A text
# that nobody closes is looked through once: no other begins at a quote within it.
_STRING = re.compile(r'(?<!\\)"(?:\\.|[^"\\])*+"|[{}\[\]]', re.DOTALL)
_SHORT_STRING = re.compile(r'(?<!\\)"(?:\\.|[^"\\\n])*+"|[{}\[\]]')
_WIDE_COLON = re.compile(r'"\s*：\s*(?=["\[{])')  # between a key and its value, which the repairer takes for text
# Chinese quotes in the places of JSON's own; those within a text stand elsewhere.
_CLOSING = re.compile(r"”(?=\s*[,:}\]]|\s*：\s*[“\[{])")
_OPENING = re.compile(r'([{\[,]\s*|"\s*[:：]\s*)“')
_SCALAR = re.compile(r'"(?:\\.|[^"\\])*"|[^\s,\]}]+', re.DOTALL)
_HALF = re.compile("[\ud800-\udfff]")
_TRIES = 100  # brackets in the talk that close nothing
_LOOKED_THROUGH = 4_000_000  # characters that they may cost altogether


def read(text: str, path: str) -> tuple[Document | None, tuple[Diagnostic, ...]]:
    """The JSON object in an answer, without its null members; None with the reason where there is none.

    Values point into the answer itself, and where slips were mended into what came of it, laid out anew as `answer`.
    """
    source = Source(path, text)
    text = _without_thoughts(text).removeprefix("\ufeff")
    if re.match(r"\s*<think", text):
        return _refused("MJ0602", say("the answer is cut off"), source, say("it ends while the model still thinks"))
    spoken = (*reversed(_FENCE.findall(text)), text)  # the last fence that holds something
    pieces = next((found for found in map(list, map(_pieces, spoken)) if found), [])
    if not pieces:
        return _refused("MJ0601", say("the answer holds no JSON object"), source)
    piece = pieces[-1]
    if piece is None:
        return _refused("MJ0602", say("the answer is cut off"), source, say("its brackets are not closed"))
    if _depth(piece) > DEEPEST:
        return _refused(
            "MJ0601", say("the answer holds no JSON object"), source, say("nested deeper than {} levels", DEEPEST)
        )
    data, strict = _parsed(piece)
    if isinstance(data, list) and len(data) == 1:
        data = data[0]
    if not isinstance(data, dict):
        return _refused("MJ0601", say("the answer holds no JSON object"), source)
    if not _finite(data):
        return _refused("MJ0603", say("a number in the answer is not finite"), source)
    start = source.text.rfind(piece) if strict else -1
    if start < 0:
        return Document.of(_sound(data), "answer"), ()
    places = _Places(source.text)
    places.note(start + piece.index("{"), ())
    return Document(source, _sound(data), places.values, places.keys), ()


def _without_thoughts(text: str) -> str:
    """The same without what stands between the marks of a thought, and before an end whose start the relay left out."""
    kept: list[str] = []
    start, thought = 0, -1  # of what was not looked at yet, of a thought that has no end yet
    for mark in _THOUGHT.finditer(text):
        if mark[1]:
            if thought < 0:
                kept.clear()
            kept.append(text[start:thought] if thought >= 0 else "")
            start, thought = mark.end(), -1
        elif thought < 0:
            thought = mark.start()
    return "".join((*kept, text[start:]))


def _refused(
    code: str, message: Words, source: Source, why: Words | None = None
) -> tuple[None, tuple[Diagnostic, ...]]:
    # A cut is at the end; for the rest the beginning shows best what came instead.
    start = len(source.text.rstrip()) if code == "MJ0602" else 0
    notes = (why,) if why else ()
    return None, (Diagnostic(code, "error", message, Label(Span(source, start, start)), notes=notes),)


def _pieces(text: str) -> Iterator[str | None]:
    """The top-level objects and arrays amid talk, in order; None for one that begins and is not closed at the end."""
    start = tries = 0
    most = min(_TRIES, max(2, _LOOKED_THROUGH // (len(text) + 1)))
    while tries < most and (begin := _OPEN.search(text, start)):
        end = _end(text, begin.start(), _STRING) or _end(text, begin.start(), _SHORT_STRING)
        start = end or begin.end()
        tries += not end
        if end and re.search("[:：]", piece := text[begin.start() : end]):
            yield piece
        elif not end and _JSON_LIKE.match(text, begin.start()):
            yield None
            return


def _end(text: str, start: int, tokens: re.Pattern[str]) -> int | None:
    """Behind the bracket that closes the one at `start`; None where the text ends before it.

    The end of the text where it is nested too deep to be an answer.
    """
    open_: list[str] = []
    for token in tokens.finditer(text, start):
        mark = token[0]
        if len(open_) > DEEPEST:
            return len(text)
        if mark in _CLOSE:
            open_.append(_CLOSE[mark])
        elif mark in open_:
            while open_.pop() != mark:
                pass  # a bracket of the other kind was forgotten
        if not open_:
            return token.end()
    return None


def _depth(piece: str) -> int:
    depth = deepest = 0
    for mark in re.findall(r"[{}\[\]]", piece):
        depth = max(0, depth + (1 if mark in _CLOSE else -1))
        deepest = max(deepest, depth)
    return deepest


def _parsed(piece: str) -> tuple[Any, bool]:
    """Strict JSON first (True); what is nearly JSON is repaired, and None where that is beyond the repairer."""
    try:
        return json.loads(piece), True
    except ValueError:
        # The repairer ends a text in Chinese quotes at its first comma, and says nothing.
        piece = piece if '"' in piece else _OPENING.sub(r'\1"', _CLOSING.sub('"', piece))
        try:
            return json_repair.loads(_WIDE_COLON.sub('": ', piece), skip_json_loads=True), False
        except ValueError:  # brackets that it takes to be nested, and that are not
            return None, False


def _finite(data: Any) -> bool:
    if isinstance(data, dict):
        return all(map(_finite, data.values()))
    if isinstance(data, list):
        return all(map(_finite, data))
    return not isinstance(data, float) or math.isfinite(data)


def _sound(data: Any) -> Any:
    """The same data without members that say nothing, which models write for what is left open, and halves of letters.

    A lone surrogate is half a letter: no text that holds one can be written down.
    """
    if isinstance(data, dict):
        return {_sound(key): _sound(value) for key, value in data.items() if value is not None}
    if isinstance(data, list):
        return [_sound(item) for item in data]
    return _HALF.sub("\ufffd", data) if isinstance(data, str) else data


class _Places:
    """The place of every key and value of a text that is JSON."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.values: dict[Path, tuple[int, int]] = {}
        self.keys: dict[Path, tuple[int, int]] = {}

    def note(self, at: int, path: Path) -> int:
        """Note the value that begins at or behind `at` and all that is in it; returns where it ends."""
        start = end = self._behind_space(at)
        if self._text[start] in _CLOSE:
            end = self._inside(start, path)
        elif found := _SCALAR.match(self._text, start):
            end = found.end()
        self.values[path] = (start, end)
        return end

    def _inside(self, start: int, path: Path) -> int:
        close, at, number = _CLOSE[self._text[start]], self._behind_space(start + 1), 0
        while self._text[at] != close:
            step: str | int = number
            if close == "}" and (key := _SCALAR.match(self._text, at)):
                step = _sound(json.loads(key[0]))
                self.keys[(*path, step)] = key.span()
                at = self._behind_space(key.end()) + 1
            at = self._behind_space(self.note(at, (*path, step)))
            at = self._behind_space(at + 1) if self._text[at] == "," else at
            number += 1
        return at + 1

    def _behind_space(self, at: int) -> int:
        while self._text[at] in " \t\r\n":
            at += 1
        return at
