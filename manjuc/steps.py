"""What is to be done about each action, and why: the verdicts that `plan` shows and `build` carries out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, Protocol

from manjuc.calls import Artifact, Call
from manjuc.digest import Digest
from manjuc.graph import Action, ActionId
from manjuc.spec import EpisodeId, Script, ShotId
from manjuc.wire import Ticket, Why
from manjuc.words import NOTHING, Words, say

Code = Literal[
    "new",
    "changed",
    "revised",
    "blob-missing",
    "failed-before",
    "declared-lost",
    "interrupted",
    "running",
    "answered",
]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something has to be done: a code for programs, a sentence part for people."""

    code: Code
    detail: Words = NOTHING


@dataclass(frozen=True, slots=True)
class Hit:
    """The result is here already."""

    artifacts: tuple[Artifact, ...]
    note: Words = NOTHING  # what its author may want to know of it


@dataclass(frozen=True, slots=True)
class Resume:
    """It is paid already: fetch the result. Without a ticket, the kept answer itself is the result or links to it."""

    ticket: Ticket | None
    base_url: str
    attempt: int
    reason: Reason
    dialect: str = ""  # the one that took it: its answers are read as that one spells them


@dataclass(frozen=True, slots=True)
class Miss:
    """It has to be submitted, and paid."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Wait:
    """Its key is not known yet: it depends on results that do not exist."""

    on: tuple[ActionId, ...]
    review: tuple[ActionId, ...] = ()  # what a person will have to accept before it is paid for


@dataclass(frozen=True, slots=True)
class Held:
    """A person has to accept something first: nothing beyond it is paid for."""

    by: tuple[ActionId, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """Every try that the stage knows of was made; what came of them is kept."""

    detail: Words
    paid: bool = True  # False where the relay refused the last of them, and showed no charge
    kept: tuple[Artifact, ...] = ()  # what came of the last of them


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A call was sent and nobody knows whether it was taken. Only a person can decide."""

    at: str
    base_url: str
    detail: Words
    attempt: int

    @property
    def sent(self) -> tuple[Words, Words]:
        """When it was sent and to whom, as far as that is known."""
        at = Words(self.at) if self.at else say("an unknown time")
        return at, Words(self.base_url) if self.base_url else say("an unknown relay")


@dataclass(frozen=True, slots=True)
class Frozen:
    """Published as it is, though it would come out otherwise today: it is never made again."""

    artifacts: tuple[Artifact, ...]
    detail: Words


Verdict = Hit | Resume | Miss | Wait | Held | Failed | Uncertain | Frozen


@dataclass(frozen=True, slots=True)
class Cost:
    """What a step takes, between two bounds, in one currency."""

    least: Decimal
    most: Decimal
    currency: str

    @property
    def nothing(self) -> Cost:
        """No cost at all, in its currency."""
        return Cost(Decimal(0), Decimal(0), self.currency)


@dataclass(frozen=True, slots=True)
class Step:
    """An action with its call, key and verdict. The key is None while the call waits for its inputs."""

    action: Action
    call: Call
    key: Digest | None
    first_key: Digest | None  # of the call that the stage made, before any revision: what the lock holds
    verdict: Verdict
    cost: Cost | None = None  # None for local work
    real_cost: Cost | None = None  # the same in preview as with an API key: what the named model takes
    price: Cost | None = None  # of its call, whatever the verdict
    told: tuple[str, ...] | None = None  # of a script: whom and what its call tells of
    same_as: ActionId | None = None  # in a plan: the action before it that comes to the same call, where it is paid

    @property
    def ready_key(self) -> Digest:
        """The key of a step whose inputs are there."""
        assert self.key is not None, "only a step that waits has no key"
        return self.key

    def locked(self, *, reviewed: bool = False) -> Locked:
        """What the lock says of it: asked only of a hit, whose key is known."""
        assert isinstance(self.verdict, Hit), "only a result can be locked"
        assert self.first_key is not None, "a result has a key"
        return Locked(self.first_key, self.call.take, self.verdict.artifacts, reviewed, self.told)

    @property
    def charge(self) -> Cost | None:
        """What its one next call takes: `cost` may hold repair rounds as well."""
        return self.price if self.cost and self.cost.most else self.cost


@dataclass(frozen=True, slots=True)
class Accepted:
    """A call that came out well."""

    artifacts: tuple[Artifact, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A call that was paid for and did not pass the check; what came of it is kept."""

    artifacts: tuple[Artifact, ...]
    problems: tuple[str, ...]
    text: str = ""  # the answer of a text model, so that it can be handed back with the findings


@dataclass(frozen=True, slots=True)
class Declined:
    """A call that the relay refused, or whose job failed."""

    why: Why
    message: str
    paid: bool = False  # a job was made of it, or its answer showed a charge


@dataclass(frozen=True, slots=True)
class Underway:
    """A call that was sent and has no outcome yet; `answered` once the relay's answer is on disk.

    A job that the relay does not know any more is not `answered`, and keeps its ticket.
    """

    attempt: int
    base_url: str
    at: str
    answered: bool = False
    ticket: Ticket | None = None
    detail: str = ""
    dialect: str = ""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A person has said that an uncertain call is lost, which allows one more submit."""


History = Accepted | Rejected | Declined | Underway | Dropped
Failure = Rejected | Declined


@dataclass(frozen=True, slots=True)
class Locked:
    """What the lock says of an action: what the team has accepted.

    Of a script it also says whom and what the text model was `told` of: whoever is declared later is news to it, and no
    reason to have it written again.
    """

    key: Digest  # of the call that the stage makes, whatever revisions it took to an accepted answer
    take: int
    artifacts: tuple[Artifact, ...]
    reviewed: bool = False  # a person has accepted these artifacts at a gate
    told: tuple[str, ...] | None = None  # None: no script, or nobody wrote down what it was told of

    def said_by(self, other: Locked | None) -> bool:
        """True where another entry says the same, or all of it but what a script was told of."""
        return other is not None and other in (self, replace(self, told=None))


@dataclass(frozen=True, slots=True)
class Lock:
    """Decisions of the team, in git: accepted results by action, and the clips of each episode."""

    actions: Mapping[ActionId, Locked]
    clips: Mapping[EpisodeId, tuple[tuple[ShotId, ...], ...]]

    def beyond(self, above: Lock) -> Lock:
        """What it says and the one above does not: a profile's lock holds what differs from the drama's own."""
        return Lock(
            {id: locked for id, locked in self.actions.items() if not locked.said_by(above.actions.get(id))},
            {id: clips for id, clips in self.clips.items() if above.clips.get(id) != clips},
        )


class Ledger(Protocol):
    """What the store knows, as a plan needs it: looked up, never changed."""

    def history(self, key: Digest) -> History | None:
        """What became of a call, or None where it was never sent."""

    def holds(self, blob: Digest) -> bool:
        """True where the bytes are here."""

    def preimage(self, key: Digest) -> bytes | None:
        """The canonical bytes of an earlier call, to compare with."""

    def last_key(self, action: ActionId) -> Digest | None:
        """The first key of the call with which an action last had a result on this machine."""


class ReadScript(Protocol):
    """Reads the script out of the artifacts of a script action."""

    def __call__(self, episode: EpisodeId, artifacts: tuple[Artifact, ...]) -> Script:
        """The script that an accepted answer holds."""
