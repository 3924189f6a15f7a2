"""What calls cost, by the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from manjuc.calls import Call, FilmCall, ImageCall, TextCall, VideoCall
from manjuc.digest import JsonValue
from manjuc.graph import Unknown
from manjuc.ladder import left
from manjuc.models import Model, Money
from manjuc.spec import Spec
from manjuc.steps import Cost

# A text model writes at least so many tokens for a script. A token of a prompt holds about one Chinese character,
# or up to four Latin letters.
_SHORTEST_ANSWER = 200
_LETTERS = 4
_FINDINGS = 4000  # tokens of what is found in an answer, at most
_ABSURD = 10**9  # tokens that no call has
SMALLEST = Decimal("0.0001")
"""To what sums are rounded for people."""


def price_of(call: Call, spec: Spec) -> Cost | None:
    """The catalogue's price of a call, preview or not; None for local work."""
    match call:
        case TextCall(system=system, messages=messages):
            price, tokens = spec.models.text.price, len(system) + sum(len(message.text) for message in messages)
            sent = price.million_in * tokens / 1_000_000
            least = sent / _LETTERS + price.call + price.million_out * _SHORTEST_ANSWER / 1_000_000
            most = sent + price.call + price.million_out * call.answer_tokens / 1_000_000
            return Cost(least.quantize(SMALLEST), most.quantize(SMALLEST), price.currency)
        case ImageCall():
            price = spec.models.image.price
            return Cost(price.call, price.call, price.currency)
        case VideoCall(milliseconds=milliseconds):
            price = spec.models.video.price
            amount = price.of_clip(milliseconds)
            return Cost(amount, amount, price.currency)
        case FilmCall():
            return None


def with_rounds(price: Cost, call: Call, rounds: int, spec: Spec) -> Cost:
    """The price of a call with the repair rounds that may follow; each hands the answers before it back."""
    if not isinstance(call, TextCall) or rounds == 1:
        return price
    handed_back = (call.answer_tokens + _FINDINGS) * rounds * (rounds - 1) // 2
    more = spec.models.text.price.million_in * handed_back / 1_000_000
    return replace(price, most=(price.most * rounds + more).quantize(SMALLEST))


def charge_of(call: Call, model: Model, usage: Mapping[str, JsonValue]) -> Money | None:
    """What a finished call did cost: by the tokens that the relay reports, or by its fixed price. None: not known."""
    if model.preview:
        return None
    match call:
        case TextCall():
            sent, answered = _tokens(usage, "prompt_tokens"), _tokens(usage, "completion_tokens")
            if sent is None or answered is None:
                return None
            by_tokens = (model.price.million_in * sent + model.price.million_out * answered) / 1_000_000
            return Money(model.price.call + by_tokens, model.price.currency)
        case ImageCall():
            return Money(model.price.call, model.price.currency)
        case VideoCall(milliseconds=milliseconds):
            return Money(model.price.of_clip(milliseconds), model.price.currency)
        case FilmCall():
            return None


def _tokens(usage: Mapping[str, JsonValue], name: str) -> int | None:
    """A count of tokens, where it is one: relays have been seen to send nothing, and zeros."""
    count = usage.get(name)
    return count if isinstance(count, int) and not isinstance(count, bool) and 0 < count < _ABSURD else None


def price_of_unknown(item: Unknown, slot: str, spec: Spec) -> Cost | None:
    """Bounds for actions that do not exist yet, by the catalogue, preview or not; None for local work.

    The upper one holds every rung that each of them may need.
    """
    if slot == "local":
        return None
    model: Model = spec.models.image if slot == "image" else spec.models.video
    prices = [model.price.of_clip(length) for length in model.durations] or [model.price.call]
    return Cost(min(prices) * item.least, max(prices) * item.most * (1 + left(spec.policy, ())), model.price.currency)


def sum_costs(costs: Iterable[Cost | None]) -> tuple[Cost, ...]:
    """A sum for each currency, by currency."""
    sums: dict[str, Cost] = {}
    for cost in costs:
        if cost is not None:
            so_far = sums.get(cost.currency, Cost(Decimal(0), Decimal(0), cost.currency))
            sums[cost.currency] = Cost(so_far.least + cost.least, so_far.most + cost.most, cost.currency)
    return tuple(sums[currency] for currency in sorted(sums))
