"""The ports: what the services need of the world, and nothing of how it is done."""

from collections.abc import Callable, Mapping
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar
from datetime import datetime

P = ParamSpec("P")
T = TypeVar("T")

Row = Mapping[str, Any]
"""One row, by column name."""


class Tx(Protocol):
    """A transaction that is open right now: what a domain function gets.

    It is synchronous on purpose: a function that cannot wait cannot wait for the network
    inside a transaction. Queries are named ``file.query`` after ``core/db/queries``.
    """

    @property
    def now(self) -> datetime:
        """The moment of this transaction, aware, UTC, the same however often it is asked."""
        ...

    def run(self, query: str, /, **values: object) -> int:
        """Run a statement; return how many rows it changed."""
        ...

    def one(self, query: str, /, **values: object) -> Row | None:
        """Return the only row of a query, or None.

        Raises:
            StoreError: there is more than one row.
        """
        ...

    def all(self, query: str, /, **values: object) -> list[Row]:
        """Return all rows of a query, in its order."""
        ...


class Store(Protocol):
    """The database: carries whole functions into transactions."""

    async def run(
        self, function: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run ``function(tx, …)`` in one transaction.

        What returns has happened and is on disk; what raises has changed nothing.
        """
        ...

    async def read(
        self, function: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a function that only reads, beside the writers, on one consistent snapshot."""
        ...

    async def close(self) -> None:
        """Finish what was handed in and let go of the database."""
        ...


class RandomBytes(Protocol):
    """Where seeds and codes come from: ``secrets.token_bytes``, or a fake that can be foreseen."""

    def __call__(self, count: int, /) -> bytes:
        """Return ``count`` bytes."""
        ...


class SmsGateway(Protocol):
    """What carries a code to a telephone."""

    async def send(self, *, phone: str, code: str, purpose: str) -> None:
        """Send a code to a number in E.164 form.

        Raises:
            SmsGatewayError: it was not accepted, or nobody answered in time.
        """
        ...
