"""SQLite: waiting functions share a commit, and none succeeds if the commit fails."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest

from core.clock import FixedClock
from core.db.sqlite import SqliteStore
from core.db.sqlite_writer import Job
from core.errors.store import StoreConstraintError, StoreError, StoreFull, StoreReadOnly
from core.ports import Tx
from tests.engines import open_test_store
from tests.store.faults import FaultyConnection
from tests.store.sample import MIGRATIONS, QUERIES, RefusedError, add, add_then_refuse, happened, names, up


@asynccontextmanager
async def opened(
    directory: Path,
    clock: FixedClock,
    **options: Any,
) -> AsyncIterator[SqliteStore]:
    async with open_test_store(
        "sqlite", directory, clock, migrations=MIGRATIONS, queries=QUERIES, **options
    ) as store:
        assert isinstance(store, SqliteStore)
        yield store


def on_disk(directory: Path) -> list[str]:
    """Read the committed names on a separate connection."""
    with sqlite3.connect(directory / "test.db") as connection:
        found = connection.execute("SELECT name FROM counter ORDER BY name").fetchall()
    connection.close()
    return [name for (name,) in found]


async def outcomes(*calls: Coroutine[None, None, object]) -> list[object]:
    return list(await asyncio.gather(*calls, return_exceptions=True))


def end_the_transaction(tx: Tx) -> None:
    """Simulate an I/O error inside a statement: the whole transaction is rolled back."""
    add(tx, "culprit")
    tx._cursor.execute("ROLLBACK")  # type: ignore[attr-defined]
    raise RefusedError


async def test_waiting_functions_share_commits(tmp_path: Path, clock: FixedClock) -> None:
    counting = FaultyConnection.fresh()
    async with opened(tmp_path, clock, factory=counting) as store:
        before = counting.commits
        await asyncio.gather(*[store.run(add, f"{n:03}") for n in range(100)])
        assert counting.commits - before == 1
    assert len(on_disk(tmp_path)) == 100


async def test_group_has_a_greatest_size(tmp_path: Path, clock: FixedClock) -> None:
    counting = FaultyConnection.fresh()
    async with opened(tmp_path, clock, factory=counting, group_size=10) as store:
        before = counting.commits
        await asyncio.gather(*[store.run(add, f"{n:03}") for n in range(100)])
        assert counting.commits - before == 10


async def test_one_at_a_time_never_shares(tmp_path: Path, clock: FixedClock) -> None:
    counting = FaultyConnection.fresh()
    async with opened(tmp_path, clock, factory=counting, group_size=1) as store:
        before = counting.commits
        await asyncio.gather(*[store.run(add, str(n)) for n in range(7)])
        assert counting.commits - before == 7


async def test_failure_undoes_only_its_own(tmp_path: Path, clock: FixedClock) -> None:
    async with opened(tmp_path, clock) as store:
        told = await outcomes(
            store.run(add, "a"),
            store.run(add_then_refuse, "b"),
            store.run(add, "c", value=-1),
            store.run(add, "d"),
        )
    assert [type(one) for one in told] == [str, RefusedError, StoreConstraintError, str]
    assert on_disk(tmp_path) == ["a", "d"]


async def test_told_only_after_the_commit(tmp_path: Path, clock: FixedClock) -> None:
    async with opened(tmp_path, clock) as store:

        async def add_and_look(name: str) -> bool:
            await store.run(add, name)
            return name in on_disk(tmp_path)

        assert all(await asyncio.gather(*[add_and_look(str(n)) for n in range(20)]))


async def test_lost_transaction_hurts_only_its_cause(tmp_path: Path, clock: FixedClock) -> None:
    async with opened(tmp_path, clock) as store:
        told = await outcomes(store.run(add, "a"), store.run(end_the_transaction), store.run(add, "b"))
    assert [type(one) for one in told] == [str, RefusedError, str]
    assert on_disk(tmp_path) == ["a", "b"]


async def test_lost_transaction_alone_is_told(tmp_path: Path, clock: FixedClock) -> None:
    async with opened(tmp_path, clock) as store:
        with pytest.raises(RefusedError):
            await store.run(end_the_transaction)
        assert await store.run(add, "after") == "after"
    assert on_disk(tmp_path) == ["after"]


@pytest.mark.parametrize("beside", [0, 1])
async def test_return_without_transaction_is_no_success(
    tmp_path: Path, clock: FixedClock, beside: int
) -> None:
    def vanish(tx: Tx) -> str:
        add(tx, "culprit")
        tx._cursor.execute("ROLLBACK")  # type: ignore[attr-defined]
        return "a lie"

    async with opened(tmp_path, clock) as store:
        told = await outcomes(store.run(vanish), *[store.run(add, "a") for _ in range(beside)])
    assert isinstance(told[0], StoreError)
    assert on_disk(tmp_path) == ["a"] * beside


async def test_refusal_by_what_was_undone_is_judged_again(tmp_path: Path, clock: FixedClock) -> None:
    """A function refused because of another whose commit failed is run again."""

    def add_or_refuse(tx: Tx, name: str) -> str:
        if "culprit" in names(tx):
            raise RefusedError
        return add(tx, name)

    def late_failure(tx: Tx) -> None:
        add(tx, "culprit")
        tx.run("counter.add_child", name="nobody")

    async with opened(tmp_path, clock) as store:
        told = await outcomes(store.run(late_failure), store.run(add_or_refuse, "a"))
    assert [type(one) for one in told] == [StoreConstraintError, str]
    assert on_disk(tmp_path) == ["a"]


async def test_failed_commit_is_tried_alone(tmp_path: Path, clock: FixedClock) -> None:
    faulty = FaultyConnection.fresh()
    async with opened(tmp_path, clock, factory=faulty) as store:
        faulty.fail_commits = frozenset({faulty.commits + 1, faulty.commits + 3})
        told = await outcomes(*[store.run(add, name) for name in "abc"])
    assert [type(one) for one in told] == [str, StoreError, str]
    assert on_disk(tmp_path) == ["a", "c"]


async def test_failed_commit_alone_is_told(tmp_path: Path, clock: FixedClock) -> None:
    faulty = FaultyConnection.fresh()
    async with opened(tmp_path, clock, factory=faulty) as store:
        faulty.fail_commits = frozenset({faulty.commits + 1})
        with pytest.raises(StoreError, match="disk I/O error"):
            await store.run(add, "a")
    assert on_disk(tmp_path) == []


async def set_pragma(store: SqliteStore, pragma: str) -> None:
    await store._writer.carry(lambda connection: connection.execute(f"PRAGMA {pragma}").fetchall())


async def set_page_limit(store: SqliteStore, pages: int) -> None:
    await set_pragma(store, f"max_page_count = {pages}")


async def test_file_that_cannot_be_written_is_told(tmp_path: Path, clock: FixedClock) -> None:
    async with opened(tmp_path, clock) as store:
        await set_pragma(store, "query_only = 1")
        with pytest.raises(StoreReadOnly, match="cannot be written: see its owner, mode and disk"):
            await store.run(add, "a")
        await set_pragma(store, "query_only = 0")
        assert await store.run(add, "b") == "b"
    assert on_disk(tmp_path) == ["b"]


async def test_full_disk_is_told_and_survived(tmp_path: Path, clock: FixedClock) -> None:
    async with opened(tmp_path, clock) as store:
        await set_page_limit(store, 20)
        told = await outcomes(*[store.run(add, f"{n:02}", photo=bytes(9_000)) for n in range(30)])
        kept = [one for one in told if isinstance(one, str)]
        assert {type(one) for one in told} == {str, StoreFull}
        assert await store.read(names) == kept
        await set_page_limit(store, 10_000)
        assert await store.run(add, "room again", photo=bytes(9_000)) == "room again"
    assert on_disk(tmp_path) == [*kept, "room again"]


async def test_full_disk_ends_the_transaction(tmp_path: Path, clock: FixedClock) -> None:
    """The control of the test above: a full disk does end the whole transaction, not a statement."""
    gone: list[bool] = []

    def fill(tx: Tx) -> None:
        try:
            add(tx, "big", photo=bytes(900_000))
        except StoreFull:
            gone.append(not tx._cursor.connection.in_transaction)  # type: ignore[attr-defined]
            raise

    async with opened(tmp_path, clock) as store:
        await set_page_limit(store, 20)
        with pytest.raises(StoreFull):
            await store.run(fill)
    assert gone == [True]


async def test_broken_wrapper_leaves_nobody_waiting(tmp_path: Path, clock: FixedClock) -> None:
    def broken(tx: Tx) -> Tx:
        raise RefusedError

    async with opened(tmp_path, clock, wrap_tx=broken) as store:
        told = await outcomes(store.run(add, "a"), store.run(add, "b"))
    assert [type(one) for one in told] == [RefusedError, RefusedError]


async def test_mistake_in_the_thread_leaves_nobody_waiting(tmp_path: Path, clock: FixedClock) -> None:
    async with opened(tmp_path, clock) as store:
        whole = store._writer._begin

        def broken(connection: sqlite3.Connection) -> NoReturn:
            raise LookupError

        store._writer._begin = broken
        told = await outcomes(store.run(add, "a"), store.run(add, "b"))
        store._writer._begin = whole
        assert await store.run(add, "c") == "c"
    assert [type(one) for one in told] == [StoreError, StoreError]


async def test_cancelled_before_its_turn_does_not_run(tmp_path: Path, clock: FixedClock) -> None:
    begun, go = threading.Event(), threading.Event()

    def linger(tx: Tx) -> None:
        begun.set()
        assert go.wait(10)

    async with opened(tmp_path, clock) as store:
        first = asyncio.create_task(store.run(linger))
        await happened(begun)
        second = asyncio.create_task(store.run(add, "cancelled"))
        await asyncio.sleep(0)
        second.cancel()
        go.set()
        await first
        with pytest.raises(asyncio.CancelledError):
            await second
    assert on_disk(tmp_path) == []


async def test_last_chance_is_taken_once(tmp_path: Path, clock: FixedClock) -> None:
    async with opened(tmp_path, clock) as store:
        await store.run(add, "chance", value=3)
        taken = await asyncio.gather(
            *[store.run(lambda tx: tx.run("counter.take", name="chance")) for _ in range(50)]
        )
    assert sum(taken) == 3


async def test_count_of_all_is_kept(tmp_path: Path, clock: FixedClock) -> None:
    async with opened(tmp_path, clock, group_size=7) as store:
        await store.run(add, "a")
        await asyncio.gather(*[store.run(up, "a") for _ in range(100)])
        row = await store.read(lambda tx: tx.one("counter.look", name="a"))
    assert row is not None
    assert row["value"] == 100


async def test_pragmas_are_as_the_design_says(tmp_path: Path, clock: FixedClock) -> None:
    wanted = ["journal_mode", "synchronous", "wal_autocheckpoint", "foreign_keys", "query_only"]

    def ask(connection: sqlite3.Connection) -> list[object]:
        return [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted]

    async with opened(tmp_path, clock) as store:
        assert await store._writer.carry(ask) == ["wal", 2, 4000, 1, 0]
        assert (await store._readers[0].carry(ask))[-2:] == [1, 1]


async def test_cause_of_the_loss_runs_once(tmp_path: Path, clock: FixedClock) -> None:
    runs: list[str] = []

    def culprit(tx: Tx) -> None:
        runs.append("culprit")
        end_the_transaction(tx)

    async with opened(tmp_path, clock) as store:
        await outcomes(store.run(add, "a"), store.run(culprit), store.run(add, "b"))
    assert runs == ["culprit"]


async def test_cancelled_member_leaves_the_group_told(tmp_path: Path, clock: FixedClock) -> None:
    begun, go = threading.Event(), threading.Event()

    def linger(tx: Tx) -> None:
        begun.set()
        assert go.wait(10)

    async with opened(tmp_path, clock) as store:
        cancelled = asyncio.create_task(store.run(linger))
        others = [asyncio.create_task(store.run(add, name)) for name in "ab"]
        await happened(begun)
        cancelled.cancel()
        go.set()
        assert await asyncio.wait_for(asyncio.gather(*others), 10) == ["a", "b"]


async def test_thread_is_roused_when_all_have_come(tmp_path: Path, clock: FixedClock) -> None:
    async with opened(tmp_path, clock) as store:
        writer, waiting = store._writer, []
        rouse = writer.rouse

        def look_and_rouse() -> None:
            waiting.append(len(writer._waiting))
            rouse()

        writer.rouse = look_and_rouse  # type: ignore[method-assign]
        await asyncio.gather(*[store.run(add, f"{n:02}") for n in range(50)])
    assert waiting[0] == 50


async def test_writer_closed_at_once_still_works_off(tmp_path: Path, clock: FixedClock) -> None:
    async with opened(tmp_path, clock) as store:
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        store._writer.submit(Job(lambda tx: add(tx, "a"), future))
        await store._writer.close()
        assert await asyncio.wait_for(future, 10) == "a"
