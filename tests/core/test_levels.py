"""What the metrics show of the database: read at a scrape, and never failing it."""

import pytest

from bot.monitoring.levels import LevelsReader
from core.bootstrap import Core
from core.clock import FixedClock
from core.errors.store import StoreUnavailable
from core.pool import bulletin
from core.ports import Store
from tests.core.test_batches import draw
from tests.core.tools import release, verified

POOL = ("粤K", "small")


class Failing:
    """A database that can be switched off."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.is_down = False

    async def read(self, *given: object) -> object:
        if self.is_down:
            raise StoreUnavailable
        return await self._store.read(*given)  # type: ignore[arg-type]


async def test_draws_are_counted_from_the_first_look_on(core: Core, clock: FixedClock) -> None:
    now = 0.0
    reader = LevelsReader(core.store, now=lambda: now)
    await core.store.run(release, core, "A123#")
    _, begun = await core.store.run(verified, core, 0)
    await core.store.run(draw, core, begun, "before")
    first = await reader.read()
    assert first is not None
    assert first.draws == {(*POOL, "drawn"): 0, (*POOL, "empty"): 0}
    for press in "ab":  # ten numbers: the second of them finds none
        await core.store.run(draw, core, begun, press)
    assert await reader.read() is first, "control: nothing is read again within seconds"
    now = 6.0
    second = await reader.read()
    assert second is not None
    assert sum(second.draws.values()) == 2
    now = 12.0
    reader.forget()
    third = await reader.read()
    assert third is not None
    assert sum(third.draws.values()) == 0


async def test_free_numbers_are_those_last_counted(core: Core) -> None:
    await core.store.run(release, core, "A123#")
    await core.store.run(release, core, "B12##")
    counted = await core.store.read(bulletin.count, core.offices)
    await core.store.run(bulletin.record_counts, counted)
    found = await LevelsReader(core.store).read()
    assert found is not None
    assert (found.free, found.inbox_depth, found.notifications_due) == ({POOL: 110}, 0, 0)


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_database_that_is_down_leaves_nothing_stale(core: Core) -> None:
    now, store = 0.0, Failing(core.store)
    reader = LevelsReader(store, now=lambda: now)  # type: ignore[arg-type]
    assert await reader.read() is not None
    store.is_down = True
    now = 11.0
    assert await reader.read() is None
    store.is_down = False
    assert await reader.read() is not None
