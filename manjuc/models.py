"""What is known of a model: facts from the catalogue, as values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

Kind = Literal["text", "image", "video"]
PREVIEW = "preview/"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        sign = {"CNY": "¥", "USD": "$"}.get(self.currency, f"{self.currency} ")
        amount = f"{self.amount.normalize():f}" if self.amount else "0"
        return f"{sign}{amount}"


@dataclass(frozen=True, slots=True)
class Price:
    """What a call costs. Parts that do not apply are zero; a dated fact with its source, which a user may override."""

    currency: str = "CNY"
    call: Decimal = Decimal(0)
    second: Decimal = Decimal(0)
    durations: tuple[tuple[int, Decimal], ...] = ()  # milliseconds and the price of a call that long
    million_in: Decimal = Decimal(0)  # a million tokens of prompt
    million_out: Decimal = Decimal(0)  # a million tokens of answer
    date: str = ""
    source: str = ""

    def of_clip(self, milliseconds: int) -> Decimal:
        """The price of one video call that asks for so many milliseconds."""
        return dict(self.durations).get(milliseconds, self.call) + self.second * milliseconds / 1000


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a running job is asked for, and for how long; milliseconds."""

    first: int = 10_000
    then: int = 10_000
    most: int = 30_000
    deadline: int = 3_600_000


@dataclass(frozen=True, slots=True)
class Retirement:
    """A model that its maker has shut down; a relay may still serve the name."""

    date: str
    note: str
    successors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Size:
    """Pixels."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Model:
    """One model as the catalogue describes it; `name` is what goes on the wire."""

    name: str
    kind: Kind
    price: Price = Price()
    timeout: int = 300_000  # milliseconds to wait for the answer of a submit
    pace: Pace = Pace()
    aspect_ratios: tuple[str, ...] = ()  # empty: any
    size: str = ""  # of a picture or clip, in the relay's words: 1K, 2K, 4K, 720p
    sizes: tuple[
        tuple[str, str], ...
    ] = ()  # words for a clip's size, by shape (`16:9`, `16:9 hd`), or for all hd (`hd`)
    spells_size: Literal["words", "pixels"] = "words"  # how a request says the size of a picture
    references: int = 0  # pictures that a call can take along
    references_by: Literal["json", "edits", "chat"] = "json"  # the way that they take
    asynchronous: bool = False  # of a picture: asked for as a job
    sound: bool = False  # of a clip: made with sound where that is asked for
    durations: tuple[int, ...] = ()  # milliseconds that a clip may be asked for, shortest first
    most_shots: int = 0  # shots that one clip can hold; 0: no limit known
    spells_duration: Literal["text", "number", "never"] = "text"  # how a request says the length of a clip
    hd: bool = False  # it can
    spells_hd: bool = False  # a request says whether it is wanted
    prompt: str = ""  # the template dialect of its video prompt: templates/clip.<prompt>.j2
    answer_tokens: int = 0  # of a text model: the limit that is sent, and the upper bound of the price
    retired: Retirement | None = None

    @property
    def preview(self) -> bool:
        """True for the free stand-in of a paid model."""
        return self.name.startswith(PREVIEW)

    def for_preview(self) -> Model:
        """The same model as the preview relay serves it: every fact kept, but quick to answer and never charged."""
        return replace(self, name=PREVIEW + self.name, pace=replace(self.pace, first=100, then=100, most=400))
