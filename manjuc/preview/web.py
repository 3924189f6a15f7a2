"""Just enough HTTP on top of ASGI: a request with its whole body, an answer of bytes, errors in the relay's shape."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any

from manjuc.preview.forms import read_form

# The types of ASGI itself; what stands in these mappings is checked where it is read.
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MOST_BYTES = 64 * 1024 * 1024
_CHUNK = 64 * 1024


class Refusal(Exception):
    """The request is answered with an error, in the shape of the relays of this family."""

    def __init__(self, status: int, message: str, code: str, kind: str = "invalid_request_error") -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, object] = {"error": {"message": message, "type": kind, "param": None, "code": code}}


@dataclass(frozen=True, slots=True)
class Request:
    """One request, before its body was read. `origin` is how its sender reached this relay."""

    method: str
    path: str
    origin: str
    authorization: str
    length: int
    content_type: str = ""
    query: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, complete."""

    status: int
    media_type: str
    content: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()  # beside type and length


def read_request(scope: Message) -> Request:
    """The request of an ASGI scope."""
    headers = {name.lower(): value for name, value in scope["headers"]}
    host = headers.get(b"host", b"127.0.0.1").decode("latin-1")
    length = headers.get(b"content-length", b"").decode("latin-1")
    return Request(
        method=scope["method"],
        path=scope["path"],
        origin=f"{scope.get('scheme', 'http')}://{host}",
        authorization=headers.get(b"authorization", b"").decode("latin-1"),
        length=int(length) if length.isdecimal() else 0,
        content_type=headers.get(b"content-type", b"").decode("latin-1"),
        query=scope.get("query_string", b"").decode("latin-1"),
    )


async def read_object(request: Request, receive: Receive) -> dict[str, Any]:
    """The body as a JSON object, or a form as one; it is never larger than `MOST_BYTES`."""
    if request.length > MOST_BYTES:
        raise _too_large()
    content = await _read_body(receive)
    if request.content_type.lower().startswith("multipart/form-data"):
        try:
            return read_form(content, request.content_type)
        except ValueError:
            raise Refusal(400, "the body is not a form", "invalid_form") from None
    try:
        # Not every JSON parser refuses NaN, and none of the relays takes it.
        value = json.loads(content, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refusal(400, "the body is not JSON", "invalid_json") from None
    if not isinstance(value, dict):
        raise Refusal(400, "the body is not a JSON object", "invalid_json")
    return value


async def _read_body(receive: Receive) -> bytes:
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(400, "the body ended too early", "incomplete_body")
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            raise _too_large()
        more = message.get("more_body", False)
    return bytes(body)


def _too_large() -> Refusal:
    return Refusal(413, f"the body is larger than {MOST_BYTES // 1024**2} MB", "request_too_large")


def _no_constant(name: str) -> None:
    raise ValueError(name)


def json_answer(value: object, status: int = 200) -> Answer:
    """`value` as compact JSON in UTF-8."""
    content = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Answer(status, "application/json; charset=utf-8", content)


async def send_answer(answer: Answer, send: Send) -> None:
    """Send an answer, in chunks, as a relay streams its files."""
    headers = [
        (b"content-type", answer.media_type.encode()),
        (b"content-length", str(len(answer.content)).encode()),
        *answer.headers,
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    for chunk in _chunks(answer.content):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _chunks(content: bytes) -> Iterable[bytes]:
    return (content[start : start + _CHUNK] for start in range(0, len(content), _CHUNK))


async def answer_lifespan(receive: Receive, send: Send, close: Callable[[], Awaitable[None]]) -> None:
    """Answer a server's start and end; `close` runs before the end is answered."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.shutdown":
            await close()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
