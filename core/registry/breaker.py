"""A circuit breaker: after several failures in a row nobody waits for what does not answer anyway.

closed ──failures in a row──▶ open ──after some seconds──▶ half open ──the trial succeeds──▶ closed
                               ▲───────────the trial fails───────────┘
"""

import time
from collections.abc import Callable
from enum import StrEnum


class BreakerState(StrEnum):
    """Whether calls are let through."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"  # the next call is a trial


class Breaker:
    """Decides for one process whether a call is worth trying; for a single thread.

    Args:
        failures: how many in a row open it.
        open_seconds: for how long it stays open before a trial.
        now: a monotonic clock, in seconds.
    """

    def __init__(
        self, *, failures: int, open_seconds: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = failures
        self._open_seconds = open_seconds
        self._now = now
        self._failures = 0
        self._opened_at: float | None = None
        self._is_trying = False

    @property
    def state(self) -> BreakerState:
        if self._opened_at is None:
            return BreakerState.CLOSED
        is_over = self._now() - self._opened_at >= self._open_seconds
        return BreakerState.HALF_OPEN if is_over else BreakerState.OPEN

    def allows(self) -> bool:
        """Return whether a call may be made; its outcome must then be reported, or ``give_up`` called."""
        state = self.state
        if state == BreakerState.HALF_OPEN and not self._is_trying:
            self._is_trying = True
            return True
        return state == BreakerState.CLOSED

    def succeeded(self) -> None:
        self._failures, self._opened_at, self._is_trying = 0, None, False

    def failed(self) -> None:
        self._failures += 1
        if self._failures >= self._most:
            self._opened_at = self._now()
        self._is_trying = False

    def give_up(self) -> None:
        """Report that a call was abandoned, so that another one may be the trial."""
        self._is_trying = False
