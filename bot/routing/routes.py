"""From the messenger's updates to events of the conversation: PTB's handlers do the routing.

Every handler ends with its update marked done, or the inbox would deliver it again.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from telegram import ChatMemberUpdated, Message, Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.ext import (
    Application,
    BaseHandler,
    CallbackQueryHandler,
    ChatMemberHandler,
    ContextTypes,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.dialog.engine import Engine
from bot.dialog.events import Attachment, Command, Contact, Event, Other, Press, Typed
from bot.dialog.result import Request
from bot.inbox import current_update, mark_done
from bot.routing.edited_messages import Edits
from core.notifications.queue import mark_reachable
from core.ports import Store, Tx

App = Application[Any, Any, Any, Any, Any, Any]
_Callback = Callable[[Update, ContextTypes.DEFAULT_TYPE], Awaitable[None]]


def routes(
    engine: Engine, edits: Edits, store: Store, bot_username: Callable[[], str]
) -> list[BaseHandler[Any, Any, Any]]:
    """Return the handlers: the bot talks to private chats; every other update is only marked done."""

    async def message(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        said = update.effective_message
        if said is not None:
            await engine.handle(_request(_event(said, bot_username()), said.chat_id, said.message_id))

    async def press(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        query = update.callback_query
        if query is None or query.from_user is None:
            return
        under = query.message
        event = Press(
            data=query.data or "",
            query_id=query.id,
            message_id=under.message_id if under is not None else None,
        )
        await engine.handle(_request(event, under.chat.id if under is not None else query.from_user.id))

    async def edited(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        said = update.edited_message
        if said is not None and said.text is not None:
            await edits.handle(said.chat_id, said.message_id, current_update().update_id, said.text)

    async def membership(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        if update.my_chat_member is not None:
            await store.run(_membership_changed, update.my_chat_member, update.update_id)

    async def ignored(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        await store.run(mark_done, update.update_id)

    new = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE
    changed = filters.UpdateType.EDITED_MESSAGE & filters.ChatType.PRIVATE & filters.TEXT
    return [
        MessageHandler(new, message),
        MessageHandler(changed, edited),
        CallbackQueryHandler(press),
        ChatMemberHandler(membership, ChatMemberHandler.MY_CHAT_MEMBER),
        TypeHandler(Update, ignored),  # whatever none of the others takes
    ]


def _membership_changed(tx: Tx, change: ChatMemberUpdated, update_id: int) -> None:
    """Note that a person has unblocked the bot.

    That somebody blocks it is noted only when a message to them fails: nothing is stored about people whom
    nobody needs to reach.
    """
    if change.chat.type == ChatType.PRIVATE and change.new_chat_member.status == ChatMemberStatus.MEMBER:
        mark_reachable(tx, change.chat.id)
    mark_done(tx, update_id)


def _request(event: Event, chat_id: int, message_id: int | None = None) -> Request:
    update = current_update()
    return Request(
        chat_id=chat_id,
        update_id=update.update_id,
        received_at=update.received_at,
        event=event,
        message_id=message_id,
    )


def _event(said: Message, username: str) -> Event:
    if said.contact is not None:
        sender = said.from_user.id if said.from_user else None
        return Contact(phone=said.contact.phone_number, own=said.contact.user_id == sender is not None)
    if said.photo or said.document is not None:
        return _attachment(said, username)
    if said.text is None:
        return Other()
    return _command(said.text, username) or Typed(text=said.text)


def _attachment(said: Message, username: str) -> Attachment:
    file = said.document or said.photo[-1]
    return Attachment(
        file_id=file.file_id,
        is_photo=said.document is None,
        size=file.file_size,
        name=(said.document.file_name or "") if said.document else "",
        mime=(said.document.mime_type or "") if said.document else "image/jpeg",
        caption=said.caption or "",
        command=_command(said.caption or "", username),
        album=said.media_group_id or "",
    )


def _command(text: str, username: str) -> Command | None:
    """Return a command as it was typed: /start, /start@our_bot, /release 粤K small A####."""
    if not text.startswith("/"):
        return None
    head, *more = text[1:].split(maxsplit=1) or [""]
    rest = more[0] if more else ""
    name, _, meant = head.partition("@")
    if meant and meant.lower() != username.lower():
        return None
    return Command(name=name.lower(), arguments=rest.strip())
