"""The thread that writes: whole functions, as many as wait in one commit.

A round goes so. What has been handed in since the last round is taken, at most ``group_size``
functions at a time. Each runs in its own savepoint, so that a failure undoes only its own part;
then all are committed with one sync of the disk, and only then told.

A full disk or an I/O error can end the whole transaction inside one savepoint. Then nothing of
the group has happened: the function in which it broke is told so, and all others run again, each
alone. The same when the COMMIT itself fails. So nobody is ever told a success that was not
committed, nor a refusal that rested on something that was taken back.
"""

import asyncio
import logging
import sqlite3
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import aiosqlite

from core.db.sqlite_tx import SqliteTx, translate
from core.db.tx import WrapTx
from core.errors import StoreError
from core.ports import Tx

T = TypeVar("T")

LOG = logging.getLogger(__name__)

GROUP_SIZE = 200
"""How many functions share a commit at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A function that waits for its turn."""

    call: Callable[[Tx], Any]
    future: "asyncio.Future[Any]"


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """What became of a function."""

    value: Any = None
    error: BaseException | None = None


class _GroupLost(Exception):
    """The transaction of the group is gone, maybe inside a function."""

    def __init__(self, culprit: Job | None = None, outcome: JobOutcome | None = None) -> None:
        self.culprit = culprit
        self.outcome = outcome
        super().__init__()


class ThreadedConnection(aiosqlite.Connection):
    """A connection of aiosqlite, with its thread, that carries whole functions there."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, iter_chunk_size=64)
        self.pending = 0  # calls that are waited for: who has the fewest is asked next

    async def open(self) -> None:
        """Start the thread and open the connection; when that fails, see the thread end."""
        try:
            await self
        except BaseException:
            self._thread.join()
            raise

    async def carry(self, call: Callable[[sqlite3.Connection], T]) -> T:
        """Run a call on the thread, after what was handed in before."""
        self.pending += 1
        try:
            # The library gives _execute no types.
            execute = cast("Callable[[Callable[[], T]], Awaitable[T]]", self._execute)
            return await execute(lambda: call(self._conn))
        finally:
            self.pending -= 1

    async def close(self) -> None:
        """Finish what was handed in, close the connection, and see the thread end."""
        await super().close()
        self._thread.join()


class Writer(ThreadedConnection):
    """The connection that writes, with the thread that aiosqlite gives it.

    Args:
        connector: opens the connection, on the thread.
        begin: makes the transaction object for one function.
        wrap_tx: what is put round it, if anything.
        group_size: how many functions share a commit at most; 1 for each alone.
    """

    def __init__(
        self,
        connector: Callable[[], sqlite3.Connection],
        begin: Callable[[sqlite3.Connection], SqliteTx],
        *,
        wrap_tx: WrapTx | None = None,
        group_size: int = GROUP_SIZE,
    ) -> None:
        super().__init__(connector)
        self._begin = begin
        self._wrap_tx = wrap_tx
        self._group_size = group_size
        self._waiting: deque[Job] = deque()
        self._roused = False
        self._loop = asyncio.get_running_loop()

    def submit(self, job: Job) -> None:
        """Hand in a function; its future is told after the commit.

        The thread is roused one turn of the loop later, so that all who are ready now share a commit.
        """
        self._waiting.append(job)
        if not self._roused:
            self._roused = True
            self._loop.call_soon(self.rouse)

    def rouse(self) -> None:
        """Let the thread work off what waits."""
        self._tx.put_nowait((None, self._work_off))

    async def close(self) -> None:
        """Work off what was handed in, close the connection, and see the thread end."""
        self.rouse()
        await super().close()

    def _work_off(self) -> None:
        # Whoever comes from here on sees the flag down and rouses the thread again, so that what
        # comes while a group is being committed gathers into one group.
        self._roused = False
        left = len(self._waiting)
        while left > 0:
            size = min(left, self._group_size)
            left -= size
            jobs = [self._waiting.popleft() for _ in range(size)]
            self._serve([job for job in jobs if not job.future.cancelled()])

    def _serve(self, jobs: Sequence[Job]) -> None:
        try:
            outcomes = [self._alone(job) for job in jobs] if len(jobs) < 2 else self._group(jobs)  # noqa: PLR2004 - a group
        except Exception as error:  # a mistake in here must not leave callers waiting for ever
            LOG.exception("the writing thread failed")
            self._roll_back()
            failure = StoreError(f"the writing thread failed ({type(error).__name__})")
            outcomes = [JobOutcome(error=failure) for _ in jobs]
        self._tell(list(zip(jobs, outcomes, strict=True)))

    def _group(self, jobs: Sequence[Job]) -> list[JobOutcome]:
        try:
            return self._together(jobs)
        except _GroupLost as lost:
            self._roll_back()
            return [
                lost.outcome if job is lost.culprit and lost.outcome else self._alone(job) for job in jobs
            ]

    def _together(self, jobs: Sequence[Job]) -> list[JobOutcome]:
        try:
            self._conn.execute("BEGIN IMMEDIATE")
            outcomes = [self._part(job) for job in jobs]
            self._conn.execute("COMMIT")
        except sqlite3.Error as error:
            raise _GroupLost from error
        return outcomes

    def _part(self, job: Job) -> JobOutcome:
        self._conn.execute("SAVEPOINT part")
        outcome = self._call(job)
        if not self._conn.in_transaction:
            raise _GroupLost(
                job,
                outcome
                if outcome.error
                else JobOutcome(error=StoreError("the function ended the transaction")),
            )
        if outcome.error is not None:
            self._conn.execute("ROLLBACK TO part")
        self._conn.execute("RELEASE part")
        return outcome

    def _alone(self, job: Job) -> JobOutcome:
        try:
            self._conn.execute("BEGIN IMMEDIATE")
            outcome = self._call(job)
            if outcome.error is not None:
                self._roll_back()
            else:
                self._conn.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            return JobOutcome(error=translate("commit", error))
        return outcome

    def _call(self, job: Job) -> JobOutcome:
        tx = self._begin(self._conn)
        try:
            return JobOutcome(value=tx.carry(job.call, self._wrap_tx))
        except BaseException as error:  # noqa: BLE001 - the caller is told, whatever it is
            return JobOutcome(error=error)

    def _roll_back(self) -> None:
        if self._conn.in_transaction:
            try:
                self._conn.execute("ROLLBACK")
            except sqlite3.Error as error:
                LOG.error("rollback failed: %s", error)  # noqa: TRY400 - the cause is told to the caller

    def _tell(self, outcomes: Sequence[tuple[Job, JobOutcome]]) -> None:
        try:
            self._loop.call_soon_threadsafe(_settle, outcomes)
        except RuntimeError:
            LOG.warning("the event loop is gone: %d callers could not be told", len(outcomes))


def _settle(outcomes: Sequence[tuple[Job, JobOutcome]]) -> None:
    for job, outcome in outcomes:
        if job.future.done():  # its caller was cancelled
            continue
        if outcome.error is None:
            job.future.set_result(outcome.value)
        else:
            job.future.set_exception(outcome.error)
