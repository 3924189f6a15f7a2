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
from manjuc.document import DEEPEST, Document
from manjuc.words import Words, say

_THOUGHT = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
_OPEN_THOUGHT = re.compile(r"\A.*</think(?:ing)?>", re.DOTALL)  # its start was left out by the relay
_FENCE = re.compile(r"```[A-Za-z0-9]*[ \t]*\r?\n(.*?)```", re.DOTALL)
_CLOSE = {"{": "}", "[": "]"}
_OPEN = re.compile(r"[{\[]")
_JSON_LIKE = re.compile(r"""[{\[]\s*(?:["'“{\[]|\w+\s*:|$)""")
# A quote too many turns all that follows inside out; the second pattern lets it spoil no more than its line.
_STRING = re.compile(r'"(?:\\.|[^"\\])*"|[{}\[\]]', re.DOTALL)
_SHORT_STRING = re.compile(r'"(?:\\.|[^"\\\n])*"|[{}\[\]]')
_WIDE_COLON = re.compile(r'"\s*：\s*(?=["\[{])')  # between a key and its value, which the repairer takes for text
_TRIES = 100  # brackets in the talk that close nothing


def read(text: str, path: str) -> tuple[Document | None, tuple[Diagnostic, ...]]:
    """The JSON object in an answer, without its null members; None with the reason where there is none."""
    text = _OPEN_THOUGHT.sub("", _THOUGHT.sub("", text)).removeprefix("\ufeff")
    if re.match(r"\s*<think", text):
        return _refused("MJ0602", say("the answer is cut off"), text, path, say("it ends while the model still thinks"))
    fenced = _FENCE.findall(text)
    spoken = fenced[-1] if fenced and "{" in fenced[-1] else text
    pieces = list(_pieces(spoken))
    if not pieces:
        return _refused("MJ0601", say("the answer holds no JSON object"), text, path)
    piece = pieces[-1]
    if piece is None:
        return _refused("MJ0602", say("the answer is cut off"), text, path, say("its brackets are not closed"))
    if _depth(piece) > DEEPEST:
        return _refused(
            "MJ0601", say("the answer holds no JSON object"), text, path, say("nested deeper than {} levels", DEEPEST)
        )
    data = _parsed(piece)
    if isinstance(data, list) and len(data) == 1:
        data = data[0]
    if not isinstance(data, dict):
        return _refused("MJ0601", say("the answer holds no JSON object"), text, path)
    if not _finite(data):
        return _refused("MJ0603", say("a number in the answer is not finite"), text, path)
    return Document.of(_without_null(data), path), ()


def _refused(
    code: str, message: Words, text: str, path: str, why: Words | None = None
) -> tuple[None, tuple[Diagnostic, ...]]:
    source = Source(path, text)
    # A cut is at the end; for the rest the beginning shows best what came instead.
    start = len(text.rstrip()) if code == "MJ0602" else 0
    notes = (why,) if why else ()
    return None, (Diagnostic(code, "error", message, Label(Span(source, start, start)), notes=notes),)


def _pieces(text: str) -> Iterator[str | None]:
    """The top-level objects and arrays amid talk, in order; None for one that begins and is not closed at the end."""
    start = tries = 0
    while tries < _TRIES and (begin := _OPEN.search(text, start)):
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


def _parsed(piece: str) -> Any:
    """Strict JSON first; what is nearly JSON is repaired."""
    try:
        return json.loads(piece)
    except ValueError:
        return json_repair.loads(_WIDE_COLON.sub('": ', piece), skip_json_loads=True)


def _finite(data: Any) -> bool:
    if isinstance(data, dict):
        return all(map(_finite, data.values()))
    if isinstance(data, list):
        return all(map(_finite, data))
    return not isinstance(data, float) or math.isfinite(data)


def _without_null(data: Any) -> Any:
    """The same data without members that say nothing: models write them for what is left open."""
    if isinstance(data, dict):
        return {key: _without_null(value) for key, value in data.items() if value is not None}
    return [_without_null(item) for item in data] if isinstance(data, list) else data
