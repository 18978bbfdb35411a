"""Registration, and deletion of an owner's own data."""

from dataclasses import dataclass
from datetime import datetime

from core.errors.base import InputError, Refusal
from core.errors.probes import ForeignValue


class NotRegistered(Refusal):
    """The owner has not registered yet."""


@dataclass(eq=False, repr=False, kw_only=True)
class NotThisUserType(Refusal):
    """This user type selects only at the office of registration."""

    user_type: str  # "new_owner" or "unit"


class UnitNeedsCreditCode(Refusal):
    """Only an account registered with a unified social credit code can be a unit."""


class CreditCodeIsUnit(Refusal):
    """An account registered with a unified social credit code remains a unit."""


class IdentityTaken(ForeignValue):
    """The identity number is registered by another chat account."""


class PhoneTaken(ForeignValue):
    """The telephone number is registered by another chat account, and no code has proved whose it is now."""


class PhoneLost(Refusal):
    """Another account has proved the owner's telephone to be its own; no code can be sent to it."""


class OfficeHeld(Refusal):
    """The office of registration cannot be changed while a number is reserved."""


class ContactOfSomebodyElse(InputError):
    """The shared contact is not the sender's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionBlocker:
    """One reason why an owner's data cannot be deleted yet."""

    why: str  # "reserved" (a number awaits confirmation), "banned", or a code of another data source
    until: datetime | None = None  # when it ends without any action
    what: str = ""  # the plate number concerned: 粤KA1234


@dataclass(eq=False, repr=False)
class DeletionBlocked(Refusal):
    """The owner's data cannot be deleted while the blockers persist."""

    blockers: tuple[DeletionBlocker, ...]
