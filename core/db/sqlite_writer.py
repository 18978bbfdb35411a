"""The writing thread, with group commit: all waiting functions share one transaction.

Each round takes the functions submitted since the last one, at most ``group_size`` at a time. Each runs
in its own savepoint, so that a failure rolls back only its own changes; then all are committed with one
fsync, and only then are their futures resolved.

A full disk or an I/O error inside one savepoint can abort the whole transaction. Then nothing of the
group is committed: the function in which it failed gets the error, and all others are rerun, each in a
transaction of its own. The same happens if COMMIT fails. So no caller ever sees a success that was not
committed, nor a refusal based on changes that were rolled back.
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
from core.errors.store import StoreError
from core.ports import Tx

T = TypeVar("T")

LOG = logging.getLogger(__name__)

GROUP_SIZE = 200
"""Maximum functions per commit."""


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A function waiting to run, and the future of its caller."""

    call: Callable[[Tx], Any]
    future: "asyncio.Future[Any]"


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """The result of a function, or its error."""

    value: Any = None
    error: BaseException | None = None


class _GroupLost(Exception):
    """The transaction of the group was lost, possibly inside a function (``culprit``)."""

    def __init__(self, culprit: Job | None = None, outcome: JobOutcome | None = None) -> None:
        self.culprit = culprit
        self.outcome = outcome
        super().__init__()


class ThreadedConnection(aiosqlite.Connection):
    """An aiosqlite connection that runs functions on its thread."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, iter_chunk_size=64)
        self.pending = 0  # calls in progress; the next read goes to the connection with the fewest

    async def open(self) -> None:
        """Start the thread and open the connection; on failure, join the thread."""
        try:
            await self
        except BaseException:
            self._thread.join()
            raise

    async def carry(self, call: Callable[[sqlite3.Connection], T]) -> T:
        """Run a call on the thread, after the calls submitted before."""
        self.pending += 1
        try:
            # aiosqlite's _execute is untyped.
            execute = cast("Callable[[Callable[[], T]], Awaitable[T]]", self._execute)
            return await execute(lambda: call(self._conn))
        finally:
            self.pending -= 1

    async def close(self) -> None:
        """Finish the submitted calls, close the connection, and join the thread."""
        await super().close()
        self._thread.join()


class Writer(ThreadedConnection):
    """The writing connection and its aiosqlite thread.

    Args:
        connector: opens the connection, on the thread.
        begin: creates the transaction object for one function.
        wrap_tx: a wrapper around that object, or None.
        group_size: maximum functions per commit; 1 disables grouping.
    """

    def __init__(
        self,
        connector: Callable[[], sqlite3.Connection],
        begin: Callable[[sqlite3.Connection], SqliteTx],
        *,
        wrap_tx: WrapTx | None,
        group_size: int,
    ) -> None:
        super().__init__(connector)
        self._begin = begin
        self._wrap_tx = wrap_tx
        self._group_size = group_size
        self._waiting: deque[Job] = deque()
        self._roused = False
        self._loop = asyncio.get_running_loop()

    def submit(self, job: Job) -> None:
        """Submit a function; its future is resolved after the commit.

        The thread is woken one iteration of the event loop later, so that all tasks that are ready now share
        a commit.
        """
        self._waiting.append(job)
        if not self._roused:
            self._roused = True
            self._loop.call_soon(self.rouse)

    def rouse(self) -> None:
        """Wake the thread to process the waiting jobs."""
        self._tx.put_nowait((None, self._work_off))

    async def close(self) -> None:
        """Process the submitted jobs, close the connection, and join the thread."""
        self.rouse()
        await super().close()

    def _work_off(self) -> None:
        # Reset the flag first: jobs submitted from here on wake the thread again, and those that arrive
        # during a commit form the next group.
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
        except Exception as error:  # a bug in here must not leave callers waiting forever
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
        except BaseException as error:  # noqa: BLE001 - passed on to the caller
            return JobOutcome(error=error)

    def _roll_back(self) -> None:
        if self._conn.in_transaction:
            try:
                self._conn.execute("ROLLBACK")
            except sqlite3.Error as error:
                LOG.error("rollback failed: %s", error)  # noqa: TRY400 - the caller gets the cause

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
