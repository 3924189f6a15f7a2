"""ffmpeg and the decoders of pictures: what a file really holds, and how films are made.

The only module that starts processes. Every ffmpeg runs in a folder of its own and is given relative names: its filters
break on odd paths, and nothing that a relay or an author says can then reach it as an option or a protocol.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import re
import subprocess
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pylopdf_fonts_zh_cn
from PIL import Image, ImageStat

from manjuc.digest import digest_of
from manjuc.errors import MediaFailed
from manjuc.spec import Asset
from manjuc.words import say

_BLANK = 3  # of 255: as far as a compressed picture of one colour strays from it
SANS, SERIF = "Noto Sans SC", "Noto Serif SC"
_DURATION = re.compile(r"Duration: (\d+):(\d\d):(\d\d)\.(\d\d)")
_VIDEO = re.compile(r"Stream #.*Video: (\w+).*?, (\d{2,5})x(\d{2,5})")
_AUDIO = re.compile(r"Stream #.*Audio: (\w+)")


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What a decoder found in a file. Pictures have no duration."""

    width: int
    height: int
    milliseconds: int = 0
    video: str = ""
    audio: str = ""


def font_file() -> Path:
    """A font with Chinese glyphs; it comes in a package, so no font of the machine's is needed."""
    return Path(pylopdf_fonts_zh_cn.sans_path())


def serif_file() -> Path:
    """Its sister with serifs, for what is shown large."""
    return Path(pylopdf_fonts_zh_cn.serif_path())


@functools.cache
def _ffmpeg_program() -> str:
    return str(imageio_ffmpeg.get_ffmpeg_exe())


async def ffmpeg(arguments: Sequence[str], folder: Path) -> str:
    """Run ffmpeg inside `folder` and return what it said; MediaFailed carries its last lines."""
    command = (_ffmpeg_program(), "-hide_banner", "-nostdin", "-y", *arguments)
    begun = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
    )
    try:
        process = await asyncio.shield(begun)
        _, said = await process.communicate()
    except asyncio.CancelledError:
        while not begun.cancelled() and not await _to_its_end(_kill(begun)):
            pass
        raise
    text = said.decode("utf-8", "replace")
    if process.returncode != 0:
        raise MediaFailed(say("ffmpeg failed with status {}: {}", process.returncode, _last_lines(text)))
    return text


async def _kill(begun: asyncio.Task[asyncio.subprocess.Process]) -> None:
    with contextlib.suppress(OSError):  # it did not even begin
        process = await asyncio.shield(begun)
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def _to_its_end(short: Coroutine[Any, Any, None]) -> bool:
    """Stay with something that does not take long, however often one is told to leave; False where it was cut off too.

    A loop that closes before a process and its pipes are gone would be told of them too late.
    """
    task = asyncio.ensure_future(short)
    while not task.done():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait([task])
    return not task.cancelled()


def _last_lines(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " / ".join(lines[-3:])


def media_type(path: Path) -> str:
    """What a file is by its first bytes: a picture or an mp4, or empty for anything else."""
    with path.open("rb") as file:
        head = file.read(12)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head[:4] == b"RIFF" and head[8:] == b"WEBP":
        return "image/webp"
    return "video/mp4" if head[4:8] == b"ftyp" else ""


async def probe_clip(path: Path, *, whole: bool = True) -> MediaInfo:
    """Decode a video from its first byte to its last; MediaFailed where it does not decode or holds no picture.

    With `whole=False` only its head is read, for a file that was proved sound before.
    """
    length = () if whole else ("-t", "0.04")
    name = f"file:{path.name}"  # a colon in a name would make a protocol of what stands before it
    arguments = ("-xerror", "-protocol_whitelist", "file", "-i", name, "-map", "0", *length, "-f", "null", "-")
    return _read_info(await ffmpeg(arguments, path.parent))


def _read_info(said: str) -> MediaInfo:
    video, duration, audio = _VIDEO.search(said), _DURATION.search(said), _AUDIO.search(said)
    if not video or not duration:
        raise MediaFailed(say("the file holds no video"))
    hours, minutes, seconds, hundredths = (int(part) for part in duration.groups())
    milliseconds = ((hours * 60 + minutes) * 60 + seconds) * 1000 + hundredths * 10
    codec, width, height = video.groups()
    return MediaInfo(int(width), int(height), milliseconds, codec, audio[1] if audio else "")


def is_blank(path: Path) -> bool:
    """True for a sound picture on which nothing is to be seen: relays have delivered such, black or white all over."""
    with Image.open(path) as picture:
        return all(most - least <= _BLANK for least, most in ImageStat.Stat(picture.convert("RGB")).extrema)


def probe_picture(path: Path) -> MediaInfo:
    """Decode a picture to its last line; MediaFailed where it is damaged or not a PNG, JPEG or WebP."""
    try:
        with Image.open(path, formats=("PNG", "JPEG", "WEBP")) as picture:
            picture.load()
            return MediaInfo(*picture.size)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise MediaFailed(say("the picture does not decode: {}", error)) from error


def asset(path: Path, written: str, *, clip: bool) -> Asset:
    """An author's own picture or clip; MediaFailed where it is none, or does not decode."""
    data = path.read_bytes()
    kind = media_type(path)
    if clip:
        if kind != "video/mp4":
            raise MediaFailed(say("it is no mp4"))
        found = asyncio.run(probe_clip(path, whole=False))
    elif kind.startswith("image/"):
        found = probe_picture(path)
    else:
        raise MediaFailed(say("it is no PNG, JPEG or WebP"))
    return Asset(written, digest_of(data), kind, len(data), found.width, found.height, found.milliseconds)
