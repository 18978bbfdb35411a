"""Phase 2: batches, wishes, and numbers that are held."""

from collections.abc import Sequence
from datetime import datetime

from core.errors.base import InputError, Refusal, XuanhaoError


class NoBatchesLeft(Refusal):
    """No random batch is left for the vehicle."""


class NoWishesLeft(Refusal):
    """Fewer self-composed wishes are left for the vehicle than were made."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self.left = left


class ChancesUsedUp(Refusal):
    """Random and self-composed chances of the vehicle are both used up."""


class TriedTooSoon(Refusal):
    """The last self-composed try was a moment ago."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


class NoWishes(InputError):
    """A try needs at least one wish."""


class TooManyWishes(InputError):
    """A try has more wishes than the office allows."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit


class WishRefused(InputError):
    """A wish cannot be made; nothing was charged."""


class WishRepeated(WishRefused):
    """The same number stands twice in one try."""


class WishNotReleased(WishRefused):
    """The number belongs to no released segment."""


class WishWithheld(WishRefused):
    """The number is withheld."""


class WishRandomOnly(WishRefused):
    """The number's segment is open to random selection only, for now."""

    def __init__(self, opens: datetime) -> None:
        super().__init__()
        self.opens = opens


class WishesRefused(InputError):
    """Some wishes cannot be made; nothing was charged."""

    def __init__(self, refused: Sequence[tuple[str, XuanhaoError]]) -> None:
        super().__init__()
        self.refused = tuple(refused)


class HoldEnded(Refusal):
    """The time for this number has run out; it is back in the pool."""


class NotInBatch(InputError):
    """The number is not one of the living batch."""
