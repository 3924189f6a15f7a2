"""What there is to say of scripts that a text model wrote, told before anything that follows from them is bought."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from manjuc.calls import Artifact
from manjuc.diagnostic import Diagnostic, failed, without_hints
from manjuc.errors import ScriptRefused, SpecRefused
from manjuc.events import Event, Judged
from manjuc.frontend import Program
from manjuc.graph import Action, Results
from manjuc.plan import Plan
from manjuc.spec import EpisodeId
from manjuc.steps import Held, Miss, ReadScript, Wait


def appraised(program: Program, whole: Plan) -> tuple[Diagnostic, ...]:
    """What there is to say of the scripts of a plan; SpecRefused where it is an error and anything is left to buy.

    What is finished already stands in nobody's way.
    """
    found = program.appraised(whole.results)
    if failed(found) and (whole.unknown or any(isinstance(step.verdict, Miss | Wait | Held) for step in whole.steps)):
        raise SpecRefused(found)
    return found


def with_script(action: Action, artifacts: tuple[Artifact, ...], results: Results, read: ReadScript) -> Results:
    """What is known, with the script that an action has brought; the very same where it brought none that is new."""
    episode = _episode(action)
    if action.stage != "script" or episode in results.scripts:
        return results
    return replace(results, scripts={**results.scripts, episode: read(episode, artifacts)})


class Judge:
    """Tells each finding of a build once."""

    def __init__(self, program: Program, report: Callable[[Event], None]) -> None:
        self._program, self._report = program, report
        self._told: set[tuple[str, int, str]] = set()

    def begin(self, whole: Plan) -> None:
        """Look at the scripts that are there when a build begins."""
        self._tell(appraised(self._program, whole))

    def see(self, action: Action, results: Results) -> None:
        """Look at a script that has become known; ScriptRefused before anything is bought for one that has errors."""
        whole = len(results.scripts) == len(self._program.spec.episodes)
        mine = results.scripts if whole else {_episode(action): results.scripts[_episode(action)]}
        if failed(found := self._tell(self._program.appraised(replace(results, scripts=mine)))):
            raise ScriptRefused(found)

    def _tell(self, found: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
        new = tuple(each for each in found if each.order not in self._told)
        self._told.update(each.order for each in new)
        if shown := without_hints(new):
            self._report(Judged(shown))
        return new


def _episode(action: Action) -> EpisodeId:
    return EpisodeId(action.id.removesuffix("/script"))
