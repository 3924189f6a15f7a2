"""Downloads: what a relay's links lead to, bounded in size and time, and never out of a private network.

The text of a link is judged, and then the address that is really connected to, before anything is sent there: a name
may lead anywhere, and somewhere else each time it is looked up. Like `relay`, a door to HTTP.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import tenacity

from manjuc.errors import CallRefused, UsageError, system_says
from manjuc.failures import retry_after
from manjuc.words import Words, say

LONGEST = 900.0  # seconds for one file, all tries together: 100 MB at 120 kB/s
_LARGEST = 4 << 30  # bytes
_LIMITS = httpx.Timeout(60.0, connect=20.0)  # seconds without a byte
_TRIES = 3  # before a fresh link is asked for
_HOPS = 5
_PATIENCE = 15.0  # seconds in which a relay has to show where it is

_HEADERS = {"accept": "*/*", "accept-encoding": "identity", "user-agent": "manjuc"}
_FAILURES = (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, UnicodeError, OverflowError)
_INNER_NAMES = (".localhost", ".local", ".internal", ".lan", ".home.arpa")
_UNICAST = ipaddress.ip_network("2000::/3")  # everybody's addresses are from here, but for those that hold an older one
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Proxy programs that take over the network (fake-ip) give every name an address from here, and look it up themselves.
_STAND_INS = ipaddress.ip_network("198.18.0.0/15")

Headers = Callable[[str], Mapping[str, str]]
Sleep = Callable[[float], Awaitable[None]]
_Trace = Callable[[str, Mapping[str, Any]], Awaitable[None]]


class _NoCookies(httpx.Cookies):
    """Takes in none."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Leave them where they are."""


class Client(httpx.AsyncClient):
    """Sends requests as they are given. No answer leaves a trace in a later request: there are no cookies."""

    cookies = _NoCookies()  # type: ignore[override]  # nobody sets any

    @contextlib.asynccontextmanager
    async def asked(
        self, method: str, url: str | httpx.URL, headers: Mapping[str, str], limits: httpx.Timeout,
        content: bytes | None = None, trace: _Trace | None = None,
    ) -> AsyncIterator[httpx.Response]:  # fmt: skip
        """The answer to one request, whose body is still to be read."""
        there = url if isinstance(url, httpx.URL) else _url(url)
        # Whole as they are: a client's own additions would read through all headers several times.
        sent = {"host": there.netloc.decode("ascii"), **_HEADERS, **headers}
        if content is not None:
            sent["content-length"] = str(len(content))
        extensions: dict[str, Any] = {"timeout": limits.as_dict()} | ({"trace": trace} if trace else {})
        stream = httpx.ByteStream(content or b"")
        request = httpx.Request(method, there, headers=sent, stream=stream, extensions=extensions)
        response = await self.send(request, stream=True)
        try:
            yield response
        finally:
            await response.aclose()


@functools.cache
def trusted(*, environment: bool) -> ssl.SSLContext:
    """The authorities that vouch for servers: the environment's or our own. Reading them takes longer than a request.

    UsageError where those that the environment names cannot be read.
    """
    try:
        return httpx.create_ssl_context(trust_env=environment)
    except OSError as error:
        why, todo = system_says(error), say("let it name a file of certificates, or unset it")
        raise UsageError(say("the certificates that SSL_CERT_FILE names cannot be read ({}): {}", why, todo)) from error


class Downloads:
    """Follows the links of one relay. The client keeps no connection for later, so each of them is judged."""

    def __init__(self, client: Client, base_url: str, sleep: Sleep, longest: float) -> None:
        self._client, self._base_url, self._sleep, self._longest = client, base_url, sleep, longest
        self._inside: bool | None = None  # whether the relay itself is in a private network, once that is known

    async def fetch(self, link: str, headers: Headers, target: Path) -> None:
        """Fetch a file in a few tries; CallRefused tells that it failed, never where the link leads.

        `headers` says what goes along to an address: each redirect leads to another one.
        """
        tries = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception_type((httpx.HTTPError, httpx.StreamError)),
            stop=tenacity.stop_after_attempt(_TRIES),
            wait=tenacity.wait_exponential(multiplier=2) + tenacity.wait_exception(_told),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            async with asyncio.timeout(self._longest):
                await tries(self._follow, _joined(self._base_url + "/", link), headers, target)
                return
        except httpx.HTTPStatusError as error:
            why = Words(f"HTTP {error.response.status_code}")
        except _FAILURES as error:
            why = Words(type(error).__name__)
        except TimeoutError:
            why = say("it takes longer than {} min", f"{self._longest / 60:.3g}")
        raise CallRefused(
            say("the result could not be fetched ({}); it is paid for, and the next build tries again", why)
        )

    async def _follow(self, url: str, headers: Headers, target: Path) -> None:
        """One try. Links lead to other people's hosts, and these to others again."""
        for _ in range(_HOPS):
            await self._judge(_host(url))
            there = httpx.URL(url)
            trace = _watch(there, self._judge)
            async with self._client.asked("GET", there, headers(url), _LIMITS, trace=trace) as response:
                if response.has_redirect_location:
                    url = _joined(url, response.headers["location"])
                    continue
                response.raise_for_status()
                await _save(response, target)
                return
        raise CallRefused(say("the relay gave a link that only leads to further links"))

    async def _judge(self, host: str) -> None:
        """CallRefused for a host or address of this machine or of a private network, unless the relay is there too."""
        if is_inner(host) and not await self._relay_is_inside():
            raise CallRefused(say("the relay gave a link into a private network"))

    async def _relay_is_inside(self) -> bool:
        """By its address; else by where it answers from, for the names of a relay are its own to turn about."""
        if self._inside is None:
            self._inside = is_inner(_host(self._base_url)) or await self._answers_inside()
        return bool(self._inside)

    async def _answers_inside(self) -> bool | None:
        met: list[str] = []

        async def note(address: str) -> None:
            met.append(address)

        there = httpx.URL(f"{self._base_url}/v1/models")
        trace = _watch(there, note)
        try:
            async with asyncio.timeout(_PATIENCE), self._client.asked("GET", there, {}, _LIMITS, trace=trace):
                return any(is_inner(address) for address in met)
        except (*_FAILURES, TimeoutError):
            return None  # perhaps it does the next time


def _watch(url: httpx.URL, met: Callable[[str], Awaitable[None]]) -> _Trace:
    """A trace of a request, which tells what address it has connected to, before anything is sent there.

    What `met` raises ends the connection. Where a proxy of the environment stands between, it looks the name up, and
    nobody here learns the address: then the text of the link has to do.
    """
    host = url.raw_host.decode("ascii")
    straight = False

    async def trace(event: str, info: Mapping[str, Any]) -> None:
        nonlocal straight
        if event == "connection.connect_tcp.started":
            straight = info["host"] == host
        elif event == "connection.connect_tcp.complete" and straight:
            stream = info["return_value"]
            try:
                await met(stream.get_extra_info("server_addr")[0])
            except BaseException:
                await stream.aclose()
                raise

    return trace


@functools.lru_cache(maxsize=256)
def is_inner(host: str) -> bool:
    """True for this machine and for private networks, as far as a name or an address tells."""
    host = host.rstrip(".").casefold()
    address = _address(host)
    if address is None:
        return "." not in host or host.endswith(_INNER_NAMES)
    if isinstance(address, ipaddress.IPv6Address):
        there = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
        held = address.ipv4_mapped or address.sixtofour or there
        if held is None and address not in _UNICAST:
            return True
        address = held or address
    return (not address.is_global and address not in _STAND_INS) or address.is_multicast


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))  # 127.1 and 0x7f000001 lead to this machine too
    except (OSError, ValueError):
        return None


@functools.lru_cache(maxsize=64)
def _url(text: str) -> httpx.URL:
    """An address that is asked again and again: where calls are sent to, and jobs asked for."""
    return httpx.URL(text)


def _host(url: str) -> str:
    """The host that a link leads to; CallRefused where it is no link of the web."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise CallRefused(say("the relay gave a link that cannot be read")) from error
    if parts.scheme not in ("http", "https") or not host:
        raise CallRefused(say("the relay gave a link that is not http(s)"))
    return host


def _joined(base: str, link: str) -> str:
    if link.startswith(("https://", "http://")):
        return link
    try:
        return urljoin(base, link)
    except ValueError as error:
        raise CallRefused(say("the relay gave a link that cannot be read")) from error


def _told(error: BaseException) -> float:
    """The seconds that a host wants to be left alone before the next try."""
    return retry_after(error.response.headers, 0.0) if isinstance(error, httpx.HTTPStatusError) else 0.0


async def _save(response: httpx.Response, target: Path) -> None:
    announced = response.headers.get("content-length", "")
    _bounded(int(announced) if announced.isdecimal() else 0)
    size = 0
    with target.open("wb") as file:
        async for chunk in response.aiter_bytes():
            size = _bounded(size + len(chunk))
            file.write(chunk)


def _bounded(size: int) -> int:
    if size > _LARGEST:
        raise CallRefused(say("the relay sent a file of more than 4 GB"))
    return size
