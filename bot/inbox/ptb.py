"""The adapter between the inbox and python-telegram-bot (PTB).

PTB's ``Application`` stays the router: its handlers and filters are what an engineer who knows the library
looks for, and a router of our own would only copy them. Three things are replaced or added:

- Its ``Updater`` confirms updates that are only in memory. The poller and the dispatcher take its place and
  call ``Application.process_update`` for one update of a chat at a time.
- It catches what a handler raises and passes it to error handlers, so that a failed update would count as
  handled. ``_keep_error`` keeps the error, and ``process_with`` raises it again for the dispatcher to retry.
- A handler gets an ``Update``, which does not say when it was stored; ``current_update`` does.
"""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from telegram import Bot, Update
from telegram.ext import Application, ApplicationHandlerStop

from bot.inbox.errors import UnreadableUpdateError
from bot.inbox.model import QueuedUpdate


class _DeliveryContext:
    """An update while the application processes it, and the error that a handler raised."""

    def __init__(self, update: QueuedUpdate) -> None:
        self.update = update
        self.error: Exception | None = None


_current: ContextVar[_DeliveryContext] = ContextVar("delivery")


def current_update() -> QueuedUpdate:
    """Return the update that the calling handler is handling.

    Raises:
        LookupError: called outside of a handler.
    """
    return _current.get().update


def process_with(
    application: "Application[Any, Any, Any, Any, Any, Any]",
) -> Callable[[QueuedUpdate], Awaitable[None]]:
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
    """Return an update as PTB's object.

    Raises:
        UnreadableUpdateError: PTB cannot parse it.
    """
    try:
        return Update.de_json(_without_old_message(raw), bot)
    except Exception as error:
        raise UnreadableUpdateError from error


def _without_old_message(raw: dict[str, Any]) -> dict[str, Any]:
    """Return an update that keeps only the chat and id of the message under a pressed button.

    No handler reads the rest, and parsing the message's text, pictures and buttons takes longer than
    everything else about the update. For PTB a message with date 0 is an inaccessible one.
    """
    query = raw.get("callback_query")
    if isinstance(query, dict) and isinstance(message := query.get("message"), dict):
        place = {"chat": message.get("chat"), "message_id": message.get("message_id"), "date": 0}
        return {**raw, "callback_query": {**query, "message": place}}
    return raw


async def _keep_error(_update: object, context: Any) -> None:  # noqa: ANN401 - whatever context the application uses
    """Keep what a handler raised, and let no other handler have the update.

    Raises:
        ApplicationHandlerStop: always while an update is handled.
    """
    delivery = _current.get(None)
    if delivery is not None:
        delivery.error = context.error
        raise ApplicationHandlerStop
