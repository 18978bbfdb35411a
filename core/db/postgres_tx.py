"""Transactions on PostgreSQL, over a psycopg connection."""

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
from core.db.migrate import ADD_CHECKSUM, LEDGER, Applied, Migration
from core.db.queries import Queries
from core.db.tx import EngineTx
from core.errors.store import (
    MigrationError,
    QueryError,
    StoreConstraintError,
    StoreContention,
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreUnavailable,
)
from core.ports import Row

Connection = psycopg.Connection[Any]

PREPARED: Final = 512
"""More than the number of queries, so that each is prepared once per connection."""


class _BoolDumper(Dumper):
    """Stores booleans as 0 or 1, as in SQLite."""

    oid = Int8Dumper.oid

    def dump(self, obj: Any) -> bytes:  # noqa: ANN401 - the base's signature
        return b"1" if obj else b"0"


class _NumberLoader(Loader):
    """Loads ``numeric``, the type of sums of integers, as int, or as float for fractions, as in SQLite."""

    def load(self, data: Buffer) -> int | float:
        text = bytes(data)
        return float(text) if b"." in text or b"N" in text else int(text)


def set_up(connection: Connection) -> None:
    """Configure a new connection to use the same types as SQLite."""
    connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
    connection.prepared_max = PREPARED
    adapters = connection.adapters
    # Send every int as int8: "minutes * 60000" must not overflow because the driver chose int2.
    adapters.register_dumper(int, Int8Dumper)
    adapters.register_dumper(bool, _BoolDumper)
    adapters.register_loader("numeric", _NumberLoader)


class PostgresTx(EngineTx):
    """A transaction on a PostgreSQL connection; it begins with its first statement."""

    __slots__ = ("_clock", "_connection", "_cursor", "_earliest")

    def __init__(self, connection: Connection, queries: Queries, clock: Clock | None) -> None:
        super().__init__(queries)
        self._connection = connection
        self._cursor = connection.cursor(row_factory=dict_row)
        self._clock = clock
        self._earliest: datetime | None = None

    def renew_now(self) -> None:
        """Let ``now`` be taken again, and never earlier than before."""
        if self._now is not None:
            self._earliest, self._now = self._now, None

    def run(self, query: str, /, **values: object) -> int:
        """Run a statement; return the number of changed (or returned) rows."""
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
        """Compile a query without running it, with all parameters NULL."""
        found = self._find(query)
        try:
            self._cursor.execute(f"EXPLAIN {found.text}", dict.fromkeys(found.parameters))
        except psycopg.Error as error:
            raise self._failed(query, error) from None

    def _ask_time(self) -> datetime:
        asked = self._read_clock()
        return asked if self._earliest is None else max(asked, self._earliest)

    def _read_clock(self) -> datetime:
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
            # Drop the cause: PostgreSQL's messages quote the row's values, which may be personal data.
            raise self._failed(name, error) from None

    def _failed(self, query: str, error: Exception) -> StoreError:
        self.failure = translate(query, error, lost=self._connection.closed)
        return self.failure


def translate(where: str, error: Exception, *, lost: bool = False) -> StoreError:  # noqa: PLR0911 - a table
    """Translate a driver error to a StoreError that contains no values of a row.

    Args:
        where: the query or the operation.
        error: the driver's error.
        lost: whether the connection is lost.
    """
    if not isinstance(error, psycopg.Error):
        return QueryError(where, f"a value cannot be stored ({type(error).__name__})")
    if lost:
        return StoreUnavailable(f"{where}: the connection to the database was lost")
    if isinstance(error, errors.LockNotAvailable):
        return StoreLocked(f"{where}: {type(error).__name__}")
    if isinstance(error, errors.IdleInTransactionSessionTimeout):
        return StoreUnavailable(f"{where}: the server has ended the connection")
    if isinstance(error, (errors.DeadlockDetected, errors.SerializationFailure)):
        return StoreContention(f"{where}: {type(error).__name__}")
    if isinstance(error, (psycopg.IntegrityError, errors.RaiseException)):
        refused_by = error.diag.constraint_name or error.diag.message_primary
        return StoreConstraintError(where, refused_by or type(error).__name__)
    if isinstance(error, (errors.DiskFull, errors.OutOfMemory)):
        return StoreFull()
    if isinstance(error, (errors.DataCorrupted, errors.IndexCorrupted)):
        return StoreCorrupt(f"{where}: {type(error).__name__}: a restart does not help; restore a backup")
    if isinstance(error, psycopg.DataError):
        return QueryError(where, f"a value cannot be stored ({type(error).__name__})")
    return StoreError(f"{where}: {error.diag.message_primary or type(error).__name__}")


class PostgresLedger:
    """The migration ledger on PostgreSQL (see ``core.db.migrate.Ledger``)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Open a transaction under an advisory lock shared by all migrators of this schema."""
        with self._connection.transaction():
            self._connection.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended('migration of ' || current_schema(), 0))"
            )
            yield

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read on one snapshot."""
        with self._connection.transaction():
            self._connection.execute("SET TRANSACTION READ ONLY, ISOLATION LEVEL REPEATABLE READ")
            yield

    def prepare(self) -> None:
        """Create the ledger, or add the column of checksums."""
        columns = self._columns()
        if not columns:
            self._connection.execute(POSTGRES.fill(LEDGER))
        elif "checksum" not in columns:
            self._connection.execute(ADD_CHECKSUM)

    def applied(self) -> dict[int, Applied]:
        """Return the applied migrations by version."""
        columns = self._columns()
        if not columns:
            return {}
        checksum = "checksum" if "checksum" in columns else "NULL"
        rows = self._connection.execute(f"SELECT version, name, {checksum} FROM schema_migration".encode())  # noqa: S608 - ours
        return {version: Applied(name=name, checksum=found) for version, name, found in rows}

    def note_checksum(self, migration: Migration) -> None:
        """Record the checksum of an earlier migration."""
        self._connection.execute(
            "UPDATE schema_migration SET checksum = %s WHERE version = %s",
            (migration.checksum, migration.version),
        )

    def _columns(self) -> set[str]:
        # From the catalogue: information_schema.columns takes forty times as long beside many schemas.
        rows = self._connection.execute(
            "SELECT attname FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid"
            " WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
            " AND c.relname = 'schema_migration' AND a.attnum > 0 AND NOT a.attisdropped"
        )
        return {row[0] for row in rows}

    def apply(self, migration: Migration, applied_at: int) -> None:
        """Run a migration's statements and record it."""
        try:
            self._connection.execute(migration.text)
        except psycopg.Error as error:
            raise MigrationError(str(migration), error.diag.message_primary or str(error)) from error
        self._connection.execute(
            "INSERT INTO schema_migration (version, name, applied_at, checksum) VALUES (%s, %s, %s, %s)",
            (migration.version, migration.name, applied_at, migration.checksum),
        )
