"""Reservations that the vehicle registry contradicts (docs/domain.md, section 13).

The registry may know a vehicle as registered before anybody has confirmed its registration here, or with
another plate kind than the one reserved. Such a reservation does not expire and bars nobody: it stands at the
desk until an admin has confirmed, voided or revoked it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core import audit
from core.clock import from_millis
from core.people.scope import Scope
from core.ports import Row, Tx
from core.values.plates import Plate, PlateKind


class Contradiction(StrEnum):
    """How the registry contradicts a reservation."""

    REGISTERED = "registered"  # the vehicle is registered, but no admin has confirmed it here
    KIND = "kind"  # the vehicle has another plate kind


@dataclass(frozen=True, slots=True, kw_only=True)
class ContradictedReservation:
    """A reservation, and what the registry says of its vehicle."""

    preselection_id: int
    plate: Plate
    vin: str
    deadline: datetime
    contradiction: Contradiction
    registry_kind: PlateKind

    @property
    def subject(self) -> str:
        return audit.preselection_subject(self.preselection_id)


def has_registry(tx: Tx) -> bool:
    """Whether the registry has any vehicle; without one, no reservation has to be looked at."""
    return tx.one("contradictions.any_vehicle") is not None


def contradicted(
    tx: Tx, contradiction: Contradiction, scope: Scope, limit: int
) -> Iterator[ContradictedReservation]:
    """Yield the reservations that the registry in effect contradicts in one way, by deadline.

    Reads every living reservation: call it on a snapshot.
    """
    if not has_registry(tx):
        return iter(())
    rows = tx.all("contradictions.of_scope", contradiction=contradiction, most=limit, **scope.values)
    return (_of(row) for row in rows)


def contradiction_of(tx: Tx, preselection_id: int) -> ContradictedReservation | None:
    """Return how the registry contradicts a reservation; None if it does not."""
    row = tx.one("contradictions.of_preselection", preselection_id=preselection_id)
    return _of(row) if row else None


def contradicted_by_import(tx: Tx, import_id: int) -> tuple[ContradictedReservation, ...]:
    """Return the reservations that an import would contradict, by deadline; call it on a snapshot."""
    return tuple(_of(row) for row in tx.all("contradictions.of_import", import_id=import_id))


def _of(row: Row) -> ContradictedReservation:
    return ContradictedReservation(
        preselection_id=row["preselection_id"],
        plate=Plate(office=row["office"], kind=PlateKind(row["kind"]), serial=row["serial"]),
        vin=row["vin"],
        deadline=from_millis(row["deadline"]),
        contradiction=Contradiction(row["contradiction"]),
        registry_kind=PlateKind(row["registry_kind"]),
    )
