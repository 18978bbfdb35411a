"""The holidays and make-up working days of a year, as a chief has entered them (docs/domain.md, section 6).

A year that was entered is whole: neither the built-in notices nor the settings count for it. Deadlines that
it moves are moved by the recount, which follows at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core import audit
from core.audit import AuditAction
from core.availability.closed_days import with_holidays
from core.clock import CHINA, from_millis, to_millis
from core.errors.holidays import HolidaysTwice, NotOfTheYear, YearOver
from core.people.admins import EVERYWHERE
from core.ports import Tx
from core.values.workdays import WorkingCalendar

SCHEDULE_AHEAD = timedelta(days=60)
"""How far ahead to warn about a year without a published schedule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The holidays of a year: days off, and weekend days that are worked."""

    year: int
    off: frozenset[date]
    worked: frozenset[date]

    @property
    def days(self) -> Mapping[date, bool]:
        """All of them, True for worked ones."""
        return dict.fromkeys(self.off, False) | dict.fromkeys(self.worked, True)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredYear:
    """A year that was entered."""

    year: int
    at: datetime
    by: str  # an actor of the audit log


def validate_schedule(tx: Tx, schedule: Schedule) -> None:
    """Check a schedule before it is shown for confirmation.

    Raises:
        YearOver: its year is over.
        NotOfTheYear: a day is of another year.
        HolidaysTwice: a day is both off and worked.
    """
    if schedule.year < tx.now.astimezone(CHINA).year:
        raise YearOver(schedule.year)
    for day in sorted(schedule.off | schedule.worked):
        if day.year != schedule.year:
            raise NotOfTheYear(day, schedule.year)
    both = schedule.off & schedule.worked
    if both:
        raise HolidaysTwice(min(both))


def years(tx: Tx) -> tuple[EnteredYear, ...]:
    """Return the years that were entered."""
    return tuple(
        EnteredYear(year=row["year"], at=from_millis(row["entered_at"]), by=row["entered_by"])
        for row in tx.all("holidays.years")
    )


def last_entered(tx: Tx) -> datetime | None:
    """Return when holidays were last entered; None if never."""
    return max((one.at for one in years(tx)), default=None)


def country_calendar(tx: Tx, calendar: WorkingCalendar) -> WorkingCalendar:
    """Return the country's calendar with the years that were entered."""
    rows = tx.all("holidays.country")
    return with_holidays(
        calendar,
        (row for row in rows if row["what"] == "year"),
        (row for row in rows if row["what"] == "holiday"),
    )


def year_without_schedule(tx: Tx, calendar: WorkingCalendar) -> int | None:
    """Return the year of the day ``SCHEDULE_AHEAD``, if its schedule is not known; else None."""
    year = (tx.now + SCHEDULE_AHEAD).astimezone(CHINA).year
    return None if country_calendar(tx, calendar).has_schedule(year) else year


def enter(tx: Tx, schedule: Schedule, actor: str, *, expected: int) -> None:
    """Enter the holidays of a year, or replace them.

    Args:
        tx: the transaction.
        schedule: the whole year.
        actor: who enters it.
        expected: when the year was entered that the admin was shown, in milliseconds; 0 for none.

    Raises:
        HandledMeanwhile: another admin has entered this year since.
        YearOver, NotOfTheYear, HolidaysTwice: as ``validate_schedule``.
    """
    validate_schedule(tx, schedule)
    year, now = schedule.year, to_millis(tx.now)
    if not tx.run("holidays.enter_year", year=year, now=now, actor=actor, seen=expected):
        raise audit.handled(tx, audit.office_subject(EVERYWHERE), AuditAction.CHANGED_HOLIDAYS)
    tx.run("holidays.forget_days", year=year)
    for day, works in sorted(schedule.days.items()):
        tx.run("holidays.add_day", year=year, day=day.isoformat(), works=int(works))
    subject = audit.office_subject(EVERYWHERE)
    audit.record(
        tx,
        actor,
        AuditAction.CHANGED_HOLIDAYS,
        subject,
        year=year,
        off=len(schedule.off),
        worked=len(schedule.worked),
    )
