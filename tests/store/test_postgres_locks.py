"""PostgreSQL: a lock that somebody keeps delays those who need it, and nobody else."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from core.db import open_postgres
from core.db.postgres import PostgresStore
from core.errors.store import StoreContention
from core.ports import Tx
from tests.engines import postgres_schema, postgres_url
from tests.store.sample import MIGRATIONS, QUERIES, add, names, up

pytestmark = pytest.mark.postgres
POOL = 4


async def opened(schema: str, **options: Any) -> PostgresStore:
    store = await open_postgres(
        postgres_url(), schema=schema, migrations=MIGRATIONS, queries=QUERIES, pool_size=POOL, **options
    )
    for name in "ab":
        await store.run(add, name)
    return store


@pytest.fixture
def schema() -> Iterator[str]:
    with postgres_schema() as name:
        yield name


@contextmanager
def locked(schema: str, name: str) -> Iterator[psycopg.Connection[Any]]:
    """Hold the lock of one row in a transaction that does not end."""
    with psycopg.connect(postgres_url()) as connection:
        connection.execute(f"SELECT 1 FROM {schema}.counter WHERE name = '{name}' FOR UPDATE")  # noqa: S608
        yield connection
        if not connection.closed:
            connection.rollback()


@pytest.fixture
async def store(schema: str) -> AsyncIterator[PostgresStore]:
    store = await opened(schema, lock_timeout=0.4)
    yield store
    await store.close()


async def served_beside_lock(store: PostgresStore, schema: str) -> float:
    """Lock one row, let more functions wait for it than there are threads; time a function on another row."""
    with locked(schema, "a"):
        waiting = [asyncio.ensure_future(store.run(up, "a")) for _ in range(2 * POOL)]
        await asyncio.sleep(0.1)
        began = time.monotonic()
        try:
            async with asyncio.timeout(6):
                await store.run(up, "b")
        except TimeoutError:
            return 6.0
        finally:
            took = time.monotonic() - began
    await asyncio.gather(*waiting, return_exceptions=True)
    return took


async def test_others_go_on_while_one_row_is_locked(store: PostgresStore, schema: str) -> None:
    assert await served_beside_lock(store, schema) < 3


async def test_control_without_a_lock_timeout_they_do_not(schema: str) -> None:
    store = await opened(schema, lock_timeout=0)
    assert await served_beside_lock(store, schema) == 6
    await store.close()


async def test_lock_timeout_is_run_again(store: PostgresStore, schema: str) -> None:
    runs: list[str] = []

    def counted(tx: Tx) -> None:
        runs.append("run")
        up(tx, "a")

    with locked(schema, "a"):
        task = asyncio.ensure_future(store.run(counted))
        await asyncio.sleep(0.7)
    await task
    assert len(runs) > 1
    assert [row["value"] for row in await store.read(lambda tx: tx.all("counter.all"))] == [1, 0]


async def test_lock_that_is_never_free_is_contention(store: PostgresStore, schema: str) -> None:
    with locked(schema, "a"), pytest.raises(StoreContention):
        await store.run(up, "a")


async def test_closing_waits_for_what_is_run_again(schema: str) -> None:
    store = await opened(schema, lock_timeout=0.4)
    with locked(schema, "a"):
        task = asyncio.ensure_future(store.run(up, "a"))
        await asyncio.sleep(0.2)
        closing = asyncio.ensure_future(store.close())
        await asyncio.sleep(0.5)
        assert not closing.done()
    await closing
    await task


async def test_frozen_program_loses_its_lock(schema: str) -> None:
    """A transaction that sends nothing is ended by the server, and is run again when its program goes on."""
    frozen = await opened(schema, idle_timeout=0.5)
    other = await open_postgres(postgres_url(), schema=schema, migrations=MIGRATIONS, queries=QUERIES)
    thaws = threading.Event()

    def freezes(tx: Tx) -> None:
        up(tx, "a")
        thaws.wait(30)

    task = asyncio.ensure_future(frozen.run(freezes))
    await asyncio.sleep(0.2)
    await other.run(up, "a")
    thaws.set()
    await task
    assert [row["value"] for row in await other.read(lambda tx: tx.all("counter.all"))] == [2, 0]
    await frozen.close()
    await other.close()


async def test_migrations_wait_for_locks(schema: str, tmp_path: Path) -> None:
    """An update of the program that meets a long transaction does not fail."""
    await (await opened(schema)).close()
    folder = tmp_path / "migrations"
    folder.mkdir()
    for path in MIGRATIONS.iterdir():
        (folder / path.name).write_text(path.read_text())
    (folder / "0004_more.sql").write_text("ALTER TABLE counter ADD COLUMN more BIGINT;")
    with locked(schema, "a"):
        opening = asyncio.ensure_future(
            open_postgres(postgres_url(), schema=schema, migrations=folder, queries=QUERIES, lock_timeout=0.1)
        )
        await asyncio.sleep(0.6)
        assert not opening.done()
    migrated = await opening
    assert await migrated.read(names) == ["a", "b"]
    await migrated.close()
