"""The wheel, built and installed elsewhere: it has to work without the checkout, in a folder that holds nothing."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from serving import MINI, QUICK

from manjuc.media import probe_clip

ROOT = Path(__file__).parent.parent
PARTS = ("manjuc", "templates", "schemas", "specs", "pyproject.toml", "README.md", "LICENSE")
PACKED = ("templates", "schemas", "specs")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the tree."""
    folder = tmp_path_factory.mktemp("tree")
    for name in PARTS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist", "."]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (made,) = (folder / "dist").glob("*.whl")
    return made


@dataclass(frozen=True)
class Installed:
    """A place where the wheel alone is installed; the packages that it needs are looked up in the tests' own."""

    folder: Path
    packages: Path

    def python(self, *arguments: str) -> str:
        """What a command says; its working folder holds nothing but what a test put there."""
        work = self.folder / "work"
        work.mkdir(exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MANJUC_", "PYTHON"))}
        path = os.pathsep.join([str(self.packages), sysconfig.get_paths()["purelib"]])
        # `-S` keeps out what points from the tests' packages to the checkout; `-P` the working folder.
        command = [sys.executable, "-S", "-P", *arguments]
        environment = {**kept, "PYTHONPATH": path, "PYTHONUTF8": "1"}
        ran = subprocess.run(command, cwd=work, env=environment, capture_output=True, encoding="utf-8", check=False)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def manjuc(self, *arguments: str) -> str:
        """What a command of manjuc says."""
        return self.python("-m", "manjuc", *arguments)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("installed")
    flags = ["--no-deps", "--no-index", "--no-compile", "--disable-pip-version-check", "--quiet"]
    command = [sys.executable, "-m", "pip", "install", *flags, "--target", str(folder / "packages"), str(wheel)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return Installed(folder, folder / "packages")


def test_the_wheel_holds_the_code_and_all_that_people_edit(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "manjuc").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    for name in PACKED:
        files = [path for path in (ROOT / name).rglob("*") if path.is_file()]
        assert files
        expected |= {f"manjuc/_data/{path.relative_to(ROOT).as_posix()}" for path in files}
    assert names == expected


def test_the_wheel_names_its_command_its_licence_and_its_needs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        said = {
            name.rpartition("/")[2]: archive.read(name).decode() for name in archive.namelist() if "dist-info" in name
        }
    assert "manjuc = manjuc.__main__:main" in said["entry_points.txt"]
    assert "Requires-Python: >=3.11" in said["METADATA"]
    assert "Requires-Dist: imageio-ffmpeg" in said["METADATA"]
    assert "LICENSE" in said


def test_it_is_the_wheel_that_runs_and_not_the_checkout(installed: Installed) -> None:
    told = installed.python("-c", "import manjuc, manjuc.project as p; print(manjuc.__file__, p.data_folder('specs'))")
    for place in told.split():
        assert Path(place).is_relative_to(installed.packages)


def test_its_files_are_found_inside_it(installed: Installed) -> None:
    program = """
from manjuc import project
print(*sorted(project.templates(None)))
print(*[source.path for source in project.catalogue_sources()])
print(*[len(project.schema_text(name)) > 100 for name in ("drama", "script", "project", "lock")])
"""
    templates, catalogue, schemas = installed.python("-c", program).splitlines()
    assert templates.split() == sorted(path.stem for path in (ROOT / "templates").glob("*.j2"))
    assert {"models.yaml", "failures.yaml"} <= set(catalogue.split())
    assert schemas == "True True True True"


def test_it_explains_and_shows_its_schema(installed: Installed) -> None:
    page = (ROOT / "manjuc" / "data" / "explain" / "MJ0203.md").read_text(encoding="utf-8")
    assert installed.manjuc("explain", "MJ0203") == page
    assert installed.manjuc("schema") == (ROOT / "schemas" / "drama.schema.json").read_text(encoding="utf-8")


def test_a_project_is_begun_by_the_wheel_with_the_schemas_that_it_ships(installed: Installed, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    installed.manjuc("init", str(begun))
    assert installed.manjuc("check", "--format", "short", str(begun / "specs" / "noodles.yaml")) == ""
    shipped = (ROOT / "schemas" / "drama.schema.json").read_text(encoding="utf-8")
    assert (begun / "schemas" / "drama.schema.json").read_text(encoding="utf-8") == shipped


def test_a_film_is_checked_planned_and_built_by_the_wheel_in_an_empty_folder(installed: Installed) -> None:
    work = installed.folder / "work"
    work.mkdir(exist_ok=True)
    (work / "mini.yaml").write_text(MINI, encoding="utf-8")
    (work / "manjuc.yaml").write_text(QUICK, encoding="utf-8")
    installed.manjuc("check", "mini.yaml")
    assert "mini/script" in installed.manjuc("plan", "mini.yaml")
    film = Path(installed.manjuc("build", "mini.yaml").strip())
    assert film == work / "build" / "mini.preview" / "mini.mp4"
    found = asyncio.run(probe_clip(film))
    assert abs(found.milliseconds - 2_000) <= 200
    assert (found.width, found.height) == (1280, 720)
    assert {path.name for path in work.iterdir()} == {"mini.yaml", "manjuc.yaml", "build", ".manjuc"}
