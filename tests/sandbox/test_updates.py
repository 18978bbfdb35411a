import asyncio
from datetime import timedelta

import pytest

from sandbox import Sandbox
from sandbox.clock import ShiftedClock
from tests.person import Person
from tests.sandbox.conftest import OWNER, Client, until

OTHER_POLLER = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)


async def waiting_poll(
    client: Client, sandbox: Sandbox, offset: int = 0
) -> "asyncio.Task[dict[str, object]]":
    """Start a long poll and return once it waits."""
    poll = asyncio.create_task(client.call("getUpdates", timeout=30, offset=offset))
    await until(lambda: sandbox.world.updates._poller is not None)
    return poll


async def test_a_long_poll_ends_with_the_update(client: Client, sandbox: Sandbox, person: Person) -> None:
    poll = await waiting_poll(client, sandbox)
    await person.say("号")
    answer = await asyncio.wait_for(poll, 2)
    assert [update["message"]["text"] for update in answer["result"]] == ["号"]  # type: ignore[attr-defined]


async def test_updates_stay_until_confirmed_by_offset(client: Client, person: Person) -> None:
    for text in ("一", "二", "三"):
        await person.say(text)
    first = await client.ok("getUpdates")
    again = await client.ok("getUpdates", offset=first[0]["update_id"])
    rest = await client.ok("getUpdates", offset=first[1]["update_id"] + 1)
    assert (len(first), len(again)) == (3, 3)
    assert [update["message"]["text"] for update in rest] == ["三"]


async def test_the_same_offset_at_once_gives_one(client: Client, person: Person) -> None:
    for text in ("一", "二"):
        await person.say(text)
    counts = [len(await client.ok("getUpdates", offset=0)) for _ in range(2)]
    assert counts == [2, 1]


async def test_a_negative_offset_keeps_the_last(client: Client, person: Person) -> None:
    for text in ("一", "二", "三"):
        await person.say(text)
    [last] = await client.ok("getUpdates", offset=-1)
    assert last["message"]["text"] == "三"


@pytest.mark.parametrize(("limit", "count"), [(0, 1), (1, 1), (100, 100), (500, 100)])
async def test_a_batch_holds_at_most_100(client: Client, person: Person, limit: int, count: int) -> None:
    for number in range(120):
        await person.say(str(number))
    assert len(await client.ok("getUpdates", limit=limit)) == count


async def test_the_second_poller_ends_the_first(client: Client, sandbox: Sandbox, person: Person) -> None:
    first = await waiting_poll(client, sandbox)
    second = asyncio.create_task(client.call("getUpdates", timeout=30, offset=0))
    assert (await asyncio.wait_for(first, 2))["description"] == OTHER_POLLER
    await person.say("号")
    assert (await asyncio.wait_for(second, 2))["ok"]


async def test_kinds_not_asked_for_do_not_come(client: Client, person: Person) -> None:
    await client.ok("getUpdates", allowed_updates=["callback_query"])
    await person.say("号")
    query = person.press_raw("x", 1)
    [update] = await client.ok("getUpdates", offset=1)
    assert update["callback_query"]["id"] == query.query_id


async def test_blocking_is_told_as_membership(client: Client, started: Person) -> None:
    started.block()
    started.unblock()
    changes = [update["my_chat_member"] for update in await client.ok("getUpdates", offset=1)]
    assert [change["new_chat_member"]["status"] for change in changes] == ["kicked", "member"]


async def test_presses_are_lost_after_150_seconds(
    client: Client, started: Person, clock: ShiftedClock
) -> None:
    started.press_raw("x", 1)
    await started.say("号")
    clock.advance(timedelta(seconds=151))
    [update] = await client.ok("getUpdates", offset=1)
    assert update["message"]["text"] == "号"


async def test_messages_are_lost_after_a_day(client: Client, person: Person, clock: ShiftedClock) -> None:
    await person.say("号")
    clock.advance(timedelta(hours=24, seconds=1))
    assert await client.ok("getUpdates") == []


async def test_ids_rise_over_a_restart() -> None:
    ids = []
    for _ in range(2):
        async with Sandbox() as sandbox:
            await Person(sandbox, OWNER).say("号")
            ids.append(sandbox.world.updates.waiting[0].update_id)
            await asyncio.sleep(0.002)
    assert ids[0] < ids[1]


async def test_a_press_of_a_gone_message_is_inaccessible(client: Client, started: Person) -> None:
    started.press_raw("x", 99)
    [update] = await client.ok("getUpdates", offset=1)
    assert update["callback_query"]["message"] == {
        "chat": started.me.chat(),
        "message_id": 99,
        "date": 0,
    }


async def test_stopping_ends_long_polls_at_once(client: Client, sandbox: Sandbox) -> None:
    poll = await waiting_poll(client, sandbox)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await sandbox.stop()
    assert loop.time() - began < 1
    await asyncio.wait([poll], timeout=1)
    assert poll.done()
    poll.exception()
