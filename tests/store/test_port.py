"""The guarantees of the port, on both engines with the same query texts."""

import asyncio
import threading
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.errors.store import QueryError, StoreClosed, StoreConstraintError, StoreError, TransactionSpoilt
from core.ports import Row, Tx
from tests.engines import ENGINES, explain_all, open_test_store
from tests.store.faults import CallCounter, InjectedFaultError
from tests.store.sample import (
    MIGRATIONS,
    QUERIES,
    AnyStore,
    RefusedError,
    add,
    add_then_refuse,
    get,
    happened,
    names,
    up,
)


async def test_what_returns_has_happened(store: AnyStore) -> None:
    assert await store.run(add, "a", value=3) == "a"
    assert await store.read(get, "a") == {"name": "a", "value": 3, "photo": None}


async def test_what_raises_changed_nothing(store: AnyStore) -> None:
    with pytest.raises(RefusedError):
        await store.run(add_then_refuse, "a")
    assert await store.read(names) == []


async def test_run_counts_changed_rows(store: AnyStore) -> None:
    await store.run(add, "a")
    assert await store.run(up, "a") == 1
    assert await store.run(up, "nobody") == 0


async def test_run_counts_returning_and_with(store: AnyStore) -> None:
    await store.run(add, "a", value=2)
    assert await store.run(lambda tx: tx.run("counter.take", name="a")) == 1
    assert await store.run(lambda tx: tx.run("counter.copy")) == 1


async def test_one_refuses_a_second_row(store: AnyStore) -> None:
    await store.run(add, "a")
    await store.run(add, "b")
    with pytest.raises(StoreError, match=r"counter\.all: there is more than one row"):
        await store.read(lambda tx: tx.one("counter.all"))


async def test_all_of_a_plain_statement_is_empty(store: AnyStore) -> None:
    assert await store.run(lambda tx: tx.all("counter.up", name="a", by=1)) == []


async def test_bytes_come_back_as_bytes(store: AnyStore) -> None:
    await store.run(add, "a", photo=b"\x00\xff")
    row = await store.read(get, "a")
    assert row is not None
    assert type(row["photo"]) is bytes
    assert row["photo"] == b"\x00\xff"


async def test_sums_stay_whole_numbers(store: AnyStore) -> None:
    for name, value in [("a", 1), ("b", 2)]:
        await store.run(add, name, value=value)
    total = await store.read(lambda tx: tx.one("counter.total"))
    assert total == {"total": 3, "mean": 1.5}
    assert {key: type(value) for key, value in (total or {}).items()} == {"total": int, "mean": float}


async def test_truth_is_stored_as_one(store: AnyStore) -> None:
    await store.run(add, "a", value=True)
    row = await store.read(get, "a")
    assert row is not None
    assert (type(row["value"]), row["value"]) == (int, 1)


async def test_quotes_and_percent_signs_pass(store: AnyStore) -> None:
    await store.run(add, "abc")
    row = await store.read(lambda tx: tx.one("counter.like", value=7, name="abc"))
    assert row == {"name": "abc", "quoted": ":name", "value": 7}


async def test_each_dialect_has_its_block(store: AnyStore) -> None:
    row = await store.read(lambda tx: tx.one("counter.dialect"))
    assert row == {"dialect": "sqlite" if type(store).__name__ == "SqliteStore" else "postgres"}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": "a"}, "missing by"),
        ({"name": "a", "by": 1, "more": 2}, "superfluous more"),
        ({"name": "a", "buy": 1}, "missing by, superfluous buy"),
    ],
)
async def test_wrong_values_name_the_query(store: AnyStore, values: dict[str, object], said: str) -> None:
    with pytest.raises(QueryError, match=rf"counter\.up: {said}"):
        await store.run(lambda tx: tx.run("counter.up", **values))


async def test_unknown_query_is_named(store: AnyStore) -> None:
    with pytest.raises(QueryError, match=r"counter\.down: there is no such query"):
        await store.run(lambda tx: tx.run("counter.down"))


@pytest.mark.parametrize("value", [2**63, "1380013\ud800"], ids=["too large", "half a character"])
async def test_unfit_value_is_not_quoted(store: AnyStore, value: object) -> None:
    with pytest.raises(StoreError) as caught:
        await store.run(lambda tx: tx.run("counter.add", name=value, value=1, photo=None))
    assert "1380013" not in str(caught.value)
    assert caught.value.__cause__ is None or "1380013" not in str(caught.value.__cause__)


async def test_constraint_is_named(store: AnyStore) -> None:
    with pytest.raises(StoreConstraintError) as caught:
        await store.run(add, "a", value=-1)
    assert (caught.value.query, caught.value.constraint) == ("counter.add", "counter_value")


async def test_taken_key_quotes_no_value(store: AnyStore) -> None:
    await store.run(add, "13800138000")
    with pytest.raises(StoreConstraintError) as caught:
        await store.run(add, "13800138000")
    assert "13800138000" not in f"{caught.value} {caught.value.__cause__}"


async def test_trigger_refuses_like_a_constraint(store: AnyStore) -> None:
    with pytest.raises(StoreConstraintError, match="an entry stays"):
        await store.run(lambda tx: tx.run("entry.delete"))


async def test_constraint_judged_at_commit_refuses(store: AnyStore) -> None:
    with pytest.raises(StoreConstraintError):
        await store.run(lambda tx: tx.run("counter.add_child", name="nobody"))


def swallow(tx: Tx) -> str:
    add(tx, "before")
    try:
        add(tx, "bad", value=-1)
    except StoreConstraintError:
        return "as if nothing had been"
    return "never"


async def test_swallowed_failure_is_no_success(store: AnyStore) -> None:
    with pytest.raises(StoreConstraintError):
        await store.run(swallow)
    assert await store.read(names) == []


def reword(tx: Tx) -> None:
    try:
        add(tx, "bad", value=-1)
    except StoreConstraintError:
        raise RefusedError from None


async def test_failure_may_be_reworded(store: AnyStore) -> None:
    with pytest.raises(RefusedError):
        await store.run(reword)


def go_on(tx: Tx) -> None:
    try:
        add(tx, "bad", value=-1)
    except StoreConstraintError:
        add(tx, "after")


async def test_nothing_goes_on_after_a_failure(store: AnyStore) -> None:
    with pytest.raises(StoreConstraintError):
        await store.run(go_on)
    assert await store.read(names) == []


async def test_kept_transaction_is_dead(store: AnyStore) -> None:
    kept: list[Tx] = []
    await store.run(kept.append)
    with pytest.raises(TransactionSpoilt):
        add(kept[0], "late")


async def test_reader_cannot_write(store: AnyStore) -> None:
    with pytest.raises(StoreError):
        await store.read(add, "a")
    assert await store.read(names) == []


async def test_writer_writes_after_a_reader_tried(store: AnyStore) -> None:
    with pytest.raises(StoreError):
        await store.read(add, "a")
    assert await store.run(add, "a") == "a"


async def test_reader_sees_one_snapshot(store: AnyStore) -> None:
    begun, written = threading.Event(), threading.Event()

    def look_twice(tx: Tx) -> tuple[list[str], list[str]]:
        before = names(tx)
        begun.set()
        assert written.wait(10)
        return before, names(tx)

    looking = asyncio.create_task(store.read(look_twice))
    await happened(begun)
    await store.run(add, "new")
    written.set()
    assert await looking == ([], [])


async def test_time_stands_still_within(store: AnyStore, clock: FixedClock) -> None:
    def ask_twice(tx: Tx) -> tuple[object, object]:
        first = tx.now
        clock.advance(timedelta(seconds=1))
        return first, tx.now

    first, second = await store.run(ask_twice)
    assert first == second
    assert await store.run(lambda tx: tx.now) == clock.now()


async def test_every_function_has_its_time(store: AnyStore, clock: FixedClock) -> None:
    def ask(tx: Tx) -> object:
        clock.advance(timedelta(seconds=1))
        return tx.now

    times = await asyncio.gather(*[store.run(ask) for _ in range(5)])
    assert len(set(times)) == 5


async def test_time_is_aware_and_utc(store: AnyStore) -> None:
    assert (await store.run(lambda tx: tx.now)).tzinfo is UTC


async def test_stop_iteration_reaches_its_caller(store: AnyStore) -> None:
    with pytest.raises(RuntimeError, match="StopIteration"):
        await store.run(lambda tx: next(iter(names(tx))))


async def test_cancelled_waiter_harms_nobody(store: AnyStore) -> None:
    tasks = [asyncio.create_task(store.run(add, f"{n:02}")) for n in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert results[1::2] == [f"{n:02}" for n in range(1, 20, 2)]
    assert set(results[1::2]) <= set(await store.read(names))


async def test_cancelled_while_running_harms_nobody(store: AnyStore) -> None:
    begun, go = threading.Event(), threading.Event()

    def linger(tx: Tx) -> None:
        begun.set()
        assert go.wait(10)
        raise RefusedError

    task = asyncio.create_task(store.run(linger))
    await happened(begun)
    task.cancel()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await store.run(add, "a") == "a"


async def test_closed_store_says_so(store: AnyStore) -> None:
    await store.close()
    with pytest.raises(StoreClosed):
        await store.run(add, "a")
    with pytest.raises(StoreClosed):
        await store.read(names)


async def test_closing_again_is_harmless(store: AnyStore) -> None:
    await asyncio.gather(store.close(), store.close())
    await store.close()


async def test_closing_finishes_what_was_handed_in(store: AnyStore) -> None:
    tasks = [asyncio.create_task(store.run(add, f"{n:02}")) for n in range(30)]
    tasks += [asyncio.create_task(store.read(lambda tx: str(len(names(tx))))) for _ in range(30)]
    await asyncio.sleep(0)
    await store.close()
    assert len(await asyncio.gather(*tasks)) == 60


@pytest.mark.parametrize("engine", ENGINES)
async def test_no_thread_outlives_the_store(engine: str, tmp_path: Path, clock: FixedClock) -> None:
    before = set(threading.enumerate())
    async with open_test_store(engine, tmp_path, clock, migrations=MIGRATIONS, queries=QUERIES) as store:
        await asyncio.gather(
            *[store.run(add, str(n)) for n in range(20)], *[store.read(names) for _ in range(9)]
        )
    assert set(threading.enumerate()) - before == set()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("after", [False, True])
async def test_fault_at_any_call_changes_nothing(
    engine: str, tmp_path: Path, clock: FixedClock, *, after: bool
) -> None:
    def add_two(tx: Tx) -> list[Row]:
        add(tx, "a")
        add(tx, "b")
        return tx.all("counter.all")

    for call in (1, 2, 3):
        faults = CallCounter(call, after=after)
        async with open_test_store(
            engine, tmp_path, clock, migrations=MIGRATIONS, queries=QUERIES, wrap_tx=faults.wrap
        ) as store:
            with pytest.raises(InjectedFaultError):
                await store.run(add_two)
            assert await store.read(names) == []


async def test_every_query_compiles(store: AnyStore) -> None:
    assert await explain_all(store) == {}


@pytest.mark.parametrize("engine", ENGINES)
async def test_query_that_cannot_compile_is_found(engine: str, tmp_path: Path, clock: FixedClock) -> None:
    folder = tmp_path / "queries"
    folder.mkdir()
    (folder / "bad.sql").write_text(
        "-- name: broken\n-- No such column.\nSELECT colour FROM counter WHERE name = :n"
    )
    async with open_test_store(engine, tmp_path, clock, migrations=MIGRATIONS, queries=folder) as store:
        assert list(await explain_all(store)) == ["bad.broken"]
