"""Taking an approval back: the appeal waits again, and what it had set aside is restored.

Possible until the end of the working day, unless the owner of the appeal has a number for the vehicle by then
(docs/domain.md, section 13). Locks are taken in the usual order: appeal, preselections, lease, vehicle,
pool, plates.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from core import audit
from core.appeals.model import Appeal, AppealState
from core.appeals.reviews import AppealOutcome, Reviews, outcome_of
from core.appeals.submission import Appeals
from core.audit import AuditAction
from core.availability import closed_days
from core.clock import to_millis
from core.errors.base import Refusal
from core.errors.store import StoreConstraintError
from core.errors.undo import (
    AnswerApproved,
    AppealUsed,
    NothingToUndo,
    NumberGone,
    UndoTooLate,
    VehicleGone,
)
from core.notifications import queue as notification_queue
from core.notifications.queue import NotificationPurpose, Plan
from core.people.accounts import Accounts
from core.people.ban_causes import lift_cause
from core.ports import Tx
from core.preselection import Preselection, PreselectionState, end_holds, end_lease, from_row, move
from core.preselection.expiry import SET_ASIDE
from core.preselection.undoing import Deed, Undoable, Undoing, undo_until
from core.values.offices import Office
from core.values.workdays import WorkingCalendar

_WITH_NUMBER = frozenset({PreselectionState.RESERVED, PreselectionState.REGISTERED})
_SELECTING = frozenset({PreselectionState.AGREED, PreselectionState.VERIFIED})
_ENDED = frozenset({PreselectionState.VOID, PreselectionState.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoableApproval:
    """What taking an approval back would restore."""

    appeal: Appeal
    outcome: AppealOutcome  # of the approval
    until: datetime  # until when it can be taken back
    ended: Undoable | None  # the reservation that it had ended
    in_the_way: Refusal | None = None  # why that cannot come back; all else is restored


class ApprovalUndoing:
    """Takes approvals of appeals back."""

    def __init__(
        self,
        appeals: Appeals,
        reviews: Reviews,
        accounts: Accounts,
        undoing: Undoing,
        offices: Mapping[str, Office],
        calendar: WorkingCalendar,
    ) -> None:
        self._appeals = appeals
        self._reviews = reviews
        self._accounts = accounts
        self._undoing = undoing
        self._offices = offices
        self._calendar = calendar

    def find(self, tx: Tx, appeal_id: int) -> UndoableApproval:
        """Return what taking an approval back would restore.

        Raises:
            AppealUnknown: the id is unknown.
            NothingToUndo: it is not approved, or another appeal has been approved for the vehicle since.
            AnswerApproved: it answers a suspicion.
            UndoTooLate: the working day is over.
            AppealUsed: its owner has a number for the vehicle.
        """
        appeal = self._appeals.get(tx, appeal_id)
        others = [from_row(row) for row in tx.all("preselection.of_vin", vin=appeal.vin)]
        return self._found(tx, appeal, others)

    def undo(self, tx: Tx, appeal_id: int, reason: str, chat_id: int) -> UndoableApproval:
        """Take an approval back: the appeal waits for a decision again, and all concerned are told.

        Raises:
            AppealOfOneself: the appeal, or the number, is the admin's own.
            HandledMeanwhile: it was taken back by another admin.
            NothingToUndo, AnswerApproved, UndoTooLate, AppealUsed: as ``find``.
        """
        if tx.one("appeals.lock", appeal_id=appeal_id) is None:
            raise NothingToUndo
        appeal = self._appeals.get(tx, appeal_id)
        if appeal.state != AppealState.APPROVED:
            raise audit.handled(tx, appeal.subject)
        rows = tx.all("appeals.locked_of_vin", vin=appeal.vin)
        preselections = [from_row(row) for row in rows]
        found = self._found(tx, appeal, preselections)
        self._reopen(tx, appeal)
        self._reviews.validate_reviewer(tx, self._reviews.card(tx, appeal_id), chat_id)
        self._stop_selecting(tx, appeal, preselections)
        self._restore_right(tx, appeal, found.outcome)
        tx.run("appeals.restore_set_aside", appeal_id=appeal_id, now=to_millis(tx.now))
        actor = audit.chat_actor(chat_id)
        in_the_way = self._give_number_back(tx, found, reason, actor)
        self._record(tx, appeal, reason, actor)
        return replace(found, in_the_way=in_the_way)

    def _found(self, tx: Tx, appeal: Appeal, preselections: Iterable[Preselection]) -> UndoableApproval:
        outcome, office = outcome_of(appeal), self._offices.get(appeal.office)
        if (
            appeal.state != AppealState.APPROVED
            or outcome is None
            or office is None
            or appeal.ended_at is None
        ):
            raise NothingToUndo
        if appeal.suspicion_id is not None:
            raise AnswerApproved
        until = undo_until(appeal.ended_at, closed_days.calendar_of(tx, office, self._calendar))
        if tx.now >= until:
            raise UndoTooLate(until)
        for one in preselections:
            if one.account_id == appeal.account_id and one.state in _WITH_NUMBER:
                raise AppealUsed(str(one.plate))
        right = tx.one("appeals.right_to", vin=appeal.vin)
        if right is None or right["appeal_id"] != appeal.appeal_id:
            raise NothingToUndo
        ended = self._ended_by(tx, outcome, preselections)
        in_the_way = self._undoing.obstacle(tx, ended, besides=appeal.account_id) if ended else None
        return UndoableApproval(
            appeal=appeal, outcome=outcome, until=until, ended=ended, in_the_way=in_the_way
        )

    def _ended_by(
        self, tx: Tx, outcome: AppealOutcome, preselections: Iterable[Preselection]
    ) -> Undoable | None:
        """Return the reservation that the approval has ended."""
        if not outcome.plate:
            return None
        for one in preselections:
            if one.state in _ENDED and str(one.plate) == outcome.plate and one.reason == SET_ASIDE:
                return self._undoing.find(tx, one, by_appeal=True)
        return None

    def _reopen(self, tx: Tx, appeal: Appeal) -> None:
        try:
            reopened = tx.run("appeals.reopen", appeal_id=appeal.appeal_id, now=to_millis(tx.now))
        except StoreConstraintError:  # the owner has submitted another one about the vehicle
            raise NothingToUndo from None
        if not reopened:
            raise audit.handled(tx, appeal.subject)

    def _stop_selecting(self, tx: Tx, appeal: Appeal, preselections: Iterable[Preselection]) -> None:
        """End a selection that the owner of the appeal has begun for the vehicle."""
        for one in preselections:
            if one.account_id == appeal.account_id and one.state in _SELECTING:
                end_holds(tx, one)
                end_lease(tx, one)
                if one.state == PreselectionState.VERIFIED:
                    move(tx, one, PreselectionState.INFORMED)

    def _restore_right(self, tx: Tx, appeal: Appeal, outcome: AppealOutcome) -> None:
        vin = appeal.required_vin
        before = None if outcome.earlier is None else self._appeals.get(tx, outcome.earlier)
        if before is None or not before.identity_hash:  # that owner's data have been deleted meanwhile
            tx.run("appeals.end_right", vin=vin, appeal_id=appeal.appeal_id)
        else:
            names = {"account_id": before.account_id, "appeal_id": before.appeal_id}
            tx.run("appeals.award", vin=vin, now=to_millis(tx.now), **names)
        chances = {"batches": outcome.batches, "wishes": outcome.wishes}
        tx.run("appeals.take_back_chances", vin=vin, **chances)

    def _give_number_back(self, tx: Tx, found: UndoableApproval, reason: str, actor: str) -> Refusal | None:
        """Give the number of an ended reservation back; return why not, if somebody else has it."""
        ended = found.ended
        if ended is None:
            return None
        if ended.ban is not None:
            lift_cause(tx, ended.ban.ban, ended.ban.cause.cause_id, actor, reason)
        try:
            self._undoing.reinstate(tx, ended)
        except (NumberGone, VehicleGone) as gone:
            end_lease(tx, ended.preselection)
            return gone
        self._undoing.record(tx, ended, reason, actor)
        return None

    def _record(self, tx: Tx, appeal: Appeal, reason: str, actor: str) -> None:
        audit.record(
            tx,
            actor,
            AuditAction.UNDID,
            appeal.subject,
            office=appeal.office,
            deed=Deed.APPROVE,
            reason=reason,
            vin=appeal.vin,
        )
        notification_queue.cancel(tx, appeal.subject)
        notification_queue.plan(
            tx,
            Plan(
                chat_id=self._accounts.by_id(tx, appeal.account_id).chat_id,
                purpose=f"{NotificationPurpose.APPEAL}:{to_millis(tx.now)}",
                subject=appeal.subject,
                due_at=tx.now,
                details={"reason": reason},
            ),
        )
