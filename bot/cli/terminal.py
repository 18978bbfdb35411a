"""Questions and progress of a command on the terminal; ``--yes`` answers the questions."""

import argparse
import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Never

from tqdm import tqdm

from bot.cli.progress import advance
from bot.local_socket.client import hand_over
from bot.local_socket.errors import NoTerminal
from bot.local_socket.operations import OPERATIONS
from bot.local_socket.protocol import Request
from core.bootstrap import bootstrap
from core.errors.store import StoreInUse
from core.settings import Settings


def add_yes(parser: argparse.ArgumentParser, about: str = "do not ask, for scripts") -> None:
    """Add ``--yes``."""
    parser.add_argument("--yes", action="store_true", help=about)


class Terminal:
    """Asks the person who has typed the command; refuses if nobody can be asked.

    Args:
        is_confirmed: ``--yes`` was given.
    """

    def __init__(self, *, is_confirmed: bool) -> None:
        self._is_confirmed = is_confirmed
        self._bar: tqdm[Never] | None = None

    async def confirm(self, summary: str, question: str) -> bool:
        """Print what would be done; ask, unless ``--yes`` was given.

        Raises:
            NoTerminal: there is nobody to ask.
        """
        self._end_progress()
        print(summary)
        if not self._is_confirmed and not sys.stdin.isatty():
            sys.stdout.flush()  # before the refusal, which goes to standard error
            raise NoTerminal(question)
        return self._is_confirmed or _asked(question)

    async def show_progress(self, done: int, total: int) -> None:
        """Show a bar, on a terminal only."""
        if self._bar is None:
            self._bar = tqdm(total=total, desc="loading", disable=None)
        advance(self._bar, done, total)
        if done == total:
            self._end_progress()

    def _end_progress(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _asked(question: str) -> bool:
    try:
        with _interruptible():
            return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
    except (EOFError, UnicodeDecodeError):
        return False


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Let an interrupt end ``input``: the handler of asyncio would cancel the task, and wait for Enter."""
    if threading.current_thread() is not threading.main_thread():  # only that one may set a handler
        yield
        return
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


async def carry_out(settings: Settings, request: Request, *, is_confirmed: bool = False) -> str:
    """Carry out a command on the database, or let the running service do it; return what to print.

    Raises:
        XuanhaoError: it was not carried out.
    """
    terminal = Terminal(is_confirmed=is_confirmed)
    try:
        core = await bootstrap(settings, migrate=False)
    except StoreInUse as in_use:
        return await hand_over(settings, request, terminal, in_use)
    try:
        return await OPERATIONS[request.command](core, request, terminal)
    finally:
        await core.close()
