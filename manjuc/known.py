"""What is known so far, while a plan or a build goes on and learns more."""

from __future__ import annotations

from types import MappingProxyType

from manjuc.graph import ActionId, Results
from manjuc.spec import EpisodeId
from manjuc.steps import Hit, ReadScript, Step


class Known:
    """Results that grow. `results` shows them and cannot be written to: each is taken in where it stands."""

    def __init__(self, first: Results) -> None:
        self._artifacts, self._scripts, self._told = dict(first.artifacts), dict(first.scripts), dict(first.told)
        self.results = Results(
            MappingProxyType(self._artifacts),
            MappingProxyType(self._scripts),
            first.clips,
            MappingProxyType(self._told),
        )

    def learn(self, step: Step, read_script: ReadScript) -> None:
        """Take in the result of an action."""
        assert isinstance(step.verdict, Hit), "only a hit has a result"
        if step.told is not None:
            episode = EpisodeId(step.action.id.removesuffix("/script"))
            self._scripts[episode] = read_script(episode, step.verdict.artifacts)
            self._told[episode] = step.told
        self._artifacts[step.action.id] = step.verdict.artifacts

    def forget(self, action: ActionId) -> None:
        """An action is to be carried out, though something of it was there: nothing may be made from that."""
        self._artifacts.pop(action, None)
