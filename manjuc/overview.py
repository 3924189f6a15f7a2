"""Plans and single steps to text and to JSON. Returns strings and data, prints nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from manjuc.calls import Call, FilmCall, TextCall
from manjuc.digest import JsonValue
from manjuc.graph import Unknown
from manjuc.models import Money
from manjuc.spec import EpisodeId, Script
from manjuc.steps import Cost, Failed, Frozen, Held, Hit, Miss, Reason, Resume, Step, Uncertain, Verdict, Wait
from manjuc.text import pad, width

FORMAT = 1  # of the JSON: fields are added, never renamed


def money(costs: Iterable[Cost]) -> str:
    """Costs for people: ¥0.2, or ¥0.5–0.9 where it is not known exactly; one for each currency."""
    return " + ".join(_range(cost) for cost in costs) or "¥0"


def _range(cost: Cost) -> str:
    low, high = Money(cost.least, cost.currency), Money(cost.most, cost.currency)
    return str(low) if cost.least == cost.most else f"{low}–{str(high).lstrip('¥$').removeprefix(cost.currency + ' ')}"


def name_of(verdict: Verdict) -> str:
    """The verdict in one word."""
    return "wait" if isinstance(verdict, Held) else type(verdict).__name__.lower()


def reason_of(verdict: Verdict) -> tuple[str, str]:
    """Why: a code for programs and words for people."""
    match verdict:
        case Hit():
            return "reused", ""
        case Miss(Reason(code, detail)) | Resume(reason=Reason(code, detail)):
            return code, detail
        case Wait(on):
            return "waits", f"for {', '.join(on)}"
        case Held(by):
            return "review", f"of {', '.join(by)}"
        case Failed(detail):
            return "failed", detail
        case Frozen(_, detail):
            return "frozen", detail
        case Uncertain(at=at, base_url=url):
            return "uncertain", f"sent at {at} to {url}; nobody knows whether it was taken"


_WORDS = {
    "new": "never made",
    "reused": "made already",
    "failed-before": "failed before:",
    "changed": "",
    "blob-missing": "",
    "declared-lost": "the last try was declared lost",
    "interrupted": "the preview was interrupted",
    "running": "paid already, its job runs",
    "answered": "paid already, its answer is kept",
    "waits": "waits",
    "review": "waits for the review",
    "revised": "",
    "frozen": "published:",
    "failed": "paid, and not accepted:",
    "uncertain": "",
}


def _said(verdict: Verdict) -> str:
    code, detail = reason_of(verdict)
    return " ".join(part for part in (_WORDS.get(code, code), detail) if part)


def plan_text(
    steps: Sequence[Step], unknown: Sequence[tuple[Unknown, Cost | None]], totals: Sequence[Cost], *, prompts: bool
) -> str:
    """A line a step, in story order, what is not known yet apart, and the sum."""
    columns = [[s.action.id, name_of(s.verdict), _price(s), _said(s.verdict)] for s in steps]
    widths = [max((width(row[i]) for row in columns), default=0) for i in range(3)]
    lines = []
    for step, row in zip(steps, columns, strict=True):
        cells = [pad(cell, columns) for cell, columns in zip(row, widths, strict=False)]
        lines.append("  ".join([*cells, row[3]]).rstrip())
        if prompts:
            lines += ["", *(f"    {line}".rstrip() for line in prompt_text(step.call).splitlines()), ""]
    lines += _unknown_lines(unknown)
    lines.append(f"total: {money(totals)}")
    return "\n".join(lines) + "\n"


def renamed(scripts: Mapping[EpisodeId, Script]) -> Iterator[str]:
    """For each script that was written anew, which of its shots are shots of the one before under another id."""
    for episode, script in scripts.items():
        if script.renamed:
            pairs = ", ".join(f"{given} → {kept}" for given, kept in script.renamed)
            yield f"{episode}: the story was written anew; shots that go on keep their ids: {pairs}"


def _price(step: Step) -> str:
    if step.cost is None:
        return "free"
    real = step.real_cost if step.real_cost and step.real_cost.most and not step.cost.most else None
    return f"{money([step.cost])} ({money([real])})" if real else money([step.cost])


def _unknown_lines(unknown: Sequence[tuple[Unknown, Cost | None]]) -> list[str]:
    lines = []
    for after in dict.fromkeys(item.after for item, _ in unknown):
        lines.append(f"not known before {after} is there:")
        for item, cost in unknown:
            if item.after == after:
                count = f"{item.least}" if item.least == item.most else f"{item.least} to {item.most}"
                lines.append(f"  {count} × {item.stage}  {money([cost]) if cost else 'free'}")
    return lines


def prompt_text(call: Call) -> str:
    """The very text that is sent, for people."""
    match call:
        case TextCall(system=system, messages=messages):
            return "\n\n".join([f"system:\n{system}", *(f"{message.role}:\n{message.text}" for message in messages)])
        case FilmCall():
            return "\n".join(_shown(call))
        case _:
            return call.prompt


def _shown(film: FilmCall) -> Iterator[str]:
    """What a film shows in words, in its order: cards, captions and the label, lines; a time for each."""
    found, at = [(text.start, text.end, f"[{text.kind}] {text.text}") for text in film.texts], 0
    for piece in film.pieces:
        found += [(at, at + piece.milliseconds, f"[card] {piece.card}")] if piece.card else []
        at += piece.milliseconds
    found += [(cue.start, cue.end, " / ".join(cue.lines)) for cue in film.cues]
    return (f"{start / 1000:.2f}–{end / 1000:.2f}  {words}" for start, end, words in sorted(found))


def plan_json(
    spec: str,
    steps: Sequence[Step],
    unknown: Sequence[tuple[Unknown, Cost | None]],
    totals: Sequence[Cost],
    scripts: Mapping[EpisodeId, Script],
) -> dict[str, JsonValue]:
    """The plan as a public format; money as decimal strings."""
    return {
        "format": FORMAT,
        "spec": spec,
        "steps": [_step(step) for step in steps],
        "unknown": [
            {
                "stage": item.stage,
                "count": {"min": item.least, "max": item.most},
                "after": item.after,
                "cost": _cost(cost),
            }
            for item, cost in unknown
        ],
        "renamed": {episode: dict(script.renamed) for episode, script in scripts.items() if script.renamed},
        "totals": {cost.currency: {"min": _decimal(cost.least), "max": _decimal(cost.most)} for cost in totals},
    }


def _step(step: Step) -> dict[str, JsonValue]:
    code, detail = reason_of(step.verdict)
    return {
        "id": step.action.id,
        "stage": step.action.stage,
        "verdict": name_of(step.verdict),
        "reason": {"code": code, "detail": detail},
        "key": step.key,
        "model": getattr(step.call, "model", None),
        "prompt": _prompt(step.call),
        "cost": _cost(step.cost),
        "real_cost": _cost(step.real_cost),
    }


def _prompt(call: Call) -> JsonValue:
    if isinstance(call, TextCall):
        return {"system": call.system, "user": call.messages[0].text}
    return None if isinstance(call, FilmCall) else call.prompt


def _cost(cost: Cost | None) -> JsonValue:
    if cost is None:
        return None
    return {"min": _decimal(cost.least), "max": _decimal(cost.most), "currency": cost.currency}


def _decimal(amount: Decimal) -> str:
    return f"{amount.normalize():f}" if amount else "0"


def call_text(preimage: bytes) -> str:
    """A call as it is kept, for people."""
    return json.dumps(json.loads(preimage)["call"], ensure_ascii=False, indent=2)
