"""From a delivery to the handlers of the messenger's library, and their errors back.

The library catches what a handler raises and gives it to error handlers; an update would then count
as handled. Here one error handler keeps the error, and ``process_with`` raises it again.
"""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from telegram import Update
from telegram.ext import Application, ApplicationHandlerStop

from bot.inbox.errors import UnreadableUpdateError
from bot.inbox.model import Delivery, Raw


class _Turn:
    """What happens to one delivery while the library handles it."""

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        self.error: Exception | None = None
        self.is_done = False


_turn: ContextVar[_Turn] = ContextVar("turn")


def current_delivery() -> Delivery:
    """Return the delivery that is being handled; for handlers.

    Raises:
        LookupError: called outside of the handling of an update.
    """
    return _turn.get().delivery


def report_finished() -> None:
    """Say that a transaction which has happened called ``mark_done`` for the current delivery.

    Raises:
        LookupError: called outside of the handling of an update.
    """
    _turn.get().is_done = True


def process_with(
    application: "Application[Any, Any, Any, Any, Any, Any]",
) -> Callable[[Delivery], Awaitable[bool]]:
    """Return a handler of deliveries that lets an application process them.

    The application is built with ``.updater(None)`` and initialised by the caller; its handlers must
    block (the library's default), for what a handler does in a task of its own is nobody's turn and
    its errors come too late. Error handlers added before this call still hear of errors, later ones
    do not, and no further handler sees an update once one has failed.
    """
    application.add_error_handler(_keep_error)

    async def handle(delivery: Delivery) -> bool:
        turn = _Turn(delivery)
        token = _turn.set(turn)
        try:
            await application.process_update(_parsed(delivery, application))
        finally:
            _turn.reset(token)
        if turn.error is not None:
            raise turn.error
        return turn.is_done

    return handle


def _parsed(delivery: Delivery, application: "Application[Any, Any, Any, Any, Any, Any]") -> Update:
    """Return the library's object for a delivery.

    Raises:
        UnreadableUpdateError: the library cannot make one.
    """
    try:
        return Update.de_json(_slim(delivery.raw), application.bot)
    except Exception as error:
        raise UnreadableUpdateError from error


def _slim(raw: Raw) -> dict[str, Any]:
    """Return an update in which the message of a pressed button is only a place.

    Nobody looks at what stands in it, and to make objects of its text, pictures and buttons takes longer than
    all else of the update. The library knows such a message: with the date 0 it is one that is out of reach.
    """
    slim = dict(raw)
    query = slim.get("callback_query")
    if isinstance(query, dict) and isinstance(message := query.get("message"), dict):
        place = {"chat": message.get("chat"), "message_id": message.get("message_id"), "date": 0}
        slim["callback_query"] = {**query, "message": place}
    return slim


async def _keep_error(_update: object, context: Any) -> None:  # noqa: ANN401 - whatever context the application uses
    """Keep what a handler raised, and let no other handler see the update.

    Raises:
        ApplicationHandlerStop: always while an update is handled.
    """
    turn = _turn.get(None)
    if turn is not None:
        turn.error = context.error
        raise ApplicationHandlerStop
