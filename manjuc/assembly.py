"""The film: clips cut to their shots and joined, subtitles, a cover. Local work for ffmpeg, in a folder of its own."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import pysubs2

from manjuc.calls import Cue, FilmCall
from manjuc.errors import MediaFailed
from manjuc.media import FONT_FAMILY, ffmpeg, font_file, probe_clip

FRAMES = 30  # a second


async def assemble(call: FilmCall, clips: Sequence[Path], folder: Path) -> dict[str, Path]:
    """Make the film of a call from its clips: files by role (film, subtitles, cover)."""
    sounds = [bool((await probe_clip(clip, whole=False)).audio) for clip in clips]
    subtitles = folder / "film.srt"
    subtitles.write_text(_subtitles(call).to_string("srt"), encoding="utf-8")
    if call.burn and call.cues:
        _prepare_burning(call, folder)
    for number, clip in enumerate(clips):
        shutil.copyfile(clip, folder / f"clip{number}.mp4")
    inputs = [part for n in range(len(clips)) for part in ("-protocol_whitelist", "file", "-i", f"clip{n}.mp4")]
    encoding = "-c:v libx264 -preset veryfast -crf 20 -pix_fmt yuv420p -c:a aac -b:a 128k -movflags +faststart"
    arguments = [*inputs, "-filter_complex", _graph(call, sounds), "-map", "[video]", "-map", "[audio]"]
    said = await ffmpeg([*arguments, *encoding.split(), "-r", str(FRAMES), "film.mp4"], folder)
    _refuse_missing_glyphs(said)
    cover = ["-ss", f"{call.cover / 1000}", "-i", "film.mp4", "-frames:v", "1", "cover.png"]
    await ffmpeg(cover, folder)
    return {"film": folder / "film.mp4", "subtitles": subtitles, "cover": folder / "cover.png"}


def _graph(call: FilmCall, sounds: Sequence[bool]) -> str:
    """Each clip scaled into the frame, cut to its time, held on its last frame where it is short; then all joined."""
    chains = []
    frame = f"{call.width}:{call.height}"
    for n, (milliseconds, sound) in enumerate(zip(call.milliseconds, sounds, strict=True)):
        seconds = milliseconds / 1000
        chains.append(
            f"[{n}:v]fps={FRAMES},scale={frame}:force_original_aspect_ratio=decrease,pad={frame}:-1:-1,setsar=1,"
            f"tpad=stop_mode=clone:stop_duration={seconds},trim=duration={seconds},setpts=PTS-STARTPTS[v{n}]"
        )
        heard = f"[{n}:a]aresample=48000,aformat=channel_layouts=stereo" if sound else "anullsrc=r=48000:cl=stereo"
        chains.append(f"{heard},apad,atrim=duration={seconds},asetpts=PTS-STARTPTS[a{n}]")
    pairs = "".join(f"[v{n}][a{n}]" for n in range(len(sounds)))
    burn = ",subtitles=film.ass:fontsdir=fonts" if call.burn and call.cues else ""
    chains.append(f"{pairs}concat=n={len(sounds)}:v=1:a=1[joined][audio];[joined]format=yuv420p{burn}[video]")
    return ";".join(chains)


def _subtitles(call: FilmCall) -> pysubs2.SSAFile:
    file = pysubs2.SSAFile()
    file.info.update({"PlayResX": str(call.width), "PlayResY": str(call.height), "WrapStyle": "2"})
    # Sixteen characters have to fit between the margins, upright films included.
    size = min(call.height // 15, call.width * 9 // 10 // 16)
    file.styles["Default"] = pysubs2.SSAStyle(
        fontname=FONT_FAMILY,
        fontsize=size * 1.45,  # libass counts the line's height, not the letter's
        bold=False,
        outline=max(1.5, size / 14),
        shadow=0,
        marginv=call.height // 18,
        marginl=call.width // 40,
        marginr=call.width // 40,
        alignment=pysubs2.Alignment.BOTTOM_CENTER,
        primarycolor=pysubs2.Color(255, 255, 255),
        outlinecolor=pysubs2.Color(16, 16, 24),
    )
    file.events = [_event(cue) for cue in call.cues]
    return file


def _event(cue: Cue) -> pysubs2.SSAEvent:
    # Braces and backslashes are commands to libass; no line of dialogue may give any.
    text = "\\N".join(line.replace("\\", "＼").replace("{", "｛").replace("}", "｝") for line in cue.lines)
    return pysubs2.SSAEvent(start=cue.start, end=cue.end, text=text)


def _prepare_burning(call: FilmCall, folder: Path) -> None:
    (folder / "film.ass").write_text(_subtitles(call).to_string("ass"), encoding="utf-8")
    (folder / "fonts").mkdir()
    # A folder with one font needs no fontconfig, and gives the same letters on every machine.
    shutil.copyfile(font_file(), folder / "fonts" / font_file().name)


def _refuse_missing_glyphs(said: str) -> None:
    """libass draws boxes for letters that it cannot find, and ffmpeg still ends well."""
    missing = {chr(int(code, 16)) for code in re.findall(r"glyph 0x([0-9A-Fa-f]{1,6})", said)}
    if missing:
        letters = " ".join(f"{letter} (U+{ord(letter):04X})" for letter in sorted(missing))
        raise MediaFailed(
            f"the subtitles' font has no {letters}: write the line without, or leave subtitles beside the film "
            "with `subtitles: {burn: false}`"
        )
