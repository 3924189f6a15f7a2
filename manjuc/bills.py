"""Accounts to text, JSON and CSV: what was bought, what it was to cost, and what it did."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal

from manjuc.accounts import TOTAL, UNKNOWN, Account, By, Line
from manjuc.digest import JsonValue
from manjuc.models import Money
from manjuc.prices import SMALLEST
from manjuc.text import table
from manjuc.words import ENGLISH, Language, Words, say

FORMAT = 1  # of the JSON: fields are added, never renamed
_HEADS = (
    say("calls"),
    say("paid"),
    say("kept"),
    say("failed"),
    say("estimated"),
    say("charged"),
    say("bought per kept"),
)


def text(account: Account, by: By, language: Language = ENGLISH) -> str:
    """A line for each name, and the sum of each currency."""
    if not account.purchases:
        previews = say("nothing was spent; calls of previews, which cost nothing: {}", account.previews)
        return (previews if account.previews else say("nothing was spent")).put(language) + "\n"
    rows = [[head.put(language) for head in (Words(by), *_HEADS)]]
    for line in (*account.lines(by), *account.totals()):
        ours = by == "stage" or line.name in (UNKNOWN, TOTAL)  # a drama may be called as it likes
        rows.append([Words(line.name).put(language) if ours else line.name, *_cells(line)])
    partly = any(line.told < line.taken for line in account.totals())
    note = say("* not all is known yet: calls under way, of unknown outcome, or not told by the relay")
    previews = say("and {} calls of previews, which cost nothing", account.previews)
    below = [*([note] if partly else []), *([previews] if account.previews else [])]
    return table(rows, right=range(1, 5)) + "".join(words.put(language) + "\n" for words in below)


def _cells(line: Line) -> tuple[str, ...]:
    least, most = (_money(amount, line.currency) for amount in (line.estimated.least, line.estimated.most))
    return (
        *(str(count) for count in (line.calls, line.taken, line.kept, line.failed)),
        least if least == most else f"{least}–{most.lstrip('¥$')}",
        (_money(line.charged, line.currency) if line.told else "") + ("*" if line.told < line.taken else ""),
        _plain(line.rate) if line.rate is not None else "",
    )


def _money(amount: Decimal, currency: str) -> str:
    return str(Money(amount.quantize(SMALLEST), currency)) if currency else "?"


def json_of(account: Account, by: By) -> dict[str, JsonValue]:
    """The account as a public format; money as decimal strings."""
    return {
        "format": FORMAT,
        "by": by,
        "lines": [_object(line) for line in account.lines(by)],
        "totals": [_object(line) for line in account.totals()],
        "preview_calls": account.previews,
    }


def _object(line: Line) -> dict[str, JsonValue]:
    return {
        "name": line.name,
        "currency": line.currency,
        "calls": line.calls,
        "taken": line.taken,
        "kept": line.kept,
        "failed": line.failed,
        "estimated": {"min": _plain(line.estimated.least), "max": _plain(line.estimated.most)},
        "charged": _plain(line.charged) if line.told or not line.taken else None,
        "charged_calls": line.told,
        "bought_per_kept": _plain(line.rate) if line.rate is not None else None,
    }


def csv_of(account: Account, by: By) -> str:
    """The account for a spreadsheet, without sums."""
    heads = (by, "currency", "calls", "taken", "kept", "failed", "estimated_min", "estimated_max", "charged")
    rows: Iterable[tuple[object, ...]] = (
        (
            *(line.name, line.currency, line.calls, line.taken, line.kept, line.failed),
            *(_plain(line.estimated.least), _plain(line.estimated.most)),
            _plain(line.charged) if line.told or not line.taken else "",
            line.rate if line.rate is not None else "",
        )
        for line in account.lines(by)
    )
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([(*heads, "bought_per_kept"), *rows])
    return out.getvalue()


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}" if amount else "0"
