"""The two READMEs: one in its structure, and true: what they show is what an author sees."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from front import ROOT

from manjuc import project
from manjuc.cli import cli

READMES = {"README.md": "C.UTF-8", "README.zh-CN.md": "zh_CN.UTF-8"}
# Sets up the checkout itself, which a test runs in already; what these lead to is run by name below.
SET_UP = ("make ", "python3 -m venv ", ".venv/bin/")
_FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_COMMENT = re.compile(r"\s+#\s.*$")


@dataclass(frozen=True)
class Block:
    """What stands between two fences."""

    kind: str
    text: str

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, *kinds: str) -> list[Block]:
    found = [Block(match[1], match[2]) for match in _FENCE.finditer(text(name))]
    return [block for block in found if not kinds or block.kind in kinds]


def commands(name: str) -> list[str]:
    """Every command of a README, in its order, without comments."""
    found: list[str] = []
    for block in blocks(name, "sh", "console"):
        for line in block.lines:
            if block.kind == "sh" or line.startswith("$ "):
                found.append(_COMMENT.sub("", line.removeprefix("$ ")))
    return found


def shape(name: str) -> list[str]:
    """What a README is made of, without its words: headings, blocks, rows, items, pictures."""
    found: list[str] = []
    inside = ""
    for line in text(name).splitlines():
        if line.startswith("```"):
            inside = "" if inside else line
            found += [line] if inside else []
        elif inside:
            continue
        elif mark := re.match(r"(#+) |(\|)|(- )|(!\[)", line):
            found.append(mark[0])
    return found


class TestBoth:
    def test_they_have_the_same_parts_in_the_same_order(self) -> None:
        first, second = (shape(name) for name in READMES)
        assert first == second

    def test_they_give_the_same_commands_in_the_same_order(self) -> None:
        first, second = (commands(name) for name in READMES)
        assert first == second
        assert first[:2] == ["make demo", "make test"]

    @pytest.mark.parametrize("kind", ["diff", "yaml"])
    def test_they_show_the_same_files(self, kind: str) -> None:
        first, second = ([re.sub("(?m)#.*$", "", block.text) for block in blocks(name, kind)] for name in READMES)
        assert first == second

    def test_they_name_the_same_code_in_every_row_of_their_tables(self) -> None:
        rows = [
            [re.findall("`([^`]+)`", line) for line in text(name).splitlines() if line[:1] == "|"] for name in READMES
        ]
        assert rows[0] == rows[1]

    def test_they_lead_to_each_other_and_to_files_that_are_there(self) -> None:
        for name, other in zip(READMES, reversed(READMES), strict=True):
            links = re.findall(r"\]\(([^)#]+)\)", text(name))
            assert other in links
            assert [link for link in links if "://" not in link and not (ROOT / link).is_file()] == []

    @pytest.mark.parametrize("name", READMES)
    def test_every_command_of_manjuc_and_every_schema_is_named(self, name: str) -> None:
        assert [command for command in cli.commands if f"manjuc {command}" not in text(name)] == []
        assert [schema for schema in project.SCHEMAS if f"`{schema}`" not in text(name)] == []

    @pytest.mark.parametrize("name", READMES)
    def test_what_they_quote_of_shipped_specs_stands_there(self, name: str) -> None:
        quoted = [block for block in blocks(name, "yaml") if block.text.startswith("# specs/")]
        assert len(quoted) == 3
        for block in quoted:
            first, *lines = block.lines
            there = {line.strip() for line in text(first.removeprefix("# ")).splitlines()}
            assert [line for line in lines if line.strip() not in there] == []

    def test_their_picture_is_small(self) -> None:
        assert all(path.stat().st_size < 300_000 for path in (ROOT / "docs").iterdir())


@pytest.mark.parametrize("name", READMES)
def test_what_is_not_run_here_sets_up_the_checkout_or_needs_a_key(name: str) -> None:
    for block in blocks(name, "sh"):
        keyed = "MANJUC_API_KEY" in block.text
        assert keyed or all(line.startswith(SET_UP) for line in block.lines if line.strip()), block.text


@pytest.mark.long
class TestTrue:
    def test_make_demo_and_the_commands_without_make_build_what_the_readme_names(self, tmp_path: Path) -> None:
        shutil.copytree(ROOT / "specs", tmp_path / "specs")
        dry = subprocess.run(
            ["make", "--dry-run", "demo"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.splitlines()[-1]
        assert dry in commands("README.md")
        assert dry.startswith(".venv/bin/manjuc build --preview ")
        lines = run(dry.removeprefix(".venv/bin/"), tmp_path, "C.UTF-8")
        assert lines[-1].endswith("build/detective.preview/detective.mp4")

    @pytest.mark.parametrize(("name", "language"), READMES.items())
    def test_every_step_shows_what_an_author_sees(self, tmp_path: Path, name: str, language: str) -> None:
        folder, ran = tmp_path, 0
        for block in blocks(name, "console", "diff"):
            if block.kind == "diff":
                change(folder, block)
                continue
            for command, shown in steps(block):
                if command.startswith("cd "):
                    folder /= command.removeprefix("cd ")
                else:
                    said = run(command, folder, language)
                    assert agree(said, shown), f"{command} says\n" + "\n".join(said)
                    ran += 1
        assert ran >= 7
        assert [each for each in listed(name) if not (folder / "build" / "noodles.preview" / each).is_file()] == []


def listed(name: str) -> list[str]:
    """The results that a README lists."""
    (found,) = (block.text for block in blocks(name, "") if block.text.startswith("build/noodles.preview/"))
    names = re.findall(r"\S+\.(?:mp4|srt|png|html)", found)
    assert len(names) == 8
    return names


def steps(block: Block) -> Iterator[tuple[str, list[str]]]:
    """Each command of a session with the lines that are shown below it."""
    found: list[tuple[str, list[str]]] = []
    for line in block.lines:
        if line.startswith("$ "):
            found.append((_COMMENT.sub("", line[2:]), []))
        else:
            found[-1][1].append(line)
    return iter(found)


def change(folder: Path, block: Block) -> None:
    """An edit of a file: each text behind a `-` becomes the one behind the next `+`."""
    first, *lines = block.lines
    path = folder / first.removeprefix("--- ")
    whole = path.read_text(encoding="utf-8")
    for before, after in zip(lines[::2], lines[1::2], strict=True):
        assert (before[0], after[0]) == ("-", "+")
        assert whole.count(before[1:]) == 1, before
        whole = whole.replace(before[1:], after[1:])
    path.write_text(whole, encoding="utf-8")


def run(command: str, folder: Path, language: str) -> list[str]:
    """What a terminal would show of a command of manjuc, whatever its end."""
    program, *arguments = shlex.split(command)
    assert program == "manjuc"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MANJUC_", "LC_", "LANG"))}
    environment = {**kept, "LANG": language, "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    ran = subprocess.run(
        [sys.executable, "-m", "manjuc", *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return ran.stdout.splitlines()


def agree(said: list[str], shown: list[str]) -> bool:
    """True where what was said is what is shown; `…` stands for any text, and alone on a line for any lines."""
    pattern = "".join("(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + "\n" for line in shown)
    return re.fullmatch(pattern, "".join(f"{line.rstrip()}\n" for line in said)) is not None


def test_what_is_shown_is_held_to_what_is_said() -> None:
    assert agree(["a", "b", "c 1"], ["a", "…", "c …"])
    assert agree(["a"], ["a", "…"])
    assert not agree(["a", "b"], ["a"])
    assert not agree(["a", "b"], ["b", "…"])
