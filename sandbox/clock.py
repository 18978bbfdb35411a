"""The sandbox's own clock, independent of the bot under test."""

from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
"""The time zone in which the page shows and accepts times."""
LATEST = datetime(9000, 1, 1, tzinfo=UTC)
"""Up to here the page puts a clock forward: close to the end of the calendar nothing can be computed."""


class MovableClock(Protocol):
    """A clock that can be advanced."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        ...

    def advance(self, by: timedelta) -> None:
        """Advance the clock.

        Raises:
            ValueError: ``by`` is negative.
        """
        ...


class ShiftedClock:
    """The host's clock plus an offset that can only grow."""

    def __init__(self, ahead: timedelta = timedelta()) -> None:
        self.ahead = ahead

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def advance(self, by: timedelta) -> None:
        """Advance the clock.

        Raises:
            ValueError: ``by`` is negative.
        """
        if by < timedelta():
            raise ValueError("a clock is only put forward")
        self.ahead += by
