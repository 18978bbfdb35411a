"""What one chat sends faster than it can be answered is dropped, remembered, and said once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.inbox import Dispatcher, InboxService
from bot.inbox.backlog import BacklogLimits, FloodNotices, excess
from bot.inbox.dispatcher import DispatchLimits, Handle
from bot.inbox.service import InboxHooks
from core.ports import Store
from tests.factories import identity
from tests.inbox.schema import states
from tests.inbox.tools import HASTY, Gate, Recorder, finishing, message, worker_inbox
from tests.world import OTHER, OWNER, open_world

LIMITS = BacklogLimits(typed=3, presses=5)


def press(update_id: int, chat_id: int = 7) -> dict[str, Any]:
    under = {"message_id": 1, "chat": {"id": chat_id, "type": "private"}}
    return {"update_id": update_id, "callback_query": {"id": str(update_id), "message": under}}


@asynccontextmanager
async def bounded(
    store: Store, handle: Handle, limits: DispatchLimits | None = None, deleted: list[int] | None = None
) -> AsyncIterator[tuple[InboxService, list[int]]]:
    """Run an inbox with limits; yield it with the chats that were told; collect the deleted messages."""
    told: list[int] = []

    async def tell(chat_id: int) -> None:
        told.append(chat_id)

    async def delete(_chat_id: int, message_id: int) -> None:
        if deleted is not None:
            deleted.append(message_id)

    inbox = worker_inbox(store)
    dispatcher = Dispatcher(inbox, finishing(store, handle), retry=HASTY, limits=limits)
    service = InboxService(
        inbox,
        dispatcher,
        heartbeat=timedelta(seconds=10),
        backlog=LIMITS,
        hooks=InboxHooks(on_dropped=tell, on_personal=delete),
    )
    await service.start()
    try:
        yield service, told
    finally:
        await service.stop(limit=0.1)


async def flooded(
    store: Store, updates: list[dict[str, Any]], *, at_once: bool = True
) -> tuple[list[int], list[int]]:
    """Deliver updates while the first one of each chat is being handled; return what was served and told."""
    served = Recorder()
    gate = Gate(served)
    async with bounded(store, gate) as (service, told):
        for batch in [updates] if at_once else [[update] for update in updates]:
            await service.accept(batch)
            await asyncio.sleep(0.01)
        gate.opened.set()
        await asyncio.wait_for(service.dispatcher.idle(), 10)
        await asyncio.sleep(0.01)
    return served.ids, told


async def test_first_messages_are_kept_and_the_rest_dropped(store: Store) -> None:
    """The one in hand does not wait."""
    ids, told = await flooded(store, [message(number) for number in range(1, 31)], at_once=False)

    assert (ids, told) == ([1, 2, 3, 4], [7])
    assert set((await store.read(states)).values()) == {"done"}


async def test_one_batch_is_bounded_as_well(quick_store: Store) -> None:
    ids, told = await flooded(quick_store, [message(number) for number in range(1, 101)])

    assert (ids, told) == ([1, 2, 3], [7])


async def test_other_chats_are_not_concerned(quick_store: Store) -> None:
    flood = [message(number) for number in range(1, 31)]
    ids, told = await flooded(quick_store, [*flood, *(message(n, chat_id=n) for n in range(31, 61))])

    assert (sorted(ids), told) == ([1, 2, 3, *range(31, 61)], [7])


async def test_presses_have_a_limit_of_their_own(quick_store: Store) -> None:
    ids, told = await flooded(quick_store, [press(number) for number in range(1, 31)])

    assert (ids, told) == ([1, 2, 3, 4, 5], [7])


async def test_press_behind_a_few_messages_is_kept(quick_store: Store) -> None:
    ids, told = await flooded(quick_store, [message(1), message(2), message(3), press(4)])

    assert (ids, told) == ([1, 2, 3, 4], [])


async def test_membership_is_never_dropped(quick_store: Store) -> None:
    change = {"update_id": 99, "my_chat_member": {"chat": {"id": 7, "type": "private"}}}
    ids, _ = await flooded(quick_store, [*(message(number) for number in range(1, 31)), change])

    assert ids == [1, 2, 3, 99]


async def test_dropped_update_is_recognised_when_it_comes_again(quick_store: Store) -> None:
    updates = [message(number) for number in range(1, 11)]
    served = Recorder()
    async with bounded(quick_store, served) as (service, _):
        for _again in range(3):
            await service.accept(updates)
            await asyncio.wait_for(service.dispatcher.idle(), 10)

    assert served.ids == [1, 2, 3]


async def test_message_after_a_restart_is_kept(quick_store: Store) -> None:
    """What an earlier process has left is loaded when the chat's turn comes; it is not taken for a flood."""
    await worker_inbox(quick_store, "before").add([message(1), message(2)])
    served = Recorder()
    async with bounded(quick_store, served) as (service, told):
        await service.accept([message(3)])
        await asyncio.wait_for(service.dispatcher.idle(), 10)

    assert (served.ids, told) == ([1, 2, 3], [])


async def test_limit_holds_when_memory_is_full(quick_store: Store) -> None:
    """Then everything stays in the inbox, and is counted all the same."""
    served = Recorder()
    gate = Gate(served)
    limits = DispatchLimits(in_flight=1, in_memory=1)
    async with bounded(quick_store, gate, limits) as (service, _):
        await service.accept([message(1, chat_id=8), message(2, chat_id=9)])
        for number in range(3, 31):
            await service.accept([message(number)])
        gate.opened.set()
        await asyncio.wait_for(service.dispatcher.idle(), 10)

    assert sorted(served.ids) == [1, 2, 3, 4, 5]


async def test_dropped_update_takes_no_room(quick_store: Store) -> None:
    await flooded(quick_store, [message(number, text="x" * 4000) for number in range(1, 101)])

    rows = await quick_store.read(lambda tx: tx.all("effect.inbox"))
    assert (len(rows), [row["body"] for row in rows if row["body"]]) == (100, [])


async def test_group_is_not_told(quick_store: Store) -> None:
    _, told = await flooded(quick_store, [message(number, chat_id=-7) for number in range(1, 31)])

    assert told == []


def test_what_waits_already_counts() -> None:
    batch = [(7, message(number)) for number in range(1, 4)]

    assert excess(batch, lambda _chat: 2, LIMITS) == {2, 3}


def with_contents(update_id: int, kind: str = "message", **contents: object) -> dict[str, Any]:
    update = message(update_id, text="")
    update["message"] |= contents
    return {"update_id": update_id, kind: update["message"]}


async def test_what_may_be_personal_is_deleted_of_what_was_dropped(quick_store: Store) -> None:
    """The first three are kept, and are their handler's business."""
    flood = [message(number, text=identity(number)) for number in range(1, 5)]
    flood += [
        with_contents(5, contact={"phone_number": "13000000000", "first_name": "甲"}),
        with_contents(6, photo=[{"file_id": "a"}]),
        with_contents(7, document={"file_id": "a"}),
        with_contents(8, caption=f"证件 {identity(8)}"),
        with_contents(9, "edited_message", text=identity(9)),
        with_contents(10, text="粤K12345"),
        message(11, chat_id=-7, text=identity(11)),
        with_contents(12, text=identity(12), chat={"id": 7, "type": "group"}),
        with_contents(13, voice={"file_id": "a"}),
        with_contents(14, video={"file_id": "a"}),
    ]
    deleted: list[int] = []
    async with bounded(quick_store, Recorder(), deleted=deleted) as (service, _):
        await service.accept(flood)

    assert deleted == [4, 5, 6, 7, 8, 9, 13, 14]


async def test_dropped_message_is_deleted_if_it_is_delivered_again(quick_store: Store) -> None:
    """The process may have died in between. What was kept is not deleted, though it exceeds the limit now."""
    flood = [message(number, text=identity(number)) for number in range(1, 6)]
    deleted: list[int] = []
    gate = Gate(Recorder())
    async with bounded(quick_store, gate, deleted=deleted) as (service, _):
        await service.accept(flood)
        deleted.clear()
        await service.accept(flood)

    assert deleted == [4, 5]


async def test_second_flood_is_told_as_well(quick_store: Store) -> None:
    async with bounded(quick_store, Recorder()) as (service, told):
        for begin in (0, 100):
            await service.accept([message(begin + number) for number in range(1, 31)])
            async with asyncio.timeout(5):
                while len(told) <= begin // 100:  # noqa: ASYNC110 - a test looks again
                    await asyncio.sleep(0.01)

    assert told == [7, 7]


async def test_flood_without_an_end_is_told_meanwhile(quick_store: Store) -> None:
    told: list[int] = []

    async def tell(chat_id: int) -> None:
        told.append(chat_id)

    class Turns:
        @asynccontextmanager
        async def lock(self, _chat_id: int) -> AsyncIterator[None]:
            yield

        def waiting(self, _chat_id: int) -> int:
            return 20

    notices = FloodNotices(Turns(), tell, longest=0.5)
    notice = notices.begin(7)
    assert notice is not None
    assert notices.begin(7) is None
    await asyncio.wait_for(notice, 5)
    assert told == [7]


async def test_no_identity_stays_in_the_chat(tmp_path: Path) -> None:
    """Forty messages with an identity number each at once; the last one is edited during the flood."""
    async with open_world("sqlite", tmp_path) as world:
        owner = world.person(OWNER)
        await owner.say("/start")
        await owner.settled()
        for number in range(40):
            await owner.say(f"身份证 {identity(number)}")
        mine = [shown for shown in owner.history if not shown.from_bot]
        await owner.edit(mine[-1], f"改为 {identity(41)}")
        await owner.see("您发送得太快", within=30)
        async with asyncio.timeout(60):
            while any("身份证" in shown.words or "改为" in shown.words for shown in owner.history):  # noqa: ASYNC110
                await asyncio.sleep(0.1)


async def test_flood_in_the_whole_program(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An owner sends two hundred messages: told once, usable soon; nobody else notices anything."""
    async with open_world("sqlite", tmp_path) as world:
        owner, other = world.person(OWNER), world.person(OTHER)
        for number in range(200):
            await owner.say(f"消息{number}")
        await other.say("/help")
        await other.see("/preselect")
        await owner.see("您发送得太快", within=20)
        await asyncio.wait_for(world.service.dispatcher.idle(), 20)
        await owner.settled()
        assert "您发送得太快" in owner.last.words  # below every answer
        told = [shown for shown in owner.history if "您发送得太快" in shown.words]
        assert len(told) == 1
        await owner.say("/help")
        await owner.see("/preselect", fresh=True, within=5)
    assert caplog.text.count("a chat sends faster") == 1
    assert "消息" not in caplog.text
