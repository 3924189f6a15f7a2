"""The trait guarantee over dramas that nobody wrote: every prompt says what is declared, and shows it in order."""

from __future__ import annotations

import io
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from support import Workbench, blocks

from manjuc.calls import ImageCall, VideoCall
from manjuc.digest import Digest, digest_of
from manjuc.spec import bearer
from manjuc.steps import Hit, Step
from manjuc.storyboard import Reel

FRAMINGS = ("特写", "近景", "中景", "全景", "中全景", "大远景", "俯拍", "双人中景", "中境", "medium shot", "Close-Up")
WORDS = st.sampled_from(
    ("银灰短发", "琥珀色", "月白长裙", "玄色劲装", "左眼下一颗泪痣", "半枚羊脂玉", "黑漆金字", "墨绿长衫", "青铜面具")
)
NAMES = ("脸", "发", "眼", "服装", "鞋", "配饰", "纹样")
OWN = ("画风.png", "一.png", "二.png", "三.png")  # an author's own pictures, each with another content
VIDEO = ("grok-video-3", "veo3.1-fast", "sora-2", "kling-v3.0-std-t2v")


def traits(least: int = 1) -> st.SearchStrategy[dict[str, Any]]:
    scoped = st.builds(
        lambda text, framings: {"is": text, "in": framings},
        WORDS,
        st.lists(st.sampled_from(FRAMINGS), min_size=1, max_size=3, unique=True),
    )
    return st.dictionaries(st.sampled_from(NAMES), WORDS | scoped, min_size=least, max_size=4)


@st.composite
def dramas(draw: st.DrawFn) -> dict[str, Any]:
    """A hand-written drama with looks, times of places, props and crowds."""
    people = [f"人{n}" for n in range(draw(st.integers(1, 4)))]
    characters: dict[str, Any] = {}
    for who in people:
        looks = draw(st.dictionaries(st.sampled_from(("常服", "夜行", "囚衣")), traits(), max_size=2))
        characters[who] = {"age": 30, "traits": draw(traits()), **({"looks": looks} if looks else {})}
    characters["看客"] = {"crowd": True, "traits": draw(traits())}
    scenes = {
        place: {"light": "侧光", **({"at": {"夜": {"light": "烛光"}}} if draw(st.booleans()) else {})}
        for place in ("正厅", "后巷")[: draw(st.integers(1, 2))]
    }
    props = {thing: {"traits": draw(traits())} for thing in ("玉佩", "长剑")}
    worn = [who for who in people] + [f"{who}/{look}" for who in people for look in characters[who].get("looks", ())]
    places = [*scenes, *(f"{place}/夜" for place in scenes if "at" in scenes[place])]
    shots = []
    for number in range(draw(st.integers(1, 9))):
        seen = draw(st.lists(st.sampled_from([*worn, "看客"]), max_size=3, unique_by=bearer))
        shots.append(
            {
                "id": f"s{number:02}",
                "seconds": draw(st.sampled_from((1, 1.5, 2.5, 4))),
                "framing": draw(st.sampled_from(FRAMINGS)),
                "scene": draw(st.sampled_from(places)),
                "characters": seen,
                "props": draw(st.lists(st.sampled_from(tuple(props)), max_size=2, unique=True)),
                "action": "风吹过",
                **draw(st.sampled_from(({}, {}, *({"image": file} for file in OWN[1:])))),
            }
        )
    models = {"image": "nano-banana-pro", "video": draw(st.sampled_from(VIDEO))}
    told = {"manju": 1, "theme": "雨夜", "models": models, "characters": characters, "props": props, "scenes": scenes}
    style = {"style": {"look": "水墨", "image": OWN[0]}} if draw(st.booleans()) else {}
    return {**told, **style, "shots": shots}


def png(file: str) -> bytes:
    """A picture in the shape of a film, of a grey of its own."""
    data = io.BytesIO()
    Image.new("L", (720, 1280), 50 * OWN.index(file)).save(data, "PNG")
    return data.getvalue()


PICTURES = {file: png(file) for file in OWN}


@pytest.mark.long
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(dramas())
def test_every_prompt_of_any_drama_says_the_traits_and_shows_the_pictures_of_its_shots(drama: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder) / "d.yaml"
        spec.write_text(yaml.safe_dump(drama, allow_unicode=True, sort_keys=False), encoding="utf-8")
        (Path(folder) / "manjuc.yaml").touch()
        for file, data in PICTURES.items():
            (Path(folder) / file).write_bytes(data)
        bench = Workbench(spec)
        bench.build()
        program, steps = bench.program(), {step.action.id: step for step in bench.plan().steps}
    made: dict[Digest, str] = {
        step.verdict.artifacts[0].blob: id for id, step in steps.items() if isinstance(step.verdict, Hit)
    }
    made |= {digest_of(data): file for file, data in PICTURES.items()}
    for step in steps.values():
        if isinstance(step.action.about, Reel):
            says_its_traits(step, step.action.about)
            assert isinstance(step.call, ImageCall | VideoCall)
            taken = program.spec.models.image if isinstance(step.call, ImageCall) else program.spec.models.video
            shown = [made[ref.blob] for ref in step.call.references]  # type: ignore[union-attr]
            assert shown == pictures(step.action.about, drama)[: taken.references]


def says_its_traits(step: Step, reel: Reel) -> None:
    """Each shot has a block of the prompt, and each trait that its framing can show stands in it, and no other."""
    assert isinstance(step.call, ImageCall | VideoCall)
    for shot, panel, block in zip(reel.shots, reel.panels, blocks(step.action.stage, step.call.prompt), strict=True):
        assert tuple(person.character.id for person in panel.people) == shot.characters
        assert tuple(prop.id for prop in panel.props) == shot.props
        for person in panel.people:
            said = re.search(rf"人物：{person.name}（([^）]*)）", block)
            mine = [f"{trait.name}：{trait.text}" for trait in person.character.traits_in(shot.framing)]
            assert (said[1].split("｜") if said else []) == mine
        for prop in panel.props:
            assert all(f"{trait.name}：{trait.text}" in block for trait in prop.traits)


def pictures(reel: Reel, drama: dict[str, Any]) -> list[str]:
    """Who, which things, where: each once, in the order of appearance; then the style, and the shots' own pictures."""
    people = [f"characters/{who}/three_views" for shot in reel.shots for who in shot.characters if who != "看客"]
    things = [f"props/{thing}/prop" for shot in reel.shots for thing in shot.props]
    places = [f"scenes/{shot.scene}/scene" for shot in reel.shots]
    style = [OWN[0]] if "style" in drama else []
    shown = {shot["id"]: shot.get("image") for shot in drama["shots"]}
    cells = [shown[shot.id] for shot in reel.shots if shown[shot.id]]
    return [*dict.fromkeys([*people, *things, *places]), *style, *cells]
