"""Seeds: committed to a week ahead, secret for their day, published after it."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.availability import closed_days
from core.availability.closed_days import EnteredDay, HoursKind, offices_today
from core.bootstrap import Core
from core.clock import CHINA, FixedClock
from core.errors.pool import NoSeedToday
from core.pool import seeds
from core.pool.seeds import DAYS_AHEAD, REVEAL_LAG, Seed
from core.pool.segments import count
from core.ports import Tx
from core.values.hours import parse_day
from core.values.plates import PlateKind
from tests.core.sql import sql
from tests.core.tools import build, release, verified
from tests.engines import open_test_store

LAST_MINUTE = datetime(2026, 3, 10, 23, 59, 59, tzinfo=CHINA)
POOL = ("粤K", "small")
DAY = timedelta(days=1)


async def today(core: Core) -> Seed:
    return await core.store.read(core.seeds.today, *POOL)


async def keep_up(core: Core) -> int:
    """Do what is due; return for how many pools."""
    due = await core.store.read(lambda tx: seeds.due(tx, offices_today(tx, core.offices, core.calendar)))
    for office, kind in due:
        await core.store.run(core.seeds.keep_up, office, kind)
    return len(due)


async def rows(core: Core) -> list[dict[str, Any]]:
    return await core.store.read(sql, "SELECT * FROM seed ORDER BY seed_id")


async def test_first_release_commits_to_today_and_a_week(core: Core) -> None:
    await core.store.run(release, core, "A####")
    committed = await rows(core)
    assert [row["day"] for row in committed] == [f"2026-03-{day}" for day in range(10, 18)]
    assert len({row["digest"] for row in committed}) == DAYS_AHEAD + 1
    secret = (await today(core)).secret
    assert hashlib.sha256(secret).hexdigest() == committed[0]["digest"]
    assert len(secret) == 32


async def test_secret_is_sealed_for_its_day(core: Core) -> None:
    await core.store.run(release, core, "A####")
    seed, row = await today(core), (await rows(core))[0]
    assert (row["secret_published"], row["published_at"]) == (None, None)
    assert seed.secret not in bytes(row["secret_sealed"])
    assert core.vault.decrypt(row["secret_sealed"]) == seed.secret


async def test_day_after_publishes_and_commits_to_one_more(core: Core, clock: FixedClock) -> None:
    await core.store.run(release, core, "A####")
    clock.set(LAST_MINUTE - timedelta(hours=2))
    assert await keep_up(core) == 0
    old = await today(core)
    clock.set(LAST_MINUTE + timedelta(seconds=1))
    assert await keep_up(core) == 1
    assert await keep_up(core) == 0
    first, second, *_, last = await rows(core)
    assert first["secret_published"] == old.secret.hex()
    assert (second["secret_published"], last["day"]) == (None, "2026-03-18")
    assert (await today(core)).digest == second["digest"]


async def test_seed_is_published_when_the_office_has_closed(core: Core, clock: FixedClock) -> None:
    await core.store.run(release, core, "A####")
    closing = core.offices["粤K"].hours.last_closing(LAST_MINUTE.date())
    assert closing is not None
    clock.set(closing + REVEAL_LAG - timedelta(seconds=1))
    assert await keep_up(core) == 0
    clock.set(closing + REVEAL_LAG)
    assert await keep_up(core) == 1
    assert (await rows(core))[0]["published_at"] is not None
    with pytest.raises(NoSeedToday):
        await today(core)
    assert await keep_up(core) == 0  # no second seed for the day


async def test_seed_serves_until_an_office_closes_later_than_usual(core: Core, clock: FixedClock) -> None:
    await core.store.run(release, core, "A####")
    office, day = core.offices["粤K"], LAST_MINUTE.date()
    usual = office.hours.last_closing(day)
    assert usual is not None
    longer = EnteredDay(
        day=day,
        place=HoursKind.ONLINE,
        hours=parse_day("8:00-23:40"),
        is_closed_day=False,
        reason="加班",
        by="cli",
    )
    await core.store.run(closed_days.set_hours, office, longer)
    clock.set(usual + REVEAL_LAG)
    assert await keep_up(core) == 0
    assert (await today(core)).day == day.isoformat()
    clock.set(LAST_MINUTE.replace(minute=40, second=0) + REVEAL_LAG)
    assert await keep_up(core) == 1


async def test_seed_of_an_office_that_never_closes_serves_its_whole_day(engine: str, tmp_path: Any) -> None:
    clock = FixedClock(LAST_MINUTE - timedelta(hours=23, minutes=59))
    async with open_test_store(engine, tmp_path, clock) as store:
        core = await build(store, clock, hours="00:00-24:00")
        await store.run(release, core, "A####")
        first = await today(core)
        clock.set(LAST_MINUTE)
        assert await keep_up(core) == 0
        assert await today(core) == first


async def test_draw_never_commits_to_its_own_seed(core: Core, clock: FixedClock) -> None:
    """After an outage that is longer than the commitments, a draw is refused until the job has run."""
    await core.store.run(release, core, "A####")
    clock.advance(DAY * (DAYS_AHEAD + 1))
    _, begun = await core.store.run(verified, core, 0)
    place, committed = core.offices["粤K"], len(await rows(core))

    def draw(tx: Tx) -> int:
        drawn = core.selection.draw(tx, begun, place, nonce="n", received_at=tx.now, without_four=False)
        return drawn.quota.batches

    with pytest.raises(NoSeedToday):
        await core.store.run(draw)
    assert len(await rows(core)) == committed
    assert await keep_up(core) == 1
    assert await core.store.run(draw) == 4  # nothing was charged before


async def test_clock_put_back_publishes_nothing(core: Core, clock: FixedClock) -> None:
    await core.store.run(release, core, "A####")
    clock.set(LAST_MINUTE - timedelta(days=2))
    assert await keep_up(core) == 0
    assert {row["published_at"] for row in await rows(core)} == {None}


async def test_promise_is_in_both_journals(core: Core) -> None:
    await core.store.run(release, core, "A####")
    seed = await today(core)
    entries = await core.store.read(
        sql, "SELECT * FROM audit WHERE action = 'committed_seed' ORDER BY entry_id"
    )
    assert entries[0]["subject"] == f"seed:{seed.seed_id}"
    assert seed.digest in entries[0]["details"]
    public = await core.store.read(sql, "SELECT body FROM public_entry ORDER BY seq")
    assert sum(seed.digest in entry["body"] for entry in public) == 1
    assert not any(
        seed.secret.hex() in text for entry in (*entries, *public) for text in map(str, entry.values())
    )


@pytest.mark.parametrize("text", ["repr", "str"])
def test_secret_shows_in_no_text(text: str) -> None:
    seed = Seed(seed_id=1, day="2026-03-10", secret=b"the secret of the day", digest="d")
    assert "secret of" not in {"repr": repr(seed), "str": str(seed)}[text]


async def test_release_is_open_in_its_own_transaction(core: Core, clock: FixedClock) -> None:
    """Half of the time the opening rounded up to the next millisecond: nothing was open yet."""
    clock.advance(timedelta(microseconds=700))

    def counted(tx: Tx) -> int:
        release(tx, core, "A10##")
        return count(tx, core.offices["粤K"], PlateKind.SMALL).free

    assert await core.store.run(counted) == 100
