"""What a copy of a PostgreSQL database needs of the driver."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from core.db.dialect import POSTGRES
from core.db.postgres_connection import UNFINISHED, has_tables, require_restored, without_password
from core.db.postgres_tx import PostgresTx, set_up
from core.db.postgres_wire import Wire
from core.db.queries import QUERIES, load_queries
from core.errors.installation import DatabaseMissing
from core.errors.store import StoreError, StoreUnavailable
from core.ports import Tx

_OPTIONS = "-c timezone=UTC -c client_encoding=UTF8"
"""As the store's; those of the URL do not count, as they do not there."""


@contextmanager
def snapshot(url: str) -> Iterator[tuple[Tx, str, str]]:
    """Yield a read-only transaction, the name of its snapshot for pg_dump, and the schema.

    Raises:
        DatabaseMissing: the database has no tables of this program.
        RestoreUnfinished: a restore into it did not finish.
        StoreUnavailable: it cannot be reached.
    """
    with connected(url) as connection:
        set_up(connection)
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        require_restored(connection, url)
        if not has_tables(connection):
            raise DatabaseMissing(without_password(url))
        row = connection.execute("SELECT pg_export_snapshot(), current_schema()").fetchone()
        name, schema = row or ("", "")
        wire = Wire(connection)
        try:
            yield PostgresTx(wire, load_queries(QUERIES, POSTGRES), None), name, schema
        finally:
            wire.roll_back()


def describe(url: str) -> tuple[str, int, str]:
    """Return a database's schema, its number of tables, and its address without the password.

    Raises:
        StoreUnavailable: it cannot be reached, or the schema does not exist.
    """
    with connected(url) as connection:
        row = connection.execute(
            "SELECT current_schema(), (SELECT count(*) FROM pg_tables WHERE schemaname = current_schema())"
        ).fetchone()
    schema, tables = row or (None, 0)
    if schema is None:
        raise StoreUnavailable("the schema does not exist")
    return schema, tables, without_password(url)


def begin_restore(url: str) -> None:
    """Mark an empty database as being restored, so that nothing else uses it.

    Raises:
        StoreUnavailable: it cannot be reached.
        StoreError: another restore has begun.
    """
    with connected(url) as connection:
        connection.execute(f"CREATE TABLE {UNFINISHED} ()".encode())


def end_restore(url: str) -> None:
    """Take the mark away: the database can be used.

    Raises:
        StoreUnavailable: it cannot be reached.
    """
    with connected(url) as connection:
        connection.execute(f"DROP TABLE {UNFINISHED}".encode())


@contextmanager
def connected(url: str) -> Iterator[psycopg.Connection[Any]]:
    """Connect without the settings of the store; commit at the end of the block.

    Raises:
        StoreUnavailable: the database cannot be reached.
        StoreError: the block failed on it.
    """
    try:
        with psycopg.connect(url, options=_OPTIONS, connect_timeout=10) as connection:
            yield connection
    except psycopg.OperationalError as error:
        raise StoreUnavailable(str(error).partition("\n")[0]) from error
    except psycopg.Error as error:
        raise StoreError(f"PostgreSQL: {error.diag.message_primary or type(error).__name__}") from error
