"""Answers of text models: the JSON in them is found and mended, and never completed."""

import json
import time
from typing import Any

import pytest
from front import codes
from hypothesis import given
from hypothesis import strategies as st

from manjuc import answers

GOOD = '{"title": "校徽", "shots": [{"id": "s01"}]}'
DATA = {"title": "校徽", "shots": [{"id": "s01"}]}


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"\ufeff{GOOD}\n",
        f"```json\n{GOOD}\n```",
        f"好的，以下是分镜：\n```\n{GOOD}\n```\n希望你喜欢 {{笑}}。",
        f"```json\n{GOOD}\n```\n补充：\n```json\n{{}}\n```\n```\n```",
        f"好的 [1]：{GOOD} 完成 {{ 了",
        f'<think>先写 {{"a": 1}}</think>{GOOD}',
        f"想一想</think>\n{GOOD}",
        f"想</think>{{}}<thinking>又想</thinking>再想</think>\n{GOOD}",
        f"{GOOD}\n<think>还在想",
        f'草稿 {{"title": "x"}}，定稿：{GOOD}',
        f"[{GOOD}]",
        GOOD.replace('"}]', '",}],'),
        GOOD.replace('"', "“", 1).replace('"', "”", 1),
        GOOD.replace('"校徽"', '"校徽" // 片名\n'),
        GOOD.replace('": "校徽"', '"："校徽"'),
        GOOD.replace("}]}", '}], "logline": null}'),
    ],
)
def test_the_object_is_found_and_mended(text: str) -> None:
    document, found = answers.read(text, "answer")
    assert not found
    assert document is not None
    assert document.data == DATA


@pytest.mark.parametrize(
    "action", ["走, 进走廊", "走, // 停", "他说：“走”，然后“停”。", "他问：“走?”", "", "等 [他], {笑}"]
)
def test_a_text_in_chinese_quotes_is_kept_to_its_end(action: str) -> None:
    shot = f"{{“id”: “s01”, “action”: “{action}”, “l”: [“x”, “y”]}}"
    text = f"{{“title” : “校徽”, “shots”：[{shot}], “n”: 1}}"
    document, _ = answers.read(text, "answer")
    assert document is not None
    assert document.data == {"title": "校徽", "shots": [{"id": "s01", "action": action, "l": ["x", "y"]}], "n": 1}


def test_raw_line_breaks_and_stray_quotes_in_texts_are_kept() -> None:
    document, _ = answers.read('{"a": "第一行\n第二行", "b": [1]}', "answer")
    assert document is not None
    assert document.data == {"a": "第一行\n第二行", "b": [1]}
    document, _ = answers.read('{"a": "5" 屏幕",\n "b": {"c": 1}\n}', "answer")
    assert document is not None
    assert document.data["b"] == {"c": 1}


@pytest.mark.parametrize("end", range(1, len(GOOD)))
def test_no_part_of_an_answer_is_taken_for_the_whole(end: int) -> None:
    document, found = answers.read(GOOD[:end], "answer")
    assert document is None
    assert codes(found) == ["MJ0602"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "MJ0601"),
        ("对不起，我不能。", "MJ0601"),
        ("[1, 2]", "MJ0601"),
        (f"[{GOOD}, {GOOD}]", "MJ0601"),
        ("<think>还在想", "MJ0602"),
        ('```json\n{"a": 1', "MJ0602"),
        ('{"a": NaN}', "MJ0603"),
        ('{"a": [1e999]}', "MJ0603"),
    ],
)
def test_what_is_no_answer_is_refused(text: str, code: str) -> None:
    document, found = answers.read(text, "answer")
    assert document is None
    assert codes(found) == [code]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "{x" * 100_000,
        '{"a":' * 100_000 + "}" * 100_000,
        '"' * 100_000,
        "<think>" * 20_000 + "{}",
        '{"a": "' + '\\"x' * 30_000,
        "{x " * 100 + "[] " * 50_000,
        '{"a": ' + ']{"a": ' * 3_000 + "1" + "}" * 3_000,
    ],
)
def test_hostile_answers_are_refused_at_once(text: str) -> None:
    begun = time.process_time()
    assert answers.read(text, "answer")[0] is None
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    ("before", "after"),
    [("", ""), ("<think>{}</think>\n", ""), ("好的，以下是分镜：\n```json\n", "\n```\n希望你喜欢"), ("[", "]")],
)
def test_an_answer_is_a_source_that_can_be_pointed_into(before: str, after: str) -> None:
    text = f"{before}{GOOD}{after}"
    document, _ = answers.read(text, "kept/answer")
    assert document is not None
    for path in (("title",), ("shots",), ("shots", 0), ("shots", 0, "id")):
        span = document.span(path)
        assert (span.source.path, span.source.text) == ("kept/answer", text)
        assert json.loads(text[span.start : span.end]) == document.at(path)
    key = document.key_span(("shots", 0, "id"))
    assert text[key.start : key.end] == '"id"'


def test_what_was_mended_in_an_answer_is_laid_out_anew() -> None:
    document, _ = answers.read(GOOD.replace('"}]', '",}],'), "kept/answer")
    assert document is not None
    assert document.span(("shots", 0, "id")).place == ("answer", 5, 13)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(
    data=st.dictionaries(st.text(), JSON, min_size=1, max_size=4),
    indent=st.sampled_from([None, 1]),
    ascii=st.booleans(),
)
def test_every_value_of_an_answer_knows_its_place(data: dict[str, Any], indent: int | None, ascii: bool) -> None:
    document, found = answers.read(json.dumps(data, indent=indent, ensure_ascii=ascii), "answer")
    assert (document is None) == bool(found)
    for path, (start, end) in document.values.items() if document else ():
        assert document
        value = document.source.text[start:end]
        alone, _ = answers.read(f'{{"it": {value}}}', "answer")
        assert alone
        assert alone.data.get("it") == document.at(path)


def test_half_a_letter_is_no_letter() -> None:
    document, _ = answers.read('{"title": "校\\ud800徽\\ud83d\\ude00"}', "answer")
    assert document is not None
    assert document.data == {"title": "校\ufffd徽😀"}
