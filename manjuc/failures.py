"""What a relay's "no" means. The body is read before the status: relays wrap refusals in any status, 200 included."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import mktime_tz, parsedate_tz

from manjuc.sayings import begun, declined, endings, everything, plain_no, prose, reason
from manjuc.shapes import at, parsed
from manjuc.wire import Finished, HttpResponse, Polled, Refused, Running, Unclear, Why
from manjuc.words import Words, heard, say

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

# What each kind of refusal is, and what to do about it.
_MEANS: dict[Why, Words] = {
    "auth": say(
        "the relay does not let the key in; check MANJUC_API_KEY, its group and where it may be used from, "
        "`manjuc doctor` helps"
    ),
    "balance": say("the money at the relay is used up; top up there, or raise the quota of the key, and build again"),
    "model": say(
        "the relay has nobody for this model; take another model or another group of the key, "
        "`manjuc models --live` lists what there is"
    ),
    "size": say("the call is too large for the relay; take fewer or smaller reference pictures, or a shorter text"),
    "moderation": say("the content was refused; rewrite what is objected to, or let `on_failure` ask in milder words"),
    "request": say(
        "the relay does not take such a call; correct what it names, take another model "
        "(`manjuc models --live` lists what there is), or look at the address with `manjuc doctor`"
    ),
    "busy": say("the relay has no time; build again later"),
    "failed": say("it failed at the relay; build again, and ask the relay where it fails once more"),
}
_NO_KEY = ("HTTP 401", "HTTP 403")
_LONGEST = 300  # letters that are told of what a relay says


@dataclass(frozen=True, slots=True)
class Phrases:
    """Words by which relays say why; data, from the catalogue. Compared without regard to case."""

    moderation: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()  # of refused content, too short to be looked for within other words
    no_channel: tuple[str, ...] = ()
    balance: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Busy:
    """Refused for now and not charged: ask again after some seconds."""

    seconds: float
    message: str


def told(why: Why, message: str) -> Words:
    """What a refusal is, what to do about it, and the relay's own words."""
    return say("{} (the relay says: {})", _MEANS.get(why, _MEANS["failed"]), heard(message))


def meaning(response: HttpResponse, phrases: Phrases) -> Refused | Busy | Unclear | None:
    """What went wrong with a submit, or None where the answer looks like success and the dialect may read it."""
    said, words = message_of(response), _all_words(response)
    if response.status < 300:
        data = parsed(response.body)
        found = refusal(said, phrases, "failed", words) if at(data, ("error",)) else None
        # What broke off halfway may have been charged, or go on.
        return None if found and found.why == "failed" and begun(data) else found
    if _holds(words, phrases.moderation):
        return Refused("moderation", said)
    if response.status == 429:
        # Relays and makers say of an empty purse, too, that there were too many calls.
        empty = _holds(words, phrases.balance)
        return Refused("balance", said) if empty else Busy(retry_after(response.headers, 5.0), said)
    if response.status == 503 and _holds(words, phrases.no_channel):
        return Refused("model", said)
    if response.status in _STATUS:
        return refusal(said, phrases, _STATUS[response.status], words)
    return Unclear(str(say("HTTP {}: {}", response.status, said)))


def understood(unclear: Unclear, response: HttpResponse, phrases: Phrases) -> Refused | Unclear:
    """An answer without a result, by its words: some relays refuse with status 200.

    Content is refused in prose as well. Want of money or of a channel is told before anything is taken; it counts where
    the answer says no and holds nothing by which a job or a result could be meant.
    """
    if _is_page(response):
        return unclear
    data = parsed(response.body)
    said = _short(response.text if data is None else prose(data)).rstrip(".。")
    ended = next((word for word in endings(data) if _filtered(word, phrases)), "")
    if ended or declined(data) or _holds(_all_words(response), phrases.moderation):
        return Refused("moderation", said or ended)
    if plain_no(data) and (found := refusal(said, phrases, "failed", _all_words(response))).why != "failed":
        return found
    return Unclear(str(say("{}; the relay says: {}", heard(unclear.message), said))) if said else unclear


def settled(polled: Polled, response: HttpResponse, phrases: Phrases) -> Polled:
    """How a job stands, by the words of the answer as well: a refusal of its content is its end, in any status."""
    match polled:
        case Refused("failed", message, words):
            return refusal(_short(message), phrases, "failed", f"{message} {words}")
        case Running() if response.status >= 300 and _holds(_all_words(response), phrases.moderation):
            return Refused("moderation", message_of(response))
        case _:
            return polled


def unended(task: str, last: Running) -> Words:
    """What is known of a job that came to no end while it was waited for."""
    if last.status in _NO_KEY:
        return say(
            "the relay does not take the key for the job {} ({}), and nobody knows how it is; "
            "check MANJUC_API_KEY: the next build asks for it again",
            task,
            last.status,
        )
    status = heard(last.status)
    match last.seen:
        case "no link":
            return say(
                "the relay calls the job {} done, and gives no link of the web to fetch it by ({}); "
                "ask the relay for the result: the next build looks again",
                task,
                status,
            )
        case "nothing":
            return say(
                "the relay did not say how the job {} is (last word: {}); the next build asks again", task, status
            )
        case "status":
            return say("the job {} still runs (last word: {}); the next build goes on with it", task, status)


def in_prose(finished: Finished, phrases: Phrases, response: HttpResponse | None = None) -> Finished | Refused:
    """Words in the place of JSON that refuse the content: to ask again would only buy the same words again.

    So it is with a text of which a filter left nothing, or less than a whole object. Of an empty one all of the
    `response` is heard.
    """
    words = finished.content
    if not isinstance(words, str):
        return finished
    if response and not words.strip() and isinstance(found := understood(Unclear(""), response, phrases), Refused):
        return found
    filtered = _filtered(finished.finish_reason, phrases)
    if "{" not in words and (filtered or _holds(words, phrases.moderation)):
        return Refused("moderation", _short(words) or finished.finish_reason)
    return Refused("moderation", finished.finish_reason) if filtered and _cut_off(words) else finished


def _cut_off(words: str) -> bool:
    """True for JSON that is surely not whole: brackets may stand in its texts as well."""
    whole = parsed(words[words.index("{") : words.rfind("}") + 1])
    return whole is None and words.count("{") > words.count("}")


def _filtered(ending: str, phrases: Phrases) -> bool:
    """True where an answer ended for the sake of its content."""
    return ending.casefold() in map(str.casefold, phrases.endings) or _holds(ending, phrases.moderation)


def refusal(message: str, phrases: Phrases, otherwise: Why, words: str | None = None) -> Refused:
    """A refusal, sorted by its words: those of the message, and codes beside it."""
    words = message if words is None else words
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
    said = reason(parsed(response.body))
    if not said:
        said = re.sub(r"<[^>]*>", " ", response.text) if "html" in response.media else response.text
    return _short(said) or str(say("no words"))


def _short(text: str) -> str:
    return " ".join(text[: 100 * _LONGEST].split())[:_LONGEST]


def _all_words(response: HttpResponse) -> str:
    """All words between which relays divide what they mean. A page for browsers tells nothing of a call."""
    data = parsed(response.body)
    if data is None:
        return "" if _is_page(response) else response.text[:20_000]
    return everything(data)


def _is_page(response: HttpResponse) -> bool:
    page = "html" in response.media or response.body.lstrip()[:1] == b"<"
    return page and parsed(response.body) is None


def retry_after(headers: Mapping[str, str], usual: float) -> float:
    """Seconds that an answer asks for, or until the time that it names by its own clock; `usual` where it asks not."""
    said = headers.get("retry-after", "")
    try:
        seconds = float(said)
    except ValueError:
        try:
            then, now = parsedate_tz(said), parsedate_tz(headers.get("date", ""))
            seconds = mktime_tz(then) - mktime_tz(now) if then and now else usual
        except (ValueError, OverflowError):  # a year or a month that no calendar has
            seconds = usual
    return min(max(seconds, 0.0), 600.0) if math.isfinite(seconds) else usual
