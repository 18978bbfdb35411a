"""The engines under test: every room of the tests gets its stores from here.

PostgreSQL is looked for under ``XUANHAO_TEST_POSTGRES``. Without a server its tests are skipped, and
the summary says so in a line of its own; with ``XUANHAO_REQUIRE_POSTGRES=1`` they fail. Each store
has a schema of its own, so that tests may run beside each other.
"""

import os
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest

from core.clock import Clock
from core.db import MIGRATIONS, QUERIES, open_postgres, open_sqlite
from core.db.postgres import PostgresStore
from core.db.sqlite import SqliteStore
from core.db.tx import EngineTx
from core.errors import StoreError
from core.ports import Tx

ENGINES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
"""For ``@pytest.fixture(params=ENGINES)`` and ``parametrize``."""

ABSENT = "no PostgreSQL server"


def engine_urls(directory: Path) -> dict[str, str]:
    """Return where each engine's test database is."""
    return {"sqlite": f"sqlite:///{directory / 'test.db'}", "postgres": postgres_url()}


def postgres_url() -> str:
    """Return where the test server is."""
    return os.environ.get("XUANHAO_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")


def require_postgres() -> None:
    """Skip the test, or fail it when PostgreSQL is obligatory, if no server answers."""
    problem = _postgres_problem()
    if problem is None:
        return
    if os.environ.get("XUANHAO_REQUIRE_POSTGRES") == "1":
        pytest.fail(f"{ABSENT}: {problem}", pytrace=False)
    pytest.skip(f"{ABSENT}: {problem}")


@contextmanager
def postgres_schema() -> Iterator[str]:
    """Give a schema that nobody else uses, and drop it afterwards."""
    require_postgres()
    name = f"xuanhao_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_url(), autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    try:
        yield name
    finally:
        with psycopg.connect(postgres_url(), autocommit=True) as connection:
            connection.execute("SET client_min_messages = warning")
            connection.execute(f"DROP SCHEMA {name} CASCADE")


@asynccontextmanager
async def open_test_store(
    kind: str,
    directory: Path,
    clock: Clock | None,
    *,
    migrations: Path = MIGRATIONS,
    queries: Path = QUERIES,
    **options: Any,
) -> AsyncIterator[SqliteStore | PostgresStore]:
    """Open a store of an engine for one test, and clear away afterwards.

    ``options`` are those of ``SqliteOptions`` or ``PostgresOptions``.
    """
    folders = {"migrations": migrations, "queries": queries}
    url = engine_urls(directory)[kind]
    if kind == "sqlite":
        sqlite = await open_sqlite(url, clock, **folders, **options)
        try:
            yield sqlite
        finally:
            await sqlite.close()
        return
    with postgres_schema() as schema:
        postgres = await open_postgres(url, clock, **folders, **{"schema": schema, "pool_size": 4, **options})
        try:
            yield postgres
        finally:
            await postgres.close()


async def explain_all(store: SqliteStore | PostgresStore) -> dict[str, str]:
    """Compile every query of a store; return what the engine says of those it refuses."""
    refused: dict[str, str] = {}
    for name in sorted(store.queries):
        try:
            await store.run(_explain, name)
        except StoreError as error:
            refused[name] = str(error)
    return refused


def summarise_missing_postgres(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end how many tests were skipped for want of a server; call it from a summary hook."""
    skipped = terminalreporter.stats.get("skipped", [])
    count = sum(ABSENT in str(report.longrepr) for report in skipped)
    if count and not terminalreporter.config.stash.get(_SAID, False):
        terminalreporter.config.stash[_SAID] = True
        terminalreporter.write_line(
            f"POSTGRESQL NOT TESTED: {count} tests were skipped, since no server answers at "
            f"XUANHAO_TEST_POSTGRES; XUANHAO_REQUIRE_POSTGRES=1 makes that a failure",
            red=True,
            bold=True,
        )


_SAID = pytest.StashKey[bool]()


def _explain(tx: Tx, name: str) -> None:
    assert isinstance(tx, EngineTx)
    tx.explain(name)


@cache
def _postgres_problem() -> str | None:
    try:
        psycopg.connect(postgres_url(), connect_timeout=3).close()
    except psycopg.Error as error:
        return str(error).partition("\n")[0]
    return None
