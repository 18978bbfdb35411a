"""Deadlines of reservations, their reminders, and what moves them (docs/domain.md, section 6).

Deadlines only ever move later: because a counter is closed on a day, because the working days or the counter
hours have changed, or because no reminder has arrived. Each move is in the audit log and is told to the
owner, and the reminders are planned again.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from core import audit
from core.audit import AuditAction
from core.availability import closed_days
from core.availability.closed_days import EnteredDay, OfficeDays, Place
from core.clock import CHINA, to_millis
from core.errors.counter import PlateNotReserved
from core.errors.desk import HandledMeanwhile
from core.errors.offices import DayClosed, DayInThePast, NoWorkdayAhead
from core.errors.undo import ExtensionTooLong, NotExtendable
from core.notifications import queue as notification_queue
from core.notifications import reminders, sms_reminders
from core.notifications.queue import NotificationPurpose, Plan
from core.notifications.reminders import Deadline
from core.people.accounts import Account
from core.ports import Tx
from core.preselection import Preselection, PreselectionState, from_row, get
from core.preselection.extensions import extension_limit, next_whole_day, remind_by
from core.values.hours import written
from core.values.offices import Office
from core.values.workdays import WorkingCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedDeadline:
    """A reservation whose deadline was moved."""

    preselection_id: int
    deadline: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What closing a counter, or changing its hours, would do."""

    works: tuple[date, ...]  # those of the days that are working days otherwise
    moves: int  # how many deadlines would move


class MoveCause(StrEnum):
    """Why a deadline was moved; the values are stored in the audit log and in notifications."""

    CLOSED = "closed"  # an admin has closed the counter on a day
    CALENDAR = "calendar"  # the working days or the counter hours have changed
    UNREMINDED = "unreminded"  # no reminder had arrived
    HOURS = "hours"  # an admin has changed the counter hours of a day
    DESK = "desk"  # the desk has extended it, for a reason


@dataclass(frozen=True, slots=True, kw_only=True)
class _Move:
    """A deadline to be moved."""

    deadline: datetime
    cause: MoveCause
    actor: str = audit.SYSTEM
    extendable_until: datetime | None = None  # of an extension for want of a reminder
    most: int | None = None  # how often the desk may extend it; None if it is not the desk that does
    about: Mapping[str, str] = field(
        default_factory=dict
    )  # for the message: ``day``, ``reason`` and the like


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskExtension:
    """An extension that the desk grants."""

    workdays: int
    reason: str
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutdatedPage:
    """The reservations of one page whose deadlines are earlier than the working days of now make them."""

    found: tuple[int, ...]
    last: int | None  # the last id of the page, None past the end
    unreckonable: tuple[int, ...] = ()  # those for which no working day can be found


class Deadlines:
    """Moves deadlines and plans the reminders of them.

    Args:
        offices: the offices that are served.
        calendar: the working days of the country.
        last_by_sms: whether the last reminder is always sent by SMS too.
    """

    def __init__(
        self, offices: Mapping[str, Office], calendar: WorkingCalendar, *, last_by_sms: bool = False
    ) -> None:
        self._offices = offices
        self._calendar = calendar
        self._last_by_sms = last_by_sms

    def close_day(self, tx: Tx, office: Office, day: date, reason: str, actor: str) -> list[MovedDeadline]:
        """Close a counter on one day, as ``close_days``."""
        return self.close_days(tx, office, (day,), reason, actor)

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
        if new[0].place != Place.COUNTER:
            return []
        days = [one.day.isoformat() for one in added]
        about = {"day": days[0], "last": days[-1], "hours": written(added[0].hours), "reason": reason}
        return self._move_all(tx, office, MoveCause.HOURS, actor, about)

    def reopen(self, tx: Tx, office: Office, day: date, place: Place, reason: str, actor: str) -> None:
        """Remove what was entered for a day; deadlines that it has moved stay, as they never shorten.

        Raises:
            HandledMeanwhile: another admin has removed it already.
        """
        tx.run("pool.lock_office", office=office.code)
        removed = place == Place.COUNTER and closed_days.reopen(tx, office, day)
        if not removed and not closed_days.remove_hours(tx, office, day, place):
            raise audit.handled(tx, audit.office_subject(office.code), AuditAction.REOPENED_DAY)
        details = {"day": day.isoformat(), "place": place}
        self._record(tx, office, AuditAction.REOPENED_DAY, actor, reason=reason, **details)

    def extend_by_desk(
        self, tx: Tx, preselection_id: int, seen: datetime, wanted: DeskExtension
    ) -> MovedDeadline:
        """Extend the deadline of one reservation, for a reason that its owner is told.

        Args:
            tx: the transaction.
            preselection_id: the reservation.
            seen: the deadline that the admin was shown.
            wanted: by how much and why.

        Raises:
            PlateNotReserved: it has ended.
            ExtensionTooLong: there are too many working days, or none.
            NotExtendable: it was extended as often as it may be.
            HandledMeanwhile: its deadline has moved since it was shown.
            NoWorkdayAhead: the calendar has no working day for it; nothing was written.
        """
        reserved = get(tx, preselection_id, lock=True)
        owner = tx.one("preselection.chat_of", preselection_id=preselection_id)
        office = self._offices.get(reserved.office)
        if reserved.state != PreselectionState.RESERVED or owner is None or office is None:
            raise PlateNotReserved
        deadline = self.extended(tx, reserved, wanted.workdays)
        if reserved.deadline != seen:
            raise audit.handled(tx, reserved.subject, AuditAction.MOVED_DEADLINE)
        move = _Move(
            deadline=deadline,
            cause=MoveCause.DESK,
            actor=wanted.actor,
            about={"reason": wanted.reason},
            most=office.extensions,
        )
        if not self._move(tx, reserved, owner["chat_id"], move):
            raise NotExtendable(office.extensions)
        return MovedDeadline(preselection_id=preselection_id, deadline=deadline)

    def extended(self, tx: Tx, reserved: Preselection, workdays: int) -> datetime:
        """Return a deadline extended by some working days, from its last day, or from today if that is past.

        Raises:
            ExtensionTooLong: there are too many working days, or none.
            NotExtendable: it was extended as often as it may be; said before the question, and decided later.
            NoWorkdayAhead: the calendar has no working day for it.
        """
        office = self._offices[reserved.office]
        if not 1 <= workdays <= office.extension_workdays:
            raise ExtensionTooLong(office.extension_workdays)
        if reserved.desk_extensions >= office.extensions:
            raise NotExtendable(office.extensions)
        days = closed_days.days_of(tx, office, self._calendar)
        today = tx.now.astimezone(CHINA).date()
        last = max(today, reminders.last_day_of(reserved.deadline)) if reserved.deadline else today
        return days.calendar.closing_from(
            days.calendar.add_workdays(last, workdays), days.office.counter_hours
        )

    def validate_closing(self, tx: Tx, office: Office, day: date) -> None:
        """Check a day before the confirmation is asked for.

        Raises:
            DayInThePast: it is over.
            DayClosed: it is closed already.
        """
        if day < tx.now.astimezone(CHINA).date():
            raise DayInThePast(day)
        known = closed_days.of_day(tx, office, day)
        if known is not None and known.is_closed_day:
            raise DayClosed(by=known.by, reason=known.reason)

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
            move = _Move(deadline=deadline, cause=cause, actor=actor, about=about)
            if self._move(tx, reserved, row["chat_id"], move):
                moved.append(MovedDeadline(preselection_id=reserved.preselection_id, deadline=move.deadline))
        return moved

    def _record(self, tx: Tx, office: Office, action: AuditAction, actor: str, **details: object) -> None:
        subject = audit.office_subject(office.code)
        audit.record(tx, actor, action, subject, office=office.code, **details)

    def reckon_anew(self, tx: Tx, reserved: Preselection, chat_id: int) -> bool:
        """Move a locked reservation's deadline if the working days or counter hours have changed since.

        If the new deadline has passed too, it moves to the next whole working day, because a deadline that
        was over before the owner heard of it would be of no use.

        Returns:
            Whether the deadline has moved.

        Raises:
            NoWorkdayAhead: the calendar has no working day for it; nothing was written.
        """
        office = self._offices.get(reserved.office)
        if office is None:
            return False
        days = closed_days.days_of(tx, office, self._calendar)
        deadline = reckoned(reserved, days.office, days.calendar)
        if deadline is None:
            return False
        if deadline <= tx.now:
            deadline = next_whole_day(tx.now, days.calendar, days.office.counter_hours)
        return self._move(tx, reserved, chat_id, _Move(deadline=deadline, cause=MoveCause.CALENDAR))

    def outdated(self, tx: Tx, after: int, limit: int = 50) -> OutdatedPage:
        """Return which of the next reservations by id have a deadline to be moved. Call it on a snapshot.

        Those whose new deadline has passed too are left to the expiry.
        """
        rows = tx.all("preselection.reserved_after", after=after, most=limit)
        known: dict[str, OfficeDays] = {}
        found, unreckonable = [], []
        for reserved in map(from_row, rows):
            office = self._offices.get(reserved.office)
            if office is None:
                continue
            if office.code not in known:
                known[office.code] = closed_days.days_of(tx, office, self._calendar)
            days = known[office.code]
            try:
                deadline = reckoned(reserved, days.office, days.calendar)
            except NoWorkdayAhead:
                unreckonable.append(reserved.preselection_id)
                continue
            if deadline is not None and deadline > tx.now:
                found.append(reserved.preselection_id)
        return OutdatedPage(
            found=tuple(found),
            last=rows[-1]["preselection_id"] if rows else None,
            unreckonable=tuple(unreckonable),
        )

    def recount(self, tx: Tx, found: Sequence[int]) -> int:
        """Move the deadlines of one page, as they are now; return how many have moved.

        One for which the calendar no longer has a working day stays.
        """
        moved = 0
        for preselection_id in sorted(found):
            with suppress(NoWorkdayAhead):
                moved += self._recount_one(tx, preselection_id)
        return moved

    def _recount_one(self, tx: Tx, preselection_id: int) -> bool:
        reserved = get(tx, preselection_id, lock=True)
        owner = tx.one("preselection.chat_of", preselection_id=preselection_id)
        if reserved.state != PreselectionState.RESERVED or owner is None:
            return False
        return self.reckon_anew(tx, reserved, owner["chat_id"])

    def is_reminded(self, tx: Tx, reserved: Preselection) -> bool:
        """Return whether a reminder has arrived in time for a reservation's deadline."""
        office = self._offices.get(reserved.office)
        arrived = reminders.arrived_at(tx, reserved.subject)
        if office is None or arrived is None or reserved.deadline is None:
            return False
        hours = closed_days.days_of(tx, office, self._calendar).office.counter_hours
        return arrived <= remind_by(reserved.deadline, hours)

    def extend(self, tx: Tx, reserved: Preselection, chat_id: int) -> bool:
        """Move the deadline of a locked reservation of whose owner no reminder has arrived.

        Returns:
            Whether it has moved; False if that was done as far as possible, and reminders were tried in vain.

        Raises:
            NoWorkdayAhead: the calendar has no working day for it; nothing was written.
        """
        office = self._offices.get(reserved.office)
        if office is None or reserved.deadline is None:
            return False
        days = closed_days.days_of(tx, office, self._calendar)
        calendar, hours = days.calendar, days.office.counter_hours
        limit = reserved.extendable_until or extension_limit(reserved.deadline, tx.now, calendar, hours)
        deadline = next_whole_day(tx.now, calendar, hours)
        # If nothing was tried, the service was down: that time does not count.
        if deadline > limit and reminders.was_tried(tx, reserved.subject, reserved.deadline):
            return False
        move = _Move(deadline=deadline, cause=MoveCause.UNREMINDED, extendable_until=limit)
        return self._move(tx, reserved, chat_id, move)

    def plan_reminders(
        self, tx: Tx, reserved: Preselection, chat_id: int, calendar: WorkingCalendar | None = None
    ) -> None:
        """Plan the reminders of a reservation, replacing earlier ones."""
        office, about = self._offices.get(reserved.office), _about(reserved, chat_id)
        if office is None or about is None:
            return
        days = calendar or closed_days.calendar_of(tx, office, self._calendar)
        reminders.plan_reminders(tx, about, office, days)
        if self._last_by_sms:
            sms_reminders.plan_last(tx, about, office, days)

    def _check_reminders(self, tx: Tx, reserved: Preselection, chat_id: int) -> None:
        """Compute all reminders that an owner can wish for.

        Raises:
            NoWorkdayAhead: the calendar has no working day for one of them.
        """
        office, about = self._offices.get(reserved.office), _about(reserved, chat_id)
        if office is not None and about is not None:
            days = closed_days.calendar_of(tx, office, self._calendar)
            reminders.reminder_times(about, office, days, None)

    def days_left(self, tx: Tx, reserved: Preselection) -> int:
        """Return the working days from today to a reservation's deadline: 0 on its last day."""
        office = self._offices.get(reserved.office)
        if office is None or reserved.deadline is None:
            return 0
        today, last = tx.now.astimezone(CHINA).date(), reminders.last_day_of(reserved.deadline)
        return closed_days.calendar_of(tx, office, self._calendar).workdays_between(today, last)

    def wish_reminders(self, tx: Tx, account: Account, count: int) -> None:
        """Set how many reminders an owner wants before the last one; replan those of live reservations."""
        reminders.wish_reminders(tx, account.account_id, count)
        for row in tx.all("preselection.of_account", account_id=account.account_id):
            if row["state"] != PreselectionState.RESERVED:
                continue
            reserved = get(tx, row["preselection_id"], lock=True)  # its deadline may be moved concurrently
            if reserved.state == PreselectionState.RESERVED:
                self.plan_reminders(tx, reserved, account.chat_id)

    def _move(self, tx: Tx, reserved: Preselection, chat_id: int, move: _Move) -> bool:
        """Move a deadline, tell the owner, and plan the reminders again; return whether it was earlier."""
        before = reserved.deadline
        is_extension = move.extendable_until is not None
        # The reminders are computed before anything is written, as that may raise NoWorkdayAhead.
        self._check_reminders(tx, replace(reserved, deadline=move.deadline), chat_id)
        if before is None or not self._store(tx, reserved, before, move):
            return False
        notification_queue.cancel(tx, reserved.subject)  # including an unsent note of an earlier move
        self.plan_reminders(tx, get(tx, reserved.preselection_id), chat_id)
        purpose = NotificationPurpose.EXTENDED if is_extension else NotificationPurpose.MOVED
        note = Plan(
            chat_id=chat_id,
            purpose=f"{purpose}:{move.deadline.astimezone(CHINA):%Y-%m-%dT%H:%M}",
            subject=reserved.subject,
            due_at=tx.now,
            details={"cause": move.cause, **move.about},
            pointless_after=move.deadline,
        )
        notification_queue.plan(tx, note)
        audit.record(
            tx,
            move.actor,
            AuditAction.MOVED_DEADLINE,
            reserved.subject,
            office=reserved.office,
            plate=str(reserved.plate),
            before=to_millis(before),
            deadline=to_millis(move.deadline),
            cause=move.cause,
            **({"reason": move.about["reason"]} if move.cause == MoveCause.DESK else {}),
        )
        return True

    def _store(self, tx: Tx, reserved: Preselection, before: datetime, move: _Move) -> bool:
        values = {
            "preselection_id": reserved.preselection_id,
            "deadline": to_millis(move.deadline),
            "now": to_millis(tx.now),
        }
        if move.most is not None:
            seen = to_millis(before)
            return bool(tx.run("preselection.extend_deadline", seen=seen, most=move.most, **values))
        until = move.extendable_until
        return bool(
            tx.run(
                "preselection.move_deadline",
                deadline_before=None if until is None else to_millis(before),
                extendable_until=None if until is None else to_millis(until),
                **values,
            )
        )


def _about(reserved: Preselection, chat_id: int) -> Deadline | None:
    if reserved.deadline is None or reserved.reserved_at is None:
        return None
    return Deadline(
        chat_id=chat_id,
        account_id=reserved.account_id,
        subject=reserved.subject,
        reserved_at=reserved.reserved_at,
        deadline=reserved.deadline,
    )


def reckoned(reserved: Preselection, office: Office, calendar: WorkingCalendar) -> datetime | None:
    """Return the deadline by the working days and counter hours of now, if it is later than the stored one.

    It counts from the selection, and never ends on a day on which the counter is closed, however the deadline
    came about.

    Raises:
        NoWorkdayAhead: there is no such day within the search horizon.
    """
    if reserved.reserved_at is None or reserved.deadline is None:
        return None
    hours, last_day = office.counter_hours, reminders.last_day_of(reserved.deadline)
    counted = calendar.deadline(reserved.reserved_at, office.validity_workdays, hours)
    open_day = calendar.closing_from(last_day, hours)
    # Whose deadline lies in what was closed of a day could not use its last hours: the next day is theirs.
    if open_day < reserved.deadline and hours.is_special(last_day):
        open_day = calendar.closing_from(last_day + timedelta(days=1), hours)
    deadline = max(counted, open_day)
    return deadline if deadline > reserved.deadline else None
