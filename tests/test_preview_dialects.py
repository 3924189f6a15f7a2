"""The preview relay in the words of the other dialects: forms, jobs for pictures, clips behind the key."""

from __future__ import annotations

import base64
import io
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from talking import progress, talk_to

from manjuc import bodies, facts
from manjuc.calls import Call, ImageCall, Ref, VideoCall
from manjuc.contracts import Dialect, field_names, picture_call
from manjuc.dialects import DIALECTS
from manjuc.digest import digest_of
from manjuc.models import Model
from manjuc.preview.app import PreviewRelay
from manjuc.preview.faults import Fault, Misbehaving
from manjuc.preview.forms import read_form
from manjuc.preview.speech import milliseconds_of, prompt_of, ratio_of, size_of
from manjuc.wire import Finished, Form, HttpResponse, Inline, Refused, Running, Ticket

KEY = "sk-test-key-of-a-preview"
SHOT = "Shot {}:\nduration: 1.0sec\nScene: 动作：空无一人；景别：大全景；机位：固定；场景：街道；色调：朱红"
STORYBOARD = f"{SHOT.format(1)}\n\n{SHOT.format(2)}"
SCENE = "生成一张图片：漫剧的空场景设定图，画面里没有任何人物。\n\n场景：走廊\n色调：蓝紫\n"
MODEL = {"model": "preview/m", "prompt": STORYBOARD}
PICTURE = {"model": "preview/m", "prompt": SCENE}
DRAWN = ImageCall("preview/m", SCENE, "16:9", "1K")
FILE = ("image", ("a.png", b"\x89PNG\r\n--x\r\n\r\n", "image/png"))


async def finished(client: httpx.AsyncClient, id: str) -> dict[str, Any]:
    """How a job ends; until then it has no result."""
    while True:
        state = (await client.get(f"/v1/videos/{id}")).json()
        if state["status"] in ("completed", "failed"):
            return dict(state)
        assert state["status"] in ("queued", "in_progress")
        assert "metadata" not in state
        await progress()


def size_of_picture(content: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(content)) as image:
        return image.size


def form_of(fields: dict[str, str]) -> list[tuple[str, Any]]:
    return [(name, (None, value)) for name, value in fields.items()]


def test_a_clip_is_ordered_as_json_or_as_a_form_and_is_the_same_clip(tmp_path: Path) -> None:
    async def talk(client: httpx.AsyncClient) -> None:
        body = {**MODEL, "seconds": "2", "metadata": {"ratio": "9:16"}}
        by_json = (await client.post("/v1/videos", json=body)).json()
        fields = form_of({**MODEL, "seconds": "2", "size": "720x1280"})
        by_form = (await client.post("/v1/videos", files=fields)).json()
        assert by_json["object"] == by_form["object"] == "video"
        assert by_json["id"] != by_form["id"]
        first, second = [await finished(client, job["id"]) for job in (by_json, by_form)]
        assert first["progress"] == 100
        linked = (await client.get(first["metadata"]["url"])).content
        content = await client.get(f"/v1/videos/{second['id']}/content")
        assert content.headers["content-type"] == "video/mp4"
        assert linked == content.content

    talk_to(PreviewRelay(tmp_path), talk)


def test_a_clip_that_is_not_ready_cannot_be_fetched(tmp_path: Path) -> None:
    async def talk(client: httpx.AsyncClient) -> None:
        job = (await client.post("/v1/videos", json={**MODEL, "seconds": "2"})).json()
        early = await client.get(f"/v1/videos/{job['id']}/content")
        assert (early.status_code, early.json()["error"]["code"]) == (400, "video_not_ready")
        assert (await client.get("/v1/videos/preview-none/content")).status_code == 404
        assert (await client.get("/v1/videos/preview-none")).status_code == 404

    talk_to(PreviewRelay(tmp_path), talk)


def test_content_lies_behind_the_key(tmp_path: Path) -> None:
    async def talk(client: httpx.AsyncClient) -> None:
        headers = {"authorization": f"Bearer {KEY}"}
        job = (await client.post("/v1/videos", json={**MODEL, "seconds": "1"}, headers=headers)).json()
        assert (await client.get(f"/v1/videos/{job['id']}/content")).status_code == 401
        assert (await client.get(f"/v1/videos/{job['id']}/content", headers=headers)).status_code in (200, 400)

    talk_to(PreviewRelay(tmp_path, key=KEY), talk)


def test_pictures_are_edited_by_a_form_with_files(tmp_path: Path) -> None:
    async def talk(client: httpx.AsyncClient) -> None:
        fields = form_of({**PICTURE, "size": "1024x576", "n": "1"})
        edited = (await client.post("/v1/images/edits", files=[*fields, FILE, FILE])).json()
        plain = (await client.post("/v1/images/generations", json={**PICTURE, "aspect_ratio": "16:9"})).json()
        assert edited == plain, "the same drawing, whatever goes along"

    talk_to(PreviewRelay(tmp_path), talk)


def test_a_picture_is_made_later_where_that_is_asked_for(tmp_path: Path) -> None:
    async def talk(client: httpx.AsyncClient) -> None:
        body = {**PICTURE, "aspect_ratio": "1:1", "image_size": "2K"}
        task = (await client.post("/v1/images/generations?async=true", json=body)).json()["task_id"]
        told = (await client.get(f"/v1/images/tasks/{task}")).json()
        assert (told["code"], told["data"]["status"]) == ("success", "SUCCESS")
        picture = (await client.get(told["data"]["data"]["data"][0]["url"])).content
        assert size_of_picture(picture) == (2048, 2048)
        assert (await client.get(f"/v1/videos/{task}")).status_code == 404, "a picture's job is no clip's"

    talk_to(PreviewRelay(tmp_path), talk)


def test_new_api_makes_every_picture_a_job(tmp_path: Path) -> None:
    async def talk(client: httpx.AsyncClient) -> None:
        body = {**PICTURE, "n": 1, "size": "9:16", "images": ["data:image/png;base64,AA=="]}
        answer = (await client.post("/v1/image/generations", json={**body, "metadata": {"resolution": "1k"}})).json()
        task = answer["data"]["task_id"]
        assert answer["data"]["status"] == "NOT_START"
        told = (await client.get(f"/v1/image/generations/{task}")).json()["data"]
        assert told["status"] == "SUCCESS"
        assert told["result_url"] == told["data"]["content"]["image_url"]
        wide, high = size_of_picture((await client.get(told["result_url"])).content)
        assert high > wide

    talk_to(PreviewRelay(tmp_path), talk)


ORDERS: dict[str, tuple[str, str]] = {  # where a dialect's pictures are ordered as jobs, and polled
    "whatai": ("/v1/images/generations?async=true", "/v1/images/tasks"),
    "newapi": ("/v1/image/generations", "/v1/image/generations"),
}


async def ordered(client: httpx.AsyncClient, dialect: str) -> str:
    """The id of a picture's job, as a dialect reads it."""
    answer = await client.post(ORDERS[dialect][0], json={**PICTURE, "size": "16:9"})
    ticket = DIALECTS[dialect].submitted(DRAWN, read_answer(answer))
    assert isinstance(ticket, Ticket)
    return ticket.task


def read_answer(answer: httpx.Response) -> HttpResponse:
    return HttpResponse(answer.status_code, answer.headers["content-type"], answer.content)


@pytest.mark.parametrize("dialect", ORDERS)
def test_what_is_polled_and_fetched_is_known_by_its_job(tmp_path: Path, dialect: str) -> None:
    relay = Misbehaving(PreviewRelay(tmp_path))

    async def talk(client: httpx.AsyncClient) -> None:
        task = await ordered(client, dialect)
        told = (await client.get(f"{ORDERS[dialect][1]}/{task}")).text
        await client.get(re.findall(r"http://relay.test(/files/[^\"?]+)", told)[0])
        clip = (await client.post("/v1/videos", json={**MODEL, "seconds": "1"})).json()["id"]
        for path in (f"/v1/videos/{clip}", f"/v1/videos/{clip}/content", f"/v2/videos/generations/{clip}"):
            await client.get(path)
        await client.get(f"/v1/videos/{task}")
        await client.get(f"{ORDERS[dialect][1]}/preview-nobody")
        for path in ("/api/usage/token", "/v1/models"):
            await client.get(path)
        heard = [(line.asked.on, line.asked.kind) for line in relay.account.lines if line.asked.on != "submit"]
        assert heard == [
            *(("poll", "image"), ("download", "image")),
            *(("poll", "video"), ("download", "video"), ("poll", "video")),
            *(("poll", "image"), ("poll", "image")),
            *(("question", None), ("question", None)),
        ]
        assert [line.task for line in relay.account.lines if line.taken] == [task, clip]

    talk_to(relay, talk)


@pytest.mark.parametrize("dialect", ORDERS)
def test_a_fault_of_a_picture_that_is_polled_waits_for_a_picture(tmp_path: Path, dialect: str) -> None:
    relay = Misbehaving(PreviewRelay(tmp_path))

    async def talk(client: httpx.AsyncClient) -> None:
        relay.play(Fault("job_failed", "poll", "image"), Fault("error_502", "poll", "image"))
        task = await ordered(client, dialect)
        assert (await client.get("/api/usage/token")).status_code == 404
        clip = (await client.post("/v1/videos", json={**MODEL, "seconds": "1"})).json()["id"]
        assert (await client.get(f"/v1/videos/{clip}")).json()["status"] in ("queued", "in_progress")
        polled = [
            DIALECTS[dialect].polled(
                Ticket(task, "image"), read_answer(await client.get(f"{ORDERS[dialect][1]}/{task}"))
            )
            for _ in range(3)
        ]
        assert polled[:2] == [Refused("failed", "generate timeout"), Running("HTTP 502")]
        assert isinstance(polled[2], Finished)

    talk_to(relay, talk)


@pytest.mark.parametrize("dialect", ORDERS)
def test_a_pictures_job_may_be_known_by_a_bare_number(tmp_path: Path, dialect: str) -> None:
    relay = Misbehaving(PreviewRelay(tmp_path))

    async def talk(client: httpx.AsyncClient) -> None:
        relay.play(Fault("bare_number_id", "submit", "image"))
        task = await ordered(client, dialect)
        assert int(task) > 2**53
        answer = read_answer(await client.get(f"{ORDERS[dialect][1]}/{task}"))
        assert isinstance(DIALECTS[dialect].polled(Ticket(task, "image"), answer), Finished)
        assert relay.account.lines[-1].asked.kind == "image"

    talk_to(relay, talk)


def test_a_picture_is_no_clip_wherever_it_is_asked_for(tmp_path: Path) -> None:
    async def talk(client: httpx.AsyncClient) -> None:
        task = (await client.post("/v1/images/generations?async=true", json=PICTURE)).json()["task_id"]
        assert (await client.get(f"/v1/videos/{task}/content")).status_code == 404
        for picture in (tmp_path / "files").glob("*.png"):
            picture.unlink()
        told = (await client.get(f"/v1/images/tasks/{task}")).json()["data"]
        assert told["action"] == "preview-image"
        assert not list((tmp_path / "files").glob("*.mp4")), "a picture that is gone is not made again as a clip"

    talk_to(PreviewRelay(tmp_path), talk)


def test_a_talk_with_pictures_in_it_is_answered_with_a_picture(tmp_path: Path) -> None:
    async def talk(client: httpx.AsyncClient) -> None:
        image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
        content = [{"type": "text", "text": SCENE}, image]
        extra = {"extra_body": {"google": {"image_config": {"aspect_ratio": "1:1", "image_size": "2K"}}}}
        body = {"model": "preview/m", "messages": [{"role": "user", "content": content}], **extra}
        said = (await client.post("/v1/chat/completions", json=body)).json()["choices"][0]["message"]["content"]
        url = said.removeprefix("![image](").removesuffix(")")
        assert size_of_picture((await client.get(url)).content) == (2048, 2048)

    talk_to(PreviewRelay(tmp_path), talk)


@pytest.mark.parametrize(
    ("body", "ratio", "size"),
    [
        ({"aspect_ratio": "16:9", "image_size": "2K"}, "16:9", "2K"),
        ({"size": "16:9", "metadata": {"resolution": "4k"}}, "16:9", "4K"),
        ({"size": "1152x2048"}, "9:16", "2K"),
        ({"size": "16x9"}, "16:9", "1K"),
        ({"size": "3840x2160"}, "16:9", "4K"),
        ({"metadata": {"ratio": "3:4"}}, "3:4", ""),
        ({"metadata": 7, "size": 1}, "", ""),
        ({"ratio": "9:21", "resolution": "720P"}, "9:21", "720P"),
        ({"input": {"ratio": "3:4"}, "parameters": {"resolution": "2k"}}, "3:4", "2K"),
        ({"aspect_ratio": None, "metadata": {"aspect_ratio": ["16:9"], "ratio": "4:3"}}, "4:3", ""),
        ({}, "", ""),
    ],
)
def test_shape_and_size_are_read_in_every_spelling(body: dict[str, Any], ratio: str, size: str) -> None:
    assert (ratio_of(body), size_of(body)) == (ratio, size)


SHEET = Ref(digest_of(b"sheet"), "image/png")


def body_of(dialect: Dialect, call: Call, model: Model) -> dict[str, Any]:
    """A request of the compiler's as this relay reads it."""
    body = dialect.submit(call, model).body
    assert body is not None
    content = bodies.encode(body, lambda blob: b"sheet")
    if isinstance(body, Form):
        return read_form(content, bodies.content_type(body))
    found: dict[str, Any] = json.loads(content)
    return found


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
@pytest.mark.parametrize("model", facts.models(Path("/")).values(), ids=lambda it: it.name)
def test_every_model_of_the_catalogue_is_understood_in_every_dialect(model: Model, dialect: Dialect) -> None:
    shape, pictures = (model.aspect_ratios or ("16:9",))[-1], (SHEET,) * min(2, model.references)
    if model.kind == "image":
        call: Call = picture_call(model, SCENE, shape, pictures if model.references_by != "chat" else ())
    elif model.kind == "video":
        says_length = model.spells_duration != "never"
        named = field_names(model, size=model.size, references=pictures, says_length=says_length)
        call = VideoCall(
            model.name, SCENE, shape, model.durations[-1], references=pictures, size=model.size,
            sound=model.sound, says_length=says_length, fields=named,
        )  # fmt: skip
        length = milliseconds_of(body_of(dialect, call, model))
        assert length == (call.milliseconds if says_length else 10_000)
    else:
        return
    body = body_of(dialect, call, model)
    assert prompt_of(body) == SCENE.strip()
    wide, high = (int(side) for side in ratio_of(body).split(":"))
    across, down = (int(side) for side in shape.split(":"))
    assert wide * down == pytest.approx(high * across, rel=0.05)  # whole blocks of pixels bend it a little


def test_pictures_that_go_along_with_a_clip_change_nothing_in_it(tmp_path: Path) -> None:
    async def talk(client: httpx.AsyncClient) -> None:
        image = "data:image/png;base64,AA=="
        part = {"type": "image_url", "image_url": {"url": image}, "role": "reference_image"}
        orders: list[tuple[str, dict[str, Any]]] = [
            ("/v1/videos", {"seconds": "1", "metadata": {"ratio": "9:16"}}),
            ("/v1/videos", {"seconds": "1", "metadata": {"ratio": "9:16", "content": [part, part]}}),
            ("/v1/videos", {"duration": 1, "ratio": "9:16", "images": [image]}),
            ("/v2/videos/generations", {"duration": 1, "ratio": "9:16", "resolution": "720P", "images": [image]}),
            ("/v2/videos/generations", {"duration": 1, "aspect_ratio": "9:16", "image_url": image}),
        ]
        made = set()
        for place, more in orders:
            answer = (await client.post(place, json={**MODEL, **more})).json()
            state = await finished(client, answer.get("id") or answer["task_id"])
            made.add(state["metadata"]["url"])
        assert len(made) == 1

    talk_to(PreviewRelay(tmp_path), talk)


# Forms


def read(content: bytes, boundary: str = "x") -> dict[str, Any]:
    return read_form(content, f"multipart/form-data; boundary={boundary}")


def test_what_the_compiler_sends_is_what_the_relay_reads() -> None:
    files = {digest_of(data): data for data in (b"\r\n--manjuc-\r\n", b"", bytes(range(256)))}
    images = [("image", Inline(Ref(blob, "image/png"))) for blob in files]
    form = Form((("model", "m"), ("prompt", '雨夜\r\n第二行 "引号"'), *images))
    content = bodies.encode(form, lambda blob: files[blob])
    assert read_form(content, bodies.content_type(form)) == {
        "model": "m",
        "prompt": '雨夜\r\n第二行 "引号"',
        "image": [f"data:image/png;base64,{base64.b64encode(data).decode()}" for data in files.values()],
    }


def test_what_another_client_sends_is_read_alike() -> None:
    request = httpx.Request("POST", "http://relay.test", files=[*form_of({"model": "m"}), FILE])
    found = read_form(request.read(), request.headers["content-type"])
    assert found == {"model": "m", "image": [f"data:image/png;base64,{base64.b64encode(FILE[1][1]).decode()}"]}


@given(st.text(st.characters(codec="utf-8"), max_size=50), st.binary(max_size=200))
def test_every_text_and_every_file_comes_back(text: str, data: bytes) -> None:
    form = Form((("prompt", text), ("image", Inline(Ref(digest_of(data), "image/jpeg")))))
    found = read_form(bodies.encode(form, lambda _: data), bodies.content_type(form))
    assert found == {"prompt": text, "image": [f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"]}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"--x--",
        b"--x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1',
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x',
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--more',
        b'preamble\r\n--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--',
        b'--xContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--',
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n1\r\n--x--',
        b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--x--',
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 2 + b"--x--",
    ],
)
def test_a_form_that_is_none_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        read(content)

    async def talk(client: httpx.AsyncClient) -> None:
        headers = {"content-type": "multipart/form-data; boundary=x"}
        answer = await client.post("/v1/videos", content=content, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_form")

    talk_to(PreviewRelay(tmp_path), talk)


def test_a_form_without_a_boundary_is_refused() -> None:
    with pytest.raises(ValueError, match="boundary"):
        read_form(b"--x--", "multipart/form-data")


def test_base64_is_asked_for_in_a_form_as_well(tmp_path: Path) -> None:
    async def talk(client: httpx.AsyncClient) -> None:
        fields = form_of({**PICTURE, "response_format": "b64_json"})
        answer = (await client.post("/v1/images/edits", files=[*fields, FILE])).json()
        assert base64.b64decode(answer["data"][0]["b64_json"]).startswith(b"\x89PNG")

    talk_to(PreviewRelay(tmp_path), talk)
