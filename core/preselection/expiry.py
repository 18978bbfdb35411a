"""What ends by itself: reservations, bans, drafts, codes (docs/domain.md, sections 6 and 12).

Every function here is a tick's: it looks at the database anew, does a bounded number of things, and
may run twice, beside another, or a week late.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core import audit
from core.audit import AuditAction
from core.availability import closed_days
from core.clock import CHINA, to_millis
from core.errors import DayClosed, DayInThePast, HandledMeanwhile
from core.notifications import queue as notification_queue
from core.notifications.queue import Deadline, NotificationPurpose, Plan
from core.people.accounts import Account, Accounts
from core.people.blacklist import Cause, NewBan, add_ban, years_after
from core.ports import Tx
from core.preselection import Preselection, PreselectionState, drop, end, from_row, get, return_unsent
from core.values.offices import Office
from core.values.workdays import WorkingCalendar

DRAFTS_LIVE = timedelta(days=7)
CODES_LIVE = timedelta(days=1)
EXPIRED_REASON = "预选号码逾期未办理"
"""Why somebody is on the blacklist whose number expired; admins may read it beside their own reasons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A reservation whose deadline a closed day has moved."""

    preselection_id: int
    deadline: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What closing a counter on a day would do."""

    works: bool  # whether it would be open otherwise
    moves: int  # how many deadlines would move


class Endings:
    """Ends what is over."""

    def __init__(self, accounts: Accounts, offices: Mapping[str, Office], calendar: WorkingCalendar) -> None:
        self._accounts = accounts
        self._offices = offices
        self._calendar = calendar

    def expire_due(self, tx: Tx, limit: int = 100) -> int:
        """End the reservations whose deadline has passed; return how many.

        The number rests and is free then; its owner goes on the blacklist, and is told both at once.
        """
        rows = tx.all("blacklist.overdue", now=to_millis(tx.now), most=limit)
        for row in rows:
            self._expire(tx, get(tx, row["preselection_id"], lock=True))
        return len(rows)

    def has_unsent(self, tx: Tx) -> bool:
        """Whether there may be batches that never reached their owners."""
        grace = max((office.batch_grace_seconds for office in self._offices.values()), default=0)
        return tx.one("pool.is_unsent", before=to_millis(tx.now + timedelta(seconds=grace))) is not None

    def return_unsent(self, tx: Tx, limit: int = 100) -> int:
        """Give the chances of batches back that never reached their owners; return how many.

        A batch lives from when it was sent (docs/domain.md, section 5.1), so one that could not be sent has
        not lived. The grace is for presses that are on their way, and of such a batch there are none.
        """
        return sum(self._return_unsent(tx, office, limit) for office in self._offices.values())

    def _return_unsent(self, tx: Tx, office: Office, limit: int) -> int:
        before = to_millis(tx.now + timedelta(seconds=office.batch_grace_seconds))
        rows = tx.all("pool.unsent_draws", office=office.code, before=before, most=limit)
        return sum(return_unsent(tx, row) for row in rows)

    def drop_old_drafts(self, tx: Tx, limit: int = 200) -> int:
        """Drop drafts that nobody has touched for a week, with what they hold of a vehicle."""
        before = to_millis(tx.now - DRAFTS_LIVE)
        rows = tx.all("blacklist.old_drafts", before=before, most=limit)
        for row in rows:
            draft = get(tx, row["preselection_id"], lock=True)
            drop(tx, draft, audit.SYSTEM, AuditAction.DROPPED_DRAFT)
        return len(rows)

    def purge_codes(self, tx: Tx) -> None:
        """Forget codes older than a day, and how many there were on the days before."""
        tx.run("blacklist.purge_codes", before=to_millis(tx.now - CODES_LIVE))
        yesterday = (tx.now - CODES_LIVE).astimezone(CHINA).date()
        tx.run("blacklist.purge_code_counts", before_day=yesterday.isoformat())

    def close_day(self, tx: Tx, office: Office, day: date, reason: str, actor: str) -> list[Moved]:
        """Note a day on which a counter is closed, and move the deadlines that it touches.

        Deadlines move later only. Whoever is affected is told once. A number that is being reserved at this
        moment either is moved, or has been counted with the day already: its pool is locked for both.

        Raises:
            HandledMeanwhile: somebody else has closed it already.
        """
        tx.run("pool.lock_office", office=office.code)
        if not closed_days.close(tx, office, day, reason, actor):
            known = closed_days.of_day(tx, office, day)
            raise HandledMeanwhile(by=known.by if known else "", action=AuditAction.CLOSED_DAY)
        audit.record(
            tx,
            actor,
            AuditAction.CLOSED_DAY,
            audit.office_subject(office.code),
            office=office.code,
            day=day.isoformat(),
            reason=reason,
        )
        calendar = closed_days.calendar_of(tx, office, self._calendar)
        rows = tx.all("blacklist.reserved_of_office", office=office.code, from_deadline=to_millis(tx.now))
        moved = [self._moved(tx, from_row(row), row["chat_id"], office, calendar) for row in rows]
        return [one for one in moved if one is not None]

    def validate_closing(self, tx: Tx, office: Office, day: date) -> None:
        """Refuse a day that is over or closed already, before it is asked about.

        Raises:
            DayInThePast, DayClosed: it is.
        """
        if day < tx.now.astimezone(CHINA).date():
            raise DayInThePast
        known = closed_days.of_day(tx, office, day)
        if known is not None:
            raise DayClosed(by=known.by, reason=known.reason)

    def closing(self, tx: Tx, office: Office, day: date) -> Closing:
        """Return what closing a day would do; it goes through all that is reserved: for a snapshot."""
        calendar_now = closed_days.calendar_of(tx, office, self._calendar)
        calendar = calendar_now.closing_on(day)
        rows = tx.all("blacklist.reserved_of_office", office=office.code, from_deadline=to_millis(tx.now))
        deadlines = (_deadline(from_row(row), office, calendar) for row in rows)
        moves = sum(
            deadline is not None and to_millis(deadline) > row["deadline"]
            for row, deadline in zip(rows, deadlines, strict=True)
        )
        return Closing(works=calendar_now.is_workday(day), moves=moves)

    def _moved(
        self, tx: Tx, reserved: Preselection, chat_id: int, office: Office, calendar: WorkingCalendar
    ) -> Moved | None:
        deadline = _deadline(reserved, office, calendar)
        if deadline is None:
            return None
        changed = tx.run(
            "blacklist.move_deadline",
            preselection_id=reserved.preselection_id,
            deadline=to_millis(deadline),
            now=to_millis(tx.now),
        )
        if not changed:
            return None
        notification_queue.cancel(
            tx, reserved.subject
        )  # what has not been told yet of an earlier deadline as well
        self.plan_reminders(tx, get(tx, reserved.preselection_id), chat_id, calendar)
        notification_queue.plan(
            tx,
            Plan(
                chat_id=chat_id,
                purpose=f"{NotificationPurpose.MOVED}:{deadline.date().isoformat()}",
                subject=reserved.subject,
                due_at=tx.now,
                pointless_after=deadline,
            ),
        )
        return Moved(preselection_id=reserved.preselection_id, deadline=deadline)

    def plan_reminders(
        self, tx: Tx, reserved: Preselection, chat_id: int, calendar: WorkingCalendar | None = None
    ) -> None:
        """Plan the reminders of a reservation, anew where there were some."""
        office = self._offices.get(reserved.office)
        if office is None or reserved.deadline is None or reserved.reserved_at is None:
            return
        about = Deadline(
            chat_id=chat_id,
            account_id=reserved.account_id,
            subject=reserved.subject,
            reserved_at=reserved.reserved_at,
            deadline=reserved.deadline,
        )
        days = calendar or closed_days.calendar_of(tx, office, self._calendar)
        notification_queue.plan_reminders(tx, about, office, days)

    def days_left(self, tx: Tx, reserved: Preselection) -> int:
        """Return the working days from today to a reservation's deadline: 0 on its last day."""
        office = self._offices.get(reserved.office)
        if office is None or reserved.deadline is None:
            return 0
        today, last = tx.now.astimezone(CHINA).date(), notification_queue.last_day_of(reserved.deadline)
        return closed_days.calendar_of(tx, office, self._calendar).workdays_between(today, last)

    def wish_reminders(self, tx: Tx, account: Account, count: int) -> None:
        """Note how many reminders an owner wants before the last one; what is live follows at once."""
        notification_queue.wish_reminders(tx, account.account_id, count)
        for row in tx.all("preselection.of_account", account_id=account.account_id):
            if row["state"] != PreselectionState.RESERVED:
                continue
            reserved = get(tx, row["preselection_id"], lock=True)  # its deadline may be moving at this moment
            if reserved.state == PreselectionState.RESERVED:
                self.plan_reminders(tx, reserved, account.chat_id)

    def _expire(self, tx: Tx, reserved: Preselection) -> None:
        if reserved.state != PreselectionState.RESERVED:
            return
        office = self._offices.get(reserved.office)
        account = self._accounts.by_id(tx, reserved.account_id)
        expiry = End(office=office, target=PreselectionState.EXPIRED, actor=audit.SYSTEM)
        if not end_reservation(tx, reserved, expiry):
            return
        until = bar_owner(tx, reserved, account, expiry)
        notification_queue.plan(
            tx,
            Plan(
                chat_id=account.chat_id,
                purpose=NotificationPurpose.EXPIRED,
                subject=reserved.subject,
                due_at=tx.now,
                details={} if until is None else {"until": to_millis(until)},
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a reservation ends without its number being put on the vehicle."""

    office: Office | None  # None where it is served no more: then nothing rests and nobody is barred
    target: PreselectionState  # EXPIRED by itself; VOID or CANCELLED by an admin
    actor: str
    reason: str | None = None  # the admin's


_ACTIONS = {
    PreselectionState.EXPIRED: AuditAction.EXPIRED,
    PreselectionState.VOID: AuditAction.VOIDED,
    PreselectionState.CANCELLED: AuditAction.REVOKED,
}


def end_reservation(tx: Tx, reserved: Preselection, wanted: End) -> bool:
    """End a reservation: its number rests and is free then, and nothing more is told of it.

    Returns:
        Whether it was ended now; False, with nothing changed, where somebody else has ended it meanwhile.
    """
    if not end(tx, reserved, wanted.target, wanted.reason):
        return False
    _give_back(tx, reserved, wanted.office)
    notification_queue.cancel(tx, reserved.subject)
    because = {} if wanted.reason is None else {"reason": wanted.reason}
    audit.record(
        tx,
        wanted.actor,
        _ACTIONS[wanted.target],
        reserved.subject,
        office=reserved.office,
        plate=str(reserved.plate),
        **because,
    )
    return True


def bar_owner(tx: Tx, reserved: Preselection, account: Account, ended: End) -> datetime | None:
    """Put the owner of a reservation that expired or was void on the blacklist.

    Returns:
        Until when; None where the office bars nobody, no identity is theirs, or the ban would be over.
    """
    years = ended.office.ban_years if ended.office else 0
    identity = account.own_identity_hash  # another's may have been typed since theirs was taken away
    if not years or identity is None:
        return None
    expired = ended.target == PreselectionState.EXPIRED
    # From the deadline, not from the tick: a machine that slept bars nobody for longer.
    since = (reserved.deadline or tx.now) if expired else tx.now
    until = years_after(since, years)
    if until <= tx.now:
        return None
    new_ban = NewBan(
        identity_hash=identity,
        office=reserved.office,
        reason=EXPIRED_REASON if ended.reason is None else ended.reason,
        cause=Cause.EXPIRED if expired else Cause.VOID,
        until=until,
        actor=ended.actor,
        preselection_id=reserved.preselection_id,
    )
    return add_ban(tx, new_ban).until


def _give_back(tx: Tx, reserved: Preselection, office: Office | None) -> None:
    """Let the number of a reservation that has ended rest as long as its office wants, and be free then."""
    tx.run(
        "blacklist.rest",
        office=reserved.office,
        kind=reserved.kind,
        serial=reserved.serial,
        preselection_id=reserved.preselection_id,
        until=to_millis(tx.now + timedelta(days=office.rest_days if office else 0)),
        now=to_millis(tx.now),
    )


def _deadline(reserved: Preselection, office: Office, calendar: WorkingCalendar) -> datetime | None:
    if reserved.reserved_at is None:
        return None
    return calendar.deadline(reserved.reserved_at, office.validity_workdays, office.counter_hours)
