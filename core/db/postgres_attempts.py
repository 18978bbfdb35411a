"""Attempts to run functions in a transaction on PostgreSQL: of one alone, or of several that share a commit.

Functions that lock the same pool wait for each other anyway, so those that wait are run one after the other
in one transaction, each in its own savepoint, and told after the commit (``Attempts.together``).

A function on its way to a pool's lock finds out here, before it waits in the database, whether another
thread of this process has that lock or waits for it. Then it is undone, gives its thread back, and joins the
functions that wait for that pool. So however long a pool is locked, its functions occupy two threads.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import psycopg
from psycopg.errors import IdleInTransactionSessionTimeout
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from core.clock import Clock
from core.db.postgres_tx import Pool, PostgresTx, translate
from core.db.postgres_wire import BEGIN, BEGIN_READING, Wire, WiredConnection
from core.db.queries import Queries
from core.db.tx import WrapTx
from core.errors.store import StoreContention, StoreError, StoreLocked, StoreUnavailable, StoreUnknownOutcome
from core.ports import Tx

IMPATIENCE: Final = 0.1
"""Seconds that a function waits for another lock than the pool's, while others share its transaction."""

LONGEST: Final = 0.25
"""Seconds after the lock of the pool after which a shared transaction takes no more functions."""

Call = Callable[[Tx], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptResult:
    """What became of a function: its value, the error for its caller, or why it has to be run again."""

    value: Any = None
    error: BaseException | None = None
    again: StoreError | None = None  # it had no effect
    alone: bool = False  # it has to be run again in a transaction of its own
    is_untried: bool = False  # it was not run
    pool: Pool | None = None  # the pool that it has locked, or has to wait for

    @property
    def is_done(self) -> bool:
        """Whether it returned, so that what it did is to be committed."""
        return self.error is None and self.again is None


class PoolBusy(StoreContention):
    """Another thread of this process has the lock of the pool, or waits for it."""


class _Waiters:
    """Which connection of this process has locked a pool, or waits for its lock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owners: dict[Pool, Wire] = {}

    def enter(self, pool: Pool, wire: Wire) -> None:
        """Note that a connection is about to lock a pool.

        Raises:
            PoolBusy: another one did so before.
        """
        with self._lock:
            if self._owners.setdefault(pool, wire) is not wire:
                raise PoolBusy("the pool is locked by another thread")

    def take_over(self, pool: Pool, wire: Wire) -> None:
        """Note that a connection is about to lock a pool, even if another one is too."""
        with self._lock:
            self._owners[pool] = wire

    def leave(self, wire: Wire) -> None:
        """Forget what a connection has locked."""
        with self._lock:
            for pool in [pool for pool, owner in self._owners.items() if owner is wire]:
                del self._owners[pool]


class Attempts:
    """Runs functions on connections of a pool of connections; its methods block."""

    def __init__(
        self,
        connections: ConnectionPool[WiredConnection],
        queries: Queries,
        clock: Clock | None,
        wrap_tx: WrapTx | None,
    ) -> None:
        self._connections = connections
        self._queries = queries
        self._clock = clock
        self._wrap_tx = wrap_tx
        self._waiters = _Waiters()

    def single(self, call: Call, *, reading: bool = False, may_move: bool = True) -> AttemptResult:
        """Run a function in a transaction of its own.

        Args:
            call: the function.
            reading: on a snapshot, without writing.
            may_move: whether it is undone for joining others that wait for the same pool.
        """

        def attempt(wire: Wire) -> list[AttemptResult]:
            wire.begin = BEGIN_READING if reading else BEGIN
            locked: list[Pool] = []

            def before_lock(pool: Pool) -> None:
                locked.append(pool)
                if may_move and len(locked) == 1:  # with another pool's lock, it waits in the database
                    self._waiters.enter(pool, wire)

            tx = PostgresTx(wire, self._queries, self._clock, before_lock)
            (outcome,) = self._finished(wire, tx, call)
            return [replace(outcome, pool=locked[0]) if isinstance(outcome.again, PoolBusy) else outcome]

        return self._on_connection(attempt, 1)[0]

    def together(self, pool: Pool, calls: Sequence[Call]) -> list[AttemptResult]:
        """Run functions that lock the same pool, one after the other in one transaction.

        A function that fails undoes only what it did itself.
        """

        def attempt(wire: Wire) -> list[AttemptResult]:
            wire.begin = BEGIN
            self._waiters.take_over(pool, wire)
            if len(calls) == 1:
                return self._finished(wire, PostgresTx(wire, self._queries, self._clock), calls[0])
            outcomes: list[AttemptResult] = []
            locked_at: float | None = None
            for call in calls:
                if locked_at is None:
                    is_over = bool(outcomes) and isinstance(outcomes[-1].again, StoreLocked)
                else:
                    is_over = time.monotonic() - locked_at > LONGEST
                if is_over or (outcomes and outcomes[-1].is_untried):
                    outcomes.append(
                        AttemptResult(again=StoreContention("no time"), is_untried=True, pool=pool)
                    )
                    continue
                outcome = self._part(wire, call, pool)
                is_impatient = locked_at is not None and isinstance(outcome.again, StoreLocked)
                outcomes.append(replace(outcome, alone=True) if is_impatient else outcome)
                if locked_at is None and outcomes[-1].is_done and outcomes[-1].pool == pool:
                    locked_at = time.monotonic()
                    wire.command(f"SET LOCAL lock_timeout = {round(IMPATIENCE * 1000)}")
            return _committed(wire, outcomes)

        return self._on_connection(attempt, len(calls))

    def _finished(self, wire: Wire, tx: PostgresTx, call: Call) -> list[AttemptResult]:
        outcome = self._run(tx, call)
        if outcome.is_done:
            return _committed(wire, [outcome])
        wire.roll_back()
        return [outcome]

    def _part(self, wire: Wire, call: Call, pool: Pool) -> AttemptResult:
        def before_lock(other: Pool) -> None:
            if other != pool:
                raise StoreContention("the function locks another pool")

        wire.command("SAVEPOINT part")
        tx = PostgresTx(wire, self._queries, self._clock, before_lock)
        outcome = self._run(tx, call)
        if outcome.is_done:
            wire.command("RELEASE part")
            return outcome
        failed = wire.synchronise()
        if failed is not None and failed.sender is not tx:
            raise _SharedLost
        wire.command("ROLLBACK TO part")
        wire.command("RELEASE part")
        if wire.synchronise() is not None:
            raise _SharedLost
        return outcome

    def _run(self, tx: PostgresTx, call: Call) -> AttemptResult:
        try:
            value = tx.carry(call, self._wrap_tx)
        except BaseException as error:  # noqa: BLE001 - passed on to the caller
            if isinstance(tx.failure, (StoreContention, StoreUnavailable)):
                return AttemptResult(again=tx.failure, pool=tx.pool)
            return AttemptResult(error=error, pool=tx.pool)
        return AttemptResult(value=value, pool=tx.pool)

    def _on_connection(
        self, attempt: Callable[[Wire], list[AttemptResult]], number: int
    ) -> list[AttemptResult]:
        try:
            connection = self._connections.getconn()
        except (PoolTimeout, PoolClosed):
            return [
                AttemptResult(error=StoreUnavailable("no connection to the database")) for _ in range(number)
            ]
        wire = connection.wire
        try:
            return attempt(wire)
        except _SharedLost:
            wire.roll_back()
            return [_ALONE for _ in range(number)]
        except psycopg.Error as error:
            why = translate("transaction", error, lost=wire.is_lost)
            wire.roll_back()
            again = isinstance(why, (StoreContention, StoreUnavailable))
            return [AttemptResult(again=why) if again else AttemptResult(error=why) for _ in range(number)]
        finally:
            self._waiters.leave(wire)
            self._connections.putconn(connection)


class _SharedLost(Exception):
    """A shared transaction cannot be continued; nothing of it is committed."""


_ALONE: Final = AttemptResult(again=StoreContention("the shared transaction failed"), alone=True)


def _committed(wire: Wire, outcomes: list[AttemptResult]) -> list[AttemptResult]:
    """Commit; return what becomes of the functions then."""
    try:
        failed = wire.commit()
        is_lost = wire.is_lost
    except psycopg.Error:
        failed, is_lost = wire.failure, True
    if not is_lost and (failed is None or failed.error is None):
        return outcomes
    error = failed.error if failed is not None else None
    wire.roll_back()
    if isinstance(error, IdleInTransactionSessionTimeout):  # ended before it was asked to commit
        why: StoreError = StoreUnavailable("commit: the server has ended the connection")
    elif error is None or is_lost or error.diag.severity_nonlocalized in {"FATAL", "PANIC"}:
        unknown = AttemptResult(error=StoreUnknownOutcome())
        return [unknown if outcome.is_done else outcome for outcome in outcomes]
    else:
        why = translate(failed.name if failed else "commit", error)
    if len(outcomes) > 1:  # what was refused may have been refused because of what is undone now
        return [outcome if outcome.is_untried else _ALONE for outcome in outcomes]
    again = isinstance(why, (StoreContention, StoreUnavailable))
    return [AttemptResult(again=why) if again else AttemptResult(error=why)]
