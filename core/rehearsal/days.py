"""Time that passes in a practice: what the periodic jobs of the service would do, on a database in memory."""

from datetime import datetime, timedelta

from core.availability.closed_days import offices_today
from core.bootstrap import Core
from core.clock import FixedClock
from core.db import MemoryDatabase
from core.notifications import broadcasts, subscriptions
from core.notifications import queue as notification_queue
from core.people import blacklist
from core.pool import seeds
from core.ports import Tx

_WORKER = "practice"
_AT_ONCE = 1000
_STEP = timedelta(hours=3)
"""So often what is due is looked after, on the way to another day."""


def settle(tx: Tx, core: Core) -> None:
    """Let due notifications arrive, except at chats that are shut, and end what is due."""
    _deliver(tx)
    broadcasts.end_due(tx)
    for code in core.expiry.overdue_offices(tx):
        after: tuple[int, int] | None = (0, 0)
        while after is not None:
            after = core.expiry.expire_due(tx, code, after).last
    while blacklist.lift_due(tx):
        pass
    subscriptions.announce(tx, core.offices)
    _deliver(tx)


def pass_until(database: MemoryDatabase, clock: FixedClock, core: Core, then: datetime) -> None:
    """Move the clock on, in steps of some hours, and settle after each."""
    while (now := clock.now()) < then:
        clock.set(min(now + _STEP, then))
        for office, kind in database.read(
            lambda tx: seeds.due(tx, offices_today(tx, core.offices, core.calendar))
        ):
            database.run(core.seeds.keep_up, office=office, kind=kind)
        database.run(settle, core)


def _deliver(tx: Tx) -> None:
    while due := notification_queue.lease(tx, _WORKER, _AT_ONCE):
        for notification in due:
            if notification.is_once:
                notification_queue.mark_begun(tx, notification, _WORKER)
            if notification_queue.is_unreachable(tx, notification.chat_id):
                blocked = notification_queue.BLOCKED[0]
                notification_queue.mark_failed(tx, notification, _WORKER, blocked)
            else:
                notification_queue.mark_sent(tx, notification, _WORKER)
