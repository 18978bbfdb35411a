"""The receipt as a whole: writes updates down, hands them on, and keeps its leases alive."""

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
"""How long a worker that gives no sign of life keeps its updates."""

_PURGE_EVERY = timedelta(hours=1)
_LAST_TRY = 0.3  # seconds for letting go of the leases at the end


def new_worker_name() -> str:
    """Return a name no other process has, nor this one had before its restart."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


class Receipt:
    """Takes updates in and sees to it that each is handled.

    Args:
        inbox: where the updates are stored.
        dispatcher: hands updates to their handler.
        sign_of_life: how often leases are renewed and the leases of others looked at; a third of
            the lease's span.
    """

    def __init__(
        self, inbox: WorkerInbox, dispatcher: Dispatcher, *, sign_of_life: timedelta = LEASE / 3
    ) -> None:
        self.dispatcher = dispatcher
        self._inbox = inbox
        self._every = sign_of_life.total_seconds()
        self._keeper: asyncio.Task[None] | None = None
        self._taking: set[asyncio.Task[None]] = set()
        self._is_closing = False

    async def start(self) -> None:
        """Take over what was left behind, and begin to handle it: before anything new comes in.

        Raises:
            StoreError: the database failed; nothing was begun.
        """
        self.dispatcher.resume(await self._inbox.take_over())
        self.dispatcher.start()
        self._keeper = asyncio.create_task(self._keep(), name="receipt-keeper")

    async def accept(self, updates: Sequence[RawUpdate]) -> None:
        """Write a batch down and hand on what is new; when this returns it may be confirmed.

        What is cancelled half-way is finished all the same, or an update could lie in the inbox
        without anybody who handles it.

        Args:
            updates: as the messenger wrote them; one without an id is dropped, for it can be neither
                remembered nor confirmed.

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
        task = asyncio.create_task(self._take(readable), name="receipt-accept")
        self._taking.add(task)
        task.add_done_callback(self._taking.discard)
        await asyncio.shield(task)

    async def stop(self, limit: float = 1.5) -> None:
        """Take nothing more, give those in flight ``limit`` seconds, let go of the rest.

        Takes at most half a second more than the limit; what is not done stays in the inbox.
        """
        self._is_closing = True
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        await self.dispatcher.drain(limit)
        try:
            async with asyncio.timeout(_LAST_TRY):
                await asyncio.gather(*self._taking, return_exceptions=True)
                await self._inbox.give_up_leases()
        except Exception as error:  # noqa: BLE001 - the leases run out by themselves
            _LOGGER.warning("the leases could not be given back: %s", type(error).__name__)

    async def _take(self, updates: Sequence[RawUpdate]) -> None:
        """Write a batch down and hand on what is new."""
        added = await self._inbox.add(updates)
        self.dispatcher.offer(added.updates)
        self.dispatcher.resume(added.behind)

    async def _keep(self) -> None:
        """Give signs of life, take over from the dead, find what was lost sight of, and purge."""
        loop = asyncio.get_running_loop()
        purge_at = loop.time()
        while True:
            await asyncio.sleep(self._every)
            try:
                self.dispatcher.resume_idle(await self._inbox.renew())
                self.dispatcher.resume(await self._inbox.take_over())
                if loop.time() >= purge_at:
                    await self._inbox.purge()
                    purge_at = loop.time() + _PURGE_EVERY.total_seconds()
            except Exception as error:  # noqa: BLE001 - the next sign of life is soon
                _LOGGER.warning("the inbox could not be looked after: %s", type(error).__name__)


def _has_id(update: object) -> bool:
    """Return whether this is an update that can be remembered."""
    return isinstance(update, dict) and type(update.get("update_id")) is int
