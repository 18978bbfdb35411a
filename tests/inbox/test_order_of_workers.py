"""One chat's order beside other workers, which store its updates before this worker hears of them.

A webhook is called with the next update as soon as one is stored, by whichever worker. So this worker may be
called while it does not know yet what it has been given before.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.inbox import LEASE, InboxService, Workers
from bot.inbox.dispatcher import Dispatcher
from bot.inbox.model import ChatPage
from bot.inbox.store import WorkerInbox
from core.clock import FixedClock
from core.ports import Store
from tests.inbox.tools import (
    BackwardsCipher,
    Gate,
    Recorder,
    finishing,
    lease,
    message,
    messages,
    receiving,
    take_in,
    worker_inbox,
)


async def handed_over(store: Store, clock: FixedClock) -> None:
    """Another worker has stored updates for this one, and its notification is still on the way."""
    await Workers(store, "one", is_alone=False).beat()
    stored = await worker_inbox(store, "two", is_alone=False).add(messages(1, 2))
    assert stored.handed == {"one": {7}}


async def taken_over(store: Store, clock: FixedClock) -> None:
    """This worker has taken over updates of a dead one, and the transaction has just been committed."""
    await worker_inbox(store, "two", is_alone=False).add(messages(1, 2))
    clock.advance(2 * LEASE)
    assert await worker_inbox(store, "one", is_alone=False).take_over() == [7]


async def being_stored(store: Store, clock: FixedClock) -> None:
    """This worker was called before, its transaction has just been committed, and the call came again."""
    await worker_inbox(store, "one", is_alone=False).add(messages(1, 2))


@pytest.mark.parametrize("given", [handed_over, taken_over, being_stored])
async def test_what_this_worker_does_not_know_of_yet_comes_first(
    store: Store, clock: FixedClock, given: Callable[[Store, FixedClock], Awaitable[None]]
) -> None:
    served = Recorder()
    async with receiving(store, served, worker="one", is_alone=False) as service:
        await given(store, clock)
        await take_in(service, messages(3))

    assert served.ids == [1, 2, 3]


async def test_it_comes_first_also_while_an_earlier_one_is_handled(store: Store) -> None:
    served = Recorder()
    gate = Gate(served)
    async with receiving(store, gate, worker="one", is_alone=False) as service:
        await service.accept(messages(1))
        await worker_inbox(store, "two", is_alone=False).add(messages(2))
        await service.accept(messages(3))
        gate.opened.set()
        async with asyncio.timeout(20):
            await service.dispatcher.idle()

    assert served.ids == [1, 2, 3]


async def test_message_that_a_press_has_overtaken_is_handled_before_what_comes_later(store: Store) -> None:
    """The messenger sends presses beside messages, and repeats what was not answered with 200."""
    served = Recorder()
    await Workers(store, "one", is_alone=False).beat()
    async with receiving(store, served, worker="one", is_alone=False) as service:
        await take_in(service, messages(2))
        await worker_inbox(store, "two", is_alone=False).add(messages(4))
        await take_in(service, messages(1, 5))

    assert served.ids == [2, 1, 4, 5]


class PausedInbox(WorkerInbox):
    """An inbox whose first page is held back after it was read."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, BackwardsCipher(), lease("one", is_alone=False))
        self.was_read, self.go_on = asyncio.Event(), asyncio.Event()

    async def load(self, chat_id: int, count: int) -> ChatPage:
        page = await super().load(chat_id, count)
        self.was_read.set()
        await self.go_on.wait()
        return page


@pytest.mark.parametrize("is_told", [False, True], ids=["received", "handed over"])
async def test_what_comes_while_the_inbox_is_read_goes_in_its_place(store: Store, *, is_told: bool) -> None:
    served = Recorder()
    inbox = PausedInbox(store)
    service = InboxService(
        inbox, Dispatcher(inbox, finishing(store, served)), heartbeat=timedelta(seconds=10)
    )
    await inbox.add(messages(2, 3))
    await service.start()
    try:
        service.dispatcher.resume([7])
        await inbox.was_read.wait()
        if is_told:
            await worker_inbox(store, "two", is_alone=False).add(messages(1))
            service.dispatcher.resume([7])
        else:
            await service.accept([message(1)])
        inbox.go_on.set()
        async with asyncio.timeout(20):
            await service.dispatcher.idle()
    finally:
        await service.stop(limit=0.1)

    assert served.ids == [1, 2, 3]
