"""SVG to PNG in a process of its own. The only module that imports the rasteriser.

The rasteriser holds the interpreter's lock while it works, so it runs as a small program: `python -P raster.py FONT`
reads drawings on its standard input and writes pictures on its standard output, each with its length before it. It
ends when its input does, so it never outlives the process that started it, however that one died. It imports nothing
of manjuc: it has to start fast.
"""

from __future__ import annotations

import struct
import sys
from typing import BinaryIO

import resvg_py

# zoom, length of the drawing, which follows as UTF-8.
REQUEST = struct.Struct("!dI")
# 1 where it was drawn, length of the picture, or of the reason why there is none.
ANSWER = struct.Struct("!BI")


def rasterise(svg: str, zoom: float, font: str) -> bytes:
    """The drawing as a PNG, `zoom` times as large as it says; ValueError where it is not an SVG."""
    # Reading the font takes longer than a small drawing.
    fonts = [font] if "<text" in svg else []
    return resvg_py.svg_to_bytes(svg_string=svg, zoom=zoom, skip_system_fonts=True, font_files=fonts)


def answer_all(requests: BinaryIO, answers: BinaryIO, font: str) -> None:
    """Answer drawing after drawing until `requests` ends."""
    while len(head := requests.read(REQUEST.size)) == REQUEST.size:
        zoom, length = REQUEST.unpack(head)
        svg = requests.read(length).decode("utf-8")
        try:
            drawn, content = 1, rasterise(svg, zoom, font)
        except ValueError as error:
            drawn, content = 0, str(error).encode()
        answers.write(ANSWER.pack(drawn, len(content)) + content)
        answers.flush()


if __name__ == "__main__":
    answer_all(sys.stdin.buffer, sys.stdout.buffer, sys.argv[1])
