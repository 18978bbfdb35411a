"""A failed update is retried without blocking others, and finally becomes a dead letter."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TimedOut

from bot.bot_api.parking import parked
from bot.inbox import DeadLetter, QueuedUpdate, RetryPolicy, UnreadableUpdateError
from bot.inbox.dispatcher import DispatchLimits
from bot.inbox.retry import is_outage, trace
from core.errors.store import QueryError, StoreConstraintError, StoreUnavailable
from core.ports import Store, Tx
from tests.factories import IDENTITY
from tests.inbox.conftest import NOON
from tests.inbox.schema import effects, states
from tests.inbox.tools import (
    FailingStore,
    Gate,
    Recorder,
    applying,
    message,
    receiving,
    take_in,
    worker_inbox,
)

SECRET = "粤K12345 of somebody"


async def test_failed_update_is_tried_again(store: Store) -> None:
    served = Recorder()
    served.failures[1] = [KeyError(), KeyError()]
    async with receiving(store, served) as service:
        await take_in(service, [message(1)])

    assert [update.repeated for update in served.handled] == [True]


async def test_update_is_a_dead_letter_after_five_tries(store: Store) -> None:
    served = Recorder()
    served.errors[1] = KeyError(SECRET)
    async with receiving(store, served, recorder=served) as service:
        await take_in(service, [message(1)])

    assert served.dead_letters == [
        DeadLetter(update_id=1, chat_id=7, received_at=NOON, tries=5, error="KeyError")
    ]
    assert await store.read(states) == {1: "broken"}


async def test_dead_letter_names_the_message_that_may_be_personal(quick_store: Store) -> None:
    """Without its text, so that the message can be deleted from the chat."""
    served = Recorder()
    served.errors = {1: KeyError(), 2: KeyError()}
    async with receiving(quick_store, served, recorder=served) as service:
        await take_in(service, [message(1, text=IDENTITY), message(2)])

    assert [letter.personal_message for letter in served.dead_letters] == [1, None]


async def test_photo_over_which_processes_died_is_named(quick_store: Store) -> None:
    photo = message(1)
    photo["message"]["photo"] = [{"file_id": "a"}]
    await worker_inbox(quick_store, "before").add([photo])
    await quick_store.run(lambda tx: tx.run("inbox.begun", update_id=1, begun=3))
    served = Recorder()
    async with receiving(quick_store, served, recorder=served) as service:
        await asyncio.wait_for(service.dispatcher.idle(), 5)

    assert [(one.error, one.personal_message) for one in served.dead_letters] == [("ProcessDiedError", 1)]


def _set_begun(tx: Tx, *, update_id: int, begun: int) -> None:
    tx.run("inbox.begun", update_id=update_id, begun=begun)


@pytest.mark.parametrize("in_memory", [5000, 1])
async def test_deaths_are_not_counted_for_others_once_the_cause_is_found(
    store: Store, in_memory: int
) -> None:
    """Both in the table and in memory; the one in hand is counted again if the process dies over it."""
    before = worker_inbox(store, "before")
    await before.add([message(number, chat_id=number) for number in range(1, 5)] + [message(5, chat_id=2)])
    for update_id, begun in ((1, 3), (2, 2), (3, 2), (4, 1), (5, 2)):
        await store.run(partial(_set_begun, update_id=update_id, begun=begun))
    served = Recorder()
    gate = Gate(served)
    limits = DispatchLimits(in_flight=1, in_memory=in_memory)
    async with receiving(store, gate, recorder=served, limits=limits) as service:
        async with asyncio.timeout(5):
            while not gate.entered:  # noqa: ASYNC110 - a test looks again
                await asyncio.sleep(0.01)
        rows = await store.read(lambda tx: tx.all("effect.inbox"))
        gate.opened.set()
        await asyncio.wait_for(service.dispatcher.idle(), 5)

    left = {row["update_id"]: row["begun"] for row in rows[1:]}
    assert left == {2: 1, 3: 0, 4: 0, 5: 0}
    assert [letter.update_id for letter in served.dead_letters] == [1]
    assert [update.crashes for update in served.handled] == [0, 0, 0, 0]


async def test_applied_update_is_told_apart_when_dead_letter(store: Store) -> None:
    served = Recorder()
    apply = applying(store)

    async def unshown(update: QueuedUpdate) -> None:
        await apply(update)
        raise KeyError

    async with receiving(store, unshown, recorder=served) as service:
        await take_in(service, [message(1)])

    assert [one.applied for one in served.dead_letters] == [True]
    assert len(await store.read(effects)) == 1


async def test_poison_does_not_block_others(store: Store) -> None:
    served = Recorder()
    served.errors[1] = KeyError()
    async with receiving(store, served) as service:
        await take_in(service, [message(1), message(2, chat_id=8), message(3, chat_id=9)])

    assert sorted(served.ids) == [2, 3]


async def test_chat_goes_on_after_its_poison(store: Store) -> None:
    served = Recorder()
    served.errors[2] = KeyError()
    async with receiving(store, served) as service:
        await take_in(service, [message(1), message(2), message(3)])

    assert served.ids == [1, 3]


async def test_chat_waits_for_its_failed_update(quick_store: Store) -> None:
    served = Recorder()
    served.failures[1] = [KeyError(), KeyError(), KeyError()]
    async with receiving(quick_store, served) as service:
        await take_in(service, [message(1), message(2)])

    assert served.ids == [1, 2]


async def test_unreadable_update_is_a_dead_letter_at_once(quick_store: Store) -> None:
    served = Recorder()
    served.errors[1] = UnreadableUpdateError()
    async with receiving(quick_store, served, recorder=served) as service:
        await take_in(service, [message(1)])

    assert [(letter.tries, letter.error) for letter in served.dead_letters] == [(1, "UnreadableUpdateError")]


async def test_spoilt_body_is_a_dead_letter_at_once(quick_store: Store) -> None:
    served = Recorder()
    async with receiving(quick_store, Gate(served), worker="before") as service:
        await service.accept([message(1), message(2)])
    await quick_store.run(lambda tx: tx.run("effect.spoil", update_id=1))
    async with receiving(quick_store, served, worker="after", recorder=served) as service:
        await asyncio.wait_for(service.dispatcher.idle(), 10)

    assert (served.ids, [letter.update_id for letter in served.dead_letters]) == ([2], [1])


async def test_outage_does_not_use_up_tries(quick_store: Store) -> None:
    served = Recorder()
    served.failures[1] = [TimedOut()] * 12
    async with receiving(quick_store, served, recorder=served) as service:
        await take_in(service, [message(1)])

    assert (served.ids, served.dead_letters) == ([1], [])


async def test_handler_that_never_ends_counts_as_failed(quick_store: Store) -> None:
    served = Recorder()
    stuck = Gate(served, only=7)
    async with receiving(
        quick_store, stuck, recorder=served, limits=DispatchLimits(handler_seconds=0.1)
    ) as service:
        await take_in(service, [message(1), message(2, chat_id=8)])

    assert (served.ids, [letter.error for letter in served.dead_letters]) == ([2], ["HandlerTimedOutError"])


async def test_handler_that_waits_too_long_now_and_then_is_no_dead_letter(quick_store: Store) -> None:
    """The pauses of one call may together last longer than a handler may: that is no fault of the update."""
    served = Recorder()
    slow = iter([True] * 12)

    async def handle(update: QueuedUpdate) -> None:
        if next(slow, False):
            async with parked():
                await asyncio.sleep(60)
        await served(update)

    limits = DispatchLimits(handler_seconds=0.02)
    async with receiving(quick_store, handle, recorder=served, limits=limits) as service:
        await take_in(service, [message(1)])

    assert (served.ids, served.dead_letters) == ([1], [])


async def test_time_out_inside_a_handler_uses_up_tries(quick_store: Store) -> None:
    served = Recorder()
    served.failures[1] = [TimeoutError()] * 12
    async with receiving(quick_store, served, recorder=served) as service:
        await take_in(service, [message(1)])

    assert [(letter.tries, letter.error) for letter in served.dead_letters] == [(5, "TimeoutError")]


async def test_cancellation_inside_a_handler_is_a_failure(quick_store: Store) -> None:
    served = Recorder()

    async def handle(update: QueuedUpdate) -> None:
        if update.update_id == 1:
            raise asyncio.CancelledError
        await served(update)

    async with receiving(quick_store, handle, recorder=served, limits=DispatchLimits(in_flight=1)) as service:
        await take_in(service, [message(1), message(2)])

    assert (served.ids, [letter.error for letter in served.dead_letters]) == ([2], ["CancelledError"])


async def test_admins_that_cannot_be_told_hold_nothing_up(quick_store: Store) -> None:
    class Unreachable(Recorder):
        async def on_dead_letter(self, letter: DeadLetter) -> None:  # noqa: ARG002 - the port
            raise Forbidden("blocked")

    served = Unreachable()
    served.errors[1] = KeyError()
    async with receiving(quick_store, served, recorder=served) as service:
        await take_in(service, [message(1), message(2)])

    assert served.ids == [2]


async def test_log_names_error_but_not_its_words(
    quick_store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    served = Recorder()
    served.errors[1] = KeyError(SECRET)
    async with receiving(quick_store, served) as service:
        await take_in(service, [message(1, text=SECRET)])

    assert "KeyError" in caplog.text
    assert SECRET not in caplog.text


async def test_database_down_between_store_and_done_loses_nothing(store: Store) -> None:
    shaky = FailingStore(store)
    served = Recorder()
    gate = Gate(served)
    async with receiving(shaky, gate) as service:
        await service.accept([message(1), message(2)])
        await asyncio.sleep(0.02)
        shaky.is_down = True
        gate.opened.set()
        await asyncio.sleep(0.1)
        shaky.is_down = False
        await asyncio.wait_for(service.dispatcher.idle(), 10)

    assert (sorted(set(served.ids)), await store.read(states)) == ([1, 2], {1: "done", 2: "done"})


async def test_database_down_during_steps_loses_nothing(store: Store) -> None:
    shaky = FailingStore(store)
    async with receiving(shaky, applying(shaky)) as service:
        shaky.is_down = False
        await service.accept([message(number, chat_id=number % 3) for number in range(1, 31)])
        shaky.is_down = True
        await asyncio.sleep(0.1)
        shaky.is_down = False
        await asyncio.wait_for(service.dispatcher.idle(), 20)

    assert shaky.refused > 0
    assert sorted(update_id for _, update_id in await store.read(effects)) == list(range(1, 31))


async def test_dead_letter_is_stored_when_the_database_is_back(quick_store: Store) -> None:
    shaky = FailingStore(quick_store)
    served = Recorder()
    served.errors[1] = UnreadableUpdateError()
    async with receiving(shaky, served, recorder=served) as service:
        await service.accept([message(1)])
        shaky.is_down = True
        await asyncio.sleep(0.05)
        shaky.is_down = False
        await asyncio.wait_for(service.dispatcher.idle(), 10)

    assert len(served.dead_letters) == 1


@pytest.mark.parametrize("error", [TimedOut(), NetworkError("x"), RetryAfter(3), StoreUnavailable()])
def test_outage_is_not_the_updates_fault(error: Exception) -> None:
    assert is_outage(error)


@pytest.mark.parametrize(
    "error",
    [BadRequest("x"), Forbidden("x"), KeyError(), QueryError("a.b", "x"), StoreConstraintError("a", "b")],
)
def test_refusal_is_no_outage(error: Exception) -> None:
    assert not is_outage(error)


def test_delays_grow_up_to_the_longest() -> None:
    calm = replace(RetryPolicy(), jitter=lambda: 1.0)

    assert [calm.delay(tries) for tries in (1, 2, 3, 8, 9, 5000)] == [0.5, 1.0, 2.0, 60.0, 60.0, 60.0]


def test_delay_is_at_least_what_the_messenger_asks() -> None:
    assert RetryPolicy(jitter=lambda: 0.0).delay(1, RetryAfter(timedelta(seconds=17))) == 17.0


def test_trace_of_outage_is_its_class_alone() -> None:
    assert trace(TimedOut()) == "TimedOut"
