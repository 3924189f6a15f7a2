"""An editor's YAML language server with our schemas: what it accepts, marks, completes and explains."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from front import ROOT
from languageserver import LanguageServer, Message, serving
from serving import manjuc
from test_starting import SPEC, options

from manjuc import project

pytestmark = pytest.mark.long
PACKAGE = "yaml-language-server@1.19.2"  # the last line of it that runs on node 20
SHIPPED = sorted((ROOT / "specs").rglob("*.yaml"))
SERIES = ROOT / "specs" / "zhumen" / "zhumen.yaml"
EPISODE = ROOT / "specs" / "zhumen" / "episodes" / "ep07.yaml"
HEADS = {
    SERIES: "# yaml-language-server: $schema=../../schemas/drama.schema.json\nmanju: 1\n",
    EPISODE: "# yaml-language-server: $schema=../../../schemas/episode.schema.json\nmanju: 1\nepisode: ep07\n",
}
HERE = "⟂"  # where the cursor stands in a text


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The server as an editor starts it, installed into a folder of its own."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        pytest.skip("node and npm are not installed here")
    folder = tmp_path_factory.mktemp("server")
    install = [npm, "install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", str(folder), PACKAGE]
    try:
        ran = subprocess.run(install, cwd=folder, capture_output=True, text=True, check=False, timeout=100)
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm does not come to an end with {PACKAGE}")
    if ran.returncode:
        pytest.skip(f"npm cannot install {PACKAGE}: {ran.stderr.strip()[:200]}")
    return [node, str(folder / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"), "--stdio"]


@pytest.fixture(scope="module")
def server(command: list[str]) -> Iterator[LanguageServer]:
    with serving(command, ROOT) as running:
        yield running


def cursor(text: str) -> tuple[str, int, int]:
    """A text without the mark of the cursor, and where that stood."""
    before, _, after = text.partition(HERE)
    return before + after, before.count("\n"), len(before) - before.rfind("\n") - 1


def offered(server: LanguageServer, path: Path, text: str) -> dict[str, Message]:
    """What is offered at the cursor, by its label."""
    plain, line, character = cursor(HEADS[path] + text)
    server.problems(path, plain)
    return {item["label"]: item for item in server.completion(path, line, character)}


def explained(server: LanguageServer, path: Path, text: str) -> str:
    """What is said of the place of the cursor."""
    plain, line, character = cursor(HEADS[path] + text)
    server.problems(path, plain)
    return server.hover(path, line, character)


def in_both_languages(text: object) -> bool:
    """True for a text with English and Chinese words in it."""
    said = str(text)
    return bool(re.search(r"[A-Za-z]{3}", said) and re.search(r"[\u4e00-\u9fff]", said))


class TestAccepts:
    @pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
    def test_every_shipped_spec(self, server: LanguageServer, path: Path) -> None:
        assert path.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=")
        assert server.problems(path) == []

    def test_the_files_of_a_new_project_with_the_schemas_that_came_with_them(
        self, server: LanguageServer, tmp_path: Path
    ) -> None:
        assert manjuc("init", cwd=tmp_path).code == 0
        assert server.problems(tmp_path / SPEC) == []
        settings = tmp_path / "manjuc.yaml"
        modeline = settings.read_text(encoding="utf-8").splitlines()[0]
        assert server.problems(settings, "\n".join([modeline, *options(), ""])) == []
        assert server.problems(settings, f"{modeline}\nbuget: {{CNY: 5}}\n")[0]["range"]["start"]["line"] == 1

    @pytest.mark.parametrize("name", project.SCHEMAS)
    def test_nothing_that_the_schema_of_its_modeline_does_not_know(
        self, server: LanguageServer, tmp_path: Path, name: str
    ) -> None:
        manjuc("schema", "--all", "schemas", cwd=tmp_path)
        modeline = f"# yaml-language-server: $schema=schemas/{name}.schema.json"
        problems = server.problems(tmp_path / "x.yaml", f"{modeline}\nno: 1\n")
        assert "Property no is not allowed." in {problem["message"] for problem in problems}


class TestMarks:
    @pytest.mark.parametrize(
        ("path", "right", "wrong"),
        [
            (SERIES, "  look: 国风厚涂", "  loook: 国风厚涂"),
            (SERIES, 'aspect_ratio: "9:16"', 'aspect_ratio: "9:15"'),
            (SERIES, "age: 22", "age: 二十二"),
            (SERIES, "seconds: {min: 60, max: 90}", "seconds: {min: 60, most: 90}"),
            (SERIES, "review: [three_views, contact_sheet]", "review: [three_view, contact_sheet]"),
            (EPISODE, "{id: s10, seconds: 2,", "{id: s10,"),
            (EPISODE, "action: 摘下面纱", "acton: 摘下面纱"),
            (EPISODE, "{card: 三年后, id: s04, seconds: 1.5}", "{card: 三年后, id: s04}"),
            (EPISODE, "say: [{旁白: 三年前，她死在这里。}]", "say: [{who: 旁白}]"),
        ],
    )
    def test_a_slip_in_the_line_in_which_manjuc_finds_it(
        self, server: LanguageServer, tmp_path: Path, path: Path, right: str, wrong: str
    ) -> None:
        text = path.read_text(encoding="utf-8")
        assert text.count(right) == 1
        faulty = text.replace(right, wrong)
        line = faulty[: faulty.index(wrong)].count("\n")
        assert {problem["range"]["start"]["line"] for problem in server.problems(path, faulty)} == {line}
        (tmp_path / path.name).write_text(faulty, encoding="utf-8")
        ran = manjuc("check", "--format", "short", path.name, cwd=tmp_path)
        assert {int(found.split(":")[1]) for found in ran.out.splitlines()} == {line + 1}


class TestCompletes:
    @pytest.mark.parametrize(
        ("path", "text", "keys"),
        [
            (
                SERIES,
                HERE,
                {"title", "theme", "style", "characters", "scenes", "props", "episodes", "frozen", "profiles"},
            ),
            (SERIES, f"characters:\n  沈昭:\n    {HERE}", {"name", "role", "age", "traits", "looks", "image"}),
            (SERIES, f"scenes:\n  药庐:\n    {HERE}", {"light", "tone", "props", "at", "image"}),
            (EPISODE, HERE, {"title", "logline", "parts", "shots", "hook", "cliffhanger", "trim", "so_far"}),
            (EPISODE, f"parts:\n  - {HERE}", {"at", "characters", "shots", "card", "seconds"}),
            (EPISODE, f"shots:\n  - {HERE}", {"id", "seconds", "framing", "camera", "action", "say", "card", "use"}),
            (EPISODE, f"shots:\n  - id: s01\n    {HERE}", {"seconds", "framing", "place", "note", "caption", "video"}),
            (EPISODE, f"shots:\n  - {{id: s01, fr{HERE}}}", {"framing"}),
        ],
    )
    def test_keys_with_what_they_mean(self, server: LanguageServer, path: Path, text: str, keys: set[str]) -> None:
        found = offered(server, path, text)
        assert keys <= set(found)
        assert [label for label in keys if not in_both_languages(found[label].get("documentation"))] == []

    @pytest.mark.parametrize(
        ("path", "text", "values"),
        [
            (EPISODE, f"shots:\n  - id: s01\n    framing: {HERE}", {"特写", "近景", "中景", "全景", "大全景"}),
            (EPISODE, f"shots:\n  - id: s01\n    camera: {HERE}", {"固定", "推", "拉", "摇", "移"}),
            (SERIES, f"format:\n  aspect_ratio: {HERE}", {"16:9", "9:16", "1:1"}),
            (SERIES, f"format:\n  seconds: {HERE}", {"10", "60", "{min, max}"}),
            (SERIES, f"review:\n  - {HERE}", {"script", "three_views", "scene", "contact_sheet"}),
        ],
    )
    def test_values(self, server: LanguageServer, path: Path, text: str, values: set[str]) -> None:
        found = offered(server, path, text)
        assert values <= set(found)
        assert not any("object" in label for label in found)

    @pytest.mark.parametrize(
        ("text", "label", "expected"),
        [
            (
                f"shots:\n  - {HERE}",
                "带台词的镜头 shot with a line",
                {"id", "seconds", "framing", "characters", "action", "say"},
            ),
            (f"shots:\n  - {HERE}", "字卡 card", {"id", "seconds", "card"}),
            (f"parts:\n  - {HERE}", "一场戏 part", {"at", "characters", "shots"}),
            (f"parts:\n  - {HERE}", "字卡 card", {"card", "id", "seconds"}),
            (f"shots:\n  - seconds: 2\n    say:\n      - {HERE}", "心声 inner", {"沈昭(心声)"}),
            (f"shots:\n  - seconds: 2\n    say:\n      - {HERE}", "旁白 narrator", {"旁白"}),
        ],
    )
    def test_whole_shots_parts_and_lines_that_fit_the_schema(
        self, server: LanguageServer, text: str, label: str, expected: set[str]
    ) -> None:
        snippet = offered(server, EPISODE, text)[label]["insertText"]
        filled = re.sub(r"\$\{\d+:([^}]*)\}", r"\1", snippet)
        before, _, _ = text.partition(HERE)
        line = before[before.rfind("\n") + 1 :]
        indent = " " * (len(line) - len(line.lstrip()))  # an editor puts it before each line that it inserts
        whole = HEADS[EPISODE] + before + filled.replace("\n", "\n" + indent) + "\n"
        inserted = yaml.safe_load("  " + filled)
        assert set(inserted) == expected
        problems = [problem["message"] for problem in server.problems(EPISODE, whole)]
        assert problems == (['Missing property "action".'] if "say:" in before else []), whole


class TestExplains:
    def test_looks(self, server: LanguageServer) -> None:
        said = explained(server, SERIES, f"characters:\n  沈昭:\n    lo{HERE}oks:\n      囚衣: {{服装: 灰白囚衣}}\n")
        assert "造型 looks" in said
        assert "sheet of its own" in said
        assert "囚衣" in said
        assert in_both_languages(said)

    @pytest.mark.parametrize(
        ("path", "text", "title"),
        [
            (SERIES, f"format: {{sec{HERE}onds: {{min: 60, max: 90}}}}\n", "时长 seconds"),
            (SERIES, f"format: {{seconds: {{m{HERE}in: 60, max: 90}}}}\n", "最少 at least"),
            (SERIES, f"characters: {{a: {{traits: {{鞋: {{is: 布鞋, i{HERE}n: [全景]}}}}}}}}\n", "景别 framings"),
            (EPISODE, f"shots:\n  - {{seconds: 2, action: 走, s{HERE}ay: [{{旁白: 夜}}]}}\n", "台词 say"),
            (EPISODE, f"shots:\n  - {{seconds: 2, action: 走, say: [{{旁{HERE}白: 夜}}]}}\n", "台词 line"),
            (EPISODE, f"shots:\n  - {{seconds: 2, u{HERE}se: ep01/s09}}\n", "复用镜头 use"),
        ],
    )
    def test_other_keys_in_the_words_of_the_trade(
        self, server: LanguageServer, path: Path, text: str, title: str
    ) -> None:
        said = explained(server, path, text)
        assert title in said
        assert in_both_languages(said.replace(title, ""))
