"""Forms with files, multipart/form-data, read strictly: what clients of relays really send, and nothing else."""

from __future__ import annotations

import base64
import re
from typing import Any

_BOUNDARY = re.compile(r'boundary="?([0-9A-Za-z\'()+_,./:=?-]{1,70})"?\s*(?:;|$)')
_FIELD = re.compile(rb'form-data; name="([^"\r\n]{1,100})"(; filename="[^"\r\n]{0,300}")?', re.IGNORECASE)


def read_form(content: bytes, content_type: str) -> dict[str, Any]:
    """The fields of a form as text, its files as lists of data URLs, as JSON has them; ValueError where it is none."""
    found = _BOUNDARY.search(content_type)
    if not found:
        raise ValueError("no boundary")
    before, *parts, after = (b"\r\n" + content).split(b"\r\n--" + found[1].encode())
    if before or not parts or after not in (b"--", b"--\r\n"):
        raise ValueError("the form does not end as it began")
    form: dict[str, Any] = {}
    for part in parts:
        _enter(form, part)
    return form


def _enter(form: dict[str, Any], part: bytes) -> None:
    head, blank, value = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    headers = {
        name.strip().lower(): said.strip() for name, _, said in (line.partition(b":") for line in head.split(b"\r\n"))
    }
    field = _FIELD.fullmatch(headers.get(b"content-disposition", b""))
    if not part.startswith(b"\r\n") or not blank or not field:
        raise ValueError("a part of the form has no name")
    name = field[1].decode()
    if field[2]:
        media = headers.get(b"content-type", b"application/octet-stream").decode("latin-1")
        form.setdefault(name, []).append(f"data:{media};base64,{base64.b64encode(value).decode()}")
    elif name in form:
        raise ValueError(f"{name} stands twice in the form")
    else:
        form[name] = value.decode()
