"""Sends due notifications, in the order of their due times, once, in the bulk lane.

Handling depends on the failure: a blocked chat is recorded and never retried; a message that Telegram rejects
is not retried, because it would be rejected again; everything else is retried with exponential backoff while
the notification is still relevant. After a time-out it is unknown whether the message arrived: it is sent
again, except for at-most-once notifications (docs/architecture.md, Notifications). A reminder that the chat
does not take goes by SMS instead (``core.notifications.sms_reminders``), in a loop of its own, as a gateway
may be slow.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from datetime import timedelta
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar
from weakref import WeakValueDictionary

from telegram import Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError
from telegram.ext import ExtBot

from bot.bot_api.errors import RequestNotSentError
from bot.bot_api.parking import Slots, occupy, parked
from bot.bot_api.rate_limits import BULK, retry_after_seconds
from bot.dialog.keyboards import CallbackCodec
from bot.notifications.message import NotificationMessage
from bot.notifications.messages import render_notification
from bot.notifications.sms_codes import tell_of_providers
from bot.notifications.sms_receipts import expect_receipt
from bot.notifications.sms_reminders import render_sms
from core.bootstrap import Core
from core.errors.base import XuanhaoError
from core.errors.verification import SmsGatewayError
from core.notifications import queue as notification_queue
from core.notifications import sms_reminders
from core.notifications.queue import Notification, NotificationPurpose
from core.ports import SentSms, Tx, now_of

_LOGGER = logging.getLogger(__name__)
AT_ONCE = 25
_PARKED = 200
"""Maximum further notifications that only wait, for the allowance of their chats or a pause after a 429."""
_LOOK_AGAIN = 2.0
"""Seconds until it is looked again what has become due, while slow chats hold the pool."""
BUNDLE_SECONDS = 0.25
"""Minimum duration of a full bundle, even if Telegram answers immediately: 100 notifications a second, four
times the rate of the bulk lane. The pauses leave the processor to interactive updates."""
P = ParamSpec("P")
T = TypeVar("T")
Lease = Callable[[Callable[[Tx], list[Notification]]], Awaitable[list[Notification]]]
ONCE_AT_A_TIME = 5
"""Maximum at-most-once notifications in flight; after a crash it is uncertain whether these arrived."""
_GONE = ("chat not found", "user is deactivated", "peer_id_invalid")


class _OutcomeUnknownError(Exception):
    """It is unknown whether an at-most-once message arrived."""


class _Pool:
    """The notifications that are being sent; those that only wait leave their places to others.

    Args:
        send: deals with one notification.
    """

    def __init__(self, send: Callable[[Notification], Awaitable[None]]) -> None:
        self.done = 0  # notifications begun
        self._send = send
        self._slots = Slots(AT_ONCE, _PARKED)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def room(self) -> int:
        """How many more may be started now: never more than can be parked, or all could wait for one."""
        return max(0, min(self._slots.free, _PARKED - len(self._tasks)))

    @property
    def is_busy(self) -> bool:
        """Whether any is being sent."""
        return bool(self._tasks)

    def start(self, notifications: Sequence[Notification]) -> None:
        """Start to send as many as there was room for."""
        for notification in notifications:
            self._slots.take_free()
            self._tasks.add(asyncio.create_task(self._in_slot(notification)))
        self.done += len(notifications)

    async def wait(self, seconds: float) -> None:
        """Wait until all are sent, or for some seconds; raise the error of one that failed."""
        finished, self._tasks = await asyncio.wait(self._tasks, timeout=seconds)
        for task in finished:
            task.result()

    async def finish(self) -> None:
        """Wait until all are sent; raise the error of one that failed."""
        while self._tasks:
            await self.wait(_LOOK_AGAIN)

    def cancel(self) -> None:
        """Stop sending."""
        for task in self._tasks:
            task.cancel()

    async def _in_slot(self, notification: Notification) -> None:
        slot = occupy(self._slots)
        try:
            await self._send(notification)
        finally:
            slot.end()


class Sender:
    """Sends due notifications.

    Args:
        core: the services.
        bot: the Bot API client.
        codec: encodes callback data.
        worker: a name that is unique among all processes.
        refresh_menu: sets the command menu of a chat whose admin role has changed.
    """

    def __init__(
        self,
        core: Core,
        bot: ExtBot[str],
        codec: CallbackCodec,
        worker: str,
        refresh_menu: Callable[[int], Awaitable[None]],
    ) -> None:
        self._refresh_menu = refresh_menu
        self._core = core
        self._bot = bot
        self._codec = codec
        self._worker = worker
        self._falls_back = core.settings.sms.reminders != "never"
        self._store_turn = asyncio.Semaphore(1)  # so that a press waits for at most one of these
        self._once = asyncio.Semaphore(ONCE_AT_A_TIME)
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()  # of the chats

    async def take_over(self) -> None:
        """Reclaim the notifications of dead workers at once; only for the sole process on the database."""
        await self._core.store.run(notification_queue.take_over, self._worker)

    async def send_due(self, run: Lease | None = None) -> int:
        """Send all due notifications to their chats; return how many were handled.

        Args:
            run: runs the transaction that decides what is due; by default the store.
        """
        return await self._send_all(run, by_sms=False)

    async def send_due_sms(self, run: Lease | None = None) -> int:
        """Send all due reminders by SMS; return how many were handled."""
        return await self._send_all(run, by_sms=True)

    async def _send_all(self, run: Lease | None, *, by_sms: bool) -> int:
        """Send what is due and what becomes due meanwhile; a slow chat delays no other."""
        run = run or self._core.store.run
        pool = _Pool(self._deal_with)
        try:
            while await self._fill(pool, run, by_sms=by_sms):
                pass
        except Exception:
            await pool.finish()  # and is recorded, or it would be sent again
            raise
        finally:
            pool.cancel()
        return pool.done

    async def _fill(self, pool: "_Pool", run: Lease, *, by_sms: bool) -> bool:
        """Lease as much as there is room for; return whether anything was leased or is being sent."""
        begun, room = time.monotonic(), pool.room
        leased: list[Notification] = []
        if room:
            lease = partial(notification_queue.lease, by_sms=by_sms)
            leased = await run(lambda tx: lease(tx, self._worker, room))
            pool.start(leased)
        if not pool.is_busy:
            return False
        await pool.wait(BUNDLE_SECONDS if leased else _LOOK_AGAIN)
        if len(leased) == AT_ONCE:
            await asyncio.sleep(max(0.0, begun + BUNDLE_SECONDS - time.monotonic()))
        return True

    @asynccontextmanager
    async def _one_at_a_time(self) -> AsyncIterator[None]:
        """Hold the turn of at-most-once notifications; those that wait leave their places to others."""
        async with parked():
            await self._once.acquire()
        try:
            yield
        finally:
            self._once.release()

    @asynccontextmanager
    async def _in_order(self, notification: Notification) -> AsyncIterator[None]:
        """Wait until the earlier notifications of a chat are dealt with: they arrive in their order."""
        turn = self._turns.setdefault(notification.chat_id, asyncio.Lock())
        if turn.locked():
            async with parked():
                await turn.acquire()
        else:
            await turn.acquire()
        try:
            yield
        finally:
            turn.release()

    async def _deal_with(self, notification: Notification) -> None:
        async with self._in_order(notification):
            await self._attempt(notification)

    async def _attempt(self, notification: Notification) -> None:
        run = self._run
        try:
            async with self._one_at_a_time() if notification.is_once else nullcontext():
                await self._deliver(notification)
        except RetryAfter as error:
            after = timedelta(seconds=retry_after_seconds(error))
            await run(self._record_failure, notification, "RetryAfter", after)
        except Forbidden as error:
            await run(self._shut_out, notification, type(error).__name__)
        except BadRequest as error:
            if any(known in error.message.lower() for known in _GONE):
                await run(self._shut_out, notification, notification_queue.CHAT_GONE)
            else:
                _LOGGER.warning(
                    "notification %d (%s) was refused", notification.notification_id, notification.purpose
                )
                await run(self._refused, notification, "BadRequest")
        except _OutcomeUnknownError:
            await run(
                notification_queue.mark_failed, notification, self._worker, notification_queue.UNCERTAIN
            )
        except (TelegramError, XuanhaoError) as error:
            name = type(error).__name__
            _LOGGER.warning(
                "notification %d (%s) failed: %s", notification.notification_id, notification.purpose, name
            )
            await run(self._record_failure, notification, name, timedelta())
        except Exception as error:  # a bug: must not block other notifications or be retried forever
            _LOGGER.exception(
                "notification %d (%s) failed", notification.notification_id, notification.purpose
            )
            await run(self._record_failure, notification, type(error).__name__, timedelta())

    def _shut_out(self, tx: Tx, notification: Notification, reason: str) -> None:
        notification_queue.mark_unreachable(tx, notification.chat_id, reason)
        self._refused(tx, notification, reason)

    def _refused(self, tx: Tx, notification: Notification, reason: str) -> None:
        notification_queue.mark_failed(tx, notification, self._worker, reason)
        if self._falls_back:
            sms_reminders.plan_instead(tx, notification)

    def _record_failure(self, tx: Tx, notification: Notification, error: str, after: timedelta) -> None:
        notification_queue.record_failure(tx, notification, self._worker, error, after)
        if self._falls_back and notification.tries >= sms_reminders.TRIES_IN_CHAT:
            sms_reminders.plan_instead(tx, notification)

    async def _deliver(self, notification: Notification) -> None:
        core = self._core
        if await self._is_late(notification):
            await self._run(notification_queue.mark_over, notification, self._worker, late=True)
            return
        if notification.topic == NotificationPurpose.SMS_REMINDER:
            await self._deliver_by_sms(notification)
            return
        async with self._store_turn:
            message = await core.store.read(render_notification, core, notification)
        if message is None:
            await self._run(notification_queue.mark_over, notification, self._worker, late=False)
            return
        if notification.topic == NotificationPurpose.ROLE:
            await self._refresh_menu(notification.chat_id)
        if notification.is_once:
            await self._deliver_once(notification, message)
            return
        if not notification.parts_sent:  # an older version sent several messages; the first said it all
            await self._send_text(notification.chat_id, message)
        await self._run(self._arrived, notification)

    def _arrived(self, tx: Tx, notification: Notification) -> None:
        """Record a delivery, which proves that the chat can be reached."""
        notification_queue.mark_sent(tx, notification, self._worker)
        notification_queue.mark_reachable(tx, notification.chat_id)

    async def _is_late(self, notification: Notification) -> bool:
        """Return whether it is pointless by the clock of the database, which the clock guard watches."""
        if notification.pointless_after is None:
            return False
        async with self._store_turn:
            return notification.pointless_after <= await self._core.store.read(now_of)

    async def _deliver_by_sms(self, notification: Notification) -> None:
        async with self._store_turn:
            sms = await self._core.store.read(render_sms, self._core, notification)
        if sms is None:
            await self._run(notification_queue.mark_over, notification, self._worker, late=False)
            return
        if not sms.phone:
            await self._run(
                notification_queue.mark_failed, notification, self._worker, sms_reminders.NO_PHONE
            )
            return
        try:
            sent = await self._core.sms.remind(phone=sms.phone, text=sms.text, parameters=sms.parameters)
        except SmsGatewayError as error:
            await self._run(self._core.sms_budget.mark_gateway_failed, error.failure)
            await tell_of_providers(self._core)
            raise
        await self._run(self._accepted, notification, sent)
        await tell_of_providers(self._core)

    def _accepted(self, tx: Tx, notification: Notification, sent: SentSms | None) -> None:
        self._core.sms_budget.mark_gateway_working(tx)
        notification_queue.mark_sent(tx, notification, self._worker)
        expect_receipt(tx, self._core, sent, notification.chat_id, notice_id=notification.notification_id)

    async def _deliver_once(self, notification: Notification, message: NotificationMessage) -> None:
        """Send at most once: recorded before sending, retried only if it cannot have arrived."""
        if notification.parts_sent:  # a worker died while sending it
            raise _OutcomeUnknownError
        if not await self._run(notification_queue.mark_begun, notification, self._worker):
            return  # the lease has expired and another worker has claimed it
        try:
            await self._send_text(notification.chat_id, message)
        except (RetryAfter, Forbidden, BadRequest, RequestNotSentError):
            raise
        except TelegramError as error:
            raise _OutcomeUnknownError from error
        await self._run(self._arrived, notification)

    async def _run(self, function: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        async with self._store_turn:
            return await self._core.store.run(function, *args, **kwargs)

    def _send_text(self, chat_id: int, part: NotificationMessage) -> Awaitable[Message]:
        return self._bot.send_message(
            chat_id,
            part.text,
            parse_mode=ParseMode.HTML,
            reply_markup=self._codec.global_keyboard(chat_id, part.rows),
            disable_notification=part.is_quiet or None,
            rate_limit_args=BULK,
        )
