"""What a relay's "no" means. The body is read before the status: relays wrap refusals in any status, 200 included."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import mktime_tz, parsedate_tz

from manjuc.digest import JsonValue
from manjuc.shapes import at, parsed, word
from manjuc.wire import Finished, HttpResponse, Refused, Unclear, Why
from manjuc.words import say

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


_MESSAGES = ("message", "msg", "detail", "fail_reason", "err", "error_msg")


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
    data = parsed(response.body)
    said, words = message_of(response), _all_words(response, data)
    if response.status < 300:
        error = at(data, ("error",))
        return refusal(said, phrases, "failed", words) if error else None
    if _holds(words, phrases.moderation):
        return Refused("moderation", said)
    if response.status == 429:
        return Busy(retry_after(response.headers, 5.0), said)
    if response.status == 503 and _holds(words, phrases.no_channel):
        return Refused("model", said)
    if response.status in _STATUS:
        return refusal(said, phrases, _STATUS[response.status], words)
    return Unclear(str(say("HTTP {}: {}", response.status, said)))


def understood(unclear: Unclear, response: HttpResponse, phrases: Phrases) -> Refused | Unclear:
    """An answer without a result, by its words: some relays refuse content with status 200, in prose."""
    if not _holds(response.text[:20_000], phrases.moderation):
        return unclear
    words = next((phrase for phrase in phrases.moderation if phrase.casefold() in response.text.casefold()), "")
    return Refused("moderation", words)


def in_prose(finished: Finished, phrases: Phrases) -> Finished | Refused:
    """Words in the place of JSON that refuse the content: to ask again would only buy the same words again."""
    words = finished.content
    if isinstance(words, str) and "{" not in words and _holds(words, phrases.moderation):
        return Refused("moderation", " ".join(words.split())[:300])
    return finished


def refusal(message: str, phrases: Phrases, otherwise: Why, words: str = "") -> Refused:
    """A refusal, sorted by its words: those of the message, and codes beside it."""
    words = words or message
    if _holds(words, phrases.moderation):
        return Refused("moderation", message)
    if _holds(words, phrases.no_channel):
        return Refused("model", message)
    if _holds(words, phrases.balance):
        return Refused("balance", message)
    return Refused(otherwise, message)


def _holds(text: str, phrases: Iterable[str]) -> bool:
    lowered = text.casefold()
    return any(phrase.casefold() in lowered for phrase in phrases)


def message_of(response: HttpResponse) -> str:
    """What an answer says for people, on one line: the message of its error where it has one, else its first words."""
    data = parsed(response.body)
    inner = [("error", key) for key in ("message_zh", "message", "code")]
    places = [("error",), *inner, *((key,) for key in _MESSAGES)]
    said = next((text for path in places if (text := word(at(data, path)))), "")
    if not said:
        said = re.sub(r"<[^>]*>", " ", response.text) if "html" in response.media else response.text
    return " ".join(said.split())[:300] or str(say("no words"))


def _all_words(response: HttpResponse, data: JsonValue) -> str:
    """Message, code and type of an error, between which relays divide what they mean; a whole page where it is none."""
    if not isinstance(data, dict):
        return response.text[:5000]
    places = [(key,) for key in ("error", "code", *_MESSAGES)]
    inner = [("error", key) for key in ("message", "message_zh", "code", "type")]
    return " ".join(word(at(data, path)) for path in [*places, *inner])


def retry_after(headers: Mapping[str, str], usual: float) -> float:
    """Seconds that an answer asks for, or until the time that it names by its own clock; `usual` where it asks not."""
    said = headers.get("retry-after", "")
    try:
        seconds = float(said)
    except ValueError:
        then, now = parsedate_tz(said), parsedate_tz(headers.get("date", ""))
        seconds = mktime_tz(then) - mktime_tz(now) if then and now else usual
    return min(max(seconds, 0.0), 600.0) if math.isfinite(seconds) else usual
