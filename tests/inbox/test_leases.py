"""Who may take over whose updates, and when; and that two workers cannot apply one update twice."""

import asyncio
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.inbox import store as inbox
from core.clock import FixedClock
from core.ports import Store, Tx
from tests.inbox.schema import add_effect, effects
from tests.inbox.test_store import sealed
from tests.inbox.tools import Gate, Recorder, lease, message, receiving, take_in

ONE = lease("one", seconds=30, is_alone=False)
TWO = lease("two", seconds=30, is_alone=False)
ALONE = lease("two", is_alone=True)


async def test_living_lease_is_respected(store: Store, clock: FixedClock) -> None:
    await store.run(inbox.store_batch, sealed(1), ONE)
    clock.advance(timedelta(seconds=29))

    assert await store.run(inbox.take_over, TWO) == []


async def test_ended_lease_is_taken_over(store: Store, clock: FixedClock) -> None:
    await store.run(inbox.store_batch, sealed(1), ONE)
    clock.advance(timedelta(seconds=30))

    assert await store.run(inbox.take_over, TWO) == [7]


async def test_taken_over_updates_are_repeated(store: Store, clock: FixedClock) -> None:
    await store.run(inbox.store_batch, sealed(1, 2), ONE)
    clock.advance(timedelta(seconds=30))
    await store.run(inbox.take_over, TWO)

    page = await store.read(inbox.load, TWO, 7, 10)

    assert [(update.update_id, update.repeated) for update in page.updates] == [(1, True), (2, True)]


async def test_second_taker_gets_nothing(store: Store, clock: FixedClock) -> None:
    await store.run(inbox.store_batch, sealed(1), ONE)
    clock.advance(timedelta(seconds=30))

    taken = await asyncio.gather(
        *(store.run(inbox.take_over, lease(name, is_alone=False)) for name in ("two", "three", "four"))
    )

    assert sorted(taken) == [[], [], [7]]


def dawdling_take_over(tx: Tx, taken: threading.Event) -> list[int]:
    chats = inbox.take_over(tx, TWO)
    taken.set()
    time.sleep(0.3)
    return chats


@pytest.mark.postgres
@pytest.mark.parametrize("store", ["postgres"], indirect=True)
async def test_taker_that_waited_for_another_gets_nothing(store: Store, clock: FixedClock) -> None:
    await store.run(inbox.store_batch, sealed(1), ONE)
    clock.advance(timedelta(seconds=30))
    taken = threading.Event()
    first = asyncio.create_task(store.run(dawdling_take_over, taken))
    await asyncio.to_thread(taken.wait, 10)

    second = await store.run(inbox.take_over, lease("three", is_alone=False))

    assert (await first, second) == ([7], [])


def close_and_wait(tx: Tx, closed: threading.Event, go_on: threading.Event) -> None:
    inbox.mark_done(tx, 2)
    closed.set()
    assert go_on.wait(20)
    inbox.mark_done(tx, 1)


@pytest.mark.postgres
@pytest.mark.parametrize("store", ["postgres"], indirect=True)
async def test_sign_of_life_neither_waits_nor_deadlocks(store: Store) -> None:
    await store.run(inbox.store_batch, sealed(1, 2, 3), ONE)
    closed, go_on = threading.Event(), threading.Event()
    closing = asyncio.create_task(store.run(close_and_wait, closed, go_on))
    await asyncio.to_thread(closed.wait, 10)
    try:
        renewed = await asyncio.wait_for(store.run(inbox.renew, ONE), 5)
    finally:
        go_on.set()
        await closing

    assert renewed == 2


async def test_renewed_lease_lives_on(store: Store, clock: FixedClock) -> None:
    await store.run(inbox.store_batch, sealed(1), ONE)
    clock.advance(timedelta(seconds=29))
    await store.run(inbox.renew, ONE)
    clock.advance(timedelta(seconds=29))

    assert await store.run(inbox.take_over, TWO) == []


async def test_one_living_lease_protects_all_of_a_worker(store: Store, clock: FixedClock) -> None:
    await store.run(inbox.store_batch, sealed(1), ONE)
    clock.advance(timedelta(seconds=20))
    await store.run(inbox.store_batch, sealed(2), ONE)
    clock.advance(timedelta(seconds=15))

    assert await store.run(inbox.take_over, TWO) == []


async def test_released_updates_are_taken_at_once(store: Store) -> None:
    await store.run(inbox.store_batch, sealed(1), ONE)
    await store.run(inbox.release, "one")

    assert await store.run(inbox.take_over, TWO) == [7]


async def test_lone_process_takes_living_leases(store: Store) -> None:
    await store.run(inbox.store_batch, sealed(1), ONE)

    assert await store.run(inbox.take_over, ALONE) == [7]


async def test_finished_updates_are_not_taken_over(store: Store) -> None:
    await store.run(inbox.store_batch, sealed(1, 2), ONE)
    await store.run(inbox.mark_done, 1)
    await store.run(inbox.set_broken, 2, "KeyError")

    assert await store.run(inbox.take_over, ALONE) == []


async def test_later_update_waits_for_another_workers_earlier(store: Store) -> None:
    await store.run(inbox.store_batch, sealed(1), ONE)
    stored = await store.run(inbox.store_batch, sealed(2), TWO)

    page = await store.read(inbox.load, TWO, 7, 10)

    assert (stored.behind, page.updates, page.is_behind) == (frozenset({7}), (), True)


async def test_earlier_update_goes_before_another_workers_later(store: Store) -> None:
    await store.run(inbox.store_batch, sealed(5), ONE)
    await store.run(inbox.store_batch, sealed(2), TWO)

    page = await store.read(inbox.load, TWO, 7, 10)

    assert ([update.update_id for update in page.updates], page.is_behind) == ([2], False)


async def test_two_workers_keep_one_chats_order(store: Store) -> None:
    served = Recorder()
    slow = Gate(served)
    async with (
        receiving(store, slow, worker="one", is_alone=False) as one,
        receiving(store, served, worker="two", is_alone=False) as two,
    ):
        await one.accept([message(1)])
        await two.accept([message(2), message(3, chat_id=8)])
        await asyncio.sleep(0.3)
        before = served.ids
        slow.opened.set()
        await asyncio.wait_for(two.dispatcher.idle(), 10)

    assert (before, served.ids) == ([3], [3, 1, 2])


async def test_dead_workers_updates_come_before_new_ones(store: Store, clock: FixedClock) -> None:
    await store.run(inbox.store_batch, sealed(1, 2), ONE)
    await store.run(inbox.mark_done, 1)
    served = Recorder()
    async with receiving(store, served, worker="two", is_alone=False, every=0.05) as two:
        await two.accept([message(3)])
        await asyncio.sleep(0.2)
        before = served.ids
        clock.advance(timedelta(seconds=31))
        await asyncio.wait_for(two.dispatcher.idle(), 10)

    assert (before, served.ids) == ([], [2, 3])


async def test_stopped_worker_lets_go_of_its_updates(store: Store) -> None:
    async with receiving(store, Gate(Recorder()), is_alone=False) as receipt:
        await receipt.accept([message(1), message(2)])
        await asyncio.sleep(0.05)

    assert await store.run(inbox.take_over, TWO) == [7]


async def test_updates_lost_sight_of_are_found(store: Store) -> None:
    served = Recorder()
    async with receiving(store, served, every=0.05) as receipt:
        await store.run(inbox.store_batch, sealed(1), lease())
        await asyncio.sleep(0.3)
        await receipt.dispatcher.idle()

    assert served.ids == [1]


def guarded(tx: Tx, meet: Callable[[], object]) -> None:
    meet()
    if inbox.mark_applied(tx, 1):
        add_effect(tx, 1, 7)


def unguarded(tx: Tx, meet: Callable[[], object]) -> None:
    row = tx.one("effect.state", update_id=1)
    meet()
    if row is not None and row["state"] == "waiting":
        add_effect(tx, 1, 7)
        tx.run("effect.force", update_id=1)


@pytest.mark.postgres
@pytest.mark.parametrize("store", ["postgres"], indirect=True)
@pytest.mark.parametrize(("step", "count"), [(guarded, 1), (unguarded, 2)])
async def test_guard_decides_race_of_two_workers(
    store: Store, step: Callable[[Tx, Callable[[], object]], None], count: int
) -> None:
    await store.run(inbox.store_batch, sealed(1), ONE)
    both = threading.Barrier(2, timeout=20)

    await asyncio.gather(store.run(step, both.wait), store.run(step, both.wait))

    assert len(await store.read(effects)) == count


async def test_update_delivered_three_times_is_handled_once(store: Store) -> None:
    served = Recorder()
    async with receiving(store, served) as receipt:
        await receipt.accept([message(1)])
        await take_in(receipt, [message(1), message(1)])
        await take_in(receipt, [message(1)])

    assert served.ids == [1]
