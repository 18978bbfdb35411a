"""The vehicle registry, behind a port: ``open`` judges form only, ``strict`` an embedded table.

Both hold what this deployment itself has seen registered, through the preselections; the registry
adds what it knows of vehicles from elsewhere.
"""

from dataclasses import dataclass
from typing import Protocol

from core.errors import CertificateMismatch, KindMismatch, VehicleUnknown, VinRegistered
from core.plates import PlateKind
from core.ports import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryVehicle:
    """A vehicle as the registry knows it."""

    vin: str
    certificate: str  # canonical form, domestic or import
    kind: PlateKind
    registered: bool


class Registry(Protocol):
    """What judges a vehicle's data beyond their form."""

    def judge_vin(self, tx: Tx, vin: str, kind: PlateKind) -> None:
        """Refuse a vehicle that cannot be given a number.

        Raises:
            VehicleUnknown: the registry does not know it.
            VinRegistered: it has a number already.
            KindMismatch: it takes another kind of plate.
        """
        ...

    def judge_certificate(self, tx: Tx, vin: str, certificate: str) -> None:
        """Refuse a certificate that is not the vehicle's.

        Raises:
            CertificateMismatch: it is another one.
        """
        ...


class OpenRegistry:
    """Knows nothing and refuses nothing: ``registry.mode = "open"``."""

    def judge_vin(self, tx: Tx, vin: str, kind: PlateKind) -> None:
        """Accept every vehicle whose VIN has the right form."""

    def judge_certificate(self, tx: Tx, vin: str, certificate: str) -> None:
        """Accept every certificate whose number has the right form."""


class StrictRegistry:
    """The embedded table: ``registry.mode = "strict"``."""

    def judge_vin(self, tx: Tx, vin: str, kind: PlateKind) -> None:
        """Refuse a vehicle that the table does not hold as new and of this kind."""
        row = tx.one("vehicles.registry_get", vin=vin)
        if row is None:
            raise VehicleUnknown
        if row["state"] == "registered":
            raise VinRegistered
        if row["kind"] != kind:
            raise KindMismatch

    def judge_certificate(self, tx: Tx, vin: str, certificate: str) -> None:
        """Refuse another certificate than the table's."""
        row = tx.one("vehicles.registry_get", vin=vin)
        if row is None or row["certificate"] != certificate:
            raise CertificateMismatch
