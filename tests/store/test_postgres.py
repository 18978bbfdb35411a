"""PostgreSQL: deadlocks, lost connections, races and several workers, on a real server."""

import asyncio
import os
import sys
import threading
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from core.clock import FixedClock
from core.db import open_postgres, open_store
from core.db.postgres import PostgresStore
from core.db.postgres_queues import ATTEMPTS
from core.db.postgres_tx import translate
from core.errors.store import (
    StoreContention,
    StoreCorrupt,
    StoreDriverMissing,
    StoreError,
    StoreUnavailable,
    StoreUnknownOutcome,
    StoreUrlError,
)
from core.ports import Tx
from tests.engines import ReadySchemas, open_test_store, postgres_schema, postgres_url
from tests.postgres_way import way_to_the_server
from tests.store.sample import MIGRATIONS, QUERIES, add, get, names, up

pytestmark = pytest.mark.postgres


@pytest.fixture
async def postgres(tmp_path: Path) -> AsyncIterator[PostgresStore]:
    async with open_test_store("postgres", tmp_path, None, migrations=MIGRATIONS, queries=QUERIES) as store:
        assert isinstance(store, PostgresStore)
        yield store


def execute(sql: str) -> list[Any]:
    with psycopg.connect(postgres_url(), autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []


class CrossedLocks:
    """Two functions that lock two rows in opposite order, each waiting for the other's first lock."""

    def __init__(self) -> None:
        self.runs = 0
        self._meet = threading.Barrier(2)

    def lock(self, tx: Tx, first: str, second: str) -> None:
        self.runs += 1
        meeting = self.runs <= 2
        up(tx, first)
        if meeting:
            self._meet.wait(10)
        up(tx, second)


async def test_deadlock_is_run_again(postgres: PostgresStore) -> None:
    for name in "ab":
        await postgres.run(add, name)
    locks = CrossedLocks()
    await asyncio.gather(postgres.run(locks.lock, "a", "b"), postgres.run(locks.lock, "b", "a"))
    assert locks.runs == 3  # so there was one
    assert [row["value"] for row in await postgres.read(lambda tx: tx.all("counter.all"))] == [2, 2]


async def test_deadlock_control_fails_one(postgres: PostgresStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without the second run the crossed locks fail one of the two."""
    monkeypatch.setattr("core.db.postgres_queues.ATTEMPTS", 1)
    for name in "ab":
        await postgres.run(add, name)
    locks = CrossedLocks()
    told = await asyncio.gather(
        postgres.run(locks.lock, "a", "b"), postgres.run(locks.lock, "b", "a"), return_exceptions=True
    )
    assert sorted(type(error).__name__ for error in told) == ["NoneType", "StoreContention"]


class Contended:
    """A function that PostgreSQL always rolls back."""

    def __init__(self) -> None:
        self.runs = 0

    def fail(self, tx: Tx) -> None:
        self.runs += 1
        tx.run("fault.contend")


async def test_contention_without_end_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "queries"
    folder.mkdir()
    (folder / "fault.sql").write_text("-- name: contend\n-- Always 40001.\nSELECT contend()")
    contended = Contended()
    with postgres_schema() as schema:
        execute(
            f"CREATE FUNCTION {schema}.contend() RETURNS int LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE SQLSTATE '40001'; END $$"
        )
        store = await open_postgres(postgres_url(), schema=schema, migrations=MIGRATIONS, queries=folder)
        with pytest.raises(StoreContention):
            await store.run(contended.fail)
        await store.close()
    assert contended.runs == ATTEMPTS


async def test_connection_lost_before_commit_runs_again(postgres: PostgresStore) -> None:
    runs: list[str] = []

    def hang_up_once(tx: Tx) -> None:
        runs.append(add(tx, "a"))
        if len(runs) == 1:
            tx.all("fault.hang_up")

    await postgres.run(hang_up_once)
    assert len(runs) == 2
    assert await postgres.read(names) == ["a"]


async def test_connection_always_lost_is_told(postgres: PostgresStore) -> None:
    with pytest.raises(StoreUnavailable):
        await postgres.run(lambda tx: tx.all("fault.hang_up"))
    assert await postgres.run(add, "a") == "a"


async def test_idle_connections_lost_are_replaced(tmp_path: Path) -> None:
    """A restarted server: more connections are dead than a function has attempts."""
    async with open_test_store(
        "postgres", tmp_path, None, migrations=MIGRATIONS, queries=QUERIES, pool_size=ATTEMPTS + 4
    ) as store:
        pids = set(await asyncio.gather(*[store.read(slow_pid) for _ in range(ATTEMPTS + 4)]))
        assert len(pids) > ATTEMPTS
        for pid in pids:
            execute(f"SELECT pg_terminate_backend({pid})")
        assert await store.run(add, "a") == "a"


def slow_pid(tx: Tx) -> int:
    row = tx.one("fault.my_pid")
    assert row is not None
    time.sleep(0.5)
    return int(row["pid"])


async def test_connection_lost_in_commit_is_unknown(tmp_path: Path) -> None:
    """A trigger delays the COMMIT; meanwhile the server process is terminated."""
    runs: list[int] = []

    def write(tx: Tx) -> None:
        pid = tx.one("fault.my_pid")
        assert pid is not None
        runs.append(pid["pid"])
        add(tx, "a")

    with postgres_schema() as schema:
        store = await open_postgres(postgres_url(), schema=schema, migrations=MIGRATIONS, queries=QUERIES)
        execute(
            f"CREATE FUNCTION {schema}.dawdle() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN PERFORM pg_sleep(20); RETURN NULL; END $$;"
        )
        execute(
            f"CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON {schema}.counter "
            f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {schema}.dawdle()"
        )
        task = asyncio.create_task(store.run(write))
        await asyncio.to_thread(wait_for_commit, runs)
        execute(f"SELECT pg_terminate_backend({runs[0]})")
        with pytest.raises(StoreUnknownOutcome):
            await task
        await store.close()
    assert len(runs) == 1


def wait_for_commit(pids: list[int]) -> None:
    """Wait until the first server process is inside its COMMIT."""
    deadline = time.monotonic() + 10
    committing: list[Any] = []
    while not pids or (pids[0], "COMMIT") not in committing:
        assert time.monotonic() < deadline
        time.sleep(0.02)
        committing = execute("SELECT pid, query FROM pg_stat_activity WHERE state = 'active'")


class CheckThenWrite:
    """Takes a chance in two steps, which is wrong, and waits between them."""

    def __init__(self) -> None:
        self._meet = threading.Barrier(2)

    def take(self, tx: Tx) -> bool:
        row = get(tx, "chance")
        assert row is not None
        self._meet.wait(10)
        if row["value"] < 1:
            return False
        tx.run("counter.set", name="chance", value=row["value"] - 1)
        return True


class MeetThenTake:
    """Takes a chance in one guarded statement, both at the same time."""

    def __init__(self) -> None:
        self._meet = threading.Barrier(2)

    def take(self, tx: Tx) -> bool:
        get(tx, "chance")
        self._meet.wait(10)
        return tx.one("counter.take", name="chance") is not None


@pytest.mark.parametrize(
    ("way", "taken"), [(CheckThenWrite, 2), (MeetThenTake, 1)], ids=["control", "guarded"]
)
async def test_last_chance_needs_its_guard(
    postgres: PostgresStore, way: type[CheckThenWrite | MeetThenTake], taken: int
) -> None:
    await postgres.run(add, "chance", value=1)
    racer = way()
    results = await asyncio.gather(postgres.run(racer.take), postgres.run(racer.take))
    assert sum(results) == taken


async def test_workers_share_one_database(postgres: PostgresStore) -> None:
    schema = postgres._options.schema
    other = await open_postgres(postgres_url(), schema=schema, migrations=MIGRATIONS, queries=QUERIES)
    await postgres.run(add, "a")
    workers = [postgres, other]
    await asyncio.gather(*[workers[n % 2].run(up, "a") for n in range(40)])
    row = await other.read(get, "a")
    await other.close()
    assert row is not None
    assert row["value"] == 40


async def test_without_clock_the_database_tells_the_time(postgres: PostgresStore) -> None:
    moment = await postgres.run(lambda tx: tx.now)
    assert moment.tzinfo is UTC
    assert abs(moment - datetime.now(UTC)) < timedelta(minutes=5)


async def test_database_time_stands_still_within(postgres: PostgresStore) -> None:
    def ask_twice(tx: Tx) -> bool:
        first = tx.now
        time.sleep(0.01)
        return tx.now is first

    assert await postgres.run(ask_twice)


async def test_second_run_has_a_new_time(postgres: PostgresStore) -> None:
    times: list[datetime] = []

    def hang_up_once(tx: Tx) -> None:
        times.append(tx.now)
        if len(times) == 1:
            tx.all("fault.hang_up")

    await postgres.run(hang_up_once)
    assert times[0] < times[1]


async def test_small_numbers_do_not_overflow(tmp_path: Path, clock: FixedClock) -> None:
    folder = tmp_path / "queries"
    folder.mkdir()
    (folder / "n.sql").write_text("-- name: product\n-- Two bytes would not do.\nSELECT :a * :b AS product")
    async with open_test_store("postgres", tmp_path, clock, migrations=MIGRATIONS, queries=folder) as store:
        assert await store.read(lambda tx: tx.one("n.product", a=30_000, b=30_000)) == {
            "product": 900_000_000
        }


async def test_server_that_is_not_there_is_told() -> None:
    with pytest.raises(StoreUnavailable):
        await open_postgres(
            "postgresql://postgres@127.0.0.1:1/postgres", migrations=MIGRATIONS, queries=QUERIES
        )


async def test_store_closes_within_seconds_when_its_server_is_gone() -> None:
    """A connection is waited for ten seconds; nobody waits for that at the end."""
    with postgres_schema() as schema:
        async with way_to_the_server() as (url, vanish):
            store = await open_postgres(
                url, schema=schema, migrations=MIGRATIONS, queries=QUERIES, pool_size=2
            )
            assert await store.run(add, "a") == "a"
            vanish()
            waiting = [asyncio.ensure_future(store.run(add, name)) for name in "bcde"]
            await asyncio.sleep(0.3)
            began = time.monotonic()
            await store.close()
            assert time.monotonic() - began < 5
            assert {type(one) for one in await asyncio.gather(*waiting, return_exceptions=True)} <= {
                StoreUnavailable,
                StoreContention,
            }


@pytest.mark.parametrize("state", ["XX001", "XX002"])
async def test_damage_is_told_from_other_failures(state: str) -> None:
    error = psycopg.errors.lookup(state)()
    assert isinstance(translate("x", error), StoreCorrupt)
    assert not isinstance(translate("x", psycopg.errors.lookup("XX000")()), StoreCorrupt)


async def test_password_is_not_told() -> None:
    with pytest.raises(StoreUnavailable) as caught:
        await open_postgres("postgresql://u:hushhush@127.0.0.1:1/x", migrations=MIGRATIONS, queries=QUERIES)
    assert "hushhush" not in f"{caught.value}{caught.value.__cause__}"


@pytest.mark.parametrize("schema", ["no_such_schema_anywhere", "x; DROP TABLE y"])
async def test_schema_that_is_none_is_refused(schema: str) -> None:
    with pytest.raises((StoreUnavailable, StoreUrlError)):
        await open_postgres(postgres_url(), schema=schema, migrations=MIGRATIONS, queries=QUERIES)


async def test_url_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(StoreUrlError):
        await open_store("postgresql://h/x?no_such_option=1", migrations=MIGRATIONS, queries=QUERIES)


async def test_missing_privilege_is_told() -> None:
    """As with PostgreSQL 15 and newer, where users may not create tables in the schema public."""
    user = f"stranger_{os.getpid()}"
    with postgres_schema() as schema:
        execute(f"CREATE ROLE {user} LOGIN")
        execute(f"GRANT USAGE ON SCHEMA {schema} TO {user}")
        try:
            with pytest.raises(StoreUnavailable, match=f"permission denied for schema {schema}"):
                await open_postgres(
                    make_conninfo(postgres_url(), user=user),
                    schema=schema,
                    migrations=MIGRATIONS,
                    queries=QUERIES,
                )
        finally:
            execute(f"REVOKE ALL ON SCHEMA {schema} FROM {user}")
            execute(f"DROP ROLE {user}")


async def test_missing_driver_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "core.db.postgres", None)
    with pytest.raises(StoreDriverMissing, match=r"xuanhao\[postgres\]"):
        await open_store("postgresql://h/x")


async def test_read_only_functions_are_refused_writes(postgres: PostgresStore) -> None:
    with pytest.raises(StoreError, match="read-only"):
        await postgres.read(add, "a")


@pytest.mark.postgres
def test_schema_that_is_used_again_is_empty_and_whole() -> None:
    ready = ReadySchemas()
    row = "INSERT INTO {}.audit (at, actor, action, subject, details) VALUES (1, 'a', 'b', 'c', '{{}}')"
    with psycopg.connect(postgres_url(), autocommit=True) as connection:
        try:
            schema = ready.take()
            connection.execute(row.format(schema).encode())
            ready.give_back(schema)
            assert ready.take() == schema
            told = connection.execute(f"{row.format(schema)} RETURNING entry_id".encode())
            assert told.fetchall() == [(1,)]
            connection.execute(f"DROP INDEX {schema}.account_identity")
            ready.give_back(schema)
            other = ready.take()
            assert other != schema
            ready.give_back(other)
        finally:
            ready.drop_all()
