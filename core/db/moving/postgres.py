"""PostgreSQL as the source or the target of a move."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from graphlib import TopologicalSorter
from typing import Any, Final

import psycopg
from psycopg import sql

from core.clock import to_millis
from core.db.dialect import POSTGRES
from core.db.migrate import MIGRATIONS, load_migrations, migrate, require_same
from core.db.moving.side import OWN, Cells, Columns
from core.db.postgres_connection import has_tables, require_restored, without_password
from core.db.postgres_copies import connected
from core.db.postgres_tx import Connection, PostgresLedger, PostgresTx, set_up
from core.db.postgres_wire import Wire
from core.db.queries import QUERIES, load_queries
from core.errors.moving import (
    MoveSourceMissing,
    MoveSourceServed,
    MoveSourceWritten,
    MoveTargetNotEmpty,
    MoveTextRefused,
)

_PATIENCE: Final = "10s"
"""How long a program that is writing to the source is waited for; the server's vacuum gives way sooner."""

_TABLES = """\
SELECT relname, attname, format_type(atttypid, NULL) FROM pg_class AS t
JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind = 'r'
ORDER BY relname, attname COLLATE "C\""""
_REFERENCES = """\
SELECT t.relname, r.relname FROM pg_constraint AS c
JOIN pg_class AS t ON t.oid = c.conrelid JOIN pg_class AS r ON r.oid = c.confrelid
WHERE c.contype = 'f' AND t.relnamespace = current_schema()::regnamespace AND t.oid <> r.oid"""
_IDENTITIES = """\
SELECT relname, attname, pg_get_serial_sequence(quote_ident(relname), attname) FROM pg_class AS t
JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attidentity <> ''
WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind = 'r'"""


class _PostgresSide:
    """See ``core.db.moving.side.Side``."""

    def __init__(self, connection: Connection, url: str) -> None:
        self._connection = connection
        self._types: dict[tuple[str, str], str] = {}
        self.shown = without_password(url)

    def columns(self) -> Columns:
        tables: dict[str, tuple[str, ...]] = {}
        for table, column, kind in self._connection.execute(_TABLES):
            if (table, column) == OWN:
                continue
            tables[table] = (*tables.get(table, ()), column)
            self._types[table, column] = kind
        referred: dict[str, set[str]] = {table: set() for table in tables}
        for table, other in self._connection.execute(_REFERENCES):
            referred[table].add(other)
        return {table: tables[table] for table in TopologicalSorter(referred).static_order()}

    def count(self, table: str) -> int:
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
        (rows,) = self._connection.execute(query).fetchone() or (0,)
        return int(rows)

    def rows(self, table: str, columns: tuple[str, ...]) -> Iterator[Cells]:
        query = sql.SQL("COPY {} TO STDOUT (FORMAT BINARY)").format(_named(table, columns))
        with self._connection.cursor() as cursor, cursor.copy(query) as copy:
            copy.set_types([self._types[table, column] for column in columns])
            yield from copy.rows()

    def fill(self, table: str, columns: tuple[str, ...], rows: Iterable[Cells]) -> None:
        query = sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(_named(table, columns))
        try:
            with self._connection.cursor() as cursor, cursor.copy(query) as copy:
                copy.set_types([self._types[table, column] for column in columns])
                for row in rows:
                    copy.write_row(row)
        except psycopg.errors.CharacterNotInRepertoire as error:
            column = re.search(r", column (\w+)", error.diag.context or "")
            raise MoveTextRefused(table, column[1] if column else "a column") from None


@contextmanager
def postgres_source(url: str) -> Iterator[_PostgresSide]:
    """Open a database that no service uses, and keep writers out until the end of the block."""
    with connected(url) as connection:
        set_up(connection)
        connection.autocommit = True
        require_restored(connection, url)
        if not has_tables(connection):
            raise MoveSourceMissing(without_password(url))
        side = _PostgresSide(connection, url)
        tables = sql.SQL(", ").join(map(sql.Identifier, side.columns()))
        connection.execute(f"SET lock_timeout = '{_PATIENCE}'".encode())
        connection.autocommit = False
        connection.isolation_level, connection.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
        try:
            connection.execute(sql.SQL("LOCK TABLE {} IN SHARE MODE").format(tables))
        except psycopg.errors.LockNotAvailable:
            raise MoveSourceWritten from None
        # The snapshot begins here, after the last writer.
        require_same(PostgresLedger(connection).applied(), load_migrations(MIGRATIONS, POSTGRES))
        tx = PostgresTx(Wire(connection), load_queries(QUERIES, POSTGRES), None)
        workers = tx.all("workers.living", now=to_millis(tx.now))
        tx.settle()
        if workers:
            raise MoveSourceServed(tuple(worker["name"] for worker in workers))
        yield side


@contextmanager
def postgres_target(url: str, now: datetime) -> Iterator[_PostgresSide]:
    """Create the program's tables in an empty schema; all is committed if the block succeeds."""
    with connected(url) as connection:
        set_up(connection)
        side, ledger = _PostgresSide(connection, url), PostgresLedger(connection)
        with ledger.transaction():  # no other program creates tables meanwhile
            require_restored(connection, url)
            if side.columns():
                raise MoveTargetNotEmpty(side.shown)
            migrations = load_migrations(MIGRATIONS, POSTGRES)
            migrate(ledger, migrations, applied_at=now, is_logged=False)
            with _filling(connection, side):
                yield side
                for migration in migrations:
                    ledger.note_checksum(migration)


@contextmanager
def _filling(connection: psycopg.Connection[Any], side: _PostgresSide) -> Iterator[None]:
    """Switch the triggers off for the block; then let the next ids follow those that were copied."""
    tables = [sql.Identifier(table) for table in side.columns()]
    for table in tables:
        connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table))
    connection.execute("DELETE FROM schema_migration")
    yield
    for table in tables:
        connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(table))
    for table, column, sequence in connection.execute(_IDENTITIES).fetchall():
        query = sql.SQL("SELECT setval({}, max({})) FROM {} HAVING max({}) IS NOT NULL").format(
            sql.Literal(sequence), sql.Identifier(column), sql.Identifier(table), sql.Identifier(column)
        )
        connection.execute(query)
    connection.execute(sql.SQL("ANALYZE {}").format(sql.SQL(", ").join(tables)))


def _named(table: str, columns: tuple[str, ...]) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("{} ({})").format(sql.Identifier(table), names)
