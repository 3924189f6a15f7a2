"""Whatever stands in a file, the front end answers with diagnostics that can be shown, and never with an exception."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import front
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from manjuc import answers, facts, frontend, project, show
from manjuc.diagnostic import failed
from manjuc.frontend import Program
from manjuc.text import width

BOUNDED = settings(derandomize=True, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
WHOLE = settings(BOUNDED, max_examples=30)
MANY = settings(BOUNDED, max_examples=600)
SHIPPED = sorted(path.relative_to(front.ROOT / "specs").as_posix() for path in (front.ROOT / "specs").rglob("*.yaml"))
TEXTS = {name: (front.ROOT / "specs" / name).read_text(encoding="utf-8") for name in SHIPPED}
SPECS = [text for text in TEXTS.values() if "manju_script:" not in text and "episode:" not in text]
DRAMA = "manju: 1\ntheme: 雨夜\nscript: s.yaml\nformat: {seconds: 10}\n"
DRAMA += "characters: {林澈: {}, 旁白: {seen: false}}\nscenes: {a: {}}\n"
SCRIPT = """\
manju_script: 1
title: 校徽
characters:
  - {id: new, name: 新人, traits: {发色: 红}}
shots:
  - id: s01
    seconds: 4.5
    action: 林澈推门
    scene: a
    characters: [林澈]
    say: [{who: 林澈, line: 是谁？, as: on}]
  - {id: s02, seconds: 5.5, action: 校徽发光, say: [{who: 旁白, line: 夜。}]}
"""
ANSWER = """{"title": "雨夜", "logline": "侯府", "characters": [{"id": "新人", "role": "医女", "traits": {"发": "黑"}}],
"scenes": [{"id": "后巷", "light": "月光", "props": ["青砖墙"]}],
"shots": [{"id": "s01", "seconds": 1.5, "framing": "特写",
"action": "林澈推门", "scene": "corridor", "characters": ["林澈"],
"say": [{"who": "林澈", "line": "是谁？", "as": "on"}]}]}"""
WORDS = [*"[]{}:：,，-?&*!|>'\"%@`#\n\t ", ": ", "- ", "  ", "\n  ", "---\n", "~", "null", ".nan", "1e999", "007"]
WORDS += ["\u2028", "\x85", "\r\n", "\x00", "\ufeff", "\ud800", "<<", "雨", "😀"]
WORDS += ["manju: 1\n", "theme: ", "shots:", "characters:", "style:"]
# What a keyboard, a browser or another program may leave in a text, and what no one means by it.
ODD = [
    "\x00",
    "\x1b[1m",
    "\x85",
    "\xa0",
    "\u2028",
    "\u2029",
    "\ufeff",
    "\u200b",
    "\u200f",
    "\u202e",
    "\u2066",
    "\u3000",
]
ODD += [
    "e\u0301\u0323",
    "👩\u200d👩\u200d👧",
    "🏴\U000e0067",
    "ＡＢ１２",
    "／",
    "－ ",
    "｛",
    "【",
    "“",
    "＃",
    "；",
    "\U0010ffff",
    "ﷺ",
    "ß",
    "İ",
]
HUGE = [
    "9" * 400,
    "-1e308",
    "0x" + "f" * 320,
    "1" + "0" * 30,
    "1e-320",
    "0.1" + "0" * 50 + "1",
    "0o777777777777777777777",
]
SWAPPED = [
    ("：", ": "),
    (": ", "："),
    (", ", "，"),
    ("[", "【"),
    ("{", "("),
    ("  ", "\t"),
    ("- ", "-"),
    ("s0", "S0"),
    ("/", "//"),
]


@st.composite
def damaged(draw: st.DrawFn, texts: list[str]) -> str:
    """A text with pieces cut out, doubled or put in."""
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        piece = draw(st.sampled_from([*WORDS, "", text[start:end] * 2]))
        text = text[:start] + piece + text[end:]
    return text


@st.composite
def mistaken(draw: st.DrawFn, text: str) -> str:
    """A text with mistakes of a larger kind: lines lost, doubled, moved or indented, tokens swapped, odd letters."""
    for _ in range(draw(st.integers(1, 3))):
        lines = text.split("\n")
        here = draw(st.integers(0, len(lines) - 1))
        there = draw(st.integers(0, len(lines) - 1))
        kind = draw(st.integers(0, 8))
        if kind == 0:
            del lines[here : here + draw(st.integers(1, 6))]
        elif kind == 1:
            lines[here:here] = lines[there : there + draw(st.integers(1, 12))]
        elif kind == 2:
            lines[here], lines[there] = lines[there], lines[here]
        elif kind == 3:
            lines[here] = draw(st.sampled_from(["", " ", "   ", "\t", "\u3000", "      "])) + lines[here].lstrip()
        elif kind == 4:
            old, new = draw(st.sampled_from(SWAPPED))
            lines[here] = lines[here].replace(old, new, draw(st.integers(1, 3)))
        elif kind == 5:
            column = draw(st.integers(0, len(lines[here])))
            lines[here] = lines[here][:column] + draw(st.sampled_from(ODD)) + lines[here][column:]
        elif kind == 6:
            lines[here] = re.sub(r"\d+(\.\d+)?", draw(st.sampled_from(HUGE)), lines[here], count=1)
        elif kind == 7:
            words = lines[here].split(" ")
            first, second = (draw(st.integers(0, len(words) - 1)) for _ in range(2))
            words[first], words[second] = words[second], words[first]
            lines[here] = " ".join(words)
        else:
            lines[here] += draw(
                st.sampled_from([" [" * 70, " {a: " * 30, " &a *a", " |", " >-", " #x", ", ", "x" * 3000])
            )
        text = "\n".join(lines)
    return text.replace("\n", draw(st.sampled_from(["\n", "\n", "\r\n", "\r"])))


def badly_told(found: front.Found) -> list[str]:
    """What is wrong with the telling of problems: each is shown in every way, briefly, and points into its text."""
    wrong: list[str] = []
    for language in map(facts.language, ("en", "zh")):
        if show.diagnostics(found, colour=False, language=language).count("-->") < min(len(found), 50):
            wrong.append("not every problem is shown at its place")
        if show.short(found, language=language).count("\n") != len(found):
            wrong.append("not every problem has one line")
        show.as_json(found, language=language)
        show.github(found, language=language)
    for diagnostic in found:
        for span in (label.span for label in (diagnostic.primary, *diagnostic.secondary)):
            if not 0 <= span.start <= span.end <= len(span.source.text) or span.place[2] < 1:
                wrong.append(f"{diagnostic} points at {span}")
        if width(str(diagnostic.message)) >= 500:
            wrong.append(f"too long: {diagnostic.message}")
    return wrong


@contextmanager
def changed(name: str, text: str) -> Iterator[Path]:
    """The shipped specs in a folder of their own, one of them with another text; where that one is."""
    with tempfile.TemporaryDirectory() as folder:
        specs = Path(folder).resolve() / "specs"
        shutil.copytree(front.ROOT / "specs", specs)
        (specs / name).write_bytes(text.encode("utf-8", "surrogatepass"))
        yield specs


def badly_checked(name: str, text: str) -> list[str]:
    """The same of a shipped file with another text: looked at alone, and as what others are made of."""
    with changed(name, text) as specs:
        seen = {name, "handwritten.yaml" if "/" not in name else "zhumen/zhumen.yaml"}
        return [wrong for spec in seen for wrong in badly_told(frontend.check(project.find(str(specs / spec))))]


@BOUNDED
@given(st.lists(st.sampled_from(WORDS), max_size=40).map("".join))
def test_yamlish_texts_never_raise(text: str) -> None:
    lowered, found = front.spec(text)
    assert badly_told(found) == []
    assert lowered is not None or failed(found)


@BOUNDED
@given(damaged(SPECS))
def test_damaged_specs_never_raise(text: str) -> None:
    lowered, found = front.spec(text)
    assert badly_told(found) == []
    assert lowered is not None or failed(found)


@BOUNDED
@given(damaged([SCRIPT]), st.booleans())
def test_damaged_scripts_never_raise(text: str, mend: bool) -> None:
    script, found = front.script(text, DRAMA, mend=mend)
    assert badly_told(found) == []
    assert script is not None or failed(found)


@BOUNDED
@given(damaged([*SPECS, SCRIPT]), st.integers(0, 60))
def test_a_missing_colon_is_never_blamed_on_text_that_does_not_exist(text: str, line: int) -> None:
    lines = text.split("\n")
    index = line % len(lines)
    lines[index] = lines[index].replace(": ", "：", 1)
    assert badly_told(front.load("\n".join(lines))[1]) == []


@WHOLE
@given(st.sampled_from(SHIPPED).flatmap(lambda name: st.tuples(st.just(name), mistaken(TEXTS[name]))))
def test_shipped_specs_with_mistakes_never_raise(given: tuple[str, str]) -> None:
    assert badly_checked(*given) == []


@pytest.mark.long
@pytest.mark.timeout(900)
@MANY
@given(st.sampled_from(SHIPPED).flatmap(lambda name: st.tuples(st.just(name), mistaken(TEXTS[name]))))
def test_shipped_specs_with_many_mistakes_never_raise(given: tuple[str, str]) -> None:
    assert badly_checked(*given) == []


@pytest.mark.long
@pytest.mark.timeout(900)
@MANY
@given(st.sampled_from(SHIPPED).flatmap(lambda name: st.tuples(st.just(name), damaged([TEXTS[name]]))))
def test_damaged_files_of_shipped_specs_never_raise(given: tuple[str, str]) -> None:
    assert badly_checked(*given) == []


@BOUNDED
@given(st.one_of(st.text(max_size=200), damaged(['{"title": "x", "shots": [{"id": "s01", "seconds": 1.0}]}'])))
def test_answers_never_raise(text: str) -> None:
    document, found = answers.read(text, "answer")
    assert badly_told(found) == []
    assert document is not None or failed(found)


@pytest.fixture(scope="module")
def program() -> Program:
    return frontend.load(project.find(str(front.ROOT / "specs" / "detective.yaml")), preview=True)


@BOUNDED
@given(text=st.one_of(damaged([ANSWER]), mistaken(ANSWER)))
def test_scripts_of_models_never_raise(program: Program, text: str) -> None:
    script, found = program.judged(text)
    assert badly_told(found) == []
    assert script is not None or failed(found)
