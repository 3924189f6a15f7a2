"""The preview relay without a socket: a client talks to it, and both live in one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx

from manjuc.preview.app import PreviewRelay
from manjuc.preview.faults import Misbehaving

T = TypeVar("T")


def talk_to(relay: PreviewRelay | Misbehaving, talk: Callable[[httpx.AsyncClient], Awaitable[T]]) -> T:
    """What a talk with a relay comes to; the relay is closed after it."""

    async def run() -> T:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(relay), base_url="http://relay.test") as client:
            try:
                return await talk(client)
            finally:
                await relay.close()

    return asyncio.run(run())


async def progress() -> None:
    """Wait until the relay has come to the end of a piece of its work; an error where it has none to do."""
    work = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
