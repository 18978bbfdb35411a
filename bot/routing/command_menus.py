"""Command menus, by admin role and chat language."""

import contextlib
import logging
from dataclasses import dataclass

from telegram import Bot, BotCommand, BotCommandScopeChat, BotCommandScopeDefault
from telegram.error import TelegramError

from bot.desk.commands import DESK
from bot.dialog.languages import language_of, speakers_of
from bot.i18n.language import Language, speaking
from bot.routing import commands
from bot.texts.desk.commands import permission_of
from bot.texts.menu import DESK_MENU, OWNER_MENU
from core.bootstrap import Core
from core.people.admins import Admin
from core.ports import Tx

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """The role and language that a menu depends on."""

    admin: Admin
    language: Language


class Menus:
    """Sets the command menus; best effort, the bot works without them.

    Args:
        core: the services.
        bot: the Bot API client.
    """

    def __init__(self, core: Core, bot: Bot) -> None:
        self._core = core
        self._bot = bot

    async def offer_all(self) -> None:
        """Set the default menu and the menus of all chats that have their own."""
        try:
            with contextlib.suppress(TelegramError):
                await self._bot.set_my_commands(_of_owners(), scope=BotCommandScopeDefault())
            for chat_id in await self._core.store.read(self._with_their_own):
                await self.refresh(chat_id)
        except Exception:
            _LOGGER.exception("not every menu of commands was set")

    async def refresh(self, chat_id: int) -> None:
        """Set a chat's menu; delete it if it equals the default."""
        reader = await self._core.store.read(self._reader, chat_id)
        with contextlib.suppress(TelegramError):  # an admin who has never written to the bot has no chat yet
            await self._set(BotCommandScopeChat(chat_id), reader)

    async def _set(self, scope: BotCommandScopeChat, reader: _Reader) -> None:
        permissions = reader.admin.permissions
        names = [name for name in DESK if permission_of(name) in permissions]
        if not names and reader.language == Language.CHINESE:
            await self._bot.delete_my_commands(scope=scope)
            return
        with speaking(reader.language):
            desk = [BotCommand(name, DESK_MENU[name]()) for name in names]
            await self._bot.set_my_commands(_of_owners() + desk, scope=scope)

    def _reader(self, tx: Tx, chat_id: int) -> _Reader:
        return _Reader(admin=self._core.admins.of(tx, chat_id), language=language_of(tx, chat_id))

    def _with_their_own(self, tx: Tx) -> list[int]:
        at_desk = [admin.chat_id for admin in self._core.admins.all(tx)]
        return list(dict.fromkeys([*at_desk, *speakers_of(tx, Language.ENGLISH)]))


def _of_owners() -> list[BotCommand]:
    return [BotCommand(name, OWNER_MENU[name]()) for name in commands.OWNER_COMMANDS]
