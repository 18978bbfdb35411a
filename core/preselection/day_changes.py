"""Changing the days and hours of a counter, and moving the deadlines that this affects.

What is entered is stored by ``core.availability.closed_days``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from core import audit
from core.audit import AuditAction
from core.availability import closed_days
from core.availability.closed_days import EnteredDay, HoursKind, OfficeDays
from core.clock import CHINA
from core.errors.desk import HandledMeanwhile
from core.errors.offices import DayClosed, DayInThePast, HoursEntered, NothingClosed
from core.ports import Tx
from core.preselection import from_row
from core.preselection.deadlines import DeadlineMove, Deadlines, MoveCause, MovedDeadline, reckoned
from core.values.hours import Day, without, written
from core.values.offices import Office
from core.values.workdays import WorkingCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What closing a counter, or changing its hours, would do."""

    works: tuple[date, ...]  # those of the days that are working days otherwise
    moves: int  # how many deadlines would move


class DayChanges:
    """Closes counters on days, and sets the hours of days.

    Args:
        deadlines: moves the deadlines.
        calendar: the working days of the country.
    """

    def __init__(self, deadlines: Deadlines, calendar: WorkingCalendar) -> None:
        self._deadlines = deadlines
        self._calendar = calendar

    def new_days(self, tx: Tx, office: Office, days: Sequence[date]) -> tuple[date, ...]:
        """Return those of some days that are not closed yet, before the confirmation is asked for.

        Raises:
            DayInThePast: one is over.
            DayClosed: all are closed already.
        """
        _ensure_ahead(tx, days)
        known = {one.day: one for one in closed_days.entered(tx, office, min(days)) if one.is_closed_day}
        new = tuple(day for day in days if day not in known)
        if not new:
            raise DayClosed(by=known[days[0]].by, reason=known[days[0]].reason)
        return new

    def ensure_new(self, tx: Tx, office: Office, wanted: Sequence[EnteredDay]) -> None:
        """Check the hours of some days before the confirmation is asked for.

        Raises:
            DayInThePast: a day is over.
            HoursEntered: something is entered for one of them.
        """
        first = min(one.day for one in wanted)
        _ensure_ahead(tx, (first,))
        known = {(one.day, one.place): one for one in closed_days.entered(tx, office, first)}
        for one in wanted:
            if (one.day, one.place) in known:
                raise HoursEntered(one.day, known[one.day, one.place].reason)

    def left_open(self, tx: Tx, office: Office, days: Sequence[date], closed: Day) -> dict[date, Day]:
        """Return what is left of the counter hours of those days of which a part would be closed.

        Raises:
            DayInThePast: a day is over.
            NothingClosed: the counter is open on none of them at that time.
        """
        _ensure_ahead(tx, days)
        now, left = closed_days.days_of(tx, office, self._calendar), {}
        for day in days:
            usual = now.office.counter_hours.spans_on(day) if now.calendar.is_workday(day) else ()
            rest = without(usual, closed)
            if rest != usual:
                left[day] = rest
        if not left:
            raise NothingClosed
        return left

    def close_days(
        self, tx: Tx, office: Office, days: Sequence[date], reason: str, actor: str
    ) -> list[MovedDeadline]:
        """Close a counter on some days, and move the deadlines that this affects.

        Deadlines only ever move later, and each owner affected is notified once; a deadline that has passed
        moves too while the number can still be confirmed. A concurrent reservation is either moved here or
        already computed with the days closed, because both lock the pool. Days that are closed already stay
        as they are.

        Raises:
            HandledMeanwhile: another admin has closed all of them already.
        """
        tx.run("pool.lock_office", office=office.code)
        new = [day for day in sorted(days) if closed_days.close(tx, office, day, reason, actor)]
        if not new:
            known = closed_days.of_day(tx, office, min(days))
            raise HandledMeanwhile(by=known.by if known else "", action=AuditAction.CLOSED_DAY)
        for day in new:
            self._record(tx, office, AuditAction.CLOSED_DAY, actor, day=day.isoformat(), reason=reason)
        about = {"day": new[0].isoformat(), "last": new[-1].isoformat(), "reason": reason}
        return self._move_all(tx, office, MoveCause.CLOSED, actor, about)

    def set_hours(self, tx: Tx, office: Office, new: Sequence[EnteredDay]) -> list[MovedDeadline]:
        """Enter the hours of some days; counter hours move the deadlines that lie in what is closed then.

        Raises:
            HandledMeanwhile: another admin has entered hours of all of them already.
        """
        tx.run("pool.lock_office", office=office.code)
        added = [one for one in new if closed_days.set_hours(tx, office, one)]
        if not added:
            known = closed_days.of_day(tx, office, new[0].day, new[0].place)
            raise HandledMeanwhile(by=known.by if known else "", action=AuditAction.CHANGED_HOURS)
        actor, reason = new[0].by, new[0].reason
        for one in added:
            details = {"day": one.day.isoformat(), "place": one.place, "hours": written(one.hours)}
            self._record(tx, office, AuditAction.CHANGED_HOURS, actor, reason=reason, **details)
        if new[0].place != HoursKind.COUNTER:
            return []
        days = [one.day.isoformat() for one in added]
        about = {"day": days[0], "last": days[-1], "hours": written(added[0].hours), "reason": reason}
        return self._move_all(tx, office, MoveCause.HOURS, actor, about)

    def reopen(self, tx: Tx, office: Office, day: date, place: HoursKind, reason: str, actor: str) -> None:
        """Remove what was entered for a day; deadlines that it has moved stay, as they never shorten.

        Raises:
            HandledMeanwhile: another admin has removed it already.
        """
        tx.run("pool.lock_office", office=office.code)
        removed = place == HoursKind.COUNTER and closed_days.reopen(tx, office, day)
        if not removed and not closed_days.remove_hours(tx, office, day, place):
            raise audit.handled(tx, audit.office_subject(office.code), AuditAction.REOPENED_DAY)
        details = {"day": day.isoformat(), "place": place}
        self._record(tx, office, AuditAction.REOPENED_DAY, actor, reason=reason, **details)

    def closing(self, tx: Tx, office: Office, days: Sequence[date]) -> Closing:
        """Return what closing some days would do.

        Reads all reservations of the office: call it on a snapshot.
        """
        now = closed_days.days_of(tx, office, self._calendar)
        then = OfficeDays(office=now.office, calendar=now.calendar.closing_on(*days))
        works = tuple(day for day in days if now.calendar.is_workday(day))
        return Closing(works=works, moves=self._count_moves(tx, then))

    def changing(self, tx: Tx, office: Office, new: Sequence[EnteredDay]) -> Closing:
        """Return what entering counter hours would do; as ``closing``."""
        now = closed_days.days_of(tx, office, self._calendar)
        special = dict(now.office.counter_hours.special) | {one.day: one.hours for one in new}
        hours = replace(now.office.counter_hours, special=tuple(sorted(special.items())))
        then = OfficeDays(office=replace(now.office, counter_hours=hours), calendar=now.calendar)
        works = tuple(one.day for one in new if now.calendar.is_workday(one.day))
        return Closing(works=works, moves=self._count_moves(tx, then))

    def _count_moves(self, tx: Tx, then: OfficeDays) -> int:
        rows = tx.all("preselection.reserved_of_office", office=then.office.code)
        deadlines = (reckoned(from_row(row), then.office, then.calendar) for row in rows)
        return sum(deadline is not None and deadline > tx.now for deadline in deadlines)

    def _move_all(
        self, tx: Tx, office: Office, cause: MoveCause, actor: str, about: Mapping[str, str]
    ) -> list[MovedDeadline]:
        """Move the deadlines of an office by its days and hours of now."""
        days, moved = closed_days.days_of(tx, office, self._calendar), []
        for row in tx.all("preselection.reserved_of_office", office=office.code):
            reserved = from_row(row)
            deadline = reckoned(reserved, days.office, days.calendar)
            if deadline is None or deadline <= tx.now:
                continue
            move = DeadlineMove(deadline=deadline, cause=cause, actor=actor, about=about)
            if self._deadlines.move(tx, reserved, row["chat_id"], move):
                moved.append(MovedDeadline(preselection_id=reserved.preselection_id, deadline=move.deadline))
        return moved

    def _record(self, tx: Tx, office: Office, action: AuditAction, actor: str, **details: object) -> None:
        subject = audit.office_subject(office.code)
        audit.record(tx, actor, action, subject, office=office.code, **details)


def _ensure_ahead(tx: Tx, days: Sequence[date]) -> None:
    if min(days) < tx.now.astimezone(CHINA).date():
        raise DayInThePast(min(days))
