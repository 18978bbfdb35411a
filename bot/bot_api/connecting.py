"""The first contact with the Bot API: waits until it answers."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from telegram.error import InvalidToken, RetryAfter, TelegramError

from bot.bot_api.errors import reason_of
from bot.bot_api.rate_limits import retry_after_seconds

_LOGGER = logging.getLogger(__name__)
_FIRST_GAP, _LONGEST_GAP = 1.0, 10.0  # seconds between two tries; doubled each time


async def connect(
    initialize: Callable[[], Awaitable[None]], *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Call something until the Bot API answers it: the network may come up after the program.

    Args:
        initialize: makes the first call.
        sleep: waits for a number of seconds.

    Raises:
        InvalidToken: the Bot API rejects the token.
    """
    gap = _FIRST_GAP
    while True:
        try:
            await initialize()
        except InvalidToken:
            raise
        except RetryAfter as error:
            seconds = retry_after_seconds(error)
            _LOGGER.warning("the Bot API asks for a pause of %d s", seconds)
            await sleep(seconds)
        except TelegramError as error:
            _LOGGER.warning(
                "the Bot API cannot be reached yet, trying again in %d s: %s", gap, reason_of(error)
            )
            await sleep(gap)
            gap = min(2 * gap, _LONGEST_GAP)
        else:
            return
