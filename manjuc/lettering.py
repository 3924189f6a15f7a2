"""All that is written on a film: subtitles, cards, captions, the label and the words of the cover, set for libass."""

from __future__ import annotations

import colorsys
import re
import unicodedata
from collections.abc import Iterator

import pysubs2

from manjuc.calls import Cue, FilmCall, Overlay
from manjuc.media import SANS, SERIF
from manjuc.text import break_lines, width
from manjuc.timeline import LINES

_LINE = 1.45  # libass counts the height of a line, of which the letters take this part
_CARD, _CAPTION, _SUBTITLE, _LABEL = range(4)  # what lies above what
_SPLIT = re.compile(r" [·・|｜—-]+ |[|｜]")
_CLAUSE = re.compile(r"(?<=[，。、；：！？…])(?![，。、；：！？…”’』」》）])")
_COLUMN = 9  # characters of the longest caption that stands upright
_PAPER = pysubs2.Color(246, 240, 228)
_INK = pysubs2.Color(14, 12, 16)


def srt(call: FilmCall) -> str:
    """The spoken lines, to lie beside the film."""
    return _file(call, [_subtitle(cue) for cue in call.cues]).to_string("srt")


def on_film(call: FilmCall) -> str:
    """All that is drawn onto the film; empty where there is nothing."""
    events: list[pysubs2.SSAEvent] = []
    at = 0
    for piece in call.pieces:
        if piece.card:
            events += _card(piece.card, at, at + piece.milliseconds, call)
        at += piece.milliseconds
    for overlay in call.texts:
        events += _caption(overlay, call) if overlay.kind == "caption" else [_label(overlay, call)]
    if call.burn:
        events += [_subtitle(cue) for cue in call.cues]
    return _file(call, events).to_string("ass") if events else ""


def on_cover(call: FilmCall) -> str:
    """What is drawn onto the cover: its words, and the label; on a card, what the card says. Empty for nothing."""
    events = [_label(overlay, call, whole=True) for overlay in call.texts if overlay.kind == "label"]
    at = 0
    for piece in call.pieces:
        if piece.card and at <= call.cover < at + piece.milliseconds:
            events += _card(piece.card, at, at + piece.milliseconds, call)
        at += piece.milliseconds
    events += _cover_words(call) if call.cover_text else []
    return _file(call, events).to_string("ass") if events else ""


def ground(call: FilmCall) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """The colours of a card's ground, of its middle and its edge: a quiet dark in the hue of the style."""
    middle, edge = _tone(call, 0.20, 0.34), _tone(call, 0.055, 0.40)
    return (middle.r, middle.g, middle.b), (edge.r, edge.g, edge.b)


def _tone(call: FilmCall, lightness: float, saturation: float) -> pysubs2.Color:
    """A colour in the film's hue; without one, a warm grey."""
    hue, saturation = (call.hue / 360, saturation) if call.hue >= 0 else (0.08, saturation / 4)
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, saturation)
    return pysubs2.Color(round(red * 255), round(green * 255), round(blue * 255))


# Files


def _file(call: FilmCall, events: list[pysubs2.SSAEvent]) -> pysubs2.SSAFile:
    file = pysubs2.SSAFile()
    file.info.update({"PlayResX": str(call.width), "PlayResY": str(call.height), "WrapStyle": "2"})
    file.info["ScaledBorderAndShadow"] = "yes"
    size, plain = _subtitle_size(call), pysubs2.SSAStyle(fontname=SERIF, bold=False, shadow=0, primarycolor=_PAPER)
    file.styles = {"Default": plain.copy()}
    file.styles["Default"].fontname = SANS
    file.styles["Default"].fontsize = size * _LINE
    file.styles["Default"].outline = max(1.5, size / 14)
    file.styles["Default"].marginv = _foot(call)
    file.styles["Default"].marginl = file.styles["Default"].marginr = call.width // 40
    file.styles["Default"].primarycolor = pysubs2.Color(255, 255, 255)
    file.styles["Default"].outlinecolor = pysubs2.Color(16, 16, 24)
    for name in ("Card", "Caption", "Cover"):
        file.styles[name] = plain.copy()
        file.styles[name].outlinecolor = file.styles[name].backcolor = _INK
    file.styles["Card"].outline = 0
    file.styles["Cover"].bold = True
    file.styles["Label"] = file.styles["Default"].copy()
    file.events = events
    return file


def _event(start: int, end: int, text: str, style: str, layer: int, commands: str = "") -> pysubs2.SSAEvent:
    words = f"{{{commands}}}{text}" if commands else text
    return pysubs2.SSAEvent(start=start, end=end, text=words, style=style, layer=layer)


def _safe(text: str) -> str:
    """A text on one line of which nothing is a command to libass: braces and backslashes would be."""
    line = " ".join(text.split()).replace("\\", "＼").replace("{", "｛").replace("}", "｝")
    return "".join(letter for letter in line if unicodedata.category(letter) != "Cc")


def _shorter(call: FilmCall) -> int:
    return min(call.width, call.height)


def _upright(call: FilmCall) -> bool:
    return call.height > call.width


# Subtitles


def _subtitle_size(call: FilmCall) -> float:
    """The most characters of a line have to fit between the margins, upright films included."""
    return min(call.height // 15, _shorter(call) // 11, call.width * 9 // 10 // call.most)


def _foot(call: FilmCall) -> int:
    """Below subtitles; players of upright films lay their own words over the last sixth of the picture."""
    return call.height // 6 if _upright(call) else call.height // 18


def _subtitle(cue: Cue) -> pysubs2.SSAEvent:
    return _event(cue.start, cue.end, "\\N".join(_safe(line) for line in cue.lines), "Default", _SUBTITLE)


def _head_of_subtitles(call: FilmCall) -> float:
    return call.height - _foot(call) - LINES * _subtitle_size(call) * _LINE


# Cards


def _spaced(text: str, spacing: float) -> str:
    """Letters with room between them, and none after the last, so that the middle stays the middle."""
    return f"{{\\fsp{spacing:.1f}}}{text[:-1]}{{\\fsp0}}{text[-1:]}"


def _card(text: str, start: int, end: int, call: FilmCall) -> Iterator[pysubs2.SSAEvent]:
    """Large letters with room between them, and a short rule below that opens from its middle."""
    room = call.width * (0.78 if _upright(call) else 0.64)
    lines = _clauses(text, 10 if _upright(call) else 15)
    longest = _longest(lines)
    gap = 0.32 if longest <= 6 else 0.16
    size = min(_shorter(call) / 8, room / (longest * (1 + gap)))
    fade = f"\\fad({min(600, (end - start) // 3)},{min(450, (end - start) // 4)})"
    middle, pitch = call.height * 0.485, size * 1.55
    for number, line in enumerate(lines):
        y = middle + (number - (len(lines) - 1) / 2) * pitch
        place = f"\\an5\\pos({call.width / 2:.1f},{y:.1f})\\fs{size * _LINE:.1f}{fade}"
        yield _event(start, end, _spaced(line, size * gap), "Card", _CARD, place)
    y = middle + (len(lines) / 2) * pitch + size * 0.4
    long, thin = size * 1.5, max(1.5, _shorter(call) / 400)
    opening = f"\\fscx0\\t(150,{min(1_100, (end - start) // 2)},0.6,\\fscx100)"
    place = f"\\an5\\pos({call.width / 2:.1f},{y:.1f}){_coloured(_tone(call, 0.62, 0.55))}{opening}{fade}"
    yield _event(start, end, _box(long, thin), "Card", _CARD, place)


def _clauses(text: str, most: int) -> list[str]:
    """A text in lines of at most `most` Chinese characters that end where its clauses do, as far as they can."""
    lines: list[str] = []
    for clause in _CLAUSE.split(text):
        for part in break_lines(clause, most):
            if lines and width(lines[-1] + part) <= 2 * most:
                lines[-1] += part
            else:
                lines.append(part)
    return [_safe(line) for line in lines] or [""]


def _longest(lines: list[str]) -> float:
    """Chinese characters of the longest line; marks that take no room still count as one."""
    return max(1.0, *(width(line) / 2 for line in lines))


def _box(wide: float, high: float) -> str:
    return f"{{\\p1}}m 0 0 l {wide:.0f} 0 {wide:.0f} {high:.0f} 0 {high:.0f}{{\\p0}}"


def _coloured(colour: pysubs2.Color) -> str:
    return f"\\1c&H{colour.b:02X}{colour.g:02X}{colour.r:02X}&"


# Captions


def _caption(overlay: Overlay, call: FilmCall) -> Iterator[pysubs2.SSAEvent]:
    """A name plate, `name · what they are` in two sizes: in columns where the film is upright, else low on the left."""
    name, _, title = _SPLIT.sub("\0", overlay.text, count=1).partition("\0")
    columns = [part for part in (_safe(name), _safe(title)) if part] or [_safe(overlay.text)]
    if _upright(call) and all(len(part) <= _COLUMN and all(map(_square, part)) for part in columns):
        yield from _plate_upright(columns, overlay, call)
    else:
        yield from _plate(columns, overlay, call)


def _square(letter: str) -> bool:
    """True for a letter that stands in an upright line as it is."""
    return unicodedata.category(letter) == "Lo" and unicodedata.east_asian_width(letter) == "W"


def _halo(size: float, overlay: Overlay) -> str:
    """A soft shade around letters instead of the hard edge of subtitles."""
    return f"\\fs{size * _LINE:.1f}\\bord{size / 9:.1f}\\blur{size / 9:.1f}\\3a&H38&{_shown(overlay)}"


def _shown(overlay: Overlay) -> str:
    fade = min(300, (overlay.end - overlay.start) // 4)
    return f"\\fad({fade},{fade})"


def _plate(parts: list[str], overlay: Overlay, call: FilmCall) -> Iterator[pysubs2.SSAEvent]:
    """Lines one below the other, behind an upright bar in the film's hue, above where subtitles may stand."""
    left, room = call.width * 0.075, call.width * 0.8
    large, small = _shorter(call) / (14 if len(parts) > 1 else 18), _shorter(call) / 21
    rows = [(line, large) for line in break_lines(parts[0], int(room / large))]
    rows += [(line, small) for part in parts[1:] for line in break_lines(part, int(room / small))]
    foot = _head_of_subtitles(call) - call.height * 0.035
    head = y = foot - sum(size * 1.3 for _, size in rows)
    for line, size in rows:
        place = f"\\an4\\pos({left + large * 0.5:.1f},{y + size * 0.65:.1f})\\fsp{size / 12:.1f}"
        yield _event(overlay.start, overlay.end, line, "Caption", _CAPTION, place + _halo(size, overlay))
        y += size * 1.3
    place = f"\\an7\\pos({left:.1f},{head + large * 0.15:.1f})"
    yield _rule(place, max(3, large / 12), y - head - large * 0.25, overlay, call)


def _plate_upright(parts: list[str], overlay: Overlay, call: FilmCall) -> Iterator[pysubs2.SSAEvent]:
    """Columns from the right, a letter below the other, each lower than the last; a thin rule between."""
    right, head = call.width * 0.9, call.height * 0.15
    sizes = (_shorter(call) / 12, _shorter(call) / 21)
    for number, (part, size) in enumerate(zip(parts, sizes, strict=False)):
        x = right - size / 2 if number == 0 else right - sizes[0] * 1.42 - size / 2
        y = head + number * sizes[0] * 0.5
        for step, letter in enumerate(part):
            place = f"\\an5\\pos({x:.1f},{y + size * (0.5 + 1.14 * step):.1f})"
            yield _event(overlay.start, overlay.end, letter, "Caption", _CAPTION, place + _halo(size, overlay))
    if len(parts) > 1:
        long = max(len(parts[0]) * sizes[0] * 1.14, sizes[0] * 0.5 + len(parts[1]) * sizes[1] * 1.14)
        place = f"\\an8\\pos({right - sizes[0] * 1.22:.1f},{head:.1f})"
        yield _rule(place, max(2, _shorter(call) / 300), long, overlay, call)


def _rule(place: str, wide: float, high: float, overlay: Overlay, call: FilmCall) -> pysubs2.SSAEvent:
    look = _coloured(_tone(call, 0.56, 0.66)) + _shown(overlay) + "\\bord0.6\\3a&H60&"
    return _event(overlay.start, overlay.end, _box(wide, high), "Caption", _CAPTION, place + look)


# The label and the cover


def _label(overlay: Overlay, call: FilmCall, *, whole: bool = False) -> pysubs2.SSAEvent:
    """In the upper right corner, from the first frame on, its letters a twentieth of the shorter side and more."""
    size = _shorter(call) * 0.058
    text = "\\N".join(_safe(line) for line in break_lines(overlay.text, int(call.width * 0.9 / size)))
    place = f"\\an9\\pos({call.width - _shorter(call) * 0.045:.1f},{_shorter(call) * 0.03:.1f})\\fs{size * _LINE:.1f}"
    fade = "" if whole else "\\fad(0,200)"
    return _event(overlay.start, call.milliseconds if whole else overlay.end, text, "Label", _LABEL, place + fade)


def _cover_words(call: FilmCall) -> Iterator[pysubs2.SSAEvent]:
    """As large as the picture allows, low in the middle, clear of what covers are cut to."""
    room, most = call.width * 0.88, 6 if _upright(call) else 11
    lines = _clauses(call.cover_text, most)
    longest = _longest(lines)
    size = min(room / (longest * 1.06), _shorter(call) / 4.6, call.height * 0.42 / (len(lines) * 1.2))
    foot = call.height * (0.76 if _upright(call) else 0.93)
    look = f"\\fs{size * _LINE:.1f}\\bord{size / 13:.1f}\\shad{size / 30:.1f}\\4a&H60&\\3c&H100C12&"
    for number, line in enumerate(lines):
        y = foot - (len(lines) - number - 0.5) * size * 1.2
        place = f"\\an5\\pos({call.width / 2:.1f},{y:.1f})"
        yield _event(0, call.milliseconds, _spaced(line, size * 0.06), "Cover", _CARD, place + look)
