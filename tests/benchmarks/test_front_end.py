"""A megabyte of any text is read within bounds of time and memory; `front_end.py` says which, and prints figures."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform == "win32", reason="memory is measured in forked processes")
def test_a_megabyte_of_hostile_text_is_read_within_its_bounds() -> None:
    script = Path(__file__).parent / "front_end.py"
    command = [sys.executable, str(script), "--bounded"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
