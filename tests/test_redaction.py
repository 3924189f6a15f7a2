"""Links are cut down to where they lead, however they are spelled; plain text stays as it is."""

from __future__ import annotations

import time

import pytest

from manjuc.redaction import bare_links


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://cdn/x?sign=abc&e=1", "https://cdn/x?***"),
        ("HTTPS://cdn/x?sign=abc", "HTTPS://cdn/x?***"),
        ("Http://cdn/x?abc", "Http://cdn/x?***"),
        ("oss://bucket/x?sign=abc", "oss://bucket/x?***"),
        ("//cdn/x?sign=abc", "//cdn/x?***"),
        ("cdn.example.com/x?sign=abc and more", "cdn.example.com/x?*** and more"),
        ("cdn.example.com?sign=abc", "cdn.example.com?***"),
        ("/files/x.png?sign=abc", "/files/x.png?***"),
        ("x.png?X-Amz-Signature=abc", "x.png?***"),
        ("10.0.0.8:8080/x?sign%5B0%5D=abc", "10.0.0.8:8080/x?***"),
        ("https://cdn/x?name=雨夜&sign=abc", "https://cdn/x?***"),
        ("https://cdn/x?a=1?sign=abc", "https://cdn/x?***?***"),
        ("失败了?请看https://cdn/x?sign=abc", "失败了?请看https://cdn/x?***"),
        ('<a href="HTTPS://cdn/x?e=1&amp;sign=abc">', '<a href="HTTPS://cdn/x?***">'),
        (r'{"url": "https:\/\/cdn\/x?e=1\u0026sign=abc", "n', r'{"url": "https:\/\/cdn\/x?***", "n'),
        (r"https://a/x?sign=abc\nhttps://b/y?sign=abc\n", r"https://a/x?***\nhttps://b/y?***\n"),
        ("https://user:password@cdn/x", "https://***@cdn/x"),
        ("HTTPS://user:pass@word@cdn/x?sign=abc", "HTTPS://***@cdn/x?***"),
        ("//user:password@cdn/x", "//***@cdn/x"),
        (r"https:\/\/user:password@cdn\/x", r"https:\/\/***@cdn\/x"),
    ],
)
def test_a_link_is_shown_without_what_lets_in_by_it(text: str, shown: str) -> None:
    assert bare_links(text) == shown
    assert bare_links(f"see {text}") == f"see {shown}"


@pytest.mark.parametrize(
    "text",
    [
        "really? yes",
        "为什么?因为a=b",
        "他问：真的吗?好。",
        "a ? b=c",
        "either/or?",
        "ready?yes=no",
        "see https://example.com/a? It is there",
        "https://example.com/@name",
        "write to me@example.com // or him@example.com",
        "1.5? 2.5?",
    ],
)
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert bare_links(text) == text


@pytest.mark.parametrize("part", ["x/?", "x?", "?", "//", "//a", "@", "x/ ?a=b", "a"], ids=repr)
def test_a_strange_answer_of_any_length_takes_no_longer_than_its_length(part: str) -> None:
    begun = time.perf_counter()
    assert bare_links(part * 200_000 + "@?")
    assert time.perf_counter() - begun < 5, "in squares it were minutes"


def test_a_link_ends_where_the_sentence_around_it_goes_on() -> None:
    assert bare_links("详见https://x/y?code=504，任务task_id:job-77") == "详见https://x/y?***，任务task_id:job-77"
