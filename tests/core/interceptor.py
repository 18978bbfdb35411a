"""Wraps a service's transaction, to count calls, to synchronise threads, or to stop at a given call."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from threading import Barrier, Event
from typing import Any, TypeVar

from core.ports import Row, Store, Tx

Step = Callable[[str], None]
POOL_LOCK = frozenset({"pool.open_pool", "journal.add"})
"""To be left out in a control without the pool's lock; two entries in one place are refused otherwise."""
T = TypeVar("T")


class Interceptor:
    """A transaction with hooks before and after each call.

    ``instead`` replaces the results of calls, ``without`` omits calls.
    """

    def __init__(
        self,
        tx: Tx,
        *,
        before: Step | None = None,
        after: Step | None = None,
        instead: dict[str, Callable[[Tx, dict[str, Any]], Row | None]] | None = None,
        without: frozenset[str] = frozenset(),
    ) -> None:
        self._tx = tx
        self._before = before or _nothing
        self._after = after or _nothing
        self._instead = instead or {}
        self._without = without
        self.calls: list[str] = []

    @property
    def now(self) -> datetime:
        return self._tx.now

    def renew_now(self) -> None:
        self._tx.renew_now()

    def run(self, query: str, /, **values: object) -> int:
        if query in self._without:
            return 0
        return self._around(query, lambda: self._tx.run(query, **values))

    def one(self, query: str, /, **values: object) -> Row | None:
        if query in self._instead:
            return self._around(query, lambda: self._instead[query](self._tx, dict(values)))
        if query in self._without:
            return self._unlocked(values) if query == "pool.open_pool" else None
        return self._around(query, lambda: self._tx.one(query, **values))

    def _unlocked(self, pool: dict[str, object]) -> Row | None:
        """Return the row of a pool that is not locked; without times, as none is behind in these controls."""
        row = self._tx.one("journal.head", **pool)
        return None if row is None else {**row, "journal_at": None}

    def all(self, query: str, /, **values: object) -> list[Row]:
        if query in self._without:
            return []
        return self._around(query, lambda: self._tx.all(query, **values))

    def _around(self, query: str, call: Callable[[], T]) -> T:
        self.calls.append(query)
        self._before(query)
        answer = call()
        self._after(query)
        return answer


def _nothing(_query: str) -> None:
    """Do nothing."""


def meeting(query: str, parties: int) -> Step:
    """Return a hook at which ``parties`` transactions wait for each other, once each, before a call."""
    barrier = Barrier(parties)
    met: list[None] = []

    def wait(called: str) -> None:
        if called == query and len(met) < parties:
            met.append(None)
            barrier.wait(10)

    return wait


async def intercepted(
    store: Store, first: Callable[[Tx], Any], linger_at: str, second: Callable[[Tx], Any]
) -> None:
    """Let one transaction pause after a query while another starts."""
    halfway = Event()

    def lingers(query: str) -> None:
        if query == linger_at and not halfway.is_set():
            halfway.set()
            Event().wait(0.5)  # the other continues meanwhile, or waits for this one

    async def afterwards() -> None:
        await asyncio.to_thread(halfway.wait, 10)
        await store.run(second)

    await asyncio.gather(store.run(lambda tx: first(Interceptor(tx, after=lingers))), afterwards())
