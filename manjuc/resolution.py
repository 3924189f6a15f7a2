"""How large a picture or a clip was to be, by the words that relays have for it, and what is clearly smaller."""

from __future__ import annotations

import re

from manjuc.models import Size

_PIXELS = re.compile(r"(\d{1,5}) ?[x×*] ?(\d{1,5})", re.IGNORECASE)
_LINES = {"2": 1440, "4": 2160}  # of a clip of so many K


def lines(words: str) -> int:
    """The pixels of a clip's shorter side: 1080p, 2K, 4k; zero for what is no such word."""
    number = words.casefold().rstrip("pk")
    if not number.isdecimal():
        return 0
    return _LINES.get(number, int(number)) if words.casefold().endswith("k") else int(number)


def of_clip(words: str) -> Size | None:
    """What a word for a clip's size asks for: 1792x1024, or so many lines as a wide screen has them."""
    if found := _PIXELS.fullmatch(words.strip()):
        return Size(int(found[1]), int(found[2]))
    high = lines(words)
    return Size(high * 16 // 9, high) if high else None


def of_picture(words: str) -> Size | None:
    """What a word for a picture's size asks for: so many K of one of its sides, whichever that is."""
    number = words.casefold().removesuffix("k")
    side = 1024 * int(number) if number.isdecimal() and number != words else 0
    return Size(side, side) if side else None


def falls_short(came: Size, asked: Size) -> bool:
    """Whether both sides are clearly shorter than asked for. One may be: shapes share a size in different ways."""
    sides = zip(sorted((came.width, came.height)), sorted((asked.width, asked.height)), strict=True)
    return all(side < wanted * 4 // 5 for side, wanted in sides)
