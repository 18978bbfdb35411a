"""Runs the effects of a step in the background, once its transaction has committed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.bot_api.parking import leave
from bot.dialog.effects import (
    ConfirmReservations,
    DeleteUserMessage,
    Effect,
    LoadVehicles,
    RefreshCommandMenu,
    Sendable,
    SendCode,
    SendFile,
    SendJournal,
    SendPicture,
    SendVenue,
)
from bot.dialog.events import Attachment
from bot.dialog.result import AttachmentTarget, Request
from bot.public_journal.checks import CheckNeeded, PoolCheck

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectHandlers:
    """Side effects that the engine triggers outside of transactions."""

    send_code: Callable[[int], Awaitable[None]]  # sends a queued SMS code
    send_file: Callable[[int, Sendable], Awaitable[None]]  # sends a file, a picture or a place to a chat
    send_journal: Callable[[int, SendJournal], Awaitable[None]]  # sends an office's public journal
    look_up: Callable[[str], Awaitable[None]]  # asks the vehicle registry about a VIN
    check: Callable[[CheckNeeded], Awaitable[PoolCheck]]  # checks the public journal of a pool
    load_vehicles: Callable[[LoadVehicles], Awaitable[None]]  # loads an import that has been started
    confirm: Callable[[ConfirmReservations], Awaitable[None]]  # confirms several reservations
    read: Callable[[int, Attachment, AttachmentTarget], Awaitable[object]]  # downloads and parses one
    delete_message: Callable[[int, int], Awaitable[None]]  # deletes a message, if the Bot API allows it
    refresh_menu: Callable[[int], Awaitable[None]]  # sets the command menu of an admin's chat
    on_shown: Callable[[str, float], None] = lambda _screen, _seconds: None  # is told how long a step took


class EffectRunner:
    """Runs effects; nobody waits for them, and a failure is only logged.

    Args:
        handlers: carry them out.
    """

    def __init__(self, handlers: EffectHandlers) -> None:
        self._handlers = handlers
        self._background: set[asyncio.Task[None]] = set()

    def begin(self, request: Request, effect: Effect) -> None:
        """Begin an effect of a step, in the language that is active here."""
        task = asyncio.ensure_future(self._done(request, effect))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def close(self) -> None:
        """Cancel the background tasks; unfinished work is resumed at the next start.

        Deletions of messages are handed over first: nothing resumes them.
        """
        await asyncio.sleep(0)  # what was just begun gets to its first call
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)

    async def _done(self, request: Request, effect: Effect) -> None:
        leave()  # it may outlive the handler
        try:
            match effect:
                case SendCode():
                    await self._handlers.send_code(effect.code_id)
                case SendFile() | SendPicture() | SendVenue():
                    await self._handlers.send_file(request.chat_id, effect)
                case SendJournal():
                    await self._handlers.send_journal(request.chat_id, effect)
                case LoadVehicles():
                    await self._handlers.load_vehicles(effect)
                case ConfirmReservations():
                    await self._handlers.confirm(effect)
                case DeleteUserMessage() if request.message_id is not None:
                    await self._handlers.delete_message(request.chat_id, request.message_id)
                case RefreshCommandMenu():
                    await self._handlers.refresh_menu(request.chat_id)
        except Exception:
            # Queued codes and unfinished imports are picked up again by the scheduler; a file can be
            # requested again with its button.
            _LOGGER.exception("%s was not done", type(effect).__name__)
