"""PostgreSQL: draws that wait for one pool share a transaction, and stop nobody else."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from core.bootstrap import Core
from core.clock import FixedClock
from core.db.postgres import PostgresStore
from core.db.postgres_attempts import AttemptResult, Attempts, Call, _Waiters
from core.db.postgres_tx import Pool
from core.errors.base import Refusal
from core.errors.store import StoreConstraintError
from core.pool.batches import Batch
from core.ports import Tx
from core.public_journal import chain
from tests.core.journals import checked, keep_seeds, written
from tests.core.sql import sql
from tests.core.tools import build, release, verified
from tests.engines import open_test_store, postgres_url

pytestmark = pytest.mark.postgres
OWNERS = 12
THREADS = 4
PATIENCE = 3.0


@pytest.fixture
async def core(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Core]:
    async with open_test_store(
        "postgres", tmp_path, clock, pool_size=THREADS, lock_timeout=PATIENCE
    ) as store:
        found = await build(store, clock)
        await store.run(release, found, "A####")
        yield found


@pytest.fixture
async def owners(core: Core) -> list[int]:
    return [(await core.store.run(verified, core, number))[1] for number in range(OWNERS)]


def draw(tx: Tx, core: Core, begun: int, press: str = "") -> Batch:
    drawn = core.selection.draw(
        tx,
        begun,
        core.offices["粤K"],
        nonce=press or f"press {begun}",
        received_at=tx.now,
        without_four=False,
    )
    return drawn.batch


def refused_draw(tx: Tx, core: Core, begun: int) -> Batch:
    draw(tx, core, begun)
    raise Refusal


def broken_draw(tx: Tx, core: Core, begun: int) -> Batch:
    """Draw, then append an entry in a place that is taken: it fails when the answer comes."""
    batch = draw(tx, core, begun)
    tx.run("journal.add", office="粤K", kind="small", seq=1, now=0, body="{}", hash="00")
    return batch


@contextmanager
def locked(core: Core, row: str) -> Iterator[None]:
    """Hold the lock of a row in a transaction that does not end."""
    assert isinstance(core.store, PostgresStore)
    schema = core.store._options.schema
    with psycopg.connect(postgres_url(), options=f"-c search_path={schema}") as connection:
        connection.execute(f"SELECT 1 FROM {row} FOR UPDATE".encode())  # noqa: S608 - ours
        yield
        connection.rollback()


POOL = "pool WHERE office = '粤K'"


async def while_locked(core: Core, calls: Sequence[tuple[int, Callable[..., Any]]]) -> list[Any]:
    """Run functions for owners that come while the pool is locked; return their values and errors."""
    with locked(core, POOL):
        waiting = [
            asyncio.ensure_future(core.store.run_for(begun, function, core, begun))
            for begun, function in calls
        ]
        await asyncio.sleep(0.3)
    return await asyncio.gather(*waiting, return_exceptions=True)


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of functions of each transaction for a queue."""
    sizes: list[int] = []
    together = Attempts.together

    def noted(self: Attempts, pool: Pool, calls: Sequence[Call]) -> list[AttemptResult]:
        outcomes = together(self, pool, calls)
        sizes.append(sum(outcome.is_done for outcome in outcomes))
        return outcomes

    monkeypatch.setattr(Attempts, "together", noted)
    monkeypatch.setattr("core.db.postgres_attempts.LONGEST", 60.0)  # however busy the machine is
    return sizes


async def test_waiting_draws_share_transactions(
    core: Core, clock: FixedClock, owners: list[int], shared: list[int], tmp_path: Path
) -> None:
    batches = await while_locked(core, [(begun, draw) for begun in owners])
    assert max(shared) > OWNERS // 3
    assert sorted(batch.n for batch in batches) == list(range(1, OWNERS + 1))
    assert len({serial for batch in batches for serial in batch.serials}) == 10 * OWNERS
    clock.advance(timedelta(days=1))
    await core.store.run(keep_seeds, core)
    report = checked(await core.store.read(written, "粤K"), tmp_path / "journal")
    assert report.draws_verified == OWNERS


async def test_refused_one_undoes_no_other(core: Core, owners: list[int], shared: list[int]) -> None:
    kinds = {begun: refused_draw if number % 3 == 1 else draw for number, begun in enumerate(owners)}
    told = await while_locked(core, list(kinds.items()))
    good = [batch for batch in told if isinstance(batch, Batch)]
    assert max(shared) > 1
    assert sum(isinstance(error, Refusal) for error in told) == OWNERS // 3
    assert sorted(batch.n for batch in good) == list(range(1, len(good) + 1))
    rows = await core.store.read(lambda tx: sql(tx, "SELECT preselection_id FROM draw"))
    assert {row["preselection_id"] for row in rows} == {batch.preselection_id for batch in good}


async def test_broken_one_alone_is_told(core: Core, owners: list[int]) -> None:
    """What fails when its answer is taken, while others run already, fails for its own caller only."""
    told = await while_locked(
        core, [(begun, broken_draw if begun == owners[3] else draw) for begun in owners]
    )
    assert [isinstance(one, StoreConstraintError) for one in told] == [begun == owners[3] for begun in owners]
    assert sorted(batch.n for batch in told if isinstance(batch, Batch)) == list(range(1, OWNERS))


async def test_one_that_waits_for_another_lock_stops_no_other(core: Core, owners: list[int]) -> None:
    await asyncio.gather(*(core.store.run_for(begun, draw, core, begun, "first") for begun in owners))
    with locked(core, f"preselection WHERE preselection_id = {owners[2]}"):
        waiting = [asyncio.ensure_future(core.store.run_for(one, draw, core, one, "next")) for one in owners]
        done, left = await asyncio.wait(waiting, timeout=2.5 * PATIENCE)
        deadline = time.monotonic() + 30
        while len(left) > 1 and time.monotonic() < deadline:
            more, left = await asyncio.wait(left, timeout=0.2)
            done |= more
        assert waiting[2] not in done
        assert len(done) == OWNERS - 1
    assert isinstance(await waiting[2], Batch)


async def answered_beside(core: Core, owners: list[int]) -> bool:
    """Return whether another office is served before any of the functions that wait has waited in vain.

    There are three times as many of them as threads and connections.
    """
    with locked(core, POOL):
        waiting = [asyncio.ensure_future(core.store.run_for(one, draw, core, one)) for one in owners]
        await asyncio.sleep(0.5)
        begun = time.monotonic()
        async with asyncio.timeout(60):
            await core.store.run_for(-1, lambda tx: chain.lock(tx, "粤A", "small"))
        took = time.monotonic() - begun
        assert not any(one.done() for one in waiting)
    told = await asyncio.gather(*waiting)
    assert sorted(batch.n for batch in told) == list(range(1, OWNERS + 1))
    return took < PATIENCE - 1


async def test_frozen_pool_stops_no_other_office(core: Core, owners: list[int]) -> None:
    assert await answered_beside(core, owners)


async def test_control_of_frozen_pool(core: Core, owners: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: where each waits for the lock in the database, all threads are occupied."""
    monkeypatch.setattr(_Waiters, "enter", lambda *_: None)
    assert not await answered_beside(core, owners)


async def test_column_that_is_added_meanwhile_does_no_harm(core: Core, owners: list[int]) -> None:
    """A statement with * was prepared before a newer program has migrated the database."""
    for _ in range(THREADS):
        await core.store.run(draw, core, owners[0], "press")
    await core.store.run(lambda tx: sql(tx, "ALTER TABLE preselection ADD COLUMN newer BIGINT"))
    try:
        assert isinstance(await core.store.run(draw, core, owners[1]), Batch)
    finally:
        await core.store.run(lambda tx: sql(tx, "ALTER TABLE preselection DROP COLUMN newer"))
