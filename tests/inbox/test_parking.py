"""A chat that waits keeps its turn but not its slot: slow chats hold up nobody else."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from typing import Any

import pytest
from telegram.error import RetryAfter

from bot.bot_api import rate_limits
from bot.bot_api.parking import Slots, leave, occupy, parked, parked_if_slow
from bot.bot_api.rate_limits import Limiter
from bot.inbox import InboxService, QueuedUpdate
from bot.inbox.dispatcher import DispatchLimits
from core.ports import Store
from tests.inbox.schema import states
from tests.inbox.tools import Gate, Recorder, message, receiving
from tests.world import eventually

HONEST = range(1, 9)


class Messenger:
    """Sends a message per update through the real limiter; some chats are refused for half a minute."""

    def __init__(self, refused: Callable[[int], bool] = lambda _chat: False) -> None:
        self.limiter = Limiter()
        self.took: dict[int, list[float]] = {}  # seconds from the update to its answer, by chat
        self.said_at: dict[int, float] = {}  # by update id
        self._refused = refused

    async def __call__(self, update: QueuedUpdate) -> None:
        chat_id = update.chat_id
        await self.limiter.process_request(
            self._send, (chat_id,), {}, "sendMessage", {"chat_id": chat_id}, None
        )
        took = time.monotonic() - self.said_at[update.update_id]
        self.took.setdefault(chat_id, []).append(took)

    async def _send(self, chat_id: int) -> bool:
        await asyncio.sleep(0.005)
        if self._refused(chat_id):
            raise RetryAfter(30)
        return True


async def walk(service: InboxService, messenger: Messenger, seconds: float, flood: dict[int, float]) -> None:
    """Let chats write at their own pace, in seconds between two messages, for a while."""
    number = 0

    async def writes(chat_id: int, pace: float) -> None:
        nonlocal number
        await asyncio.sleep(pace * (chat_id % 10) / 10)
        while True:
            number += 1
            messenger.said_at[number] = time.monotonic()
            await service.accept([message(number, chat_id=chat_id)])
            await asyncio.sleep(pace)

    tasks = [asyncio.ensure_future(writes(chat, pace)) for chat, pace in flood.items()]
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def p95(messenger: Messenger) -> float:
    """Return the honest chats' 95th percentile; they must have been answered at all."""
    took = sorted(one for chat in HONEST for one in messenger.took.get(chat, []))
    assert len(took) >= len(HONEST)
    return took[int(len(took) * 0.95)]


@asynccontextmanager
async def not_parked() -> AsyncIterator[None]:
    """Wait without giving the slot back."""
    yield


async def test_chats_that_are_told_to_wait_hold_up_nobody(quick_store: Store) -> None:
    messenger = Messenger(lambda chat: chat > 100)
    async with receiving(quick_store, messenger) as service:
        await walk(service, messenger, 4, dict.fromkeys(range(101, 141), 0.5) | dict.fromkeys(HONEST, 1.2))

    assert p95(messenger) < 1


async def test_without_parking_they_stop_everybody(
    quick_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    monkeypatch.setattr(rate_limits, "parked", not_parked)
    messenger = Messenger(lambda chat: chat > 100)
    async with receiving(quick_store, messenger) as service:
        await service.accept([message(number, chat_id=number) for number in range(101, 141)])
        await asyncio.sleep(0.5)
        messenger.said_at = dict.fromkeys(HONEST, time.monotonic())
        await service.accept([message(number, chat_id=number) for number in HONEST])
        await asyncio.sleep(2)

        assert not messenger.took


async def test_three_hundred_chats_above_their_allowance_hold_up_nobody(quick_store: Store) -> None:
    """Others are answered while most of what these have sent still waits for its turn."""
    messenger, slow, each = Messenger(), range(101, 401), 6
    sent = [message(number, chat_id=chat) for number, chat in enumerate([*slow] * each, start=1)]
    messenger.said_at = dict.fromkeys(range(1, len(sent) + len(HONEST) + 1), 0.0)
    async with receiving(quick_store, messenger) as service:
        await service.accept(sent)
        await eventually(lambda: len(messenger.took) == len(slow), within=30)  # each has used its allowance
        await service.accept([message(len(sent) + number, chat_id=number) for number in HONEST])
        await eventually(lambda: all(chat in messenger.took for chat in HONEST), within=30)
        answered = sum(len(messenger.took[chat]) for chat in slow)

    assert len(slow) <= answered < len(sent) / 2


async def test_parked_chat_keeps_its_turn(quick_store: Store) -> None:
    inside: list[int] = []
    go_on = asyncio.Event()

    async def handle(update: QueuedUpdate) -> None:
        inside.append(update.update_id)
        async with parked():
            await go_on.wait()

    async with receiving(quick_store, handle) as service:
        await service.accept([message(1), message(2), message(3, chat_id=8)])
        await asyncio.sleep(0.05)
        before = list(inside)
        go_on.set()
        await asyncio.wait_for(service.dispatcher.idle(), 5)

    assert (before, sorted(inside)) == ([1, 3], [1, 2, 3])


async def test_parked_handlers_are_bounded(quick_store: Store) -> None:
    gate = Gate(Recorder())

    async def handle(update: QueuedUpdate) -> None:
        async with parked():
            await gate(update)

    limits = DispatchLimits(in_flight=2, parked=5)
    async with receiving(quick_store, handle, limits=limits) as service:
        await service.accept([message(number, chat_id=number) for number in range(1, 21)])
        await asyncio.sleep(0.1)
        entered = len(gate.entered)
        gate.opened.set()
        await asyncio.wait_for(service.dispatcher.idle(), 5)

    assert entered == 7


async def test_stop_ends_parked_handlers_and_keeps_their_updates(quick_store: Store) -> None:
    async def handle(_update: QueuedUpdate) -> None:
        async with parked():
            await asyncio.Event().wait()

    async with receiving(quick_store, handle) as service:
        await service.accept([message(number, chat_id=number) for number in range(1, 101)])
        await asyncio.sleep(0.1)
        began = time.monotonic()
    stopped_within = time.monotonic() - began

    assert stopped_within < 1
    assert set((await quick_store.read(states)).values()) == {"waiting"}


async def run_in_slot(slots: Slots, work: Callable[[], Awaitable[Any]]) -> Any:
    """Run work as a handler does."""
    await slots.take()
    slot = occupy(slots)
    try:
        return await work()
    finally:
        slot.end()


async def test_who_comes_back_waits_for_a_slot_and_goes_first() -> None:
    slots = Slots(1, 10)
    order: list[str] = []
    gate, busy = asyncio.Event(), asyncio.Event()

    async def parks() -> None:
        async with parked():
            await gate.wait()
        order.append("back")

    async def holds() -> None:
        await busy.wait()
        order.append("held")

    async def starts() -> None:
        order.append("new")

    work = [asyncio.ensure_future(run_in_slot(slots, one)) for one in (parks, holds, starts)]
    await asyncio.sleep(0.01)
    gate.set()
    await asyncio.sleep(0.01)
    busy.set()
    await asyncio.gather(*work)

    assert order == ["held", "back", "new"]


async def test_slots_are_complete_after_every_kind_of_end() -> None:
    """Errors, cancellations and several waits of one handler neither lose a slot nor make one."""
    slots = Slots(2, 10)

    async def waits(seconds: float) -> None:
        async with parked():
            await asyncio.sleep(seconds)

    async def twice() -> None:
        await asyncio.gather(waits(0.01), waits(0.02))

    async def fails() -> None:
        async with parked():
            raise KeyError

    async def is_slow() -> None:
        async with parked_if_slow(0.005):
            await asyncio.sleep(0.02)

    async def leaves_a_task() -> "asyncio.Task[None]":
        return asyncio.ensure_future(outlives())

    async def outlives() -> None:
        leave()
        await waits(0.03)

    tasks = [
        asyncio.ensure_future(run_in_slot(slots, work))
        for work in (twice, fails, is_slow, leaves_a_task, lambda: waits(5), twice, is_slow) * 3
    ]
    await asyncio.sleep(0.15)
    for task in tasks:
        task.cancel()
    left = await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.gather(*(one for one in left if isinstance(one, asyncio.Task)))

    assert (slots._free, slots.parked) == (2, 0)


@pytest.mark.parametrize("wait", [parked, partial(parked_if_slow, 0)], ids=["parked", "parked if slow"])
async def test_who_catches_an_error_of_a_wait_goes_on_in_a_slot(
    wait: Callable[[], AbstractAsyncContextManager[None]],
) -> None:
    """It may send something: an answer that says what has failed."""
    slots = Slots(1, 10)

    async def catches() -> tuple[int, int]:
        with suppress(KeyError):
            async with wait():
                await asyncio.sleep(0.01)
                raise KeyError
        return slots.free, slots.parked

    assert await run_in_slot(slots, catches) == (0, 0)


async def test_quick_call_is_not_parked() -> None:
    slots = Slots(1, 10)

    async def quick() -> int:
        async with parked_if_slow(5):
            return slots.parked

    assert await run_in_slot(slots, quick) == 0
