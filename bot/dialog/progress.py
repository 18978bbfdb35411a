"""Shows in a chat that something is being worked on: «typing …» at once, words after a moment."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.bot_api.client import Messenger
from bot.bot_api.parking import leave
from bot.bot_api.rate_limits import COSMETIC
from bot.dialog.cosmetics import Cosmetics

A_MOMENT = 1.0
"""Seconds after which words say what takes so long."""
_AGAIN = 4.0
"""Seconds after which «typing …» is shown again: telephones show it for five."""


class Progress:
    """Shows that a chat is being worked for.

    Args:
        bot: the Bot API client.
        cosmetics: makes calls in the background.
    """

    def __init__(self, bot: Messenger, cosmetics: Cosmetics) -> None:
        self._bot = bot
        self._cosmetics = cosmetics
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def shown(
        self, chat_id: int, words: Callable[[], str] | None, *, lasting: bool
    ) -> AsyncIterator[None]:
        """Show it while the block runs.

        Args:
            chat_id: the chat.
            words: what is said after a moment; None for nothing.
            lasting: whether the words stay in the chat.
        """
        over = asyncio.Event()
        saying = None if words is None else self._say(chat_id, words, over, lasting=lasting)
        for work in filter(None, (self._type(chat_id, over), saying)):
            task = asyncio.create_task(work)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            yield
        finally:
            over.set()

    async def _type(self, chat_id: int, over: asyncio.Event) -> None:
        leave()
        while not over.is_set():
            self._cosmetics.tidy(
                lambda: self._bot.send_chat_action(chat_id, ChatAction.TYPING, rate_limit_args=COSMETIC)
            )
            await _is_set(over, _AGAIN)

    async def _say(
        self, chat_id: int, words: Callable[[], str], over: asyncio.Event, *, lasting: bool
    ) -> None:
        leave()
        if await _is_set(over, A_MOMENT):
            return
        with suppress(TelegramError):
            said = await self._bot.send_message(chat_id, words(), disable_notification=True)
            await over.wait()
            if not lasting:
                number = said.message_id
                self._cosmetics.delete(
                    lambda: self._bot.delete_message(chat_id, number, rate_limit_args=COSMETIC)
                )


async def _is_set(event: asyncio.Event, within: float) -> bool:
    """Wait for an event for some seconds; return whether it came."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            return await event.wait()
    return False
