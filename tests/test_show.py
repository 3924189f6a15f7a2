"""Diagnostics as text: carets under the right columns, long lines cut, nothing that a terminal would act upon."""

import json
from dataclasses import replace
from typing import Any

from manjuc import show
from manjuc.diagnostic import Diagnostic, Label, Source, Span
from manjuc.text import width
from manjuc.words import say


def found(text: str, word: str, **more: Any) -> Diagnostic:
    source = Source("specs/a.yaml", text)
    start = text.index(word)
    return Diagnostic(
        "MJ0203",
        "error",
        say("unknown key `{}`", word),
        Label(Span(source, start, start + len(word)), say("here")),
        **more,
    )


def test_a_problem_is_shown_with_its_line_and_a_caret_under_wide_characters() -> None:
    text = "manju: 1\n角色: {林澈😀: 1, 颜色: 红}\n"
    expected = """\
error[MJ0203]: unknown key `颜色`
 --> specs/a.yaml:2:14
  |
2 | 角色: {林澈😀: 1, 颜色: 红}
  |                   ^^^^ here
  = note: a fact
  = help: an advice

1 error
"""
    shown = show.diagnostics([found(text, "颜色", notes=(say("a fact"),), help=say("an advice"))], colour=False)
    assert shown == expected
    line, marks = shown.split("\n")[3:5]
    assert width(line[: line.index("颜色")]) == marks.index("^")


def test_other_labels_stand_beside_the_first() -> None:
    text = "\n" * 8 + "a: 1\nb: 2\n"
    source = Source("a.yaml", text)
    labels = (Label(Span(source, 8, 9), say("first here")),)
    both = Diagnostic("MJ0115", "warning", say("twice"), Label(Span(source, 13, 14), say("again")), labels)
    frame = "  --> a.yaml:10:1\n   |\n 9 | a: 1\n   | - first here\n10 | b: 2\n   | ^ again\n"
    assert show.diagnostics([both], colour=False) == f"warning[MJ0115]: twice\n{frame}\n1 warning\n"


def test_long_lines_are_cut_around_the_caret() -> None:
    for before, after in ((0, 40_000), (20_000, 20_000), (40_000, 0)):
        text = "雨" * before + "错" * 3 + "夜" * after
        line, marks = show.diagnostics([found(text, "错错错")], colour=False).split("\n")[3:5]
        assert width(line) <= 110
        assert width(line[: line.index("错")]) == marks.index("^")
        assert marks.count("^") == 6


def test_a_long_mark_is_cut_too() -> None:
    lines = show.diagnostics([found("a: " + "错" * 40_000, "错" * 40_000)], colour=False).split("\n")
    assert all(width(line) <= 130 for line in lines[3:5])


def test_nothing_reaches_the_terminal_that_it_would_act_upon() -> None:
    shown = show.diagnostics([found("a\tb\x1b[31m\u202ec: x", "c")], colour=False)
    assert "a b [31mc: x" in shown
    assert not {"\t", "\x1b", "\u202e"} & set(shown)


def test_colours_are_given_back() -> None:
    shown = show.diagnostics([found("a: b", "a")], colour=True)
    assert shown.count("\x1b[0m") * 2 == shown.count("\x1b[")


def test_at_most_fifty_problems_are_shown_and_all_are_counted() -> None:
    shown = show.diagnostics([found("a: b", "a")] * 60, colour=False)
    assert shown.count("-->") == 50
    assert shown.endswith("… and 10 more\n\n60 errors\n")


def test_fifty_problems_are_the_most_in_every_other_form_too_and_each_says_how_many_there_are_beside() -> None:
    for count, rest in ((50, 0), (51, 1), (80, 30)):
        problems = [found("a: b", "a")] * count
        lines, notices = show.short(problems).splitlines(), show.github(problems).splitlines()
        assert len(lines) == len(notices) == 50 + bool(rest)
        assert lines[50:] == [f"… and {rest} more"][: bool(rest)]
        assert notices[50:] == [f"::notice::… and {rest} more"][: bool(rest)]
        data = json.loads(json.dumps(show.as_json(problems)))
        assert len(data) == 50
        assert [each.get("more", 0) for each in data] == [*[0] * 49, rest]


def test_no_problems_are_no_text() -> None:
    assert show.diagnostics([], colour=True) == show.short([]) == show.github([]) == ""
    assert show.as_json([]) == []


def test_a_line_for_each_problem() -> None:
    assert show.short([found("x\na: b", "a")]) == "specs/a.yaml:2:1: error[MJ0203]: unknown key `a`\n"


def test_problems_as_data() -> None:
    (data,) = json.loads(json.dumps(show.as_json([found("x\na: b", "a", help=say("h"))])))
    place = {"path": "specs/a.yaml", "line": 2, "column": 1, "end_line": 2, "end_column": 2}
    assert data == {
        "code": "MJ0203",
        "severity": "error",
        "message": "unknown key `a`",
        "notes": [],
        "help": "h",
        **place,
        "labels": [{"text": "here", **place}],
    }


def test_annotations_are_escaped() -> None:
    source = Source("a,b:c.yaml", "x: 100%\ny\n")
    problem = Diagnostic("MJ0101", "warning", say("100%\nbad"), Label(Span(source, 0, 9)))
    assert show.github([problem]) == "::warning file=a%2Cb%3Ac.yaml,line=1,endLine=2,title=MJ0101::100%25%0Abad\n"


def test_a_hint_is_counted_by_itself_and_is_a_notice_to_a_code_host() -> None:
    told = replace(found("a: 1", "a"), severity="hint", code="MJ0429")
    assert show.diagnostics([told], colour=False).startswith("hint[MJ0429]: ")
    assert str(show.summary([found("a: 1", "a"), told, told])) == "1 error, 2 hints"
    assert show.github([told]).startswith("::notice file=specs/a.yaml,")
