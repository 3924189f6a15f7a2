"""What only looks works on a disk that takes no write, and attempts none."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from serving import KEY, SPEC, build, laid_out, manjuc, served

# A process in which every write below a folder fails as on a read-only disk, and is counted.
WALLED = """
import errno, os, sys

root, *arguments = sys.argv[1:]
CHANGES = {"mkdir", "rename", "remove", "rmdir", "link", "symlink", "truncate", "chmod", "utime"}
attempts = []

def heard(event, given):
    writes = event == "open" and given[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    changes = writes or event.removeprefix("os.") in CHANGES
    if changes and any(os.path.abspath(str(name)).startswith(root) for name in given[:2]):
        attempts.append(f"{event} {given[0]}")
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), given[0])

sys.addaudithook(heard)
sys.argv = ["manjuc", *arguments]
from manjuc import cli
try:
    cli.main()
finally:
    print(len(attempts), "writes", *attempts, file=sys.stderr)
"""
LOOKS = [
    ("check", SPEC),
    ("plan", SPEC),
    ("plan", SPEC, "--prompts"),
    ("plan", SPEC, "--format", "json"),
    ("show", SPEC, "scenes/corridor/scene"),
    ("costs", SPEC),
]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of which a part is built, and a part is not."""
    folder = laid_out(tmp_path_factory.mktemp("looked-at"))
    with served(tmp_path_factory.mktemp("relay"), paid=True) as relay:
        ran = build(folder, relay, "--until", "scene", "--yes")
    assert ran.code == 0, ran.err
    return folder


def ran(*command: str, root: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1", "MANJUC_API_KEY": KEY}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


def hashed(root: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below a folder, with its bytes and the time of its last change."""
    files = (path for path in root.rglob("*") if path.is_file())
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


@pytest.mark.parametrize("look", LOOKS, ids=" ".join)
def test_what_only_looks_attempts_no_write(root: Path, look: tuple[str, ...]) -> None:
    before = hashed(root)
    walled = ran(sys.executable, "-c", WALLED, str(root), *look, root=root)
    assert walled.stderr.splitlines()[-1] == "0 writes"
    assert walled.returncode == 0, walled.stderr
    assert walled.stdout == manjuc(*look, cwd=root, key=KEY).out
    assert hashed(root) == before


def test_a_write_would_have_been_noticed(root: Path) -> None:
    walled = ran(sys.executable, "-c", WALLED, str(root), "build", SPEC, "--yes", root=root)
    assert walled.returncode not in (0, 3), walled.stderr
    assert "Read-only file system" in walled.stderr
    assert walled.stderr.splitlines()[-1] != "0 writes"


def _mounts(folder: Path) -> bool:
    if not shutil.which("unshare"):
        return False
    return ran("unshare", "-m", "mount", "--bind", str(folder), str(folder), root=folder).returncode == 0


def test_a_plan_is_made_on_a_disk_that_is_mounted_for_reading_only(root: Path) -> None:
    if not _mounts(root):
        pytest.skip("this process may not mount")
    mount = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && cd "$0" && ! touch x 2>/dev/null && exec "$@"'
    plan = (sys.executable, "-m", "manjuc", "plan", SPEC, "--format", "json")
    looked = ran("unshare", "-m", "sh", "-c", mount, str(root), *plan, root=root)
    assert looked.returncode == 0, looked.stderr
    verdicts = {step["id"]: step["verdict"] for step in json.loads(looked.stdout)["steps"]}
    assert verdicts["scenes/corridor/scene"] == "hit"
    assert "miss" in verdicts.values()
