"""Numbers as people write them in a text, and words that stand for keys and values of the language."""

import re

import pytest
from front import schema_of

from manjuc import glosses, numerals


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("60", "60"),
        ("60秒", "60"),
        ("60 秒", "60"),
        ("６０", "60"),
        ("１０．５秒", "10.5"),
        ("60s", "60"),
        ("“60”", "60"),
        ("60，", "60"),
        ("约60秒", "60"),
        ("六十秒", "60"),
        ("一百二十", "120"),
        ("二〇二六", "2026"),
        ("三点五秒", "3.5"),
        ("1分30秒", "90"),
        ("1分钟", "60"),
        ("1.5分钟", "90"),
        ("一分半", "90"),
        ("半分钟", "30"),
        ("1:30", "90"),
        ("00:01:30", "90"),
        ("1’30”", "90"),
        ("1min", "60"),
        ("1m30s", "90"),
        ("4000ms", "4"),
        ("22岁", "22"),
        ("二十二岁", "22"),
        ("-3", "-3"),
        ("007", "7"),
        ("20多岁", None),
        ("二十几", None),
        ("一会儿", None),
        ("岁", None),
        ("", None),
        ("1.2.3", None),
        ("六" * 100_000, None),
    ],
)
def test_a_number_is_read_as_people_write_it(text: str, number: str | None) -> None:
    assert numerals.number(text) == number


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("60-90", "{min: 60, max: 90}"),
        ("60～90秒", "{min: 60, max: 90}"),
        ("六十到九十秒", "{min: 60, max: 90}"),
        ("1-2分钟", "{min: 60, max: 120}"),
        ("60 to 90", "{min: 60, max: 90}"),
        ("<=20", "{min: …, max: 20}"),
        ("不超过20秒", "{min: …, max: 20}"),
        ("20秒以内", "{min: …, max: 20}"),
        ("至少12", "{min: 12, max: …}"),
        ("90-60", None),
        ("60", None),
        ("甲-乙", None),
    ],
)
def test_two_numbers_are_the_ends_of_a_range(text: str, ends: str | None) -> None:
    assert numerals.bounds(text) == ends


def test_one_end_is_enough_where_a_range_may_be_open() -> None:
    assert numerals.bounds("最多9", both=False) == "{max: 9}"
    assert numerals.bounds("0.5-2", ("from", "to")) == "{from: 0.5, to: 2}"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ep01-ep03", ("ep01", "ep02", "ep03")),
        ("ep9~11", ("ep9", "ep10", "ep11")),
        ("第1到第3", ("第1", "第2", "第3")),
        ("ep03-ep01", ()),
        ("ep1-s3", ()),
        ("ep1-ep99999", ()),
        ("1-3", ()),
    ],
)
def test_names_that_end_in_numbers_are_counted_through(text: str, names: tuple[str, ...]) -> None:
    assert numerals.counted_through(text) == names


@pytest.mark.parametrize("part", ["", "character", "scene", "prop", "shot", "part"])
def test_every_key_of_a_drama_is_known_by_its_chinese_title(part: str) -> None:
    root = schema_of("drama")
    properties = (root["$defs"][part] if part else root)["properties"]
    titles: dict[str, str] = {}
    for name, inner in properties.items():
        if found := re.match(r".*[\u4e00-\u9fff]", inner.get("title", "")):
            titles.setdefault(found[0], name)
    assert len(titles) > 3
    assert {title: glosses.key(title, properties) for title in titles} == titles


@pytest.mark.parametrize(
    ("word", "choices", "meant"),
    [
        ("心声", ("on", "inner", "off"), "inner"),
        ("OS", ("on", "inner", "off"), "inner"),
        ("V.O.", ("on", "inner", "off"), "off"),
        ("开口", ("on", "inner", "off"), "on"),
        ("竖屏", ("16:9", "9:16"), "9:16"),
        ("9：16", ("16:9", "9:16"), "9:16"),
        ("1080x1920", ("16:9", "9:16"), "9:16"),
        ("1080", ("720p", "1080p"), "1080p"),
        ("1920x1080", ("720p", "1080p"), "1080p"),
        ("三视图", ("script", "three_views"), "three_views"),
        ("不要", ("true", "false"), "false"),
        ("0x0", ("16:9", "9:16"), None),
        ("豎屏", ("16:9", "9:16"), "9:16"),
        ("畫外音", ("on", "inner", "off"), "off"),
        ("雨夜", ("on", "inner", "off"), None),
    ],
)
def test_a_value_is_known_by_the_words_that_people_have_for_it(
    word: str, choices: tuple[str, ...], meant: str | None
) -> None:
    assert glosses.value(word, choices) == meant
