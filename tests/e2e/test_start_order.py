"""After an outage updates are received at once; what the last run left is resumed concurrently."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.inbox import Lease, WorkerInbox
from core import bootstrap
from core.bootstrap import Ports
from core.sms.http import HttpGateway
from sandbox import Sandbox
from sandbox.clock import ShiftedClock
from tests import world as world_module
from tests.core.sql import sql
from tests.engines import make_sqlite
from tests.person import Person
from tests.world import (
    MORNING,
    OTHER,
    OWNER,
    PEOPLE,
    TOKEN,
    World,
    agrees,
    clock_at,
    eventually,
    reaches_selection,
    registers,
    running,
    settings_for,
    takes_one,
)

LEFT = 400
AT_ONCE = 1.5
"""Seconds from the start to the first update that is received."""


class Gateway:
    """The sandbox's SMS gateway, which may hang; counts what it is asked to send."""

    def __init__(self, url: str) -> None:
        self._gateway = HttpGateway(url, 5)
        self.seconds = 0.0
        self.begun: list[float] = []

    async def send(self, *, phone: str, code: str, purpose: str) -> None:
        self.begun.append(time.monotonic())
        await asyncio.sleep(self.seconds)
        await self._gateway.send(phone=phone, code=code, purpose=purpose)

    async def remind(self, *, phone: str, text: str, parameters: Mapping[str, str]) -> None:
        await self._gateway.remind(phone=phone, text=text, parameters=parameters)


class Outage:
    """The program, stopped and started again on one database."""

    def __init__(self, sandbox: Sandbox, clock: ShiftedClock, directory: Path) -> None:
        self.sandbox, self.clock = sandbox, clock
        self.gateway = Gateway(sandbox.sms_url)
        self.settings = settings_for(sandbox, directory)
        self._stack = AsyncExitStack()

    @property
    def ports(self) -> Ports:
        return Ports(clock=self.clock, sms=self.gateway)

    async def start(self) -> World:
        return await self._stack.enter_async_context(
            running(self.settings, self.sandbox, self.clock, self.ports)
        )

    async def stop(self) -> None:
        await self._stack.aclose()

    async def stores_what_waits(self) -> None:
        """Store the updates as a worker does that is killed before it has handled any."""
        core = await bootstrap.bootstrap(self.settings, self.ports)
        lease = Lease(worker="killed", span=timedelta(seconds=30), is_alone=True)
        inbox = WorkerInbox(core.store, core.vault, lease)
        async with aiohttp.ClientSession() as session:
            while updates := await self._updates(session, None):
                await inbox.add(updates)
                await self._updates(session, updates[-1]["update_id"] + 1)
        await core.close()

    async def _updates(self, session: aiohttp.ClientSession, offset: int | None) -> list[dict[str, Any]]:
        asked = {"timeout": 0, "limit": 100} | ({} if offset is None else {"offset": offset})
        async with session.post(f"{self.sandbox.base_url}{TOKEN}/getUpdates", json=asked) as answer:
            return list((await answer.json())["result"])


@pytest.fixture
async def outage(tmp_path: Path) -> AsyncIterator[Outage]:
    clock = clock_at(MORNING)
    await make_sqlite(tmp_path)
    async with Sandbox(clock, people=PEOPLE) as sandbox:
        outage = Outage(sandbox, clock, tmp_path)
        yield outage
        await outage.stop()


async def _is_answered(other: Person) -> None:
    begun = time.monotonic()
    await other.say("/help")
    await eventually(lambda: not other.sandbox.world.updates.waiting, AT_ONCE)
    await other.see("预选号牌怎么用", within=2, fresh=True)
    assert time.monotonic() - begun < 2


async def test_others_are_answered_while_one_chat_has_hundreds_of_updates_left(
    outage: Outage, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await outage.start()
    await world.release()
    owner, other = world.person(OWNER), world.person(OTHER)
    await other.say("/start")
    await reaches_selection(owner)
    await owner.press("【随机一次(5)】")  # a screen with a running timer
    await owner.see("本车第")
    await outage.stop()
    for _ in range(LEFT):
        await owner.say("/help")
    await outage.stores_what_waits()
    monkeypatch.setattr(world_module, "UNHURRIED", None)  # one message a second to a chat, as Telegram allows
    world = await outage.start()
    await _is_answered(other)
    rows = await world.store.read(sql, "SELECT count(*) AS n FROM inbox WHERE state = 'waiting'")
    assert rows[0]["n"] > LEFT / 2, "the chat had already been handled: this shows nothing"


async def _queues_code(world: World, owner: Person, number: int) -> None:
    """Ask for a code that is not sent before the program stops."""
    await registers(owner, number)
    await agrees(owner, number)
    await owner.press("【开始选号】")


async def test_codes_left_are_sent_beside_each_other_and_delay_nobody(outage: Outage) -> None:
    world = await outage.start()
    await world.release()
    outage.gateway.seconds = 60.0
    owners = [world.person(OWNER), world.person(OTHER)]
    for number, owner in enumerate(owners):
        await _queues_code(world, owner, number)
    await eventually(lambda: len(outage.gateway.begun) == 2)
    await outage.stop()
    outage.gateway.begun.clear()
    await outage.start()
    await eventually(lambda: len(outage.gateway.begun) == 2)
    await _is_answered(owners[0])
    assert len(outage.gateway.begun) == 2, "a code is sent once"


async def test_reminders_of_an_outage_are_sent_before_reservations_end(outage: Outage) -> None:
    world = await outage.start()
    await world.release()
    first, second = world.person(OWNER), world.person(OTHER)
    await reaches_selection(first)
    await takes_one(first)
    outage.clock.advance(timedelta(days=3))
    await world.service.jobs.tell()
    await first.see("还剩 2 个工作日")  # without a reminder the number would not expire
    await reaches_selection(second, 1)
    await takes_one(second)
    await outage.stop()
    outage.clock.advance(timedelta(days=5))  # a reminder of the second is due, the first's deadline is over
    world = await outage.start()
    await first.see("过期")
    await world.service.jobs.tell()
    await first.settled()
    rows = await world.store.read(
        sql, "SELECT purpose, chat_id FROM notice WHERE state = 'sent' ORDER BY ended_at, notice_id"
    )
    sent = [(row["chat_id"], row["purpose"].partition(":")[0]) for row in rows]
    assert sent.index((OTHER, "reminder")) < sent.index((OWNER, "expired"))
