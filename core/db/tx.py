"""The base class of the transactions of both engines."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from core.clock import whole_millis
from core.db.queries import Queries, Query
from core.errors.store import QueryError, StoreError, TransactionSpoilt
from core.ports import Row, Tx

T = TypeVar("T")

WrapTx = Callable[[Tx], Tx]
"""Wraps the transaction passed to a function: to count, trace or inject faults."""


class EngineTx(ABC):
    """One open transaction. Rows are dicts.

    On either engine a failed statement aborts the transaction: further statements fail, and so does the
    function, even if it catches the error. It may raise a more specific error instead.
    """

    __slots__ = ("_now", "_queries", "failure")

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self._now: datetime | None = None
        self.failure: StoreError | None = None

    @property
    def now(self) -> datetime:
        """When the transaction first asked for the time, or did after ``renew_now``, in whole milliseconds.

        Stored times are rounded to milliseconds. A finer ``now`` could lie before a time that the same
        transaction has just stored.
        """
        if self._now is None:
            self._now = whole_millis(self._ask_time())
        return self._now

    @abstractmethod
    def renew_now(self) -> None:
        """Let ``now`` be taken again, if others may have committed since."""

    @abstractmethod
    def run(self, query: str, /, **values: object) -> int:
        """Run a statement; return the number of changed (or returned) rows."""

    @abstractmethod
    def one(self, query: str, /, **values: object) -> Row | None:
        """Return the only row of a query, or None."""

    @abstractmethod
    def all(self, query: str, /, **values: object) -> list[Row]:
        """Return all rows of a query, in its order."""

    def carry(self, function: Callable[[Tx], T], wrap_tx: WrapTx | None) -> T:
        """Run a function with this transaction; afterwards the transaction accepts no more statements.

        Raises:
            StoreError: a statement failed, though the function may have returned.
        """
        try:
            value = function(self if wrap_tx is None else wrap_tx(self))
        except TransactionSpoilt:
            raise self.failure or StoreError() from None
        except StopIteration as error:  # a future cannot carry it
            raise RuntimeError("the function raised StopIteration") from error
        finally:
            failure, self.failure = self.failure, self.failure or TransactionSpoilt("the transaction is over")
        if failure is not None:
            raise failure
        return value

    @abstractmethod
    def _ask_time(self) -> datetime:
        """Return the current time, aware and in UTC."""

    def _refusal(self, name: str, values: dict[str, object]) -> StoreError:
        """Return the error for a call that cannot be executed."""
        if self.failure is not None:
            return TransactionSpoilt()
        query = self._find(name)
        return query.misuse(values) or QueryError(name, "wrong values")

    def _find(self, name: str) -> Query:
        query = self._queries.get(name)
        if query is None:
            raise QueryError(name, "there is no such query")
        return query
