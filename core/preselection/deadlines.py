"""Deadlines of reservations, their reminders, and closed days that move them (docs/domain.md, section 6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from core import audit
from core.audit import AuditAction
from core.availability import closed_days
from core.clock import CHINA, to_millis
from core.errors.desk import HandledMeanwhile
from core.errors.offices import DayClosed, DayInThePast
from core.notifications import queue as notification_queue
from core.notifications.queue import Deadline, NotificationPurpose, Plan
from core.people.accounts import Account
from core.ports import Tx
from core.preselection import Preselection, PreselectionState, from_row, get
from core.values.offices import Office
from core.values.workdays import WorkingCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedDeadline:
    """A reservation whose deadline was moved by a closed day."""

    preselection_id: int
    deadline: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What closing a counter on a day would do."""

    works: bool  # whether it would be open otherwise
    moves: int  # how many deadlines would move


class Deadlines:
    """Moves deadlines and plans the reminders of them."""

    def __init__(self, offices: Mapping[str, Office], calendar: WorkingCalendar) -> None:
        self._offices = offices
        self._calendar = calendar

    def close_day(self, tx: Tx, office: Office, day: date, reason: str, actor: str) -> list[MovedDeadline]:
        """Close a counter on a day, and move the deadlines that this affects.

        Deadlines only ever move later, and each owner affected is notified once. A concurrent reservation
        is either moved here or already computed with the day closed, because both lock the pool.

        Raises:
            HandledMeanwhile: another admin has closed it already.
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
        rows = tx.all("preselection.reserved_of_office", office=office.code, from_deadline=to_millis(tx.now))
        moved = [self._moved(tx, from_row(row), row["chat_id"], office, calendar) for row in rows]
        return [reservation for reservation in moved if reservation is not None]

    def validate_closing(self, tx: Tx, office: Office, day: date) -> None:
        """Check a day before the confirmation is asked for.

        Raises:
            DayInThePast: it is over.
            DayClosed: it is closed already.
        """
        if day < tx.now.astimezone(CHINA).date():
            raise DayInThePast(day)
        known = closed_days.of_day(tx, office, day)
        if known is not None:
            raise DayClosed(by=known.by, reason=known.reason)

    def closing(self, tx: Tx, office: Office, day: date) -> Closing:
        """Return what closing a day would do. Reads all reservations of the office: call it on a snapshot."""
        calendar_now = closed_days.calendar_of(tx, office, self._calendar)
        calendar = calendar_now.closing_on(day)
        rows = tx.all("preselection.reserved_of_office", office=office.code, from_deadline=to_millis(tx.now))
        deadlines = (_deadline(from_row(row), office, calendar) for row in rows)
        moves = sum(
            deadline is not None and to_millis(deadline) > row["deadline"]
            for row, deadline in zip(rows, deadlines, strict=True)
        )
        return Closing(works=calendar_now.is_workday(day), moves=moves)

    def plan_reminders(
        self, tx: Tx, reserved: Preselection, chat_id: int, calendar: WorkingCalendar | None = None
    ) -> None:
        """Plan the reminders of a reservation, replacing earlier ones."""
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
        """Set how many reminders an owner wants before the last one; replan those of live reservations."""
        notification_queue.wish_reminders(tx, account.account_id, count)
        for row in tx.all("preselection.of_account", account_id=account.account_id):
            if row["state"] != PreselectionState.RESERVED:
                continue
            reserved = get(tx, row["preselection_id"], lock=True)  # its deadline may be moved concurrently
            if reserved.state == PreselectionState.RESERVED:
                self.plan_reminders(tx, reserved, account.chat_id)

    def _moved(
        self, tx: Tx, reserved: Preselection, chat_id: int, office: Office, calendar: WorkingCalendar
    ) -> MovedDeadline | None:
        deadline = _deadline(reserved, office, calendar)
        if deadline is None:
            return None
        changed = tx.run(
            "preselection.move_deadline",
            preselection_id=reserved.preselection_id,
            deadline=to_millis(deadline),
            now=to_millis(tx.now),
        )
        if not changed:
            return None
        notification_queue.cancel(tx, reserved.subject)  # including an unsent note of an earlier move
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
        return MovedDeadline(preselection_id=reserved.preselection_id, deadline=deadline)


def _deadline(reserved: Preselection, office: Office, calendar: WorkingCalendar) -> datetime | None:
    if reserved.reserved_at is None:
        return None
    return calendar.deadline(reserved.reserved_at, office.validity_workdays, office.counter_hours)
