"""Service hours: their notation, and what counts as one uninterrupted opening."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import CHINA
from core.errors.offices import HoursUnreadable
from core.values.hours import DAY_MINUTES, PROBLEMS, WEEKDAYS, WHOLE_DAY, ServiceHours, Span
from core.values.workdays import WorkingCalendar

DAILY = ServiceHours.parse("08:00-23:00")
SPLIT = ServiceHours.parse("08:00-12:00,14:00-18:00")
ALWAYS = ServiceHours.parse("00:00-24:00")
# Open over the midnight between every two days, closed from two to ten at night.
NIGHT = ServiceHours.parse("00:00-02:00,22:00-24:00")
WEEK = ServiceHours.parse(dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-17:00"))
HOLIDAYS_OFF = ServiceHours.parse(dict.fromkeys(WEEKDAYS, "00:00-24:00") | {"holiday": ""})

# 2026-07-06 is a Monday; 2026-10-01 to 07 are off.
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(  # noqa: DTZ001 - it gets its zone here
    lambda at: at.replace(tzinfo=CHINA)
)
minutes = st.integers(min_value=0, max_value=DAY_MINUTES)
some_hours = st.sampled_from([DAILY, SPLIT, ALWAYS, NIGHT, WEEK, HOLIDAYS_OFF])


def at(day: int, hour: int, minute: int = 0, *, month: int = 7) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=CHINA)


def span(opens: int, closes: int) -> Span:
    return Span(opens=opens * 60, closes=closes * 60)


# --- how they are written ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "08:00-23:00",
        "8:00-23:00",
        " 08:00 - 23:00 ",
        "08:00–23:00",
        "08:00—23:00",
        "08:00——23:00",
        "08:00~23:00",
        "08：00－23：00",  # noqa: RUF100, RUF001 - full width is meant
        "０８：００～２３：００",
        "08:00至23:00",
        "08:00-12:00,12:00-23:00",
        "12:00-23:00，08:00-12:00",
        "08:00-12:00、12:00-23:00",
    ],
)
def test_one_span_is_read_in_many_hands(written: str) -> None:
    assert ServiceHours.parse(written) == DAILY


def test_several_spans_are_kept_apart() -> None:
    assert SPLIT.daily == (span(8, 12), span(14, 18))


@pytest.mark.parametrize(
    ("written", "problem", "part"),
    [
        ("", "form", ""),
        ("always", "form", "always"),
        ("08:00", "form", "08:00"),
        ("08-23", "form", "08-23"),
        ("08:00-23:00,", "form", ""),
        ("08:60-23:00", "no_such_time", "08:60-23:00"),
        ("08:00-24:01", "no_such_time", "08:00-24:01"),
        ("25:00-26:00", "no_such_time", "25:00-26:00"),
        ("22:00-02:00", "backwards", "22:00-02:00"),
        ("08:00-08:00", "backwards", "08:00-08:00"),
        ("08:00-12:00,11:59-18:00", "overlap", "11:59-18:00"),
        ({"mon": "9"}, "form", "mon: 9"),
        ({"mon": 9}, "form", "mon"),
        ({"monday": "09:00-17:00"}, "unknown_day", "monday"),
        ({}, "never_open", ""),
        ({"mon": "", "holiday": "09:00-17:00"}, "never_open", ""),
        (8, "not_hours", ""),
        (None, "not_hours", ""),
    ],
)
def test_unreadable_hours_say_what_is_wrong(written: object, problem: str, part: str) -> None:
    with pytest.raises(HoursUnreadable) as caught:
        ServiceHours.parse(written)
    assert (caught.value.problem, caught.value.part) == (problem, part)
    assert PROBLEMS[problem] in str(caught.value)


def test_days_not_named_are_closed() -> None:
    assert WEEK.week[4:] == ((span(9, 17),), (), ())


def test_spans_are_written_as_clocks_show() -> None:
    assert (NIGHT.week[0][0].opens_text, NIGHT.week[0][1].closes_text) == ("00:00", "24:00")


def test_days_that_differ_have_no_daily() -> None:
    assert WEEK.daily is None


def test_holidays_that_differ_have_no_daily() -> None:
    assert HOLIDAYS_OFF.daily is None


def test_a_whole_week_of_days_is_always() -> None:
    assert ServiceHours.parse(dict.fromkeys(WEEKDAYS, "00:00-12:00,12:00-24:00")).always


@pytest.mark.parametrize("hours", [DAILY, NIGHT, HOLIDAYS_OFF])
def test_hours_with_a_gap_are_not_always(hours: ServiceHours) -> None:
    assert not hours.always


@given(minutes, minutes)
def test_what_is_written_is_what_is_read(one: int, other: int) -> None:
    opens, closes = sorted((one, other if other != one else (one + 1) % DAY_MINUTES))
    wanted = Span(opens=opens, closes=closes)
    assert ServiceHours.parse(f"{wanted.opens_text}-{wanted.closes_text}").daily == (wanted,)


# --- open or closed --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (at(6, 7, 59), False),
        (at(6, 8), True),
        (at(6, 22, 59) + timedelta(seconds=59, microseconds=999_999), True),
        (at(6, 23), False),
    ],
)
def test_open_from_opening_until_before_closing(moment: datetime, *, expected: bool) -> None:
    assert DAILY.is_open(moment) is expected


def test_hours_are_judged_in_china() -> None:
    assert DAILY.is_open(datetime(2026, 7, 6, 0, 0, tzinfo=UTC))


def test_moments_come_back_in_china() -> None:
    closing = DAILY.closes_at(datetime(2026, 7, 6, 0, 0, tzinfo=UTC))
    assert closing is not None
    assert (closing.tzinfo, closing) == (CHINA, at(6, 23))


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        DAILY.is_open(datetime(2026, 7, 6, 10))  # noqa: DTZ001 - the very case


def test_lunch_is_closed() -> None:
    assert not SPLIT.is_open(at(6, 13))


def test_weekend_is_closed_when_not_named() -> None:
    assert not WEEK.is_open(at(11, 10))


@pytest.mark.parametrize(("day", "expected"), [(1, False), (4, False), (7, False), (8, True)])
def test_holiday_hours_hold_on_holidays(day: int, *, expected: bool) -> None:
    assert HOLIDAYS_OFF.is_open(at(day, 10, month=10)) is expected


def test_without_holiday_hours_holidays_are_days() -> None:
    assert DAILY.is_open(at(1, 10, month=10))


def test_holidays_of_the_settings_are_holidays() -> None:
    calendar = WorkingCalendar(overrides={date(2026, 7, 6): False})
    hours = replace(ServiceHours.parse({"mon": "09:00-17:00", "holiday": ""}), calendar=calendar)
    assert not hours.is_open(at(6, 10))


def test_a_make_up_day_keeps_its_weekdays_hours() -> None:
    assert not WEEK.is_open(at(10, 10, month=10))


# --- sessions ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "moment", "expected"),
    [
        (DAILY, at(6, 10), at(6, 23)),
        (DAILY, at(6, 23), at(7, 23)),
        (DAILY, at(6, 3), at(6, 23)),
        (SPLIT, at(6, 10), at(6, 12)),
        (SPLIT, at(6, 12), at(6, 18)),
        (NIGHT, at(6, 22), at(7, 2)),
        (NIGHT, at(7, 1), at(7, 2)),
        (NIGHT, at(7, 2), at(8, 2)),
        (WEEK, at(10, 17), at(13, 17)),
        (HOLIDAYS_OFF, at(28, 10, month=9), at(1, 0, month=10)),
        (ALWAYS, at(6, 10), None),
    ],
)
def test_closing_is_the_sessions_end(
    hours: ServiceHours, moment: datetime, expected: datetime | None
) -> None:
    assert hours.closes_at(moment) == expected


@pytest.mark.parametrize(
    ("hours", "moment", "expected"),
    [
        (DAILY, at(6, 7), at(6, 8)),
        (DAILY, at(6, 8), at(7, 8)),
        (DAILY, at(6, 23), at(7, 8)),
        (SPLIT, at(6, 13), at(6, 14)),
        (NIGHT, at(6, 23), at(7, 22)),
        (NIGHT, at(7, 0), at(7, 22)),
        (WEEK, at(10, 17), at(13, 9)),
        (HOLIDAYS_OFF, at(3, 10, month=10), at(8, 0, month=10)),
        (ALWAYS, at(6, 10), None),
    ],
)
def test_next_opening_comes_after_the_moment(
    hours: ServiceHours, moment: datetime, expected: datetime | None
) -> None:
    assert hours.next_opening(moment) == expected


@pytest.mark.parametrize(
    ("hours", "first", "second", "expected"),
    [
        (DAILY, at(6, 8), at(6, 22, 59), True),
        (DAILY, at(6, 22, 59), at(6, 23), False),
        (DAILY, at(6, 22), at(7, 9), False),
        (SPLIT, at(6, 11), at(6, 15), False),
        (NIGHT, at(6, 23), at(7, 1), True),
        (NIGHT, at(7, 1), at(7, 23), False),
        (DAILY, at(6, 7), at(6, 7, 30), False),
        (ALWAYS, at(6, 1), at(30, 1), True),
        (HOLIDAYS_OFF, at(30, 23, month=9), at(8, 1, month=10), False),
    ],
)
def test_a_session_ends_with_closing(
    hours: ServiceHours, first: datetime, second: datetime, *, expected: bool
) -> None:
    assert hours.same_session(first, second) is expected
    assert hours.same_session(second, first) is expected


@given(some_hours, moments)
def test_open_hours_end_later(hours: ServiceHours, moment: datetime) -> None:
    closing = hours.closes_at(moment)
    if hours.is_open(moment):
        assert hours.always if closing is None else moment < closing


@given(some_hours, moments)
def test_a_session_opens_where_it_was_closed(hours: ServiceHours, moment: datetime) -> None:
    opening = hours.next_opening(moment)
    if opening is None:
        assert hours.always
    else:
        assert hours.is_open(opening)
        assert not hours.is_open(opening - timedelta(microseconds=1))


@given(some_hours, moments)
def test_a_closing_minute_is_closed(hours: ServiceHours, moment: datetime) -> None:
    closing = hours.closes_at(moment)
    assert closing is None or not hours.is_open(closing)


@given(some_hours, moments, st.integers(min_value=0, max_value=4 * DAY_MINUTES))
def test_one_session_has_no_closed_minute(hours: ServiceHours, moment: datetime, ahead: int) -> None:
    # Every minute is looked at, so the sessions' own arithmetic is not asked.
    later = moment + timedelta(minutes=ahead)
    between = (moment + timedelta(minutes=minute) for minute in range(ahead + 1))
    assert hours.same_session(moment, later) is all(hours.is_open(minute) for minute in between)


# --- days --------------------------------------------------------------------------------------------


def test_a_days_last_closing_ends_it() -> None:
    assert SPLIT.last_closing(date(2026, 7, 6)) == at(6, 18)


def test_a_closed_day_has_no_closing() -> None:
    assert WEEK.last_closing(date(2026, 7, 11)) is None


def test_a_day_that_never_ends_closes_at_midnight() -> None:
    assert ALWAYS.last_closing(date(2026, 7, 6)) == at(7, 0)


def test_whole_days_are_whole() -> None:
    assert ALWAYS.week == (WHOLE_DAY,) * 7


cuts = st.lists(minutes, min_size=2, max_size=8, unique=True).map(sorted)


def written(spans: list[Span]) -> str:
    return ",".join(f"{span.opens_text}-{span.closes_text}" for span in spans)


@given(cuts)
def test_spans_that_touch_are_one(points: list[int]) -> None:
    spans = [Span(opens=opens, closes=closes) for opens, closes in pairwise(points)]
    assert ServiceHours.parse(written(spans)).daily == (Span(opens=points[0], closes=points[-1]),)


@given(cuts)
def test_spans_with_gaps_stay_apart(points: list[int]) -> None:
    spans = [Span(opens=opens, closes=closes) for opens, closes in pairwise(points)][::2]
    assert ServiceHours.parse(written(spans)).daily == tuple(spans)
