"""Holidays of a year, as they are entered."""

from datetime import date

from core.errors.base import InputError


class YearOver(InputError):
    """The ``year`` is over."""

    def __init__(self, year: int) -> None:
        super().__init__()
        self.year = year


class NotOfTheYear(InputError):
    """The ``day`` is of another year than ``year``."""

    def __init__(self, day: date, year: int) -> None:
        super().__init__()
        self.day = day
        self.year = year


class HolidaysTwice(InputError):
    """The ``day`` is both a day off and a working day."""

    def __init__(self, day: date) -> None:
        super().__init__()
        self.day = day


class HolidaysUnreadable(InputError):
    """No holidays can be read from the text or file; ``part`` is what is not understood, if anything."""

    def __init__(self, part: str = "") -> None:
        super().__init__()
        self.part = part


class DayOfNoKind(InputError):
    """Of the days ``part`` it is not said whether they are off or worked."""

    def __init__(self, part: str) -> None:
        super().__init__()
        self.part = part
