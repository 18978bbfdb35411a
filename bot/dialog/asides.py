"""Answers that stand alone: the live message stays as it is, and stays the live one.

A *hint* says what to do after input that the screen does not take; the next one within a minute replaces it,
so that a chat never fills with them. Which message was the last hint is held in memory only: after a restart
one stays.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from telegram import ReplyKeyboardMarkup, ReplyParameters
from telegram.constants import MessageLimit, ParseMode
from telegram.error import Forbidden

from bot.bot_api.client import Messenger
from bot.bot_api.rate_limits import COSMETIC
from bot.dialog.cosmetics import Cosmetics
from bot.i18n.formatting import clipped

_SHORTLY = 60.0
"""Seconds within which a hint replaces the one before."""
_MOST_KNOWN = 10_000


class Aside(StrEnum):
    """How a note is sent that leaves the screen as it is."""

    HINT = "hint"  # replaced by the next hint
    ANSWER = "answer"  # stays: what was asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hint:
    message_id: int
    at: float


class Asides:
    """Sends answers that stand alone.

    Args:
        bot: the Bot API client.
        cosmetics: makes calls in the background.
    """

    def __init__(self, bot: Messenger, cosmetics: Cosmetics) -> None:
        self._bot = bot
        self._cosmetics = cosmetics
        self._hints: dict[int, _Hint] = {}

    async def send(
        self,
        chat_id: int,
        words: str,
        *,
        reply_to: int | None,
        aside: Aside,
        keyboard: ReplyKeyboardMarkup | None = None,
    ) -> None:
        """Answer a message; a chat that has blocked the bot is left alone.

        Args:
            chat_id: the chat.
            words: HTML.
            reply_to: the message that is answered; None if it is being deleted.
            aside: whether the answer stays.
            keyboard: a reply keyboard to be shown again: telephones hide it once something was sent.
        """
        reply = None if reply_to is None else ReplyParameters(reply_to, allow_sending_without_reply=True)
        with suppress(Forbidden):
            message = await self._bot.send_message(
                chat_id,
                clipped(words, MessageLimit.MAX_TEXT_LENGTH),
                parse_mode=ParseMode.HTML,
                reply_parameters=reply,
                reply_markup=keyboard,
            )
            if aside == Aside.HINT:
                self._replace(chat_id, message.message_id)

    def _replace(self, chat_id: int, message_id: int) -> None:
        """Remember the last hint of a chat, and delete the one before if it is recent."""
        now = asyncio.get_running_loop().time()
        former = self._hints.pop(chat_id, None)
        if former is not None and now - former.at < _SHORTLY:
            old = former.message_id
            self._cosmetics.delete(lambda: self._bot.delete_message(chat_id, old, rate_limit_args=COSMETIC))
        self._hints[chat_id] = _Hint(message_id=message_id, at=now)
        while len(self._hints) > _MOST_KNOWN:
            del self._hints[next(iter(self._hints))]
