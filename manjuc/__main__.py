"""The command, as `manjuc` and as `python -m manjuc`. It imports next to nothing, so that Ctrl-C is heeded at once.

While the other modules are still imported nothing is begun, so there is nothing to say; Python would say it by a
traceback from whichever of them it has come to.
"""

from __future__ import annotations

import os
import signal
import sys


def main() -> None:
    """Import the command line and run it."""
    usual = signal.getsignal(signal.SIGINT)
    if usual is signal.default_int_handler:  # a shell lets what goes on behind it ignore Ctrl-C
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    from manjuc.cli import main as run

    try:
        signal.signal(signal.SIGINT, usual)
        run()
    except KeyboardInterrupt:  # before it could say anything, or while it said something
        sys.exit(130)


if __name__ == "__main__":
    main()
