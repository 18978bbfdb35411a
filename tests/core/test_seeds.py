"""Seeds: committed before the day's first draw, secret for the day, published after it."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.bootstrap import Core
from core.clock import CHINA, FixedClock
from core.pool.seeded_stream import Seed
from core.pool.segments import count
from core.ports import Tx
from core.values.plates import PlateKind
from tests.core.sql import sql
from tests.core.tools import release

LAST_MINUTE = datetime(2026, 3, 10, 23, 59, 59, tzinfo=CHINA)
POOL = ("粤K", "small")


async def current(core: Core, office: str = "粤K", kind: str = "small") -> Seed:
    def look(tx: Tx) -> Seed:
        tx.run("pool.open_pool", office=office, kind=kind)
        return core.pools._seeds.current(tx, office, kind)

    return await core.store.run(look)


async def rows(core: Core) -> list[dict[str, Any]]:
    return await core.store.read(sql, "SELECT * FROM seed ORDER BY seed_id")


async def test_digest_is_promised_with_release(core: Core) -> None:
    await core.store.run(release, core, "A####")
    promised = (await rows(core))[0]["digest"]
    secret = (await current(core)).secret
    assert hashlib.sha256(secret).hexdigest() == promised
    assert len(secret) == 32


async def test_secret_is_sealed_for_its_day(core: Core) -> None:
    seed = await current(core)
    row = (await rows(core))[0]
    assert (row["secret_published"], row["published_at"]) == (None, None)
    assert seed.secret not in bytes(row["secret_sealed"])
    assert core.vault.decrypt(row["secret_sealed"]) == seed.secret


async def test_midnight_in_china_publishes(core: Core, clock: FixedClock) -> None:
    clock.set(LAST_MINUTE)
    old = await current(core)
    clock.advance(timedelta(seconds=1))
    new = await current(core)
    before, after = await rows(core)
    assert before["secret_published"] == old.secret.hex()
    assert (before["day"], after["day"]) == ("2026-03-10", "2026-03-11")
    assert new.secret != old.secret
    assert after["secret_published"] is None


async def test_seed_serves_its_whole_day(core: Core, clock: FixedClock) -> None:
    clock.set(LAST_MINUTE - timedelta(hours=23, minutes=59))
    first = await current(core)
    clock.set(LAST_MINUTE)
    assert await current(core) == first


async def test_clock_put_back_publishes_nothing(core: Core, clock: FixedClock) -> None:
    seed = await current(core)
    clock.set(LAST_MINUTE - timedelta(days=2))
    assert await current(core) == seed
    assert (await rows(core))[0]["published_at"] is None


async def test_pools_have_seeds_of_their_own(core: Core) -> None:
    seeds = [await current(core, *pool) for pool in (POOL, ("粤K", "small_nev"), ("粤A", "small"))]
    assert len({seed.secret for seed in seeds}) == 3


async def test_promise_is_in_journal(core: Core) -> None:
    seed = await current(core)
    entries = await core.store.read(sql, "SELECT * FROM audit WHERE action = 'committed_seed'")
    assert [entry["subject"] for entry in entries] == [f"seed:{seed.seed_id}"]
    assert seed.digest in entries[0]["details"]
    assert seed.secret.hex() not in entries[0]["details"]


@pytest.mark.parametrize("text", ["repr", "str"])
def test_secret_shows_in_no_text(text: str) -> None:
    seed = Seed(seed_id=1, secret=b"the secret of the day", digest="d")
    assert "secret of" not in {"repr": repr(seed), "str": str(seed)}[text]


async def test_release_is_open_in_its_own_transaction(core: Core, clock: FixedClock) -> None:
    """Half of the time the opening rounded up to the next millisecond: nothing was open yet."""
    clock.advance(timedelta(microseconds=700))

    def counted(tx: Tx) -> int:
        release(tx, core, "A10##")
        return count(tx, core.offices["粤K"], PlateKind.SMALL).free

    assert await core.store.run(counted) == 100
