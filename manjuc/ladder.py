"""The degradation ladder: each rung asks for less, by simpler words from the same templates.

A rung changes the drama that a call is made from, never the text of a prompt: so every fixed trait still stands in it,
and the plan shows the whole of what will be sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import assert_never

from manjuc.graph import Action
from manjuc.policy import Policy, Rung
from manjuc.spec import Scene, Spec, Style
from manjuc.steps import Declined, Failure, Rejected
from manjuc.storyboard import Panel, Reel

Words = Mapping[str, str]
_REFUSED_FOR_GOOD = ("auth", "balance", "model")  # asking for less does not help


def rungs(policy: Policy, failure: Failure) -> tuple[Rung, ...]:
    """The rungs that are declared for this kind of failure, first to last."""
    match failure:
        case Declined(why="moderation"):
            return policy.moderation
        case Declined(why=why):
            return () if why in _REFUSED_FOR_GOOD else policy.technical
        case Rejected():
            return policy.technical


def left(policy: Policy, taken: tuple[Rung, ...]) -> int:
    """The most calls that rungs may still add to one."""
    return max(sum(rung not in taken for rung in ladder) for ladder in (policy.moderation, policy.technical))


def step_down(action: Action, spec: Spec, rung: Rung, milder: Words) -> tuple[Action, Spec]:
    """The drama as a rung has it. `milder` maps sensitive words to others."""
    match rung:
        case "no_hd":
            return action, replace(spec, format=replace(spec.format, hd=False))
        case "shorten":
            about = _each(action.about, _short_panel, _short_scene)
            style = Style(look=spec.style.look, avoid=spec.style.avoid)
            return replace(action, about=about), replace(spec, style=style)
        case "soften":
            about = _each(action.about, partial(_soft_panel, milder), partial(_soft_scene, milder))
            return replace(action, about=about), spec
        case _:
            assert_never(rung)


def _each(about: object, panel: Callable[[Panel], Panel], scene: Callable[[Scene], Scene]) -> object:
    """What an action is about, with its panels or its scene changed; characters stay: their traits are fixed."""
    match about:
        case Reel():
            return replace(about, panels=tuple(map(panel, about.panels)))
        case Scene():
            return scene(about)
        case _:
            return about


def _short_panel(panel: Panel) -> Panel:
    return replace(panel, visuals="", scene=_short_scene(panel.scene))


def _short_scene(scene: Scene) -> Scene:
    return replace(scene, tone="", props=scene.props[:2])


def _soft_panel(milder: Words, panel: Panel) -> Panel:
    action, visuals = _soft(milder, panel.action), _soft(milder, panel.visuals)
    return replace(panel, action=action, visuals=visuals, scene=_soft_scene(milder, panel.scene))


def _soft_scene(milder: Words, scene: Scene) -> Scene:
    props = tuple(_soft(milder, prop) for prop in scene.props)
    return replace(scene, light=_soft(milder, scene.light), tone=_soft(milder, scene.tone), props=props)


def _soft(milder: Words, text: str) -> str:
    for word in sorted(milder, key=len, reverse=True):
        text = text.replace(word, milder[word])
    return text
