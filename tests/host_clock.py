"""A host clock that tests set, in place of the one that the scheduler reads."""

from datetime import UTC, datetime, timedelta

import apscheduler.schedulers.base as scheduler_base

from bot import ticker

JUMPS = tuple(timedelta(days=days) for days in (1, -1, 30, -30, 400, -400, 6000, -6000))
MODULES = (scheduler_base, ticker)
"""Modules that ask the host for the time, through their name ``datetime``."""


class HostClock:
    """Replaces ``datetime`` in a module that asks the host for the time."""

    shift = timedelta()

    def now(self, zone: object = UTC) -> datetime:  # noqa: ARG002 - always UTC here
        return datetime.now(UTC) + self.shift
