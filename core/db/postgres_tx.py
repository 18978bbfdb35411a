"""Transactions on PostgreSQL, over a psycopg connection."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
from psycopg import errors
from psycopg.abc import Buffer
from psycopg.adapt import Dumper, Loader
from psycopg.types.numeric import Int8Dumper

from core.clock import Clock
from core.db.dialect import POSTGRES
from core.db.migrate import ADD_CHECKSUM, LEDGER, Applied, Migration
from core.db.postgres_wire import Sent, StatementFailed, Wire
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

Pool = tuple[str, str]
"""An office and a plate kind."""


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
    # psycopg would now and then discard all prepared statements, with those of the wire.
    connection.prepare_threshold = None
    adapters = connection.adapters
    # Send every int as int8: "minutes * 60000" must not overflow because the driver chose int2.
    adapters.register_dumper(int, Int8Dumper)
    adapters.register_dumper(bool, _BoolDumper)
    adapters.register_loader("numeric", _NumberLoader)


POSTED: Final = frozenset({"dialog.shown", "inbox.done", "journal.add", "pool.add_draw", "pool.end_draw"})
"""Statements whose count nobody asks for: they are sent with the next one, and 0 is returned."""

LOCKS_OF_POOLS: Final = frozenset({"pool.next_draw", "pool.open_pool"})
"""Statements that lock a pool; the time after the lock is asked for together with them."""

_CLOCK: Final = "SELECT clock_timestamp() AS now"


class PostgresTx(EngineTx):
    """A transaction on a PostgreSQL connection; it begins with its first statement.

    Args:
        wire: the connection.
        queries: the named queries.
        clock: the time; None for the database's.
        before_lock: called before a pool is locked; may raise a StoreContention.

    Attributes:
        pool: the last pool that it locked.
    """

    __slots__ = ("_asked", "_before_lock", "_clock", "_earliest", "_wire", "pool")

    def __init__(
        self,
        wire: Wire,
        queries: Queries,
        clock: Clock | None,
        before_lock: Callable[[Pool], None] | None = None,
    ) -> None:
        super().__init__(queries)
        self._wire = wire
        self._clock = clock
        self._earliest: datetime | None = None
        self._asked: Sent | None = None  # the time after the lock of a pool
        self._before_lock = before_lock
        self.pool: Pool | None = None

    def renew_now(self) -> None:
        """Let ``now`` be taken again, and never earlier than before."""
        if self._now is not None:
            self._earliest, self._now = self._now, None

    def run(self, query: str, /, **values: object) -> int:
        """Run a statement; return the number of changed (or returned) rows."""
        if query in POSTED:
            self._send(query, values)
            return 0
        result = self._execute(query, values).result
        return (result.command_tuples or 0) if result is not None else 0

    def one(self, query: str, /, **values: object) -> Row | None:
        """Return the only row of a query, or None."""
        rows = self.all(query, **values)
        if len(rows) > 1:
            raise QueryError(query, "there is more than one row")
        return rows[0] if rows else None

    def all(self, query: str, /, **values: object) -> list[Row]:
        """Return all rows of a query, in its order."""
        return [*self._wire.rows(self._execute(query, values))]

    def settle(self) -> None:
        """Wait until all that was sent is done, so that the connection can be used otherwise.

        Raises:
            StoreError: a statement failed.
        """
        try:
            failed = self._wire.leave()
        except psycopg.Error as error:
            raise self._failed("commit", error) from None
        if failed is not None and failed.error is not None:
            raise self._failed(failed.name, failed.error)

    def _ask_time(self) -> datetime:
        asked = self._read_clock()
        return asked if self._earliest is None else max(asked, self._earliest)

    def _read_clock(self) -> datetime:
        if self._clock is not None:
            return self._clock.now()
        asked, self._asked = self._asked, None
        try:
            if asked is None:
                asked = self._wire.send("now", _CLOCK, {}, self)
            self._wire.wait_for(asked)
        except psycopg.Error as error:
            raise self._failed("now", error) from None
        except StatementFailed as failed:
            raise self._failed_of(failed) from None
        moment: datetime = self._wire.rows(asked)[0]["now"]
        return moment.astimezone(UTC)

    def _execute(self, name: str, values: dict[str, object]) -> Sent:
        sent = self._send(name, values)
        try:
            if name in LOCKS_OF_POOLS and self._clock is None:
                self._asked = self._wire.send("now", _CLOCK, {}, self)
            self._wire.wait_for(sent)
        except psycopg.Error as error:
            raise self._failed(name, error) from None
        except StatementFailed as failed:
            raise self._failed_of(failed) from None
        return sent

    def _send(self, name: str, values: dict[str, object]) -> Sent:
        query = self._queries.get(name)
        if query is None or self.failure is not None or len(values) != query.count:
            raise self._refusal(name, values)
        if name in LOCKS_OF_POOLS:
            self._note_lock((str(values.get("office")), str(values.get("kind"))))
        try:
            return self._wire.send(name, query.text, values, self)
        except KeyError:
            raise self._refusal(name, values) from None
        except (psycopg.Error, UnicodeEncodeError) as error:
            if (misuse := query.misuse(values)) is not None:
                raise misuse from None
            # Drop the cause: PostgreSQL's messages quote the row's values, which may be personal data.
            raise self._failed(name, error) from None

    def _note_lock(self, pool: Pool) -> None:
        if self._before_lock is not None:
            try:
                self._before_lock(pool)
            except StoreError as error:
                self.failure = error
                raise
        self.pool = pool

    def _failed_of(self, failed: StatementFailed) -> StoreError:
        if failed.sent.sender not in {None, self}:  # of another function in the same transaction
            self.failure = StoreContention(f"{failed.sent.name}: the shared transaction failed")
            return self.failure
        return self._failed(failed.sent.name, failed.error)

    def _failed(self, query: str, error: Exception) -> StoreError:
        self.failure = translate(query, error, lost=self._wire.is_lost)
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
    if lost or error.diag.severity_nonlocalized in {"FATAL", "PANIC"}:  # the server closes it after these
        return StoreUnavailable(f"{where}: the connection to the database was lost")
    if isinstance(error, errors.LockNotAvailable):
        return StoreLocked(f"{where}: {type(error).__name__}")
    if isinstance(error, errors.FeatureNotSupported) and "cached plan" in (error.diag.message_primary or ""):
        return StoreContention(f"{where}: the schema has changed")  # all statements are prepared again
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
