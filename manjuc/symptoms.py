"""What is wrong with a key, an address, an answer of a relay or a choice of models, told by its looks. Asks nobody."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from manjuc.failures import message_of
from manjuc.models import Model
from manjuc.shapes import outline, parsed, values
from manjuc.wire import HttpResponse
from manjuc.words import NOTHING, Words, heard, named, say

_OURS = ("/v1", "/v2", "/chat", "/images", "/videos", "/models")
_USUAL_KEY = 16  # letters that a key has at least


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: whether it is right, and what to do where it is not."""

    level: Literal["ok", "warning", "problem"]
    what: Words
    todo: Words = NOTHING


def of_key(key: str) -> Iterator[Finding]:
    """What a key looks like. It is never shown, not even in parts."""
    again = say(
        "copy it from the relay's page of tokens once more, into MANJUC_API_KEY or into .env beside manjuc.yaml"
    )
    if not key:
        todo = say("{}; without a key every build is a preview", again)
        yield Finding("problem", say("there is no API key: MANJUC_API_KEY is not set"), todo)
    elif key[0] in "\"'“”‘’`" or key[-1] in "\"'“”‘’`":
        yield Finding("problem", say("the API key stands in quotes that belong to it"), say("take the quotes away"))
    elif key.casefold().startswith("bearer"):
        todo = say("give the key alone: manjuc adds that word")
        yield Finding("problem", say("the API key begins with `Bearer`"), todo)
    elif not key.isascii():
        what = say("the API key holds characters that no key has, such as full-width ones or `…`")
        yield Finding("problem", what, again)
    elif not key.isprintable() or " " in key:
        yield Finding("problem", say("the API key holds spaces or line breaks"), again)
    elif len(key) < _USUAL_KEY or "***" in key:
        what = say("the API key has only {} letters: it may be cut off or masked", len(key))
        yield Finding("warning", what, again)
    else:
        yield Finding("ok", say("an API key is there"))


def of_address(base_url: str, documentation: Iterable[str]) -> Iterator[Finding]:
    """What a base URL looks like, once `/v1` and slashes at its end are taken off."""
    try:
        parts = urlsplit(base_url)
        host, origin, port = parts.hostname or "", origin_of(base_url), parts.port
    except ValueError:
        host, origin, port = "", "", None
    sound = host and port != 0 and can_be_looked_up(base_url) and not any(char.isspace() for char in base_url)
    if not sound or parts.scheme not in ("http", "https"):
        todo = say("write it as https://host, in MANJUC_BASE_URL or `relay` in manjuc.yaml")
        yield Finding("problem", say("the base URL is not an address of the web"), todo)
    elif "@" in parts.netloc or parts.query or parts.fragment:
        what = say("the base URL holds more than an address: a name, `?` or `#`")
        yield Finding("problem", what, say("write {}", origin))
    elif is_documentation(base_url, documentation):
        todo = say(
            "take the address that its examples send requests to; the relay's own page of tokens often shows it too"
        )
        yield Finding("problem", say("{} serves documentation for people, not the API", host), todo)
    else:
        yield _of_path(parts.path.rstrip("/"), parts.scheme == "http", host, origin)


def _of_path(path: str, plain: bool, host: str, origin: str) -> Finding:
    """What stands behind a host that can be right."""
    if path.endswith("/v1"):
        todo = say("write {}: manjuc adds `/v1` itself", origin)
        return Finding("problem", say("the base URL ends with `/v1` twice"), todo)
    if any(path.startswith(own) or f"{own}/" in path or path.endswith(own) for own in _OURS):
        todo = say("write {}: manjuc adds the rest", origin)
        return Finding("problem", say("the base URL goes on to a call ({})", path), todo)
    if plain and host not in ("127.0.0.1", "localhost", "::1"):
        what = say("{} is not encrypted: others can read the key", origin)
        return Finding("warning", what, say("write https:// if it answers"))
    if path:
        return Finding("warning", say("the base URL has a path ({})", path), say("most relays stand at {}", origin))
    return Finding("ok", say("the base URL is {}", origin))


def is_documentation(base_url: str, documentation: Iterable[str]) -> bool:
    """True for a host of pages about an API. A key is never sent there."""
    try:
        host = urlsplit(base_url).hostname or ""
    except ValueError:
        return False
    return any(part in host for part in documentation)


def can_be_looked_up(url: str) -> bool:
    """False where an address holds letters that cannot be sent, or a name of which no network can make a host."""
    try:
        host = urlsplit(url).hostname or ""
        host.encode("idna")
        coded = [label.removeprefix("xn--") for label in host.split(".") if label.startswith("xn--")]
        return url.isprintable() and all(label.encode().decode("punycode").isprintable() for label in coded)
    except ValueError:
        return False


def origin_of(base_url: str) -> str:
    """Scheme, host and port of an address, and nothing else of it; ValueError where it has no host."""
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(parts.scheme)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}{f':{parts.port}' if parts.port is not None else ''}"


def of_silence(said: str, host: str, proxies: Collection[str]) -> Finding:
    """Why no answer came, by the words of the system."""
    low = said.casefold()
    if any(word in low for word in ("certificate", "ssl", "tls", "wrong version number", "handshake")):
        what = say("the encrypted connection fails (TLS)")
        todo = say(
            "is the clock right, does a proxy or filter look inside, and is it https:// where the relay speaks http://?"
        )
    elif any(word in low for word in ("name or service", "getaddrinfo", "nodename", "name resolution", "no address")):
        what = say("its name is not known (DNS)")
        todo = say("look for a slip in the address; is the network there?")
    elif "refused" in low or "connect call failed" in low:
        what, todo = say("it refuses connections"), say("is the port right, and is the relay running?")
    elif "no answer within" in low or "timeout" in low or "timed out" in low:
        what, todo = say("it does not answer in time"), say("is it reachable from this network?")
    else:
        what, todo = say("the connection fails"), say("look for a slip in the address")
    if proxies:
        todo = say("{} Requests go through {}: try without", todo, tuple(sorted(proxies)))
    return Finding("problem", say("{}: {}: {}", host, what, heard(said)), todo)


def of_answer(response: HttpResponse, *, with_key: bool) -> Finding:
    """What the answer to GET /v1/models tells of key and address."""
    status = response.status
    if 300 <= status < 400:
        where = response.headers.get("location", "")
        try:
            there: str | Words = origin_of(where)
        except ValueError:
            there = say("another page")
        todo = say("give that address as base URL, if it is the API")
        return Finding("problem", say("the relay sends us on to {}", there), todo)
    if status == 401 and not with_key:
        return Finding("ok", say("the relay answers, and asks for a key"))
    if "html" in response.media or response.body.lstrip()[:1] == b"<":
        what = say("a page for browsers came back (HTTP {}) instead of an answer of the API", status)
        return Finding("problem", what, say("take the address of the API, not of the dashboard or its pages"))
    if status >= 300:
        return _of_refusal(status, message_of(response))
    if (names := offered(response)) is None:
        shape = outline(parsed(response.body))
        what = say("the relay answers, but with no list of models: {}", shape)
        return Finding("warning", what, say("is this the API?"))
    return Finding("ok", say("the relay answers and offers {} models", len(names)))


def _of_refusal(status: int, said: str) -> Finding:
    match status:
        case 401:
            todo = say("copy the key again; does it belong to this relay, and is it still valid?")
            return Finding("problem", say("the relay does not take the key (HTTP 401: {})", heard(said)), todo)
        case 403:
            todo = say("look at its balance, quota and group, and at the addresses that it may be used from")
            return Finding("problem", say("the key may not be used like this (HTTP 403: {})", heard(said)), todo)
        case 404:
            what = say("the relay knows no /v1/models (HTTP 404)")
            return Finding("problem", what, say("look for a slip in the base URL"))
    later = say("try again in a while")
    if status == 429:
        return Finding("warning", say("the relay is busy (HTTP 429: {})", heard(said)), later)
    return Finding("problem", say("the relay has trouble (HTTP {}: {})", status, heard(said)), later)


def offered(response: HttpResponse) -> tuple[str, ...] | None:
    """The names in an answer to GET /v1/models, or None where it is no list of them."""
    data = parsed(response.body)
    if response.status >= 300 or not isinstance(data, dict) or not isinstance(data.get("data"), list):
        return None
    return tuple(sorted({name for name in values(data, ("data", "id")) if isinstance(name, str)}))


def of_models(wanted: Iterable[Model], known: Mapping[str, Model], names: Collection[str]) -> Iterator[Finding]:
    """Whether a relay offers the models that a spec needs; where not, what comes near."""
    for model in wanted:
        instead, kind = _instead(model, known, names), Words(model.kind)
        if model.name not in names:
            todo = instead or say("look in the relay's list, and in the group of the key; names are case-sensitive")
            yield Finding("problem", say("the relay does not offer the {} model {}", kind, model.name), todo)
        elif model.retired:
            what = say(
                "{} was shut down by its maker on {}; the relay still lists the name", model.name, model.retired.date
            )
            yield Finding("warning", what, instead or say("ask who runs it what stands behind the name"))
        else:
            yield Finding("ok", say("the relay offers the {} model {}", kind, model.name))


def _instead(model: Model, known: Mapping[str, Model], names: Collection[str]) -> Words:
    lower = {name.casefold(): name for name in names if name != model.name}
    near = difflib.get_close_matches(model.name.casefold(), lower, 3, 0.75)
    living = [name for name in (model.retired.successors if model.retired else ()) if name in names]
    alike = [m.name for m in known.values() if m.kind == model.kind and not m.retired and m.name in names]
    said = []
    if near:
        said.append(say("near it: {}", named(lower[name] for name in near)))
    if living:
        said.append(say("its successors there: {}", named(living)))
    elif alike:
        said.append(say("{} models that manjuc knows there: {}", Words(model.kind), named(alike)))
    return say("{}; {}", *said) if len(said) == 2 else said[0] if said else NOTHING


def kind_of(name: str, kinds: Mapping[str, Collection[str]]) -> str:
    """A guess at what a model makes, by its name."""
    low = name.casefold()
    return next((kind for kind, parts in kinds.items() if any(part in low for part in parts)), "text")
