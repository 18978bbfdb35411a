"""An in-memory database without threads, for property tests and the rehearsal.

``MemoryDatabase`` is synchronous and can be serialized, so that it can be stored in a row of the real
database between two steps. ``MemoryStore`` implements the port ``Store`` on top of it.
"""

import sqlite3
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Concatenate, ParamSpec, Self, TypeVar

from core.clock import Clock, SystemClock
from core.db.dialect import SQLITE
from core.db.migrate import MIGRATIONS, load_migrations, migrate
from core.db.queries import QUERIES, load_queries
from core.db.sqlite_tx import SqliteLedger, SqliteTx, require_version, translate
from core.db.tx import WrapTx
from core.errors.store import StoreClosed, StoreError
from core.ports import Tx

P = ParamSpec("P")
T = TypeVar("T")


class MemoryDatabase:
    """A migrated in-memory database.

    Args:
        clock: the time of its transactions.
        image: the result of ``serialize``; None for a new database.
        migrations: an alternative folder of migrations.
        queries: an alternative folder of queries.
        wrap_tx: a wrapper around the transaction passed to every function.

    Raises:
        StoreError: the image is not a database of this program.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        image: bytes | None = None,
        migrations: Path = MIGRATIONS,
        queries: Path = QUERIES,
        wrap_tx: WrapTx | None = None,
    ) -> None:
        self._clock = clock
        self._queries = load_queries(queries, SQLITE)
        self._columns: dict[str, list[str]] = {}
        self._wrap_tx = wrap_tx
        start = _fresh(migrations) if image is None else image
        self._connection = _connect()
        try:
            self._connection.deserialize(start)
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._connection.execute("SELECT count(*) FROM schema_migration").fetchone()
        except sqlite3.Error as error:
            self._connection.close()
            raise StoreError("this is no image of a database") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def begin(self) -> SqliteTx:
        """Begin a transaction explicitly; end it with ``commit`` or ``rollback``."""
        self._connection.execute("BEGIN")
        return SqliteTx(self._connection.cursor(), self._queries, self._clock, self._columns)

    def commit(self) -> None:
        """Commit the open transaction.

        Raises:
            StoreError: a deferred constraint failed; the transaction was rolled back.
        """
        try:
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self.rollback()
            raise translate("commit", error) from error

    def rollback(self) -> None:
        """Roll back the open transaction, if there is one."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def run(self, function: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``function(tx, …)`` in a transaction: commit if it returns, roll back if it raises."""
        try:
            value = self.begin().carry(lambda tx: function(tx, *args, **kwargs), self._wrap_tx)
            self.commit()
        finally:
            self.rollback()
        return value

    def read(self, function: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function that only reads.

        Raises:
            StoreError: it tried to write.
        """
        self._connection.execute("PRAGMA query_only = ON")
        try:
            return self.run(function, *args, **kwargs)
        finally:
            self._connection.execute("PRAGMA query_only = OFF")

    def serialize(self) -> bytes:
        """Return the database as bytes, for ``image``."""
        return self._connection.serialize()

    def close(self) -> None:
        """Close the database; idempotent."""
        self._connection.close()


class MemoryStore:
    """The port ``Store`` on an in-memory database; functions run immediately, on the caller's thread."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self._closed = False

    async def run(self, function: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``function(tx, …)`` in one transaction."""
        self._require_open()
        return self.database.run(function, *args, **kwargs)

    async def run_for(
        self, _caller: int, function: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run like ``run``: nobody waits."""
        return await self.run(function, *args, **kwargs)

    async def read(
        self, function: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        self._require_open()
        return self.database.read(function, *args, **kwargs)

    async def close(self) -> None:
        self._closed = True
        self.database.close()

    def _require_open(self) -> None:
        if self._closed:
            raise StoreClosed


def _connect() -> sqlite3.Connection:
    # The rehearsal may pass the connection between threads, one at a time.
    return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)


@lru_cache(maxsize=8)
def _fresh(migrations: Path) -> bytes:
    """Return the image of an empty, migrated database; cached, as property tests need hundreds."""
    require_version()
    connection = _connect()
    try:
        connection.execute("PRAGMA page_size = 1024")  # many small tables: a third of the size
        ledger, now = SqliteLedger(connection), SystemClock().now()
        # Not logged: in the log of a service they would be taken for migrations of its database.
        migrate(ledger, load_migrations(migrations, SQLITE), applied_at=now, is_logged=False)
        return connection.serialize()
    finally:
        connection.close()
