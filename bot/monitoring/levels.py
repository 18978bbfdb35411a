"""Figures that are in the database: read when they are asked for, for a few seconds at most."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from core.clock import to_millis
from core.ports import Store, Tx

_LOGGER = logging.getLogger(__name__)
_KNOWN_FOR = 5.0  # seconds for which nothing is read again
_READ_WITHIN = 3.0  # seconds

Pool = tuple[str, str]
"""Office and kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """What the database says at a moment."""

    inbox_depth: int
    inbox_oldest_seconds: float
    notifications_due: int
    free: Mapping[Pool, int]  # as last counted for the bulletin
    draws: Mapping[tuple[str, str, str], int]  # since this process has looked first; with their result
    last_draws: Mapping[Pool, int] = field(repr=False)


class LevelsReader:
    """Reads them for one scrape or several, and never fails.

    Args:
        store: the database.
        now: a monotonic clock, in seconds.
    """

    def __init__(self, store: Store, *, now: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._now = now
        self._last: Levels | None = None
        self._read_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def read(self) -> Levels | None:
        """Return what the database says; None while it does not answer."""
        if self._now() - self._read_at >= _KNOWN_FOR:
            if self._reading is None or self._reading.done():
                self._reading = asyncio.ensure_future(self._read())
            await asyncio.wait([self._reading], timeout=_READ_WITHIN)
        return self._last if self._now() - self._read_at < 2 * _KNOWN_FOR else None

    def forget(self) -> None:
        """Count from nothing after the next reading: meanwhile another worker counts the draws."""
        self._last, self._read_at = None, float("-inf")

    async def _read(self) -> None:
        try:
            self._last = await self._store.read(read_levels, self._last)
            self._read_at = self._now()
        except Exception as error:  # noqa: BLE001 - a scrape shows what there is
            _LOGGER.warning("the figures of the database could not be read: %s", type(error).__name__)


def read_levels(tx: Tx, before: Levels | None) -> Levels:
    """Read the figures; draws are counted on from what was read before."""
    now = to_millis(tx.now)
    inbox = tx.one("monitoring.inbox")
    due = tx.one("monitoring.notifications_due", now=now)
    assert inbox is not None  # noqa: S101 - an aggregate has one row
    assert due is not None  # noqa: S101 - the same
    free = {(row["office"], row["kind"]): int(row["free"]) for row in tx.all("monitoring.free")}
    last = {(row["office"], row["kind"]): int(row["last_draw"]) for row in tx.all("monitoring.last_draws")}
    return Levels(
        inbox_depth=inbox["depth"],
        inbox_oldest_seconds=max(0, now - (inbox["oldest"] or now)) / 1000,
        notifications_due=due["due"],
        free=free,
        draws=_draws(tx, before, last),
        last_draws=last,
    )


def _draws(tx: Tx, before: Levels | None, last: Mapping[Pool, int]) -> Mapping[tuple[str, str, str], int]:
    """Count the draws of each pool that came since the last time; none of those before the first."""
    counted = Counter({} if before is None else before.draws)
    for (office, kind), until in last.items():
        for result in ("drawn", "empty"):
            counted.setdefault((office, kind, result), 0)
        after = until if before is None else before.last_draws.get((office, kind), 0)
        if until > after:
            for row in tx.all("monitoring.draws", office=office, kind=kind, after=after, until=until):
                counted[office, kind, row["result"]] += row["draws"]
    return counted
