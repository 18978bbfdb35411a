"""The vehicle registry, behind a port: ``open`` checks the form only, ``strict`` an embedded table.

``http`` asks another service (``core.registry.answers``). In all modes, vehicles registered through this
deployment are known from their preselections; the registry adds data from other sources.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from core.errors.preselection import CertificateMismatch, KindMismatch, VehicleUnknown, VinRegistered
from core.ports import Tx
from core.values.plates import PlateKind


class RegistryState(StrEnum):
    """Whether a vehicle already has a number."""

    NEW = "new"
    REGISTERED = "registered"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryVehicle:
    """A vehicle in the registry."""

    vin: str
    certificate: str  # canonical form, domestic or import
    kind: PlateKind
    registered: bool

    @property
    def state(self) -> RegistryState:
        return RegistryState.REGISTERED if self.registered else RegistryState.NEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """The registry was asked about a vehicle, and has not answered."""

    since: datetime  # since when it has not answered anybody


class VehicleRegistry(Protocol):
    """Validates a vehicle's data beyond their form."""

    @property
    def knows_all(self) -> bool:
        """Whether vehicles missing from the registry are rejected."""
        ...

    def find(self, tx: Tx, vin: str) -> RegistryVehicle | None:
        """Return a vehicle, or None if it is unknown."""
        ...

    def find_if_answering(self, tx: Tx, vin: str) -> RegistryVehicle | Unanswered | None:
        """Return a vehicle as ``find``, or that the registry does not answer: for what is only read."""
        ...

    def validate_vin(self, tx: Tx, vin: str, kind: PlateKind, *, exempt: bool = False) -> None:
        """Reject a vehicle that cannot get a number.

        Args:
            tx: the transaction.
            vin: the vehicle.
            kind: the requested plate kind.
            exempt: an approved appeal has overridden that it is registered.

        Raises:
            VehicleUnknown: it is not in the registry.
            VinRegistered: it already has a number.
            KindMismatch: the registry has another plate kind for it.
        """
        ...

    def validate_certificate(self, tx: Tx, vin: str, certificate: str) -> None:
        """Reject a certificate that is not the vehicle's.

        Raises:
            CertificateMismatch: the registry has another one.
        """
        ...


class OpenRegistry:
    """Knows no vehicle and accepts every one: ``registry.mode = "open"``."""

    knows_all = False

    def find(self, tx: Tx, vin: str) -> RegistryVehicle | None:  # noqa: ARG002 - it knows none
        return None

    def find_if_answering(self, tx: Tx, vin: str) -> RegistryVehicle | Unanswered | None:
        return self.find(tx, vin)

    def validate_vin(self, tx: Tx, vin: str, kind: PlateKind, *, exempt: bool = False) -> None:
        """Accept every vehicle."""

    def validate_certificate(self, tx: Tx, vin: str, certificate: str) -> None:
        """Accept every certificate."""


class ListedRegistry:
    """A registry that lists every vehicle that may get a number; ``find`` says how a vehicle is listed."""

    knows_all = True

    def find(self, tx: Tx, vin: str) -> RegistryVehicle | None:
        raise NotImplementedError

    def find_if_answering(self, tx: Tx, vin: str) -> RegistryVehicle | Unanswered | None:
        return self.find(tx, vin)

    def validate_vin(self, tx: Tx, vin: str, kind: PlateKind, *, exempt: bool = False) -> None:
        """Reject a vehicle that is not listed as new and of this kind."""
        listed = self.find(tx, vin)
        if listed is None:
            raise VehicleUnknown(vin)
        if listed.registered and not exempt:
            raise VinRegistered(vin)
        if listed.kind != kind:
            raise KindMismatch(vin)

    def validate_certificate(self, tx: Tx, vin: str, certificate: str) -> None:
        """Reject a certificate that differs from the listed one."""
        listed = self.find(tx, vin)
        if listed is None or listed.certificate != certificate:
            raise CertificateMismatch(f"{vin} {certificate}")


class StrictRegistry(ListedRegistry):
    """The embedded table: ``registry.mode = "strict"``."""

    def find(self, tx: Tx, vin: str) -> RegistryVehicle | None:
        row = tx.one("vehicles.registry_get", vin=vin)
        if row is None:
            return None
        return RegistryVehicle(
            vin=vin,
            certificate=row["certificate"],
            kind=PlateKind(row["kind"]),
            registered=row["state"] == RegistryState.REGISTERED,
        )
