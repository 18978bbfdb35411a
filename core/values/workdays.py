"""Working days: public holidays, make-up days (调休), and deadlines counted in working days.

The State Council fixes the working days of each year in a notice published some weeks before the year
begins. The package ``holidays`` contains these notices; the settings table ``[calendar]`` supplies
what it lacks. Rules: docs/domain.md, section 6.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Protocol

from holidays import country_holidays

from core.clock import CHINA, require_aware
from core.errors.offices import NoWorkdayAhead

SATURDAY = 5
HORIZON_DAYS = 1500
"""Search horizon for a working day, about four years."""


class CounterHours(Protocol):
    """The counter hours that a deadline depends on."""

    def first_opening(self, day: date) -> datetime | None:
        """Return the start of the counter hours on a day; None if it is closed that day."""
        ...

    def last_closing(self, day: date) -> datetime | None:
        """Return the end of the counter hours on a day; None if it is closed that day."""
        ...


@dataclass(frozen=True, slots=True)
class _Year:
    """The contents of one year's notice: days off, and weekend days that are worked."""

    off: frozenset[date]
    made_up: frozenset[date]


@lru_cache(maxsize=64)
def _published(year: int) -> _Year:
    # This includes make-up days of this December that come from the following year's notice.
    known = country_holidays("CN", years=year)
    return _Year(
        frozenset(day for day in known if day.year == year),
        frozenset(day for day in known.weekend_workdays if day.year == year),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingCalendar:
    """The working days of the country, or of one office.

    Attributes:
        overrides: days from the settings, True for worked and False for off; they override the published
            notices.
        closed_days: days on which one office is closed for its own reasons; they override everything.
        entered: the days of ``entered_years`` that are not as in an ordinary week, True for worked.
        entered_years: years that a chief has entered as a whole; only ``entered`` counts for them.
    """

    overrides: Mapping[date, bool] = field(default_factory=dict, hash=False)
    closed_days: frozenset[date] = frozenset()
    entered: Mapping[date, bool] = field(default_factory=dict, hash=False)
    entered_years: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        """Copy the arguments, so that later changes to them do not affect the calendar."""
        object.__setattr__(self, "overrides", dict(self.overrides))
        object.__setattr__(self, "closed_days", frozenset(self.closed_days))

    def closing_on(self, *days: date) -> "WorkingCalendar":
        """Return a copy of the calendar with these days closed as well."""
        return replace(self, closed_days=self.closed_days | set(days))

    def is_workday(self, day: date) -> bool:
        return day not in self.closed_days and self._country_works(day)

    def is_holiday(self, day: date) -> bool:
        """Return whether a day belongs to a public holiday.

        An ordinary weekend does not. Weekend days within or adjacent to a holiday do, as in the notices
        («10月1日至7日放假调休,共7天», «与周末连休»).
        """
        if self._country_works(day):
            return False
        return self._touches_holiday(day, 1) or self._touches_holiday(day, -1)

    def has_schedule(self, year: int) -> bool:
        """Return whether the year's notice is known: entered by a chief, from the package or the settings.

        Every notice since 2001 has moved at least one weekend, so a year without a make-up day is one whose
        notice is unknown. Such a year has ordinary weekdays and the statutory holidays, and its deadlines may
        be off by the days that will be moved; code that shows them to admins must say so.
        """
        if year in self.entered_years:
            return True
        given = (day for day, worked in self.overrides.items() if worked and day.weekday() >= SATURDAY)
        return bool(_published(year).made_up) or any(day.year == year for day in given)

    def add_workdays(self, day: date, count: int) -> date:
        """Return the ``count``-th working day after a day, or before it if ``count`` is negative.

        The day itself is never counted; for zero it is returned, worked or not.

        Raises:
            NoWorkdayAhead: there are not that many within the search horizon.
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
        """Return the number of working days after ``first``, up to and including ``last``.

        The inverse of ``add_workdays``. Zero if ``last`` is not after ``first``.
        """
        span = (last - first).days
        return sum(self.is_workday(first + timedelta(days=ahead)) for ahead in range(1, span + 1))

    def deadline(
        self, selected_at: datetime, validity_workdays: int, counter_hours: CounterHours
    ) -> datetime:
        """Return the deadline for confirming a selected number (预选号有效期).

        Working days are counted from the day after the selection; the deadline is the end of the counter
        hours on the last of them. If the counter has no hours on that weekday, it moves to the next working
        day with hours, in the owner's favour.

        Returns:
            The deadline, in China's time zone.

        Raises:
            NoWorkdayAhead: there is no such day within the search horizon.
            ValueError: the validity is less than one working day, or ``selected_at`` is naive.
        """
        if validity_workdays < 1:
            raise ValueError("a number is valid for one working day at least")
        day = self.add_workdays(require_aware(selected_at).astimezone(CHINA).date(), validity_workdays)
        return self.closing_from(day, counter_hours)

    def closing_from(self, day: date, counter_hours: CounterHours) -> datetime:
        """Return the end of the counter hours on the first working day that has any, from a day on.

        Raises:
            NoWorkdayAhead: there is no such day within the search horizon.
        """
        if not self.is_workday(day):
            day = self.add_workdays(day, 1)
        for _ in range(HORIZON_DAYS):
            closing = counter_hours.last_closing(day)
            if closing is not None:
                return closing
            day = self.add_workdays(day, 1)
        raise NoWorkdayAhead

    def _country_works(self, day: date) -> bool:
        if day.year in self.entered_years:
            return self.entered.get(day, day.weekday() < SATURDAY)
        known = self.overrides.get(day)
        if known is not None:
            return known
        year = _published(day.year)
        return day in year.made_up if day.weekday() >= SATURDAY else day not in year.off

    def _touches_holiday(self, day: date, step: int) -> bool:
        """Follow the days off in one direction until one that is off because of a holiday."""
        while not self._country_works(day):
            if day.weekday() < SATURDAY or self._is_off(day):
                return True
            day += timedelta(days=step)
        return False

    def _is_off(self, day: date) -> bool:
        """Return whether a day is one of a holiday, and not only a weekend."""
        if day.year in self.entered_years:
            return self.entered.get(day) is False
        return day in _published(day.year).off
