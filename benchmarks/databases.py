"""Databases of the benchmarks: new, and deleted at the end."""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from core.clock import Clock
from core.db import open_postgres, open_sqlite
from core.db.postgres import PostgresStore
from core.db.sqlite import SqliteStore

Store = SqliteStore | PostgresStore
URL = "postgresql://postgres@127.0.0.1:5432/postgres"
SCHEMA = f"xuanhao_bench_{os.getpid()}"
"""Unique per process, so that two can measure on one server."""


@contextmanager
def postgres_schema(url: str, schema: str = SCHEMA) -> Iterator[None]:
    """Create a schema for the block."""
    import psycopg  # noqa: PLC0415 - an optional driver

    def execute(*statements: str) -> None:
        with psycopg.connect(url, autocommit=True, options="-c client_min_messages=warning") as connection:
            for statement in statements:
                connection.execute(statement)

    drop = f"DROP SCHEMA IF EXISTS {schema} CASCADE"
    execute(drop, f"CREATE SCHEMA {schema}")
    try:
        yield
    finally:
        execute(drop)


@asynccontextmanager
async def new_store(engine: str, url: str, clock: Clock, schema: str = SCHEMA) -> AsyncIterator[Store]:
    """Open a new database with the tables of the program; the block closes the store itself."""
    if engine == "postgres":
        with postgres_schema(url, schema):
            yield await open_postgres(url, clock, schema=schema)
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield await open_sqlite(f"sqlite:///{Path(folder, 'bench.db')}", clock)
