"""Schemas: what they let pass, and what is said of what they do not."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from front import ROOT, at, codes, load, marked, schema_of
from jsonschema import Draft202012Validator

from manjuc import documents, project, schema, source
from manjuc.diagnostic import Diagnostic, Source

BEGIN = "manju: 1\ntheme: 雨夜\n"
NAMES = project.SCHEMAS


def only(text: str) -> Diagnostic:
    """The one problem of a spec."""
    _, found = load(text)
    assert len(found) == 1, [str(diagnostic.message) for diagnostic in found]
    return found[0]


@pytest.mark.parametrize("path", sorted((ROOT / "specs").rglob("*.yaml")), ids=lambda path: path.name)
def test_shipped_specs_are_fine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert load(text, schema_name=documents.kind(Source(path.name, text)))[1] == ()


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("a.yaml", "manju: 1\ntheme: 雨夜\n", "drama"),
        ("a.yaml", "manju: 1\nepisode: ep01\n", "episode"),
        ("a.yaml", "manju_script: 1\nshots: []\n", "script"),
        ("a.yaml", "manju_include: 1\ncharacters: {}\n", "include"),
        ("manjuc.yaml", "manju: 1\ntheme: 雨夜\n", "project"),
        ("inner/manjuc.yaml", "", "project"),
        ("a.yaml", "- manju_script\n", "drama"),
        ("a.yaml", "", "drama"),
    ],
)
def test_what_a_file_is_shows_by_the_key_that_only_its_kind_has(path: str, text: str, kind: str) -> None:
    assert documents.kind(Source(path, text)) == kind


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """Everything in a schema that a value can be blamed by; a condition (`if`) blames nobody."""
    if isinstance(value, dict):
        yield value
        for key, inner in value.items():
            if key not in ("if", "examples", "defaultSnippets"):
                yield from parts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from parts(inner)


@pytest.mark.parametrize("name", NAMES)
def test_schemas_are_valid_closed_and_without_branches_that_could_be_blamed(name: str) -> None:
    Draft202012Validator.check_schema(schema_of(name))
    for part in parts(schema_of(name)):
        assert not {"oneOf", "anyOf"} & set(part)
        if "properties" in part and "type" in part and not isinstance(part["properties"].get("type"), str):
            assert part.get("additionalProperties") is False or "propertyNames" in part or named(part), part


def named(part: dict[str, Any]) -> bool:
    """True for a mapping whose other keys are an author's own names, each with a value of one kind."""
    return "$ref" in (part.get("additionalProperties") or {})


# What a schema may ask for, each with words for what does not keep to it; the rest explains or combines.
SAID = {
    *(
        "type",
        "const",
        "enum",
        "pattern",
        "required",
        "additionalProperties",
        "propertyNames",
        "uniqueItems",
        "x-names",
    ),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    *("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
}
QUIET = {
    *("$schema", "$id", "$defs", "$ref", "title", "description", "examples", "x-expected", "properties", "items"),
    "x-severity",
    *("if", "then", "else", "allOf", "default", "markdownDescription", "defaultSnippets", "deprecated"),
}


@pytest.mark.parametrize("name", NAMES)
def test_there_are_words_for_every_rule_of_a_schema(name: str) -> None:
    def keywords(part: Any) -> Iterator[str]:
        for key, inner in part.items():
            yield key
            if key in ("properties", "$defs"):
                for each in inner.values():
                    yield from keywords(each)
            elif key in ("items", "propertyNames", "then", "else", "additionalProperties") and isinstance(inner, dict):
                yield from keywords(inner)
            elif key == "allOf":
                for each in inner:
                    yield from keywords(each)

    assert set(keywords(schema_of(name))) <= SAID | QUIET


@pytest.mark.parametrize("name", NAMES)
def test_every_pattern_is_explained_in_words(name: str) -> None:
    for part in parts(schema_of(name)):
        if isinstance(part.get("pattern"), str):
            assert part["x-expected"]


@pytest.mark.parametrize("name", ["episode", "include", "script"])
def test_what_several_kinds_of_files_hold_is_the_same_in_all(name: str) -> None:
    drama, other = schema_of("drama"), schema_of(name)
    # What a story adds is a list, not under ids; and its words come in a model's spelling too.
    own = {"character", "scene", "shot", "trait"} if name == "script" else set()
    shared = set(drama["$defs"]) & set(other["$defs"]) - own
    assert shared >= {"text", "id"}
    assert [each for each in shared if drama["$defs"][each] != other["$defs"][each]] == []
    if name != "script":
        # An episode has a title of its own kind.
        keys = set(drama["properties"]) & set(other["properties"]) - {"title"}
        assert [each for each in keys if drama["properties"][each] != other["properties"][each]] == []


def test_a_profile_changes_what_a_drama_has() -> None:
    properties = schema_of("drama")["properties"]
    assert {name: properties[name] for name in schema_of("drama")["$defs"]["profile"]["properties"]} == (
        schema_of("drama")["$defs"]["profile"]["properties"]
    )


# What editors show


def explained(part: Any, way: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every value that an author can write, with the way to it; what only names another definition is told there."""
    for keyword in ("properties", "$defs"):
        for name, inner in part.get(keyword, {}).items():
            yield f"{way}/{name}", inner
            yield from explained(inner, f"{way}/{name}")
    for keyword, name in (("additionalProperties", "*"), ("items", "[]")):
        if isinstance(part.get(keyword), dict):
            yield f"{way}/{name}", part[keyword]
            yield from explained(part[keyword], f"{way}/{name}")
    for keyword in {"then", "else"} & set(part):
        yield from explained(part[keyword], way)


@pytest.mark.parametrize("name", NAMES)
def test_every_key_has_a_title_and_a_description_in_chinese_and_english(name: str) -> None:
    root = schema_of(name)
    bare = ("text", "id", "trait_name", "model_name", "currency")  # forms, not meanings
    for way, part in explained(root):
        if way.removeprefix("/") in bare or set(part) == {"examples"}:
            continue
        named_by = part.get("$ref", "").rpartition("/")[2]
        told = part if named_by in ("", *bare) else root["$defs"][named_by]
        for word in ("title", "description"):
            said = told.get(word, "")
            assert re.search("[\u4e00-\u9fff]", said), f"{name}{way}: {word} `{said}` without Chinese"
            assert re.search("[A-Za-z]{2}", said), f"{name}{way}: {word} `{said}` without English"


@pytest.mark.parametrize("name", NAMES)
def test_every_text_and_number_shows_by_example_what_can_be_written(name: str) -> None:
    for way, part in explained(schema_of(name)):
        form = schema_of(name).get("$defs", {}).get(part.get("$ref", "").rpartition("/")[2], part)
        if way.endswith(("[]", "*")) or way.count("/") < 2 or form.get("type") not in ("string", "number", "integer"):
            continue
        assert {"examples", "default", "enum"} & set(part), f"{name}{way}"


@pytest.mark.parametrize("name", NAMES)
def test_examples_and_defaults_keep_to_their_own_rules(name: str) -> None:
    root = schema_of(name)
    for way, part in explained(root):
        rules = Draft202012Validator({"$defs": root["$defs"], **part} if "$defs" in root else part)
        for example in [*part.get("examples", ()), *([part["default"]] if "default" in part else ())]:
            if example == "[…]" or set(part) == {"examples"}:
                continue  # stands for what is too long to show
            assert [error.message for error in rules.iter_errors(example)] == [], f"{name}{way}"


@pytest.mark.parametrize("name", NAMES)
def test_what_an_editor_inserts_keeps_to_the_rules(name: str) -> None:
    root = schema_of(name)
    for way, part in explained(root):
        rules = Draft202012Validator({"$defs": root.get("$defs", {}), **part})
        for snippet in part.get("defaultSnippets", ()):
            assert re.search("[\u4e00-\u9fff]", snippet["description"])
            assert [error.message for error in rules.iter_errors(filled(snippet["body"]))] == [], f"{name}{way}"


def filled(body: Any) -> Any:
    """The body of a snippet as it is inserted: `${1:s01}` becomes `s01`, and `^${1:2}` the number 2."""
    if isinstance(body, dict):
        return {filled(key): filled(value) for key, value in body.items()}
    if isinstance(body, list):
        return [filled(value) for value in body]
    text = re.sub(r"\$\{\d+:([^}]*)\}", r"\1", body)
    return float(text[1:]) if text.startswith("^") else text


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
        ("theme: 雨夜\n", ("MJ0202", 1, 1)),
        (BEGIN + "review: [three_views, three_views]\n", ("MJ0208", 3, 23)),
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
        ("theme：雨夜\n", ("MJ0102", 1, 6)),
        ("雨夜\n", ("MJ0201", 1, 1)),
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
        (BEGIN + "style: 日系 电影\n", "`style` must be a mapping", "write `{look: 日系 电影}`"),
        (BEGIN + "style: {palette: 红}\n", "`palette` must be a list", "write `[红]`"),
        (BEGIN + "style: {palette: [红, 3]}\n", "item 2 of `palette` must be a text", 'write `"3"`'),
        (BEGIN + "format: {seconds: 10秒}\n", "`seconds` must be a number, or `{min: …, max: …}`", "write `10`"),
        (BEGIN + "format: {hd: yes}\n", "`hd` must be `true` or `false`", "write `true`"),
        (BEGIN + "limits: {shots: {max: 0}}\n", "`max` must be at least 1", None),
        (
            BEGIN + "characters: {lin: {traits: {发色: [银]}}}\n",
            "`发色` must be a text, or `{is: …, in: […]}`",
            "write `银`",
        ),
        (BEGIN + "characters: {lin: {traits: {鞋: {is：黑}}}}\n", "unknown key `is：黑`", "write `is: 黑`"),
    ],
)
def test_faults_are_said_in_an_authors_words(text: str, message: str, help_: str | None) -> None:
    found = only(text)
    assert (str(found.message), str(found.help)) == (message, str(help_))


@pytest.mark.parametrize(
    ("shot", "message", "help_"),
    [
        (
            "{framing: 特写}",
            "`seconds`, `action` are missing",
            "add `seconds: 2`, `action: 林澈推门而入，雨水从伞沿滴下`",
        ),
        ("{seconds: 2}", "`action` is missing", "add `action: 林澈推门而入，雨水从伞沿滴下`"),
        ("{action: 走}", "`seconds` is missing", "add `seconds: 2`"),
        ("{card: 三年后}", "`seconds` is missing", "add `seconds: 2`"),
        ("{use: ep01/s09}", "`seconds` is missing", "add `seconds: 2`"),
    ],
)
def test_all_that_a_shot_lacks_is_named_at_once(shot: str, message: str, help_: str) -> None:
    found = only(BEGIN + f"shots:\n  - {shot}\n")
    assert (found.code, str(found.message), str(found.help)) == ("MJ0202", message, help_)


@pytest.mark.parametrize("kind", ["include", "script"])
def test_a_part_of_a_drama_that_begins_as_one_is_told_its_own_beginning(kind: str) -> None:
    _, (found,) = load(
        "manju: 1\n" + ("shots: [{seconds: 2, action: 走}]\n" if kind == "script" else ""), schema_name=kind
    )
    assert (str(found.message), str(found.help)) == ("unknown key `manju`", f"did you mean `manju_{kind}`?")


def test_a_shot_with_a_clip_of_its_own_needs_no_action() -> None:
    assert load(BEGIN + "shots:\n  - {seconds: 2, video: a.mp4}\n")[1] == ()


def test_unknown_keys_come_with_the_known_ones_unless_one_is_near() -> None:
    (note,) = only(BEGIN + "scenes: {hall: {墙: 红}}\n").notes
    assert str(note).startswith("known keys: `name`, `light`, `tone`, `props`")
    assert only(BEGIN + "characters: {lin: {nane: 林}}\n").notes == ()


def test_a_wrong_type_silences_what_is_inside_it() -> None:
    found = only(BEGIN + "characters:\n  - {nam: x}\n  - 3\n")
    assert (found.code, str(found.message)) == ("MJ0201", "`characters` must be a mapping")


def test_a_key_that_is_none_silences_its_value() -> None:
    found = only(BEGIN + "characters:\n  旁白：{seen: false}\n")
    assert (found.code, str(found.help)) == ("MJ0207", "write `旁白: {seen: false}`")


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
