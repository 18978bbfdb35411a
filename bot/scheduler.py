"""Periodic jobs; each may run twice, concurrently with others, or a week late.

The ticker only triggers; what is due is stored in the database. Of several workers the leader runs the jobs
(``bot/inbox/workers.py``); screens are redrawn by each for its own chats.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial

from bot.beacon import fetch
from bot.clock_watch import ClockWatch
from bot.dialog.engine import Engine
from bot.inbox import Dispatcher, Workers
from bot.notifications.sender import Sender
from bot.notifications.sms_codes import CodeSender
from bot.notifications.sms_receipts import ReceiptAsker
from bot.public_journal.checks import CheckRequest, Checks
from bot.ticker import ChatTasks, Ticker, guarded
from bot.vehicle_import.loader import Loader
from core import appeals
from core.availability import holidays
from core.availability.closed_days import offices_today, with_awaited_days
from core.bootstrap import Core
from core.errors.beacon import BeaconMalformed, BeaconUnreachable
from core.errors.clock import ClockInDoubt
from core.notifications import broadcasts, subscriptions, wished
from core.notifications import queue as notification_queue
from core.people import blacklist, chief_requests
from core.pool import bulletin, seeds
from core.pool import segments as pool_segments
from core.ports import Tx, now_of
from core.public_journal import beacon
from core.registry import imports
from core.reporting import checked_days
from core.reporting.own_draws import draws_of_day
from core.values.offices import Office

_LOGGER = logging.getLogger(__name__)
_SCREENS_EVERY = 1
_CODES_EVERY = 20
_RECEIPTS_EVERY = 5
_ENDS_EVERY = 5
_TELL_EVERY = 2
_PURGE_EVERY = 60
_SWEEP_EVERY = 600
_ORPHAN = timedelta(hours=1)
"""Minimum age before an unreferenced photo counts as an orphan; must exceed the longest step."""
_IMPORTS_EVERY = 20
_COUNT_EVERY = 15
_SUSPECT_EVERY = 120
_REMIND_FIRST = 60.0
"""Seconds for which nothing ends after the start, while the reminders of an outage are being sent."""
_RECOUNT_EVERY = 86_400
_ENTERED_EVERY = 20
_CHECK_EVERY = 60


class Jobs:
    """The periodic jobs of one process."""

    def __init__(  # noqa: PLR0913, PLR0917 - what the jobs drive
        self,
        core: Core,
        engine: Engine,
        codes: CodeSender,
        receipts: ReceiptAsker,
        sender: Sender,
        dispatcher: Dispatcher,
        loader: Loader,
        clock: ClockWatch,
        checks: Checks,
        workers: Workers,
    ) -> None:
        self._core = core
        self._engine = engine
        self._codes = codes
        self._receipts = receipts
        self._sender = sender
        self._loader = loader
        self._clock = clock
        self._checks = checks
        self._workers = workers
        self._may_end = False
        self._holidays_counted: datetime | None = None  # when those were entered that the deadlines follow
        self._unreckonable: set[int] = set()  # the reservations that the log has already named
        self.redraws = ChatTasks(dispatcher.lock, dispatcher.has_waiting)
        self._scheduler = Ticker()

    def start(self) -> None:
        self._scheduler.add("screens", self.screens, _SCREENS_EVERY)
        self._scheduler.add("rehearsals", self.rehearsals, _PURGE_EVERY)
        for tick, seconds in (
            (self.tell, _TELL_EVERY),
            (self.tell_by_sms, _TELL_EVERY),
            (self.purge, _PURGE_EVERY),
            (self.sweep, _SWEEP_EVERY),
            (self.imports, _IMPORTS_EVERY),
            (self.count, _COUNT_EVERY),
            (self.suspect, _SUSPECT_EVERY),
            (self.recount, _RECOUNT_EVERY),
            (self.recount_entered, _ENTERED_EVERY),
            (self.check_days, _CHECK_EVERY),
            (self.codes, _CODES_EVERY),
            (self.receipts, _RECEIPTS_EVERY),
        ):
            self._scheduler.add(tick.__name__, partial(self._if_leading, tick), seconds)
        if self._core.settings.beacon.url is not None:
            beacon = partial(self._if_leading, self.beacon)
            self._scheduler.add("beacon", beacon, self._core.settings.beacon.minutes * 60, at_once=True)
        self._scheduler.add("ends", self._ends_if_leading, _ENDS_EVERY, at_once=True)
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.stop()
        self.redraws.stop()

    async def screens(self) -> None:
        """Redraw the screens whose timers are due, after returning the quota of undelivered batches."""
        await self._if_trusted(self._screens)

    async def after_outage(self) -> None:
        """Send queued codes; redraw screens with running timers, as presses during the outage are lost."""
        await asyncio.gather(
            guarded("codes", self._codes.resume),
            guarded("running screens", partial(self._if_trusted, self._running_screens)),
        )

    async def ends(self) -> None:
        """Expire what is due, in the order in which it became due; announce offices that have opened."""
        await self._if_trusted(self._ends)

    async def tell(self) -> None:
        """Send due notifications; end broadcasts that are complete."""
        await self._if_trusted(self._tell)

    async def tell_by_sms(self) -> None:
        """Send due reminders by SMS, apart from ``tell``, which a slow gateway would hold up."""
        await self._if_trusted(self._tell_by_sms)

    async def recount(self) -> None:
        """Move the deadlines that a changed calendar or changed counter hours make later; once a day."""
        await self._if_trusted(self._recount)

    async def recount_entered(self) -> None:
        """Move the deadlines that holidays make later which a chief has entered since."""
        await self._if_trusted(self._recount_entered)

    async def purge(self) -> None:
        """Delete expired holds, old drafts, codes, notifications, appeals and imports."""
        await self._if_trusted(self._purge)

    async def rehearsals(self) -> None:
        """End idle rehearsals."""
        await self._if_trusted(self._end_idle_rehearsals)

    async def imports(self) -> None:
        """Resume the imports that a crash has interrupted."""
        await self._loader.resume()

    async def count(self) -> None:
        """Count the free numbers for 号池公示 on a read-only snapshot, every ten minutes."""
        await self._if_trusted(self._count)

    async def codes(self) -> None:
        """Send the codes that a dead worker has left behind."""
        await self._codes.resume()

    async def receipts(self) -> None:
        """Ask the SMS vendors what has become of the messages they have accepted."""
        await self._if_trusted(partial(self._receipts.ask, self._clock.run))

    async def check_days(self) -> None:
        """Recompute the draws of days whose seed has been published; tell chiefs and owners the outcome."""
        await self._if_trusted(self._check_days)

    async def beacon(self) -> None:
        """Append the newest value of the public source of randomness to each chain of the public journal."""
        await self._if_trusted(self._beacon)

    async def suspect(self) -> None:
        """Look for suspected abuse on a read-only snapshot; what is found is listed at the desk."""
        await self._if_trusted(self._suspect)

    async def sweep(self) -> None:
        """Delete the photos that the program has dropped; set aside those that no row has ever named."""
        await self._if_trusted(self._sweep)

    # --- one of several workers leads ------------------------------------------------------------------

    async def _if_leading(self, work: Callable[[], Awaitable[None]]) -> None:
        if self._workers.leads:
            await work()

    async def _ends_if_leading(self) -> None:
        if self._workers.leads:
            await self._reminders_and_ends()
        else:
            self._may_end = False  # when this worker takes the lead, reminders come first

    # --- all of these depend on the clock ------------------------------------------------------------

    async def _if_trusted(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do some work unless the clock is in doubt: then it waits for the tick at which it no longer is."""
        if await self._clock.check():
            with contextlib.suppress(ClockInDoubt):  # it has jumped since
                await work()

    async def _screens(self) -> None:
        if await self._core.store.read(self._core.cleanup.has_unsent):
            await _until_none(self._clock.run, self._core.cleanup.settle_unsent)
        self.redraws.start(await self._engine.due(self._workers.share), self._engine.redraw_clock)

    async def _running_screens(self) -> None:
        await _until_none(self._clock.run, self._core.cleanup.settle_unsent)
        self.redraws.start(await self._engine.running(self._workers.share), self._engine.redraw_clock)

    async def _reminders_and_ends(self) -> None:
        """Run ``ends``; after an outage or a doubt only when the reminders that are still of use are sent."""
        if not await self._clock.check():
            self._may_end = False
            return
        if not self._may_end:
            await guarded("recount", self.recount)
            await self._remind_first()
            self._may_end = True
        await self.ends()

    async def _remind_first(self) -> None:
        ticks = (("tell", self.tell), ("tell_by_sms", self.tell_by_sms))
        telling = {asyncio.create_task(guarded(name, tick)) for name, tick in ticks}
        try:
            await asyncio.wait(telling, timeout=_REMIND_FIRST)
        except asyncio.CancelledError:
            for task in telling:
                task.cancel()
            raise

    async def _ends(self) -> None:
        """Do each part whatever becomes of the others: a failure of one must not stop them for good."""
        await self._apart("seeds", self._keep_seeds)
        for code in await self._core.store.read(self._core.expiry.overdue_offices):
            await self._apart(f"expiry at {code}", partial(self._expire_at, code))
        await self._apart("end of bans", partial(_until_none, self._clock.run, blacklist.lift_due))
        await self._apart("announcements", self._announce)
        await self._apart("summaries", self._summarise)

    async def _keep_seeds(self) -> None:
        """Publish the seeds of days that are over, and commit to those of the days to come."""
        core = self._core
        for office, kind in await core.store.read(
            lambda tx: seeds.due(tx, offices_today(tx, core.offices, core.calendar))
        ):
            await self._clock.run(partial(core.seeds.keep_up, office=office, kind=kind))

    async def _apart(self, name: str, work: Callable[[], Awaitable[object]]) -> None:
        try:
            await work()
        except ClockInDoubt:
            raise  # it concerns all parts
        except Exception:
            _LOGGER.exception("the job %s failed", name)

    async def _expire_at(self, code: str) -> None:
        """End what is due at one office, in transactions of some reservations each."""
        after: tuple[int, int] | None = (0, 0)
        while after is not None:
            batch = await self._clock.run(partial(self._core.expiry.expire_due, code=code, after=after))
            self._log_unreckonable(batch.unreckonable)
            after = batch.last

    def _log_unreckonable(self, numbers: Iterable[int]) -> None:
        """Log, once each, the reservations for which the calendar has no working day."""
        for number in numbers:
            if number not in self._unreckonable:
                self._unreckonable.add(number)
                _LOGGER.error(
                    "the deadline of preselection %d cannot be computed, and it does not expire: "
                    "the calendar has no working day for it",
                    number,
                )

    async def _announce(self) -> None:
        if await self._core.store.read(lambda tx: subscriptions.is_pending(tx, self._offices(tx))):
            await self._clock.run(lambda tx: subscriptions.announce(tx, self._offices(tx)))
        if await self._core.store.read(wished.is_pending):
            await _until_none(self._clock.run, wished.tell_some)

    def _offices(self, tx: Tx) -> Mapping[str, Office]:
        return with_awaited_days(tx, self._core.offices, self._core.calendar)

    async def _summarise(self) -> None:
        due = await self._core.store.read(self._core.summaries.due)
        if due is not None:
            await self._clock.run(lambda tx: self._core.summaries.plan(tx, due))

    async def _tell(self) -> None:
        await self._sender.send_due(self._clock.run)
        if await self._core.store.read(broadcasts.is_pending):
            await self._core.store.run(broadcasts.end_due)

    async def _tell_by_sms(self) -> None:
        await self._sender.send_due_sms(self._clock.run)

    async def _recount(self) -> None:
        deadlines, after = self._core.deadlines, 0
        entered = await self._core.store.read(holidays.last_entered)
        while (page := await self._core.store.read(deadlines.outdated, after)).last is not None:
            after = page.last
            self._log_unreckonable(page.unreckonable)
            if page.found:
                await self._clock.run(partial(deadlines.recount, found=page.found))
        self._holidays_counted = entered

    async def _recount_entered(self) -> None:
        if await self._core.store.read(holidays.last_entered) != self._holidays_counted:
            await self._recount()

    async def _purge(self) -> None:
        """Do each part whatever becomes of the others, as ``_ends`` does: some of it is personal data."""
        core, run = self._core, self._clock.run
        for name, work in (
            ("holds", partial(run, pool_segments.purge)),
            ("drafts", partial(_until_none, run, core.cleanup.drop_old_drafts)),
            ("codes", partial(run, core.cleanup.purge_codes)),
            ("chief requests", partial(run, chief_requests.expire)),
            ("notifications", partial(run, notification_queue.purge)),
            ("appeals", self._purge_appeals),
            ("imports", partial(_until_none, run, imports.purge)),
        ):
            await self._apart(f"purge of {name}", work)

    async def _purge_appeals(self) -> None:
        if await _until_none(self._clock.run, self._core.appeals.purge):
            await self.sweep()

    async def _end_idle_rehearsals(self) -> None:
        idle = await self._engine.idle_rehearsals(self._workers.share)
        self.redraws.start(idle, self._engine.end_idle_rehearsal)

    async def _count(self) -> None:
        core = self._core
        if await core.store.read(bulletin.is_due):
            counts = await core.store.read(bulletin.count, core.offices)
            await self._clock.run(lambda tx: bulletin.record_counts(tx, counts))

    async def _check_days(self) -> None:
        core = self._core
        for due in await core.store.read(checked_days.due):
            published = await core.store.read(draws_of_day, due.office, due.kind, due.days[-1])
            wanted = CheckRequest(office=due.office, kind=due.kind, since=published.published_at)
            outcome = await self._checks.check(wanted)
            if not outcome.is_finished:
                _LOGGER.error("the journal of %s %s could not be checked in time", due.office, due.kind)
                continue
            reason = f"line {outcome.line}: {outcome.reason}" if outcome.reason else ""
            if reason:
                _LOGGER.error("the journal of %s %s is inconsistent: %s", due.office, due.kind, reason)
            record = partial(checked_days.record, checked=due, reason=reason, admins=core.admins)
            await self._clock.run(record)

    async def _beacon(self) -> None:
        url = self._core.settings.beacon.url
        try:
            pulse = await fetch(url) if url is not None else None
        except (BeaconMalformed, BeaconUnreachable) as error:
            _LOGGER.warning("no value of the public source of randomness: %s", type(error).__name__)
            return
        if pulse is None:
            return
        for office, kind in await self._core.store.read(beacon.pools):
            await self._clock.run(partial(beacon.note, office=office, kind=kind, pulse=pulse))

    async def _suspect(self) -> None:
        detection = self._core.detection
        found = await self._core.store.read(detection.find)
        if found:
            await self._clock.run(partial(detection.store, found=found))
        await self._clock.run(self._core.presses.purge)

    async def _sweep(self) -> None:
        core = self._core
        known = await core.store.read(appeals.stored_photos)
        now = await core.store.read(now_of)  # the clock guard watches the database's clock, not the host's
        sweep = partial(core.photos.sweep, known.kept, dropped=known.dropped, before=now - _ORPHAN, now=now)
        await asyncio.to_thread(sweep)
        if known.dropped:
            await core.store.run(appeals.forget_dropped, known.dropped)


async def _until_none(
    run: Callable[[Callable[[Tx], int]], Awaitable[int]], function: Callable[[Tx], int]
) -> int:
    """Run a batch-wise function until nothing is left to do; return the total number of items."""
    done = 0
    while some := await run(function):
        done += some
    return done
