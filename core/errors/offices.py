"""Offices, their hours and days: what is unknown, unreadable, over or closed."""

from datetime import datetime

from core.errors.base import InputError, OperationError, Refusal


class NoSuchOffice(InputError):
    """No issuing office has this code."""

    def __init__(self, code: str, near: tuple[str, ...]) -> None:
        hint = f", did you mean {', '.join(near)}?" if near else ""
        super().__init__(f"{code}: no issuing office has this code{hint}")
        self.code = code
        self.near = near


class OfficeUnknown(Refusal):
    """This office is not served here."""


class OfficeClosed(Refusal):
    """Selection is outside its service hours."""

    def __init__(self, next_opening: datetime | None) -> None:
        super().__init__()
        self.next_opening = next_opening


class HoursUnreadable(InputError):
    """Hours cannot be understood.

    ``problem`` names what is wrong (see ``core.values.hours.PROBLEMS``), ``part`` is what it is wrong with.
    """

    def __init__(self, message: str, *, problem: str, part: str) -> None:
        super().__init__(f"{part}: {message}" if part else message)
        self.problem = problem
        self.part = part


class NoWorkdayAhead(OperationError):
    """No working day on which the counter opens lies within the next years: look at the calendar."""


class DayInThePast(InputError):
    """The day is over."""


class DayClosed(Refusal):
    """The counter is closed on that day already; ``by`` has entered it, for ``reason``."""

    def __init__(self, by: str, reason: str) -> None:
        super().__init__()
        self.by = by
        self.reason = reason


class InMaintenance(Refusal):
    """The office is closed for maintenance; ``text`` is what owners are told."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class NotInMaintenance(Refusal):
    """It is not closed for maintenance."""
