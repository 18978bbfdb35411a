"""Several workers return the chance of one batch that never reached its owner: once."""

import asyncio
from datetime import timedelta

import pytest

from core.bootstrap import Core
from core.clock import FixedClock
from core.ports import Tx
from core.preselection.quotas import remaining_quota
from tests import factories
from tests.core.interceptor import Interceptor, meeting
from tests.core.sql import sql
from tests.core.tools import release, verified

POSTGRES = [pytest.param("postgres", marks=pytest.mark.postgres)]


class Unguarded(Interceptor):
    """Returns chances without checking whether another worker has."""

    def run(self, query: str, /, **values: object) -> int:
        if query != "pool.return_draw":
            return super().run(query, **values)
        self._before(query)
        sql(self._tx, "UPDATE draw SET returned_at = 1 WHERE sent_at IS NULL")
        return 1


async def returned_by_two(
    core: Core, clock: FixedClock, engine: str, between: type[Interceptor]
) -> tuple[list[int], int]:
    """Draw twice, the second batch unseen; return how many two ticks gave back, and what is left of five."""
    await core.store.run(release, core, "A####")
    _, begun = await core.store.run(verified, core, 0)
    place = core.offices["粤K"]

    def draws(tx: Tx, nonce: str, *, is_shown: bool) -> None:
        batch = core.selection.draw(
            tx, begun, place, nonce=nonce, received_at=tx.now, without_four=False
        ).batch
        if is_shown:
            core.selection.sent(tx, batch, place, received_at=tx.now)

    await core.store.run(lambda tx: draws(tx, "1", is_shown=True))
    await core.store.run(lambda tx: draws(tx, "2", is_shown=False))
    clock.advance(timedelta(days=1))
    meet = meeting("pool.return_draw", 2 if engine == "postgres" else 1)

    def ticks(tx: Tx) -> int:
        return core.cleanup.settle_unsent(between(tx, before=meet))

    done = await asyncio.gather(core.store.run(ticks), core.store.run(ticks))
    return sorted(done), (await core.store.read(remaining_quota, place, factories.vin(0))).batches


async def test_chance_is_given_back_once(core: Core, clock: FixedClock, engine: str) -> None:
    assert await returned_by_two(core, clock, engine, Interceptor) == ([0, 1], 4)


@pytest.mark.parametrize("engine", POSTGRES, indirect=True)
async def test_control_without_guard_it_is_given_back_twice(
    core: Core, clock: FixedClock, engine: str
) -> None:
    assert await returned_by_two(core, clock, engine, Unguarded) == ([1, 1], 5)
