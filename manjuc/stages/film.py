"""film: pieces of clips and cards in the order of the script, with what is written on them, subtitles and a cover.

Local and free: what is changed here alone, a trim or a caption, is never paid for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from manjuc.calls import Call, Cue, FilmCall, Overlay, Piece, Ref, Reference
from manjuc.contracts import Output, Render
from manjuc.graph import Action, ActionId, Results, Unknown
from manjuc.spec import Asset, Episode, EpisodeId, Mark, Shot, Spec
from manjuc.steps import Failure
from manjuc.storyboard import reels
from manjuc.timeline import cues, duration, kept
from manjuc.words import say

NAME, VERSION, SLOT = "film", 1, "local"
SLACK = 200  # milliseconds that the film may be off
_PREVIEW_LINES = 720
_GLIMPSE = 200  # milliseconds of a subtitle of which so little is left that nobody reads it
_LABEL = 2_000  # milliseconds that a label stays at least
_ENDLESS = 3_600_000  # milliseconds: a card lasts as long as its trim wants
# What a word for a colour must hold to name a hue, in degrees; the first sign that is found. 墨, 雪 and 灰 name none.
_HUES = (
    *(("品红", 320), ("玫", 335), ("粉", 340), ("桃", 345), ("紫", 275), ("青绿", 165), ("青", 195), ("蓝", 218)),
    *(("靛", 230), ("绿", 140), ("翠", 150), ("碧", 165), ("金", 42), ("黄", 45), ("琥珀", 36), ("橙", 26), ("橘", 24)),
    *(("棕", 24), ("褐", 22), ("咖", 22), ("红", 6), ("朱", 8), ("赤", 4), ("绯", 352), ("丹", 8), ("绛", 350)),
)


@dataclass(frozen=True, slots=True)
class _Footage:
    """What the film shows for a shot: a stretch of an action's clip or of the author's own, else a card."""

    shot: Shot
    start: int = 0  # milliseconds of the source at which the shot begins
    room: int = _ENDLESS  # what the source holds beyond the shot's own length
    need: ActionId | None = None
    own: Asset | None = None
    card: str = ""
    heard: Shot | None = None  # the reused shot whose lines are heard, where the shot has none of its own


@dataclass(frozen=True, slots=True)
class _Cut:
    """All that an episode's film is made of."""

    episode: Episode
    footage: tuple[_Footage, ...]


def actions(spec: Spec, results: Results) -> Iterator[Action]:
    """One for each episode whose script is known."""
    clips = _clips(spec, results)
    for episode in spec.episodes:
        script = results.scripts.get(episode.id)
        if script is None:
            continue
        if not episode.frozen and any(_unwritten(spec, shot, results) for shot in script.shots):
            continue
        footage = tuple(_footage(episode.id, shot, clips, results) for shot in script.shots)
        needs = dict.fromkeys(item.need for item in footage if item.need)
        about = _Cut(episode, footage)
        yield Action(ActionId(f"{episode.id}/{NAME}"), NAME, tuple(needs), place=episode.id, about=about)


def _unwritten(spec: Spec, shot: Shot, results: Results) -> EpisodeId | None:
    """The episode whose shot is shown again, while nobody has written it."""
    episode = EpisodeId(shot.use.partition("/")[0])
    known = any(each.id == episode for each in spec.episodes)
    return episode if shot.use and known and episode not in results.scripts else None


def _clips(spec: Spec, results: Results) -> Mapping[tuple[str, str], tuple[ActionId, int, int]]:
    """By episode and shot: the clip that holds a bought shot, where it begins in it, and as far as it may go on."""
    found: dict[tuple[str, str], tuple[ActionId, int, int]] = {}
    for reel in reels(spec, results):
        at = 0
        for shot in reel.shots:
            end = at + shot.milliseconds
            # What was bought beyond the last shot is its continuation; beyond any other stands the next shot.
            last = (duration(reel.shots, spec.models.video) or end) if shot is reel.shots[-1] else end
            found[reel.episode.id, shot.id] = (ActionId(f"{reel.id}/clip"), at, last)
            at = end
    return found


def _footage(
    episode: str, shot: Shot, clips: Mapping[tuple[str, str], tuple[ActionId, int, int]], results: Results
) -> _Footage:
    """Where the picture of a shot comes from, and whose lines are heard in it."""
    chain = tuple(_followed(episode, shot, results))
    episode, shown = chain[-1]
    told = next((each for _, each in chain if each.say), shot)
    heard = None if told is shot else told
    if shown.use:
        # An episode that is not written yet, or a shot that a text model has left out: the film waits for it.
        story = shown.use.partition("/")[0]
        need = f"{shown.use}/clip" if EpisodeId(story) in results.scripts else f"{story}/script"
        return _Footage(shot, need=ActionId(need))
    if shown.card:
        return _Footage(shot, card=shown.card)
    if shown.video:
        # A shot that is longer than the author's clip stands still on its last frame; a shorter one leaves a rest.
        room = max(0, shown.video.milliseconds - shot.milliseconds)
        return _Footage(shot, room=room, own=shown.video, heard=heard)
    if (episode, shown.id) not in clips:
        return _Footage(shot, need=ActionId(f"{episode}/{shown.id}/clip"))  # written into what is published already
    need, start, end = clips[episode, shown.id]
    return _Footage(shot, start, end - start - shot.milliseconds, need, heard=heard)


def _followed(episode: str, shot: Shot, results: Results) -> Iterator[tuple[str, Shot]]:
    """A shot and those that it shows again, as far as they are known: the last is where the picture was made."""
    passed: set[tuple[str, str]] = set()
    again: Shot | None = shot
    while again and (episode, again.id) not in passed:
        yield episode, again
        passed.add((episode, again.id))
        episode, _, id = again.use.partition("/")
        script = results.scripts.get(EpisodeId(episode))
        again = next((each for each in script.shots if each.id == id), None) if script else None


def unknown(spec: Spec, results: Results) -> Iterator[Unknown]:
    """One for each episode that is not written yet."""
    for episode in spec.episodes:
        script = results.scripts.get(episode.id)
        shots = script.shots if script and not episode.frozen else ()
        unwritten = [found for shot in shots if (found := _unwritten(spec, shot, results))]
        if script is None and not episode.frozen:
            unwritten = [episode.id]
        if unwritten:
            yield Unknown(NAME, 1, 1, ActionId(f"{unwritten[0]}/script"))


def call(action: Action, spec: Spec, results: Results, render: Render) -> Call:
    """Clips by their bytes, stretches by their times, all that is written by its words."""
    cut = action.about
    assert isinstance(cut, _Cut)
    stretches = [kept(cut.episode.trim(item.shot.id), item.shot.milliseconds, item.room) for item in cut.footage]
    shots = tuple(replace(item.shot, milliseconds=ms) for item, (_, ms) in zip(cut.footage, stretches, strict=True))
    sources = [_source(item, results) for item in cut.footage]
    references = {source: number for number, source in enumerate(dict.fromkeys(each for each in sources if each))}
    pieces = (
        Piece(references[source], item.start + start, length) if source else Piece(-1, 0, length, item.card)
        for item, source, (start, length) in zip(cut.footage, sources, stretches, strict=True)
    )
    # A preview is drawn for the eye, not for a screen: more lines would only take longer.
    lines = min(spec.format.lines, _PREVIEW_LINES) if spec.models.video.preview else spec.format.lines
    width, height = _frame(spec.format.aspect_ratio, lines)
    coloured = cut.episode.cover.text or any(item.card or item.shot.caption for item in cut.footage)
    return FilmCall(
        width=width,
        height=height,
        references=tuple(references),
        pieces=tuple(_joined(pieces)),
        cues=tuple(_cues(cut.footage, stretches, spec.subtitles.most)),
        burn=spec.subtitles.burn,
        cover=_cover(cut, shots),
        most=spec.subtitles.most,
        texts=(*_captions(shots), *_label(spec.label, shots)),
        cover_text=cut.episode.cover.text,
        hue=_hue(spec.style.palette) if coloured else -1,
    )


def _cues(footage: Iterable[_Footage], stretches: Iterable[tuple[int, int]], most: int) -> Iterator[Cue]:
    """What is said, shot by shot; of a reused shot what is heard in the stretch of it that is shown."""
    at = 0
    for item, (start, length) in zip(footage, stretches, strict=True):
        begin, told = (start, item.heard) if item.heard else (0, replace(item.shot, milliseconds=length))
        for cue in cues((told,), most):
            first, last = max(0, cue.start - begin), min(length, cue.end - begin)
            if last - first >= min(_GLIMPSE, cue.end - cue.start):
                yield Cue(at + first, at + last, cue.lines)
        at += length


def _source(item: _Footage, results: Results) -> Reference | None:
    if item.own:
        return Ref(item.own.blob, item.own.media)
    return results.reference(item.need) if item.need else None


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """What goes on in one source without a gap is one piece."""
    last: Piece | None = None
    for piece in pieces:
        if last and 0 <= piece.source == last.source and piece.start == last.start + last.milliseconds:
            last = replace(last, milliseconds=last.milliseconds + piece.milliseconds)
            continue
        if last:
            yield last
        last = piece
    if last:
        yield last


def _captions(shots: Iterable[Shot]) -> Iterator[Overlay]:
    """Each for as long as its shot; neighbours that say the same are one."""
    at, last = 0, None
    for shot in shots:
        end = at + shot.milliseconds
        if last and (last.text, last.end) == (shot.caption, at):
            last = replace(last, end=end)
        else:
            if last:
                yield last
            last = Overlay(at, end, shot.caption, "caption") if shot.caption else None
        at = end
    if last:
        yield last


def _label(label: Mark | None, shots: Iterable[Shot]) -> Iterator[Overlay]:
    if label:
        whole = sum(shot.milliseconds for shot in shots)
        yield Overlay(0, min(max(label.milliseconds, _LABEL), whole), label.text, "label")


def _cover(cut: _Cut, shots: tuple[Shot, ...]) -> int:
    """The middle of the shot that the author names, or else of the first that is no card."""
    pictures = (item.shot.id for item in cut.footage if not item.card)
    wanted = cut.episode.cover.shot or next(pictures, None)
    number = next((n for n, shot in enumerate(shots) if shot.id == wanted), 0)
    return sum(shot.milliseconds for shot in shots[:number]) + shots[number].milliseconds // 2


def _hue(palette: Iterable[str]) -> int:
    named = (degrees for word in palette for sign, degrees in _HUES if sign in word)
    return next(named, -1)


def _frame(aspect_ratio: str, lines: int) -> tuple[int, int]:
    wide, high = (int(part) for part in aspect_ratio.split(":"))
    if wide >= high:
        return lines * wide // high // 2 * 2, lines
    return lines, lines * high // wide // 2 * 2


def check(call: Call, output: Output) -> Iterator[str]:
    """Length and size."""
    assert isinstance(call, FilmCall)
    wanted = call.milliseconds
    if abs(output.milliseconds - wanted) > SLACK:
        lasts, takes = (f"{each / 1000:.2f}" for each in (output.milliseconds, wanted))
        yield str(say("the film lasts {} s, its shots take {} s", lasts, takes))
    if (output.width, output.height) != (call.width, call.height):
        size, asked = f"{output.width}×{output.height}", f"{call.width}×{call.height}"
        yield str(say("the film is {}, not {}", size, asked))


def rounds(call: Call) -> int:
    """One: what comes is kept as it is."""
    return 1


def revise(call: Call, failure: Failure) -> Call | None:
    """Nothing: the same work on the same clips gives the same film."""
    return None
