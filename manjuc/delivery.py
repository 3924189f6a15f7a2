"""What a build hands over: results placed for people, the page that shows them, the lock for the team."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import replace
from functools import partial

from manjuc import lockfile, screenplay
from manjuc.digest import Digest, digest_of
from manjuc.errors import StoreBroken
from manjuc.frontend import Program
from manjuc.graph import Action, ActionId, Results
from manjuc.page import REJECTED, Placed, own, page
from manjuc.placing import Shelf, file_name, script_name
from manjuc.plan import Context, known_actions, survey
from manjuc.review import accepted
from manjuc.spec import EpisodeId, ShotId, Spec
from manjuc.steps import Failed, Frozen, Hit, Lock, Step
from manjuc.store import Store
from manjuc.storyboard import reels


class Delivery:
    """The build folder and the lock of one drama. A placed file that a person has edited stays as it is."""

    def __init__(self, program: Program, store: Store) -> None:
        self._program, self._store = program, store
        self._preview = program.settings.preview
        note = program.project.store / "placed" / f"{program.project.name}{'.preview' if self._preview else ''}.json"
        self._shelf = Shelf(program.project.build_folder(preview=self._preview), note, store.sync)
        self.edited: list[str] = []

    async def place(self, action: Action, hit: Hit, results: Results) -> None:
        """Copy the artifacts of an action to where people look."""
        if action.stage == "script":
            script = results.scripts[EpisodeId(action.id.removesuffix("/script"))]
            await self._put_text(_script_file(action, self._program.spec), screenplay.to_yaml(script))
            return
        for artifact in hit.artifacts:
            read = partial(self._store.read, artifact.blob)
            await self._put(file_name(action.place, artifact.media), read, artifact.blob)

    def _where_it_lies(self, step: Step, context: Context) -> Step:
        """A published step under the name that its result has already: places, and so clips, may be renamed since."""
        artifacts = getattr(step.verdict, "artifacts", ())
        if step.action.stage == "script" or not context.frozen(step.action.id) or not artifacts:
            return step
        ending = file_name("", artifacts[0].media)
        name = self._shelf.lying(step.action.place + ending, artifacts[0].blob)
        return replace(step, action=replace(step.action, place=name.removesuffix(ending)))

    async def _put_text(self, name: str, text: str) -> None:
        await self._put(name, text.encode, digest_of(text.encode()))

    async def _put(self, name: str, read: Callable[[], bytes], digest: Digest) -> None:
        if not await self._shelf.place(name, read, digest):
            self.edited.append(name)

    async def conclude(self, context: Context, results: Results, steps: Mapping[ActionId, Step]) -> None:
        """Write the lock, the page and the note of what was placed; the next build can write all of it again."""
        actions = tuple(known_actions(context.spec, results))
        lock = self._lock(context, results, steps, {action.id for action in actions})
        lockfile.write(self._program.project.lock(preview=self._preview), lock)
        found = [self._where_it_lies(step, context) for step in survey(context, done=steps).steps]
        for step in found:
            if context.frozen(step.action.id) and isinstance(step.verdict, Hit | Frozen) and step.verdict.artifacts:
                await self.place(step.action, Hit(step.verdict.artifacts), results)
        shown = [*_shown(found), *await self._rejected(found), *await self._own(context.spec, results)]
        await self._put_text("index.html", page(context.spec, results.scripts, shown, preview=self._preview))
        if len(results.scripts) == len(context.spec.episodes):
            keep = [*(item.file for item in shown), *_places(context.spec, actions), "index.html"]
            self._shelf.clear(keep, partial(_stays, context.spec))
        self._shelf.save()

    async def _rejected(self, steps: Iterable[Step]) -> list[Placed]:
        """What was paid for and did not pass, for somebody to look at before more is paid."""
        found = []
        for step in steps:
            for artifact in step.verdict.kept if isinstance(step.verdict, Failed) else ():
                if artifact.visible and self._store.holds(artifact.blob):
                    file = file_name(f"{REJECTED}/{step.action.place}", artifact.media)
                    placed = Placed(REJECTED, file, f"{step.action.place.rpartition('/')[2]} · 没有通过")
                    with contextlib.suppress(StoreBroken):  # damaged: nothing needs it, and the page comes all the same
                        await self._put(placed.file, partial(self._store.read, artifact.blob), artifact.blob)
                        found.append(placed)
        return found

    async def _own(self, spec: Spec, results: Results) -> list[Placed]:
        """The author's own files, copied to where the page shows them; what is lost is left out."""
        found = []
        for shown, asset in own(spec, results.scripts):
            path = self._program.drama.files.get(asset.blob)
            if path and path.is_file():
                placed = replace(shown, file=file_name(f"own/{shown.file}", asset.media))
                await self._put(placed.file, path.read_bytes, asset.blob)
                found.append(placed)
        return found

    def _lock(
        self, context: Context, results: Results, steps: Mapping[ActionId, Step], known: Container[ActionId]
    ) -> Lock:
        """The lock as it was, with what this build brought; without what a wholly known graph has no more."""
        before = self._program.lock
        actions = dict(before.actions)
        for id, step in steps.items():
            if step.price is not None and isinstance(step.verdict, Hit) and step.first_key is not None:
                actions[id] = step.locked(reviewed=accepted(id, results, before))
        if len(results.scripts) == len(context.spec.episodes):
            actions = {id: locked for id, locked in actions.items() if id in known or _of_others(context.spec, id)}
        clips = {**before.clips, **_settled(context, results, steps)}
        return Lock(actions, clips).beyond(self._program.inherited)


def _of_others(spec: Spec, id: str) -> bool:
    """True for what belongs to no living episode of a series: what is shared, published, or of a file that is away."""
    living = {episode.id for episode in spec.episodes if not episode.frozen}
    return spec.series and re.split(r"[/.]", id, maxsplit=1)[0] not in living


def _stays(spec: Spec, name: str) -> bool:
    """True for a placed file that others may need; what is rejected is shown or gone, in a series as well."""
    return not name.startswith(f"{REJECTED}/") and _of_others(spec, name)


def _settled(
    context: Context, results: Results, steps: Mapping[ActionId, Step]
) -> dict[EpisodeId, tuple[tuple[ShotId, ...], ...]]:
    """The clips of every episode of which one clip is made: from then on, boundaries stay where they are."""
    clips: dict[EpisodeId, list[tuple[ShotId, ...]]] = {}
    made: set[EpisodeId] = set()
    for reel in reels(context.spec, results):
        clips.setdefault(reel.episode.id, []).append(tuple(shot.id for shot in reel.shots))
        if f"{reel.id}/clip" in steps:
            made.add(reel.episode.id)
    return {episode: tuple(found) for episode, found in clips.items() if episode in made}


def _places(spec: Spec, actions: Iterable[Action]) -> list[str]:
    """Every name that an action of today's drama may have: a result that waits for its renewal stays where it is."""
    kinds = ("image/png", "image/jpeg", "image/webp", "video/mp4", "application/x-subrip")
    scripts = [_script_file(action, spec) for action in actions if action.stage == "script"]
    return [*scripts, *(file_name(action.place, kind) for action in actions for kind in kinds)]


def _script_file(action: Action, spec: Spec) -> str:
    """Where a generated script is placed."""
    return script_name(action.id.removesuffix("/script"), series=spec.series)


def _shown(steps: Iterable[Step]) -> list[Placed]:
    """Everything that is there by now, whatever part of it this build was about."""
    return [
        Placed(
            step.action.stage,
            file_name(step.action.place, artifact.media),
            step.action.place.rpartition("/")[2],
            step.action.id.partition("/")[0],
        )
        for step in steps
        if isinstance(step.verdict, Hit | Frozen) and step.action.stage != "script"
        for artifact in step.verdict.artifacts
    ]
