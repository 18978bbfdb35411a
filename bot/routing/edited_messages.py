"""Edited messages: an edit has no effect, and its sender is informed once per message."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

from telegram.error import TelegramError

from bot.dialog.asides import Aside, Asides
from bot.dialog.languages import language_of
from bot.i18n.formatting import EDITED, EDITED_AND_DELETED
from bot.i18n.language import speaking
from bot.inbox.store import mark_applied, mark_done
from core.bootstrap import Core
from core.ports import Tx
from core.values.personal_numbers import holds_personal_data

_MOST_KNOWN = 10_000


class Edits:
    """Answers edited messages.

    The set of answered messages is held in memory: after a restart a further edit of one of them is answered
    again.

    Args:
        core: the services.
        asides: answers a message by itself.
        delete_message: deletes a message, if the Bot API allows it.
    """

    def __init__(
        self,
        core: Core,
        asides: Asides,
        delete_message: Callable[[int, int], Awaitable[None]],
    ) -> None:
        self._core = core
        self._asides = asides
        self._delete_message = delete_message
        self._answered: dict[tuple[int, int], None] = {}

    async def handle(
        self, chat_id: int, message_id: int, update_id: int, text: str, *, may_show_papers: bool = False
    ) -> None:
        """Answer an edited message once; delete it if it now contains personal data.

        Args:
            chat_id: the chat.
            message_id: the message.
            update_id: the update that reports the edit.
            text: the text or the caption as it is now.
            may_show_papers: whether the message is a picture or a scan, which may be of an identity document.
        """
        is_private = may_show_papers or holds_personal_data(text)
        if is_private:
            await self._delete_message(chat_id, message_id)
        is_first = await self._core.store.run(_finish, update_id)
        if is_first and self._is_new((chat_id, message_id)):
            with speaking(await self._core.store.read(language_of, chat_id)):
                words = EDITED_AND_DELETED() if is_private else EDITED()
                reply_to = None if is_private else message_id
                with suppress(TelegramError):
                    await self._asides.send(chat_id, words, reply_to=reply_to, aside=Aside.HINT)

    def _is_new(self, place: tuple[int, int]) -> bool:
        if place in self._answered:
            return False
        self._answered[place] = None
        while len(self._answered) > _MOST_KNOWN:
            del self._answered[next(iter(self._answered))]
        return True


def _finish(tx: Tx, update_id: int) -> bool:
    """Mark an edit done; return False if it was already handled."""
    is_first = mark_applied(tx, update_id)
    mark_done(tx, update_id)
    return is_first
