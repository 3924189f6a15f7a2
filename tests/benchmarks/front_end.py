"""A megabyte of hostile text: how long the front end takes for it, how much memory, and how both grow.

Prints a table and fails where a bound is broken. Each input of `hostile.py` is checked and shown at half a megabyte and
at a whole one, in a process of its own. The bounds:

- time: at most `MOST_TIME` times what PyYAML's own scanner takes for a megabyte of keys, in seconds of one processor in
  the same run. That is 2 s where the scanner takes 0.1 s.
- growth: a text of twice the size takes at most `MOST_GROWTH` times as long, where it takes long enough to tell.
- memory: at most 100 MB beyond what manjuc takes for a spec of three lines.

    python tests/benchmarks/front_end.py [words of an input's name]
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import hostile
import yaml

from manjuc import facts, frontend, project, show

MEGABYTE = 1 << 20
MOST_TIME = 20.0
MOST_GROWTH = 2.6
MOST_MEMORY = 100 << 20
_TELLING = 2.0  # times what the scanner takes: below it, growth is noise
_KIBIBYTE = 1024  # the unit of ru_maxrss on Linux


@dataclass(frozen=True)
class Reading:
    """What it took to check a text and to show what is wrong with it."""

    seconds: float
    memory: int
    problems: int


def scan() -> float:
    """Seconds that the bare scanner takes for a megabyte of keys."""
    text = "".join(f"key{number}: 雨夜\n" for number in range(MEGABYTE // 18))
    began = time.process_time()
    for _ in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        pass
    return time.process_time() - began


def read(files: hostile.Files) -> Reading:
    """Check a project and show its problems, as `manjuc check` does."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.process_time()
        found = frontend.check(project.find(str(root / "drama.yaml")))
        for language in map(facts.language, ("en", "zh")):
            show.diagnostics(found, colour=False, language=language)
        json.dumps(show.as_json(found))
        seconds = time.process_time() - began
        return Reading(seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * _KIBIBYTE, len(found))


def alone(name: str, size: int) -> Reading:
    """The same in a process of its own, where nothing has been read but a small spec."""
    receiving, sending = os.pipe()
    child = os.fork()
    if not child:
        os.close(receiving)
        with os.fdopen(sending, "w") as pipe:
            json.dump(asdict(read(hostile.files(name, size))), pipe)
        os._exit(0)
    os.close(sending)
    with os.fdopen(receiving) as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    assert status == 0, f"{name}: the front end has raised"
    return Reading(**json.loads(said))


def broken(half: Reading, whole: Reading, scanned: float) -> list[str]:
    """The bounds that an input breaks."""
    told = [
        ("time", whole.seconds > MOST_TIME * scanned),
        ("growth", whole.seconds > max(_TELLING * scanned, MOST_GROWTH * half.seconds)),
        ("memory", max(half.memory, whole.memory) > MOST_MEMORY),
    ]
    return [bound for bound, exceeded in told if exceeded]


BOUNDED = "--bounded"
"""Leaves out the inputs that are known to break a bound."""


def main(words: list[str]) -> int:
    """Print the table; 1 where a bound is broken."""
    read({"drama.yaml": hostile.HEAD})
    scanned = min(scan() for _ in range(3))
    print(f"the bare scanner takes {scanned:.2f} s for a megabyte of keys")
    print(f"{'input':<40}{'0.5 MB':>9}{'1 MB':>9}{'growth':>8}{'scans':>7}{'memory':>9}{'problems':>10}")
    worst = 0
    left_out = hostile.KNOWN if BOUNDED in words else frozenset[str]()
    words = [word for word in words if word != BOUNDED]
    for name in (name for name in hostile.INPUTS if name not in left_out and all(word in name for word in words)):
        half, whole = alone(name, MEGABYTE // 2), alone(name, MEGABYTE)
        if name not in hostile.KNOWN and broken(
            half, whole, scanned
        ):  # once more: another program may have been in the way
            half, whole = alone(name, MEGABYTE // 2), alone(name, MEGABYTE)
        growth, scans = whole.seconds / half.seconds, whole.seconds / scanned
        row = f"{name:<40}{half.seconds:>7.2f} s{whole.seconds:>7.2f} s{growth:>8.1f}{scans:>7.1f}"
        row += f"{whole.memory / MEGABYTE:>6.0f} MB{whole.problems:>10}"
        exceeded = broken(half, whole, scanned)
        known = name in hostile.KNOWN
        print(row, "  too much, as known:" if known else "  too much:", ", ".join(exceeded)) if exceeded else print(row)
        worst |= bool(exceeded) and not known
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
