"""Working days and deadlines, compared with tables made by hand and with a second source."""

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from chinese_calendar.constants import holidays as second_source_days
from hypothesis import given
from hypothesis import strategies as st

from core.clock import CHINA
from core.errors.offices import NoWorkdayAhead
from core.values.hours import ServiceHours
from core.values.workdays import WorkingCalendar

CALENDAR = WorkingCalendar()
COUNTER = ServiceHours.parse("09:00-17:00")
FIRST_YEAR = min(second_source_days).year
LAST_YEAR = max(second_source_days).year

SECOND_SOURCE_IS_WRONG = {
    # 国办发明电〔2005〕35号: «12月31日(星期六)上班»; the second source has no data for 2005's last days.
    date(2005, 12, 31),
}

# Selected on, working days, the last day; counted by hand from the State Council's notices:
# 2024  Feb 10-17, Apr 4-6, May 1-5, Jun 10, Sep 15-17, Oct 1-7 off;
#       Feb 4, Feb 18, Apr 7, Apr 28, May 11, Sep 14, Sep 29, Oct 12 worked
# 2025  Jan 1, Jan 28 - Feb 4, Apr 4-6, May 1-5, May 31 - Jun 2, Oct 1-8 off;
#       Jan 26, Feb 8, Apr 27, Sep 28, Oct 11 worked
# 2026  Jan 1-3, Feb 15-23, Apr 4-6, May 1-5, Jun 19-21, Sep 25-27, Oct 1-7 off;
#       Jan 4, Feb 14, Feb 28, May 9, Sep 20, Oct 10 worked
DEADLINES = [
    # an ordinary week, and a weekend in between
    ("2026-07-06", 4, "2026-07-10"),
    ("2026-07-06", 5, "2026-07-13"),
    ("2026-07-11", 5, "2026-07-17"),
    # 国庆 2026
    ("2026-09-14", 5, "2026-09-20"),
    ("2026-09-15", 5, "2026-09-21"),
    ("2026-09-18", 5, "2026-09-24"),
    ("2026-09-19", 5, "2026-09-24"),
    ("2026-09-20", 5, "2026-09-28"),
    ("2026-09-24", 5, "2026-10-09"),
    ("2026-09-25", 5, "2026-10-09"),
    ("2026-09-28", 5, "2026-10-10"),
    ("2026-09-29", 5, "2026-10-12"),
    ("2026-09-30", 5, "2026-10-13"),
    ("2026-10-01", 5, "2026-10-13"),
    ("2026-10-07", 5, "2026-10-13"),
    ("2026-10-08", 5, "2026-10-14"),
    ("2026-10-09", 1, "2026-10-10"),
    ("2026-10-10", 1, "2026-10-12"),
    # 春节 2026
    ("2026-02-06", 5, "2026-02-13"),
    ("2026-02-09", 5, "2026-02-14"),
    ("2026-02-10", 5, "2026-02-24"),
    ("2026-02-13", 5, "2026-02-27"),
    ("2026-02-14", 5, "2026-02-28"),
    ("2026-02-17", 5, "2026-02-28"),
    ("2026-02-24", 5, "2026-03-02"),
    # years' ends
    ("2023-12-29", 5, "2024-01-08"),
    ("2024-12-25", 5, "2025-01-02"),
    ("2024-12-31", 5, "2025-01-08"),
    ("2025-12-25", 5, "2026-01-04"),
    ("2025-12-26", 5, "2026-01-05"),
    ("2025-12-31", 5, "2026-01-08"),
    ("2026-01-01", 1, "2026-01-04"),
    # 春节 2025 and 2024
    ("2025-01-21", 5, "2025-01-27"),
    ("2025-01-22", 5, "2025-02-05"),
    ("2025-01-27", 5, "2025-02-10"),
    ("2025-02-04", 3, "2025-02-07"),
    ("2025-02-04", 4, "2025-02-08"),
    ("2024-02-02", 5, "2024-02-08"),
    ("2024-02-08", 1, "2024-02-09"),
    ("2024-02-09", 5, "2024-02-22"),
    # 清明, 劳动节, 端午
    ("2024-04-03", 2, "2024-04-08"),
    ("2025-04-03", 1, "2025-04-07"),
    ("2025-04-24", 5, "2025-04-30"),
    ("2025-04-25", 5, "2025-05-06"),
    ("2024-05-06", 5, "2024-05-11"),
    ("2026-04-30", 5, "2026-05-11"),
    ("2025-05-30", 1, "2025-06-03"),
    ("2026-06-18", 1, "2026-06-22"),
    # 国庆 2025, 中秋 and 国庆 2024
    ("2025-09-26", 5, "2025-10-10"),
    ("2025-09-29", 5, "2025-10-13"),
    ("2025-10-08", 3, "2025-10-11"),
    ("2024-09-13", 1, "2024-09-14"),
    ("2024-09-13", 2, "2024-09-18"),
    ("2024-09-27", 5, "2024-10-10"),
    ("2024-10-11", 1, "2024-10-12"),
]

days = st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))


def china(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=CHINA)


def last_day_by_second_source(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= chinese_calendar.is_workday(day)
    return day


def test_workdays_agree_with_second_source() -> None:
    first, last = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
    span = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
    differing = {day for day in span if CALENDAR.is_workday(day) != chinese_calendar.is_workday(day)}
    assert differing == SECOND_SOURCE_IS_WRONG


@pytest.mark.parametrize(("selected", "count", "last_day"), DEADLINES)
def test_deadline_is_counted_in_working_days(selected: str, count: int, last_day: str) -> None:
    day, expected = date.fromisoformat(selected), date.fromisoformat(last_day)
    assert CALENDAR.deadline(china(day, 10), count, COUNTER) == china(expected, 17)
    assert last_day_by_second_source(day, count) == expected


def test_the_table_of_deadlines_is_long() -> None:
    assert len(DEADLINES) >= 40


@pytest.mark.parametrize("hour", [0, 12, 23])
def test_hour_of_selection_changes_no_deadline(hour: int) -> None:
    selected = china(date(2026, 9, 30), hour, 59)
    assert CALENDAR.deadline(selected, 5, COUNTER) == china(date(2026, 10, 13), 17)


def test_day_of_selection_is_chinas_not_utcs() -> None:
    # Half past midnight on Tuesday in China, still Monday in UTC.
    selected = datetime(2026, 7, 6, 16, 30, tzinfo=UTC)
    assert CALENDAR.deadline(selected, 1, COUNTER) == china(date(2026, 7, 8), 17)


def test_deadline_refuses_a_naive_time() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        CALENDAR.deadline(datetime(2026, 7, 6, 10), 1, COUNTER)  # noqa: DTZ001 - the very case


def test_validity_of_no_day_is_refused() -> None:
    with pytest.raises(ValueError, match="one working day"):
        CALENDAR.deadline(china(date(2026, 7, 6), 10), 0, COUNTER)


def test_deadline_ends_with_the_last_span() -> None:
    counter = ServiceHours.parse("09:00-12:00,14:00-17:30")
    assert CALENDAR.deadline(china(date(2026, 7, 6), 10), 1, counter) == china(date(2026, 7, 7), 17, 30)


def test_deadline_waits_for_an_open_counter() -> None:
    counter = ServiceHours.parse({"mon": "09:00-17:00", "fri": "09:00-16:00"})
    assert CALENDAR.deadline(china(date(2026, 7, 6), 10), 1, counter) == china(date(2026, 7, 10), 16)


def test_deadline_without_any_counter_is_an_error() -> None:
    counter = ServiceHours.parse({"sun": "09:00-17:00"})
    with pytest.raises(NoWorkdayAhead):
        WorkingCalendar(overrides={date(2027, 1, 3): False}).deadline(china(date(2090, 7, 6), 10), 1, counter)


@pytest.mark.parametrize("year", range(2002, 2027))
def test_published_years_have_a_schedule(year: int) -> None:
    assert CALENDAR.has_schedule(year)


def test_a_far_year_has_no_schedule() -> None:
    assert not CALENDAR.has_schedule(2090)


def test_a_make_up_day_in_settings_is_a_schedule() -> None:
    assert WorkingCalendar(overrides={date(2090, 2, 4): True}).has_schedule(2090)


def test_a_day_off_in_settings_is_no_schedule() -> None:
    assert not WorkingCalendar(overrides={date(2090, 2, 6): False}).has_schedule(2090)


def test_year_without_schedule_knows_fixed_holidays() -> None:
    assert not CALENDAR.is_workday(date(2091, 10, 1))


def test_year_without_schedule_has_plain_weekdays() -> None:
    august = [date(2090, 8, day) for day in range(1, 32)]
    assert [CALENDAR.is_workday(day) for day in august] == [day.weekday() < 5 for day in august]


def test_make_up_day_before_new_year_is_known() -> None:
    # Decided in the notice for 2012.
    assert CALENDAR.is_workday(date(2011, 12, 31))


def test_settings_make_a_saturday_worked() -> None:
    assert WorkingCalendar(overrides={date(2027, 2, 20): True}).is_workday(date(2027, 2, 20))


def test_settings_make_a_make_up_day_free() -> None:
    assert not WorkingCalendar(overrides={date(2026, 10, 10): False}).is_workday(date(2026, 10, 10))


def test_settings_move_a_deadline() -> None:
    calendar = WorkingCalendar(overrides={date(2026, 7, 8): False, date(2026, 7, 11): True})
    assert calendar.deadline(china(date(2026, 7, 6), 10), 4, COUNTER) == china(date(2026, 7, 11), 17)


def test_closed_days_win_over_settings() -> None:
    day = date(2026, 7, 11)
    assert not WorkingCalendar(overrides={day: True}, closed_days=frozenset({day})).is_workday(day)


def test_a_closed_day_lengthens_the_validity() -> None:
    closed = CALENDAR.closing_on(date(2026, 7, 8))
    assert closed.deadline(china(date(2026, 7, 6), 10), 2, COUNTER) == china(date(2026, 7, 9), 17)


def test_closing_leaves_the_first_calendar_alone() -> None:
    CALENDAR.closing_on(date(2026, 7, 8))
    assert CALENDAR.is_workday(date(2026, 7, 8))


def test_a_closed_day_is_no_public_holiday() -> None:
    assert not CALENDAR.closing_on(date(2026, 7, 8)).is_holiday(date(2026, 7, 8))


def test_calendar_keeps_its_own_copy() -> None:
    given_days = {date(2026, 7, 11): True}
    calendar = WorkingCalendar(overrides=given_days)
    given_days.clear()
    assert calendar.is_workday(date(2026, 7, 11))


def test_holiday_takes_its_weekend_along() -> None:
    october = [date(2026, 10, day) for day in range(1, 12)]
    assert [day.day for day in october if CALENDAR.is_holiday(day)] == [1, 2, 3, 4, 5, 6, 7]


def test_an_ordinary_weekend_is_no_holiday() -> None:
    assert not CALENDAR.is_holiday(date(2026, 7, 11))


def test_holidays_hold_all_of_second_source() -> None:
    missing = {day for day in second_source_days if not CALENDAR.is_holiday(day)}
    assert missing == set()


def test_holidays_beyond_second_source_are_weekends() -> None:
    # «与周末连休»: that source omits the weekend next to a holiday.
    span = (date(2006, 1, 1) + timedelta(days=ahead) for ahead in range(365 * 20))
    more = [day for day in span if CALENDAR.is_holiday(day) and day not in second_source_days]
    assert {day.weekday() for day in more} <= {5, 6}


@given(days, st.integers(min_value=1, max_value=60))
def test_counting_undoes_adding_workdays(day: date, count: int) -> None:
    assert CALENDAR.workdays_between(day, CALENDAR.add_workdays(day, count)) == count


@given(days, st.integers(min_value=1, max_value=60))
def test_added_workdays_end_on_one(day: date, count: int) -> None:
    assert CALENDAR.is_workday(CALENDAR.add_workdays(day, count))


@given(days, st.integers(min_value=1, max_value=30))
def test_workdays_back_undo_workdays_forth(day: date, count: int) -> None:
    start = CALENDAR.add_workdays(day, 1)
    assert CALENDAR.add_workdays(CALENDAR.add_workdays(start, count), -count) == start


def test_adding_no_workdays_stays() -> None:
    assert CALENDAR.add_workdays(date(2026, 10, 3), 0) == date(2026, 10, 3)


def test_no_workdays_lie_before_the_start() -> None:
    assert CALENDAR.workdays_between(date(2026, 7, 10), date(2026, 7, 6)) == 0


def test_a_country_that_never_works_is_an_error() -> None:
    first = date(2026, 7, 7)
    closed = CALENDAR.closing_on(*(first + timedelta(days=ahead) for ahead in range(1600)))
    with pytest.raises(NoWorkdayAhead):
        closed.add_workdays(date(2026, 7, 6), 1)
