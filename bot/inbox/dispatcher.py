"""Hands updates to their handler: those of one chat in order and one at a time, chats concurrently.

Chats that have something to do wait in one queue. A few workers ("few in flight": after a crash the sends of
those in flight are repeated) take the first chat, handle *one* of its updates and put it at the end again; so
a chat with a thousand updates does not delay the others.

Memory is a cache. What does not fit stays in the inbox and is loaded when the chat's turn comes.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from bot.inbox.dead_letters import DeadLetters, OnDeadLetter
from bot.inbox.errors import ReceiptClosedError
from bot.inbox.model import QueuedUpdate
from bot.inbox.retry import RetryPolicy, trace
from bot.inbox.store import WorkerInbox

_LOGGER = logging.getLogger(__name__)
_RECHECK = 0.2  # seconds until a chat is loaded again of which another worker holds earlier updates

Handle = Callable[[QueuedUpdate], Awaitable[None]]
"""Handles one update, and calls ``mark_done`` in a transaction: else the update is handled again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchLimits:
    """How many updates are handled and kept in memory at a time."""

    in_flight: int = 32  # updates that are handled concurrently
    per_chat: int = 100  # updates of one chat in memory
    in_memory: int = 5000  # updates in memory
    handler_seconds: float = 300.0  # for one update; then its attempt has failed


class ChatQueue:
    """The updates and jobs of one chat; exactly one of them holds the chat's turn at a time.

    Updates are ordered by id. A job waits for the updates that were queued before it, but not while
    the queue is paused after a failure: a redraw must not wait for an outage to end.
    """

    def __init__(self, chat_id: int) -> None:
        self.chat_id = chat_id
        self.updates: deque[QueuedUpdate] = deque()  # ascending by update id
        self.jobs: deque[tuple[int, asyncio.Future[None]]] = deque()  # the last update before it; its turn
        self.has_more = False  # the inbox holds updates of this chat that are not in memory
        self.is_loading = False
        self.is_scheduled = False  # waits for a worker of the dispatcher
        self.is_busy = False  # the turn is held, or was just granted
        self.holder: asyncio.Task[object] | None = None  # the task that holds the turn, once it runs
        self.pause: asyncio.TimerHandle | None = None  # no update is handled before it ends

    @property
    def is_empty(self) -> bool:
        """Whether nothing is queued, handled or paused."""
        waits = self.updates or self.jobs or self.has_more
        return not (waits or self.is_busy or self.is_scheduled or self.pause)

    @property
    def is_ready(self) -> bool:
        """Whether an update could be handled now."""
        return bool(self.updates or self.has_more) and self.pause is None and not self.is_busy

    def add_job(self, turn: asyncio.Future[None]) -> None:
        """Queue a job behind the updates that wait now."""
        self.jobs.append((self.updates[-1].update_id if self.updates else -1, turn))

    def pop_job(self) -> asyncio.Future[None] | None:
        """Remove and return the next job; None when an update comes before it."""
        while self.jobs and not self.is_busy:
            last_before, turn = self.jobs[0]
            if self.pause is None and self.updates and self.updates[0].update_id <= last_before:
                return None
            self.jobs.popleft()
            if not turn.done():
                return turn
        return None


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
        self._workers: set[asyncio.Task[None]] = set()
        self._handling: set[asyncio.Task[object]] = set()  # the workers that hold a chat's turn
        self._idle = asyncio.Event()
        self._idle.set()
        self._is_closing = False

    # --- incoming updates -------------------------------------------------------------------

    def start(self) -> None:
        """Start the workers."""
        self._workers = {
            asyncio.create_task(self._work(), name=f"inbox-worker-{number}")
            for number in range(self._limits.in_flight)
        }

    def offer(self, updates: Iterable[QueuedUpdate]) -> None:
        """Take updates that were just stored, in ascending order."""
        for update in updates:
            if self._is_closing or update.update_id in self._held:
                continue
            queue = self._queue_of(update.chat_id)
            if queue.updates and queue.updates[-1].update_id > update.update_id:
                self._unload(queue)  # it arrived late: load all again, in order
            elif self._must_stay_in_inbox(queue):
                queue.has_more = True
            else:
                self._held.add(update.update_id)
                queue.updates.append(update)
            self._schedule(queue)

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
        if task in self._handling:
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
        return bool(queue.updates or queue.has_more or queue.holder in self._handling)

    # --- waiting and stopping ---------------------------------------------------------------

    async def idle(self) -> None:
        """Wait until no update or job is queued, handled or paused."""
        await self._idle.wait()

    async def drain(self, limit: float = 1.5) -> None:
        """Take nothing more, give handlers some seconds to end, and leave the rest in the inbox."""
        self._is_closing = True
        for queue in list(self._queues.values()):
            self._close(queue)
        busy = self._workers & self._handling
        for worker in self._workers - busy:
            worker.cancel()
        if busy:
            await asyncio.wait(busy, timeout=limit)
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    # --- the workers ------------------------------------------------------------------------

    async def _work(self) -> None:
        """Handle one update of the first chat that is ready, again and again."""
        me = asyncio.current_task()
        while me is not None and not self._is_closing:
            queue = await self._ready.get()
            queue.is_scheduled = False
            if queue.is_ready:
                queue.holder, queue.is_busy = me, True
                self._handling.add(me)
                try:
                    await self._take_turn(queue)
                finally:
                    self._handling.discard(me)
                    self._end_turn(queue)
            elif not queue.is_busy:
                self._end_turn(queue)

    async def _take_turn(self, queue: ChatQueue) -> None:
        """Handle the first update of a chat."""
        if not queue.updates and queue.has_more:
            await self._load(queue)
        if not queue.updates:
            return
        update = queue.updates.popleft()
        try:
            async with asyncio.timeout(self._limits.handler_seconds):
                await self._handle(update)
        except asyncio.CancelledError as error:
            if (me := asyncio.current_task()) is None or me.cancelling():
                raise  # this worker was cancelled, not something inside the handler
            await self._handle_failure(queue, update, error)
        except Exception as error:  # noqa: BLE001 - every error of a handler is counted and reported
            await self._handle_failure(queue, update, error)
        else:
            self._held.discard(update.update_id)

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
            await self._inbox.record_failure(update.update_id, error)
        except Exception as failure:  # noqa: BLE001 - memory has the count; the row's matters after a restart
            _LOGGER.warning("a failure could not be recorded: %s", type(failure).__name__)

    # --- queues ------------------------------------------------------------------------------

    async def _load(self, queue: ChatQueue) -> None:
        """Load the chat's first updates from the inbox; none of them is in memory."""
        free = self._limits.in_memory - len(self._held)
        queue.has_more, queue.is_loading = False, True
        try:
            page = await self._inbox.load(queue.chat_id, max(1, min(self._limits.per_chat, free)))
        except Exception as error:  # noqa: BLE001 - the rows are still there after the pause
            _LOGGER.warning("updates could not be loaded: %s", type(error).__name__)
            queue.has_more = True
            self._pause(queue, self._retry.delay(1))
            return
        finally:
            queue.is_loading = False
        queue.has_more = queue.has_more or page.has_more
        queue.updates.extend(page.updates)
        self._held.update(update.update_id for update in page.updates)
        if page.is_behind and not queue.updates:
            self._pause(queue, _RECHECK)

    def _must_stay_in_inbox(self, queue: ChatQueue) -> bool:
        """Return whether memory is full, or the inbox holds updates of the chat that come first."""
        is_full = len(queue.updates) >= self._limits.per_chat or len(self._held) >= self._limits.in_memory
        return is_full or queue.has_more or queue.is_loading

    def _unload(self, queue: ChatQueue) -> None:
        """Drop the updates that wait in memory, to load them again."""
        self._held.difference_update(update.update_id for update in queue.updates)
        queue.updates.clear()
        queue.has_more = True

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
