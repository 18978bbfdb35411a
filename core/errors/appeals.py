"""Appeals, on both sides."""

from dataclasses import dataclass

from core.errors.base import InputError, Refusal


@dataclass(eq=False, repr=False, kw_only=True)
class AppealReasonLength(InputError):
    """The reason of an appeal is too short or too long."""

    shortest: int  # characters
    longest: int
    found: int


class AppealNotNeeded(Refusal):
    """Nothing stands between the owner and the selection for this vehicle."""


class AppealAboutOwnNumber(Refusal):
    """The vehicle's number is the owner's own."""


class AppealWaits(Refusal):
    """An appeal of the owner about this vehicle waits already."""


class AppealsWaitEnough(Refusal):
    """As many appeals of the owner wait as may wait at a time."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit


class AppealUnfinished(Refusal):
    """The owner has a draft that is neither submitted nor given up."""


class AppealIncomplete(Refusal):
    """Something is missing before the appeal can be submitted."""


class AppealUnknown(Refusal):
    """There is no appeal of this number."""


class AppealDecided(Refusal):
    """The appeal does not wait any more: who ended it (an actor of the audit log), and how (a state)."""

    def __init__(self, by: str, state: str) -> None:
        super().__init__()
        self.by = by
        self.state = state


class AppealOfOneself(Refusal):
    """Nobody decides an appeal that is their own, or about a number of their own."""


class AppealMoved(Refusal):
    """What an approval would set aside has changed since it was looked at."""
