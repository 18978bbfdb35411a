"""What stands between an owner and the selection for a vehicle: what an appeal may set aside.

Looked at when an appeal is made, when a reviewer reads it, and once more when it is approved
(docs/domain.md, section 7).
"""

import hashlib
from dataclasses import dataclass

from core.clock import to_millis
from core.errors import AppealAboutOwnNumber, AppealNotNeeded, VehicleUnknown
from core.ports import Tx
from core.preselection import Preselection, PreselectionState, from_row, get
from core.registry.lookup import RegistryVehicle, VehicleRegistry


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacles:
    """What stands in an owner's way to a vehicle's number."""

    own: Preselection | None  # the owner's own number for it, which they may have come to since they appealed
    holder: Preselection | None  # somebody else's number for it, reserved or on a vehicle
    selecting: Preselection | None  # somebody else who selects for it at this moment
    awarded_by: int | None  # the appeal that has found somebody else to be its owner
    registry: RegistryVehicle | None  # what the registry knows of it
    registered: bool  # the registry says that it has a number, and no appeal of the owner has set that aside
    batches_used: int  # of its quota, by whomever
    wishes_used: int

    @property
    def any(self) -> bool:
        """Whether there is anything that an approval would change."""
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
        """Return a short mark of all this, by which it is known whether it has changed."""
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


def obstacles(tx: Tx, vehicle_registry: VehicleRegistry, vin: str, account_id: int) -> Obstacles:
    """Return what stands in an owner's way to a vehicle's number."""
    row = tx.one("preselection.live_of_vin", vin=vin)
    live = from_row(row) if row else None
    is_own = live is not None and live.account_id == account_id
    right = tx.one("appeals.right_to", vin=vin)
    vehicle = tx.one("vehicles.get", vin=vin)
    known = vehicle_registry.find(tx, vin)
    is_theirs = right is not None and right["account_id"] == account_id
    return Obstacles(
        own=live if is_own else None,
        holder=None if is_own else live,
        selecting=_selecting(tx, vin, account_id),
        awarded_by=right["appeal_id"] if right and not is_theirs else None,
        registry=known,
        registered=known is not None and known.registered and not is_theirs,
        batches_used=max(0, vehicle["random_used"] - vehicle["random_granted"]) if vehicle else 0,
        wishes_used=max(0, vehicle["compose_used"] - vehicle["compose_granted"]) if vehicle else 0,
    )


def validate_vehicle(tx: Tx, vehicle_registry: VehicleRegistry, vin: str, account_id: int) -> Obstacles:
    """Return what an appeal about a vehicle could set aside.

    Raises:
        AppealAboutOwnNumber: its number is the owner's own.
        VehicleUnknown: the registry knows all vehicles, but not this one.
        AppealNotNeeded: nothing is in the way.
    """
    found = obstacles(tx, vehicle_registry, vin, account_id)
    if found.own is not None:
        raise AppealAboutOwnNumber
    if vehicle_registry.knows_all and found.registry is None:
        raise VehicleUnknown
    if not found.any:
        raise AppealNotNeeded
    return found


def _selecting(tx: Tx, vin: str, account_id: int) -> Preselection | None:
    lease = tx.one("preselection.lease_of", vin=vin)
    if lease is None or lease["until"] < to_millis(tx.now):
        return None
    one = get(tx, lease["preselection_id"])
    return one if one.account_id != account_id and one.state == PreselectionState.VERIFIED else None
