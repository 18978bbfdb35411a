"""Connections to PostgreSQL: the store's options, and what is asked of a database before it is used."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from core.clock import Clock
from core.db.migrate import Migration
from core.db.postgres_tx import Connection
from core.db.queries import Queries
from core.db.tx import WrapTx
from core.errors.backup import RestoreUnfinished
from core.errors.store import StoreUrlError
from core.ports import Tx

LOCK_TIMEOUT: Final = 2.0
"""Seconds that a statement waits for a lock, until its function is run again."""

UNFINISHED: Final = "restore_unfinished"
"""A table that is there from before a restore until its gap is closed."""

IDLE_TIMEOUT: Final = 30.0
"""Seconds after which the server ends a transaction that sends nothing: its program is frozen or cut off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresOptions:
    """Options of a store on PostgreSQL."""

    queries: Queries
    migrations: Sequence[Migration]
    clock: Clock | None  # None: the database's clock
    migrate: bool = True  # False: reject an older schema instead
    create: bool = True  # False: reject a database without tables instead
    restoring: bool = False  # True: open what a restore has not finished yet
    before_migration: Callable[[Tx], None] | None = None  # may refuse to migrate an existing database
    inspecting: bool = False  # an older schema is opened too
    pool_size: int = 8  # connections, and threads
    schema: str | None = None  # an existing schema instead of the default
    connect_timeout: int = 10  # seconds
    lock_timeout: float = LOCK_TIMEOUT
    idle_timeout: float = IDLE_TIMEOUT
    wrap_tx: WrapTx | None = None


def has_tables(connection: Connection) -> bool:
    """Return whether the database has the tables of this program."""
    return connection.execute("SELECT to_regclass('schema_migration')").fetchone() != (None,)


def require_restored(connection: Connection, url: str) -> None:
    """Refuse what an interrupted restore has left.

    Raises:
        RestoreUnfinished: the restore did not finish.
    """
    if connection.execute(f"SELECT to_regclass('{UNFINISHED}')").fetchone() != (None,):
        raise RestoreUnfinished(without_password(url))


def without_password(url: str) -> str:
    """Return the URL of a database without the password, to be shown."""
    try:
        parts = {**conninfo_to_dict(url)}
    except psycopg.Error:
        return "postgresql://…"
    user = f"{parts['user']}@" if parts.get("user") else ""
    port = f":{parts['port']}" if parts.get("port") else ""
    return f"postgresql://{user}{parts.get('host') or ''}{port}/{parts.get('dbname') or ''}"


def connection_options(options: PostgresOptions) -> dict[str, Any]:
    """Return the arguments of ``psycopg.connect``.

    Raises:
        StoreUrlError: the schema's name is invalid.
    """
    settings = (
        "-c timezone=UTC -c client_encoding=UTF8"
        f" -c lock_timeout={round(options.lock_timeout * 1000)}"
        f" -c idle_in_transaction_session_timeout={round(options.idle_timeout * 1000)}"
    )
    if options.schema is not None:
        if not re.fullmatch(r"[a-z_][a-z0-9_]*", options.schema):
            raise StoreUrlError("the schema's name is none")
        settings += f" -c search_path={options.schema}"
    return {"options": settings, "connect_timeout": options.connect_timeout}
