"""Deadlines of reservations, their reminders, and what moves them (docs/domain.md, section 6).

Deadlines only ever move later: because a counter is closed on a day, because the working days or the counter
hours have changed, or because no reminder has arrived. Each move is in the audit log and is told to the
owner, and the reminders are planned again.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from core import audit
from core.audit import AuditAction
from core.availability import closed_days
from core.availability.closed_days import OfficeDays
from core.clock import CHINA, to_millis
from core.errors.offices import NoWorkdayAhead
from core.notifications import queue as notification_queue
from core.notifications import reminders, sms_reminders
from core.notifications.queue import NotificationPurpose, Plan
from core.notifications.reminders import Deadline
from core.people.accounts import Account
from core.ports import Tx
from core.preselection import Preselection, PreselectionState, from_row, get
from core.preselection.extensions import extension_limit, next_whole_day, remind_by
from core.values.offices import Office
from core.values.workdays import WorkingCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedDeadline:
    """A reservation whose deadline was moved."""

    preselection_id: int
    deadline: datetime


class MoveCause(StrEnum):
    """Why a deadline was moved; the values are stored in the audit log and in notifications."""

    CLOSED = "closed"  # an admin has closed the counter on a day
    CALENDAR = "calendar"  # the working days or the counter hours have changed
    UNREMINDED = "unreminded"  # no reminder had arrived
    HOURS = "hours"  # an admin has changed the counter hours of a day
    DESK = "desk"  # the desk has extended it, for a reason


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineMove:
    """A deadline to be moved."""

    deadline: datetime
    cause: MoveCause
    actor: str = audit.SYSTEM
    extendable_until: datetime | None = None  # of an extension for want of a reminder
    most: int | None = None  # how often the desk may extend it; None if it is not the desk that does
    about: Mapping[str, str] = field(default_factory=dict)  # for the message: ``day``, ``reason`` …


@dataclass(frozen=True, slots=True, kw_only=True)
class OutdatedPage:
    """The reservations of one page whose deadlines are earlier than the working days of now make them."""

    found: tuple[int, ...]
    last: int | None  # the last id of the page, None past the end
    unreckonable: tuple[int, ...]  # those for which no working day can be found


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
        return self.move(tx, reserved, chat_id, DeadlineMove(deadline=deadline, cause=MoveCause.CALENDAR))

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
        move = DeadlineMove(deadline=deadline, cause=MoveCause.UNREMINDED, extendable_until=limit)
        return self.move(tx, reserved, chat_id, move)

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

    def move(self, tx: Tx, reserved: Preselection, chat_id: int, move: DeadlineMove) -> bool:
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

    def _store(self, tx: Tx, reserved: Preselection, before: datetime, move: DeadlineMove) -> bool:
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
