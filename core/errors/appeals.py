"""Appeals, for owners and for reviewers."""

from dataclasses import dataclass

from core.errors.base import InputError, Refusal


@dataclass(eq=False, repr=False, kw_only=True)
class AppealReasonLength(InputError):
    """The reason of an appeal is too short or too long."""

    shortest: int  # characters
    longest: int
    found: int


class AppealNotNeeded(Refusal):
    """Nothing prevents the owner from selecting for this vehicle."""


class AppealAboutOwnNumber(Refusal):
    """The vehicle's number already belongs to the owner."""


class AppealWaits(Refusal):
    """An appeal of the owner about this vehicle is already pending."""


class AppealsWaitEnough(Refusal):
    """The owner has reached the maximum number of pending appeals."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit


class AppealUnfinished(Refusal):
    """The owner has an unfinished draft."""


class AppealIncomplete(Refusal):
    """Something is missing before the appeal can be submitted."""


class AppealUnknown(Refusal):
    """No appeal has this id."""


class AppealDecided(Refusal):
    """The appeal is no longer pending.

    ``by`` is the actor who ended it, as in the audit log, ``state`` the resulting state.
    """

    def __init__(self, by: str, state: str) -> None:
        super().__init__()
        self.by = by
        self.state = state


class PhotosNotSeen(Refusal):
    """The reviewer has not opened the photos of the appeal since it waits for a decision."""


class AppealOfOneself(Refusal):
    """Reviewers cannot decide their own appeals or appeals against their own numbers."""


class AppealMoved(Refusal):
    """What an approval would set aside has changed since the reviewer saw it."""
