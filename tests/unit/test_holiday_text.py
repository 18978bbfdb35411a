"""The holidays of a year as they are written: notices, typed text, lines of a table; never guessed at."""

from datetime import date

import pytest

from bot.vehicle_import.holiday_files import lines_of
from core.errors.holidays import DayOfNoKind, HolidaysUnreadable
from core.values.holiday_text import parse_holidays
from core.values.workdays import WorkingCalendar

NEW_YEAR = {date(2027, 1, day) for day in (1, 2, 3)}
MADE_UP = {date(2027, 1, 9)}


@pytest.mark.parametrize(
    "text",
    [
        "2027 休 1月1日至1月3日 班 1月9日",
        "2027年 班 1月9日 休 1月1日至3日",
        "2027年部分节假日安排\n一、元旦:1月1日(周五)至3日(周日)放假调休,共3天。1月9日(周六)上班。",
        "2027-01-01 休\n2027-01-02 休\n2027/1/3 休\n2027-01-09 班",
        "2027 休 1月1日-1月3日 班 1月9日",
        "2027 休 1月1日–3日 班 1月9日",
        "2027 休 1/1→1/3 班 1/9",
        "off 2027-01-01 to 2027-01-03 work 2027-01-09",
        "off 2027-01-01 - 2027-01-03 work 2027-01-09",
        "日期 类型\n2027-01-01 00:00:00 放假\n2027-01-02 放假\n2027-01-03 放假\n2027-01-09 补班",
    ],
)
def test_year_is_read(text: str) -> None:
    found = parse_holidays(text, 2027)
    assert (found.year, found.off, found.worked) == (2027, NEW_YEAR, MADE_UP)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("2027 休", HolidaysUnreadable),
        ("2027 休 1月32日", HolidaysUnreadable),
        ("2027 休 1月3日至1月1日", HolidaysUnreadable),
        ("2027 休 1月1日 3", HolidaysUnreadable),
        ("2027 休 1月1日至2月28日", HolidaysUnreadable),
        ("2027 1月1日", DayOfNoKind),
        ("2027 1月1日 班 1月9日", DayOfNoKind),
    ],
)
def test_what_is_not_understood_is_refused(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        parse_holidays(text, 2027)


def test_last_day_of_all_is_read() -> None:
    assert parse_holidays("休 12月31日", 9999).off == {date(9999, 12, 31)}


def test_table_is_read_as_lines() -> None:
    assert lines_of("日期,类型\n2027-01-01,休\n".encode("gb18030")) == ["日期 类型", "2027-01-01 休"]


def test_entered_year_overrides_everything() -> None:
    monday, saturday = date(2026, 10, 5), date(2026, 10, 10)
    library = WorkingCalendar(overrides={monday: True})
    entered = WorkingCalendar(
        overrides={monday: True}, entered={monday: False, saturday: True}, entered_years=frozenset({2026})
    )
    assert library.is_workday(monday)
    assert not entered.is_workday(monday)
    assert entered.is_workday(saturday)
    assert entered.is_workday(date(2026, 10, 2))  # a holiday of the notice, which is not in what was entered
    assert entered.is_holiday(monday)
    assert entered.has_schedule(2026)
