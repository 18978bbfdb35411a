"""Taking back at the desk: a confirmation, a void or a revocation gives the owner the number back.

Possible until the end of the working day on which it was done (for who is no chief: within the hour, and only
what they did themselves), while the number is free; so a number that the desk has given back rests first
(``Office.rest_after_desk``). What is checked before the question is
decided again by the statements that change the rows (docs/domain.md, section 13).

Locks are taken in the usual order: preselection, lease, pool, plates.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from core import audit
from core.audit import AuditAction
from core.availability import closed_days
from core.availability.closed_days import OfficeDays
from core.clock import CHINA, to_millis
from core.errors.base import Refusal
from core.errors.store import StoreConstraintError
from core.errors.undo import (
    NothingToUndo,
    NumberGone,
    UndoneByAppeal,
    UndoNotOwn,
    UndoTooLate,
    VehicleGone,
)
from core.notifications import queue as notification_queue
from core.notifications.queue import NotificationPurpose, Plan
from core.people.accounts import Accounts
from core.people.ban_causes import VoidBan, ban_of_void, lift_cause
from core.pool.segments import find_segment, pool_state, segments
from core.ports import Tx
from core.preselection import Preselection, PreselectionState, end_lease, from_row, get
from core.preselection.deadlines import Deadlines
from core.preselection.expiry import SET_ASIDE
from core.public_journal import chain
from core.public_journal.entries import Event
from core.values.offices import Office
from core.values.plates import Plate
from core.values.workdays import WorkingCalendar

OWN_WITHIN = timedelta(hours=1)
"""How long somebody who is no chief can take back what they have done."""


class Deed(StrEnum):
    """What can be taken back; the values are stored in the audit log, in notifications and in the journal."""

    CONFIRM = "confirmed"
    VOID = "voided"
    REVOKE = "revoked"
    APPROVE = "approved"


_DEEDS = {
    PreselectionState.REGISTERED: Deed.CONFIRM,
    PreselectionState.VOID: Deed.VOID,
    PreselectionState.CANCELLED: Deed.REVOKE,
}
_ACTIONS = {
    Deed.CONFIRM: AuditAction.REGISTERED,
    Deed.VOID: AuditAction.VOIDED,
    Deed.REVOKE: AuditAction.REVOKED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoable:
    """What taking something back would do."""

    deed: Deed
    preselection: Preselection
    by: str  # who did it, an actor of the audit log
    until: datetime  # until when it can be taken back
    deadline: datetime  # of the reservation that comes back
    ban: VoidBan | None  # what the void has made of it would be lifted


def undo_until(done_at: datetime, calendar: WorkingCalendar) -> datetime:
    """Return until when something can be taken back: the end of the working day on which it was done.

    What was done on another day counts as done on the next working day.

    Raises:
        NoWorkdayAhead: there is none within the search horizon.
    """
    day = done_at.astimezone(CHINA).date()
    if not calendar.is_workday(day):
        day = calendar.add_workdays(day, 1)
    return datetime.combine(day + timedelta(days=1), time(), CHINA)


class Undoing:
    """Gives owners back what the desk has ended or confirmed by mistake."""

    def __init__(
        self,
        accounts: Accounts,
        offices: Mapping[str, Office],
        calendar: WorkingCalendar,
        deadlines: Deadlines,
    ) -> None:
        self._accounts = accounts
        self._offices = offices
        self._calendar = calendar
        self._deadlines = deadlines

    def last_of(self, tx: Tx, plate: Plate) -> Preselection:
        """Return the preselection that last had a number for good.

        Raises:
            NothingToUndo: nobody ever had it.
        """
        row = tx.one("preselection.last_of_plate", office=plate.office, kind=plate.kind, serial=plate.serial)
        if row is None:
            raise NothingToUndo
        return from_row(row)

    def find(self, tx: Tx, preselection: Preselection, *, by_appeal: bool = False, own: str = "") -> Undoable:
        """Return what taking back the last thing done to a reservation would do, without its obstacles.

        Args:
            tx: the transaction.
            preselection: the reservation.
            by_appeal: the approval of an appeal has ended it, and is taken back.
            own: an actor who may take back only what they have done themselves, and only within the hour;
                empty for a chief.

        Raises:
            UndoNotOwn: somebody else did it, and only what is one's own can be taken back.
            NothingToUndo: the desk has neither confirmed, voided nor revoked it.
            UndoneByAppeal: the approval of an appeal has ended it.
            UndoTooLate: the working day is over.
            NoWorkdayAhead: the calendar has no working day for it.
        """
        deed, office = _DEEDS.get(preselection.state), self._offices.get(preselection.office)
        if deed is None or office is None or preselection.ended_at is None or preselection.plate is None:
            raise NothingToUndo
        done = tx.one("audit.last_done", subject=preselection.subject, action=_ACTIONS[deed].value)
        days = closed_days.days_of(tx, office, self._calendar)
        until = undo_until(preselection.ended_at, days.calendar)
        owner = self._accounts.by_id(tx, preselection.account_id)
        if done is None:
            raise NothingToUndo
        if own:
            until = min(until, preselection.ended_at + OWN_WITHIN)
            if done["actor"] != own:
                raise UndoNotOwn(done["actor"])
        if tx.now >= until:
            raise UndoTooLate(until)
        if not by_appeal:
            _ensure_not_by_appeal(tx, preselection)
        return Undoable(
            deed=Deed.APPROVE if by_appeal else deed,
            preselection=preselection,
            by=done["actor"],
            until=until,
            deadline=_deadline(tx, preselection, days),
            ban=ban_of_void(tx, owner.own_identity_hash, preselection.preselection_id),
        )

    def obstacle(self, tx: Tx, found: Undoable, *, besides: int | None = None) -> Refusal | None:
        """Return what is in the way at this moment; for the question only, as nothing is locked.

        Args:
            tx: the transaction.
            found: what would be taken back.
            besides: an account whose selection for the vehicle would be ended before.
        """
        preselection = found.preselection
        live = tx.one("preselection.live_of_vin", vin=preselection.vin)
        if live is not None and live["preselection_id"] != preselection.preselection_id:
            return VehicleGone()
        lease = tx.one("preselection.lease_of", vin=preselection.vin)
        if lease is not None and lease["until"] >= to_millis(tx.now):
            selecting = get(tx, lease["preselection_id"])
            if selecting.account_id != besides:
                return VehicleGone()
        plate = preselection.plate
        if found.deed == Deed.CONFIRM or plate is None:
            return None
        if self.last_of(tx, plate).preselection_id != preselection.preselection_id:
            return NumberGone()
        state = pool_state(tx, plate.office, plate.kind, plate.serial)
        return None if state in {None, "resting"} else NumberGone()

    def undo(
        self, tx: Tx, preselection_id: int, reason: str, actor: str, *, expected: Deed, own_only: bool = False
    ) -> Undoable:
        """Take back what was done to a reservation, and tell its owner.

        Args:
            tx: the transaction.
            preselection_id: the reservation.
            reason: why; stored, and told to the owner.
            actor: the admin.
            expected: what the admin was asked about.
            own_only: the admin is no chief, and may take back only what they did within the hour.

        Raises:
            HandledMeanwhile: another admin has taken it back.
            NothingToUndo, UndoTooLate, UndoNotOwn: as ``find``.
            NumberGone: the number is another owner's now, or in a batch or on a shortlist.
            VehicleGone: the vehicle has another number, or somebody is selecting for it.
        """
        preselection = get(tx, preselection_id, lock=True)
        if _DEEDS.get(preselection.state) != expected:
            raise audit.handled(tx, preselection.subject)
        found = self.find(tx, preselection, own=actor if own_only else "")
        self.reinstate(tx, found)
        if found.ban is not None:
            lift_cause(tx, found.ban.ban, found.ban.cause.cause_id, actor, reason)
        self.record(tx, found, reason, actor)
        return found

    def reinstate(self, tx: Tx, found: Undoable) -> None:
        """Give the number and the reservation back, and plan its reminders; the preselection is locked.

        Raises:
            NumberGone, VehicleGone: as ``undo``.
        """
        preselection, plate = found.preselection, found.preselection.plate
        if plate is None or preselection.ended_at is None:
            raise NothingToUndo
        now, names = to_millis(tx.now), {"vin": preselection.vin, "until": to_millis(tx.now)}
        own = {"preselection_id": preselection.preselection_id}
        if tx.one("preselection.lease", now=now, **names, **own) is None:
            raise VehicleGone
        head = chain.lock(tx, plate.office, plate.kind)
        if not self._take_back(tx, plate, found):
            raise NumberGone
        try:
            changed = tx.run(
                "preselection.reinstate",
                source=preselection.state,
                ended_at=to_millis(preselection.ended_at),
                deadline=to_millis(found.deadline),
                now=to_millis(tx.now),
                **own,
            )
        except StoreConstraintError:  # selected for the vehicle at this very moment
            raise VehicleGone from None
        if not changed:
            raise VehicleGone
        end_lease(tx, preselection)
        values = {"number": plate.serial, "why": found.deed.value}
        chain.append(tx, plate.office, plate.kind, head, Event.REINSTATED, **values)
        notification_queue.cancel(tx, preselection.subject)
        chat_id = self._accounts.by_id(tx, preselection.account_id).chat_id
        self._deadlines.plan_reminders(tx, get(tx, preselection.preselection_id), chat_id)

    def record(self, tx: Tx, found: Undoable, reason: str, actor: str) -> None:
        """Write what was taken back to the audit log, and tell the owner."""
        preselection = found.preselection
        audit.record(
            tx,
            actor,
            AuditAction.UNDID,
            preselection.subject,
            office=preselection.office,
            plate=str(preselection.plate),
            deed=found.deed,
            reason=reason,
            deadline=to_millis(found.deadline),
        )
        owner = self._accounts.by_id(tx, preselection.account_id)
        notification_queue.plan(
            tx,
            Plan(
                chat_id=owner.chat_id,
                purpose=f"{NotificationPurpose.REINSTATED}:{to_millis(tx.now)}",
                subject=preselection.subject,
                due_at=tx.now,
                details={"deed": found.deed, "reason": reason},
            ),
        )

    def _take_back(self, tx: Tx, plate: Plate, found: Undoable) -> bool:
        key = {"office": plate.office, "kind": plate.kind, "serial": plate.serial}
        own, now = {"preselection_id": found.preselection.preselection_id}, to_millis(tx.now)
        if found.deed == Deed.CONFIRM:
            return bool(tx.run("pool.unregister", now=now, **key, **own))
        segment = find_segment(segments(tx, self._offices[plate.office], plate.kind), plate.serial)
        if segment is None:
            return False
        tx.one("pool.give_way", now=now, **key, **own)  # of a hold that has ended
        place = {"segment_id": segment.segment_id, "position": segment.mask.rank(plate.serial)}
        return tx.one("pool.reinstate", now=now, **key, **place, **own) is not None


def _deadline(tx: Tx, preselection: Preselection, days: OfficeDays) -> datetime:
    """Return the deadline that a reservation had, or the end of the next working day if it has passed."""
    before = preselection.deadline
    if before is not None and before > tx.now:
        return before
    tomorrow = tx.now.astimezone(CHINA).date() + timedelta(days=1)
    return days.calendar.closing_from(tomorrow, days.office.counter_hours)


def _ensure_not_by_appeal(tx: Tx, preselection: Preselection) -> None:
    """Refuse to give one reservation back that an appeal has ended: the vehicle is another owner's by then.

    Raises:
        UndoneByAppeal: with the number of the appeal.
    """
    if preselection.reason != SET_ASIDE:
        return
    right = tx.one("appeals.right_to", vin=preselection.vin)
    if right is not None:
        raise UndoneByAppeal(right["appeal_id"])
