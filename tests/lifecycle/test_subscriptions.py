"""Subscriptions to releases, self-composition and the next opening: notified once, and no more."""

from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from core.availability import maintenance
from core.bootstrap import Core
from core.clock import FixedClock
from core.db import MemoryDatabase
from core.db.memory import MemoryStore
from core.db.tx import WrapTx
from core.notifications import subscriptions
from core.notifications.subscriptions import NO_KIND, Subscription, SubscriptionTopic
from core.pool.releases import Release
from core.ports import Row, Tx
from core.values.masks import parse_mask
from core.values.plates import PlateKind
from tests.core import tools
from tests.core.sql import sql
from tests.lifecycle.harness import OFFICE, Harness, local

RELEASE = Subscription(office=OFFICE, kind=PlateKind.SMALL, topic=SubscriptionTopic.RELEASE)
COMPOSE = Subscription(office=OFFICE, kind=PlateKind.SMALL, topic=SubscriptionTopic.COMPOSE)
OPENING = Subscription(office=OFFICE, kind=NO_KIND, topic=SubscriptionTopic.OPENING)
ME = 42


@pytest.fixture(autouse=True)
async def announced(harness: Harness) -> None:
    """Whatever was released before the subscription is not announced."""
    await harness.tick()


async def subscribe(harness: Harness, wish: Subscription, chat_id: int = ME) -> None:
    await harness.store.run(subscriptions.subscribe, chat_id, wish)


def release(tx: Tx, core: Core, pattern: str, options: dict[str, Any]) -> datetime:
    order = Release(
        office=core.offices[OFFICE], mask=parse_mask(PlateKind.SMALL, pattern), actor="test", **options
    )
    return core.pools.release(tx, order).compose_from


async def put(harness: Harness, pattern: str, **options: Any) -> datetime:
    """Release a segment; return from when it is open to self-composition."""
    return await harness.store.run(release, harness.core, pattern, options)


def kinds(harness: Harness) -> list[str]:
    return [kind for kind, _ in harness.messenger.kinds(ME)]


# --- releases -------------------------------------------------------------------------------


async def test_release_is_told_at_once(harness: Harness) -> None:
    await subscribe(harness, RELEASE)
    await put(harness, "B####")
    await harness.tick()
    assert kinds(harness) == ["release"]
    assert "<code>B####</code>" in harness.messenger.told[0].words


async def test_release_is_told_once(harness: Harness) -> None:
    await subscribe(harness, RELEASE)
    await put(harness, "B####")
    await harness.until(local("2026-03-12"))
    assert kinds(harness) == ["release"]


async def test_scheduled_release_is_told_when_it_opens(harness: Harness) -> None:
    await subscribe(harness, RELEASE)
    await put(harness, "B####", opens_at=local("2026-03-11", 9))
    await harness.until(local("2026-03-11", 15))
    assert harness.messenger.kinds(ME) == [("release", local("2026-03-11", 9))]


async def test_two_releases_are_told_in_their_order(harness: Harness) -> None:
    await subscribe(harness, RELEASE)
    await put(harness, "B####")
    await put(harness, "C####")
    await harness.tick()
    assert ["B####" in told.words for told in harness.messenger.told] == [True, False]
    assert "C####" in harness.messenger.told[1].words


async def test_release_of_another_kind_is_not_told(harness: Harness) -> None:
    await subscribe(
        harness, Subscription(office=OFFICE, kind=PlateKind.SMALL_NEV, topic=SubscriptionTopic.RELEASE)
    )
    await put(harness, "B####")
    await harness.tick()
    assert kinds(harness) == []


async def test_release_after_unsubscribing_is_not_told(harness: Harness) -> None:
    await subscribe(harness, RELEASE)
    await harness.store.run(subscriptions.unsubscribe, ME, RELEASE)
    await put(harness, "B####")
    await harness.tick()
    assert kinds(harness) == []


async def test_earlier_release_is_not_told_to_newcomers(harness: Harness) -> None:
    await put(harness, "B####")
    await harness.tick()
    await subscribe(harness, RELEASE)
    await harness.tick()
    assert kinds(harness) == []


# --- self-composition -----------------------------------------------------------------------


async def test_composing_is_told_on_the_drawn_day(harness: Harness) -> None:
    await subscribe(harness, COMPOSE)
    opens = await put(harness, "B####", compose_drawn=True)
    await harness.until(local("2026-03-26"))
    assert local("2026-03-18", 0) <= opens <= local("2026-03-24", 0)
    assert harness.messenger.kinds(ME) == [("compose", opens)]


async def test_composing_from_the_start_is_told_at_once(harness: Harness) -> None:
    await subscribe(harness, COMPOSE)
    await put(harness, "B####", compose_now=True)
    await harness.tick()
    assert kinds(harness) == ["compose"]


async def test_release_and_composing_are_told_apart(harness: Harness) -> None:
    await subscribe(harness, COMPOSE)
    await subscribe(harness, RELEASE)
    opens = await put(harness, "B####", compose_from=local("2026-03-12", 0))
    await harness.until(local("2026-03-13"))
    assert harness.messenger.kinds(ME) == [("release", local("2026-03-10", 13)), ("compose", opens)]


# --- openings -------------------------------------------------------------------------------


async def test_opening_is_told_once_and_never_again(harness: Harness) -> None:
    harness.clock.set(local("2026-03-10", 23, 30))
    await subscribe(harness, OPENING)
    await harness.until(local("2026-03-11", 8))
    await harness.until(local("2026-03-13"))
    assert harness.messenger.kinds(ME) == [("opening", local("2026-03-11", 8))]
    assert await harness.store.run(subscriptions.of_chat, ME) == []


async def test_opening_may_be_asked_for_again(harness: Harness) -> None:
    for day in (10, 11):
        harness.clock.set(local(f"2026-03-{day}", 23, 30))
        await subscribe(harness, OPENING)
        await harness.until(local(f"2026-03-{day + 1}", 12))
    assert kinds(harness) == ["opening", "opening"]


async def test_end_of_a_maintenance_is_told_although_the_opening_was(harness: Harness) -> None:
    harness.clock.set(local("2026-03-10", 23, 30))
    await subscribe(harness, OPENING)
    await harness.until(local("2026-03-11", 9))
    await harness.store.run(maintenance.begin, OFFICE, "升级", "test")
    await subscribe(harness, OPENING)
    await harness.until(local("2026-03-11", 10))
    assert kinds(harness) == ["opening"]
    await harness.store.run(maintenance.end, OFFICE, "test")
    await harness.until(local("2026-03-11", 11))
    assert kinds(harness) == ["opening", "opening"]


async def test_opening_that_closed_again_is_not_told(harness: Harness) -> None:
    harness.clock.set(local("2026-03-10", 23, 30))
    await subscribe(harness, OPENING)
    harness.clock.set(local("2026-03-11", 8))
    await harness.ends()
    harness.clock.set(local("2026-03-11", 23, 30))  # the sender was down all day
    await harness.sender.send_due()
    assert kinds(harness) == []


async def test_opening_slept_through_is_told_at_the_next(harness: Harness) -> None:
    harness.clock.set(local("2026-03-10", 23, 30))
    await subscribe(harness, OPENING)
    await harness.until(local("2026-03-13", 3), None)
    await harness.until(local("2026-03-13", 8), None)
    assert harness.messenger.kinds(ME) == [("opening", local("2026-03-13", 8))]


# --- many -----------------------------------------------------------------------------------


class Counting:
    """A transaction that counts its statements."""

    def __init__(self, tx: Tx, asked: Counter[str]) -> None:
        self._tx = tx
        self._asked = asked

    @property
    def now(self) -> datetime:
        return self._tx.now

    def renew_now(self) -> None:
        self._tx.renew_now()

    def run(self, query: str, /, **values: object) -> int:
        self._asked[query] += 1
        return self._tx.run(query, **values)

    def one(self, query: str, /, **values: object) -> Row | None:
        self._asked[query] += 1
        return self._tx.one(query, **values)

    def all(self, query: str, /, **values: object) -> list[Row]:
        self._asked[query] += 1
        return self._tx.all(query, **values)


async def test_ten_thousand_subscribers_cost_one_statement() -> None:
    asked: Counter[str] = Counter()
    wrap: WrapTx = lambda tx: Counting(tx, asked)  # noqa: E731 - a type to be held
    clock = FixedClock(local("2026-03-10"))
    database = MemoryDatabase(clock, wrap_tx=wrap)
    core = await tools.build(MemoryStore(database), clock)
    await core.store.run(subscribe_all, 10_000)
    await core.store.run(tools.release, core, "B####")
    asked.clear()
    await core.store.run(subscriptions.announce, core.offices)
    rows = states(database.begin())
    await core.close()
    assert asked["subscriptions.add_notices"] == 2  # the release, and the opening to self-composition
    assert asked["notices.add"] == 0
    assert sum(asked.values()) < 10
    assert rows == {"release": 10_000}


def subscribe_all(tx: Tx, count: int) -> None:
    for chat_id in range(1, count + 1):
        subscriptions.subscribe(tx, chat_id, RELEASE)


def states(tx: Tx) -> dict[str, int]:
    counted = sql(tx, "SELECT purpose, state, count(*) AS notices FROM notice GROUP BY purpose, state")
    return {row["purpose"]: row["notices"] for row in counted}
