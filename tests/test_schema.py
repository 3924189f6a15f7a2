"""Schemas: what they let pass, and what is said of what they do not."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from front import ROOT, at, codes, load, marked, schema_of
from jsonschema import Draft202012Validator

from manjuc import schema, source
from manjuc.diagnostic import Diagnostic, Source

BEGIN = "manju: 1\ntheme: 雨夜\n"
NAMES = ("drama", "script", "project", "faults")


def only(text: str) -> Diagnostic:
    """The one problem of a spec."""
    _, found = load(text)
    assert len(found) == 1, [diagnostic.message for diagnostic in found]
    return found[0]


@pytest.mark.parametrize("path", sorted((ROOT / "specs").glob("*.yaml")), ids=lambda path: path.name)
def test_shipped_specs_are_fine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert load(text, schema_name="script" if "manju_script:" in text else "drama")[1] == ()


def parts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from parts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from parts(inner)


@pytest.mark.parametrize("name", NAMES)
def test_schemas_are_valid_closed_and_without_branches_that_could_be_blamed(name: str) -> None:
    Draft202012Validator.check_schema(schema_of(name))
    for part in parts(schema_of(name)):
        assert not {"oneOf", "anyOf"} & set(part)
        if "properties" in part and not isinstance(part["properties"].get("type"), str):
            assert part.get("additionalProperties") is False, part


@pytest.mark.parametrize("name", NAMES)
def test_every_pattern_is_explained_in_words(name: str) -> None:
    for part in parts(schema_of(name)):
        if isinstance(part.get("pattern"), str):
            assert part["x-expected"]


def test_drama_and_script_agree_on_texts_and_ids() -> None:
    drama, script = schema_of("drama")["$defs"], schema_of("script")["$defs"]
    assert all(drama[name] == script[name] for name in ("text", "id", "trait_name"))


@pytest.mark.parametrize("good", ["linche", "林澈", "s-1", "_a", "々木", "é", "Ａ", "ก", "𠮷", "a" * 60])
def test_ids_are_letters_and_digits_of_any_script(good: str) -> None:
    assert re.search(schema_of("drama")["$defs"]["id"]["pattern"], good)


@pytest.mark.parametrize("bad", ["", "-a", "a b", "a.b", "a/b", "a\n", "林：", "😀", "a、b", "^", "[", "x!", "a" * 61])
def test_ids_are_nothing_else(bad: str) -> None:
    assert not re.search(schema_of("drama")["$defs"]["id"]["pattern"], bad)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("manju: 1\nthem: 雨夜\n", ("MJ0203", 2, 1)),
        ("manju: 1\n", ("MJ0202", 1, 1)),
        ("manju: 2\ntheme: 雨夜\n", ("MJ0204", 1, 8)),
        ('manju: 1\ntheme: ""\n', ("MJ0207", 2, 8)),
        ("manju: 1\ntheme: |\n  雨\n  夜\n", ("MJ0207", 2, 8)),
        ("manju: 1\ntheme: " + "雨" * 40_000 + "\n", ("MJ0206", 2, 8)),
        (BEGIN + "characters:\n  lin:\n    traits:\n      发色: [银, 灰]\n", ("MJ0201", 6, 11)),
        (BEGIN + "characters:\n  lin:\n    traits:\n      鞋: {is: 黑, on: [全景]}\n", ("MJ0203", 6, 18)),
        (BEGIN + "characters:\n  lin:\n    traits:\n      鞋: {in: [全景]}\n", ("MJ0202", 6, 7)),
        (BEGIN + "characters:\n  lin:\n    traits:\n      鞋:\n", ("MJ0201", 6, 7)),
        (BEGIN + "characters:\n  林 澈: {}\n", ("MJ0207", 4, 3)),
        (BEGIN + "format: {aspect_ratio: 16:8}\n", ("MJ0204", 3, 24)),
        (BEGIN + "format: {seconds: 0}\n", ("MJ0205", 3, 19)),
        (BEGIN + "format: {seconds: 601}\n", ("MJ0205", 3, 19)),
        (BEGIN + "format: {hd: yes}\n", ("MJ0201", 3, 14)),
        (BEGIN + "limits: {shots: {min: 1.5}}\n", ("MJ0201", 3, 23)),
        (BEGIN + "style:\n  look：日系\n", ("MJ0201", 4, 3)),
        ("theme：雨夜\n", ("MJ0201", 1, 1)),
        ("- a\n- b\n", ("MJ0201", 1, 1)),
    ],
)
def test_a_fault_is_said_once_at_its_text(text: str, expected: tuple[Any, ...]) -> None:
    assert at(load(text)[1]) == [expected]


@pytest.mark.parametrize(
    ("text", "message", "help_"),
    [
        ("manju: 1\nthem: 雨夜\n", "unknown key `them`", "did you mean `theme`?"),
        (BEGIN + "palette: [红]\n", "unknown key `palette`", "`palette` belongs under `style`"),
        (BEGIN + "style:\n  look：日系\n", "`style` must be a mapping", "write `look: 日系`"),
        (BEGIN + "style:\n  look 日系\n", "`style` must be a mapping", "write `look: 日系`"),
        (BEGIN + "style: 日系 电影\n", "`style` must be a mapping", None),
        (BEGIN + "style: {palette: 红}\n", "`palette` must be a list", "write `[红]`"),
        (BEGIN + "style: {palette: [红, 3]}\n", "item 2 of `palette` must be a text", 'write `"3"`'),
        (BEGIN + "format: {seconds: 10秒}\n", "`seconds` must be a number", "write `10`"),
        (BEGIN + "format: {hd: yes}\n", "`hd` must be `true` or `false`", "write `true`"),
        (BEGIN + "limits: {shots: {max: 0}}\n", "`max` must be at least 1", None),
        (
            BEGIN + "characters: {lin: {traits: {发色: [银]}}}\n",
            "`发色` must be a text, or `{is: …, in: […]}`",
            None,
        ),
        (BEGIN + "characters: {lin: {traits: {鞋: {is：黑}}}}\n", "unknown key `is：黑`", "write `is: 黑`"),
    ],
)
def test_faults_are_said_in_an_authors_words(text: str, message: str, help_: str | None) -> None:
    found = only(text)
    assert (found.message, found.help) == (message, help_)


def test_unknown_keys_come_with_the_known_ones() -> None:
    assert only(BEGIN + "characters: {lin: {颜色: 红}}\n").notes == (
        "known keys: `name`, `role`, `age`, `seen`, `traits`",
    )


def test_a_wrong_type_silences_what_is_inside_it() -> None:
    found = only(BEGIN + "characters:\n  - {nam: x}\n  - 3\n")
    assert (found.code, found.message) == ("MJ0201", "`characters` must be a mapping")


def test_a_key_that_is_none_silences_its_value() -> None:
    found = only(BEGIN + "characters:\n  旁白：{seen: false}\n")
    assert (found.code, found.help) == ("MJ0207", "write `旁白: {seen: false}`")


def test_several_causes_are_several_problems() -> None:
    _, found = load("title: 3\nthem: x\nstyle: {look: [a], avoid: b}\n")
    assert codes(found) == ["MJ0202", "MJ0201", "MJ0203", "MJ0201", "MJ0201"]
    assert [marked(diagnostic) for diagnostic in found[1:]] == ["3", "them", "[a]", "b"]


def test_keys_that_a_model_added_need_not_spoil_its_answer() -> None:
    document = source.Document.of({"shots": [{"seconds": 1, "action": "x", "mood": "dark"}]}, "answer")
    (found,) = schema.check(document, schema_of("script"), extras="warning")
    assert (found.code, found.severity) == ("MJ0203", "warning")


def test_a_project_file_may_override_models() -> None:
    text = 'relay: {base_url: "https://example.org", dialect: newapi}\nconfirm_over: 5\nmodels:\n  my/model-1.0:\n'
    text += "    kind: video\n    durations: [5, 10]\n    pace: {first: 3}\n"
    text += '    price: {call: 0.5, durations: {"5": "1.2"}}\n'
    assert load(text, schema_name="project")[1] == ()
    assert codes(load("relay: {base_url: ftp://x}\n", schema_name="project")[1]) == ["MJ0207"]


def test_the_catalogue_of_manjuc_fits_the_same_definition() -> None:
    text = (ROOT / "manjuc" / "data" / "catalogue" / "models.yaml").read_text(encoding="utf-8")
    document, found = source.load(Source("models.yaml", text))
    assert document is not None
    assert not found
    models = source.Document.of({"models": document.data["models"]}, "models")
    assert schema.check(models, schema_of("project")) == ()


def test_schemas_are_written_as_their_formatter_writes_them() -> None:
    for name in NAMES:
        text = (ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
        assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n"
