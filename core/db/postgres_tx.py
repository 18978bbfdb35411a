"""A transaction of PostgreSQL over a psycopg connection: what whole functions get."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
from psycopg import errors
from psycopg.abc import Buffer
from psycopg.adapt import Dumper, Loader
from psycopg.rows import dict_row
from psycopg.types.numeric import Int8Dumper

from core.clock import Clock
from core.db.dialect import POSTGRES
from core.db.migrate import LEDGER, Migration
from core.db.queries import Queries
from core.db.tx import EngineTx
from core.errors import (
    MigrationError,
    QueryError,
    StoreConstraintError,
    StoreContention,
    StoreError,
    StoreFull,
    StoreUnavailable,
)
from core.ports import Row

Connection = psycopg.Connection[Any]

PREPARED: Final = 512
"""More than there are queries: each is planned once on a connection."""


class _BoolDumper(Dumper):
    """Truth is stored as 0 or 1, as in SQLite."""

    oid = Int8Dumper.oid

    def dump(self, obj: Any) -> bytes:  # noqa: ANN401 - the base's signature
        """Return the digit."""
        return b"1" if obj else b"0"


class _NumberLoader(Loader):
    """A sum of whole numbers comes as ``numeric``: made an int, and a fraction a float, as in SQLite."""

    def load(self, data: Buffer) -> int | float:
        """Return the number."""
        text = bytes(data)
        return float(text) if b"." in text or b"N" in text else int(text)


def set_up(connection: Connection) -> None:
    """Make a new connection speak as SQLite does."""
    connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
    connection.prepared_max = PREPARED
    adapters = connection.adapters
    # One width for every int: "minutes * 60000" must not overflow because a driver found 2 bytes enough.
    adapters.register_dumper(int, Int8Dumper)
    adapters.register_dumper(bool, _BoolDumper)
    adapters.register_loader("numeric", _NumberLoader)


class PostgresTx(EngineTx):
    """A transaction that is open, or opens with its first statement, on a connection of PostgreSQL."""

    __slots__ = ("_clock", "_connection", "_cursor")

    def __init__(self, connection: Connection, queries: Queries, clock: Clock | None) -> None:
        super().__init__(queries)
        self._connection = connection
        self._cursor = connection.cursor(row_factory=dict_row)
        self._clock = clock

    def run(self, query: str, /, **values: object) -> int:
        """Run a statement; return how many rows it changed (or gave back)."""
        return self._execute(query, values).rowcount

    def one(self, query: str, /, **values: object) -> Row | None:
        """Return the only row of a query, or None."""
        rows = self.all(query, **values)
        if len(rows) > 1:
            raise QueryError(query, "there is more than one row")
        return rows[0] if rows else None

    def all(self, query: str, /, **values: object) -> list[Row]:
        """Return all rows of a query, in its order."""
        cursor = self._execute(query, values)
        return [] if cursor.description is None else list(cursor.fetchall())

    def explain(self, query: str) -> None:
        """Compile a query without running it, every value unknown."""
        found = self._find(query)
        try:
            self._cursor.execute(f"EXPLAIN {found.text}", dict.fromkeys(found.parameters))
        except psycopg.Error as error:
            raise self._failed(query, error) from None

    def _ask_time(self) -> datetime:
        if self._clock is not None:
            return self._clock.now()
        try:
            row = self._cursor.execute("SELECT clock_timestamp() AS now").fetchone()
        except psycopg.Error as error:
            raise self._failed("now", error) from None
        if row is None:
            raise StoreError("the database does not tell the time")
        moment: datetime = row["now"]
        return moment.astimezone(UTC)

    def _execute(self, name: str, values: dict[str, object]) -> psycopg.Cursor[dict[str, Any]]:
        query = self._queries.get(name)
        if query is None or self.failure is not None or len(values) != query.count:
            raise self._refusal(name, values)
        try:
            return self._cursor.execute(query.text, values)
        except (psycopg.Error, UnicodeEncodeError) as error:
            if (misuse := query.misuse(values)) is not None:
                raise misuse from None
            # Without its cause: PostgreSQL quotes the values of the row, and these may be personal.
            raise self._failed(name, error) from None

    def _failed(self, query: str, error: Exception) -> StoreError:
        self.failure = translate(query, error, lost=self._connection.closed)
        return self.failure


def translate(where: str, error: Exception, *, lost: bool = False) -> StoreError:  # noqa: PLR0911 - a table
    """Return our own error for one of the driver's, without any value of a row.

    Args:
        where: the query, or what else was being done.
        error: what the driver raised.
        lost: the connection is gone.
    """
    if not isinstance(error, psycopg.Error):
        return QueryError(where, f"a value cannot be stored ({type(error).__name__})")
    if lost:
        return StoreUnavailable(f"{where}: the connection to the database was lost")
    if isinstance(error, (errors.DeadlockDetected, errors.SerializationFailure, errors.LockNotAvailable)):
        return StoreContention(f"{where}: {type(error).__name__}")
    if isinstance(error, (psycopg.IntegrityError, errors.RaiseException)):
        refused_by = error.diag.constraint_name or error.diag.message_primary
        return StoreConstraintError(where, refused_by or type(error).__name__)
    if isinstance(error, (errors.DiskFull, errors.OutOfMemory)):
        return StoreFull()
    if isinstance(error, psycopg.DataError):
        return QueryError(where, f"a value cannot be stored ({type(error).__name__})")
    return StoreError(f"{where}: {error.diag.message_primary or type(error).__name__}")


class PostgresLedger:
    """How PostgreSQL is migrated (see ``core.db.migrate.Ledger``)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Open a transaction under the lock that all migrators of this schema share."""
        with self._connection.transaction():
            self._connection.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended('migration of ' || current_schema(), 0))"
            )
            yield

    def applied(self) -> dict[int, str]:
        """Return the names of what has been applied by version."""
        self._connection.execute(POSTGRES.fill(LEDGER))
        return dict(self._connection.execute("SELECT version, name FROM schema_migration").fetchall())

    def apply(self, migration: Migration, applied_at: int) -> None:
        """Run a migration's statements and remember it."""
        try:
            self._connection.execute(migration.text)
        except psycopg.Error as error:
            raise MigrationError(str(migration), error.diag.message_primary or str(error)) from error
        self._connection.execute(
            "INSERT INTO schema_migration (version, name, applied_at) VALUES (%s, %s, %s)",
            (migration.version, migration.name, applied_at),
        )
