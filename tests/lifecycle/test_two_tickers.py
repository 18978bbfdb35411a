"""Two workers tick concurrently: no notification is duplicated or missed, on each engine.

A control shows that two workers do send duplicates if they read what is due without claiming it.
"""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.bootstrap import Core
from core.clock import FixedClock, to_millis
from core.db import QUERIES, open_postgres
from core.notifications.subscriptions import NO_KIND, Subscription, SubscriptionTopic, subscribe
from core.ports import Tx
from core.preselection import PreselectionState
from core.values.plates import PlateKind
from tests.core import tools
from tests.core.sql import sql
from tests.engines import engine_urls, open_test_store, postgres_schema
from tests.lifecycle import model
from tests.lifecycle.harness import OFFICE, Harness, all_of, chat_of, local, reserve, states
from tests.lifecycle.model import Life

OWNERS, FEW = 100, 30
MORNING = local("2026-09-24", 10)  # the day before 中秋; 国庆 comes before the deadline
CONFIRMED = local("2026-09-29", 11)
END = local("2026-10-12", 12)

CONTROL = """
-- name: due
-- What is due, read and not claimed: what the program must not do.
SELECT notice_id, chat_id, purpose FROM notice
WHERE state = 'waiting' AND try_at <= :now ORDER BY try_at, notice_id

-- name: sent
-- Noted after it was sent.
UPDATE notice SET state = 'sent', ended_at = :now WHERE notice_id = :notice_id AND state = 'waiting'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Two:
    """Two workers over one database: on SQLite in one process, on PostgreSQL each with its own pool."""

    harness: Harness
    cores: tuple[Core, Core]

    async def tick(self) -> None:
        """Both tick at the same time, each doing everything."""
        await asyncio.gather(*(self._tick(number) for number in range(2)))

    async def _tick(self, number: int) -> None:
        core = self.cores[number]
        await self.harness.ends(core)
        sender = self.harness.new_sender(f"worker{number}", core)
        await sender.send_due()
        await sender.send_due_sms()

    async def until(self, end: datetime) -> None:
        """Tick at the hours at which something can happen: mornings, noon, and after the grace."""
        at = self.harness.now.replace(minute=0)
        while at <= end:
            if at.hour in {0, 8, 9, 12, 22}:
                self.harness.clock.set(at)
                await self.tick()
            at += timedelta(hours=1)


@asynccontextmanager
async def two_workers(engine: str, directory: Path) -> AsyncIterator[Two]:
    """Open a database for two workers, with an additional query for the control."""
    clock = FixedClock(MORNING)
    queries = directory / "queries"
    shutil.copytree(QUERIES, queries)
    (queries / "control.sql").write_text(CONTROL.lstrip(), encoding="utf-8")
    async with AsyncExitStack() as stack:
        if engine == "sqlite":
            store = await stack.enter_async_context(
                open_test_store(engine, directory, clock, queries=queries)
            )
            core = other = await tools.build(store, clock, validity_workdays=model.VALIDITY)
        else:
            schema = stack.enter_context(postgres_schema())
            url = engine_urls(directory)[engine]
            both = []
            for _ in range(2):
                pool = await open_postgres(url, clock, queries=queries, schema=schema, pool_size=4)
                stack.push_async_callback(pool.close)
                both.append(await tools.build(pool, clock, validity_workdays=model.VALIDITY))
            core, other = both
        harness = Harness(core, clock)
        await harness.release()
        yield Two(harness=harness, cores=(core, other))


@pytest.fixture
async def two(engine: str, tmp_path: Path) -> AsyncIterator[Two]:
    """Two workers on each engine, and a hundred owners who selected a minute apart."""
    async with two_workers(engine, tmp_path) as opened:
        yield opened


async def _select(harness: Harness, owners: int) -> list[Life]:
    lives = []
    for number in range(owners):
        lives.append(Life(number=number, chat_id=chat_of(number), selected_at=harness.now))
        await harness.store.run(reserve, harness.core, number)
        harness.clock.advance(timedelta(minutes=1))
    return lives


async def test_two_tickers_do_everything_once(two: Two) -> None:
    lives = await _select(two.harness, OWNERS)
    await two.until(CONFIRMED)
    confirmed_at = CONFIRMED + timedelta(minutes=1)
    two.harness.clock.set(confirmed_at)
    early = range(0, OWNERS, 3)
    for number in early:
        await two.harness.confirm(number)
    await two.until(END)
    lives = [replace(life, confirmed_at=confirmed_at) if life.number in early else life for life in lives]
    assert two.harness.messenger.count() == model.told(lives, END)
    assert {told.worker for told in two.harness.messenger.told} == {"worker0", "worker1"}
    assert await two.harness.store.run(states, two.harness.core, range(OWNERS)) == {
        PreselectionState.REGISTERED: len(early),
        PreselectionState.EXPIRED: OWNERS - len(early),
    }


async def test_two_tickers_ban_and_lift_once(two: Two) -> None:
    await _select(two.harness, FEW)
    await two.until(END)
    counted = (
        "SELECT count(*) AS bans, count(DISTINCT identity_hash) AS owners FROM ban WHERE lifted_at IS NULL"
    )
    assert await two.harness.store.run(sql, counted) == [{"bans": FEW, "owners": FEW}]
    two.harness.messenger.told.clear()
    two.harness.clock.set(model.barred_until(MORNING) + timedelta(hours=1))
    await two.tick()
    assert Counter(kind for kind, _ in two.harness.messenger.kinds()) == {"lifted": FEW}


async def test_two_tickers_announce_once(two: Two) -> None:
    wishes = [
        Subscription(office=OFFICE, kind=PlateKind.SMALL, topic=SubscriptionTopic.RELEASE),
        Subscription(office=OFFICE, kind=NO_KIND, topic=SubscriptionTopic.OPENING),
    ]
    await two.tick()
    for chat_id in range(1, FEW):
        for wish in wishes:
            await two.harness.store.run(subscribe, chat_id, wish)
    await two.harness.release("B####")
    await two.tick()
    now = two.harness.now
    assert two.harness.messenger.count() == {
        (chat_id, kind, now): 1 for chat_id in range(1, FEW) for kind in ("release", "opening")
    }


async def _hasty(harness: Harness, core: Core) -> None:
    """Send what is due without claiming it."""
    for row in await core.store.run(all_of, "control.due", now=to_millis(harness.now)):
        await harness.messenger.send_message(row["chat_id"], row["purpose"])
        await core.store.run(_note, row["notice_id"])


def _note(tx: Tx, notice_id: int) -> None:
    tx.run("control.sent", notice_id=notice_id, now=to_millis(tx.now))


async def test_without_claims_people_are_told_twice(two: Two) -> None:
    await _select(two.harness, FEW)
    two.harness.clock.set(local("2026-10-12", 12))
    await asyncio.gather(*(_hasty(two.harness, core) for core in two.cores))
    told = Counter((told.chat_id, told.words) for told in two.harness.messenger.told)
    assert max(told.values()) == 2
