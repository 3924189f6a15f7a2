"""Faulty specs and scripts, one cause each: the front end says just what a case expects, in every language.

A case is a file in corpus/, in the folder of the pass that finds its fault; corpus/README.md says how to write one.
"""

from __future__ import annotations

import asyncio
import functools
import random
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from manjuc import facts, frontend, media, project, show, source
from manjuc.calls import Artifact
from manjuc.diagnostic import CODES, Diagnostic, Source
from manjuc.disk import now
from manjuc.frontend import Program
from manjuc.graph import ActionId, Results
from manjuc.spec import EpisodeId
from manjuc.store import Store
from manjuc.words import Words, heard

CORPUS = Path(__file__).parent / "corpus"
CASES = sorted(path.relative_to(CORPUS).with_suffix("").as_posix() for path in CORPUS.rglob("*.yaml"))
MARK = "▸"

_HEADER = re.compile(r"# (expect|help|profile|encoding|picture|clip|accepted): (.+)\n")
_FILE = re.compile(r"^--- file: (.+)\n", re.MULTILINE)
_ESCAPE = re.compile(r"‹U\+([0-9A-F]{4,6})›")

Said = tuple[str, str, str, int, int]
"""Code, severity, file, line and column."""


@dataclass(frozen=True)
class Case:
    """A drama with one fault, and what is to be said of it."""

    header: dict[str, str]
    files: dict[str, str]
    expected: Said


@functools.cache
def read(name: str) -> Case:
    """A case as its file tells it."""
    text = (CORPUS / f"{name}.yaml").read_text(encoding="utf-8")
    header: dict[str, str] = {}
    while found := _HEADER.match(text):
        header[found[1]] = found[2]
        text = text[found.end() :]
    first, *more = _FILE.split(text)
    marked = {"drama.yaml": first} | dict(zip(more[::2], more[1::2], strict=True))
    marked = {file: _ESCAPE.sub(lambda code: chr(int(code[1], 16)), body) for file, body in marked.items()}
    code, *rest = header["expect"].split()
    severity = next((word for word in rest if word in ("warning", "hint")), "error")
    place = next((word for word in rest if ":" in word), None)
    file, line, column = _given(place) if place else _marked(marked)
    files = {file: body.replace(MARK, "") for file, body in marked.items()}
    return Case(header, files, (code, severity, file, line, column))


def _given(place: str) -> tuple[str, int, int]:
    *file, line, column = place.split(":")
    return (file[0] if file else "drama.yaml"), int(line), int(column)


def _marked(files: dict[str, str]) -> tuple[str, int, int]:
    ((file, before),) = ((file, body.split(MARK)[0]) for file, body in files.items() if MARK in body)
    return file, before.count("\n") + 1, len(before) - before.rfind("\n")


@functools.cache
def found(name: str) -> tuple[Diagnostic, ...]:
    """What the front end says of a case."""
    case = read(name)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        for file, text in case.files.items():
            path = root / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode(case.header.get("encoding", "utf-8")))
        _draw(case, root)
        place = project.find(str(root / "drama.yaml"), case.header.get("profile", ""))
        if "answer" not in case.files:
            return frontend.check(place)
        program = frontend.load(place, preview=True)
        assert program.warnings == (), "the drama of an answer is sound"
        answer = case.files["answer"].strip()
        return accepted(program, answer) if "accepted" in case.header else program.judged(answer)[1]


def accepted(program: Program, answer: str) -> tuple[Diagnostic, ...]:
    """What is said of an answer once it was accepted, with its author's fixes."""
    action, episode = ActionId("drama/script"), EpisodeId("drama")
    store = Store(program.project.store)
    with store.writing():
        _, data, refused = program.read_answer(store, action, answer)
        assert refused == (), refused
        blob = now(store.put(data))
    script = program.read_script(store, episode, (Artifact("script", blob, "application/json", len(data)),))
    return program.appraised(Results({}, {episode: script}))


def _draw(case: Case, root: Path) -> None:
    """The pictures and clips of a case."""
    for line in filter(None, case.header.get("picture", "").split(", ")):
        file, size, *noise = line.split()
        sides = [int(side) for side in size.split("x")]
        data = random.Random(1).randbytes(3 * sides[0] * sides[1]) if noise else bytes(3 * sides[0] * sides[1])
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        Image.frombytes("RGB", (sides[0], sides[1]), data).save(root / file, compress_level=1)
    if "clip" in case.header:
        file, size, seconds = case.header["clip"].split()
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        asyncio.run(media.ffmpeg(["-f", "lavfi", "-i", f"color=s={size}:d={seconds}", file], root))


def corrected(name: str) -> tuple[str, str] | None:
    """The file with the fault of a case as its help writes the line; None where the help is of another kind."""
    case, (diagnostic,) = read(name), found(name)
    code, _, file, line, _ = case.expected
    advice = re.fullmatch(r"write `([^…]*)`", case.header.get("help", ""))
    if advice is None or not code.startswith("MJ01") or code == "MJ0110":
        return None
    written, lines = advice[1], case.files[file].split("\n")
    old = lines[line - 1]
    if written.startswith("["):  # the list alone
        span = diagnostic.primary.span
        start, end = old.rindex("[", 0, span.place[2]), old.index("]", span.place[2])
        lines[line - 1] = old[:start] + written + old[end + 1 :]
    else:
        lead = re.match(r" *", old)[0] if written[:1] != " " else ""  # type: ignore[index]
        dash = "- " if old.startswith(f"{lead}- ") and not written.startswith("- ") else ""
        lines[line - 1] = lead + dash + written
    return file, "\n".join(lines)


def words_of(name: str) -> Iterator[Words]:
    """Every sentence that is said of a case."""
    for each in found(name):
        yield from (each.message, each.primary.text, *(label.text for label in each.secondary), *each.notes)
        yield from (each.help,) if each.help else ()


@pytest.mark.parametrize("name", CASES)
def test_a_case_gives_its_code_at_its_place_and_nothing_else(name: str) -> None:
    said = found(name)
    given = [(each.code, each.severity, *each.primary.span.place) for each in said]
    assert given == [read(name).expected], show.diagnostics(said, colour=False)


@pytest.mark.parametrize("name", CASES)
def test_a_case_says_what_to_do(name: str) -> None:
    expected = read(name).header.get("help")
    for each in found(name):
        assert (each.help is None) == (expected == "none"), each.help
        if each.help and expected:
            assert str(each.help) == expected


@pytest.mark.parametrize("name", [name for name in CASES if "write" in read(name).header.get("help", "")])
def test_a_corrected_line_mends_what_it_is_given_for(name: str) -> None:
    if mended := corrected(name):
        file, text = mended
        assert [each for each in source.load(Source(file, text))[1] if each.code < "MJ0200"] == [], text


def _foreign(words: Words) -> bool:
    """True for what holds a sentence of a parser's, which is in English."""
    said = words.template == "the YAML parser says: {}" or words.template == "{}"
    return said or any(isinstance(value, Words) and _foreign(value) for value in words.values)


@pytest.mark.parametrize("name", CASES)
def test_no_sentence_of_one_language_stands_in_another(name: str) -> None:
    chinese, written = facts.language("zh"), "\n".join(read(name).files.values())
    for words in words_of(name):
        put = re.sub(r"`[^`]*`", "", words.put(chinese))
        if not _foreign(words):
            assert not re.search(r"[A-Za-z]+ [A-Za-z]+ [A-Za-z]+", put), put
        put = re.sub(r"`[^`]*`", "", str(words))
        assert all(piece in written for piece in re.findall("[\u4e00-\u9fff]+", put)), put


@pytest.mark.parametrize("name", CASES)
def test_what_was_written_down_in_english_is_told_in_chinese_as_if_it_were_said_now(name: str) -> None:
    chinese = facts.language("zh")
    for words in (words for each in found(name) for words in (each.message, each.help) if words):
        if not re.search(r"``|`[^`]*; ", str(words)):  # marks of ours within what an author wrote
            assert heard(str(words)).put(chinese) == words.put(chinese)


@pytest.mark.parametrize("name", [name for name in CASES if "answer" in read(name).files])
def test_a_journal_of_refused_answers_is_told_without_a_word_of_english(name: str) -> None:
    chinese = facts.language("zh")
    for words in (words for each in found(name) for words in (each.message, each.help) if words):
        told = re.sub(r"`[^`]*`", "", heard(str(words)).put(chinese))
        assert set(re.findall("[A-Za-z]{2,}", told)) <= {"JSON"}, told


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_shown_in_every_format_and_language(name: str) -> None:
    said = found(name)
    for language in map(facts.language, ("en", "zh")):
        code, _, file, line, column = read(name).expected
        assert f"[{code}]" in show.diagnostics(said, colour=True, language=language)
        assert show.short(said, language=language).startswith(f"{file}:{line}:{column}: ")
        assert f"line={line},endLine=" in show.github(said, language=language)
        show.as_json(said, language=language)


def test_every_code_that_the_front_end_gives_has_a_case() -> None:
    assert set(CODES) - {read(name).expected[0] for name in CASES} == set()
