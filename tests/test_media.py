"""Pictures and clips: what a file really holds, and the film that is made of clips. With the real ffmpeg."""

from __future__ import annotations

import asyncio
import gc
import io
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

from manjuc.assembly import assemble
from manjuc.calls import Cue, FilmCall, Piece
from manjuc.errors import MediaFailed
from manjuc.media import MediaInfo, ffmpeg, font_file, media_type, probe_clip, probe_picture

SIZE = (320, 180)


def encoded(form: str, size: tuple[int, int] = (64, 36)) -> bytes:
    """A picture in a format, with enough in it that cutting it short is noticed."""
    buffer = io.BytesIO()
    Image.effect_noise(size, 80).convert("RGB").save(buffer, form)
    return buffer.getvalue()


def make_clip(path: Path, seconds: float, size: tuple[int, int] = SIZE, *, sound: bool, colour: str = "navy") -> Path:
    """A plain clip, with or without sound."""
    video = ["-f", "lavfi", "-i", f"color={colour}:s={size[0]}x{size[1]}:r=24:d={seconds}"]
    audio = ["-f", "lavfi", "-i", f"sine=d={seconds}:r=44100", "-c:a", "aac"] if sound else []
    encoding = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    asyncio.run(ffmpeg([*video, *audio, *encoding, path.name], path.parent))
    return path


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A few clips, made once."""
    folder = tmp_path_factory.mktemp("clips")
    return {
        "plain": make_clip(folder / "plain.mp4", 1, sound=False),
        "sound": make_clip(folder / "sound.mp4", 1.5, sound=True),
        "upright": make_clip(folder / "upright.mp4", 1, (180, 322), sound=False, colour="maroon"),
        "large": make_clip(folder / "large.mp4", 1, (642, 358), sound=True, colour="green"),
    }


def film_of(folder: Path, clips: Sequence[Path], milliseconds: Sequence[int], **more: object) -> dict[str, Path]:
    """A small film in a folder of its own."""
    folder.mkdir()
    facts: dict[str, object] = {"width": SIZE[0], "height": SIZE[1], "burn": False, "cover": 200, "cues": (), **more}
    pieces = tuple(Piece(number, 0, length) for number, length in enumerate(milliseconds))
    call = FilmCall(references=(), pieces=pieces, **facts)  # type: ignore[arg-type]
    return asyncio.run(assemble(call, clips, folder))


def info(path: Path) -> MediaInfo:
    return asyncio.run(probe_clip(path))


def frame(film: Path, second: float) -> Image.Image:
    """A frame of a film."""
    name = f"frame{second}.png"
    asyncio.run(ffmpeg(["-ss", str(second), "-i", film.name, "-frames:v", "1", name], film.parent))
    return Image.open(film.parent / name).convert("L")


# What a file is


@pytest.mark.parametrize(
    ("data", "media"),
    [
        (encoded("PNG"), "image/png"),
        (encoded("JPEG"), "image/jpeg"),
        (encoded("WEBP"), "image/webp"),
        (encoded("GIF"), ""),
        (encoded("BMP"), ""),
        (b"\x00\x00\x00\x20ftypisom", "video/mp4"),
        (b"<!doctype html><html>", ""),
        (b'{"error": 1}', ""),
        (b"\x89PN", ""),
        (b"RIFF\x00\x00\x00\x00WAVE", ""),
        (b"", ""),
    ],
)
def test_a_file_is_what_its_first_bytes_say(tmp_path: Path, data: bytes, media: str) -> None:
    file = tmp_path / "result"
    file.write_bytes(data)
    assert media_type(file) == media


# Pictures


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_decoded_whatever_its_name(tmp_path: Path, form: str) -> None:
    (tmp_path / "result").write_bytes(encoded(form, (321, 123)))
    assert probe_picture(tmp_path / "result") == MediaInfo(321, 123)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.95])
def test_a_picture_that_was_cut_off_is_damaged(tmp_path: Path, form: str, part: float) -> None:
    data = encoded(form, (200, 200))
    (tmp_path / "result").write_bytes(data[: int(len(data) * part)])
    with pytest.raises(MediaFailed, match="does not decode"):
        probe_picture(tmp_path / "result")


def bomb() -> bytes:
    """A PNG that claims to be far larger than any picture that is sold."""
    head = struct.pack(">II5B", 100_000, 100_000, 8, 2, 0, 0, 0)
    png = encoded("PNG")
    return png[:16] + head + png[29:]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"<!doctype html><title>dashboard</title>",
        encoded("GIF"),
        encoded("PNG")[:60] + b"junk" + encoded("PNG")[64:],
        bomb(),
    ],
    ids=["empty", "head only", "html", "gif", "spoiled", "bomb"],
)
def test_what_is_not_a_sound_picture_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "result").write_bytes(data)
    with pytest.raises(MediaFailed, match="does not decode"):
        probe_picture(tmp_path / "result")


# Clips


def test_a_clip_is_decoded_to_its_end(clips: dict[str, Path]) -> None:
    assert info(clips["plain"]) == MediaInfo(320, 180, 1_000, "h264", "")
    found = info(clips["sound"])
    assert (found.width, found.height, found.audio) == (320, 180, "aac")
    assert abs(found.milliseconds - 1_500) <= 50


def test_a_clip_needs_no_ending_to_its_name_and_may_have_an_odd_one(clips: dict[str, Path], tmp_path: Path) -> None:
    for name in ("result", "雨 夜's [1]", "%03d"):
        (tmp_path / name).write_bytes(clips["plain"].read_bytes())
        assert info(tmp_path / name).milliseconds == 1_000


@pytest.mark.skipif(sys.platform == "win32", reason="no colon in a name there")
@pytest.mark.parametrize("name", ["concat:other.mp4", "scene:1.mp4", "pipe:0", "file:other.mp4", "-"])
def test_a_name_is_no_option_and_no_protocol_whatever_stands_in_it(
    clips: dict[str, Path], tmp_path: Path, name: str
) -> None:
    (tmp_path / "other.mp4").write_bytes(clips["large"].read_bytes())
    (tmp_path / name).write_bytes(clips["plain"].read_bytes())
    assert info(tmp_path / name) == info(clips["plain"]), "the file itself, and no other"


def test_what_comes_from_outside_is_read_as_files_alone_and_by_names_of_ours(
    clips: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the list ffmpeg lets a file lead to keys, to data and, in the hands of some formats, to the network."""
    begun: list[tuple[str, ...]] = []
    begin = asyncio.create_subprocess_exec

    async def noted(*command: str, **more: Any) -> asyncio.subprocess.Process:
        begun.append(command)
        return await begin(*command, **more)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", noted)
    info(clips["plain"])
    film_of(tmp_path / "film", [clips["plain"], clips["sound"], clips["large"]], [500, 500, 500])
    inputs = [each for command in begun for each in of_inputs(command)]
    names = ["file:plain.mp4"] + [f"file:{name}.mp4" for name in ("plain", "sound", "large")]
    assert [name for name, _ in inputs] == [*names, "clip0.mp4", "clip1.mp4", "clip2.mp4"]
    for name, options in inputs:
        assert options[options.index("-protocol_whitelist") + 1] == "file", name


def of_inputs(command: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """What a command has ffmpeg read: each name, with the words that stand before it and behind the one before."""
    places = [number for number, word in enumerate(command) if word == "-i"]
    return [(command[end + 1], command[begin:end]) for begin, end in zip([0, *places], places, strict=False)]


@pytest.mark.parametrize("part", [0.02, 0.5, 0.9])
def test_a_clip_that_was_cut_off_is_damaged(clips: dict[str, Path], tmp_path: Path, part: float) -> None:
    data = clips["sound"].read_bytes()
    (tmp_path / "result").write_bytes(data[: int(len(data) * part)])
    with pytest.raises(MediaFailed):
        info(tmp_path / "result")


def test_a_streamable_clip_that_was_cut_off_is_damaged(clips: dict[str, Path], tmp_path: Path) -> None:
    """Its index stands in front and promises more than there is: it opens well, and ends too soon."""
    (tmp_path / "in.mp4").write_bytes(clips["large"].read_bytes())
    asyncio.run(ffmpeg(["-i", "in.mp4", "-c", "copy", "-movflags", "+faststart", "fast.mp4"], tmp_path))
    data = (tmp_path / "fast.mp4").read_bytes()
    (tmp_path / "result").write_bytes(data[: int(len(data) * 0.7)])
    with pytest.raises(MediaFailed):
        info(tmp_path / "result")


@pytest.mark.parametrize("data", [b"", b"<!doctype html>", b"\x00\x00\x00\x20ftypisom" + b"x" * 100])
def test_what_is_not_a_clip_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "result").write_bytes(data)
    with pytest.raises(MediaFailed):
        info(tmp_path / "result")


def test_sound_alone_is_not_a_clip(tmp_path: Path) -> None:
    asyncio.run(ffmpeg(["-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac", "sound.mp4"], tmp_path))
    with pytest.raises(MediaFailed, match="holds no video"):
        info(tmp_path / "sound.mp4")


def test_a_failure_of_ffmpeg_carries_its_last_lines(tmp_path: Path) -> None:
    with pytest.raises(MediaFailed, match=r"ffmpeg failed with status \d+: .*nothing\.mp4"):
        asyncio.run(ffmpeg(["-i", "nothing.mp4", "out.mp4"], tmp_path))


def test_cancelling_ends_ffmpeg(tmp_path: Path) -> None:
    async def main() -> None:
        endless = ["-f", "lavfi", "-re", "-i", "color=navy:s=16x16", "-f", "null", "-"]
        running = asyncio.ensure_future(ffmpeg(endless, tmp_path))
        done, _ = await asyncio.wait([running], timeout=0.2)
        assert not done
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(main())


@pytest.mark.parametrize("turns", [0, 1, 2, 3, 5, 9, 1000])
def test_cancelling_however_often_leaves_no_process_and_no_pipe_behind_the_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    """From its beginning on, and again at each turn of the loop until it has ended."""
    begun: list[subprocess.Popen[bytes]] = []

    class Noted(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, **more)
            begun.append(self)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    gc.collect()  # what other tests have left behind
    late: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", late.append)
    monkeypatch.setattr(threading, "excepthook", late.append)

    async def main() -> None:
        endless = ["-f", "lavfi", "-re", "-i", "color=navy:s=16x16", "-f", "null", "-"]
        running = asyncio.ensure_future(ffmpeg(endless, tmp_path))
        for _ in range(turns):
            await asyncio.sleep(0)
        while not running.done():
            running.cancel()
            await asyncio.sleep(0)
        assert running.cancelled()
        assert all(process.returncode is not None for process in begun)
        assert all(process.stderr and process.stderr.closed for process in begun)

    asyncio.run(main())
    gc.collect()
    assert not late


# Films


def test_a_film_is_as_long_as_its_shots_and_as_large_as_was_asked(clips: dict[str, Path], tmp_path: Path) -> None:
    """Clips of odd sizes, with and without sound, one of them cut and one held on its last frame."""
    order = [clips["plain"], clips["upright"], clips["large"], clips["sound"]]
    made = film_of(tmp_path / "film", order, [700, 1_000, 1_300, 900])
    found = info(made["film"])
    assert abs(found.milliseconds - 3_900) <= 100
    assert (found.width, found.height, found.video, found.audio) == (*SIZE, "h264", "aac")
    # An upright clip stands in a black frame; the next one fills it.
    assert frame(made["film"], 1.2).getpixel((5, 90)) == pytest.approx(0, abs=8)
    assert frame(made["film"], 2.2).getpixel((160, 90)) != pytest.approx(0, abs=8)


@pytest.mark.parametrize(("name", "milliseconds"), [("plain", 333), ("plain", 1_000), ("plain", 2_500), ("sound", 100)])
def test_a_clip_takes_the_time_of_its_shots_whatever_it_lasts(
    clips: dict[str, Path], tmp_path: Path, name: str, milliseconds: int
) -> None:
    made = film_of(tmp_path / "film", [clips[name]], [milliseconds], cover=0)
    assert abs(info(made["film"]).milliseconds - milliseconds) <= 100
    # The picture lasts as long as the sound: a clip that is short is held on its last frame.
    assert frame(made["film"], max(0, milliseconds / 1000 - 0.1)).getpixel((160, 90)) != pytest.approx(0, abs=8)


def test_an_upright_film_is_upright(clips: dict[str, Path], tmp_path: Path) -> None:
    made = film_of(tmp_path / "film", [clips["large"]], [500], width=180, height=320)
    found = info(made["film"])
    assert (found.width, found.height) == (180, 320)


def test_the_cover_is_a_picture_of_the_films_size(clips: dict[str, Path], tmp_path: Path) -> None:
    made = film_of(tmp_path / "film", [clips["plain"], clips["large"]], [500, 500], cover=750)
    assert probe_picture(made["cover"]) == MediaInfo(*SIZE)
    green, blue = Image.open(made["cover"]).convert("RGB").getpixel((160, 90))[1:]  # type: ignore[index]
    assert green > blue


def test_the_same_clips_give_the_same_subtitles_and_need_no_words(clips: dict[str, Path], tmp_path: Path) -> None:
    made = film_of(tmp_path / "film", [clips["plain"]], [500], burn=True)
    assert made["subtitles"].read_text(encoding="utf-8").strip() == ""
    assert info(made["film"]).milliseconds == pytest.approx(500, abs=100)


CUES = (Cue(0, 400, ("雨下到第七年，", "还赶得上吗？")), Cue(600, 1_000, ("{\\an8}走 \\N <b>开</b>",)))


def test_subtitles_lie_beside_the_film_with_their_times_and_words(clips: dict[str, Path], tmp_path: Path) -> None:
    made = film_of(tmp_path / "film", [clips["plain"]], [1_000], cues=CUES)
    text = made["subtitles"].read_text(encoding="utf-8")
    assert text.startswith("1\n00:00:00,000 --> 00:00:00,400\n雨下到第七年，\n还赶得上吗？\n\n")
    assert "2\n00:00:00,600 --> 00:00:01,000\n" in text
    assert "走" in text.splitlines()[7]
    assert "开" in text.splitlines()[7]


def lit(film: Path, bare: Path, second: float) -> tuple[int, int, int, int] | None:
    """The box in which a frame of a film is other than the same frame without subtitles."""
    difference = ImageChops.difference(frame(film, second), frame(bare, second))
    return difference.point(lambda value: 255 if value > 60 else 0).getbbox()


def test_burnt_subtitles_stand_at_the_bottom_while_they_are_said_and_no_longer(
    clips: dict[str, Path], tmp_path: Path
) -> None:
    burnt = film_of(tmp_path / "burnt", [clips["plain"]], [1_000], cues=CUES, burn=True)["film"]
    bare = film_of(tmp_path / "bare", [clips["plain"]], [1_000], cues=CUES)["film"]
    box = lit(burnt, bare, 0.2)
    assert box is not None
    left, top, right, bottom = box
    assert SIZE[1] // 2 < top < bottom <= SIZE[1], "two lines, in the lower half"
    assert abs((left + right) - SIZE[0]) <= 8, "in the middle"
    assert right - left > 40
    assert lit(burnt, bare, 0.5) is None, "nothing is said now"


def test_braces_and_backslashes_in_dialogue_are_words_and_no_commands(clips: dict[str, Path], tmp_path: Path) -> None:
    """`{\\an8}` would put the line to the top, `\\N` would break it, `{…}` would vanish."""
    said = (Cue(0, 400, ("{雨夜}",)), CUES[1])
    burnt = film_of(tmp_path / "burnt", [clips["plain"]], [1_000], cues=said, burn=True)["film"]
    bare = film_of(tmp_path / "bare", [clips["plain"]], [1_000])["film"]
    assert lit(burnt, bare, 0.2) is not None, "what stands in braces is shown"
    plain = (Cue(600, 1_000, ("走",)),)
    short = film_of(tmp_path / "short", [clips["plain"]], [1_000], cues=plain, burn=True)["film"]
    box, small = lit(burnt, bare, 0.8), lit(short, bare, 0.8)
    assert box is not None
    assert small is not None
    assert box[1] > SIZE[1] // 2, "it stays at the bottom"
    assert box[3] - box[1] < 2 * (small[3] - small[1]), "on one line"
    assert box[2] - box[0] > 5 * (small[2] - small[0]), "with every letter of it"


def test_sixteen_characters_fit_between_the_margins_of_any_film(clips: dict[str, Path], tmp_path: Path) -> None:
    cues = (Cue(0, 500, ("一二三四五六七八九十一二三四五六", "国" * 16)),)
    for name, size in (("wide", SIZE), ("upright", (180, 320))):
        facts = {"width": size[0], "height": size[1]}
        burnt = film_of(tmp_path / name, [clips["plain"]], [500], cues=cues, burn=True, **facts)["film"]
        bare = film_of(tmp_path / f"{name}-bare", [clips["plain"]], [500], **facts)["film"]
        box = lit(burnt, bare, 0.2)
        assert box is not None
        assert box[0] >= 2
        assert box[2] <= size[0] - 2


def test_letters_that_the_font_has_not_are_an_error_and_not_boxes(clips: dict[str, Path], tmp_path: Path) -> None:
    cues = (Cue(0, 500, ("𓀀𓀁",)),)
    with pytest.raises(MediaFailed, match="font has no"):
        film_of(tmp_path / "film", [clips["plain"]], [500], cues=cues, burn=True)


def test_the_font_comes_with_manjuc_and_has_chinese_letters() -> None:
    assert font_file().is_file()


def test_a_damaged_clip_stops_the_film(clips: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "bad.mp4").write_bytes(clips["plain"].read_bytes()[:900])
    with pytest.raises(MediaFailed):
        film_of(tmp_path / "film", [clips["plain"], tmp_path / "bad.mp4"], [500, 500])
