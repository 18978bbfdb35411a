"""The days and hours of an office that differ from the settings: closed days, hours of single days, holidays.

Closed days and hours are an office's own; the holidays of a whole year that a chief has entered are the
country's (docs/domain.md, section 6). All are read by one statement.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from core.clock import CHINA, to_millis
from core.ports import Row, Tx
from core.values.hours import Day, ServiceHours, parse_day, written
from core.values.offices import Office
from core.values.workdays import WorkingCalendar


class HoursKind(StrEnum):
    """What hours are of; the values are stored."""

    COUNTER = "counter"
    ONLINE = "online"  # phase 2


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeDays:
    """An office with the hours of single days, and its working days."""

    office: Office
    calendar: WorkingCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredDay:
    """A day that was entered: closed, or with other hours."""

    day: date
    place: HoursKind
    hours: Day  # empty if it is closed
    is_closed_day: bool  # the counter is closed all day, which is no working day then
    reason: str
    by: str  # who entered it, an actor of the audit log


def days_of(tx: Tx, office: Office, calendar: WorkingCalendar) -> OfficeDays:
    """Return an office with the hours of single days, and its calendar with the entered holidays."""
    today = tx.now.astimezone(CHINA).date()
    # Far enough back for the reminders and deadlines of all live reservations.
    start = today.replace(year=today.year - 1, day=1).isoformat()
    rows = tx.all("closed_days.of_office", office=office.code, from_day=start)
    if not rows:
        return OfficeDays(office=office, calendar=calendar)
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["what"], []).append(row)
    country = with_holidays(calendar, found.get("year", ()), found.get("holiday", ()))
    closed = [date.fromisoformat(row["day"]) for row in found.get("closed", ())]
    counter = _spans(found.get(HoursKind.COUNTER, ())) | dict.fromkeys(closed, ())
    online = _spans(found.get(HoursKind.ONLINE, ()))
    changed = replace(
        office,
        hours=_with(office.hours, online, country, today),
        counter_hours=_with(office.counter_hours, counter, country, today),
    )
    return OfficeDays(office=changed, calendar=country.closing_on(*closed) if closed else country)


def offices_today(tx: Tx, offices: Mapping[str, Office], calendar: WorkingCalendar) -> dict[str, Office]:
    """Return offices, by code, with the hours of single days."""
    return {code: days_of(tx, office, calendar).office for code, office in offices.items()}


def calendar_of(tx: Tx, office: Office, calendar: WorkingCalendar) -> WorkingCalendar:
    """Return the calendar for an office's deadlines: with its closed days, and the entered holidays."""
    return days_of(tx, office, calendar).calendar


def with_awaited_days(
    tx: Tx, offices: Mapping[str, Office], calendar: WorkingCalendar
) -> Mapping[str, Office]:
    """Return the offices; those whose next opening is awaited with the hours of single days.

    As ``core.notifications.subscriptions`` needs them: by its usual hours, an office that is closed for a day
    would be announced as open.
    """
    awaited = {row["office"] for row in tx.all("subscriptions.offices_awaited")} & offices.keys()
    return {**offices, **{code: days_of(tx, offices[code], calendar).office for code in awaited}}


def with_holidays(calendar: WorkingCalendar, years: Iterable[Row], days: Iterable[Row]) -> WorkingCalendar:
    """Return a calendar with the years that were entered, each as a whole."""
    entered_years = frozenset(int(row["day"]) for row in years)
    if not entered_years:
        return calendar
    entered = {date.fromisoformat(row["day"]): bool(int(row["hours"])) for row in days}
    return replace(calendar, entered=entered, entered_years=entered_years)


def _with(
    hours: ServiceHours, special: Mapping[date, Day], calendar: WorkingCalendar, today: date
) -> ServiceHours:
    days = tuple(sorted(special.items()))
    return replace(hours, special=days, as_of=today, calendar=calendar)


def _spans(rows: Iterable[Row]) -> dict[date, Day]:
    return {date.fromisoformat(row["day"]): parse_day(row["hours"]) for row in rows}


# --- entering and removing ------------------------------------------------------------------------


def entered(tx: Tx, office: Office, from_day: date) -> tuple[EnteredDay, ...]:
    """Return what was entered for an office, from a day on, by day."""
    rows = tx.all("closed_days.entered", office=office.code, from_day=from_day.isoformat())
    return tuple(
        EnteredDay(
            day=date.fromisoformat(row["day"]),
            place=HoursKind(row["place"]),
            hours=parse_day(row["hours"]),
            is_closed_day=bool(row["is_closed_day"]),
            reason=row["reason"],
            by=row["entered_by"],
        )
        for row in rows
    )


def of_day(tx: Tx, office: Office, day: date, place: HoursKind = HoursKind.COUNTER) -> EnteredDay | None:
    """Return what was entered for a day; None if nothing."""
    found = (one for one in entered(tx, office, day) if one.day == day and one.place == place)
    return next(found, None)


def close(tx: Tx, office: Office, day: date, reason: str, actor: str) -> bool:
    """Close an office's counter on a day; return whether that is new."""
    values = {"office": office.code, "day": day.isoformat(), "reason": reason}
    return bool(tx.run("closed_days.add", now=to_millis(tx.now), actor=actor, **values))


def reopen(tx: Tx, office: Office, day: date) -> bool:
    """Remove a closed day; return whether there was one."""
    return bool(tx.run("closed_days.remove", office=office.code, day=day.isoformat()))


def set_hours(tx: Tx, office: Office, new: EnteredDay) -> bool:
    """Enter the hours of a day; return whether that is new: what is entered is not overwritten."""
    return bool(
        tx.run(
            "closed_days.add_hours",
            office=office.code,
            day=new.day.isoformat(),
            place=new.place,
            hours=written(new.hours),
            reason=new.reason,
            now=to_millis(tx.now),
            actor=new.by,
        )
    )


def remove_hours(tx: Tx, office: Office, day: date, place: HoursKind) -> bool:
    """Remove the hours of a day; return whether there were any."""
    return bool(tx.run("closed_days.remove_hours", office=office.code, day=day.isoformat(), place=place))
