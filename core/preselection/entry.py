"""Steps 1 to 4 of a preselection: office and kind, vehicle data, verification (docs/domain.md, section 3)."""

from datetime import datetime, timedelta

from core import audit
from core.audit import AuditAction
from core.availability.maintenance import ensure_open
from core.clock import to_millis
from core.errors.accounts import NotThisUserType, PhoneLost
from core.errors.preselection import (
    DataIncomplete,
    StepOutOfOrder,
    VinAwarded,
    VinBeingSelected,
    VinPreselected,
    VinRegistered,
)
from core.errors.selection import ChancesUsedUp
from core.people.accounts import Account
from core.people.blacklist import ensure_not_banned
from core.people.probes import ensure_may_ask
from core.people.verification import CheckResult, CodeBinding, CodePurpose, Verification
from core.ports import Tx
from core.preselection.kind_opening import KindOpening, kind_opening
from core.preselection.leases import cancel_draft, let_go
from core.preselection.living import ensure_may_reserve
from core.preselection.model import (
    UNFINISHED,
    Papers,
    Preselection,
    PreselectionState,
    get,
    lock_unfinished,
    move,
)
from core.preselection.quotas import remaining_quota
from core.registry.lookup import VehicleRegistry
from core.values.offices import Office
from core.values.plates import PlateKind


class Preselections:
    """Phase 1 and the verification of step 4; every method runs inside the caller's transaction."""

    def __init__(
        self, vehicle_registry: VehicleRegistry, verification: Verification, most_living: int | None = None
    ) -> None:
        self._vehicle_registry = vehicle_registry
        self._verification = verification
        self._most_living = most_living

    def choose(self, tx: Tx, account: Account, office: Office, kind: PlateKind) -> Preselection:
        """Step 1: choose an office and a plate kind, or change them.

        Raises:
            NotThisUserType: this user may select only at the office where the account is registered.
            Blacklisted: the owner is banned; with the end and the reason.
            TooManyLiving: the account has as many reserved numbers as it may have.
        """
        ensure_not_banned(tx, account.identity_hash)
        ensure_may_reserve(tx, account.account_id, self._most_living)
        if not account.selects_at(office.code):
            raise NotThisUserType(user_type=account.user_type)
        now = to_millis(tx.now)
        current = lock_unfinished(tx, account)
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
        """End step 1: the owner has agreed to the notice (业务须知)."""
        preselection = get(tx, preselection_id, lock=True)
        if preselection.state != PreselectionState.DRAFT:
            raise StepOutOfOrder
        move(tx, preselection, PreselectionState.INFORMED)
        audit.record(
            tx, account.actor, AuditAction.AGREED_TO_NOTICE, preselection.subject, office=preselection.office
        )

    def enter_vin(self, tx: Tx, preselection_id: int, vin: str) -> None:
        """Step 2: set the vehicle. The form of the VIN has been validated.

        Raises:
            VinPreselected: it has a reservation.
            VinRegistered: it has a number.
            VinAwarded: an appeal has recognised another account as its owner.
            VehicleUnknown: the registry does not contain it.
            KindMismatch: the registry holds another plate kind for it.
            ProbedTooOften: the chat has typed too many values of others, and has to wait.
            StepOutOfOrder: the data are not being entered.
        """
        preselection = self._correctable(tx, preselection_id)
        _ensure_may_ask(tx, preselection)
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
        """Step 2: set the certificate. Its form has been validated.

        Raises:
            CertificateMismatch: the registry holds another one for the vehicle.
            ProbedTooOften: as ``enter_vin``.
            StepOutOfOrder: the data are not being entered.
        """
        preselection = self._correctable(tx, preselection_id)
        _ensure_may_ask(tx, preselection)
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
        """End step 2: the owner has confirmed the data.

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
        """Return to step 2, to correct the data."""
        preselection = get(tx, preselection_id, lock=True)
        if preselection.state == PreselectionState.DRAFT:
            raise StepOutOfOrder  # the notice has not been agreed to
        if preselection.state != PreselectionState.INFORMED:
            let_go(tx, preselection)
            move(tx, preselection, PreselectionState.INFORMED)

    def prepare_start(
        self, tx: Tx, account: Account, preselection: Preselection, office: Office, *, received_at: datetime
    ) -> CodeBinding:
        """Step 4: end a verification that still runs, and return what the code of the next one is bound to.

        Raises:
            OfficeClosed, InMaintenance, ClockInDoubt: a selection cannot start now.
            ChancesUsedUp: the vehicle has none left.
            VinPreselected, VinRegistered, VinAwarded, VinBeingSelected, TooManyLiving: as ``validate_start``.
            PhoneLost: as ``code_binding``.
        """
        ensure_open(tx, office, received_at)
        if remaining_quota(tx, office, preselection.required_vin).none:
            raise ChancesUsedUp
        self.lapse(tx, preselection.preselection_id)
        self.validate_start(tx, preselection)
        return self.code_binding(account, preselection)

    def validate_start(self, tx: Tx, preselection: Preselection) -> None:
        """Check that a selection for the vehicle may start now.

        Raises:
            VinPreselected, VinRegistered, VinAwarded: as when it was entered.
            VinBeingSelected: another preselection is selecting for it.
            TooManyLiving: the account has as many reserved numbers as it may have.
        """
        ensure_may_reserve(tx, preselection.account_id, self._most_living)
        self._validate_vin(tx, preselection.required_vin, preselection)
        lease = tx.one("preselection.lease_of", vin=preselection.vin)
        if (
            lease is not None
            and lease["preselection_id"] != preselection.preselection_id
            and lease["until"] >= to_millis(tx.now)
        ):
            raise VinBeingSelected(preselection.required_vin)

    def code_binding(self, account: Account, preselection: Preselection) -> CodeBinding:
        """Return what the code of step 4 is bound to: owner, telephone, VIN and office.

        Raises:
            PhoneLost: the owner's telephone is another account's now.
        """
        if not account.has_phone:
            raise PhoneLost
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
        """Step 4: check the code; the right one starts the selection for the vehicle.

        Raises:
            OfficeClosed, InMaintenance: the office has closed since the code was requested.
            VinBeingSelected: another preselection has started selecting for it meanwhile.
            CodeExpired, CodeForm, CodeLocked, NoCodeYet: the code cannot be checked.
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
        """Return to step 4 after the verification has expired.

        Holds keep their own time limits, so that an owner who verifies again at once still has them; leaving
        the selection instead returns them at once, as with a valid verification.
        """
        preselection = get(tx, preselection_id, lock=True)
        if preselection.state == PreselectionState.VERIFIED:
            move(tx, preselection, PreselectionState.AGREED)

    def abandon(self, tx: Tx, account: Account, preselection_id: int) -> None:
        """Cancel an unfinished preselection (/cancel) and delete its vehicle data; used chances stay used."""
        preselection = get(tx, preselection_id, lock=True)
        if preselection.state not in UNFINISHED:
            raise StepOutOfOrder
        cancel_draft(tx, preselection, account.actor, AuditAction.ABANDONED)

    def opening(self, tx: Tx, office: Office, kind: PlateKind) -> KindOpening:
        """Return whether numbers of a plate kind can be selected at an office at present."""
        return kind_opening(tx, office, kind)

    def _correctable(self, tx: Tx, preselection_id: int) -> Preselection:
        preselection = get(tx, preselection_id, lock=True)
        if preselection.state != PreselectionState.INFORMED:
            raise StepOutOfOrder
        return preselection

    def _changed(self, rows: int) -> None:
        if not rows:
            raise StepOutOfOrder

    def _validate_vin(self, tx: Tx, vin: str, asking: Preselection) -> None:
        row = tx.one("preselection.live_of_vin", vin=vin)
        if row is not None:
            own = row["account_id"] == asking.account_id
            kind = VinRegistered if row["state"] == PreselectionState.REGISTERED else VinPreselected
            raise kind(vin, own=own)
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
        # Check again under the lease, which excludes others: the vehicle may have been reserved meanwhile.
        self._validate_vin(tx, preselection.required_vin, preselection)
        tx.run("preselection.verify", preselection_id=preselection.preselection_id, now=to_millis(tx.now))
        audit.record(
            tx, account.actor, AuditAction.VERIFIED, preselection.subject, office=preselection.office
        )


def _ensure_may_ask(tx: Tx, preselection: Preselection) -> None:
    owner = tx.one("accounts.by_id", account_id=preselection.account_id)
    if owner is not None:
        ensure_may_ask(tx, owner["chat_id"])
