"""The messenger's limit per chat: no press of an owner who never pauses waits over a second for its screen.

Time stands still but for what the limiter makes a screen wait, so the figures are exact, and nobody sleeps.
"""

import asyncio
from collections.abc import Awaitable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pytest

from bot import app
from bot.bot_api.rate_limits import Answer, Limiter, Limits
from tests import factories
from tests.person import Person
from tests.world import OWNER, World, eventually, open_world

MOST = 1.0
"""Seconds that a screen may wait."""
CHAT = Limits().chat
_PAUSE = 10.0
"""Seconds after which there is allowance for tidying."""
_LANE: ContextVar[str | None] = ContextVar("lane")


class Delays:
    """A clock that advances by what screens wait; what only tidies waits for it."""

    def __init__(self) -> None:
        self.now = 0.0

    def time(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        if _LANE.get() is None:
            self.now += seconds
            return
        due = self.now + seconds
        while self.now < due:  # noqa: ASYNC110 - other tasks advance it
            await asyncio.sleep(0.01)

    def limiter(self, limits: Limits | None) -> Limiter:
        del limits
        return _Limiter(now=self.time, sleep=self.sleep)


class _Limiter(Limiter):
    async def process_request(
        self,
        callback: Any,
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: str | None,
    ) -> Answer:
        _LANE.set(rate_limit_args)
        return await super().process_request(callback, args, kwargs, endpoint, data, rate_limit_args)


class Hurried:
    """An owner who acts as soon as a screen is there, and how long each one was waited for."""

    def __init__(self, owner: Person, delays: Delays) -> None:
        self.owner = owner
        self.delays = delays
        self.waited: list[tuple[str, float]] = []

    async def does(self, deed: Awaitable[None], seen: str) -> None:
        began = self.delays.now
        await deed
        await self.owner.see(seen, fresh=True)
        self.waited.append((seen, self.delays.now - began))

    async def presses(self, label: str, seen: str) -> None:
        await self.does(self.owner.press(label), seen)

    async def says(self, text: str, seen: str) -> None:
        await self.does(self.owner.say(text), seen)


@pytest.fixture
def delays(monkeypatch: pytest.MonkeyPatch) -> Delays:
    found = Delays()
    monkeypatch.setattr(app, "Limiter", found.limiter)
    return found


async def _registers_and_verifies(walk: Hurried) -> None:
    await walk.says("/start", "机动车号牌预选")
    await walk.presses("【预选号牌】", "个人信息")
    await walk.presses("同意并继续", "姓名")
    await walk.says(f"测试车主 {factories.identity(0)}", "手机号")
    await walk.does(walk.owner.send_contact(), "请核对注册信息")
    await walk.presses("确认注册并预选 小型汽车", "业务须知")
    await walk.presses("【阅读并同意】", "车辆识别代号")
    await walk.says(f"{factories.vin(0)} {factories.certificate(0)}", "请逐项核对")
    await walk.presses("【开始选号】", "验证码")
    await walk.says(await walk.owner.sms_code(), "第5步")


async def _selects(walk: Hurried) -> None:
    await walk.presses("【随机一次(5)】", "本车第1批")
    await walk.presses("粤K·", "确认选用")
    await walk.presses("返回", "本车第1批")
    await walk.presses("换一批", "本车第2批")
    await walk.presses("【自编选号】", "您还可以自编20")
    await walk.presses("回到为您保留", "本车第2批")
    await walk.presses("【确认选号】", "确认选用")
    await walk.presses("确定选用", "完成号牌预选")
    await walk.presses("返回首页", "您已预选")


async def _world(world: World, delays: Delays) -> Hurried:
    world.sandbox.flood.clock = delays.time
    world.sandbox.flood.limit(CHAT.per_second, CHAT.burst)
    await world.release()
    return Hurried(world.person(OWNER), delays)


async def test_no_screen_waits_over_a_second(tmp_path: Path, delays: Delays) -> None:
    async with open_world("sqlite", tmp_path) as world:
        walk = await _world(world, delays)
        await _registers_and_verifies(walk)
        await _selects(walk)
        assert max(waited for _, waited in walk.waited) <= MOST + 1e-6, walk.waited
        assert delays.now > len(walk.waited) - CHAT.burst - 1  # the limit was on
        delays.now += _PAUSE
        await eventually(lambda: not walk.owner.keys)
        assert world.sandbox.flood.refused == 0
