"""What the doctor finds wrong with key, address, relay and models, and what the catalogue shows; without any cost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from serving import KEY, MINI, Ran, listening, manjuc
from test_relay import Scripted, said

from manjuc import facts, project, settings
from manjuc.dialects import DIALECTS
from manjuc.downloads import trusted
from manjuc.models import Model, Retirement
from manjuc.symptoms import Finding, kind_of, of_address, of_answer, of_key, of_models, of_silence, offered
from manjuc.text import width
from manjuc.wire import HttpResponse

Answer = tuple[int, bytes, dict[str, str]]
HTML = {"content-type": "text/html; charset=utf-8"}
VIDEO = "models: {my-video: {kind: video, durations: [5, 6, 7, 8], price: {currency: USD, second: 0.4}}}\n"
TUTORIAL = ("gemini-3-flash-preview-nothinking", "nano-banana-2", "sora-2")


def listed(*names: str) -> Answer:
    return said(object="list", data=[{"id": name, "object": "model"} for name in names])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "manjuc.yaml").write_text("", encoding="utf-8")
    (tmp_path / "mini.yaml").write_text(MINI, encoding="utf-8")
    return tmp_path


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A doctor that would ask anybody fails."""
    monkeypatch.setattr("manjuc.doctor.Relay", None)


def doctor(root: Path, *answers: Answer, key: str = KEY, path: str = "", specs: tuple[str, ...] = ()) -> Ran:
    app = Scripted(*answers)
    with listening(app) as url:
        ran = manjuc("doctor", *specs, cwd=root, key=key, url=url + path)
    assert all(seen["path"].endswith("/v1/models") for seen in app.seen), "nothing else is asked for"
    assert all(seen["method"] == "GET" for seen in app.seen), "and nothing that costs money"
    assert KEY not in ran.out + ran.err
    return ran


def only(found: Iterator[Finding]) -> Finding:
    (finding,) = found
    return finding


@pytest.mark.parametrize(
    ("key", "level", "words"),
    [
        ("", "problem", "there is no API key"),
        ('"sk-0123456789abcdef"', "problem", "quotes"),
        ("“sk-0123456789abcdef”", "problem", "quotes"),
        ("Bearer sk-0123456789abcdef", "problem", "begins with `Bearer`"),
        ("sk-0123456789abcdef…", "problem", "characters that no key has"),
        ("ｓk-0123456789abcdef", "problem", "full-width"),
        ("sk-0123 456789abcdef", "problem", "spaces"),
        ("sk-0123\n456789abcdef", "problem", "line breaks"),
        ("sk-0123", "warning", "cut off"),
        ("sk-012***************def", "warning", "masked"),
        ("sk-0123456789abcdef", "ok", "is there"),
    ],
)
def test_a_key_is_judged_by_its_looks_and_never_shown(key: str, level: str, words: str) -> None:
    finding = only(of_key(key))
    assert finding.level == level
    assert words in str(finding.what)
    assert not key or key.strip('"“”') not in f"{finding.what} {finding.todo}"


@pytest.mark.parametrize(
    ("url", "level", "words", "todo"),
    [
        ("https://api.whatai.cc", "ok", "https://api.whatai.cc", ""),
        ("https://api.whatai.cc/v1/", "ok", "https://api.whatai.cc", ""),
        ("https://api.whatai.cc/v1/v1", "problem", "twice", "write https://api.whatai.cc:"),
        (
            "https://api.whatai.cc/v1/chat/completions",
            "problem",
            "(/v1/chat/completions)",
            "write https://api.whatai.cc:",
        ),
        ("https://api.whatai.cc/v2/videos/generations", "problem", "goes on to a call", "https://api.whatai.cc"),
        ("https://gpt-best.apifox.cn/api-358024351", "problem", "documentation", "requests to"),
        ("https://docs.newapi.pro", "problem", "documentation", "requests to"),
        ("http://api.whatai.cc", "warning", "not encrypted", "https://"),
        ("https://host.example/relay", "warning", "path", "https://host.example"),
        ("https://name:word@host.example", "problem", "more than an address", "write https://host.example"),
        ("api.whatai.cc", "problem", "not an address", "https://host"),
        ("https://[::1", "problem", "not an address", "https://host"),
        ("https://", "problem", "not an address", "https://host"),
        ("https://xn--a.com", "problem", "not an address", "https://host"),
        ("https://host.example/\udcff", "problem", "not an address", "https://host"),
        ("https://host.example:0", "problem", "not an address", "https://host"),
        ("http://127.0.0.1:8722", "ok", "http://127.0.0.1:8722", ""),
    ],
)
def test_an_address_is_judged_by_its_looks(url: str, level: str, words: str, todo: str) -> None:
    finding = only(of_address(settings.base_url(url), facts.names()["documentation"]))
    assert finding.level == level, finding
    assert words in str(finding.what)
    assert todo in str(finding.todo)
    assert "name:word" not in f"{finding.what} {finding.todo}"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", "TLS"),
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number", "TLS"),
        ("[Errno -2] Name or service not known", "DNS"),
        ("[Errno 11001] getaddrinfo failed", "DNS"),
        ("[Errno 111] Connect call failed ('127.0.0.1', 9)", "refuses connections"),
        ("no answer within 15 s", "does not answer in time"),
        ("RemoteProtocolError: Server disconnected", "the connection fails"),
    ],
)
def test_a_silence_is_explained_by_the_words_of_the_system(words: str, expected: str) -> None:
    assert expected in str(of_silence(words, "https://host", ()).what)
    assert "HTTPS_PROXY" in str(of_silence(words, "https://host", ("HTTPS_PROXY",)).todo)


@pytest.mark.parametrize(
    ("status", "media", "body", "level", "words"),
    [
        (200, "text/html", b"<!doctype html><title>New API</title>", "problem", "a page for browsers"),
        (200, "", b" <html>", "problem", "a page for browsers"),
        (401, "application/json", b'{"error": {"message": "bad token"}}', "problem", "HTTP 401: bad token"),
        (403, "application/json", b'{"error": {"message": "no quota"}}', "problem", "HTTP 403: no quota"),
        (404, "application/json", b"{}", "problem", "knows no /v1/models"),
        (404, "text/html", b"<html>", "problem", "a page for browsers"),
        (429, "application/json", b"{}", "warning", "busy"),
        (302, "", b"", "problem", "sends us on to https://new.example"),
        (500, "application/json", b'{"message": "oops"}', "problem", "HTTP 500: oops"),
        (200, "application/json", b'{"models": [1, 2]}', "warning", "no list of models: {models: [int, "),
        (200, "application/json", b'{"data": [{"id": "a"}, {"id": 3}, "x"]}', "ok", "offers 1 models"),
    ],
)
def test_an_answer_tells_of_key_and_address(status: int, media: str, body: bytes, level: str, words: str) -> None:
    headers = {"location": "https://new.example/v1/models?token=secret"}
    finding = of_answer(HttpResponse(status, media, body, headers), with_key=True)
    assert finding.level == level, finding
    assert words in str(finding.what)
    assert "secret" not in f"{finding.what} {finding.todo}"


def test_a_list_of_models_is_read_and_nothing_else_is_one() -> None:
    assert offered(HttpResponse(200, "", b'{"data": [{"id": "b"}, {"id": "a"}, {"id": "a"}]}')) == ("a", "b")
    for body in (b"", b"[]", b'{"data": {"id": "a"}}'):
        assert offered(HttpResponse(200, "", body)) is None
    assert offered(HttpResponse(500, "", b'{"data": [{"id": "a"}]}')) is None


def test_a_missing_model_comes_with_near_misses_and_living_successors() -> None:
    gone = Model("sora-2", "video", retired=Retirement("2026-09-24", "", ("veo3.1", "veo3.1-fast")))
    known = {"sora-2": gone, "veo3.1": Model("veo3.1", "video"), "other": Model("other", "video")}
    near, successors = str(only(of_models([gone], known, ["Sora-2", "veo3.1"])).todo).split("; ")
    assert near == "near it: `Sora-2`"
    assert successors == "its successors there: `veo3.1`"
    (finding,) = of_models([Model("kling", "video")], known, ["other"])
    assert (finding.level, str(finding.todo)) == ("problem", "video models that manjuc knows there: `other`")
    (finding,) = of_models([gone], known, ["sora-2", "veo3.1"])
    assert finding.level == "warning", "a relay may still list the name"
    assert "2026-09-24" in str(finding.what)


def test_the_kind_of_an_unknown_model_is_guessed_by_its_name() -> None:
    kinds = {kind: parts for kind, parts in facts.names().items() if kind != "documentation"}
    names = {
        "claude-sonnet-5": "text",
        "Sora-2-vip": "video",
        "doubao-seedance-2-0": "video",
        "doubao-seedream-5": "image",
        "gpt-image-2": "image",
        "text-embedding-3-small": "other",
        "gemini-3.5-flash": "text",
    }
    assert {name: kind_of(name, kinds) for name in names} == names


# The command


def test_all_is_well_with_a_relay_that_offers_what_a_spec_needs(root: Path) -> None:
    ran = doctor(root, listed(*TUTORIAL, "veo3.1"), specs=("mini.yaml",))
    assert ran.code == 0, ran.out
    assert "ok       the relay answers and offers 4 models" in ran.out
    assert "ok       the relay offers the image model nano-banana-2" in ran.out
    assert "warning  sora-2 was shut down by its maker" in ran.out
    assert "its successors there: `veo3.1`" in ran.out
    assert "ok       ffmpeg is there" in ran.out
    assert not (root / ".manjuc").exists(), "nothing is kept"


def test_a_model_that_is_not_offered_is_a_problem_of_the_spec(root: Path) -> None:
    ran = doctor(root, listed("nano-banana-2", "gemini-3-flash-preview", "veo3.1"), specs=("mini.yaml",))
    assert ran.code == 4
    assert "problem  the relay does not offer the text model gemini-3-flash-preview-nothinking" in ran.out
    assert "near it: `gemini-3-flash-preview`" in ran.out


def test_a_key_that_the_relay_echoes_is_not_shown(root: Path) -> None:
    ran = doctor(root, said(401, error={"message": f"invalid token {KEY}"}))
    assert ran.code == 4
    assert "does not take the key (HTTP 401: invalid token ***)" in ran.out


def test_without_a_key_an_address_that_was_chosen_is_looked_at_all_the_same(root: Path) -> None:
    ran = doctor(root, said(401, error={"message": "no token"}), key="")
    assert ran.code == 4, "there is no key"
    assert "ok       the relay answers, and asks for a key" in ran.out


@pytest.mark.usefixtures("no_network")
def test_nobody_is_asked_without_a_key_or_with_one_that_cannot_be_right(root: Path) -> None:
    assert manjuc("doctor", cwd=root).code == 4
    ran = manjuc("doctor", cwd=root, key="“sk-0123456789”", url="http://127.0.0.1:9")
    assert ran.code == 4
    assert "0123456789" not in ran.out
    ran = manjuc("doctor", cwd=root, key=KEY, url="https://x.apifox.cn/api-1")
    assert ran.code == 4


@pytest.mark.parametrize(
    ("path", "advice"), [("/v1/v1", "write {}: manjuc adds"), ("/panel", "write {}: the relay answers")]
)
def test_an_address_with_too_much_behind_its_host_is_tried_without(root: Path, path: str, advice: str) -> None:
    page = (200, b"<html>dashboard</html>", HTML)
    answers = [listed("veo3.1")] if path == "/v1/v1" else [page, listed("veo3.1")]
    ran = doctor(root, *answers, path=path)
    assert ran.code == 4
    host = ran.out.partition("http://")[2].split()[0].rstrip(":;,")
    assert advice.format(f"http://{host}") in ran.out
    assert "of the models that manjuc knows it offers veo3.1" in ran.out


def test_a_relay_that_is_not_there_is_told_so(root: Path) -> None:
    ran = manjuc("doctor", cwd=root, key=KEY, url="http://127.0.0.1:9")
    assert ran.code == 4
    assert "it refuses connections" in ran.out


def test_clocks_that_differ_are_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("manjuc.doctor.time", SimpleNamespace(time=lambda: 1_700_000_000.0))
    ran = doctor(root, listed("veo3.1"))
    assert "warning  the clocks of this machine and of the relay differ by" in ran.out


def test_a_spec_with_errors_is_left_to_check(root: Path) -> None:
    (root / "mini.yaml").write_text("manju: 1\nthem: x\n", encoding="utf-8")
    ran = doctor(root, listed("veo3.1"), specs=("mini.yaml",))
    assert ran.code == 4
    assert "run `manjuc check mini.yaml`" in ran.out
    assert manjuc("doctor", "nowhere.yaml", cwd=root).code == 2


@pytest.mark.parametrize("place", ["httpfoo", "http:/x", "https://", "/login", "http://[::1/", "ftp://host.example"])
def test_a_redirect_to_no_address_leads_to_another_page(place: str) -> None:
    finding = of_answer(HttpResponse(302, "", b"", {"location": place}), with_key=True)
    assert str(finding.what) == "the relay sends us on to another page"


@pytest.mark.parametrize("url", ["https://", "https://xn--a.com", "http://127.0.0.1:9/\udcff", "nonsense"])
def test_an_address_that_is_none_is_told_by_every_command_without_a_crash(root: Path, url: str) -> None:
    ran = manjuc("doctor", cwd=root, key=KEY, url=url)
    assert ran.code == 4
    assert "not an address of the web" in ran.out
    assert "none" not in ran.out.casefold()
    assert manjuc("models", "--live", cwd=root, key=KEY, url=url).code == 4
    assert manjuc("build", "mini.yaml", "--yes", cwd=root, key=KEY, url=url).code == 2


def test_a_dialect_that_is_none_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANJUC_DIALECT", "whatia")
    ran = doctor(root, listed("veo3.1"))
    assert ran.code == 4
    assert "there is no dialect `whatia`" in ran.out
    assert "whatai, newapi, openai" in ran.out


def test_a_line_of_the_dotenv_that_sets_no_key_is_told_with_what_to_write(root: Path) -> None:
    (root / ".env").write_text(f"MANJUC_API_KEY: {KEY}\n", encoding="utf-8")
    ran = doctor(root, said(401, error={"message": "no token"}), key="")
    assert ran.code == 4
    assert "line 1 of .env sets no MANJUC_API_KEY" in ran.out
    assert "write it as MANJUC_API_KEY=…" in ran.out
    assert "is not set" not in ran.out
    assert ran.err == ""
    built = manjuc("build", "mini.yaml", cwd=root)
    assert built.code == 2, "it is no preview"
    assert "line 1 of .env" in built.err
    assert KEY not in built.out + built.err


def test_a_port_that_is_taken_is_told_with_another(root: Path) -> None:
    with listening(Scripted()) as url:
        ran = manjuc("relay", "--port", url.rpartition(":")[2], cwd=root)
    assert ran.code == 2
    assert "`--port 0` takes a free one" in ran.err
    assert manjuc("relay", "--port", "70000", cwd=root).code == 2


# The catalogue


def models(root: Path, *more: str, **where: str) -> dict[str, Any]:
    ran = manjuc("models", "--format", "json", *more, cwd=root, **where)
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def test_the_catalogue_is_shown_with_prices_and_successors_and_asks_nobody(root: Path) -> None:
    (root / "manjuc.yaml").write_text(
        VIDEO,
        encoding="utf-8",
    )
    shown = manjuc("models", cwd=root).out.splitlines()
    (sora,) = (line for line in shown if line.startswith("sora-2 "))
    assert " ".join(sora.split()) == "sora-2 ¥0.33–0.5 by length 10, 15 s - - whatai, openai 2026-09-24"
    (mine,) = (line for line in shown if line.startswith("my-video "))
    assert mine.split() == ["my-video", "$0.4/s", "5–8", "s", "-", "-", "any"]
    heads = [line.split() for line in shown if "price " in line]
    assert heads == [
        ["text", "price", "dialects"],
        ["image", "price", "size", "references", "dialects", "retired"],
        ["video", "price", "lengths", "size", "references", "dialects", "retired"],
    ], "a column of which there is nothing to say is left out"
    assert max(map(width, shown)) <= 120
    found = models(root)
    assert found["others"] is None
    (sora_2,) = (model for model in found["models"] if model["name"] == "sora-2")
    assert sora_2["price"]["durations"] == {"10": "0.33", "15": "0.5"}
    assert sora_2["offered"] is None
    assert sora_2["dialects"] == ["whatai", "openai"]
    assert {name for model in found["models"] for name in model["dialects"]} == set(DIALECTS)


def told(text: str) -> dict[str, str]:
    """The facts that are shown of a model, by their names."""
    lines = (line.strip().split("  ", 1) for line in text.splitlines() if line.startswith("  "))
    return {name: fact.strip() for name, fact in lines}


def test_all_that_is_known_of_one_model_is_shown_a_line_for_each_fact(root: Path) -> None:
    ran = manjuc("models", "sora-2-pro", cwd=root)
    assert (ran.code, ran.out.splitlines()[0]) == (0, "sora-2-pro")
    assert told(ran.out) == {
        "kind": "video",
        "people also say": "sora-2-pro-2025-10-06",
        "retired": "since 2026-09-24; now veo3.1, veo3.1-fast",
        "note": "its maker has shut it down; a relay may refuse the name or serve another model under it",
        "price": "¥2.5 a call",
        "priced on": "2025-12-11",
        "source": "price list of a relay of the family",
        "lengths": "10, 15, 25 s",
        "shots": "no limit known",
        "hd": "of clips of 10, 15 s",
        "sound": "voices and sounds of its own",
        "frames": "the first can be given",
        "size": "1280x720 for 16:9, 1792x1024 for 16:9 hd, 720x1280 for 9:16, 1024x1792 for 9:16 hd",
        "resolutions": "not known",
        "shapes": "16:9, 9:16",
        "references": "none",
        "prompt": "no limit known",
        "template": "clip.storyboard.j2",
        "dialects": "whatai, openai",
        "a request says": "the length as a text, whether hd is wanted",
        "timeout": "120 s for the answer to a call",
        "pace": "a job is asked for after 10 s, then every 10 to 30 s, for 60 min",
    }


def test_a_picture_model_tells_how_references_travel_and_a_text_model_how_much_it_writes(root: Path) -> None:
    text, picture = (told(manjuc("models", name, cwd=root).out) for name in ("gemini-3.5-flash", "gpt-image-2"))
    assert text["answer"] == "16,384 tokens at most"
    assert text["source"].endswith("its own price is not known here")
    assert picture["references"] == "16 pictures at most, as files beside the request"
    assert (picture["resolutions"], picture["a request says"]) == ("1K, 2K, 4K", "the size in pixels")
    assert picture["prompt"] == "32,000 characters at most"
    assert not {"lengths", "pace", "answer"} & set(picture)


def test_what_a_project_says_of_a_model_is_shown_too(root: Path) -> None:
    ours = (
        "  ours: {kind: image, asynchronous: true, references: 1, references_by: chat, least_pictures: 1,"
        " timeout: 90}\n"
        "  clips: {kind: video, durations: [5, 8], price: {durations: {'5': 1}}, fields: {size: resolution},"
        " prompt_limit: {most: 2000, unit: words, refuses: true}}\n"
        "  free: {like: clips, price: {call: 0}}\n"
    )
    (root / "manjuc.yaml").write_text(f"models:\n{ours}", encoding="utf-8")
    picture, clip, free = (told(manjuc("models", name, cwd=root).out) for name in ("ours", "clips", "free"))
    assert picture["references"] == "1 picture at most, as parts of a chat"
    assert (picture["price"], picture["pictures needed"]) == ("not known", "at least 1")
    assert (picture["timeout"], picture["pace"].partition(",")[0]) == (
        "90 s for the answer to a call",
        "a job is asked for after 10 s",
    )
    assert (clip["price"], free["price"]) == ("¥1 for 5 s; else not known", "free")
    assert clip["prompt"] == "2,000 words at most; a longer one is refused"
    assert clip["a request says"] == "the length as a text, `resolution` instead of `size`"


def test_several_models_are_shown_one_after_the_other_each_once_whatever_they_are_called(root: Path) -> None:
    ran = manjuc("models", "seedance-2.0", "nano-banana-pro", "gemini-3-pro-image", cwd=root)
    blocks = [block.splitlines() for block in ran.out.split("\n\n")]
    assert [block[0] for block in blocks] == ["seedance-2.0-standard-t2v", "nano-banana-pro"]
    found = models(root, "seedance-2.0")["models"]
    assert [model["name"] for model in found] == ["seedance-2.0-standard-t2v"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("veo31-fast", "did you mean `veo3.1-fast`?"),
        ("nano-bananapro", "did you mean `nano-banana-pro`?"),
        ("zzzzzz", "`manjuc models` shows them all"),
    ],
)
def test_a_model_that_is_not_known_is_told_with_a_near_one_and_nobody_is_asked(root: Path, name: str, why: str) -> None:
    ran = manjuc("models", "sora-2", name, "--live", cwd=root, key=KEY, url="http://127.0.0.1:9")
    assert (ran.code, ran.out, ran.err) == (2, "", f"manjuc: unknown model `{name}`: {why}\n")


def test_the_json_of_a_model_holds_every_fact_of_the_catalogue(root: Path) -> None:
    by_name = {model["name"]: model for model in models(root)["models"]}
    kling, gpt = by_name["kling-v3.0-std-i2v"], by_name["gpt-image-2"]
    assert kling["prompt_limit"] == {"most": 2500, "unit": "characters", "refuses": True}
    assert (kling["frames"], kling["least_pictures"], kling["native_sound"], kling["sound"]) == (2, 1, True, True)
    assert (kling["timeout"], kling["pace"]) == ("120", {"first": "10", "then": "10", "most": "30", "deadline": "3600"})
    assert (gpt["references_by"], kling["references_by"], gpt["asynchronous"]) == ("edits", None, False)
    assert gpt["resolutions"] == ["1K", "2K", "4K"]
    assert by_name["nano-banana-pro"]["aliases"] == ["gemini-3-pro-image"]
    assert by_name["sora-2-pro"]["hd"]
    assert by_name["sora-2-pro"]["hd_seconds"] == ["10", "15"]
    assert by_name["nano-banana-2"]["meanings"][0]["write"] == "nano-banana-pro"
    names = {"like": "name", "durations": "seconds", "prompt": "template", "hd_durations": "hd_seconds"}
    written = json.loads(project.schema_text("catalogue"))["$defs"]["model"]["properties"]
    assert {names.get(fact, fact) for fact in written} <= set(gpt)


def test_with_live_the_relay_says_which_it_offers_and_how_many_others(root: Path) -> None:
    app = Scripted(listed("sora-2", "kling-v9", "flux-9", "gpt-9", "gpt-9-mini", "tts-9"))
    with listening(app) as url:
        found = models(root, "--live", key=KEY, url=url)
        text = manjuc("models", "--live", cwd=root, key=KEY, url=url).out
        shown = told(manjuc("models", "sora-2", "--live", cwd=root, key=KEY, url=url).out)
    assert [(seen["method"], seen["path"]) for seen in app.seen] == [("GET", "/v1/models")] * 3
    assert {model["name"] for model in found["models"] if model["offered"]} == {"sora-2"}
    assert found["others"] == {
        "text": ["gpt-9", "gpt-9-mini"],
        "image": ["flux-9"],
        "video": ["kling-v9"],
        "other": ["tts-9"],
    }
    assert shown["offered"] == "yes"
    assert text.splitlines()[-1].endswith("2 text, 1 image, 1 video, 1 other")


def test_a_model_is_offered_by_whichever_of_its_names(root: Path) -> None:
    with listening(Scripted(listed("gemini-3-pro-image"))) as url:
        found = models(root, "--live", key=KEY, url=url)
        shown = told(manjuc("models", "gemini-3-pro-image", "--live", cwd=root, key=KEY, url=url).out)
    assert {model["name"] for model in found["models"] if model["offered"]} == {"nano-banana-pro"}
    assert not any(found["others"].values())
    assert shown["offered"] == "yes"


def test_a_relay_that_lists_nothing_is_a_matter_for_the_doctor(root: Path) -> None:
    with listening(Scripted((200, b"<html>", HTML))) as url:
        ran = manjuc("models", "--live", cwd=root, key=KEY, url=url)
    assert ran.code == 4
    assert "`manjuc doctor` says why" in ran.err
    assert manjuc("models", "--live", cwd=root, url="http://127.0.0.1:9").code == 4


@pytest.mark.parametrize(("file", "why"), [("gone.pem", "No such file"), ("manjuc.yaml", "no certificate")])
def test_certificates_that_cannot_be_read_are_told_before_anything_is_sent(
    root: Path, monkeypatch: pytest.MonkeyPatch, file: str, why: str
) -> None:
    trusted.cache_clear()
    monkeypatch.setenv("SSL_CERT_FILE", file)
    looked = manjuc("doctor", cwd=root, key=KEY, url="https://relay.invalid")
    built = manjuc("build", "mini.yaml", "--yes", cwd=root, key=KEY, url="https://relay.invalid")
    assert (looked.code, built.code) == (4, 2)
    for words in (looked.out, built.err):
        assert "the certificates that SSL_CERT_FILE names cannot be read" in words
        assert why in words
    assert not (root / ".manjuc/journal.jsonl").exists()
