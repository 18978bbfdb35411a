"""Releasing and withholding segments."""

from core.errors.base import InputError, Refusal


class SegmentOverlaps(Refusal):
    """The segment overlaps a released one; ``by`` is the actor who released that."""

    def __init__(self, mask: str, by: str = "") -> None:
        super().__init__()
        self.mask = mask
        self.by = by


class ReleaseInThePast(InputError):
    """A release, or its opening for self-composition, cannot lie in the past."""


class AlreadyWithheld(Refusal):
    """The mask is already withheld."""


class NotWithheld(Refusal):
    """The mask is not withheld."""
