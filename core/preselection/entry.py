"""Phase 1 and the verification of step 4 (docs/domain.md, section 3)."""

from datetime import datetime, timedelta

from core import audit
from core.audit import AuditAction
from core.availability.maintenance import ensure_open
from core.clock import to_millis
from core.errors.accounts import NotThisUserType
from core.errors.preselection import (
    DataIncomplete,
    StepOutOfOrder,
    VinAwarded,
    VinBeingSelected,
    VinPreselected,
    VinRegistered,
)
from core.people.accounts import Account
from core.people.blacklist import ensure_not_banned
from core.people.verification import CheckResult, CodeBinding, CodePurpose, Verification
from core.ports import Tx
from core.preselection.leases import cancel_draft, let_go
from core.preselection.model import UNFINISHED, Papers, Preselection, PreselectionState, get, move, unfinished
from core.registry.lookup import VehicleRegistry
from core.values.offices import Office
from core.values.plates import PlateKind


class Preselections:
    """Phase 1 and the verification of step 4; every method is one step of a transaction."""

    def __init__(self, vehicle_registry: VehicleRegistry, verification: Verification) -> None:
        self._vehicle_registry = vehicle_registry
        self._verification = verification

    def choose(self, tx: Tx, account: Account, office: Office, kind: PlateKind) -> Preselection:
        """Step 1: begin at an office with a plate kind, or go over to another.

        Raises:
            NotThisUserType: this user selects only at the office of registration.
            Blacklisted: until when, and why.
        """
        ensure_not_banned(tx, account.identity_hash)
        if not account.selects_at(office.code):
            raise NotThisUserType(user_type=account.user_type)
        now = to_millis(tx.now)
        current = self._unfinished(tx, account)
        if current is None:
            row = tx.one(
                "preselection.add", account_id=account.account_id, office=office.code, kind=kind, now=now
            )
            started = get(tx, row["preselection_id"] if row else 0)
            audit.record(
                tx, account.actor, AuditAction.BEGAN, started.subject, office=started.office, kind=kind
            )
            return started
        let_go(tx, current)
        self._changed(
            tx.run(
                "preselection.rechoose",
                preselection_id=current.preselection_id,
                office=office.code,
                kind=kind,
                now=now,
            )
        )
        changed = get(tx, current.preselection_id)
        audit.record(
            tx, account.actor, AuditAction.RECHOSE, changed.subject, office=changed.office, kind=kind
        )
        return changed

    def agree(self, tx: Tx, account: Account, preselection_id: int) -> None:
        """Step 1 ends: the notice (业务须知) has been read and agreed to."""
        preselection = get(tx, preselection_id, lock=True)
        if preselection.state != PreselectionState.DRAFT:
            raise StepOutOfOrder
        move(tx, preselection, PreselectionState.INFORMED)
        audit.record(
            tx, account.actor, AuditAction.AGREED_TO_NOTICE, preselection.subject, office=preselection.office
        )

    def enter_vin(self, tx: Tx, preselection_id: int, vin: str) -> None:
        """Step 2: the vehicle, its VIN judged by form already.

        Raises:
            VinPreselected: it has a living preselection.
            VinRegistered: it has a number.
            VinAwarded: an appeal has found somebody else to be its owner.
            VehicleUnknown: the registry does not know it.
            KindMismatch: the registry holds another plate kind for it.
            StepOutOfOrder: the data are not being entered.
        """
        preselection = self._correctable(tx, preselection_id)
        self._validate_vin(tx, vin, preselection)
        self._changed(
            tx.run(
                "preselection.set_vin",
                preselection_id=preselection_id,
                vin=vin,
                now=to_millis(tx.now),
            )
        )

    def enter_certificate(self, tx: Tx, preselection_id: int, papers: Papers) -> None:
        """Step 2: the certificate, judged by form already.

        Raises:
            CertificateMismatch: the registry holds another one for the vehicle.
            StepOutOfOrder: the data are not being entered.
        """
        preselection = self._correctable(tx, preselection_id)
        self._vehicle_registry.validate_certificate(tx, preselection.required_vin, papers.certificate)
        self._changed(
            tx.run(
                "preselection.set_certificate",
                preselection_id=preselection_id,
                certificate_kind=papers.certificate_kind,
                certificate=papers.certificate,
                now=to_millis(tx.now),
            )
        )

    def confirm(self, tx: Tx, account: Account, preselection_id: int) -> None:
        """Step 2 ends: the data were shown back and are right.

        Raises:
            DataIncomplete: something is missing.
            StepOutOfOrder: the data are not being entered.
            VinPreselected, VinRegistered, VinAwarded, CertificateMismatch: as when they were entered.
        """
        preselection = self._correctable(tx, preselection_id)
        if not (preselection.vin and preselection.certificate_kind and preselection.certificate):
            raise DataIncomplete
        ensure_not_banned(tx, account.identity_hash)
        self._validate_vin(tx, preselection.vin, preselection)
        self._vehicle_registry.validate_certificate(tx, preselection.vin, preselection.certificate)
        move(tx, preselection, PreselectionState.AGREED)
        tx.run("vehicles.add", vin=preselection.vin)
        audit.record(
            tx, account.actor, AuditAction.CONFIRMED_DATA, preselection.subject, office=preselection.office
        )

    def correct(self, tx: Tx, preselection_id: int) -> None:
        """Go back to step 2, to correct what was entered."""
        preselection = get(tx, preselection_id, lock=True)
        if preselection.state == PreselectionState.DRAFT:
            raise StepOutOfOrder  # the notice has not been agreed to
        if preselection.state != PreselectionState.INFORMED:
            let_go(tx, preselection)
            move(tx, preselection, PreselectionState.INFORMED)

    def validate_start(self, tx: Tx, preselection: Preselection) -> None:
        """Refuse to start a selection for a vehicle that cannot be given a number now.

        Raises:
            VinPreselected, VinRegistered, VinAwarded: as when it was entered.
            VinBeingSelected: somebody else is selecting for it.
        """
        self._validate_vin(tx, preselection.required_vin, preselection)
        lease = tx.one("preselection.lease_of", vin=preselection.vin)
        if (
            lease is not None
            and lease["preselection_id"] != preselection.preselection_id
            and lease["until"] >= to_millis(tx.now)
        ):
            raise VinBeingSelected(preselection.required_vin)

    def code_binding(self, account: Account, preselection: Preselection) -> CodeBinding:
        """Return what the code of step 4 is bound to: owner, telephone, VIN and office."""
        return CodeBinding(
            account=account,
            purpose=CodePurpose.PRESELECTION,
            phone=account.phone,
            vin=preselection.required_vin,
            office=preselection.office,
        )

    def verify(
        self,
        tx: Tx,
        account: Account,
        preselection_id: int,
        typed: str,
        *,
        office: Office,
        received_at: datetime,
    ) -> CheckResult:
        """Step 4: judge the code; a right one starts the selection for the vehicle.

        Raises:
            OfficeClosed, InMaintenance: the office has stopped serving since the code was asked for.
            VinBeingSelected: somebody else has started meanwhile.
            CodeExpired, CodeForm, CodeLocked, NoCodeYet: from the code itself.
        """
        preselection = get(tx, preselection_id, lock=True)
        if preselection.state != PreselectionState.AGREED:
            raise StepOutOfOrder
        ensure_open(tx, office, received_at)
        result = self._verification.check(
            tx, self.code_binding(account, preselection), typed, received_at=received_at
        )
        if result.right:
            ensure_not_banned(tx, account.identity_hash)
            self.validate_start(tx, preselection)
            self._start(tx, account, preselection, office)
        return result

    def lapse(self, tx: Tx, preselection_id: int) -> None:
        """Go back from a verification that has run out.

        What is held ends by its own clocks, so that whoever verifies again at once still finds it; whoever
        leaves instead gives it back at once, as from a verification that holds.
        """
        preselection = get(tx, preselection_id, lock=True)
        if preselection.state == PreselectionState.VERIFIED:
            move(tx, preselection, PreselectionState.AGREED)

    def abandon(self, tx: Tx, account: Account, preselection_id: int) -> None:
        """Drop what was begun, before there is a number (/cancel), with what it holds of a vehicle.

        Used chances stay used.
        """
        preselection = get(tx, preselection_id, lock=True)
        if preselection.state not in UNFINISHED:
            raise StepOutOfOrder
        cancel_draft(tx, preselection, account.actor, AuditAction.ABANDONED)

    def _correctable(self, tx: Tx, preselection_id: int) -> Preselection:
        preselection = get(tx, preselection_id, lock=True)
        if preselection.state != PreselectionState.INFORMED:
            raise StepOutOfOrder
        return preselection

    def _unfinished(self, tx: Tx, account: Account) -> Preselection | None:
        """Return what an owner has begun, locked; None where it has ended while the lock was waited for."""
        found = unfinished(tx, account)
        if found is None:
            return None
        locked = get(tx, found.preselection_id, lock=True)
        return locked if locked.state in UNFINISHED else None

    def _changed(self, rows: int) -> None:
        if not rows:
            raise StepOutOfOrder

    def _validate_vin(self, tx: Tx, vin: str, asking: Preselection) -> None:
        row = tx.one("preselection.live_of_vin", vin=vin)
        if row is not None:
            raise VinRegistered(vin) if row["state"] == PreselectionState.REGISTERED else VinPreselected(vin)
        right = tx.one("appeals.right_to", vin=vin)
        if right is not None and right["account_id"] != asking.account_id:
            raise VinAwarded(vin)
        self._vehicle_registry.validate_vin(tx, vin, asking.kind, exempt=right is not None)

    def _start(self, tx: Tx, account: Account, preselection: Preselection, office: Office) -> None:
        until = tx.now + timedelta(minutes=office.idle_minutes)
        lease = tx.one(
            "preselection.lease",
            vin=preselection.vin,
            preselection_id=preselection.preselection_id,
            until=to_millis(until),
            now=to_millis(tx.now),
        )
        if lease is None:
            raise VinBeingSelected(preselection.required_vin)
        # Once more, now that nobody else can reserve for it: somebody may have, since it was looked at.
        self._validate_vin(tx, preselection.required_vin, preselection)
        tx.run("preselection.verify", preselection_id=preselection.preselection_id, now=to_millis(tx.now))
        audit.record(
            tx, account.actor, AuditAction.VERIFIED, preselection.subject, office=preselection.office
        )
