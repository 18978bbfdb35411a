"""Calendar files replace each other in a calendar app, and the last one removes the event."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from bot.owner.calendar_file import calendar_file, cancellation_file
from core.clock import CHINA
from core.preselection import Preselection, PreselectionState, Way
from core.values.plates import PlateKind
from core.values.vehicles import CertificateKind
from tests import factories
from tests.core.tools import settings

SELECTED = datetime(2026, 3, 10, 10, 0, tzinfo=CHINA)
DEADLINE = datetime(2026, 3, 17, 17, 0, tzinfo=CHINA)
OFFICE = settings().offices[0]
RESERVED = Preselection(
    preselection_id=7,
    account_id=1,
    office=OFFICE.code,
    kind=PlateKind.SMALL,
    state=PreselectionState.RESERVED,
    vin=factories.VIN,
    certificate_kind=CertificateKind.DOMESTIC,
    certificate=factories.CERTIFICATE,
    verified_at=SELECTED,
    reserved_at=SELECTED,
    serial="A1234",
    way=Way.RANDOM,
    deadline=DEADLINE,
    ended_at=None,
    reason=None,
    updated_at=SELECTED,
)


def event_of(content: bytes) -> Any:
    calendar = Calendar.from_ical(content)
    (event,) = calendar.walk("VEVENT")
    return event


def moved(span: timedelta, *, after: timedelta = timedelta(hours=1)) -> Any:
    """Return the event of a reservation whose deadline was moved by this much, some time later."""
    deadline = DEADLINE + span
    reserved = replace(RESERVED, deadline=deadline, updated_at=SELECTED + after)
    return event_of(calendar_file(reserved, OFFICE, deadline))


@given(st.integers(0, 400 * 24 * 60), st.integers(1, 400 * 24 * 60))
def test_sequence_grows_with_each_change(first: int, more: int) -> None:
    one = moved(timedelta(days=1), after=timedelta(minutes=first))
    other = moved(timedelta(days=2), after=timedelta(minutes=first + more))
    assert one["UID"] == other["UID"]
    assert 0 <= one["SEQUENCE"] < other["SEQUENCE"] < 2**31


def test_stamp_is_that_of_the_last_change() -> None:
    first = event_of(calendar_file(RESERVED, OFFICE, DEADLINE))
    assert first["DTSTAMP"].dt == SELECTED
    assert moved(timedelta(days=1))["DTSTAMP"].dt == SELECTED + timedelta(hours=1)
    assert calendar_file(RESERVED, OFFICE, DEADLINE) == calendar_file(RESERVED, OFFICE, DEADLINE)


def test_end_of_a_number_cancels_the_event() -> None:
    ended = replace(RESERVED, state=PreselectionState.VOID, ended_at=SELECTED + timedelta(days=2))
    content = cancellation_file(ended, OFFICE, DEADLINE)
    event, before = event_of(content), event_of(calendar_file(RESERVED, OFFICE, DEADLINE))
    assert Calendar.from_ical(content)["METHOD"] == "CANCEL"
    assert event["STATUS"] == "CANCELLED"
    assert event["UID"] == before["UID"]
    assert event["SEQUENCE"] > before["SEQUENCE"]
    assert event["DTSTAMP"].dt == ended.ended_at
    assert event["ORGANIZER"]
    assert not event.subcomponents  # no alarm


def test_reinstated_number_comes_back_into_the_calendar() -> None:
    """Its event counts as newer than the cancellation, although the deadline is the same."""
    ended = replace(RESERVED, state=PreselectionState.VOID, ended_at=SELECTED + timedelta(hours=1))
    cancelled = event_of(cancellation_file(ended, OFFICE, DEADLINE))
    assert moved(timedelta(), after=timedelta(hours=2))["SEQUENCE"] > cancelled["SEQUENCE"]
