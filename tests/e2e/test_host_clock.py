"""The host's clock is wrong, the database's is right: only the latter decides; the guard watches it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from core.bootstrap import Ports
from core.clock import CHINA, from_millis
from core.db import open_postgres, open_sqlite
from sandbox import Sandbox
from sandbox.clock import ShiftedClock
from tests.core.sql import sql
from tests.engines import engine_urls, make_sqlite, ready_schema
from tests.world import (
    MORNING,
    OWNER,
    PEOPLE,
    World,
    clock_at,
    reaches_selection,
    running,
    settings_for,
    takes_one,
)

pytestmark = pytest.mark.both_engines
MONTH = timedelta(days=30)


class Apart:
    """A service whose host and database have clocks of their own."""

    def __init__(self, world: World, host: ShiftedClock, database: ShiftedClock) -> None:
        self.world, self.host, self.database = world, host, database


@pytest.fixture
async def apart(engine: str, tmp_path: Path) -> AsyncIterator[Apart]:
    host, database = clock_at(MORNING), clock_at(MORNING)
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox(database, people=PEOPLE))
        url = engine_urls(tmp_path)[engine]
        if engine == "postgres":
            schema = stack.enter_context(ready_schema())
            ports = Ports(clock=host, store=await open_postgres(url, database, schema=schema, pool_size=4))
        else:
            await make_sqlite(tmp_path)
            ports = Ports(clock=host, store=await open_sqlite(url, database))
        world = await stack.enter_async_context(
            running(settings_for(sandbox, tmp_path), sandbox, host, ports)
        )
        yield Apart(world, host, database)


async def test_reminder_is_sent_although_the_host_is_a_month_ahead(apart: Apart) -> None:
    owner = apart.world.person(OWNER)
    await apart.world.release()
    await reaches_selection(owner)
    await takes_one(owner)
    apart.host.advance(MONTH)
    apart.database.advance(timedelta(days=3))
    await apart.world.service.jobs.tell()
    await owner.see("还剩 2 个工作日")
    rows = await apart.world.store.read(sql, "SELECT state FROM notice WHERE state = 'late'")
    assert rows == []


async def test_hold_of_a_batch_runs_by_the_clock_of_the_database(apart: Apart) -> None:
    owner = apart.world.person(OWNER)
    await apart.world.release()
    await reaches_selection(owner)
    apart.host.advance(MONTH)
    await owner.press("【随机一次(5)】")
    await owner.see("本车第")
    await apart.world.service.dispatcher.idle()
    rows = await apart.world.store.read(sql, "SELECT max(held_until) AS until FROM draw")
    until = from_millis(rows[0]["until"]).astimezone(CHINA)
    assert timedelta() < until - MORNING < timedelta(minutes=5)


async def test_photos_set_aside_outlive_a_host_that_is_a_month_ahead(apart: Apart) -> None:
    photos, jobs = apart.world.core.photos, apart.world.service.jobs
    key = photos.put(b"a photo that no row names")
    apart.database.advance(timedelta(hours=2))
    await jobs.sweep()
    assert photos.orphans() == 1  # type: ignore[attr-defined]
    apart.host.advance(timedelta(days=31))
    await jobs.sweep()
    assert photos.orphans() == 1  # type: ignore[attr-defined]
    apart.database.advance(timedelta(days=31))  # the control
    await jobs.sweep()
    assert photos.orphans() == 0  # type: ignore[attr-defined]
    assert photos.get(key) is None
