"""The door to HTTP: what each failure of a POST tells about money, where the key goes, how jobs are waited for."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
import socket
import socketserver
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from serving import listening

from manjuc import relay as relay_door
from manjuc.bodies import encode
from manjuc.calls import Ref
from manjuc.dialects import whatai
from manjuc.digest import Digest
from manjuc.downloads import Client, is_inner
from manjuc.errors import CallRefused, Waiting
from manjuc.models import Pace
from manjuc.relay import NotSent, Relay, Unanswered
from manjuc.wire import Finished, Form, HttpRequest, Inline, Link, Lost, Refused, Ticket

POST = HttpRequest("POST", "/v2/videos/generations", {})
KEY = "sk-secret-key-of-a-test"
T = TypeVar("T")


def exceptions() -> list[type[Exception]]:
    """Every error that httpx can raise while a request is sent."""
    found = [cls for _, cls in inspect.getmembers(httpx, inspect.isclass) if issubclass(cls, Exception)]
    never = (httpx.HTTPStatusError, httpx.CookieConflict)
    return [cls for cls in found if not issubclass(cls, never)]


def raised(cls: type[Exception]) -> Exception:
    wordless = httpx.StreamConsumed | httpx.StreamClosed | httpx.ResponseNotRead | httpx.RequestNotRead
    return cls() if issubclass(cls, wordless) else cls("no")


class Broken(httpx.AsyncBaseTransport):
    """A network on which every request ends in one error."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise self._error


class Named(asyncio.SelectorEventLoop):
    """A loop on which names lead where a test says, and all others nowhere."""

    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__()
        self._names, self.asked = names, list[str]()

    async def getaddrinfo(self, host: Any, port: Any, **_: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        self.asked.append(name)
        if name not in self._names:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (self._names[name], port))]


LOCALHOST = {"localhost": "127.0.0.1"}


def run(work: Callable[[Relay], Coroutine[Any, Any, T]], relay: Relay, names: Mapping[str, str] = LOCALHOST) -> T:
    async def main() -> T:
        try:
            return await work(relay)
        finally:
            await relay.close()

    with asyncio.Runner(loop_factory=lambda: Named(names)) as runner:
        return runner.run(main())


@pytest.mark.parametrize("cls", exceptions(), ids=lambda cls: cls.__name__)
def test_every_error_of_a_post_is_told_as_sent_or_not_sent(cls: type[Exception]) -> None:
    relay = Relay("http://relay.invalid", KEY, transport=Broken(raised(cls)))
    with pytest.raises((NotSent, Unanswered)) as caught:
        run(lambda it: it.send(POST, b"{}", 1), relay)
    surely_not_sent = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
    hopeless = (httpx.UnsupportedProtocol, httpx.InvalidURL)
    assert caught.type is (NotSent if issubclass(cls, (*surely_not_sent, *hopeless)) else Unanswered)


@pytest.mark.parametrize("status", [403, 407, 502, 503])
def test_a_proxy_that_does_not_lead_to_the_relay_has_seen_nothing_of_a_call(
    status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with refusing_proxy(status) as (proxy, seen):
        monkeypatch.setenv("https_proxy", proxy)
        with pytest.raises(NotSent, match=str(status)) as caught:
            run(lambda it: it.send(POST, b"{}", 5), Relay("https://relay.example", KEY))
    assert caught.value.passing
    assert seen[0].startswith(b"CONNECT relay.example:443 ")
    assert KEY.encode() not in b"".join(seen)
    assert b"/v2/videos" not in b"".join(seen)


@contextlib.contextmanager
def refusing_proxy(status: int) -> Iterator[tuple[str, list[bytes]]]:
    """A proxy that connects to nowhere: its address, and all that it was told."""
    seen: list[bytes] = []

    class Refusing(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            seen.append(self.request.recv(1 << 16))
            self.request.sendall(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status)
            while more := self.request.recv(1 << 16):
                seen.append(more)

    with socketserver.TCPServer(("127.0.0.1", 0), Refusing) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", seen
        finally:
            server.shutdown()
            thread.join()


class Scripted:
    """Answers one response after another, the last one for ever, and notes what it was asked."""

    def __init__(self, *answers: tuple[int, bytes, dict[str, str]]) -> None:
        self._answers = list(answers)
        self.seen: list[dict[str, Any]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        what = {"method": scope["method"], "path": scope["raw_path"].decode(), "client": scope["client"]}
        self.seen.append({**what, **headers})
        while (await receive()).get("more_body"):
            pass
        status, body, more = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        sent = [(name.encode(), value.encode()) for name, value in more.items()]
        await send({"type": "http.response.start", "status": status, "headers": sent})
        await send({"type": "http.response.body", "body": body})


def said(code: int = 200, /, **body: Any) -> tuple[int, bytes, dict[str, str]]:
    return code, json.dumps(body).encode(), {"content-type": "application/json"}


class Clock:
    """A clock on which waiting takes no time."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


def result(*answers: tuple[int, bytes, dict[str, str]], resumed: bool = False, pace: Pace | None = None) -> Any:
    app, clock = Scripted(*answers), Clock()
    pace = pace or Pace(first=10_000, then=10_000, most=30_000, deadline=3_600_000)
    with listening(app) as url:
        relay = Relay(url, KEY, sleep=clock.sleep)
        found = run(lambda it: it.result(Ticket("sora-2:task/1"), whatai, pace, resumed=resumed), relay)
    return found, app, clock


DONE = said(status="SUCCESS", data={"output": "http://cdn.invalid/a.mp4?sign=1"})


@pytest.mark.long
def test_each_post_has_a_connection_of_its_own() -> None:
    app = Scripted(said())
    with listening(app) as url:

        async def twice(it: Relay) -> None:
            await it.send(POST, b"{}", 5)
            await it.send(POST, b"{}", 5)

        run(twice, Relay(url, KEY))
    assert app.seen[0]["client"] != app.seen[1]["client"]
    assert app.seen[0]["authorization"] == f"Bearer {KEY}"


def test_a_job_is_waited_for_at_a_growing_pace() -> None:
    found, app, clock = result(*[said(status="IN_PROGRESS")] * 5, DONE)
    assert found == Finished(Link("http://cdn.invalid/a.mp4?sign=1"))
    assert clock.waits[0] == 10
    assert all(wait <= 33 for wait in clock.waits)
    assert clock.waits[-1] > 20
    assert app.seen[0]["path"] == "/v2/videos/generations/sora-2%3Atask%2F1"
    assert app.seen[0]["cache-control"] == "no-cache"


def test_jobs_that_began_together_are_not_asked_for_together_for_ever() -> None:
    pace = Pace(first=10_000, then=10_000, most=10_000, deadline=3_600_000)
    _, _, clock = result(*[said(status="IN_PROGRESS")] * 12, DONE, pace=pace)
    first, *later = clock.waits
    assert first == 10
    assert all(9 <= wait <= 11 for wait in later)
    assert len(set(later)) == len(later), "each wait is a little longer or shorter than the last"


def test_a_job_of_an_earlier_build_is_asked_for_at_once() -> None:
    _, _, clock = result(DONE, resumed=True)
    assert clock.waits == []


@pytest.mark.parametrize("status", ["queued", "Whatever", "", "UNKNOWN"])
def test_an_unknown_status_means_that_the_job_goes_on(status: str) -> None:
    assert isinstance(result(said(status=status), DONE)[0], Finished)


def test_errors_while_polling_are_no_end() -> None:
    bad = [(500, b"oops", {}), (502, b"<html>", {"content-type": "text/html"}), (429, b"{}", {})]
    assert isinstance(result(*bad, DONE)[0], Finished)


def test_being_told_to_slow_down_doubles_the_wait() -> None:
    _, _, clock = result((429, b"{}", {}), DONE)
    assert clock.waits[1] > 1.7 * clock.waits[0]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("said_as", ["seconds", "time"])
def test_a_poll_waits_as_long_as_it_is_told(status: int, said_as: str) -> None:
    _, _, clock = result((status, b"{}", {"retry-after": told(90, said_as)}), DONE)
    assert 80 <= clock.waits[1] <= 91, "the time is said before the relay begins, and counts from its answer"


@pytest.mark.parametrize("said_as", ["seconds", "time"])
def test_a_poll_is_not_put_off_for_ever_and_what_the_relay_asks_for_is_told_once(said_as: str) -> None:
    heard: list[float] = []
    clock = Clock()
    later = (503, b"{}", {"retry-after": told(86_400, said_as)})
    with listening(Scripted(later, later, later, DONE)) as url:
        relay = Relay(url, KEY, sleep=clock.sleep)
        found = run(lambda it: it.result(Ticket("1"), whatai, Pace(), resumed=True, told=heard.append), relay)
    assert isinstance(found, Finished)
    assert clock.waits == [120, 120, 120]
    assert heard == [120]


def test_a_poll_is_not_put_off_beyond_the_deadline() -> None:
    clock = Clock()
    pace = Pace(first=1000, then=1000, most=2000, deadline=30_000)
    with listening(Scripted((429, b"{}", {"retry-after": "86400"}))) as url:
        relay = Relay(url, KEY, sleep=clock.sleep)
        with pytest.raises(Waiting):
            run(lambda it: it.result(Ticket("1"), whatai, pace, resumed=True), relay)
    assert 30 <= sum(clock.waits) <= 33


def told(seconds: int, said_as: str) -> str:
    """A Retry-After in either of its forms."""
    return str(seconds) if said_as == "seconds" else formatdate(time.time() + seconds, usegmt=True)


def test_a_failed_job_tells_why_and_a_forgotten_one_is_lost() -> None:
    assert result(said(status="FAILURE", progress="100%", fail_reason="不行"))[0] == Refused("failed", "不行")
    assert isinstance(result(said(404, code="task_not_exist", message="gone"))[0], Lost)


def test_a_job_that_outlives_the_deadline_still_runs() -> None:
    pace = Pace(first=1000, then=1000, most=2000, deadline=10_000)
    with pytest.raises(Waiting, match="still runs"):
        result(said(status="IN_PROGRESS"), pace=pace)


def test_a_download_goes_to_another_host_without_the_key(tmp_path: Path) -> None:
    target = Scripted((200, b"bytes", {"content-type": "video/mp4"}))
    with listening(target) as cdn:
        hop = Scripted((302, b"", {"location": f"{cdn}/real.mp4"}))
        with listening(hop) as first:
            relay = Relay("http://127.0.0.1:9", KEY)
            run(lambda it: it.download(Link(f"{first}/a.mp4?sign=1"), tmp_path / "a"), relay)
    assert (tmp_path / "a").read_bytes() == b"bytes"
    assert "authorization" not in hop.seen[0]
    assert "authorization" not in target.seen[0]


def test_what_lies_behind_the_key_is_fetched_with_it(tmp_path: Path) -> None:
    app = Scripted((200, b"bytes", {"content-type": "video/mp4"}))
    with listening(app) as url:
        relay = Relay(f"{url}/below", KEY)
        run(lambda it: it.download(Link("v1/videos/task%3A1/content", ours=True), tmp_path / "a"), relay)
    assert (tmp_path / "a").read_bytes() == b"bytes"
    assert app.seen[0]["path"] == "/below/v1/videos/task%3A1/content"
    assert app.seen[0]["authorization"] == f"Bearer {KEY}"


def test_the_key_goes_along_a_redirect_to_the_relay_and_never_beyond(tmp_path: Path) -> None:
    target = Scripted((200, b"bytes", {"content-type": "video/mp4"}))
    with listening(target) as cdn:
        here = (302, b"", {"location": "/v1/other"})
        away = (302, b"", {"location": f"{cdn}/real.mp4?sign=1"})
        app = Scripted(here, away)
        with listening(app) as url:
            run(lambda it: it.download(Link("v1/videos/1/content", ours=True), tmp_path / "a"), Relay(url, KEY))
    assert (tmp_path / "a").read_bytes() == b"bytes"
    assert [seen.get("authorization") for seen in app.seen] == [f"Bearer {KEY}"] * 2
    assert "authorization" not in target.seen[0]


@pytest.mark.parametrize("ours", [True, False])
def test_a_link_to_another_host_never_gets_the_key(tmp_path: Path, ours: bool) -> None:
    app = Scripted((200, b"bytes", {}))
    with listening(app) as url:
        elsewhere = url.replace("127.0.0.1", "localhost")
        link = Link(f"{elsewhere}/v1/videos/1/content", ours)
        run(lambda it: it.download(link, tmp_path / "a"), Relay(url, KEY))
    assert "authorization" not in app.seen[0]


def test_an_ordinary_link_to_the_relay_itself_goes_without_the_key(tmp_path: Path) -> None:
    app = Scripted((200, b"bytes", {}))
    with listening(app) as url:
        run(lambda it: it.download(Link(f"{url}/files/a.mp4"), tmp_path / "a"), Relay(url, KEY))
    assert "authorization" not in app.seen[0]


def test_a_form_is_sent_under_its_own_content_type() -> None:
    app = Scripted(said())
    form = Form((("prompt", "雨夜"), ("image", Inline(Ref(Digest("a" * 64), "image/png")))))
    content = encode(form, lambda _: b"png")
    with listening(app) as url:
        run(lambda it: it.send(HttpRequest("POST", "/v1/videos", form), content, 5), Relay(url, KEY))
    media, _, boundary = app.seen[0]["content-type"].partition("; boundary=")
    assert media == "multipart/form-data"
    assert content.startswith(f"--{boundary}\r\n".encode())
    assert content.endswith(f"--{boundary}--\r\n".encode())
    assert "雨夜".encode() in content


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://cdn.invalid/a", "data:video/mp4;base64,AAAA"])
def test_a_link_that_is_not_http_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(CallRefused, match="not http"):
        run(lambda it: it.download(Link(url), tmp_path / "a"), Relay("http://127.0.0.1:9", KEY))
    assert not (tmp_path / "a").exists()


def test_a_link_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CallRefused, match="cannot be read"):
        run(lambda it: it.download(Link("http://[::1/a"), tmp_path / "a"), Relay("http://127.0.0.1:9", KEY))


INNER = [
    *("127.0.0.1:1", "localhost", "[::1]", "10.0.0.8", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
    *("127.1", "2130706433", "0x7f.1", "localhost.", "nas.local", "redis", "224.0.0.1", "[fd00::1]", "[fe80::1]"),
    *("[::ffff:10.0.0.8]", "[2002:a00:8::]", "[64:ff9b::a00:8]", "[64:ff9b:1::a00:8]", "[64:ff9b:1::101:101]"),
    *("[fec0::1]", "[::127.0.0.1]", "[::10.0.0.8]", "[::ffff:0:10.0.0.8]", "[::]", "[ff02::1]", "[100::1]"),
]


@pytest.mark.parametrize("host", INNER)
def test_a_link_into_a_private_network_is_refused_unless_the_relay_is_there(tmp_path: Path, host: str) -> None:
    with pytest.raises(CallRefused, match="private network"):
        run(lambda it: it.download(Link(f"http://{host}/a"), tmp_path / "a"), Relay("https://relay.example", KEY))


@pytest.mark.parametrize(
    "host",
    [
        *("1.1.1.1", "cdn.example.com", "2606:4700::1111", "64:ff9b::101:101", "198.18.0.7"),
        *("::ffff:1.1.1.1", "2002:101:101::"),
    ],
)
def test_what_belongs_to_everybody_or_stands_for_a_name_is_no_private_network(host: str) -> None:
    assert not is_inner(host)


def test_a_redirect_into_a_private_network_is_refused(tmp_path: Path) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.host)
        return httpx.Response(302, headers={"location": "http://10.0.0.8/a"})

    relay = Relay("https://relay.example", KEY, transport=httpx.MockTransport(answer))
    with pytest.raises(CallRefused, match="private network"):
        run(lambda it: it.download(Link("https://cdn.example/a"), tmp_path / "a"), relay)
    assert "10.0.0.8" not in seen


def fetched(base_url: str, link: str, target: Path, names: Mapping[str, str]) -> list[str]:
    """Download under some names; the names that were looked up for it."""
    asked: list[str] = []

    async def download(it: Relay) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Named)
        try:
            await it.download(Link(link), target)
        finally:
            asked.extend(loop.asked)

    run(download, Relay(base_url, KEY, sleep=Clock().sleep), names)
    return asked


HERE = {"cdn.example": "127.0.0.1", "relay.example": "127.0.0.1"}


def test_a_name_that_leads_into_a_private_network_is_refused_before_anything_is_sent_there(tmp_path: Path) -> None:
    app = Scripted((200, b"bytes", {}))
    with listening(app) as url:
        link = url.replace("127.0.0.1", "cdn.example") + "/a"
        with pytest.raises(CallRefused, match="private network"):
            fetched("https://elsewhere.example", link, tmp_path / "a", HERE)
        with pytest.raises(CallRefused, match="private network"):
            # Its own name leads here for a moment, but it is not the one that answers.
            fetched("https://relay.example:9", link, tmp_path / "a", HERE)
    assert app.seen == []
    assert not (tmp_path / "a").exists()


def test_a_relay_in_a_private_network_may_lead_to_other_names_there(tmp_path: Path) -> None:
    app = Scripted((200, b"bytes", {}))
    with listening(app) as url:
        base_url, link = (url.replace("127.0.0.1", name) for name in ("relay.example", "cdn.example"))
        asked = fetched(base_url, f"{link}/a", tmp_path / "a", HERE)
    assert (tmp_path / "a").read_bytes() == b"bytes"
    assert asked.count("cdn.example") == 1, "the address that is judged is the one that is connected to"
    assert not any("authorization" in seen for seen in app.seen)


def test_behind_a_proxy_the_text_of_a_link_is_judged_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = Scripted((200, b"bytes", {}))
    with listening(app) as proxy:
        monkeypatch.setenv("http_proxy", proxy)
        assert fetched("https://relay.example", "http://cdn.example/a", tmp_path / "a", {}) == []
        assert (tmp_path / "a").read_bytes() == b"bytes"
        with pytest.raises(CallRefused, match="private network"):
            fetched("https://relay.example", "http://10.0.0.8/a", tmp_path / "a", {})
        monkeypatch.setenv("no_proxy", "cdn.example")
        link = proxy.replace("127.0.0.1", "cdn.example") + "/a"
        with pytest.raises(CallRefused, match="private network"):
            fetched("https://elsewhere.example", link, tmp_path / "a", HERE)
    assert len(app.seen) == 1


def test_a_download_that_drips_for_ever_is_given_up(tmp_path: Path) -> None:
    async def drip(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass

    with listening(drip) as url:
        relay = Relay(url, KEY, longest=0.3)
        with pytest.raises(CallRefused, match=r"it takes longer than 0.005 min\); it is paid for"):
            run(lambda it: it.download(Link(f"{url}/a"), tmp_path / "a"), relay)


def test_a_file_that_is_announced_as_too_large_is_not_fetched(tmp_path: Path) -> None:
    app = Scripted((200, b"bytes", {"content-length": str(5 << 30)}))
    with listening(app) as url, pytest.raises(CallRefused, match="more than 4 GB"):
        run(lambda it: it.download(Link(f"{url}/a"), tmp_path / "a"), Relay(url, KEY))
    assert len(app.seen) == 1
    assert not (tmp_path / "a").exists()


def test_a_file_that_is_not_announced_is_fetched_up_to_a_size_and_no_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("manjuc.downloads._LARGEST", 1_000)
    app = Scripted((200, b"x" * 1_000, {}), (200, b"x" * 1_001, {}))
    with listening(app) as url:
        run(lambda it: it.download(Link(f"{url}/a"), tmp_path / "a"), Relay(url, KEY))
        with pytest.raises(CallRefused, match="more than 4 GB"):
            run(lambda it: it.download(Link(f"{url}/b"), tmp_path / "b"), Relay(url, KEY))
    assert len(app.seen) == 2, "a file that is too large is not asked for again"
    assert (tmp_path / "a").stat().st_size == 1_000
    assert (tmp_path / "b").stat().st_size <= 1_000


def test_an_answer_is_heard_up_to_a_size_and_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_door, "_LARGEST_ANSWER", 1_000)
    large, larger = (b'"%b"' % (b"x" * size) for size in (998, 999))
    app = Scripted((200, large, {}), (200, larger, {}))
    with listening(app) as url:
        assert run(lambda it: it.send(POST, b"{}", 5), Relay(url, KEY)).body == large
        with pytest.raises(Unanswered, match="the answer is too large"):
            run(lambda it: it.send(POST, b"{}", 5), Relay(url, KEY))
        with pytest.raises(Unanswered, match="the answer is too large"):
            run(lambda it: it.ask("/v1/models", 5), Relay(url, KEY))


def test_a_chain_of_redirects_comes_to_an_end(tmp_path: Path) -> None:
    app = Scripted(*[(302, b"", {"location": "/further"})] * 20, (200, b"bytes", {}))
    with listening(app) as url, pytest.raises(CallRefused, match="only leads to further links"):
        run(lambda it: it.download(Link(f"{url}/a"), tmp_path / "a"), Relay(url, KEY))
    assert len(app.seen) == 5
    assert not (tmp_path / "a").exists()


def test_no_cookie_is_kept_or_sent_and_every_answer_is_asked_for_as_it_is(tmp_path: Path) -> None:
    cookie = {"set-cookie": "session=1; Path=/"}
    app = Scripted((302, b"", {"location": "/b", **cookie}), (200, b'{"status": "IN_PROGRESS"}', cookie), DONE)

    async def everything(it: Relay) -> None:
        await it.download(Link(f"{it.base_url}/a"), tmp_path / "a")
        await it.result(Ticket("1"), whatai, Pace(), resumed=True)
        await it.ask("/v1/models", 5)
        await it.send(POST, b"{}", 5)

    with listening(app) as url:
        run(everything, Relay(url, KEY, sleep=Clock().sleep))
    assert [seen["method"] for seen in app.seen] == ["GET", "GET", "GET", "GET", "POST"]
    assert not any("cookie" in seen for seen in app.seen)
    assert {seen["accept-encoding"] for seen in app.seen} == {"identity"}


def test_a_client_takes_in_no_cookies() -> None:
    answers = httpx.MockTransport(lambda _: httpx.Response(200, headers={"set-cookie": "session=1; Path=/"}))

    async def main() -> None:
        async with Client(transport=answers) as client:
            async with client.asked("GET", "http://relay.invalid/a", {}, httpx.Timeout(1)):
                pass
            assert len(client.cookies) == 0

    asyncio.run(main())


@pytest.mark.parametrize("said_as", ["seconds", "time"])
def test_a_download_is_tried_again_when_its_host_says(tmp_path: Path, said_as: str) -> None:
    clock = Clock()
    with listening(Scripted((503, b"", {"retry-after": told(90, said_as)}), (200, b"whole", {}))) as url:
        run(lambda it: it.download(Link(f"{url}/a"), tmp_path / "a"), Relay(url, KEY, sleep=clock.sleep))
    assert (tmp_path / "a").read_bytes() == b"whole"
    (wait,) = clock.waits
    assert 80 <= wait <= 94


def test_a_download_is_tried_three_times_and_never_for_ever(tmp_path: Path) -> None:
    app, clock = Scripted((404, b"", {})), Clock()
    with listening(app) as url, pytest.raises(CallRefused, match="HTTP 404"):
        run(lambda it: it.download(Link(f"{url}/a"), tmp_path / "a"), Relay(url, KEY, sleep=clock.sleep))
    assert (len(app.seen), clock.waits) == (3, [2, 4])


def test_a_body_that_ends_early_is_fetched_again(tmp_path: Path) -> None:
    short = (200, b"half", {"content-length": "100"})
    with listening(Scripted(short, (200, b"whole", {}))) as url:
        relay = Relay(url, KEY, sleep=Clock().sleep)
        run(lambda it: it.download(Link(f"{url}/a"), tmp_path / "a"), relay)
    assert (tmp_path / "a").read_bytes() == b"whole"


def test_a_failed_download_does_not_tell_the_link(tmp_path: Path) -> None:
    with listening(Scripted((403, b"", {}))) as url:
        relay = Relay(url, KEY, sleep=Clock().sleep)
        with pytest.raises(CallRefused) as caught:
            run(lambda it: it.download(Link(f"{url}/a.mp4?sign=secret"), tmp_path / "a"), relay)
    assert "secret" not in str(caught.value)
    assert "HTTP 403" in str(caught.value)


def test_what_is_shown_and_kept_holds_neither_key_nor_signature_nor_picture() -> None:
    relay = Relay("http://relay.invalid", KEY)
    text = f'{{"key": "{KEY}", "url": "https://cdn/x.mp4?sign=abc&e=1", "b64": "{"A" * 2000}"}}'
    shown = relay.redact(text)
    asyncio.run(relay.close())
    assert shown == '{"key": "***", "url": "https://cdn/x.mp4?***", "b64": "(data)"}'


def test_a_link_that_is_taken_in_any_spelling_is_redacted_in_any_spelling() -> None:
    relay = Relay("http://relay.invalid", KEY)
    links = ("HTTPS://cdn/x?sign=abc", "//cdn/x?sign=abc", "/files/x?sign=abc", "https://name:abc@cdn/x")
    kept = relay.redacted(json.dumps({"data": [{"url": link} for link in links]}).encode())
    shown = relay.redact(" ".join(links))
    asyncio.run(relay.close())
    assert b"abc" not in kept
    assert shown == "HTTPS://cdn/x?*** //cdn/x?*** /files/x?*** https://***@cdn/x"


def test_references_are_filled_in_as_data_uris() -> None:
    blob = Digest("a" * 64)
    body = encode({"image": [Inline(Ref(blob, "image/png"))], "n": 1}, lambda digest: {blob: b"png"}[digest])
    assert json.loads(body) == {"image": ["data:image/png;base64,cG5n"], "n": 1}


def test_links_are_redacted_however_a_relay_spells_them() -> None:
    relay = Relay("http://relay.invalid", KEY)
    link = rb"https:\/\/cdn\/x.png?e=1\u0026sign=secret"
    inside = rb"{\"u\": \"https://c/y?sign=secret\"}"
    body = rb'{"data": [{"url": "' + link + rb'"}], "more": "' + inside + rb'", "n": 1.5}'
    kept = relay.redacted(body)
    asyncio.run(relay.close())
    assert b"secret" not in kept
    assert json.loads(kept)["data"][0]["url"] == "https://cdn/x.png?***"


@dataclass(frozen=True)
class Dripping(httpx.AsyncByteStream):
    """An answer behind which a blank comes now and then, and its end never."""

    content: bytes = b""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.content
        while True:
            await asyncio.sleep(0)
            yield b" "


@dataclass(frozen=True)
class Endless(httpx.AsyncBaseTransport):
    """A gateway that keeps the line open."""

    content: bytes = b""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=Dripping(self.content))


def test_an_answer_that_drips_for_ever_is_given_up_and_may_have_been_charged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_door, "_CONNECT", 0.05)
    with pytest.raises(Unanswered, match="no whole answer"):
        run(lambda it: it.send(POST, b"{}", 0.05), Relay("http://relay.invalid", KEY, transport=Endless()))


def test_what_came_of_an_answer_that_has_no_end_is_told_for_it_may_name_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_door, "_CONNECT", 0.05)
    transport = Endless(b'{"task_id": "job-77", "stat')
    with pytest.raises(Unanswered, match=r"no whole answer within .* what came begins: .*job-77"):
        run(lambda it: it.send(POST, b"{}", 0.05), Relay("http://relay.invalid", KEY, transport=transport))


def test_a_whole_answer_on_a_line_that_is_kept_open_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_door, "_CONNECT", 0.05)
    transport = Endless(b'{"task_id": "t1"}')
    got = run(lambda it: it.send(POST, b"{}", 0.05), Relay("http://relay.invalid", KEY, transport=transport))
    assert json.loads(got.body) == {"task_id": "t1"}


@dataclass(frozen=True)
class BrokenOff(httpx.AsyncByteStream, httpx.AsyncBaseTransport):
    """A line that breaks behind some bytes of the answer."""

    content: bytes
    how: type[httpx.TransportError]

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.content
        raise self.how("broken")

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=self)


@pytest.mark.parametrize("how", [httpx.RemoteProtocolError, httpx.ReadError, httpx.ReadTimeout])
def test_an_answer_that_came_whole_counts_however_its_line_ended(how: type[httpx.TransportError]) -> None:
    whole = b'{"task_id": "t1"}'
    relay = Relay("http://relay.invalid", KEY, transport=BrokenOff(whole, how))
    assert run(lambda it: it.send(POST, b"{}", 5), relay).body == whole
    with pytest.raises(Unanswered, match="broken"):
        run(
            lambda it: it.send(POST, b"{}", 5), Relay("http://relay.invalid", KEY, transport=BrokenOff(whole[:-1], how))
        )


def test_a_job_is_lost_only_when_the_relay_says_so_again_and_again() -> None:
    unknown = said(404, code="task_not_exist", message="no such task")
    found, app, _ = result(unknown, unknown, DONE)
    assert isinstance(found, Finished)
    found, app, _ = result(unknown)
    assert isinstance(found, Lost)
    assert len(app.seen) == 3


def test_the_last_word_of_a_job_is_redacted() -> None:
    pace = Pace(first=10_000, then=10_000, most=30_000, deadline=60_000)
    with pytest.raises(Waiting) as caught:
        result(said(status=f"waiting for {KEY} at https://cdn.invalid/a.mp4?sign=1"), pace=pace)
    assert KEY not in str(caught.value)
    assert "sign=1" not in str(caught.value)


def test_the_key_leaves_an_answer_before_anything_is_read_in_it() -> None:
    """A message is cut to a length: whatever is cut out of it afterwards may be half a key."""
    relay = Relay("http://relay.invalid", KEY, transport=httpx.MockTransport(lambda _: httpx.Response(400, text=KEY)))
    assert run(lambda it: it.send(POST, b"{}", 1), relay).body == b"***"


def test_a_short_key_is_no_secret_and_spoils_no_picture() -> None:
    relay = Relay("http://relay.invalid", "x", transport=httpx.MockTransport(lambda _: httpx.Response(200, text="axb")))
    assert run(lambda it: it.send(POST, b"{}", 1), relay).body == b"axb"


@pytest.mark.parametrize("depth", [490, 900])
def test_an_answer_nested_beyond_measure_is_kept_as_far_as_it_can_be_read(depth: int) -> None:
    body = b'{"task_id": "7", "more": ' + b"[" * depth + b"]" * depth + b"}"
    kept = Relay("http://relay.invalid", KEY).redacted(body)
    assert json.loads(kept)["task_id"] == "7"


def test_half_a_letter_where_a_relay_has_cut_a_text_is_replaced() -> None:
    kept = Relay("http://relay.invalid", KEY).redacted(b'{"prompt": "rain \\ud83d", "task_id": "7"}')
    assert json.loads(kept) == {"prompt": "rain ?", "task_id": "7"}


@pytest.mark.parametrize("link", ["http://cdn.example:99999/a", "http://xn--a.com/a", "http://[::1/a"])
def test_a_link_with_an_address_that_cannot_be_is_refused(tmp_path: Path, link: str) -> None:
    with pytest.raises(CallRefused, match=r"the (result|relay gave)"):
        run(
            lambda it: it.download(Link(link), tmp_path / "a"), Relay("https://relay.example", KEY, sleep=Clock().sleep)
        )


@pytest.mark.parametrize("said_as", ["Mon, 01 Jan 10000 00:00:00 GMT", "nan", "-5", "1e400", "soon"])
def test_a_wait_that_no_clock_has_is_a_wait_as_usual(said_as: str) -> None:
    found, _, clock = result(said(429), (*said(503)[:2], {"retry-after": said_as}), DONE)
    assert isinstance(found, Finished)
    assert all(0 <= wait <= 33 for wait in clock.waits)
