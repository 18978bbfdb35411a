"""The lock of a chat, as used by jobs that redraw a screen."""

import asyncio
from datetime import timedelta

import pytest

from bot.inbox import Dispatcher, QueuedUpdate, ReceiptClosedError, RetryPolicy
from core.ports import Store
from tests.inbox.tools import HASTY, Gate, Recorder, message, receiving, take_in, worker_inbox


async def note(dispatcher: Dispatcher, chat_id: int, told: list[str], name: str = "job") -> None:
    async with dispatcher.lock(chat_id):
        told.append(name)


async def test_free_chat_is_locked_at_once(quick_store: Store) -> None:
    told: list[str] = []
    async with receiving(quick_store, Recorder()) as service:
        await asyncio.wait_for(note(service.dispatcher, 7, told), 1)

    assert told == ["job"]


async def test_job_waits_for_updates_that_were_there_before(quick_store: Store) -> None:
    served = Recorder()
    gate = Gate(served)
    told: list[str] = []
    async with receiving(quick_store, gate) as service:
        await service.accept([message(1), message(2)])
        await asyncio.sleep(0.02)
        job = asyncio.create_task(note(service.dispatcher, 7, told))
        await asyncio.sleep(0.02)
        before = list(told)
        gate.opened.set()
        await asyncio.wait_for(job, 5)
        served_then = len(served.ids)

    assert (before, served_then) == ([], 2)


async def test_waiting_updates_are_reported_until_they_are_handled_or_paused(quick_store: Store) -> None:
    gate = Gate(Recorder())
    async with receiving(quick_store, gate) as service:
        dispatcher = service.dispatcher
        await service.accept([message(1)])
        await asyncio.sleep(0.02)
        handling = dispatcher.has_waiting(7)
        gate.opened.set()
        await asyncio.wait_for(dispatcher.idle(), 5)
        handled = dispatcher.has_waiting(7)
        async with dispatcher.lock(7):
            locked = dispatcher.has_waiting(7)
            await service.accept([message(2)])
            behind = dispatcher.has_waiting(7)

    assert (handling, handled, locked, behind) == (True, False, False, True)


async def test_updates_that_wait_for_a_pause_to_end_are_not_reported(quick_store: Store) -> None:
    async def fail(_update: QueuedUpdate) -> None:
        raise ValueError

    async with receiving(quick_store, fail) as service:
        service.dispatcher._retry = RetryPolicy(first_delay=timedelta(minutes=1))
        await service.accept([message(1)])
        await asyncio.sleep(0.05)
        assert not service.dispatcher.has_waiting(7)
        assert service.dispatcher._queues[7].updates


async def test_updates_wait_for_the_job_before_them(quick_store: Store) -> None:
    served = Recorder()
    async with receiving(quick_store, served) as service:
        async with service.dispatcher.lock(7):
            await service.accept([message(1), message(2, chat_id=8)])
            await asyncio.sleep(0.05)
            meanwhile = list(served.ids)
        await asyncio.wait_for(service.dispatcher.idle(), 5)

    assert (meanwhile, served.ids) == ([2], [2, 1])


async def test_later_update_does_not_overtake_the_job(quick_store: Store) -> None:
    told: list[str] = []

    async def handle(update: QueuedUpdate) -> None:
        await asyncio.sleep(0.01)
        told.append(str(update.update_id))

    async with receiving(quick_store, handle) as service:
        await service.accept([message(1), message(2)])
        job = asyncio.create_task(note(service.dispatcher, 7, told))
        await asyncio.sleep(0)
        await take_in(service, [message(3)])
        await job

    assert told == ["1", "2", "job", "3"]


async def test_jobs_of_one_chat_follow_each_other(quick_store: Store) -> None:
    told: list[str] = []
    async with receiving(quick_store, Recorder()) as service:
        names = [str(number) for number in range(20)]
        await asyncio.gather(*(note(service.dispatcher, 7, told, name) for name in names))

    assert told == names


async def test_handler_holds_its_own_chat_already(quick_store: Store) -> None:
    told: list[str] = []

    async def handle(update: QueuedUpdate) -> None:
        await note(service.dispatcher, update.chat_id, told)

    async with receiving(quick_store, handle) as service:
        await take_in(service, [message(1), message(2)])

    assert told == ["job", "job"]


async def test_handler_may_not_lock_another_chat(quick_store: Store) -> None:
    refused: list[type[Exception]] = []

    async def handle(_update: QueuedUpdate) -> None:
        try:
            await note(service.dispatcher, 99, [])
        except RuntimeError as error:
            refused.append(type(error))

    async with receiving(quick_store, handle) as service:
        await take_in(service, [message(1)])

    assert refused == [RuntimeError]


async def test_task_of_a_handler_may_lock_another_chat(quick_store: Store) -> None:
    told: list[str] = []
    tasks: list[asyncio.Task[None]] = []

    async def handle(_update: QueuedUpdate) -> None:
        tasks.append(asyncio.create_task(note(service.dispatcher, 99, told)))

    async with receiving(quick_store, handle) as service:
        await take_in(service, [message(1)])
        await asyncio.gather(*tasks)

    assert told == ["job"]


async def test_job_passes_a_chat_that_rests_after_failure(quick_store: Store) -> None:
    told: list[str] = []
    served = Recorder()
    served.errors[1] = KeyError()
    inbox = worker_inbox(quick_store)
    calm = type(HASTY)()
    dispatcher = Dispatcher(inbox, served, retry=calm)
    dispatcher.start()
    dispatcher.offer((await inbox.add([message(1)])).updates)
    await asyncio.sleep(0.05)
    await asyncio.wait_for(note(dispatcher, 7, told), 0.2)
    await dispatcher.drain(0)

    assert told == ["job"]


async def test_cancelled_job_holds_nothing_up(quick_store: Store) -> None:
    served = Recorder()
    async with receiving(quick_store, served) as service:
        async with service.dispatcher.lock(7):
            job = asyncio.create_task(note(service.dispatcher, 7, []))
            await asyncio.sleep(0)
            job.cancel()
        await asyncio.gather(job, return_exceptions=True)
        await take_in(service, [message(1)])

    assert served.ids == [1]


async def test_job_cancelled_when_promised_holds_nothing_up(quick_store: Store) -> None:
    served = Recorder()
    async with receiving(quick_store, served) as service:
        async with service.dispatcher.lock(7):
            job = asyncio.create_task(note(service.dispatcher, 7, []))
            await asyncio.sleep(0)
        job.cancel()
        await asyncio.gather(job, return_exceptions=True)
        await take_in(service, [message(1)])

    assert served.ids == [1]


async def test_failed_job_gives_its_turn_back(quick_store: Store) -> None:
    served = Recorder()
    async with receiving(quick_store, served) as service:
        with pytest.raises(KeyError):
            async with service.dispatcher.lock(7):
                raise KeyError
        await take_in(service, [message(1)])

    assert served.ids == [1]


async def test_waiting_job_is_sent_away_at_the_end(quick_store: Store) -> None:
    async with receiving(quick_store, Gate(Recorder())) as service:
        await service.accept([message(1)])
        await asyncio.sleep(0.02)
        job = asyncio.create_task(note(service.dispatcher, 7, []))
        await asyncio.sleep(0.02)

    with pytest.raises(ReceiptClosedError):
        await job


async def test_no_lock_is_granted_after_the_end(quick_store: Store) -> None:
    async with receiving(quick_store, Recorder()) as service:
        pass

    with pytest.raises(ReceiptClosedError):
        await note(service.dispatcher, 7, [])
