"""The film as its author cut it: trims, cards, own and reused clips, captions, the label and the cover."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import pytest
from PIL import Image, ImageChops, ImageStat

from manjuc.assembly import assemble
from manjuc.calls import Artifact, Cue, FilmCall, Overlay, Pending, Piece, Ref
from manjuc.contracts import Output
from manjuc.digest import digest_of
from manjuc.document import Document
from manjuc.errors import MediaFailed
from manjuc.graph import Action, ActionId, Results
from manjuc.letters import Letters, letters_without_a_glyph
from manjuc.media import ffmpeg, probe_clip
from manjuc.models import Model
from manjuc.spec import (
    Asset,
    Character,
    Cover,
    Episode,
    EpisodeId,
    Format,
    Limits,
    Mark,
    Models,
    Range,
    Say,
    Scene,
    Script,
    Shot,
    ShotId,
    Spec,
    Style,
    Subtitles,
    Trim,
)
from manjuc.stages import film

VIDEO = Model("seedance-2.0", "video", durations=(5_000, 10_000))
OWN = Asset("clips/雪.mp4", digest_of(b"own"), "video/mp4", 9, 1280, 720, 6_000)


def shot(id_: str, seconds: float, scene: str = "刑场", **facts: Any) -> Shot:
    return Shot(ShotId(id_), round(seconds * 1000), scene, "走过", **facts)


SHOTS = (shot("s01", 2.5), shot("s02", 3, say=(Say("旁白", "安心上路。"),)), shot("s03", 3.5), shot("s04", 3, "正厅"))


def episode(shots: Sequence[Shot] = SHOTS, id_: str = "ep07", **facts: Any) -> Episode:
    return Episode(EpisodeId(id_), Script("", "", tuple(shots)), **facts)


def drama(*episodes: Episode, **facts: Any) -> Spec:
    defaults: dict[str, Any] = {
        "title": "朱门雪",
        "theme": "她回来了",
        "language": "zh-CN",
        "style": Style(),
        "format": Format(),
        "models": Models(Model("t", "text"), Model("i", "image"), VIDEO),
        "limits": Limits(Range(1, 9), Range(100, 9_000), Range(1, 9), Range(1, 9)),
        "characters": (Character("旁白", "旁白", seen=False),),
        "scenes": (Scene("刑场", "刑场"), Scene("正厅", "正厅")),
    }
    return Spec(episodes=episodes, **{**defaults, **facts})


def results(spec: Spec, made: Sequence[str] = ()) -> Results:
    artifacts = {ActionId(id_): (Artifact("clip", digest_of(id_.encode()), "video/mp4", 1),) for id_ in made}
    return Results(artifacts, {each.id: each.script for each in spec.episodes if each.script})


def no_render(*_: object, **__: object) -> str:
    raise AssertionError("a film has no prompt")


def planned(spec: Spec, made: Sequence[str] = (), id_: str = "ep07") -> tuple[Action, FilmCall]:
    """The action of an episode's film, and its call."""
    known = results(spec, made)
    action = next(action for action in film.actions(spec, known) if action.id == f"{id_}/film")
    call = film.call(action, spec, known, no_render)  # type: ignore[arg-type]
    assert isinstance(call, FilmCall)
    return action, call


def cut(spec: Spec, made: Sequence[str] = ()) -> list[tuple[int, int, int]]:
    """The pieces of a film, without the words of cards."""
    return [(piece.source, piece.start, piece.milliseconds) for piece in planned(spec, made)[1].pieces]


# What a film is made of


def test_an_ordinary_film_is_its_clips_each_cut_to_its_shots() -> None:
    action, call = planned(drama(episode()), ["ep07/s01/clip"])
    assert action.needs == ("ep07/s01/clip", "ep07/s04/clip")
    assert call.references == (Ref(digest_of(b"ep07/s01/clip"), "video/mp4"), Pending("ep07/s04/clip"))
    assert call.pieces == (Piece(0, 0, 9_000), Piece(1, 0, 3_000))
    assert (call.texts, call.cover, call.cover_text, call.hue) == ((), 1_250, "", -1)
    assert call.cues == (Cue(2_500, 5_500, ("安心上路。",)),)


def test_a_trim_cuts_inside_its_clip_and_later_words_come_earlier() -> None:
    spec = drama(episode(trims=((ShotId("s01"), Trim(500, 2_000)), (ShotId("s02"), Trim(1_000)))))
    assert cut(spec) == [(0, 500, 1_500), (0, 3_500, 5_500), (1, 0, 3_000)]
    assert planned(spec)[1].cues == (Cue(1_500, 3_500, ("安心上路。",)),)


def test_the_last_shot_of_a_clip_may_go_on_into_what_was_bought_beyond_it() -> None:
    """The shots take 9 s of the 10 s that were bought."""
    beyond = drama(episode(trims=((ShotId("s03"), Trim(500, 9_000)),)))
    assert cut(beyond)[:2] == [(0, 0, 5_500), (0, 6_000, 4_000)]
    inner = drama(episode(trims=((ShotId("s01"), Trim(0, 9_000)),)))
    assert cut(inner)[0] == (0, 0, 9_000), "beyond another shot stands the next one"


def test_a_card_stands_between_clips_and_needs_nothing() -> None:
    card = shot("s09", 1.5, "", card="三年后")
    action, call = planned(drama(episode((*SHOTS[:2], card, *SHOTS[2:]))))
    assert action.needs == ("ep07/s01/clip", "ep07/s03/clip", "ep07/s04/clip")
    assert [(piece.source, piece.milliseconds, piece.card) for piece in call.pieces] == [
        (0, 5_500, ""),
        (-1, 1_500, "三年后"),
        (1, 3_500, ""),
        (2, 3_000, ""),
    ]
    assert len(call.cues) == 1
    action, call = planned(drama(episode((card,), trims=((ShotId("s09"), Trim(end=4_000)),))))
    assert (action.needs, call.pieces) == ((), (Piece(-1, 0, 4_000, "三年后"),))


def test_an_own_clip_goes_in_by_its_content() -> None:
    own = shot("s09", 4, video=OWN)
    action, call = planned(drama(episode((*SHOTS, own), trims=((ShotId("s09"), Trim(1_000, 9_000)),))))
    assert action.needs == ("ep07/s01/clip", "ep07/s04/clip")
    assert call.references[2] == Ref(OWN.blob, "video/mp4")
    assert call.pieces[2] == Piece(2, 1_000, 5_000), "to the end of the author's clip"


def test_a_shot_that_is_shown_again_is_found_in_its_clip() -> None:
    again = episode((shot("s01", 2, use="ep01/s02"),), "ep07")
    spec = drama(episode(id_="ep01"), again)
    action, call = planned(spec)
    assert action.needs == ("ep01/s01/clip",)
    assert call.references == (Pending("ep01/s01/clip"),)
    assert call.pieces == (Piece(0, 2_500, 2_000),)
    assert isinstance(planned(spec, ["ep01/s01/clip"])[1].references[0], Ref)


def test_a_reused_shot_never_runs_on_into_the_next_one() -> None:
    spec = drama(episode(id_="ep01"), episode((shot("s01", 4, use="ep01/s02"), shot("s02", 3, use="ep01/s03"))))
    assert cut(spec) == [(0, 2_500, 6_000)], "and what goes on without a gap is one piece"


def test_a_reused_shot_is_followed_to_where_it_was_made() -> None:
    first = episode((shot("s01", 4, video=OWN), shot("s02", 2, card="三年后")), "ep01")
    second = episode((shot("s01", 4, use="ep01/s01"), shot("s02", 2, use="ep01/s02")), "ep02")
    last = episode((shot("s01", 3, use="ep02/s01"), shot("s02", 2, use="ep02/s02")))
    _, call = planned(drama(first, second, last))
    assert call.references == (Ref(OWN.blob, "video/mp4"),)
    assert call.pieces == (Piece(0, 0, 3_000), Piece(-1, 0, 2_000, "三年后"))


@pytest.mark.parametrize(
    ("again", "trim", "expected"),
    [
        (shot("s02", 2, use="ep01/s02"), Trim(), [Cue(1_000, 2_500, ("还赶得上吗",)), Cue(2_500, 2_800, ("走",))]),
        (shot("s02", 2, use="ep01/s02"), Trim(1_000), [Cue(1_000, 1_500, ("还赶得上吗",)), Cue(1_500, 1_800, ("走",))]),
        (shot("s02", 1, use="ep01/s02"), Trim(), [Cue(1_000, 2_000, ("还赶得上吗",))]),
        (shot("s02", 1.6, use="ep01/s02"), Trim(), [Cue(1_000, 2_500, ("还赶得上吗",))]),
        (shot("s02", 2, use="ep01/s02", say=(Say("旁白", "当年。"),)), Trim(), [Cue(1_000, 3_000, ("当年。",))]),
        (shot("s02", 2, use="ep02/s01"), Trim(), [Cue(1_000, 3_000, ("后来。",))]),
        (shot("s02", 2, use="ep01/s01"), Trim(), []),
    ],
)
def test_what_is_heard_in_a_shot_that_is_shown_again_is_read_there_too(
    again: Shot, trim: Trim, expected: list[Cue]
) -> None:
    lines = (Say("旁白", "还赶得上吗"), Say("旁白", "走"))
    first = episode((shot("s01", 2), shot("s02", 1.8, say=lines)), "ep01")
    second = episode((shot("s01", 2, use="ep01/s02", say=(Say("旁白", "后来。"),)),), "ep02")
    last = episode((shot("s01", 1), again), trims=((ShotId("s02"), trim),))
    assert list(planned(drama(first, second, last))[1].cues) == expected


@pytest.mark.parametrize(
    ("use", "waits"), [("ep09/s01", "ep09/script"), ("ep01/s77", "ep01/s77/clip"), ("ep07/s01", "ep07/s01/clip")]
)
def test_a_film_waits_for_a_shot_that_is_not_there(use: str, waits: str) -> None:
    spec = drama(episode(id_="ep01"), episode((shot("s01", 2, use=use),)))
    assert planned(spec)[1].references == (Pending(waits),)


def test_the_shorter_side_has_the_lines_that_were_asked_for() -> None:
    sizes = {}
    for ratio, lines in (("16:9", 720), ("9:16", 720), ("9:16", 1080), ("1:1", 1080)):
        call = planned(drama(episode(), format=Format(ratio, lines=lines)))[1]
        sizes[ratio, lines] = (call.width, call.height)
    assert list(sizes.values()) == [(1280, 720), (720, 1280), (1080, 1920), (1080, 1080)]


def test_a_caption_stays_as_long_as_its_shot_and_runs_over_shots_that_repeat_it() -> None:
    shots = [replace(each, caption="苏晚 · 神医") if n in (1, 2) else each for n, each in enumerate(SHOTS)]
    assert planned(drama(episode(shots)))[1].texts == (Overlay(2_500, 9_000, "苏晚 · 神医", "caption"),)


@pytest.mark.parametrize(("milliseconds", "end"), [(500, 2_000), (3_000, 3_000), (99_000, 12_000)])
def test_a_label_stands_from_the_first_frame_for_two_seconds_or_more(milliseconds: int, end: int) -> None:
    call = planned(drama(episode(), label=Mark("AI生成", milliseconds)))[1]
    assert call.texts == (Overlay(0, end, "AI生成", "label"),)


def test_the_cover_is_of_the_shot_that_is_named_or_of_the_first_picture() -> None:
    card = shot("s09", 2, "", card="三年后")
    assert planned(drama(episode((card, *SHOTS))))[1].cover == 3_250
    chosen = episode(cover=Cover(ShotId("s02"), "灵位"), trims=((ShotId("s01"), Trim(500)),))
    call = planned(drama(chosen))[1]
    assert (call.cover, call.cover_text) == (3_500, "灵位")


@pytest.mark.parametrize(
    ("palette", "hue"), [(("墨黑", "朱红"), 8), (("霓虹蓝", "品红"), 218), (("品红",), 320), (("雪白",), -1), ((), -1)]
)
def test_cards_take_the_first_colour_of_the_style(palette: tuple[str, ...], hue: int) -> None:
    card = episode((*SHOTS, shot("s09", 2, "", card="完")))
    found = planned(drama(card, style=Style(palette=palette)))[1].hue
    assert found == hue or (hue, found) == (8, 6)
    assert planned(drama(episode(), style=Style(palette=palette)))[1].hue == -1, "nothing is drawn in it"


def test_a_film_has_to_be_as_long_as_its_pieces() -> None:
    call = planned(drama(episode()))[1]
    assert list(film.check(call, Output(1280, 720, 12_000))) == []
    assert list(film.check(call, Output(1280, 720, 11_000))) == ["the film lasts 11.00 s, its shots take 12.00 s"]


@pytest.mark.parametrize("burn", [True, False])
def test_letters_without_a_glyph_are_found_in_all_that_is_drawn(burn: bool) -> None:
    """Subtitles beside the film help a line, but no card and no caption: those belong to the picture."""
    shots = (
        replace(SHOTS[0], caption="苏😀晚"),
        replace(SHOTS[1], say=(Say("旁白", "走😀"),)),
        shot("s09", 1, card="完😀"),
    )
    told = {"shots": [{"caption": "苏😀晚"}, {"say": [{"line": "走😀"}]}, {"card": "完😀"}]}
    spec = drama(episode(shots), subtitles=Subtitles(burn=burn))
    letters = Letters("20-7E, 4E00-9FFF")
    script = spec.episodes[0].script
    assert script
    found = list(letters_without_a_glyph(script, spec, Document.of(told, "script"), letters))
    assert {diagnostic.code for diagnostic in found} == {"MJ0416"}
    places = [diagnostic.primary.span.source.line(diagnostic.primary.span.place[1]).strip() for diagnostic in found]
    lines = ['"caption": "苏😀晚"', '"line": "走😀"', '"card": "完😀"']
    assert places == (lines if burn else [lines[0], lines[2]])


# What it looks and sounds like

WIDE, UPRIGHT = (640, 360), (360, 640)


def made_clip(path: Path, size: tuple[int, int], colours: Sequence[str]) -> Path:
    """A clip with a second of each colour, and a steady tone."""
    video = "".join(f"color={c}:s={size[0]}x{size[1]}:r=30:d=1[v{n}];" for n, c in enumerate(colours))
    graph = f"{video}{''.join(f'[v{n}]' for n in range(len(colours)))}concat=n={len(colours)}[v]"
    tone = ["-f", "lavfi", "-i", f"sine=frequency=200:r=48000:d={len(colours)}"]
    encoding = ["-map", "[v]", "-map", "0:a", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    asyncio.run(ffmpeg([*tone, "-filter_complex", graph, *encoding, "-c:a", "aac", path.name], path.parent))
    return path


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[int, int], Path]:
    """A clip of each shape, made once: red, green, blue."""
    folder = tmp_path_factory.mktemp("clips")
    colours = ("#a02020", "#20a020", "#2020a0")
    return {size: made_clip(folder / f"{size[0]}.mp4", size, colours) for size in (WIDE, UPRIGHT)}


class Made:
    """A film that was made, to be looked at."""

    def __init__(self, folder: Path, clip: Path, size: tuple[int, int], pieces: Sequence[Piece], **more: Any) -> None:
        folder.mkdir()
        facts: dict[str, Any] = {"burn": False, "cues": (), "cover": 200, **more}
        call = FilmCall(width=size[0], height=size[1], references=(), pieces=tuple(pieces), **facts)
        self.files = asyncio.run(assemble(call, [clip], folder))

    @property
    def milliseconds(self) -> int:
        return asyncio.run(probe_clip(self.files["film"])).milliseconds

    @property
    def cover(self) -> Image.Image:
        return Image.open(self.files["cover"]).convert("RGB")

    def frame(self, second: float) -> Image.Image:
        film = self.files["film"]
        arguments = ["-ss", str(second), "-i", film.name, "-frames:v", "1", "-update", "1", "frame.png"]
        asyncio.run(ffmpeg(arguments, film.parent))
        return Image.open(film.parent / "frame.png").convert("RGB")

    def colour(self, second: float) -> str:
        return "rgb"[max(range(3), key=ImageStat.Stat(self.frame(second)).mean.__getitem__)]

    def sound(self) -> array[int]:
        """Samples of its left ear, 48,000 a second."""
        film = self.files["film"]
        arguments = ["-i", film.name, "-af", "pan=mono|c0=c0", "-f", "s16le", "-ar", "48000", "sound.raw"]
        asyncio.run(ffmpeg(arguments, film.parent))
        return array("h", (film.parent / "sound.raw").read_bytes())


Box = tuple[int, int, int, int]


def drawn(one: Image.Image, other: Image.Image) -> Box | None:
    """The box in which two pictures differ to the eye."""
    return ImageChops.difference(one, other).convert("L").point(lambda value: 255 if value > 50 else 0).getbbox()


def test_pieces_show_their_stretch_of_the_clip_in_the_films_order(
    clips: Mapping[tuple[int, int], Path], tmp_path: Path
) -> None:
    pieces = (Piece(0, 2_200, 600), Piece(0, 100, 500), Piece(0, 1_100, 700))
    made = Made(tmp_path / "film", clips[WIDE], WIDE, pieces)
    assert [made.colour(second) for second in (0.1, 0.5, 0.7, 1.0, 1.2, 1.7)] == list("bbrrgg")
    assert made.milliseconds == pytest.approx(1_800, abs=50)


def test_odd_lengths_do_not_add_up_to_another_film(clips: Mapping[tuple[int, int], Path], tmp_path: Path) -> None:
    pieces = [Piece(0, 37 * n % 1_900, 333) if n % 4 else Piece(-1, 0, 333, "三年后") for n in range(24)]
    made = Made(tmp_path / "film", clips[WIDE], WIDE, pieces)
    assert made.milliseconds == pytest.approx(24 * 333, abs=70)


def test_a_clip_that_came_short_stands_still_at_its_end(clips: Mapping[tuple[int, int], Path], tmp_path: Path) -> None:
    made = Made(tmp_path / "film", clips[WIDE], WIDE, [Piece(0, 3_050, 500), Piece(0, 0, 500)])
    assert [made.colour(second) for second in (0.1, 0.4, 0.7)] == list("bbr")
    assert made.milliseconds == pytest.approx(1_000, abs=50)


def test_cards_are_silent_and_cuts_do_not_click(clips: Mapping[tuple[int, int], Path], tmp_path: Path) -> None:
    pieces = (Piece(0, 0, 501), Piece(-1, 0, 700, "三年后"), Piece(0, 1_003, 499))
    sound = Made(tmp_path / "film", clips[WIDE], WIDE, pieces).sound()
    assert max(map(abs, sound[5_000:20_000])) > 1_000
    assert max(map(abs, sound[28_000:54_000])) < 100
    assert max(map(abs, sound[62_000:76_000])) > 1_000
    steepest = max(abs(one - other) for one, other in pairwise(sound[5_000:20_000]))
    assert max(abs(one - other) for one, other in pairwise(sound)) < 2 * steepest


@pytest.mark.parametrize("size", [WIDE, UPRIGHT])
def test_a_card_is_set_in_the_middle_of_a_quiet_ground_and_fades(
    size: tuple[int, int], clips: Mapping[tuple[int, int], Path], tmp_path: Path
) -> None:
    made = Made(tmp_path / "film", clips[size], size, [Piece(-1, 0, 2_000, "三年后")], hue=6)
    bare = Made(tmp_path / "bare", clips[size], size, [Piece(-1, 0, 2_000, " ")], hue=6)
    shown = [
        drawn(
            made.frame(second).crop((0, 0, size[0], size[1] * 53 // 100)),
            bare.frame(second).crop((0, 0, size[0], size[1] * 53 // 100)),
        )
        for second in (0, 1.0)
    ]
    assert shown[0] is None
    box = shown[1]
    assert box is not None
    assert abs(box[0] + box[2] - size[0]) <= 8
    assert box[3] - box[1] > min(size) / 12
    assert box[2] - box[0] > 3 * (box[3] - box[1]), "letters have room between them"
    middle, edge = (
        ImageStat.Stat(bare.frame(1).crop(part)).mean
        for part in ((size[0] // 2 - 20, size[1] // 2 - 20, size[0] // 2 + 20, size[1] // 2 + 20), (0, 0, 20, 20))
    )
    assert 30 < middle[0] < 110
    assert middle[0] > middle[2] + 10, "in the hue of the style"
    assert 8 < edge[0] < middle[0]


@pytest.mark.parametrize("size", [WIDE, UPRIGHT])
def test_captions_are_drawn_without_burnt_subtitles_and_never_over_them(
    size: tuple[int, int], clips: Mapping[tuple[int, int], Path], tmp_path: Path
) -> None:
    captions = ("苏晚 · 药王谷神医", "三日后，京城", "S.W. · The healer of Yaowang valley")
    pieces = [Piece(0, 0, 600)]
    texts = [Overlay(200 * n, 200 * n + 200, text, "caption") for n, text in enumerate(captions)]
    cues = (Cue(0, 600, ("国" * 16, "国" * 16)),)
    bare = Made(tmp_path / "bare", clips[size], size, pieces)
    named = Made(tmp_path / "named", clips[size], size, pieces, texts=tuple(texts), cues=cues)
    said = Made(tmp_path / "said", clips[size], size, pieces, cues=cues, burn=True)
    label = Made(tmp_path / "label", clips[size], size, pieces, texts=(Overlay(0, 600, "AI生成", "label"),))
    for second in (0.1, 0.3, 0.5):
        plain = bare.frame(second)
        boxes = [drawn(made.frame(second), plain) for made in (label, named, said)]
        above, caption, below = (box or (0, 0, 0, 0) for box in boxes)
        assert 0 < caption[0] < caption[2] < size[0]
        assert 0 < above[3] < caption[1] < caption[3] < below[1]


def test_the_label_is_large_enough_for_its_rule_and_goes_when_its_time_is_over(
    clips: Mapping[tuple[int, int], Path], tmp_path: Path
) -> None:
    texts = (Overlay(0, 2_000, "AI生成", "label"),)
    for name, size in (("wide", WIDE), ("upright", UPRIGHT)):
        made = Made(tmp_path / name, clips[size], size, [Piece(0, 0, 2_500)], texts=texts)
        bare = Made(tmp_path / f"{name}-bare", clips[size], size, [Piece(0, 0, 2_500)])
        for second in (0, 1.7):
            box = drawn(made.frame(second), bare.frame(second))
            assert box is not None
            assert box[3] - box[1] >= min(size) / 20
            assert box[3] < size[1] / 5
            assert box[0] > size[0] / 2
        assert drawn(made.frame(2.2), bare.frame(2.2)) is None
        assert drawn(made.cover, bare.cover) is not None, "the cover is a picture of its own"


def test_the_cover_has_its_words_and_nothing_that_is_said(
    clips: Mapping[tuple[int, int], Path], tmp_path: Path
) -> None:
    facts: dict[str, Any] = {
        "cues": (Cue(0, 1_000, ("安心上路。",)),),
        "burn": True,
        "texts": (Overlay(0, 1_000, "苏晚", "caption"),),
        "cover": 500,
    }
    for size in (WIDE, UPRIGHT):
        folder = tmp_path / str(size[0])
        folder.mkdir()
        bare = Made(folder / "bare", clips[size], size, [Piece(0, 0, 1_000)], cover=500).cover
        plain = Made(folder / "plain", clips[size], size, [Piece(0, 0, 1_000)], **facts).cover
        assert drawn(plain, bare) is None
        titled = Made(folder / "titled", clips[size], size, [Piece(0, 0, 1_000)], cover_text="她自己的灵位", **facts)
        box = drawn(titled.cover, bare)
        assert box is not None
        assert box[2] - box[0] > size[0] * 0.7
        assert 0 < box[0] < box[2] < size[0]
        assert size[1] * 0.5 < box[1] < box[3] < size[1]


KINDS: tuple[Literal["caption", "label"], ...] = ("caption", "label")
NASTY = [
    "{\\an8}走",
    "\\N\\h{\\p1}",
    "a' ; [x], 100%: %{eif}",
    "一\n二\r三\u2028四",
    "国" * 60,
    "W" * 80,
    "\u200b",
    " · ",
    "｜甲",
]


@pytest.mark.parametrize("size", [WIDE, UPRIGHT])
def test_no_text_is_a_command_or_stops_a_film(
    size: tuple[int, int], clips: Mapping[tuple[int, int], Path], tmp_path: Path
) -> None:
    pieces, texts = [], []
    for n, text in enumerate(NASTY):
        pieces += [Piece(0, 0, 100), Piece(-1, 0, 100, text)]
        texts += [Overlay(200 * n, 200 * n + 100, text, kind) for kind in KINDS]
    for name, cover in (("all", "".join(NASTY)), ("none", "\u200b")):
        made = Made(tmp_path / name, clips[size], size, pieces, texts=tuple(texts), cover_text=cover, hue=200)
        assert made.milliseconds == pytest.approx(200 * len(NASTY), abs=70)
        assert made.files["subtitles"].read_text(encoding="utf-8") == ""


def test_subtitles_beside_the_film_are_what_is_said_and_nothing_else(
    clips: Mapping[tuple[int, int], Path], tmp_path: Path
) -> None:
    pieces = (Piece(0, 0, 500), Piece(-1, 0, 500, "三年后"))
    texts = (Overlay(0, 500, "苏晚", "caption"), Overlay(0, 1_000, "AI生成", "label"))
    made = Made(
        tmp_path / "film", clips[WIDE], WIDE, pieces, texts=texts, cues=(Cue(0, 500, ("走。",)),), cover_text="雪"
    )
    said = made.files["subtitles"].read_text(encoding="utf-8")
    assert said.strip() == "1\n00:00:00,000 --> 00:00:00,500\n走。"


@pytest.mark.parametrize("where", ["card", "caption", "cover"])
def test_letters_that_no_font_has_are_refused_wherever_they_stand(
    where: str, clips: Mapping[tuple[int, int], Path], tmp_path: Path
) -> None:
    pieces = (Piece(-1, 0, 300, "𓀀"),) if where == "card" else (Piece(0, 0, 300),)
    texts = (Overlay(0, 300, "𓀀", "caption"),) if where == "caption" else ()
    with pytest.raises(MediaFailed, match="font has no 𓀀"):
        Made(tmp_path / "film", clips[WIDE], WIDE, pieces, texts=texts, cover_text="𓀀" if where == "cover" else "")
