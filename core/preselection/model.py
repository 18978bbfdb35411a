"""The preselection: states, data, reading, locking, transitions, and its lease on the vehicle."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from core import audit
from core.clock import from_millis, moment_or_none, to_millis
from core.errors.preselection import StepOutOfOrder
from core.errors.verification import VerificationLapsed
from core.people.accounts import Account
from core.ports import Row, Tx
from core.values.offices import Office
from core.values.plates import Plate, PlateKind
from core.values.vehicles import CertificateKind


class PreselectionState(StrEnum):
    """The state of a preselection."""

    DRAFT = "draft"
    INFORMED = "informed"
    AGREED = "agreed"
    VERIFIED = "verified"
    RESERVED = "reserved"
    REGISTERED = "registered"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    VOID = "void"


class Way(StrEnum):
    """How a number was selected."""

    RANDOM = "random"
    COMPOSED = "composed"


UNFINISHED = frozenset(
    {
        PreselectionState.DRAFT,
        PreselectionState.INFORMED,
        PreselectionState.AGREED,
        PreselectionState.VERIFIED,
    }
)

TRANSITIONS: dict[PreselectionState, frozenset[PreselectionState]] = {
    PreselectionState.DRAFT: frozenset(
        {PreselectionState.DRAFT, PreselectionState.INFORMED, PreselectionState.CANCELLED}
    ),
    PreselectionState.INFORMED: frozenset(
        {PreselectionState.DRAFT, PreselectionState.AGREED, PreselectionState.CANCELLED}
    ),
    PreselectionState.AGREED: frozenset(
        {
            PreselectionState.DRAFT,
            PreselectionState.INFORMED,
            PreselectionState.VERIFIED,
            PreselectionState.CANCELLED,
        }
    ),
    PreselectionState.VERIFIED: frozenset(
        {
            PreselectionState.DRAFT,
            PreselectionState.INFORMED,
            PreselectionState.AGREED,
            PreselectionState.RESERVED,
            PreselectionState.CANCELLED,
        }
    ),
    PreselectionState.RESERVED: frozenset(
        {
            PreselectionState.REGISTERED,
            PreselectionState.EXPIRED,
            PreselectionState.CANCELLED,
            PreselectionState.VOID,
        }
    ),
    PreselectionState.REGISTERED: frozenset(),
    PreselectionState.EXPIRED: frozenset(),
    PreselectionState.CANCELLED: frozenset(),
    PreselectionState.VOID: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preselection:
    """One preselection, as stored."""

    preselection_id: int
    account_id: int
    office: str
    kind: PlateKind
    state: PreselectionState
    vin: str | None = field(repr=False)
    certificate_kind: CertificateKind | None
    certificate: str | None = field(repr=False)
    verified_at: datetime | None
    reserved_at: datetime | None
    serial: str | None
    way: Way | None
    deadline: datetime | None
    ended_at: datetime | None
    reason: str | None
    updated_at: datetime | None = None  # of the last change
    deadline_before: datetime | None = None  # before it was first extended for want of a reminder
    extendable_until: datetime | None = None  # how far it may be extended in all
    unreminded_at: datetime | None = None  # when it expired without a ban, because no reminder had arrived
    desk_extensions: int = 0  # how often the desk has extended the deadline
    without_four: bool = False  # its batches leave out numbers with a 4 (不包含4)

    @property
    def subject(self) -> str:
        return audit.preselection_subject(self.preselection_id)

    @property
    def plate(self) -> Plate | None:
        """Return the number, once there is one."""
        return Plate(office=self.office, kind=self.kind, serial=self.serial) if self.serial else None

    @property
    def required_vin(self) -> str:
        """Return the VIN of a preselection that must have one.

        Raises:
            StepOutOfOrder: it has none yet.
        """
        if self.vin is None:
            raise StepOutOfOrder
        return self.vin


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """The certificate that was entered for a vehicle, in canonical form."""

    certificate_kind: CertificateKind
    certificate: str = field(repr=False)


def from_row(row: Row) -> Preselection:
    return Preselection(
        preselection_id=row["preselection_id"],
        account_id=row["account_id"],
        office=row["office"],
        kind=PlateKind(row["kind"]),
        state=PreselectionState(row["state"]),
        vin=row["vin"],
        certificate_kind=CertificateKind(row["certificate_kind"]) if row["certificate_kind"] else None,
        certificate=row["certificate"],
        verified_at=moment_or_none(row["verified_at"]),
        reserved_at=moment_or_none(row["reserved_at"]),
        serial=row["serial"],
        way=Way(row["way"]) if row["way"] else None,
        deadline=moment_or_none(row["deadline"]),
        ended_at=moment_or_none(row["ended_at"]),
        reason=row["reason"],
        updated_at=moment_or_none(row["updated_at"]),
        deadline_before=moment_or_none(row["deadline_before"]),
        extendable_until=moment_or_none(row["extendable_until"]),
        unreminded_at=moment_or_none(row["unreminded_at"]),
        desk_extensions=row["desk_extensions"],
        without_four=bool(row["without_four"]),
    )


def get(tx: Tx, preselection_id: int, *, lock: bool = False) -> Preselection:
    """Return a preselection, locked when it is to be changed.

    Raises:
        StepOutOfOrder: there is none with this id.
    """
    row = tx.one("preselection.lock" if lock else "preselection.by_id", preselection_id=preselection_id)
    if row is None:
        raise StepOutOfOrder
    return from_row(row)


def unfinished(tx: Tx, account: Account) -> Preselection | None:
    row = tx.one("preselection.unfinished", account_id=account.account_id)
    return from_row(row) if row else None


def lock_unfinished(tx: Tx, account: Account) -> Preselection | None:
    """Return the unfinished preselection, locked; None if it ended while the lock was waited for."""
    found = unfinished(tx, account)
    if found is None:
        return None
    locked = get(tx, found.preselection_id, lock=True)
    return locked if locked.state in UNFINISHED else None


def of_account(tx: Tx, account: Account) -> list[Preselection]:
    """Return all of an owner's preselections except dropped ones, newest first."""
    return [from_row(row) for row in tx.all("preselection.of_account", account_id=account.account_id)]


def move(tx: Tx, preselection: Preselection, target: PreselectionState) -> None:
    """Move a preselection to another state, if it is still in the state it was read in.

    Raises:
        StepOutOfOrder: there is no such transition, or its state has changed since it was read.
    """
    if target not in TRANSITIONS[preselection.state]:
        raise StepOutOfOrder
    changed = tx.run(
        "preselection.move",
        preselection_id=preselection.preselection_id,
        source=preselection.state,
        target=target,
        now=to_millis(tx.now),
    )
    if not changed:
        raise StepOutOfOrder


def end(tx: Tx, preselection: Preselection, target: PreselectionState, reason: str | None = None) -> bool:
    """End a preselection that is still in the state it was read in; return whether it was."""
    return bool(
        tx.run(
            "preselection.end",
            preselection_id=preselection.preselection_id,
            source=preselection.state,
            target=target,
            reason=reason,
            now=to_millis(tx.now),
        )
    )


def renew_lease(tx: Tx, preselection: Preselection, office: Office, *, received_at: datetime) -> datetime:
    """Extend the owner's lease on the vehicle by the idle time; return its new end.

    Raises:
        VerificationLapsed: the lease has expired, or another preselection holds it now.
    """
    until = max(tx.now, received_at) + timedelta(minutes=office.idle_minutes)
    row = tx.one(
        "preselection.renew_lease",
        vin=preselection.vin,
        preselection_id=preselection.preselection_id,
        until=to_millis(until),
        at=to_millis(received_at),
    )
    if row is None:
        raise VerificationLapsed
    return from_millis(row["until"])


def lease_until(tx: Tx, preselection: Preselection) -> datetime | None:
    """Return the end of the owner's lease, when the verification lapses; None when it has expired."""
    row = tx.one("preselection.lease_of", vin=preselection.vin)
    if row is None or row["preselection_id"] != preselection.preselection_id:
        return None
    until = from_millis(row["until"])
    return until if until >= tx.now else None
