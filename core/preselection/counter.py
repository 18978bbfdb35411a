"""Actions at the counter: registering, voiding and revoking numbers; identities and user types.

Each is recorded in the audit log with its reason, and the owner concerned is notified (docs/domain.md,
sections 2 and 6).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core import audit
from core.audit import AuditAction
from core.clock import to_millis
from core.errors.accounts import CreditCodeIsUnit, IdentityTaken, UnitNeedsCreditCode
from core.errors.counter import (
    IdentityIsTheirs,
    PlateNotReserved,
    UserTypeHeld,
    VinTailMismatch,
)
from core.errors.desk import HandledMeanwhile
from core.notifications import queue as notification_queue
from core.notifications.queue import NotificationPurpose, Plan
from core.people.accounts import Account, Accounts, UserType
from core.people.ban_causes import causes_of, lift_cause
from core.people.blacklist import running
from core.ports import Tx
from core.preselection import (
    Preselection,
    PreselectionState,
    cancel_draft,
    end,
    from_row,
    get,
    lock_unfinished,
)
from core.preselection.expiry import EndRequest, bar_owner, end_reservation
from core.preselection.identity_sides import ensure_receiver_named
from core.public_journal import chain
from core.public_journal.entries import Event
from core.values.identity import is_credit_code
from core.values.offices import Office
from core.values.plates import Plate
from core.values.vehicles import vin_last_six


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedReservation:
    """A reservation that an admin has ended."""

    preselection: Preselection
    owner: Account
    banned_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityMove:
    """An identity whose document was seen at the counter, on its way to the right chat account."""

    identity: str = field(repr=False)
    account: Account  # the new holder, with the identity that was shown
    holder: int | None  # the account that had it when the confirmation was shown
    reason: str
    actor: str
    typed_name: str = field(default="", repr=False)  # of the new holder, if they have another identity


def reserved_of(tx: Tx, plate: Plate) -> Preselection:
    """Return the reservation of a number, locked.

    Raises:
        PlateNotReserved: it is not reserved; if its reservation has ended, with the actor and the action.
    """
    row = tx.one("preselection.live_of_plate", office=plate.office, kind=plate.kind, serial=plate.serial)
    if row is not None and row["state"] == PreselectionState.RESERVED:
        return from_row(row)
    last = tx.one("preselection.last_of_plate", office=plate.office, kind=plate.kind, serial=plate.serial)
    if last is None:
        raise PlateNotReserved
    done = tx.one("audit.last_of", subject=from_row(last).subject)
    raise PlateNotReserved(by=done["actor"], action=done["action"]) if done else PlateNotReserved


def validate_registration(tx: Tx, plate: Plate, vin: str) -> Preselection:
    """Return the reservation that may be confirmed as registered.

    Args:
        tx: the transaction.
        plate: the number.
        vin: the last six characters of the VIN on the vehicle's papers, or the whole VIN.

    Raises:
        PlateNotReserved: it is not reserved, or it is registered already.
        VinTailMismatch: the VIN differs.
    """
    reserved = reserved_of(tx, plate)
    if vin not in {reserved.required_vin, vin_last_six(reserved.required_vin)}:
        raise VinTailMismatch
    return reserved


def validate_change_of_type(account: Account, user_type: UserType) -> None:
    """Check a change of the user type before its confirmation is shown.

    Raises:
        UserTypeHeld: the account has this type already.
        UnitNeedsCreditCode, CreditCodeIsUnit: as ``validate_user_type``.
    """
    validate_user_type(account, user_type)
    if account.user_type == user_type:
        raise UserTypeHeld


def validate_user_type(account: Account, user_type: UserType) -> None:
    """Check that a user type fits the identity.

    Raises:
        UnitNeedsCreditCode: a unit without a unified social credit code.
        CreditCodeIsUnit: another type for an account with such a code, or one that is registering as a unit.
    """
    has_code = is_credit_code(account.identity) if account.identity else False
    if user_type == UserType.UNIT and not has_code:
        raise UnitNeedsCreditCode
    if user_type != UserType.UNIT and (has_code or (account.is_unit and not account.identity)):
        raise CreditCodeIsUnit


class Counter:
    """Registers and ends reservations, and corrects accounts."""

    def __init__(self, accounts: Accounts, offices: Mapping[str, Office]) -> None:
        self._accounts = accounts
        self._offices = offices

    def register(self, tx: Tx, plate: Plate, vin: str, *, actor: str) -> Preselection:
        """Record that the number is registered on its vehicle (/confirm).

        Raises:
            PlateNotReserved, VinTailMismatch: as ``validate_registration``; nothing changes.
        """
        return self.register_locked(tx, validate_registration(tx, plate, vin), actor)

    def register_locked(self, tx: Tx, reserved: Preselection, actor: str) -> Preselection:
        """Record that the number of a locked reservation is registered on its vehicle.

        Raises:
            PlateNotReserved: it has ended meanwhile.
        """
        if not end(tx, reserved, PreselectionState.REGISTERED):
            raise PlateNotReserved
        head = chain.lock(tx, reserved.office, reserved.kind)
        tx.run(
            "pool.register",
            office=reserved.office,
            kind=reserved.kind,
            serial=reserved.serial,
            preselection_id=reserved.preselection_id,
            now=to_millis(tx.now),
        )
        chain.append(tx, reserved.office, reserved.kind, head, Event.CONFIRMED, number=reserved.serial)
        notification_queue.cancel(tx, reserved.subject)
        audit.record(
            tx,
            actor,
            AuditAction.REGISTERED,
            reserved.subject,
            office=reserved.office,
            plate=str(reserved.plate),
        )
        chat_id = self._accounts.by_id(tx, reserved.account_id).chat_id
        self._tell(tx, chat_id, NotificationPurpose.REGISTERED, reserved.subject, {})
        return get(tx, reserved.preselection_id)

    def void(self, tx: Tx, plate: Plate, reason: str, actor: str) -> EndedReservation:
        """The data were wrong: the number is void, and its owner barred (L).

        Raises:
            PlateNotReserved: it is not reserved.
        """
        ended = self.set_aside(tx, reserved_of(tx, plate), reason, actor, bar=True)
        until = ended.banned_until
        details = {} if until is None else {"until": to_millis(until)}
        subject = ended.preselection.subject
        self._tell(tx, ended.owner.chat_id, NotificationPurpose.VOIDED, subject, details)
        return ended

    def revoke(self, tx: Tx, plate: Plate, reason: str, actor: str) -> EndedReservation:
        """Cancel a reservation without barring its owner.

        Raises:
            PlateNotReserved: it is not reserved.
        """
        ended = self.set_aside(tx, reserved_of(tx, plate), reason, actor, bar=False)
        self._tell(tx, ended.owner.chat_id, NotificationPurpose.REVOKED, ended.preselection.subject, {})
        return ended

    def set_user_type(
        self, tx: Tx, account: Account, user_type: UserType, actor: str, reason: str = ""
    ) -> bool:
        """Set the user type that an admin has checked against documents; return whether it changed.

        Args:
            tx: the transaction.
            account: the account as it was shown to the admin.
            user_type: the new type.
            actor: the admin.
            reason: for the audit log; empty for none.

        Raises:
            HandledMeanwhile: the type has changed since.
            UnitNeedsCreditCode, CreditCodeIsUnit: as ``validate_user_type``.
        """
        validate_user_type(account, user_type)
        if user_type == account.user_type:
            return False
        changed = tx.run(
            "accounts.set_user_type",
            account_id=account.account_id,
            user_type=user_type,
            seen=account.user_type,
            now=to_millis(tx.now),
        )
        if not changed:
            raise audit.handled(tx, account.subject, AuditAction.SET_USER_TYPE)
        audit.record(
            tx,
            actor,
            AuditAction.SET_USER_TYPE,
            account.subject,
            office=account.office,
            **{"from": account.user_type, "to": user_type, **({"reason": reason} if reason else {})},
        )
        details = {"to": user_type}
        self._tell(tx, account.chat_id, NotificationPurpose.USER_TYPE, account.subject, details)
        return True

    def move_identity(self, tx: Tx, move: IdentityMove) -> Account | None:
        """Give an identity, whose document was seen at the counter, to the right chat account.

        The previous holder loses it, with their registration and their unfinished preselection; a ban that
        they caused in its name is lifted. Their reservations stay until an admin ends them.

        Returns:
            The previous holder, or None.

        Raises:
            IdentityIsTheirs: it is this account's already.
            ReceiverNotNamed: the new holder has another identity, and their name was not typed.
            HandledMeanwhile: the holder, or the new holder's identity, has changed since the confirmation
                was shown.
        """
        ensure_receiver_named(move.account, move.identity, move.typed_name)
        digest = self._accounts.identity_hash(move.identity)
        holder = self._accounts.by_identity(tx, digest)
        if holder is not None and holder.account_id == move.account.account_id == move.holder:
            raise IdentityIsTheirs
        if (holder.account_id if holder else None) != move.holder:
            raise self._moved_meanwhile(tx, move, holder)
        if holder is not None:
            self._take_identity(tx, holder, move.actor)
            self._lift_what_they_earned(tx, digest, holder, move.actor, move.reason)
        try:
            self._accounts.receive_identity(tx, move.account, move.identity)
        except IdentityTaken:
            raise HandledMeanwhile from None  # taken just now: the audit log can no longer be read
        except IdentityIsTheirs:
            raise self._moved_meanwhile(tx, move, move.account) from None
        audit.record(
            tx,
            move.actor,
            AuditAction.RECEIVED_IDENTITY,
            move.account.subject,
            office=move.account.office,
            **{"reason": move.reason, "from": move.holder},
        )
        self._tell(
            tx, move.account.chat_id, NotificationPurpose.IDENTITY, move.account.subject, {"given": True}
        )
        return holder

    def _moved_meanwhile(self, tx: Tx, move: IdentityMove, holder: Account | None) -> HandledMeanwhile:
        if holder is not None:
            return audit.handled(tx, holder.subject, AuditAction.RECEIVED_IDENTITY)
        return audit.handled(tx, audit.account_subject(move.holder or 0), AuditAction.LOST_IDENTITY)

    def _take_identity(self, tx: Tx, holder: Account, actor: str) -> None:
        if not self._accounts.lose_identity(tx, holder):
            raise audit.handled(tx, holder.subject, AuditAction.LOST_IDENTITY)
        draft = lock_unfinished(tx, holder)
        if draft is not None:  # a number that was taken meanwhile stays until an admin ends it
            cancel_draft(tx, draft, actor, AuditAction.DROPPED_DRAFT)
        audit.record(tx, actor, AuditAction.LOST_IDENTITY, holder.subject, office=holder.office)
        self._tell(tx, holder.chat_id, NotificationPurpose.IDENTITY, holder.subject, {"given": False})

    def _lift_what_they_earned(self, tx: Tx, digest: bytes, holder: Account, actor: str, reason: str) -> None:
        ban = running(tx, digest)
        for cause in causes_of(tx, ban) if ban is not None else ():
            earned = cause.preselection_id is not None and get(tx, cause.preselection_id).account_id
            ban = running(tx, digest)
            if ban is not None and earned == holder.account_id:
                lift_cause(tx, ban, cause.cause_id, actor, reason)

    def set_aside(
        self, tx: Tx, reserved: Preselection, reason: str, actor: str, *, bar: bool
    ) -> EndedReservation:
        """End a reservation that is locked, with or without a ban; the caller notifies the owner.

        Raises:
            PlateNotReserved: it has ended meanwhile.
        """
        office = self._offices.get(reserved.office)
        target = PreselectionState.VOID if bar else PreselectionState.CANCELLED
        wanted = EndRequest(office=office, target=target, actor=actor, reason=reason)
        if not end_reservation(tx, reserved, wanted):
            raise PlateNotReserved
        owner = self._accounts.by_id(tx, reserved.account_id)
        until = bar_owner(tx, reserved, owner, wanted) if bar else None
        return EndedReservation(
            preselection=get(tx, reserved.preselection_id), owner=owner, banned_until=until
        )

    def _tell(
        self, tx: Tx, chat_id: int, purpose: NotificationPurpose, subject: str, details: Mapping[str, object]
    ) -> None:
        """Tell an owner of something that may happen more than once."""
        purpose_now = f"{purpose}:{to_millis(tx.now)}"
        notification_queue.plan(
            tx,
            Plan(chat_id=chat_id, purpose=purpose_now, subject=subject, due_at=tx.now, details=details),
        )
