"""The holidays of a year that a chief enters: they count for deadlines, and are replaced as a whole."""

from datetime import date, datetime

import pytest

from core.availability import holidays
from core.availability.closed_days import calendar_of
from core.availability.holidays import Schedule
from core.bootstrap import Core
from core.clock import CHINA, FixedClock, to_millis
from core.errors.desk import HandledMeanwhile
from core.errors.holidays import YearOver
from core.preselection import get
from tests.core.tools import NOON, release, reserved

OFF, WORKED = date(2026, 3, 13), date(2026, 3, 14)
YEAR = Schedule(year=2026, off=frozenset({OFF}), worked=frozenset({WORKED}))


async def test_entered_year_counts_for_deadlines_and_is_replaced_by_who_has_seen_it(core: Core) -> None:
    await core.store.run(release, core, "A####")
    await core.store.run(lambda tx: holidays.enter(tx, YEAR, "chat:1", expected=0))
    with pytest.raises(HandledMeanwhile):
        await core.store.run(lambda tx: holidays.enter(tx, YEAR, "chat:2", expected=0))
    calendar = await core.store.read(calendar_of, core.offices["粤K"], core.calendar)
    assert (calendar.is_workday(OFF), calendar.is_workday(WORKED)) == (False, True)
    _, begun = await core.store.run(reserved, core, 0, "A1234")
    # Five working days after the 10th: 11, 12, 14 (a Saturday that is worked), 16, 17.
    assert (await core.store.read(get, begun)).deadline == datetime(2026, 3, 17, 17, tzinfo=CHINA)
    empty = Schedule(year=2026, off=frozenset({date(2026, 3, 11)}), worked=frozenset())
    await core.store.run(lambda tx: holidays.enter(tx, empty, "chat:1", expected=to_millis(NOON)))
    calendar = await core.store.read(calendar_of, core.offices["粤K"], core.calendar)
    assert (calendar.is_workday(OFF), calendar.is_workday(WORKED)) == (True, False)


async def test_year_is_over_at_midnight_in_china(core: Core, clock: FixedClock) -> None:
    clock.set(datetime(2026, 12, 31, 23, 59, tzinfo=CHINA))
    await core.store.read(holidays.validate_schedule, YEAR)
    clock.set(datetime(2027, 1, 1, 0, 1, tzinfo=CHINA))  # in UTC it is the year before for eight hours
    with pytest.raises(YearOver):
        await core.store.read(holidays.validate_schedule, YEAR)
