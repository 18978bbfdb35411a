"""Duration of a vehicle import through the bot, and the latency of an owner's presses during it.

The whole program runs against the sandbox in one process: a chief sends a CSV of vehicles while an owner
keeps opening and closing the help page. Ratios are to the presses before the import.

    python -m benchmarks.imports
    python -m benchmarks.imports --rows 20000 --engine postgres
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path

import uvloop

from core.values.vehicles import check_digit
from tests.person import Person
from tests.world import CHIEF, OWNER, World, office, open_world

LONG = 600.0
BEFORE = 40


def file_of(rows: int) -> bytes:
    lines = ["vin,certificate,kind,state"]
    for number in range(rows):
        vin = f"LSVBENCH0RM{number:06d}"
        vin = vin[:8] + check_digit(vin) + vin[9:]
        lines.append(f"{vin},ABCD1{number:010d},small,new")
    return "\n".join(lines).encode()


async def press(owner: Person, label: str) -> float:
    """Press a button and return the milliseconds until the answer."""
    begun = time.perf_counter()
    await owner.press(label, within=LONG)
    return 1000 * (time.perf_counter() - begun)


async def presses(owner: Person, count: int) -> list[float]:
    """Press back and forth ``count`` times."""
    times = []
    for _ in range(count // 2):
        times += [await press(owner, "帮助"), await press(owner, "返回首页")]
    return times


async def meanwhile(owner: Person, work: Awaitable[object]) -> list[float]:
    """Press until the work is done."""
    task = asyncio.ensure_future(work)
    times: list[float] = []
    while not task.done():
        times += await presses(owner, 2)
    await task
    return times


async def upload(chief: Person, content: bytes) -> tuple[float, float]:
    """Send the file and confirm it; return the seconds until the preview and until it takes effect."""
    begun = time.perf_counter()
    await chief.send_file(content, "vehicles.csv")
    await chief.see("导入预览", within=LONG)
    previewed = time.perf_counter() - begun
    await chief.press("确认导入", within=LONG)
    await chief.see("立即生效", within=LONG)
    return previewed, time.perf_counter() - begun


async def measure(world: World, rows: int) -> None:
    chief, owner = world.person(CHIEF), world.person(OWNER)
    await owner.say("/start")
    await chief.say("/vehicles")
    await chief.see("车辆登记数据")
    before = await presses(owner, BEFORE)
    spans: list[tuple[float, float]] = []

    async def work() -> None:
        spans.append(await upload(chief, file_of(rows)))

    during = await meanwhile(owner, work())
    ((previewed, counted),) = spans
    print(f"{rows:,} rows: preview after {previewed:.1f} s, counts after {counted:.1f} s")
    alone = statistics.median(before)
    for name, times in (("before", before), ("meanwhile", during)):
        median, worst = statistics.median(times), max(times)
        ratio = median / alone
        print(f"a press {name:<10} {median:7.1f} ms ({ratio:.2f}), slowest {worst:.0f} ms, of {len(times)}")


async def main(engine: str, rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        offices = [office(hours="00:00-24:00")]
        async with open_world(engine, Path(folder), offices=offices, registry={"mode": "strict"}) as world:
            await measure(world, rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engine", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--url", help="of a PostgreSQL server")
    parser.add_argument("--rows", type=int, default=100_000)
    given = parser.parse_args()
    if given.url:
        os.environ["XUANHAO_TEST_POSTGRES"] = given.url
    uvloop.run(main(given.engine, given.rows))
