"""What goes over HTTP and what it means, as values: dialects make and read them, `relay` carries them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from manjuc.calls import Ref
from manjuc.digest import JsonValue


@dataclass(frozen=True, slots=True)
class Inline:
    """The place in a body where the bytes of a reference go, as a data URI; `relay` fills it in from the store."""

    ref: Ref


@dataclass(frozen=True, slots=True)
class Form:
    """A body of fields and files in their order, sent as multipart/form-data. A name may stand in it several times."""

    parts: tuple[tuple[str, str | Inline], ...]


Body = None | bool | int | float | str | Inline | list["Body"] | dict[str, "Body"]


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request below the base URL. The API key is not in it: `relay` adds it, for the relay's host alone."""

    method: Literal["GET", "POST"]
    path: str
    body: Body | Form = None


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """An answer that was read to its end."""

    status: int
    media: str  # content type without parameters, in lower case
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The body as text, whatever it holds."""
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Ticket:
    """A relay's receipt for a running job: small, without secrets, its id written to disk before it is used.

    What the job makes is known from its call, so it need not be written; relays are asked for each in another place.
    """

    task: str
    kind: Literal["image", "video"] = "video"


@dataclass(frozen=True, slots=True)
class Link:
    """Where a finished result can be fetched, for a while. Links may be signed: they are never shown or kept.

    What is `ours` lies behind the key: it goes along as long as the link leads to the relay itself.
    """

    url: str  # absolute, or relative to the base URL
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """The work is done: the result itself, or a link to it."""

    content: str | bytes | Link  # text of a text model, bytes of a picture
    finish_reason: str = ""
    usage: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Running:
    """The job goes on, as far as anybody knows: `seen` tells what it was by which that is assumed."""

    status: str
    progress: str = ""
    seen: Literal["status", "no link", "nothing"] = field(default="status", compare=False)


Why = Literal["moderation", "request", "auth", "balance", "model", "busy", "size", "failed"]


@dataclass(frozen=True, slots=True)
class Refused:
    """The relay said no, or the job has failed. Nothing is delivered."""

    why: Why
    message: str
    words: str = field(default="", compare=False)  # all that the relay says, to be sorted by


@dataclass(frozen=True, slots=True)
class Lost:
    """The relay does not know the job any more."""

    message: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """An answer from which nobody can tell whether the call was taken, and charged."""

    message: str


Submitted = Ticket | Finished | Refused | Unclear
Polled = Running | Finished | Refused | Lost
