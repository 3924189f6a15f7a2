"""The command, as `manjuc` and as `python -m manjuc`. It imports next to nothing, so that Ctrl-C is heeded at once.

While the other modules are still imported nothing is begun, and once the command has run all is said: Ctrl-C ends the
process there and then. Python would add a traceback from whichever module it has come to, or end by the signal.
"""

from __future__ import annotations

import os
import signal
import sys


def main() -> None:
    """Import the command line and run it."""
    usual = signal.getsignal(signal.SIGINT)
    # A shell lets what goes on behind it ignore Ctrl-C.
    at_once = (lambda *_: os._exit(130)) if usual is signal.default_int_handler else usual
    signal.signal(signal.SIGINT, at_once)
    from manjuc.cli import main as run

    try:
        try:
            signal.signal(signal.SIGINT, usual)
            run()
        finally:
            signal.signal(signal.SIGINT, at_once)
    except KeyboardInterrupt:  # before it could say anything, while it said something, or on its way out
        signal.signal(signal.SIGINT, at_once)
        sys.exit(130)


if __name__ == "__main__":
    main()
