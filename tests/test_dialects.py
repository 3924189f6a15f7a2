"""Dialects: how calls are spelt for a relay, and how every answer that a relay has been seen to give is read."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from manjuc import bodies, catalogue, source
from manjuc.calls import Call, ImageCall, Message, Ref, TextCall, VideoCall
from manjuc.contracts import Dialect, field_names
from manjuc.diagnostic import Source
from manjuc.dialects import DIALECTS, newapi, openai, whatai
from manjuc.digest import digest_of
from manjuc.errors import UsageError
from manjuc.models import Model
from manjuc.spelling import pixels
from manjuc.wire import (
    Finished,
    Form,
    HttpRequest,
    HttpResponse,
    Inline,
    Link,
    Lost,
    Polled,
    Refused,
    Running,
    Submitted,
    Ticket,
    Unclear,
)

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
B64 = base64.b64encode(PNG).decode()
URL = "https://cdn.example/pictures/1.png?sig=abc&x=1"
FILM = "https://cdn.example/clips/1.mp4?sig=abc"
SHEET, JPEG = Ref(digest_of(PNG), "image/png"), Ref(digest_of(b"jpg"), "image/jpeg")
VIDEO = Model("sora-2", "video", durations=(10_000, 15_000))

TEXT = TextCall(
    "gemini-3-flash-preview-nothinking", "只回答 JSON。", (Message("user", "写一部漫剧：“雨夜”"),), answer_tokens=16_384
)  # fmt: skip
REPAIR = TextCall(
    "gemini-3-flash-preview-nothinking",
    "只回答 JSON。",
    (Message("user", "写"), Message("assistant", "不是 JSON"), Message("user", "改正")),
    answer_tokens=0,
    temperature="0",
    top_p="0.95",
    json_mode=False,
)
PICTURE = ImageCall("nano-banana-2", "生成一张图片", "16:9", "1K")
WITH_REFERENCES = ImageCall("nano-banana-2", "生成一张图片", "9:16", "2K", (SHEET, JPEG))
CLIP = VideoCall("sora-2", "Shot 1:\nduration: 10.0sec\nScene: 雨夜", "16:9", 10_000, says_length=True)
FRAMED = VideoCall("m", "雨夜", "16:9", 8_000, references=(SHEET,), says_length=True)
FINE = VideoCall("sora-2-pro", "雨夜", "9:16", 15_000, hd=True, says_length=True)
CATALOGUE = Path(__file__).parent.parent / "manjuc/data/catalogue/models.yaml"
UNTOLD = replace(CLIP, says_length=False)
BY_EDITS, BY_CHAT = (replace(WITH_REFERENCES, references_by=by) for by in ("edits", "chat"))


def answer(data: object, status: int = 200, media: str = "application/json") -> HttpResponse:
    body = data if isinstance(data, bytes) else json.dumps(data, ensure_ascii=False).encode()
    return HttpResponse(status, media, body)


def submitted(call: Call, data: object) -> Submitted:
    return whatai.submitted(call, answer(data))


def polled(data: object, status: int = 200) -> Polled:
    return whatai.polled(Ticket("1"), answer(data, status))


# Requests


@pytest.mark.parametrize(
    ("name", "call", "model"),
    [
        ("text", TEXT, Model(TEXT.model, "text")),
        ("text-repair", REPAIR, Model(REPAIR.model, "text")),
        ("image", PICTURE, Model(PICTURE.model, "image")),
        ("image-with-references", WITH_REFERENCES, Model(PICTURE.model, "image")),
        ("video", CLIP, VIDEO),
        ("video-hd", FINE, Model("sora-2-pro", "video", hd=True)),
        ("video-number", CLIP, Model("seedance", "video", spells_duration="number")),
        ("video-never", UNTOLD, Model("veo3.1", "video")),
        ("video-with-references", FRAMED, Model("m", "video")),
        ("image-pixels", replace(PICTURE, pixels="1024x576"), Model("gpt-image-2", "image")),
        ("image-later", PICTURE, Model(PICTURE.model, "image", asynchronous=True)),
        ("image-by-edits", BY_EDITS, Model(PICTURE.model, "image")),
        ("image-by-edits-later", BY_EDITS, Model("m", "image", asynchronous=True)),
        ("image-by-chat", BY_CHAT, Model(PICTURE.model, "image")),
        ("image-without-references", replace(PICTURE, references_by="chat"), Model(PICTURE.model, "image")),
    ],
)
def test_calls_are_spelt_as_the_relay_takes_them(
    name: str, call: Call, model: Model, golden: Callable[[str, str], None]
) -> None:
    golden(f"dialects/whatai/{name}.json", sent(whatai, call, model))


def sent(dialect: Dialect, call: Call, model: Model) -> str:
    """A request as it goes over the wire; a form's lines as they are, with what is no text in it escaped."""
    request = dialect.submit(call, model)
    files: Mapping[str, bytes] = {SHEET.blob: PNG, digest_of(b"jpg"): b"jpg"}
    content = bodies.encode(request.body, lambda blob: files[blob])
    said: dict[str, object] = {"method": request.method, "path": request.path}
    if isinstance(request.body, Form):
        said["content_type"] = bodies.content_type(request.body)
        said["body"] = content.decode("utf-8", "backslashreplace").split("\r\n")
    else:
        said["body"] = json.loads(content)
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


@pytest.mark.parametrize(
    ("name", "call", "model"),
    [
        ("text", TEXT, Model(TEXT.model, "text")),
        ("image", PICTURE, Model(PICTURE.model, "image")),
        ("image-with-references", WITH_REFERENCES, Model(PICTURE.model, "image")),
        ("image-by-edits", BY_EDITS, Model(PICTURE.model, "image")),
        ("image-by-chat", BY_CHAT, Model(PICTURE.model, "image")),
        ("image-without-references", replace(PICTURE, references_by="chat"), Model(PICTURE.model, "image")),
        ("video", CLIP, VIDEO),
        ("video-facts", replace(CLIP, size="720p", sound=True), Model("m", "video")),
        ("video-hd", replace(FINE, size="1080p"), Model("sora-2-pro", "video", hd=True)),
        ("video-hd-without-a-word", FINE, Model("sora-2-pro", "video", hd=True)),
        ("video-never", UNTOLD, Model("veo3.1", "video")),
        ("video-with-references", FRAMED, Model("m", "video", spells_duration="number")),
    ],
)
def test_newapi_takes_what_models_share_and_the_rest_as_metadata(
    name: str, call: Call, model: Model, golden: Callable[[str, str], None]
) -> None:
    golden(f"dialects/newapi/{name}.json", sent(newapi, call, model))


@pytest.mark.parametrize(
    ("name", "call", "model"),
    [
        ("text", TEXT, Model(TEXT.model, "text")),
        ("image", PICTURE, Model(PICTURE.model, "image")),
        ("image-with-references", WITH_REFERENCES, Model(PICTURE.model, "image")),
        ("image-by-edits", BY_EDITS, Model(PICTURE.model, "image")),
        ("image-by-chat", BY_CHAT, Model(PICTURE.model, "image")),
        ("image-without-references", replace(PICTURE, references_by="chat"), Model(PICTURE.model, "image")),
        ("video", replace(CLIP, pixels="1280x720"), VIDEO),
        ("video-hd", replace(FINE, pixels="1024x1792"), Model("sora-2-pro", "video", hd=True)),
        ("video-of-unknown-size", FINE, Model("sora-2-pro", "video", hd=True)),
        ("video-never", UNTOLD, Model("veo3.1", "video")),
        ("video-with-references", replace(FRAMED, pixels="1280x720"), Model("m", "video")),
    ],
)
def test_openai_takes_clips_and_references_as_forms(
    name: str, call: Call, model: Model, golden: Callable[[str, str], None]
) -> None:
    golden(f"dialects/openai/{name}.json", sent(openai, call, model))


@cache
def catalogued() -> list[Model]:
    document, _ = source.load(Source("models.yaml", CATALOGUE.read_text(encoding="utf-8")))
    assert document is not None
    return list(catalogue.models([document.data]).values())


def model_of(name: str, **facts: Any) -> Model:
    (model,) = (model for model in catalogued() if model.name == name)
    return replace(model, **facts)


def clip_of(model: Model, *references: Ref) -> VideoCall:
    """A clip as the stage asks for it, with all that the catalogue says of its model."""
    says_length = model.spells_duration != "never"
    return VideoCall(
        model.name, "雨夜", model.aspect_ratios[0], model.durations[0], references=references, size=model.size,
        pixels=dict(model.sizes).get(model.aspect_ratios[0], ""), sound=model.sound, says_length=says_length,
        fields=field_names(model, size=model.size, references=references, says_length=says_length),
    )  # fmt: skip


FAMILIES: list[tuple[Dialect, str, dict[str, Any], int]] = [
    (whatai, "veo3.1-fast", {}, 0),
    (whatai, "veo3.1-components", {}, 2),
    (whatai, "doubao-seedance-1-5-pro-251215", {}, 0),
    (whatai, "grok-video-3", {}, 2),
    (whatai, "wan3.0-video", {}, 0),
    (whatai, "wan3.0-video", {"references": 1}, 1),  # as a project may say
    (newapi, "seedance-2.0-standard-t2v", {}, 0),
    (newapi, "seedance-2.5-standard-multi", {}, 2),
    (newapi, "hailuo-h3-multi", {}, 1),
    (newapi, "kling-o3-pro-r2v", {}, 2),
    (newapi, "vidu-q3-drama-r2v", {}, 1),
    (newapi, "zhenzhen-video-v31-fast", {}, 0),
    (openai, "sora-2", {"references": 1}, 1),
]


@pytest.mark.parametrize(("dialect", "name", "facts", "count"), FAMILIES, ids=lambda it: getattr(it, "NAME", str(it)))
def test_each_family_is_asked_in_its_own_words(
    dialect: Dialect, name: str, facts: dict[str, Any], count: int, golden: Callable[[str, str], None]
) -> None:
    model = model_of(name, **facts)
    assert dialect.NAME in model.dialects
    call = clip_of(model, *(SHEET, JPEG)[:count])
    golden(
        f"dialects/{dialect.NAME}/families/{name}{'.with-pictures' if count else ''}.json", sent(dialect, call, model)
    )


def body_of(dialect: Dialect, call: Call, model: Model) -> Any:
    return json.loads(sent(dialect, call, model))["body"]


def test_lengths_are_numbers_or_texts_as_the_catalogue_says() -> None:
    assert body_of(whatai, clip_of(model_of("sora-2")), model_of("sora-2"))["duration"] == "10"
    for name in ("doubao-seedance-1-0-pro-250528", "grok-video-3", "wan3.0-video"):
        assert body_of(whatai, clip_of(model_of(name)), model_of(name))["duration"] in (5, 6, 2)
    renamed = model_of("wan-3.0-t2v", fields=(("duration", "duration"),), spells_duration="number")
    assert body_of(newapi, clip_of(renamed), renamed)["duration"] == 2
    assert body_of(newapi, clip_of(model_of("wan-3.0-t2v")), model_of("wan-3.0-t2v"))["seconds"] == "2"


NAMED = (("prompt", "input.text"), ("aspect_ratio", "input.ratio"), ("size", "quality"), ("references", "first_url"))


@pytest.mark.parametrize("by", ["json", "edits"])
def test_pictures_are_asked_for_in_a_models_own_words_too(by: Any) -> None:
    call = replace(PICTURE, references=(SHEET,), references_by=by, fields=NAMED)
    model = Model(call.model, "image")
    for dialect in (whatai, newapi):
        said = body_of(dialect, call, model)
        if isinstance(said, list):
            assert {f'Content-Disposition: form-data; name="{name}"' for _, name in NAMED[:3]} < set(said)
        else:
            assert said["input"] == {"text": call.prompt, "ratio": "16:9"}
            assert said["quality"] == ("1K" if dialect is whatai else "1k")
            assert said["first_url"].startswith("data:image/png")
            assert not {"prompt", "aspect_ratio", "size", "image", "images", "metadata"} & set(said)
    assert 'name="input.ratio"' in sent(openai, call, model).replace("\\", "")


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_references_go_the_way_that_is_said_in_every_dialect_that_has_it(dialect: Dialect) -> None:
    model = Model(PICTURE.model, "image")
    own = replace(PICTURE, references=(SHEET,))
    plain = dialect.submit(PICTURE, model)
    paths = {by: dialect.submit(replace(own, references_by=by), model).path for by in dialect.ROUTES}
    assert paths["edits"] == "/v1/images/edits"
    assert paths["chat"] == "/v1/chat/completions"
    assert paths.get("json", plain.path) == plain.path
    said: dict[str, str] = {by: sent(dialect, replace(own, references_by=by), model) for by in dialect.ROUTES}
    assert sent(dialect, own, model) == said[dialect.ROUTES[0]], "where nothing is said, they go its own way"
    assert said["chat"] == sent(whatai, replace(own, references_by="chat"), model), "a talk is the same everywhere"
    for by in dialect.ROUTES:
        assert dialect.submit(replace(PICTURE, references_by=by), model) == plain, "without any, there is but one way"


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
@pytest.mark.parametrize("by", ["json", "edits", "chat"])
def test_pictures_that_are_jobs_are_those_of_the_ways_that_have_jobs(dialect: Dialect, by: Any) -> None:
    model = Model(PICTURE.model, "image", asynchronous=True)
    call = replace(PICTURE, references=(SHEET,), references_by=by)
    assert dialect.makes_job(call, model) == (by in dialect.JOBS)
    assert set(dialect.JOBS) <= set(dialect.ROUTES)


def test_names_that_say_nothing_in_a_call_are_not_in_it() -> None:
    """So a fact about them changes no key."""
    model = Model("m", "video", fields=(("duration", "length"), ("frames", "image_url"), ("size", "resolution")))
    assert field_names(model, size="", references=()) == ()
    assert field_names(model, size="720p", references=(SHEET,)) == (("size", "resolution"), ("references", "image_url"))


@pytest.mark.parametrize("fields", [{"prompt": "metadata"}, {"prompt": "model"}, {"aspect_ratio": "x", "prompt": "x"}])
@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_two_things_in_one_place_are_told_before_anything_is_sent(dialect: Dialect, fields: dict[str, str]) -> None:
    call = replace(CLIP, fields=tuple(fields.items()), sound=True)
    if dialect is not newapi and "metadata" in fields.values():
        pytest.skip("only newapi has a place of that name")
    with pytest.raises(UsageError, match=r"two parts of a request go to `\w+"):
        dialect.submit(call, VIDEO)


@pytest.mark.parametrize("model", [model for model in catalogued() if model.kind == "video"], ids=lambda it: it.name)
def test_every_clip_of_the_catalogue_has_a_price_and_is_spelt_in_every_dialect(model: Model) -> None:
    assert model.price.date
    assert model.price.source
    assert (CATALOGUE.parents[3] / f"templates/clip.{model.prompt}.j2").is_file()
    for milliseconds in model.durations:
        assert model.price.of_clip(milliseconds) > 0
        call = VideoCall(model.name, "雨夜", model.aspect_ratios[0], milliseconds, says_length=True)
        assert all(model.name in sent(dialect, call, model) for dialect in DIALECTS.values())


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
@pytest.mark.parametrize("call", [TEXT, PICTURE, WITH_REFERENCES, CLIP, FRAMED])
def test_the_same_call_is_spelt_in_the_same_bytes(call: Call, dialect: Dialect) -> None:
    once, again = (bodies.encode(dialect.submit(call, VIDEO).body, lambda blob: PNG) for _ in range(2))
    assert once == again


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
@pytest.mark.parametrize(
    "change",
    [{"aspect_ratio": "9:16"}, {"milliseconds": 15_000}, {"hd": True}, {"prompt": "晴天"}, {"references": (SHEET,)}],
)
def test_every_field_of_a_clip_reaches_the_relay(dialect: Dialect, change: dict[str, Any]) -> None:
    changed = replace(CLIP, **change)
    assert sent(dialect, changed, VIDEO) != sent(dialect, CLIP, VIDEO)


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
@pytest.mark.parametrize("by", ["json", "edits", "chat"])
@pytest.mark.parametrize(
    "change", [{"aspect_ratio": "1:1"}, {"size": "1K"}, {"prompt": "晴天"}, {"references": (SHEET,)}]
)
def test_every_field_of_a_picture_reaches_the_relay(dialect: Dialect, by: Any, change: dict[str, Any]) -> None:
    model, picture = Model(PICTURE.model, "image"), replace(WITH_REFERENCES, references_by=by)
    assert sent(dialect, replace(picture, **change), model) != sent(dialect, picture, model)


def test_the_boundary_of_a_form_comes_from_all_that_is_in_it() -> None:
    forms = [Form((("a", "1"),)), Form((("a", "2"),)), Form((("b", "1"),)), Form((("a", Inline(SHEET)),))]
    assert len({bodies.content_type(form) for form in forms}) == len(forms)


@pytest.mark.parametrize(
    ("ratio", "size", "expected"),
    [
        ("16:9", "1K", "1024x576"),
        ("9:16", "2K", "1152x2048"),
        ("1:1", "", "1024x1024"),
        ("21:9", "1K", "1024x432"),
        ("16:9", "4K", "3840x2160"),
        ("3:2", "1K", "1024x672"),
    ],
)
def test_a_size_in_pixels_has_sides_of_whole_blocks(ratio: str, size: str, expected: str) -> None:
    assert pixels(ratio, size) == expected


@pytest.mark.parametrize(
    ("task", "path"),
    [
        ("f0aa213c-82c8-4db9", "f0aa213c-82c8-4db9"),
        ("sora-2:task_01k", "sora-2%3Atask_01k"),
        ("veo3:1756693796-YQVHH4A3Lg", "veo3%3A1756693796-YQVHH4A3Lg"),
        ("a/b?c#d e", "a%2Fb%3Fc%23d%20e"),
        ("../../v1/models", "..%2F..%2Fv1%2Fmodels"),
        ("12345678901234567890123", "12345678901234567890123"),
    ],
)
def test_a_job_is_asked_for_by_its_id_whatever_the_id_holds(task: str, path: str) -> None:
    picture = Ticket(task, "image")
    assert whatai.poll(Ticket(task)) == HttpRequest("GET", f"/v2/videos/generations/{path}")
    assert whatai.poll(picture) == HttpRequest("GET", f"/v1/images/tasks/{path}")
    assert newapi.poll(Ticket(task)) == openai.poll(Ticket(task)) == HttpRequest("GET", f"/v1/videos/{path}")
    assert newapi.poll(picture) == HttpRequest("GET", f"/v1/image/generations/{path}")


def test_every_dialect_is_in_the_table_under_its_own_name() -> None:
    assert {name: dialect.NAME for name, dialect in DIALECTS.items()} == {name: name for name in DIALECTS}


# Text


def chat(content: object, **more: object) -> dict[str, object]:
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
    return {"id": "chatcmpl-1", "object": "chat.completion", "model": "m", "choices": [{**choice, **more}]}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('{"title": "雨夜"}', '{"title": "雨夜"}'),
        ('```json\n{"title": "雨夜"}\n```', '```json\n{"title": "雨夜"}\n```'),
        ("", ""),
        ([{"type": "text", "text": '{"a":'}, {"type": "text", "text": "1}"}], '{"a":1}'),
        ([{"type": "image_url", "image_url": {"url": URL}}, {"type": "text", "text": "x"}], "x"),
        ("我不能写这样的内容。", "我不能写这样的内容。"),
    ],
)
def test_the_words_of_a_text_model_are_taken_as_they_are(content: object, text: str) -> None:
    assert submitted(TEXT, chat(content)) == Finished(text, "stop", {})


def test_thoughts_are_not_the_answer_and_use_is_noted() -> None:
    data = chat("{}")
    data["usage"] = {"prompt_tokens": 3, "completion_tokens": 4}
    data["choices"][0]["message"]["reasoning_content"] = "let me think"  # type: ignore[index]
    assert submitted(TEXT, data) == Finished("{}", "stop", {"prompt_tokens": 3, "completion_tokens": 4})


@pytest.mark.parametrize("reason", ["stop", "length", "content_filter", "tool_calls"])
def test_why_a_text_ended_is_told(reason: str) -> None:
    found = submitted(TEXT, chat("{", finish_reason=reason))
    assert isinstance(found, Finished)
    assert found.finish_reason == reason


@pytest.mark.parametrize("more", [{"finish_reason": None}, {}])
def test_a_gateway_may_drop_why_a_text_ended(more: dict[str, object]) -> None:
    data = chat("{}", **more)
    if not more:
        del data["choices"][0]["finish_reason"]  # type: ignore[index]
    assert submitted(TEXT, data) == Finished("{}", "", {})


@pytest.mark.parametrize("ending", ["stop", "content_filter", "SAFETY", "tool_calls"])
def test_a_talk_that_ended_without_a_text_holds_an_empty_one(ending: str) -> None:
    data = chat(None, finish_reason=ending)
    assert submitted(TEXT, data | {"usage": {"prompt_tokens": 3}}) == Finished("", ending, {"prompt_tokens": 3})
    data["choices"][0]["message"]["reasoning_details"] = [{"text": "let me think"}]  # type: ignore[index]
    assert submitted(TEXT, data) == Finished("", ending)
    del data["choices"][0]["message"]["content"]  # type: ignore[index]
    assert submitted(TEXT, data) == Finished("", ending)


@pytest.mark.parametrize("content", [None, ""])
def test_words_of_refusal_in_a_place_of_their_own_are_no_text(content: object) -> None:
    data = chat(content)
    data["choices"][0]["message"]["refusal"] = "no"  # type: ignore[index]
    assert isinstance(submitted(TEXT, data), Unclear)
    data["choices"][0]["message"]["content"] = "{}"  # type: ignore[index]
    assert submitted(TEXT, data) == Finished("{}", "stop")


def test_an_error_beside_a_text_that_is_null_is_left_to_be_read() -> None:
    assert isinstance(submitted(TEXT, chat(None) | {"error": {"message": "upstream"}}), Unclear)


def chunk(delta: object, end: str | None = None, **more: object) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": end}
    return "data: " + json.dumps({"object": "chat.completion.chunk", "choices": [choice], **more})


USED = 'data: {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4, "details": {"cached": 1}}}'
FIRST, SECOND, LAST = (
    chunk({"role": "assistant", "content": '{"a": "\ud83d'}),
    chunk({"content": '\ude00"}'}),
    chunk({}, "stop"),
)


@pytest.mark.parametrize("media", ["text/event-stream", "application/json", ""])
@pytest.mark.parametrize("line", ["\n\n", "\r\n\r\n", "\n"])
def test_a_talk_that_comes_as_a_whole_stream_is_read_like_any_other(media: str, line: str) -> None:
    for told, ending, usage in (
        ([FIRST, SECOND, LAST, USED, "data: [DONE]"], "stop", {"prompt_tokens": 3, "completion_tokens": 4}),
        ([": ping", "event: message", FIRST, chunk({"reasoning_content": "hm"}), SECOND, LAST], "stop", {}),
        ([FIRST, SECOND, "data: [DONE]"], "", {}),
        ([FIRST, SECOND, chunk({}, "stop", usage={"prompt_tokens": 1})], "stop", {"prompt_tokens": 1}),
    ):
        stream = answer((line.join(told) + line).encode(), media=media)
        assert whatai.submitted(TEXT, stream) == Finished('{"a": "😀"}', ending, usage)
    drawn = answer(
        f"{chunk({'content': '![image]('})}\n\n{chunk({'content': f'{URL})'}, 'stop')}\n\n".encode(), media=media
    )
    assert whatai.submitted(PICTURE, drawn) == Finished(Link(URL))


@pytest.mark.parametrize(
    "told",
    [
        [FIRST, SECOND],
        [FIRST, LAST[:-9]],
        [FIRST, 'data: {"error": {"message": "upstream"}}', "data: [DONE]"],
        [FIRST, LAST.replace('"choices"', '"error": {"message": "upstream"}, "choices"')],
        [FIRST, "upstream timeout", LAST],
        [FIRST, chunk({"content": [{"type": "text", "text": "}"}]}), LAST],
        [FIRST, LAST.replace('"delta"', '"message": {"content": "{}"}, "delta"')],
        ["data: [DONE]"],
        ["data: " * 20_000],
        ["data: {" * 20_000, "data: [DONE]"],
    ],
)
def test_a_stream_that_is_not_surely_whole_is_unclear(told: list[str]) -> None:
    assert isinstance(whatai.submitted(TEXT, answer("\n\n".join(told).encode())), Unclear)


# Pictures


@pytest.mark.parametrize(
    "data",
    [
        {"created": 1766, "data": [{"url": URL}]},
        {"data": [{"url": f"  {URL}\n"}]},
        {"data": [URL]},
        {"data": {"url": URL}},
        {"data": {"image_url": URL}},
        {"data": {"result_url": URL}},
        {"data": {"data": [{"url": URL}]}},
        {"images": [{"url": URL}]},
        {"images": [URL]},
        {"artifacts": [{"url": URL}]},
        {"urls": [URL]},
        {"output_url": URL},
        {"image_url": URL},
        {"data": {"data": {"content": {"image_url": URL}}}},
        {"data": {"data": {"content": {"image_urls": [URL]}}}},
        {"data": json.dumps({"images": [{"url": URL}]})},
        chat(f"![image]({URL})"),
        chat(f"完成了！\n\n![image]( {URL} )\n"),
        chat(f"[download]({URL})"),
        chat(URL),
        chat([{"type": "image_url", "image_url": {"url": URL}}]),
        {
            "code": "success",
            "message": "",
            "data": {
                "task_id": "1", "status": "SUCCESS", "progress": "100%", "fail_reason": "",
                "data": {"created": 1, "data": [{"url": URL}], "usage": {}},
            },
        },
    ],
)  # fmt: skip
def test_a_link_to_a_picture_is_found_in_every_shape(data: object) -> None:
    assert submitted(PICTURE, data) == Finished(Link(URL))


@pytest.mark.parametrize(
    "data",
    [
        {"data": [{"b64_json": B64}], "usage": {}},
        {"data": [{"b64_json": f"data:image/png;base64,{B64}"}]},
        {"data": [{"url": f"data:image/png;base64,{B64}"}]},
        {"data": [{"url": "", "b64_json": "\n".join([B64[:40], B64[40:]])}]},
        {"images": [B64]},
        {"artifacts": [{"b64_json": B64}]},
        chat(f"![image](data:image/png;base64,{B64})"),
        chat(f"data:image/png;base64,{B64}"),
        {
            "code": "success",
            "data": {"status": "SUCCESS", "data": {"created": 1, "data": [{"b64_json": B64}]}},
        },
    ],
)
def test_the_bytes_of_a_picture_are_found_in_every_shape(data: object) -> None:
    assert submitted(PICTURE, data) == Finished(PNG)


@pytest.mark.parametrize(
    "data",
    [
        {"created": 1, "data": [{"revised_prompt": "I would rather draw a cat for you today my friend"}]},
        {"created": 1, "data": []},
        {"id": "img-1", "created": 1, "data": [{"id": "7", "revised_prompt": "words"}]},
        {"data": "I would rather draw a cat"},
        chat("I can only describe the picture in words"),
        chat("Sorry Alice but I cannot draw that"),
        chat(""),
    ],
)
def test_words_and_ids_are_never_taken_for_a_picture(data: object) -> None:
    assert isinstance(submitted(PICTURE, data), Unclear)


@pytest.mark.parametrize(
    "data", [{"task_id": "f0aa213c-82c8"}, {"data": "f0aa213c-82c8"}, {"data": {"task_id": "f0aa213c-82c8"}}]
)
def test_a_picture_may_come_later_as_a_job(data: object) -> None:
    assert submitted(PICTURE, data) == newapi.submitted(PICTURE, answer(data)) == Ticket("f0aa213c-82c8", "image")
    assert isinstance(openai.submitted(PICTURE, answer(data)), Unclear), "OpenAI has no such jobs"


@pytest.mark.parametrize(
    ("made", "found"),
    [({"url": URL}, Link(URL)), ({"b64_json": B64}, PNG), ({"url": f"data:image/png;base64,{B64}"}, PNG)],
)
def test_a_picture_that_is_done_is_unwrapped_twice(made: object, found: object) -> None:
    wrapped = {"task_id": "1", "status": "SUCCESS", "progress": "100%", "fail_reason": "", "data": {"data": [made]}}
    assert whatai.polled(Ticket("1", "image"), answer({"code": "success", "data": wrapped})) == Finished(found)  # type: ignore[arg-type]


@pytest.mark.parametrize("dialect", [whatai, newapi], ids=["whatai", "newapi"])
def test_a_picture_is_waited_for_until_its_job_has_an_end(dialect: Dialect) -> None:
    def told(**state: object) -> Polled:
        return dialect.polled(Ticket("1", "image"), answer({"code": "success", "data": {"task_id": "1", **state}}))

    assert told(status="IN_PROGRESS", progress="30%") == Running("IN_PROGRESS", "30%")
    assert told(status="FAILURE", fail_reason="不行", progress="100%") == Refused("failed", "不行")
    assert isinstance(told(status="SUCCESS", data=None), Running)
    assert isinstance(dialect.polled(Ticket("1", "image"), answer({}, 404)), Lost)


@pytest.mark.parametrize(
    "data",
    [
        {"status": "SUCCESS", "result_url": URL, "data": {"images": ["https://cdn.example/reference.png"]}},
        {"status": "SUCCESS", "data": {"images": ["https://cdn.example/reference.png"]}, "result_url": URL},
        {"status": "SUCCESS", "data": {"images": ["https://cdn.example/r.png"], "content": {"image_url": URL}}},
        {"status": "SUCCESS", "data": {"content": {"image_urls": [URL]}}},
    ],
)
def test_newapi_names_the_picture_itself_or_passes_on_who_drew_it(data: object) -> None:
    told = {"code": "success", "message": "", "data": data}
    assert newapi.polled(Ticket("1", "image"), answer(told)) == Finished(Link(URL))


def test_newapi_may_have_the_picture_at_once() -> None:
    assert newapi.submitted(PICTURE, answer({"data": [{"url": URL}]})) == Finished(Link(URL))


# Clips


@pytest.mark.parametrize("word", ["queued", "in_progress", "processing", "whatever"])
@pytest.mark.parametrize("dialect", [newapi, openai], ids=["newapi", "openai"])
def test_a_video_object_runs_as_long_as_nothing_else_is_said(dialect: Dialect, word: str) -> None:
    told = answer({"id": "video_1", "object": "video", "status": word, "progress": 40, "error": None})
    assert dialect.polled(Ticket("video_1"), told) == Running(word, "40")


@pytest.mark.parametrize("dialect", [newapi, openai], ids=["newapi", "openai"])
def test_a_video_object_that_failed_tells_why(dialect: Dialect) -> None:
    told = answer({"id": "video_1", "status": "failed", "error": {"code": "moderation_blocked", "message": "no"}})
    assert dialect.polled(Ticket("video_1"), told) == Refused("failed", "no")
    assert isinstance(dialect.polled(Ticket("video_1"), answer({"code": "task_not_exist"}, 400)), Lost)


@pytest.mark.parametrize("found", [{"metadata": {"url": FILM}}, {"url": FILM}, {"video_url": FILM}])
def test_newapi_puts_the_link_of_a_clip_in_one_of_three_places(found: dict[str, object]) -> None:
    other = {} if "metadata" in found else {"metadata": {"seed": 7}}
    told = answer({"id": "1", "status": "completed", **found, **other})
    assert newapi.polled(Ticket("1"), told) == Finished(Link(FILM))


@pytest.mark.parametrize("found", [[{"url": FILM}], json.dumps({"url": FILM}), FILM, [FILM]])
@pytest.mark.parametrize(("dialect", "name"), [(whatai, "data"), (newapi, "data"), (newapi, "metadata")])
def test_the_result_may_stand_in_a_list_or_in_a_text(dialect: Dialect, name: str, found: object) -> None:
    told = answer({"id": "1", "status": "completed", "progress": "100%", name: found})
    assert dialect.polled(Ticket("1"), told) == Finished(Link(FILM))


def test_newapi_may_serve_the_clip_itself_and_then_asks_for_the_key() -> None:
    content = "https://relay.example/v1/videos/task%3A1/content"
    told = answer({"id": "task:1", "status": "completed", "metadata": {"url": content}})
    assert newapi.polled(Ticket("task:1"), told) == Finished(Link(content, ours=True))
    assert newapi.polled(Ticket("another"), told) == Finished(Link(content))


def test_newapi_without_a_link_goes_on() -> None:
    assert isinstance(newapi.polled(Ticket("1"), answer({"id": "1", "status": "completed"})), Running)


def test_openai_keeps_the_clip_behind_the_key() -> None:
    told = answer({"id": "video_1", "status": "completed", "progress": 100})
    assert openai.polled(Ticket("sora-2:task/1"), told) == Finished(
        Link("v1/videos/sora-2%3Atask%2F1/content", ours=True)
    )


def test_openai_relays_may_give_a_link_instead() -> None:
    told = answer({"id": "sora-2:task_1", "status": "completed", "video_url": FILM})
    assert openai.polled(Ticket("sora-2:task_1"), told) == Finished(Link(FILM))


@pytest.mark.parametrize("dialect", [newapi, openai], ids=["newapi", "openai"])
@pytest.mark.parametrize("data", [{"id": "video_1", "status": "queued"}, {"task_id": "video_1"}])
def test_a_video_object_is_known_by_either_id(dialect: Dialect, data: object) -> None:
    assert dialect.submitted(CLIP, answer(data)) == Ticket("video_1")


@pytest.mark.parametrize(
    ("data", "task"),
    [
        ({"task_id": "f0aa213c-82c8-4db9"}, "f0aa213c-82c8-4db9"),
        ({"id": "video_123", "object": "video", "status": "queued"}, "video_123"),
        ({"id": "veo3:1756693796-YQVHH4A3Lg"}, "veo3:1756693796-YQVHH4A3Lg"),
        ({"data": {"task_id": "cgt-1"}}, "cgt-1"),
        ({"code": "success", "data": {"id": "7"}}, "7"),
        ({"output": {"task_id": "8", "task_status": "PENDING"}}, "8"),
        ({"data": "sora-2:task_01k/x"}, "sora-2:task_01k/x"),
        (b'{"task_id": 12345678901234567890123}', "12345678901234567890123"),
        (b'{"data": {"task_id": 9007199254740993}}', "9007199254740993"),
        ({"task_id": "", "id": "9"}, "9"),
        ({"task_id": None, "data": {"task_id": " 10 "}}, "10"),
    ],
)
def test_a_job_is_known_by_its_id_in_every_shape(data: object, task: str) -> None:
    assert submitted(CLIP, data) == Ticket(task)


@pytest.mark.parametrize("call", [TEXT, PICTURE, CLIP])
@pytest.mark.parametrize(
    "data",
    [
        {},
        [],
        {"ok": True},
        {"message": "geheim", "nested": {"prompt": ["geheim", {"deep": {"deeper": {"deepest": "geheim"}}}]}},
        {"task_id": True, "choices": [], "data": None},
        {"task_id": 1.5, "choices": [{"message": {"content": None}}], "data": [None, 3, {}]},
        {"choices": {"0": "geheim"}, "data": {"data": {"data": {}}}},
    ],
)
def test_an_answer_that_says_nothing_known_is_unclear_with_its_outline_and_without_its_content(
    call: Call, data: object
) -> None:
    found = submitted(call, data)
    assert isinstance(found, Unclear)
    assert "geheim" not in found.message
    if isinstance(data, dict) and data:
        assert next(iter(data)) in found.message


@pytest.mark.parametrize("call", [TEXT, PICTURE, CLIP])
@pytest.mark.parametrize("body", [b"<!doctype html><title>dashboard</title>", b"", b"\xff\xfe", b"null", b'{"a":'])
def test_an_answer_that_is_not_json_is_unclear(call: Call, body: bytes) -> None:
    found = whatai.submitted(call, answer(body, media="text/html"))
    assert isinstance(found, Unclear)
    assert "not JSON" in found.message
    assert "dashboard" not in found.message


def test_an_outline_of_a_huge_answer_is_short() -> None:
    data = {f"key{n}": "x" * 1_000 for n in range(1_000)}
    found = submitted(CLIP, data)
    assert isinstance(found, Unclear)
    assert len(found.message) < 400


def test_an_outline_of_a_deep_answer_ends() -> None:
    body = b'{"a":' * 500 + b"1" + b"}" * 500
    found = whatai.submitted(CLIP, answer(body))
    assert isinstance(found, Unclear)
    assert len(found.message) < 200


# Running jobs

WORDS = (
    "NOT_START",
    "SUBMITTED",
    "QUEUED",
    "PENDING",
    "IN_PROGRESS",
    "PROCESSING",
    "RUNNING",
    "UNKNOWN",
    "made_up_word",
)
DONE = ("SUCCESS", "SUCCEEDED", "COMPLETED", "DONE")
BAD = ("FAILURE", "FAILED", "ERROR", "CANCELLED", "CANCELED")


def spelt(*words: str) -> list[str]:
    return [form for word in words for form in (word, word.lower(), word.title())]


def job(status: object, data: object = None, **more: Any) -> dict[str, object]:
    return {"task_id": "1", "platform": "openai", "action": "sora-video", "status": status, "data": data, **more}


@pytest.mark.parametrize("word", spelt(*WORDS))
def test_a_job_runs_as_long_as_nothing_else_is_said(word: str) -> None:
    assert polled(job(word, progress="67%")) == Running(word, "67%")


@pytest.mark.parametrize("word", spelt(*DONE))
def test_a_finished_job_has_a_link(word: str) -> None:
    assert polled(job(word, {"output": FILM}, progress="100%")) == Finished(Link(FILM))


@pytest.mark.parametrize("word", spelt(*BAD))
def test_a_failed_job_is_refused_with_its_reason(word: str) -> None:
    found = polled(job(word, fail_reason="违反了OpenAI的相关服务政策", progress="100%"))
    assert found == Refused("failed", "违反了OpenAI的相关服务政策")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (job("FAILURE", fail_reason="", message="busy"), "busy"),
        (job("FAILURE", {"fail_reason": "inside"}), "inside"),
        ({"status": "failed", "error": {"message": "no", "code": 1}}, "no"),
        ({"status": "failed", "error": "plain"}, "plain"),
        ({"code": "success", "data": {"status": "FAILURE", "fail_reason": "wrapped"}}, "wrapped"),
        ({"status": "failed"}, "no reason given"),
        ({"status": "failed", "error": {"code": "moderation_blocked"}}, "moderation_blocked"),
        (job("FAILURE", {"error": {"message": "deep"}}, message="success"), "deep"),
        (job("FAILURE", detail={"failure_reason": "detailed"}), "detailed"),
        (job("FAILURE", reason_str="as a text"), "as a text"),
        (job("FAILURE", error='{"error": {"message": "passed on"}}'), "passed on"),
        (job("FAILURE", properties={"reason": "the author's word"}), "no reason given"),
        ({"status": "error", "data": {"task_id": "1"}, "message": "no"}, "no"),
        ({"status": "error", "progress": "100%", "message": "no"}, "no"),
    ],
)
def test_the_reason_of_a_failure_is_found_where_relays_put_it(data: object, reason: str) -> None:
    assert polled(data) == Refused("failed", reason)


def test_all_that_a_failed_job_says_goes_along_to_be_sorted_by() -> None:
    found = polled(job("FAILURE", {"error": {"code": "moderation_blocked"}}, fail_reason="no", prompt="血"))
    assert isinstance(found, Refused)
    assert found.message == "no"
    assert "moderation_blocked" in found.words
    assert "血" not in found.words


def test_an_error_that_names_no_job_is_one_of_the_question() -> None:
    busy = {"status": "error", "message": "system is busy, query again later"}
    found = polled(busy)
    assert found == Running("system is busy, query again later")
    assert isinstance(found, Running)
    assert found.seen == "nothing"
    assert polled({**busy, "task_id": "1"}) == Refused("failed", "system is busy, query again later")


@pytest.mark.parametrize(
    ("progress", "shown"), [(30, "30"), ("67%", "67%"), ("", ""), (None, ""), (0.5, ""), ({"a": 1}, "")]
)
def test_progress_may_be_anything(progress: object, shown: str) -> None:
    assert polled(job("IN_PROGRESS", progress=progress)) == Running("IN_PROGRESS", shown)


@pytest.mark.parametrize(
    "found",
    [
        {"data": {"output": FILM}},
        {"data": {"output": FILM, "duration": 10, "usage": {"total_tokens": 1}, "last_frame_url": URL}},
        {"data": {"outputs": [FILM]}},
        {"outputs": [FILM]},
        {"output": FILM},
        {"output": {"video_url": FILM}},
        {"video_url": FILM},
        {"url": FILM},
        {"data": {"video_url": FILM}},
        {"data": {"url": FILM}},
        {"result": {"url": FILM}},
        {"result_url": FILM},
        {"metadata": {"url": FILM}},
        {"content": {"video_url": FILM}},
        {"results": [{"url": FILM}]},
        {"data": {"task_result": {"videos": [{"url": FILM}]}}},
        {"data": {"data": {"output": FILM}}},
        {"data": {"data": {"video_url": FILM}}},
        {"data": {"data": {"url": FILM}}},
        {"fail_reason": FILM},
        {"data": {"output": ""}, "video_url": FILM},
        {"data": {"output": FILM.replace("https", "HTTPS")}},
    ],
)
def test_the_link_of_a_clip_is_found_wherever_relays_have_put_it(found: dict[str, object]) -> None:
    seen = polled({"task_id": "1", "status": "SUCCESS", "progress": "100%", **found})
    assert isinstance(seen, Finished)
    assert isinstance(seen.content, Link)
    assert seen.content.url.casefold() == FILM


def test_a_wrapped_job_is_read_like_a_bare_one() -> None:
    assert polled({"code": "success", "data": job("SUCCESS", {"output": FILM})}) == Finished(Link(FILM))
    assert polled({"code": "success", "data": job("IN_PROGRESS", progress="5%")}) == Running("IN_PROGRESS", "5%")


@pytest.mark.parametrize("data", [None, {}, {"output": ""}, {"output": None}, {"outputs": []}, {"output": "pending"}])
def test_success_without_a_link_goes_on(data: object) -> None:
    found = polled(job("SUCCESS", data))
    assert isinstance(found, Running)
    assert "without a link" in found.status


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x/y", "javascript:1", "//cdn.example/x.mp4"])
def test_only_http_links_count(url: str) -> None:
    assert isinstance(polled(job("SUCCESS", {"output": url})), Running)


@pytest.mark.parametrize(
    ("status", "data"),
    [
        (404, {"message": "not found"}),
        (400, {"code": "task_not_exist", "message": "task_not_exist", "data": None}),
        (200, {"code": "TASK_NOT_EXIST", "message": "", "data": None}),
    ],
)
def test_a_job_that_the_relay_does_not_know_is_lost(status: int, data: object) -> None:
    assert isinstance(polled(data, status), Lost)


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
@pytest.mark.parametrize("body", [b"<html>404</html>", b"", b"404 page not found", b'"gone"'])
def test_a_404_in_other_words_than_the_relays_own_says_nothing_of_the_job(dialect: Dialect, body: bytes) -> None:
    for kind in ("video", "image"):
        found = dialect.polled(Ticket("1", kind), answer(body, 404, "text/html"))
        assert found == Running("HTTP 404")


@pytest.mark.parametrize("status", [401, 429, 500, 502, 503, 524])
def test_a_poll_that_fails_says_nothing_of_the_job(status: int) -> None:
    assert polled({"error": {"message": "later"}}, status) == Running(f"HTTP {status}")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b"3", b'"SUCCESS"', b"{}", b'{"status": null}'])
def test_a_poll_that_answers_nonsense_says_nothing_of_the_job(body: bytes) -> None:
    assert isinstance(polled(body), Running)
