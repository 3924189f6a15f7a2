"""What an author decides beforehand: review gates, and the ladder of simpler calls after a failure."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from serving import (
    CLIP,
    CLIPS,
    KEY,
    MINI,
    PICTURES,
    SCENE,
    SPEC,
    App,
    Served,
    answer,
    build,
    laid_out,
    manjuc,
    run,
    steps,
)
from support import Workbench

from manjuc.failures import told
from manjuc.project import catalogue_sources
from manjuc.source import load
from manjuc.steps import Declined, Failed, Miss, Reason
from manjuc.words import say

SENSITIVE = '{"error": {"message": "违反了OpenAI的相关服务政策"}}'.encode()
REFUSED = answer(400, SENSITIVE)
PAGE = b'{"data": [{"b64_json": "PGh0bWw+NTAyPC9odG1sPg=="}]}'


def project(folder: Path, more: str) -> Path:
    """A project with a scene that a relay may refuse, and with what its author decides beforehand."""
    return laid_out(folder, MINI.replace("tone: 蓝紫", "tone: 蓝紫, light: 血泊反光, props: [旗, 灯, 刀]") + more)


def test_without_a_ladder_refused_content_stays_refused(tmp_path: Path, relay: Served) -> None:
    root = project(tmp_path, "")
    relay.once("POST", PICTURES, REFUSED)
    assert build(root, relay, *SCENE).code == 4
    assert build(root, relay, *SCENE).code == 4
    assert relay.posts(PICTURES) == 0


def test_each_rung_is_a_call_of_its_own_and_stands_in_plan_and_journal(tmp_path: Path, relay: Served) -> None:
    root = project(tmp_path, "on_failure: [soften, shorten]\n")
    first = steps(root, relay)["scenes/corridor/scene"]
    relay.once("POST", PICTURES, REFUSED)
    relay.once("POST", PICTURES, answer(401, b"{}"))
    assert build(root, relay, *SCENE).code == 4
    second = steps(root, relay)["scenes/corridor/scene"]
    assert second["key"] != first["key"]
    assert "血泊" in str(first["prompt"])
    assert "血泊" not in str(second["prompt"])
    assert "短棍" in str(second["prompt"])
    relay.once("POST", PICTURES, REFUSED)
    ran = build(root, relay, *SCENE)
    assert ran.code == 0, ran.err
    third = steps(root, relay)["scenes/corridor/scene"]
    assert third["verdict"] == "hit"
    assert "蓝紫" not in str(third["prompt"])
    assert "短棍" not in str(third["prompt"]), "rungs add up: the third prop is left out as well"
    told = run(root, relay, "show", SPEC, "scenes/corridor/scene").out
    assert told.count("refused (moderation)") == 2
    assert relay.posts(PICTURES) == 1


@pytest.mark.parametrize("content", ["", None])
def test_a_picture_that_a_filter_took_is_asked_for_in_milder_words(
    tmp_path: Path, relay: Served, content: str | None
) -> None:
    root = project(tmp_path, "on_failure: {moderation: [soften]}\n")
    talk = {"choices": [{"message": {"content": content}, "finish_reason": "SAFETY"}]}
    relay.once("POST", PICTURES, answer(200, json.dumps(talk).encode()))
    ran = build(root, relay, *SCENE)
    assert ran.code == 0, ran.err
    assert "短棍" in str(steps(root, relay)["scenes/corridor/scene"]["prompt"])
    assert relay.posts(PICTURES) == 1


def test_a_plan_names_and_prices_the_rung_that_comes_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANJUC_API_KEY", KEY)
    bench = Workbench(project(tmp_path, "on_failure: {moderation: [soften]}\n") / SPEC)
    (plate,) = (step for step in bench.plan().steps if step.action.stage == "scene")
    assert plate.key
    bench.ledger.failed[plate.key] = Declined("moderation", "no")
    (plate,) = (step for step in bench.plan().steps if step.action.stage == "scene")
    assert plate.verdict == Miss(Reason("revised", say("rung `{}`, after a failure", "soften")))
    assert plate.cost
    assert plate.cost.most == Decimal("0.2")
    assert plate.key
    bench.ledger.failed[plate.key] = Declined("moderation", "still no")
    (plate,) = (step for step in bench.plan().steps if step.action.stage == "scene")
    assert isinstance(plate.verdict, Failed)
    assert plate.verdict.detail == told("moderation", "still no")
    assert str(plate.verdict.detail).startswith("the content was refused; ")
    assert str(plate.verdict.detail).endswith(" (the relay says: still no)")


HD = 'models: {sora-2-pro: {durations: [2], hd_durations: [2], price: {durations: {"2": 2.5}}}}\n'


def test_without_hd_the_same_clip_is_asked_for_in_the_same_words(tmp_path: Path, relay: Served) -> None:
    spec = MINI.replace("video: sora-2", "video: sora-2-pro").replace("seconds: 2}", "seconds: 2, hd: true}")
    root = laid_out(tmp_path, f"{spec}on_failure: {{moderation: [no_hd]}}\n", HD)
    bodies: list[dict[str, object]] = []

    def noted(status: int, body: bytes) -> App:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            async def told() -> Any:
                bodies.append(json.loads((message := await receive())["body"]))
                return message

            await answer(status, body)(scope, told, send)

        return app

    relay.once("POST", CLIPS, noted(400, SENSITIVE))
    relay.once("POST", CLIPS, noted(401, b"{}"))
    assert build(root, relay, *CLIP).code == 4
    hd, plain = bodies
    assert (hd["hd"], plain["hd"]) == (True, False)
    assert hd | {"hd": False} == plain, "nothing else is another"
    clip = steps(root, relay)["mini/s01/clip"]
    assert (clip["verdict"], clip["prompt"], clip["cost"]["max"]) == ("miss", plain["prompt"], "2.5")
    relay.once("POST", CLIPS, noted(400, SENSITIVE))
    assert build(root, relay, *CLIP).code == 4
    assert bodies[2] == plain
    assert steps(root, relay)["mini/s01/clip"]["verdict"] == "failed", "there is no rung below it"


def test_moderation_and_technical_failures_have_ladders_of_their_own(tmp_path: Path, relay: Served) -> None:
    root = project(tmp_path, "on_failure: {technical: [shorten]}\n")
    relay.once("POST", PICTURES, REFUSED)
    assert build(root, relay, *SCENE).code == 4, "no rung is declared for refused content"
    assert run(root, relay, "resolve", SPEC, "scenes/corridor/scene", "--lost").code == 0
    relay.once("POST", PICTURES, answer(200, PAGE))
    ran = build(root, relay, *SCENE)
    assert ran.code == 0, ran.err
    assert "蓝紫" not in str(steps(root, relay)["scenes/corridor/scene"]["prompt"])


def test_a_wrong_key_is_no_reason_to_ask_for_less(tmp_path: Path, relay: Served) -> None:
    root = project(tmp_path, "on_failure: [soften, shorten]\n")
    relay.once("POST", PICTURES, answer(401, b'{"error": {"message": "bad token"}}'))
    assert build(root, relay, *SCENE).code == 4
    assert "血泊" in str(steps(root, relay)["scenes/corridor/scene"]["prompt"])


def test_an_unknown_rung_is_found_at_its_place(tmp_path: Path) -> None:
    root = project(tmp_path, "on_failure: [shorten, pray]\n")
    ran = manjuc("check", "--format", "short", SPEC, cwd=root)
    assert ran.code == 1
    assert "pray" in ran.out
    assert len(ran.out.splitlines()) == 1 + ran.out.count("warning")


def test_a_gate_holds_what_stands_beyond_it_until_a_person_has_accepted(tmp_path: Path, relay: Served) -> None:
    root = project(tmp_path, "review: [three_views, contact_sheet]\n")
    assert build(root, relay, "--yes", "--until", "script").code == 0
    sheet = "characters/linche/three_views"
    gate = steps(root, relay)["mini/s01/contact_sheet"]["reason"]
    assert gate == {"code": "waits", "detail": f"for {sheet}, scenes/corridor/scene; then for the review of {sheet}"}
    shown = run(root, relay, "plan", SPEC).out
    assert f"waits for the review of {sheet}, mini/s01/contact_sheet" in shown, "a gate stands in the plan beforehand"
    first = build(root, relay, "--yes")
    assert first.code == 6
    assert "manjuc accept SPEC characters/linche/three_views" in first.err
    assert "contact_sheet: on hold: it waits for a review" in first.err
    assert "FAILED" not in first.err
    assert re.search(r"2 made, 1 reused, 0 failed, 2 on hold; ¥", first.err)
    assert relay.posts(PICTURES) == 2, "sheet and plate do not wait for each other"
    held = steps(root, relay)["mini/s01/clip"]
    assert held["verdict"] == "wait"
    assert held["reason"] == {
        "code": "review",
        "detail": "of characters/linche/three_views, mini/s01/contact_sheet",
    }
    early = run(root, relay, "accept", SPEC, "contact_sheet")
    assert early.code == 2
    assert "no result yet" in early.err
    assert run(root, relay, "accept", SPEC, "three_views").code == 0
    assert build(root, relay, "--yes").code == 6
    assert relay.posts(PICTURES) == 3
    assert relay.posts("/v2/videos") == 0
    assert run(root, relay, "accept", SPEC, "mini/s01/contact_sheet").code == 0
    last = build(root, relay, "--yes")
    assert last.code == 0, last.err
    assert (root / "specs/mini.lock").read_text(encoding="utf-8").count("reviewed: true") == 2
    assert build(root, relay).code == 0


def test_what_is_not_there_is_not_accepted_and_neither_is_what_was_named_beside_it(
    tmp_path: Path, relay: Served
) -> None:
    root = project(tmp_path, "review: [three_views]\n")
    assert build(root, relay, *SCENE).code == 0
    ran = run(root, relay, "accept", SPEC, "scene", "three_views")
    assert ran.code == 2
    assert "characters/linche/three_views has no result yet that could be accepted; nothing was accepted" in ran.err
    assert "reviewed" not in (root / "specs/mini.lock").read_text(encoding="utf-8")
    for name, said in (("three_view", "did you mean `three_views`?"), ("foo", "`manjuc plan SPEC` shows those")):
        ran = run(root, relay, "accept", SPEC, name)
        assert ran.code == 2
        assert f"there is no action or stage `{name}` to accept; {said}" in ran.err


def test_a_result_that_is_made_anew_has_to_be_accepted_anew(tmp_path: Path, relay: Served) -> None:
    root = project(tmp_path, "review: [three_views]\n")
    build(root, relay, "--yes", "--until", "scene")
    run(root, relay, "accept", SPEC, "three_views")
    spec = (root / SPEC).read_text(encoding="utf-8")
    (root / SPEC).write_text(spec.replace("银灰短发", "墨绿短发"), encoding="utf-8")
    build(root, relay, "--yes", "--until", "scene")
    assert steps(root, relay)["mini/s01/clip"]["reason"]["code"] == "review"


@pytest.mark.long
def test_a_preview_waits_for_no_review(tmp_path: Path) -> None:
    root = project(tmp_path, "review: [three_views, contact_sheet]\n")
    ran = manjuc("build", SPEC, cwd=root)
    assert ran.code == 0, ran.err


def test_milder_words_are_never_themselves_refused() -> None:
    (file,) = (source for source in catalogue_sources() if source.path == "milder.yaml")
    document, _ = load(file)
    assert document
    words = document.data["milder"]
    assert not [(word, milder) for word, milder in words.items() if any(bad in milder for bad in words)]
