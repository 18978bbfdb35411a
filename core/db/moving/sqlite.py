"""SQLite as the source or the target of a move."""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from core.db.copies import beside, connected, give_name, remove_temporary, verify_sqlite
from core.db.dialect import SQLITE
from core.db.lock import LockFile
from core.db.migrate import MIGRATIONS, load_migrations, migrate, require_same
from core.db.moving.side import OWN, Cells, Columns
from core.db.sqlite import exists, make_private_folder
from core.db.sqlite_tx import SqliteLedger
from core.errors.moving import MoveSourceMissing, MoveTargetNotEmpty

_TEMPORARY: Final = ".moving"


class _SqliteSide:
    """See ``core.db.moving.side.Side``."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self.shown = str(path)

    def columns(self) -> Columns:
        found = self._connection.execute(
            "SELECT t.name, c.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c"
            " WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.name"
        )
        tables: dict[str, tuple[str, ...]] = {}
        for table, column in found:
            if (table, column) == OWN:
                continue
            tables[table] = (*tables.get(table, ()), column)
        return tables

    def count(self, table: str) -> int:
        (rows,) = self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - ours
        return int(rows)

    def rows(self, table: str, columns: tuple[str, ...]) -> Iterator[Cells]:
        yield from self._connection.execute(f"SELECT {', '.join(columns)} FROM {table}")  # noqa: S608 - ours

    def fill(self, table: str, columns: tuple[str, ...], rows: Iterable[Cells]) -> None:
        marks = ", ".join("?" * len(columns))
        insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - ours
        self._connection.executemany(insert, rows)


@contextmanager
def sqlite_source(path: Path) -> Iterator[_SqliteSide]:
    """Open a file that no service uses, and keep services out until the end of the block."""
    if not exists(path):
        raise MoveSourceMissing(str(path))
    lock = LockFile.lock(path)
    try:
        with connected(path) as connection:
            connection.execute("PRAGMA query_only = ON")
            ledger = SqliteLedger(connection)
            with ledger.snapshot():
                require_same(ledger.applied(), load_migrations(MIGRATIONS, SQLITE))
                yield _SqliteSide(connection, path)
    finally:
        lock.unlock()


@contextmanager
def sqlite_target(path: Path, now: datetime) -> Iterator[_SqliteSide]:
    """Fill a temporary file with the program's tables; it gets its name if the block succeeds."""
    if exists(path) or exists(beside(path, "-wal")):
        raise MoveTargetNotEmpty(str(path))
    make_private_folder(path.parent)
    lock, temporary = LockFile.lock(path), beside(path, _TEMPORARY)
    try:
        remove_temporary(temporary)
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with connected(temporary) as connection:
            # Nothing of an interrupted move is used: the file is written to the disk once, at the end.
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA journal_mode = MEMORY").fetchone()
            ledger, migrations = SqliteLedger(connection), load_migrations(MIGRATIONS, SQLITE)
            migrate(ledger, migrations, applied_at=now, is_logged=False)
            with _filling(connection):
                yield _SqliteSide(connection, path)
                for migration in migrations:
                    ledger.note_checksum(migration)
        verify_sqlite(temporary)
        give_name(temporary, path)
    finally:
        remove_temporary(temporary)
        lock.unlock()


@contextmanager
def _filling(connection: sqlite3.Connection) -> Iterator[None]:
    """Write in one transaction, without triggers and without order among references."""
    connection.execute("PRAGMA foreign_keys = OFF")  # they are verified afterwards
    connection.execute("BEGIN IMMEDIATE")
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("DELETE FROM schema_migration")
    yield
    for _, created_by in triggers:
        connection.execute(created_by)
    connection.execute("COMMIT")
