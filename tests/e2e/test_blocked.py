"""An owner who blocks the bot, and messenger failures: what comes back, and what does not."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from core.preselection.quotas import remaining_quota
from tests import factories
from tests.core.sql import sql
from tests.e2e.selecting import numbers, opens_pool, owners, stands_before_step_5, told
from tests.person import Person
from tests.world import World, eventually, open_world


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[World]:
    """The program without its scheduler: a test ticks when it wants to."""
    async with open_world("sqlite", tmp_path, people=owners(1)) as world:
        await eventually(lambda: world.service.jobs._scheduler.running)
        world.service.jobs.stop()
        await opens_pool(world)
        yield world


async def left(world: World) -> int:
    """Return the batches that are left, after everything that has ended was settled."""
    await world.store.run(world.core.cleanup.settle_unsent)
    return (await world.store.read(remaining_quota, world.core.offices["粤K"], factories.vin(1))).batches


async def draws_and_blocks(world: World, owner: Person) -> None:
    """Press for a batch and block the bot at once, so that showing it is answered by 403."""
    owner.press_raw(owner.button("【随机一次(5)】").data, owner.last)
    owner.block()
    handled = "SELECT 1 FROM draw WHERE NOT EXISTS (SELECT 1 FROM inbox WHERE state <> 'done')"
    async with asyncio.timeout(15):
        while not await world.store.read(sql, handled):  # noqa: ASYNC110 - a test looks again
            await asyncio.sleep(0.01)


async def exported_draws(owner: Person) -> list[dict[str, Any]]:
    known = sum(shown.document is not None for shown in owner.history)
    await owner.say("/export")

    def came() -> bool:
        return sum(shown.document is not None for shown in owner.history) > known + 1

    await eventually(came)
    files = [shown for shown in owner.history if shown.document is not None][known:]
    one = next(shown for shown in files if str(shown.body["document"]["file_name"]).endswith(".json"))
    draws: list[dict[str, Any]] = json.loads(owner.read_file(str(one.document)))["draws"]
    return draws


async def test_batch_of_an_owner_who_blocks_the_bot_stays_charged(place: World) -> None:
    owner = await stands_before_step_5(place, 1)
    await draws_and_blocks(place, owner)
    owner.unblock()
    await owner.say("/preselect")
    shown = await owner.see("本车第")
    assert len(numbers(shown)) == 10
    place.forward(minutes=5)
    assert await left(place) == 4
    assert await place.store.read(sql, "SELECT count(*) AS n FROM audit WHERE action = 'returned_batch'") == [
        {"n": 0}
    ]


async def test_blocked_batch_that_has_ended_is_charged_too(place: World) -> None:
    owner = await stands_before_step_5(place, 1)
    await draws_and_blocks(place, owner)
    place.forward(minutes=5)
    owner.unblock()
    assert await left(place) == 4


async def test_numbers_that_were_not_shown_are_in_no_file_and_on_no_screen(place: World) -> None:
    """The messenger fails until the batch has ended: its numbers stay unseen, and the chance comes back."""
    owner = await stands_before_step_5(place, 1)
    place.sandbox.faults.error("editMessageMedia", times=100)
    place.sandbox.faults.error("sendPhoto", times=100)
    owner.press_raw(owner.button("【随机一次(5)】").data, owner.last)
    await eventually(lambda: len(place.sandbox.faults.waiting) == 2 and _was_drawn(place))
    place.forward(minutes=5)
    place.sandbox.faults.clear()
    drawn = await place.store.read(sql, "SELECT numbers, sent_at FROM draw")
    assert [row["sent_at"] for row in drawn] == [None]
    await owner.say("/preselect")  # before the tick that gives the chance back
    await owner.settled(within=15)
    assert await left(place) == 5
    (record,) = await exported_draws(owner)
    assert record["numbers"] is None
    numbers = json.loads(drawn[0]["numbers"])
    assert not [number for number in numbers for words in told(owner) if number in words]


def _was_drawn(world: World) -> bool:
    return any(fault.times < 100 for fault in world.sandbox.faults.waiting)


async def test_shown_numbers_are_in_the_file(place: World) -> None:
    owner = await stands_before_step_5(place, 1)
    await owner.press("【随机一次(5)】")
    await owner.see("本车第")
    await owner.settled()
    (record,) = await exported_draws(owner)
    assert len(record["numbers"]) == 10


async def test_batch_first_shown_by_a_redraw_counts_as_shown(place: World) -> None:
    owner = await stands_before_step_5(place, 1)
    await owner.press("【随机一次(5)】")
    await owner.see("本车第")
    await owner.settled()
    await place.store.run(sql, "UPDATE draw SET sent_at = NULL")  # as if killed before it
    await place.service.jobs._engine.redraw(owner.me.chat_id)
    place.forward(minutes=5)
    assert await left(place) == 4
