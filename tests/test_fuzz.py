"""Whatever stands in a file, the front end answers with diagnostics that can be shown, and never with an exception."""

import front
from hypothesis import given, settings
from hypothesis import strategies as st

from manjuc import answers, show
from manjuc.diagnostic import failed

BOUNDED = settings(derandomize=True, deadline=None, max_examples=150)
SPECS = [path.read_text(encoding="utf-8") for path in sorted((front.ROOT / "specs").glob("*.yaml"))]
SPECS = [text for text in SPECS if "manju_script:" not in text]
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
WORDS = [*"[]{}:：,，-?&*!|>'\"%@`#\n\t ", ": ", "- ", "  ", "\n  ", "---\n", "~", "null", ".nan", "1e999", "007"]
WORDS += ["\u2028", "\x85", "\r\n", "\x00", "\ufeff", "\ud800", "<<", "雨", "😀"]
WORDS += ["manju: 1\n", "theme: ", "shots:", "characters:", "style:"]


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


def shown(found: front.Found) -> None:
    assert show.diagnostics(found, colour=False).count("-->") >= min(len(found), 50)
    assert show.short(found).count("\n") == len(found)
    show.as_json(found)
    show.github(found)


@BOUNDED
@given(st.lists(st.sampled_from(WORDS), max_size=40).map("".join))
def test_yamlish_texts_never_raise(text: str) -> None:
    lowered, found = front.spec(text)
    shown(found)
    assert lowered is not None or failed(found)


@BOUNDED
@given(damaged(SPECS))
def test_damaged_specs_never_raise(text: str) -> None:
    lowered, found = front.spec(text)
    shown(found)
    assert lowered is not None or failed(found)


@BOUNDED
@given(damaged([SCRIPT]), st.booleans())
def test_damaged_scripts_never_raise(text: str, mend: bool) -> None:
    script, found = front.script(text, DRAMA, mend=mend)
    shown(found)
    assert script is not None or failed(found)


@BOUNDED
@given(damaged([*SPECS, SCRIPT]), st.integers(0, 60))
def test_a_missing_colon_is_never_blamed_on_text_that_does_not_exist(text: str, line: int) -> None:
    lines = text.split("\n")
    index = line % len(lines)
    lines[index] = lines[index].replace(": ", "：", 1)
    found = front.load("\n".join(lines))[1]
    shown(found)
    for diagnostic in found:
        span = diagnostic.primary.span
        assert 0 <= span.start <= span.end <= len(span.source.text)


@BOUNDED
@given(st.one_of(st.text(max_size=200), damaged(['{"title": "x", "shots": [{"id": "s01", "seconds": 1.0}]}'])))
def test_answers_never_raise(text: str) -> None:
    document, found = answers.read(text, "answer")
    shown(found)
    assert document is not None or failed(found)
