"""``python -m bot`` and ``xuanhao``: the command line."""

import gc
import os
import signal
import sys

FAILED, INTERRUPTED = 1, 130
NOT_INSTALLED = "run make install, then .venv/bin/python -m bot; Python 3.11 or newer is needed"
PRIVATE = 0o077
"""The umask of all commands: whatever they create is for this user only."""


def start() -> int:
    """Load the program and run one command; return its exit status."""
    handled = signal.getsignal(signal.SIGINT)
    if handled is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # while it loads, an interrupt just ends it
    os.umask(PRIVATE)
    gc.disable()  # what is loaded stays: looking through it for garbage takes a quarter of the time
    try:
        from bot.cli import main  # noqa: PLC0415 - it takes a second, in which somebody may interrupt
    except ModuleNotFoundError as missing:
        print(f"{missing}: {NOT_INSTALLED}", file=sys.stderr)  # noqa: T201 - the command line prints
        return FAILED

    gc.freeze()
    gc.enable()

    try:
        if handled is signal.default_int_handler:
            signal.signal(signal.SIGINT, handled)
        return main()
    except KeyboardInterrupt:  # in the moment before main, or after it
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(start())
