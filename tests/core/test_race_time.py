"""The time of a step that waited for its pool is the one after the wait (PostgreSQL)."""

import asyncio
from datetime import timedelta
from threading import Event

import pytest

from core.bootstrap import Core
from core.clock import FixedClock
from core.errors.store import QueryError
from core.ports import Tx
from core.preselection.composed_selection import ComposeResult, Unavailable
from core.values.plates import Plate, PlateKind
from tests.core.interceptor import Interceptor
from tests.core.tools import registered, release, reserved, verified

pytestmark = pytest.mark.parametrize(
    "engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
PLATE = Plate(office="粤K", kind=PlateKind.SMALL, serial="A1234")


class Unrenewed(Interceptor):
    """Keeps the time from before the wait for the pool."""

    def renew_now(self) -> None:
        """Do nothing."""


async def tries_late(core: Core, clock: FixedClock, between: type[Interceptor]) -> ComposeResult:
    """Try a number whose holder gives it back, and which another draws, while the try waits for the pool."""
    await core.store.run(release, core, "A123#")
    await core.store.run(reserved, core, 0, PLATE.serial)
    mine = await core.store.run(verified, core, 1)
    other = await core.store.run(verified, core, 2)
    place = core.offices["粤K"]
    began, may_go_on = Event(), Event()

    def pauses(query: str) -> None:
        if query == "pool.open_pool" and not began.is_set():
            began.set()
            may_go_on.wait(10)

    def tries(tx: Tx) -> ComposeResult:
        account, begun = mine
        return core.selection.compose(
            between(tx, before=pauses), account, begun, place, [PLATE.serial], received_at=tx.now
        )

    def draws(tx: Tx) -> None:
        drawn = core.selection.draw(tx, other[1], place, nonce="n", received_at=tx.now, without_four=False)
        assert PLATE.serial in drawn.batch.serials

    trying = asyncio.ensure_future(core.store.run(tries))
    await asyncio.to_thread(began.wait, 10)
    clock.advance(timedelta(seconds=1))
    await core.store.run(lambda tx: core.counter.revoke(tx, PLATE, reason="r", actor="chat:1"))
    clock.advance(timedelta(seconds=1))
    await core.store.run(draws)
    may_go_on.set()
    return await trying


async def test_number_given_back_and_drawn_meanwhile_is_simply_taken(core: Core, clock: FixedClock) -> None:
    tried = await tries_late(core, clock, Interceptor)
    assert tried.taken is None
    assert tried.reasons == ((PLATE.serial, Unavailable.PRESELECTED),)


async def test_control_with_the_time_before_the_wait_it_has_two_rows(core: Core, clock: FixedClock) -> None:
    with pytest.raises(QueryError, match="more than one row"):
        await tries_late(core, clock, Unrenewed)


async def test_time_never_goes_back(core: Core, clock: FixedClock) -> None:
    await core.store.run(registered, core, 5)

    def looks(tx: Tx) -> tuple[bool, bool]:
        first = tx.now
        clock.set(first - timedelta(seconds=5))
        tx.renew_now()
        back = tx.now
        clock.set(first + timedelta(seconds=5))
        tx.renew_now()
        return back == first, tx.now == first + timedelta(seconds=5)

    assert await core.store.run(looks) == (True, True)
