"""Each code has a page that explains it, and the example on the page gives just what the page shows."""

import re
from pathlib import Path

import front
import pytest

from manjuc import answers, show
from manjuc.diagnostic import CODES

PAGES = front.ROOT / "manjuc" / "data" / "explain"
# Found where files are read or templates are rendered: their pages have no example that the pure front end could run.
ELSEWHERE = {"MJ0106", "MJ0304", "MJ0311", "MJ0416", "MJ0501", "MJ0502"}
_BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(code: str) -> list[tuple[str, str]]:
    return [(found[1], found[2]) for found in _BLOCK.finditer((PAGES / f"{code}.md").read_text(encoding="utf-8"))]


def compiled(examples: list[tuple[str, str]]) -> front.Found:
    kind, text = examples[0]
    if kind == "text":
        return answers.read(text, "answer")[1]
    if len(examples) == 2:
        return front.script(examples[1][1], text, mend="by-model" in examples[1][0])[1]
    return front.spec(text, name=kind.partition("name=")[2] or "drama")[1]


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_page_is_headed_by_its_code_and_title(code: str) -> None:
    first = (PAGES / f"{code}.md").read_text(encoding="utf-8").split("\n", 1)[0]
    assert first == f"# {code}: {CODES[code]}"


@pytest.mark.parametrize("code", sorted(set(CODES) - ELSEWHERE))
def test_the_example_of_a_page_gives_just_its_diagnostics(code: str) -> None:
    *examples, (kind, shown) = blocks(code)
    found = compiled(examples)
    assert kind == "diagnostics"
    assert show.diagnostics(found, colour=False) == shown
    assert front.codes(found) == [code]


def test_every_code_that_is_emitted_is_in_the_table_and_every_code_of_the_table_is_emitted() -> None:
    modules = [path for path in Path(front.ROOT / "manjuc").rglob("*.py") if path.name != "diagnostic.py"]
    emitted = {code for path in modules for code in re.findall(r"MJ\d{4}", path.read_text(encoding="utf-8"))}
    assert emitted == set(CODES)
