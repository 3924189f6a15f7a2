"""Provider-neutral requests as values, and what came of them. The key of a call is the digest of the whole of it."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Literal

from manjuc.digest import Digest, canonical, digest_of


@dataclass(frozen=True, slots=True)
class Artifact:
    """A blob in its role as a result."""

    role: str  # script, picture, clip, film, subtitles, cover
    blob: Digest
    media: str  # media type, such as image/png
    size: int  # bytes

    @property
    def visible(self) -> bool:
        """True for pictures and clips."""
        return self.media.startswith(("image/", "video/"))


@dataclass(frozen=True, slots=True)
class Ref:
    """An input by its content: never by path or recipe."""

    blob: Digest
    media: str


@dataclass(frozen=True, slots=True)
class Pending:
    """An input whose bytes do not exist yet. A call that holds one has a prompt and a price, but no key."""

    action: str


Reference = Ref | Pending


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of the talk with a text model."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class TextCall:
    """Ask a text model for JSON. `messages` grows by an answer and its findings in each repair round."""

    model: str
    system: str
    messages: tuple[Message, ...]
    answer_tokens: int
    temperature: str = "0.7"
    top_p: str = "1"
    json_mode: bool = True
    take: int = 1


@dataclass(frozen=True, slots=True)
class ImageCall:
    """Ask an image model for one picture."""

    model: str
    prompt: str
    aspect_ratio: str
    size: str
    references: tuple[Reference, ...] = ()
    pixels: str = ""  # the same size by its sides, for a model that is asked so
    references_by: Literal["json", "edits", "chat", "links"] = "json"  # the way that they take; json: the dialect's own
    take: int = 1
    fields: tuple[tuple[str, str], ...] = ()  # what they are called in a request: a relay ignores other names


@dataclass(frozen=True, slots=True)
class VideoCall:
    """Ask a video model for one clip. What its defaults leave unsaid, the relay decides."""

    model: str
    prompt: str
    aspect_ratio: str
    milliseconds: int
    hd: bool = False
    references: tuple[Reference, ...] = ()
    size: str = ""  # in the relay's words: 720p
    pixels: str = ""  # the word for a clip of this shape, where the catalogue holds one: 1280x720
    sound: bool = False
    says_length: bool = False  # the request names the milliseconds; otherwise the model knows but one length
    says_hd: bool = False  # the request says so too where hd is not wanted
    take: int = 1
    fields: tuple[tuple[str, str], ...] = ()  # what they are called in a request: a relay ignores other names


@dataclass(frozen=True, slots=True)
class Cue:
    """A subtitle: milliseconds of the film, and its lines as they stand on the screen."""

    start: int
    end: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the film: some milliseconds of an input from `start` on, or a card with its text."""

    source: int  # which of the call's references; -1 for a card
    start: int
    milliseconds: int
    card: str = ""


@dataclass(frozen=True, slots=True)
class Overlay:
    """A text that is drawn onto the picture and belongs to it, in milliseconds of the film."""

    start: int
    end: int
    text: str
    kind: Literal["caption", "label"]


@dataclass(frozen=True, slots=True)
class FilmCall:
    """Join pieces of clips and cards, with what is written on them and subtitles. Local and free."""

    width: int
    height: int
    references: tuple[Reference, ...]
    pieces: tuple[Piece, ...]  # in the film's order
    cues: tuple[Cue, ...]
    burn: bool
    cover: int  # milliseconds of the frame that becomes the cover
    most: int = 16  # Chinese characters on a line of subtitles
    texts: tuple[Overlay, ...] = ()
    cover_text: str = ""
    hue: int = -1  # degrees on the wheel of colours, of cards and captions; -1 for none
    take: int = 1

    @property
    def milliseconds(self) -> int:
        """How long the film lasts."""
        return sum(piece.milliseconds for piece in self.pieces)


Call = TextCall | ImageCall | VideoCall | FilmCall


def references(call: Call) -> tuple[Reference, ...]:
    """The inputs of a call, in its order."""
    return () if isinstance(call, TextCall) else call.references


def pending(call: Call) -> tuple[str, ...]:
    """The actions whose results a call still needs."""
    return tuple(ref.action for ref in references(call) if isinstance(ref, Pending))


def form(stage: str, version: int, call: Call) -> bytes:
    """The canonical bytes of a call, also of one that waits for its inputs."""
    return canonical({"kind": "call", "stage": stage, "version": version, "call": call})


@functools.lru_cache(maxsize=256)
def preimage(stage: str, version: int, call: Call) -> bytes:
    """The bytes whose digest is the key of a call. The store keeps them, so that a miss can be explained for ever.

    Remembered for the calls that are under way, each of which is decided about several times.
    """
    assert not pending(call), "a call that waits for its inputs has no key"
    return form(stage, version, call)


@functools.lru_cache(maxsize=256)
def key_of(stage: str, version: int, call: Call) -> Digest:
    """The key of a call: the same for the same request on every machine, and for nothing else."""
    return digest_of(preimage(stage, version, call))
