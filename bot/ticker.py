"""Runs functions every few seconds, and jobs of chats in tasks of their own, whatever the host's clock does.

APScheduler's own interval trigger steps from one missed run to the next: after the clock was put forward by
a year it computes millions of them, and after it was put back it waits until the old time is reached again.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from contextvars import Context
from datetime import UTC, datetime, timedelta
from functools import partial

from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from bot.bot_api.parking import Slots, occupy
from bot.inbox import ReceiptClosedError
from core.errors.store import StoreCorrupt, StoreUnavailable

_LOGGER = logging.getLogger(__name__)
_CLOCK_EVERY = 1.0
"""Seconds between two checks whether the host's clock was put back."""
_SLOW = 60.0
"""Seconds after which a run that has not ended is logged, once."""
_IN_HAND = 200
"""Maximum tasks of chats at a time; bounds memory use. Each task is one edited message."""
_PARKED = 2000
"""Maximum further tasks that only wait, for the allowance of their chats or a pause after a 429: refused
chats must not stop the clocks of the others."""
_TURN_WITHIN = 10.0
"""Seconds that a task waits for the chat's turn. After that an update of the chat is being handled, which
shows the current screen itself; a screen that is still due is found again at the next tick."""

Tick = Callable[[], Awaitable[None]]
ChatJob = Callable[[int], Awaitable[None]]


class FromNow:
    """Fires an interval from now, however many runs were missed."""

    def __init__(self, interval: timedelta) -> None:
        self.interval = interval

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:  # noqa: ARG002
        """Return the next time; the previous one does not matter."""
        return now + self.interval

    def __str__(self) -> str:
        return f"every {self.interval.total_seconds():g} s"


BaseTrigger.register(FromNow)  # not a subclass, as the library has no types


class _Runs:
    """The runs of one tick: one at a time, and the next one is left out while it lasts."""

    def __init__(self, name: str, tick: Tick) -> None:
        self._name = name
        self._tick = tick
        self._task: asyncio.Task[None] | None = None
        self._begun = 0.0
        self._is_told = False

    def start(self) -> None:
        """Start a run, unless one is under way; this returns at once."""
        loop = asyncio.get_running_loop()
        if self._task is None or self._task.done():
            self._begun, self._is_told = loop.time(), False
            self._task = loop.create_task(guarded(self._name, self._tick), name=f"tick-{self._name}")
        elif not self._is_told and loop.time() - self._begun > _SLOW:
            self._is_told = True
            _LOGGER.warning("the tick %s is still running after %d s", self._name, _SLOW)

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()


async def guarded(name: str, tick: Tick) -> None:
    """Run a tick once; log its failure. The next run rereads the database."""
    try:
        await tick()
    except (StoreUnavailable, StoreCorrupt) as error:  # no bug: its trace would only hide the cause
        _LOGGER.error("the tick %s failed: %s", name, type(error).__name__)  # noqa: TRY400 - as said
    except Exception:
        _LOGGER.exception("the tick %s failed", name)


class Ticker:
    """Runs each tick every few seconds until it is stopped."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            executors={"default": DebugExecutor()},  # calls the function itself, which only starts a task
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._runs: list[_Runs] = []
        self._watch: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        return bool(self._scheduler.running)

    def add(self, name: str, tick: Tick, seconds: float, *, at_once: bool = False) -> None:
        """Run a tick every few seconds; a run that lasts longer delays the next one.

        Args:
            name: for the log.
            tick: what is run.
            seconds: the interval.
            at_once: whether the first run comes at the start, instead of an interval later.
        """
        runs = _Runs(name, tick)
        self._runs.append(runs)
        first = {"next_run_time": datetime.now(UTC)} if at_once else {}
        self._scheduler.add_job(runs.start, FromNow(timedelta(seconds=seconds)), id=name, name=name, **first)

    def start(self) -> None:
        self._scheduler.start()
        self._watch = asyncio.create_task(self._watch_clock(), name="ticker-clock")

    def stop(self) -> None:
        """Start nothing more, and cancel what runs."""
        if self._watch is not None:
            self._watch.cancel()
        if self.running:
            self._scheduler.shutdown(wait=False)
        for runs in self._runs:
            runs.stop()

    async def _watch_clock(self) -> None:
        """Move runs to the present that lie further ahead than their interval: the clock was put back."""
        while True:
            await asyncio.sleep(_CLOCK_EVERY)
            now = datetime.now(UTC)
            for job in self._scheduler.get_jobs():
                if job.next_run_time is not None and job.next_run_time - now > job.trigger.interval:
                    job.modify(next_run_time=now)


class ChatTasks:
    """Runs jobs that need a chat's turn: each in a task of its own, so that no chat delays another.

    Args:
        lock: holds the turn of a chat (``Dispatcher.lock``).
        has_waiting: whether updates of a chat wait to be handled; their answers show the current screen, so
            such a chat is left out.
    """

    def __init__(
        self, lock: Callable[[int], AbstractAsyncContextManager[None]], has_waiting: Callable[[int], bool]
    ) -> None:
        self._lock = lock
        self._has_waiting = has_waiting
        self._pending: dict[int, ChatJob] = {}  # in order
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._slots = Slots(_IN_HAND, _PARKED, self._fill_soon)
        self._is_filling = False
        self._is_stopped = False

    def start(self, chats: Iterable[int], job: ChatJob) -> None:
        """Run a job for each chat, unless one waits or runs for it already; this returns at once."""
        for chat_id in () if self._is_stopped else chats:
            if chat_id not in self._tasks:
                self._pending.setdefault(chat_id, job)
        self._fill()

    async def idle(self) -> None:
        """Wait until no job waits or runs."""
        while self._tasks or self._pending:
            if self._tasks:
                await asyncio.wait(self._tasks.values())
            await asyncio.sleep(0)  # the callbacks that start what is pending

    def stop(self) -> None:
        """Start nothing more, and cancel what runs."""
        self._is_stopped = True
        self._pending.clear()
        for task in self._tasks.values():
            task.cancel()

    def _fill_soon(self) -> None:
        """Start what is pending, outside of the task that has just given its slot back."""
        if self._pending and not self._is_filling:
            self._is_filling = True
            asyncio.get_running_loop().call_soon(self._fill, context=Context())

    def _fill(self) -> None:
        self._is_filling = False
        while self._pending and not self._is_stopped and self._slots.take_free():
            chat_id = next(iter(self._pending))
            job = self._pending.pop(chat_id)
            if self._has_waiting(chat_id):
                self._slots.give()
                continue
            task = asyncio.create_task(self._in_slot(chat_id, job))
            self._tasks[chat_id] = task
            task.add_done_callback(partial(self._end, chat_id))

    def _end(self, chat_id: int, _task: asyncio.Task[None]) -> None:
        del self._tasks[chat_id]

    async def _in_slot(self, chat_id: int, job: ChatJob) -> None:
        slot = occupy(self._slots)
        try:
            await self._in_turn(chat_id, job)
        finally:
            slot.end()

    async def _in_turn(self, chat_id: int, job: ChatJob) -> None:
        async with contextlib.AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(_TURN_WITHIN):
                    await stack.enter_async_context(self._lock(chat_id))
            except (TimeoutError, ReceiptClosedError):
                return
            try:
                await job(chat_id)
            except Exception:
                _LOGGER.exception("a screen was not redrawn")
