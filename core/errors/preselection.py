"""Phase 1: why a vehicle cannot be preselected."""

from core.errors.base import Refusal


class StepOutOfOrder(Refusal):
    """The preselection is not in the state from which this step leads on."""


class DataIncomplete(Refusal):
    """Something is missing before the data can be confirmed."""


class VinUnavailable(Refusal):
    """The vehicle cannot be given a number by this owner now; an appeal may help."""

    def __init__(self, vin: str = "") -> None:
        super().__init__()
        self.vin = vin


class VinPreselected(VinUnavailable):
    """A live preselection exists for the vehicle."""


class VinRegistered(VinUnavailable):
    """The vehicle is registered already."""


class VinBeingSelected(VinUnavailable):
    """Somebody else is selecting for the vehicle at this moment."""


class VinAwarded(VinUnavailable):
    """An appeal has found somebody else to be the vehicle's owner."""


class VehicleUnknown(Refusal):
    """The registry does not know the vehicle."""


class CertificateMismatch(Refusal):
    """The certificate number is not the one that the registry holds for the vehicle."""


class KindMismatch(Refusal):
    """The registry holds another plate kind for the vehicle."""
