"""The program is restarted at every screen of the main flow, with two owners using it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from core.bootstrap import Ports
from core.db import open_postgres
from sandbox import Sandbox
from sandbox.clock import ShiftedClock
from tests import factories
from tests.core.sql import dump
from tests.core.tools import reserved
from tests.e2e.selecting import books_agree, numbers
from tests.engines import engine_urls, make_sqlite, ready_schema
from tests.person import Person
from tests.world import (
    MORNING,
    OTHER,
    OWNER,
    PEOPLE,
    World,
    clock_at,
    reaches_selection,
    running,
    settings_for,
)

pytestmark = pytest.mark.both_engines

ALIVE = frozenset({"dialog", "inbox"})
"""What a restart may change: which message is current, and who has leased updates."""


class Restarts:
    """The program, which can be restarted on the same database."""

    def __init__(self, sandbox: Sandbox, clock: ShiftedClock, directory: Path, schema: str | None) -> None:
        self._sandbox, self._clock, self._directory, self._schema = sandbox, clock, directory, schema
        self._stack = AsyncExitStack()
        self.world: World

    async def start(self) -> None:
        store = None
        if self._schema is not None:
            url = engine_urls(self._directory)["postgres"]
            store = await open_postgres(url, self._clock, schema=self._schema, pool_size=4)
        settings = settings_for(self._sandbox, self._directory)
        ports = Ports(clock=self._clock, store=store)
        self.world = await self._stack.enter_async_context(
            running(settings, self._sandbox, self._clock, ports)
        )

    async def stop(self) -> None:
        await self._stack.aclose()

    async def again(self) -> None:
        """Restart; nothing but the conversation's own rows may differ."""
        before = await self._kept()
        await self.stop()
        await self.start()
        assert await self._kept() == before

    async def _kept(self) -> dict[str, list[str]]:
        """Return the rows, once everything that is due at the start has been done."""
        await self.world.service.jobs.ends()
        rows = await self.world.store.read(dump)
        return {name: rows[name] for name in rows if name not in ALIVE}


@pytest.fixture
async def restarts(engine: str, tmp_path: Path) -> AsyncIterator[Restarts]:
    clock = clock_at(MORNING)
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox(clock, people=PEOPLE))
        schema = stack.enter_context(ready_schema()) if engine == "postgres" else None
        if engine == "sqlite":
            await make_sqlite(tmp_path)
        restarts = Restarts(sandbox, clock, tmp_path, schema)
        await restarts.start()
        stack.push_async_callback(restarts.stop)
        await restarts.world.release()
        yield restarts


Act = Callable[[Person, int], Awaitable[Any]]


def _press(label: str) -> Act:
    return lambda owner, _number: owner.press(label)


def _say(words: Callable[[int], str]) -> Act:
    return lambda owner, number: owner.say(words(number))


async def _types_code(owner: Person, _number: int) -> None:
    """Type the code that came before the restart."""
    await owner.say(owner.sms[0].code)


WAY: tuple[tuple[Act, str], ...] = (
    (_say(lambda _number: "/start"), "机动车号牌预选"),
    (_press("【预选号牌】"), "个人信息"),
    (_press("同意并继续"), "姓名和身份证"),
    (_say(lambda _number: "测试车主"), "居民身份证号码:"),
    (_say(factories.identity), "注册 3/3"),
    (lambda owner, _number: owner.send_contact(), "注册"),
    (_press("确认注册并预选 小型汽车"), "业务须知"),
    (_press("【阅读并同意】"), "17 位车辆识别代号"),
    (_say(factories.vin), "请输入机动车整车出厂合格证编号"),
    (_say(factories.certificate), "请逐项核对"),
    (_press("【开始选号】"), "短信验证码"),
    (_types_code, "第5步"),
    (_press("【不包含4】"), "第5步"),
    (_press("【随机一次(5)】"), "本车第"),
    (_press("粤K·"), "不能更改、不能退回"),
    (_press("确定选用"), "完成号牌预选"),
)


async def _types_shown_code(owner: Person, _number: int) -> None:
    """Type the code that the rehearsal has shown before the restart."""
    await owner.say(owner.last.words.rpartition("验证码 ")[2][:6])


REHEARSED: tuple[tuple[Act, str], ...] = (
    (_say(lambda _number: "/rehearse"), "【模拟选号】"),
    (_press("【预选号牌】"), "第1步 基本信息"),
    (_press("小型汽车"), "业务须知"),
    *WAY[7:10],
    (_press("【开始选号】"), "模拟短信"),
    (_types_shown_code, "第5步"),
    *WAY[12:],
)


async def test_every_screen_outlives_a_restart(restarts: Restarts) -> None:
    owners = await _goes_through_restarts(restarts, WAY)
    assert [len(owner.sms) for owner in owners] == [1, 1]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_every_screen_of_a_rehearsal_outlives_a_restart(restarts: Restarts) -> None:
    owners = await _goes_through_restarts(restarts, REHEARSED)
    assert [len(owner.sms) for owner in owners] == [0, 0]


async def _goes_through_restarts(restarts: Restarts, way: tuple[tuple[Act, str], ...]) -> list[Person]:
    """Let two owners go through a flow, with a restart after each step."""
    owners = [restarts.world.person(chat_id) for chat_id in (OWNER, OTHER)]
    for act, seen in way:
        await asyncio.gather(*(act(owner, number) for number, owner in enumerate(owners)))
        for owner in owners:
            await owner.see(seen)
            await owner.settled()
        await restarts.world.service.dispatcher.idle()
        shown = [owner.last.buttons for owner in owners]
        await restarts.again()
        for owner in owners:
            await owner.settled()
        assert [owner.last.buttons for owner in owners] == shown, seen
        if seen.startswith("本车"):  # ticked two restarts ago
            assert not any("4" in number for number in numbers(owners[0].last))
        assert all(seen in owner.last.words for owner in owners), seen
    await books_agree(restarts.world)
    return owners


async def test_press_made_while_the_program_was_down_counts(restarts: Restarts) -> None:
    """What was pressed and typed meanwhile is processed at the start, in order."""
    owner = restarts.world.person()
    for act, seen in WAY[:8]:
        await act(owner, 0)
        await owner.see(seen)
    await owner.settled()
    await restarts.stop()
    await owner.say(factories.vin(0))
    await restarts.start()
    await owner.see("请输入机动车整车出厂合格证编号")
    await owner.settled()
    data, shown = owner.button("这是进口车").data, owner.last
    await restarts.stop()
    owner.press_raw(data, shown)
    owner.press_raw(data, shown)
    await owner.say(factories.certificate(0))
    await restarts.start()
    await owner.see("请逐项核对")


async def test_try_that_waits_is_made_after_a_restart(restarts: Restarts) -> None:
    """Its moment passes while the program is down; it is made once, at the start."""
    world, owner = restarts.world, restarts.world.person()
    await world.store.run(reserved, world.core, 800, "A0001")
    await reaches_selection(owner)
    await owner.press("【自编选号】")
    for wish in ("A0001", "A0002"):
        await owner.say(wish)
        await owner.press("提交")
        await owner.press("确认提交")
        await owner.see("已减少1个" if wish == "A0001" else "自动提交")
    await owner.settled()
    await restarts.stop()
    restarts.world.forward(seconds=9)
    await restarts.start()
    await restarts.world.tick()
    await owner.see("第6步 完成号牌预选", "粤K·A0002")
    await books_agree(restarts.world)
