"""What a relay's "no" means. The body is read before the status: relays wrap refusals in any status, 200 included."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from manjuc.wire import HttpResponse, Refused, Unclear, Why

# Refused for sure, hence not charged (DESIGN section 6); what is not listed is uncertain.
_STATUS: dict[int, Why] = {
    400: "request",
    401: "auth",
    402: "balance",
    403: "auth",
    404: "request",
    413: "size",
    422: "request",
}


@dataclass(frozen=True, slots=True)
class Phrases:
    """Words by which relays say why; data, from the catalogue. Compared without regard to case."""

    moderation: tuple[str, ...] = ()
    no_channel: tuple[str, ...] = ()
    balance: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Busy:
    """Refused for now and not charged: ask again after some seconds."""

    seconds: float
    message: str


def meaning(response: HttpResponse, phrases: Phrases) -> Refused | Busy | Unclear | None:
    """What went wrong with a submit, or None where the answer looks like success and the dialect may read it."""
    said = message_of(response)
    if response.status < 300:
        wrong = error_in(response)
        return refusal(wrong, phrases, "failed") if wrong else None
    if _holds(said, phrases.moderation):
        return Refused("moderation", said)
    if response.status == 429:
        return Busy(_retry_after(response), said)
    if response.status == 503 and _holds(said, phrases.no_channel):
        return Refused("model", said)
    if response.status in _STATUS:
        return refusal(said, phrases, _STATUS[response.status])
    return Unclear(f"HTTP {response.status}: {said}")


def refusal(message: str, phrases: Phrases, otherwise: Why) -> Refused:
    """A refusal, sorted by its words."""
    if _holds(message, phrases.moderation):
        return Refused("moderation", message)
    if _holds(message, phrases.no_channel):
        return Refused("model", message)
    if _holds(message, phrases.balance):
        return Refused("balance", message)
    return Refused(otherwise, message)


def _holds(text: str, phrases: Iterable[str]) -> bool:
    lowered = text.casefold()
    return any(phrase.casefold() in lowered for phrase in phrases)


def error_in(response: HttpResponse) -> str:
    """The message of an error object in a JSON answer, whatever its status; empty where there is none."""
    try:
        data = json.loads(response.body)
    except ValueError:
        return ""
    error = data.get("error") if isinstance(data, dict) else None
    if isinstance(error, dict):
        return str(error.get("message_zh") or error.get("message") or error.get("code") or "error")
    return error if isinstance(error, str) else ""


def message_of(response: HttpResponse) -> str:
    """What an answer says for people, on one line: the message of its error where it has one, else its first words."""
    said = error_in(response)
    if not said:
        try:
            data = json.loads(response.body)
        except ValueError:
            data = None
        if isinstance(data, dict):
            said = next((str(data[key]) for key in ("message", "msg", "detail", "fail_reason") if data.get(key)), "")
    if not said:
        said = re.sub(r"<[^>]*>", " ", response.text) if "html" in response.media else response.text
    return " ".join(said.split())[:300] or "no words"


def _retry_after(response: HttpResponse) -> float:
    try:
        return max(0.0, float(response.headers.get("retry-after", "5")))
    except ValueError:
        return 5.0
