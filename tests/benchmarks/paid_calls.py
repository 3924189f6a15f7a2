"""A thousand paid calls against a relay that is late and faulty: nothing twice, nothing lost, no time and money wasted.

`make bench` prints a table and fails where a bound is broken. Three parts, on the disk of the folder that is given:

- the day: 1,000 calls of text, pictures and clips over sockets, each taking the relay 0.2 to 2 s, 5 % of all requests
  with a fault whose outcome is determined. The makespan is the whole of `compiler.build`; its lower bound follows from
  the relay's own log. With s(a) the seconds that the relay was at work for action a (for each of its submits from
  request to answer and the seconds after which it told to come back; then the making of the clip), and e(a) the
  earliest start of a with endless slots, it is the greatest of e(a) + s(a) over all actions, and, for each kind and
  each time r, of r + (the sum of s(a) over actions of the kind with e(a) >= r) / slots.
- a bad day: as many faults of which nobody can know the outcome. Each blocks its own branch, and is never sent twice.
- own overhead: the same build with a relay, decoders and a clock that take no time, against the very same writes,
  syncs and renames, of the same sizes and in the same order, with nothing around them.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import drama
from relay import KEY

from manjuc import compiler, frontend, project
from manjuc.selection import Selection
from manjuc.stages import BY_NAME
from manjuc.steps import Hit, Step
from manjuc.store import Store

HERE = Path(__file__).parent
SEED = 20260101
SLOTS = {"text": 2, "image": 5, "video": 5}
LATE = (0.2, 2.0)
ALWAYS = {"times": "always", "seed": SEED}
SLOW = [
    {"fault": "slow_answer", "on": "submit", "kind": kind, "seconds": {"min": LATE[0], "max": LATE[1]}, **ALWAYS}
    for kind in ("text", "image")
]
# One request in twenty; of what is never asked for in parts, each kind has its own share of them.
DETERMINED = [
    {"fault": "busy_429", "on": "submit", "chance": 0.05, **ALWAYS},
    {"fault": "error_503", "on": "poll", "chance": 0.025, **ALWAYS},
    {"fault": "hang_up_before", "on": "poll", "chance": 0.025, **ALWAYS},
    {"fault": "error_503", "on": "download", "chance": 0.01, **ALWAYS},
    {"fault": "expired_link", "on": "download", "chance": 0.02, **ALWAYS},
    {"fault": "truncated_png", "on": "download", "chance": 0.02, **ALWAYS},
    {"fault": "truncated_mp4", "on": "download", "chance": 0.02, **ALWAYS},
]
UNCERTAIN = [
    {"fault": "error_502", "on": "submit", "kind": "video", "chance": 0.05, **ALWAYS},
    {"fault": "hang_up_after", "on": "submit", "kind": "image", "chance": 0.05, **ALWAYS},
]
MAKESPAN, OVERHEAD, MEMORY = 1.05, 2.0, 200_000_000

Row = tuple[str, str, str, bool]  # what, found, bound, whether it is kept


@contextlib.contextmanager
def relay(folder: Path, root: Path, faults: list[dict[str, Any]], late: tuple[float, float]) -> Iterator[str]:
    """The relay in a process of its own; its address."""
    settings = json.dumps({"root": str(root), "faults": faults, "late": late})
    command = [sys.executable, str(HERE / "relay.py"), str(folder), settings]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def asked(address: str, path: str) -> dict[str, Any]:
    """What the relay tells of itself."""
    with urllib.request.urlopen(address + path) as answer:
        told: dict[str, Any] = json.load(answer)
        return told


def build(spec: Path, address: str = "") -> dict[str, Any]:
    """A build in a process of its own, and what it tells."""
    command = [sys.executable, str(HERE / "building.py"), str(spec), address]
    told: dict[str, Any] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return told


def planned(spec: Path) -> tuple[Step, ...]:
    """Every paid step as it stands now."""
    program = frontend.load(project.find(str(spec)), preview=False)
    return compiler.plan(program, Selection(until="clip")).steps


def bound(steps: tuple[Step, ...], seconds: Mapping[str, float]) -> tuple[float, float]:
    """The lower bound of the makespan by the formula above, and the part of it that is seconds over slots alone."""
    script = next(step.action.id for step in steps if step.action.stage == "script")
    first: dict[str, float] = {}
    for step in steps:  # in story order: needs come first
        declared = step.action.id == script or step.action.stage in ("three_views", "scene")
        needs = [*step.action.needs, *(() if declared else (script,))]
        first[step.action.id] = max((first[need] + seconds[need] for need in needs), default=0.0)
    found = [first[id] + seconds[id] for id in first]
    sums = [0.0]
    for kind, slots in SLOTS.items():
        total = 0.0
        mine = [step.action.id for step in steps if kind == BY_NAME[step.action.stage].SLOT]
        for id in sorted(mine, key=first.__getitem__, reverse=True):
            total += seconds[id]
            found.append(first[id] + total / slots)
        sums.append(total / slots)
    return max(found), max(sums)


def sent(store: Store) -> dict[str, list[str]]:
    """The bodies that the journal says were sent, in order, by action."""
    found: dict[str, list[str]] = {}
    for line in (store.folder / "journal.jsonl").read_bytes().splitlines():
        entry = json.loads(line.partition(b" ")[2])
        if entry["t"] == "intent":
            found.setdefault(entry["action"], []).append(entry["body"])
    return found


def honest(spec: Path, account: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[Row]:
    """The relay's account against the journal: nothing twice, nothing lost, the same money."""
    store = Store(spec.parent.parent / ".manjuc")
    books = store.account()
    action_of = {body: action for action, bodies in sent(store).items() for body in bodies}
    kept = {step.action.id for step in planned(spec) if isinstance(step.verdict, Hit)}
    taken = [(line["body"], Decimal(line["charged"])) for line in account["requests"] if line["taken"]]

    twice = len(taken) - len({body for body, _ in taken})
    yield "calls taken more than once", str(twice), "0", twice == 0
    lost = [body for body, _ in taken if action_of.get(body) not in {*kept, *told["uncertain"]}]
    yield "calls taken and neither kept nor reported", str(len(lost)), "0", not lost

    charged = sum((price for body, price in taken if action_of[body] in kept), Decimal(0))
    booked = sum((total.charged for total in books.totals()), Decimal(0))
    yield "charged by the relay / in the books", f"{charged} / {booked}", "=", charged == booked
    if told["uncertain"]:
        # What nobody knows counts in the books until a person has looked it up.
        charged = sum((price for body, price in taken if action_of[body] in told["uncertain"]), Decimal(0))
        doubtful = [bought.amount.most for bought in books.purchases if bought.state == "uncertain" and bought.amount]
        booked = sum(doubtful, Decimal(0))
        yield "uncertain: charged / in the books", f"{charged} / {booked}", "<=", charged <= booked


def day(folder: Path, shots: int) -> Iterator[Row]:
    """A thousand calls, and faults with an outcome."""
    spec = drama.write(folder, shots, SLOTS)
    with relay(folder / "relay", folder, [*DETERMINED, *SLOW], LATE) as address:
        told = build(spec, address)
        account, log = asked(address, "/preview/account"), asked(address, "/bench/log")
    calls = drama.calls(shots)
    yield "calls paid for / asked for", f"{told['made']} / {calls}", "=", told["made"] == calls and not told["failed"]
    faults = Counter(line["fault"] for line in account["requests"] if line["fault"] not in ("", "slow_answer"))
    requests = len(account["requests"])
    share = faults.total() / requests
    yield "requests / with a fault", f"{requests} / {faults.total()} ({share:.1%})", ">= 4%", share >= 0.04
    yield from honest(spec, account, told)
    store = Store(folder / ".manjuc")
    seconds = {
        id: sum(log["busy"].get(body, 0.0) for body in dict.fromkeys(bodies)) for id, bodies in sent(store).items()
    }
    least, sums = bound(planned(spec), seconds)
    ratio = told["seconds"] / least
    words = f"{told['seconds']:.1f} s / {least:.1f} s = {ratio:.3f}"
    yield "makespan / lower bound", words, f"<= {MAKESPAN}", ratio <= MAKESPAN
    yield "  of it the fullest slots alone", f"{sums:.1f} s", "", True
    yield "  the build's own processor time", f"{told['cpu']:.1f} s", "", True
    yield "memory", f"{told['memory'] / 1e6:.0f} MB", f"<= {MEMORY / 1e6:.0f} MB", told["memory"] <= MEMORY


def bad_day(folder: Path, shots: int) -> Iterator[Row]:
    """Faults that leave it open whether a call was taken: each blocks its branch, and no other."""
    spec = drama.write(folder, shots, SLOTS)
    late = (0.02, 0.1)
    with relay(folder / "relay", folder, UNCERTAIN, late) as address:
        told = build(spec, address)
        again = build(spec, address)
        account = asked(address, "/preview/account")
    steps = planned(spec)
    open_ones = set(told["uncertain"])
    behind = {step.action.id for step in steps if open_ones & set(step.action.needs)}
    calls, made = drama.calls(shots), told["made"]
    whole = made + len(open_ones) + len(behind) == calls and set(told["blocked"]) == behind and not told["failed"]
    yield "kept + uncertain + behind them", f"{made} + {len(open_ones)} + {len(behind)} of {calls}", "=", whole
    yield "made by a second build", str(again["made"]), "0", again["made"] == 0
    yield from honest(spec, account, told)


def overhead(folder: Path, shots: int, rounds: int) -> Iterator[Row]:
    """manjuc's own time for an action, against the disk's."""
    found = []
    for number in range(rounds):
        told = build(drama.write(folder / str(number), shots, SLOTS))
        assert told["made"] == drama.calls(shots), told
        found.append((told["seconds"] / told["made"], told["bare"] / told["made"], told["operations"] / told["made"]))
    found.sort(key=lambda one: one[0] / one[1])
    own, bare, operations = found[rounds // 2]
    words = f"{own * 1000:.2f} ms / {bare * 1000:.2f} ms = {own / bare:.2f}"
    yield "an action's own time / bare disk time", words, f"<= {OVERHEAD}", own / bare <= OVERHEAD
    yield "    of it beyond the disk's own", f"{(own - bare) * 1000:.2f} ms = {own / bare - 1:.2f}", "", True
    yield "    file operations of an action", f"{operations:.1f}", "", True


def main() -> None:
    """Run all of it; the exit code says whether every bound was kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=1000, help="paid calls of the day")
    parser.add_argument("--folder", help="where to build, on the disk to be measured; a temporary one where left out")
    parser.add_argument("--only", choices=("day", "bad-day", "overhead"))
    given = parser.parse_args()
    os.environ["MANJUC_API_KEY"] = KEY
    shots = max(drama.SCENES, (given.calls - drama.calls(0)) // 2)
    kept = True
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        parts = {
            "overhead": lambda: overhead(Path(name) / "own", shots, 5),
            "bad-day": lambda: bad_day(Path(name) / "bad", max(drama.SCENES, shots // 4)),
            "day": lambda: day(Path(name) / "day", shots),
        }
        for part in [given.only] if given.only else parts:
            print(part)
            for what, found, bounds, well in parts[part]():
                kept &= well
                print(f"  {what:<46} {found:<36} {bounds:<10} {'' if well else 'BROKEN'}", flush=True)
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
