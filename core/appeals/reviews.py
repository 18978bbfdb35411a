"""Deciding appeals: the card, and what an approval sets aside and restores (docs/domain.md, section 7).

A decision is final: the first transition out of ``pending`` wins. An approval is checked against the
obstacles shown on the card; if these have changed in the meantime, the card is shown again instead.

Lock order: the appeal, then, as everywhere, preselections, lease, vehicle, plates. All preselections of
others that could still get a number for the vehicle are locked first: a concurrent verification or
reservation either commits before, and is seen, or runs after, and finds the vehicle awarded.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from core import audit
from core.appeals.model import Appeal, AppealState, Superseded
from core.appeals.obstacles import Obstacles, obstacles
from core.appeals.submission import Appeals
from core.audit import AuditAction
from core.clock import moment_or_none, to_millis
from core.errors.appeals import AppealDecided, AppealMoved, AppealOfOneself, PhotosNotSeen
from core.notifications import queue as notification_queue
from core.notifications.queue import NotificationPurpose, Plan
from core.people.accounts import Account, Accounts
from core.people.blacklist import Ban, running
from core.ports import Tx
from core.preselection import Preselection, PreselectionState, end_holds, end_lease, from_row, move
from core.preselection.counter import Counter
from core.preselection.expiry import SET_ASIDE
from core.registry.lookup import VehicleRegistry
from core.suspicion import Suspicion, find_suspicion
from core.suspicion.decisions import Decisions
from core.values.vehicles import vin_last_six


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a reviewer sees of an appeal."""

    appeal: Appeal
    owner: Account
    ban: Ban | None  # the owner's running ban; an approval does not lift it
    obstacles: Obstacles
    holder: Account | None  # the holder of the conflicting number, or who is selecting
    others: int  # other pending appeals about this vehicle
    suspicion: Suspicion | None  # what it answers; its approval then sets nothing aside but the suspension


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealOutcome:
    """What an approval set aside and restored."""

    plate: str = ""  # the number of an ended reservation: 粤K·A1234
    banned_until: datetime | None = None  # the end of its owner's ban
    kept_plate: str = ""  # a registered number, which stays registered but no longer counts for this VIN
    selecting: bool = False  # another owner was selecting
    registry: bool = False  # the registry said that the vehicle has a number
    earlier: int | None = None  # an appeal that had awarded the vehicle to another owner
    batches: int = 0  # restored quota
    wishes: int = 0

    @property
    def values(self) -> Mapping[str, object]:
        """The outcome as it is stored in JSON, and in the audit log."""
        until = self.banned_until
        return {
            "plate": self.plate,
            "banned_until": None if until is None else to_millis(until),
            "kept_plate": self.kept_plate,
            "selecting": self.selecting,
            "registry": self.registry,
            "earlier": self.earlier,
            "batches": self.batches,
            "wishes": self.wishes,
        }


def outcome_of(appeal: Appeal) -> AppealOutcome | None:
    """Return the outcome of an approval; None if the appeal is not approved."""
    if appeal.outcome is None:
        return None
    told = json.loads(appeal.outcome)
    until = told.pop("banned_until")
    return AppealOutcome(banned_until=moment_or_none(until), **told)


def _note_outcome(tx: Tx, appeal: Appeal, outcome: AppealOutcome) -> None:
    stored = json.dumps(outcome.values, ensure_ascii=False, sort_keys=True)
    tx.run("appeals.note_outcome", appeal_id=appeal.appeal_id, outcome=stored)


def _photos_of(appeal: Appeal) -> dict[str, object]:
    """Return for the audit log that an appeal has no photos, or only one; nothing if it has both."""
    return {} if appeal.missing_photo is None else {"photos": len(appeal.photos)}


def _record_loss(tx: Tx, appeal: Appeal, lost: Preselection, actor: str) -> None:
    audit.record(
        tx, actor, AuditAction.LOST_VEHICLE, lost.subject, office=lost.office, appeal=appeal.appeal_id
    )


class Reviews:
    """The reviewers' operations on appeals; every method runs within the caller's transaction."""

    def __init__(
        self,
        appeals: Appeals,
        accounts: Accounts,
        counter: Counter,
        vehicle_registry: VehicleRegistry,
        decisions: Decisions,
    ) -> None:
        self._appeals = appeals
        self._accounts = accounts
        self._counter = counter
        self._vehicle_registry = vehicle_registry
        self._decisions = decisions

    def card(self, tx: Tx, appeal_id: int) -> Card:
        """Return what a reviewer sees of an appeal, without what a registry knows that does not answer.

        Raises:
            AppealUnknown: the id is unknown.
            AppealDecided: it is no longer pending.
        """
        return self._card_of(tx, self._waiting(tx, appeal_id), only_read=True)

    def card_to_approve(self, tx: Tx, appeal_id: int) -> Card:
        """Return what an approval is decided by; raises as ``card``.

        The answer to a suspicion sets nothing aside, so that its approval needs no registry.
        """
        appeal = self._waiting(tx, appeal_id)
        return self._card_of(tx, appeal, only_read=appeal.suspicion_id is not None)

    def validate_reviewer(self, tx: Tx, card: Card, chat_id: int) -> None:
        """Reject reviewers who would decide their own case.

        Raises:
            AppealOfOneself: the appeal or the conflicting number is theirs, by chat account or by
                identity.
        """
        own = self._accounts.find(tx, chat_id)
        parties = (card.owner, card.holder)
        hashes = {party.identity_hash for party in parties if party} | {card.appeal.identity_hash}
        if any(party is not None and party.chat_id == chat_id for party in parties):
            raise AppealOfOneself
        if own is not None and own.identity_hash is not None and own.identity_hash in hashes:
            raise AppealOfOneself

    def record_viewing(self, tx: Tx, appeal_id: int, chat_id: int) -> None:
        """Record that a reviewer was shown the photos of an appeal."""
        tx.run("appeals.saw", appeal_id=appeal_id, chat_id=chat_id, now=to_millis(tx.now))

    def ensure_viewed(self, tx: Tx, appeal_id: int, chat_id: int) -> None:
        """Require that a reviewer has seen the photos, before the question is shown.

        Raises:
            PhotosNotSeen: they were not shown since the appeal was submitted, or since it waits again.
        """
        if tx.one("appeals.has_seen", appeal_id=appeal_id, chat_id=chat_id) is None:
            raise PhotosNotSeen

    def reject(self, tx: Tx, appeal_id: int, answer: str, chat_id: int) -> Appeal:
        """Reject an appeal, with a reason for its owner.

        Raises:
            AppealUnknown: the id is unknown.
            AppealDecided: it is no longer pending.
            AppealOfOneself: it is the reviewer's own.
            PhotosNotSeen: the reviewer has not seen the photos.
        """
        card = self.card(tx, appeal_id)
        self.validate_reviewer(tx, card, chat_id)
        actor = audit.chat_actor(chat_id)
        self._decide(tx, card.appeal, AppealState.REJECTED, chat_id, answer=answer)
        audit.record(
            tx,
            actor,
            AuditAction.REJECTED_APPEAL,
            card.appeal.subject,
            office=card.appeal.office,
            reason=answer,
        )
        self._tell_owner(tx, card)
        return self._appeals.get(tx, appeal_id)

    def approve(self, tx: Tx, appeal_id: int, chat_id: int, *, expected: str, bar: bool) -> AppealOutcome:
        """Approve an appeal: set aside the obstacles, and restore the vehicle's quota.

        Args:
            tx: the transaction.
            appeal_id: the appeal.
            chat_id: the reviewer's chat.
            expected: ``Obstacles.digest`` of what the reviewer was shown.
            bar: whether to ban the owner of the conflicting number.

        Raises:
            AppealUnknown: the id is unknown.
            AppealDecided: it is no longer pending.
            AppealOfOneself: it, or the conflicting number, is the reviewer's own.
            PhotosNotSeen: the reviewer has not seen the photos.
            AppealMoved: the obstacles have changed since they were shown.
        """
        appeal = self._waiting(tx, appeal_id)
        actor = audit.chat_actor(chat_id)
        self._decide(tx, appeal, AppealState.APPROVED, chat_id)
        if appeal.suspicion_id is not None:
            return self._resume(tx, appeal, chat_id)
        others = self._lock_others(tx, appeal)
        card = self._card_of(tx, appeal)
        self.validate_reviewer(tx, card, chat_id)
        if card.obstacles.digest != expected:
            raise AppealMoved
        self._give(tx, appeal, others)
        outcome = self._set_aside(tx, appeal, card.obstacles, others, actor, bar=bar)
        _note_outcome(tx, appeal, outcome)
        audit.record(
            tx,
            actor,
            AuditAction.APPROVED_APPEAL,
            appeal.subject,
            office=appeal.office,
            vin=appeal.vin,
            **outcome.values,
            **_photos_of(appeal),
        )
        self._tell_owner(tx, card)
        return outcome

    def _resume(self, tx: Tx, appeal: Appeal, chat_id: int) -> AppealOutcome:
        """End the suspensions of an owner whose answer is approved; nobody else is concerned."""
        card, actor = self._card_of(tx, appeal, only_read=True), audit.chat_actor(chat_id)
        self.validate_reviewer(tx, card, chat_id)
        outcome = AppealOutcome()
        _note_outcome(tx, appeal, outcome)
        reason = f"申诉 {appeal.appeal_id} 审核通过"
        self._decisions.end_suspensions(tx, appeal.account_id, reason, actor)
        audit.record(
            tx,
            actor,
            AuditAction.APPROVED_APPEAL,
            appeal.subject,
            office=appeal.office,
            vin=appeal.vin,
            suspicion=appeal.suspicion_id,
            **_photos_of(appeal),
        )
        self._tell_owner(tx, card)
        return outcome

    def _waiting(self, tx: Tx, appeal_id: int) -> Appeal:
        appeal = self._appeals.get(tx, appeal_id)
        if appeal.state != AppealState.PENDING:
            raise self._ended(tx, appeal)
        return appeal

    def _ended(self, tx: Tx, appeal: Appeal) -> AppealDecided:
        owner = self._accounts.by_id(tx, appeal.account_id)
        return AppealDecided(appeal.decided_by or owner.actor, appeal.state)

    def _decide(
        self, tx: Tx, appeal: Appeal, target: AppealState, chat_id: int, *, answer: str | None = None
    ) -> None:
        changed = tx.run(
            "appeals.decide",
            appeal_id=appeal.appeal_id,
            target=target,
            actor=audit.chat_actor(chat_id),
            chat_id=chat_id,
            answer=answer,
            outcome="{}" if target == AppealState.APPROVED else None,
            now=to_millis(tx.now),
        )
        if not changed:
            now = self._appeals.get(tx, appeal.appeal_id)
            raise PhotosNotSeen if now.state == AppealState.PENDING else self._ended(tx, now)

    def _lock_others(self, tx: Tx, appeal: Appeal) -> list[Preselection]:
        rows = tx.all("appeals.others_of_vin", vin=appeal.vin, account_id=appeal.account_id)
        return [from_row(row) for row in rows]

    def _card_of(self, tx: Tx, appeal: Appeal, *, only_read: bool = False) -> Card:
        vin, account_id = appeal.required_vin, appeal.account_id
        found = obstacles(tx, self._vehicle_registry, vin, account_id, only_read=only_read)
        in_the_way = found.holder or found.selecting
        owner = self._accounts.by_id(tx, appeal.account_id)
        others = tx.one("appeals.others_waiting", vin=appeal.vin, appeal_id=appeal.appeal_id)
        return Card(
            appeal=appeal,
            owner=owner,
            ban=running(tx, owner.identity_hash),
            obstacles=found,
            holder=self._accounts.by_id(tx, in_the_way.account_id) if in_the_way else None,
            others=others["appeals"] if others else 0,
            suspicion=find_suspicion(tx, appeal.suspicion_id) if appeal.suspicion_id is not None else None,
        )

    def _give(self, tx: Tx, appeal: Appeal, others: list[Preselection]) -> None:
        """Award the vehicle to the owner exclusively, with the full quota."""
        for preselection in others:
            end_lease(tx, preselection)
        tx.run("vehicles.add", vin=appeal.vin)
        tx.run("appeals.give_back_chances", vin=appeal.vin)
        tx.run(
            "appeals.award",
            vin=appeal.vin,
            account_id=appeal.account_id,
            appeal_id=appeal.appeal_id,
            now=to_millis(tx.now),
        )

    def _set_aside(
        self,
        tx: Tx,
        appeal: Appeal,
        found: Obstacles,
        others: list[Preselection],
        actor: str,
        *,
        bar: bool,
    ) -> AppealOutcome:
        self._stop_selecting(tx, appeal, others, actor)
        if found.selecting is not None:
            self._tell_other(tx, appeal, found.selecting, {"was": Superseded.SELECTING})
        outcome = AppealOutcome(
            selecting=found.selecting is not None,
            registry=found.registered,
            earlier=found.awarded_by,
            batches=found.batches_used,
            wishes=found.wishes_used,
        )
        if found.holder is None:
            return outcome
        plate = str(found.holder.plate)
        if found.holder.state == PreselectionState.RESERVED:
            until = self._end_reservation(tx, appeal, found.holder, actor, bar=bar)
            return replace(outcome, plate=plate, banned_until=until)
        tx.run(
            "appeals.set_aside",
            preselection_id=found.holder.preselection_id,
            appeal_id=appeal.appeal_id,
            now=to_millis(tx.now),
        )
        _record_loss(tx, appeal, found.holder, actor)
        self._tell_other(tx, appeal, found.holder, {"was": Superseded.REGISTERED})
        return replace(outcome, kept_plate=plate)

    def _stop_selecting(self, tx: Tx, appeal: Appeal, others: list[Preselection], actor: str) -> None:
        for preselection in others:
            # One whose verification has lapsed may still hold numbers.
            if preselection.state in {PreselectionState.AGREED, PreselectionState.VERIFIED}:
                end_holds(tx, preselection)
            if preselection.state == PreselectionState.VERIFIED:
                move(tx, preselection, PreselectionState.INFORMED)
                _record_loss(tx, appeal, preselection, actor)

    def _end_reservation(
        self, tx: Tx, appeal: Appeal, reserved: Preselection, actor: str, *, bar: bool
    ) -> datetime | None:
        ended = self._counter.set_aside(tx, reserved, SET_ASIDE, actor, bar=bar)
        until = ended.banned_until
        details: dict[str, object] = {"was": Superseded.RESERVED}
        if until is not None:
            details["until"] = to_millis(until)
        self._tell_other(tx, appeal, reserved, details)
        return until

    def _tell_owner(self, tx: Tx, card: Card) -> None:
        notification_queue.plan(
            tx,
            Plan(
                chat_id=card.owner.chat_id,
                purpose=f"{NotificationPurpose.APPEAL}:{to_millis(tx.now)}",  # it may be decided again
                subject=card.appeal.subject,
                due_at=tx.now,
            ),
        )

    def _tell_other(
        self, tx: Tx, appeal: Appeal, preselection: Preselection, details: Mapping[str, object]
    ) -> None:
        notification_queue.plan(
            tx,
            Plan(
                chat_id=self._accounts.by_id(tx, preselection.account_id).chat_id,
                purpose=f"{NotificationPurpose.SUPERSEDED}:{to_millis(tx.now)}",
                subject=appeal.subject,
                due_at=tx.now,
                details={
                    "preselection": preselection.preselection_id,
                    "tail": vin_last_six(appeal.required_vin),
                    **details,
                },
            ),
        )
