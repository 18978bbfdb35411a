"""The holidays of a year, read from the State Council's notice, from typed text, or from lines of a table.

Examples: 「1月1日(周五)至3日(周日)放假调休,共3天。1月10日(周日)上班。」, 「休 1月1日至1月3日 班 1月10日」,
``2027-01-01 休``.
"""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from core.errors.holidays import DayOfNoKind, HolidaysUnreadable
from core.values.text import HYPHENS, clean

_OFF, _WORK = "off", "work"
_KIND = re.compile(
    r"(?P<work>调休上班|补休上班|补班|上班|工作日|班|workday|work)"
    r"|(?P<off>放假调休|放假|休息|连休|节假日|假日|休|holiday|off)",
    re.IGNORECASE,
)
_DAY = r"(?:(\d{4})\s?[-/.年]\s?)?(\d{1,2})\s?[-/.月]\s?(\d{1,2})\s?[日号]?"
_UNTIL = rf"(?:至|到|TO\b|[~〜―→{re.escape(HYPHENS)}]+)"
_DAYS = re.compile(
    rf"(?<!\d)(?<!\d:){_DAY}(?:\s*{_UNTIL}\s*(?:(?:(\d{{4}})\s?[-/.年]\s?)?(\d{{1,2}})\s?[-/.月]\s?)?(\d{{1,2}})\s?[日号]?)?(?![\d:])"
)
_ASIDE = re.compile(r"[(（][^)）]*[)）]|共\s*\d+\s*天|\d{1,2}:\d{2}(?::\d{2})?")
_YEAR = re.compile(r"(?<![\d-])(20\d{2})(?:\s*年)?(?![-/.\d年])")
_LONGEST = 31  # days after the first one
_APART = re.compile(r"[。;；\n]+")


@dataclass(slots=True)
class HolidayDays:
    """The days off and the days worked of a year."""

    year: int
    off: set[date] = field(default_factory=set)
    worked: set[date] = field(default_factory=set)


def parse_holidays(text: str, year: int) -> HolidayDays:
    """Read the days off and the days worked of a year; nothing with a digit in it is passed over.

    Args:
        text: the text.
        year: of days that name none, unless the text names one.

    Raises:
        HolidaysUnreadable: something is not understood, or there is no day.
        DayOfNoKind: of a day it is not said whether it is off or worked.
    """
    clauses = [_ASIDE.sub(" ", clean(clause)) for clause in _APART.split(text)]
    found, kind = HolidayDays(year=year), ""
    for place, clause in enumerate(clauses):
        if named := _YEAR.search(clause):
            found.year = int(named[1])
            clauses[place] = f"{clause[: named.start()]} {clause[named.end() :]}"
            break
    for clause in clauses:
        kind = _read(clause, found, kind)
    if not found.off and not found.worked:
        raise HolidaysUnreadable
    return found


def _read(clause: str, found: HolidayDays, before: str) -> str:
    """Read the days of a clause; return the kind that is in force at its end."""
    kinds = [(one.start(), one.lastgroup or "") for one in _KIND.finditer(clause)]
    only = kinds[0][1] if len({kind for _, kind in kinds}) == 1 else ""
    places = [days.start() for days in _DAYS.finditer(clause)]
    if len(kinds) == 1 and places and places[0] < kinds[0][0] < places[-1]:
        only = ""  # of the days before the word it is not said what they are
    for days in _DAYS.finditer(clause):
        led = [kind for at, kind in kinds if at < days.start()]
        kind = only or (led[-1] if led else before)
        if not kind:
            raise DayOfNoKind(days[0].strip())
        (found.off if kind == _OFF else found.worked).update(_span(days, found.year))
    left = re.search(r"\S*\d\S*", _DAYS.sub(" ", clause))
    if left:
        raise HolidaysUnreadable(left[0])
    return kinds[-1][1] if kinds else before


def _span(found: re.Match[str], year: int) -> list[date]:
    first_year, month, day, last_year, last_month, last_day = found.groups()
    try:
        first = date(int(first_year or year), int(month), int(day))
        last = first
        if last_day:
            last = date(int(last_year or first.year), int(last_month or month), int(last_day))
    except ValueError:
        raise HolidaysUnreadable(found[0].strip()) from None
    further = (last - first).days
    if not 0 <= further <= _LONGEST:
        raise HolidaysUnreadable(found[0].strip())
    return [first + timedelta(days=after) for after in range(further + 1)]
