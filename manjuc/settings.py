"""What the machine and the project's own file say: relay, key, limits. The only reader of the environment.

The only place that holds a secret: nothing that is written to disk or shown is made from `Settings.api_key`.
"""

from __future__ import annotations

import io
import os
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from dotenv import parser

from manjuc.errors import UsageError
from manjuc.symptoms import can_be_looked_up
from manjuc.words import Words, say

DEFAULT_BASE_URL = "https://api.whatai.cc"
_OURS = re.compile(r"\s*(?:export\s+)?['\"]?(MANJUC_[A-Z_]*[A-Z])", re.IGNORECASE | re.ASCII)
SLOTS = {"text": 4, "image": 4, "video": 4, "local": 2}


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that never shows itself."""

    value: str = field(repr=False)

    def __str__(self) -> str:
        return "***"

    def hide_in(self, text: str) -> str:
        """`text` without the secret."""
        return text.replace(self.value, "***") if self.value else text


@dataclass(frozen=True, slots=True)
class Settings:
    """How to reach the relay, and how much at once."""

    api_key: Secret | None
    base_url: str  # empty: the preview relay in this process
    dialect: str
    slots: Mapping[str, int]
    confirm_over: Decimal
    preview: bool
    per_minute: int | Mapping[str, int] = 0  # calls that may be submitted in a minute: all, or by kind; 0: any number
    deadlines: Mapping[str, int] = field(default_factory=dict)  # milliseconds to wait for a result, by stage
    budget: Mapping[str, Decimal] = field(default_factory=dict)  # for the whole project; empty: no bounds
    quota_per_unit: int = 0  # of the relay's quota make one unit of its money; 0: as it says itself


def read(project: Mapping[str, Any], dotenv: str, *, preview: bool) -> Settings:
    """Settings from the environment, then `.env`, then the project's manjuc.yaml (already checked), then defaults."""
    variables = _variables(dotenv)
    if not preview:
        for slip in slips(dotenv):
            raise UsageError(say("{}: {}", slip.what, slip.todo))
    relay, limits = project.get("relay") or {}, project.get("limits") or {}
    key = _header_value(variables.get("MANJUC_API_KEY", "").strip())
    given = variables.get("MANJUC_BASE_URL", "").strip()
    preview = preview or not key
    return Settings(
        api_key=None if preview else Secret(key),
        base_url=_preview_url(given) if preview else _checked(given or relay.get("base_url") or DEFAULT_BASE_URL),
        dialect=_dialect(variables, relay),
        slots={**SLOTS, **{kind: count for kind, count in limits.items() if kind in SLOTS}},
        per_minute=limits.get("per_minute", 0),
        deadlines={stage: round(minutes * 60_000) for stage, minutes in limits.get("minutes", {}).items()},
        confirm_over=Decimal(str(project.get("confirm_over", 0))),
        preview=preview,
        quota_per_unit=relay.get("quota_per_unit", 0),
        budget={currency: Decimal(str(most)) for currency, most in (project.get("budget") or {}).items()},
    )


@dataclass(frozen=True, slots=True)
class Slip:
    """A line of `.env` that was meant to set one of our variables, and does not."""

    what: Words
    todo: Words
    variable: str


@dataclass(frozen=True, slots=True)
class Given:
    """What there is to reach a relay with, unchecked: for those who look for mistakes in it."""

    key: Secret
    base_url: str
    chosen: bool  # the address was chosen by someone; else it is the default
    dialect: str
    slips: tuple[Slip, ...]
    proxies: tuple[str, ...]  # the variables that name one


def given(project: Mapping[str, Any], dotenv: str) -> Given:
    """Key and address as they were given."""
    variables, relay = _variables(dotenv), project.get("relay") or {}
    chosen = variables.get("MANJUC_BASE_URL", "").strip() or relay.get("base_url") or ""
    proxies = [name for name in os.environ if name.upper() in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")]
    return Given(
        Secret(variables.get("MANJUC_API_KEY", "").strip()),
        base_url(chosen or DEFAULT_BASE_URL),
        bool(chosen),
        _dialect(variables, relay),
        tuple(slips(dotenv)),
        tuple(sorted(name for name in proxies if os.environ[name])),
    )


def _dialect(variables: Mapping[str, str], relay: Mapping[str, Any]) -> str:
    return variables.get("MANJUC_DIALECT") or relay.get("dialect") or "whatai"


def slips(dotenv: str) -> Iterator[Slip]:
    """Lines of `.env` that set nothing though they name a variable of ours which is not set elsewhere."""
    found = _dotenv(dotenv)
    for binding in _bindings(dotenv):
        before = len(binding.original.string) - len(binding.original.string.lstrip())
        line = binding.original.line + binding.original.string[:before].count("\n")
        named = _OURS.match(unicodedata.normalize("NFKC", binding.original.string))
        name = named[1].upper() if named else ""
        read = binding.key == name and binding.value is not None
        if name and not read and name not in found and not os.environ.get(name):
            yield Slip(say("line {} of .env sets no {}", line, name), say("write it as {}", f"{name}=…"), name)


def _bindings(dotenv: str) -> Iterator[parser.Binding]:
    yield from parser.parse_stream(io.StringIO(dotenv.removeprefix("\ufeff")))


def _variables(dotenv: str) -> dict[str, str]:
    return {**_dotenv(dotenv), **{name: value for name, value in os.environ.items() if value}}


def _preview_url(given: str) -> str:
    """A preview relay is served on this machine alone: a paid relay's address must not stop a preview."""
    url = base_url(given)
    try:
        return url if urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1") else ""
    except ValueError:
        return ""


def _checked(given: str) -> str:
    """An address that can be connected to at all; UsageError otherwise, before anything is intended."""
    url = base_url(given)
    try:
        parts = urlsplit(url)
        # A name and password in it would be written down with every call.
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and "@" not in parts.netloc
        # What stands behind these would swallow the path of every call.
        sound = sound and not parts.query and not parts.fragment and can_be_looked_up(url)
    except ValueError:
        sound = False
    if not sound or any(char.isspace() for char in url):
        wrong = say(
            "the relay's address `{}` is not one: it looks like https://host or http://host:port", _shown(given)
        )
        raise UsageError(wrong)
    return url


def _shown(given: str) -> str:
    """An address without the name, password and question that may stand in it."""
    bare = re.sub(r"^(\s*\w*:?/*).*@", r"\1***@", given, flags=re.DOTALL)
    return re.sub(r"([?#]).*", r"\1***", bare, flags=re.DOTALL).encode("utf-8", "replace").decode()


def _header_value(key: str) -> str:
    """A key goes into a header, which holds ASCII letters alone; a pasted line break or a Chinese quote is a slip."""
    if not key.isascii() or not key.isprintable() or " " in key:
        wrong = say("MANJUC_API_KEY holds characters that no key has: paste it again, without quotes or spaces")
        raise UsageError(wrong)
    return key


def base_url(text: str) -> str:
    """The address below which a dialect's paths stand: people paste it with `/v1` and slashes at its end."""
    return text.strip().rstrip("/").removesuffix("/v1").rstrip("/")


def _dotenv(text: str) -> dict[str, str]:
    values = {binding.key: binding.value for binding in _bindings(text)}
    return {name: value for name, value in values.items() if name and value}


def language(known: Collection[str]) -> str:
    """The language that the environment asks for, of those that are known; else English."""
    return language_of(os.environ, known)


def language_of(variables: Mapping[str, str], known: Collection[str]) -> str:
    """The language that some variables ask for: our own, else the first of the system's that is set (`zh_CN.UTF-8`)."""
    names = ("MANJUC_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    asked = next((variables[name] for name in names if variables.get(name)), "")
    base = re.split("[-_.@]", asked.lower(), maxsplit=1)[0]
    return base if base in known else "en"


def wants_colour(stream_is_terminal: bool) -> bool:
    """Colour on a terminal, unless NO_COLOR asks for none."""
    return stream_is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
