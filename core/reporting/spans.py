"""Spans of whole days in China, for which figures are counted."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from core.clock import CHINA


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days in a row; both ends belong to it."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def since(self) -> datetime:
        """The first moment of it."""
        return datetime.combine(self.first, time(), CHINA)

    @property
    def until(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), CHINA)


def last_days(today: date, days: int) -> Span:
    """Return the days up to and including today."""
    return Span(first=today - timedelta(days=days - 1), last=today)


def month_of(day: date) -> Span:
    """Return the calendar month of a day."""
    first = day.replace(day=1)
    return Span(first=first, last=(first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def month_before(day: date) -> Span:
    """Return the calendar month before that of a day."""
    return month_of(day.replace(day=1) - timedelta(days=1))
