"""Phase 1: why a vehicle cannot get a preselection."""

from core.errors.base import Refusal
from core.errors.probes import ForeignValue


class StepOutOfOrder(Refusal):
    """The preselection is not in a state that allows this step."""


class DataIncomplete(Refusal):
    """The data are incomplete and cannot be confirmed."""


class VinUnavailable(ForeignValue):
    """This owner cannot get a number for the vehicle now; an appeal may help."""

    def __init__(self, vin: str = "", *, own: bool = False) -> None:
        super().__init__("" if own else vin)  # about their own vehicle it tells an owner nothing of others
        self.vin = vin


class VinPreselected(VinUnavailable):
    """The vehicle already has a live preselection."""


class VinRegistered(VinUnavailable):
    """The vehicle is already registered."""


class VinBeingSelected(VinUnavailable):
    """Another owner is currently selecting for the vehicle."""


class VinAwarded(VinUnavailable):
    """An approved appeal has awarded the vehicle to another owner."""


class VehicleUnknown(ForeignValue):
    """The vehicle is not in the registry."""


class CertificateMismatch(ForeignValue):
    """The certificate number differs from the one in the registry."""


class KindMismatch(ForeignValue):
    """The plate kind differs from the one in the registry."""
