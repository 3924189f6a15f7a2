"""What the preview draws, as pixels."""

from __future__ import annotations

import io

from PIL import Image, ImageColor

from manjuc.media import font_file
from manjuc.preview.raster import rasterise


def painted(svg: str, zoom: float = 1.0) -> Image.Image:
    """A drawing as a picture."""
    return Image.open(io.BytesIO(rasterise(svg, zoom, str(font_file())))).convert("RGB")


def share_of(picture: Image.Image, colour: str, tolerance: int = 24) -> float:
    """How much of a picture has a colour; light over a figure shifts its colours a little."""
    wanted = ImageColor.getrgb(colour)
    counted = 0
    for count, found in picture.getcolors(maxcolors=1 << 24) or []:
        assert isinstance(found, tuple)
        counted += count * all(abs(a - b) <= tolerance for a, b in zip(found, wanted, strict=True))
    return counted / (picture.width * picture.height)
