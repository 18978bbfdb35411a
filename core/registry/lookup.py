"""The vehicle registry, behind a port: ``open`` judges form only, ``strict`` an embedded table.

Both hold what this deployment itself has seen registered, through the preselections; the registry
adds what it knows of vehicles from elsewhere.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.errors import CertificateMismatch, KindMismatch, VehicleUnknown, VinRegistered
from core.ports import Tx
from core.values.plates import PlateKind


class RegistryState(StrEnum):
    """Whether a vehicle has a number already."""

    NEW = "new"
    REGISTERED = "registered"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryVehicle:
    """A vehicle as the registry knows it."""

    vin: str
    certificate: str  # canonical form, domestic or import
    kind: PlateKind
    registered: bool

    @property
    def state(self) -> RegistryState:
        return RegistryState.REGISTERED if self.registered else RegistryState.NEW


class VehicleRegistry(Protocol):
    """What judges a vehicle's data beyond their form."""

    @property
    def knows_all(self) -> bool:
        """Whether a vehicle that it does not know cannot be given a number."""
        ...

    def find(self, tx: Tx, vin: str) -> RegistryVehicle | None:
        """Return what is known of a vehicle, None when nothing is."""
        ...

    def validate_vin(self, tx: Tx, vin: str, kind: PlateKind, *, exempt: bool = False) -> None:
        """Refuse a vehicle that cannot be given a number.

        Args:
            tx: the transaction.
            vin: the vehicle.
            kind: the plate kind that it is to have.
            exempt: an appeal has set aside that it is registered.

        Raises:
            VehicleUnknown: the registry does not know it.
            VinRegistered: it has a number already.
            KindMismatch: it takes another kind of plate.
        """
        ...

    def validate_certificate(self, tx: Tx, vin: str, certificate: str) -> None:
        """Refuse a certificate that is not the vehicle's.

        Raises:
            CertificateMismatch: it is another one.
        """
        ...


class OpenRegistry:
    """Knows nothing and refuses nothing: ``registry.mode = "open"``."""

    knows_all = False

    def find(self, tx: Tx, vin: str) -> RegistryVehicle | None:  # noqa: ARG002 - it knows none
        """Return None: nothing is known."""
        return None

    def validate_vin(self, tx: Tx, vin: str, kind: PlateKind, *, exempt: bool = False) -> None:
        """Accept every vehicle whose VIN has the right form."""

    def validate_certificate(self, tx: Tx, vin: str, certificate: str) -> None:
        """Accept every certificate whose number has the right form."""


class StrictRegistry:
    """The embedded table: ``registry.mode = "strict"``."""

    knows_all = True

    def find(self, tx: Tx, vin: str) -> RegistryVehicle | None:
        """Return the table's row of a vehicle."""
        row = tx.one("vehicles.registry_get", vin=vin)
        if row is None:
            return None
        return RegistryVehicle(
            vin=vin,
            certificate=row["certificate"],
            kind=PlateKind(row["kind"]),
            registered=row["state"] == RegistryState.REGISTERED,
        )

    def validate_vin(self, tx: Tx, vin: str, kind: PlateKind, *, exempt: bool = False) -> None:
        """Refuse a vehicle that the table does not hold as new and of this kind."""
        row = tx.one("vehicles.registry_get", vin=vin)
        if row is None:
            raise VehicleUnknown
        if row["state"] == RegistryState.REGISTERED and not exempt:
            raise VinRegistered(vin)
        if row["kind"] != kind:
            raise KindMismatch

    def validate_certificate(self, tx: Tx, vin: str, certificate: str) -> None:
        """Refuse another certificate than the table's."""
        row = tx.one("vehicles.registry_get", vin=vin)
        if row is None or row["certificate"] != certificate:
            raise CertificateMismatch
