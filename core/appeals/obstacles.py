"""What prevents an owner from selecting for a vehicle, and what an appeal may set aside.

Evaluated when an appeal is made, when a reviewer reads it, and again when it is approved
(docs/domain.md, section 7).
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from core.clock import to_millis
from core.errors.appeals import AppealAboutOwnNumber, AppealNotNeeded
from core.errors.preselection import VehicleUnknown
from core.ports import Tx
from core.preselection import Preselection, PreselectionState, from_row, get
from core.registry.lookup import RegistryVehicle, Unanswered, VehicleRegistry


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacles:
    """What prevents an owner from getting a number for a vehicle."""

    own: Preselection | None  # the owner's own number for it, possibly acquired since the appeal
    holder: Preselection | None  # another owner's number for it, reserved or registered
    selecting: Preselection | None  # another owner's current selection for it
    awarded_by: int | None  # the appeal that awarded it to another owner
    registry: RegistryVehicle | None  # its entry in the registry
    unanswered_since: (
        datetime | None
    )  # since when the registry does not answer, so that nothing is known of it
    registered: bool  # the registry says it has a number, and no appeal of the owner has overridden that
    batches_used: int  # of its quota, by any owner
    wishes_used: int

    @property
    def any(self) -> bool:
        """Whether an approval would change anything."""
        return bool(
            self.holder
            or self.selecting
            or self.awarded_by
            or self.registered
            or self.batches_used
            or self.wishes_used
        )

    @property
    def digest(self) -> str:
        """A short digest of all obstacles, to detect changes."""
        seen = (
            self.own and self.own.preselection_id,
            self.holder and (self.holder.preselection_id, self.holder.state),
            self.selecting and self.selecting.preselection_id,
            self.awarded_by,
            self.registered,
            self.batches_used,
            self.wishes_used,
        )
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:12]


def obstacles(
    tx: Tx, vehicle_registry: VehicleRegistry, vin: str, account_id: int, *, only_read: bool = False
) -> Obstacles:
    """Return what prevents an owner from getting a number for a vehicle.

    Args:
        tx: the transaction.
        vehicle_registry: the registry.
        vin: the vehicle.
        account_id: the owner.
        only_read: nothing is decided by them: a registry that does not answer leaves them incomplete.
    """
    row = tx.one("preselection.live_of_vin", vin=vin)
    live = from_row(row) if row else None
    is_own = live is not None and live.account_id == account_id
    right = tx.one("appeals.right_to", vin=vin)
    vehicle = tx.one("vehicles.get", vin=vin)
    said = vehicle_registry.find_if_answering(tx, vin) if only_read else vehicle_registry.find(tx, vin)
    known = None if isinstance(said, Unanswered) else said
    is_theirs = right is not None and right["account_id"] == account_id
    return Obstacles(
        own=live if is_own else None,
        holder=None if is_own else live,
        selecting=_selecting(tx, vin, account_id),
        awarded_by=right["appeal_id"] if right and not is_theirs else None,
        registry=known,
        unanswered_since=said.since if isinstance(said, Unanswered) else None,
        registered=known is not None and known.registered and not is_theirs,
        batches_used=max(0, vehicle["random_used"] - vehicle["random_granted"]) if vehicle else 0,
        wishes_used=max(0, vehicle["compose_used"] - vehicle["compose_granted"]) if vehicle else 0,
    )


def validate_vehicle(tx: Tx, vehicle_registry: VehicleRegistry, vin: str, account_id: int) -> Obstacles:
    """Return the obstacles that an appeal about a vehicle could set aside.

    Raises:
        AppealAboutOwnNumber: its number already belongs to the owner.
        VehicleUnknown: it is not in the registry, and the registry is complete.
        AppealNotNeeded: there are no obstacles.
    """
    found = obstacles(tx, vehicle_registry, vin, account_id)
    if found.own is not None:
        raise AppealAboutOwnNumber
    if vehicle_registry.knows_all and found.registry is None:
        raise VehicleUnknown(vin)
    if not found.any:
        raise AppealNotNeeded
    return found


def _selecting(tx: Tx, vin: str, account_id: int) -> Preselection | None:
    lease = tx.one("preselection.lease_of", vin=vin)
    if lease is None or lease["until"] < to_millis(tx.now):
        return None
    one = get(tx, lease["preselection_id"])
    return one if one.account_id != account_id and one.state == PreselectionState.VERIFIED else None
