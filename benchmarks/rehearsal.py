"""Latency of an owner's press while a hundred people rehearse, and while they really select.

In the foreground an owner draws batches repeatedly. In the background a hundred people press 【换一批】 in
rehearsals or in real selections, at human pace or immediately after each answer. Their presses run through
the whole program from the stored update to the picture; the messenger answers without delay.

    python -m benchmarks.rehearsal
    python -m benchmarks.rehearsal --engine postgres --url postgresql://postgres@127.0.0.1/postgres
"""

import argparse
import asyncio
import statistics
import time
from collections import defaultdict
from dataclasses import replace
from typing import Any, cast

import uvloop

from benchmarks.databases import URL, Store, new_store
from benchmarks.notices import PAUSE, WITHOUT_LIMIT, Presses
from core.bootstrap import Core
from core.clock import SystemClock
from core.ports import Tx
from tests.core.tools import build, release, verified
from tests.rehearsal.chats import TO_SELECTION, Chats

CROWD = 100
SELECTING, REHEARSING = 5000, 9000  # the first chat of each crowd
PACE = 3.0
"""Seconds between two presses of a person."""


class Bench:
    """An owner in the foreground, and a hundred people in the background."""

    def __init__(self, core: Core, chats: Chats) -> None:
        self._core = core
        self._chats = chats
        self._office = replace(core.offices["粤K"], random_batches=WITHOUT_LIMIT)
        self._presses = 0
        self.begun = 0
        self.steps = 0

    async def prepare(self) -> None:
        """Bring an owner and a hundred others to a real selection, and a hundred more to a rehearsal."""
        run = self._core.store.run
        await run(release, self._core, "A####")
        await run(release, self._core, "#####")
        for number in range(CROWD + 1):
            _, self.begun = await run(verified, self._core, number)
        for number in range(CROWD):
            await self._chats.do(SELECTING + number, "/preselect", "【随机一次")
            shown = await self._chats.do(REHEARSING + number, *TO_SELECTION, "【随机一次")
            assert any("换一批" in label for label in shown.buttons)

    def _draw(self, tx: Tx) -> None:
        self._presses += 1
        nonce = str(self._presses)
        drawn = self._core.selection.draw(
            tx, self.begun, self._office, nonce=nonce, received_at=tx.now, without_four=False
        )
        assert drawn.batch.serials

    async def press_for(self, seconds: float) -> Presses:
        """Draw repeatedly for some seconds."""
        times: list[float] = []
        end = time.perf_counter() + seconds
        while time.perf_counter() < end or len(times) < 2:  # noqa: PLR2004 - a percentile needs two
            begun = time.perf_counter()
            await self._core.store.run(self._draw)
            times.append((time.perf_counter() - begun) * 1000)
            await asyncio.sleep(PAUSE)
        return Presses(times=times)

    async def press_beside(self, first_chat: int, pause: float, seconds: float) -> tuple[Presses, float]:
        """Draw while a hundred others press; return also their answered presses per second."""
        tasks = [asyncio.ensure_future(self._presses_on(first_chat + n, pause, n)) for n in range(CROWD)]
        await asyncio.sleep(0.3)
        before, begun = self.steps, time.perf_counter()
        presses = await self.press_for(seconds)
        rate = (self.steps - before) / (time.perf_counter() - begun)
        for task in tasks:
            task.cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        failed = [error for error in done if not isinstance(error, asyncio.CancelledError)]
        assert not failed, failed[0]
        return presses, rate

    async def _presses_on(self, chat: int, pause: float, number: int) -> None:
        await asyncio.sleep(pause * number / CROWD)
        while True:
            await self._chats.do(chat, "【换一批")
            self.steps += 1
            await asyncio.sleep(pause)


CROWDS = (
    (f"100 rehearse, each every {PACE:g} s", REHEARSING, PACE),
    (f"100 select, each every {PACE:g} s", SELECTING, PACE),
    ("100 rehearse, at once", REHEARSING, 0.0),
    ("100 select, at once", SELECTING, 0.0),
)


async def measure(bench: Bench, seconds: float, rounds: int) -> None:
    """Run all crowds several times, and print a line for each: medians, ratios within one round."""
    await bench.press_for(0.5)  # warm-up
    seen: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    for _ in range(rounds):
        alone = await bench.press_for(seconds)
        seen["alone"].append((alone.middle, alone.late, 1.0, 1.0, 0.0))
        for name, first_chat, pause in CROWDS:
            beside, rate = await bench.press_beside(first_chat, pause, seconds)
            ratios = beside.middle / alone.middle, beside.late / alone.late
            seen[name].append((beside.middle, beside.late, *ratios, rate))
    print(f"{'':<32}{'median ms':>11}{'p95 ms':>9}{'ratio':>7}{'p95':>7}{'theirs/s':>10}")
    for name, lines in seen.items():
        middle, late, ratio, ratio_late, rate = map(statistics.median, zip(*lines, strict=True))
        print(f"{name:<32}{middle:>11.2f}{late:>9.2f}{ratio:>7.2f}{ratio_late:>7.2f}{rate:>10.0f}")


async def run(store: Store, seconds: float, rounds: int) -> None:
    core = await build(store, cast("Any", SystemClock()), hours="00:00-24:00", random_batches=100)
    bench = Bench(core, await Chats.on(core))
    try:
        await bench.prepare()
        await measure(bench, seconds, rounds)
    finally:
        await core.close()


async def main(engine: str, url: str, seconds: float, rounds: int) -> None:
    """Measure on an engine, in a database of its own."""
    print(f"{engine}:")
    async with new_store(engine, url, SystemClock()) as store:
        await run(store, seconds, rounds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engine", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--url", default=URL)
    parser.add_argument("--seconds", type=float, default=4.0, help="of pressing, for each line")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    uvloop.run(main(given.engine, given.url, given.seconds, given.rounds))
