"""Tells the chiefs when something that everybody needs has failed for minutes, and when it works again.

A failing SMS gateway is told by a notification instead (``core.people.sms_budget``).
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

_LOGGER = logging.getLogger(__name__)
_FAILURES = 3  # in a row, before it is an outage
_AGAIN = 3600.0  # seconds until the chiefs are told again of an outage that goes on


class Subject(StrEnum):
    """What can fail."""

    DATABASE = "database"
    POLLING = "polling"
    REGISTRY = "registry"  # of vehicles, that another service keeps


_PATIENCE = 120.0  # seconds of failures until it is an outage


@dataclass(slots=True)
class _Outage:
    since: float
    failures: int = 0
    told_at: float | None = None


Tell = Callable[[int, Subject, int, bool], Awaitable[None]]
"""Tells a chief: chat, what, for how many minutes, and whether it still fails."""


class Alarms:
    """Counts failures in a row.

    An outage of the Bot API cannot be told while it lasts; the chiefs then hear of it when it is over.

    Args:
        chiefs: reads their chats; it must not fail.
        tell: sends them a message.
        may_tell: whether it is this process that tells them; it is logged anyway.
        now: a monotonic clock, in seconds.
    """

    def __init__(
        self,
        chiefs: Callable[[], Awaitable[Sequence[int]]],
        tell: Tell,
        *,
        may_tell: Callable[[Subject], bool] = lambda _subject: True,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._chiefs = chiefs
        self._tell = tell
        self._may_tell = may_tell
        self._now = now
        self._outages: dict[Subject, _Outage] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def report(self, subject: Subject, *, works: bool) -> None:
        """Report that something worked or failed just now."""
        now = self._now()
        if works:
            outage = self._outages.pop(subject, None)
            if outage is not None and self._is_outage(outage, now):
                self._begin(subject, now - outage.since, fails=False)
            return
        outage = self._outages.setdefault(subject, _Outage(now))
        outage.failures += 1
        is_told = outage.told_at is not None and now - outage.told_at < _AGAIN
        if self._is_outage(outage, now) and not is_told:
            outage.told_at = now
            self._begin(subject, now - outage.since, fails=True)

    async def close(self) -> None:
        """Cancel the messages under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @staticmethod
    def _is_outage(outage: _Outage, now: float) -> bool:
        return outage.failures >= _FAILURES and now - outage.since >= _PATIENCE

    def _begin(self, subject: Subject, seconds: float, *, fails: bool) -> None:
        _LOGGER.error("%s: %s", subject, "an outage" if fails else "works again")
        if not self._may_tell(subject):
            return
        task = asyncio.ensure_future(self._tell_all(subject, round(seconds / 60), fails=fails))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell_all(self, subject: Subject, minutes: int, *, fails: bool) -> None:
        for chief in await self._chiefs():
            try:
                await self._tell(chief, subject, minutes, fails)
            except Exception as error:  # noqa: BLE001 - the others are told all the same
                _LOGGER.warning("a chief was not told of an outage: %s", type(error).__name__)
