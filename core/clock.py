"""The source of the current time.

Services receive their clock by injection, so that tests, the demo and the rehearsal can move the
time. No code reads the host's time zone: China has a single one.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
"""The time zone of all hours, days and deadlines."""


class Clock(Protocol):
    """A source of the current time."""

    def now(self) -> datetime:
        """Return the current time as an aware datetime in UTC."""
        ...


class SystemClock:
    """The host's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


_BOOT_TIME = getattr(time, "CLOCK_BOOTTIME", None)  # only on Linux

steady_seconds: Callable[[], float] = (
    time.monotonic if _BOOT_TIME is None else partial(time.clock_gettime, _BOOT_TIME)
)
"""Returns seconds that pass evenly whatever the clock is set to; on Linux also while the machine sleeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSources:
    """What the clock of the transactions is compared with, besides the Bot API's header."""

    steady: Callable[[], float] = steady_seconds


class FixedClock:
    """A clock that only moves when told to; for tests and for the rehearsal."""

    def __init__(self, moment: datetime) -> None:
        self._at = require_aware(moment)

    def now(self) -> datetime:
        return self._at

    def advance(self, by: timedelta) -> None:
        self._at += by

    def set(self, moment: datetime) -> None:
        """Set the time, also backwards, as host clocks can jump."""
        self._at = require_aware(moment)


def require_aware(moment: datetime) -> datetime:
    """Return ``moment`` in UTC.

    Raises:
        ValueError: ``moment`` is naive; its meaning would depend on the host's time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(UTC)


def to_millis(moment: datetime) -> int:
    """Return the milliseconds since the Unix epoch, the form in which times are stored."""
    if moment.tzinfo is not UTC:
        moment = require_aware(moment)
    return round(moment.timestamp() * 1000)


def whole_millis(at: datetime) -> datetime:
    """Return a moment cut to what ``to_millis`` can store, so that a stored copy equals it."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def from_millis(value: int) -> datetime:
    """Return the aware datetime in UTC that ``to_millis`` stored."""
    return datetime.fromtimestamp(value // 1000, UTC) + timedelta(milliseconds=value % 1000)


def moment_or_none(millis: int | None) -> datetime | None:
    """Return ``from_millis(millis)``, or None for None."""
    return None if millis is None else from_millis(millis)
