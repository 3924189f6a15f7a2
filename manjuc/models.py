"""What is known of a model: facts from the catalogue, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, assert_never

Kind = Literal["text", "image", "video"]
Route = Literal["json", "edits", "chat"]
PREVIEW = "preview/"
_LETTERS = 4  # of a token, about


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

    @property
    def free(self) -> bool:
        """True where no call costs anything, as far as is known."""
        return not any((self.call, self.second, self.million_in, self.million_out, *dict(self.durations).values()))

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


Unit = Literal["characters", "tokens", "words", "bytes"]


@dataclass(frozen=True, slots=True)
class PromptLimit:
    """The longest prompt that a model reads to its end, in the unit in which its maker counts."""

    most: int
    unit: Unit = "characters"
    refuses: bool = False  # a longer one is refused; else it is known only that its end is not read

    def size_of(self, text: str) -> int:
        """How long a text is in this unit. Tokens are a guess, rather too high: no maker here shows how it counts."""
        match self.unit:
            case "characters":
                return len(text)
            case "bytes":
                return len(text.encode("utf-8"))
            case "words":
                return len(text.split())
            case "tokens":
                wide = len(text) - len(text.encode("ascii", "ignore"))
                return wide + -(-(len(text) - wide) // _LETTERS)
            case _:
                assert_never(self.unit)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an ambiguous name stands for, where it does, and the name that says the same to everyone."""

    model: str
    where: str
    write: str


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
    dialects: tuple[str, ...] = ()  # by which relays are known to take it; empty: any
    timeout: int = 300_000  # milliseconds to wait for the answer of a submit
    pace: Pace = Pace()
    aspect_ratios: tuple[str, ...] = ()  # empty: any
    size: str = ""  # of a picture or clip, in the relay's words: 1K, 2K, 4K, 720p
    sizes: tuple[
        tuple[str, str], ...
    ] = ()  # words for a clip's size, by shape (`16:9`, `16:9 hd`), or for all hd (`hd`)
    spells_size: Literal["words", "pixels"] = "words"  # how a request says the size of a picture
    references: int = 0  # pictures that a call can take along
    references_by: Route | Literal["", "links"] = ""  # their way, else the dialect's own; `links`: one that we have not
    asynchronous: bool = False  # of a picture: asked for as a job
    sound: bool = False  # of a clip: made with sound where that is asked for
    durations: tuple[int, ...] = ()  # milliseconds that a clip may be asked for, shortest first
    most_shots: int = 0  # shots that one clip can hold; 0: no limit known
    spells_duration: Literal["text", "number", "never"] = "text"  # how a request says the length of a clip
    hd: bool = False  # it can
    spells_hd: bool = False  # a request says whether it is wanted
    prompt: str = "plain"  # the template dialect of its video prompt: templates/clip.<prompt>.j2
    answer_tokens: int = 0  # of a text model: the limit that is sent, and the upper bound of the price
    retired: Retirement | None = None
    resolutions: tuple[str, ...] = ()  # that it can make, smallest first, in the relay's words; empty: not known
    hd_durations: tuple[int, ...] = ()  # milliseconds at which hd has an effect; empty: at all of them
    frames: int = 0  # pictures that a clip can be made to begin with, and with two to end with
    least_pictures: int = 0  # of both kinds, without which it refuses: it cannot be asked by text alone
    native_sound: bool = False  # its clips come with voices and sounds of their own
    fields: tuple[tuple[str, str], ...] = ()  # what its requests call a field, where that is not the dialect's name
    prompt_limit: PromptLimit | None = None
    aliases: tuple[str, ...] = ()  # names by which relays serve it too
    nicknames: tuple[str, ...] = ()  # names that people use, and no relay
    stray: bool = False  # said to be like one that there is not: what is known of it is not all
    unpriced: bool = False  # what some of its calls cost is not known: they count as free
    meanings: tuple[Meaning, ...] = ()  # of its name, that of the default relay first; none: the name is clear

    @property
    def preview(self) -> bool:
        """True for the free stand-in of a paid model."""
        return self.name.startswith(PREVIEW)

    def makes_hd(self, milliseconds: int) -> bool:
        """Whether hd has an effect on clips of such a length."""
        return not self.hd_durations or milliseconds in self.hd_durations

    def for_preview(self) -> Model:
        """The same model as the preview relay serves it: every fact kept, but quick to answer and never charged."""
        return replace(self, name=PREVIEW + self.name, pace=replace(self.pace, first=100, then=100, most=400))


@dataclass(frozen=True, slots=True)
class Resolved:
    """A model as an author named it: `model.name` goes on the wire."""

    model: Model
    alias_of: str = ""  # the name in the catalogue, where the author wrote another
    meanings: tuple[Meaning, ...] = ()  # where the name is ambiguous: what it stands for here, then elsewhere


def resolve(name: str, models: Mapping[str, Model]) -> Resolved | None:
    """The model of a name. An alias that relays know stays as it was written; a nickname becomes the model's name."""
    if model := models.get(name):
        return Resolved(model, meanings=model.meanings)
    for model in models.values():
        if name in model.aliases:
            return Resolved(replace(model, name=name), model.name)
        if name in model.nicknames:
            return Resolved(model, model.name, model.meanings)
    return None
