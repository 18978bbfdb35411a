"""Notifications over real HTTP with faults: the sandbox refuses, breaks, drops and blocks.

The scheduler ticks as in the real program; the tests tick too, so as not to wait for it.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from sandbox import PersonSpec
from tests.lifecycle.harness import all_of, chat_of, local, reserve
from tests.person import Person
from tests.world import CHIEF, World, open_world

DUE = local("2026-03-12", 9, 1)
PEOPLE = (
    PersonSpec(chat_id=chat_of(1), last_name="陈", first_name="晓东", phone="+8613800138001"),
    PersonSpec(chat_id=CHIEF, last_name="王", first_name="主任", phone="+8613800138003", role="admin"),
)


class Morning:
    """A minute before the first reminder of a number is due, and its owner."""

    def __init__(self, world: World, owner: Person) -> None:
        self.world = world
        self.owner = owner
        self.faults = world.sandbox.faults

    async def comes(self, until: datetime = DUE) -> None:
        """Advance to the due time; what is due is sent, or fails."""
        self.world.clock.advance(until - self.world.clock.now())
        await self._tell()

    async def passes(self, **span: float) -> None:
        """Let time pass."""
        self.world.forward(**span)
        await self._tell()

    async def _tell(self) -> None:
        """Send what is due, and wait for sends that the scheduler has already started."""
        await self.world.service.jobs.tell()
        async with asyncio.timeout(5):
            while "sending" in await self._states():  # noqa: ASYNC110 - a test looks again
                await asyncio.sleep(0.01)

    async def _states(self) -> list[str]:
        rows = await self.world.store.run(all_of, "notices.of_subject", subject="preselection:1")
        return [row["state"] for row in rows]

    @property
    def reminders(self) -> int:
        """Return how many reminders the owner has got."""
        return sum("还剩 3 个工作日" in shown.words for shown in self.owner.history)

    async def state(self) -> str:
        return (await self._states())[0]


@pytest.fixture
async def morning(tmp_path: Path) -> AsyncIterator[Morning]:
    """The whole program on SQLite; a number was selected on Tuesday, the reminder is due on Thursday."""
    async with open_world("sqlite", tmp_path, people=PEOPLE) as world:
        await world.release()
        owner = world.person(chat_of(1))
        await owner.say("/start")
        await owner.see("机动车号牌预选")
        await world.store.run(reserve, world.core, 1)
        yield Morning(world, owner)


async def test_reminder_waits_out_a_429(morning: Morning) -> None:
    morning.faults.too_many("sendMessage", retry_after=1)
    await morning.comes()
    assert morning.reminders == 1
    assert await morning.state() == "sent"


@pytest.mark.parametrize("status", [500, 502])
async def test_reminder_comes_again_after_a_broken_server(morning: Morning, status: int) -> None:
    morning.faults.error("sendMessage", status=status)
    await morning.comes()
    assert (morning.reminders, await morning.state()) == (0, "waiting")
    await morning.passes(seconds=31)
    assert morning.reminders == 1


async def test_reminder_cut_off_before_it_arrived_comes_once(morning: Morning) -> None:
    morning.faults.drop("sendMessage", after_effect=False)
    await morning.comes()
    await morning.passes(seconds=31)
    assert morning.reminders == 1


async def test_reminder_cut_off_after_it_arrived_comes_twice(morning: Morning) -> None:
    morning.faults.drop("sendMessage", after_effect=True)
    await morning.comes()
    await morning.passes(seconds=31)
    assert morning.reminders == 2


async def test_blocked_owner_is_shown_to_chiefs_until_they_write(morning: Morning) -> None:
    morning.owner.block()
    await morning.comes()
    assert await morning.state() == "failed"
    chief = morning.world.person(CHIEF)
    await chief.say("/start")
    shown = await chief.see("无法联系", "1 人")
    assert "通知发送失败" not in shown.words  # an SMS goes instead
    morning.owner.unblock()
    await morning.owner.say("/mine")
    await morning.owner.see("A0001")
    await chief.say("/start")
    shown = await chief.see("新车上牌前", fresh=True)
    assert "无法联系" not in shown.words


async def test_owner_who_let_us_in_again_is_reminded_next_time(morning: Morning) -> None:
    morning.owner.block()
    await morning.comes()
    morning.owner.unblock()
    await morning.comes(local("2026-03-16", 9, 1))
    await morning.owner.see("还剩 1 个工作日")


async def test_given_up_notice_is_shown_to_chiefs(morning: Morning) -> None:
    await morning.comes()
    await morning.comes(local("2026-03-16", 9, 1))
    morning.faults.error("sendMessage", times=1000)
    await morning.comes(local("2026-03-17", 16, 59, 40))  # the next attempt would come after the deadline
    morning.faults.clear()
    chief = morning.world.person(CHIEF)
    await chief.say("/start")
    await chief.see("通知发送失败 1 条", "/desk")
    await chief.say("/desk")
    await chief.see("通知发送失败 1", fresh=True)
    await chief.press("粤K·A0001")
    await chief.press("已处理")
    await chief.see("已记为处理完毕")
    await chief.say("/start")
    shown = await chief.see("新车上牌前", fresh=True)
    assert "通知发送失败" not in shown.words


async def test_trouble_is_not_shown_to_owners(morning: Morning) -> None:
    morning.owner.block()
    await morning.comes()
    morning.owner.unblock()
    await morning.owner.say("/start")
    shown = await morning.owner.see("机动车号牌预选")
    assert "通知发送失败" not in shown.words
