"""The house, as data: who may import whom, which module is the door to which package, how large things may grow."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "manjuc"

# A module may import from lower rows, and in its own row from those to its left, where the row allows that.
ROWS: list[tuple[str, list[str], set[int], bool]] = [
    # name, modules, rows that may be imported, and whether mates to the left may be
    ("words", ["once", "text", "words", "digest", "diagnostic", "errors"], set(), True),
    (
        "values",
        [
            *(
                "keystrokes",
                "colons",
                "complaint",
                "bracketed",
                "lining",
                "remnants",
                "slips",
                "scalars",
                "laid",
                "document",
                "numerals",
                "simplified",
                "glosses",
                "manner",
                "advice",
                "plural",
                "mending",
                "rules",
                "guises",
                "causes",
                "source",
                "ids",
                "alike",
                "references",
                "models",
                "resolution",
                "policy",
                "earlier",
                "spec",
                "cast",
                "standins",
                "choosing",
                "longhand",
                "weaving",
                "lexicon",
                "mentions",
                "findings",
                "limits",
                "briefing",
                "calls",
                "wire",
                "shapes",
                "sayings",
                "bodies",
                "spelling",
                "routes",
                "failures",
                "graph",
                "timeline",
                "storyboard",
                "likeness",
                "inventions",
                "pictures",
                "sandbox",
                "redaction",
                "whereabouts",
                "sensitive",
            ),
            *(
                "steps",
                "known",
                "ladder",
                "prices",
                "difference",
                "symptoms",
                "ledger",
                "accounts",
                "budget",
                "events",
                "contracts",
                "hearing",
            ),
        ],
        {0},
        True,
    ),
    (
        "front end",
        [
            "schema",
            "catalogue",
            "lower",
            "shots",
            "checks",
            "answers",
            "letters",
            "wording",
            "severities",
            "prompts",
            "show",
            "overview",
            "screenplay",
            "page",
            "bills",
            "listing",
        ],
        {0, 1},
        False,
    ),
    ("knowledge", ["stages", "dialects"], {0, 1}, False),
    ("decision", ["review", "standing", "verdicts", "sharing", "plan", "scales", "weights"], {0, 1, 2, 3}, True),
    (
        "effects",
        [
            "syncs",
            "disk",
            "journal",
            "project",
            "settings",
            "writer",
            "blobs",
            "inbox",
            "store",
            "lockfile",
            "placing",
            "downloads",
            "relay",
            "media",
            "lettering",
            "assembly",
        ],
        {0, 1},
        True,
    ),
    (
        "drive",
        [
            "ending",
            "selection",
            "consent",
            "collecting",
            "owned",
            "documents",
            "manifest",
            "facts",
            "appraisal",
            "generated",
            "frontend",
            "spending",
            "doctor",
            "asked",
            "tools",
            "keep",
            "obstacles",
            "perform",
            "engine",
            "delivery",
            "judging",
            "compiler",
            "inspection",
        ],
        {0, 1, 2, 3, 4, 5},
        True,
    ),
    (
        "shell",
        [
            "language",
            "usage",
            "progress",
            "dashboard",
            "display",
            "eventfile",
            "closing",
            "inquiries",
            "rehearsal",
            "starting",
            "cli",
            "__main__",
        ],
        {0, 1, 2, 3, 4, 5, 6},
        True,
    ),
]
ROW_OF = {module: number for number, (_, modules, _, _) in enumerate(ROWS) for module in modules}
PURE = {module for module, row in ROW_OF.items() if row <= 4}

# The one door of each outside package. The preview relay is an application of its own, with doors of its own.
DOORS = {
    "yaml": {"source"},
    "json_repair": {"answers"},
    "jinja2": {"prompts", "sandbox", "preview"},
    "httpx": {"relay", "downloads"},  # two sides of one door: what we ask the relay, and where its links lead
    "subprocess": {"media"},
    "imageio_ffmpeg": {"media"},
    "PIL": {"media", "preview"},
    "pylopdf_fonts_zh_cn": {"media"},
    "pysubs2": {"lettering"},
    "filelock": {"writer"},
    "dotenv": {"settings"},
    "hashlib": {"digest"},
    "rich": {"display"},
    "aiolimiter": {"relay"},
    "tenacity": {"downloads"},
    "click": {"cli", "inquiries", "language", "rehearsal", "starting", "usage"},
    "resvg_py": {"preview"},
    "uvicorn": {"preview"},
    "asyncio": {
        *("doctor", "ending", "syncs", "engine", "asked", "perform", "keep"),
        *("downloads", "relay", "media", "compiler", "preview"),
    },
}
FORBIDDEN_WHERE_PURE = {"time", "datetime", "random", "os", "pathlib", "logging", "tempfile", "socket", "sys", "shutil"}
MODULE_LINES = 300
FUNCTION_LINES = 40


def modules() -> Iterator[tuple[str, Path, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        yield name, path, ast.parse(path.read_text(encoding="utf-8"))


MODULES = [pytest.param(*module, id=module[0]) for module in modules()]


def imports(tree: ast.Module) -> Iterator[str]:
    """Every module that is imported anywhere in a file, late imports included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module
            submodules = [f"{node.module}.{alias.name}" for alias in node.names]
            known = [name for name in submodules if (ROOT.parent / Path(*name.split("."))).with_suffix(".py").exists()]
            yield from known or [node.module]


def top(name: str) -> str:
    return name.split(".")[0]


@pytest.mark.parametrize(("name", "path", "tree"), MODULES)
def test_a_module_imports_downwards_only(name: str, path: Path, tree: ast.Module) -> None:
    for imported in imports(tree):
        package, _, inner = imported.partition(".")
        if package != "manjuc" or not inner or name == "__init__":
            continue
        if top(name) == "preview":
            assert top(inner) in ("preview", "media") or ROW_OF[top(inner)] <= 1, f"{name} imports {inner}"
        elif top(inner) == "preview":
            assert name in ("cli", "rehearsal"), (
                f"{name} imports {inner}: the preview relay is handed over by the shell"
            )
        else:
            assert allowed(name, inner), f"{name} imports {inner}"


def allowed(name: str, inner: str) -> bool:
    row, other = ROW_OF[top(name)], ROW_OF[top(inner)]
    _, mates, below, leftwards = ROWS[row]
    if row != other:
        return other in below
    if top(name) == top(inner):
        return name in (
            "stages",
            "dialects",
            "checks",
        )  # the table of a folder names its modules; they never name each other
    return leftwards and mates.index(top(inner)) < mates.index(top(name))


@pytest.mark.parametrize(("name", "path", "tree"), MODULES)
def test_each_outside_package_has_one_door(name: str, path: Path, tree: ast.Module) -> None:
    for imported in imports(tree):
        if top(imported) in DOORS:
            assert top(name) in DOORS[top(imported)], f"{name} imports {imported}"


@pytest.mark.parametrize(("name", "path", "tree"), MODULES)
def test_rows_0_to_4_have_no_clock_no_chance_and_no_files(name: str, path: Path, tree: ast.Module) -> None:
    if top(name) in PURE:
        assert not FORBIDDEN_WHERE_PURE & {top(imported) for imported in imports(tree)}
        assert "open(" not in path.read_text(encoding="utf-8").replace("_Open(", "")


@pytest.mark.parametrize(("name", "path", "tree"), MODULES)
def test_the_environment_is_read_in_settings_alone(name: str, path: Path, tree: ast.Module) -> None:
    reads = any(isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv") for node in ast.walk(tree))
    assert not reads or name == "settings"


@pytest.mark.parametrize(("name", "path", "tree"), MODULES)
def test_modules_and_functions_stay_small(name: str, path: Path, tree: ast.Module) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MODULE_LINES
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= FUNCTION_LINES, f"{name}.{node.name} has {length} lines"


@pytest.mark.parametrize(("name", "path", "tree"), MODULES)
def test_modules_and_what_they_offer_say_what_they_mean(name: str, path: Path, tree: ast.Module) -> None:
    assert ast.get_docstring(tree)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{name}.{node.name}"


def test_every_module_stands_in_a_row() -> None:
    assert {top(name) for name, _, _ in modules()} - {"__init__", "preview", "manjuc"} <= set(ROW_OF)


def test_the_repository_has_no_other_top_level_folders() -> None:
    folders = {path.name for path in ROOT.parent.iterdir() if path.is_dir() and not path.name.startswith(".")}
    assert folders - {"build", "dist"} == {"manjuc", "templates", "schemas", "specs", "tests", "docs"}


def test_every_stage_has_its_templates_and_no_template_is_orphaned() -> None:
    from manjuc.stages import STAGES

    templates = {path.stem for path in (ROOT.parent / "templates").glob("*.j2")}
    stages = {stage.NAME for stage in STAGES}
    for stage in STAGES:
        if stage.SLOT != "local":
            assert any(template.split(".")[0] == stage.NAME for template in templates), stage.NAME
    assert {template.split(".")[0] for template in templates if not template.startswith("_")} <= stages
