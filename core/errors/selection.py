"""Phase 2: batches, wishes, and held numbers."""

from collections.abc import Sequence
from datetime import datetime

from core.errors.base import InputError, Refusal, XuanhaoError


class NoBatchesLeft(Refusal):
    """The vehicle has no random batches left."""


class NoWishesLeft(Refusal):
    """The vehicle has fewer self-composed wishes left than were submitted."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self.left = left


class TooManyLiving(Refusal):
    """The account has as many numbers waiting for registration as it may have at one time."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most


class ChancesUsedUp(Refusal):
    """The vehicle has neither random batches nor wishes left."""


class TriedTooSoon(Refusal):
    """The minimum interval since the last self-composed try has not passed."""

    def __init__(self, seconds: int, gap: int) -> None:
        super().__init__()
        self.seconds = seconds  # until the next try
        self.gap = gap  # the interval


class DrawnTooSoon(Refusal):
    """The minimum interval since the vehicle's last draw has not passed; nothing was charged."""

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
    """A wish is not possible; nothing was charged."""


class WishRepeated(WishRefused):
    """The same number occurs twice in one try."""


class WishNotReleased(WishRefused):
    """The number is not in a released segment."""

    def __init__(self, patterns: Sequence[str] = ()) -> None:
        super().__init__()
        self.patterns = tuple(patterns)  # of the segments that are open to self-composition


class WishWithheld(WishRefused):
    """The number is withheld."""


class WishRandomOnly(WishRefused):
    """The number's segment is currently open for random selection only."""

    def __init__(self, opens: datetime) -> None:
        super().__init__()
        self.opens = opens


class WishesRefused(InputError):
    """Some wishes are not possible; nothing was charged."""

    def __init__(self, refused: Sequence[tuple[str, XuanhaoError]]) -> None:
        super().__init__()
        self.refused = tuple(refused)


class HoldEnded(Refusal):
    """The hold on this number has expired; it is back in the pool."""


class NotInBatch(InputError):
    """The number is not in the current batch."""
