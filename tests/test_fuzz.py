"""Whatever stands in a file, the front end answers with diagnostics that can be shown, and never with an exception."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import front
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from manjuc import answers, compiler, facts, frontend, project, show
from manjuc.diagnostic import failed
from manjuc.frontend import Program
from manjuc.selection import Selection
from manjuc.text import width

BOUNDED = settings(derandomize=True, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
PLANS = settings(BOUNDED, max_examples=60, deadline=None)
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
        if show.short(found, language=language).count("\n") != min(len(found), show.MOST + 1):
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


PROJECT = front.schema_of("project")
# What a text of the schema's forms can be; each form takes some of them.
FORMED = ["CNY", "0.5", "10", "0", "7.25", "16:9", "9:16 hd", "hd", "ratio", "metadata.ratio", "model", "veo3.1", "1K"]
FORMED += ["veo3.1-fast", "plain", "storyboard", "no-such-template", "whatai", "2026-09-24", "16:0", "0:0", "x:y", "雨"]


def conforming(part: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values that a part of the project's schema takes."""
    if "$ref" in part:
        part = {**PROJECT["$defs"][part["$ref"].rpartition("/")[2]], **part}
    if "enum" in part:
        return st.sampled_from(part["enum"])
    kinds = [part["type"]] if isinstance(part["type"], str) else part["type"]
    return st.one_of([of_type(kind, part) for kind in kinds])


def of_type(kind: str, part: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if kind == "boolean":
        return st.booleans()
    if kind == "array":
        return st.lists(conforming(part["items"]), max_size=3)
    if kind == "object" and "properties" in part:
        known = {key: conforming(inner) for key, inner in part["properties"].items()}
        needed = {key: known.pop(key) for key in part.get("required", ())}
        return st.fixed_dictionaries(needed, optional=known)
    if kind == "object":
        return st.dictionaries(conforming(part["propertyNames"]), conforming(part["additionalProperties"]), max_size=3)
    if kind == "string":
        pattern, longest = re.compile(part.get("pattern", "")), part.get("maxLength", 1000)
        return st.sampled_from([text for text in FORMED if pattern.search(text) and len(text) <= longest])
    least = part.get("minimum", 0 if "exclusiveMinimum" not in part else part["exclusiveMinimum"] + 0.001)
    most = part.get("maximum", 10**9)
    edges = [each for each in (least, 1, 2, 5, 10, most) if least <= each <= most]
    return st.sampled_from([each for each in edges if kind == "number" or each == int(each)])


NAMED = ["my-model", "veo3.1-fast", "model"]
ENTRIES = st.dictionaries(st.sampled_from(NAMED), conforming(PROJECT["$defs"]["model"]), min_size=1)
PLANNED = """\
manju: 1
theme: 雨夜
format: {seconds: 12}
characters: {林澈: {traits: {发: 黑}}}
scenes: {a: {}}
"""
SHOT = "  - {id: s1, seconds: 2, action: 林澈推门, scene: a, characters: [林澈]}\n"


@PLANS
@given(ENTRIES, st.sampled_from(["text", "image", "video"]), st.sampled_from(NAMED[:2]), st.booleans())
def test_no_facts_of_models_that_fit_the_schema_ever_raise(
    models: dict[str, Any], kind: str, chosen: str, written: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        shots = "".join(SHOT.replace("s1", f"s{number}") for number in range(6)) if written else ""
        whole = {"kind": kind, "prompt": "plain", "like": "veo3.1"} if written else {"kind": kind}
        models = {name: facts | (whole if name == chosen else {}) for name, facts in models.items()}
        told = f"{PLANNED}models: {{{kind}: {chosen}}}\n"
        (root / "drama.yaml").write_text(told + (f"shots:\n{shots}" if shots else ""), encoding="utf-8")
        (root / "manjuc.yaml").write_text(json.dumps({"models": models}, ensure_ascii=False), encoding="utf-8")
        place = project.find(str(root / "drama.yaml"))
        found = frontend.check(place)
        assert badly_told(found) == []
        refused = [each for each in found if each.code.startswith("MJ02") and each.code != "MJ0204"]
        assert refused == [], "the entry fits the schema; of prompts, it cannot know which there are"
        if not failed(found):
            for step in compiler.plan(frontend.load(place, preview=True), Selection()).steps:
                assert step.action.id


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
