"""The crash sweep: a build is killed before each of its effects in turn, started again, and never pays twice.

The suite takes some of the points and `make sweep` all of them, for every dialect that the preview relay speaks.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from rehearsing import FACTS, Theatre, drawn_once, models_of, paid_relay, speaks, theatre
from serving import KEY, MINI, SPEC, laid_out, manjuc

from manjuc import journal
from manjuc.dialects import DIALECTS
from manjuc.digest import Digest
from manjuc.errors import StoreBroken
from manjuc.preview.faults import Misbehaving
from manjuc.store import Store

SPOKEN = [name for name in DIALECTS if speaks(name)]
HERE = Path(__file__).parent
IN_THE_SUITE = 5  # points of a sweep
LONGEST_BUILD = 100  # seconds; with `--sweep` there is no end to how many builds a test makes, but to each of them
# A film of one second: what is told here does not depend on its length.
SHORT = (
    MINI.replace("seconds: 2", "seconds: 1").replace("min: 2, max: 3", "min: 1, max: 2") + "subtitles: {burn: false}\n"
)
QUICK = FACTS.replace("durations: [2]", "durations: [1]").replace('{"2": 0.33}', '{"1": 0.33}')
QUICK = QUICK.replace("timeout: 0.5", "timeout: 60")  # every answer comes here, if late on a busy machine
KEPT = re.compile(r"is kept in (\S+): make room")
MOVE = re.compile(r"is in (\S+): move it to (\S+), and build again")


pytestmark = pytest.mark.skipif(
    not Path("/proc/self/fd").is_dir(), reason="the process under test forks, and reads /proc"
)


class Worker:
    """The process under test, as tests talk to it."""

    def __init__(self) -> None:
        path = os.pathsep.join((str(HERE), str(HERE.parent)))
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "swept"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def build(self, project: Project, *, kill: int = 0, full: int = 0, room: int = 0) -> Any:
        """Build once; the process kills itself before an effect, or finds the disk full from then on.

        With `room`, the system lets no file of that process grow beyond so many bytes.
        """
        place = {"root": str(project.root), "url": project.url, "dialect": project.dialect}
        order = {**place, "kill": kill, "full": full, "room": room}
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        watch = threading.Timer(LONGEST_BUILD, os.killpg, (self._process.pid, signal.SIGKILL))
        watch.start()
        try:
            told = self._process.stdout.readline()
        finally:
            watch.cancel()
        assert told, f"a build hung for {LONGEST_BUILD} s, or its process is gone: {order}"
        return json.loads(told)

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


@dataclass
class Project:
    """One project against a relay whose books begin with it."""

    root: Path
    url: str
    dialect: str
    relay: Misbehaving
    lost: list[str] = field(default_factory=list)  # bodies that a person has declared lost
    found: list[str] = field(default_factory=list)  # ids of jobs that a person has looked up

    def entries(self) -> list[dict[str, Any]]:
        """The journal."""
        return list(journal.read(self.root / ".manjuc/journal.jsonl").entries)

    def uncertain(self) -> dict[str, tuple[str, str]]:
        """The actions of which nobody knows whether they were taken: key and digest of the body."""
        shown = manjuc("plan", "--format", "json", SPEC, cwd=self.root, key=KEY, url=self.url)
        steps = {step["id"]: step["key"] for step in json.loads(shown.out)["steps"] if step["verdict"] == "uncertain"}
        bodies = {entry["key"]: entry["body"] for entry in self.entries() if entry["t"] == "intent"}
        return {id: (key, bodies[key]) for id, key in steps.items()}

    def decide(self) -> None:
        """Answer for each uncertain call as a person would who looks into the relay's log of tasks."""
        for id, (_, body) in self.uncertain().items():
            task = self.tasks().get(body, "")
            if task:
                self.found.append(task)
                assert self._resolve(id, "--task-id", task) == 0
            else:
                self.lost.append(body)
                assert self._resolve(id, "--lost") == 0

    def _resolve(self, id: str, *how: str) -> int:
        return manjuc("resolve", SPEC, id, *how, cwd=self.root, key=KEY, url=self.url).code

    def tasks(self) -> dict[str, str]:
        """The ids that the relay gave out, by the body that each of them answers."""
        return {line.asked.body: line.task for line in self.relay.account.lines if line.taken and line.task}

    def duplicates(self) -> int:
        """Jobs beyond the one of each call, and the one more of each that a person has allowed."""
        taken = self.relay.account.taken()
        return sum(max(0, count - 1 - self.lost.count(body)) for body, count in taken.items())

    def kept(self) -> bytes:
        """The journal, and answers that nothing was read in yet."""
        open_answers = (self.root / ".manjuc/open").glob("*")
        path = self.root / ".manjuc/journal.jsonl"
        return (path.read_bytes() if path.is_file() else b"") + b"".join(file.read_bytes() for file in open_answers)


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    it = Worker()
    yield it
    it.close()


@pytest.fixture(scope="module")
def stage(worker: Worker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    with drawn_once(), theatre() as it:
        # The first clip takes the relay real time to draw; all later ones have the same bytes.
        finished(worker, opened(it, tmp_path_factory.mktemp("first"), SPOKEN[0]), 50)
        yield it


@pytest.fixture
def full(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--sweep"))


@pytest.fixture(params=SPOKEN)
def dialect(request: pytest.FixtureRequest, full: bool) -> str:
    if not full and request.param != SPOKEN[0]:
        pytest.skip("in `make sweep`")
    return str(request.param)


def opened(stage: Theatre, folder: Path, dialect: str) -> Project:
    """A fresh project and a fresh relay."""
    shutil.rmtree(folder, ignore_errors=True)
    root = laid_out(folder / "project", SHORT, QUICK + f"relay: {{dialect: {dialect}}}\n")
    stage.models = models_of(root / SPEC)
    return Project(root, stage.url, dialect, stage.opened(paid_relay(folder / "relay")))


def finished(worker: Worker, project: Project, most: int = 4) -> bytes:
    """Build until the film is there, and decide what has to be decided; the bytes of the film."""
    for _ in range(most):
        ended = worker.build(project)
        if ended["code"] == 0:
            return (project.root / "build/mini/mini.mp4").read_bytes()
        assert ended["code"] == 6, ended["said"]
        project.decide()
    raise AssertionError("several builds and their decisions did not bring the film")


def points(effects: int, full: bool, shift: int) -> range:
    """All points, or a few of them that are spread over the build."""
    step = 1 if full else effects // IN_THE_SUITE + 1
    return range(1 + shift % step, effects + 1, step)


def test_a_build_that_is_killed_anywhere_pays_once_and_ends_in_the_same_film(
    worker: Worker, stage: Theatre, tmp_path: Path, full: bool, dialect: str
) -> None:
    clean = opened(stage, tmp_path / "clean", dialect)
    ended = worker.build(clean)
    assert ended["code"] == 0, ended["said"]
    film = (clean.root / "build/mini/mini.mp4").read_bytes()
    kills = duplicates = lost = found = 0
    for point in points(ended["effects"], full, 3):
        project = opened(stage, tmp_path / "killed", dialect)
        kills += bool(worker.build(project, kill=point).get("killed"))
        intended = {entry["body"] for entry in project.entries() if entry["t"] == "intent"}
        assert set(project.relay.account.taken()) <= intended, f"point {point}: a call was taken that nobody noted"
        assert finished(worker, project) == film, f"point {point}"
        for task in project.tasks().values():
            assert task.encode() in project.kept(), f"point {point}: the id of a job is lost"
        duplicates += project.duplicates()
        lost, found = lost + len(project.lost), found + len(project.found)
    print(
        f"\n{dialect}: {kills} kill points, {duplicates} duplicates, "
        f"{lost + found} decisions asked for ({found} --task-id, {lost} --lost)"
    )
    assert kills
    assert duplicates == 0


def test_a_disk_that_is_full_from_anywhere_on_loses_nothing_that_was_paid_for(
    worker: Worker, stage: Theatre, tmp_path: Path, full: bool, dialect: str
) -> None:
    ended = worker.build(opened(stage, tmp_path / "clean", dialect))
    film = (tmp_path / "clean/project/build/mini/mini.mp4").read_bytes()
    fulls = moved = 0
    for point in points(ended["effects"], full, 5):
        project = opened(stage, tmp_path / "full", dialect)
        ended = worker.build(project, full=point)
        fulls += ended["code"] != 0
        assert ended["code"] != 3, f"point {point}: {ended['said']}"
        moved += put_back(ended["said"])
        assert finished(worker, project) == film, f"point {point}"
        assert project.relay.account.taken().total() == 3, f"point {point}: {ended['said']}"
        assert not project.lost + project.found, f"point {point}: {ended['said']}"
    print(f"\n{dialect}: the disk full from {fulls} points on, nothing bought again, {moved} answers put back by hand")
    assert fulls


# Bytes beyond which no file may grow: the journal's first lines, all of them, the answers, the picture, the clip.
ROOMS = (600, 2_000, 5_000, 20_000, 60_000)


def test_files_that_may_not_grow_lose_nothing_that_was_paid_for(
    worker: Worker, stage: Theatre, tmp_path: Path, full: bool, dialect: str
) -> None:
    """A real limit of the system's, in the place of a disk that says that it is full."""
    film = finished(worker, opened(stage, tmp_path / "clean", dialect))
    paid, kept = set[int](), list[bool]()
    for room in ROOMS:
        project = opened(stage, tmp_path / "small", dialect)
        ended = worker.build(project, room=room)
        assert ended["code"] in (4, 6), f"{room}: {ended['said']}"
        assert "cannot" in " ".join(ended["said"]), f"{room}: {ended['said']}"
        paid.add(project.relay.account.taken().total())
        kept += [Path(place).is_file() for text in ended["said"] for place in KEPT.findall(text)]
        put_back(ended["said"])
        assert finished(worker, project) == film, f"{room}"
        assert project.relay.account.taken().total() == 3, f"{room}: {ended['said']}"
        assert not project.lost + project.found, f"{room}: {ended['said']}"
    print(f"\n{dialect}: files of {', '.join(map(str, ROOMS))} bytes at most, after {sorted(paid)} calls were taken")
    assert max(paid) > 0, "something was paid for before the room was gone"
    assert kept, "an answer that the journal has no room for is told of"
    assert all(kept)


def put_back(said: list[str]) -> int:
    """Do what the messages say about answers that were kept elsewhere."""
    moves = [found for text in said for found in MOVE.findall(text)]
    for source, target in moves:
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(source, target)
    return len(moves)


@pytest.mark.parametrize(
    "link",
    [
        "https://cdn.invalid/x.png?sign=secret",
        "HTTPS:\\/\\/cdn.invalid\\/x.png?e=1\\u0026sign=secret",
        "/x.png?sign=secret",
        "https://name:secret@cdn.invalid/x.png",
    ],
)
def test_an_answer_for_which_there_is_no_room_anywhere_is_shown_without_its_signature(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, link: str
) -> None:
    store = Store(tmp_path / "store")
    (tmp_path / "store").write_text("a file where the folder should be", encoding="utf-8")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(StoreBroken, match=r"begins so: .*job-17") as caught:
        store.lay_answer(Digest("a" * 64), 1, f'{{"id": "job-17", "url": "{link}"}}'.encode())
    assert "secret" not in str(caught.value)
