"""How a line is said, where its author writes that: as a voice of the language, or as a feeling in its place.

A voice decides whose lips move. A feeling does not: it is a word to whoever draws the shot, which goes into its `note`.
"""

from __future__ import annotations

import re

from manjuc import glosses
from manjuc.keystrokes import flow, write
from manjuc.numerals import number
from manjuc.text import nearest
from manjuc.words import Words, say

_BETWEEN = re.compile(r"[\s，、,;；/·・|+＋&]+")
_LONGEST = 20  # characters of what may be a feeling
_CLOSED = r"(?:[）】\]]|\)(?![a-z]))"  # in `(un)like` it is not
_AHEAD = re.compile(rf"(?P<mark>[（(【\[])(?P<given>[^（）()【】\[\]]{{1,{_LONGEST}}}){_CLOSED}\s*(?P<line>.*)")
_WORD = re.compile(r"[^\W\d_][^\W_]*(?:[-'’][^\W_]+)*[….~～]*")


def instead(given: str, who: str, line: str, known: str = "") -> Words:
    """What to write for `who(given): line`, in which `given` is no voice; that of the line may be `known`."""
    voice, feeling = _parted(given)
    voice = known or voice
    speaker = f"{who}({glosses.SHORT_FORMS[voice]})" if voice in ("inner", "off") else who
    spoken = f"{speaker}: {flow(line)}"
    if feeling and len(feeling) <= _LONGEST:
        return say("write `{}`, and how it is said into the shot's `note`: `{}`", spoken, f"{who}：{feeling}")
    return write(spoken) if voice else say("write `(心声)` for a thought, `(画外)` for a voice from outside")


def ahead(line: str) -> tuple[str, str] | None:
    """How a line is said and the line itself, of a text that begins with the first in brackets."""
    found = _AHEAD.fullmatch(line)
    given = found["given"].strip() if found else ""
    return (given, found["line"]) if found and _tells(given, framed=found["mark"] in "【[") else None


def _tells(given: str, *, framed: bool) -> bool:
    """True for words that may say how. Numbers and questions are spoken; in a frame, 【…】, a screen speaks."""
    voice, feeling = _parted(given)
    pieces = _BETWEEN.split(feeling)
    return bool(voice) or not (framed or any(not _WORD.fullmatch(each) or number(each) for each in pieces))


def in_full(given: str) -> Words | None:
    """What to write for `as: given` in a line that is spelled out."""
    voice, feeling = _parted(given)
    if not feeling:
        return write(voice) if voice else None
    if len(feeling) > _LONGEST:
        return None
    if voice:
        return say("write `{}`, and how it is said into the shot's `note`: `{}`", voice, feeling)
    return say("delete it, and write how it is said into the shot's `note`: `{}`", feeling)


def _parted(given: str) -> tuple[str, str]:
    """The voice that some words name, and what else they say."""
    if voice := glosses.voice(given, whole=True) or _misspelt(given):
        return voice, ""
    pieces = [each for each in _BETWEEN.split(given) if each]
    voices = [glosses.voice(each, whole=True) for each in pieces]
    rest = "，".join(each for each, voice in zip(pieces, voices, strict=True) if not voice)
    return next(filter(None, voices), ""), rest


def _misspelt(given: str) -> str:
    """The voice of which a word is a slip: a word of two Chinese characters that shares one is another word."""
    names = {name: voice for voice, name in glosses.SHORT_FORMS.items() if voice != "on"}
    names |= {each: each for each in ("inner", "off")}
    near = nearest(given, names) if len(given) > len("心声") else None
    return names[near] if near else ""
