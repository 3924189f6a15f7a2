"""What every test shares: a clean environment, golden files, projects in temporary folders."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from serving import Served, laid_out, served

HERE = Path(__file__).parent
SPECS = HERE.parent / "specs"

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell starts what goes on behind it: tests press Ctrl-C
    signal.signal(signal.SIGINT, signal.default_int_handler)

hypothesis.settings.register_profile("manjuc", deadline=None, derandomize=True)  # no test depends on speed or luck
hypothesis.settings.load_profile("manjuc")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew")
    parser.addoption("--all", action="store_true", help="the long tests too")
    parser.addoption("--sweep", action="store_true", help="every fault everywhere, every point at which to be killed")


# The everyday suite has less than two minutes; these are long, and run with `--all`, as CI and `make test-all` do.
LONG_FILES = {
    *("test_budget.py", "test_costs.py", "test_display.py", "test_doctor.py", "test_events.py", "test_faults.py"),
    *("test_interrupt.py", "test_pace.py", "test_paid_dialects.py", "test_policy.py", "test_preview_dialects.py"),
    *("test_sweep.py", "test_two_at_once.py", "test_film.py", "test_packaging.py", "test_read_only.py"),
    *("test_keys.py", "test_preview_period.py", "test_frozen.py", "test_generated.py", "test_standing.py"),
}
# Every point of a sweep, in one test a dialect: its length goes with the machine. Each build in it has a limit too.
SWEEP, SWEEP_SECONDS = "test_sweep.py", 4 * 3600
LONG_CLASSES = ("test_preview.py::TestSides", "test_preview.py::TestVehicles", "test_preview.py::TestClothes")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what is long, and leave it out of the everyday suite."""
    for item in items:
        if item.path.name in LONG_FILES or any(name in item.nodeid for name in LONG_CLASSES):
            item.add_marker("long")
    for item in items if config.getoption("--sweep") else ():
        if item.path.name == SWEEP:
            item.add_marker(pytest.mark.timeout(SWEEP_SECONDS))
    if config.getoption("--sweep") or config.getoption("--all"):
        return
    left = [item for item in items if item.get_closest_marker("long")]
    items[:] = [item for item in items if not item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=left)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the machine's own key, relay, proxies or language."""
    for name in ("MANJUC_API_KEY", "MANJUC_BASE_URL", "MANJUC_DIALECT", "MANJUC_LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("LANG", "C.UTF-8")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with its golden file; `--update-golden` writes it."""

    def compare(name: str, text: str) -> None:
        path = HERE / "golden" / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.is_file(), f"no golden file {name}: run `make golden` and review it"
        assert text == path.read_text(encoding="utf-8")

    return compare


@pytest.fixture
def drama(tmp_path: Path) -> Callable[[str], Path]:
    """A shipped spec, copied with its script into a project of its own."""

    def copy(name: str) -> Path:
        folder = tmp_path / "specs"
        folder.mkdir(exist_ok=True)
        if (SPECS / name).is_dir():
            shutil.copytree(SPECS / name, folder / name)
            return folder / name / f"{name}.yaml"
        for file in SPECS.glob(f"{name}*.yaml"):
            shutil.copy(file, folder)
        return folder / f"{name}.yaml"

    return copy


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Served]:
    """The preview on a socket, under the tutorial's names and asking for a key."""
    with served(tmp_path / "relay", paid=True) as it:
        yield it


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with a film of two seconds, whose model makes such clips and is polled quickly."""
    return laid_out(tmp_path)
