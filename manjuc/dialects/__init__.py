"""The table of dialects. A dialect is one module here and one line below."""

from __future__ import annotations

from collections.abc import Mapping

from manjuc.contracts import Dialect
from manjuc.dialects import newapi, openai, whatai

DIALECTS: Mapping[str, Dialect] = {dialect.NAME: dialect for dialect in (whatai, newapi, openai)}
