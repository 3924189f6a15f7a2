"""A relay on a bad day: an application around the preview relay that plays faults as they are scripted.

It counts money in an account of its own, which `GET /preview/account` tells.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Protocol

from manjuc.digest import digest_of
from manjuc.models import Kind, Model, Money
from manjuc.preview.account import Account, Asked, Line, price_of, read_asked
from manjuc.preview.misdeeds import KINDS, MISDEEDS, PLACES, Misdeed, On
from manjuc.preview.spoil import KEY, task_of
from manjuc.preview.web import Answer, Message, Receive, Request, Send, json_answer, read_request, send_answer

_ACCOUNT = "/preview/account"
_NOTHING = Answer(200, "application/json", b"")


class App(Protocol):
    """Whatever can be served."""

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one connection."""

    async def close(self) -> None:
        """Stop all work."""


class Inner(App, Protocol):
    """The relay behind the faults, which knows its jobs."""

    def kind_of(self, path: str) -> Kind | None:
        """What kind of thing a path polls or downloads, as its job tells it; None where it does neither."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One scripted fault: which, where, for which kind of model, after how many such requests, how often.

    `times` None means always; `taken` makes the relay take a request that the fault would have kept from it. With a
    `chance` below one it is left to dice: `seed` throws them, for the same requests in whatever order always the same.
    """

    name: str
    on: On
    kind: Kind | None = None
    after: int = 0
    times: int | None = 1
    taken: bool = False
    seconds: float = 5.0
    most_seconds: float = 0.0  # more than `seconds`: anything between the two, by the same dice
    chance: float = 1.0
    seed: int = 0

    def strikes(self, request: str) -> bool:
        """True where the dice choose a request; `request` tells it from every other."""
        return self.chance >= 1 or self._dice("chance", request) < self.chance

    def delay(self, request: str) -> float:
        """How many seconds late an answer to a request comes."""
        more = max(0.0, self.most_seconds - self.seconds)
        return self.seconds + (more * self._dice("seconds", request) if more else 0)

    def _dice(self, what: str, request: str) -> float:
        """From 0 to 1, and never 1."""
        return int(digest_of(f"{self.seed} {self.name} {what} {request}".encode())[:12], 16) / 16**12

    @property
    def misdeed(self) -> Misdeed:
        """What it does."""
        return MISDEEDS[self.name]


def scripted(facts: Mapping[str, Any]) -> Fault:
    """A fault from plain data of known shape; ValueError where it can never be played."""
    name, kind = facts["fault"], facts.get("kind")
    misdeed = MISDEEDS[name]
    places = [on for on in PLACES if any(misdeed.fits(on, of) for of in KINDS)]
    on = facts.get("on", places[0])
    if not any(misdeed.fits(on, of) for of in ([kind] if kind else KINDS)):
        what = f" of a {kind}" if kind else ""
        raise ValueError(f"the fault `{name}` is never played on {on}{what}; it is on {', '.join(places)}")
    times = facts.get("times", 1)
    more = {key: facts[key] for key in ("after", "taken", "seed", "chance") if key in facts}
    late = facts.get("seconds", 5)
    least, most = (late["min"], late["max"]) if isinstance(late, Mapping) else (late, 0)
    more |= {"seconds": float(least), "most_seconds": float(most)}
    return Fault(name, on, kind, times=None if times == "always" else int(times), **more)


@dataclass(eq=False, slots=True)
class _Due:
    """A fault that is still to be played, with the requests to let pass and the times that are left."""

    fault: Fault
    passing: int
    times: int | None


class Misbehaving:
    """The preview relay with faults and an account. `models` holds the facts by which money is counted."""

    def __init__(
        self,
        app: Inner,
        faults: Sequence[Fault] = (),
        models: Mapping[str, Model] | None = None,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._app = app
        self._models = models or {}
        self._sleep = sleep
        self._due: list[_Due] = []
        self._seen: Counter[str] = Counter()  # requests that are alike
        self._names: dict[str, str] = {}  # ids that were given out for others
        self.account = Account()
        self.play(*faults)

    def play(self, *faults: Fault) -> None:
        """Faults that are to come, after those that are scripted already."""
        self._due += [_Due(fault, fault.after, fault.times) for fault in faults]

    async def close(self) -> None:
        """Stop all work."""
        await self._app.close()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one connection, well or badly."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        request = read_request(scope)
        if (request.method, request.path) == ("GET", _ACCOUNT):
            return await send_answer(json_answer(self.account.as_json()), send)
        messages = await _read(receive)
        body = b"".join(message.get("body", b"") for message in messages)
        with_key = bool(request.authorization)
        real = self._real(scope)
        made = self._app.kind_of(str(real["path"]))
        asked = read_asked(request.method, request.path, body, self._models, made=made, with_key=with_key)
        relayed = _Relayed(self._app, real, messages, receive)
        place = f"{request.method} {request.path} {asked.body}"
        self._seen[place] += 1
        relayed.name = f"{place} {self._seen[place]}"
        meant = [due for due in self._due if _meant(due.fault, asked) and due.fault.strikes(relayed.name)]
        # Whether a request is one to let pass is seen by its answer: none is asked for that another fault prevents.
        for due in sorted(meant, key=lambda due: due.passing > 0):
            if await self._play(due, asked, relayed, request, send):
                return
        answer = await relayed.answer()
        self._note(asked, answer.status, "", relayed)
        await send_answer(answer, send)

    async def _play(self, due: _Due, asked: Asked, relayed: _Relayed, request: Request, send: Send) -> bool:
        """Play a fault, if its turn has come and the relay's answer offers what it spoils."""
        fault, misdeed = due.fault, due.fault.misdeed
        answer = await relayed.answer() if misdeed.taken or fault.taken else _NOTHING
        refused = (misdeed.taken or fault.taken) and answer.status >= 300
        spoiled = None if refused else misdeed.change(answer)
        if spoiled is None or due not in self._due:  # another request was the last one meanwhile
            return False
        if due.passing > 0:
            due.passing -= 1
            return False
        due.times = None if due.times is None else due.times - 1
        if due.times == 0:
            self._due.remove(due)
        if fault.name == "bare_number_id":
            self._names[task_of(spoiled)] = task_of(answer)
        spoiled = _addressed(spoiled, request)
        whole = misdeed.line in ("whole", "late")
        self._note(asked, spoiled.status if whole else 0, fault.name, relayed)
        await self._send(misdeed, fault, spoiled, relayed, send)
        return True

    async def _send(self, misdeed: Misdeed, fault: Fault, answer: Answer, relayed: _Relayed, send: Send) -> None:
        match misdeed.line:
            case "late":
                await self._sleep(fault.delay(relayed.name))
                await send_answer(answer, send)
            case "whole":
                await send_answer(answer, send)
            case "silent":
                await relayed.gone()
            case "closed":
                await relayed.hang_up()
            case "half" | "short" as how:
                headers = [(b"content-type", answer.media_type.encode())]
                headers += [(b"content-length", str(len(answer.content)).encode())] if how == "short" else []
                await send({"type": "http.response.start", "status": answer.status, "headers": headers})
                half = answer.content[: len(answer.content) // 2]
                await send({"type": "http.response.body", "body": half, "more_body": True})
                await relayed.hang_up()

    def _note(self, asked: Asked, status: int, fault: str, relayed: _Relayed) -> None:
        taken = asked.on == "submit" and relayed.took
        price = price_of(asked, relayed.known, self._models) if taken else None
        charged = price or Money(Decimal(0), "")
        task = task_of(relayed.known) if taken and asked.kind != "text" else ""
        self.account.lines.append(Line(asked, status, fault, taken, charged, task))

    def _real(self, scope: Message) -> Message:
        """The request with the job's real id in the place of one that was made up."""
        parts = [self._names.get(part, part) for part in str(scope["path"]).split("/")]
        return {**scope, "path": "/".join(parts)}


class _Relayed:
    """One request on its way to the relay behind; it is passed on when its answer is first asked for."""

    def __init__(self, app: App, scope: Message, messages: Sequence[Message], receive: Receive) -> None:
        self._app, self._scope, self._receive = app, scope, receive
        self._messages = list(messages)
        self.known = _NOTHING
        self.name = ""  # by which dice tell it from all others
        self._passed = False

    @property
    def took(self) -> bool:
        """True where the relay made a job of it."""
        return self._passed and self.known.status < 300

    async def answer(self) -> Answer:
        """What the relay says."""
        if self._passed:
            return self.known
        self._passed = True
        start: Message = {}
        body = bytearray()

        async def kept(message: Message) -> None:
            start.update(message if message["type"] == "http.response.start" else {})
            body.extend(message.get("body", b""))

        await self._app(self._scope, self._next, kept)
        media_type = dict(start["headers"]).get(b"content-type", b"").decode("latin-1")
        self.known = Answer(start["status"], media_type, bytes(body))
        return self.known

    async def _next(self) -> Message:
        return self._messages.pop(0) if self._messages else await self._receive()

    async def gone(self) -> None:
        """Return once the other side has given up."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def hang_up(self) -> None:
        """Close the connection, as ASGI has no word for; where there is none, fail."""
        connection = getattr(getattr(self._receive, "__self__", None), "transport", None)
        if connection is None:
            raise ConnectionResetError("the relay hung up")
        connection.close()
        await self.gone()


async def _read(receive: Receive) -> list[Message]:
    """A whole request, as the messages in which it came."""
    messages = [await receive()]
    while messages[-1].get("more_body", False):
        messages.append(await receive())
    return messages


def _meant(fault: Fault, asked: Asked) -> bool:
    """True where a fault is for such a request."""
    if asked.kind is None or asked.on != fault.on:
        return False
    wanted = fault.misdeed.field
    here = fault.kind in (None, asked.kind) and (not wanted or wanted in asked.fields)
    return here and fault.misdeed.fits(fault.on, asked.kind)


def _addressed(answer: Answer, request: Request) -> Answer:
    """An answer with what it takes from its own request: the place that it leads away from, the key that it repeats."""
    if answer.status == 302:
        answer = replace(answer, headers=((b"location", _elsewhere(request.origin, request.path).encode()),))
    key = request.authorization.removeprefix("Bearer ")
    return replace(answer, content=answer.content.replace(KEY.encode(), key.encode()))


def _elsewhere(origin: str, path: str) -> str:
    """The same path at another name of this machine."""
    here, there = ("localhost", "127.0.0.1") if "localhost" in origin else ("127.0.0.1", "localhost")
    return origin.replace(here, there) + path
