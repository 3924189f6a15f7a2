"""Words on a terminal and on a screen: how wide they are, where they are cut, where a line of Chinese may break."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from manjuc.spec import Subtitles
from manjuc.text import break_lines, elide, file_name, listed, nearest, pad, width

CLOSING = "，。、；：？！）》」』】”’…"
OPENING = "（《「『【“‘"
LINE = Subtitles().most
MIXED = st.text(alphabet="雨夜的校园里失窃" + CLOSING + OPENING + "abcXYZ019-'. \u3000", max_size=90)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", 0),
        ("abc", 3),
        ("雨夜", 4),
        ("雨a夜", 5),
        ("，。", 4),
        ("ｆｕｌｌ", 8),
        ("ﾊﾝｶｸ", 4),
        ("カ", 2),
        ("한국", 4),
        ("é", 1),
        ("e\u0301", 1),
        ("😀", 2),
        ("a\u200bb", 2),
        ("\ufeffa", 1),
    ],
)
def test_a_chinese_character_takes_two_columns_and_a_mark_that_combines_none(text: str, columns: int) -> None:
    assert width(text) == columns


def test_padding_fills_columns_and_never_cuts() -> None:
    assert pad("雨", 4) + "|" == "雨  |"
    assert pad("雨夜的校园", 4) == "雨夜的校园"


def test_names_in_a_message_stand_in_backticks() -> None:
    assert listed(["雨", 3]) == "`雨`, `3`"
    assert listed([]) == ""


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [
        ("雨夜的校园", 10, "雨夜的校园"),
        ("雨夜的校园", 9, "雨夜的校…"),
        ("雨夜的校园", 8, "雨夜的…"),
        ("two\nlines  here", 20, "two lines here"),
        ("abcdef", 4, "abc…"),
    ],
)
def test_a_text_is_cut_by_columns_with_an_ellipsis(text: str, columns: int, shown: str) -> None:
    assert elide(text, columns) == shown


@settings(derandomize=True, max_examples=100)
@given(st.text(max_size=40), st.integers(min_value=2, max_value=30))
def test_a_cut_text_fits_its_columns_and_keeps_its_start(text: str, columns: int) -> None:
    shown = elide(text, columns)
    whole = " ".join(text.split())
    assert width(shown) <= columns
    assert "\n" not in shown
    assert shown == whole or whole.startswith(shown.removesuffix("…"))


@pytest.mark.parametrize(
    ("word", "candidates", "found"),
    [
        ("them", ["theme", "title"], "theme"),
        ("Theme", ["theme", "title"], "theme"),
        ("xiaoyu", ["XiaoYu"], "XiaoYu"),
        ("linch", ["azhou", "linche"], "linche"),
        ("小雨", ["小语", "阿舟"], "小语"),
        ("瞳色", ["发色", "服装"], "发色"),
        ("雨", ["语"], None),
        ("qqqq", ["theme", "title"], None),
        ("ab", ["ac"], None),
        ("x", [], None),
    ],
)
def test_the_nearest_candidate_is_the_one_that_a_slip_came_from(
    word: str, candidates: list[str], found: str | None
) -> None:
    assert nearest(word, candidates) == found


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ()),
        ("还赶得上吗", ("还赶得上吗",)),
        ("一二三四五六七八九十一二三四五六", ("一二三四五六七八九十一二三四五六",)),
        ("一二三四五六七八九十一二三四五六七", ("一二三四五六七八九", "十一二三四五六七")),
        ("雨夜的校园里，一枚发光的校徽失窃了。", ("雨夜的校园里，一枚", "发光的校徽失窃了。")),
    ],
)
def test_lines_are_about_equally_long(text: str, lines: tuple[str, ...]) -> None:
    assert break_lines(text, LINE) == lines


def test_sixteen_characters_are_one_line_of_a_subtitle() -> None:
    assert LINE == 16
    assert len(break_lines("雨" * 16, LINE)) == 1
    assert len(break_lines("雨" * 17, LINE)) == 2
    assert len(break_lines("雨" * 32, LINE)) == 2
    assert len(break_lines("雨" * 33, LINE)) == 3


def test_a_mark_that_closes_goes_with_what_it_closes() -> None:
    for count in range(1, 60):
        for line in break_lines("雨" * count + "？！”" + "夜" * 20, LINE):
            assert line[0] not in CLOSING


def test_latin_words_and_numbers_stay_whole() -> None:
    text = "他说 the quick brown fox 跑过了 3.14 公里外的 don't-look 街"
    lines = break_lines(text, 8)
    for word in ("quick", "brown", "3.14", "don't-look"):
        assert any(word in line for line in lines), (word, lines)


def test_a_piece_that_nothing_can_break_is_let_stand() -> None:
    assert break_lines("Llanfairpwllgwyngyllgogerychwyrndrobwll", 5) == ("Llanfairpwllgwyngyllgogerychwyrndrobwll",)


def unbreakable(line: str) -> bool:
    """True where no place in the line, by the rules that readers go by, could have taken a break."""
    return all(
        after in CLOSING + "…—·,.;:?!)]}%"
        or before in OPENING + "([{"
        or (" " not in (before, after) and width(before) == width(after) == 1)
        for before, after in pairwise(line)
    )


@settings(derandomize=True, max_examples=100)
@given(MIXED, st.integers(min_value=2, max_value=20))
@example("雨" * 16 + "。", 16)
@example("「" * 5 + "雨", 2)
@example("a b", 2)
def test_no_line_is_too_long_save_one_piece_that_cannot_be_broken(text: str, most: int) -> None:
    for line in break_lines(text, most):
        assert width(line) <= 2 * most or unbreakable(line), (line, width(line))


@settings(derandomize=True, max_examples=100)
@given(MIXED, st.integers(min_value=2, max_value=20))
def test_nothing_is_lost_but_spaces(text: str, most: int) -> None:
    lines = break_lines(text, most)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(line and line == line.strip() for line in lines)


@settings(derandomize=True, max_examples=100)
@given(MIXED, st.integers(min_value=2, max_value=20))
def test_no_line_starts_with_a_mark_that_closes_or_ends_with_one_that_opens(text: str, most: int) -> None:
    for before, after in pairwise(break_lines(text, most)):
        assert after[0] not in CLOSING, (before, after)
        assert before[-1] not in OPENING, (before, after)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("正厅", "正厅"),
        ("赛博校园走廊", "赛博校园走廊"),
        ("a/b\\c:d", "a_b_c_d"),
        ("../../etc/passwd", "etc_passwd"),
        ("..", "_"),
        ("", "_"),
        ("???", "_"),
        ("雨 夜", "雨_夜"),
        ("s-1_v1.2", "s-1_v1.2"),
        ("雨" * 60, "雨" * 40),
    ],
)
def test_a_file_name_is_taken_by_every_system_and_still_read(text: str, name: str) -> None:
    assert file_name(text) == name


@settings(derandomize=True, max_examples=100)
@given(st.text(max_size=80))
def test_a_file_name_never_leads_elsewhere_or_hides(text: str) -> None:
    name = file_name(text)
    assert 0 < len(name) <= 40
    assert not name.startswith(".")
    assert not name.endswith(".")
    assert not any(char in '/\\:*?"<>|' or unicodedata.category(char) in ("Cc", "Cf") for char in name)
    assert len(name.encode()) < 200
