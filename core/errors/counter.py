"""The counter: numbers, identities and chances of others."""

from core.errors.base import InputError, Refusal


class PlateNotReserved(Refusal):
    """Nobody has reserved this number; the audit log may know who ended it: the actor, and how."""

    def __init__(self, by: str = "", action: str = "") -> None:
        super().__init__()
        self.by = by
        self.action = action


class VinTailMismatch(Refusal):
    """The last six characters of the VIN are not those of the preselection."""


class HolderElsewhere(Refusal):
    """Whoever has the identity now is registered at an office at which this admin may not take it away."""

    def __init__(self, office: str) -> None:
        super().__init__()
        self.office = office


class NothingGranted(InputError):
    """A grant is of at least one chance and at most a hundred of each kind."""


class IdentityIsTheirs(Refusal):
    """The identity belongs to this chat account already."""


class UserTypeHeld(Refusal):
    """They are of that very user type already."""
