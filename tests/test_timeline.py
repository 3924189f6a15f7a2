"""Where things stand in time: which shots share a clip, what an inserted shot moves, when a subtitle shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby, pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from manjuc.calls import Cue
from manjuc.digest import digest_of
from manjuc.models import Model, Price
from manjuc.spec import Asset, Say, Shot, ShotId, Subtitles, Trim
from manjuc.text import width
from manjuc.timeline import LINES, Clip, cues, duration, fewest_and_most, kept, length, pack

MOST = Subtitles().most

SORA = Model(
    "sora-2",
    "video",
    durations=(10_000, 15_000),
    price=Price(durations=((10_000, Decimal("0.33")), (15_000, Decimal("0.5")))),
)
Settled = tuple[tuple[ShotId, ...], ...]


def film(*parts: Sequence[int]) -> tuple[Shot, ...]:
    """Shots of the given lengths in tenths of a second, each list a scene of its own."""
    shots = [(f"scene{part}", tenths) for part, lengths in enumerate(parts) for tenths in lengths]
    return tuple(Shot(ShotId(f"s{n:02}"), tenths * 100, scene, "走过") for n, (scene, tenths) in enumerate(shots, 1))


def tenths(clips: Sequence[Clip]) -> list[list[int]]:
    """The lengths of each clip's shots."""
    return [[shot.milliseconds // 100 for shot in clip] for clip in clips]


def boundaries(clips: Sequence[Clip]) -> Settled:
    """What the lock keeps of some clips."""
    return tuple(tuple(shot.id for shot in clip) for clip in clips)


# Durations


@pytest.mark.parametrize(
    ("lengths", "milliseconds"),
    [([99], 10_000), ([100], 10_000), ([50, 51], 15_000), ([150], 15_000), ([151], None), ([1], 10_000)],
)
def test_the_shortest_clip_that_holds_the_shots_is_taken(lengths: list[int], milliseconds: int | None) -> None:
    assert duration(film(lengths), SORA) == milliseconds


def test_a_model_may_hold_only_so_many_shots() -> None:
    assert duration(film([10, 10, 10]), replace(SORA, most_shots=2)) is None
    assert duration(film([10, 10]), replace(SORA, most_shots=2)) == 10_000


# Packing


def test_a_film_that_fits_in_one_clip_is_one_clip_whatever_its_scenes() -> None:
    shots = film([30, 20], [40], [10, 50])
    assert pack(shots, SORA) == (shots,)


def test_otherwise_a_clip_never_crosses_a_part() -> None:
    assert tenths(pack(film([60, 30], [20, 20], [40]), SORA)) == [[60, 30], [20, 20], [40]]


def test_a_scene_that_comes_back_is_another_part() -> None:
    shots = film([60], [60], [60])
    back = (shots[0], shots[1], replace(shots[2], scene=shots[0].scene))
    assert [len(clip) for clip in pack(back, SORA)] == [1, 1, 1]


def test_the_least_price_comes_first() -> None:
    """Two clips of ten seconds cost 0.66, one of fifteen and one of ten 0.83."""
    assert tenths(pack(film([50, 50, 50, 50]), SORA)) == [[50, 50], [50, 50]]


def test_a_part_that_one_clip_holds_is_cut_where_that_is_cheaper() -> None:
    """Two clips of five seconds cost 1.0, one of fifteen 1.5; only a whole film is one clip at any price."""
    model = Model("m", "video", durations=(5_000, 15_000), price=Price(second=Decimal("0.1")))
    assert [len(clip) for clip in pack(film([50, 50], [150]), model)] == [1, 1, 1]
    assert [len(clip) for clip in pack(film([50, 50]), model)] == [2]


def test_the_fewest_clips_come_second() -> None:
    """Two clips of four seconds cost what one of ten does, and would leave nothing unused."""
    model = Model(
        "m", "video", durations=(4_000, 10_000), price=Price(durations=((4_000, Decimal(1)), (10_000, Decimal(2))))
    )
    assert tenths(pack(film([40, 40], [100]), model)) == [[40, 40], [100]]


def test_the_least_unused_time_comes_third() -> None:
    """At one price for a call, whichever two clips leave the least of what was asked for unused."""
    model = Model("m", "video", durations=(4_000, 8_000, 10_000), price=Price(call=Decimal(1)))
    assert tenths(pack(film([40, 20, 60]), model)) == [[40], [20, 60]]


def test_the_earliest_break_comes_last() -> None:
    model = Model("m", "video", durations=(8_000,), price=Price(call=Decimal(1)))
    assert tenths(pack(film([20, 20, 20, 20, 20]), model)) == [[20], [20, 20, 20, 20]]


def ways(run: Clip) -> Iterator[tuple[Clip, ...]]:
    """Every way to cut a run of shots."""
    if not run:
        yield ()
    for end in range(1, len(run) + 1):
        for rest in ways(run[end:]):
            yield (run[:end], *rest)


def badness(clips: tuple[Clip, ...], model: Model) -> tuple[Decimal, int, int, tuple[int, ...]] | None:
    """What a way is judged by, in order: price, clips, unused time, where the breaks are."""
    taken = [duration(clip, model) for clip in clips]
    if None in taken:
        return None
    asked = [milliseconds for milliseconds in taken if milliseconds is not None]
    unused = sum(asked) - sum(length(clip) for clip in clips)
    breaks = tuple(sum(len(clip) for clip in clips[:n]) for n in range(len(clips)))
    return sum((model.price.of_clip(m) for m in asked), Decimal(0)), len(clips), unused, breaks


DURATIONS = st.lists(st.sampled_from([4, 5, 6, 8, 10, 12, 15]), min_size=1, max_size=3, unique=True).map(
    lambda seconds: tuple(sorted(s * 1000 for s in seconds))
)
PRICES = st.one_of(
    st.builds(Price, call=st.sampled_from([Decimal(0), Decimal("0.2"), Decimal(1)])),
    st.builds(Price, second=st.sampled_from([Decimal("0.1"), Decimal("0.7")])),
    st.builds(Price, call=st.just(Decimal("0.3")), second=st.just(Decimal("0.05"))),
    st.just(SORA.price),
)
MODELS = st.builds(
    lambda durations, price, most: Model("m", "video", durations=durations, price=price, most_shots=most),
    DURATIONS,
    PRICES,
    st.sampled_from([0, 0, 2, 3]),
)
PARTS = st.lists(st.lists(st.integers(5, 40), min_size=1, max_size=6), min_size=1, max_size=2)


@settings(derandomize=True, max_examples=50)
@given(PARTS, MODELS)
def test_packing_finds_what_trying_every_way_finds(parts: list[list[int]], model: Model) -> None:
    shots = film(*parts)
    packed = pack(shots, model)
    if duration(shots, model) is not None:
        assert packed == (shots,)
        return
    best: list[Clip] = []
    for _, part in groupby(shots, key=lambda shot: shot.scene):
        run = tuple(part)
        judged = [(found, way) for way in ways(run) if (found := badness(way, model)) is not None]
        best += min(judged)[1]
    assert packed == tuple(best)


# What is not bought

OWN = Asset("own.mp4", digest_of(b"own"), "video/mp4", 1, 1280, 720, 5_000)


def with_(shots: Sequence[Shot], number: int, **facts: object) -> tuple[Shot, ...]:
    """The shots, of which one is something else."""
    return tuple(replace(shot, **facts) if n == number else shot for n, shot in enumerate(shots))  # type: ignore[arg-type]


@pytest.mark.parametrize("facts", [{"card": "三年后"}, {"video": OWN}, {"use": "ep01/s09"}])
def test_what_is_not_bought_is_in_no_clip_and_ends_one(facts: dict[str, object]) -> None:
    shots = with_(film([20, 20, 20, 20]), 2, **facts)
    assert boundaries(pack(shots, SORA)) == (("s01", "s02"), ("s04",))


@pytest.mark.parametrize("number", [0, 3])
def test_cards_at_the_ends_leave_a_film_in_one_clip(number: int) -> None:
    shots = with_(film([20, 20], [20, 20]), number, card="未完待续")
    assert pack(shots, SORA) == (tuple(shot for shot in shots if shot.bought),)


def test_a_film_of_cards_alone_has_no_clips() -> None:
    assert pack(with_(film([20]), 0, card="未完待续"), SORA) == ()


def test_what_is_not_bought_may_be_longer_than_any_clip() -> None:
    assert boundaries(pack(with_(film([20, 900, 20]), 1, video=OWN), SORA)) == (("s01",), ("s03",))


def test_a_card_put_into_a_settled_clip_splits_it_and_moves_no_other() -> None:
    shots = film([40, 30, 30], [60, 40])
    settled = boundaries(pack(shots, SORA))
    card = replace(film([15])[0], id=ShotId("card"), card="三年后")
    found = boundaries(pack((shots[0], card, *shots[1:]), SORA, settled))
    assert found == (("s01",), ("s02", "s03"), ("s04", "s05"))


def test_the_authors_parts_hold_where_there_are_any() -> None:
    """One part may show two places, and two parts the same."""
    shots = film([40, 40], [20], [60], [30])
    parts = [replace(shot, part=part) for shot, part in zip(shots, [1, 1, 1, 2, 2], strict=True)]
    assert boundaries(pack(parts, SORA)) == (("s01", "s02", "s03"), ("s04", "s05"))
    same = [replace(shot, scene="hall") for shot in parts]
    assert boundaries(pack(same, SORA)) == (("s01", "s02", "s03"), ("s04", "s05"))


# What the film keeps of a shot


@pytest.mark.parametrize(
    ("trim", "room", "stretch"),
    [
        (Trim(), 0, (0, 3_500)),
        (Trim(), 2_000, (0, 3_500)),
        (Trim(400), 0, (400, 3_100)),
        (Trim(400, 2_400), 0, (400, 2_000)),
        (Trim(400, 3_900), 0, (400, 3_100)),
        (Trim(400, 3_900), 300, (400, 3_400)),
        (Trim(0, 9_000), 1_500, (0, 5_000)),
        (Trim(), -500, (0, 3_000)),
        (Trim(9_000), 0, (3_400, 100)),
        (Trim(500, 200), 0, (100, 100)),
    ],
)
def test_a_trim_keeps_a_stretch_of_what_there_is(trim: Trim, room: int, stretch: tuple[int, int]) -> None:
    assert kept(trim, 3_500, room) == stretch


# Settled clips


@settings(derandomize=True, max_examples=50)
@given(PARTS, MODELS)
def test_every_shot_is_in_one_clip_in_its_order_and_every_clip_fits(parts: list[list[int]], model: Model) -> None:
    shots = film(*parts)
    for settled in ((), boundaries(pack(shots, model))):
        clips = pack(shots, model, settled)
        assert tuple(shot for clip in clips for shot in clip) == shots
        assert all(duration(clip, model) is not None for clip in clips)


@settings(derandomize=True, max_examples=50)
@given(PARTS, MODELS)
def test_settled_clips_keep_their_boundaries(parts: list[list[int]], model: Model) -> None:
    clips = pack(film(*parts), model)
    assert pack(film(*parts), model, boundaries(clips)) == clips


@settings(derandomize=True, max_examples=50)
@given(PARTS, MODELS, st.data())
def test_settled_clips_stay_though_another_cut_were_better(
    parts: list[list[int]], model: Model, data: st.DataObject
) -> None:
    """Whatever the lock holds counts, not what would be chosen today, as long as it fits."""
    shots = film(*parts)
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(shots) - 1)), max_size=4)))
    changes = [n for n, (one, other) in enumerate(pairwise(shots), 1) if one.scene != other.scene]
    places = [0, *sorted({*cuts, *changes} - {len(shots)}), len(shots)]
    clips = tuple(shots[start:end] for start, end in pairwise(places))
    assume(len(clips) > 1)
    assume(all(duration(clip, model) is not None for clip in clips))
    assert pack(shots, model, boundaries(clips)) == clips


@settings(derandomize=True, max_examples=100)
@given(PARTS, MODELS, st.integers(5, 40), st.integers(0, 12))
def test_an_inserted_shot_changes_at_most_the_clip_that_it_lands_in(
    parts: list[list[int]], model: Model, tenth: int, place: int
) -> None:
    shots = film(*parts)
    before = pack(shots, model)
    assume(len(before) > 1)
    place = min(place, len(shots))
    neighbour = shots[max(0, place - 1)]
    inserted = Shot(ShotId("new"), tenth * 100, neighbour.scene, "回头")
    after = pack((*shots[:place], inserted, *shots[place:]), model, boundaries(before))
    changed = [clip for clip in before if clip not in after]
    assert len(changed) <= 1
    if changed:
        touched = [i for i, shot in enumerate(shots) if shot in changed[0]]
        assert touched[0] <= place <= touched[-1] + 1, "only a clip beside the new shot may change"


@settings(derandomize=True, max_examples=50)
@given(PARTS, MODELS, st.integers(0, 11))
def test_a_removed_shot_changes_at_most_the_clip_that_it_was_in(
    parts: list[list[int]], model: Model, place: int
) -> None:
    shots = film(*parts)
    before = pack(shots, model)
    assume(len(before) > 1)
    gone = shots[min(place, len(shots) - 1)]
    after = pack(tuple(shot for shot in shots if shot != gone), model, boundaries(before))
    assert [clip for clip in before if clip not in after] == [clip for clip in before if gone in clip]


def test_a_shot_of_another_scene_inside_a_settled_clip_makes_clips_of_its_own() -> None:
    shots = film([40, 40], [60, 40])
    settled = boundaries(pack(shots, SORA))
    stranger = Shot(ShotId("new"), 2_000, "elsewhere", "空镜")
    clips = pack((shots[0], stranger, *shots[1:]), SORA, settled)
    assert boundaries(clips) == (("s01",), ("new",), ("s02",), ("s03", "s04"))


# A film that is not written yet


def test_the_number_of_clips_of_an_unwritten_film_has_bounds() -> None:
    assert fewest_and_most(10_000, 12, SORA) == (1, 1)
    assert fewest_and_most(60_000, 40, SORA) == (4, 40)
    assert fewest_and_most(10_000, 12, replace(SORA, most_shots=6)) == (1, 12)


# Subtitles

SENTENCE = st.text(alphabet="雨夜的校园里失窃，。！？abc ", min_size=1, max_size=60).filter(
    lambda text: text.strip(" ")
)
SPOKEN = st.lists(st.tuples(st.integers(5, 60), st.lists(SENTENCE, max_size=3)), min_size=1, max_size=4)


def spoken(*shots: tuple[int, Sequence[str]]) -> tuple[Shot, ...]:
    """Shots of some tenths of a second, with lines."""
    return tuple(
        replace(shot, say=tuple(Say("linche", line) for line in lines))
        for shot, (_, lines) in zip(film([tenth for tenth, _ in shots]), shots, strict=True)
    )


def test_a_line_alone_takes_its_whole_shot() -> None:
    assert cues(spoken((10, []), (15, ["还赶得上吗"]), (20, [])), MOST) == (Cue(1_000, 2_500, ("还赶得上吗",)),)


def test_lines_share_a_shot_by_their_lengths() -> None:
    assert cues(spoken((30, ["好的", "我明白"]), (10, ["走"])), MOST) == (
        Cue(0, 1_200, ("好的",)),
        Cue(1_200, 3_000, ("我明白",)),
        Cue(3_000, 4_000, ("走",)),
    )


def test_a_long_line_is_broken_and_goes_on_on_the_next_screen() -> None:
    found = cues(spoken((60, ["雨" * 40])), MOST)
    assert [len(cue.lines) for cue in found] == [2, 1]
    assert "".join(line for cue in found for line in cue.lines) == "雨" * 40


def test_an_author_may_want_shorter_lines() -> None:
    assert cues(spoken((20, ["镇北侯府，大摆寿宴，宾客满堂。"])), 8) == (
        Cue(0, 2_000, ("镇北侯府，大摆寿", "宴，宾客满堂。")),
    )


def test_shots_without_words_have_no_subtitles() -> None:
    assert cues(film([10, 10]), MOST) == ()


@pytest.mark.parametrize("line", ["\u200b", "\u200d\u200d", "\u0301"])
def test_a_line_that_takes_no_columns_stops_nothing(line: str) -> None:
    for lines in ([line], [line, "走"]):
        found = cues(spoken((10, lines)), MOST)
        assert all(0 <= cue.start < cue.end <= 1_000 for cue in found)


@settings(derandomize=True, max_examples=50)
@given(SPOKEN)
def test_cues_stay_in_their_shots_in_order_and_lose_nothing(script: list[tuple[int, list[str]]]) -> None:
    shots = spoken(*script)
    found = list(cues(shots, MOST))
    assert all(one.end <= other.start for one, other in pairwise(found))
    start = 0
    for shot in shots:
        end = start + shot.milliseconds
        inside = [cue for cue in found if start <= cue.start < end]
        said = "".join(say.line for say in shot.say)
        assert "".join("".join(cue.lines) for cue in inside).replace(" ", "") == said.replace(" ", "")
        assert all(start <= cue.start < cue.end <= end for cue in inside)
        assert not inside or (inside[0].start, inside[-1].end) == (start, end)
        start = end


@settings(derandomize=True, max_examples=50)
@given(SPOKEN)
def test_each_screen_has_at_most_two_lines_of_sixteen_and_time_by_its_length(
    script: list[tuple[int, list[str]]],
) -> None:
    for shot in spoken(*script):
        found = cues([shot], MOST)
        weights = [sum(width(line) for line in cue.lines) for cue in found]
        for cue, weight in zip(found, weights, strict=True):
            assert 1 <= len(cue.lines) <= LINES == 2
            assert all(width(line) <= 2 * MOST for line in cue.lines if "abc" not in line)
            assert abs((cue.end - cue.start) - shot.milliseconds * weight / sum(weights)) <= 1
