"""Periodic jobs, run by APScheduler; each may run twice, concurrently with others, or a week late.

The scheduler only triggers; what is due is stored in the database. ``misfire_grace_time=None`` and
``coalesce=True``, because with the default of one second a job is silently dropped if the loop was busy.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.dialog.engine import Engine
from bot.inbox import Dispatcher
from bot.notifications.sender import Sender
from bot.notifications.sms_codes import CodeSender
from bot.vehicle_import.loader import Loader
from core import appeals
from core.bootstrap import Core
from core.notifications import broadcasts, subscriptions
from core.notifications import queue as notification_queue
from core.people import blacklist
from core.pool import bulletin
from core.pool import segments as pool_segments
from core.ports import Tx
from core.registry import imports

_LOGGER = logging.getLogger(__name__)
_SCREENS_EVERY = 1
_ENDS_EVERY = 5
_TELL_EVERY = 2
_PURGE_EVERY = 60
_SWEEP_EVERY = 600
_ORPHAN = timedelta(hours=1)
"""Minimum age before an unreferenced photo counts as an orphan; must exceed the longest step."""
_IMPORTS_EVERY = 20
_COUNT_EVERY = 15
_RECOUNT_EVERY = 86_400


class Jobs:
    """The periodic jobs of one process."""

    def __init__(
        self,
        core: Core,
        engine: Engine,
        codes: CodeSender,
        sender: Sender,
        dispatcher: Dispatcher,
        loader: Loader,
    ) -> None:
        self._core = core
        self._engine = engine
        self._codes = codes
        self._sender = sender
        self._dispatcher = dispatcher
        self._loader = loader
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        for tick, seconds in (
            (self.screens, _SCREENS_EVERY),
            (self.ends, _ENDS_EVERY),
            (self.tell, _TELL_EVERY),
            (self.tell_by_sms, _TELL_EVERY),
            (self.purge, _PURGE_EVERY),
            (self.sweep, _SWEEP_EVERY),
            (self.imports, _IMPORTS_EVERY),
            (self.count, _COUNT_EVERY),
            (self.recount, _RECOUNT_EVERY),
        ):
            self._scheduler.add_job(_guarded(tick), "interval", seconds=seconds, id=tick.__name__)
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def screens(self) -> None:
        """Redraw the screens whose timers are due, after returning the quota of undelivered batches."""
        if await self._core.store.read(self._core.cleanup.has_unsent):
            await _until_none(self._core.store.run, self._core.cleanup.return_unsent)
        await self._redraw(await self._engine.due())

    async def after_outage(self) -> None:
        """Redraw screens with running timers, as presses during the outage are lost; send queued codes."""
        await _until_none(self._core.store.run, self._core.cleanup.return_unsent)
        await self.recount()
        await self._codes.resume()
        await self._redraw(await self._engine.running())

    async def ends(self) -> None:
        """Expire what is due, in the order in which it became due; announce offices that have opened."""
        core, run = self._core, self._core.store.run
        await _until_none(run, core.expiry.expire_due)
        await _until_none(run, blacklist.lift_due)
        if await core.store.read(subscriptions.is_pending, core.offices):
            await run(subscriptions.announce, core.offices)
        concerned = await core.store.read(core.summaries.due)
        if concerned is not None:
            await run(core.summaries.plan, concerned)

    async def tell(self) -> None:
        """Send due notifications; end broadcasts that are complete."""
        await self._sender.send_due()
        if await self._core.store.read(broadcasts.is_pending):
            await self._core.store.run(broadcasts.end_due)

    async def tell_by_sms(self) -> None:
        """Send due reminders by SMS, apart from ``tell``, which a slow gateway would hold up."""
        await self._sender.send_due_sms()

    async def recount(self) -> None:
        """Move the deadlines that a changed calendar or changed counter hours make later; once a day."""
        deadlines, after = self._core.deadlines, 0
        while (page := await self._core.store.read(deadlines.outdated, after)).last is not None:
            after = page.last
            if page.found:
                await self._core.store.run(deadlines.recount, page.found)

    async def purge(self) -> None:
        """Delete expired holds, old drafts, codes and notifications; end idle rehearsals."""
        core, run = self._core, self._core.store.run
        await run(pool_segments.purge)
        await _until_none(run, core.cleanup.drop_old_drafts)
        await run(core.cleanup.purge_codes)
        await run(notification_queue.purge)
        if await _until_none(run, core.appeals.purge):
            await self.sweep()
        await _until_none(run, imports.purge)
        await self._each(await self._engine.idle_rehearsals(), self._engine.end_idle_rehearsal)

    async def imports(self) -> None:
        """Resume the imports that a crash has interrupted."""
        await self._loader.resume()

    async def count(self) -> None:
        """Count the free numbers for 号池公示 on a read-only snapshot, every ten minutes."""
        core = self._core
        if await core.store.read(bulletin.is_due):
            await core.store.run(bulletin.record_counts, await core.store.read(bulletin.count, core.offices))

    async def sweep(self) -> None:
        """Delete photos that no appeal refers to: replaced, dropped, expired, or left by a crash."""
        core = self._core
        keep = await core.store.read(appeals.photo_keys)
        await asyncio.to_thread(core.photos.sweep, keep, before=core.clock.now() - _ORPHAN)

    async def _redraw(self, chats: list[int]) -> None:
        await self._each(chats, self._engine.redraw)

    async def _each(self, chats: list[int], show: Callable[[int], Awaitable[None]]) -> None:
        await asyncio.gather(*(self._in_turn(chat, show) for chat in chats))

    async def _in_turn(self, chat_id: int, show: Callable[[int], Awaitable[None]]) -> None:
        try:
            async with self._dispatcher.lock(chat_id):
                await show(chat_id)
        except Exception:
            _LOGGER.exception("a screen was not shown anew")


async def _until_none(
    run: Callable[[Callable[[Tx], int]], Awaitable[int]], function: Callable[[Tx], int]
) -> int:
    """Run a batch-wise function until nothing is left to do; return the total number of items."""
    done = 0
    while some := await run(function):
        done += some
    return done


def _guarded(tick: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        try:
            await tick()
        except asyncio.CancelledError:  # shutdown; the scheduler would log it as an error
            _LOGGER.debug("the tick %s was stopped", tick.__name__)
        except Exception:
            # The next run rereads the database.
            _LOGGER.exception("the tick %s failed", tick.__name__)

    return run
