"""Ctrl-C, once and twice, over real sockets: what is on its way is kept, what is paid for is gone on with."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import tomllib
from pathlib import Path

import pytest
from serving import (
    CLIP,
    CLIPS,
    KEY,
    PICTURES,
    SCENE,
    SPEC,
    Served,
    build,
    held_build,
    manjuc,
    read_until,
    run,
    served,
    verdicts,
)

from manjuc import compiler, frontend, project
from manjuc.budget import Budget
from manjuc.relay import Relay
from manjuc.selection import Selection
from manjuc.syncs import Syncs

ROOT = Path(__file__).parent.parent
SHEETS = ("--until", "contact_sheet", "--yes")

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no SIGINT for one process there")


def test_ctrl_c_while_a_job_is_polled_leaves_it_running_and_the_next_build_fetches_it(
    root: Path, relay: Served
) -> None:
    gate = relay.hold("GET", f"{CLIPS}/")
    with held_build(root, relay, gate, *CLIP) as process:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert out == ""
    assert "stopping: nothing more is submitted" in err
    assert "waiting for the answer" not in err, "a poll is nothing to wait for"
    assert "the same command goes on from here" in err
    assert "Traceback" not in err
    assert verdicts(root, relay)["mini/s01/clip"] == "resume"
    ran = build(root, relay, *CLIP[:2])
    assert ran.code == 0, ran.err
    assert relay.posts(CLIPS) == 1


def test_ctrl_c_while_a_picture_is_made_waits_for_it_and_keeps_it(root: Path, relay: Served) -> None:
    gate = relay.hold("POST", PICTURES)
    with held_build(root, relay, gate, *SCENE) as process:
        process.send_signal(signal.SIGINT)
        said = read_until(process, "waiting for the answer to scenes/corridor/scene, which is on its way")
        assert "Ctrl-C again leaves at once, and then nobody knows whether it was taken" in said
        gate.open()
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert verdicts(root, relay)["scenes/corridor/scene"] in ("resume", "hit")
    ran = build(root, relay, *SCENE[:-1])
    assert ran.code == 0, ran.err
    assert relay.posts(PICTURES) == 1


def test_nobody_reading_what_is_told_loses_no_answer(root: Path, relay: Served, tmp_path: Path) -> None:
    """As in `manjuc build … 2>&1 | tee build.log`, where Ctrl-C ends tee as well."""
    gate, events = relay.hold("POST", PICTURES), tmp_path / "events"
    with held_build(root, relay, gate, *SCENE, "--events", str(events)) as process:
        assert process.stderr
        process.stderr.close()
        process.send_signal(signal.SIGINT)
        while '"awaiting"' not in events.read_text(encoding="utf-8") and process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.01)
        gate.open()
        assert process.wait(30) == 130
    assert verdicts(root, relay)["scenes/corridor/scene"] in ("resume", "hit")
    assert build(root, relay, *SCENE[:-1]).code == 0
    assert relay.posts(PICTURES) == 1


def test_ctrl_c_twice_leaves_at_once_and_says_what_is_uncertain(root: Path, relay: Served) -> None:
    gate = relay.hold("POST", PICTURES)
    with held_build(root, relay, gate, *SCENE) as process:
        process.send_signal(signal.SIGINT)
        read_until(process, "waiting for the answer")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "left before scenes/corridor/scene was answered" in err
    assert "Traceback" not in err
    assert verdicts(root, relay)["scenes/corridor/scene"] == "uncertain"
    again = build(root, relay, *SCENE)
    assert again.code == 6
    assert "manjuc was made to leave before an answer came" in again.err
    assert run(root, relay, "resolve", SPEC, "scenes/corridor/scene", "--lost").code == 0
    assert build(root, relay, *SCENE).code == 0


@pytest.mark.skipif(not hasattr(sys, "_current_frames"), reason="nobody can see where a thread is")
def test_a_call_whose_intent_is_being_synced_at_ctrl_c_is_not_sent(
    root: Path, relay: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries, real, main = root / ".manjuc/journal.jsonl", os.fsync, threading.get_ident()

    def waiting() -> bool:
        return sys._current_frames()[main].f_code is Syncs.__call__.__code__

    def fsync(handle: int) -> None:
        real(handle)
        if (
            entries.is_file()
            and b'"t":"intent"' in entries.read_bytes()
            and b'"t":"unsent"' not in entries.read_bytes()
        ):
            while waiting():
                os.sched_yield()  # until it has handed over this sync, and waits in the loop
            os.kill(os.getpid(), signal.SIGINT)
            while not waiting():
                os.sched_yield()  # until the end has come to the step that waits for this sync

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setenv("MANJUC_API_KEY", KEY)
    program = frontend.load(project.find(str(root / SPEC)), preview=False)
    only = Selection(("scenes/corridor/scene",), "scene")
    with pytest.raises(KeyboardInterrupt):
        compiler.build(program, only, lambda _: Budget(None), lambda _: Relay(relay.url, KEY), lambda _: None)
    assert relay.posts() == 0
    monkeypatch.undo()
    assert verdicts(root, relay)["scenes/corridor/scene"] == "miss"
    assert build(root, relay, *SCENE).code == 0
    assert relay.posts() == 1


@pytest.mark.long
def test_nothing_is_submitted_after_ctrl_c(root: Path, relay: Served) -> None:
    gate = relay.hold("POST", "/v1/chat")
    with held_build(root, relay, gate, *SHEETS) as process:
        process.send_signal(signal.SIGINT)
        read_until(process, "waiting for the answer to mini/script")
        gate.open()
        process.communicate(timeout=30)
    assert process.returncode == 130
    assert verdicts(root, relay)["mini/script"] == "resume", "its answer is kept, and nothing was begun after it"
    assert build(root, relay, *SHEETS).code == 0
    assert relay.posts() == 4, "each call was sent once, before or after"


@pytest.mark.long
def test_ctrl_c_in_a_preview_speaks_of_no_uncertain_call(root: Path, tmp_path: Path) -> None:
    with served(tmp_path / "free", paid=False) as relay:
        gate = relay.hold("POST", PICTURES)
        with held_build(root, relay, gate, "--preview", key="") as process:
            process.send_signal(signal.SIGINT)
            read_until(process, "waiting for the answer")
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "left before" not in err
    assert manjuc("build", SPEC, "--until", "scene", cwd=root).code == 0


PRESSED = """
import os, signal, sys

class Pressed:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ.get("PRESSED_AT"):
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Pressed())
"""
SCRIPT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]["manjuc"]
BY_MODULE = ("-m", "manjuc")
BY_SCRIPT = ("-c", "from {} import {} as main; main()".format(*SCRIPT.split(":")))  # what an installer writes


@pytest.mark.parametrize("how", [BY_MODULE, BY_SCRIPT], ids=["module", "script"])
@pytest.mark.parametrize("module", ["manjuc.cli", "click", "manjuc.budget", "httpx", "manjuc.preview.app"])
def test_ctrl_c_while_modules_are_imported_ends_without_a_word(
    tmp_path: Path, how: tuple[str, ...], module: str
) -> None:
    (tmp_path / "sitecustomize.py").write_text(PRESSED, encoding="utf-8")
    path = os.pathsep.join((str(tmp_path), str(ROOT)))
    command = [sys.executable, *how, *(["--version"] if how is BY_MODULE else [])]
    environment = {**os.environ, "PYTHONPATH": path, "PRESSED_AT": module}
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (130, "", "")


def test_what_goes_on_behind_a_shell_still_ignores_ctrl_c(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        f"{PRESSED}\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n", encoding="utf-8"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT))), "PRESSED_AT": "httpx"}
    command = [sys.executable, *BY_MODULE, "--version"]
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_ctrl_c_after_the_last_word_ends_without_another(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import atexit, signal\natexit.register(signal.raise_signal, signal.SIGINT)\n", encoding="utf-8"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT)))}
    command = [sys.executable, *BY_MODULE, "--version"]
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (130, "")
    assert ran.stdout.startswith("manjuc")
