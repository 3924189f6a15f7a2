"""The two contracts of manjuc: what a stage is, and what a dialect is. Modules satisfy them; no class inherits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from manjuc.calls import Call, ImageCall, Reference
from manjuc.diagnostic import Diagnostic, Label, Source, Span
from manjuc.errors import TemplateBroken
from manjuc.graph import Action, Results, Unknown
from manjuc.models import Model, Route, Size
from manjuc.resolution import falls_short, of_picture
from manjuc.spec import Character, Prop, Script, Spec, Trait
from manjuc.spelling import pixels
from manjuc.steps import Failure
from manjuc.wire import HttpRequest, HttpResponse, Polled, Submitted, Ticket
from manjuc.words import say


@dataclass(frozen=True, slots=True)
class Output:
    """What came of a call, decoded: a stage's check looks at this and at nothing else."""

    width: int = 0
    height: int = 0
    milliseconds: int = 0
    hd: bool = True  # a clip of such a length can be in hd: some models make it in some lengths alone
    sized: bool = True  # the size of a clip stood in its request: not every dialect has a place for it
    script: Script | None = None
    findings: tuple[str, ...] = ()  # what the front end found in a script, one line each


class Render(Protocol):
    """A template by name, with variables, to text; undefined names are errors."""

    def __call__(self, template: str, /, **variables: object) -> str:
        """The rendered text, without white space at its ends."""

    def first(self, *templates: str) -> str:
        """The first of some templates that there is, or the last of them."""


class Stage(Protocol):
    """A kind of work: one module in `stages/`, one template of the same name, one line in the table of stages."""

    NAME: str  # the stem of templates/NAME.j2, NAME.system.j2 and NAME.<dialect>.j2
    VERSION: int  # raised on purpose to throw this stage's results away: it costs users money
    SLOT: str  # the limit that it counts against: text, image, video, local

    def actions(self, spec: Spec, results: Results) -> Iterator[Action]:
        """The actions of this stage that are known so far."""

    def unknown(self, spec: Spec, results: Results) -> Iterator[Unknown]:
        """Bounds for those that are not."""

    def call(self, action: Action, spec: Spec, results: Results, render: Render) -> Call:
        """The complete request: everything that can change the result, and nothing else."""

    def check(self, call: Call, output: Output) -> Iterator[str]:
        """What a person would notice at once, a line each; not a judgement of taste."""

    def rounds(self, call: Call) -> int:
        """How many calls this one may come to at most, those of later repair rounds included."""

    def revise(self, call: Call, failure: Failure) -> Call | None:
        """The next call after one that failed, or None where nothing is left to try."""


class Dialect(Protocol):
    """How a relay spells calls: it may spell, never decide. State between its functions is a Ticket on disk."""

    NAME: str
    ROUTES: tuple[Route, ...]  # on which it sends reference pictures, its own first
    JOBS: tuple[Route, ...]  # those of them on which a picture can be asked for as a job

    def submit(self, call: Call, model: Model) -> HttpRequest:
        """The request that starts the work; of `model` it takes what cannot change the result."""

    def makes_job(self, call: Call, model: Model) -> bool:
        """Whether a relay may take the call as a job, which can be asked for by its id; else its answer is all."""

    def submitted(self, call: Call, response: HttpResponse) -> Submitted:
        """What an answer with a status of success means."""

    def poll(self, ticket: Ticket) -> HttpRequest:
        """The request that asks for a running job."""

    def polled(self, ticket: Ticket, response: HttpResponse) -> Polled:
        """What the answer to it means."""


def keeping(prompt: str, template: str, said: Iterable[tuple[Character | Prop, Iterable[Trait]]]) -> str:
    """`prompt`, after proof that every fixed trait stands in it word for word: a project may override templates."""
    for owner, traits in said:
        for trait in traits:
            if trait.text not in prompt:
                said_of = f"{trait.name}：{trait.text}"
                message = say("the template `{}` leaves out `{}` of {}", f"{template}.j2", said_of, owner.name)
                label = Label(Span(Source(f"templates/{template}.j2", ""), 0, 0))
                raise TemplateBroken(Diagnostic("MJ0502", "error", message, label), (owner.id, trait.name))
    return prompt


def field_names(
    model: Model, *, size: str, references: tuple[Reference, ...], says_length: bool = False
) -> tuple[tuple[str, str], ...]:
    """What a call says, each with the model's own name for it. Pictures go as frames where it takes no others."""
    names = dict(model.fields)
    pictures = names.get("references") or names.get("frames")
    said = ["prompt", "aspect_ratio", *(["size"] if size else []), *(["duration"] if says_length else [])]
    found = [(what, names[what]) for what in said if what in names]
    return (*found, *([("references", pictures)] if references and pictures else []))


def picture_call(model: Model, prompt: str, aspect_ratio: str, references: tuple[Reference, ...] = ()) -> ImageCall:
    """The request for one picture, with all that the catalogue says of how its model is asked for it."""
    return ImageCall(
        model=model.name,
        prompt=prompt,
        aspect_ratio=aspect_ratio,
        size=model.size,
        references=references,
        pixels=pixels(aspect_ratio, model.size) if model.spells_size == "pixels" else "",
        references_by=(model.references_by if references else "") or "json",
        fields=field_names(model, size=model.size, references=references),
    )


def picture_check(call: Call, output: Output) -> Iterator[str]:
    """A picture that is far smaller, or of a quite different shape, than was asked for."""
    assert isinstance(call, ImageCall)
    asked, size = of_picture(call.size), f"{output.width}×{output.height}"
    if asked and falls_short(Size(output.width, output.height), asked):
        yield str(say("the picture is {}, {} was asked for", size, call.size))
    wide, high = (int(part) for part in call.aspect_ratio.split(":"))
    if not 2 / 3 < (output.width * high) / (output.height * wide) < 3 / 2:
        yield str(say("the picture is {}, the shape {} was asked for", size, call.aspect_ratio))


def one_round(call: Call) -> int:
    """One: what comes is kept as it is."""
    return 1


def no_revision(call: Call, failure: Failure) -> Call | None:
    """Nothing: another picture or clip is the author's decision."""
    return None
