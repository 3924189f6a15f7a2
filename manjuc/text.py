"""Words on a terminal and on a screen: display width, near misses, line breaks of Chinese text."""

from __future__ import annotations

import difflib
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import chain, count

# Marks that must not stand at the start of a line of Chinese text, and those that must not end one.
_NO_START = "，。、；：？！）》」』】”’…—·,.;:?!)]}%"
_NO_END = "（《「『【“‘([{"
_LOOKED_AT = 16  # characters of a text for each column that it may take
_NEAR = 0.6  # of a word is the same in a slip of it
_LONGEST_WORD = 200  # characters of a word that may be a slip of another
_SPACED = re.compile(f" (?=[{re.escape(_NO_START)}])|(?<=[{re.escape(_NO_END)}]) ")

as_json = json.JSONEncoder(ensure_ascii=False).encode
"""A value as JSON on one line, its letters as they are."""


def width(text: str) -> int:
    """The number of terminal columns that `text` takes: Chinese characters take two, combining marks none."""
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Cf", "Cc"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def pad(text: str, columns: int) -> str:
    """`text` with spaces up to `columns` terminal columns; longer text is left as it is."""
    return text + " " * max(0, columns - width(text))


def elide(text: str, columns: int) -> str:
    """`text` on one line of at most `columns` terminal columns, cut with an ellipsis."""
    head = text[: _LOOKED_AT * columns]  # a text may be as long as a file
    text = " ".join(head.split()) + ("…" if len(head) < len(text) else "")
    if width(text) <= columns:
        return text
    kept = ""
    for char in text:
        if width(kept + char) > columns - 1:
            break
        kept += char
    return kept + "…"


def table(rows: Sequence[Sequence[str]], right: Iterable[int] = ()) -> str:
    """Rows of cells as aligned lines; the columns named in `right` are set flush right."""
    right = set(right)
    widths = [max(width(row[i]) for row in rows) for i in range(len(rows[0]))] if rows else []
    lines = []
    for row in rows:
        cells = [
            " " * (columns - width(cell)) + cell if i in right else pad(cell, columns)
            for i, (cell, columns) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "".join(f"{line}\n" for line in lines)


def listed(words: Iterable[object]) -> str:
    """Names in a message: each in backticks, with commas between them."""
    return ", ".join(f"`{word}`" for word in words)


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that `word` is most likely a slip of, or None where none is near."""
    if len(word) > _LONGEST_WORD:
        return None
    found = _closest(word.lower(), known := {c.lower(): c for c in candidates})
    # A Chinese name of two characters is half wrong with one slip, which is too far for a ratio.
    slips = (c for c in known if not c.isascii() and len(c) == len(word) > 1 and _differ(c, word) == 1)
    found = next(slips, None) if found is None else found
    return None if found is None else known[found]


def _closest(word: str, candidates: Iterable[str]) -> str | None:
    """What `difflib.get_close_matches` finds first; of thousands, most are dropped at the first that is nearer."""
    matcher, best = difflib.SequenceMatcher(), (_NEAR, "")
    matcher.set_seq2(word)
    found = None
    for each in candidates:
        if 2.0 * min(len(each), len(word)) / (len(each) + len(word) or 1) < best[0] and (each or word):
            continue
        matcher.set_seq1(each)
        if matcher.quick_ratio() >= best[0] and (ratio := (matcher.ratio(), each)) >= best:
            best, found = ratio, each
    return found


def _differ(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))


def break_lines(text: str, most: int) -> tuple[str, ...]:
    """`text` in lines of at most `most` Chinese characters (two Latin letters count as one), of about equal length.

    Punctuation never starts a line and an opening bracket never ends one; a Latin word is not cut unless it is
    longer than a line.
    """
    text = _SPACED.sub("", " ".join(text.split()))
    count = max(1, -(-width(text) // (2 * most)))
    while True:
        lines = _fill(text, min(2 * most, -(-width(text) // count) + 1), 2 * most)
        if len(lines) <= count or count > len(text):
            return tuple(lines)
        count += 1


def fill(text: str, columns: int) -> tuple[str, ...]:
    """`text` in lines of at most so many terminal columns, each as full as the same rules let it be."""
    return tuple(_fill(" ".join(text.split()), columns, columns))


def _fill(text: str, wanted: int, most: int) -> list[str]:
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        grown = line + piece
        # The first limit evens the lines out; the second is never passed, save by one unbreakable piece.
        if line.strip() and width(grown.rstrip()) > (most if piece[0] in _NO_START else wanted):
            lines.append(line.strip())
            grown = piece
        line = grown
    return [*lines, line.strip()] if line.strip() else lines


def _pieces(text: str) -> list[str]:
    """The smallest pieces of `text` between which a line may be broken."""
    pieces: list[str] = []
    for char in text:
        if pieces and (_joined(pieces[-1][-1], char)):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def _joined(before: str, after: str) -> bool:
    if after in _NO_START or before in _NO_END:
        return True
    return before != " " and after != " " and _columns(before) == _columns(after) == 1


def file_name(text: str) -> str:
    """`text` as part of a file name that every system takes and people still read."""
    kept = "".join(char if char.isalnum() or char in "-_." else "_" for char in text).strip("._")
    return kept[:40] or "_"


def distinct(wanted: Iterable[tuple[str, str]]) -> dict[str, str]:
    """A file name by each id, given with the one that is wanted: where that is taken already, with the id behind it.

    Capital and small letters make no difference.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for id, name in wanted:
        longer = f"{name}_{file_name(id)}"
        free = chain([name, longer], (f"{longer}_{n}" for n in count(2)))
        found[id] = next(each for each in free if each.casefold() not in taken)
        taken.add(found[id].casefold())
    return found
