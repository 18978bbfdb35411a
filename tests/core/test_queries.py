"""Every query compiles on either engine, and none of a selection scans a table."""

import re
from functools import partial
from pathlib import Path

import pytest

from core.bootstrap import Core
from core.clock import FixedClock
from core.db.postgres_tx import PostgresTx
from core.db.sqlite import CACHED_STATEMENTS, SqliteStore
from core.db.sqlite_tx import SqliteTx
from core.ports import Tx
from tests.core.sql import cursor_of
from tests.core.test_failures import Journey
from tests.core.tools import NOON, build, release, reserved
from tests.engines import ENGINES, explain_all, open_test_store
from tests.store.faults import CallCounter, FailingTx


@pytest.mark.parametrize("engine", ENGINES)
async def test_every_query_compiles(engine: str, tmp_path: Path) -> None:
    async with open_test_store(engine, tmp_path, FixedClock(NOON)) as store:
        assert await explain_all(store) == {}
        assert 80 < len(store.queries) < CACHED_STATEMENTS


OF_SMALL_TABLES = {
    *("maintenance.all", "pool.segments", "pool.withheld", "pool.draw_terms", "sms.queued"),
    "pool.purge_holds",
}
"""Queries that list a pool's few segments, withheld masks and holds, or the pending codes."""
OF_NEW_POOLS = {"journal.segments", "journal.seeds", "journal.withheld", "journal.last_draw"}
"""Run once for each pool, when its journal begins."""
OF_PARENTS = {"pool.add_seed", "preselection.add"}
"""Inserts into parent tables.

Their plan names a scan of the children, which SQLite runs only while a foreign key is unresolved, and that
never happens here.
"""


def plan(tx: Tx, name: str) -> str:
    if isinstance(tx, FailingTx):
        tx = tx.inside
    assert isinstance(tx, SqliteTx)
    query = tx._find(name)
    rows = tx._cursor.execute(f"EXPLAIN QUERY PLAN {query.text}", dict.fromkeys(query.parameters, 1))
    return "; ".join(row[3] for row in rows)


GIVEN = ("SCAN json_each", "SCAN CONSTANT ROW")
"""The values passed to a query are not a table."""


THROUGH_POOL = re.compile(r"SEARCH (?!pool |seed |segment |s |hold )\w+ USING [^;]*\(office=\? AND kind=\?\)")
"""A pool has one row, one current seed, few segments and few holds, but many rows of everything else."""


def walks(steps: str) -> bool:
    """Return whether a plan scans a table, or all rows of a pool, instead of using an index."""
    first = next((step for step in steps.split("; ") if not step.startswith(GIVEN)), "")
    return bool(THROUGH_POOL.search(steps)) or "SCAN other" in steps or first.startswith("SCAN")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_no_step_of_selection_walks_through_table(engine: str, tmp_path: Path) -> None:
    """SQLite has no statistics here: its plan on an empty table is the plan it always uses."""
    clock, counter = FixedClock(NOON), CallCounter()
    async with open_test_store(engine, tmp_path, clock, wrap_tx=counter.wrap) as store:
        core = await build(store, clock)
        await store.run(release, core, "A10##")
        for number, serial in enumerate(("A1001", "A1002"), start=2):
            await store.run(reserved, core, number, serial)
        for way in (Journey.RANDOM, Journey.COMPOSED):
            journey = Journey(core, clock, number=len(way))
            for step in way:
                await journey.goes(store, step)
                await journey.looks_at_telephone(store, step)
        asked = set(counter.calls) | {"pool.rested", "pool.taken_since", "pool.gaps", "pool.purge_rested"}
        await _see_plans(store, asked - OF_SMALL_TABLES - OF_PARENTS - OF_NEW_POOLS)


async def _see_plans(store: object, names: set[str]) -> None:
    assert isinstance(store, SqliteStore)
    plans = {name: await store.run(plan, name) for name in sorted(names)}
    assert {name: steps for name, steps in plans.items() if walks(steps)} == {}
    assert len(plans) > 40


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_control_walk_is_seen(core: Core) -> None:
    assert walks(await core.store.read(plan, "pool.taken_for_good"))
    assert walks(await core.store.read(plan, "pool.withholdings"))
    assert not walks(await core.store.read(plan, "pool.take"))


def postgres_plan(tx: Tx, *, without: str = "") -> str:
    """Return PostgreSQL's plan for examining ten candidates, with a part of the statement omitted."""
    assert isinstance(tx, PostgresTx)
    query = tx._find("pool.take")
    values = {**dict.fromkeys(query.parameters, 1), "candidates": "[]", "office": "粤K", "kind": "small"}
    rows = cursor_of(tx).execute(f"EXPLAIN {query.text.replace(without, '')}", values).fetchall()
    return "; ".join(row["QUERY PLAN"] for row in rows)


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_candidates_are_looked_up_one_by_one(core: Core) -> None:
    """Among millions of taken numbers: PostgreSQL must not scan them to join ten numbers."""
    one_by_one = await core.store.read(postgres_plan)
    assert "SubPlan" in one_by_one
    assert "Anti Join" not in one_by_one


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_control_join_is_seen(core: Core) -> None:
    assert "Anti Join" in await core.store.read(partial(postgres_plan, without="OFFSET 0"))
