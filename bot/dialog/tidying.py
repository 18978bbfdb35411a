"""Tidies a chat after a step: answers presses, and deals with messages that are no longer the live one.

Nobody waits for any of it, and none of it takes the chat's allowance from the next screen (``COSMETIC``).
"""

import asyncio
from functools import partial

from telegram import ReplyKeyboardRemove
from telegram.error import BadRequest

from bot.bot_api.client import Messenger
from bot.bot_api.rate_limits import COSMETIC
from bot.dialog.cosmetics import Cosmetics
from bot.dialog.record import Record, is_protected
from bot.dialog.view import Lifetime, MessageKind

_TOAST = 200
_KEYBOARD_GONE = "…"
"""The text of the message that takes a reply keyboard away, which is deleted at once."""


class Tidying:
    """Makes the calls that only tidy a chat.

    Args:
        bot: the Bot API client.
        cosmetics: makes calls in the background.
    """

    def __init__(self, bot: Messenger, cosmetics: Cosmetics) -> None:
        self._bot = bot
        self._cosmetics = cosmetics
        self._taking_away: dict[int, asyncio.Task[None]] = {}  # reply keyboards, by chat

    def answer(self, query_id: str, text: str, *, alert: bool) -> None:
        """Answer a callback query."""
        toast = text if len(text) <= _TOAST else text[: _TOAST - 1] + "…"
        self._cosmetics.tidy(
            lambda: self._bot.answer_callback_query(
                query_id, text=toast or None, show_alert=alert, rate_limit_args=COSMETIC
            )
        )

    def leave(self, record: Record, *, replaced: bool, keyboard_stays: bool) -> None:
        """Deal with the message that was the live one, now that another has taken its place.

        Args:
            record: the conversation as it was before.
            replaced: whether the new message stands for it, as an edit would; otherwise it stays in the chat
                as what was said before.
            keyboard_stays: whether the new message has a reply keyboard too.
        """
        if record.message_id is None:
            return
        if record.message_kind == MessageKind.KEYBOARD:
            if not keyboard_stays:
                self._take_keyboard_away(record.chat_id)
        elif is_protected(record):
            self.delete(record.chat_id, record.message_id)
        elif record.lifetime == Lifetime.PASSING or (replaced and record.lifetime == Lifetime.PAGE):
            self._delete_or_strip(record.chat_id, record.message_id)
        elif record.has_buttons:
            self.strip(record.chat_id, record.message_id)

    def strip(self, chat_id: int, message_id: int) -> None:
        """Remove the buttons of a message that is no longer the live one."""
        self._cosmetics.tidy_later(lambda: self._strip(chat_id, message_id))

    def delete(self, chat_id: int, message_id: int) -> None:
        """Delete a message, trying for some minutes."""
        self._cosmetics.delete(lambda: self._delete(chat_id, message_id))

    def _delete_or_strip(self, chat_id: int, message_id: int) -> None:
        """Delete a message; one that is too old for that loses its buttons."""

        async def call() -> None:
            try:
                await self._delete(chat_id, message_id)
            except BadRequest:
                self.strip(chat_id, message_id)

        self._cosmetics.delete(call)

    async def _delete(self, chat_id: int, message_id: int) -> None:
        await self._bot.delete_message(chat_id, message_id, rate_limit_args=COSMETIC)

    async def _strip(self, chat_id: int, message_id: int) -> None:
        await self._bot.edit_message_reply_markup(
            chat_id, message_id, reply_markup=None, rate_limit_args=COSMETIC
        )

    def _take_keyboard_away(self, chat_id: int) -> None:
        """Remove a reply keyboard: only a message without inline buttons can, so one comes and goes."""

        async def call() -> None:
            message = await self._bot.send_message(
                chat_id,
                _KEYBOARD_GONE,
                reply_markup=ReplyKeyboardRemove(),
                disable_notification=True,
                rate_limit_args=COSMETIC,
            )
            self.delete(chat_id, message.message_id)

        if (task := self._cosmetics.tidy_later(call)) is not None:
            self._taking_away[chat_id] = task
            task.add_done_callback(partial(self._taken_away, chat_id))

    def _taken_away(self, chat_id: int, task: asyncio.Task[None]) -> None:
        if self._taking_away.get(chat_id) is task:
            del self._taking_away[chat_id]

    def keep_keyboard(self, chat_id: int) -> None:
        """Do not take a reply keyboard away any longer: the next screen has one."""
        if (task := self._taking_away.pop(chat_id, None)) is not None:
            task.cancel()
