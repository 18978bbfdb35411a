"""Extensions of deadlines as pure functions, over many calendars (docs/domain.md, section 6)."""

from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.clock import CHINA
from core.notifications.reminders import last_day_of
from core.preselection.extensions import (
    DELIVERY,
    EXTENDABLE_WORKDAYS,
    extension_limit,
    next_whole_day,
    remind_by,
)
from core.values.hours import ServiceHours
from core.values.workdays import WorkingCalendar

HOURS = [
    ServiceHours.parse(text)
    for text in (
        "09:00-17:00",
        "08:00-12:00,14:00-18:00",
        "00:00-24:00",
        "07:00-08:30",
        {"mon": "09:00-12:00", "thu": "13:00-20:00"},
    )
]
moments = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001 - the zone is added
    max_value=datetime(2027, 12, 31),  # noqa: DTZ001
    timezones=st.just(CHINA),
)
calendars = st.builds(
    lambda closed: WorkingCalendar(closed_days=frozenset(closed)),
    st.sets(st.dates(date(2026, 1, 1), date(2028, 3, 1)), max_size=60),
)


@given(now=moments, calendar=calendars, hours=st.sampled_from(HOURS))
def test_extension_is_the_first_working_day_that_is_still_whole(
    now: datetime, calendar: WorkingCalendar, hours: ServiceHours
) -> None:
    found = next_whole_day(now, calendar, hours)
    day = last_day_of(found)
    assert found == hours.last_closing(day)
    assert calendar.is_workday(day)
    assert now + DELIVERY <= remind_by(found, hours) <= found
    earlier = now.date()
    while earlier < day:  # none before would do
        closing = hours.last_closing(earlier) if calendar.is_workday(earlier) else None
        assert closing is None or remind_by(closing, hours) < now + DELIVERY
        earlier += timedelta(days=1)


@given(now=moments, calendar=calendars, hours=st.sampled_from(HOURS))
def test_message_sent_at_the_extension_counts(
    now: datetime, calendar: WorkingCalendar, hours: ServiceHours
) -> None:
    """So an owner who is told at once is never extended again."""
    assert now < remind_by(next_whole_day(now, calendar, hours), hours)


@given(now=moments, late=st.timedeltas(timedelta(), timedelta(days=90)), calendar=calendars)
def test_limit_is_ten_working_days_after_the_deadline_or_the_outage(
    now: datetime, late: timedelta, calendar: WorkingCalendar
) -> None:
    hours = HOURS[0]
    deadline = calendar.closing_from((now - late).date(), hours)
    limit = extension_limit(deadline, now, calendar, hours)
    assert calendar.workdays_between(max(deadline.date(), now.date()), limit.date()) == EXTENDABLE_WORKDAYS


def test_reminder_of_the_last_morning_counts_where_the_counter_opens_early() -> None:
    deadline = datetime(2026, 3, 17, 17, tzinfo=CHINA)
    early, late = ServiceHours.parse("07:30-17:00"), ServiceHours.parse("13:00-17:00")
    assert remind_by(deadline, early).time() == time(9)
    assert remind_by(deadline, late).time() == time(13)


def test_midnight_closing_belongs_to_the_day_before() -> None:
    deadline = datetime(2026, 3, 18, tzinfo=CHINA)
    assert remind_by(deadline, ServiceHours.parse("00:00-24:00")) == datetime(2026, 3, 17, 9, tzinfo=CHINA)
