"""The inbox as a service: stores what arrives, hands it to the dispatcher, and keeps this worker's leases."""

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Sequence
from datetime import timedelta

from bot.inbox.dispatcher import Dispatcher
from bot.inbox.errors import ReceiptClosedError
from bot.inbox.model import RawUpdate
from bot.inbox.store import WorkerInbox

_LOGGER = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
"""How long a worker keeps its updates after its last heartbeat."""

_PURGE_EVERY = timedelta(hours=1)
_LAST_TRY = 0.3  # seconds for giving up the leases at the end


def new_worker_name() -> str:
    """Return a name that no other process has, nor this one before its restart."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


class InboxService:
    """Accepts updates and makes sure that each is handled.

    Args:
        inbox: where the updates are stored.
        dispatcher: hands updates to their handler.
        heartbeat: how often this worker's leases are renewed and expired leases taken over; a third of
            the lease's span.
    """

    def __init__(
        self, inbox: WorkerInbox, dispatcher: Dispatcher, *, heartbeat: timedelta = LEASE / 3
    ) -> None:
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
            updates: as the messenger sent them. One without an id is dropped, for it can be neither
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
        """Renew the leases, take over expired ones, resume what was not handed on, and purge, for ever."""
        loop = asyncio.get_running_loop()
        purge_at = loop.time()
        while True:
            await asyncio.sleep(self._interval)
            try:
                self.dispatcher.resume_idle(await self._inbox.renew())
                self.dispatcher.resume(await self._inbox.take_over())
                if loop.time() >= purge_at:
                    await self._inbox.purge()
                    purge_at = loop.time() + _PURGE_EVERY.total_seconds()
            except Exception as error:  # noqa: BLE001 - the next heartbeat is soon
                _LOGGER.warning("a heartbeat failed: %s", type(error).__name__)


def _has_id(update: object) -> bool:
    return isinstance(update, dict) and type(update.get("update_id")) is int
