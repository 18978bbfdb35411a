"""The database engines under test; all tests get their stores here.

PostgreSQL is at ``XUANHAO_TEST_POSTGRES``. Without a server its tests are skipped, and the summary reports
it; with ``XUANHAO_REQUIRE_POSTGRES=1`` they fail. Each store has a schema of its own, so that tests can run
in parallel.

A test that takes ``engine``, ``world``, ``core`` or ``store`` runs on both engines. In ``tests/e2e``, where
everything goes through the whole program, ``make test`` runs it on SQLite alone unless it is marked
``both_engines``: what the engines do differently is tested in ``tests/store``, ``tests/core`` and
``tests/inbox``. The others run on PostgreSQL by ``make soak``, or by ``pytest -m postgres tests/e2e``.
"""

import os
import sqlite3
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest

from core.clock import Clock
from core.db import MIGRATIONS, QUERIES, open_postgres, open_sqlite
from core.db.dialect import POSTGRES
from core.db.migrate import load_migrations, migrate
from core.db.postgres import PostgresStore
from core.db.postgres_tx import PostgresLedger
from core.db.sqlite import SqliteStore
from core.db.tx import EngineTx
from core.ports import Tx
from tests.core.sql import cursor_of

ENGINES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
"""For ``@pytest.fixture(params=ENGINES)`` and ``parametrize``."""

ABSENT = "no PostgreSQL server"
_END_TO_END = Path(__file__).parent / "e2e"


def engine_urls(directory: Path) -> dict[str, str]:
    """Return the URL of each engine's test database."""
    return {"sqlite": f"sqlite:///{directory / 'test.db'}", "postgres": postgres_url()}


def postgres_url() -> str:
    """Return the URL of the test server."""
    return os.environ.get("XUANHAO_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")


def leave_to_soak(items: list[pytest.Item]) -> None:
    """Mark the end-to-end tests that ``make test`` does not repeat on PostgreSQL as ``soak``."""
    for item in items:
        on_postgres = item.get_closest_marker("postgres") and not item.get_closest_marker("both_engines")
        if on_postgres and _END_TO_END in item.path.parents:
            item.add_marker(pytest.mark.soak)


def require_postgres() -> None:
    """If no server responds, skip the test, or fail it if PostgreSQL is required."""
    problem = _postgres_problem()
    if problem is None:
        return
    if os.environ.get("XUANHAO_REQUIRE_POSTGRES") == "1":
        pytest.fail(f"{ABSENT}: {problem}", pytrace=False)
    pytest.skip(f"{ABSENT}: {problem}")


@contextmanager
def postgres_schema() -> Iterator[str]:
    """Yield a unique schema, and drop it afterwards."""
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


class ReadySchemas:
    """Reusable, empty schemas of this process with the tables of some migrations, usually the program's own.

    Creating the tables takes a third of a second, truncating those that a test has filled some milliseconds.
    The connection stays open, as a new one would have to load all the table metadata again.
    """

    def __init__(self, migrations: Path = MIGRATIONS) -> None:
        self._migrations = migrations
        self._free: list[str] = []
        self._relations = ""
        self._tables: list[str] = []
        self._sequences: list[str] = []
        self._connection: psycopg.Connection[Any] | None = None

    def take(self) -> str:
        if self._free:
            return self._free.pop()
        schema = f"xuanhao_test_{uuid.uuid4().hex[:12]}"
        self._run(f"CREATE SCHEMA {schema}")
        search = f"-c search_path={schema}"
        with psycopg.connect(postgres_url(), autocommit=True, options=search) as connection:
            migrate(
                PostgresLedger(connection),
                load_migrations(self._migrations, POSTGRES),
                applied_at=datetime.now(UTC),
            )
        self._relations = self._made(schema)
        self._tables, self._sequences = self._named(schema, "r"), self._named(schema, "S")
        return schema

    def give_back(self, schema: str) -> None:
        """Empty a schema: delete all rows and restart all sequences, with the audit triggers disabled.

        A schema in which a test has dropped an index or a table is dropped.
        """
        if self._made(schema) != self._relations:
            self._run(f"DROP SCHEMA {schema} CASCADE")
            return
        full = self._of(schema, "SELECT FROM {}", self._tables)
        used = self._of(schema, "SELECT FROM {} WHERE is_called", self._sequences)
        deletes = [f"DELETE FROM {schema}.{name}" for name in full]  # noqa: S608 - ours
        restarts = [f"SELECT setval('{schema}.{name}', 1, false)" for name in used]
        self._run("; ".join(["BEGIN", *deletes, *restarts, "COMMIT"]))
        self._free.append(schema)

    def _made(self, schema: str) -> str:
        """Return a fingerprint of the schema, to detect missing parts: how many objects and indexes it has.

        It is asked after every test, so that every part of it is found by an index.
        """
        counted = """
            WITH part AS (
                SELECT classid, objid FROM pg_depend
                WHERE refclassid = 'pg_namespace'::regclass AND refobjid = %s::regnamespace
            )
            SELECT (SELECT count(*) FROM part) || ' ' || (
                SELECT count(*) FROM part JOIN pg_index ON indrelid = objid
                WHERE classid = 'pg_class'::regclass
            )
        """
        return self._ask(counted, schema)[0]

    def _named(self, schema: str, kind: str) -> list[str]:
        """Return the names of the tables or sequences of a schema that a test may write to."""
        found = self._ask(
            "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = %s",
            schema,
            kind,
        )
        return [name for name in found if name != "schema_migration"]

    def _of(self, schema: str, query: str, names: list[str]) -> list[str]:
        """Return the tables for which a query returns a row."""
        asked = (f"SELECT '{name}' WHERE EXISTS ({query.format(f'{schema}.{name}')})" for name in names)
        return self._ask(" UNION ALL ".join(asked))

    def drop_all(self) -> None:
        """Drop all schemas at the end of the run."""
        while self._free:
            self._run(f"DROP SCHEMA {self._free.pop()} CASCADE")
        if self._connection is not None:
            self._connection.close()

    def _run(self, statement: str) -> None:
        self._connected().execute(statement.encode())

    def _ask(self, query: str, *values: str) -> list[str]:
        return [row[0] for row in self._connected().execute(query.encode(), values or None)]

    def _connected(self) -> psycopg.Connection[Any]:
        if self._connection is None:
            options = "-c session_replication_role=replica -c lock_timeout=20s -c client_min_messages=warning"
            self._connection = psycopg.connect(postgres_url(), autocommit=True, options=options)
        return self._connection


_READY: dict[Path, ReadySchemas] = {}


@contextmanager
def ready_schema(migrations: Path = MIGRATIONS) -> Iterator[str]:
    """Yield an empty schema for some migrations; a failed test's is not reused."""
    require_postgres()
    ready = _READY.setdefault(migrations, ReadySchemas(migrations))
    schema = ready.take()
    yield schema
    ready.give_back(schema)


def drop_ready_schemas() -> None:
    """Drop all reusable schemas at the end of the run."""
    while _READY:
        _READY.popitem()[1].drop_all()


class ReadyDatabases:
    """Reusable, empty databases of this process.

    Dropping a database makes the server write all that is dirty in any of its databases, for seconds beside
    other tests; dropping what is in it takes some milliseconds.
    """

    def __init__(self) -> None:
        self._free: list[str] = []

    def take(self) -> str:
        if self._free:
            return self._free.pop()
        name = f"xuanhao_test_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(postgres_url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return name

    def give_back(self, name: str) -> None:
        """Empty a database; whatever still uses it loses its connection."""
        options = "-c client_min_messages=warning"
        with psycopg.connect(postgres_url(), dbname=name, autocommit=True, options=options) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        self._free.append(name)

    def drop_all(self) -> None:
        """Drop all databases at the end of the run."""
        while self._free:
            with psycopg.connect(postgres_url(), autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {self._free.pop()} WITH (FORCE)".encode())


DATABASES = ReadyDatabases()


async def make_sqlite(directory: Path, migrations: Path = MIGRATIONS) -> None:
    """Put an empty, migrated database where ``engine_urls`` expects it, unless one is there.

    It is a copy of one that this process has migrated: migrating takes four times as long as opening.
    """
    path = directory / "test.db"
    if path.exists():
        return
    if migrations not in _MIGRATED:
        with TemporaryDirectory() as folder:
            await (await open_sqlite(engine_urls(Path(folder))["sqlite"], migrations=migrations)).close()
            _MIGRATED[migrations] = (Path(folder) / path.name).read_bytes()
    path.touch(mode=0o600)  # as the program creates it
    path.write_bytes(_MIGRATED[migrations])


_MIGRATED: dict[Path, bytes] = {}


@asynccontextmanager
async def open_test_store(
    kind: str,
    directory: Path,
    clock: Clock | None,
    *,
    migrations: Path = MIGRATIONS,
    queries: Path = QUERIES,
    reuses: bool | None = None,
    **options: Any,
) -> AsyncIterator[SqliteStore | PostgresStore]:
    """Open a store of an engine for one test, and clean up afterwards.

    ``reuses`` says that other tests of this process use the same folder of migrations, so that they need be
    applied only once; by default, whether it is the program's. ``options`` are those of ``SqliteOptions`` or
    ``PostgresOptions``.
    """
    reuses = migrations == MIGRATIONS if reuses is None else reuses
    folders = {"migrations": migrations, "queries": queries}
    url = engine_urls(directory)[kind]
    if kind == "sqlite":
        if reuses:
            await make_sqlite(directory, migrations)
        sqlite = await open_sqlite(url, clock, **folders, **options)
        try:
            yield sqlite
        finally:
            await sqlite.close()
        return
    with ready_schema(migrations) if reuses else postgres_schema() as schema:
        postgres = await open_postgres(url, clock, **folders, **{"schema": schema, "pool_size": 4, **options})
        try:
            yield postgres
        finally:
            await postgres.close()


async def explain_all(store: SqliteStore | PostgresStore) -> dict[str, str]:
    """Compile every query of a store; return the engine's errors for those it refuses."""
    refused: dict[str, str] = {}
    for name in sorted(store.queries):
        try:
            await store.run(_explain, name)
        except (sqlite3.Error, psycopg.Error) as error:
            refused[name] = str(error)
    return refused


def summarise_missing_postgres(terminalreporter: pytest.TerminalReporter) -> None:
    """Report how many tests were skipped for lack of a server; call it from a summary hook."""
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
    query = tx._find(name)
    cursor_of(tx).execute(f"EXPLAIN {query.text}", dict.fromkeys(query.parameters))


@cache
def _postgres_problem() -> str | None:
    try:
        psycopg.connect(postgres_url(), connect_timeout=3).close()
    except psycopg.Error as error:
        return str(error).partition("\n")[0]
    return None
