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
from manjuc.words import ENGLISH, Language, Words, say

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
        case Hit(note=note):
            return "reused", str(note)
        case Miss(Reason(code, detail)) | Resume(reason=Reason(code, detail)):
            return code, str(detail)
        case Wait(on, review):
            return "waits", f"for {', '.join(on)}" + (f"; then for the review of {', '.join(review)}" if review else "")
        case Held(by):
            return "review", f"of {', '.join(by)}"
        case Failed(detail):
            return "failed", str(detail)
        case Frozen(_, detail):
            return "frozen", str(detail)
        case Uncertain():
            return "uncertain", str(why(verdict))


_NAMES = {
    "hit": say("hit"),
    "resume": say("resume"),
    "miss": say("miss"),
    "wait": say("wait"),
    "failed": say("failed"),
    "uncertain": say("uncertain"),
    "frozen": say("frozen"),
}


def verdict_of(verdict: Verdict) -> Words:
    """The verdict in one word, for people."""
    return _NAMES[name_of(verdict)]


def why(verdict: Verdict) -> Words:
    """Why a step is to be done, or is not: a part of a sentence."""
    match verdict:
        case Hit(note=note):
            return say("made already; {}", note) if note else say("made already")
        case Miss(reason) | Resume(reason=reason):
            return _because(reason)
        case Wait(on, review):
            return say("waits for {}, then for the review of {}", on, review) if review else say("waits for {}", on)
        case Held(by):
            return say("waits for the review of {}", by)
        case Failed(detail, paid):
            return say("paid, and not accepted: {}", detail) if paid else say("refused, no charge shown: {}", detail)
        case Frozen(_, detail):
            return say("published: {}", detail)
        case Uncertain(sent=sent):
            return say("sent at {} to {}; nobody knows whether it was taken", *sent)


def _reasons(step: Step) -> Words:
    reason = why(step.verdict)
    return say("{}; the same call as {}, paid once", reason, step.same_as) if step.same_as else reason


def _because(reason: Reason) -> Words:
    match reason.code:
        case "new":
            return say("never made")
        case "failed-before":
            return say("failed before: {}", reason.detail)
        case "declared-lost":
            return say("the last try was declared lost")
        case "interrupted":
            return say("the preview was interrupted")
        case "running":
            return say("paid already, its job runs")
        case "answered":
            return say("paid already, its answer is kept")
        case _:
            return reason.detail


def plan_text(
    steps: Sequence[Step],
    unknown: Sequence[tuple[Unknown, Cost | None]],
    totals: Sequence[Cost],
    *,
    prompts: bool,
    language: Language = ENGLISH,
) -> str:
    """A line a step, in story order, what is not known yet apart, and the sum."""
    rows = [[s.action.id, verdict_of(s.verdict).put(language), _price(s).put(language)] for s in steps]
    widths = [max((width(row[i]) for row in rows), default=0) for i in range(3)]
    lines = []
    for step, row in zip(steps, rows, strict=True):
        cells = [pad(cell, columns) for cell, columns in zip(row, widths, strict=True)]
        lines.append("  ".join([*cells, _reasons(step).put(language)]).rstrip())
        if prompts:
            lines += ["", *(f"    {line}".rstrip() for line in prompt_text(step.call).splitlines()), ""]
    lines += [words.put(language) for words in (*_unknown_lines(unknown), say("total: {}", money(totals)))]
    return "\n".join(lines) + "\n"


def in_earnest(steps: Sequence[Step], real: Sequence[Cost]) -> Words:
    """What a preview says of the bill with an API key, where nothing that a preview has made counts."""
    drawn = any(isinstance(step.verdict, Hit) and step.price and step.price.most for step in steps)
    if drawn and not any(cost.most for cost in real):
        return say("with an API key, all of it is made anew: what a preview has made is of no use there")
    missing = say("with an API key, what is missing here may take: {}", money(real))
    return say("{}; what the preview has made is made anew", missing) if drawn else missing


def renamed(scripts: Mapping[EpisodeId, Script]) -> Iterator[Words]:
    """For each script that was written anew, which of its shots are shots of the one before under another id."""
    for episode, script in scripts.items():
        if script.renamed:
            pairs = tuple(f"{given} → {kept}" for given, kept in script.renamed)
            yield say("{}: the story was written anew; shots that go on keep their ids: {}", episode, pairs)


def _price(step: Step) -> Words:
    return say("free") if step.cost is None else priced(step.cost, step.real_cost)


def priced(cost: Cost, real: Cost | None) -> Words:
    """A cost, and where it is nothing, in parentheses what the named model takes."""
    told = real if real and real.most and not cost.most else None
    return Words(f"{money([cost])} ({money([told])})" if told else money([cost]))


def _unknown_lines(unknown: Sequence[tuple[Unknown, Cost | None]]) -> Iterator[Words]:
    for after in dict.fromkeys(item.after for item, _ in unknown):
        yield say("not known before {} is there:", after)
        for item, cost in unknown:
            if item.after == after:
                count = say("{}", item.least) if item.least == item.most else say("{} to {}", item.least, item.most)
                yield say("  {} × {}  {}", count, Words(item.stage), money([cost]) if cost else say("free"))


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
        "same_as": step.same_as,
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
