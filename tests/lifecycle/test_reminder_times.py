"""The times of reminders, for all times of selection and settings of the office."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import CHINA
from core.notifications.reminders import Deadline, reminder_times
from core.values.hours import ServiceHours
from core.values.offices import Office
from core.values.workdays import WorkingCalendar

CALENDAR = WorkingCalendar()
COUNTERS = [
    ServiceHours.parse("09:00-17:00"),
    ServiceHours.parse("08:30-12:00,14:30-17:30"),
    ServiceHours.parse({"mon": "09:00-12:00", "wed": "07:00-07:30", "fri": "00:00-24:00"}),
]

offices = st.builds(
    lambda validity, days, counter: Office(
        code="粤K",
        name="车辆管理所",
        address="某路1号",
        validity_workdays=validity,
        reminder_workdays=tuple(sorted(days, reverse=True)),
        counter_hours=counter,
    ),
    st.integers(min_value=1, max_value=20),
    st.sets(st.integers(min_value=0, max_value=25), min_size=1, max_size=5),
    st.sampled_from(COUNTERS),
)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001 - they get a zone
counts = st.none() | st.integers(min_value=0, max_value=6)


def last_day_of(deadline: Deadline) -> date:
    """Return the day on which the counter closes; at midnight it is the day before."""
    return (deadline.deadline.astimezone(CHINA) - timedelta(minutes=1)).date()


def deadline_of(at: datetime, office: Office) -> Deadline:
    return Deadline(
        chat_id=1,
        account_id=1,
        subject="preselection:1",
        reserved_at=at,
        deadline=CALENDAR.deadline(at, office.validity_workdays, office.counter_hours),
    )


@given(moments, offices, counts)
def test_reminders_come_in_order_and_in_time(at: datetime, office: Office, count: int | None) -> None:
    deadline = deadline_of(at, office)
    times = [moment for _, moment in reminder_times(deadline, office, CALENDAR, count)]
    assert times == sorted(set(times))
    assert all(at + timedelta(hours=12) <= moment < deadline.deadline for moment in times)


@given(moments, offices, counts)
def test_last_morning_is_always_reminded(at: datetime, office: Office, count: int | None) -> None:
    deadline = deadline_of(at, office)
    morning = datetime.combine(last_day_of(deadline), time(8), CHINA)
    possible = morning - at >= timedelta(hours=12) and morning < deadline.deadline
    times = reminder_times(deadline, office, CALENDAR, count)
    assert (times[-1:] == [(0, morning)]) is possible


@given(moments, offices, counts)
def test_reminders_before_fall_on_working_days(at: datetime, office: Office, count: int | None) -> None:
    deadline = deadline_of(at, office)
    last = last_day_of(deadline)
    for days, moment in reminder_times(deadline, office, CALENDAR, count):
        assert CALENDAR.is_workday(moment.date())
        assert CALENDAR.workdays_between(moment.date(), last) == days


@given(moments, offices, st.integers(min_value=0, max_value=6))
def test_fewer_wished_are_the_latest(at: datetime, office: Office, count: int) -> None:
    deadline = deadline_of(at, office)
    everything = reminder_times(deadline, office, CALENDAR, None)
    fewer = reminder_times(deadline, office, CALENDAR, count)
    assert len([days for days, _ in fewer if days]) <= count
    assert fewer == everything[len(everything) - len(fewer) :]


@pytest.mark.parametrize(("hour", "minute", "first"), [(20, 59, 3), (21, 0, 3), (21, 1, 1), (22, 59, 1)])
def test_twelve_hours_after_the_selection_are_quiet(hour: int, minute: int, first: int) -> None:
    """With four working days, the first reminder falls on the morning after the selection, at nine."""
    office = Office(code="粤K", name="车辆管理所", address="某路1号", validity_workdays=4)
    at = datetime(2026, 3, 10, hour, minute, tzinfo=CHINA)
    assert reminder_times(deadline_of(at, office), office, CALENDAR, None)[0][0] == first


def test_last_morning_may_be_too_soon_as_well() -> None:
    office = Office(code="粤K", name="车辆管理所", address="某路1号", validity_workdays=1)
    at = datetime(2026, 3, 10, 20, 1, tzinfo=CHINA)
    assert reminder_times(deadline_of(at, office), office, CALENDAR, None) == []
