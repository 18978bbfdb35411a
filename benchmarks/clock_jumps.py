"""Jumps of the host's clock: the slowest answer in the seconds after one, and the memory that it takes.

The whole program runs on SQLite, and over HTTP against the sandbox. Both clocks are moved, that of the
scheduler and that of the transactions; the clock guard is off, so that the jobs run at the new time. For
comparison APScheduler's own interval trigger is timed alone: how long the loop would stand still while it
steps through the missed runs of one job.

    python -m benchmarks.clock_jumps
"""

import argparse
import asyncio
import contextlib
import gc
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from apscheduler.triggers.interval import IntervalTrigger

from bot.ticker import FromNow
from sandbox.clock import ShiftedClock
from tests.host_clock import MODULES, HostClock
from tests.world import World, open_world

DAYS = (1, 30, 400, 6000)
_PAGE = 4096
_BUNCH = 100_000
_SECOND = timedelta(seconds=1)


def _memory() -> float:
    """Return the resident memory in MB."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE / 1e6


def _steps(trigger: FromNow | IntervalTrigger, days: int, seconds: float) -> float:
    """Return the seconds in which APScheduler finds the missed runs, estimated if they are many."""
    now = datetime.now(UTC)
    at, end, begun = now - timedelta(days=days), now, time.perf_counter()
    steps = 0
    while at <= end:
        at, steps = trigger.get_next_fire_time(at, now), steps + 1
        if steps % _BUNCH == 0 and time.perf_counter() - begun > seconds:
            return (time.perf_counter() - begun) * timedelta(days=days).total_seconds() / steps
    return time.perf_counter() - begun


async def _answered(world: World) -> float:
    owner = world.person()
    begun = time.perf_counter()
    await owner.say("/help")
    await owner.see("预选号牌怎么用", fresh=True)
    return time.perf_counter() - begun


async def _jump(host: HostClock, days: int, watched: float) -> None:
    with tempfile.TemporaryDirectory() as directory:
        async with open_world("sqlite", Path(directory)) as world:
            if not isinstance(world.clock, ShiftedClock):
                raise TypeError("the clock of the world does not run")
            await world.person().say("/start")
            await _answered(world)
            gc.collect()
            before, jump = _memory(), timedelta(days=days)
            host.shift += jump
            world.clock.ahead += jump
            end, seconds = time.perf_counter() + watched, 0.0
            while time.perf_counter() < end:
                seconds = max(seconds, await _answered(world))
            taken = _memory() - before
    ours, theirs = (
        _steps(trigger, days, watched) for trigger in (FromNow(_SECOND), IntervalTrigger(seconds=1))
    )
    print(
        f"{days:+6} days: slowest answer {seconds:5.2f} s, memory {taken:+6.1f} MB, "
        f"stepping {ours:.4f} s (interval trigger {theirs:.1f} s)"
    )


async def main(seconds: float) -> None:
    """Measure all jumps, forwards and backwards."""
    host = HostClock()
    with contextlib.ExitStack() as stack:
        for module in MODULES:
            stack.enter_context(patch.object(module, "datetime", host))
        for days in DAYS:
            await _jump(host, days, seconds)
            await _jump(host, -days, seconds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--seconds", type=float, default=3.0, help="watched after a jump (default: %(default)s)"
    )
    asyncio.run(main(parser.parse_args().seconds))
