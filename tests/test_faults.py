"""The fault table: every named fault of the preview relay, where it can happen, and what manjuc makes of it.

The suite plays each fault at each place for one kind of model; `make sweep` plays all of them for all kinds.
"""

from __future__ import annotations

import itertools
import json
import signal
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import httpx
import pytest
from rehearsing import ACTION, FACTS, Theatre, drawn_once, models_of, paid_relay, speaks, staged, theatre
from serving import KEY, MINI, manjuc, performed, started

from manjuc import compiler, downloads, facts, frontend, overview, project
from manjuc import relay as relay_door
from manjuc.dialects import DIALECTS
from manjuc.failures import Busy, Phrases, meaning
from manjuc.frontend import Program
from manjuc.models import Kind
from manjuc.preview.app import PreviewRelay
from manjuc.preview.faults import Fault, Misbehaving, scripted
from manjuc.preview.misdeeds import KINDS, MISDEEDS, PLACES, On, listing
from manjuc.project import Project
from manjuc.selection import Selection
from manjuc.wire import HttpResponse


@dataclass(frozen=True)
class End:
    """How a build with one fault ends, and the next one without any."""

    code: int
    verdict: str
    then: tuple[int, str]
    jobs: int | None = None  # jobs made by the first build; None: one, or as the fault says


WELL = End(0, "hit", (0, "hit"))
REFUSED = End(4, "miss", (0, "hit"), jobs=0)
NO_CONTENT = End(4, "failed", (4, "failed"), jobs=0)
UNCERTAIN = End(6, "uncertain", (6, "uncertain"))
UNTOLD = End(6, "uncertain", (6, "uncertain"), jobs=0)
REJECTED = End(4, "failed", (4, "failed"))
REPAIRED = End(0, "hit", (0, "hit"), jobs=2)

# What is not listed passes: it is waited for, asked for again or read all the same.
ENDS: dict[On, dict[str, End]] = {
    "submit": {
        **dict.fromkeys(("refuse_400", "refuse_401", "refuse_402", "refuse_403", "refuse_404"), REFUSED),
        **dict.fromkeys(
            ("refuse_413", "refuse_422", "no_channel_503", "error_200", "refuse_200", "telling_400"), REFUSED
        ),
        **dict.fromkeys(("error_500", "error_502", "error_503", "error_504", "error_524", "html_200"), UNTOLD),
        **dict.fromkeys(("empty_200", "not_json_200", "hang_up_before", "redirect_elsewhere", "plain_no_200"), UNTOLD),
        **dict.fromkeys(("no_id_200", "hang_up_after", "no_answer", "half_answer", "short_body"), UNCERTAIN),
        "link_not_http": UNCERTAIN,
        "filtered_text": REJECTED,
        **dict.fromkeys(("moderation_400", "moderation_500", "moderation_200"), NO_CONTENT),
        **dict.fromkeys(("cut_off_json", "cut_off_unsaid", "all_thought", "bad_json", "empty_text"), REPAIRED),
        **dict.fromkeys(("nan_in_json", "empty_fence"), REPAIRED),
    },
    "poll": {
        # A job that has failed was not delivered: it is submitted again by a build that is allowed to pay for it.
        "job_failed": End(4, "miss", (0, "hit")),
        "moderation_while_polling": REJECTED,
    },
    "download": dict.fromkeys(("small_picture", "black_picture", "blank_picture"), REJECTED),
}
# The same faults without an end: the job stays where it is, and the next build without faults goes on with it.
STILL_RUNNING = End(6, "resume", (0, "hit"))
STILL_THERE = End(4, "resume", (0, "hit"))
ALWAYS: dict[On, dict[str, End]] = {
    "submit": {
        **dict.fromkeys(("busy_429", "busy_429_date"), REFUSED),
        # In the same build the text is asked for in plain mode: the refused call costs nothing.
        "no_json_mode_400": WELL,
    },
    "poll": {
        **dict.fromkeys(("refuse_401", "refuse_403", "refuse_404", "busy_429"), STILL_RUNNING),
        **dict.fromkeys(("error_500", "error_502", "html_200"), STILL_RUNNING),
        **dict.fromkeys(("empty_200", "hang_up_before", "unknown_status", "success_without_link"), STILL_RUNNING),
        **dict.fromkeys(
            ("data_null", "link_not_http", "stale_poll_304", "never_done", "redirect_elsewhere"), STILL_RUNNING
        ),
        **dict.fromkeys(("odd_case_status", "data_list", "data_text", "data_link"), WELL),
        # The relay does not know the job: a person has to look. A page of a gateway before it says nothing of jobs.
        "job_forgotten": UNCERTAIN,
    },
    "download": {
        **dict.fromkeys(("refuse_404", "expired_link", "error_503", "hang_up_before", "short_body"), STILL_THERE),
        **dict.fromkeys(("half_answer", "redirect_elsewhere", "empty_file", "html_file", "not_ready_400"), STILL_THERE),
        **dict.fromkeys(("truncated_png", "truncated_mp4"), REJECTED),
    },
}
DID = {
    WELL: "made all the same",
    REFUSED: "told why; sent by the next build",
    NO_CONTENT: "told why; not sent again",
    UNCERTAIN: "asks a person; not sent again",
    UNTOLD: "asks a person; not sent again",
    REJECTED: "kept what came; not bought again",
    REPAIRED: "asked once more, with what was wrong",
    ENDS["poll"]["job_failed"]: "told why; sent by the next build",
    STILL_RUNNING: "waits; fetched by the next build",
    STILL_THERE: "told why; fetched by the next build",
}
LATER = "whatai-later"  # the same dialect, with a model whose pictures are jobs
HURRIED, PATIENT = "timeout: 0.5", "timeout: 60"
UNENDING = FACTS.replace(HURRIED, PATIENT).replace("deadline: 2", "deadline: 60")  # for builds by a real clock
FACTS_OF = {LATER: FACTS.replace("nano-banana-2:\n", "nano-banana-2:\n    asynchronous: true\n")}
# Patterns of dialect, fault, place and kind that cannot be, each with its reason.
SKIPPED: dict[tuple[str, str, str, str], str] = {
    ("whatai", "*", "poll", "image"): "its pictures are answered at once",
    ("openai", "*", "poll", "image"): "its pictures are answered at once",
    ("whatai", "bare_number_id", "submit", "image"): "a picture that is answered at once has no id",
    ("openai", "bare_number_id", "submit", "image"): "a picture that is answered at once has no id",
    ("*", "link_not_http", "submit", "video"): "a clip's submit is answered with an id, not with a link",
    ("newapi", "link_not_http", "submit", "image"): "a picture's submit is answered with an id, not with a link",
    (LATER, "link_not_http", "submit", "image"): "a picture's submit is answered with an id, not with a link",
    (LATER, "*", "*", "text"): "the same as without later pictures",
    (LATER, "*", "*", "video"): "the same as without later pictures",
    ("openai", "link_not_http", "poll", "video"): "a finished clip has an address of its own, and no link",
    ("openai", "success_without_link", "poll", "video"): "a finished clip has an address of its own, and no link",
    ("openai", "data_*", "poll", "video"): "a finished clip has an address of its own, and no link",
}
Case = tuple[str, Fault, Kind, End]


def cases() -> Iterator[Case]:
    """Every fault at every place for every kind and dialect that the preview relay speaks."""
    spoken = [*(name for name in DIALECTS if speaks(name)), LATER]
    for name, on, kind, dialect in itertools.product(MISDEEDS, PLACES, KINDS, spoken):
        place = (dialect, name, on, kind)
        if not MISDEEDS[name].fits(on, kind) or any(all(map(fnmatch, place, pattern)) for pattern in SKIPPED):
            continue
        end = ENDS[on].get(name, WELL)
        yield dialect, Fault(name, on), kind, end
        if end is UNTOLD:
            yield dialect, Fault(name, on, taken=True), kind, UNCERTAIN
        if name in ALWAYS[on]:
            yield dialect, Fault(name, on, times=None), kind, ALWAYS[on][name]


def chosen(found: Iterable[Case]) -> Iterator[Case]:
    """One kind and one dialect for each fault, in turn; a fault of a poll for a clip's job and for a picture's."""
    rows: dict[tuple[Fault, Kind | None], list[Case]] = {}
    for case in found:
        rows.setdefault((case[1], case[2] if case[1].on == "poll" else None), []).append(case)
    for turn, row in enumerate(rows.values()):
        yield row[turn % len(row)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        found = list(cases() if metafunc.config.getoption("--sweep") else chosen(cases()))
        times = {None: "always", 1: "once"}
        names = [f"{dialect}-{it.name}-{it.on}-{kind}-{times[it.times]}-{it.taken}" for dialect, it, kind, _ in found]
        metafunc.parametrize("case", found, ids=names)


@pytest.fixture(scope="module")
def seen() -> Iterator[list[Case]]:
    """The cases that came out as they should, printed as a table in the end."""
    found: list[Case] = []
    yield found
    rows: dict[tuple[str, ...], list[str]] = {}
    for dialect, fault, kind, end in found:
        taken = "taken" if fault.taken else ""
        row = (fault.name, fault.on, kind, "once" if fault.times else "always", taken, DID[end])
        rows.setdefault(row, []).append(dialect)
    print("\n\nfault                     at       of    times  taken  what manjuc did")
    for (name, on, of, times, taken, did), dialects in rows.items():
        print(f"{name:<25} {on:<8} {of:<5} {times:<6} {taken:<6} {did:<36} {', '.join(dialects)}")
    counts = Counter(DID[end] for *_, end in found)
    print("".join(f"\n{count:>5}  {did}" for did, count in counts.most_common()))
    print(f"{len(found):>5}  cases: no traceback, nothing taken twice, nothing lost")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Theatre, PreviewRelay]]:
    with drawn_once(), theatre() as it:
        yield it, paid_relay(tmp_path_factory.mktemp("relay"))


@cache
def _program(
    kind: Kind, dialect: str, limit: str, folder: Path, stage: tuple[Theatre, PreviewRelay]
) -> tuple[Program, Selection]:
    """The same program for every project of a kind: what differs is the folder that it stands in."""
    facts = FACTS_OF.get(dialect, FACTS).replace(HURRIED, limit)
    if limit == HURRIED:  # the first of its kind takes the relay real time to draw
        _program(kind, dialect, PATIENT, folder, stage)
        return _loaded(folder / f"{kind}-{dialect}-hurried", kind, dialect, facts)
    theatre, inner = stage
    theatre.opened(inner)
    found = _loaded(folder / f"{kind}-{dialect}", kind, dialect, facts)
    while performed(found[0], theatre.url, found[1]).failures:
        pass
    return found


def _loaded(root: Path, kind: Kind, dialect: str, facts: str) -> tuple[Program, Selection]:
    spec, selection = staged(root, kind, facts)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MANJUC_API_KEY", KEY)
        environment.setenv("MANJUC_DIALECT", "whatai" if dialect == LATER else dialect)
        return frontend.load(project.find(str(spec)), preview=False), selection


def _built(program: Program, selection: Selection, relay: Misbehaving, theatre: Theatre, kind: Kind) -> tuple[int, str]:
    """Build; the exit code and the verdict afterwards. An error that is not manjuc's own fails the test."""
    outcome = performed(program, theatre.url, selection)
    code = max((error.exit_code for error in outcome.failures.values()), default=0)
    verdicts = {step.action.id: overview.name_of(step.verdict) for step in compiler.plan(program, selection).steps}
    assert not any("sign=" in str(error) or KEY in str(error) for error in outcome.failures.values())
    return code, verdicts[ACTION[kind]]  # type: ignore[index]


def test_a_fault_ends_in_its_class_and_never_in_a_second_job(
    stage: tuple[Theatre, PreviewRelay],
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    case: Case,
    seen: list[Case],
) -> None:
    dialect, fault, kind, end = case
    if fault.name == "no_answer" and fault.on != "submit":
        monkeypatch.setattr(relay_door, "_READ", 0.3)  # for a minute nobody waits here
        monkeypatch.setattr(downloads, "_LIMITS", httpx.Timeout(0.3))
    # Only an answer that never comes is not waited for: any other may be late on a busy machine.
    limit = HURRIED if fault.misdeed.line == "silent" else PATIENT
    shared, selection = _program(kind, dialect, limit, tmp_path_factory.getbasetemp(), stage)
    program = replace(shared, project=Project(tmp_path, tmp_path / "specs/mini.yaml"))
    theatre, inner = stage
    theatre.models = models_of(shared.project.spec)
    relay = theatre.opened(inner)
    relay.play(fault)

    assert _built(program, selection, relay, theatre, kind) == (end.code, end.verdict)
    played = {(line.asked.on, line.asked.kind) for line in relay.account.lines if line.fault}
    assert played == {(fault.on, kind)}, "it was played, there and nowhere else"
    assert relay.account.taken().total() == (1 if end.jobs is None else end.jobs)
    assert set(relay.account.taken().values()) <= {1}, "no call is taken twice"
    blobs = _blobs(tmp_path)

    relay = theatre.opened(inner)
    assert _built(program, selection, relay, theatre, kind) == end.then
    again = 1 if end.verdict == "miss" else 0
    assert relay.account.taken().total() == again, "only what was surely refused, or has failed, is submitted again"
    assert blobs <= _blobs(tmp_path), "nothing that was paid for is lost"
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert not kept, "the key is never written down"
    keyed = {line.asked.path for line in relay.account.lines if line.asked.with_key}
    assert not any(path.startswith("/files/") for path in keyed), "the key goes along with no download"
    seen.append(case)


def _blobs(root: Path) -> set[str]:
    return {path.name for path in (root / ".manjuc/blobs").rglob("*") if path.is_file()}


def test_the_table_of_faults_is_whole_and_explained() -> None:
    schema = json.loads(project.schema_text("faults"))
    names = schema["properties"]["faults"]["items"]["properties"]["fault"]["enum"]
    assert names == list(MISDEEDS)
    table, note = listing().split("\n\n")
    assert [line.split()[0] for line in table.splitlines()] == list(MISDEEDS)
    assert "A picture is polled where it is a job" in note
    (row,) = (line for line in table.splitlines() if line.startswith("job_failed "))
    assert "poll (image, video)" in row
    assert all(misdeed.sentence.template.endswith(".") for misdeed in MISDEEDS.values())
    assert {name for on in ENDS for name in ENDS[on]} <= set(MISDEEDS)


def test_the_relay_lists_its_faults_and_refuses_a_script_of_others(tmp_path: Path) -> None:
    assert manjuc("relay", "--list-faults", cwd=tmp_path).out == listing()
    chinese = manjuc("relay", "--list-faults", "--lang", "zh", cwd=tmp_path).out
    assert [line.split()[:1] for line in chinese.splitlines()[: len(MISDEEDS)]] == [[name] for name in MISDEEDS]
    assert all("。" in line for line in chinese.splitlines() if line)
    (tmp_path / "bad.yaml").write_text("faults:\n  - {fault: error_501}\n", encoding="utf-8")
    refused = manjuc("relay", "--faults", "bad.yaml", cwd=tmp_path)
    assert refused.code == 1
    assert "bad.yaml:2:" in refused.err
    (tmp_path / "never.yaml").write_text("faults:\n  - {fault: never_done, on: submit}\n", encoding="utf-8")
    never = manjuc("relay", "--faults", "never.yaml", cwd=tmp_path)
    assert never.code == 2
    assert "it is on poll" in never.err


def test_a_script_says_where_after_how_many_and_how_often(tmp_path: Path) -> None:
    text = "faults:\n  - {fault: error_502, on: poll, kind: video, after: 2, times: always}\n  - fault: fenced_json\n"
    (tmp_path / "day.yaml").write_text(text, encoding="utf-8")
    played = [scripted(fault) for fault in facts.faults(tmp_path / "day.yaml")]
    assert played == [Fault("error_502", "poll", "video", 2, None), Fault("fenced_json", "submit")]


def test_the_relay_keeps_an_account_of_its_own(stage: tuple[Theatre, PreviewRelay], tmp_path: Path) -> None:
    theatre, inner = stage
    (tmp_path / "mini.yaml").write_text(MINI, encoding="utf-8")
    (tmp_path / "manjuc.yaml").write_text(UNENDING, encoding="utf-8")
    theatre.models = models_of(tmp_path / "mini.yaml")
    relay = theatre.opened(inner)
    relay.play(Fault("refuse_401", "submit", "image"), Fault("busy_429", "submit", "video"))
    first = manjuc("build", "mini.yaml", "--yes", cwd=tmp_path, key=KEY, url=theatre.url)
    assert first.code == 4, first.err
    ran = manjuc("build", "mini.yaml", "--yes", cwd=tmp_path, key=KEY, url=theatre.url)
    assert ran.code == 0, ran.err
    account = httpx.get(f"{theatre.url}/preview/account").json()
    assert account["jobs"] == 5
    text = sum(Decimal(line["charged"]) for line in account["requests"] if line["kind"] == "text")
    assert 0 < text < Decimal("0.1")
    assert Decimal(account["totals"]["CNY"]) == text + 3 * Decimal("0.2") + Decimal("0.33")
    assert "faults played: busy_429 ×1, refuse_401 ×1" in str(relay.account.summary())
    (total,) = json.loads(manjuc("costs", "--format", "json", cwd=tmp_path).out)["totals"]
    assert Decimal(total["charged"]) == Decimal(account["totals"]["CNY"]), "both books say the same"


def test_a_request_that_one_fault_lets_pass_and_another_refuses_is_not_taken(
    stage: tuple[Theatre, PreviewRelay], tmp_path: Path
) -> None:
    theatre, inner = stage
    spec, _ = staged(tmp_path, "text", UNENDING)
    theatre.models = models_of(spec)
    relay = theatre.opened(inner)
    relay.play(Fault("all_thought", "submit", after=1), Fault("refuse_400", "submit", "text"))
    for code in (4, 0):
        ran = manjuc("build", str(spec), "--yes", "--until", "script", cwd=tmp_path, key=KEY, url=theatre.url)
        assert ran.code == code, ran.err
    submits = [line for line in relay.account.lines if line.asked.on == "submit"]
    told = [(line.fault, line.taken, line.charged.amount > 0) for line in submits]
    assert told == [("refuse_400", False, False), ("", True, True)]
    (total,) = json.loads(manjuc("costs", "--format", "json", cwd=tmp_path).out)["totals"]
    (charged,) = relay.account.totals()
    assert Decimal(total["charged"]) == charged.amount, "both books say the same"


def test_a_job_that_failed_counts_as_bought_in_both_books(stage: tuple[Theatre, PreviewRelay], tmp_path: Path) -> None:
    theatre, inner = stage
    spec, _ = staged(tmp_path, "video", UNENDING)
    theatre.models = models_of(spec)
    relay = theatre.opened(inner)
    relay.play(Fault("job_failed", "poll", "video"))
    for code in (4, 0):
        ran = manjuc("build", str(spec), "--yes", "--until", "clip", cwd=tmp_path, key=KEY, url=theatre.url)
        assert ran.code == code, ran.err
    assert [line.asked.kind for line in relay.account.lines if line.taken].count("video") == 2
    (total,) = json.loads(manjuc("costs", "--format", "json", cwd=tmp_path).out)["totals"]
    (charged,) = relay.account.totals()
    assert Decimal(total["estimated"]["max"]) == charged.amount


def test_a_preview_that_meets_a_fault_says_which(stage: tuple[Theatre, PreviewRelay], tmp_path: Path) -> None:
    theatre, _ = stage
    theatre.opened(PreviewRelay(tmp_path / "relay")).play(Fault("error_502", "submit", "image"))
    (tmp_path / "mini.yaml").write_text(MINI, encoding="utf-8")
    ran = manjuc("build", "mini.yaml", "--until", "scene", cwd=tmp_path, url=theatre.url)
    assert ran.code == 6
    assert "nobody knows whether this call was taken" in ran.err
    assert "HTTP 502" in ran.err


def test_the_served_relay_tells_its_account_at_its_end(tmp_path: Path) -> None:
    (tmp_path / "day.yaml").write_text("faults: [{fault: error_502}]\n", encoding="utf-8")
    with started("relay", "--port", "0", "--faults", "day.yaml", cwd=tmp_path) as process:
        assert process.stderr
        address = process.stderr.readline().split()[3].rstrip(";")
        answer = httpx.post(f"{address}/v1/images/generations", json={"model": "preview/x"}, timeout=20)
        assert answer.status_code == 502
        process.send_signal(signal.SIGINT)
        assert "1 requests, 0 jobs taken" in process.communicate()[1]


def test_a_time_at_which_to_come_back_is_read_by_the_clock_of_the_answer() -> None:
    headers = {"retry-after": "Sun, 22 Nov 2026 12:00:07 GMT", "date": "Sun, 22 Nov 2026 12:00:00 GMT"}
    assert meaning(HttpResponse(429, "", b"later", headers), Phrases()) == Busy(7.0, "later")
