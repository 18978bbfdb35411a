"""Draws a second through the real services, with 1, 10 and 100 owners waiting, in a small pool and a large.

A draw is the whole of core.selection.draw: quota, hold of ten numbers, journal, commit to disk. Two pools,
10,000 numbers and all 7,059,999 of the small car, are measured in turn in one run.

    python -m benchmarks.draws [--engine postgres --url postgresql://postgres@127.0.0.1/postgres]
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import uvloop

from benchmarks.store import Store, prepare_postgres
from core.bootstrap import Core
from core.clock import SystemClock
from core.db import open_postgres, open_sqlite
from core.masks import SMALL_MASKS
from core.ports import Tx
from tests.core.tools import build, release, verified

SMALL, WHOLE = "10,000", "7,059,999"
WAITING = (1, 10, 100)
ROUNDS = 3
PLENTY = 10**9
Found = dict[tuple[str, int], list[float]]


class Bench:
    """The services on an engine, with owners before a pool."""

    def __init__(self, core: Core) -> None:
        self._core = core
        # Batches end at once, or the small pool would be empty after a thousand of them.
        self._office = replace(
            core.offices["粤K"],
            random_batches=PLENTY,
            idle_minutes=1440,
            batch_seconds=1,
            batch_grace_seconds=0,
        )
        self._begun: list[int] = []
        self._drawn = 0

    async def prepare(self, size: str) -> None:
        """Release a pool and bring a hundred owners to it."""
        for mask in ["A####"] if size == SMALL else [one.pattern for one in SMALL_MASKS]:
            await self._core.store.run(release, self._core, mask)
        for number in range(max(WAITING)):
            _, begun = await self._core.store.run(verified, self._core, number)
            self._begun.append(begun)

    async def rate(self, waiting: int, seconds: float) -> float:
        """Return draws a second while so many owners wait."""
        end, begun, before = time.perf_counter() + seconds, time.perf_counter(), self._drawn
        await asyncio.gather(*(self._draws(number, end) for number in range(waiting)))
        return (self._drawn - before) / (time.perf_counter() - begun)

    async def _draws(self, number: int, end: float) -> None:
        while time.perf_counter() < end:
            nonce = f"{number}:{self._drawn}"
            await self._core.store.run(self._draw, self._begun[number], nonce)
            self._drawn += 1

    def _draw(self, tx: Tx, begun: int, nonce: str) -> None:
        drawn = self._core.selection.draw(tx, begun, self._office, nonce=nonce, at=tx.now, without_four=False)
        assert len(drawn.batch.serials) == self._office.batch_size


async def measured(
    store: Store, size: str, seconds: float, found: dict[tuple[str, int], list[float]]
) -> None:
    """Measure one pool once, for each number of owners."""
    core = await build(store, SystemClock(), hours="00:00-24:00")
    bench = Bench(core)
    try:
        await bench.prepare(size)
        await bench.rate(1, 0.3)
        for waiting in WAITING:
            found.setdefault((size, waiting), []).append(await bench.rate(waiting, seconds))
    finally:
        await core.close()


async def main(engine: str, url: str, seconds: float) -> None:
    """Measure both pools in turn and print the table."""
    found: Found = {}
    for _ in range(ROUNDS):
        for size in (SMALL, WHOLE):
            if engine == "postgres":
                prepare_postgres(url, drop=False)  # made anew
                try:
                    store = await open_postgres(url, SystemClock(), schema="xuanhao_bench")
                    await measured(store, size, seconds, found)
                finally:
                    prepare_postgres(url, drop=True)
                continue
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "bench.db"
                await measured(await open_sqlite(f"sqlite:///{path}", SystemClock()), size, seconds, found)
    print(f"draws a second, {engine}, median of {ROUNDS} rounds of {seconds:g} s")
    print(f"{'owners waiting':<16}{SMALL:>10}{WHOLE:>12}{'ratio':>8}")
    for waiting in WAITING:
        small, whole = (statistics.median(found[size, waiting]) for size in (SMALL, WHOLE))
        print(f"{waiting:<16}{small:>10.0f}{whole:>12.0f}{whole / small:>8.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engine", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--url", default="postgresql://postgres@127.0.0.1:5432/postgres")
    parser.add_argument("--seconds", type=float, default=3.0, help="for each number of owners, each round")
    given = parser.parse_args()
    uvloop.run(main(given.engine, given.url, given.seconds))
