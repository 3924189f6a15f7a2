"""The catalogue: its files fit their schema, its facts hold together, and names mean what they should."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from manjuc import catalogue, project, schema, source
from manjuc.dialects import DIALECTS
from manjuc.models import Model, PromptLimit, resolve

TEMPLATES = project.templates(None)
SOURCES = project.catalogue_sources()
FILES: tuple[Mapping[str, Any], ...] = tuple(
    document.data for document in (source.load(text)[0] for text in SOURCES) if document
)
MODELS = catalogue.models(FILES)
DEFAULTS = catalogue.defaults(FILES)
COVERED = (
    *("sora-2", "sora-2-pro", "veo3.1", "veo3.1-fast", "veo3.1-pro", "veo3.1-4k", "veo3.1-components"),
    *("doubao-seedance-1-5-pro-251215", "seedance-2.0-standard-t2v", "seedance-2.5-standard-multi"),
    *("kling-v3.0-std-t2v", "wan-3.0-t2v", "wan3.0-video", "hailuo-2.3-t2v-standard", "hailuo-h3-t2v"),
    *("vidu-q3-pro-t2v", "grok-video-3", "zhenzhen-video-gk-v15", "grok-imagine-1.5-video", "sora-2-all"),
    *("veo2", "veo3", "veo3-fast", "veo3-pro", "happyhorse-1.1-t2v", "happyhorse-1.1-r2v", "omni_flash-10s"),
    *("nano-banana", "nano-banana-2", "nano-banana-pro", "gemini-3.1-flash-image", "gpt-image-2", "seedream-v5-pro"),
    *("gemini-3.5-flash", "gemini-3-flash-preview-nothinking", "gemini-3.1-flash-lite"),
)
GROK = ("grok-video-3", "grok-imagine-1.5-video")


def of_kind(kind: str) -> list[Model]:
    return [model for model in MODELS.values() if model.kind == kind]


def loaded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(project.schema_text(name))
    return found


# The files


@pytest.mark.parametrize("text", SOURCES, ids=lambda text: text.path)
def test_every_file_fits_the_schema_of_catalogues(text: Any) -> None:
    document, found = source.load(text)
    assert document is not None
    assert found == ()
    assert [str(each) for each in schema.check(document, loaded("catalogue"))] == []


def test_the_schema_is_valid_closed_and_described_at_every_key() -> None:
    whole = loaded("catalogue")
    Draft202012Validator.check_schema(whole)
    text = (project.data_folder("schemas") / "catalogue.schema.json").read_text(encoding="utf-8")
    assert text == json.dumps(whole, ensure_ascii=False, indent=2) + "\n"
    for name, fact in whole["$defs"]["model"]["properties"].items():
        assert {"title", "description"} <= set(fact), name
        if fact.get("type") == "object":
            assert fact.get("additionalProperties") is not None, name


def test_a_project_may_write_every_fact_that_the_catalogue_holds() -> None:
    ours, theirs = (loaded(name)["$defs"]["model"]["properties"] for name in ("catalogue", "project"))
    assert set(ours) == set(theirs)
    bare = {"price", "retired"}  # dated and sourced in the catalogue, free in a project
    assert {name: fact for name, fact in ours.items() if name not in bare} == {
        name: fact for name, fact in theirs.items() if name not in bare
    }


@pytest.mark.parametrize(
    ("price", "kept"),
    [
        ({"currency": "CNY", "call": "1", "date": "2026-11-01", "source": "a list"}, True),
        ({"currency": "CNY", "call": "1", "date": "2026-11-01"}, False),
        ({"currency": "CNY", "call": "1", "source": "a list"}, False),
        ({"currency": "CNY", "call": "1", "date": "last week", "source": "a list"}, False),
    ],
)
def test_a_price_without_its_day_and_its_source_is_none(price: dict[str, str], kept: bool) -> None:
    document = source.Document.of({"models": {"m": {"kind": "image", "price": price}}}, "catalogue")
    assert (schema.check(document, loaded("catalogue")) == ()) == kept


# The facts


@pytest.mark.parametrize("name", COVERED)
def test_the_models_that_authors_ask_for_are_known(name: str) -> None:
    assert name in MODELS


def test_what_is_taken_when_nothing_is_named_is_alive_clear_and_of_its_kind() -> None:
    assert set(DEFAULTS) == {"text", "image", "video"}
    for kind, name in DEFAULTS.items():
        model = MODELS[name]
        assert (model.kind, model.retired, model.meanings, model.least_pictures) == (kind, None, (), 0)


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)
def test_the_facts_of_each_model_hold_together(model: Model) -> None:
    price = model.price
    assert set(model.dialects) <= set(DIALECTS)
    assert model.dialects
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", price.date)
    assert price.source
    assert price.call or price.second or price.durations or price.million_in
    assert set(dict(price.durations)) <= set(model.durations)
    assert list(model.durations) == sorted(set(model.durations))
    assert all(length % 1000 == 0 for length in model.durations), "requests name whole seconds"
    assert set(model.hd_durations) <= set(model.durations)
    assert model.hd or not model.hd_durations
    assert not model.size or not model.resolutions or model.size in model.resolutions
    assert len(set(model.aspect_ratios)) == len(model.aspect_ratios)
    assert model.least_pictures <= model.references + model.frames
    assert model.prompt_limit is None or model.prompt_limit.most > 0


@pytest.mark.parametrize("model", of_kind("video"), ids=lambda model: model.name)
def test_every_video_model_has_lengths_shapes_and_a_template(model: Model) -> None:
    assert model.durations
    assert model.aspect_ratios
    assert f"clip.{model.prompt}" in TEMPLATES


@pytest.mark.parametrize("model", [one for one in MODELS.values() if one.retired], ids=lambda model: model.name)
def test_a_retired_model_names_living_successors_of_its_kind(model: Model) -> None:
    assert model.retired is not None
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", model.retired.date)
    assert model.retired.note
    assert model.retired.successors
    for name in model.retired.successors:
        assert MODELS[name].kind == model.kind
        assert MODELS[name].retired is None
    served = {dialect for name in model.retired.successors for dialect in MODELS[name].dialects}
    assert set(model.dialects) & served


def test_no_model_is_like_one_that_there_is_not() -> None:
    assert catalogue.strays(FILES) == ()


@pytest.mark.parametrize(
    ("models", "stray"),
    [
        ({"a": {"like": "gone"}}, (("a", "gone"),)),
        ({"a": {"like": "a"}}, (("a", "a"),)),
        ({"a": {"like": "b"}, "b": {"like": "a"}}, (("a", "b"), ("b", "a"))),
        ({"a": {"like": "b"}, "b": {"like": "b"}}, (("a", "b"), ("b", "b"))),
        ({"a": {"like": "b"}, "b": {}}, ()),
    ],
)
def test_likeness_that_leads_nowhere_is_found_and_harms_nothing(
    models: dict[str, Any], stray: tuple[tuple[str, str], ...]
) -> None:
    assert catalogue.strays([{"models": models}]) == stray
    assert set(catalogue.models([{"models": models}])) == set(models)


def test_a_model_like_another_takes_its_facts_but_neither_its_names_nor_its_end() -> None:
    base: dict[str, Any] = {
        "kind": "video", "durations": [5, 10], "pace": {"first": 3}, "aliases": ["b"], "nicknames": ["bee"],
        "price": {"second": "1", "date": "2026-01-01"}, "retired": {"date": "2026-01-01"},
        "meanings": [{"model": "B", "where": "here", "write": "a"}],
    }  # fmt: skip
    files: list[Mapping[str, Any]] = [
        {"models": {"a": base, "x": {"like": "a", "price": {"call": "2"}}}},
        {"models": {"x": {"durations": [7]}}},
    ]
    model = catalogue.models(files)["x"]
    assert (model.kind, model.durations, model.pace.first) == ("video", (7000,), 3000)
    assert (str(model.price.second), str(model.price.call), model.price.date) == ("0", "2", "")
    assert (model.aliases, model.nicknames, model.meanings, model.retired) == ((), (), (), None)


def test_what_a_balance_is_counted_in_is_a_fact_of_the_catalogue() -> None:
    assert catalogue.quota(FILES) == {"per_unit": 500_000, "unlimited": 100_000_000}


# Names


def test_a_name_leads_to_one_model() -> None:
    others = [name for model in MODELS.values() for name in (*model.aliases, *model.nicknames)]
    assert len(set(others)) == len(others)
    assert not set(others) & set(MODELS)


def test_a_name_of_the_catalogue_is_the_model_itself() -> None:
    found = resolve("veo3.1", MODELS)
    assert found is not None
    assert (found.model, found.alias_of, found.meanings) == (MODELS["veo3.1"], "", ())


def test_a_name_that_relays_know_goes_on_the_wire_as_it_was_written() -> None:
    found = resolve("gemini-3-pro-image", MODELS)
    assert found is not None
    assert (found.model.name, found.alias_of) == ("gemini-3-pro-image", "nano-banana-pro")
    assert found.model.price == MODELS["nano-banana-pro"].price


def test_a_name_that_only_people_use_becomes_the_models_own() -> None:
    found = resolve("seedance-2.0", MODELS)
    assert found is not None
    assert (found.model, found.alias_of) == (MODELS["seedance-2.0-standard-t2v"], "seedance-2.0-standard-t2v")


@pytest.mark.parametrize("name", ["", "Veo3.1", "veo", "nano", "sora-2-"])
def test_a_name_that_nobody_knows_is_no_part_of_another(name: str) -> None:
    assert resolve(name, MODELS) is None


def test_an_ambiguous_name_tells_what_it_means_here_and_elsewhere_and_what_to_write_instead() -> None:
    found = resolve("nano-banana-2", MODELS)
    assert found is not None
    here, elsewhere = found.meanings
    assert (here.model, here.write) == ("Gemini 3 Pro Image", "nano-banana-pro")
    assert (elsewhere.model, elsewhere.write) == ("Gemini 3.1 Flash Image", "gemini-nano-banana-2.1")


@pytest.mark.parametrize("model", [one for one in MODELS.values() if one.meanings], ids=lambda model: model.name)
def test_what_to_write_instead_of_an_ambiguous_name_is_clear_and_alive(model: Model) -> None:
    assert len(model.meanings) > 1
    for meaning in model.meanings:
        found = resolve(meaning.write, MODELS)
        assert found is not None
        assert (found.meanings, found.model.kind, found.model.retired) == ((), model.kind, None)
    here = MODELS[model.meanings[0].write]
    assert (here.size, here.price.call, here.references) == (model.size, model.price.call, model.references)


# Prompt limits


@pytest.mark.parametrize(
    ("unit", "text", "size"),
    [
        ("characters", "雨夜 rain", 7),
        ("bytes", "雨夜 rain", 11),
        ("words", "rain on the  tram", 4),
        ("tokens", "雨夜", 2),
        ("tokens", "rain falls", 3),
        ("tokens", "", 0),
    ],
)
def test_a_prompt_is_measured_in_the_unit_of_its_limit(unit: Any, text: str, size: int) -> None:
    assert PromptLimit(100, unit).size_of(text) == size


@pytest.mark.parametrize(
    ("name", "most", "unit"),
    [("kling-v3.0-std-t2v", 2500, "characters"), ("veo3.1-fast", 1024, "tokens"), ("sora-2", None, None)],
)
def test_limits_are_kept_in_the_makers_own_unit_or_not_known(name: str, most: int | None, unit: str | None) -> None:
    limit = MODELS[name].prompt_limit
    assert (limit.most, limit.unit) == (most, unit) if limit else most is None


def test_a_clip_costs_what_is_listed_for_its_length() -> None:
    prices = {name: [str(MODELS[name].price.of_clip(each * 1000)) for each in (6, 10, 15)] for name in GROK}
    assert prices == {"grok-video-3": ["0.5", "0.5", "0.7"], "grok-imagine-1.5-video": ["0.5", "0.7", "0.7"]}


def test_hd_of_a_long_clip_has_no_effect_where_that_is_known() -> None:
    model = MODELS["sora-2-pro"]
    assert (model.hd, model.durations, model.hd_durations) == (True, (10_000, 15_000, 25_000), (10_000, 15_000))
    assert not MODELS["sora-2"].hd


def test_a_preview_of_a_model_keeps_every_fact() -> None:
    for model in MODELS.values():
        shown = model.for_preview()
        assert (shown.prompt_limit, shown.aliases, shown.frames) == (model.prompt_limit, model.aliases, model.frames)
