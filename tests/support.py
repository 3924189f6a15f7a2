"""A drama planned without a store: calls are declared done, with results that follow from their keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from manjuc import frontend, longhand, project, prompts, shots
from manjuc.calls import Artifact, preimage
from manjuc.digest import Digest, digest_of
from manjuc.frontend import Program
from manjuc.graph import ActionId
from manjuc.plan import Context, Plan, survey
from manjuc.source import Document
from manjuc.spec import EpisodeId, Script
from manjuc.stages import BY_NAME
from manjuc.steps import Accepted, History, Hit, Lock, Step
from manjuc.storyboard import reels

MEDIA = {"text": "application/json", "image": "image/png", "video": "video/mp4", "local": "video/mp4"}

_SHOTS = {  # how the part of a prompt that is about one shot begins, in the words of every family of models
    "clip": r"(?m)^(?:Shot \d+(?::| \()|镜头 \d+（|\[[\d.:]+-[\d.:]+s?\] )",
    "contact_sheet": r"(?m)^格 \d+：$",
}

RENDER = prompts.renderer(project.templates(None))  # compiled once, for dramas without own templates


def blocks(stage: str, prompt: str) -> list[str]:
    """The parts of a prompt, each about one shot; a clip of Veo that holds one shot is not divided."""
    return re.split(_SHOTS[stage], prompt)[1:] or [prompt]


class Pretend:
    """A ledger for which a call was made as soon as a test says so; its result is a digest of its key."""

    def __init__(self) -> None:
        self.made: dict[Digest, tuple[Artifact, ...]] = {}
        self.preimages: dict[Digest, bytes] = {}
        self.last: dict[ActionId, Digest] = {}
        self.gone: set[Digest] = set()
        self.failed: dict[Digest, History] = {}

    def make(self, step: Step) -> None:
        assert step.key
        stage = BY_NAME[step.action.stage]
        blob = digest_of(f"result of {step.key}".encode())
        self.made[step.key] = (Artifact("result", blob, MEDIA[stage.SLOT], 1),)
        self.preimages[step.key] = preimage(stage.NAME, stage.VERSION, step.call)
        self.last[step.action.id] = step.key

    def history(self, key: Digest) -> History | None:
        return Accepted(self.made[key]) if key in self.made else self.failed.get(key)

    def holds(self, blob: Digest) -> bool:
        return blob not in self.gone

    def preimage(self, key: Digest) -> bytes | None:
        return self.preimages.get(key)

    def last_key(self, action: ActionId) -> Digest | None:
        return self.last.get(action)


def edit(path: Path, old: str, new: str) -> None:
    """Replace a piece of a file's text, which has to be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


class Workbench:
    """A spec file that is edited and planned again and again, with what was made so far."""

    def __init__(self, spec: Path, *, preview: bool = False, answer: Mapping[str, object] | None = None) -> None:
        self.spec, self.preview, self.answer = spec, preview, answer
        self.ledger = Pretend()
        self.lock = Lock({}, {})

    def program(self) -> Program:
        return frontend.load(project.find(str(self.spec)), preview=self.preview)

    def context(self) -> Context:
        program = self.program()

        def read_script(episode: EpisodeId, artifacts: tuple[Artifact, ...]) -> Script:
            script, found = shots.script(longhand.script(Document.of(self.answer, "answer")), program.spec, mend=True)
            assert script, found
            return shots.of_episode(script, program.spec, episode)

        own = (program.project.root / "templates").is_dir()
        render = prompts.renderer(project.templates(program.project)) if own else RENDER
        return Context(program.spec, self.lock, self.ledger, render, read_script, program.milder)

    def plan(self) -> Plan:
        return survey(self.context())

    def build(self) -> set[str]:
        """Make all that is missing; the ids of what was."""
        made: set[str] = set()
        while True:
            context = self.context()
            plan = survey(context)
            todo = [step for step in plan.steps if step.key and not isinstance(step.verdict, Hit)]
            if not todo:
                clips: dict[EpisodeId, tuple[tuple[str, ...], ...]] = {}
                for reel in reels(context.spec, plan.results):
                    shots = tuple(shot.id for shot in reel.shots)
                    clips[reel.episode.id] = (*clips.get(reel.episode.id, ()), shots)
                actions = {
                    step.action.id: step.locked()
                    for step in plan.steps
                    if step.first_key and isinstance(step.verdict, Hit) and step.cost is not None
                }
                self.lock = Lock(actions, clips)  # type: ignore[arg-type]
                return made
            for step in todo:
                self.ledger.make(step)
                made.add(step.action.id)

    def edit(self, old: str, new: str, file: str = "") -> None:
        """Replace a piece of the spec's text, or of that of a file beside it."""
        edit(self.spec.parent / file if file else self.spec, old, new)
