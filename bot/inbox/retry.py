"""When a failed attempt is repeated, and after how many attempts it is not."""

import random
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from telegram.error import BadRequest, NetworkError, RetryAfter

from bot.bot_api.rate_limits import retry_after_seconds
from bot.inbox.errors import UnreadableUpdateError
from core.errors.base import OperationError
from core.errors.store import QueryError, StoreConstraintError


def is_outage(error: BaseException) -> bool:
    """Return whether the network, Telegram or the database failed, rather than the update itself.

    A handler that took too long counts: one call may wait for five pauses of a minute.
    """
    if isinstance(error, BadRequest | StoreConstraintError | QueryError):
        return False
    return isinstance(error, NetworkError | RetryAfter | OperationError)


def trace(error: BaseException) -> str:
    """Return the error's class and stack for the log.

    The message is left out: it may quote what a user typed. An outage is logged without its stack.
    """
    lines = () if is_outage(error) else traceback.format_tb(error.__traceback__)
    return "".join((type(error).__name__, "\n" if lines else "", *lines)).rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Exponential backoff with jitter.

    An update that fails by itself gets a few attempts. During an outage every update fails, and none
    must become a dead letter because of it: with the defaults, the pauses add up to some 25 minutes.
    """

    max_tries: int = 5
    max_tries_in_outage: int = 40
    first_delay: timedelta = timedelta(milliseconds=500)
    max_delay: timedelta = timedelta(seconds=60)
    jitter: Callable[[], float] = random.random  # from 0 to 1

    def exhausted(self, tries: int, error: BaseException) -> bool:
        """Return whether to give up after this many attempts, the last of which raised ``error``."""
        if isinstance(error, UnreadableUpdateError):
            return True
        return tries >= (self.max_tries_in_outage if is_outage(error) else self.max_tries)

    def delay(self, tries: int, error: BaseException | None = None) -> float:
        """Return the seconds to wait after this many attempts; at least what a 429 response asks for."""
        backoff = self.first_delay.total_seconds() * 2.0 ** min(tries - 1, 30)
        delay = min(backoff, self.max_delay.total_seconds()) * (0.5 + self.jitter() / 2)
        return max(delay, retry_after_seconds(error)) if isinstance(error, RetryAfter) else delay
