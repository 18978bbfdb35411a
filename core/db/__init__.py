"""The database: one port, two engines, one set of query texts.

There is one schema for the whole program. The tables of the bot (``inbox``, ``dialog``) and their queries are
therefore here as well, although only ``bot`` uses them: migrations, the export and deletion of personal data,
and the check that every query compiles then cover all tables.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.clock import Clock, SystemClock
from core.db.dialect import POSTGRES, SQLITE
from core.db.lock import ensure_unlocked
from core.db.memory import MemoryDatabase, MemoryStore
from core.db.migrate import MIGRATIONS, load_migrations
from core.db.queries import QUERIES, load_queries
from core.db.sqlite import SqliteOptions, SqliteStore, exists
from core.db.tx import WrapTx
from core.errors.store import StoreDriverMissing, StoreUrlError
from core.ports import Tx

if TYPE_CHECKING:
    from core.db.postgres import PostgresStore

__all__ = [
    "MIGRATIONS",
    "QUERIES",
    "MemoryDatabase",
    "MemoryStore",
    "ensure_unlocked",
    "exists",
    "open_postgres",
    "open_sqlite",
    "open_store",
    "shown_url",
]


async def open_store(  # noqa: PLR0913 - the options of both engines, each with its default
    url: str,
    clock: Clock | None = None,
    *,
    migrations: Path = MIGRATIONS,
    queries: Path = QUERIES,
    migrate: bool = True,
    create: bool = True,
    before_migration: Callable[[Tx], None] | None = None,
    read_only: bool = False,
    restoring: bool = False,
    inspecting: bool = False,
    wrap_tx: WrapTx | None = None,
    schema: str | None = None,
) -> "SqliteStore | PostgresStore":
    """Open the store at a URL; create and migrate the database if needed and allowed.

    Args:
        url: ``sqlite:///FILE`` (``sqlite:////FILE`` for an absolute path, ``sqlite:///:memory:`` for a
            database in memory) or ``postgresql://USER@HOST/DATABASE``.
        clock: the time of the transactions. None: on PostgreSQL the database's clock, so that a worker
            with a wrong clock cannot take over live holds; on SQLite the host's.
        migrations: an alternative folder of migrations.
        queries: an alternative folder of queries.
        migrate: False rejects an older schema instead of migrating it.
        create: False rejects a missing database instead of creating it.
        before_migration: called with a transaction on an existing, older database before it is migrated; what
            it raises leaves the database as it was. Only the tables of the older schema exist.
        read_only: on SQLite, read beside another process that has the file open, and never write; needs
            neither ``migrate`` nor ``create``. PostgreSQL needs no such option.
        restoring: on PostgreSQL, open a database whose restore has not finished; SQLite needs no such option.
        inspecting: open an older schema as it is, for queries that know it; leave the modes of files alone.
        wrap_tx: a wrapper around the transaction passed to every function.
        schema: on PostgreSQL, an existing schema instead of the default.

    Raises:
        StoreUrlError: the URL is neither.
        StoreDriverMissing: the PostgreSQL drivers are not installed.
        StoreInUse: another process has the SQLite file open.
        StoreUnavailable: the database cannot be opened or reached.
        DatabaseMissing: there is no database, and ``create`` is off.
        RestoreUnfinished: a restore into the PostgreSQL database did not finish.
        DatabaseNewer: the schema is newer than the program.
        DatabaseOlder: the schema is older, and ``migrate`` is off.
        MigrationError: a migration failed.
        MigrationEdited: a migration was edited after it was applied.
        QueryError: a query file is malformed.
    """
    if url.startswith(("postgresql://", "postgres://")):
        return await open_postgres(
            url,
            clock,
            migrations=migrations,
            queries=queries,
            migrate=migrate,
            create=create,
            restoring=restoring,
            before_migration=before_migration,
            inspecting=inspecting,
            wrap_tx=wrap_tx,
            schema=schema,
        )
    return await open_sqlite(
        url,
        clock,
        migrations=migrations,
        queries=queries,
        migrate=migrate,
        create=create,
        before_migration=before_migration,
        read_only=read_only,
        inspecting=inspecting,
        wrap_tx=wrap_tx,
    )


async def open_sqlite(
    url: str,
    clock: Clock | None = None,
    *,
    migrations: Path = MIGRATIONS,
    queries: Path = QUERIES,
    **options: Any,  # noqa: ANN401 - those of SqliteOptions
) -> SqliteStore:
    """Open a store on SQLite; see ``open_store`` and ``SqliteOptions``."""
    path = url.removeprefix("sqlite:///")
    if path == url or not path:
        raise StoreUrlError
    return await SqliteStore.open(
        path,
        SqliteOptions(
            queries=load_queries(queries, SQLITE),
            migrations=load_migrations(migrations, SQLITE),
            clock=clock or SystemClock(),
            **options,
        ),
    )


def shown_url(url: str) -> str:
    """Return a PostgreSQL URL without its password.

    Raises:
        StoreDriverMissing: the PostgreSQL drivers are not installed.
    """
    try:
        from core.db.postgres_connection import without_password  # noqa: PLC0415 - an optional driver
    except ImportError as error:
        raise StoreDriverMissing from error
    return without_password(url)


async def open_postgres(
    url: str,
    clock: Clock | None = None,
    *,
    migrations: Path = MIGRATIONS,
    queries: Path = QUERIES,
    **options: Any,  # noqa: ANN401 - those of PostgresOptions
) -> "PostgresStore":
    """Open a store on PostgreSQL; see ``open_store`` and ``core.db.postgres_connection.PostgresOptions``."""
    try:
        from core.db.postgres import PostgresStore  # noqa: PLC0415 - an optional driver
        from core.db.postgres_connection import PostgresOptions  # noqa: PLC0415 - an optional driver
    except ImportError as error:
        raise StoreDriverMissing from error
    return await PostgresStore.open(
        url,
        PostgresOptions(
            queries=load_queries(queries, POSTGRES),
            migrations=load_migrations(migrations, POSTGRES),
            clock=clock,
            **options,
        ),
    )
