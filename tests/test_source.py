"""YAML with places: what is read, what is refused, and where the slip is that a parser complains of."""

import time
from typing import Any

import pytest
import yaml
from front import at, codes, marked

from manjuc import source
from manjuc.diagnostic import Diagnostic, Source
from manjuc.source import Document


def load(text: str) -> tuple[Document | None, tuple[Diagnostic, ...]]:
    return source.load(Source("drama.yaml", text))


def slip(text: str) -> tuple[Any, ...]:
    """The one problem of a text: its code, its place, what it points at, and its help."""
    _, found = load(text)
    assert len(found) == 1, found
    return (*at(found)[0], marked(found[0]), str(found[0].help) if found[0].help else None)


def data(text: str) -> Any:
    document, found = load(text)
    assert document is not None, found
    assert not found
    return document.data


def test_scalars_are_those_of_yaml_1_2() -> None:
    text = "[1, 0x1F, 0o17, -1.5, 1e3, .5, 007, ~, null, True, no, on, 1:30, 2024-01-02, '1', \"true\", 16:9]"
    expected = [
        1,
        31,
        15,
        -1.5,
        1000.0,
        0.5,
        7,
        None,
        None,
        True,
        "no",
        "on",
        "1:30",
        "2024-01-02",
        "1",
        "true",
        "16:9",
    ]
    assert data(text) == expected
    assert [type(value) for value in data(text)] == [type(value) for value in expected]


def test_places_are_counted_in_characters() -> None:
    document, _ = load("# 😀\n角色:\n  林澈😀: {发色: 银灰, 鞋: [一, 二]}\n")
    assert document is not None
    assert document.span(("角色", "林澈😀", "鞋", 1)).place == ("drama.yaml", 3, 24)
    assert document.key_span(("角色", "林澈😀", "鞋")).place == ("drama.yaml", 3, 17)
    assert document.span(("角色", "林澈😀", "没有", "x")) == document.span(("角色", "林澈😀"))


def test_a_block_ends_where_its_last_value_ends() -> None:
    document, _ = load("style:\n  look: 日系\n\n# a comment\ntitle: x\n")
    assert document is not None
    span = document.span(("style",))
    assert document.source.text[span.start : span.end] == "look: 日系"


def test_a_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    document, found = load("\ufefftheme: 雨\r\ntitle: x\r\n")
    assert not found
    assert document is not None
    assert document.data == {"theme": "雨", "title": "x"}
    assert document.span(("title",)).place == ("drama.yaml", 2, 8)


def test_plain_data_becomes_a_document_with_places() -> None:
    document = Document.of({"shots": [{"id": "s01", "say": []}, {"id": "镜二"}]}, "answer")
    span = document.span(("shots", 1, "id"))
    assert document.source.text[span.start : span.end] == '"镜二"'
    assert document.key_span(("shots", 1, "id")).place == ("answer", 8, 7)
    assert document.at(("shots", 0, "say")) == []
    assert document.at(("shots", 7, "id")) is None


@pytest.mark.parametrize("mark", [" ", "：", "： ", ":"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "title: x\n"),
        ("title: x\n", "language: zh\n"),
        ("title: x\n", ""),
        ("style:\n  ", "  palette: [a]\nx: y\n"),
        ("style:\n  tone: x\n  ", "  palette: [a]\n"),
        ("style:\n  tone: x\n  ", "title: x\n"),
        ("style:\n  tone: x\n  ", ""),
    ],
)
def test_a_key_without_its_colon_is_found_on_its_own_line(mark: str, before: str, after: str) -> None:
    text = f"{before}theme{mark}雨夜的校园\n{after}"
    code, line, column, pointed, help_ = slip(text)
    assert (code, line) == ("MJ0102", before.count("\n") + 1)
    assert pointed == ("theme" if mark == " " else mark.strip())
    assert column == len(before.rpartition("\n")[2]) + (1 if mark == " " else 6)
    assert help_ == "write `theme: 雨夜的校园`"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("characters\n  lin:\n    age: 1\n", ("MJ0102", 1, 1, "characters", "write `characters:`")),
        ("characters:\n  林澈：\n    age: 1\n", ("MJ0102", 2, 5, "：", "write `林澈:`")),
        ("a:\n  lin   # a comment\n    age: 1\n", ("MJ0102", 2, 3, "lin", "write `lin:`")),
        ("shots:\n  - id s01\n    seconds: 1\n", ("MJ0102", 2, 5, "id", "write `id: s01`")),
        ('a: "雨夜\nb: c\n', ("MJ0103", 1, 4, '"', 'write `a: "雨夜"`')),
        ('a: "雨夜\nb: "c"\nd: e\n', ("MJ0103", 1, 4, '"', 'write `a: "雨夜"`')),
        ("a: [b, c\nd: [e]\n", ("MJ0103", 1, 4, "[", "write `a: [b, c]`")),
        ("a: {b: c\nd: {e: f}\n", ("MJ0103", 1, 4, "{", "write `a: {b: c}`")),
        ("a: [b,\n", ("MJ0103", 1, 4, "[", "write `a: [b]`")),
        ("s:\n\tl: a\n", ("MJ0105", 2, 1, "\t", "write `  l: a`")),
        ("s:\n  l: a\n\tp: b\n", ("MJ0105", 3, 1, "\t", "write `  p: b`")),
        ("s:\n  l: a\n p: b\n", ("MJ0104", 3, 2, "p: b", "indent it by 2 spaces")),
        ("s:\n  l: a\n    p: b\n", ("MJ0104", 3, 5, "p: b", "indent it by 2 spaces")),
        ("a: x\n b: c\n", ("MJ0104", 2, 2, "b: c", "do not indent it")),
        ("a: b: c\n", ("MJ0108", 1, 5, ":", 'write `a: "b: c"`')),
        ("a: @b\n", ("MJ0108", 1, 4, "@", 'write `a: "@b"`')),
        ('a: "b" c\n', ("MJ0108", 1, 8, "c", "write `a: '\"b\" c'`")),
        ("a: *强调\n", ("MJ0107", 1, 4, "*", 'write `a: "*强调"`')),
    ],
)
def test_a_slip_is_found_where_it_was_made(text: str, expected: tuple[Any, ...]) -> None:
    assert slip(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: {x: 1}\na: {x: 2}\n", [("MJ0115", 3, 1), ("MJ0115", 4, 1)]),
        ("a: &x b\nc: *x\n", [("MJ0107", 1, 4), ("MJ0107", 2, 4)]),
        ("<<: {a: b}\n", [("MJ0107", 1, 1)]),
        ('a: !!int "3"\n', [("MJ0107", 1, 4)]),
        ("a: b\n---\nc: d\n", [("MJ0109", 2, 1)]),
        ("[a, b]: c\n", [("MJ0110", 1, 1)]),
        ("1: b\n", [("MJ0110", 1, 1)]),
        ("", [("MJ0111", 1, 1)]),
        ("# only a comment\n", [("MJ0111", 1, 1)]),
        ("a: b\x07\n", [("MJ0112", 1, 5)]),
        ("a: \ud800\n", [("MJ0112", 1, 4)]),
        ("a: [.nan, -.inf]\n", [("MJ0113", 1, 5), ("MJ0113", 1, 11)]),
    ],
)
def test_what_the_language_leaves_out_of_yaml_is_refused(text: str, expected: list[Any]) -> None:
    assert at(load(text)[1]) == expected


def test_a_key_that_is_given_twice_points_at_the_first() -> None:
    document, (found,) = load("a: 1\nb: 2\na: 3\n")
    assert found.secondary[0].span.place[1:] == (1, 1)
    assert document is not None
    assert document.data == {"a": 1, "b": 2}


@pytest.mark.parametrize("piece", ["[", "{a: ", "- ", "? ", "[{a: "])
def test_a_hundred_thousand_levels_are_refused_at_once(piece: str) -> None:
    begun = time.process_time()
    document, found = load(piece * 100_000)
    assert time.process_time() - begun < 1
    assert document is None
    assert codes(found) == (["MJ0110"] if piece == "? " else ["MJ0114"])


def test_a_fence_within_a_text_is_text() -> None:
    assert data("theme: |-\n  前\n  ```\n  后\n") == {"theme": "前\n```\n后"}


def test_sixty_four_levels_are_fine() -> None:
    assert data("[" * 64 + "]" * 64) is not None
    assert codes(load("[" * 65 + "]" * 65)[1]) == ["MJ0114"]


def test_a_line_of_forty_thousand_characters_is_fine() -> None:
    text = "雨" * 40_000
    assert data(f"theme: {text}\ntitle: x\n") == {"theme": text, "title": "x"}
    code, line, column, _, help_ = slip(f"title: x\ntheme {text}\nlanguage: zh\n")
    assert (code, line, column) == ("MJ0102", 2, 1)
    assert help_ is not None
    assert len(help_) < 80


def test_the_parser_in_python_finds_the_same_slips(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = (
        "theme 雨\ntitle: x\n",
        "a: x\nb：y\n",
        "a: [b\nc: d\n",
        'a: "b\nc: d\n',
        "s:\n  l: a\n p: b\n",
        "s:\n\tl: a\n",
    )
    fast = [at(load(text)[1]) for text in texts]
    monkeypatch.setattr(source, "_LOADER", yaml.SafeLoader)
    assert [at(load(text)[1]) for text in texts] == fast
