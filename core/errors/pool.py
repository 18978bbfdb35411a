"""Releasing and withholding segments."""

from datetime import datetime

from core.errors.base import InputError, Refusal


class SegmentOverlaps(Refusal):
    """The segment overlaps a released one; ``by`` is the actor who released that, ``at`` when."""

    def __init__(self, mask: str, by: str = "", at: datetime | None = None) -> None:
        super().__init__()
        self.mask = mask
        self.by = by
        self.at = at


class ReleaseInThePast(InputError):
    """A release cannot open in the past."""


class ComposeBeforeOpening(InputError):
    """A segment cannot open to self-composition before it opens to random selection."""


class NoSeedToday(Refusal):
    """No seed is committed to for today, or it is published already; nothing is charged."""


class AlreadyWithheld(Refusal):
    """The mask is already withheld."""


class NotWithheld(Refusal):
    """The mask is not withheld; ``withheld`` are the patterns that are, of this pool."""

    def __init__(self, withheld: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.withheld = withheld
