"""Links without what lets whoever has them in: signatures stand behind the `?` of a link, passwords before its `@`."""

from __future__ import annotations

import re

_USER = re.compile(r"((?:\\?/){2})[^\s\"'<>/?#\\]+@")
# In JSON that could not be taken apart, `&` and `/` may be spelled `\u0026` and `\/`.
_QUERY = re.compile(r"\?(?:[^\s\"'<>?\\，。；！、）】]|\\/|\\u[0-9A-Fa-f]{4})+")
_PARAMETER = re.compile(r"\?[\w.~%\[\]-]+=", re.ASCII)
_ENDS = re.compile(r"[\s\"'<>，。；！、）】]")  # what no link goes beyond


def bare_links(text: str) -> str:
    """`text` with the links in it cut down to where they lead, whatever their scheme, or without one."""
    text = _USER.sub(r"\1***@", text) if "@" in text else text
    return _without_queries(text) if "?" in text else text


def _without_queries(text: str) -> str:
    """What follows a question in plain text stays: a link has `//`, or a path or a dotted name before `?name=value`.

    Answers may be large and strange, so nothing in them is looked at more than twice.
    """
    kept: list[str] = []
    done = seen = 0  # what is kept or hidden so far; what the next `?` may belong to begins behind the second
    link = named = False
    for query in _QUERY.finditer(text):
        *ended, path = _ENDS.split(text[seen : query.start()].replace("\\/", "/"))
        named = (named and not ended) or "/" in path or "." in path
        link = (link and not ended) or "//" in path or (named and bool(_PARAMETER.match(query[0])))
        seen = query.end() if link else query.start() + 1
        if link:
            kept.append(f"{text[done : query.start()]}?***")
            done = query.end()
    return "".join([*kept, text[done:]])
