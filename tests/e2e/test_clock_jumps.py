"""The host's clock jumps while the program runs: people are answered, the jobs go on, memory stays flat."""

import gc
import time
import tracemalloc
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.clock import ShiftedClock
from tests.host_clock import JUMPS, MODULES, HostClock
from tests.world import World, eventually, open_world

WITHIN = 2.0
MOST_BYTES = 20_000_000


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> HostClock:
    clock = HostClock()
    for module in MODULES:
        monkeypatch.setattr(module, "datetime", clock)
    return clock


@pytest.fixture
async def place(tmp_path: Path, host: HostClock) -> AsyncIterator[World]:  # the clock first
    async with open_world("sqlite", tmp_path) as world:
        await eventually(lambda: world.service.jobs._scheduler.running)
        yield world


async def _jumps(world: World, host: HostClock, jump: timedelta) -> None:
    owner = world.person()
    await owner.say("/start")
    await owner.settled()
    tracemalloc.start()
    begun, before = time.monotonic(), _runs(world)
    host.shift += jump
    assert isinstance(world.clock, ShiftedClock)
    world.clock.ahead += jump
    await owner.say("/help")
    await owner.see("预选号牌怎么用", within=WITHIN, fresh=True)
    await eventually(lambda: _runs(world) > before, WITHIN + 1)
    assert time.monotonic() - begun < WITHIN + 1
    gc.collect()
    grown, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert max(grown, peak) < MOST_BYTES


def _runs(world: World) -> float:
    """Return a mark that grows with every run of the screens' tick."""
    runs = next(runs for runs in world.service.jobs._scheduler._runs if runs._name == "screens")
    return runs._begun


@pytest.mark.parametrize("jump", JUMPS, ids=str)
async def test_owner_is_answered_and_ticks_go_on_after_a_jump(
    place: World, host: HostClock, jump: timedelta
) -> None:
    await _jumps(place, host, jump)


async def test_service_started_in_1970_goes_on_when_the_clock_is_set(tmp_path: Path, host: HostClock) -> None:
    host.shift = datetime(1970, 1, 2, tzinfo=UTC) - datetime.now(UTC)
    async with open_world("sqlite", tmp_path) as world:
        await eventually(lambda: world.service.jobs._scheduler.running)
        await _jumps(world, host, -host.shift)
