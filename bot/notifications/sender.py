"""Sends notifications that are due: in the order in which they are due, once, through the bulk lane.

What is known of a failure decides what is done: a chat that is shut to us is recorded and not tried
again; a message that the messenger refuses would be refused again; everything else is tried again at
growing gaps, while the notification still has a point. After a time-out nobody knows whether the message
arrived: it is sent again, but for what is told once at most (docs/architecture.md, Notifications).
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from datetime import timedelta
from typing import Concatenate, ParamSpec, TypeVar

from telegram import Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError
from telegram.ext import ExtBot

from bot.bot_api.client import RequestNotSentError
from bot.bot_api.rate_limits import BULK, retry_after_seconds
from bot.dialog.keyboards import CallbackCodec
from bot.notifications.messages import FilePart, Part, TextPart, VenuePart, render_notification
from bot.pictures.worker import render_on_thread
from core.bootstrap import Core
from core.errors.base import XuanhaoError
from core.notifications import queue as notification_queue
from core.notifications.queue import Notification, NotificationPurpose
from core.ports import Tx

_LOGGER = logging.getLogger(__name__)
AT_ONCE = 25
BUNDLE_SECONDS = 0.25
"""A full bundle takes no less than this, even where the messenger answers at once: 100 a second, which is
four times what the bulk lane lets through. In between, whoever presses has the processor."""
P = ParamSpec("P")
T = TypeVar("T")
ONCE_AT_A_TIME = 5
"""Of what is told once at most so few are under way together, for of these a crash leaves it uncertain."""
_GONE = ("chat not found", "user is deactivated", "peer_id_invalid")


class _OutcomeUnknownError(Exception):
    """Nobody knows whether a message arrived that is to arrive once at most."""


class Sender:
    """Sends what is due.

    Args:
        core: the services.
        bot: the messenger.
        codec: writes buttons.
        worker: a name that no other process has.
        refresh_menu: gives a chat whose role at the desk has changed its menu of commands.
    """

    def __init__(
        self,
        core: Core,
        bot: ExtBot[str],
        codec: CallbackCodec,
        worker: str,
        refresh_menu: Callable[[int], Awaitable[None]] | None = None,
    ) -> None:
        self._refresh_menu = refresh_menu
        self._core = core
        self._bot = bot
        self._codec = codec
        self._worker = worker
        self._store_turn = asyncio.Semaphore(1)  # a press waits behind one of these at most
        self._once = asyncio.Semaphore(ONCE_AT_A_TIME)
        self._rendering = asyncio.Semaphore(1)  # many at once would take the processor from whoever presses

    async def take_over(self) -> None:
        """Take up at once what a dead worker had in its hands: for whoever is alone on the database."""
        await self._core.store.run(notification_queue.take_over, self._worker)

    async def send_due(self) -> int:
        """Send all that is due; return how many notifications were dealt with."""
        done = 0
        while leased := await self._core.store.run(notification_queue.lease, self._worker, AT_ONCE):
            begun = time.monotonic()
            await asyncio.gather(*(self._deal_with(notification) for notification in leased))
            done += len(leased)
            if len(leased) == AT_ONCE:
                await asyncio.sleep(max(0.0, begun + BUNDLE_SECONDS - time.monotonic()))
        return done

    async def _deal_with(self, notification: Notification) -> None:
        run = self._run
        try:
            async with self._once if notification.is_once else nullcontext():
                await self._deliver(notification)
        except RetryAfter as error:
            after = timedelta(seconds=retry_after_seconds(error))
            await run(notification_queue.record_failure, notification, self._worker, "RetryAfter", after)
        except Forbidden as error:
            await run(self._shut_out, notification, type(error).__name__)
        except BadRequest as error:
            if any(known in error.message.lower() for known in _GONE):
                await run(self._shut_out, notification, notification_queue.CHAT_GONE)
            else:
                _LOGGER.warning(
                    "notification %d (%s) was refused", notification.notification_id, notification.purpose
                )
                await run(notification_queue.mark_failed, notification, self._worker, "BadRequest")
        except _OutcomeUnknownError:
            await run(
                notification_queue.mark_failed, notification, self._worker, notification_queue.UNCERTAIN
            )
        except (TelegramError, XuanhaoError) as error:
            name = type(error).__name__
            _LOGGER.warning(
                "notification %d (%s) failed: %s", notification.notification_id, notification.purpose, name
            )
            await run(notification_queue.record_failure, notification, self._worker, name, timedelta())
        except Exception as error:  # of our own making: it neither holds up others nor comes back for ever
            _LOGGER.exception(
                "notification %d (%s) failed", notification.notification_id, notification.purpose
            )
            await run(
                notification_queue.record_failure,
                notification,
                self._worker,
                type(error).__name__,
                timedelta(),
            )

    def _shut_out(self, tx: Tx, notification: Notification, reason: str) -> None:
        notification_queue.mark_unreachable(tx, notification.chat_id, reason)
        notification_queue.mark_failed(tx, notification, self._worker, reason)

    async def _deliver(self, notification: Notification) -> None:
        core = self._core
        if notification.pointless_after is not None and notification.pointless_after <= core.clock.now():
            await self._run(notification_queue.mark_over, notification, self._worker, late=True)
            return
        async with self._store_turn:
            parts = await core.store.read(render_notification, core, notification)
        if not parts:
            await self._run(notification_queue.mark_over, notification, self._worker, late=False)
            return
        if notification.topic == NotificationPurpose.ROLE and self._refresh_menu is not None:
            await self._refresh_menu(notification.chat_id)
        if notification.is_once:
            await self._deliver_once(notification, parts)
            return
        for number, part in enumerate(parts[notification.parts_sent :], notification.parts_sent + 1):
            await self._send(notification.chat_id, part)
            if number < len(parts) and not await self._run(
                notification_queue.record_part_sent, notification, self._worker, number
            ):
                return  # it took so long that another worker has it by now
        await self._run(notification_queue.mark_sent, notification, self._worker)

    async def _deliver_once(self, notification: Notification, parts: tuple[Part, ...]) -> None:
        """Send what is told once at most: noted before, and begun again only if it cannot have arrived."""
        if notification.parts_sent:  # a worker died over it
            raise _OutcomeUnknownError
        if not await self._run(notification_queue.mark_begun, notification, self._worker):
            return  # it took so long that another worker has it by now
        try:
            await self._send(notification.chat_id, parts[0])
        except (RetryAfter, Forbidden, BadRequest, RequestNotSentError):
            raise
        except TelegramError as error:
            raise _OutcomeUnknownError from error
        await self._run(notification_queue.mark_sent, notification, self._worker)

    async def _run(self, function: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        async with self._store_turn:
            return await self._core.store.run(function, *args, **kwargs)

    async def _send(self, chat_id: int, part: Part) -> None:
        match part:
            case TextPart():
                await self._send_text(chat_id, part)
            case VenuePart():
                await self._bot.send_venue(
                    chat_id, part.latitude, part.longitude, part.title, part.address, rate_limit_args=BULK
                )
            case FilePart():
                await self._bot.send_document(
                    chat_id, part.content, caption=part.caption, filename=part.name, rate_limit_args=BULK
                )

    def _send_text(self, chat_id: int, part: TextPart) -> Awaitable[Message]:
        if part.picture is not None:
            return self._send_picture(chat_id, part)
        return self._bot.send_message(
            chat_id,
            part.text,
            parse_mode=ParseMode.HTML,
            reply_markup=self._codec.global_keyboard(chat_id, part.rows),
            rate_limit_args=BULK,
        )

    async def _send_picture(self, chat_id: int, part: TextPart) -> Message:
        if part.picture is None:
            raise ValueError("there is no picture to send")
        async with self._rendering:
            file = await render_on_thread(part.picture)
        return await self._bot.send_photo(
            chat_id,
            file,
            caption=part.text,
            parse_mode=ParseMode.HTML,
            reply_markup=self._codec.global_keyboard(chat_id, part.rows),
            filename="xuanhao.png",
            rate_limit_args=BULK,
        )
