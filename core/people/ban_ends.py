"""When bans end: at a midnight in China (docs/domain.md, section 6)."""

from datetime import date, datetime, time

from core.clock import CHINA
from core.errors.blacklist import BanInThePast


def years_after(moment: datetime, years: int) -> datetime:
    """Return the midnight at which a ban of ``years`` ends; from 29 February, possibly on 1 March."""
    day = moment.astimezone(CHINA).date()
    try:
        last = day.replace(year=day.year + years)
    except ValueError:
        last = date(day.year + years, 3, 1)
    return datetime.combine(last, time(), CHINA)


def end_of_ban(moment: datetime, wanted: date | None, years: int) -> datetime:
    """Return the end of a ban set by an admin: a midnight in China.

    Args:
        moment: when it is set.
        wanted: the first day after the ban; None for the office's default.
        years: the office's ``ban_years``; if that is 0, one year is used.

    Raises:
        BanInThePast: the day is not in the future.
    """
    if wanted is None:
        return years_after(moment, max(1, years))
    until = datetime.combine(wanted, time(), CHINA)
    if until <= moment:
        raise BanInThePast
    return until
