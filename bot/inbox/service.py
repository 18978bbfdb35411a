"""The inbox as a service: stores what arrives, hands it to the dispatcher, keeps this worker's leases."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.inbox.backlog import BacklogLimits, FloodNotices, excess
from bot.inbox.dispatcher import Dispatcher
from bot.inbox.errors import ReceiptClosedError
from bot.inbox.model import Added, RawUpdate
from bot.inbox.personal import personal_message
from bot.inbox.raw_update import chat_of, is_storable
from bot.inbox.retry import is_outage, trace
from bot.inbox.store import WorkerInbox
from bot.inbox.workers import LEASE

_LOGGER = logging.getLogger(__name__)

_PURGE_EVERY = timedelta(hours=1)
_QUIET = 30.0  # seconds in which a chat is told once, where its updates may wait at another worker
_LATE = 1.0  # seconds by which a heartbeat may be late without anything being looked up again
_LAST_TRY = 0.3  # seconds for giving up the leases at the end


async def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxHooks:
    """What the rest of the program does at events of the inbox."""

    on_dropped: Callable[[int], Awaitable[None]] | None = None  # tells a private chat, once a flood
    on_personal: Callable[[int, int], Awaitable[None]] | None = None  # deletes one: chat, message
    on_heartbeat: Callable[[bool], None] = lambda _works: None  # whether the database works
    may_purge: Callable[[], Awaitable[bool]] = _always  # whether the clock can be trusted
    on_stored: Callable[[Sequence[RawUpdate]], None] = lambda _updates: None  # with each batch
    on_handed: Callable[[Mapping[str, Collection[int]]], None] = lambda _handed: None  # wakes other workers


class InboxService:
    """Accepts updates and makes sure that each is handled.

    Args:
        inbox: where the updates are stored.
        dispatcher: hands updates to their handler.
        heartbeat: how often this worker's leases are renewed and expired leases taken over; a third of
            the lease's span.
        backlog: how many updates may wait for one chat; None: any number.
        hooks: what the rest of the program does at some of its events.
    """

    def __init__(
        self,
        inbox: WorkerInbox,
        dispatcher: Dispatcher,
        *,
        heartbeat: timedelta = LEASE / 3,
        backlog: BacklogLimits | None = None,
        hooks: InboxHooks | None = None,
    ) -> None:
        self._hooks = hooks or InboxHooks()
        self.dispatcher = dispatcher
        self._inbox = inbox
        self._interval = heartbeat.total_seconds()
        self._heart: asyncio.Task[None] | None = None
        self._accepting: set[asyncio.Task[None]] = set()
        self._backlog = backlog
        self._notices = FloodNotices(
            dispatcher, self._hooks.on_dropped, quiet=0.0 if inbox.is_alone else _QUIET
        )
        self._telling: set[asyncio.Task[None]] = set()
        self._is_closing = False

    async def start(self) -> None:
        """Take over what was left behind and start handling it, before anything new arrives.

        Raises:
            StoreError: the database failed; nothing was started.
        """
        self.dispatcher.resume(await self._inbox.take_over())
        self.dispatcher.start()
        self._heart = asyncio.create_task(self._heartbeat(), name="inbox-heartbeat")

    @property
    def is_running(self) -> bool:
        """Whether updates are handed on and leases renewed."""
        return self._heart is not None and not self._heart.done() and self.dispatcher.is_running

    async def take_over(self) -> None:
        """Take over what another worker has just given up, instead of at the next heartbeat."""
        if not self._is_closing:
            self.dispatcher.resume(await self._inbox.take_over())

    async def accept(self, updates: Sequence[RawUpdate]) -> None:
        """Store a batch and hand on what is new; when this returns, the batch may be confirmed.

        A cancelled call still completes in the background, or an update could be stored without being
        handled.

        Args:
            updates: as Telegram sent them. One without a usable id is dropped, for it cannot be
                recognised. Another one that cannot be stored becomes a dead letter.

        Raises:
            ReceiptClosedError: the service is shutting down.
            StoreError: the database failed; nothing may be confirmed.
        """
        if self._is_closing:
            raise ReceiptClosedError
        readable = [update for update in updates if is_storable(update)]
        if len(readable) < len(updates):
            _LOGGER.error("%d updates without a usable id were dropped", len(updates) - len(readable))
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
        for task in self._telling:
            task.cancel()
        await self.dispatcher.drain(limit)
        try:
            async with asyncio.timeout(_LAST_TRY):
                await asyncio.gather(*self._accepting, return_exceptions=True)
                await self._inbox.give_up_leases()
        except Exception as error:  # noqa: BLE001 - the leases expire
            _LOGGER.warning("the leases could not be given up: %s", type(error).__name__)

    async def _accept(self, updates: Sequence[RawUpdate]) -> None:
        """Store a batch and hand on what is new."""
        dropped: set[int] = set()
        if self._backlog is not None and self._inbox.is_alone:
            placed = [(chat_of(update), update) for update in updates]
            dropped = excess(placed, self.dispatcher.waiting, self._backlog)
        stored = await self._stored(updates, dropped)
        self._hooks.on_stored(updates)
        for added in stored:
            self.dispatcher.offer(added.updates, added.unfinished)
            if added.handed:
                self._hooks.on_handed(added.handed)
            if added.dead:
                self._in_background(self.dispatcher.report(added.dead))
            if added.dropped:
                await self._end_dropped(updates, added.dropped)

    async def _stored(self, updates: Sequence[RawUpdate], dropped: set[int]) -> list[Added]:
        """Store a batch; if the database refuses it, store each update by itself and set bad ones aside."""
        try:
            return [await self._inbox.add(updates, dropped, self._backlog)]
        except Exception as error:
            if is_outage(error):
                raise
            _LOGGER.warning("a batch of updates was refused, they are stored one by one: %s", trace(error))
        return [await self._stored_alone(update, dropped) for update in updates]

    async def _stored_alone(self, update: RawUpdate, dropped: set[int]) -> Added:
        try:
            return await self._inbox.add([update], dropped, self._backlog)
        except Exception as error:
            if is_outage(error):
                raise
            return await self._inbox.set_aside(update, error)

    async def _end_dropped(self, updates: Sequence[RawUpdate], dropped: Collection[int]) -> None:
        """Delete what may be personal of that which no handler will see, and tell the chats."""
        for update in updates:
            if update["update_id"] not in dropped:
                continue
            chat_id, message_id = chat_of(update), personal_message(update)
            if message_id is not None and self._hooks.on_personal is not None:
                await self._hooks.on_personal(chat_id, message_id)
            if (notice := self._notices.begin(chat_id)) is not None:
                self._in_background(notice)

    def _in_background(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _heartbeat(self) -> None:
        """Renew leases, take over expired ones, resume interrupted hand-overs, and purge, until cancelled."""
        loop = asyncio.get_running_loop()
        purge_at = renewed_at = loop.time()
        while True:
            await asyncio.sleep(self._interval)
            try:
                chats = await self._inbox.renew()
                late = loop.time() - renewed_at > 2 * self._interval + _LATE
                renewed_at = loop.time()
                if late:  # others may have taken over what is in memory here, or were as late in an outage
                    self.dispatcher.resume(self.dispatcher.chats)
                self.dispatcher.resume_idle(chats)
                if not late:
                    self.dispatcher.resume(await self._inbox.take_over())
                if loop.time() >= purge_at and await self._hooks.may_purge():
                    await self._inbox.purge()
                    purge_at = loop.time() + _PURGE_EVERY.total_seconds()
            except Exception as error:  # noqa: BLE001 - the next heartbeat is soon
                _LOGGER.warning("a heartbeat failed: %s", type(error).__name__)
                self._hooks.on_heartbeat(False)  # noqa: FBT003 - the one thing that it says
            else:
                self._hooks.on_heartbeat(True)  # noqa: FBT003 - the same
