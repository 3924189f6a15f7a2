"""A few painters: processes that turn drawings into pictures, side by side. Each one starts with its first drawing."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path

from manjuc.errors import MediaFailed
from manjuc.media import font_file
from manjuc.preview.raster import ANSWER, REQUEST

_PROGRAM = Path(__file__).with_name("raster.py")
_LIMIT = 64 * 1024  # of the streams' buffers; larger messages pass through piece by piece


class Painters:
    """At most `count` processes. They end with `close`, or with this process, whichever comes first."""

    def __init__(self, count: int = 2) -> None:
        self._count = count
        self._idle: asyncio.LifoQueue[Process | None] | None = None
        self._alive: set[Process] = set()

    async def paint(self, svg: str, zoom: float = 1) -> bytes:
        """The drawing as a PNG, `zoom` times as large as it says."""
        places = self._places()
        process = await places.get()
        kept: Process | None = None
        try:
            process = process or await self._start()
            drawn, content = await _ask(process, svg, zoom)
            kept = process
        except (OSError, EOFError) as error:
            raise MediaFailed(f"a painter stopped: {error}") from error
        finally:
            # A painter that was interrupted owes an answer that nobody waits for: it is not used again.
            if process and not kept:
                await self._stop(process)
            places.put_nowait(kept)
        if not drawn:
            raise MediaFailed(f"the drawing cannot be painted: {content.decode('utf-8', 'replace')}")
        return content

    async def close(self) -> None:
        """End the processes; the next drawing starts new ones."""
        self._idle = None
        for process in tuple(self._alive):
            await self._stop(process)

    def _places(self) -> asyncio.LifoQueue[Process | None]:
        if self._idle is None:
            self._idle = asyncio.LifoQueue()
            for _ in range(self._count):
                self._idle.put_nowait(None)
        return self._idle

    async def _start(self) -> Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", str(_PROGRAM), str(font_file()), stdin=PIPE, stdout=PIPE, stderr=DEVNULL, limit=_LIMIT
        )
        self._alive.add(process)
        return process

    async def _stop(self, process: Process) -> None:
        self._alive.discard(process)
        if process.returncode is None:
            process.kill()
        if process.stdin:
            process.stdin.close()
        await process.wait()


async def _ask(process: Process, svg: str, zoom: float) -> tuple[bool, bytes]:
    assert process.stdin
    assert process.stdout
    drawing = svg.encode("utf-8")
    process.stdin.write(REQUEST.pack(zoom, len(drawing)) + drawing)
    await process.stdin.drain()
    drawn, length = ANSWER.unpack(await process.stdout.readexactly(ANSWER.size))
    return bool(drawn), await process.stdout.readexactly(length)
