"""manjuc.yaml: what it names has to be there, and a model that is not whole is told before anything is packed."""

from __future__ import annotations

from pathlib import Path

import pytest
from serving import manjuc

from manjuc import frontend, project

DRAMA = "manju: 1\ntheme: 雨夜\nscenes: {a: {}}\nformat: {seconds: 10}\nmodels: {video: my-video}\nshots:\n"
DRAMA += "".join(f"  - {{id: s{number}, seconds: 5, action: 门开了, scene: a}}\n" for number in (1, 2))

OURS = "{kind: video, price: {call: 1}, durations: [5]}"


def laid_out(folder: Path, facts: str, spec: str = DRAMA) -> Path:
    (folder / "drama.yaml").write_text(spec, encoding="utf-8")
    (folder / "manjuc.yaml").write_text(facts, encoding="utf-8")
    return folder


def told(folder: Path, facts: str, spec: str = DRAMA) -> list[tuple[str, str]]:
    found = frontend.check(project.find(str(laid_out(folder, facts, spec) / "drama.yaml")))
    return [(each.code, each.primary.span.source.path) for each in found if each.severity != "hint"]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ("models: {my-video: {kind: video}}", "no length is known of the clips of the video model `my-video`"),
        ("models: {my-video: {kind: video, like: grok-vidoe-3}}", "did you mean `grok-video-3`?"),
        ("models: {my-video: {kind: video, like: my-video}}", "the model `my-video` is said to be like itself"),
    ],
)
@pytest.mark.parametrize("command", [("check",), ("plan",), ("build", "--preview")])
def test_a_model_that_is_not_whole_is_an_error_of_the_spec_in_every_command(
    tmp_path: Path, command: tuple[str, ...], facts: str, words: str
) -> None:
    ran = manjuc(*command, "drama.yaml", cwd=laid_out(tmp_path, facts))
    assert (ran.code, words in ran.err, "a bug in manjuc" in ran.err) == (1, True, False)


def test_of_a_model_like_none_only_the_name_is_told(tmp_path: Path) -> None:
    facts = "relay: {dialect: new-api}\nmodels: {my-video: {kind: video, like: grok-vidoe-3}}\n"
    assert told(tmp_path, facts) == [("MJ0204", "manjuc.yaml"), ("MJ0303", "manjuc.yaml")]


@pytest.mark.parametrize("command", [("check",), ("plan",), ("build", "--preview")])
def test_a_dialect_that_the_environment_misspells_is_told_by_every_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("MANJUC_DIALECT", "new-api")
    root = laid_out(tmp_path, "models: {my-video: {kind: video, price: {call: 1}, durations: [5]}}")
    ran = manjuc(*command, "drama.yaml", cwd=root)
    assert (ran.code, "there is no dialect `new-api`" in ran.err) == (2, True)


def test_a_model_with_lengths_alone_is_enough_for_a_film(tmp_path: Path) -> None:
    assert told(tmp_path, "models: {my-video: {kind: video, price: {call: 1}, durations: [5]}}") == []
    ran = manjuc("plan", "drama.yaml", cwd=tmp_path)
    assert (ran.code, ran.out.count("/clip ")) == (0, 2)


def test_models_are_looked_at_though_no_spec_takes_them(tmp_path: Path) -> None:
    facts = f"models: {{my-video: {OURS}, a: {{like: b}}, b: {{like: c}}, c: {{like: gone}}}}\n"
    laid_out(tmp_path, facts)
    ran = manjuc("check", "--format", "short", "manjuc.yaml", cwd=tmp_path)
    assert (ran.code, ran.out) == (1, "manjuc.yaml:1:107: error[MJ0303]: unknown model `gone`\n")


def test_a_circle_is_told_once_whoever_leads_into_it(tmp_path: Path) -> None:
    facts = f"models: {{my-video: {OURS}, a: {{like: b}}, b: {{like: c}}, c: {{like: b}}}}\n"
    assert told(tmp_path, facts) == [("MJ0320", "manjuc.yaml")]


def test_a_projects_own_template_may_be_a_models_prompt(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "clip.mine.j2").write_text("{% for shot in shots %}{{ shot.action }}{% endfor %}")
    assert told(tmp_path, "models: {my-video: {kind: video, price: {call: 1}, durations: [5], prompt: mine}}") == []
    assert (
        told(tmp_path, "models: {my-video: {kind: video, price: {call: 1}, durations: [5], prompt: mien}}")[0][0]
        == "MJ0204"
    )


def test_a_key_of_a_relay_is_shown_to_nobody(tmp_path: Path) -> None:
    facts = "relay: {base_url: https://api.whatai.cc, api_key: sk-0123456789}\n"
    for form in ("text", "short", "json", "github"):
        ran = manjuc("check", "--format", form, "drama.yaml", cwd=laid_out(tmp_path, facts))
        assert ran.code == 1
        assert "api_key" in ran.out + ran.err
        assert "sk-0123456789" not in ran.out + ran.err
