"""Quotes in texts: YAML takes Chinese ones for letters, and so says nothing of one that is left open."""

from __future__ import annotations

from collections.abc import Iterator

from manjuc.diagnostic import Diagnostic
from manjuc.document import Path
from manjuc.findings import Series, hint, word
from manjuc.words import say

_PAIRS = {"“": "”", "「": "」", "『": "』", "《": "》"}
_BLOCKS = (dict, list)


def open_quotes(series: Series) -> Iterator[Diagnostic]:
    """A text that begins with a quote ends with one, or holds its end."""
    documents = [series.document]
    for telling in series.tellings:
        documents += [each for each in (telling.told, telling.script) if each is not None]
    told = set[tuple[str, int, int]]()
    for document in (each for each in documents if each.may_say(*_PAIRS)):
        for path, text in _unclosed((), document.data):
            label = word(document, text[0], path)
            if label.span.place not in told:
                told.add(label.span.place)
                message = say("a quote `{}` is not closed", text[0])
                yield hint("MJ0103", message, label, help_=say("add `{}`", _PAIRS[text[0]]))


def _unclosed(path: Path, value: object) -> Iterator[tuple[Path, str]]:
    if isinstance(value, _BLOCKS):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(each, _BLOCKS) or (isinstance(each, str) and each[:1] in _PAIRS):
                yield from _unclosed((*path, key), each)
    elif isinstance(value, str) and (close := _PAIRS.get(value[:1])) and close not in value:
        yield path, value
