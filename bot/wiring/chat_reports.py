"""Messages that no screen shows: to chiefs about what is ill, to senders about what could not be handled."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from functools import partial

from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.bot_api.rate_limits import COSMETIC
from bot.dialog.cosmetics import Cosmetics
from bot.dialog.languages import language_of
from bot.i18n import formatting
from bot.i18n.language import Language, speaking
from bot.inbox.errors import ProcessDiedError
from bot.inbox.model import DeadLetter
from bot.notifications.alarms import Subject
from bot.texts.desk import warnings
from core.bootstrap import Core

_LOGGER = logging.getLogger(__name__)
_DATABASE_WITHIN = 10.0  # seconds for the database to say who the chiefs are

_OUTAGES = {
    Subject.DATABASE: warnings.DATABASE_FAILING,
    Subject.POLLING: warnings.POLLING_FAILING,
    Subject.REGISTRY: warnings.REGISTRY_FAILING,
}


class ChatReports:
    """Sends them; the database may be down meanwhile."""

    def __init__(self, core: Core, bot: ExtBot[str], cosmetics: Cosmetics) -> None:
        self._core = core
        self._bot = bot
        self._cosmetics = cosmetics

    async def delete_message(self, chat_id: int, message_id: int) -> None:
        """Delete a message when there is time for it, if the Bot API allows it."""
        self._cosmetics.delete(
            lambda: self._bot.delete_message(chat_id, message_id, rate_limit_args=COSMETIC)
        )

    async def say_too_fast(self, chat_id: int) -> None:
        """Tell a chat that its updates were dropped."""
        with speaking(await self._language_of(chat_id)), contextlib.suppress(TelegramError):
            await self._bot.send_message(chat_id, formatting.FLOOD())

    async def tell_of_outage(self, chat_id: int, subject: Subject, minutes: int, fails: bool) -> None:  # noqa: FBT001 - as Alarms calls it
        with speaking(await self._language_of(chat_id)):
            what = _OUTAGES[subject]()
            await self._bot.send_message(chat_id, warnings.outage(what, minutes, fails=fails))

    async def tell_of_damage(self) -> None:
        """Tell the chiefs that the database is damaged and the service ends; never fails."""
        try:
            async with asyncio.timeout(_DATABASE_WITHIN):
                for chat_id in await self.chiefs():
                    with speaking(await self._language_of(chat_id)), contextlib.suppress(TelegramError):
                        await self._bot.send_message(chat_id, warnings.DATABASE_DAMAGED())
        except TimeoutError:
            _LOGGER.warning("the chiefs could not be told in time that the database is damaged")

    async def report_dead_letter(self, letter: DeadLetter) -> None:
        """Inform chiefs and sender about an update that could not be handled; delete what is personal.

        The bot says nothing in groups.
        """
        if letter.personal_message is not None:
            await self.delete_message(letter.chat_id, letter.personal_message)
        chiefs: dict[int, Callable[[], str]] = dict.fromkeys(
            await self.chiefs(), partial(warnings.dead_letter, letter)
        )
        theirs: Callable[[], str] = formatting.UNSHOWN if letter.applied else formatting.FAILED
        if letter.error == ProcessDiedError.__name__:
            theirs = formatting.FATAL  # not "try again": that would take the next processes down
        for chat_id, said in {**chiefs, letter.chat_id: theirs}.items():
            if chat_id > 0:
                with contextlib.suppress(TelegramError), speaking(await self._language_of(chat_id)):
                    is_deleted = said is theirs and letter.personal_message is not None
                    words = (said(), formatting.FORGOTTEN()) if is_deleted else (said(),)
                    await self._bot.send_message(chat_id, "\n\n".join(words))

    async def chiefs(self) -> Sequence[int]:
        """Return the chats of the chiefs of all offices; those of the settings while the database is down."""
        try:
            async with asyncio.timeout(_DATABASE_WITHIN):
                return await self._core.store.read(self._core.admins.chiefs)
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody has to be told
            _LOGGER.warning("the chiefs could not be read: %s", type(error).__name__)
            return self._core.settings.telegram.admins

    async def _language_of(self, chat_id: int) -> Language:
        try:
            return await self._core.store.read(language_of, chat_id)
        except Exception:  # the store itself may be broken; the sender must be informed anyway
            _LOGGER.exception("a chat's language could not be read")
            return Language.CHINESE
