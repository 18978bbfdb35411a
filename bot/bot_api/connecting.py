"""The first contact with the Bot API: waits until it answers, and removes a webhook that blocks polling."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from telegram import Bot
from telegram.error import InvalidToken, RetryAfter, TelegramError

from bot.bot_api.errors import reason_of
from bot.bot_api.rate_limits import retry_after_seconds

_LOGGER = logging.getLogger(__name__)
_FIRST_GAP, _LONGEST_GAP = 1.0, 10.0  # seconds between two tries; doubled each time

WEBHOOK_SET = "a webhook is set on this token"
"""What ``check`` and the log say."""


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


async def has_webhook(bot: Bot) -> bool:
    """Return whether a webhook is set, which keeps updates from a program that polls.

    Raises:
        TelegramError: the Bot API did not say.
    """
    return bool((await bot.get_webhook_info()).url)


async def clear_webhook(bot: Bot) -> None:
    """Remove a webhook; the updates that wait for it come by polling. A failure is only logged."""
    try:
        if await has_webhook(bot):
            await bot.delete_webhook(drop_pending_updates=False)
            _LOGGER.warning("%s, from an earlier use: it was removed, as updates are polled", WEBHOOK_SET)
    except TelegramError as error:
        _LOGGER.warning("whether a webhook is set could not be found out: %s", reason_of(error))
