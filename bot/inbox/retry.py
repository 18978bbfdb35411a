"""How long to wait after a failure, and when to give up."""

import random
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from telegram.error import BadRequest, NetworkError, RetryAfter

from bot.bot_api.rate_limits import retry_after_seconds
from bot.inbox.errors import UnreadableUpdateError
from core.errors import OperationError, QueryError, StoreConstraintError


def is_outage(error: BaseException) -> bool:
    """Return whether the world is to blame (network, messenger, database) and not the update."""
    if isinstance(error, BadRequest | StoreConstraintError | QueryError):
        return False
    return isinstance(error, NetworkError | RetryAfter | OperationError)


def trace(error: BaseException) -> str:
    """Return for the log where an error comes from: its class and the lines of the program.

    Not what it says, for that may be what somebody typed.
    """
    lines = () if is_outage(error) else traceback.format_tb(error.__traceback__)
    return "".join((type(error).__name__, "\n" if lines else "", *lines)).rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Growing gaps between tries, shaken so that not everybody comes back at once.

    A failure of the update itself is tried a few times. In an outage everything fails, and what
    people sent must not be set aside for it: the defaults hold out for some 35 minutes.
    """

    tries: int = 5  # of one update
    tries_in_outage: int = 40
    first_gap: timedelta = timedelta(milliseconds=500)
    longest_gap: timedelta = timedelta(seconds=60)
    jitter: Callable[[], float] = random.random  # from 0 to 1

    def is_over(self, tries: int, error: BaseException) -> bool:
        """Return whether to give up after that many tries, the last of which ended like this."""
        if isinstance(error, UnreadableUpdateError):
            return True
        return tries >= (self.tries_in_outage if is_outage(error) else self.tries)

    def gap(self, tries: int, error: BaseException | None = None) -> float:
        """Return how many seconds to wait after that many tries: at least what a 429 asks for."""
        grown = self.first_gap.total_seconds() * 2.0 ** min(tries - 1, 30)
        shaken = min(grown, self.longest_gap.total_seconds()) * (0.5 + self.jitter() / 2)
        return max(shaken, retry_after_seconds(error)) if isinstance(error, RetryAfter) else shaken
