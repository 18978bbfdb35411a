"""An update that arrives twice is applied once, before a crash and after."""

import asyncio
from typing import Any

import pytest

from bot.dialog.presenter import Presenter
from core.ports import Tx
from tests.core.sql import sql
from tests.person import Person
from tests.world import World, poller_of, reaches_selection

pytestmark = pytest.mark.both_engines


async def _draws(world: World) -> int:
    def count(tx: Tx) -> int:
        return len(sql(tx, "SELECT n FROM draw"))

    return await world.store.read(count)


def _record(world: World) -> list[dict[str, Any]]:
    """Collect every raw update that the inbox accepts."""
    kept: list[dict[str, Any]] = []
    accept = world.service.inbox.accept

    async def keeping(updates: Any) -> None:
        kept.extend(updates)
        await accept(updates)

    poller_of(world)._accept = keeping
    return kept


async def _presses_once(world: World, owner: Person) -> dict[str, Any]:
    kept = _record(world)
    await owner.press("【随机一次(5)】")
    await owner.see("随机还剩 4 批")
    await owner.settled()
    return next(one for one in kept if "callback_query" in one)


async def test_press_delivered_again_draws_once(world: World) -> None:
    await world.release()
    owner = world.person()
    await reaches_selection(owner)
    update = await _presses_once(world, owner)
    await world.service.inbox.accept([update])
    await world.service.dispatcher.idle()
    assert await _draws(world) == 1
    assert "随机还剩 4 批" in owner.last.words


async def test_press_repeated_after_crash_draws_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.release()
    owner = world.person()
    await reaches_selection(owner)
    show = Presenter.show
    failures = 0

    async def failing(self: Presenter, *args: Any, **kwargs: Any) -> Any:
        nonlocal failures
        failures += 1
        if failures == 1:  # applied and committed, but nothing was shown
            raise ConnectionResetError
        return await show(self, *args, **kwargs)

    monkeypatch.setattr(Presenter, "show", failing)
    await owner.press("【随机一次(5)】", answered=False)
    await owner.see("随机还剩 4 批", within=15)
    await asyncio.sleep(0)
    assert await _draws(world) == 1


async def test_wrong_code_delivered_again_costs_one_try(world: World) -> None:
    await world.release()
    owner = world.person()
    await reaches_selection(owner)
    world.forward(minutes=31)
    await world.tick()
    before = len(owner.sms)
    await owner.press("【开始选号】")
    right = await owner.sms_code(after=before)
    kept = _record(world)
    await owner.say(f"{(int(right) + 1) % 1_000_000:06d}")
    await owner.see("还可输入 4 次")
    await owner.settled()
    await world.service.inbox.accept([one for one in kept if "message" in one])
    await world.service.dispatcher.idle()
    assert "还可输入 4 次" in owner.last.words
