"""Prompts that are too long: told from the first letter too many, though most prompts are never rendered for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manjuc import project, prompts, weights
from manjuc.document import Document
from manjuc.graph import Results
from manjuc.models import Model, PromptLimit, Unit
from manjuc.scales import Scales
from manjuc.spec import (
    Character,
    Episode,
    EpisodeId,
    Format,
    Limits,
    Models,
    Prop,
    Range,
    Say,
    Scene,
    Script,
    Shot,
    ShotId,
    Spec,
    Style,
    Trait,
    Voice,
)
from manjuc.stages import clip, contact_sheet
from manjuc.storyboard import Reel

TEMPLATES = project.templates(None)
DIALECTS = sorted({name.split(".")[1] for name in TEMPLATES if name.startswith("clip.")})
RENDER = prompts.renderer(TEMPLATES)
TEXTS = st.sampled_from(("雨", "雨夜里的一盏灯", "大特写", "x", "She turns around.", "黑" * 30))
WORDS = st.just("") | TEXTS
NONE = Range(0, 0)


def some(of: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(of, max_size=most).map(tuple)


@st.composite
def dramas(draw: st.DrawFn) -> Spec:
    """A written drama of which prompts say as much as they can."""
    traits = some(st.builds(Trait, TEXTS, TEXTS), 4)
    people = tuple(
        Character(f"c{n}", draw(TEXTS), traits=draw(traits), base="c0" if n else "", look="雨衣" if n else "")
        for n in range(3)
    )
    scenes = tuple(Scene(f"p{n}", draw(TEXTS), draw(WORDS), draw(WORDS), time=draw(WORDS)) for n in range(2))
    props = tuple(Prop(f"t{n}", draw(TEXTS), draw(traits), draw(WORDS)) for n in range(2))
    heard = (*people, Character("n", "旁白", seen=False))
    who = st.sampled_from([each.id for each in people])
    shots = st.builds(
        Shot,
        id=st.just(ShotId("")),
        milliseconds=st.sampled_from((100, 1_000, 12_300)),
        scene=st.sampled_from([each.id for each in scenes]),
        action=TEXTS,
        framing=st.sampled_from(("特写", "大全景", "主观")),
        camera=st.sampled_from(("移", "手持", "x")),
        visuals=WORDS,
        characters=st.lists(who, unique=True).map(tuple),
        say=some(
            st.builds(Say, st.sampled_from([each.id for each in heard]), TEXTS, st.sampled_from(get_args(Voice))), 4
        ),
        props=st.lists(st.sampled_from([each.id for each in props]), unique=True).map(tuple),
        standing=some(st.tuples(who, st.sampled_from(("左", "中", "右", "窗边"))), 2),
        note=WORDS,
    )
    written = tuple(
        replace(shot, id=ShotId(f"s{n}")) for n, shot in enumerate(draw(st.lists(shots, min_size=1, max_size=9)))
    )
    references = draw(st.sampled_from((0, 3, 9)))
    video = Model("v", "video", durations=(600_000,), prompt=draw(st.sampled_from(DIALECTS)), references=references)
    image = Model("i", "image", references=references, aspect_ratios=("16:9", "1:1"))
    return Spec(
        title="",
        theme="",
        language=draw(st.sampled_from(("zh-CN", "en"))),
        style=Style(draw(WORDS), draw(some(TEXTS, 3)), draw(some(TEXTS, 3))),
        format=Format(),
        models=Models(Model("t", "text"), image, video),
        limits=Limits(NONE, NONE, NONE, NONE),
        characters=heard,
        scenes=scenes,
        props=props,
        episodes=(Episode(EpisodeId("e"), Script("", "", written)),),
    )


def sizes(stage: Any, spec: Spec, results: Results, limit: PromptLimit) -> Iterator[int]:
    for action in stage.actions(spec, results):
        yield limit.size_of(stage.call(action, spec, results, RENDER).prompt)


def told(spec: Spec, results: Results) -> bool:
    """Whether some prompt is said to be too long."""
    sent = weights.Sent(spec, Document.of({}, "drama.yaml"), {}, TEMPLATES, own=False)
    return "MJ0452" in [found.code for found in weights.check(sent, results)]


@pytest.mark.long
@settings(derandomize=True, max_examples=150)
@given(spec=dramas(), unit=st.sampled_from(get_args(Unit)), kind=st.sampled_from(("image", "video")))
def test_a_prompt_is_known_to_fit_before_it_is_rendered(spec: Spec, unit: Unit, kind: str) -> None:
    """Of a clip of one shot without pictures, to the letter; of others, never where it does not."""
    results = Results({}, {episode.id: episode.script for episode in spec.episodes if episode.script})
    stage: Any = clip if kind == "video" else contact_sheet
    for action in stage.actions(spec, results):
        reel = action.about
        assert isinstance(reel, Reel)
        size = PromptLimit(0, unit).size_of(stage.call(action, spec, results, RENDER).prompt)
        exact = len(reel.panels) == 1 and not getattr(spec.models, kind).references
        for most in (size - 1, size):
            model = replace(getattr(spec.models, kind), prompt_limit=PromptLimit(most, unit))
            fits = Scales(stage, replace(spec, models=replace(spec.models, **{kind: model})), model, TEMPLATES, RENDER)
            assert fits.fits(reel) <= (most >= size)
            assert fits.fits(reel) == (most >= size) or not exact


@pytest.mark.long
@settings(derandomize=True, max_examples=150)
@given(spec=dramas(), unit=st.sampled_from(get_args(Unit)), kind=st.sampled_from(("image", "video")))
def test_a_prompt_is_told_as_soon_as_it_is_one_letter_too_long(spec: Spec, unit: Unit, kind: str) -> None:
    results = Results({}, {episode.id: episode.script for episode in spec.episodes if episode.script})
    stage = clip if kind == "video" else contact_sheet
    longest = max(sizes(stage, spec, results, PromptLimit(0, unit)))
    for most in (longest, longest - 1):
        model = replace(getattr(spec.models, kind), prompt_limit=PromptLimit(most, unit))
        limited = replace(spec, models=replace(spec.models, **{kind: model}))
        assert told(limited, results) == (most < longest)
