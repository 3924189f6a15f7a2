"""Ctrl-C, once and twice, over real sockets: what is on its way is kept, what is paid for is gone on with."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import KEY, MINI, QUICK, Gate, Ran, Served, manjuc, served, start

CLIP = ("--only", "mini/s01/clip", "--yes")
SCENE = ("--only", "scenes/corridor/scene", "--until", "scene", "--yes")
SHEETS = ("--until", "contact_sheet", "--yes")
CLIPS = "/v2/videos/generations"
PICTURES = "/v1/images/generations"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no SIGINT for one process there")


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "relay", paid=True) as it:
        yield it


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "mini.yaml").write_text(MINI, encoding="utf-8")
    (tmp_path / "manjuc.yaml").write_text(QUICK, encoding="utf-8")
    return tmp_path


def build(root: Path, relay: Served, *more: str) -> Ran:
    return manjuc("build", "mini.yaml", *more, cwd=root, key=KEY, url=relay.url)


def verdict(root: Path, relay: Served, id: str) -> str:
    shown = json.loads(manjuc("plan", "--format", "json", "mini.yaml", cwd=root, key=KEY, url=relay.url).out)
    return str({step["id"]: step["verdict"] for step in shown["steps"]}[id])


@contextlib.contextmanager
def held_build(root: Path, relay: Served, gate: Gate, *more: str) -> Iterator[subprocess.Popen[str]]:
    """A build in a process of its own, at the moment when its request has come to the gate."""
    process = start("build", "mini.yaml", *more, cwd=root, key=KEY, url=relay.url)
    try:
        assert gate.reached.wait(60)
        yield process
    finally:
        gate.open()
        process.kill()
        process.communicate()


def read_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stderr
    said = ""
    while words not in said and (line := process.stderr.readline()):
        said += line
    assert words in said
    return said


def test_ctrl_c_while_a_job_is_polled_leaves_it_running_and_the_next_build_fetches_it(
    root: Path, relay: Served
) -> None:
    gate = Gate(relay.app)
    relay.once("GET", f"{CLIPS}/", gate)
    with held_build(root, relay, gate, *CLIP) as process:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert out == ""
    assert "stopping: nothing more is submitted" in err
    assert "waiting for the answer" not in err, "a poll is nothing to wait for"
    assert "the same command goes on from here" in err
    assert "Traceback" not in err
    assert verdict(root, relay, "mini/s01/clip") == "resume"
    ran = build(root, relay, *CLIP[:2])
    assert ran.code == 0, ran.err
    assert relay.posts(CLIPS) == 1


def test_ctrl_c_while_a_picture_is_made_waits_for_it_and_keeps_it(root: Path, relay: Served) -> None:
    gate = Gate(relay.app)
    relay.once("POST", PICTURES, gate)
    with held_build(root, relay, gate, *SCENE) as process:
        process.send_signal(signal.SIGINT)
        said = read_until(process, "waiting for the answer to scenes/corridor/scene, which is on its way")
        assert "Ctrl-C again leaves at once, and then nobody knows whether it was taken" in said
        gate.open()
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert verdict(root, relay, "scenes/corridor/scene") in ("resume", "hit")
    ran = build(root, relay, *SCENE[:-1])
    assert ran.code == 0, ran.err
    assert relay.posts(PICTURES) == 1


def test_ctrl_c_twice_leaves_at_once_and_says_what_is_uncertain(root: Path, relay: Served) -> None:
    gate = Gate(relay.app)
    relay.once("POST", PICTURES, gate)
    with held_build(root, relay, gate, *SCENE) as process:
        process.send_signal(signal.SIGINT)
        read_until(process, "waiting for the answer")
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        _, err = process.communicate(timeout=30)
        assert time.monotonic() - began < 10
    assert process.returncode == 130
    assert "left before scenes/corridor/scene was answered" in err
    assert "Traceback" not in err
    assert verdict(root, relay, "scenes/corridor/scene") == "uncertain"
    again = build(root, relay, *SCENE)
    assert again.code == 6
    assert "manjuc was made to leave before an answer came" in again.err
    manjuc("resolve", "mini.yaml", "scenes/corridor/scene", "--lost", cwd=root, key=KEY, url=relay.url)
    assert build(root, relay, *SCENE).code == 0


@pytest.mark.long
def test_nothing_is_submitted_after_ctrl_c(root: Path, relay: Served) -> None:
    gate = Gate(relay.app)
    relay.once("POST", "/v1/chat", gate)
    with held_build(root, relay, gate, *SHEETS) as process:
        process.send_signal(signal.SIGINT)
        read_until(process, "waiting for the answer to mini/script")
        gate.open()
        process.communicate(timeout=30)
    assert process.returncode == 130
    assert verdict(root, relay, "mini/script") == "resume", "its answer is kept, and nothing was begun after it"
    assert build(root, relay, *SHEETS).code == 0
    assert relay.posts() == 4, "each call was sent once, before or after"


@pytest.mark.long
def test_ctrl_c_in_a_preview_speaks_of_no_uncertain_call(root: Path, tmp_path: Path) -> None:
    with served(tmp_path / "free", paid=False) as relay:
        gate = Gate(relay.app)
        relay.once("POST", PICTURES, gate)
        process = start("build", "--preview", "mini.yaml", cwd=root, url=relay.url)
        try:
            assert gate.reached.wait(60)
            process.send_signal(signal.SIGINT)
            read_until(process, "waiting for the answer")
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=30)
        finally:
            gate.open()
            process.kill()
            process.communicate()
    assert process.returncode == 130
    assert "left before" not in err
    assert manjuc("build", "mini.yaml", "--until", "scene", cwd=root).code == 0
