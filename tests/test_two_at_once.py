"""Two builds of one project, and two actions with one call: nobody is in the other's way, nothing is paid twice."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import (
    KEY,
    MINI,
    PICTURES,
    QUICK,
    SCENE,
    SPEC,
    Gate,
    Served,
    answer,
    hang_up,
    held_build,
    read_until,
    run,
    started,
    steps,
)

from manjuc.errors import StoreHeld
from manjuc.store import Store

VIEWS = ("--only", "characters/linche/three_views", "--until", "three_views", "--yes")
HELD = (
    r"another manjuc is at work in \S+: `manjuc build specs/mini.yaml .*` \(process (\d+) on .+, since [\d-]+ [\d:]+\)"
)


@contextlib.contextmanager
def at_work(root: Path, relay: Served) -> Iterator[tuple[subprocess.Popen[str], Gate]]:
    """A build that holds the project's lock until its gate is opened."""
    gate = relay.hold("POST", PICTURES)
    with held_build(root, relay, gate, *SCENE) as process:
        yield process, gate


def views(root: Path, relay: Served) -> contextlib.AbstractContextManager[subprocess.Popen[str]]:
    """Another build of the same project, for a picture of its own."""
    return started("build", SPEC, *VIEWS, cwd=root, key=KEY, url=relay.url)


def test_a_second_build_says_who_is_at_work_and_since_when_and_goes_on_after_it(root: Path, relay: Served) -> None:
    with at_work(root, relay) as (first, gate), views(root, relay) as second:
        said = read_until(second, "waiting for it to end")
        found = re.search(HELD, said)
        assert found, said
        assert int(found[1]) == first.pid
        gate.open()
        _, err = first.communicate(timeout=60)
        assert first.returncode == 0, err
        _, err = second.communicate(timeout=60)
        assert second.returncode == 0, err
    assert relay.posts(PICTURES) == 2
    lock = (root / "specs/mini.lock").read_text(encoding="utf-8")
    assert '"scenes/corridor/scene":' in lock, "what the first one wrote is not lost"
    assert '"characters/linche/three_views":' in lock
    assert not (root / ".manjuc/writer.json").exists()


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT for one process there")
@pytest.mark.long
def test_ctrl_c_ends_the_waiting_and_disturbs_nobody(root: Path, relay: Served) -> None:
    with at_work(root, relay) as (first, gate), views(root, relay) as second:
        read_until(second, "waiting for it to end")
        second.send_signal(signal.SIGINT)
        _, err = second.communicate(timeout=30)
        assert second.returncode == 130
        assert "Traceback" not in err
        gate.open()
        _, err = first.communicate(timeout=60)
        assert first.returncode == 0, err
    assert relay.posts(PICTURES) == 1


def test_no_wait_ends_at_once_while_plan_show_check_and_costs_go_ahead(root: Path, relay: Served) -> None:
    with at_work(root, relay) as (first, _):
        refused = run(root, relay, "build", SPEC, "--no-wait", *SCENE)
        assert refused.code == 6
        assert re.search(HELD, refused.err), refused.err
        assert run(root, relay, "check", SPEC).code == 0
        assert len(steps(root, relay)) == 3
        shown = run(root, relay, "show", SPEC, "scenes/corridor/scene")
        assert shown.code == 0, shown.err
        spent = run(root, relay, "costs", "--format", "json")
        assert spent.code == 0, spent.err
        assert json.loads(spent.out)["totals"][0]["calls"] == 1, "the one that is on its way"
        assert first.poll() is None, "the first one was still at work"


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL there")
def test_what_a_killed_build_left_behind_stands_in_nobodys_way(root: Path, relay: Served) -> None:
    with at_work(root, relay) as (first, _):
        first.send_signal(signal.SIGKILL)
        first.wait()
        assert (root / ".manjuc/writer.json").exists()
        assert run(root, relay, "build", SPEC, "--no-wait", *VIEWS).code == 0


def test_a_note_that_nobody_can_read_is_no_reason_to_fail(tmp_path: Path) -> None:
    folder = tmp_path / ".manjuc"
    with Store(folder).writing():
        for content in (b"", b"[]", b'{"since": 3}', b"\xff"):
            (folder / "writer.json").write_bytes(content)
            with pytest.raises(StoreHeld, match=r"another manjuc is at work in \S+; try"), Store(folder).writing():
                pass


def test_the_note_holds_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["/usr/bin/manjuc", "build", KEY, "http://me:pw@host/x"])
    with Store(tmp_path / ".manjuc").writing():
        note = (tmp_path / ".manjuc/writer.json").read_text(encoding="utf-8")
    assert json.loads(note)["command"] == "manjuc build *** http://***@host/x"


def test_two_actions_with_the_same_call_run_once(root: Path, relay: Served) -> None:
    one = "{name: 走廊, tone: 蓝紫}"
    (root / SPEC).write_text(MINI.replace(f"corridor: {one}", f"a: {one}\n  b: {one}"), encoding="utf-8")
    both = ("--only", "scenes/a/scene", "--only", "scenes/b/scene", "--until", "scene", "--yes")
    ran = run(root, relay, "build", SPEC, *both)
    assert ran.code == 0, ran.err
    assert relay.posts(PICTURES) == 1
    first, second = (steps(root, relay)[f"scenes/{id}/scene"] for id in "ab")
    assert first["key"] == second["key"]
    assert first["verdict"] == second["verdict"] == "hit"


def alike(root: Path, a: str, b: str, more: str, facts: str = QUICK) -> tuple[str, ...]:
    """A drama with two plates, and the words that build them."""
    one = "{name: 走廊, tone: 蓝紫}"
    spec = MINI.replace(f"corridor: {one}", f"a: {a}\n  b: {b}")
    (root / SPEC).write_text(spec + more, encoding="utf-8")
    (root / "manjuc.yaml").write_text(facts, encoding="utf-8")
    return ("--only", "scenes/a/scene", "--only", "scenes/b/scene", "--until", "scene", "--yes")


def test_who_waits_for_the_same_call_holds_no_slot_that_its_next_rung_needs(root: Path, relay: Served) -> None:
    one = "{name: 走廊, tone: 蓝紫}"
    both = alike(root, one, one, "on_failure: {technical: [shorten]}\n", QUICK + "limits: {image: 1}\n")
    relay.once("POST", PICTURES, answer(200, b'{"data": [{"b64_json": "bm8gcGljdHVyZQ=="}]}'))
    with started("build", SPEC, *both, cwd=root, key=KEY, url=relay.url) as process:
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
    assert relay.posts(PICTURES) == 1


def test_who_waits_for_the_same_call_is_in_nobodys_way(root: Path, relay: Served) -> None:
    one = "{name: 走廊, tone: 蓝紫}"
    others = {f"other{n}": f"{{name: 教室{n}, tone: 蓝紫}}" for n in range(3)}
    places = {**{f"a{n}": one for n in range(5)}, **others}
    listed = "\n  ".join(f"{id}: {place}" for id, place in places.items())
    (root / SPEC).write_text(MINI.replace(f"corridor: {one}", listed).replace("max: 3", "max: 9"), encoding="utf-8")
    (root / "manjuc.yaml").write_text(QUICK + "limits: {image: 2}\n", encoding="utf-8")
    gate = relay.hold("POST", PICTURES, about="走廊")
    only = [word for id in places for word in ("--only", f"scenes/{id}/scene")]
    with held_build(root, relay, gate, *only, "--until", "scene", "--yes") as process:
        said = read_until(process, "scenes/other2/scene: done in")
        assert not re.search(r"scenes/a\d/scene: done", said), "all of these wait at the gate"
        gate.open()
        _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert relay.posts(PICTURES) == 1 + len(others)


@pytest.mark.parametrize("facts", [QUICK, QUICK + "limits: {per_minute: 120}\n"])
def test_two_calls_that_a_rung_makes_one_of_are_paid_once(root: Path, relay: Served, facts: str) -> None:
    shorten = "on_failure: {moderation: [shorten]}\n"
    both = alike(root, "{name: 走廊, tone: 蓝紫}", "{name: 走廊, tone: 暖黄}", shorten, facts)
    for tone in ("蓝紫", "暖黄"):  # the rung leaves it out, and may be asked for before the other one has come
        no = answer(400, b'{"error": {"message": "content_policy_violation"}}')
        relay.once("POST", PICTURES, no, about=tone)
    ran = run(root, relay, "build", SPEC, *both)
    assert ran.code == 0, ran.err
    assert relay.posts(PICTURES) == 1
    assert {steps(root, relay)[f"scenes/{id}/scene"]["verdict"] for id in "ab"} == {"hit"}


def test_a_job_that_failed_is_not_bought_again_for_another_action_of_the_same_build(root: Path, relay: Served) -> None:
    one = "{name: 走廊, tone: 蓝紫}"
    pace = "nano-banana-2: {pace: {first: 0.05, then: 0.05, most: 0.1, deadline: 60}}"
    both = alike(root, one, one, "", QUICK.replace("models:", f"relay: {{dialect: newapi}}\nmodels:\n  {pace}"))
    relay.once("POST", "/v1/image/generations", answer(200, b'{"task_id": "t1"}'))
    relay.once("GET", "/v1/image/generations/t1", answer(200, b'{"status": "FAILURE", "fail_reason": "timeout"}'))
    ran = run(root, relay, "build", SPEC, *both)
    assert ran.code == 4, ran.err
    assert ran.err.count("FAILED") == ran.err.count("timeout") == 2
    assert relay.posts() == 0, "the one that failed was not the relay's own"


def test_what_ends_a_call_is_told_to_all_who_share_it_and_tried_once(root: Path, relay: Served) -> None:
    one = "{name: 走廊, tone: 蓝紫}"
    both = alike(root, one, one, "")
    (root / ".manjuc").mkdir()
    (root / ".manjuc/open").write_text("", encoding="utf-8")  # where the answer would be kept
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(root))
        ran = run(root, relay, "build", SPEC, *both)
    assert ran.code == 4, ran.err
    assert len(re.findall(r"FAILED: cannot write .* the relay's answer, which is paid for, is in", ran.err)) == 2
    assert "nobody knows whether this call was taken" not in ran.err
    assert re.search(r"0 made, 0 reused, 2 failed; ¥0\.2", ran.err), "an answer that came is counted"
    assert relay.posts(PICTURES) == 1


def test_a_call_that_several_actions_share_is_told_and_given_up_by_each_of_them(root: Path, relay: Served) -> None:
    one = "{name: 走廊, tone: 蓝紫}"
    both = alike(root, one, one, "")
    relay.once("POST", PICTURES, hang_up())
    assert run(root, relay, "build", SPEC, *both).code == 6
    first, second = (run(root, relay, "show", SPEC, f"scenes/{id}/scene").out for id in "ab")
    (told,) = re.findall(r"\S+ attempt 1: uncertain: .*", first)
    assert told in second
    assert run(root, relay, "resolve", SPEC, "scenes/b/scene", "--lost").code == 0
    again = run(root, relay, "resolve", SPEC, "scenes/a/scene", "--lost")
    assert again.code == 2
    assert "the call of `scenes/a/scene` was given up already: the next build may submit it once more" in again.err


def test_an_earlier_call_is_named_to_whoever_shared_it_with_the_one_that_sent_it(root: Path, relay: Served) -> None:
    one = "{name: 走廊, tone: 蓝紫}"
    both = alike(root, one, one, "")
    relay.once("POST", PICTURES, hang_up())
    assert run(root, relay, "build", SPEC, *both).code == 6
    (root / SPEC).write_text((root / SPEC).read_text(encoding="utf-8").replace("走廊", "长廊"), encoding="utf-8")
    word = ("resolve", SPEC, "scenes/b/scene", "--lost")
    named = run(root, relay, *word)
    assert named.code == 2
    found = re.search(r"calls that other actions of its stage sent are: name one by --key (\w+) \((\S+)\)", named.err)
    assert found
    assert found[2] == "scenes/a/scene"
    assert run(root, relay, *word, "--charged", "--key", found[1]).code == 0
    (total,) = json.loads(run(root, relay, "costs", "--format", "json").out)["totals"]
    assert (total["failed"], total["charged"]) == (1, "0.2")
    assert "--key" not in run(root, relay, "resolve", SPEC, "scenes/a/scene", "--lost").err
