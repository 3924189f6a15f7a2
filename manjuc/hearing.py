"""What the answer to a call says: as its dialect reads it, then by all that is known of how relays say no."""

from __future__ import annotations

from dataclasses import dataclass

from manjuc.calls import Call
from manjuc.contracts import Dialect
from manjuc.failures import Busy, Phrases, in_prose, meaning, understood
from manjuc.models import Model, Money
from manjuc.prices import charge_of
from manjuc.sayings import written
from manjuc.shapes import at, parsed
from manjuc.spelling import named
from manjuc.wire import Finished, HttpResponse, Refused, Submitted, Unclear
from manjuc.words import heard, say


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a call, and what its answer shows to be charged though it may bring nothing."""

    said: Submitted | Busy
    charged: Money | None = None


def hear(call: Call, model: Model, response: HttpResponse, dialect: Dialect, phrases: Phrases) -> Answer:
    """What an answer says. The same for one that has just come and for one that an earlier process has left."""
    said: Submitted | Busy = Unclear("")
    if response.status < 300:
        said = dialect.submitted(call, response)
    if isinstance(said, Unclear):
        # A result beside an error counts; an error counts only where there is no result.
        said = meaning(response, phrases) or understood(said, response, phrases)
    if isinstance(said, Unclear) and response.status >= 300 and (task := named(parsed(response.body))):
        said = Unclear(str(say("{}; it names `{}`", heard(said.message), task)))
    charged = _shown_charge(call, model, said, response)
    return Answer(in_prose(said, phrases, response) if isinstance(said, Finished) else said, charged)


def _shown_charge(call: Call, model: Model, said: Submitted | Busy, response: HttpResponse) -> Money | None:
    """Words that refuse were written all the same, and where their tokens are told they were charged."""
    match said:
        case Finished(usage=usage) if usage:
            return charge_of(call, model, usage)
        case Refused() if response.status < 300 and written(data := parsed(response.body)):
            told = at(data, ("usage",))
            return charge_of(call, model, told if isinstance(told, dict) else {})
    return None
