"""Taking back at the desk what was done, and extending deadlines: what is in the way."""

from datetime import datetime

from core.errors.base import InputError, Refusal


class NothingToUndo(Refusal):
    """Nothing of this was done that can be taken back."""


class UndoTooLate(Refusal):
    """It could be taken back until ``until`` only."""

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until


class UndoNotOwn(Refusal):
    """Without being a chief one takes back only what one has done oneself; ``by`` did it, an actor."""

    def __init__(self, by: str) -> None:
        super().__init__()
        self.by = by


class UndoForChiefs(Refusal):
    """Only chiefs take back things of this kind."""


class NumberGone(Refusal):
    """The number is no longer free: somebody else has selected it, or holds it at this moment."""


class VehicleGone(Refusal):
    """The vehicle has another number since, or somebody is selecting for it at this moment."""


class UndoneByAppeal(Refusal):
    """The reservation was ended by the approval of appeal ``number``: that is what can be taken back."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class AppealUsed(Refusal):
    """The owner of the approved appeal has a number for the vehicle already: ``plate``."""

    def __init__(self, plate: str) -> None:
        super().__init__()
        self.plate = plate


class AnswerApproved(Refusal):
    """The approved appeal answers a suspicion, which ended a suspension; that is not taken back."""


class SegmentOpened(Refusal):
    """The segment has opened: its numbers are with owners."""


class NotExtendable(Refusal):
    """The deadline was extended as often as it may be: ``most`` times."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most


class ExtensionTooLong(InputError):
    """An extension has from one to ``most`` working days."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most
