"""The author's own pictures of shots, found among the pictures that go along with a prompt."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

from PIL import Image

_NAMED = re.compile(r"(?:图|@Image|picture )(\d{1,3}) ?(?:：|是|is) ?(?:格|镜头) (\d{1,3}) 的画面")
_DATA_URL = re.compile(r"data:image/[a-z]+;base64,([0-9A-Za-z+/=]+)")
_LARGEST = 1280  # pixels of a side: more of them only take longer to draw


def own_cells(prompt: str, body: Mapping[str, Any]) -> dict[int, str]:
    """By the number of a shot: the picture that its author gave, as a data URL that a drawing can hold."""
    named = [(int(shot), int(number)) for number, shot in _NAMED.findall(prompt)]
    pictures = list(_pictures(body)) if named else []
    found = ((shot, _small(pictures[number - 1])) for shot, number in named if 0 < number <= len(pictures))
    return {shot: url for shot, url in found if url}


def _pictures(value: Any) -> Iterator[str]:
    """Every picture in a body, in its order, whatever a dialect calls the place."""
    if isinstance(value, str):
        if found := _DATA_URL.fullmatch(value):
            yield found[1]
    elif isinstance(value, Mapping | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _pictures(each)


def _small(encoded: str) -> str:
    """The picture as a JPEG of modest size; empty where it is none that can be read."""
    out = io.BytesIO()
    try:
        with Image.open(io.BytesIO(base64.b64decode(encoded))) as picture:
            picture.thumbnail((_LARGEST, _LARGEST))
            picture.convert("RGB").save(out, "JPEG", quality=88)
    except (OSError, ValueError, Image.DecompressionBombError):
        return ""
    return f"data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}"
