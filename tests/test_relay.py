"""The door to HTTP: what each failure of a POST tells about money, where the key goes, how jobs are waited for."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
import uvicorn

from manjuc.bodies import encode
from manjuc.calls import Ref
from manjuc.dialects import whatai
from manjuc.digest import Digest
from manjuc.errors import CallRefused, Waiting
from manjuc.models import Pace
from manjuc.preview.server import bind
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


def run(work: Callable[[Relay], Coroutine[Any, Any, T]], relay: Relay) -> T:
    async def main() -> T:
        try:
            return await work(relay)
        finally:
            await relay.close()

    return asyncio.run(main())


@pytest.mark.parametrize("cls", exceptions(), ids=lambda cls: cls.__name__)
def test_every_error_of_a_post_is_told_as_sent_or_not_sent(cls: type[Exception]) -> None:
    relay = Relay("http://relay.invalid", KEY, transport=Broken(raised(cls)))
    with pytest.raises((NotSent, Unanswered)) as caught:
        run(lambda it: it.send(POST, b"{}", 1), relay)
    surely_not_sent = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
    hopeless = (httpx.UnsupportedProtocol, httpx.InvalidURL)
    assert caught.type is (NotSent if issubclass(cls, (*surely_not_sent, *hopeless)) else Unanswered)


@contextlib.contextmanager
def listening(app: Any) -> Iterator[str]:
    socket = bind("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False, lifespan="off", ws="none"))
    thread = threading.Thread(target=lambda: server.run(sockets=[socket]), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{socket.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        socket.close()


class Scripted:
    """Answers one response after another, the last one for ever, and notes what it was asked."""

    def __init__(self, *answers: tuple[int, bytes, dict[str, str]]) -> None:
        self._answers = list(answers)
        self.seen: list[dict[str, Any]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.seen.append({"path": scope["raw_path"].decode(), "client": scope["client"], **headers})
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


@pytest.mark.parametrize("host", ["127.0.0.1:1", "localhost", "[::1]", "10.0.0.8", "192.168.1.1", "169.254.169.254"])
def test_a_link_into_a_private_network_is_refused_unless_the_relay_is_there(tmp_path: Path, host: str) -> None:
    with pytest.raises(CallRefused, match="private network"):
        run(lambda it: it.download(Link(f"http://{host}/a"), tmp_path / "a"), Relay("https://relay.example", KEY))


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
