"""HTTP to the relay: one request at a time, limits, waiting for jobs. With `downloads` the only importer of httpx.

A POST is sent once, on a fresh connection, and what happened to it is told exactly; only GETs are repeated here.
The API key goes to the relay's own address and nowhere else.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol, get_args
from urllib.parse import urlsplit

import aiolimiter
import httpx

from manjuc.bodies import content_type
from manjuc.contracts import Dialect
from manjuc.digest import JsonValue, canonical
from manjuc.downloads import LONGEST, Client, Downloads, Sleep, trusted
from manjuc.errors import Waiting
from manjuc.failures import Phrases, retry_after, settled, unended
from manjuc.models import Kind, Pace
from manjuc.redaction import bare_links
from manjuc.shapes import parsed
from manjuc.wire import Finished, HttpRequest, HttpResponse, Link, Lost, Refused, Running, Ticket
from manjuc.words import say

_CONNECT = 20.0  # seconds
_READ = 60.0
_LARGEST_ANSWER = 128 << 20  # bytes; a 4K picture in base64 has some 40 MB
_SECRET = 8  # letters: a shorter key stands in pictures and ids by chance, and hiding it there would spoil them
_BEGINNING = 500  # bytes of an answer that broke off, for a person to look at
_DEEPEST = 40  # of an answer that is kept for ever: what lies deeper is left out
_ALONE = 120.0  # seconds for which a job is not asked for at a relay's request, at most
_UNKNOWN = 3  # times in a row that a relay has to say that it knows no such job
_HOPELESS = ("HTTP 401", "HTTP 403")
# A proxy that does not lead to the relay has seen the relay's name, and nothing of the call.
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_NONE = Phrases()
_LONG = 512  # letters
_LONG_BASE64 = re.compile(rf"[A-Za-z0-9+/=_-]{{{_LONG},}}")


class NotSent(Exception):
    """No connection came about: the call was surely not taken. Where the cause is `passing`, it may be sent again."""

    def __init__(self, message: str, *, passing: bool = True) -> None:
        super().__init__(message)
        self.passing = passing


class Unanswered(Exception):
    """The call was sent, or may have been, and no whole answer came back."""


class Relay:
    """A relay at one address. `transport` replaces the network: the preview relay in this process."""

    def __init__(
        self,
        base_url: str,
        key: str = "",
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Sleep = asyncio.sleep,
        per_minute: int | Mapping[str, int] = 0,
        longest: float = LONGEST,
    ) -> None:
        self.base_url = base_url
        self._key = key
        self._sleep = sleep
        self._turns = _turns(per_minute)
        unkept = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        self._fresh = _client(base_url, transport, limits=unkept)
        self._gets = _client(base_url, transport)
        self._downloads = Downloads(self._fresh, base_url, sleep, longest)

    async def close(self) -> None:
        """Close every connection."""
        await self._fresh.aclose()
        await self._gets.aclose()

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self._key}"} if self._key else {}

    async def pause(self, seconds: float) -> None:
        """Wait, by the clock that this relay was given."""
        await self._sleep(seconds)

    async def turn(self, kind: Kind) -> None:
        """Wait until one more call of a kind may be submitted, where so many a minute are allowed."""
        if kind in self._turns:
            await self._turns[kind].acquire()

    async def send(self, request: HttpRequest, content: bytes, timeout: float) -> HttpResponse:
        """Send a request that costs money: once. NotSent and Unanswered say what is known of a failure."""
        headers = {**self._headers(), "content-type": content_type(request.body)}
        limits = httpx.Timeout(_READ, connect=_CONNECT, read=timeout, write=timeout)
        came = bytearray()
        try:
            async with asyncio.timeout(_CONNECT + timeout):  # a gateway may keep a line open by a blank now and then
                return await self._read(self._fresh, request, headers, limits, content, came)
        except TimeoutError as error:
            raise self._unanswered(str(say("no whole answer within {} s", f"{timeout:.0f}")), came) from error
        except _UNSENT as error:
            raise NotSent(self.redact(str(error) or type(error).__name__)) from error
        except (httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeError) as error:
            what = say("the relay's address {} is not http(s)", self.base_url or say("(none)"))
            raise NotSent(str(what), passing=False) from error
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise self._unanswered(f"{type(error).__name__}: {error}", came) from error

    def _unanswered(self, why: str, came: bytearray) -> Unanswered:
        began = " ".join(came[:_BEGINNING].decode(errors="replace").split())  # it may name a job
        return Unanswered(self.redact(str(say("{}; what came begins: {}", why, began)) if began else why))

    async def _read(
        self, client: Client, request: HttpRequest, headers: dict[str, str], limits: httpx.Timeout,
        content: bytes | None = None, came: bytearray | None = None,
    ) -> HttpResponse:  # fmt: skip
        async with client.asked(request.method, self.base_url + request.path, headers, limits, content) as response:
            body = bytearray() if came is None else came
            try:
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > _LARGEST_ANSWER:
                        raise httpx.DecodingError(str(say("the answer is too large")))
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.ReadTimeout, asyncio.CancelledError) as error:
                # JSON shows by itself where it ends, however the line did; and what is paid for was waited for enough.
                ended = isinstance(error, asyncio.CancelledError) and content is None
                if ended or parsed(bytes(body)) is None:
                    raise
        media = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        return HttpResponse(response.status_code, media, self._without_key(bytes(body)), dict(response.headers.items()))

    async def ask(self, path: str, patience: float) -> HttpResponse:
        """A plain question that costs nothing: asked once, answered within so many seconds, followed nowhere."""
        request, limits = HttpRequest("GET", path), httpx.Timeout(patience)
        try:
            async with asyncio.timeout(patience):
                return await self._read(self._gets, request, self._headers(), limits)
        except (httpx.ConnectError, httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeError) as error:
            raise NotSent(self.redact(_cause(error))) from error
        except (TimeoutError, httpx.TimeoutException) as error:
            raise Unanswered(str(say("no answer within {} s", f"{patience:.0f}"))) from error
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise Unanswered(self.redact(f"{type(error).__name__}: {error}")) from error

    async def result(
        self, ticket: Ticket, dialect: Dialect, pace: Pace, *, resumed: bool, phrases: Phrases = _NONE,
        told: Callable[[float], None] = lambda _: None,
    ) -> Finished | Refused | Lost:  # fmt: skip
        """Ask for a job until it has an end; Waiting once the deadline has passed, and the job goes on without us.

        Where the relay asks to be left alone, it is so for a while within the deadline; it is `told` once how long.
        """
        wait, waited, failures, unknown, alone = pace.first / 1000, 0.0, 0, 0, 0.0
        last = Running(str(say("nothing yet")), seen="nothing")
        while True:
            if not resumed:
                await self._sleep(wait)
                waited += wait
            resumed = False
            try:
                response = await self._poll(ticket, dialect)
            except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, TimeoutError) as error:
                failures, last = failures + 1, Running(type(error).__name__, seen="nothing")
                wait = min(wait * 2, pace.most / 1000)
            else:
                answer = settled(dialect.polled(ticket, response), response, phrases)
                unknown = unknown + 1 if isinstance(answer, Lost) else 0
                if 0 < unknown < _UNKNOWN:
                    continue  # where several machines answer, one of them may not have heard of the job yet
                if isinstance(answer, Finished | Refused | Lost):
                    return answer
                # A key that is refused today will be refused in an hour: the job is asked for again by another build.
                failures = failures + 7 if answer.status in _HOPELESS else 0
                last = replace(answer, status=self.redact(answer.status)[:300])
                slower = 2 if answer.status == "HTTP 429" else 1.5
                wait = min(max(wait * slower, pace.then / 1000), pace.most / 1000) * random.uniform(0.9, 1.1)
                asked = min(retry_after(response.headers, 0.0), _ALONE, max(pace.deadline / 1000 - waited, 0.0))
                if asked > max(wait, alone):
                    alone = asked
                    told(asked)
                wait = max(wait, asked)
            if waited * 1000 > pace.deadline or failures > 20:
                raise Waiting(unended(ticket.task, last))

    async def _poll(self, ticket: Ticket, dialect: Dialect) -> HttpResponse:
        # Caches between here and the relay have served old answers to polls.
        headers = {**self._headers(), "cache-control": "no-cache"}
        limits = httpx.Timeout(_READ, connect=_CONNECT)
        async with asyncio.timeout(_CONNECT + _READ):
            return await self._read(self._gets, dialect.poll(ticket), headers, limits)

    async def download(self, link: Link, target: Path) -> None:
        """Fetch a result into a file. The key goes along where it has to, and to the relay alone."""

        def headers(url: str) -> Mapping[str, str]:
            return self._headers() if link.ours and _origin(url) == _origin(self.base_url) else {}

        await self._downloads.fetch(link.url, headers, target)

    def redact(self, text: str) -> str:
        """Text from outside without what must not be shown or kept: the key, secrets in links, pictures in letters."""
        text = text.replace(self._key, "***") if len(self._key) >= _SECRET else text
        text = bare_links(text)
        return _LONG_BASE64.sub("(data)", text) if len(text) >= _LONG else text

    def redacted(self, body: bytes) -> bytes:
        """A whole answer, redacted. JSON is taken apart for it: relays write links with `\\/` and `\\u0026`."""
        data = parsed(body)
        if data is None:
            return self.redact(body.decode("utf-8", "replace")).encode()
        return canonical(self._redacted(data))

    def _redacted(self, data: JsonValue, depth: int = 0) -> JsonValue:
        if depth > _DEEPEST:
            return "(data)"
        match data:
            case dict():
                return {self.redact(key): self._redacted(value, depth + 1) for key, value in data.items()}
            case list():
                return [self._redacted(value, depth + 1) for value in data]
            case str():
                inside = parsed(data) if data.lstrip()[:1] in ("{", "[") else None
                return self.redact(data) if inside is None else canonical(self._redacted(inside, depth + 1)).decode()
            case float():
                return repr(data)
            case _:
                return data

    def _without_key(self, answer: bytes) -> bytes:
        """An answer as it came, but for our own key."""
        return answer.replace(self._key.encode(), b"***") if len(self._key) >= _SECRET else answer


def _turns(per_minute: int | Mapping[str, int]) -> Mapping[str, aiolimiter.AsyncLimiter]:
    """What each kind of call waits for: a number alone is for all of them together.

    One after another at even distances: a burst at the beginning would be one too many for a relay that counts.
    """
    if isinstance(per_minute, int):
        return dict.fromkeys(get_args(Kind), aiolimiter.AsyncLimiter(1, 60 / per_minute)) if per_minute else {}
    return {kind: aiolimiter.AsyncLimiter(1, 60 / count) for kind, count in per_minute.items()}


def _origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port, as they are connected to."""
    address = httpx.URL(url)
    return address.scheme, address.host, address.port


def _cause(error: BaseException) -> str:
    """The words of the system at the bottom of an error: libraries above it say only that something failed."""
    said = str(error) or type(error).__name__
    while (below := error.__cause__ or error.__context__) is not None:
        error = below.exceptions[0] if isinstance(below, BaseExceptionGroup) else below
        said = str(error) or said
    return said


def _client(base_url: str, transport: httpx.AsyncBaseTransport | None, **more: Any) -> Client:
    """A client that goes through the proxies of the environment, unless they cannot be used, or lead away from here."""
    here = urlsplit(base_url).hostname in ("127.0.0.1", "localhost", "::1")
    authorities = trusted(environment=not here)
    try:
        return Client(transport=transport, trust_env=not here, verify=authorities, **more)
    except (ImportError, ValueError, httpx.InvalidURL):
        return Client(transport=transport, trust_env=False, verify=authorities, **more)


class Application(Protocol):
    """An ASGI application that can be closed."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request."""

    async def close(self) -> None:
        """Stop whatever it has begun; once or several times."""


class InProcess(httpx.ASGITransport):
    """A relay in this process instead of one on the network; it is closed with the last client.

    Bodies arrive whole, and timeouts mean nothing here.
    """

    def __init__(self, app: Application) -> None:
        super().__init__(app=app, raise_app_exceptions=True)
        self._close = app.close

    async def aclose(self) -> None:
        """Close the application."""
        await self._close()
