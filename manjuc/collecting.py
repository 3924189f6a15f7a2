"""The search of Python for values that hold each other in a circle: when it has to wait."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """While values are made that stay, looking through all of them again and again takes a tenth of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.unfreeze()  # all of them are old now, and are not looked through at once
        if collecting:
            gc.enable()
