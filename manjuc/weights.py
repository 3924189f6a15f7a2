"""What only the calls of a drama show before they are sent: prompts that are too long, pictures that stay behind,
templates that fail.

Renders what a build would send as far as the story is known, with promises in place of pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import assert_never

from manjuc import prompts, standing, whereabouts
from manjuc.calls import Call, FilmCall, TextCall
from manjuc.diagnostic import ENOUGH, Diagnostic, Label, Severity, Span, in_order
from manjuc.document import Document
from manjuc.errors import TemplateBroken
from manjuc.findings import finding, name, seconds, warning, written
from manjuc.graph import Action, ActionId, Results
from manjuc.models import Model, PromptLimit
from manjuc.pictures import called, of_panels
from manjuc.scales import Scales, small
from manjuc.spec import Character, EpisodeId, Prop, Say, Scene, Script, Shot, ShotId, Spec
from manjuc.stages import BY_NAME, STAGES, clip, contact_sheet
from manjuc.steps import Lock
from manjuc.storyboard import Panel, Reel, reels
from manjuc.timeline import duration
from manjuc.words import Words, say

_TOLD = 3  # parts of a long prompt that are named
_TOLD_OF_A_SHOT = ("action", "visuals", "note")


@dataclass(frozen=True, slots=True)
class Sent:
    """A drama with the files that tell of it and the templates that its prompts are made from."""

    spec: Spec
    document: Document
    scripts: Mapping[EpisodeId, Document]  # of those that people wrote, spelled out
    templates: Mapping[str, str]
    own: bool  # the project has templates of its own
    locks: Callable[[], Iterable[Lock]] = tuple  # those of the drama, read where a prompt is too long

    def span(self, about: object) -> Span:
        """Where something is declared or told."""
        if isinstance(about, Reel):
            found = whereabouts.shot_of(self.scripts, about.episode.id, about.shots[0].id)
            if found:
                return found[0].span((*found[1], "id"))
        path = whereabouts.declaration(self.document, about)
        invented = whereabouts.invented(self.scripts, about) if len(path) == 1 else None
        return invented[0].span(invented[1]) if invented else self.document.key_span(path or ("models",))


def check(sent: Sent, results: Results) -> tuple[Diagnostic, ...]:
    """What is wrong with the calls that are known, and with templates for those that are not."""
    found = list(prompts.unreadable(sent.templates)) if sent.own else []
    if found:
        list(_calls(sent, results, found))
        return in_order(found)
    found += of_calls(sent, results)
    if sent.own:
        unwritten = tuple(episode for episode in sent.spec.episodes if episode.id not in results.scripts)
        samples = {episode.id: _sample(sent.spec) for episode in unwritten if not episode.frozen}
        list(_calls(sent, Results({}, samples), found))
    return in_order(found)


def of_calls(sent: Sent, results: Results) -> tuple[Diagnostic, ...]:
    """What is wrong with the calls that are known; a call whose result is there is sent no more."""
    found: list[Diagnostic] = []
    made = [reel for reel in reels(sent.spec, results) if not reel.episode.frozen]
    of_each = (
        _too_long(sent, results, found),
        (each for reel in made for each in _left_behind(reel, sent)),
        (each for reel in made for each in _idle_hd(reel, sent)),
    )
    for kind in of_each:
        found += tuple(islice(kind, ENOUGH))
    return in_order(found)


def _calls(sent: Sent, results: Results, found: list[Diagnostic]) -> Iterator[tuple[Action, Call]]:
    """The calls to models; templates that fail are added to `found`, each once."""
    spec, render, frozen = sent.spec, prompts.renderer(sent.templates), sent.spec.frozen
    seen, uncertain = {*results.artifacts}, _uncertain(sent, results)
    stages = [stage for stage in STAGES if stage.SLOT != "local" and uncertain.get(stage.NAME, True)]
    for action in (action for stage in stages for action in stage.actions(spec, results)):
        stage = BY_NAME[action.stage]
        if action.id not in uncertain.get(stage.NAME, (action.id,)):
            continue
        untold = action.stage == "script" and spec.format.milliseconds is None
        still = action.id.partition("/")[0] in frozen
        if untold or still or action.id in seen or (not sent.own and small(action, sent.spec)):
            continue
        seen.add(action.id)
        try:
            yield action, stage.call(action, spec, results, render)
        except TemplateBroken as broken:
            found.append(_pointed(broken, action, sent))


def _too_long(sent: Sent, results: Results, found: list[Diagnostic]) -> Iterator[Diagnostic]:
    """Prompts that are longer than their models read, of calls that will be made."""
    calls: frozenset[ActionId] | None = None
    for action, call in _calls(sent, results, found):
        for each in _overweight(action, call, sent):
            if calls is None:
                calls = standing.to_be_made(sent.spec, results, sent.locks(), prompts.renderer(sent.templates))
            if action.id in calls:
                yield each


def _uncertain(sent: Sent, results: Results) -> Mapping[str, frozenset[str]]:
    """The clips, by stage, whose prompts have to be rendered: for others our own templates are known well enough."""
    models = {clip: sent.spec.models.video, contact_sheet: sent.spec.models.image}
    render, made = prompts.renderer(sent.templates), tuple(reels(sent.spec, results))
    found: dict[str, frozenset[str]] = {}
    for stage, model in () if sent.own else models.items():
        scales = Scales(stage, sent.spec, model, sent.templates, render)
        found[stage.NAME] = frozenset(f"{reel.id}/{stage.NAME}" for reel in made if not scales.fits(reel))
    return found


def _pointed(broken: TemplateBroken, action: Action, sent: Sent) -> Diagnostic:
    """What is wrong with a template, with the place of the drama that needs it."""
    diagnostic = broken.diagnostic
    if broken.lacks is None:
        return replace(diagnostic, secondary=(Label(sent.span(action.about), say("needed here")),))
    owner, trait = broken.lacks
    people: tuple[Character | Prop, ...] = (*sent.spec.characters, *sent.spec.props)
    there = next((each for each in people if each.id == owner), None)
    path = whereabouts.trait_of(sent.document, there, trait) if there else ()
    span = sent.document.span(path) if path else sent.span(action.about)
    template = diagnostic.primary.span.source.path.removeprefix("templates/").removesuffix(".j2")
    source = prompts.source_of(template, sent.templates.get(template, ""))
    label = Label(Span(source, 0, len(source.line(1))), say("does not say it"))
    help_ = say("let it write every trait, as the templates of manjuc do")
    return replace(diagnostic, primary=label, secondary=(Label(span, say("fixed here")),), help=help_)


def _model(call: Call, spec: Spec) -> Model:
    models = spec.models
    return models.text if isinstance(call, TextCall) else next(
        model for model in (models.image, models.video) if model.name == getattr(call, "model", "")
    )  # fmt: skip


def _overweight(action: Action, call: Call, sent: Sent) -> Iterator[Diagnostic]:
    """A prompt that is longer than its model reads."""
    assert not isinstance(call, FilmCall), "asked only of calls to models"
    model = _model(call, sent.spec)
    limit = model.prompt_limit
    if limit is None:
        return
    text = "\n".join((call.system, *(m.text for m in call.messages))) if isinstance(call, TextCall) else call.prompt
    size = limit.size_of(text)
    if size <= limit.most:
        return
    parts = sorted(_parts(action.about, sent, limit), key=lambda part: -part.size)
    shares = tuple(say("{} {} %", part.what, part.size * 100 // size) for part in parts[:_TOLD] if part.size)
    message = say(
        "the prompt of `{}` has {}, `{}` takes {}",
        action.id, _measured(size, limit), name(model), _measured(limit.most, limit),
    )  # fmt: skip
    label = Label(parts[0].span if parts else sent.span(action.about), say("weighs most") if parts else Words(""))
    note = say("of it are: {}", shares) if shares else say("all of it is made from the theme and the limits")
    help_ = say("shorten what weighs most; fewer shots in a part make shorter prompts too")
    severity: Severity = "error" if limit.refuses else "warning"
    yield finding(severity, "MJ0452", message, label, note, help_)


def _measured(size: int, limit: PromptLimit) -> Words:
    match limit.unit:
        case "characters":
            return say("{} characters of text", size)
        case "tokens":
            return say("about {} tokens", size)
        case "words":
            return say("{} words", size)
        case "bytes":
            return say("{} bytes", size)
        case _:
            assert_never(limit.unit)


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a prompt: what it is, where it is written, and how much it weighs."""

    what: Words
    span: Span
    size: int


def _parts(about: object, sent: Sent, limit: PromptLimit) -> Iterator[_Part]:
    """What an author can shorten in a prompt."""

    def size(*texts: str) -> int:
        return sum(limit.size_of(text) for text in texts)

    style = sent.spec.style
    of_style = size(style.look, *style.palette, *style.avoid)
    yield _Part(say("the style"), sent.document.key_span(("style",)), of_style)
    match about:
        case Reel():
            yield from _of_reel(about, sent, limit)
        case Character() | Prop():
            traits = size(*(trait.name + trait.text for trait in about.traits), getattr(about, "role", ""))
            yield _Part(say("the traits of {}", about.name), sent.span(about), traits)
        case Scene():
            words = size(about.name, about.light, about.tone, *about.props)
            yield _Part(say("the place {}", about.name), sent.span(about), words)


def _of_reel(reel: Reel, sent: Sent, limit: PromptLimit) -> Iterator[_Part]:
    sizes: dict[str, tuple[Character | Prop | Scene, int]] = {}

    def add(owner: Character | Prop | Scene, *texts: str) -> None:
        kind = f"{type(owner).__name__} {owner.id}"
        sizes[kind] = (owner, sizes.get(kind, (owner, 0))[1] + sum(map(limit.size_of, texts)))

    for bearer, traits in reel.traits:
        add(bearer, *(trait.name + trait.text for trait in traits))
    for panel in reel.panels:
        add(panel.scene, panel.scene.name, panel.scene.time, panel.scene.light, panel.scene.tone)
    for owner, total in sizes.values():
        what = say("the place {}", owner.name) if isinstance(owner, Scene) else say("the traits of {}", owner.name)
        yield _Part(what, sent.span(owner), total)
    told = [{key: limit.size_of(getattr(panel, key)) for key in _TOLD_OF_A_SHOT} for panel in reel.panels]
    lines = [{"say": sum(limit.size_of(line.line) for line in panel.say)} for panel in reel.panels]
    for what, weights in ((say("the actions"), told), (say("the lines"), lines)):
        sums = [sum(each.values()) for each in weights]
        longest = sums.index(max(sums))
        key = max(weights[longest], key=weights[longest].__getitem__)
        yield _Part(what, _in_shot(reel.panels[longest], key, reel, sent), sum(sums))


def _in_shot(panel: Panel, key: str, reel: Reel, sent: Sent) -> Span:
    found = whereabouts.shot_of(sent.scripts, reel.episode.id, panel.id)
    return found[0].span((*found[1], key)) if found else sent.span(reel)


def _left_behind(reel: Reel, sent: Sent) -> Iterator[Diagnostic]:
    """Pictures that belong to a clip and do not go along, because its model takes fewer."""
    most = sum(len(panel.people) + len(panel.props) + 2 for panel in reel.panels) + 1
    models = (sent.spec.models.video, sent.spec.models.image)
    scarce = [model for model in models if 0 < model.references < most]
    pictures = of_panels(reel.panels, sent.spec, "镜头") if scarce else ()
    for model in sorted(scarce, key=lambda model: model.references):
        if model.references < len(pictures):
            shot = reel.shots[0].id
            message = say(
                "the clip that begins with `{}` has {} reference pictures, `{}` takes {}",
                shot, len(pictures), name(model), model.references,
            )  # fmt: skip
            behind = tuple(called(each, reel.panels, sent.spec) for each in pictures[model.references :])
            note = say("these do not go along: {}", behind)
            help_ = say(
                "people come first, then props, places, the style; show fewer in one part, or take another model"
            )
            yield warning("MJ0450", message, Label(sent.span(reel)), note, help_)


def _idle_hd(reel: Reel, sent: Sent) -> Iterator[Diagnostic]:
    """A model that knows hd for some lengths only."""
    model = sent.spec.models.video
    taken = duration(reel.shots, model) if sent.spec.format.hd else None
    if taken is not None and not model.makes_hd(taken):
        message = say("`hd` has no effect on clips of {}", seconds(taken))
        note = say("`{}` makes it in clips of {}", name(model), tuple(map(seconds, model.hd_durations)))
        help_ = say("write `hd: false`, or make parts that fit such a clip")
        yield warning("MJ0458", message, written(sent.document, "format", "hd"), note, help_)


def _sample(spec: Spec) -> Script:
    """A story of one shot in which everything appears, for templates that wait for one that is not written yet."""
    people = [character for character in spec.characters if character.seen][:3] or [Character("样例", "样例")]
    places = spec.scenes[:1] or (Scene("样例场景", "样例场景", "光", "调", ("物",)),)
    shot = Shot(
        id=ShotId("s01"),
        milliseconds=min(spec.models.video.durations, default=1000),
        scene=places[0].id,
        action="动作",
        framing="全景",
        visuals="画面",
        characters=tuple(character.id for character in people),
        say=tuple(Say(people[0].id, "台词", voice) for voice in ("on", "inner", "off")),
        props=tuple(prop.id for prop in spec.props[:1]),
        standing=((people[0].id, "左"),),
        note="补充",
    )
    invented = () if spec.characters and people[0] in spec.characters else tuple(people)
    return Script("", "", (shot,), invented, () if spec.scenes else places)
