"""The inbox as a service: polls, stores what arrives, hands it to the dispatcher, keeps this worker's leases.

Long polling of our own confirms updates only after they are stored. PTB's confirms updates that are only in
memory, gets stuck at an update that it cannot parse, and ends silently for good when its queue raises.
"""

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.request import BaseRequest, RequestData
from telegram.request._requestparameter import RequestParameter

from bot.inbox.dispatcher import Dispatcher
from bot.inbox.errors import BadAnswerError, ReceiptClosedError, TokenRefusedError
from bot.inbox.model import RawUpdate
from bot.inbox.retry import RetryPolicy
from bot.inbox.store import WorkerInbox
from core.errors.base import XuanhaoError

_LOGGER = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
"""How long a worker keeps its updates after its last heartbeat."""

LONG_POLL = 50
"""Time-out of a long poll in seconds, the maximum that Telegram allows."""

_LONGEST_GAP = timedelta(seconds=10)
"""Longest delay between two polls that fail: so soon after an outage updates are received again."""

_LIMIT = 100  # updates per response, the maximum that Telegram sends
_READ_MARGIN = 10  # seconds a response may take beyond the long poll

Fetch = Callable[[int | None], Awaitable[list[dict[str, Any]]]]
"""Gets the updates from an offset on, which confirms all before it; None confirms nothing."""

_PURGE_EVERY = timedelta(hours=1)
_LAST_TRY = 0.3  # seconds for giving up the leases at the end


def new_worker_name() -> str:
    """Return a name that no other process has, nor this one before its restart."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


def updates_of(
    request: BaseRequest,
    base_url: str,
    *,
    allowed: Sequence[str] = ("message", "edited_message", "callback_query", "my_chat_member"),
    long_poll: int = LONG_POLL,
) -> Fetch:
    """Return a function that gets updates from a Bot API.

    Args:
        request: sends the calls; it needs a connection of its own, which a long poll occupies.
        base_url: the bot's, with its token: ``Bot.base_url``.
        allowed: the kinds of updates to receive.
        long_poll: seconds, 0 to 50.
    """

    async def fetch(offset: int | None) -> list[dict[str, Any]]:
        asked = {"offset": offset, "limit": _LIMIT, "timeout": long_poll, "allowed_updates": list(allowed)}
        answer: object = await request.post(
            f"{base_url}/getUpdates",
            RequestData([RequestParameter.from_input(key, value) for key, value in asked.items()]),
            read_timeout=long_poll + _READ_MARGIN,
        )
        if not isinstance(answer, list) or not all(isinstance(item, dict) for item in answer):
            raise BadAnswerError
        return answer

    return fetch


class Poller:
    """Fetches batches of updates, one after the other.

    Args:
        fetch: gets updates.
        accept: stores a batch; when it raises, nothing is confirmed and the same batch is fetched again.
        retry: delays after failures; only a refused token ends polling.
    """

    def __init__(
        self,
        fetch: Fetch,
        accept: Callable[[Sequence[RawUpdate]], Awaitable[None]],
        *,
        retry: RetryPolicy | None = None,
    ) -> None:
        self._fetch = fetch
        self._accept = accept
        self._retry = retry or RetryPolicy(max_delay=_LONGEST_GAP)
        self._offset: int | None = None

    async def run(self) -> None:
        """Poll until cancelled.

        Raises:
            TokenRefusedError: Telegram rejects the token; a retry would not help.
        """
        failures = 0
        while True:
            try:
                await self._poll_once()
            except InvalidToken:
                break
            except (TelegramError, XuanhaoError) as error:
                failures += 1
                self._log_failure(error, failures)
                await asyncio.sleep(self._retry.delay(failures, error))
            else:
                failures = 0
        raise TokenRefusedError

    async def _poll_once(self) -> None:
        """Fetch and store a batch, and only then move the offset: the next request confirms it.

        An empty response means that everything before the offset is confirmed. The offset is then dropped,
        because after a week without updates Telegram may continue with smaller ids.
        """
        updates = await self._fetch(self._offset)
        if not updates:
            self._offset = None
            return
        await self._accept(updates)
        ids = [update["update_id"] for update in updates if type(update.get("update_id")) is int]
        if not ids:
            raise BadAnswerError
        self._offset = max(ids) + 1

    def _log_failure(self, error: Exception, failures: int) -> None:
        """Log the class of an error and how often it happened, but not its message."""
        if isinstance(error, Conflict):
            _LOGGER.critical(
                "somebody else receives this bot's updates: a second poller, or a webhook is set"
            )
        elif isinstance(error, RetryAfter):
            _LOGGER.warning("polling too fast")
        else:
            _LOGGER.warning("polling failed %d times in a row: %s", failures, type(error).__name__)


class InboxService:
    """Accepts updates and makes sure that each is handled.

    Args:
        inbox: where the updates are stored.
        dispatcher: hands updates to their handler.
        heartbeat: how often this worker's leases are renewed and expired leases taken over; a third of
            the lease's span.
        may_purge: whether the clock can be trusted by which old rows are deleted; by default it is.
    """

    def __init__(
        self,
        inbox: WorkerInbox,
        dispatcher: Dispatcher,
        *,
        heartbeat: timedelta = LEASE / 3,
        may_purge: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        self._may_purge = may_purge
        self.dispatcher = dispatcher
        self._inbox = inbox
        self._interval = heartbeat.total_seconds()
        self._heart: asyncio.Task[None] | None = None
        self._accepting: set[asyncio.Task[None]] = set()
        self._is_closing = False

    async def start(self) -> None:
        """Take over what was left behind and start handling it, before anything new arrives.

        Raises:
            StoreError: the database failed; nothing was started.
        """
        self.dispatcher.resume(await self._inbox.take_over())
        self.dispatcher.start()
        self._heart = asyncio.create_task(self._heartbeat(), name="inbox-heartbeat")

    async def accept(self, updates: Sequence[RawUpdate]) -> None:
        """Store a batch and hand on what is new; when this returns, the batch may be confirmed.

        A cancelled call still completes in the background, or an update could be stored without being
        handled.

        Args:
            updates: as Telegram sent them. One without an id is dropped, for it can be neither
                recognised nor confirmed.

        Raises:
            ReceiptClosedError: the service is shutting down.
            StoreError: the database failed; nothing may be confirmed.
        """
        if self._is_closing:
            raise ReceiptClosedError
        readable = [update for update in updates if _has_id(update)]
        if len(readable) < len(updates):
            _LOGGER.error("%d updates without an id were dropped", len(updates) - len(readable))
        if not readable:
            return
        task = asyncio.create_task(self._accept(readable), name="inbox-accept")
        self._accepting.add(task)
        task.add_done_callback(self._accepting.discard)
        await asyncio.shield(task)

    async def stop(self, limit: float = 1.5) -> None:
        """Accept nothing more, give handlers ``limit`` seconds to end, and give up the leases of the rest.

        Takes at most half a second more than the limit; what is not done stays in the inbox.
        """
        self._is_closing = True
        if self._heart is not None:
            self._heart.cancel()
            await asyncio.gather(self._heart, return_exceptions=True)
        await self.dispatcher.drain(limit)
        try:
            async with asyncio.timeout(_LAST_TRY):
                await asyncio.gather(*self._accepting, return_exceptions=True)
                await self._inbox.give_up_leases()
        except Exception as error:  # noqa: BLE001 - the leases expire
            _LOGGER.warning("the leases could not be given up: %s", type(error).__name__)

    async def _accept(self, updates: Sequence[RawUpdate]) -> None:
        """Store a batch and hand on what is new."""
        added = await self._inbox.add(updates)
        self.dispatcher.offer(added.updates)
        if added.behind:
            self.dispatcher.resume(added.behind)

    async def _heartbeat(self) -> None:
        """Renew leases, take over expired ones, resume interrupted hand-overs, and purge, until cancelled."""
        loop = asyncio.get_running_loop()
        purge_at = loop.time()
        while True:
            await asyncio.sleep(self._interval)
            try:
                self.dispatcher.resume_idle(await self._inbox.renew())
                self.dispatcher.resume(await self._inbox.take_over())
                if loop.time() >= purge_at and (self._may_purge is None or await self._may_purge()):
                    await self._inbox.purge()
                    purge_at = loop.time() + _PURGE_EVERY.total_seconds()
            except Exception as error:  # noqa: BLE001 - the next heartbeat is soon
                _LOGGER.warning("a heartbeat failed: %s", type(error).__name__)


def _has_id(update: object) -> bool:
    return isinstance(update, dict) and type(update.get("update_id")) is int
