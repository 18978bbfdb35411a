"""Days on which one office's counter is closed beyond the holidays (docs/domain.md, section 6)."""

from dataclasses import dataclass
from datetime import date

from core.clock import CHINA, to_millis
from core.ports import Tx
from core.values.offices import Office
from core.values.workdays import WorkingCalendar


def calendar_of(tx: Tx, office: Office, calendar: WorkingCalendar) -> WorkingCalendar:
    """Return the calendar by which an office's deadlines are counted."""
    today = tx.now.astimezone(CHINA).date()
    # Far enough back for the reminders and deadlines of what is live.
    start = today.replace(year=today.year - 1, day=1).isoformat()
    rows = tx.all("closed_days.of_office", office=office.code, from_day=start)
    return calendar.closing_on(*(date.fromisoformat(row["day"]) for row in rows)) if rows else calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedDay:
    """A day on which a counter is closed beyond the holidays."""

    reason: str
    by: str  # who has entered it, as the audit log calls them


def of_day(tx: Tx, office: Office, day: date) -> ClosedDay | None:
    """Return why an office's counter is closed on a day; None where nobody has closed it."""
    row = tx.one("closed_days.of_day", office=office.code, day=day.isoformat())
    return ClosedDay(reason=row["reason"], by=row["entered_by"]) if row else None


def close(tx: Tx, office: Office, day: date, reason: str, actor: str) -> bool:
    """Note that an office's counter is closed on a day; return whether that is new."""
    return bool(
        tx.run(
            "closed_days.add",
            office=office.code,
            day=day.isoformat(),
            reason=reason,
            now=to_millis(tx.now),
            actor=actor,
        )
    )
