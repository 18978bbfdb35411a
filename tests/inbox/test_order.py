"""One chat's updates in order, chats concurrently, no starvation, bounded memory."""

import asyncio
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.inbox import Dispatcher, QueuedUpdate, WorkerInbox
from bot.inbox.dispatcher import DispatchLimits
from bot.inbox.model import ChatPage
from core.clock import FixedClock
from core.ports import Store
from tests.engines import open_test_store
from tests.inbox.conftest import NOON
from tests.inbox.schema import shared_folders, states
from tests.inbox.tools import (
    BackwardsCipher,
    Gate,
    Recorder,
    finishing,
    lease,
    message,
    receiving,
    take_in,
)


def mixed(chats: int, each: int) -> list[dict[str, object]]:
    return [message(number, chat_id=1 + number % chats) for number in range(1, chats * each + 1)]


async def test_twenty_chats_keep_their_order(store: Store) -> None:
    dice = random.Random(20)
    served = Recorder(delay=lambda: dice.random() * 0.004)
    async with receiving(store, served) as service:
        for start in range(0, 1000, 100):
            await service.accept(mixed(20, 50)[start : start + 100])
        await asyncio.wait_for(service.dispatcher.idle(), 30)

    assert len(served.ids) == 1000
    assert all(served.ids_of(chat) == sorted(served.ids_of(chat)) for chat in range(1, 21))


async def test_all_that_is_handled_is_done(store: Store) -> None:
    async with receiving(store, Recorder()) as service:
        await take_in(service, mixed(5, 20))

        assert Counter((await store.read(states)).values()) == {"done": 100}


async def test_chat_is_never_handled_twice_at_once(quick_store: Store) -> None:
    inside: set[int] = set()
    clashes: list[int] = []

    async def handle(update: QueuedUpdate) -> None:
        chat_id = update.chat_id
        clashes.extend({chat_id} & inside)
        inside.add(chat_id)
        await asyncio.sleep(0.001)
        inside.discard(chat_id)

    async with receiving(quick_store, handle) as service:
        await take_in(service, mixed(3, 40))

    assert clashes == []


async def test_chats_are_handled_concurrently(quick_store: Store) -> None:
    gate = Gate(Recorder())
    async with receiving(quick_store, gate) as service:
        await service.accept(mixed(10, 1))
        await asyncio.sleep(0.05)
        entered = len(gate.entered)
        gate.opened.set()

    assert entered == 10


async def test_no_more_than_granted_are_in_flight(quick_store: Store) -> None:
    gate = Gate(Recorder())
    async with receiving(quick_store, gate, limits=DispatchLimits(in_flight=4)) as service:
        await service.accept(mixed(10, 1))
        await asyncio.sleep(0.05)
        entered = len(gate.entered)
        gate.opened.set()

    assert entered == 4


async def test_spammer_starves_nobody(quick_store: Store) -> None:
    served = Recorder()
    gate = Gate(served)
    spam = [message(number, chat_id=1) for number in range(1, 1001)]
    others = [message(number, chat_id=number) for number in range(2001, 2051)]
    async with receiving(quick_store, gate, limits=DispatchLimits(in_flight=1)) as service:
        await service.accept(spam)
        await service.accept(others)
        gate.opened.set()
        await asyncio.wait_for(service.dispatcher.idle(), 60)

    last_of_others = max(served.ids.index(number) for number in range(2001, 2051))
    spam_before = [number for number in served.ids[:last_of_others] if number <= 1000]
    assert len(spam_before) <= 2
    assert served.ids_of(1) == list(range(1, 1001))


async def test_memory_holds_only_what_is_granted(quick_store: Store) -> None:
    gate = Gate(Recorder())
    async with receiving(quick_store, gate, limits=DispatchLimits(per_chat=10)) as service:
        await service.accept([message(number) for number in range(1, 101)])
        await asyncio.sleep(0.05)
        held = len(service.dispatcher._held)
        gate.opened.set()
        await service.dispatcher.idle()

    assert held <= 11


async def test_flood_of_chats_stays_in_the_inbox(quick_store: Store) -> None:
    served = Recorder()
    gate = Gate(served)
    async with receiving(quick_store, gate, limits=DispatchLimits(in_flight=2, in_memory=20)) as service:
        await service.accept(mixed(200, 1))
        await asyncio.sleep(0.05)
        held = len(service.dispatcher._held)
        gate.opened.set()
        await asyncio.wait_for(service.dispatcher.idle(), 30)

    assert (held <= 22, sorted(served.ids)) == (True, list(range(1, 201)))


async def test_update_that_comes_late_goes_in_its_place(quick_store: Store) -> None:
    served = Recorder()
    gate = Gate(served)
    async with receiving(quick_store, gate) as service:
        await service.accept([message(1), message(5)])
        await service.accept([message(3)])
        await asyncio.sleep(0.02)
        gate.opened.set()
        await asyncio.wait_for(service.dispatcher.idle(), 10)

    assert served.ids == [1, 3, 5]


class SlowInbox(WorkerInbox):
    """An inbox whose results are outdated when they arrive."""

    async def load(self, chat_id: int, count: int) -> ChatPage:
        page = await super().load(chat_id, count)
        await asyncio.sleep(0.05)
        return page


async def test_update_closed_while_inbox_is_read_is_not_repeated(quick_store: Store) -> None:
    served = Recorder()
    inbox = SlowInbox(quick_store, BackwardsCipher(), lease())
    dispatcher = Dispatcher(inbox, finishing(quick_store, served), limits=DispatchLimits(per_chat=1))
    dispatcher.start()
    dispatcher.offer((await inbox.add([message(number) for number in range(1, 6)])).updates)
    await asyncio.wait_for(dispatcher.idle(), 10)
    await dispatcher.drain(0)

    assert served.ids == [1, 2, 3, 4, 5]


async def test_what_was_left_comes_before_new_updates(store: Store) -> None:
    served = Recorder()
    async with receiving(store, Gate(served), worker="before") as service:
        await service.accept([message(number) for number in range(1, 151)])
    async with receiving(store, served, worker="after") as service:
        await take_in(service, [message(number) for number in range(151, 161)])

    assert served.ids == list(range(1, 161))


async def test_what_was_left_is_repeated(store: Store) -> None:
    served = Recorder()
    async with receiving(store, Gate(served), worker="before") as service:
        await service.accept([message(1)])
    async with receiving(store, served, worker="after") as service:
        await take_in(service, [message(2)])

    assert [update.repeated for update in served.handled] == [True, False]


async def test_delivery_says_when_it_was_received(quick_store: Store) -> None:
    served = Recorder()
    async with receiving(quick_store, served) as service:
        await take_in(service, [message(1)])

    assert served.handled[0].received_at == NOON


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(st.lists(st.integers(1, 4), max_size=12), max_size=8),
    per_chat=st.integers(1, 5),
    in_flight=st.integers(1, 4),
    pauses=st.lists(st.sampled_from([0.0, 0.0, 0.001, 0.003]), min_size=8, max_size=8),
)
def test_order_holds_however_little_fits_in_memory(
    tmp_path_factory: pytest.TempPathFactory,
    batches: list[list[int]],
    per_chat: int,
    in_flight: int,
    pauses: list[float],
) -> None:
    served = Recorder(delay=lambda: 0.0005)
    path = tmp_path_factory.mktemp("order")
    sent = asyncio.run(
        _play(path, served, batches, DispatchLimits(per_chat=per_chat, in_flight=in_flight), pauses)
    )

    assert {chat: served.ids_of(chat) for chat in sent} == sent


async def _play(
    path: Path, served: Recorder, batches: list[list[int]], limits: DispatchLimits, pauses: list[float]
) -> dict[int, list[int]]:
    sent: dict[int, list[int]] = {}
    number = 0
    async with (
        open_test_store("sqlite", path, FixedClock(NOON), **shared_folders(), reuses=True) as store,
        receiving(store, served, limits=limits) as service,
    ):
        for batch, pause in zip(batches, pauses, strict=False):
            updates = []
            for chat in batch:
                number += 1
                sent.setdefault(chat, []).append(number)
                updates.append(message(number, chat_id=chat))
            await service.accept(updates)
            await asyncio.sleep(pause)
        await asyncio.wait_for(service.dispatcher.idle(), 20)
    return sent
