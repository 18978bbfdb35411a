"""The reminders of a deadline: when they are due, how many an owner wants, whether one has arrived."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from core.clock import CHINA, moment_or_none, to_millis
from core.notifications.queue import NotificationPurpose, Plan, plan
from core.ports import Tx
from core.values.offices import Office
from core.values.workdays import WorkingCalendar

QUIET_AFTER_SELECTION = timedelta(hours=12)
"""No reminders this soon after the selection: the receipt already has the deadline."""
REMIND_AT = time(9)
LAST_MORNING_AT = time(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """What reminders are about."""

    chat_id: int
    account_id: int
    subject: str  # "preselection:7"
    reserved_at: datetime
    deadline: datetime


def last_day_of(deadline: datetime) -> date:
    """Return the last day of a deadline; for a deadline at midnight, the day before."""
    return (deadline - timedelta.resolution).astimezone(CHINA).date()


def early_reminders(office: Office) -> list[int]:
    """Return how many working days before a deadline owners are reminded, except on the last morning."""
    return sorted(days for days in office.reminder_workdays if days > 0)


def reminder_times(
    deadline: Deadline, office: Office, calendar: WorkingCalendar, count: int | None
) -> list[tuple[int, datetime]]:
    """Return the reminders of a deadline, as pairs of working days left and time.

    Args:
        deadline: the reservation and its deadline.
        office: the office whose settings apply.
        calendar: the office's working days.
        count: the number of reminders the owner wants before the last one; None for all of the
            office's. The last one, on the last morning, cannot be muted.
    """
    last_day = last_day_of(deadline.deadline)
    before = early_reminders(office)
    chosen = [*(before if count is None else before[:count]), 0]
    moments = []
    for days in sorted(chosen, reverse=True):
        day = calendar.add_workdays(last_day, -days)
        at = datetime.combine(day, REMIND_AT if days else LAST_MORNING_AT, CHINA)
        if at - deadline.reserved_at >= QUIET_AFTER_SELECTION and at < deadline.deadline:
            moments.append((days, at))
    return moments


def plan_reminders(tx: Tx, deadline: Deadline, office: Office, calendar: WorkingCalendar) -> None:
    """Plan or replan the reminders of a reservation, after the selection and after every change."""
    tx.run("notices.cancel_reminders", subject=deadline.subject, now=to_millis(tx.now))
    count = reminders_wanted(tx, deadline.account_id)
    for days, at in reminder_times(deadline, office, calendar, count):
        if at > tx.now:
            plan(tx, _reminder(deadline, days, at), renew=True)


def last_morning_of(deadline: Deadline, office: Office, calendar: WorkingCalendar) -> Plan | None:
    """Return the reminder of the last morning; None if there is none, because the selection was so late."""
    times = reminder_times(deadline, office, calendar, 0)
    return _reminder(deadline, *times[-1]) if times else None


def _reminder(deadline: Deadline, days: int, at: datetime) -> Plan:
    return Plan(
        chat_id=deadline.chat_id,
        # The date makes it unique: a deadline moved on its last morning has its own reminder.
        purpose=f"{NotificationPurpose.REMINDER}:{days}:{at.date().isoformat()}",
        subject=deadline.subject,
        due_at=at,
        details={"days": days},
        pointless_after=deadline.deadline,
    )


def reminders_wanted(tx: Tx, account_id: int) -> int | None:
    """Return how many reminders an owner wants before the last one; None for the office's default."""
    row = tx.one("notices.wish_of", account_id=account_id)
    return row["count"] if row else None


def wish_reminders(tx: Tx, account_id: int, count: int) -> None:
    """Set how many reminders an owner wants before the last one."""
    tx.run("notices.wish", account_id=account_id, count=count)


def arrived_at(tx: Tx, subject: str) -> datetime | None:
    """Return when the first reminder of a reservation arrived, by chat or SMS; None if none has.

    Messages about a moved deadline count as reminders: they have the same contents. The receipt does not.
    """
    row = tx.one("notices.arrived", subject=subject)
    return moment_or_none(row["at"]) if row else None


def was_tried(tx: Tx, subject: str, deadline: datetime) -> bool:
    """Return whether a reminder of this deadline was tried and failed."""
    return tx.one("notices.was_tried", subject=subject, deadline=to_millis(deadline)) is not None
