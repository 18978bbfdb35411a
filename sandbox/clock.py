"""The sandbox's own clock, so that it depends on nothing of the bot that is tested against it."""

from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
"""The time zone in which the page shows times and takes them."""


class MovableClock(Protocol):
    """A clock that can be put forward."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...

    def advance(self, by: timedelta) -> None:
        """Put the clock forward.

        Raises:
            ValueError: ``by`` is negative.
        """
        ...


class ShiftedClock:
    """The host's clock plus an offset that can only grow."""

    def __init__(self, ahead: timedelta = timedelta()) -> None:
        self.ahead = ahead

    def now(self) -> datetime:
        """Return the host's time plus the offset, in UTC."""
        return datetime.now(UTC) + self.ahead

    def advance(self, by: timedelta) -> None:
        """Put the clock forward.

        Raises:
            ValueError: ``by`` is negative.
        """
        if by < timedelta():
            raise ValueError("a clock is only put forward")
        self.ahead += by
