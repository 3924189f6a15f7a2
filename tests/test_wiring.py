"""Models against the relay in use: what it would refuse is told before anything is paid for."""

from __future__ import annotations

from pathlib import Path

import front
import pytest

from manjuc import facts as facts_of
from manjuc import frontend, project
from manjuc.diagnostic import Diagnostic
from manjuc.dialects import DIALECTS
from manjuc.errors import SpecRefused

HEAD = "manju: 1\ntheme: 雨夜，一枚校徽失窃\n"
LINKS = "models: {text: gemini-3.5-flash, image: zhenzhen-image-nb-pro, video: kling-o3-pro-r2v}\n"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANJUC_API_KEY", "sk-test")


def found(folder: Path, text: str, facts: str = "", *, preview: bool = False) -> tuple[Diagnostic, ...]:
    """What these checks find in a drama that is loaded to be built."""
    (folder / "drama.yaml").write_text(HEAD + text, encoding="utf-8")
    (folder / "manjuc.yaml").write_text(facts, encoding="utf-8")
    try:
        told = frontend.load(project.find(str(folder / "drama.yaml")), preview=preview).warnings
    except SpecRefused as refused:
        told = refused.diagnostics
    return tuple(each for each in told if each.code.startswith("MJ048"))


def outline(told: tuple[Diagnostic, ...]) -> list[tuple[str, str, str]]:
    return [(each.code, each.severity, front.marked(each)) for each in told]


@pytest.mark.parametrize(
    ("dialect", "models", "strange"),
    [
        ("whatai", "{}", []),
        ("whatai", "{video: sora-2}", []),
        ("openai", "{video: sora-2, image: gpt-image-2}", []),
        ("openai", "{video: grok-video-3}", ["grok-video-3"]),
        ("whatai", "{video: kling-v3.0-std-t2v}", ["kling-v3.0-std-t2v"]),
        ("newapi", "{image: nano-banana-pro, video: kling-v3.0-std-t2v}", ["nano-banana-pro"]),
    ],
)
@pytest.mark.parametrize("preview", [False, True])
def test_a_model_is_held_against_the_dialect_in_use(
    tmp_path: Path, dialect: str, models: str, strange: list[str], preview: bool
) -> None:
    told = found(tmp_path, f"models: {models}\n", f"relay: {{dialect: {dialect}}}\n", preview=preview)
    assert outline(told) == [("MJ0480", "warning", word) for word in strange]


def test_the_environment_chooses_the_dialect_before_the_project_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MANJUC_DIALECT", "newapi")
    assert found(
        tmp_path, "models: {image: zhenzhen-image-nb-pro, video: grok-video-3}\n", "relay: {dialect: whatai}\n"
    )
    (strange,) = found(tmp_path, "models: {image: nano-banana-pro, video: grok-video-3}\n")
    assert str(strange.message) == (
        "relays that speak `newapi` are not known to take `nano-banana-pro`, `grok-video-3`"
    )
    assert [str(note) for note in strange.notes] == [
        "`nano-banana-pro` is taken by those that speak `whatai`, `openai`",
        "`grok-video-3` is taken by those that speak `whatai`",
    ]
    marked = [label.span.source.text[label.span.start : label.span.end] for label in strange.secondary]
    assert (front.marked(strange), marked) == ("nano-banana-pro", ["grok-video-3"])


def test_models_that_nobody_chose_are_told_of_together(tmp_path: Path) -> None:
    (strange,) = found(tmp_path, "", "relay: {dialect: newapi}\n")
    assert "`nano-banana-pro`, `veo3.1-fast`" in str(strange.message)
    assert strange.secondary == ()


def test_whoever_knows_better_says_so(tmp_path: Path) -> None:
    facts = "models: {kling-v3.0-std-t2v: {dialects: [whatai]}}\n"
    assert found(tmp_path, "models: {video: kling-v3.0-std-t2v}\n", facts) == ()
    facts = "checks: {MJ0480: error}\n"
    assert outline(found(tmp_path, "models: {video: kling-v3.0-std-t2v}\n", facts))[0][1] == "error"


@pytest.mark.parametrize(("preview", "severity"), [(False, "error"), (True, "warning")])
def test_pictures_that_would_be_refused_stop_only_what_is_paid_for(
    tmp_path: Path, preview: bool, severity: str
) -> None:
    told = found(tmp_path, LINKS, "relay: {dialect: newapi}\n", preview=preview)
    names = ("zhenzhen-image-nb-pro", "kling-o3-pro-r2v")
    assert outline(told) == [("MJ0481", severity, name) for name in names]


def test_a_model_that_is_sent_no_pictures_is_not_asked_how_it_takes_them(tmp_path: Path) -> None:
    facts = "relay: {dialect: newapi}\nmodels:\n  zhenzhen-image-nb-pro: {references: 0}\n"
    text = LINKS.replace("kling-o3-pro-r2v", "kling-o3-pro-t2v")
    assert found(tmp_path, text, facts) == ()
    assert found(tmp_path, LINKS, facts + "  kling-o3-pro-r2v: {references_by: json}\n") == ()


def test_every_model_of_the_relay_that_wants_links_is_known_for_it() -> None:
    models = facts_of.models(Path("/")).values()
    wanting = {model.name for model in models if model.references and model.dialects == ("newapi",)}
    assert len(wanting) > 10
    assert {model.name for model in models if model.references_by == "links"} >= wanting


SENT = "models: {image: nano-banana-pro, video: sora-2}\n"


def asked(dialect: str, facts: str) -> str:
    models = f"  nano-banana-pro: {{dialects: [], {facts}}}\n  sora-2: {{dialects: []}}\n"
    return f"relay: {{dialect: {dialect}}}\nmodels:\n{models}"


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("by", ["json", "edits", "chat"])
@pytest.mark.parametrize("preview", [False, True])
def test_a_way_for_pictures_that_a_dialect_has_not_stops_only_what_is_paid_for(
    tmp_path: Path, dialect: str, by: str, preview: bool
) -> None:
    severity = "warning" if preview else "error"
    missing = [("MJ0483", severity, "nano-banana-pro")] if (dialect, by) == ("openai", "json") else []
    assert outline(found(tmp_path, SENT, asked(dialect, f"references_by: {by}"), preview=preview)) == missing
    assert found(tmp_path, SENT, asked(dialect, f"references_by: {by}, references: 0"), preview=preview) == ()
    assert found(tmp_path, SENT, asked(dialect, "references: 3"), preview=preview) == ()


@pytest.mark.parametrize(
    ("dialect", "facts", "told"),
    [
        ("whatai", "asynchronous: true", ""),
        ("whatai", "asynchronous: true, references_by: edits", ""),
        ("whatai", "asynchronous: true, references_by: chat", "whose references go by `chat`"),
        ("whatai", "asynchronous: true, references_by: chat, references: 0", ""),
        ("newapi", "asynchronous: true", ""),
        ("newapi", "asynchronous: true, references_by: json", ""),
        ("newapi", "asynchronous: true, references_by: edits", "whose references go by `edits`"),
        ("openai", "asynchronous: true", "`openai` has no jobs for pictures"),
        ("openai", "asynchronous: true, references: 0", "`openai` has no jobs for pictures"),
        ("openai", "asynchronous: false", ""),
    ],
)
def test_pictures_that_can_be_no_jobs_are_told_of(tmp_path: Path, dialect: str, facts: str, told: str) -> None:
    warned = found(tmp_path, SENT, asked(dialect, facts))
    assert outline(warned) == ([("MJ0484", "warning", "nano-banana-pro")] if told else [])
    assert all(told in str(each.message) for each in warned)


def test_whoever_has_to_write_how_pictures_are_taken_is_offered_a_way_that_the_dialect_has(tmp_path: Path) -> None:
    for dialect, way in (("newapi", "json"), ("openai", "edits")):
        told = found(tmp_path, LINKS, f"relay: {{dialect: {dialect}}}\n")
        offers = [str(each.help) for each in told if each.code == "MJ0481"]
        assert len(offers) == 2
        assert all(f"`references_by: {way}`" in offer for offer in offers)
        facts = f"  zhenzhen-image-nb-pro: {{references_by: {way}}}\n  kling-o3-pro-r2v: {{references_by: {way}}}\n"
        told = found(tmp_path, LINKS, f"relay: {{dialect: {dialect}}}\nmodels:\n{facts}")
        assert not [each for each in told if each.severity == "error"]
