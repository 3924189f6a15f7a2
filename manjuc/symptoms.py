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
from manjuc.text import listed
from manjuc.wire import HttpResponse

_OURS = ("/v1", "/v2", "/chat", "/images", "/videos", "/models")
_USUAL_KEY = 16  # letters that a key has at least


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: whether it is right, and what to do where it is not."""

    level: Literal["ok", "warning", "problem"]
    what: str
    todo: str = ""


def of_key(key: str) -> Iterator[Finding]:
    """What a key looks like. It is never shown, not even in parts."""
    again = "copy it from the relay's page of tokens once more, into MANJUC_API_KEY or into .env beside manjuc.yaml"
    if not key:
        todo = f"{again}; without a key every build is a preview"
        yield Finding("problem", "there is no API key: MANJUC_API_KEY is not set", todo)
    elif key[0] in "\"'“”‘’`" or key[-1] in "\"'“”‘’`":
        yield Finding("problem", "the API key stands in quotes that belong to it", "take the quotes away")
    elif key.casefold().startswith("bearer"):
        yield Finding("problem", "the API key begins with `Bearer`", "give the key alone: manjuc adds that word")
    elif not key.isascii():
        yield Finding("problem", "the API key holds characters that no key has, such as full-width ones or `…`", again)
    elif not key.isprintable() or " " in key:
        yield Finding("problem", "the API key holds spaces or line breaks", again)
    elif len(key) < _USUAL_KEY or "***" in key:
        yield Finding("warning", f"the API key has only {len(key)} letters: it may be cut off or masked", again)
    else:
        yield Finding("ok", "an API key is there")


def of_address(base_url: str, documentation: Iterable[str]) -> Iterator[Finding]:
    """What a base URL looks like, once `/v1` and slashes at its end are taken off."""
    try:
        parts = urlsplit(base_url)
        host, origin, _ = parts.hostname or "", origin_of(base_url), parts.port
    except ValueError:
        host = origin = ""
    path = urlsplit(base_url).path.rstrip("/") if host else ""
    if not host or parts.scheme not in ("http", "https") or any(char.isspace() for char in base_url):
        what = "the base URL is not an address of the web"
        yield Finding("problem", what, "write it as https://host, in MANJUC_BASE_URL or `relay` in manjuc.yaml")
    elif "@" in parts.netloc or parts.query or parts.fragment:
        yield Finding("problem", "the base URL holds more than an address: a name, `?` or `#`", f"write {origin}")
    elif is_documentation(base_url, documentation):
        todo = "take the address that its examples send requests to; the relay's own page of tokens often shows it too"
        yield Finding("problem", f"{host} serves documentation for people, not the API", todo)
    elif path.endswith("/v1"):
        yield Finding("problem", "the base URL ends with `/v1` twice", f"write {origin}: manjuc adds `/v1` itself")
    elif any(path.startswith(own) or f"{own}/" in path or path.endswith(own) for own in _OURS):
        yield Finding("problem", f"the base URL goes on to a call ({path})", f"write {origin}: manjuc adds the rest")
    elif parts.scheme == "http" and host not in ("127.0.0.1", "localhost", "::1"):
        yield Finding("warning", f"{origin} is not encrypted: others can read the key", "write https:// if it answers")
    elif path:
        yield Finding("warning", f"the base URL has a path ({path})", f"most relays stand at {origin}")
    else:
        yield Finding("ok", f"the base URL is {origin}")


def is_documentation(base_url: str, documentation: Iterable[str]) -> bool:
    """True for a host of pages about an API. A key is never sent there."""
    return any(part in (urlsplit(base_url).hostname or "") for part in documentation)


def origin_of(base_url: str) -> str:
    """Scheme, host and port of an address, and nothing else of it."""
    parts = urlsplit(base_url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}"


def of_silence(said: str, host: str, proxies: Collection[str]) -> Finding:
    """Why no answer came, by the words of the system."""
    low = said.casefold()
    if any(word in low for word in ("certificate", "ssl", "tls", "wrong version number", "handshake")):
        what, todo = "the encrypted connection fails (TLS)", "is the clock right, does a proxy or filter look inside"
        todo += ", and is it https:// where the relay speaks http://?"
    elif any(word in low for word in ("name or service", "getaddrinfo", "nodename", "name resolution", "no address")):
        what, todo = "its name is not known (DNS)", "look for a slip in the address; is the network there?"
    elif "refused" in low or "connect call failed" in low:
        what, todo = "it refuses connections", "is the port right, and is the relay running?"
    elif "no answer within" in low or "timeout" in low or "timed out" in low:
        what, todo = "it does not answer in time", "is it reachable from this network?"
    else:
        what, todo = "the connection fails", "look for a slip in the address"
    if proxies:
        todo += f" Requests go through {', '.join(sorted(proxies))}: try without"
    return Finding("problem", f"{host}: {what}: {said}", todo)


def of_answer(response: HttpResponse, *, with_key: bool) -> Finding:
    """What the answer to GET /v1/models tells of key and address."""
    said, status = message_of(response), response.status
    if 300 <= status < 400:
        where = response.headers.get("location", "")
        there = origin_of(where) if where.startswith("http") else "another page"
        return Finding(
            "problem", f"the relay sends us on to {there}", "give that address as base URL, if it is the API"
        )
    if status == 401 and not with_key:
        return Finding("ok", "the relay answers, and asks for a key")
    if "html" in response.media or response.body.lstrip()[:1] == b"<":
        what = f"a page for browsers came back (HTTP {status}) instead of an answer of the API"
        return Finding("problem", what, "take the address of the API, not of the dashboard or its pages")
    match status:
        case 401:
            todo = "copy the key again; does it belong to this relay, and is it still valid?"
            return Finding("problem", f"the relay does not take the key (HTTP 401: {said})", todo)
        case 403:
            todo = "look at its balance, quota and group, and at the addresses that it may be used from"
            return Finding("problem", f"the key may not be used like this (HTTP 403: {said})", todo)
        case 404:
            return Finding("problem", "the relay knows no /v1/models (HTTP 404)", "look for a slip in the base URL")
        case 429:
            return Finding("warning", f"the relay is busy (HTTP 429: {said})", "try again in a while")
    if status >= 300:
        return Finding("problem", f"the relay has trouble (HTTP {status}: {said})", "try again in a while")
    if (names := offered(response)) is None:
        shape = outline(parsed(response.body))
        return Finding("warning", f"the relay answers, but with no list of models: {shape}", "is this the API?")
    return Finding("ok", f"the relay answers and offers {len(names)} models")


def offered(response: HttpResponse) -> tuple[str, ...] | None:
    """The names in an answer to GET /v1/models, or None where it is no list of them."""
    data = parsed(response.body)
    if response.status >= 300 or not isinstance(data, dict) or not isinstance(data.get("data"), list):
        return None
    return tuple(sorted({name for name in values(data, ("data", "id")) if isinstance(name, str)}))


def of_models(wanted: Iterable[Model], known: Mapping[str, Model], names: Collection[str]) -> Iterator[Finding]:
    """Whether a relay offers the models that a spec needs; where not, what comes near."""
    for model in wanted:
        instead = _instead(model, known, names)
        if model.name not in names:
            todo = instead or "look in the relay's list, and in the group of the key; names are case-sensitive"
            yield Finding("problem", f"the relay does not offer the {model.kind} model {model.name}", todo)
        elif model.retired:
            what = f"{model.name} was shut down by its maker on {model.retired.date}; the relay still lists the name"
            yield Finding("warning", what, instead or "ask who runs it what stands behind the name")
        else:
            yield Finding("ok", f"the relay offers the {model.kind} model {model.name}")


def _instead(model: Model, known: Mapping[str, Model], names: Collection[str]) -> str:
    lower = {name.casefold(): name for name in names if name != model.name}
    near = difflib.get_close_matches(model.name.casefold(), lower, 3, 0.75)
    living = [name for name in (model.retired.successors if model.retired else ()) if name in names]
    alike = [m.name for m in known.values() if m.kind == model.kind and not m.retired and m.name in names]
    said = []
    if near:
        said.append(f"near it: {listed(lower[name] for name in near)}")
    if living:
        said.append(f"its successors there: {listed(living)}")
    elif alike:
        said.append(f"{model.kind} models that manjuc knows there: {listed(alike)}")
    return "; ".join(said)


def kind_of(name: str, kinds: Mapping[str, Collection[str]]) -> str:
    """A guess at what a model makes, by its name."""
    low = name.casefold()
    return next((kind for kind, parts in kinds.items() if any(part in low for part in parts)), "text")
