"""Each code has a page that explains it, and the example on the page gives just what the page shows."""

import re
import tempfile
from pathlib import Path

import front
import pytest

from manjuc import answers, facts, frontend, project, show
from manjuc.diagnostic import CODES

PAGES = front.ROOT / "manjuc" / "data" / "explain"
# Found where files are read, templates are rendered or answers are kept, or shown by what would end an example: their
# pages have no example that the pure front end could run.
ELSEWHERE = {"MJ0106", "MJ0122", "MJ0304", "MJ0311", "MJ0416", "MJ0438", "MJ0470", "MJ0471", "MJ0472", "MJ0473"}
_BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


LANGUAGES = ("en", *project.languages())


def page(code: str, language: str = "en") -> str:
    folder = PAGES if language == "en" else PAGES / language
    return (folder / f"{code}.md").read_text(encoding="utf-8")


def blocks(code: str, language: str = "en") -> list[tuple[str, str]]:
    return [(found[1], found[2]) for found in _BLOCK.finditer(page(code, language))]


def compiled(examples: list[tuple[str, str]]) -> front.Found:
    kind, text = examples[0]
    if "whole" in kind or any("file=" in info for info, _ in examples[1:]):
        return in_files([("drama.yaml", text), *((info.partition("file=")[2], more) for info, more in examples[1:])])
    if "name=" in kind:
        return in_files([(f"{kind.partition('name=')[2]}.yaml", text)])
    if kind == "text":
        return answers.read(text, "answer")[1]
    if len(examples) == 2:
        return front.script(examples[1][1], text, mend="by-model" in examples[1][0])[1]
    return front.spec(text)[1]


def in_files(files: list[tuple[str, str]]) -> front.Found:
    """The problems of a drama, the first of several files."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files:
            path = Path(folder).resolve() / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return frontend.check(project.find(str(Path(folder).resolve() / files[0][0])))


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    for folder in (PAGES, *(PAGES / name for name in project.languages())):
        assert {path.stem for path in folder.glob("*.md")} == set(CODES), folder.name


@pytest.mark.parametrize("code", CODES)
def test_a_page_is_headed_by_its_code_and_title(code: str) -> None:
    assert page(code).startswith(f"# {code}: {CODES[code]}\n")
    assert re.match(rf"# {code}：.*[\u4e00-\u9fff].*\n\n", page(code, "zh"))


@pytest.mark.parametrize("code", CODES)
def test_a_page_is_the_same_in_every_language_but_for_its_words(code: str) -> None:
    examples = {name: [block for block in blocks(code, name) if block[0] != "diagnostics"] for name in LANGUAGES}
    assert all(given == examples["en"] for given in examples.values())
    assert len({page(code, name).count("```") for name in LANGUAGES}) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(set(CODES) - ELSEWHERE))
def test_the_example_of_a_page_gives_just_its_diagnostics(code: str, language: str) -> None:
    *examples, (kind, shown) = blocks(code, language)
    found = compiled(examples)
    assert kind == "diagnostics"
    assert show.diagnostics(found, colour=False, language=facts.language(language)) == shown
    assert front.codes(found) == [code]


def test_every_code_that_is_emitted_is_in_the_table_and_every_code_of_the_table_is_emitted() -> None:
    modules = [path for path in Path(front.ROOT / "manjuc").rglob("*.py") if path.name != "diagnostic.py"]
    emitted = {code for path in modules for code in re.findall(r"MJ\d{4}", path.read_text(encoding="utf-8"))}
    assert emitted == set(CODES)
