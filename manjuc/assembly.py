"""The film: pieces of clips and cards joined, texts drawn on them, a cover. Work for ffmpeg in a folder of its own."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from manjuc import lettering
from manjuc.calls import FilmCall, Piece
from manjuc.errors import MediaFailed
from manjuc.media import SANS, SERIF, MediaInfo, ffmpeg, font_file, probe_clip, serif_file
from manjuc.words import say

FRAMES = 30  # a second
_GLIMPSE = 100  # milliseconds that a piece finds in its clip, however late it begins
_SOFT = 0.02  # seconds in which a sound comes or goes where a cut goes through it
_ENCODING = "-c:v libx264 -preset veryfast -crf 20 -pix_fmt yuv420p -c:a aac -b:a 128k -movflags +faststart"
_FONTS = ":fontsdir=fonts"


async def assemble(call: FilmCall, clips: Sequence[Path], folder: Path) -> dict[str, Path]:
    """Make the film of a call from its references: files by role (film, subtitles, cover)."""
    infos = [await probe_clip(clip, whole=False) for clip in clips]
    for number, clip in enumerate(clips):
        shutil.copyfile(clip, folder / f"clip{number}.mp4")
    texts = {"film": lettering.on_film(call), "cover": lettering.on_cover(call)}
    _write_texts(texts, folder)
    subtitles = folder / "film.srt"
    subtitles.write_text(lettering.srt(call), encoding="utf-8")
    graph = ";".join([*_chains(call, infos), *_ends(call, texts)])
    outputs = ["-map", "[video]", "-map", "[audio]", *_ENCODING.split(), "-r", str(FRAMES), "film.mp4"]
    cover = ["-map", "[cover]", "-frames:v", "1", "-update", "1", "cover.png"]
    said = await ffmpeg([*_inputs(call, infos), "-filter_complex", graph, *outputs, *cover], folder)
    _refuse_missing_glyphs(said, burnt=call.burn)
    return {"film": folder / "film.mp4", "subtitles": subtitles, "cover": folder / "cover.png"}


def _write_texts(texts: dict[str, str], folder: Path) -> None:
    for name, text in texts.items():
        if text:
            (folder / f"{name}.ass").write_text(text, encoding="utf-8")
    # A folder with the fonts in it needs no fontconfig, and gives the same letters on every machine.
    (folder / "fonts").mkdir()
    families = {SANS: font_file(), SERIF: serif_file()}
    for family, file in families.items():
        if any(family in text for text in texts.values()):
            shutil.copyfile(file, folder / "fonts" / file.name)


def _inputs(call: FilmCall, infos: Sequence[MediaInfo]) -> list[str]:
    """A reader for each piece: several pieces of one clip would otherwise wait for each other in memory."""
    inputs: list[str] = []
    for piece in call.pieces:
        if piece.source < 0:
            continue
        start = _start(piece, infos)
        late = ["-ss", f"{start / 1000}"] if start else []
        inputs += ["-protocol_whitelist", "file", *late, "-i", f"clip{piece.source}.mp4"]
    return inputs


def _start(piece: Piece, infos: Sequence[MediaInfo]) -> int:
    return max(0, min(piece.start, infos[piece.source].milliseconds - _GLIMPSE))


def _chains(call: FilmCall, infos: Sequence[MediaInfo]) -> list[str]:
    """Each piece as a picture `v…` and a sound `a…` of its length."""
    chains, taken = [], 0
    for n, piece in enumerate(call.pieces):
        seconds = piece.milliseconds / 1000
        if piece.source < 0:
            chains.append(f"{_ground(call)},trim=duration={seconds},setpts=PTS-STARTPTS[v{n}]")
            chains.append(f"anullsrc=r=48000:cl=stereo,atrim=duration={seconds},asetpts=PTS-STARTPTS[a{n}]")
            continue
        chains += [f"[{taken}:v]{_picture(call, seconds)}[v{n}]", f"{_sound(piece, infos, taken)}[a{n}]"]
        taken += 1
    return chains


def _picture(call: FilmCall, seconds: float) -> str:
    """Scaled into the frame, cut to its time, held on its last frame where it is short."""
    frame = f"{call.width}:{call.height}"
    return (
        f"fps={FRAMES},scale={frame}:force_original_aspect_ratio=decrease,pad={frame}:-1:-1,setsar=1,"
        f"tpad=stop_mode=clone:stop_duration={seconds},trim=duration={seconds},setpts=PTS-STARTPTS"
    )


def _sound(piece: Piece, infos: Sequence[MediaInfo], number: int) -> str:
    """What is heard, or silence; softly where a cut goes through it, for a sound that is cut off clicks."""
    seconds, info = piece.milliseconds / 1000, infos[piece.source]
    if not info.audio:
        return f"anullsrc=r=48000:cl=stereo,atrim=duration={seconds},asetpts=PTS-STARTPTS"
    soft = f",afade=t=in:d={_SOFT}" if piece.start else ""
    if piece.start + piece.milliseconds < info.milliseconds:
        soft += f",afade=t=out:st={seconds - _SOFT:.3f}:d={_SOFT}"
    heard = f"[{number}:a]aresample=48000,aformat=channel_layouts=stereo"
    return f"{heard},apad,atrim=duration={seconds},asetpts=PTS-STARTPTS{soft}"


def _ground(call: FilmCall) -> str:
    """A dark ground with a breath of light around its middle, computed small; a fine grain hides the steps between."""
    light = "exp(-(pow(X/W-0.5,2)/0.10+pow(Y/H-0.47,2)/0.075))"
    channels = zip("rgb", *lettering.ground(call), strict=True)
    shades = ":".join(f"{name}='{edge}+{middle - edge}*{light}'" for name, middle, edge in channels)
    small = f"color=c=black:s={call.width // 4}x{call.height // 4}:r={FRAMES}:d=0.1,format=gbrp,geq={shades}"
    still = f"scale={call.width}:{call.height}:flags=bicubic,format=yuv420p,noise=c0s=7:all_seed=1"
    return f"{small},{still},setsar=1,loop=loop=-1:size=1,setpts=N/{FRAMES}/TB"


def _ends(call: FilmCall, texts: dict[str, str]) -> list[str]:
    """All pieces joined; what is drawn on the film; the frame of the cover, taken before anything is drawn on it."""
    pairs = "".join(f"[v{n}][a{n}]" for n in range(len(call.pieces)))
    joined = f"{pairs}concat=n={len(call.pieces)}:v=1:a=1[joined][audio]"
    drawn, titled = (f",subtitles={name}.ass{_FONTS}" if text else "" for name, text in texts.items())
    return [
        f"{joined};[joined]format=yuv420p,split[picture][still]",
        f"[picture]null{drawn}[video]",
        f"[still]trim=start={call.cover / 1000}{titled}[cover]",
    ]


def _refuse_missing_glyphs(said: str, *, burnt: bool) -> None:
    """libass draws boxes for letters that it cannot find, and ffmpeg still ends well."""
    missing = {chr(int(code, 16)) for code in re.findall(r"glyph 0x([0-9A-Fa-f]{1,6})", said)}
    if missing:
        letters = " ".join(f"{letter} (U+{ord(letter):04X})" for letter in sorted(missing))
        raise MediaFailed(
            say(
                "the film's font has no {}: write the text without, "
                "or leave subtitles beside the film with `subtitles: {burn: false}`",
                letters,
            )
            if burnt
            else say("the film's font has no {}: write the text without", letters)
        )
