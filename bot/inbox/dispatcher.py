"""Who is handled when: one chat's updates in order, chats beside each other.

Chats that have something to do stand in one line. A few workers ("keep few in flight": a crash
repeats the sends of those in flight) take the first chat, handle *one* update of it and put it at
the end again; so a chat with a thousand updates waits as long between two of them as everybody else.

Memory is a cache. What does not fit stays in the inbox and is fetched when the chat's turn comes.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from bot.inbox.chat_queue import Lane
from bot.inbox.completion import Finisher
from bot.inbox.errors import ReceiptClosedError
from bot.inbox.model import Broken, Delivery, Waiting
from bot.inbox.retry import RetryPolicy, trace
from bot.inbox.worker_inbox import Shelf

_LOGGER = logging.getLogger(__name__)
_ELSEWHERE = 0.2  # seconds until it is looked again whether another worker is done with a chat

Handle = Callable[[Delivery], Awaitable[bool | None]]
"""Handles one update; True when its own transaction has called ``mark_done``."""

OnBroken = Callable[[Broken], Awaitable[None]]
"""Tells the admins of an update that was set aside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much is handled and remembered at a time."""

    in_flight: int = 32  # updates handled beside each other
    per_chat: int = 100  # updates of one chat in memory
    in_memory: int = 5000  # updates in memory
    seconds: float = 300.0  # for one update; then it counts as failed


class Dispatcher:
    """Hands updates to their handler.

    Args:
        shelf: the inbox.
        handle: handles one update.
        on_broken: is told of what was set aside.
        retry: how often and how fast failures are tried again.
        room: how much at a time.
    """

    def __init__(
        self,
        shelf: Shelf,
        handle: Handle,
        *,
        on_broken: OnBroken | None = None,
        retry: RetryPolicy | None = None,
        room: Room | None = None,
    ) -> None:
        self._shelf = shelf
        self._handle = handle
        self._on_broken = on_broken
        self._retry = retry or RetryPolicy()
        self._room = room or Room()
        self._lanes: dict[int, Lane] = {}
        self._ready: asyncio.Queue[Lane] = asyncio.Queue()
        self._in_hand: dict[int, int] = {}  # update id → chat id: in memory, or done but not yet written
        self._workers: set[asyncio.Task[None]] = set()
        self._handling: dict[asyncio.Task[object], int] = {}  # worker → chat
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._finisher = Finisher(shelf, self._retry, self._forget)
        self._is_closing = False

    # --- what comes in ----------------------------------------------------------------------

    def start(self) -> None:
        """Begin to handle."""
        self._finisher.start()
        self._workers = {
            asyncio.create_task(self._work(), name=f"receipt-{number}")
            for number in range(self._room.in_flight)
        }

    def offer(self, updates: Iterable[Waiting]) -> None:
        """Take in updates that have just been written down, in ascending order."""
        for update in updates:
            if self._is_closing or update.update_id in self._in_hand:
                continue
            lane = self._lane(update.chat_id)
            if lane.updates and lane.updates[-1].update_id > update.update_id:
                self._give_back(lane)  # it came late: read again in the right order
                lane.has_more = True
            elif self._must_stay_in_the_inbox(lane):
                lane.has_more = True
            else:
                self._in_hand[update.update_id] = update.chat_id
                lane.updates.append(update)
            self._line_up(lane)

    def resume(self, chats: Iterable[int]) -> None:
        """Take in chats of which updates came into this worker's hands some other way.

        What memory holds of them is forgotten and read again, so that older ones come first.
        """
        for chat_id in chats:
            if self._is_closing:
                return
            lane = self._lane(chat_id)
            self._give_back(lane)
            lane.has_more = True
            self._line_up(lane)

    def resume_idle(self, chats: Iterable[int]) -> None:
        """Take in those of the chats for which nothing is going on: what was lost sight of is found."""
        busy = self._lanes.keys() | set(self._in_hand.values())
        self.resume([chat_id for chat_id in chats if chat_id not in busy])

    # --- who else wants a chat's turn -------------------------------------------------------

    @asynccontextmanager
    async def lock(self, chat_id: int) -> AsyncIterator[None]:
        """Hold the turn of a chat, behind the updates that wait for it now.

        For jobs that redraw a screen. Inside of a handler its own chat's turn is held already, and
        that of another chat is refused, for two handlers could wait for each other for ever: start
        a task for it.

        Raises:
            ReceiptClosedError: the service is shutting down.
            RuntimeError: asked for inside of another chat's handler.
        """
        task = asyncio.current_task()
        if (held := self._lanes.get(chat_id)) is not None and held.holder is task:
            yield
            return
        if task in self._handling:
            raise RuntimeError("a handler holds the turn of its own chat alone")
        lane = await self._wait_for_turn(chat_id)
        lane.holder = task
        try:
            yield
        finally:
            self._pass_on(lane)

    # --- waiting and stopping ---------------------------------------------------------------

    async def idle(self) -> None:
        """Wait until nothing waits, is handled or rests, and all that is done is written."""
        await self._quiet.wait()

    async def drain(self, limit: float = 1.5) -> None:
        """Take nothing more, give those in flight some seconds, leave the rest in the inbox."""
        self._is_closing = True
        for lane in list(self._lanes.values()):
            self._close(lane)
        busy = {worker for worker in self._workers if worker in self._handling}
        for worker in self._workers - busy:
            worker.cancel()
        if busy:
            await asyncio.wait(busy, timeout=limit)
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        await self._finisher.stop()

    # --- the workers ------------------------------------------------------------------------

    async def _work(self) -> None:
        """Handle one update of the chat that stands first, again and again."""
        me = asyncio.current_task()
        while me is not None and not self._is_closing:
            lane = await self._ready.get()
            lane.is_queued = False
            if lane.is_ready:
                lane.holder, lane.is_busy = me, True
                self._handling[me] = lane.chat_id
                try:
                    await self._take_turn(lane)
                finally:
                    del self._handling[me]
                    self._pass_on(lane)
            elif not lane.is_busy:
                self._pass_on(lane)

    async def _take_turn(self, lane: Lane) -> None:
        """Handle the first update of a chat."""
        if not lane.updates and lane.has_more:
            await self._load(lane)
        if lane.updates:
            update = lane.updates.popleft()
            try:
                await self._try(lane, update)
            except asyncio.CancelledError as error:
                if (me := asyncio.current_task()) is None or me.cancelling():
                    raise  # it was we who were cancelled, and not something inside of the handler
                await self._take_failure(lane, update, error)

    async def _try(self, lane: Lane, update: Waiting) -> None:
        """Handle one update; what comes of it is written down."""
        try:
            delivery = self._shelf.open(update)
            async with asyncio.timeout(self._room.seconds):
                is_done = await self._handle(delivery)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is counted and told
            await self._take_failure(lane, update, error)
        else:
            if is_done:
                self._forget([update.update_id])
            else:
                self._finisher.add(update.update_id)

    async def _take_failure(self, lane: Lane, update: Waiting, error: BaseException) -> None:
        """Count a failure: set the update aside, or put it back and let the chat rest."""
        update = replace(update, tries=update.tries + 1, repeated=True)
        _LOGGER.warning("update %d failed at try %d: %s", update.update_id, update.tries, trace(error))
        if self._retry.exhausted(update.tries, error) and await self._set_aside(update, error):
            return
        lane.updates.appendleft(update)
        self._rest(lane, self._retry.delay(update.tries, error))
        try:
            await self._shelf.failed(update.update_id, error)
        except Exception as failure:  # noqa: BLE001 - the count in memory goes on; the row's is a help for later
            _LOGGER.warning("a failure could not be counted: %s", type(failure).__name__)

    async def _set_aside(self, update: Waiting, error: BaseException) -> bool:
        """Set an update aside and tell; False when the database did not let us."""
        try:
            applied = await self._shelf.broken(update.update_id, error)
        except Exception as failure:  # noqa: BLE001 - tried again after the chat's rest
            _LOGGER.warning("an update could not be set aside: %s", type(failure).__name__)
            return False
        self._forget([update.update_id])
        _LOGGER.error("update %d is set aside: %s", update.update_id, type(error).__name__)
        await self._tell(update, error, applied=applied)
        return True

    async def _tell(self, update: Waiting, error: BaseException, *, applied: bool) -> None:
        """Tell of an update that was set aside; it is set aside even if nobody can be told."""
        if self._on_broken is None:
            return
        broken = Broken(
            update_id=update.update_id,
            chat_id=update.chat_id,
            received_at=update.received_at,
            tries=update.tries,
            error=type(error).__name__,
            applied=applied,
        )
        try:
            await self._on_broken(broken)
        except Exception as failure:  # noqa: BLE001 - it stands in the table that admins can list
            _LOGGER.warning("nobody could be told of update %d: %s", update.update_id, type(failure).__name__)

    # --- lanes ------------------------------------------------------------------------------

    async def _load(self, lane: Lane) -> None:
        """Fetch the chat's first updates from the inbox."""
        # Taken before the inbox is read: what is written down as done meanwhile may still be in the answer.
        held = {update_id for update_id, chat_id in self._in_hand.items() if chat_id == lane.chat_id}
        free = self._room.in_memory - len(self._in_hand)
        count = max(1, min(self._room.per_chat, free)) + len(held)
        lane.has_more, lane.is_loading = False, True
        try:
            page = await self._shelf.load(lane.chat_id, count)
        except Exception as error:  # noqa: BLE001 - the rows are still there after the rest
            _LOGGER.warning("updates could not be fetched: %s", type(error).__name__)
            lane.has_more = True
            self._rest(lane, self._retry.delay(1))
            return
        finally:
            lane.is_loading = False
        lane.has_more = lane.has_more or page.has_more
        for update in page.updates:
            if update.update_id not in held:
                self._in_hand[update.update_id] = update.chat_id
                lane.updates.append(update)
        if page.is_behind and not lane.updates:
            self._rest(lane, _ELSEWHERE)

    def _must_stay_in_the_inbox(self, lane: Lane) -> bool:
        """Return whether memory is full, or the inbox holds something that comes first."""
        is_full = len(lane.updates) >= self._room.per_chat or len(self._in_hand) >= self._room.in_memory
        return is_full or lane.has_more or lane.is_loading

    def _give_back(self, lane: Lane) -> None:
        """Forget the updates of a chat that wait in memory: the inbox has them."""
        self._forget([update.update_id for update in lane.updates])
        lane.updates.clear()

    def _lane(self, chat_id: int) -> Lane:
        """Return the lane of a chat."""
        lane = self._lanes.get(chat_id)
        if lane is None:
            lane = self._lanes[chat_id] = Lane(chat_id)
            self._quiet.clear()
        return lane

    def _line_up(self, lane: Lane) -> None:
        """Put a chat that is ready at the end of the line."""
        if lane.is_ready and not lane.is_queued and not self._is_closing:
            lane.is_queued = True
            self._ready.put_nowait(lane)

    def _pass_on(self, lane: Lane) -> None:
        """End a turn: it is a job's now, or an update's when the chat stands first, or nobody's."""
        lane.holder, lane.is_busy = None, False
        if (job := lane.next_job()) is not None:
            lane.is_busy = True
            job.set_result(None)
            return
        self._line_up(lane)
        self._settle(lane)

    async def _wait_for_turn(self, chat_id: int) -> Lane:
        """Wait until the chat's turn is the caller's; return its lane."""
        if self._is_closing:
            raise ReceiptClosedError
        lane = self._lane(chat_id)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        lane.join(turn)
        if not lane.is_busy:
            self._pass_on(lane)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._pass_on(lane)  # it was promised just now
            raise
        return lane

    def _rest(self, lane: Lane, seconds: float) -> None:
        """Let no update of a chat be handled for some seconds."""
        if not self._is_closing:
            lane.rest = asyncio.get_running_loop().call_later(seconds, self._wake, lane)

    def _wake(self, lane: Lane) -> None:
        """End a chat's rest."""
        lane.rest = None
        self._line_up(lane)
        self._settle(lane)

    def _close(self, lane: Lane) -> None:
        """Send the waiting jobs away and forget what rests."""
        while lane.jobs:
            _, turn = lane.jobs.popleft()
            if not turn.done():
                turn.set_exception(ReceiptClosedError())
        if lane.rest is not None:
            lane.rest.cancel()
            lane.rest = None

    def _forget(self, update_ids: Iterable[int]) -> None:
        """Let go of updates that are finished, or that the inbox keeps."""
        for update_id in update_ids:
            self._in_hand.pop(update_id, None)
        self._look_whether_quiet()

    def _settle(self, lane: Lane) -> None:
        """Drop a lane of which nothing is to be done."""
        if lane.is_empty and self._lanes.get(lane.chat_id) is lane:
            del self._lanes[lane.chat_id]
        self._look_whether_quiet()

    def _look_whether_quiet(self) -> None:
        """Tell those who wait for quiet."""
        if not self._lanes and not self._in_hand:
            self._quiet.set()
