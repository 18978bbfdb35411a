"""Transactions on SQLite, over a plain ``sqlite3`` connection."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from core.clock import Clock
from core.db.dialect import SQLITE
from core.db.migrate import ADD_CHECKSUM, LEDGER, Applied, Migration, statements
from core.db.queries import Queries, Query
from core.db.tx import EngineTx
from core.errors.store import (
    MigrationError,
    QueryError,
    StoreConstraintError,
    StoreContention,
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreUnavailable,
)
from core.ports import Row

OLDEST: Final = (3, 37, 0)
"""Minimum version of SQLite: STRICT tables need 3.37, RETURNING 3.35."""


_FAILURES: Final = (sqlite3.Error, OverflowError, UnicodeEncodeError)


class SqliteTx(EngineTx):
    """An open transaction on an SQLite connection."""

    # Hot path: called a dozen times per function, on the single writing thread. So the success path is
    # inlined in each method, and the column names of a query are cached.

    __slots__ = ("_clock", "_columns", "_cursor")

    def __init__(
        self, cursor: sqlite3.Cursor, queries: Queries, clock: Clock, columns: dict[str, list[str]]
    ) -> None:
        super().__init__(queries)
        self._cursor = cursor
        self._clock = clock
        self._columns = columns

    def renew_now(self) -> None:
        """Do nothing: writers wait before they begin, not within."""

    def run(self, query: str, /, **values: object) -> int:
        """Run a statement; return the number of changed (or returned) rows."""
        found = self._queries.get(query)
        if found is None or self.failure is not None or len(values) != found.count:
            raise self._refusal(query, values)
        try:
            cursor = self._cursor.execute(found.text, values)
            if cursor.description is not None:
                return len(cursor.fetchall())
            if cursor.rowcount < 0:  # the driver does not count statements that begin with WITH
                return int(cursor.execute("SELECT changes()").fetchone()[0])
        except _FAILURES as error:
            raise self._failed(found, values, error) from _harmless(error)
        return cursor.rowcount

    def one(self, query: str, /, **values: object) -> Row | None:
        """Return the only row of a query, or None."""
        found = self._queries.get(query)
        if found is None or self.failure is not None or len(values) != found.count:
            raise self._refusal(query, values)
        try:
            rows = self._cursor.execute(found.text, values).fetchall()
        except _FAILURES as error:
            raise self._failed(found, values, error) from _harmless(error)
        if len(rows) == 1:
            return dict(zip(self._columns.get(query) or self._learn(query), rows[0]))  # noqa: B905 - it costs
        if rows:
            raise QueryError(query, "there is more than one row")
        return None

    def all(self, query: str, /, **values: object) -> list[Row]:
        """Return all rows of a query, in its order."""
        found = self._queries.get(query)
        if found is None or self.failure is not None or len(values) != found.count:
            raise self._refusal(query, values)
        try:
            rows = self._cursor.execute(found.text, values).fetchall()
        except _FAILURES as error:
            raise self._failed(found, values, error) from _harmless(error)
        if not rows:
            return []
        names = self._columns.get(query) or self._learn(query)
        return [dict(zip(names, row)) for row in rows]  # noqa: B905 - it costs

    def _ask_time(self) -> datetime:
        return self._clock.now()

    def _learn(self, query: str) -> list[str]:
        names = self._columns[query] = [column[0] for column in self._cursor.description]
        return names

    def _failed(self, query: Query, values: dict[str, Any], error: Exception) -> StoreError:
        misuse = query.misuse(values)
        if misuse is not None:
            return misuse
        self.failure = translate(query.name, error)
        return self.failure


def _harmless(error: Exception) -> Exception | None:
    """Return the cause to chain; None for UnicodeEncodeError, which quotes a possibly personal value."""
    return None if isinstance(error, UnicodeEncodeError) else error


CORRUPT = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
"""The primary codes of errors of a file that is damaged."""
_DISK: dict[int, type[StoreError]] = {
    sqlite3.SQLITE_FULL: StoreFull,
    sqlite3.SQLITE_READONLY: StoreReadOnly,
}
_RESTORE = "the database is damaged, a restart does not help; restore a backup"


def translate(where: str, error: Exception) -> StoreError:
    """Translate a driver error to a StoreError.

    Args:
        where: the query or the operation.
        error: the driver's error; SQLite's messages name columns and constraints, but no values.
    """
    message = str(error)
    if isinstance(error, sqlite3.IntegrityError):
        return StoreConstraintError(where, message.partition("failed: ")[2] or message)
    if not isinstance(error, sqlite3.Error) or isinstance(
        error, (sqlite3.ProgrammingError, sqlite3.InterfaceError)
    ):
        return QueryError(where, f"a value cannot be stored ({type(error).__name__})")
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if primary in CORRUPT:
        return StoreCorrupt(f"{message} ({where}): {_RESTORE}")
    if primary in _DISK:
        return _DISK[primary]()
    if primary in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StoreContention(f"{where}: {message}")
    return StoreError(f"{where}: {message}")


def unusable(path: str, error: sqlite3.Error) -> StoreError:
    """Return the error of a file that cannot be opened."""
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in CORRUPT:
        return StoreCorrupt(f"{path}: {error}: {_RESTORE}")
    return StoreUnavailable(f"{path}: {error}")


def require_version(found: tuple[int, ...] = sqlite3.sqlite_version_info) -> None:
    """Check the version of the SQLite library.

    Raises:
        StoreUnavailable: it is older than 3.37.
    """
    if found < OLDEST:
        have, need = (".".join(map(str, version)) for version in (found, OLDEST))
        raise StoreUnavailable(f"SQLite {need} or newer is needed, Python was built with {have}")


class SqliteLedger:
    """The migration ledger on SQLite (see ``core.db.migrate.Ledger``)."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the write lock, with foreign keys off, so that migrations can rebuild tables."""
        self._connection.execute("PRAGMA foreign_keys = OFF")
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self._connection.execute("PRAGMA foreign_keys = ON")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read on one snapshot."""
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.execute("ROLLBACK")

    def prepare(self) -> None:
        """Create the ledger, or add the column of checksums."""
        self._connection.execute(SQLITE.fill(LEDGER))
        if "checksum" not in self._columns():
            self._connection.execute(ADD_CHECKSUM)

    def applied(self) -> dict[int, Applied]:
        """Return the applied migrations by version."""
        columns = self._columns()
        if not columns:
            return {}
        checksum = "checksum" if "checksum" in columns else "NULL"
        rows = self._connection.execute(f"SELECT version, name, {checksum} FROM schema_migration")  # noqa: S608 - ours
        return {version: Applied(name=name, checksum=found) for version, name, found in rows}

    def note_checksum(self, migration: Migration) -> None:
        """Record the checksum of an earlier migration."""
        self._connection.execute(
            "UPDATE schema_migration SET checksum = ? WHERE version = ?",
            (migration.checksum, migration.version),
        )

    def _columns(self) -> set[str]:
        return {row[1] for row in self._connection.execute("PRAGMA table_info(schema_migration)")}

    def apply(self, migration: Migration, applied_at: int) -> None:
        """Run a migration's statements, check the foreign keys, and record it."""
        try:
            for statement in statements(migration.text):
                self._connection.execute(statement)
            dangling = self._connection.execute("PRAGMA foreign_key_check").fetchone()
        except (sqlite3.Error, ValueError) as error:
            raise MigrationError(str(migration), str(error)) from error
        if dangling is not None:
            raise MigrationError(str(migration), f"a reference of table {dangling[0]} leads nowhere")
        self._connection.execute(
            "INSERT INTO schema_migration (version, name, applied_at, checksum) VALUES (?, ?, ?, ?)",
            (migration.version, migration.name, applied_at, migration.checksum),
        )
