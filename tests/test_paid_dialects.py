"""The paid path in the other dialects, over real sockets: nothing is sent twice, and the key stays with the relay."""

from __future__ import annotations

import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from serving import CLIP, KEY, QUICK, SCENE, SPEC, Served, build, hang_up, held_build, laid_out, manjuc, run

from manjuc.preview.app import PreviewRelay, Received

CLIPS = "/v1/videos"
FACTS = f"{QUICK}  nano-banana-2:\n    pace: {{first: 0.05, then: 0.05, most: 0.2, deadline: 60}}\n"
PLACES = {  # where each dialect sends its pictures, without references and with them
    "newapi": ("/v1/image/generations", "/v1/image/generations"),
    "openai": ("/v1/images/generations", "/v1/images/edits"),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project whose pictures are polled quickly too."""
    return laid_out(tmp_path, facts=FACTS)


@pytest.fixture(params=PLACES)
def dialect(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("MANJUC_DIALECT", request.param)
    return str(request.param)


def gets(relay: Served, path: str) -> int:
    return sum(1 for got in relay.app.log if got.method == "GET" and got.path.startswith(path))


def job(root: Path) -> str:
    (found,) = (path.stem for path in (root / "relay/jobs").glob("*.json"))
    return found


def test_a_whole_film_is_paid_for_once(root: Path, relay: Served, dialect: str) -> None:
    ran = build(root, relay, "--yes")
    assert ran.code == 0, ran.err
    assert (root / "build/mini/mini.mp4").is_file()
    plain, referring = PLACES[dialect]
    assert relay.posts() == relay.posts("/v1/chat") + relay.posts("/v1/image") + relay.posts(CLIPS) == 5
    assert relay.posts(CLIPS) == 1
    assert (relay.posts(plain), relay.posts(referring)) == ((3, 3) if plain == referring else (2, 1))
    asked = relay.requests()
    again = build(root, relay)
    assert again.code == 0, again.err
    assert "nothing to do" in again.err
    assert relay.posts() == 5
    assert not [got for got in relay.app.log[asked:] if got.path.startswith(("/v1/i", "/v1/vi", "/v1/ch", "/files"))]


def test_a_build_that_was_killed_while_it_was_polling_submits_no_second_clip(
    root: Path, relay: Served, dialect: str
) -> None:
    with held_build(root, relay, relay.hold("GET", f"{CLIPS}/"), *CLIP) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    ran = build(root, relay, *CLIP)
    assert ran.code == 0, ran.err
    assert relay.posts(CLIPS) == 1


@dataclass
class TwoHosts:
    """The relay under two names of one machine: results lie at the second, and every header that arrives is noted."""

    app: PreviewRelay
    files: Path
    seen: list[tuple[str, str, bool]] = field(default_factory=list)  # host, path, and whether the key came along

    @property
    def log(self) -> tuple[Received, ...]:
        return self.app.log

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name: value.decode() for name, value in scope["headers"]}
        host, _, port = headers[b"host"].partition(":")
        self.seen.append((host, scope["path"], KEY in headers.get(b"authorization", "")))
        away = f"localhost:{port}"
        if scope["path"].endswith("/content") and host != "localhost":
            (file,) = self.files.glob("*.mp4")
            location = f"http://{away}/files/{file.name}".encode()
            await send({"type": "http.response.start", "status": 302, "headers": [(b"location", location)]})
            await send({"type": "http.response.body", "body": b""})
            return
        kept = [(name, value) for name, value in scope["headers"] if name != b"host"]
        await self.app({**scope, "headers": [*kept, (b"host", away.encode())]}, receive, send)


@pytest.mark.long
def test_the_key_never_reaches_another_host(root: Path, relay: Served, dialect: str) -> None:
    hosts = TwoHosts(relay.app, root / "relay/files")
    relay.app = hosts  # type: ignore[assignment]
    ran = build(root, relay, *CLIP, "--only", "scenes/corridor/scene")
    assert ran.code == 0, ran.err
    assert {with_key for host, _, with_key in hosts.seen if host == "127.0.0.1"} == {True}
    elsewhere = [(path, with_key) for host, path, with_key in hosts.seen if host == "localhost"]
    assert {path.rpartition(".")[2] for path, _ in elsewhere} == {"png", "mp4"}
    assert not any(with_key for _, with_key in elsewhere)
    redirected = any(path.endswith("/content") for _, path, _ in hosts.seen)
    assert redirected == (dialect == "openai"), "only there do clips lie behind the key"
    for path in root.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path


@pytest.mark.long
def test_a_job_is_asked_for_in_the_dialect_that_took_it(
    root: Path, relay: Served, dialect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay.once("POST", CLIPS, hang_up(after=relay.app))
    assert build(root, relay, *CLIP).code == 6
    resolved = run(root, relay, "resolve", SPEC, "mini/s01/clip", "--task-id", job(root))
    assert resolved.code == 0, resolved.err
    monkeypatch.setenv("MANJUC_DIALECT", "whatai")
    ran = build(root, relay, *CLIP[:2])
    assert ran.code == 0, ran.err
    assert (relay.posts(CLIPS), relay.posts("/v2")) == (1, 0)
    assert gets(relay, f"{CLIPS}/") > 0
    assert gets(relay, "/v2") == 0


def test_an_uncertain_picture_that_is_found_can_be_adopted(
    root: Path, relay: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MANJUC_DIALECT", "newapi")
    place = PLACES["newapi"][0]
    relay.once("POST", place, hang_up(after=relay.app))
    assert build(root, relay, *SCENE).code == 6
    step = "scenes/corridor/scene"
    resolved = run(root, relay, "resolve", SPEC, step, "--task-id", job(root))
    assert resolved.code == 0, resolved.err
    ran = build(root, relay, *SCENE[:-1])
    assert ran.code == 0, ran.err
    assert relay.posts(place) == 1
    assert gets(relay, f"{place}/") == 1, "a picture's job is asked for where pictures are"


@pytest.mark.parametrize(
    ("facts", "plain", "referring"),
    [
        ("asynchronous: true", 3, "/v1/images/generations"),
        ("asynchronous: true, references_by: edits", 2, "/v1/images/edits"),
        ("references_by: chat", 2, "/v1/chat"),
    ],
)
def test_the_catalogue_says_how_pictures_are_asked_for(
    root: Path, relay: Served, facts: str, plain: int, referring: str
) -> None:
    spelt = FACTS.replace("nano-banana-2:\n", f"nano-banana-2:\n    {facts.replace(', ', chr(10) + '    ')}\n")
    (root / "manjuc.yaml").write_text(spelt, encoding="utf-8")
    ran = build(root, relay, "--yes", "--until", "contact_sheet")
    assert ran.code == 0, ran.err
    assert relay.posts("/v1/images/generations") == plain
    assert relay.posts(referring) == {3: 3, 2: 2 if "chat" in referring else 1}[plain]  # the script is a chat too
    assert gets(relay, "/v1/images/tasks/") == (3 if "asynchronous" in facts else 0)


@pytest.mark.parametrize(
    ("by", "place"), [("edits", "/v1/images/edits"), ("chat", "/v1/chat/completions"), ("json", "")]
)
def test_references_go_the_way_that_manjuc_yaml_says_or_nothing_is_sent(
    root: Path, relay: Served, dialect: str, by: str, place: str
) -> None:
    spelt = FACTS.replace("nano-banana-2:\n", f"nano-banana-2:\n    references_by: {by}\n")
    (root / "manjuc.yaml").write_text(spelt, encoding="utf-8")
    ran = build(root, relay, "--yes", "--until", "contact_sheet")
    if (dialect, by) == ("openai", "json"):
        assert (ran.code, relay.requests()) == (1, 0)
        assert "`openai` has no way to send reference pictures by `json`" in ran.err
        return
    assert ran.code == 0, ran.err
    plain = PLACES[dialect][0]
    texts = 1 if place.startswith("/v1/chat") else 0  # the script is a talk too
    assert relay.posts(place or plain) == (1 + texts if place else 3), "a contact sheet has references"
    assert relay.posts(plain) == (2 if place else 3)
    again = build(root, relay, "--yes", "--until", "contact_sheet")
    assert "nothing to do" in again.err


def test_a_picture_that_was_bought_by_a_dialects_own_way_is_not_bought_again_when_that_way_is_named(
    root: Path, relay: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MANJUC_DIALECT", "newapi")
    assert build(root, relay, "--yes", "--until", "contact_sheet").code == 0
    spelt = FACTS.replace("nano-banana-2:\n", "nano-banana-2:\n    references_by: json\n")
    (root / "manjuc.yaml").write_text(spelt, encoding="utf-8")
    assert "nothing to do" in build(root, relay, "--yes", "--until", "contact_sheet").err


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.long
def test_a_preview_speaks_every_dialect(root: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANJUC_DIALECT", name)
    ran = manjuc("build", "--preview", SPEC, *CLIP, "--only", "scenes/corridor/scene", cwd=root)
    assert ran.code == 0, ran.err
    assert len(list((root / "build/mini.preview/clips").glob("*.mp4"))) == 1
