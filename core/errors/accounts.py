"""Registration, and the deletion of what is held of oneself."""

from dataclasses import dataclass
from datetime import datetime

from core.errors.base import InputError, Refusal


class NotRegistered(Refusal):
    """The owner has not registered yet."""


@dataclass(eq=False, repr=False, kw_only=True)
class NotThisUserType(Refusal):
    """This user type selects only at the office of registration."""

    user_type: str  # "new_owner" or "unit"


class UnitNeedsCreditCode(Refusal):
    """Only whoever is registered with a unified social credit code is a unit."""


class CreditCodeIsUnit(Refusal):
    """Whoever is registered with a unified social credit code stays a unit."""


class IdentityTaken(Refusal):
    """The identity number is registered by another chat account."""


class PhoneTaken(Refusal):
    """The telephone number is registered by another chat account."""


class ContactOfSomebodyElse(InputError):
    """The contact that was sent is not the sender's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionBlocker:
    """Why somebody's data cannot be deleted yet."""

    why: str  # "reserved": a number waits to be confirmed; "banned"; or another holding's own word
    until: datetime | None = None  # when it ends by itself
    what: str = ""  # what it is about, a number: 粤KA1234


@dataclass(eq=False, repr=False)
class DeletionBlocked(Refusal):
    """Something must be over before one's own data can be deleted."""

    blockers: tuple[DeletionBlocker, ...]
