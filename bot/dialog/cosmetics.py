"""Makes the calls that only tidy a chat: callback answers, removing old buttons, deleting messages.

Nobody waits for them. Each gets some time, and a failure is not reported: the next press matters more.
Deletions of personal data are repeated for some minutes.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from telegram.error import BadRequest, Forbidden, TelegramError

from bot.bot_api.parking import leave

_LOGGER = logging.getLogger(__name__)

_TIDYING = 2.0  # seconds for a call that only concerns what a chat looks like
_PATIENTLY = 60.0  # seconds for one that waits for the chat's allowance
_DELETING = 600.0  # seconds within which a deletion is tried again and again
_FIRST_GAP, _LONGEST_GAP = 1.0, 60.0  # seconds between two tries of a deletion; doubled each time
_LAST_MOMENT, _LAST_DELETIONS = 0.5, 3.0  # seconds for what is under way at the end of the program
_MOST = 2000  # calls under way that only tidy; further ones are left out
_MOST_DELETIONS = 20_000  # a few kilobytes each


class Cosmetics:
    """Makes calls whose outcome nobody waits for."""

    def __init__(self) -> None:
        self._tidying: set[asyncio.Task[None]] = set()
        self._waiting: set[asyncio.Task[None]] = set()
        self._deletions: set[asyncio.Task[None]] = set()

    def tidy(self, call: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """Make a call in the background; give it up after a moment."""
        if len(self._tidying) >= _MOST:
            _LOGGER.warning("too many calls that only tidy are under way: one is left out")
            return
        _begin(self._tidying, _once(call, _TIDYING))

    def tidy_later(self, call: Callable[[], Coroutine[Any, Any, object]]) -> asyncio.Task[None] | None:
        """Make a call in the background that may wait until its chat has allowance to spare."""
        if len(self._waiting) >= _MOST:
            _LOGGER.warning("too many calls that only tidy wait: one is left out")
            return None
        return _begin(self._waiting, _once(call, _PATIENTLY))

    def delete(self, call: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """Delete something in the background; try for some minutes. No other calls can displace it."""
        if len(self._deletions) >= _MOST_DELETIONS:
            _LOGGER.error("too many deletions are under way: a message stays in its chat")
            return
        _begin(self._deletions, _persistently(call))

    async def close(self) -> None:
        """Give the calls under way a moment, deletions a longer one; then cancel them."""
        for tasks, seconds in ((self._tidying, _LAST_MOMENT), (self._deletions, _LAST_DELETIONS)):
            if tasks:
                await asyncio.wait(set(tasks), timeout=seconds)
        left = (*self._tidying, *self._waiting, *self._deletions)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


def _begin(tasks: set[asyncio.Task[None]], work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    task = asyncio.create_task(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return task


async def _once(call: Callable[[], Coroutine[Any, Any, object]], within: float) -> None:
    leave()
    try:
        async with asyncio.timeout(within):
            await call()
    except (TelegramError, TimeoutError) as error:
        _LOGGER.debug("a call that only tidies failed: %s", type(error).__name__)


async def _persistently(call: Callable[[], Coroutine[Any, Any, object]]) -> None:
    """Repeat a call until it succeeds, or is refused for good: the message is gone or too old."""
    leave()
    gap = _FIRST_GAP
    try:
        async with asyncio.timeout(_DELETING):
            while True:
                try:
                    await call()
                except (BadRequest, Forbidden):
                    return
                except TelegramError as error:
                    _LOGGER.debug("a deletion failed: %s", type(error).__name__)
                else:
                    return
                await asyncio.sleep(gap)
                gap = min(2 * gap, _LONGEST_GAP)
    except TimeoutError:
        _LOGGER.warning("a message could not be deleted")
