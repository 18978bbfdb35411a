"""Fault injection: a transaction that fails at its n-th call, a connection whose COMMIT fails."""

import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from core.errors.store import StoreError
from core.ports import Row, Tx

T = TypeVar("T")


class InjectedFaultError(StoreError):
    """An injected fault."""


class CallCounter:
    """Counts the database calls of all transactions that it wraps, and fails one of them.

    Args:
        fail_at: the call that fails, from 1; None to count only.
        after: whether the call is executed before the fault is raised.
    """

    def __init__(self, fail_at: int | None = None, *, after: bool = False) -> None:
        self.calls: list[str] = []
        self._fail_at = fail_at
        self._after = after

    def wrap(self, tx: Tx) -> Tx:
        """Wrap a transaction; to be passed as ``wrap_tx``."""
        return FailingTx(tx, self)

    def call(self, query: str, action: Callable[[], T]) -> T:
        """Execute a call, or fail."""
        self.calls.append(query)
        due = len(self.calls) == self._fail_at
        if due and not self._after:
            raise InjectedFaultError
        result = action()
        if due:
            raise InjectedFaultError
        return result


class FailingTx:
    """A transaction whose calls go through a counter."""

    def __init__(self, tx: Tx, counter: CallCounter) -> None:
        self._tx = tx
        self._counter = counter

    @property
    def inside(self) -> Tx:
        """Return the underlying transaction, without the fault."""
        return self._tx

    @property
    def now(self) -> datetime:
        return self._tx.now

    def renew_now(self) -> None:
        self._tx.renew_now()

    def run(self, query: str, /, **values: object) -> int:
        return self._counter.call(query, lambda: self._tx.run(query, **values))

    def one(self, query: str, /, **values: object) -> Row | None:
        return self._counter.call(query, lambda: self._tx.one(query, **values))

    def all(self, query: str, /, **values: object) -> list[Row]:
        return self._counter.call(query, lambda: self._tx.all(query, **values))


class FaultyConnection(sqlite3.Connection):
    """An SQLite connection that records its control statements and can fail COMMITs.

    Create a subclass for each test, so that the records are its own.
    """

    commits = 0
    fail_commits: frozenset[int] = frozenset()  # which COMMITs fail, counted from 1

    @classmethod
    def fresh(cls, *fail_commits: int) -> "type[FaultyConnection]":
        """Return a new subclass."""
        return type("Faulty", (cls,), {"fail_commits": frozenset(fail_commits)})

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        if sql == "COMMIT":
            kind = type(self)
            kind.commits += 1
            if kind.commits in kind.fail_commits:
                raise sqlite3.OperationalError("disk I/O error")
        return super().execute(sql, parameters)
