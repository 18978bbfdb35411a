"""Hands updates to their handler: those of one chat in order and one at a time, chats concurrently.

Chats that have something to do wait in one queue. The first chat gets a slot, *one* of its updates is
handled, and it goes to the end again; so a chat with a thousand updates does not delay the others. Slots are
few, because after a crash the sends of those that were running are repeated. A handler that only waits is
parked (``bot/bot_api/parking.py``): it keeps its chat's turn, but gives its slot to another chat. A parked
handler has no send under way, but for one that hangs, so what a crash can repeat stays small.

An update over which the process dies would end every later process, too. Where that could happen (files, and
whatever was left in the inbox) the attempt is recorded before it begins. What has taken down
two processes is handled while no other such update is; after the third it is a dead letter, and the deaths
are not counted for the others any longer.

Memory is a cache. What does not fit stays in the inbox and is loaded when the chat's turn comes. So does what
comes after an update that the inbox has and memory has not: another worker has stored it for this one and its
notification is on the way, or it was taken over from a dead worker just now.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from bot.bot_api.parking import Slots, occupy, parked
from bot.inbox.chat_queue import ANY, ChatQueue
from bot.inbox.dead_letters import DeadLetters, OnDeadLetter
from bot.inbox.errors import HandlerTimedOutError, ProcessDiedError, ReceiptClosedError
from bot.inbox.model import DeadLetter, QueuedUpdate
from bot.inbox.retry import RetryPolicy, trace
from bot.inbox.store import WorkerInbox
from bot.logs import correlate

_LOGGER = logging.getLogger(__name__)
_LAST_TRY = 0.3  # seconds for taking back attempts at the end
_RECHECK = 0.2  # seconds until a chat is loaded again of which another worker holds earlier updates

Handle = Callable[[QueuedUpdate], Awaitable[None]]
"""Handles one update, and calls ``mark_done`` in a transaction: else the update is handled again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchLimits:
    """How many updates are handled and kept in memory at a time."""

    in_flight: int = 32  # updates whose handlers run concurrently
    parked: int = 2000  # further updates whose handlers only wait; beyond, they count as in flight
    per_chat: int = 100  # updates of one chat in memory
    in_memory: int = 5000  # updates in memory
    suspect: int = 2  # dead processes after which an update is handled apart from other suspects
    fatal: int = 3  # dead processes after which an update is a dead letter
    handler_seconds: float = 300.0  # for one update; then its attempt has failed


class Dispatcher:
    """Hands updates to their handler.

    Args:
        inbox: where the updates are stored.
        handle: handles one update.
        on_dead_letter: reports dead letters.
        retry: when failed attempts are repeated.
        limits: how many updates at a time.
    """

    def __init__(
        self,
        inbox: WorkerInbox,
        handle: Handle,
        *,
        on_dead_letter: OnDeadLetter | None = None,
        retry: RetryPolicy | None = None,
        limits: DispatchLimits | None = None,
    ) -> None:
        self._inbox = inbox
        self._handle = handle
        self._dead_letters = DeadLetters(inbox, on_dead_letter)
        self._retry = retry or RetryPolicy()
        self._limits = limits or DispatchLimits()
        self._queues: dict[int, ChatQueue] = {}
        self._ready: asyncio.Queue[ChatQueue] = asyncio.Queue()
        self._held: set[int] = set()  # ids of updates that wait in memory or are being handled
        self._slots = Slots(self._limits.in_flight, self._limits.parked)
        self._feeder: asyncio.Task[None] | None = None
        self._turns: set[asyncio.Task[Any]] = set()  # the handlers; each holds its chat's turn
        self._apart = asyncio.Lock()  # for updates that may have taken down two processes
        self._interrupted: list[QueuedUpdate] = []  # their recorded attempts were cancelled
        self._idle = asyncio.Event()
        self._idle.set()
        self._is_closing = False

    # --- incoming updates -------------------------------------------------------------------

    def start(self) -> None:
        """Start handling."""
        self._feeder = asyncio.create_task(self._feed(), name="inbox-feeder")

    def offer(
        self, updates: Iterable[QueuedUpdate], unfinished: Mapping[int, frozenset[int]] | None = None
    ) -> None:
        """Take updates that were just stored, in ascending order.

        Args:
            updates: new ones.
            unfinished: beside other workers, what the inbox held of their chats in the transaction that
                stored them: chats and update ids.
        """
        for update in updates:
            if self._is_closing or update.update_id in self._held:
                continue
            queue = self._queue_of(update.chat_id)
            if self._is_out_of_order(queue, update, (unfinished or {}).get(update.chat_id, frozenset())):
                self._unload(queue)  # load all again, in order
            if self._must_stay_in_inbox(queue):
                queue.leave(update)
            else:
                self._held.add(update.update_id)
                queue.updates.append(update)
            self._schedule(queue)

    @property
    def chats(self) -> list[int]:
        """The chats of which something waits in memory or is handled."""
        return list(self._queues)

    @property
    def is_running(self) -> bool:
        """Whether updates are handed on."""
        return self._feeder is not None and not self._feeder.done()

    def waiting(self, chat_id: int) -> int:
        """Return how many updates of a chat wait, without those that an earlier process has left behind."""
        queue = self._queues.get(chat_id)
        return 0 if queue is None else len(queue.updates) + queue.left_in_inbox

    async def report(self, letters: Iterable[DeadLetter]) -> None:
        """Report updates that could not be stored."""
        for letter in letters:
            _LOGGER.error("update %d cannot be stored: %s", letter.update_id, letter.error)
            await self._dead_letters.tell(letter)

    def resume(self, chats: Iterable[int]) -> None:
        """Handle chats whose updates this worker holds without having received them all.

        What is in memory of them is loaded again, so that older updates come first.
        """
        for chat_id in chats:
            if self._is_closing:
                return
            queue = self._queue_of(chat_id)
            self._unload(queue)
            self._schedule(queue)

    def resume_idle(self, chats: Iterable[int]) -> None:
        """Handle those of the chats that have no queue: updates whose hand-over was interrupted."""
        self.resume([chat_id for chat_id in chats if chat_id not in self._queues])

    # --- jobs that need a chat's turn -------------------------------------------------------

    @asynccontextmanager
    async def lock(self, chat_id: int) -> AsyncIterator[None]:
        """Hold the turn of a chat, after the updates that are queued for it now.

        For jobs that redraw a screen. A handler already holds the turn of its own chat. It cannot get that
        of another one, for two handlers could deadlock: start a task for this.

        Raises:
            ReceiptClosedError: the service is shutting down.
            RuntimeError: a handler asked for the turn of another chat.
        """
        task = asyncio.current_task()
        if (held := self._queues.get(chat_id)) is not None and held.holder is task:
            yield
            return
        if task in self._turns:
            raise RuntimeError("a handler can hold the turn of its own chat only")
        queue = await self._wait_for_turn(chat_id)
        queue.holder = task
        try:
            yield
        finally:
            self._end_turn(queue)

    def has_waiting(self, chat_id: int) -> bool:
        """Whether updates of a chat are being handled or wait for it, and not for a pause to end."""
        queue = self._queues.get(chat_id)
        if queue is None or queue.pause is not None:
            return False
        return bool(queue.updates or queue.has_more or queue.holder in self._turns)

    # --- waiting and stopping ---------------------------------------------------------------

    async def idle(self) -> None:
        """Wait until no update or job is queued, handled or paused."""
        await self._idle.wait()

    async def drain(self, limit: float = 1.5) -> None:
        """Take nothing more, give handlers some seconds to end, and leave the rest in the inbox."""
        self._is_closing = True
        for queue in list(self._queues.values()):
            self._close(queue)
        if self._feeder is not None:
            self._feeder.cancel()
            await asyncio.gather(self._feeder, return_exceptions=True)
        if self._turns:
            await asyncio.wait(self._turns, timeout=limit)
        for turn in self._turns:
            turn.cancel()
        await asyncio.gather(*self._turns, return_exceptions=True)
        await self._put_back()

    # --- turns ------------------------------------------------------------------------------

    async def _feed(self) -> None:
        """Begin the turn of the first chat that is ready when a slot is free, again and again."""
        while True:
            queue = await self._ready.get()
            await self._slots.take()
            queue.is_scheduled = False
            if queue.is_ready:
                queue.is_busy = True
                turn = asyncio.create_task(self._turn(queue), name="inbox-turn")
                queue.holder = turn
                self._turns.add(turn)
                turn.add_done_callback(self._turns.discard)
            else:
                self._slots.give()
                if not queue.is_busy:
                    self._end_turn(queue)

    async def _turn(self, queue: ChatQueue) -> None:
        """Hold the turn of a chat for one update."""
        slot = occupy(self._slots)
        try:
            await self._take_turn(queue)
        finally:
            slot.end()
            self._end_turn(queue)

    async def _take_turn(self, queue: ChatQueue) -> None:
        """Handle the first update of a chat."""
        if not queue.updates and queue.has_more:
            await self._load(queue)
        if not queue.updates:
            return
        update = queue.updates.popleft()
        correlate(update.update_id)
        if update.crashes >= self._limits.fatal:
            await self._bury(queue, update)
            return
        try:
            async with self._apart_if_suspect(update):
                if update.is_risky:
                    await self._inbox.record_attempt(update)
                await self._handle_in_time(update)
        except asyncio.CancelledError as error:
            if (me := asyncio.current_task()) is None or me.cancelling():
                if update.is_risky:
                    self._interrupted.append(update)
                raise  # this turn was cancelled, not something inside the handler
            await self._handle_failure(queue, update, error)
        except Exception as error:  # noqa: BLE001 - every error of a handler is counted and reported
            await self._handle_failure(queue, update, error)
        else:
            self._held.discard(update.update_id)

    async def _handle_in_time(self, update: QueuedUpdate) -> None:
        """Handle an update.

        Raises:
            HandlerTimedOutError: it took too long.
        """
        try:
            async with asyncio.timeout(self._limits.handler_seconds) as limit:
                await self._handle(update)
        except TimeoutError as error:
            if limit.expired():
                raise HandlerTimedOutError from error
            raise

    @asynccontextmanager
    async def _apart_if_suspect(self, update: QueuedUpdate) -> AsyncIterator[None]:
        """Handle what may have taken down two processes while no other such update is handled.

        Otherwise the updates that happen to be handled beside a fatal one would be counted with it.
        """
        if update.crashes < self._limits.suspect:
            yield
            return
        async with parked():
            await self._apart.acquire()
        try:
            yield
        finally:
            self._apart.release()

    async def _bury(self, queue: ChatQueue, update: QueuedUpdate) -> None:
        """Make an update a dead letter without handling it: three processes have died over it."""
        if await self._dead_letters.add(update, ProcessDiedError()):
            self._held.discard(update.update_id)
            for other in self._queues.values():  # the others were only handled beside it
                other.acquit()
            return
        queue.updates.appendleft(update)
        self._pause(queue, self._retry.delay(1))

    async def _put_back(self) -> None:
        """Take back the recorded attempts that were cancelled: nobody has died over them."""
        try:
            async with asyncio.timeout(_LAST_TRY):
                await self._inbox.take_back_attempts(self._interrupted)
        except Exception as error:  # noqa: BLE001 - they count as one death, which does no harm
            _LOGGER.warning("interrupted attempts could not be taken back: %s", type(error).__name__)

    async def _handle_failure(self, queue: ChatQueue, update: QueuedUpdate, error: BaseException) -> None:
        """Count a failed attempt; retry the update after a pause of its chat, or make it a dead letter."""
        update = replace(update, tries=update.tries + 1, repeated=True)
        _LOGGER.warning("update %d failed at try %d: %s", update.update_id, update.tries, trace(error))
        if self._retry.exhausted(update.tries, error) and await self._dead_letters.add(update, error):
            self._held.discard(update.update_id)
            return
        queue.updates.appendleft(update)
        self._pause(queue, self._retry.delay(update.tries, error))
        try:
            await self._inbox.record_failure(update, error)
        except Exception as failure:  # noqa: BLE001 - memory has the count; the row's matters after a restart
            _LOGGER.warning("a failure could not be recorded: %s", type(failure).__name__)

    # --- queues ------------------------------------------------------------------------------

    async def _load(self, queue: ChatQueue) -> None:
        """Load the chat's first updates from the inbox; none of them is in memory."""
        free = self._limits.in_memory - len(self._held)
        queue.has_more, queue.is_loading, queue.first_arrival = False, True, None
        try:
            page = await self._inbox.load(queue.chat_id, max(1, min(self._limits.per_chat, free)))
        except Exception as error:  # noqa: BLE001 - the rows are still there after the pause
            _LOGGER.warning("updates could not be loaded: %s", type(error).__name__)
            queue.has_more = True
            self._pause(queue, self._retry.delay(1))
            return
        finally:
            queue.is_loading = False
        if queue.has_earlier_than(page.updates):
            return  # they are loaded again
        queue.has_more = queue.has_more or page.has_more
        queue.left_in_inbox = max(0, queue.left_in_inbox - len(page.updates)) if queue.has_more else 0
        queue.updates.extend(page.updates)
        self._held.update(update.update_id for update in page.updates)
        if page.is_behind and not queue.updates:
            self._pause(queue, _RECHECK)

    def _is_out_of_order(self, queue: ChatQueue, update: QueuedUpdate, unfinished: frozenset[int]) -> bool:
        """Return whether an update arrived late, or earlier ones are in the inbox and not in memory."""
        if queue.updates and queue.updates[-1].update_id > update.update_id:
            return True
        if queue.has_more or queue.is_loading:
            return False  # it is left in the inbox anyway
        return any(earlier < update.update_id for earlier in unfinished - self._held)

    def _must_stay_in_inbox(self, queue: ChatQueue) -> bool:
        """Return whether memory is full, or the inbox holds updates of the chat that come first."""
        is_full = len(queue.updates) >= self._limits.per_chat or len(self._held) >= self._limits.in_memory
        return is_full or queue.has_more or queue.is_loading

    def _unload(self, queue: ChatQueue) -> None:
        """Drop the updates that wait in memory, to load them again."""
        self._held.difference_update(update.update_id for update in queue.updates)
        queue.left_in_inbox += len(queue.updates)
        queue.updates.clear()
        queue.has_more = True
        queue.first_arrival = ANY

    def _queue_of(self, chat_id: int) -> ChatQueue:
        """Return the queue of a chat, a new one when it has none."""
        queue = self._queues.get(chat_id)
        if queue is None:
            queue = self._queues[chat_id] = ChatQueue(chat_id)
            self._idle.clear()
        return queue

    def _schedule(self, queue: ChatQueue) -> None:
        """Put a chat that is ready behind the other ones."""
        if queue.is_ready and not queue.is_scheduled and not self._is_closing:
            queue.is_scheduled = True
            self._ready.put_nowait(queue)

    def _end_turn(self, queue: ChatQueue) -> None:
        """End a turn: pass it to the next job, or let a worker handle the next update."""
        queue.holder, queue.is_busy = None, False
        if (job := queue.pop_job()) is not None:
            queue.is_busy = True
            job.set_result(None)
            return
        self._schedule(queue)
        self._drop_if_empty(queue)

    async def _wait_for_turn(self, chat_id: int) -> ChatQueue:
        """Wait until the caller holds the chat's turn; return its queue."""
        if self._is_closing:
            raise ReceiptClosedError
        queue = self._queue_of(chat_id)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.add_job(turn)
        if not queue.is_busy:
            self._end_turn(queue)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._end_turn(queue)  # it was granted just now
            raise
        return queue

    def _pause(self, queue: ChatQueue, seconds: float) -> None:
        """Handle no update of a chat for some seconds."""
        if not self._is_closing:
            queue.pause = asyncio.get_running_loop().call_later(seconds, self._unpause, queue)

    def _unpause(self, queue: ChatQueue) -> None:
        """End the pause of a chat."""
        queue.pause = None
        self._schedule(queue)
        self._drop_if_empty(queue)

    def _close(self, queue: ChatQueue) -> None:
        """Refuse the waiting jobs and cancel the pause."""
        while queue.jobs:
            _, turn = queue.jobs.popleft()
            if not turn.done():
                turn.set_exception(ReceiptClosedError())
        if queue.pause is not None:
            queue.pause.cancel()
            queue.pause = None

    def _drop_if_empty(self, queue: ChatQueue) -> None:
        """Drop a queue that has nothing left to do."""
        if queue.is_empty and self._queues.get(queue.chat_id) is queue:
            del self._queues[queue.chat_id]
            if not self._queues:
                self._idle.set()
