"""A request's body as bytes: JSON or a form, with the bytes of its references in their places."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

from manjuc.digest import Digest, canonical, digest_of
from manjuc.wire import Body, Form, Inline

Read = Callable[[Digest], bytes]


def encode(body: Body | Form, read: Read) -> bytes:
    """The bytes of a body: the same for the same body on every machine, so that they can be digested and compared."""
    return _form(body, read) if isinstance(body, Form) else _json(body, read)


def content_type(body: Body | Form) -> str:
    """What a body's bytes are, for the header of that name."""
    return f"multipart/form-data; boundary={_boundary(body)}" if isinstance(body, Form) else "application/json"


def _json(body: Body, read: Read) -> bytes:
    def filled(value: object) -> str:
        assert isinstance(value, Inline), "whatever else a body holds is JSON"
        return f"data:{value.ref.media};base64,{base64.b64encode(read(value.ref.blob)).decode()}"

    return json.JSONEncoder(ensure_ascii=False, default=filled).encode(body).encode()


def _form(form: Form, read: Read) -> bytes:
    boundary, lines = _boundary(form).encode(), bytearray()
    for name, value in form.parts:
        lines += b'--%b\r\nContent-Disposition: form-data; name="%b"' % (boundary, name.encode())
        if isinstance(value, Inline):
            file = f"{value.ref.blob[:16]}.{value.ref.media.rpartition('/')[2]}"
            lines += f'; filename="{file}"\r\nContent-Type: {value.ref.media}\r\n\r\n'.encode() + read(value.ref.blob)
        else:
            lines += b"\r\n\r\n" + value.encode()
        lines += b"\r\n"
    return bytes(lines) + b"--%b--\r\n" % boundary


def _boundary(form: Form) -> str:
    """A line that stands nowhere in the form, for it is made from the digests of all that does."""
    told = [[name, value.ref.blob if isinstance(value, Inline) else value] for name, value in form.parts]
    return f"manjuc-{digest_of(canonical(told))[:40]}"


def says(body: Body | Form, word: str) -> bool:
    """True where a word stands in a body as a value by itself."""
    match body:
        case Form(parts):
            return any(value == word for _, value in parts)
        case dict():
            return any(says(value, word) for value in body.values())
        case list():
            return any(says(value, word) for value in body)
    return body == word
