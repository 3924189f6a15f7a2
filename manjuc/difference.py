"""How two calls differ, in words: the reason for a miss is read off the calls themselves, never guessed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import zip_longest

from manjuc.graph import ActionId
from manjuc.text import elide
from manjuc.words import Words, say


def difference(earlier: bytes, now: bytes, needs: tuple[ActionId, ...]) -> Words:
    """The fields in which two calls differ, in words."""
    old, new = json.loads(earlier), json.loads(now)
    found: list[Words] = []
    if old["version"] != new["version"]:
        found.append(say("the stage was renewed (version {} → {})", old["version"], new["version"]))
    for name in {**old["call"], **new["call"]}:
        before, value = old["call"].get(name), new["call"].get(name)
        if before == value:
            continue
        if name == "references":
            found += _changed_references(before or [], value or [], needs)
        elif name == "messages" and before and value:
            found.append(_changed_text("prompt", before[0]["text"], value[0]["text"]))
        elif isinstance(value, str) and isinstance(before, str) and "\n" in before + value:
            found.append(_changed_text(name, before, value))
        else:
            found.append(_changed(name, before, value))
    return say("{}", tuple(found))


def may_become(waiting: bytes, earlier: bytes) -> bool:
    """True where a call that waits for some of its inputs may turn out to be an earlier one, once they are there."""
    new, old = json.loads(waiting), json.loads(earlier)
    to_come, there = (each["call"].pop("references", []) for each in (new, old))
    same = len(to_come) == len(there) and all(a == b or "action" in a for a, b in zip(to_come, there, strict=True))
    return same and bool(new == old)


def _changed_references(before: list[object], now: list[object], needs: tuple[ActionId, ...]) -> Iterable[Words]:
    if len(before) != len(now):
        return [say("references changed: {} → {}", len(before), len(now))]
    # An author's own picture is no action: where there is one, references are told by their numbers.
    names = [f"`{need}`" for need in needs] if len(needs) == len(now) else [str(n + 1) for n in range(len(now))]
    return [say("reference {} changed", name) for old, new, name in zip(before, now, names, strict=True) if old != new]


def _changed_text(name: str, before: str, now: str) -> Words:
    lines = zip_longest(before.splitlines(), now.splitlines(), fillvalue="")
    number, old, new = next((n, old, new) for n, (old, new) in enumerate(lines, 1) if old != new)
    same = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    was, comes = (elide(line[max(0, same - 8) :], 30) or say("nothing") for line in (old, new))
    return say("`{}` changed at line {}: {} → {}", name, number, was, comes)


def _changed(name: str, before: object, now: object) -> Words:
    if not isinstance(before, str | int | None) or not isinstance(now, str | int | None):
        return say("`{}` changed", name)
    old, new = (say("the default") if value is None else value for value in (before, now))
    return say("`{}` changed from {} to {}", name, old, new)
