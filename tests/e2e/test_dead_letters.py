"""Updates that are set aside: their senders are told, and nothing personal stays in the chat."""

import asyncio
from functools import partial
from pathlib import Path

import pytest

from bot.inbox import dispatcher
from bot.inbox.dispatcher import DispatchLimits
from tests.photographed import jpeg, page
from tests.world import OWNER, open_world


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
