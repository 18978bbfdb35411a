"""Updates that are set aside: their senders are told, and nothing personal stays in the chat."""

import asyncio
from functools import partial
from pathlib import Path

import pytest

from bot.inbox import dispatcher
from bot.inbox.dispatcher import DispatchLimits
from bot.inbox.model import DeadLetter
from bot.notifications.alarms import Subject
from core.errors.store import StoreUnavailable
from tests.photographed import jpeg, page
from tests.world import CHIEF, MORNING, OTHER, OWNER, World, open_world


async def test_photo_over_which_processes_died_is_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every update counts as fatal here."""
    monkeypatch.setattr(dispatcher, "DispatchLimits", partial(DispatchLimits, fatal=0))
    async with open_world("sqlite", tmp_path) as world:
        owner = world.person(OWNER)
        await owner.send_photo(jpeg(page("card", 1)))
        told = await owner.see("系统无法处理您刚才发送的内容")
        async with asyncio.timeout(5):
            while any(shown.photo for shown in owner.history):  # noqa: ASYNC110 - a test looks again
                await asyncio.sleep(0.05)
    assert "已从聊天中删除" in told.words


async def _appoints(world: World, chat_id: int, office: str) -> None:
    """Let the chief of the settings appoint another one."""
    chief, other = world.person(CHIEF), world.person(chat_id)
    await other.say("/start")
    await chief.say(f"/admins add {chat_id} chief {office}")
    await chief.press("确认添加")
    await chief.see("已添加", fresh=True)


async def test_chiefs_of_all_offices_hear_of_dead_letters(tmp_path: Path) -> None:
    """Not only those of the settings; one of a single office has nothing to do with it."""
    async with open_world("sqlite", tmp_path) as world:
        await _appoints(world, OTHER, "")
        await _appoints(world, OWNER, "粤K")
        world.service.dispatcher._limits = DispatchLimits(fatal=0)
        await world.person(OWNER).say("/help")
        for chat_id in (CHIEF, OTHER):
            await world.person(chat_id).see("有一条消息无法处理")
        await world.person(OWNER).see("系统无法处理")
        assert not any("有一条消息无法处理" in one.words for one in world.person(OWNER).history)


async def test_nothing_is_said_in_a_group(tmp_path: Path) -> None:
    async with open_world("sqlite", tmp_path) as world:
        await world.person(CHIEF).say("/start")
        await world.service.reports.report_dead_letter(
            DeadLetter(update_id=1, chat_id=-5, received_at=MORNING, tries=5, error="KeyError")
        )
        await world.person(CHIEF).see("有一条消息无法处理")
        told = [given["chat_id"] for method, given in world.sandbox.api.calls if method == "sendMessage"]
        assert -5 not in map(int, told)


async def test_chiefs_of_the_settings_hear_of_a_database_that_is_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_world("sqlite", tmp_path) as world:
        await _appoints(world, OTHER, "")

        async def fail(*_: object) -> None:
            raise StoreUnavailable

        world.service.alarms._begin(Subject.POLLING, 300, fails=True)
        for chat_id in (CHIEF, OTHER):
            await world.person(chat_id).see("收不到 Telegram 的消息")
        with monkeypatch.context() as patch:
            patch.setattr(world.service.core.store, "read", fail)
            world.service.alarms._begin(Subject.DATABASE, 300, fails=True)
            await world.person(CHIEF).see("数据库无法使用")
        assert not any("数据库无法使用" in one.words for one in world.person(OTHER).history)
