"""Offices, their hours and days: unknown, malformed, past or closed."""

from datetime import date, datetime

from core.errors.base import InputError, OperationError, Refusal


class NoSuchOffice(InputError):
    """No issuing office has this code."""

    def __init__(self, code: str, near: tuple[str, ...]) -> None:
        hint = f", did you mean {', '.join(near)}?" if near else ""
        super().__init__(f"{code}: no issuing office has this code{hint}")
        self.code = code
        self.near = near


class OfficeUnknown(Refusal):
    """This deployment does not serve the office."""


class OfficeClosed(Refusal):
    """Selection is outside its service hours."""

    def __init__(self, next_opening: datetime | None) -> None:
        super().__init__()
        self.next_opening = next_opening


class HoursUnreadable(InputError):
    """The hours cannot be parsed.

    ``problem`` is a key of ``core.values.hours.PROBLEMS``; ``part`` is the offending part of the input.
    """

    def __init__(self, message: str, *, problem: str, part: str) -> None:
        super().__init__(f"{part}: {message}" if part else message)
        self.problem = problem
        self.part = part


class NoWorkdayAhead(OperationError):
    """No working day with open counter hours was found within the search horizon: check the calendar."""


class DayInThePast(InputError):
    """The day is in the past; ``day`` has the year that was understood."""

    def __init__(self, day: date) -> None:
        super().__init__()
        self.day = day


class DayClosed(Refusal):
    """The counter is already closed on that day; ``by`` closed it, for ``reason``."""

    def __init__(self, by: str, reason: str) -> None:
        super().__init__()
        self.by = by
        self.reason = reason


class InMaintenance(Refusal):
    """The office is closed for maintenance; ``text`` is the message to owners."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class NotInMaintenance(Refusal):
    """The office is not closed for maintenance."""


class NothingClosed(InputError):
    """The counter is not open at the time that would be closed."""


class HoursEntered(Refusal):
    """Hours of the ``day`` are entered already, for ``reason``."""

    def __init__(self, day: date, reason: str) -> None:
        super().__init__()
        self.day = day
        self.reason = reason
