"""Clocks that go back, hosts in other time zones, years without a published holiday schedule."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.notifications import subscriptions
from core.preselection import PreselectionState
from tests.lifecycle.harness import Harness, local, open_harness
from tests.world import CHIEF, OWNER, open_world

HOUR = timedelta(hours=1)
WHOLE = [
    ("reminder 3", local("2026-03-12", 9)),
    ("reminder 1", local("2026-03-16", 9)),
    ("reminder 0", local("2026-03-17", 8)),
    ("expired", local("2026-03-17", 18)),
]


# --- back by an hour ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "moment",
    [local("2026-03-12", 9), local("2026-03-16", 9), local("2026-03-17", 8), local("2026-03-17", 18)],
)
async def test_clock_going_back_repeats_nothing(harness: Harness, moment: datetime) -> None:
    await harness.reserve(1)
    await harness.until(moment)
    harness.clock.advance(-HOUR)
    await harness.tick()
    await harness.until(local("2026-03-17", 23))
    assert harness.messenger.kinds() == WHOLE


async def test_clock_going_back_before_the_tick_loses_nothing(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.until(local("2026-03-12", 8, 30))
    harness.clock.advance(-HOUR)
    await harness.until(local("2026-03-17", 18))
    assert [kind for kind, _ in harness.messenger.kinds()] == [kind for kind, _ in WHOLE]


async def test_clock_going_back_expires_and_bans_once(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.until(local("2026-03-17", 18))
    harness.clock.advance(-HOUR)
    await harness.tick()
    assert (await harness.preselection(1)).state == PreselectionState.EXPIRED
    assert await harness.ban_until(1) == local("2028-03-17", 0)


async def test_clock_going_back_lifts_once(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.until(local("2026-03-17", 18))
    harness.messenger.told.clear()
    for moment in (local("2028-03-17", 0), local("2028-03-16", 23), local("2028-03-17", 0)):
        await harness.until(moment, None)
    assert harness.messenger.kinds() == [("lifted", local("2028-03-17", 0))]


async def test_clock_going_back_announces_once(harness: Harness) -> None:
    wish = subscriptions.Subscription(
        office="粤K", kind="small", topic=subscriptions.SubscriptionTopic.RELEASE
    )
    await harness.tick()
    await harness.store.run(subscriptions.subscribe, 1, wish)
    await harness.release("B####")
    await harness.tick()
    harness.clock.advance(-HOUR)
    await harness.tick()
    await harness.until(local("2026-03-10", 14))
    assert [kind for kind, _ in harness.messenger.kinds(1)] == ["release"]


# --- zones ----------------------------------------------------------------------------------


@pytest.fixture(params=["America/New_York", "Pacific/Kiritimati", "UTC"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The host's time zone: a dozen hours behind China's, and a day ahead of New York's."""
    monkeypatch.setenv("TZ", str(request.param))
    time.tzset()
    yield str(request.param)
    monkeypatch.undo()
    time.tzset()


async def test_host_zone_changes_no_time(zone: str) -> None:
    # A day that is another one in New York.
    async with open_harness(local("2026-03-10", 9), expiry_grace_minutes=0) as harness:
        assert datetime.fromtimestamp(harness.now.timestamp()).hour != 9  # noqa: DTZ006 - the host's own hour
        await harness.reserve(1)
        await harness.until(local("2026-03-17", 20))
        assert harness.messenger.kinds() == WHOLE
        assert await harness.ban_until(1) == local("2028-03-17", 0)


# --- years without a schedule ---------------------------------------------------------------


async def test_unpublished_year_counts_plain_weekdays() -> None:
    async with open_harness(local("2090-08-04"), expiry_grace_minutes=0) as harness:  # a Friday
        reserved = (await harness.reserve(1))[0]
        assert reserved.deadline == local("2090-08-11", 17)
        await harness.until(local("2090-08-11", 20))
        assert [kind for kind, _ in harness.messenger.kinds()] == [kind for kind, _ in WHOLE]


@pytest.mark.parametrize(("day", "warned"), [("2090-08-04", True), ("2026-03-10", False)])
async def test_chiefs_are_warned_of_unpublished_years(tmp_path: Path, day: str, warned: bool) -> None:  # noqa: FBT001 - of a table
    async with open_world("sqlite", tmp_path, at=local(day)) as world:
        chief = world.person(CHIEF)
        await chief.say("/start")
        shown = await chief.see("机动车号牌预选")
        assert ("放假调休安排尚未收录" in shown.words) is warned


async def test_owners_are_not_warned_of_unpublished_years(tmp_path: Path) -> None:
    async with open_world("sqlite", tmp_path, at=local("2090-08-04")) as world:
        owner = world.person(OWNER)
        await owner.say("/start")
        shown = await owner.see("机动车号牌预选")
        assert "尚未收录" not in shown.words
