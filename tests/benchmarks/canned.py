"""Results from a drawer, no two of the same bytes: what is measured is manjuc, and never how a preview is drawn."""

from __future__ import annotations

import functools
import io
import json
import struct
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import imageio_ffmpeg
from PIL import Image

from manjuc.preview.story import write_script

_SIZE = (1024, 576)


@functools.cache
def _picture() -> bytes:
    drawn = io.BytesIO()
    Image.linear_gradient("L").resize(_SIZE).save(drawn, "PNG")
    return drawn.getvalue()


@functools.cache
def _clip() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "clip.mp4"
        program, source = imageio_ffmpeg.get_ffmpeg_exe(), "testsrc=size=160x90:rate=10:duration=2"
        command = [program, "-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p", str(file)]
        subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        return file.read_bytes()


def picture(number: int) -> bytes:
    """A picture of the size that is asked for; what follows its end tells it from the others."""
    return _picture() + struct.pack(">Q", number)


def clip(number: int) -> bytes:
    """A clip of two seconds, with a box at its end that every reader skips."""
    return _clip() + struct.pack(">I4sQ", 16, b"free", number)


def talk(body: Mapping[str, Any]) -> str:
    """The script that a text model is asked for. No two shots are alike: like calls are made once."""
    asked = next(message["content"] for message in body["messages"] if message["role"] == "user")
    script = json.loads(write_script(asked))
    for number, shot in enumerate(script["shots"]):
        shot["action"] += f"，第{number}次"
    return json.dumps(script, ensure_ascii=False)
