"""The desk extends the deadline of one owner, for a reason (延期; docs/domain.md, section 6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core import audit
from core.audit import AuditAction
from core.availability import closed_days
from core.clock import CHINA
from core.errors.counter import PlateNotReserved
from core.errors.undo import ExtensionTooLong, NotExtendable
from core.notifications import reminders
from core.ports import Tx
from core.preselection import Preselection, PreselectionState, get
from core.preselection.deadlines import DeadlineMove, Deadlines, MoveCause, MovedDeadline
from core.values.offices import Office
from core.values.workdays import WorkingCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskExtension:
    """An extension that the desk grants."""

    workdays: int
    reason: str
    actor: str


class DeskExtensions:
    """Extends deadlines at the desk.

    Args:
        deadlines: moves the deadlines.
        offices: the offices that are served.
        calendar: the working days of the country.
    """

    def __init__(
        self, deadlines: Deadlines, offices: Mapping[str, Office], calendar: WorkingCalendar
    ) -> None:
        self._deadlines = deadlines
        self._offices = offices
        self._calendar = calendar

    def extend(self, tx: Tx, preselection_id: int, seen: datetime, wanted: DeskExtension) -> MovedDeadline:
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
        move = DeadlineMove(
            deadline=deadline,
            cause=MoveCause.DESK,
            actor=wanted.actor,
            about={"reason": wanted.reason},
            most=office.extensions,
        )
        if not self._deadlines.move(tx, reserved, owner["chat_id"], move):
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
