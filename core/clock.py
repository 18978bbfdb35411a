"""Where the time comes from.

Every service takes the clock that it was handed, so that tests, the demo and the rehearsal can
put the time forward, and nothing ever asks the host for a zone: the country has one.
"""

from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
"""The one zone in which hours, days and deadlines are meant and shown."""


class Clock(Protocol):
    """Something that tells the time."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


class SystemClock:
    """The host's clock."""

    def now(self) -> datetime:
        """Return the host's time in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is moved: for tests and for the rehearsal of a rule."""

    def __init__(self, moment: datetime) -> None:
        self._at = require_aware(moment)

    def now(self) -> datetime:
        """Return the moment that was set."""
        return self._at

    def advance(self, by: timedelta) -> None:
        """Move on by a span."""
        self._at += by

    def set(self, moment: datetime) -> None:
        """Jump to a moment, back as well: hosts' clocks do that."""
        self._at = require_aware(moment)


def require_aware(moment: datetime) -> datetime:
    """Return ``moment`` in UTC.

    Raises:
        ValueError: ``moment`` has no zone; a naive time means something else on every machine.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(UTC)


def to_millis(moment: datetime) -> int:
    """Return the milliseconds since 1970 in UTC: how times are stored."""
    if moment.tzinfo is not UTC:
        moment = require_aware(moment)
    return round(moment.timestamp() * 1000)


def whole_millis(at: datetime) -> datetime:
    """Return a moment cut to what ``to_millis`` can store, so that a stored copy equals it."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def from_millis(value: int) -> datetime:
    """Return the moment, in UTC, that ``to_millis`` stored."""
    return datetime.fromtimestamp(value // 1000, UTC) + timedelta(milliseconds=value % 1000)


def moment_or_none(millis: int | None) -> datetime | None:
    """Return a moment as ``from_millis`` does; None, where there is none, stays None."""
    return None if millis is None else from_millis(millis)
