"""Working days: public holidays, make-up days (调休), and the deadlines counted in them.

Which days the country works is decided year by year by the State Council, in a notice published
some weeks before the year begins. The package ``holidays`` carries those notices; what it does not
know yet is told in the settings, ``[calendar]``. Rules: docs/domain.md, section 6.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Protocol

from holidays import country_holidays

from core.clock import CHINA, require_aware
from core.errors import NoWorkdayAhead

SATURDAY = 5
HORIZON_DAYS = 1500
"""How far a search for a working day goes before it is given up: some four years."""


class CounterHours(Protocol):
    """The hours of a counter, as far as a deadline needs them."""

    def last_closing(self, day: date) -> datetime | None:
        """Return when the counter closes for good on a day; None when it stays shut that day."""
        ...


@dataclass(frozen=True, slots=True)
class _Year:
    """What the notice for one year says: days off, and weekend days that are worked."""

    off: frozenset[date]
    made_up: frozenset[date]


@lru_cache(maxsize=64)
def _published(year: int) -> _Year:
    # Make-up days of this December decided by the following year's notice are among them.
    known = country_holidays("CN", years=year)
    return _Year(
        frozenset(day for day in known if day.year == year),
        frozenset(day for day in known.weekend_workdays if day.year == year),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingCalendar:
    """Which days are worked.

    Attributes:
        overrides: days of the settings, True for worked and False for off; they win over what is
            published.
        closed_days: days on which one office stays shut for reasons of its own; they win over all.
    """

    overrides: Mapping[date, bool] = field(default_factory=dict, hash=False)
    closed_days: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        """Keep copies, so that nobody can change the calendar from outside."""
        object.__setattr__(self, "overrides", dict(self.overrides))
        object.__setattr__(self, "closed_days", frozenset(self.closed_days))

    def closing_on(self, *days: date) -> "WorkingCalendar":
        """Return the same calendar for an office that stays shut on these days too."""
        return replace(self, closed_days=self.closed_days | set(days))

    def is_workday(self, day: date) -> bool:
        return day not in self.closed_days and self._country_works(day)

    def is_holiday(self, day: date) -> bool:
        """Return whether a day belongs to a public holiday.

        An ordinary weekend is none. The weekend days inside or beside a holiday belong to it, as in
        the notices («10月1日至7日放假调休,共7天», «与周末连休»).
        """
        if self._country_works(day):
            return False
        return self._touches_holiday(day, 1) or self._touches_holiday(day, -1)

    def has_schedule(self, year: int) -> bool:
        """Return whether the year's notice is known, here or in the settings.

        Every notice since 2001 has moved at least one weekend, so a year without a single make-up
        day is one whose notice is unknown. Such a year has its plain weekdays and the holidays
        fixed by law, and deadlines in it may be wrong by the days that will be moved: who shows
        them to admins says so.
        """
        given = (day for day, worked in self.overrides.items() if worked and day.weekday() >= SATURDAY)
        return bool(_published(year).made_up) or any(day.year == year for day in given)

    def add_workdays(self, day: date, count: int) -> date:
        """Return the ``count``-th working day after a day, or before it when ``count`` is negative.

        The day itself is never counted; zero gives it back, worked or not.

        Raises:
            NoWorkdayAhead: there are not that many within some years.
        """
        step = timedelta(days=1 if count > 0 else -1)
        left, searched = abs(count), 0
        while left:
            day += step
            searched = 0 if self.is_workday(day) else searched + 1
            left -= searched == 0
            if searched > HORIZON_DAYS:
                raise NoWorkdayAhead
        return day

    def workdays_between(self, first: date, last: date) -> int:
        """Return how many working days come after ``first``, up to ``last`` and with it.

        It undoes ``add_workdays``. Zero when ``last`` is not after ``first``.
        """
        span = (last - first).days
        return sum(self.is_workday(first + timedelta(days=ahead)) for ahead in range(1, span + 1))

    def deadline(
        self, selected_at: datetime, validity_workdays: int, counter_hours: CounterHours
    ) -> datetime:
        """Return until when a number that was selected must be confirmed (预选号有效期).

        Working days are counted from the day after the selection; the deadline is the closing of
        the counter on the last of them. Should the counter stay shut on that very day of the week,
        it is the next working day on which it opens: a doubt is the owner's gain.

        Returns:
            The moment, in China's zone.

        Raises:
            NoWorkdayAhead: no such day lies within some years.
            ValueError: the validity is not at least one working day, or the time has no zone.
        """
        if validity_workdays < 1:
            raise ValueError("a number is valid for one working day at least")
        day = self.add_workdays(require_aware(selected_at).astimezone(CHINA).date(), validity_workdays)
        for _ in range(HORIZON_DAYS):
            closing = counter_hours.last_closing(day)
            if closing is not None:
                return closing
            day = self.add_workdays(day, 1)
        raise NoWorkdayAhead

    def _country_works(self, day: date) -> bool:
        known = self.overrides.get(day)
        if known is not None:
            return known
        year = _published(day.year)
        return day in year.made_up if day.weekday() >= SATURDAY else day not in year.off

    def _touches_holiday(self, day: date, step: int) -> bool:
        """Follow the days off in one direction until a day that is off for a holiday's sake."""
        while not self._country_works(day):
            if day.weekday() < SATURDAY or day in _published(day.year).off:
                return True
            day += timedelta(days=step)
        return False
