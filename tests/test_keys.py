"""Overrides in manjuc.yaml against keys: what changes a request in any dialect changes its key, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from serving import MINI
from support import RENDER, Workbench

from manjuc import catalogue, project, source
from manjuc.calls import Call, FilmCall, key_of
from manjuc.contracts import Dialect
from manjuc.dialects import DIALECTS
from manjuc.digest import Digest
from manjuc.models import Kind, Model
from manjuc.plan import survey
from manjuc.spec import Spec
from manjuc.stages import BY_NAME
from manjuc.steps import Step
from manjuc.wire import Form, Inline

SHAPES = ("1:1", "4:3", "3:4", "16:9", "9:16", "21:9")
WORDS = st.sampled_from(["720p", "1080p", "1280x720", "1792x1024"])
# Every fact of a model that a project may override, with values that its schema takes.
OVERRIDES: dict[str, st.SearchStrategy[Any]] = {
    "price": st.fixed_dictionaries({"call": st.sampled_from(["0.1", "9"])}),
    "dialects": st.lists(st.sampled_from(sorted(DIALECTS)), unique=True),
    "timeout": st.integers(1, 600),
    "pace": st.fixed_dictionaries({"first": st.integers(1, 9)}),
    "retired": st.just({"date": "2026-09-24", "note": "gone"}),
    "aspect_ratios": st.lists(st.sampled_from(SHAPES), unique=True),
    "size": st.sampled_from(["1K", "2K", "720p", "1080p"]),
    "sizes": st.dictionaries(st.sampled_from(["hd", "16:9", "16:9 hd", "9:16"]), WORDS),
    "spells_size": st.sampled_from(["words", "pixels"]),
    "spells_duration": st.sampled_from(["text", "number", "never"]),
    "spells_hd": st.booleans(),
    "references": st.integers(0, 14),
    "references_by": st.sampled_from(["json", "edits", "chat", "links"]),
    "asynchronous": st.booleans(),
    "sound": st.booleans(),
    "hd": st.booleans(),
    "durations": st.sampled_from([[2], [10, 15], [4, 8]]),
    "most_shots": st.sampled_from([0, 2, 6]),
    "prompt": st.sampled_from(["storyboard", "plain", "veo", "seedance", "kling"]),
    "resolutions": st.just(["720p", "1080p"]),
    "hd_durations": st.just([10]),
    "frames": st.integers(0, 2),
    "least_pictures": st.integers(0, 1),
    "native_sound": st.booleans(),
    "fields": st.dictionaries(
        st.sampled_from(["prompt", "aspect_ratio", "size", "duration", "references", "frames"]),
        st.sampled_from(["ratio", "resolution", "metadata.content", "image_url", "input.text"]),
        max_size=1,
    ),
    "prompt_limit": st.just({"most": 2500, "unit": "characters"}),
    "answer_tokens": st.integers(1_000, 32_000),
}
# A model of another kind is refused before anything is asked of it; the others are about names.
NOT_HERE = {"kind", "like", "aliases", "nicknames", "meanings"}
ANSWER = {
    "title": "校徽",
    "logline": "林澈在雨夜捡到一枚会发光的校徽。",
    "shots": [
        {"id": id, "seconds": 1, "scene": "corridor", "framing": "全景", "camera": "固定", "characters": ["linche"],
         "action": action, "visuals": "", "say": []}
        for id, action in (("s01", "走进走廊"), ("s02", "捡起校徽"))
    ],
}  # fmt: skip
MODELS: dict[Kind, tuple[str, ...]] = {
    "text": ("gemini-3-flash-preview-nothinking",),
    "image": ("nano-banana-2", "gpt-image-2"),
    "video": ("sora-2-pro", "veo3.1", "seedance-2.0-standard-t2v"),
}
NAMES = [(kind, name) for kind, names in MODELS.items() for name in names]


@dataclass(frozen=True)
class Drama:
    """A drama that was built once, so that its calls can be made again from other facts about its models."""

    spec: Spec
    steps: tuple[Step, ...]
    results: Any

    def calls(self, kind: Kind, model: Model, *, hd: bool) -> Iterator[tuple[str, Call]]:
        """The calls of one kind with a model in the place of the drama's own, all inputs as they were."""
        form, models = replace(self.spec.format, hd=hd), replace(self.spec.models, **{kind: model})
        spec = replace(self.spec, format=form, models=models)
        for step in self.steps:
            stage = BY_NAME[step.action.stage]
            if kind == stage.SLOT:
                yield stage.NAME, stage.call(step.action, spec, self.results, RENDER)


@pytest.fixture(scope="module")
def drama(tmp_path_factory: pytest.TempPathFactory) -> Drama:
    spec = tmp_path_factory.mktemp("keys") / "mini.yaml"
    spec.write_text(MINI, encoding="utf-8")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MANJUC_API_KEY", "sk-test")
        bench = Workbench(spec, answer=ANSWER)
        bench.build()
        context = bench.context()
    plan = survey(context)
    return Drama(context.spec, plan.steps, plan.results)


@cache
def shipped() -> tuple[Mapping[str, Any], ...]:
    """The catalogue's own files, as data."""
    documents = [source.load(text)[0] for text in project.catalogue_sources()]
    return tuple(document.data for document in documents if document)


def overridden(name: str, facts: Mapping[str, Any]) -> Model:
    """A model of the catalogue with some facts as a manjuc.yaml has them."""
    return catalogue.models([*shipped(), {"models": {name: facts}}])[name]


def said(dialect: Dialect, call: Call, model: Model) -> object:
    """What a request says: address and body. A number is the same whether it stands in quotation marks or not."""
    request = dialect.submit(call, model)
    parts = request.body.parts if isinstance(request.body, Form) else tuple(_leaves(request.body))
    return request.path.partition("?")[0], parts


def _leaves(body: Any, path: str = "") -> Iterator[tuple[str, str | Inline]]:
    if isinstance(body, dict):
        for name, value in body.items():
            yield from _leaves(value, f"{path}.{name}")
    elif isinstance(body, list):
        for number, value in enumerate(body):
            yield from _leaves(value, f"{path}[{number}]")
    else:
        yield path, body if isinstance(body, Inline) else str(body)


def key(stage: str, call: Call) -> Digest:
    assert not isinstance(call, FilmCall)
    return key_of(stage, BY_NAME[stage].VERSION, call)


def test_every_fact_that_may_be_overridden_is_tried_here() -> None:
    schema = json.loads(project.schema_text("project"))
    assert set(schema["$defs"]["model"]["properties"]) == set(OVERRIDES) | NOT_HERE


@pytest.mark.parametrize(("kind", "name"), NAMES, ids=[name for _, name in NAMES])
@settings(derandomize=True, max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=st.fixed_dictionaries({}, optional=OVERRIDES), hd=st.booleans())
def test_no_override_changes_a_request_without_its_key(
    drama: Drama, kind: Kind, name: str, facts: dict[str, Any], hd: bool
) -> None:
    before, now = overridden(name, {}), overridden(name, facts)
    pairs = zip(drama.calls(kind, before, hd=hd), drama.calls(kind, now, hd=hd), strict=True)
    for (stage, old), (_, new) in pairs:
        changed = [
            dialect.NAME for dialect in DIALECTS.values() if said(dialect, old, before) != said(dialect, new, now)
        ]
        assert not changed or key(stage, old) != key(stage, new), f"{stage} in {changed}"


@pytest.mark.parametrize(
    ("kind", "name", "facts", "where"),
    [
        ("video", "sora-2-pro", {"sizes": {"16:9": "960x540"}}, {"openai"}),
        ("video", "veo3.1", {"sizes": {"16:9": "1280x720"}}, {"openai"}),
        ("video", "seedance-2.0-standard-t2v", {"size": "1080p"}, {"newapi"}),
        ("video", "seedance-2.0-standard-t2v", {"sound": False}, {"newapi"}),
        ("video", "sora-2-pro", {"spells_hd": False}, {"whatai"}),
        ("video", "sora-2-pro", {"spells_duration": "never"}, {"whatai", "newapi", "openai"}),
        ("video", "veo3.1", {"fields": {"aspect_ratio": "ratio"}}, {"whatai", "newapi", "openai"}),
        ("image", "nano-banana-2", {"fields": {"aspect_ratio": "ratio"}}, {"whatai", "newapi", "openai"}),
        ("image", "nano-banana-2", {"size": "2K"}, {"whatai", "newapi", "openai"}),
        ("image", "nano-banana-2", {"spells_size": "pixels"}, {"whatai"}),
        ("image", "nano-banana-2", {"references_by": "edits"}, {"whatai", "newapi"}),
        ("image", "nano-banana-2", {"references_by": "chat"}, {"whatai", "newapi", "openai"}),
        ("text", "gemini-3-flash-preview-nothinking", {"answer_tokens": 4096}, {"whatai", "newapi", "openai"}),
    ],
)
def test_an_override_that_changes_a_request_changes_its_key(
    drama: Drama, kind: Kind, name: str, facts: dict[str, Any], where: set[str]
) -> None:
    before, now = overridden(name, {}), overridden(name, facts)
    changed: set[str] = set()
    pairs = zip(drama.calls(kind, before, hd=False), drama.calls(kind, now, hd=False), strict=True)
    for (stage, old), (_, new) in pairs:
        differing = {
            name for name, dialect in DIALECTS.items() if said(dialect, old, before) != said(dialect, new, now)
        }
        changed |= differing
        assert bool(differing) == (key(stage, old) != key(stage, new)), stage
    assert changed == where


@pytest.mark.parametrize(
    ("kind", "name", "facts"),
    [
        ("video", "sora-2-pro", {"spells_duration": "number"}),
        ("video", "veo3.1", {"fields": {"duration": "length", "frames": "image_url"}}),
        ("video", "sora-2-pro", {"price": {"call": "9"}, "timeout": 7, "pace": {"first": 1}}),
        ("image", "nano-banana-2", {"asynchronous": True}),
        ("image", "nano-banana-2", {"retired": {"date": "2026-09-24", "note": "gone"}}),
    ],
)
def test_an_override_that_cannot_change_the_result_leaves_the_key_alone(
    drama: Drama, kind: Kind, name: str, facts: dict[str, Any]
) -> None:
    before, now = (
        [key(stage, call) for stage, call in drama.calls(kind, overridden(name, given), hd=False)]
        for given in ({}, facts)
    )
    assert before == now
