"""Deadlines through the whole program: an outage, a blocked chat, a gateway that fails, a decreed holiday."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.bootstrap import Ports
from core.clock import CHINA
from core.people import ban_list
from core.people.ban_list import BanFilter
from core.ports import Tx
from core.preselection import Preselection, from_row
from core.registry import imports
from core.registry.lookup import RegistryVehicle
from core.values.plates import PlateKind
from sandbox import Sandbox
from sandbox.clock import ShiftedClock
from tests import factories
from tests.engines import make_sqlite
from tests.person import Person
from tests.world import (
    CHIEF,
    MORNING,
    OTHER,
    OWNER,
    PEOPLE,
    World,
    clock_at,
    composes,
    reaches_selection,
    running,
    settings_for,
)

OWNERS = (OWNER, OTHER)


class Machine:
    """A machine on which the program can be stopped and started again, with other settings."""

    def __init__(self, sandbox: Sandbox, clock: ShiftedClock, directory: Path) -> None:
        self.sandbox = sandbox
        self.clock = clock
        self._directory = directory

    @asynccontextmanager
    async def runs(self, **tables: Any) -> AsyncIterator[World]:
        settings = settings_for(self.sandbox, self._directory, **tables)
        async with running(settings, self.sandbox, self.clock, Ports(clock=self.clock)) as world:
            yield world

    def goes_to(self, moment: datetime) -> None:
        self.clock.advance(moment - self.clock.now())


@asynccontextmanager
async def machine(directory: Path) -> AsyncIterator[Machine]:
    """A machine at ten o'clock on Tuesday 10 March 2026; numbers selected now last until the 17th, 17:00."""
    await make_sqlite(directory)
    clock = clock_at(MORNING)
    async with Sandbox(clock, people=PEOPLE) as sandbox:
        yield Machine(sandbox, clock, directory)
        assert not sandbox.contract_violations, sandbox.contract_violations


async def reserve(world: World, *chats: int) -> list[Person]:
    """Let owners select a number."""
    await world.release()
    owners = [world.person(chat_id) for chat_id in chats]
    for number, owner in enumerate(owners):
        await reaches_selection(owner, number)
        await composes(owner, f"A123{number}")
    return owners


async def ticks(world: World) -> None:
    jobs = world.service.jobs
    await jobs.tell()
    await jobs.tell_by_sms()
    await jobs.ends()
    await jobs.tell()
    await jobs.tell_by_sms()


def all_reserved(tx: Tx) -> list[Preselection]:
    return [from_row(row) for row in tx.all("preselection.reserved_after", after=0, most=100)]


async def deadlines(world: World) -> set[datetime | None]:
    return {reserved.deadline for reserved in await world.store.read(all_reserved)}


async def bans(world: World) -> int:
    return await world.store.read(ban_list.count, BanFilter(offices=None))


def at(day: int, hour: int, minute: int = 0, month: int = 4) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=CHINA)


async def test_month_off_bars_nobody_and_then_the_rules_go_on(tmp_path: Path) -> None:
    async with machine(tmp_path) as used:
        async with used.runs() as world:
            owners = await reserve(world, *OWNERS)
        used.goes_to(at(9, 16, 55))  # a Thursday
        async with used.runs() as world:
            await ticks(world)
            assert await bans(world) == 0
            assert await deadlines(world) == {at(10, 17)}
            for owner in owners:
                await owner.see("未能及时提醒您", "2026年4月10日", "📍", "需带材料")
                await owner.say("/mine")
                await owner.see("2026年4月10日")
            used.goes_to(at(10, 8, 1))
            await ticks(world)
            for owner in owners:
                await owner.see("今天是最后一天", "2026年4月10日")
            used.goes_to(at(10, 20, 59))
            await ticks(world)
            assert await bans(world) == 0  # the counter can still confirm
            used.goes_to(at(10, 21, 1))
            await ticks(world)
            assert await bans(world) == len(OWNERS)
            await owners[0].see("预选号码已过期", "2028年4月10日")


async def test_blocked_owner_is_reminded_by_sms_and_barred(tmp_path: Path) -> None:
    async with machine(tmp_path) as used, used.runs() as world:
        (owner,) = await reserve(world, OWNER)
        owner.block()
        used.goes_to(at(17, 8, 1, month=3))
        await ticks(world)
        assert owner.sms[-1].purpose == "reminder"
        assert "粤K·A1230" in owner.sms[-1].text
        used.goes_to(at(17, 21, 1, month=3))
        await ticks(world)
        assert await bans(world) == 1


async def test_blocked_chat_and_failing_gateway_end_at_the_desk_without_a_ban(tmp_path: Path) -> None:
    async with machine(tmp_path) as used, used.runs() as world:
        (owner,), chief = await reserve(world, OWNER), world.person(CHIEF)
        owner.block()
        world.sandbox.world.gateway_down = True
        used.goes_to(at(17, 8, 1, month=3))
        day = at(17, 8, 1, month=3)
        while await deadlines(world):
            for hour in (8, 22):
                used.goes_to(day.replace(hour=hour, minute=30))
                await ticks(world)
            day += timedelta(days=1)
            assert day < at(5, 0)
        assert day.date() == date(2026, 4, 1)  # ten working days after the 17th, and the night of the last
        assert await bans(world) == 0
        await chief.say("/desk")
        await chief.see("未提醒到车主的过期号码", "粤K·A1230")
        await chief.press("粤K·A1230")
        await chief.press("已处理")
        shown = await chief.see("已记为处理完毕")
        assert "未提醒到车主" not in shown.words
        await chief.say("/find 粤K A1230")
        await chief.see("到期提醒始终未能送达")


async def test_holiday_decreed_later_moves_the_deadline_at_the_next_start(tmp_path: Path) -> None:
    async with machine(tmp_path) as used:
        async with used.runs() as world:
            (owner,) = await reserve(world, OWNER)
        used.goes_to(at(13, 12, month=3))
        async with used.runs(calendar={"holidays": [date(2026, 3, 17)]}) as world:
            await owner.see("有变动", "2026年3月18日", "📍")
            used.goes_to(at(18, 8, 1, month=3))
            await ticks(world)
            await owner.see("今天是最后一天", "2026年3月18日")


async def test_desk_confirms_after_the_deadline_and_is_told_until_when(tmp_path: Path) -> None:
    async with machine(tmp_path) as used, used.runs() as world:
        await reserve(world, OWNER)
        chief = world.person(CHIEF)
        used.goes_to(at(17, 8, 1, month=3))
        await ticks(world)
        used.goes_to(at(17, 20, month=3))
        await chief.say("/desk")
        await chief.see("可补确认至")
        vin = (await world.store.read(all_reserved))[0].required_vin
        await chief.say(f"/confirm 粤KA1230 {vin[-6:]}")
        await chief.see("已过截止时间", "可补确认至 2026年3月17日", "21:00")
        await chief.press("确认已上牌")
        await chief.see("已确认上牌")


@pytest.mark.parametrize(
    "broken", ["core.preselection.expiry.Expiry.expire_due", "core.people.blacklist.lift_due"]
)
async def test_failing_part_of_the_ends_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    async with machine(tmp_path) as used, used.runs() as world:
        await reserve(world, OWNER)
        chief = world.person(CHIEF)
        await chief.say("/desk")
        monkeypatch.setattr(broken, fails)
        used.goes_to(at(18, 9, 1, month=3))  # the deadline and its grace have passed
        await ticks(world)
        await chief.see("今日待办")


async def test_owner_reads_after_the_deadline_what_to_do(tmp_path: Path) -> None:
    async with machine(tmp_path) as used, used.runs() as world:
        (owner,), chief = await reserve(world, OWNER), world.person(CHIEF)
        used.goes_to(at(17, 8, 1, month=3))
        await ticks(world)
        used.goes_to(at(17, 20, month=3))
        await owner.say("/mine")
        shown = await owner.see("已过,请立即联系", "2026年3月17日")
        assert "可补确认" not in shown.words  # the grace is not promised
        assert "下次提醒" not in shown.words
        await chief.say("/find 粤K A1230")
        await chief.see("可补确认至 2026年3月17日", "21:00")


async def test_number_that_the_registry_contradicts_threatens_nobody(tmp_path: Path) -> None:
    async with machine(tmp_path) as used, used.runs() as world:
        (owner,), chief = await reserve(world, OWNER), world.person(CHIEF)
        vin = (await world.store.read(all_reserved))[0].required_vin
        known = RegistryVehicle(
            vin=vin, certificate=factories.certificate(0), kind=PlateKind.SMALL, registered=True
        )
        await world.store.run(imports.load, [known])
        used.goes_to(at(17, 8, 1, month=3))
        await ticks(world)
        assert not [shown for shown in owner.history if "号码收回" in shown.words and "⏰" in shown.words]
        states = await world.store.read(states_of_reminders)
        assert "failed" not in states
        assert "cancelled" in states
        used.goes_to(at(18, 9, month=3))
        await owner.say("/mine")
        shown = await owner.see("不会过期")
        assert "下次提醒" not in shown.words
        for command in ("/desk", f"/confirm 粤KA1230 {vin[-6:]}", "/find 粤K A1230"):
            await chief.say(command)
            shown = await chief.see("不会过期")
            assert "可补确认" not in shown.words


def states_of_reminders(tx: Tx) -> set[str]:
    rows = tx.all("notices.of_subject", subject="preselection:1")
    return {row["state"] for row in rows if "reminder" in row["purpose"]}


async def test_unblocked_owner_is_told_of_the_extension(tmp_path: Path) -> None:
    async with machine(tmp_path) as used, used.runs() as world:
        (owner,) = await reserve(world, OWNER)
        owner.block()
        world.sandbox.world.gateway_down = True
        used.goes_to(at(17, 22, month=3))
        await ticks(world)
        assert await deadlines(world) == {at(18, 17, month=3)}
        owner.unblock()
        await owner.say("/start")
        await ticks(world)
        await owner.see("未能及时提醒您", "延长到")


async def test_printed_reminders_reach_nobody(tmp_path: Path) -> None:
    """The codes may fall back to the console, the reminders may not: nobody reads them there."""
    async with machine(tmp_path) as used:
        sms = {"provider": ["http", "console"], "http": {"url": used.sandbox.sms_url}}
        async with used.runs(sms=sms) as world:
            (owner,), chief = await reserve(world, OWNER), world.person(CHIEF)
            await chief.say("/desk")
            owner.block()
            world.sandbox.world.gateway_down = True
            for hour in (8, 9, 22):
                used.goes_to(at(17, hour, 1, month=3))
                await ticks(world)
            assert await bans(world) == 0
            await chief.see("短信通道自", "短信提醒")  # the chiefs hear of the gateway
            assert await deadlines(world) != {at(17, 17, month=3)}
