"""The end of a ban set by an admin, and which current ban the question was about."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import CHINA
from core.errors.blacklist import BanInThePast
from core.people.ban_ends import end_of_ban
from core.people.blacklist import Ban, Cause, version_of

AT = datetime(2026, 3, 10, 12, 0, tzinfo=CHINA)
MIDNIGHT = datetime(2028, 3, 10, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("wanted", "years", "end"),
    [
        (None, 2, MIDNIGHT),
        (None, 0, datetime(2027, 3, 10, tzinfo=CHINA)),  # the rule sets no ban; an admin's lasts a year
        (date(2026, 3, 11), 2, datetime(2026, 3, 11, tzinfo=CHINA)),
        (date(2099, 1, 1), 0, datetime(2099, 1, 1, tzinfo=CHINA)),
    ],
)
def test_end_is_the_date_or_the_rules(wanted: date | None, years: int, end: datetime) -> None:
    assert end_of_ban(AT, wanted, years) == end


def test_leap_day_ends_on_the_first_of_march() -> None:
    leap = datetime(2028, 2, 29, 12, tzinfo=CHINA)
    assert end_of_ban(leap, None, 1) == datetime(2029, 3, 1, tzinfo=CHINA)


@pytest.mark.parametrize("wanted", [date(2026, 3, 10), date(2026, 3, 9), date(1, 1, 1)])
def test_day_that_has_come_is_refused(wanted: date) -> None:
    with pytest.raises(BanInThePast):
        end_of_ban(AT, wanted, 2)


@given(wanted=st.dates(), hours=st.integers(0, 10_000))
def test_end_is_a_beginning_of_a_day_ahead(wanted: date, hours: int) -> None:
    at = AT + timedelta(hours=hours)
    try:
        end = end_of_ban(at, wanted, 2)
    except BanInThePast:
        assert wanted <= at.date()
    else:
        assert end > at
        assert (end.hour, end.minute, end.tzinfo) == (0, 0, CHINA)


def test_version_changes_with_the_end_and_the_ban() -> None:
    ban = Ban(
        ban_id=1, identity_hash=b"x", office="粤K", reason="r", cause=Cause.ADMIN, since=AT, until=MIDNIGHT
    )
    others = [None, replace(ban, ban_id=2), replace(ban, until=MIDNIGHT + timedelta(days=1))]
    assert len({version_of(one) for one in (ban, *others)}) == 4
    assert version_of(replace(ban, reason="another word")) == version_of(ban)
