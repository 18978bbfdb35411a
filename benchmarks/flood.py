"""One chat sends 200 messages a second: how much longer another owner waits for the answer to a press.

The whole program runs against the sandbox in one process, on SQLite. An owner opens and closes the help page
again and again, alone, beside the flood, and alone again.

    python -m benchmarks.flood
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import uvloop

from sandbox import user_actions
from tests.person import Person
from tests.world import CHIEF, OWNER, World, office, open_world

RATE = 200
"""Messages a second."""


async def presses(owner: Person, seconds: float) -> list[float]:
    """Press back and forth for some seconds; return the milliseconds until each answer."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for label in ("帮助", "返回首页"):
            begun = time.perf_counter()
            await owner.press(label, within=60.0)
            times.append(1000 * (time.perf_counter() - begun))
    return times


async def floods(world: World, chat_id: int) -> None:
    """Send messages until cancelled."""
    me, begun, sent = world.sandbox.world.people[chat_id], time.perf_counter(), 0
    while True:
        due = int((time.perf_counter() - begun) * RATE)
        for _ in range(due - sent):
            user_actions.say(world.sandbox.world, me, "选号")
        sent = due
        await asyncio.sleep(0.01)


async def main(seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with open_world("sqlite", Path(folder), offices=[office()]) as world:
            owner = world.person(OWNER)
            await owner.say("/start")
            await world.person(CHIEF).say("/start")
            alone = await presses(owner, seconds)
            flood = asyncio.ensure_future(floods(world, CHIEF))
            await asyncio.sleep(0.5)
            beside = await presses(owner, seconds)
            flood.cancel()
            await asyncio.gather(flood, return_exceptions=True)
            await world.service.dispatcher.idle()
            after = await presses(owner, seconds)
    median = statistics.median(alone)
    for name, times in (("alone", alone), (f"beside {RATE} messages a second", beside), ("again", after)):
        own = statistics.median(times)
        figures = f"median {own:6.1f} ms ({own / median:.2f}), slowest {max(times):5.0f} ms"
        print(f"{name:32} {figures}, of {len(times)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=4.0)
    uvloop.run(main(parser.parse_args().seconds))
