"""The adapter to python-telegram-bot (PTB), in one file: from the inbox to PTB, and from PTB to events.

PTB's ``Application`` stays the router: its handlers and filters are what an engineer who knows the library
looks for, and a router of our own would only copy them. Three things are replaced or added:

- Its ``Updater`` confirms updates that are only in memory. The poller and the dispatcher take its place and
  call ``Application.process_update`` for one update of a chat at a time.
- It catches what a handler raises and passes it to error handlers, so that a failed update would count as
  handled. ``_keep_error`` keeps the error, and ``process_with`` raises it again for the dispatcher to retry.
- A handler gets an ``Update``, which does not say when it was stored; ``current_update`` does.

``routes`` returns the handlers. Each marks its update done, or the inbox would deliver it again.
"""

import unicodedata
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

from telegram import Bot, CallbackQuery, ChatMemberUpdated, Message, Update, User
from telegram.constants import ChatMemberStatus, ChatType
from telegram.ext import (
    Application,
    ApplicationHandlerStop,
    BaseHandler,
    CallbackQueryHandler,
    ChatMemberHandler,
    ContextTypes,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.dialog.engine import Engine
from bot.dialog.events import REPLACEMENT, Attachment, Command, Contact, Event, Other, Press, Typed
from bot.dialog.result import Request
from bot.inbox import QueuedUpdate, UnreadableUpdateError, mark_done
from bot.routing.edited_messages import Edits
from core.notifications.queue import mark_blocked, mark_reachable
from core.ports import Store, Tx

App = Application[Any, Any, Any, Any, Any, Any]


class _DeliveryContext:
    """The update being processed by the application, and the error that a handler raised."""

    def __init__(self, update: QueuedUpdate) -> None:
        self.update = update
        self.error: Exception | None = None


_current: ContextVar[_DeliveryContext] = ContextVar("delivery")


def current_update() -> QueuedUpdate:
    """Return the update that is being handled.

    Raises:
        LookupError: called outside of a handler.
    """
    return _current.get().update


def process_with(application: App) -> Callable[[QueuedUpdate], Awaitable[None]]:
    """Return a handler of updates for the dispatcher, which passes them to an application.

    The caller builds the application with ``.updater(None)`` and initialises it. Its handlers must be
    blocking (PTB's default): one that runs in a task of its own does not hold the chat's turn, and its
    errors come too late. Error handlers that were added before this call still receive errors, later ones
    do not. Once a handler has failed, no other handler receives the update.
    """
    application.add_error_handler(_keep_error)

    async def handle(update: QueuedUpdate) -> None:
        context = _DeliveryContext(update)
        token = _current.set(context)
        try:
            await application.process_update(_parsed(update.decode(), application.bot))
        finally:
            _current.reset(token)
        if context.error is not None:
            raise context.error

    return handle


def _parsed(raw: dict[str, Any], bot: Bot) -> Update:
    """Parse an update into a PTB object.

    Raises:
        UnreadableUpdateError: PTB cannot parse it.
    """
    try:
        return Update.de_json(_clean(_without_old_message(raw)), bot)
    except Exception as error:
        raise UnreadableUpdateError from error


def _clean(value: Any) -> Any:  # noqa: ANN401 - parsed JSON
    """Return parsed JSON in which everything that is no character has become U+FFFD.

    JSON can carry half of a surrogate pair, which can neither be stored nor sent.
    """
    if isinstance(value, str) and not value.isascii():
        return "".join(REPLACEMENT if "\ud800" <= one <= "\udfff" else one for one in value)
    if isinstance(value, dict):
        return {key: _clean(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_clean(inner) for inner in value]
    return value


def _without_old_message(raw: dict[str, Any]) -> dict[str, Any]:
    """Reduce the message under a pressed button to its chat and id.

    No handler reads the rest, and parsing the message's text, pictures and buttons takes longer than
    everything else in the update. PTB treats a message with date 0 as inaccessible.
    """
    query = raw.get("callback_query")
    if isinstance(query, dict) and isinstance(message := query.get("message"), dict):
        place = {"chat": message.get("chat"), "message_id": message.get("message_id"), "date": 0}
        return {**raw, "callback_query": {**query, "message": place}}
    return raw


async def _keep_error(_update: object, context: Any) -> None:  # noqa: ANN401 - whatever context the application uses
    """Record the error that a handler raised, and stop further handlers of the update.

    Raises:
        ApplicationHandlerStop: always while an update is handled.
    """
    delivery = _current.get(None)
    if delivery is not None:
        delivery.error = context.error
        raise ApplicationHandlerStop


def routes(
    engine: Engine, edits: Edits, store: Store, bot_username: Callable[[], str]
) -> list[BaseHandler[Any, Any, Any]]:
    """Return the handlers: the bot talks to private chats; every other update is only marked done."""

    async def message(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        said = update.effective_message
        if said is not None:
            await engine.handle(
                _request(_event(said, bot_username()), said.chat_id, said.from_user, said.message_id)
            )

    async def ignored(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        await store.run(mark_done, update.update_id)

    async def press(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        asked = _pressed(update.callback_query)
        await (engine.handle(asked) if asked is not None else ignored(update, _context))

    async def edited(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        said = update.edited_message
        if said is not None:
            await edits.handle(
                said.chat_id,
                said.message_id,
                current_update().update_id,
                said.text or said.caption or "",
                may_show_papers=_may_show_papers(said),
            )

    async def membership(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        if update.my_chat_member is not None:
            await store.run(_membership_changed, update.my_chat_member, update.update_id)

    new = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE & ~filters.StatusUpdate.ALL
    # Not the rest: a live location is edited by itself.
    written = (
        filters.TEXT | filters.CAPTION | filters.PHOTO | filters.Document.ALL | filters.VIDEO | filters.AUDIO
    )
    changed = filters.UpdateType.EDITED_MESSAGE & filters.ChatType.PRIVATE & written
    return [
        MessageHandler(new, message),
        MessageHandler(changed, edited),
        CallbackQueryHandler(press),
        ChatMemberHandler(membership, ChatMemberHandler.MY_CHAT_MEMBER),
        TypeHandler(Update, ignored),  # everything that no other handler takes
    ]


def _membership_changed(tx: Tx, change: ChatMemberUpdated, update_id: int) -> None:
    """Record that a user has blocked or unblocked the bot; other chats do not concern it."""
    if change.chat.type == ChatType.PRIVATE:
        match change.new_chat_member.status:
            case ChatMemberStatus.MEMBER:
                mark_reachable(tx, change.chat.id)
            case ChatMemberStatus.BANNED | ChatMemberStatus.LEFT:
                mark_blocked(tx, change.chat.id)
    mark_done(tx, update_id)


def _pressed(query: CallbackQuery | None) -> Request | None:
    """Return the request of a press; None for one outside of a private chat, where nothing is shown."""
    if query is None:
        return None
    under = query.message
    if under is not None and under.chat.type != ChatType.PRIVATE:
        return None
    event = Press(
        data=query.data or "",
        query_id=query.id,
        message_id=under.message_id if under is not None else None,
    )
    return _request(event, under.chat.id if under is not None else query.from_user.id, query.from_user)


def _request(event: Event, chat_id: int, sender: User | None, message_id: int | None = None) -> Request:
    update = current_update()
    return Request(
        chat_id=chat_id,
        update_id=update.update_id,
        received_at=update.received_at,
        event=event,
        sender=_full_name(sender) if sender else "",
        message_id=message_id,
    )


def _full_name(sender: User) -> str:
    """Return a user's name: a Chinese one with the family name first, without a blank."""
    given, family = sender.first_name, sender.last_name or ""
    is_chinese = all(unicodedata.name(char, "").startswith("CJK UNIFIED") for char in given + family)
    return family + given if is_chinese else sender.full_name


def _event(said: Message, username: str) -> Event:
    if said.contact is not None:
        sender = said.from_user.id if said.from_user else None
        return Contact(phone=said.contact.phone_number, own=said.contact.user_id == sender is not None)
    if said.photo or said.document is not None:
        return _attachment(said, username)
    if said.text is None:
        return Other(caption=said.caption or "", is_recording=_is_recording(said))
    command = _command(said.text, username)
    return Typed(text=said.text) if command is None else replace(command, sender=_name_of(said))


def _name_of(said: Message) -> str:
    """Return the sender's name and @name, as the messenger has them."""
    sender = said.from_user
    if sender is None:
        return ""
    return f"{sender.full_name} @{sender.username}" if sender.username else sender.full_name


def _is_recording(said: Message) -> bool:
    return bool(said.video or said.video_note or said.voice or said.audio)


def _may_show_papers(said: Message) -> bool:
    if said.photo or said.document is not None:
        return _attachment(said, "").may_show_papers
    return _is_recording(said)


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
    """Parse a typed command: /start, /start@our_bot, /release 粤K small A####, also in full width."""
    if unicodedata.normalize("NFKC", text[:1]) != "/":
        return None
    head, *more = text[1:].split(maxsplit=1) or [""]
    rest = more[0] if more else ""
    name, _, meant = unicodedata.normalize("NFKC", head).partition("@")
    if meant and meant.lower() != username.lower():
        return None
    return Command(name=name.lower(), arguments=rest.strip())
