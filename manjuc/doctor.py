"""Looks at everything that a paid build rests on, and says what is wrong with it. Asks only what costs nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from email.utils import parsedate_to_datetime
from pathlib import Path

from manjuc import facts, frontend, media, project
from manjuc.dialects import DIALECTS
from manjuc.errors import CallRefused, MediaFailed, SpecRefused, UsageError
from manjuc.models import PREVIEW, Model
from manjuc.relay import NotSent, Relay, Unanswered
from manjuc.settings import Given
from manjuc.symptoms import (
    Finding,
    is_documentation,
    of_address,
    of_answer,
    of_key,
    of_models,
    of_silence,
    offered,
    origin_of,
)
from manjuc.wire import HttpResponse
from manjuc.words import heard, say

_MODELS = "/v1/models"
_PATIENCE = 15.0  # seconds
_CLOCK = 300.0  # seconds by which clocks may differ

Offer = tuple[str, ...] | None


def examine(root: Path, specs: Iterable[str]) -> Iterator[Finding]:
    """Everything, in the order in which it is mended: this machine, key, address, relay, models."""
    yield from asyncio.run(_machine())
    given = facts.given(root)
    unread = any(slip.variable == "MANJUC_API_KEY" for slip in given.slips)
    yield from (Finding("problem", slip.what, slip.todo) for slip in given.slips)
    key = () if unread else tuple(of_key(given.key.value))
    documentation = facts.names()["documentation"]
    address = tuple(of_address(given.base_url, documentation))
    yield from (*key, *address)
    yield from _dialect(given)
    bare = not given.key.value
    if (unread or any(finding.level == "problem" for finding in key)) and not (bare and given.chosen):
        return  # a key that cannot be right need not be shown to anyone
    wrong = any(finding.level == "problem" for finding in address)
    if wrong and is_documentation(given.base_url, documentation):
        return
    found, names = asyncio.run(_ask(given, wrong=wrong))
    yield from found
    if names is not None:
        yield from _models(root, specs, names)


def _dialect(given: Given) -> Iterator[Finding]:
    if given.dialect not in DIALECTS:
        what = say("there is no dialect `{}`", given.dialect)
        todo = say("write one of {}, in MANJUC_DIALECT or `relay` in manjuc.yaml", tuple(DIALECTS))
        yield Finding("problem", what, todo)


async def _machine() -> list[Finding]:
    """What films need on this machine."""
    found = []
    try:
        await media.ffmpeg(["-version"], Path.cwd())
        found.append(Finding("ok", say("ffmpeg is there")))
    except (MediaFailed, OSError, RuntimeError) as error:
        todo = say("install the package imageio-ffmpeg anew, or set IMAGEIO_FFMPEG_EXE to an ffmpeg")
        found.append(Finding("problem", say("ffmpeg does not run: {}", heard(str(error))), todo))
    if media.font_file().is_file():
        found.append(Finding("ok", say("the font for subtitles is there")))
    else:
        todo = say("install pylopdf-fonts-zh-cn anew")
        found.append(Finding("problem", say("the font for subtitles is missing"), todo))
    return found


async def _ask(given: Given, *, wrong: bool) -> tuple[list[Finding], Offer]:
    """What the relay says to a GET. Where the address is wrong or leads nowhere, what its host says instead."""
    try:
        origin = origin_of(given.base_url)
    except ValueError:
        return [], None
    if not wrong:
        found, names = await _look(given, given.base_url)
        if names is not None or given.base_url == origin or found[0].level == "ok":
            return found, names
    elif given.base_url == origin:
        return [], None  # nothing better to try
    instead, names = await _look(given, origin)
    if names is not None:
        better = Finding("ok", say("the relay answers at {}", origin))
        todo = say("write {}: the relay answers there", origin)
        return ([better] if wrong else [replace(found[0], todo=todo)]), names
    return (instead if wrong else found), None


async def _look(given: Given, base_url: str) -> tuple[list[Finding], Offer]:
    try:
        relay = Relay(base_url, given.key.value)
    except UsageError as error:
        return [Finding("problem", error.words)], None
    try:
        response = await relay.ask(_MODELS, _PATIENCE)
    except (NotSent, Unanswered) as error:
        return [of_silence(str(error), origin_of(base_url), given.proxies)], None
    finally:
        await relay.close()
    shown = replace(response, body=relay.redact(response.text).encode())
    finding = of_answer(shown, with_key=bool(given.key.value))
    return [finding, *_clock(response)], offered(response)


def _clock(response: HttpResponse) -> Iterator[Finding]:
    """A clock that is wrong spoils encrypted connections and signed links."""
    try:
        there = parsedate_to_datetime(response.headers.get("date", "")).timestamp()
    except ValueError:
        return
    if abs(there - time.time()) > _CLOCK:
        minutes = f"{abs(there - time.time()) / 60:.0f}"
        what = say("the clocks of this machine and of the relay differ by {} min", minutes)
        yield Finding("warning", what, say("set it"))


def _models(root: Path, specs: Iterable[str], names: tuple[str, ...]) -> Iterator[Finding]:
    """What the relay offers of the models of some specs, or of all that manjuc knows."""
    known = facts.models(root)
    wanted: dict[str, Model] = {}
    for spec in specs:
        try:
            chosen = frontend.load(project.find(spec), preview=True).spec.models
        except SpecRefused:
            yield Finding("problem", say("{} has errors", spec), say("run `manjuc check {}`", spec))
            continue
        for model in (chosen.text, chosen.image, chosen.video):
            model = replace(model, name=model.name.removeprefix(PREVIEW))
            wanted[model.name] = model
    if wanted:
        yield from of_models(wanted.values(), known, names)
        return
    here = [name for name in known if name in names]
    if here:
        yield Finding("ok", say("of the models that manjuc knows it offers {}", tuple(here)))
    else:
        todo = say("look in its list of models: `manjuc models --live`")
        yield Finding("warning", say("it offers none of the models that manjuc knows"), todo)


def offer(root: Path) -> tuple[str, ...]:
    """The names of all models that the relay offers; CallRefused where it does not tell."""
    given = facts.given(root)
    looks = (*of_key(given.key.value), *of_address(given.base_url, facts.names()["documentation"]))
    sound = all(finding.level != "problem" for finding in looks)
    _, names = asyncio.run(_look(given, given.base_url)) if sound else ([], None)
    if names is None:
        raise CallRefused(say("the relay does not tell which models it offers: `manjuc doctor` says why"))
    return names
