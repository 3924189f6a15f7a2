"""A misbehaving relay on a real socket, with projects of one text, one image or one video call to build against it."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from serving import KEY, MINI, MODELS, SPEC, laid_out, listening, no_time
from talking import talk_to

from manjuc import facts, project, prompts
from manjuc.calls import Call, ImageCall, TextCall, VideoCall
from manjuc.dialects import DIALECTS
from manjuc.models import Kind, Model
from manjuc.preview import animatic, jobs
from manjuc.preview.app import PreviewRelay
from manjuc.preview.faults import Misbehaving
from manjuc.preview.painters import Painters
from manjuc.selection import Selection

FACTS = """
models:
  gemini-3-flash-preview-nothinking: {timeout: 0.5}
  nano-banana-2:
    timeout: 0.5
    pace: {first: 0.1, then: 0.1, most: 0.2, deadline: 2}
  sora-2:
    timeout: 0.5
    durations: [2]
    price: {durations: {"2": 0.33}}
    pace: {first: 0.1, then: 0.1, most: 0.2, deadline: 2}
"""
SCRIPT = """
manju_script: 1
title: 校徽
logline: 林澈在雨夜捡到一枚会发光的校徽。
shots:
  - {id: s01, seconds: 1, scene: corridor, framing: 全景, characters: [linche], action: 走进走廊}
  - {id: s02, seconds: 1, scene: corridor, framing: 特写, characters: [linche], action: 捡起校徽}
"""
ACTION: dict[Kind, str] = {"text": "mini/script", "image": "scenes/corridor/scene", "video": "mini/s01/clip"}


def speaks(name: str) -> bool:
    """True where the preview relay knows the addresses of a dialect."""
    dialect, known = DIALECTS[name], facts.models(Path("/"))
    calls: dict[str, Call] = {
        "gemini-3-flash-preview-nothinking": TextCall("gemini-3-flash-preview-nothinking", "s", (), 1),
        "nano-banana-2": ImageCall("nano-banana-2", "p", "16:9", "1K"),
        "sora-2": VideoCall("sora-2", "p", "16:9", 10_000),
    }
    paths = {dialect.submit(call, known[model]).path for model, call in calls.items()}

    async def ask(client: httpx.AsyncClient) -> bool:
        return 404 not in [(await client.post(path, json={"model": "none"})).status_code for path in paths]

    return talk_to(PreviewRelay(Path("/nowhere"), models=frozenset()), ask)


class Theatre:
    """A relay on a socket whose application can be exchanged between two requests."""

    def __init__(self) -> None:
        self.url = ""
        self.models: dict[str, Model] = {}
        self.app: Callable[[Any, Any, Any], Any] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)

    def opened(self, inner: PreviewRelay) -> Misbehaving:
        """A new bad relay around one that draws, with no fault yet, and its books at zero."""
        self.app = relay = Misbehaving(inner, (), self.models, sleep=no_time)
        return relay


@contextlib.contextmanager
def theatre() -> Iterator[Theatre]:
    """A socket on which a relay may be played."""
    it = Theatre()
    with listening(it) as it.url:
        yield it


def paid_relay(folder: Path) -> PreviewRelay:
    """The preview under the tutorial's names, asking for a key."""
    return PreviewRelay(folder, models=MODELS, key=KEY)


@contextlib.contextmanager
def drawn_once() -> Iterator[None]:
    """Pictures, clips, compiled templates and certificates are made once: here it is not their making that counts."""
    pictures: dict[Any, bytes] = {}
    clips: dict[Any, bytes] = {}
    paint, animate = Painters.paint, animatic.make_animatic

    async def painted(self: Painters, svg: str, zoom: float = 1) -> bytes:
        if (svg, zoom) not in pictures:
            pictures[svg, zoom] = await paint(self, svg, zoom)
        return pictures[svg, zoom]

    async def animated(prompt: str, ratio: str, milliseconds: int, painters: Painters, tell: Any, own: Any) -> bytes:
        key = (prompt, ratio, milliseconds, tuple(own.items()))
        if key not in clips:
            clips[key] = await animate(prompt, ratio, milliseconds, painters, tell, own)
        return clips[key]

    renderers: dict[Any, Any] = {}
    renderer, trusted = prompts.renderer, ssl.create_default_context()

    def rendering(templates: Mapping[str, str]) -> Any:
        return renderers.setdefault(tuple(templates.items()), renderer(templates))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prompts, "renderer", rendering)
        patch.setattr(ssl, "create_default_context", lambda *_, **__: trusted)
        patch.setattr(Painters, "paint", painted)
        patch.setattr(jobs, "make_animatic", animated)
        yield


def staged(root: Path, kind: Kind, facts: str = FACTS) -> tuple[Path, Selection]:
    """A project in which one call of a kind is to be made, and what to build for it."""
    script = "" if kind == "text" else "script: mini.script.yaml\n"
    laid_out(root, MINI + script, facts)
    if script:
        (root / "specs/mini.script.yaml").write_text(SCRIPT, encoding="utf-8")
    stage = ACTION[kind].rpartition("/")[2]
    return root / SPEC, Selection((ACTION[kind],), stage)


def models_of(spec: Path) -> dict[str, Model]:
    """What a project knows of models."""
    return dict(facts.models(project.find(str(spec)).root))
