"""Reserving: a number is taken for good, and its preselection gets its deadline and reminders.

What random and self-composed selection have in common (docs/domain.md, section 5).
"""

from dataclasses import dataclass
from datetime import datetime

from core import audit
from core.audit import AuditAction
from core.availability import closed_days
from core.availability.closed_days import OfficeDays
from core.availability.maintenance import ensure_open
from core.clock import to_millis
from core.errors.preselection import StepOutOfOrder
from core.errors.verification import VerificationLapsed
from core.people.accounts import Account
from core.ports import Tx
from core.preselection import (
    Preselection,
    PreselectionState,
    Way,
    end_lease,
    free_holds,
    get,
    renew_lease,
)
from core.preselection.deadlines import Deadlines
from core.preselection.living import ensure_may_reserve
from core.public_journal import chain
from core.public_journal.chain import Head
from core.public_journal.entries import Event
from core.suspicion.presses import Presses
from core.values.offices import Office
from core.values.workdays import WorkingCalendar


def lock_selecting(
    tx: Tx, preselection_id: int, office: Office, *, received_at: datetime
) -> tuple[Preselection, datetime]:
    """Lock a preselection and renew its lease; return it and the new end of the lease.

    Raises:
        VerificationLapsed: idle for too long.
        StepOutOfOrder: it is at another step.
    """
    preselection = get(tx, preselection_id, lock=True)
    if preselection.state != PreselectionState.VERIFIED:
        raise VerificationLapsed if preselection.state == PreselectionState.AGREED else StepOutOfOrder
    return preselection, renew_lease(tx, preselection, office, received_at=received_at)


def ensure_within_hours(tx: Tx, preselection: Preselection, office: Office, *, received_at: datetime) -> None:
    """Ensure that a press came in the service hours in which the owner was verified.

    Raises:
        OfficeClosed: it came outside the service hours.
        VerificationLapsed: the office has closed since the verification.
    """
    ensure_open(tx, office, received_at)
    if preselection.verified_at is None or not office.hours.same_session(
        preselection.verified_at, received_at
    ):
        raise VerificationLapsed


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A number that has just been taken for good."""

    serial: str
    way: Way
    draw_no: int  # of the owner's draw that gave it; 0 for a wish that they did not hold


class Reserving:
    """Takes numbers for good, and reserves them for their owners."""

    def __init__(
        self,
        calendar: WorkingCalendar,
        deadlines: Deadlines,
        presses: Presses,
        most_living: int | None = None,
    ) -> None:
        self._calendar = calendar
        self._deadlines = deadlines
        self._presses = presses
        self._most_living = most_living

    def deadline(self, tx: Tx, office: Office) -> datetime:
        """Return the deadline that a number would have if it were taken now.

        Raises:
            NoWorkdayAhead: the calendar has no working day for it.
        """
        return _deadline(tx, office, closed_days.days_of(tx, office, self._calendar))

    def _lock_pool(self, tx: Tx, preselection: Preselection) -> Head:
        """Serialise draws, tries and claims of one pool; to be called before its numbers are touched.

        A draw takes numbers in the order of its stream, and a try in that of its wishes: two concurrent ones
        could deadlock. And a claimed number moves from one table to the other: a concurrent draw could see
        it in neither. The time is taken again: a number that was given back, and held by another, during the
        wait would be in both at the time from before it.
        """
        return chain.lock(tx, preselection.office, preselection.kind)

    def _take(self, tx: Tx, preselection: Preselection, serial: str, segment_id: int, position: int) -> bool:
        """Take a number for good, if it is free; return whether it was."""
        row = tx.one(
            "pool.reserve",
            office=preselection.office,
            kind=preselection.kind,
            serial=serial,
            segment_id=segment_id,
            position=position,
            preselection_id=preselection.preselection_id,
            now=to_millis(tx.now),
        )
        return row is not None

    def _reserved(
        self,
        tx: Tx,
        account: Account,
        preselection: Preselection,
        office: Office,
        taken: Taken,
        head: Head,
    ) -> Preselection:
        days = closed_days.days_of(tx, office, self._calendar)
        deadline = _deadline(tx, office, days)
        changed = tx.run(
            "preselection.reserve",
            preselection_id=preselection.preselection_id,
            serial=taken.serial,
            way=taken.way,
            deadline=to_millis(deadline),
            most=self._most_living,
            now=to_millis(tx.now),
        )
        if not changed:
            ensure_may_reserve(tx, account.account_id, self._most_living)
            raise StepOutOfOrder
        ended = free_holds(tx, preselection)
        entry = chain.append(
            tx,
            preselection.office,
            preselection.kind,
            head,
            Event.CLAIMED,
            number=taken.serial,
            way="draw" if taken.way == Way.RANDOM else "wish",
            draw=taken.draw_no,
            ended=sorted(serial for serial, _, _ in ended),
        )
        # The receipt names it.
        tx.run("journal.set_entry_of_claim", preselection_id=preselection.preselection_id, seq=entry.seq)
        end_lease(tx, preselection)
        reserved = get(tx, preselection.preselection_id)
        self._deadlines.plan_reminders(tx, reserved, account.chat_id, days.calendar)
        audit.record(
            tx,
            account.actor,
            AuditAction.RESERVED,
            reserved.subject,
            office=reserved.office,
            plate=str(reserved.plate),
            way=taken.way,
        )
        return reserved


def _deadline(tx: Tx, office: Office, days: OfficeDays) -> datetime:
    return days.calendar.deadline(tx.now, office.validity_workdays, days.office.counter_hours)
