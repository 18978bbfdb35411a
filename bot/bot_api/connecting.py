"""The first contact with the Bot API: waits until it answers."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from telegram.error import InvalidToken, RetryAfter, TelegramError

from bot.bot_api.errors import reason_of
from bot.bot_api.rate_limits import retry_after_seconds

_LOGGER = logging.getLogger(__name__)
_REFUSALS = 4  # of the token in a row, before it is believed: a Bot API may refuse it while it restarts
_FIRST_GAP, _LONGEST_GAP = 1.0, 10.0  # seconds between two tries; doubled each time


async def connect(
    initialize: Callable[[], Awaitable[None]], *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Call something until the Bot API answers it: the network may come up after the program.

    Args:
        initialize: makes the first call.
        sleep: waits for a number of seconds.

    Raises:
        InvalidToken: the Bot API rejects the token, again and again.
    """
    gap, refusals = _FIRST_GAP, 0
    while True:
        try:
            await initialize()
        except InvalidToken:
            refusals += 1
            if refusals == _REFUSALS:
                raise
            _LOGGER.error("the Bot API refuses the token (telegram.token), trying again in %d s", gap)  # noqa: TRY400 - no bug
            await sleep(gap)
            gap = min(2 * gap, _LONGEST_GAP)
        except RetryAfter as error:
            refusals = 0
            seconds = retry_after_seconds(error)
            _LOGGER.warning("the Bot API asks for a pause of %d s", seconds)
            await sleep(seconds)
        except TelegramError as error:
            refusals = 0
            _LOGGER.warning(
                "the Bot API cannot be reached yet, trying again in %d s: %s", gap, reason_of(error)
            )
            await sleep(gap)
            gap = min(2 * gap, _LONGEST_GAP)
        else:
            return
