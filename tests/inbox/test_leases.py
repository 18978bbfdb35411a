"""When a worker takes over another's updates; two workers cannot apply one update twice."""

import asyncio
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Concatenate

import pytest

from bot.inbox import LEASE, Share, WorkerInbox, Workers, mark_applied, mark_done
from bot.inbox.backlog import BacklogLimits
from bot.inbox.store import _Prepared
from core.clock import FixedClock
from core.ports import Store, Tx
from tests.core.sql import sql
from tests.inbox.schema import add_effect, effects
from tests.inbox.test_poller import until
from tests.inbox.tools import (
    FailingStore,
    Gate,
    P,
    Recorder,
    T,
    message,
    messages,
    receiving,
    take_in,
    worker_inbox,
)


@pytest.fixture
def one(store: Store) -> WorkerInbox:
    return worker_inbox(store, "one", is_alone=False)


@pytest.fixture
def two(store: Store) -> WorkerInbox:
    return worker_inbox(store, "two", is_alone=False)


@pytest.fixture
def alone(store: Store) -> WorkerInbox:
    return worker_inbox(store, "two", is_alone=True)


async def test_living_lease_is_respected(one: WorkerInbox, two: WorkerInbox, clock: FixedClock) -> None:
    await one.add(messages(1))
    clock.advance(timedelta(seconds=29))

    assert await two.take_over() == []


async def test_ended_lease_is_taken_over(one: WorkerInbox, two: WorkerInbox, clock: FixedClock) -> None:
    await one.add(messages(1))
    clock.advance(timedelta(seconds=30))

    assert await two.take_over() == [7]


async def test_first_update_that_is_taken_over_is_repeated(
    one: WorkerInbox, two: WorkerInbox, clock: FixedClock
) -> None:
    await one.add(messages(1, 2))
    clock.advance(timedelta(seconds=30))
    await two.take_over()

    page = await two.load(7, 10)

    assert [(update.update_id, update.repeated) for update in page.updates] == [(1, True), (2, False)]


async def test_second_taker_gets_nothing(store: Store, one: WorkerInbox, clock: FixedClock) -> None:
    await one.add(messages(1))
    clock.advance(timedelta(seconds=30))

    others = [worker_inbox(store, name, is_alone=False) for name in ("two", "three", "four")]
    taken = await asyncio.gather(*(other.take_over() for other in others))

    assert sorted(taken) == [[], [], [7]]


def dawdling_take_over(tx: Tx, two: WorkerInbox, taken: threading.Event) -> list[int]:
    chats = two._take_over(tx)
    taken.set()
    time.sleep(0.3)
    return chats


@pytest.mark.postgres
@pytest.mark.parametrize("store", ["postgres"], indirect=True)
async def test_taker_that_waited_for_another_gets_nothing(
    store: Store, one: WorkerInbox, two: WorkerInbox, clock: FixedClock
) -> None:
    await one.add(messages(1))
    clock.advance(timedelta(seconds=30))
    taken = threading.Event()
    first = asyncio.create_task(store.run(dawdling_take_over, two, taken))
    await asyncio.to_thread(taken.wait, 10)

    second = await worker_inbox(store, "three", is_alone=False).take_over()

    assert (await first, second) == ([7], [])


def close_and_wait(tx: Tx, closed: threading.Event, go_on: threading.Event) -> None:
    mark_done(tx, 2)
    tx.one("inbox.was_applied", update_id=2)  # a statement that nobody waits for is sent with the next one
    closed.set()
    assert go_on.wait(20)
    mark_done(tx, 1)


@pytest.mark.postgres
@pytest.mark.parametrize("store", ["postgres"], indirect=True)
async def test_heartbeat_neither_waits_nor_deadlocks(store: Store, one: WorkerInbox) -> None:
    await one.add(messages(1, 2, 3))
    closed, go_on = threading.Event(), threading.Event()
    closing = asyncio.create_task(store.run(close_and_wait, closed, go_on))
    await asyncio.to_thread(closed.wait, 10)
    try:
        renewed = await asyncio.wait_for(store.run(one._renew), 5)
    finally:
        go_on.set()
        await closing

    assert renewed == 2


async def test_renewed_lease_lives_on(one: WorkerInbox, two: WorkerInbox, clock: FixedClock) -> None:
    await one.add(messages(1))
    clock.advance(timedelta(seconds=29))
    await one.renew()
    clock.advance(timedelta(seconds=29))

    assert await two.take_over() == []


async def test_one_living_lease_protects_all_of_a_worker(
    one: WorkerInbox, two: WorkerInbox, clock: FixedClock
) -> None:
    await one.add(messages(1))
    clock.advance(timedelta(seconds=20))
    await one.add(messages(2))
    clock.advance(timedelta(seconds=15))

    assert await two.take_over() == []


async def test_released_updates_are_taken_at_once(one: WorkerInbox, two: WorkerInbox) -> None:
    await one.add(messages(1))
    await one.give_up_leases()

    assert await two.take_over() == [7]


async def test_lone_process_takes_living_leases(one: WorkerInbox, alone: WorkerInbox) -> None:
    await one.add(messages(1))

    assert await alone.take_over() == [7]


async def test_finished_updates_are_not_taken_over(
    store: Store, one: WorkerInbox, alone: WorkerInbox
) -> None:
    await one.add(messages(1, 2))
    await store.run(mark_done, 1)
    await one.dead_letter(2, KeyError())

    assert await alone.take_over() == []


async def test_update_is_handed_to_the_holder_of_the_chat(one: WorkerInbox, two: WorkerInbox) -> None:
    await one.add(messages(1))
    stored = await two.add(messages(2, 5))
    await two.add(messages(3))

    page = await one.load(7, 10)

    assert (stored.handed, stored.updates) == ({"one": frozenset({7})}, ())
    assert [update.update_id for update in page.updates] == [1, 2, 3, 5]


async def test_dead_holder_does_not_live_longer_by_what_it_is_handed(
    one: WorkerInbox, two: WorkerInbox, clock: FixedClock
) -> None:
    await one.add(messages(1))
    clock.advance(timedelta(seconds=29))
    await two.add(messages(2))
    clock.advance(timedelta(seconds=1))

    assert await two.take_over() == [7]
    assert [update.update_id for update in (await two.load(7, 10)).updates] == [1, 2]


async def test_update_left_with_a_dead_worker_comes_before_later_ones(
    store: Store, one: WorkerInbox, two: WorkerInbox
) -> None:
    """Another worker has handed it over in the very moment in which the rest was taken over."""
    await two.add(messages(2))
    await store.run(one._is_new, _row(1), None)
    stored = await two.add(messages(3))

    page = await two.load(7, 10)

    assert (stored.unfinished, page.updates, page.is_behind) == ({7: frozenset({1, 2})}, (), True)


async def test_flood_is_counted_where_it_waits(one: WorkerInbox, two: WorkerInbox) -> None:
    await one.add(messages(1, 2))
    stored = await two.add(messages(3, 4), limits=BacklogLimits(typed=3))

    assert stored.dropped == {4}
    assert [update.update_id for update in (await one.load(7, 10)).updates] == [1, 2, 3]


def _row(update_id: int) -> _Prepared:
    return _Prepared(raw=message(update_id), chat_id=7, body=b"!")


async def test_two_workers_keep_one_chats_order(store: Store) -> None:
    served = Recorder()
    slow = Gate(served, only=7)
    async with (
        receiving(store, slow, worker="one", is_alone=False, every=0.05) as first,
        receiving(store, served, worker="two", is_alone=False, every=0.05) as second,
    ):
        await first.accept([message(1)])
        await second.accept([message(2), message(3, chat_id=8)])
        await second.accept([message(4)])
        await until(lambda: served.ids == [3])
        slow.opened.set()
        await until(lambda: len(served.ids) == 4)

    assert served.ids == [3, 1, 2, 4]


async def test_chats_are_shared_out_among_the_living(store: Store, clock: FixedClock) -> None:
    workers = [Workers(store, name, is_alone=False) for name in ("one", "two")]
    for worker in (*workers, workers[0]):
        await worker.beat()
    stored = await worker_inbox(store, "one", is_alone=False).add([message(1, 8), message(2, 9)])

    assert [worker.share for worker in workers] == [Share(place=0, count=2), Share(place=1, count=2)]
    assert ([update.chat_id for update in stored.updates], stored.handed) == ([8], {"two": frozenset({9})})

    clock.advance(LEASE)
    await workers[0].beat()

    assert workers[0].share == Share()


async def test_one_leads_until_its_lease_has_expired(store: Store, clock: FixedClock) -> None:
    one, two = (Workers(store, name, is_alone=False) for name in ("one", "two"))
    await one.beat()
    await two.beat()
    assert (one.leads, two.leads) == (True, False)

    clock.advance(LEASE)
    await two.beat()
    await one.beat()

    assert (one.leads, two.leads) == (False, True)


class _SlowOnce(FailingStore):
    """A store whose next transaction begins late: after those that come meanwhile."""

    def __init__(self, inner: Store) -> None:
        super().__init__(inner)
        self.is_slow = False
        self.begun = asyncio.Event()

    async def run(self, function: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        if self.is_slow:
            self.is_slow = False
            self.begun.set()
            return await asyncio.shield(self._late(function, *args, **kwargs))
        return await super().run(function, *args, **kwargs)

    async def _late(
        self, function: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        await asyncio.sleep(0.2)
        return await super().run(function, *args, **kwargs)


async def test_heartbeat_under_way_brings_no_worker_back_that_leaves(store: Store) -> None:
    """Or updates would be handed to it until its lease ends."""
    slow = _SlowOnce(store)
    leaving = Workers(slow, "one", is_alone=False, lease=timedelta(seconds=0.9))
    await leaving.start()
    slow.is_slow = True
    await slow.begun.wait()
    await leaving.leave()
    await asyncio.sleep(0.3)
    await Workers(store, "two", is_alone=False).beat()

    assert [row["name"] for row in await store.read(sql, "SELECT name FROM worker")] == ["two"]


async def test_dead_worker_is_succeeded_at_once(store: Store, one: WorkerInbox, two: WorkerInbox) -> None:
    former, other = (Workers(store, name, is_alone=False) for name in ("one", "two"))
    await former.beat()
    await one.add(messages(1))
    await other.bury("one")
    await other.beat()

    assert (other.leads, other.share, await two.take_over()) == (True, Share(), [7])


async def test_work_runs_only_while_leading(store: Store, clock: FixedClock) -> None:
    one, two = (Workers(store, name, is_alone=False) for name in ("one", "two"))
    running: set[str] = set()

    async def work(name: str) -> None:
        running.add(name)
        try:
            await asyncio.sleep(60)
        finally:
            running.discard(name)

    await one.beat()
    tasks = [asyncio.ensure_future(w.while_leading(partial(work, w.name))) for w in (one, two)]
    await until(lambda: running == {"one"})
    clock.advance(LEASE)
    await two.beat()
    await one.beat()
    await until(lambda: running == {"two"})
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert not running


async def test_dead_workers_updates_come_before_new_ones(
    store: Store, one: WorkerInbox, clock: FixedClock
) -> None:
    await one.add(messages(1, 2))
    await store.run(mark_done, 1)
    served = Recorder()
    async with receiving(store, served, worker="two", is_alone=False, every=0.05) as service:
        await service.accept([message(3)])
        await asyncio.sleep(0.2)
        before = served.ids
        clock.advance(timedelta(seconds=31))
        await until(lambda: len(served.ids) == 2)

    assert (before, served.ids) == ([], [2, 3])


async def test_stopped_worker_lets_go_of_its_updates(store: Store, two: WorkerInbox) -> None:
    async with receiving(store, Gate(Recorder()), is_alone=False) as service:
        await service.accept([message(1), message(2)])
        await asyncio.sleep(0.05)

    assert await two.take_over() == [7]


async def test_updates_that_were_not_handed_on_are_found(store: Store) -> None:
    served = Recorder()
    async with receiving(store, served, every=0.05) as service:
        await worker_inbox(store).add(messages(1))
        await asyncio.sleep(0.3)
        await service.dispatcher.idle()

    assert served.ids == [1]


def guarded(tx: Tx, meet: Callable[[], object]) -> None:
    meet()
    if mark_applied(tx, 1):
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
    store: Store, one: WorkerInbox, step: Callable[[Tx, Callable[[], object]], None], count: int
) -> None:
    await one.add(messages(1))
    both = threading.Barrier(2, timeout=20)

    await asyncio.gather(store.run(step, both.wait), store.run(step, both.wait))

    assert len(await store.read(effects)) == count


async def test_update_delivered_three_times_is_handled_once(store: Store) -> None:
    served = Recorder()
    async with receiving(store, served) as service:
        await service.accept([message(1)])
        await take_in(service, [message(1), message(1)])
        await take_in(service, [message(1)])

    assert served.ids == [1]
