"""From a delivery to the handlers of the messenger's library, and their errors back.

The library catches what a handler raises and gives it to error handlers; an update would then count
as handled. Here one error handler keeps the error, and ``process_with`` raises it again.
"""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from telegram import Bot, Update
from telegram.ext import Application, ApplicationHandlerStop

from bot.inbox.errors import UnreadableUpdateError
from bot.inbox.model import QueuedUpdate


class _DeliveryContext:
    """What happens to one update while the library handles it."""

    def __init__(self, update: QueuedUpdate) -> None:
        self.update = update
        self.error: Exception | None = None


_current: ContextVar[_DeliveryContext] = ContextVar("delivery")


def current_update() -> QueuedUpdate:
    """Return the update that is being handled; for handlers.

    Raises:
        LookupError: called outside of the handling of an update.
    """
    return _current.get().update


def process_with(
    application: "Application[Any, Any, Any, Any, Any, Any]",
) -> Callable[[QueuedUpdate], Awaitable[None]]:
    """Return a handler of updates that lets an application process them.

    The application is built with ``.updater(None)`` and initialised by the caller; its handlers must
    block (the library's default), for what a handler does in a task of its own is nobody's turn and
    its errors come too late. Error handlers added before this call still hear of errors, later ones
    do not, and no further handler sees an update once one has failed.
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
    """Return the library's object for an update.

    Raises:
        UnreadableUpdateError: the library cannot make one.
    """
    try:
        return Update.de_json(_without_old_message(raw), bot)
    except Exception as error:
        raise UnreadableUpdateError from error


def _without_old_message(raw: dict[str, Any]) -> dict[str, Any]:
    """Return an update that keeps only the chat and id of the message under a pressed button.

    No handler reads the rest, and parsing the message's text, pictures and buttons takes longer than
    everything else about the update. For the library a message with date 0 is an inaccessible one.
    """
    query = raw.get("callback_query")
    if isinstance(query, dict) and isinstance(message := query.get("message"), dict):
        place = {"chat": message.get("chat"), "message_id": message.get("message_id"), "date": 0}
        return {**raw, "callback_query": {**query, "message": place}}
    return raw


async def _keep_error(_update: object, context: Any) -> None:  # noqa: ANN401 - whatever context the application uses
    """Keep what a handler raised, and let no other handler see the update.

    Raises:
        ApplicationHandlerStop: always while an update is handled.
    """
    delivery = _current.get(None)
    if delivery is not None:
        delivery.error = context.error
        raise ApplicationHandlerStop
