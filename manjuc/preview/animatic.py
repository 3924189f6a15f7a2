"""A storyboard as a film: one key frame a shot, moved as its camera says, hard cuts on its durations, a quiet tone."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from manjuc.media import ffmpeg
from manjuc.preview.draw import canvas, draw_picture, draw_shot, draw_tag
from manjuc.preview.painters import Painters
from manjuc.preview.reading import Shot, read_storyboard
from manjuc.preview.staging import camera_move

FRAMES_A_SECOND = 30
_BLEED = 0.1  # what a picture that moves holds beyond each edge
_ROOM = 1 + 2 * _BLEED
_PAINTED_PERCENT = 70
# The frames of a whole move. A shorter shot moves at this pace and gets less far, a longer one moves slower.
_FULL_MOVE = 45
_NOTES = (220.0, 261.63, 293.66, 196.0, 329.63, 246.94)
# Fixed, because the number of threads changes what x264 writes.
_ENCODING = (
    "-c:v", "libx264", "-preset", "ultrafast", "-crf", "21", "-pix_fmt", "yuv420p", "-threads", "2", "-r", "30",
    "-c:a", "aac", "-b:a", "96k", "-ar", "48000", "-ac", "2",
    "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact",
    "-map_metadata", "-1", "-movflags", "+faststart",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Cut:
    """One shot of the film: its picture, how many frames it lasts, how it moves."""

    svg: str
    frames: int
    move: str
    number: int  # 0: no tag


async def make_animatic(
    prompt: str,
    aspect_ratio: str,
    milliseconds: int,
    painters: Painters,
    tell: Callable[[int], None],
    own: Mapping[int, str],
) -> bytes:
    """The film of a prompt as MP4, exactly as long as told, with the author's own pictures of some shots.

    `tell` hears how far it has come, in percent.
    """
    size = canvas(aspect_ratio)
    cuts = _cuts(prompt, aspect_ratio, size, milliseconds, own)
    with tempfile.TemporaryDirectory(prefix="manjuc-preview-") as name:
        folder = Path(name)
        await _paint(cuts, painters, folder, tell)
        await ffmpeg(_arguments(cuts, size), folder)
        return (folder / "clip.mp4").read_bytes()


def _cuts(
    prompt: str, aspect_ratio: str, size: tuple[int, int], milliseconds: int, own: Mapping[int, str]
) -> tuple[_Cut, ...]:
    total = max(1, round(milliseconds * FRAMES_A_SECOND / 1000))
    shots = read_storyboard(prompt)
    lengths = _frames([shot.milliseconds for shot in shots], total)
    if not lengths:
        return (_Cut(draw_picture(prompt, aspect_ratio, "").svg, total, "still", 0),)
    # Shots beyond the end of the film have no length.
    pairs = enumerate(zip(shots, lengths, strict=False), 1)
    return tuple(_cut(shot, number, frames, size, own.get(number, "")) for number, (shot, frames) in pairs)


def _cut(shot: Shot, number: int, frames: int, size: tuple[int, int], own: str) -> _Cut:
    move = camera_move(shot.camera)
    return _Cut(draw_shot(shot, number, size, 0.0 if move == "still" else _BLEED, own), frames, move, number)


def _frames(milliseconds: Sequence[int], total: int) -> list[int]:
    """Frames a shot, cut so that every cut is on time and the last frame holds to the end. Late shots fall away."""
    lengths: list[int] = []
    at = elapsed = 0
    for duration in milliseconds:
        elapsed += duration
        end = min(total, max(at + 1, round(elapsed * FRAMES_A_SECOND / 1000)))
        if end > at:
            lengths.append(end - at)
        at = end
    if lengths:
        lengths[-1] += total - at
    return lengths


async def _paint(cuts: Sequence[_Cut], painters: Painters, folder: Path, tell: Callable[[int], None]) -> None:
    painted = 0

    async def paint(svg: str, name: str) -> None:
        nonlocal painted
        (folder / name).write_bytes(await painters.paint(svg))
        painted += 1
        tell(max(1, painted * _PAINTED_PERCENT // (2 * len(cuts))))

    async with asyncio.TaskGroup() as group:
        for index, cut in enumerate(cuts):
            group.create_task(paint(cut.svg, f"shot{index}.png"))
            group.create_task(paint(draw_tag(cut.number), f"tag{index}.png"))


def _arguments(cuts: Sequence[_Cut], size: tuple[int, int]) -> list[str]:
    inputs = [word for index in range(len(cuts)) for word in ("-i", f"shot{index}.png", "-i", f"tag{index}.png")]
    chains = [_picture_chain(index, cut, size) for index, cut in enumerate(cuts)]
    chains += [_sound_chain(index, cut) for index, cut in enumerate(cuts)]
    pairs = "".join(f"[v{index}][a{index}]" for index in range(len(cuts)))
    chains.append(f"{pairs}concat=n={len(cuts)}:v=1:a=1[v][a]")
    seconds = sum(cut.frames for cut in cuts) / FRAMES_A_SECOND
    graph = ";".join(chains)
    outputs = ["-map", "[v]", "-map", "[a]", *_ENCODING, "-t", f"{seconds:.6f}", "clip.mp4"]
    return [*inputs, "-filter_complex", graph, *outputs]


def _picture_chain(index: int, cut: _Cut, size: tuple[int, int]) -> str:
    chain = f"[{2 * index}:v]{_motion(cut, size)},settb=1/{FRAMES_A_SECOND},setpts=N,setsar=1"
    if not cut.number:
        return f"{chain}[v{index}]"
    return f"{chain}[p{index}];[p{index}][{2 * index + 1}:v]overlay=20:20:eof_action=repeat:format=yuv420[v{index}]"


def _motion(cut: _Cut, size: tuple[int, int]) -> str:
    """The filters that turn one picture into a moving one. Cropping is by far the cheapest, so only zooms do more."""
    width, height = size
    steps = max(_FULL_MOVE, cut.frames)
    if cut.move in ("in", "out"):
        # From all of the picture to the middle of it, or back; `on` counts the frames that came out.
        way = f"min(1,on/{steps})" if cut.move == "in" else f"max(0,1-on/{steps})"
        place = "x='(iw-iw/zoom)/2':y='(ih-ih/zoom)/2'"
        zoom = f"zoompan=z='1+{_ROOM - 1:.1f}*{way}':{place}:d={cut.frames}:s={width}x{height}:fps={FRAMES_A_SECOND}"
        return f"format=yuv420p,{zoom}"
    held = f"format=yuv420p,loop=loop=-1:size=1,trim=end_frame={cut.frames}"
    if cut.move == "still":
        return f"scale={width}:{height},{held}"
    way = f"min(1,n/{steps})"
    x, y = {
        "pan": (f"(iw-ow)*{way}", "(ih-oh)/2"),
        "track": (f"(iw-ow)*(1-{way})", "(ih-oh)/2"),
        "up": ("(iw-ow)/2", f"(ih-oh)*(1-{way})"),
        "down": ("(iw-ow)/2", f"(ih-oh)*{way}"),
        "shake": ("(iw-ow)*(0.5+0.09*sin(n/3)+0.05*sin(n/1.7))", "(ih-oh)*(0.5+0.1*sin(n/2.3+1))"),
    }[cut.move]
    return f"{held},crop={width}:{height}:x='{x}':y='{y}'"


def _sound_chain(index: int, cut: _Cut) -> str:
    """A soft chord that changes with the shot, faded at both ends so that no cut clicks."""
    seconds = cut.frames / FRAMES_A_SECOND
    note = _NOTES[index % len(_NOTES)] / 2
    left = f"0.05*sin(2*PI*{note:.2f}*t)+0.022*sin(2*PI*{note * 1.5:.2f}*t)"
    right = f"0.05*sin(2*PI*{note * 1.003:.2f}*t)+0.022*sin(2*PI*{note * 2:.2f}*t)"
    fade = min(0.12, seconds / 3)
    fades = f"afade=t=in:d={fade:.3f},afade=t=out:st={seconds - fade:.4f}:d={fade:.3f}"
    return f"aevalsrc=exprs='{left}|{right}':s=48000:d={seconds:.6f},{fades}[a{index}]"
