"""Chats that the messenger makes wait hold up nobody else."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.bot_api import rate_limits
from tests.e2e.selecting import owners
from tests.person import NotSeen
from tests.world import open_world

SLOW, HONEST = range(5001, 5041), range(5041, 5049)


@asynccontextmanager
async def not_parked() -> AsyncIterator[None]:
    """Wait without giving the slot back."""
    yield


@pytest.mark.parametrize("parks", [True, False], ids=["parked", "control"])
async def test_forty_chats_under_429_and_eight_honest_owners(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    parks: bool,  # noqa: FBT001 - the parameter
) -> None:
    """Every send to forty chats is answered «retry after 30»; without parking nobody is answered at all."""
    if not parks:
        monkeypatch.setattr(rate_limits, "parked", not_parked)
    async with open_world("sqlite", tmp_path, people=owners(48)) as world:
        for chat in SLOW:
            world.sandbox.faults.too_many(retry_after=30, times=1000, chat_id=chat)
            await world.person(chat).say("/start")
        await asyncio.sleep(1)

        async def asks(chat: int) -> float:
            began = time.monotonic()
            owner = world.person(chat)
            await owner.say("/help")
            await owner.see("/preselect", fresh=True, within=5)
            return time.monotonic() - began

        asking = asyncio.gather(*(asks(chat) for chat in HONEST), return_exceptions=True)
        took = await asking
        if parks:
            assert all(isinstance(one, float) and one < 3 for one in took), took
        else:
            assert all(isinstance(one, NotSeen) for one in took), took
