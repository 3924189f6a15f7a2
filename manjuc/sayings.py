"""What an answer says in words, wherever a relay puts them: the reason for people, and all of it, to be sorted by."""

from __future__ import annotations

import re
from collections.abc import Iterator

from manjuc.digest import JsonValue
from manjuc.shapes import parsed, word

# Keys of a reason, most telling first: a wrapper's `message` may only say that the question was answered.
_REASONS = ("fail_reason", "failure_reason", "reason_str", "failed_reason", "fail_message")
_OF_ERRORS = ("message_zh", "message", "msg", "detail", "reason", "code")
_MESSAGES = ("message_zh", "message", "msg", "detail", "reason", "err", "error_msg", "error_message")
_REFUSAL = "refusal"  # in a talk: the model's words in the place of its answer
_PROSE = (_REFUSAL, "content", "text")
# Why an answer ended, in the words of the relay or of the maker behind it.
_ENDINGS = ("finish_reason", "finishReason", "native_finish_reason", "stop_reason", "blockReason", "block_reason")
# Here relays repeat what they were asked: the author's words, and none of theirs.
_REPEATED = {"prompt", "input", "inputs", "messages", "request", "parameters", "properties"}
# Where relays say whether a question went well, and all that stands beside it where there was nothing to do.
_OUTCOMES = ("success", "ok", "code")
_TRACES = ("type", "param", "request_id", "requestid", "req_id", "trace_id", "traceid", "time", "timestamp")
_WELL = re.compile(r"|0+|2\d\d(00)?|ok|true|succe(ss|ssful|eded)", re.IGNORECASE)
# By these relays name a job, in any spelling; and tokens that were written are tokens that were paid for.
_JOB = re.compile(r"(task|job|generation|video|prediction)(_?(id|no|uuid))?", re.IGNORECASE)
_WRITTEN = ("completion_tokens", "output_tokens", "candidatesTokenCount")
_DEEPEST = 12
_LONGEST = 20_000  # letters: what is longer is a picture


def reason(data: JsonValue) -> str:
    """Why something did not go well, in the relay's own words; nothing where it says none."""
    errors = [*_under(data, "error")]
    told = _first(data, _REASONS) or next(filter(None, map(_word, errors)), "")
    return told or _first(errors, _OF_ERRORS) or _first(data, _MESSAGES)


def prose(data: JsonValue) -> str:
    """Words for people that stand where a result was to be."""
    return reason(data) or _first(data, _PROSE)


def plain_no(data: JsonValue) -> bool:
    """True for an answer that says no and nothing else: neither an id nor anything that could be a result."""
    if not isinstance(data, dict):
        return False
    said = {key.casefold(): value for key, value in data.items() if value not in (None, "", [], {})}
    silent = {*_OUTCOMES, *_TRACES, *_MESSAGES}
    if any(key not in silent or isinstance(value, list | dict) or _inside(word(value)) for key, value in said.items()):
        return False
    return any(said.get(key) is False or not _WELL.fullmatch(word(said.get(key))) for key in _OUTCOMES)


def declined(data: JsonValue) -> bool:
    """True for an answer in which a model says, in the place for it, that it will not do what was asked."""
    return bool(_first(data, (_REFUSAL,)))


def endings(data: JsonValue) -> tuple[str, ...]:
    """Every word by which an answer says why it ended."""
    return tuple(filter(None, (_word(value) for key in _ENDINGS for value in _under(data, key))))


def begun(data: JsonValue) -> bool:
    """True for an answer by which a call was taken, whatever else it says: it names a job, or what was written."""
    jobs = (each[name] for each in _objects(data) for name in each.keys() - _REPEATED if _JOB.fullmatch(name))
    return any(_word(value) and not isinstance(value, list) for value in jobs) or written(data)


def written(data: JsonValue) -> bool:
    """True for an answer by which something was written, whatever it says: that is charged."""
    counts = (count for name in _WRITTEN for count in _under(data, name))
    return any(isinstance(count, int) and count > 0 for count in counts)


def everything(data: JsonValue) -> str:
    """All words of an answer but those that it repeats."""
    return " ".join(_texts(data))


def _first(data: JsonValue, keys: tuple[str, ...]) -> str:
    found = (_word(value) for key in keys for value in _under(data, key))
    return next((text for text in found if text), "")


def _word(value: JsonValue) -> str:
    text = word(value[0] if isinstance(value, list) and value else value)
    return "" if len(text) > _LONGEST or _inside(text) is not None else text


def _inside(text: str) -> JsonValue:
    """The answer of another relay that one passes on in a text."""
    return parsed(text) if text[:1] in ("{", "[") and len(text) <= _LONGEST else None


def _under(data: JsonValue, key: str) -> Iterator[JsonValue]:
    """Every value of a key, the outer ones first."""
    return (each[key] for each in _objects(data) if key in each)


def _objects(data: JsonValue, depth: int = 0) -> Iterator[dict[str, JsonValue]]:
    """Every object of an answer from the outermost on, but for what it repeats of the request."""
    if depth > _DEEPEST:
        return
    match data:
        case dict():
            yield data
            for name, value in data.items():
                if name not in _REPEATED:
                    yield from _objects(value, depth + 1)
        case list():
            for item in data:
                yield from _objects(item, depth + 1)
        case str():
            yield from _objects(_inside(data), depth + 1)


def _texts(data: JsonValue, depth: int = 0) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    match data:
        case dict():
            for name, value in data.items():
                if name not in _REPEATED:
                    yield from _texts(value, depth + 1)
        case list():
            for item in data:
                yield from _texts(item, depth + 1)
        case str() if (inside := _inside(data)) is not None:
            yield from _texts(inside, depth + 1)
        case str() if len(data) <= _LONGEST:
            yield data
