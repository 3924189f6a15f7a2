"""What calls cost, by the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from manjuc.calls import Call, FilmCall, ImageCall, TextCall, VideoCall
from manjuc.graph import Unknown
from manjuc.models import Model
from manjuc.spec import Spec
from manjuc.steps import Cost

# A text model writes at least so many tokens for a script; a prompt of Chinese has about one for each character.
_SHORTEST_ANSWER = 500
_SMALLEST = Decimal("0.0001")


def price_of(call: Call, spec: Spec) -> Cost | None:
    """The catalogue's price of a call, preview or not; None for local work."""
    match call:
        case TextCall(system=system, messages=messages):
            price, tokens = spec.models.text.price, len(system) + sum(len(message.text) for message in messages)
            sent = price.million_in * tokens / 1_000_000
            least = sent + price.call + price.million_out * _SHORTEST_ANSWER / 1_000_000
            most = sent + price.call + price.million_out * call.answer_tokens / 1_000_000
            return Cost(least.quantize(_SMALLEST), most.quantize(_SMALLEST), price.currency)
        case ImageCall():
            price = spec.models.image.price
            return Cost(price.call, price.call, price.currency)
        case VideoCall(milliseconds=milliseconds):
            price = spec.models.video.price
            amount = price.of_clip(milliseconds)
            return Cost(amount, amount, price.currency)
        case FilmCall():
            return None


def price_of_unknown(item: Unknown, slot: str, spec: Spec) -> Cost | None:
    """Bounds for actions that do not exist yet; nothing in preview."""
    if slot == "local":
        return None
    model: Model = spec.models.image if slot == "image" else spec.models.video
    if model.preview:
        return Cost(Decimal(0), Decimal(0), model.price.currency)
    prices = [model.price.of_clip(length) for length in model.durations] or [model.price.call]
    return Cost(min(prices) * item.least, max(prices) * item.most, model.price.currency)


def sum_costs(costs: Iterable[Cost | None]) -> tuple[Cost, ...]:
    """A sum for each currency, by currency."""
    sums: dict[str, Cost] = {}
    for cost in costs:
        if cost is not None:
            so_far = sums.get(cost.currency, Cost(Decimal(0), Decimal(0), cost.currency))
            sums[cost.currency] = Cost(so_far.least + cost.least, so_far.most + cost.most, cost.currency)
    return tuple(sums[currency] for currency in sorted(sums))
