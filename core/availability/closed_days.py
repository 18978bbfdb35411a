"""Days other than holidays on which an office's counter is closed (docs/domain.md, section 6)."""

from dataclasses import dataclass
from datetime import date

from core.clock import CHINA, to_millis
from core.ports import Tx
from core.values.offices import Office
from core.values.workdays import WorkingCalendar


def calendar_of(tx: Tx, office: Office, calendar: WorkingCalendar) -> WorkingCalendar:
    """Return the calendar for an office's deadlines: with its closed days."""
    today = tx.now.astimezone(CHINA).date()
    # Far enough back for the reminders and deadlines of all live reservations.
    start = today.replace(year=today.year - 1, day=1).isoformat()
    rows = tx.all("closed_days.of_office", office=office.code, from_day=start)
    return calendar.closing_on(*(date.fromisoformat(row["day"]) for row in rows)) if rows else calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedDay:
    """Why a counter is closed on a day."""

    reason: str
    by: str  # who entered it, an actor of the audit log


def of_day(tx: Tx, office: Office, day: date) -> ClosedDay | None:
    """Return why an office's counter is closed on a day; None if it is not closed."""
    row = tx.one("closed_days.of_day", office=office.code, day=day.isoformat())
    return ClosedDay(reason=row["reason"], by=row["entered_by"]) if row else None


def close(tx: Tx, office: Office, day: date, reason: str, actor: str) -> bool:
    """Close an office's counter on a day; return whether that is new."""
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
