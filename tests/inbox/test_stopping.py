"""Stopping: calls in flight get a grace period, the rest stays in the inbox."""

import asyncio
import time

import pytest

from bot.inbox import Dispatcher, ReceiptClosedError
from core.ports import Store
from tests.inbox.schema import states
from tests.inbox.tools import Gate, Recorder, message, receiving, worker_inbox


async def test_update_in_flight_may_end(quick_store: Store) -> None:
    served = Recorder(delay=lambda: 0.1)
    async with receiving(quick_store, served) as service:
        await service.accept([message(1), message(2)])
        await asyncio.sleep(0.02)
        await service.stop(limit=1.5)

    assert (served.ids, await quick_store.read(states)) == ([1], {1: "done", 2: "waiting"})


async def test_stuck_handler_does_not_hold_up_the_end(quick_store: Store) -> None:
    async with receiving(quick_store, Gate(Recorder())) as service:
        await service.accept([message(number, chat_id=number) for number in range(1, 50)])
        await asyncio.sleep(0.05)
        began = time.monotonic()
        await service.stop(limit=0.3)
        took = time.monotonic() - began

    assert took < 1.5
    assert set((await quick_store.read(states)).values()) == {"waiting"}


async def test_nothing_is_taken_in_after_the_end(quick_store: Store) -> None:
    async with receiving(quick_store, Recorder()) as service:
        await service.stop()

        with pytest.raises(ReceiptClosedError):
            await service.accept([message(1)])


async def test_cancelled_acceptance_is_finished_all_the_same(quick_store: Store) -> None:
    served = Recorder()
    async with receiving(quick_store, served) as service:
        task = asyncio.create_task(service.accept([message(1)]))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(0.1)
        await service.dispatcher.idle()

    assert served.ids == [1]


async def test_handlers_end_when_the_loop_is_torn_down(quick_store: Store) -> None:
    gate = Gate(Recorder())
    async with receiving(quick_store, gate) as service:
        await service.accept([message(1)])
        await asyncio.sleep(0.02)
        turns = list(service.dispatcher._turns)
        for turn in turns:
            turn.cancel()
        ended = await asyncio.wait_for(asyncio.gather(*turns, return_exceptions=True), 2)

    assert {type(outcome) for outcome in ended} == {asyncio.CancelledError}


async def test_update_that_was_not_marked_done_is_handled_again(quick_store: Store) -> None:
    served = Recorder()
    inbox = worker_inbox(quick_store)
    dispatcher = Dispatcher(inbox, served)
    dispatcher.start()
    dispatcher.offer((await inbox.add([message(1)])).updates)
    await asyncio.wait_for(dispatcher.idle(), 5)
    dispatcher.resume_idle(await inbox.renew())
    await asyncio.wait_for(dispatcher.idle(), 5)
    await dispatcher.drain(0)

    assert served.ids == [1, 1]


async def test_update_without_id_is_dropped_with_a_word(
    quick_store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    served = Recorder()
    async with receiving(quick_store, served) as service:
        await service.accept([{"message": {}}, message(1)])
        await service.dispatcher.idle()

    assert served.ids == [1]
    assert "1 updates without a usable id" in caplog.text
