"""The ports: what the services need of the world, and nothing of how it is done."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

Row = Mapping[str, Any]
"""One row, by column name."""


class Tx(Protocol):
    """A transaction that is open right now: what a domain function gets.

    After a statement has failed nothing more can be done in it, and the function has failed even if
    it caught the error; it may raise something that says more.

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

    async def run(self, function: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``function(tx, …)`` in one transaction.

        What returns has happened and is on disk; what raises has changed nothing. The function may
        be run more than once (a deadlock, a neighbour's full disk), so it changes nothing but ``tx``.
        A caller that is cancelled is not told; whether the function ran is then open.

        Raises:
            StoreError: the database failed; nothing changed, except for StoreUnknownOutcome.
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


class PhotoStore(Protocol):
    """Where photos are kept, outside of the database; called in a thread, for files take their time.

    A photo is put before the transaction that notes its key, and deleted after the one that forgets it:
    what a crash leaves between the two is an orphan, which ``sweep`` takes away.
    """

    def put(self, jpeg: bytes, /) -> str:
        """Keep a photo; when this returns it is on disk, under a key that nobody can guess.

        Raises:
            PhotoStoreError: it cannot be kept.
        """
        ...

    def get(self, key: str, /) -> bytes | None:
        """Return a photo, or None when there is none under the key.

        Raises:
            SealBroken: none of the keys of the settings opens it.
            PhotoStoreError: it cannot be read.
        """
        ...

    def delete(self, key: str, /) -> None:
        """Delete a photo for good; one that is gone already is no matter.

        Raises:
            PhotoStoreError: it cannot be deleted.
        """
        ...

    def sweep(self, keep: Collection[str], /, *, before: datetime) -> int:
        """Delete what was put before a moment and has none of the keys; return how many photos that were.

        ``before`` lies at least an hour back, so that a photo whose transaction still runs stays.

        Raises:
            PhotoStoreError: something cannot be deleted.
        """
        ...
