"""The counter: admins acting on owners' numbers, identities and quotas."""

from core.errors.base import InputError, Refusal


class PlateNotReserved(Refusal):
    """The number is not reserved.

    ``by`` and ``action`` say who ended the reservation and how, where the audit log knows; else empty.
    """

    def __init__(self, by: str = "", action: str = "") -> None:
        super().__init__()
        self.by = by
        self.action = action


class VinTailMismatch(Refusal):
    """The last six characters of the VIN are not those of the preselection."""


class VinPartMalformed(InputError):
    """What was typed is neither a VIN nor its last six characters; it has ``length`` characters."""

    def __init__(self, length: int) -> None:
        super().__init__()
        self.length = length


class HolderElsewhere(Refusal):
    """The identity's holder is registered at an office that this admin does not serve."""

    def __init__(self, office: str) -> None:
        super().__init__()
        self.office = office


class GrantElsewhere(Refusal):
    """The vehicle's newest preselection is at no office of this admin, who may grant at their own only."""


class NothingGranted(InputError):
    """A grant has at least one chance in all and at most a hundred of each kind."""


class ReceiverNotNamed(Refusal):
    """The account that receives an identity has another one, and the admin has not typed its name."""


class IdentityIsTheirs(Refusal):
    """The identity belongs to this chat account already."""


class UserTypeHeld(Refusal):
    """The account already has this user type."""
