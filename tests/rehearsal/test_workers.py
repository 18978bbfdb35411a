"""A rehearsal continues in any worker; of two simultaneous presses only one counts."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bot.dialog import engine as engine_module
from bot.dialog import rehearsal_transition
from bot.dialog.rehearsal import RunResult, run_on_rehearsal_thread, save_rehearsal
from core.clock import FixedClock
from core.ports import Tx
from tests.core.sql import sql
from tests.core.tools import NOON, build
from tests.engines import open_test_store
from tests.rehearsal.chats import TO_SELECTION, Chats

CHAT = 9000
OLD = "这个按钮已过时"


@pytest.fixture
async def workers(engine: str, tmp_path: Path) -> AsyncIterator[tuple[Chats, Chats]]:
    """Two workers on one store, each with its own services."""
    clock = FixedClock(NOON)
    async with open_test_store(engine, tmp_path, clock) as store:
        first = await Chats.on(await build(store, clock))
        yield first, await Chats.on(await build(store, clock), beside=first)


async def test_workers_take_turns_in_one_rehearsal(workers: tuple[Chats, Chats]) -> None:
    for turn, act in enumerate((*TO_SELECTION, "【随机一次", "粤K·", "确定选用")):
        await workers[turn % 2].do(CHAT, act)
    assert "完成号牌预选" in workers[0].screen(CHAT).words


async def press_twice_at_once(workers: tuple[Chats, Chats], monkeypatch: pytest.MonkeyPatch) -> int:
    """Let both workers process one press on the same version; return for how many the button was outdated."""
    shown = await workers[0].do(CHAT, *TO_SELECTION)
    draw = next(data for label, data in shown.buttons.items() if "【随机一次" in label)
    both_have_read, plays = asyncio.Barrier(2), count()

    async def play(call: Callable[[], Any]) -> Any:
        if next(plays) < both_have_read.parties:
            await asyncio.wait_for(both_have_read.wait(), 15)
        return await run_on_rehearsal_thread(call)

    monkeypatch.setattr(engine_module, "run_on_rehearsal_thread", play)
    await asyncio.gather(*(worker.press(CHAT, draw) for worker in workers))
    return sum(OLD in words for _, words in workers[0].messenger.told)


async def test_one_of_two_presses_at_once_counts(
    workers: tuple[Chats, Chats], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await press_twice_at_once(workers, monkeypatch) == 1
    assert "随机还剩 <b>4</b> 批" in workers[0].screen(CHAT).words


def _keep_whatever_came_between(
    tx: Tx, run_result: RunResult, *, is_seen: bool, keep: Any = save_rehearsal
) -> bool:
    (row,) = sql(tx, "SELECT rehearsal_version FROM dialog")
    version = row["rehearsal_version"] or 0
    previous = replace(run_result.previous, version=version)
    return bool(keep(tx, replace(run_result, previous=previous), is_seen=is_seen))


async def test_both_would_count_without_the_version(
    workers: tuple[Chats, Chats], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without the version check one draw is lost silently."""
    monkeypatch.setattr(rehearsal_transition, "save_rehearsal", _keep_whatever_came_between)
    assert await press_twice_at_once(workers, monkeypatch) == 0
