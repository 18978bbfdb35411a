"""The ports: protocols for what the services need from outside, without any implementation."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, runtime_checkable

P = ParamSpec("P")
T = TypeVar("T")

Row = Mapping[str, Any]
"""One row, by column name."""


class Tx(Protocol):
    """An open transaction, passed to every domain function.

    A failed statement aborts the transaction: further statements fail, and so does the function, even if
    it catches the error. It may raise a more specific error instead.

    It is synchronous on purpose: a function that cannot await cannot wait for the network inside a
    transaction. Queries are named ``file.query`` after the files in ``core/db/queries``.
    """

    @property
    def now(self) -> datetime:
        """The time of this transaction, aware and in UTC; constant until ``renew_now``."""
        ...

    def renew_now(self) -> None:
        """Let ``now`` be taken again: for after a lock that may have been waited for.

        What others wrote before they gave the lock away bears later times than the one from before the wait.
        Where writers wait before they begin, as on SQLite, nothing changes.
        """
        ...

    def run(self, query: str, /, **values: object) -> int:
        """Run a statement; return the number of changed rows."""
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


def now_of(tx: Tx) -> datetime:
    """Return the time of a transaction: the database's clock, where that is another one than the host's."""
    return tx.now


class Store(Protocol):
    """The database: runs functions in transactions."""

    async def run(self, function: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``function(tx, …)`` in one transaction.

        When it returns, the changes are committed and on disk; when it raises, nothing has changed. The
        function may run more than once (after a deadlock, or when a commit shared with others failed), so
        it must have no effects except through ``tx``. If the caller is cancelled, it does not learn whether
        the function ran.

        Raises:
            StoreError: the database failed; nothing changed, unless it is a StoreUnknownOutcome.
        """
        ...

    async def run_for(
        self, caller: int, function: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run like ``run``, for a chat: its function probably locks the same pool as its last one.

        Where commits are not shared anyway, functions that wait for one pool then share one.
        """
        ...

    async def read(
        self, function: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a read-only function on one consistent snapshot, without blocking writers."""
        ...

    async def close(self) -> None:
        """Wait for submitted functions, then close the database."""
        ...


@runtime_checkable
class Listening(Protocol):
    """A database that wakes other processes (``inbox.notify``)."""

    async def listen(self, hear: Callable[[str], None]) -> None:
        """Call a function with each payload from now on, until cancelled.

        Raises:
            StoreError: the connection is lost; payloads may have been missed.
        """
        ...


class RandomBytes(Protocol):
    """The source of seeds and codes: ``secrets.token_bytes``, or a deterministic fake."""

    def __call__(self, count: int, /) -> bytes:
        """Return ``count`` bytes."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SentSms:
    """A message that a vendor has accepted and can be asked about.

    Attributes:
        provider: the vendor's name in the settings.
        message_id: the vendor's number of the message.
        phone: the number in E.164 form, without which no vendor answers.
        at: when it was sent, by the gateway's clock.
    """

    provider: str
    message_id: str
    phone: str = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsReceipt:
    """What a vendor says has become of a message; ``reason`` is its code, such as ``DELIVERED``, or empty."""

    is_delivered: bool
    reason: str


@runtime_checkable
class SmsReceiptSource(Protocol):
    """A gateway whose vendor can be asked what has become of a message."""

    async def receipt(self, sent: SentSms) -> SmsReceipt | None:
        """Return the receipt of a message; None if the vendor does not know it yet.

        Raises:
            SmsGatewayError: the vendor could not be asked, or refused the question.
        """
        ...


class SmsGateway(Protocol):
    """Sends codes and reminders by SMS.

    What it returns tells which message to ask the vendor about; None if it cannot be asked.
    """

    async def send(self, *, phone: str, code: str, purpose: str) -> SentSms | None:
        """Send a code to a number in E.164 form.

        Raises:
            SmsRejected: the gateway certainly did not send the code.
            SmsGatewayError: it failed or timed out, and may have sent the code.
        """
        ...

    async def remind(self, *, phone: str, text: str, parameters: Mapping[str, str]) -> SentSms | None:
        """Send a reminder of a deadline to a number in E.164 form.

        Args:
            phone: the number.
            text: the whole text.
            parameters: its parts (``number``, ``deadline``, ``place``), for gateways with fixed templates; of
                one that is no reminder also its ``purpose``.

        Raises:
            SmsGatewayError: the gateway rejected the reminder or timed out.
        """
        ...


class PhotoStore(Protocol):
    """Stores photos outside the database. Its methods block; call them in a thread.

    A photo is stored before the transaction that records its key, and deleted after the one that deletes
    the key. A crash in between leaves an orphan, which ``sweep`` removes.
    """

    def put(self, jpeg: bytes, /) -> str:
        """Store a photo under an unguessable key; when this returns, it is on disk.

        Raises:
            PhotoStoreError: it cannot be stored.
        """
        ...

    def get(self, key: str, /) -> bytes | None:
        """Return a photo, or None if the key is unknown.

        Raises:
            SealBroken: none of the configured keys decrypts it.
            PhotoStoreError: it cannot be read.
        """
        ...

    def delete(self, key: str, /) -> None:
        """Delete a photo permanently; a missing photo is not an error.

        Raises:
            PhotoStoreError: it cannot be deleted.
        """
        ...

    def sweep(
        self,
        keep: Collection[str],
        /,
        *,
        dropped: Collection[str] = (),
        before: datetime,
        now: datetime | None = None,
    ) -> int:
        """Delete the photos in ``dropped``, set aside old unknown ones; return how many.

        An unknown photo stored before ``before`` may belong to a newer copy of the database, so it is set
        aside for thirty days before it is deleted. ``before`` must be at least an hour ago, so that a photo
        whose transaction is still running survives.

        Raises:
            PhotoStoreError: a file cannot be moved or deleted.
        """
        ...
