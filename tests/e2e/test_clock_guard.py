"""A wrong clock: nobody is barred by it, the chiefs are told, and afterwards the service goes on."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.inbox.service import InboxHooks
from core.availability import clock_guard
from core.bootstrap import Ports
from core.clock import ClockSources
from core.db import open_postgres
from core.errors.clock import ClockInDoubt
from sandbox import Sandbox
from sandbox.clock import ShiftedClock
from tests import factories
from tests.core.sql import sql
from tests.engines import engine_urls, make_sqlite, ready_schema
from tests.person import Person
from tests.world import (
    CHIEF,
    MORNING,
    OTHER,
    OWNER,
    PEOPLE,
    World,
    agrees,
    clock_at,
    eventually,
    reaches_selection,
    registers,
    running,
    settings_for,
    takes_one,
    verifies,
)

pytestmark = pytest.mark.both_engines

MONTH = timedelta(days=30)
ALARM = "服务器时间可能有误"
CHECKING = "系统正在核对时间"


class Host:
    """A host with a clock of its own, in front of a messenger that has the true time."""

    def __init__(self, sandbox: Sandbox, true: ShiftedClock, directory: Path, schema: str | None) -> None:
        self.sandbox, self.true, self.clock = sandbox, true, clock_at(MORNING)
        self.date_shift: timedelta | None = timedelta()  # of the messenger's header; None: it has no time
        sandbox.date = lambda: None if self.date_shift is None else true.now() + self.date_shift
        self._directory, self._schema = directory, schema
        self._settings = settings_for(sandbox, directory)
        self._asleep = 0.0
        self._stack = AsyncExitStack()
        self.world: World

    @property
    def sources(self) -> ClockSources:
        return ClockSources(steady=lambda: time.monotonic() + self._asleep)

    async def start(self) -> None:
        store = None
        if self._schema is not None:
            url = engine_urls(self._directory)["postgres"]
            store = await open_postgres(url, self.clock, schema=self._schema, pool_size=4)
        ports = Ports(clock=self.clock, clock_sources=self.sources, store=store)
        self.world = await self._stack.enter_async_context(
            running(self._settings, self.sandbox, self.clock, ports)
        )

    async def stop(self) -> None:
        await self._stack.aclose()

    def passes(self, span: timedelta) -> None:
        """Let time pass, for everybody."""
        self.true.advance(span)
        self.clock.ahead += span
        self._asleep += span.total_seconds()

    def jumps(self, span: timedelta) -> None:
        """Let the host's clock jump."""
        self.clock.ahead += span

    async def is_in_doubt(self) -> bool:
        return (await self.world.store.read(clock_guard.read_state)).doubt is not None

    async def waits(self, *, in_doubt: bool) -> None:
        """Wait until the guard has noticed, at its next tick."""
        deadline = time.monotonic() + 5
        while await self.is_in_doubt() != in_doubt:
            assert time.monotonic() < deadline, f"still not in_doubt={in_doubt}"
            await self.world.service.clock_watch.check()

    async def does_everything(self) -> None:
        """Run all jobs that depend on the time."""
        jobs = self.world.service.jobs
        for job in (jobs.ends, jobs.tell, jobs.purge, jobs.sweep, jobs.screens):
            await job()

    async def lets_numbers_end(self) -> None:
        """Expect that the month extended the numbers; remind their owners; then they really end."""
        assert await self.states() == ["reserved", "reserved"]
        await self.does_everything()
        moved = "SELECT notice_id FROM notice WHERE purpose LIKE 'extended:%' AND state = 'sent'"
        assert len(await self.world.store.read(sql, moved)) == 2
        self.passes(timedelta(days=5))
        await self.does_everything()
        assert await self.states() == ["expired", "expired"]

    async def deadlines(self) -> list[int]:
        rows = await self.world.store.read(
            sql, "SELECT deadline FROM preselection WHERE serial IS NOT NULL ORDER BY preselection_id"
        )
        return [row["deadline"] for row in rows]

    async def states(self) -> list[str]:
        rows = await self.world.store.read(
            sql, "SELECT state FROM preselection WHERE serial IS NOT NULL ORDER BY preselection_id"
        )
        return [row["state"] for row in rows]

    async def bans(self) -> int:
        return len(await self.world.store.read(sql, "SELECT ban_id FROM ban"))

    async def actions(self) -> list[tuple[str, str]]:
        rows = await self.world.store.read(
            sql, "SELECT actor, action FROM audit WHERE action LIKE '%clock' ORDER BY entry_id"
        )
        return [(row["actor"], row["action"]) for row in rows]


@pytest.fixture
async def host(engine: str, tmp_path: Path) -> AsyncIterator[Host]:
    true = clock_at(MORNING)
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox(true, people=PEOPLE))
        schema = stack.enter_context(ready_schema()) if engine == "postgres" else None
        if schema is None:
            await make_sqlite(tmp_path)
        host = Host(sandbox, true, tmp_path, schema)
        await host.start()
        stack.push_async_callback(host.stop)
        chief = host.world.person(CHIEF)
        await chief.say("/start")
        await chief.settled()
        yield host


async def _two_hold_numbers(host: Host) -> tuple[Person, Person]:
    owners = host.world.person(OWNER), host.world.person(OTHER)
    await host.world.release()
    for number, owner in enumerate(owners):
        await reaches_selection(owner, number)
        await takes_one(owner)
    return owners


async def test_start_with_a_clock_a_month_ahead_bars_nobody(host: Host) -> None:
    owner, _other = await _two_hold_numbers(host)
    chief = host.world.person(CHIEF)
    deadlines = await host.deadlines()
    await host.stop()
    host.jumps(MONTH)
    await host.start()
    await chief.see(ALARM, "按 Telegram 的时间应为")
    await host.does_everything()
    assert await host.states() == ["reserved", "reserved"]
    assert await host.deadlines() == deadlines
    assert await host.bans() == 0
    await owner.say("/mine")
    await owner.see("粤K·")
    host.jumps(-MONTH)
    await host.waits(in_doubt=False)
    await chief.see("服务器时间已核对无误")
    await chief.say("/audit 服务器时间有疑问")
    await chief.see("服务器时间有疑问,应为 2026-03-10 10:", fresh=True)
    await host.does_everything()
    assert await host.states() == ["reserved", "reserved"]
    assert await host.deadlines() == deadlines
    host.passes(MONTH)
    await host.does_everything()
    await host.lets_numbers_end()
    assert await host.bans() == 2
    assert await host.actions() == [("system", "doubted_clock"), ("system", "confirmed_clock")]


async def test_outage_of_a_month_is_no_alarm(host: Host, caplog: pytest.LogCaptureFixture) -> None:
    await _two_hold_numbers(host)
    chief = host.world.person(CHIEF)
    heard = len(chief.history)
    await host.stop()
    host.passes(MONTH)
    with caplog.at_level(logging.WARNING):
        await host.start()
        await host.does_everything()
    assert "the Bot API's time agrees" in caplog.text
    await chief.see("服务停了 720 小时")
    assert not any(ALARM in shown.words for shown in chief.history[heard:])
    assert sum("服务停了" in shown.words for shown in chief.history[heard:]) == 1
    assert await host.actions() == []
    await host.lets_numbers_end()


@pytest.mark.parametrize("jump", [MONTH, -MONTH], ids=["ahead", "back"])
async def test_jump_while_running_stops_everything_until_the_clock_is_right(
    host: Host, jump: timedelta
) -> None:
    await _two_hold_numbers(host)
    chief = host.world.person(CHIEF)
    host.jumps(jump)
    await host.does_everything()  # at once: no tick may be quicker than the guard
    assert await host.is_in_doubt()
    await chief.see(ALARM)
    assert await host.states() == ["reserved", "reserved"]
    host.jumps(-jump)
    await host.waits(in_doubt=False)
    await chief.see("服务器时间已核对无误")


async def test_pool_waits_for_a_clock_that_was_put_back_by_less_than_a_doubt(
    host: Host, caplog: pytest.LogCaptureFixture
) -> None:
    """What it drew before the clock had caught up could never be verified; the log says once why it waits."""
    await host.world.release()
    owner = host.world.person(OWNER)
    await reaches_selection(owner)
    await host.world.service.clock_watch.check()
    back = -timedelta(minutes=10)
    with caplog.at_level(logging.WARNING):
        host.jumps(back)
        await host.does_everything()
        await owner.press("【随机一次(5)】")
        await owner.see_toast(CHECKING)
    assert not await host.is_in_doubt()
    assert caplog.text.count("the clock was put back from") == 1
    host.jumps(-back)
    await owner.press("【随机一次(5)】")
    await owner.see("随机还剩 4 批")


async def test_transaction_notices_a_jump_by_itself(host: Host) -> None:
    """Between two checks no time is too short to expire by mistake; the control runs with the right clock."""
    watch = host.world.service.clock_watch
    assert await watch.check()
    expire_due = partial(host.world.core.expiry.expire_due, code="粤K")
    assert (await watch.run(expire_due)).handled == 0
    host.jumps(MONTH)
    with pytest.raises(ClockInDoubt):
        await watch.run(expire_due)


async def test_time_that_passes_in_one_process_is_no_jump(host: Host) -> None:
    await _two_hold_numbers(host)
    host.passes(MONTH)
    await host.does_everything()
    assert not await host.is_in_doubt()
    await host.lets_numbers_end()


async def test_chief_confirms_the_clock_while_no_header_is_known(host: Host) -> None:
    """The outage was real, but the Bot API shows no time."""
    await _two_hold_numbers(host)
    chief = host.world.person(CHIEF)
    await host.stop()
    host.date_shift = None
    host.passes(MONTH)
    await host.start()
    await chief.see(ALARM, "联系不上 Telegram")
    await host.does_everything()
    assert await host.states() == ["reserved", "reserved"]
    for command in ("/desk", "/start"):
        await chief.say(command)
        await chief.see("服务器时间可能有误", "/clock", fresh=True)
    await chief.press("核对时间")
    await chief.see("服务器时间正确?", "2 个号码已过办理截止时间")
    await chief.press("时间正确,继续")
    await chief.see("已确认服务器时间")
    await host.waits(in_doubt=False)
    await chief.see("王主任(1001)已确认")
    await host.does_everything()
    await host.lets_numbers_end()
    assert (await host.actions())[-1] == (f"chat:{CHIEF}", "confirmed_clock")


async def test_chief_overrules_a_false_header(host: Host) -> None:
    """A proxy with a wrong clock stays overruled, also after a restart."""
    chief = host.world.person(CHIEF)
    host.date_shift = timedelta(days=90)
    await chief.say("/help")  # its answer brings the header
    await chief.settled()
    await host.waits(in_doubt=True)
    await chief.say("/clock")
    await chief.press("时间正确,继续")
    await host.waits(in_doubt=False)
    await host.stop()
    await host.start()
    await host.does_everything()
    assert not await host.is_in_doubt()
    host.date_shift = timedelta()
    await chief.say("/help")
    await chief.settled()
    await host.does_everything()
    assert not await host.is_in_doubt()


async def test_doubt_survives_a_restart_and_is_told_once(host: Host) -> None:
    chief = host.world.person(CHIEF)
    host.jumps(MONTH)
    await host.waits(in_doubt=True)
    await chief.see(ALARM)
    told = "SELECT told_at FROM clock_guard WHERE told_at IS NOT NULL"
    deadline = time.monotonic() + 5
    while not await host.world.store.read(sql, told):
        assert time.monotonic() < deadline
    await host.stop()
    host.date_shift = None
    await host.start()
    await host.does_everything()
    assert await host.is_in_doubt()
    await chief.settled()
    assert sum(ALARM in shown.words for shown in chief.history) == 1


async def test_owners_look_but_begin_nothing_during_a_doubt(host: Host) -> None:
    await host.world.release()
    looking, drawing = host.world.person(OWNER), host.world.person(OTHER)
    await registers(looking)
    await agrees(looking)
    await reaches_selection(drawing, 1)
    await drawing.press("【随机一次(5)】")
    await drawing.press("粤K·")
    await drawing.press("« 返回")
    await drawing.see("本车第")
    back = -timedelta(minutes=90)  # their numbers are still held by this clock
    host.jumps(back)
    await host.waits(in_doubt=True)
    await looking.press("【开始选号】")
    await looking.see_toast(CHECKING)
    await looking.say("/pool")
    await looking.see("号池公示")
    await drawing.press("【换一批(4)】")
    await drawing.see_toast(CHECKING)
    await drawing.press("【确认选号】")
    await drawing.press("确定选用")
    await drawing.see_toast(CHECKING)
    assert await host.states() == []
    host.jumps(-back)
    await host.waits(in_doubt=False)
    await looking.say("/preselect")
    await verifies(looking)


async def test_no_code_is_sent_during_a_doubt(host: Host) -> None:
    owner = host.world.person(OWNER)
    await owner.say("/start")
    await owner.press("【预选号牌】")
    await owner.press("同意并继续")
    await owner.say("测试车主")
    await owner.say(factories.identity(0))
    host.jumps(MONTH)
    await host.waits(in_doubt=True)
    await owner.say("13800138001")
    await owner.see(CHECKING)
    assert not owner.sms
    host.jumps(-MONTH)
    await host.waits(in_doubt=False)
    await owner.say("13800138001")
    await owner.sms_code()


async def test_nothing_is_deleted_during_a_doubt(host: Host) -> None:
    """Done updates are remembered for two days, by any clock."""
    inbox = host.world.service.inbox
    await host.world.service.dispatcher.idle()
    rows = "SELECT count(*) AS n FROM inbox WHERE state = 'done'"
    (before,) = await host.world.store.read(sql, rows)
    assert before["n"] > 0
    host.jumps(MONTH)
    await host.waits(in_doubt=True)
    inbox._interval = 0.01
    await inbox.stop()
    await inbox.start()
    await asyncio.sleep(0.3)
    assert await host.world.store.read(sql, rows) == [before]
    await inbox.stop()
    inbox._hooks = InboxHooks()  # the control
    await inbox.start()
    await asyncio.sleep(0.3)
    assert await host.world.store.read(sql, rows) == [{"n": 0}]


async def test_only_chiefs_of_all_offices_confirm_the_clock(host: Host) -> None:
    owner, chief = host.world.person(OWNER), host.world.person(CHIEF)
    await owner.say("/clock")
    await owner.see("没有这个命令")
    await chief.say("/clock")
    await chief.see("服务器时间没有疑问")


async def test_older_question_is_void_when_the_clock_agrees_again(host: Host) -> None:
    chief = host.world.person(CHIEF)
    host.jumps(MONTH)
    await host.waits(in_doubt=True)
    await chief.say("/clock")
    await chief.see("服务器时间正确?")
    host.jumps(-MONTH)
    await host.waits(in_doubt=False)
    host.jumps(MONTH)
    await host.waits(in_doubt=True)
    await chief.press("时间正确,继续")
    await chief.see("已由系统处理")
    assert await host.is_in_doubt()


async def test_guard_is_off_for_a_clock_that_tests_move(world: World) -> None:
    assert world.core.clock_sources is None
    world.forward(days=30)
    assert await world.service.clock_watch.check()
    await world.service.jobs.ends()
    assert (await world.store.read(clock_guard.read_state)).doubt is None


async def test_chiefs_are_told_when_the_bot_api_can_be_reached_again(host: Host) -> None:
    chief = host.world.person(CHIEF)
    host.sandbox.faults.error("sendMessage", status=500, times=1000)
    host.jumps(MONTH)
    await host.waits(in_doubt=True)
    host.sandbox.faults.clear()
    watch = host.world.service.clock_watch
    watch._next_ring = float("-inf")  # half a minute later
    await watch.check()
    await chief.see(ALARM)
    await eventually(lambda: watch._ringing is not None and watch._ringing.done())
