"""The preview relay on a socket. The only module that imports the server."""

from __future__ import annotations

import socket

import uvicorn

from manjuc.errors import UsageError, system_says
from manjuc.preview.faults import App
from manjuc.words import say

LOOPBACK = "127.0.0.1"


def bind(host: str = LOOPBACK, port: int = 0) -> socket.socket:
    """A listening socket; port 0 takes a free one, and `getsockname()` tells which. `serve` closes it.

    UsageError where the port cannot be had.
    """
    if not 0 <= port < 1 << 16:
        raise UsageError(say("there is no port {}: they go from 0 to 65535", port))
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        taken = say("nothing can listen on port {} ({}); `--port 0` takes a free one", port, system_says(error))
        raise UsageError(taken) from error
    # Or the second packet of each answer waits for the client's delayed acknowledgement of the first: 40 ms. asyncio
    # sets it only on sockets that name their protocol, which `create_server` does not.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def serve(app: App, listening: socket.socket) -> None:
    """Answer on a bound socket until the process is interrupted; the end of its lifespan closes the relay."""
    config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="on", ws="none")
    with listening:
        uvicorn.Server(config).run(sockets=[listening])
