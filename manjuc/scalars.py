"""Plain scalars by the core schema of YAML 1.2: which of them are no texts, and what they are."""

from __future__ import annotations

import re
from typing import Any

TELLING = frozenset(("", *"~nNtTfF-+.0123456789"))
"""What a plain scalar begins with that may be no text."""

_WORDS = {"null": None, "true": True, "false": False}
_CONSTANTS = {"": None, "~": None} | {s: v for k, v in _WORDS.items() for s in (k, k.capitalize(), k.upper())}
# Longer integers are texts: no number of the language is that long, and reading one takes quadratic time.
_INTEGER = re.compile(r"[-+]?[0-9]{1,300}$|0o[0-7]{1,300}$|0x[0-9a-fA-F]{1,300}$")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$|[-+]?\.(?:inf|Inf|INF)$|\.(?:nan|NaN|NAN)$"
)


def resolved(text: str) -> Any:
    """What a plain scalar is: no `no`, no `1:30`, no dates."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.match(text):
        return int(text, 0 if text[1:2].isalpha() else 10)
    if _FLOAT.match(text):
        return float(re.sub(r"\.(?=[inIN])", "", text))
    return text
